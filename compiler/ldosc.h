/* ldosc: one header for the compiler, its sections headed by the file that defines them, in pass order.
 *
 *   text --scan.l parse.y--> tree --resolve.c typecheck.c--> struct policy --check/--> verdicts
 *                                                                  |-------> interp.c (the executable meaning)
 *                                                                  |-------> backend/acsl.c (contracts)
 *                                                                  `--lower.c--> struct ir --backend/c.c--> code
 *
 * `struct policy` is the typed policy: names resolved, units and ranges checked, every expression total. Everything
 * after typecheck.c reads it and nothing else. Memory comes from one arena and is never freed. */
#ifndef LDOSC_H
#define LDOSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Exact arithmetic of ranges: wide enough for a product of two 64-bit quantities. */
typedef __int128 num;

struct policy;

/* Exit status of every command. */
enum status {
	EXIT_PROVED = 0,
	EXIT_USAGE = 2,
	EXIT_TYPES = 3, /* syntax or types */
	EXIT_TOOL = 4,	/* a tool is missing */
	EXIT_REFUTED = 10,
	EXIT_UNKNOWN = 11,
	EXIT_BUDGET = 12,
	EXIT_OPEN = 13,	 /* a goal of the generated code is open or missing */
	EXIT_STALE = 14, /* a certificate does not match */
	EXIT_DEFECT = 70 /* a defect of ours */
};

/* ---- arena.c ---- */

void *arena_alloc(size_t bytes); /* zeroed; never NULL; lives until exit */
char *arena_strdup(const char *s);
char *arena_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool listed(const char *const *words, size_t count, const char *name);
bool ends_with(const char *s, const char *end);

/* A growing array: LIST(struct x) xs; *list_add(&xs) = ...; */
#define LIST(T)           \
	struct {          \
		T *at;    \
		int n;    \
		int room; \
	}
void *list_grow(void *at, int n, int *room, size_t size);
#define list_add(l) ((l)->at = list_grow((l)->at, (l)->n, &(l)->room, sizeof *(l)->at), &(l)->at[(l)->n++])

/* ---- leftover.c: files that go when a command fails, and when a signal ends us ---- */

struct leftover;
const struct leftover *leftover_mark(void);
int leftover_file(const char *beside, const char **path); /* a new file in the same folder; its descriptor, or -1 */
bool leftover_folders(const char *dir);			  /* dir and those above it that are not there */
const char *leftover_scratch(const char *what, const char **why); /* a new folder; NULL: *why */
void leftover_remove(const struct leftover *mark);		  /* what was made since */
/* Renames all, and what was made since `mark` is no leftover any more; false: one could not be, and all still are. */
bool leftover_rename(const struct leftover *mark, int n, const char *const *from, const char *const *to, int *renamed);
void leftover_stop_first(void (*what)(void)); /* called in the signal's handler, before anything is removed */
pid_t leftover_fork(volatile pid_t *child);   /* a group of its own; *child is set before the handler may look there */

/* ---- diag.c: what a user is told ---- */

struct source { /* one file that was read */
	const char *path;
	const char *text;
	size_t size;
};

struct span { /* lines and columns count from 1; `to` is one past the last column */
	const struct source *source;
	int line, col, to;
};

/* One message: place, cause, second place, case, help, next command. Errors are collected within a pass; the run stops
 * between passes. The text goes to stderr, or, under --json, everything goes to stdout as one JSON document. */
struct diag {
	const char *code; /* "syntax", "types", or the obligation's id */
	struct span at;
	const char *cause;
	const char *label; /* under the caret; may be NULL */
	struct span also;  /* source == NULL: no second place */
	const char *also_label;
	const char *shown; /* `case:` */
	const char *help;
	const char *next; /* `try:` */
	bool warning;
};

void diag_add(const struct diag *d);
void diag_error(struct span at, const char *code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int diag_errors(void); /* since start */
void diag_flush(bool json);
void diag_json(const char *member, const char *json); /* one more member of the document that diag_flush(true) writes */
int utf8_length(const char *p);			      /* bytes of the character at p; 0: it is none */
const char *did_you_mean(const char *word, const char *const *known, int n); /* NULL when nothing is near */

struct source *source_read(const char *path); /* NULL: said why */

/* ---- typecheck.c: the typed policy ---- */

enum unit { UNIT_NONE, UNIT_TIME /* ns */, UNIT_SIZE /* bytes */ };

enum type_kind {
	TYPE_BOOL,
	TYPE_INT,	/* unit, lo, hi */
	TYPE_CLASS,	/* one of a set of symbols, by index */
	TYPE_KEY,	/* a key of a key kind: 0 .. max - 1 */
	TYPE_TAG,	/* names a request: 0 .. max - 1 */
	TYPE_CANDIDATE, /* an index into a list field of the deciding event */
	TYPE_SHARE,	/* a fraction; only compared with a percentage (EXPR_SHARE) */
	TYPE_SOURCE,	/* learned, shield, fallback, pass */
	TYPE_LIST	/* a field that is a list of records */
};

struct symbols {	  /* { fast, slow } */
	const char *name; /* of the class: the model, the decision or the field it belongs to */
	LIST(const char *) names;
};

struct type {
	enum type_kind kind;
	enum unit unit;
	num lo, hi; /* of every kind that is a number underneath */
	const struct symbols *symbols;
	const struct key *key;
	const struct field *list;
};

/* ---- hook: what a target offers ---- */

struct key { /* key dev max 64: what state can be kept per */
	const char *name;
	int max; /* as the policy narrows it: `state per dev max 8` */
	struct span at;
};

struct field {
	const char *name;
	struct type type;
	struct span at;
	int index;		     /* in its event, or in its list's record */
	bool measurement;	     /* not a time, key, tag or list: what `frozen` may vary */
	int max;		     /* TYPE_LIST: the most elements */
	LIST(struct field *) record; /* TYPE_LIST: fields of an element */
	const struct field *of;	     /* TYPE_CANDIDATE: the list it indexes */
};

struct event {
	const char *name;
	struct span at;
	int index;
	LIST(struct field *) fields;
	const struct field *key;     /* the field that says whose event it is, or NULL */
	const struct field *tag;     /* the field that names the request, or NULL */
	const struct event *follows; /* causality: NULL, or the event that must have come first */
	bool by_tag;		     /* follows: of the same tag, and on the key where that one was */
	const char *context;	     /* task, softirq, hardirq */
	bool tick;		     /* no fields; comes at most every `grain` */
	num grain;		     /* ns */
};

struct hook {
	const char *name;
	const char *path;
	LIST(struct key *) keys;
	LIST(struct event *) events;
	const char *pass; /* what the system does without us */
};

/* ---- expressions: integers and truth values, total ---- */

enum op {
#define OP(id, arity, text) EXPR_##id,
#include "ops.def"
#undef OP
	EXPR_OPS
};

struct expr {
	enum op op;
	struct type type;
	struct span at;
	struct expr *a, *b, *c;
	num value;   /* INT, SYMBOL, SHARE numerator, COLUMN slot */
	num den;     /* SHARE denominator */
	enum op cmp; /* SHARE: LT LE GT GE */
	int column;  /* COLUMN, CARRY: which; CHOICE: which part of the decision */
	const struct field *field;
	const struct tunable *tunable;
	const struct feature *feature;
	const struct model *model;
	const struct guardrail *guardrail;
	const struct guarantee *guarantee;
};

/* ---- state ---- */

enum sharing { SHARING_LOCKED, SHARING_PER_CPU, SHARING_SINGLE };

struct tunable { /* also the knobs that guardrails hold */
	const char *name;
	struct span at;
	int index;
	struct type type;
	num initial;
	bool held; /* some guardrail sets it */
};

enum feature_kind {
#define FEATURE(id, word, header) FEATURE_##id,
#include "features.def"
#undef FEATURE
	FEATURE_KINDS
};

struct column { /* of a `last` feature, or of the carry */
	const char *name;
	struct expr *value; /* read in the state before the event, with the event's fields and the new time */
	num initial;	    /* `else (..)` */
	struct span at;
};

struct feature {
	const char *name;
	struct span at;
	int index;
	enum feature_kind kind;
	const struct state *state;
	const struct event *on;		    /* the clock: whose events feed it */
	const struct event *until;	    /* IN_FLIGHT: what ends it; SINCE: what restarts it */
	struct expr *where;		    /* hit, condition of HELD, restart of SINCE; NULL is true */
	struct expr *among;		    /* filters before the window; NULL is all */
	struct expr *value;		    /* `by`, `of`: what is added, averaged, ranked */
	LIST(struct column) columns;	    /* LAST */
	num events;			    /* window over events: how many */
	num span;			    /* window over time: ns, else 0 */
	int buckets;			    /* of a time window */
	num after;			    /* inactive until so many have been seen */
	int shift;			    /* EXP_MEAN: weight 1 / 2^shift */
	num rank_num, rank_den;		    /* QUANTILE: 99 % is 99/100 */
	LIST(num) edges;		    /* QUANTILE: rising upper edges; the last catches all */
	num initial;			    /* value while nothing has been seen: `else v` */
	bool reset_on_trip, reset_on_rearm; /* by every guardrail of the same key that reads it */
	struct type type;		    /* of its value */
};

struct state { /* state per dev max 64 locked { ... }; key == NULL: one for the policy */
	const struct key *key;
	struct span at;
	int index;
	enum sharing sharing;
	LIST(struct feature *) features;
};

struct carry { /* carry sent.tag max 1024 { pend = ..; said = .. } */
	struct span at;
	const struct event *open, *close;
	const struct key *key; /* of the opening event; the closing event's key is this one */
	int max;
	LIST(struct column) columns;
};

/* ---- model.c onnx.c: the learned model ---- */

enum encoder { ENCODE_PLAIN, ENCODE_DIGITS, ENCODE_CLAMP, ENCODE_ZSCORE };

struct input { /* one entry of the `input` list; `count` numbers of the vector each time it is expanded */
	enum encoder how;
	struct expr *value; /* for a LAST feature without a slot: COLUMN with value -1, expanded newest first */
	int digits;	    /* DIGITS */
	num lo, hi;	    /* CLAMP; range of each number of the vector otherwise. Every number fits 16 bits, signed */
	num mean,
		scale; /* ZSCORE: (x * 2^16 - mean) * scale >> 36, 12 fraction bits, clamped to 16 bits: 8 deviations */
	num divide;    /* `in us`: 1000; 1 otherwise */
	int repeat;    /* slots of a LAST feature, oldest first; 1 otherwise */
	struct span at;
};

/* y = w x + b, then ReLU unless last; w is out x in, row by row. What runs, in runtime/dense.h and in the interpreter:
 *
 *	acc[o] = qb[o] + qw[o][0] * x[0] + .. + qw[o][in-1] * x[in-1]     32 bits, signed; no partial sum leaves them
 *	y[o]   = acc[o] <= 0 ? 0 : acc[o] >> shift                        all but the last layer
 *
 * and of the last layer: a class is the first greatest acc; a number is acc[0] >> shift, rounding down.
 * A table passes dense_check iff of each row the reach |qb[o]| + X_MAX * (|qw[o][0]| + .. + |qw[o][in-1]|) is at most
 * 2^31 - 1, and reach >> shift at most Y_MAX, which is the next layer's X_MAX. */
struct layer {
	int in, out;
	bool relu;	    /* all but the last */
	const float *w, *b; /* as imported; consecutive linear layers are one */
	const int16_t *qw;  /* quantised: w = qw / 2^frac */
	const int32_t *qb;
	int frac;	 /* fraction bits of qw; of a z-scored number's column 12 less */
	int shift;	 /* right shift of the accumulator before the next layer; 0 keeps it exact */
	int reach;	 /* X_MAX: greatest |x| that comes in */
	int cap;	 /* Y_MAX: greatest y that goes out: at most 32767; the last layer's accumulators: 2^31 - 1 */
	int64_t acc_max; /* greatest |accumulator| over the declared input box */
};

struct model {
	const char *name;
	struct span at;
	int index;
	const struct field *each; /* `for c in submit.legs`: one vector a candidate; NULL: one a decision */
	const char *file;	  /* relative to the policy */
	LIST(struct input) inputs;
	int width;		       /* numbers in the vector */
	const struct symbols *classes; /* NULL: a number */
	bool cut_given; /* `output class { stay, migrate } above 0.5`: a net of one output, two classes */
	num cut;	/* the second class iff the output is above it; in 16.16 */
	struct span file_at, output_at;			 /* their clauses */
	struct type type;				 /* of the answer */
	const char *numbers;				 /* "int16" */
	int shadow;					 /* asked 1 in so many while tripped; 0: not asked */
	int probe;					 /* `probe 1 in N`: asked and acted on 1 in N while tripped */
	num memory, scratch, instructions, state, stack; /* budget; 0: none declared */
	bool remembered; /* `slow_io[key]` is read outside the decision: the last answer a key is kept */
	LIST(struct layer) layers;
};

/* Reads the file, checks it against the declaration, fills `layers`. false: diagnostics say why */
bool model_load(const struct policy *p, struct model *m);
/* NAME_model.h: the layers, check and infer of each model, contracted; and NAME_model.c: the tables, which no proof
 * reads */
void model_emit_header(FILE *f, const struct policy *p);
void model_emit_source(FILE *f, const struct policy *p);
void model_emit_tables(
	FILE *f, const struct policy *p, const struct model *m); /* of one model: what the source consists of */
/* The integer net: `vector` of m->width numbers; gives the class's index or the number */
int32_t model_infer(const struct model *m, const int32_t *vector);

/* ---- decision ---- */

enum part_kind { PART_CLASS, PART_CANDIDATE, PART_NUMBER };

struct part { /* what is decided; several parts make one record */
	const char *name;
	struct span at;
	enum part_kind kind;
	struct type type;
	const struct symbols *symbols;
	const struct field *list; /* CANDIDATE */
	num step;		  /* NUMBER: the grid lo, lo + step, .. */
	struct expr *learned, *fallback;
};

struct decision {
	struct span at;
	const struct event *on;
	LIST(struct part) parts;
	struct expr *need; /* of the bound candidate; NULL is true */
	bool or_pass;	   /* `or pass`: pass is lawful */
	int tickets;	   /* open at once */
	num timeout;	   /* ns */
	struct span need_at, learned_at, fallback_at;
};

/* ---- contract ---- */

enum guarantee_kind {
	GUARANTEE_POINT,     /* holds of every decision */
	GUARANTEE_COUNT,     /* count(p) over N events of E <= k, or >= k once full */
	GUARANTEE_COUNT_TIME /* count(p) over T of E <= k, in buckets: the last T to T + T/buckets */
};

struct assumption {
	const char *name;
	struct span at;
	int index;
	struct expr *holds; /* of the deciding event and the state */
};

struct guarantee {
	const char *name;
	struct span at;
	int index;
	enum guarantee_kind kind;
	struct expr *holds; /* POINT: the whole; COUNT: what is counted. CHOICE is the decision, BY its source */
	num events, span;
	int buckets;
	enum op cmp; /* LE or GE */
	num limit;
	LIST(const struct assumption *) under;
};

/* ---- guardrail: two states, armed and tripped ---- */

enum action_kind { ACT_FALLBACK, ACT_REPORT, ACT_RETRAIN, ACT_DEPRIORITIZE, ACT_SET, ACT_SWAP };

struct action {
	enum action_kind kind;
	const struct tunable *tunable; /* SET */
	num value;
	const struct model *model; /* SWAP */
	struct span at;
};

struct guardrail {
	const char *name;
	struct span at, trip_at, rearm_at;
	int index;
	const struct key *key; /* per key, or NULL */
	struct expr *trip;
	LIST(struct action) actions;
	bool latch;	    /* never rearms */
	struct expr *rearm; /* evidence, timers taken out */
	num hold;	    /* tripped for at least, ns */
	num every;	    /* at most one rearm in, ns */
};

/* ---- test blocks ---- */

struct fact { /* one assignment of a test: an event's fields, an answer, a state feature */
	struct span at;
	int times;		   /* `40 x submit { .. }`; 1 otherwise */
	const struct event *event; /* what happens; NULL: wait only */
	num wait;		   /* ns that pass before it */
	num *fields;		   /* by field index; lists below */
	int list_n;
	num (*list)[16]; /* list_n rows by record index */
	bool answered;
	LIST(num) answers; /* one a candidate, or one */
};

struct expectation {
	struct span at;
	int part;
	num value;
	bool pass;
	int by;				 /* enum source, -1: any */
	const struct guarantee *because; /* the unmasked choice would break it */
};

struct test {
	const char *name;
	struct span at;
	LIST(struct fact) given;
	LIST(struct expectation) expect; /* of the last decision */
};

struct policy {
	const char *name;
	const char *path; /* as the user gave it */
	const char *dir;
	struct span at;
	const struct source *source;
	struct hook *hook;
	LIST(struct tunable *) tunables;
	LIST(struct state *) states;
	LIST(struct feature *) features; /* of all states, file order */
	struct carry *carry;		 /* NULL: none */
	LIST(struct model *) models;
	struct decision *decision;
	LIST(struct assumption *) assumptions;
	LIST(struct guarantee *) guarantees;
	LIST(struct guardrail *) guardrails;
	LIST(struct test *) tests;
};

enum source_of { BY_LEARNED, BY_SHIELD, BY_FALLBACK, BY_PASS };

/* parse.y, resolve.c, typecheck.c. NULL or false: diagnostics say why. */
struct tree; /* tree.h */
struct tree *parse(const struct source *s);
struct policy *policy_load(const char *path, const char *hook_dir); /* the whole front end */
const char *folder_of(const char *path);
const char *hook_file(const char *file, const char *hook_dir, const char *policy_dir); /* where "block.hook" lies */

bool reads_feature(const struct expr *e, const struct feature *f); /* interp_eval.c: somewhere in e */

/* print.c: model values in the file's own words: "800 us", "fast", "leg 1" */
const char *show_value(const struct type *t, num v);
const char *show_expr(const struct expr *e); /* as a policy would write it; parenthesised only where needed */
const char *show_line(struct span at);	     /* the policy's own line, trimmed */

/* dump.c: the typed policy, in the policy's words */
void policy_dump(const struct policy *p, FILE *f);

/* ---- interp.c: the reference interpreter ---- */

enum entry_kind { ENTRY_EVENT, ENTRY_DECIDE, ENTRY_ASK, ENTRY_SETTLE, ENTRY_TICK, ENTRY_SET, ENTRY_SWAP };

#define LIST_MAX 16

struct entry { /* one call of an entry of the policy, with raw values */
	enum entry_kind kind;
	const struct event *event; /* EVENT, DECIDE, ASK */
	uint64_t now;		   /* ns */
	uint64_t fields[32];	   /* by field index */
	uint32_t list_n;	   /* elements of the list field */
	uint64_t list[LIST_MAX][16];
	uint64_t ticket;	   /* SETTLE */
	bool answered;		   /* DECIDE, SETTLE */
	int32_t answers[LIST_MAX]; /* of the model, any value */
	int tunable;		   /* SET: its index */
	int model;		   /* SWAP: its index */
	uint64_t value;
	/* ENTRY_DECIDE with infer: the interpreter runs the model on the vector instead of `answers` */
	bool infer;
};

struct outcome {
	bool refused;		       /* the event was, or the ticket was not open */
	uint64_t ticket;	       /* ASK, DECIDE: numbered from 1; 0: none was free */
	uint32_t asked;		       /* ASK, DECIDE: bit i: candidate i is to be asked; without candidates, bit 0 */
	int32_t vector[LIST_MAX][256]; /* of those; the rest is left as it was */
	enum source_of by;
	int64_t choice[8]; /* by part; 0 for pass */
	bool unfit;	   /* the fallback found none, and somebody meets `need`: a fault of the policy or of ours */
	uint32_t tripped, rearmed; /* bit g: guardrail g did so in this entry */
	int broken; /* index of a guarantee that this decision broke, or -1: a fault of the policy or of ours */
};

struct tally {				      /* what a machine has counted since it was made */
	uint64_t malformed, reopened, orphan; /* refused events */
	uint64_t busy, stale, exhausted;      /* no ticket, no such ticket, nobody to choose */
	uint64_t by[4];			      /* by enum source_of */
	uint64_t trips[32], rearms[32];	      /* by guardrail */
	uint64_t swaps;
};

struct machine; /* the whole context, abstract */
struct machine *machine_new(const struct policy *p, uint64_t now);
struct machine *machine_copy(const struct machine *m);
size_t machine_size(const struct machine *m); /* bytes that a copy of it may come to need, of one key of each kind */
void machine_free(struct machine *m);
const struct tally *machine_tally(const struct machine *m);
uint64_t machine_now(const struct machine *m);
void machine_step(struct machine *m, const struct entry *in, struct outcome *out);
num machine_eval(const struct machine *m, const struct expr *e, const struct entry *in, int candidate);
uint64_t machine_hash(const struct machine *m); /* time taken relative to now */
void machine_dump(const struct machine *m, FILE *f);

/* A trace is a list of runs: `repeat` the body so many times. Traces are how the checker talks to the interpreter. */
struct run {
	uint64_t repeat;
	/* `now` of each is the time passed since the one before, a SETTLE's ticket how many were taken since: 0 is the
	 * last */
	LIST(struct entry) body;
};
struct trace {
	LIST(struct run) runs;
};
const char *show_trace(const struct policy *p, const struct trace *t);
/* Called after each entry; false ends it. `in` has the time of the machine's clock, not the time passed. */
typedef bool step_fn(void *user, struct machine *m, const struct entry *in, const struct outcome *out);
/* The ticket that an entry of a trace settles: there it is told how many were given since. 0: the entry settles none. */
uint64_t trace_ticket(const struct machine *m, const struct entry *e);
/* Every entry of the runs, in order, on `m`; false: `each` ended it. `each` may be NULL */
bool trace_replay(struct machine *m, const struct trace *t, step_fn *each, void *user);
/* random.c: entries drawn from the seed, leaning to the edges of the policy, on a machine of its own. Deterministic */
void trace_random(const struct policy *p, uint64_t seed, uint64_t steps, step_fn *each, void *user);
int test_run(const struct policy *p, bool json);				     /* `ldosc test` */
int replay_run(const struct policy *p, const char *csv, const char *out, bool json); /* `ldosc replay` */

/* ---- check/: obligations ---- */

enum answer { PROVED, REFUTED, UNKNOWN, OVER, SKIPPED };

struct verdict {
	const char *obligation; /* id of the table in check/obligations.def */
	const char *subject;	/* clause, guardrail, branch: its name in the policy */
	enum answer answer;
	struct span at, also;
	const char *label, *also_label; /* under the carets */
	const char *engine;		/* "z3 4.8.12", "checker", "gcc 12.2.0" */
	const char *reason;		/* one sentence */
	const char *shown;		/* the case, in the file's words */
	const char *help;
	struct trace *trace; /* REFUTED: replayed from init; PROVED reachability: the witness */
	unsigned rlimit;     /* resource units spent */
	double ms;
};
typedef LIST(struct verdict) verdict_list;

void check_policy(const struct policy *p, verdict_list *out); /* says nothing itself: report.c prints verdicts */
int check_status(const verdict_list *v);		      /* exit status */
void check_budget(
	const struct policy *p, verdict_list *out); /* compiles and measures the C of a policy that is proved */

/* report.c: verdicts for people (stderr: what is refuted; stdout: counts) and for --json */
const char *answer_name(enum answer a); /* "proved" */
void report_verdicts(const struct policy *p, const verdict_list *v, bool json);
void report_case(const struct policy *p, const struct verdict *v, bool json); /* its trace */
void report_dump(const struct policy *p, bool json);

/* ---- lower.c, backend/ ---- */

struct output;
struct ir; /* ir.h */
struct ir *lower(const struct policy *p);

const struct action *guardrail_holds(
	const struct guardrail *g, const struct tunable *t); /* its `set t = v`, or of any t == NULL; NULL: none */

struct backend { /* one row of backends.def and one file */
	const char *name;
	const char *(*supports)(const struct policy *p); /* NULL: yes; else why not */
	int (*emit)(const struct policy *p, const struct ir *ir, struct output *out);
};

/* backend/backends.def has a row BACKEND(c) for backend/c.c, which defines backend_c */
#define BACKEND(name) extern const struct backend backend_##name;
#include "backend/backends.def"
#undef BACKEND

/* output.c: files are written to a temporary name and renamed together; nothing is left behind on failure */
struct output *output_open(const char *dir);
FILE *output_file(struct output *o, const char *name); /* memory until commit */
const char *output_text(struct output *o, const char *name, size_t *size);
const char *output_name(const struct output *o, int i);		 /* in the order of output_file; NULL past the last */
bool output_commit(struct output *o);				 /* false: said why, and nothing is there */
bool output_to(const char *path, const char *text, size_t size); /* one file, a pipe, a device; false: said why */
const char *sha256_hex(const void *data, size_t size);
char *file_text(
	const char *path, size_t *size);   /* with a byte 0 behind it; NULL: cannot be read, or is no plain file */
const char *sha256_file(const char *path); /* NULL: the same */

/* cert.c: NAME.cert.json, which says what was proved of which bytes, and NAME.pc */
void cert_write(const struct policy *p, const verdict_list *v, struct output *o); /* last: hashes what is in `o` */
struct cert {
	const char *policy; /* its name */
	const char *source; /* the policy's path, as `compile` was given it */
	const char *stale;  /* the first file that is not what was certified, or NULL */
	const char *stale_why;
	LIST(const char *) files; /* what it lists: inputs and outputs */
};
struct cert *cert_read(const char *dir, const char *hook_dir); /* of the one certificate in `dir`; NULL: said why */
void cert_say_stale(const struct cert *c);
void cert_asks_for(struct cert *c, const char *file); /* it is stale where it does not list `file` */

/* home.c: what lies beside the binary: hooks, runtime headers */
const char *home_path(const char *relative); /* "runtime/hooks"; LDOSC_HOME says otherwise where home is */

/* ---- prove.c: Frama-C ---- */

struct prove_how {
	bool json;
	const char *junit;     /* a file, or NULL */
	const char *functions; /* just these, with commas between; NULL: all */
	struct cert *cert;     /* has to be of all that is proved; NULL: of none, what lies there is asked about */
};
int prove_run(const struct policy *p, const char *dir, const struct prove_how *how); /* exit status */
int prove_c(const char *path, const struct prove_how *how); /* hand-written C in the same idiom: no clause is implied */
int prove_runtime(const struct prove_how *how);		    /* every proof unit of proofs/ and runtime/ */

#endif
