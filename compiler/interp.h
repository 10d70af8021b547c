/* The reference interpreter's own types. It is the oracle, so its state is the plain one: whole rings of what was seen,
 * scanned afresh at every reading. interp_state.c has the state, interp_eval.c what an expression says of it, interp.c the
 * entries in the order of spec/language.md, "Meaning".
 *
 * A machine is a handful of flat arrays, so that a copy is a handful of copies. `struct plan` says where in them the parts
 * of a policy lie; one machine's copies share it. */
#ifndef INTERP_H
#define INTERP_H

#include "ldosc.h"

#define NEVER	  ((num)UINT64_MAX) /* the age of what never was */
#define NONE	  ((num)1 << 100)   /* a rule that found nothing */
#define MOVES_MAX 64

/* What has entered a window, for one key: of the last `slots` events, or by buckets of time; behind it lie the ring's values, the
 * buckets, and which slots hit. Copies of a machine share it until one of them writes. */
struct past {
	int shared;	/* by so many machines */
	int buckets;	/* 0: nothing has entered */
	uint64_t seen;	/* events that entered, since init or the last reset */
	int fill, next; /* of the ring: how many slots hold an event, where the next goes */
	bool set;	/* EXP_MEAN, AGE, HELD: there is a value */
	uint64_t time;	/* AGE: of the last event; HELD: of the first of the unbroken run */
	num value;	/* EXP_MEAN: the mean, 16 fraction bits; SINCE: the count */
};

struct bucket {		/* a time window's: what entered in one Kth of its time */
	uint64_t index; /* time / width */
	uint64_t seen, hits;
	num sum, min, max;
};

/* Where one window lies, that of key k so much further on, and how large it is. */
struct place {
	int past;    /* in pasts */
	int slots;   /* of the ring; 0: none */
	int width;   /* values a slot */
	int buckets; /* K + 1; 0: no time window */
	uint64_t bucket_ns;
};

struct plan {
	const struct policy *p;
	struct place *feature;	 /* by feature->index */
	struct place *guarantee; /* by guarantee->index: the decisions that counted, as the shield knows them */
	int *rail;		 /* by guardrail->index: its first key in rails */
	int *said;		 /* by model->index: its first key in said */
	const struct key *
		*model_key; /* of the candidates, which its answers are remembered under; NULL: one for the policy */
	const struct event *open, *close; /* whose tags are kept, or NULL */
	int tags;
	int tag_width; /* numbers kept with a tag: the amounts of in_flight features, then the carry's columns */
	int *amount;   /* by feature->index: its slot among them, or -1 */
	int carried;   /* the first slot of the carry */
	size_t pasts, rails, saids;
	uint64_t *age_cap;  /* by feature->index: an age beyond it changes no comparison */
	uint64_t *trip_cap; /* by guardrail->index */
};

struct rail { /* a guardrail, of one key */
	bool tripped, ever_tripped, ever_rearmed;
	uint64_t tripped_at, rearmed_at;
	int shadowed; /* candidates that were not asked since the last that was */
};

struct tag {
	bool open;
	int key; /* under which it was opened */
};

struct ticket {
	uint64_t number; /* 0: closed */
	uint64_t at;
	struct entry entry; /* the event's copy */
	uint32_t asked;	    /* bit i: candidate i */
	uint32_t probed;    /* of those, which under tripped guardrails, to be acted on */
};

/* Every decision ever taken, by running totals: what the guarantees are judged by. It is not what the shield reads. */
struct log {
	size_t n, room;
	uint64_t *time; /* of decision i */
	uint64_t
		*total; /* [i * guarantees + g]: how many of decisions 0 .. i counted for g, or for a point, broke it */
	uint64_t *clean_from; /* by assumption: one past the last decision at which it did not hold */
};

struct move { /* one transition of a guardrail in the entry */
	int guardrail, key;
	bool tripped;
};

struct machine {
	const struct plan *plan;
	uint64_t now;
	num *tunables;	     /* as the operator set them */
	struct past **pasts; /* NULL: as init or a reset left it */
	struct rail *rails;
	int32_t *said; /* -1: none of the classes */
	struct tag *tags;
	num *rides;  /* tag_width numbers a tag */
	int *opened; /* the open tags, oldest first */
	int opened_n;
	struct ticket *tickets;
	uint64_t asked; /* tickets ever taken */
	struct log log;
	struct tally tally;
	struct move moves[MOVES_MAX]; /* of the last entry */
	int moves_n;
};

/* What an expression sees. */
struct view {
	const struct machine *m;
	const struct entry *in; /* the event's fields; NULL: none */
	int key;		/* of the event, or of the guardrail; -1: none */
	int tag;		/* of the closing event: what rode with it; -1: none */
	int candidate;		/* bound by need, first, argmin, argmax, a model's `for`; -1: none */
	int bound;		/* by any, every */
	int followed,
		*follow; /* distance.c: features and guardrails on the way here, and how many more may be followed */
	uint32_t among;	 /* which candidates first, argmin, argmax range over */
	const int64_t *choice; /* by part */
	enum source_of by;
	uint32_t asked;		/* candidates that were asked .. */
	const int32_t *answers; /* .. and what the model said of them */
};

/* interp_state.c */
int keys_of(const struct key *k); /* 1 where there is no key */
const struct past *past_of(const struct machine *m, const struct place *at, int key);
bool past_nothing(const struct past *w);				   /* as init left it */
struct past *past_own(struct machine *m, const struct place *at, int key); /* to be written: no other machine's */
const num *past_values(const struct past *w, const struct place *at, int slot);
const struct bucket *past_bucket(const struct past *w, const struct place *at, int i); /* i < w->buckets */
bool past_hit(const struct past *w, const struct place *at, int slot);
void past_reset(struct machine *m, const struct place *at, int key);
void past_enter(struct machine *m, const struct place *at, int key, bool hit, const num *values);
uint64_t past_seen(const struct machine *m, const struct place *at, int key); /* in the window now */
uint64_t past_hits(const struct machine *m, const struct place *at, int key);
uint64_t past_hits_but_oldest(
	const struct machine *m, const struct place *at, int key); /* that the next event leaves */
num past_sum(const struct machine *m, const struct place *at, int key);
num past_min(const struct machine *m, const struct place *at, int key);
num past_max(const struct machine *m, const struct place *at, int key);
num past_slot(const struct machine *m, const struct place *at, int key, int ago, int column); /* 0: the newest */
void log_add(struct log *l, int guarantees, uint64_t now, const bool *counted);
num floor_div(num a, num b); /* b > 0; rounds down */

/* interp_eval.c */
num value_of(const struct view *v, const struct expr *e);
num value_of_feature(const struct view *v, const struct feature *f, int key);
bool numbers_compare(enum op cmp, num a, num b); /* a cmp b, for the six comparisons */
bool feature_active(const struct machine *m, const struct feature *f, int key);
int entry_key(const struct machine *m, const struct entry *in); /* whose event it is; -1: nobody's */
const struct key *entry_key_kind(const struct plan *plan, const struct event *e);
const struct field *key_in_record(
	const struct field *list, const struct key *k); /* the element's field of that key, or NULL */
num raw_value(const struct type *t, uint64_t bits);	/* a field as it was handed over */
num tunable_in_force(const struct machine *m, const struct tunable *t);
bool room_left(const struct machine *m, const struct guarantee *g);
/* The first decision of g's window that ends with decision `last` of the log, or with one more, taken at `now`. */
size_t window_start(const struct log *l, const struct guarantee *g, size_t last, uint64_t now);
/* Of a number that is decided alone, some value is allowed by every guarantee that is `owed` (by index). */
bool number_left(const struct view *v, const struct part *part, const bool *owed);
void vector_of(const struct view *v, const struct model *model, int32_t *vector);

/* interp.c: the parts of an entry, in their order */
bool step_check(struct machine *m, const struct entry *in); /* false: refused, and counted */
void step_features(struct machine *m, const struct entry *in);
void step_guardrails(
	struct machine *m, const struct key *kind, int key, struct outcome *out); /* kind: NULL: those without a key */

/* interp_decide.c */
void step_ask(struct machine *m, const struct entry *in, struct outcome *out);
void step_settle(struct machine *m, const struct entry *in, struct outcome *out);
/* At the deciding entry `in`: would learned's choice, not masked by `need` or a guarantee, break g? */
bool unmasked_breaks(const struct machine *before, const struct entry *in, const struct guarantee *g);

/* trace.c */
bool event_has_key(const struct event *e, const struct key *k); /* k's records are what it feeds */
const struct key *bound_kind(
	const struct expr *e); /* of which keys an any or every that holds e speaks; NULL: of none */
/* State that is not of the event's own key reads the field: of all keys alike. */
bool policy_mixes(const struct policy *p, const struct event *e, const struct field *f);
bool policy_reads(
	const struct policy *p, const struct field *f); /* some expression reads it, or it says whose event it is */
bool policy_takes(const struct policy *p, const struct event *e);	 /* it has an entry */
void show_entry(FILE *f, const struct policy *p, const struct entry *e); /* `now`: the time passed before it */

#endif
