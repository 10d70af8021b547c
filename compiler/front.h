/* What the files of the front end share: the names of a policy while it is being read, and what an expression may
 * read. */
#ifndef FRONT_H
#define FRONT_H

#include "ldosc.h"
#include "tree.h"

/* Bounds of what can be declared; the runtime's headers are proved for them. */
enum {
	WINDOW_MAX = 65536, /* events of a window */
	LAST_MAX = 64,	    /* columns of `last` are kept one by one */
	BUCKETS_MAX = 64,
	BUCKETS_DEFAULT = 8,
	KEY_MAX = 4096,
	TAG_MAX = 65536,
	FIELDS_MAX = 32, /* struct entry */
	RECORD_MAX = 16,
	COLUMNS_MAX = 16, /* of `last` and of the carry */
	TICKETS_MAX = 64,
	WIDTH_MAX = 256, /* struct outcome */
	EDGES_MAX = 64,
	CLASSES_MAX = 64,
	PARTS_MAX = 8,
	CHOICES_MAX = 8, /* what follows one that may fail is its `else` twice: expressions grow by 2^n */
	NAMES_MAX = 1000,
	GUARDRAILS_MAX = 32 /* struct outcome has a bit for each */
};

enum what { IS_TUNABLE, IS_FEATURE, IS_MODEL, IS_PART, IS_ASSUMPTION, IS_GUARANTEE, IS_GUARDRAIL };

struct name { /* the policy's names are one space: each stands in generated C, in contracts and in reports */
	const char *text;
	struct span at;
	enum what what;
	void *thing;
	const struct tree *tree;
};

/* Typing on demand: ranges of features and of the carry depend on one another, in any order of the file. */
enum progress { UNTYPED, TYPING, TYPED, FAILED };

struct front {
	struct policy *p;
	LIST(struct name) names;
	LIST(const struct tree *) feature_trees; /* by feature index */
	LIST(enum progress) feature_progress;
	const struct tree *carry_tree;
	LIST(enum progress) column_progress; /* of the carry */
	const struct tree *decide_tree;
	LIST(const struct tree *)
	state_trees, model_trees, guarantee_trees, assumption_trees, guardrail_trees, test_trees;
	bool crowded;		 /* said already that there are too many names */
	LIST(bool) key_narrowed; /* by index in the hook */
};

/* Where an expression stands says what it may read. */
struct scope {
	struct front *f;
	const char *where;		   /* "a feature", for messages */
	const struct event *event;	   /* whose fields can be read; NULL: none */
	bool closing;			   /* the carry can be read */
	const struct key *key;		   /* whose state a bare feature means */
	const char *bound[2];		   /* names of the candidate; NULL: none */
	const struct field *list;	   /* that it is a candidate of */
	const struct guardrail *guardrail; /* whose condition this is */
	const struct key *quantified;	   /* inside `any KEY :`, or */
	bool every;			   /* `every KEY :` */
	bool rearm, choice, answers, room, said, tests;
};

/* hook.c */
struct hook *hook_load(const char *name, const char *hook_dir, const char *policy_dir, struct span at);
struct symbols *symbols_read(const char *name, const struct tree *list);
bool range_read(const struct tree *t, enum unit unit, struct type *type);
const struct event *hook_event(const struct hook *h, const char *name);
struct key *hook_key(const struct hook *h, const char *name);
const struct field *event_field(const struct event *e, const char *name);
const struct field *record_field(const struct field *list, const char *name);
const struct field *key_field(const struct event *e, const struct key *key); /* its own or not; NULL: none */
const struct key *event_key(const struct event *e); /* of a closing event: where its tag was opened; NULL: none */

/* resolve.c: names to structs; expressions are typed later */
const struct name *front_name(const struct front *f, const char *text);
void add_name(struct front *f, const struct tree *name, enum what what, void *thing);
const struct event *find_event(const struct front *f, const struct tree *name);
struct key *find_key(const struct front *f, const struct tree *name);

/* names.c */
void name_allowed(const struct tree *name);
void field_allowed(const struct tree *name); /* of what stands behind a dot: fields and columns */
bool names_fit(const struct front *f);	     /* what the C can be written with; the policy is typed */

/* state.c */
void resolve_state(struct front *f, const struct tree *t);
void resolve_feature(struct front *f, struct state *s, const struct tree *t);
void resolve_carry(struct front *f, const struct tree *t);
bool window_read(
	const struct front *f, const struct tree *t, const struct tree *buckets, num *events, num *span, int *n);
bool feature_typed(struct front *f, const struct feature *feature, struct span from);
bool column_typed(struct front *f, int column, struct span from);
void type_state(struct front *f);

/* typecheck.c, scope.c: NULL: said why */
bool typecheck(struct front *f);
struct expr *type_expr(const struct scope *s, const struct tree *t);
struct expr *type_condition(const struct scope *s, const struct tree *t);
struct expr *type_against(const struct scope *s, const struct tree *t, const struct type *expected);
struct expr *type_leaf(const struct scope *s, const struct tree *t); /* names, indexes, dots, calls */
bool name_known(const struct scope *s, const char *text);
struct expr *symbol_named(const struct type *type, const struct tree *t);
struct scope scope_deciding(struct front *f, const char *where);

/* A number of the text, within lo .. hi, in this unit. */
bool constant(const struct tree *t, enum unit unit, num lo, num hi, const char *what, num *value);
enum unit quantity_unit(const char *quantity);
const char *unit_help(const struct expr *e, enum unit unit); /* of a bare number where a unit is due; else NULL */
bool is_number(const struct expr *e, const char *doing);

struct expr *expr_new(enum op op, struct type type, struct span at);
struct expr *expr_two(enum op op, struct type type, struct span at, struct expr *a, struct expr *b);
void expr_walk(const struct expr *e, void (*visit)(const struct expr *e, void *with), void *with);
struct type type_of(enum type_kind kind);
struct type type_int(enum unit unit, num lo, num hi);
struct type type_key(const struct key *key);
bool fits64(num lo, num hi);
bool same_symbols(const struct symbols *a, const struct symbols *b);
num quotient_down(num a, num d); /* d > 0 */

static inline num least(num a, num b)
{
	return a < b ? a : b;
}

static inline num greatest(num a, num b)
{
	return a > b ? a : b;
}

/* inputs.c, decide.c, contract.c */
void type_model(struct front *f, struct model *m, const struct tree *t);
void type_decision(struct front *f);
const struct part *candidate_part(const struct decision *d);
void finer_than_tick(const struct front *f, const struct tree *t, num time, const char *what);
void type_contract(struct front *f);
void type_guardrails(struct front *f);

/* given.c: the tests inside the policy */
void type_tests(struct front *f);

/* messages */
void *refuse(struct span at, const char *help, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
const char *show_num(num v);
const char *show_range(const struct type *t);
const char *show_typed(const struct expr *e); /* like show_expr, with what the types added */
void policy_dump(const struct policy *p, FILE *out);

#endif
