/* The typed policy as a transition relation over Z3 terms: what a state is, what it is at init, and what each entry makes
 * of it. Built from the policy once; every question instantiates it.
 *
 * The abstraction, always an over-approximation, so that `unsat` is a proof and `sat` a candidate:
 * - of each key kind ONE key is followed, any one (Skolem); other keys appear as records that satisfy the same invariant;
 * - a window is how many it holds and how many of them hit; what leaves it is an oracle bound by these two numbers, or, of
 *   a short one, whose elements are kept, what has been in it for longest;
 * - answers of the model, the operator's values of tunables and the fields of events are any values in their ranges;
 * - a decision takes any lawful choice (Ok): the shield needs no foresight. */
#ifndef RELATION_H
#define RELATION_H

#include "smt.h"

enum var_role {
	VAR_NOW,
	VAR_SEEN,     /* feature or guarantee: fill of its window; else how many, up to its `after` */
	VAR_FILL,     /* share over time: how many the window holds */
	VAR_HITS,     /* feature or guarantee: of the window */
	VAR_RING,     /* feature or guarantee: whether element `slot` (0 newest) of a short window hit */
	VAR_ELEMENT,  /* mean, min, max, quantile of a short window: element `slot` (0 newest) */
	VAR_VALUE,    /* mean, min, max, quantile; exponential mean in 16 fraction bits; since; in_flight */
	VAR_SLOT,     /* last: column, slot (0 newest) */
	VAR_RUNNING,  /* age: ever; held: the condition holds */
	VAR_AT,	      /* age, held: since when */
	VAR_OPEN,     /* flight: requests out, of the key */
	VAR_TOTAL,    /* flight: of all keys */
	VAR_CARRIED,  /* flight: of them, those whose carry satisfies carry atom `slot` */
	VAR_SAID,     /* model: last answer */
	VAR_ASKS,     /* model: open tickets that asked for this key */
	VAR_TICKETS,  /* open tickets */
	VAR_ASKED_AT, /* where there is one ticket: when it was taken */
	VAR_TURN,     /* guardrail: asks since the last shadow */
	VAR_TRIPPED,  /* guardrail */
	VAR_EVER,     /* guardrail: has ever tripped */
	VAR_TRIP_AT,
	VAR_REARMED, /* guardrail: has ever rearmed */
	VAR_REARM_AT,
	VAR_CLEAN /* guarantee under assumptions: decisions since the last violation, up to its window */
};

struct flight { /* requests between an opening and a closing event */
	const struct event *open, *close;
	const struct key *key;	   /* of the opening event, or NULL */
	num max;		   /* open at once */
	const struct carry *carry; /* NULL: no values ride */
};

struct var {
	enum var_role role;
	const char *name; /* "missed.hits" */
	bool truth;
	const struct key *key; /* NULL: one for the policy */
	num lo, hi;	       /* of a number; hi < lo: not bounded */
	term initial;
	const struct feature *feature;
	const struct guarantee *guarantee;
	const struct guardrail *guardrail;
	const struct model *model;
	const struct flight *flight;
	int column, slot;
};

#define NO_VAR (-1)
enum {
	RING = 6,     /* elements of a window that are kept one by one, .. */
	ELEMENTS = 3, /* .. where they are values; .. */
	CLOSER = 6    /* .. in the relation that is asked what is open without */
};

struct feature_vars {
	int seen; /* for its `after` */
	int fill; /* of its window; the same variable where that serves */
	int hits, value, running, at;
	int *slot; /* column * depth + slot */
	int depth;
	int *ring;    /* by element; NULL: the window is long */
	int *element; /* the same of values */
};
struct guardrail_vars {
	int tripped, ever, trip_at, rearmed, rearm_at, turn;
};
struct guarantee_vars {
	int seen, hits, clean;
	int *ring;
};
struct model_vars {
	int said, asks;
};
struct flight_vars {
	int open, total; /* of the key, of all; the same variable without a key */
	int *carried;	 /* by carry atom */
};

/* Some key that is neither followed nor the event's: no entry changes its record, but for what time does. */
struct rest {
	term id;
	term *now;    /* its record, */
	term *before; /* and before the entry, where time has changed it since. NULL: nobody has asked for it */
};

struct relation {
	const struct policy *policy;
	int elements; /* ELEMENTS or CLOSER */
	LIST(struct var) vars;
	int now, tickets;
	int asked_at;			  /* NO_VAR: there are several tickets */
	struct feature_vars *feature;	  /* by index */
	struct guardrail_vars *guardrail; /* by index */
	struct guarantee_vars *guarantee; /* by index */
	struct model_vars *model;	  /* by index */
	LIST(struct flight) flights;
	struct flight_vars *flight;
	LIST(const struct expr *) atoms; /* of the carry: comparisons that read nothing else */
	LIST(const struct key *) keys;
	term *skolem;		   /* by key: the one that is followed */
	struct rest **rest;	   /* by key: `rests` of them */
	int *rests;		   /* by key: as many as `any` and `every` may need witnesses */
	bool *timed;		   /* by key: these read what time alone changes */
	term *s;		   /* the state before: variables */
	LIST(struct step *) steps; /* one an entry, all from `s` */
	LIST(struct step *) nexts; /* relation_next's, from the states behind those and behind each other */
};

/* One more record of a key kind: some key that is not followed. */
struct other {
	const struct key *key;
	term id;
	term *v; /* by variable; NULL where the variable is not of this key */
};

/* What a phase of an entry reads: the followed state, and the record of the event's own key (which may be the same). */
struct phase {
	term *v;
	term *own; /* by variable; of variables without a key: as `v`; NULL: the event has no such key */
};

enum step_kind { STEP_EVENT, STEP_ASK, STEP_SETTLE, STEP_TICK };

struct push {	     /* what an entry did to a feature, in the record of the event's own key (or the only one) */
	term enters; /* an element entered its window */
	term hit;    /* and hits */
	term leaves; /* a hit left; NULL: not a counted window */
};

struct pick { /* a choice: one value a part */
	term found;
	term *value;
};

struct step {
	enum step_kind kind;
	const struct event *event; /* NULL: TICK without a tick event */
	const char *name;	   /* "complete", "submit (settle)" */

	/* inputs */
	term passed;	     /* time since the entry before, >= 0 */
	term *field;	     /* by field index; a list's is its length */
	term (*element)[16]; /* by candidate, record index */
	int list_max;
	const struct field *list;
	term *carry;   /* by column; the closing event's */
	term *own_key; /* by key: whose event it is, or NULL */
	term answered;
	term *asked;	    /* by candidate: its answer was asked for */
	term *answer;	    /* by candidate, or one */
	term *operator_set; /* by tunable: the operator's value */
	struct pick taken;  /* SETTLE: the lawful choice that was taken */
	term by, passes;
	LIST(struct other) others;
	struct other (*candidate_other)[16]; /* by candidate, index of a key in its record */

	const struct step *around; /* of a still: the entry before or after which it stands, or NULL */
	term *around_own;	   /* the record, then, of that entry's own key */
	bool before;		   /* it stands before that entry */
	struct rest **rest;	   /* of a still that stands apart: the other keys there, as in the relation; or NULL */

	/* what the inputs must satisfy besides the invariant */
	term allowed;

	/* phases */
	term *pre;
	struct phase aged, fed, mid;
	term *post;

	struct push *push;    /* by feature */
	term *trips, *rearms; /* by guardrail; of the event's own key. NULL: not evaluated */
	term *trip_evidence, *rearm_evidence;

	/* SETTLE: the decision, in `mid` */
	term *need; /* by candidate */
	term some_need;
	term over; /* a guardrail over the decision is tripped */
	struct pick learned, fallback;
	term *learned_mask; /* by candidate: over whom learned's rules range */
	term probed;	    /* asked though tripped, to be acted on */
	term transparent;   /* the decision is learned's */
	term ticket;	    /* ASK: one was free */
	term decided;	    /* a decision was recorded */
	/* either is assumed of what was taken, besides `allowed`: */
	term lawful;		/* it is any choice with Ok */
	term real;		/* what was taken is what the rules say */
	term *guarantee_leaves; /* by guarantee: its window loses a hit at the next decision */
	term *elsewhere;	/* by guardrail: it is tripped for some key that is not followed */
};

struct relation *relation_new(const struct policy *p, int elements);
term *relation_state(struct relation *r, const char *prefix); /* one variable each */
term *relation_init(struct relation *r);
/* The entry from any state; variables of its own each time. */
struct step *relation_step(struct relation *r, enum step_kind kind, const struct event *e, term *pre);
/* The same one each time, for searches that ask of it over and over: not twice in one question. */
struct step *relation_next(struct relation *r, enum step_kind kind, const struct event *e, term *pre);
/* No entry at all: what conditions on the state v are read with, of the followed keys. */
struct step *relation_still(struct relation *r, term *v);
/* The state before the entry, after it, or once its features are fed: what another key says there has to do with what
 * the entry reads and does. */
struct step *relation_still_at(struct relation *r, const struct step *st, bool after);
struct step *relation_still_fed(struct relation *r, const struct step *st);
/* A state of another time: other keys hold there what they may hold, but of the variables that are `fixed` (by var; NULL:
 * none) what they hold in every other state that the question reads. */
struct step *relation_still_apart(struct relation *r, term *v, const bool *fixed);
bool relation_of_many(const struct expr *e);			   /* it asks any or every key */
int relation_key(const struct relation *r, const struct key *key); /* -1: none */
term relation_range(const struct var *v, term t);		   /* the declared range holds */

/* ---- relation_expr.c: expressions as terms ---- */

struct env {
	struct relation *r;
	struct step *step;
	const struct phase *view;
	int candidate;	    /* the bound one, or -1 */
	const term *choice; /* by part; NULL: none is being judged */
	term by;
	const term *mask;	    /* by candidate: who takes part in a choice */
	const struct other *keyvar; /* inside any, every: whose record; NULL: the followed key's */
};

term expr_term(struct env *env, const struct expr *e);
struct pick choose_term(struct env *env, bool learned, const term *mask);
term finds_term(struct env *env, const struct expr *e, const term *mask);
term grid_term(const struct part *part, term x); /* held in the part's range, down onto its grid */
term tunable_term(struct env *env, const struct tunable *t);
term feature_term(struct relation *r, const struct feature *f, const term *record, term now);
term active_term(struct relation *r, const struct feature *f, const term *record);
term share_term(struct relation *r, const struct expr *e, const term *record);
struct rest relation_rest_apart(struct relation *r, int k, struct rest *rest, const bool *fixed);
/* Variables of the record that expression `a` (a key, a candidate, or NULL) names. */
term *relation_record(struct env *env, const struct expr *a, const struct key *key);

/* ---- relation_feature.c, relation_decision.c: the phases ---- */

void guarantees_leave(struct relation *r, struct step *st);
void phase_age(struct relation *r, struct step *st);
void phase_features(struct relation *r, struct step *st);
void phase_guardrails(struct relation *r, struct step *st);
void phase_ask(struct relation *r, struct step *st);
void phase_settle(struct relation *r, struct step *st);

/* Ok(s, e, a): every guarantee's step condition holds after `choice` is recorded. `one`: only that guarantee, or
 * NULL. */
term ok_term(struct relation *r, struct step *st, const term *choice, term by, const struct guarantee *one);
/* What is owed of a decision that is not learned's: of guarantees under assumptions, while these hold. */
term required_term(struct relation *r, struct step *st, const struct guarantee *g);
term owed_term(struct relation *r, struct step *st, const term *choice, term by);
term domain_term(const struct policy *p, const struct step *st, const struct pick *pick);
typedef LIST(term) term_list;
/* Of a number with more values than are tried one by one: those at which what the guarantees leave of it can end. */
void number_ends(struct relation *r, struct step *st, int part, term by, term_list *out);
/* Of a number that is decided alone: what the rules say is `raw`, and clamped into what is lawful it is `held`. */
term clamped_term(struct relation *r, struct step *st, term raw, term held);
term needed_term(const struct policy *p, const struct step *st, const struct pick *pick);
term over_pick_term(struct relation *r, struct step *st,
	const struct pick *pick); /* a guardrail over the choice's candidate is tripped */
term is_answer_term(const struct model *m, term answer);
bool relation_acts_fallback(const struct guardrail *g);
bool relation_resets(const struct guardrail *g, const struct feature *f, bool trip);
/* The elements of the window after x has come in, where it has; and whether the oldest, of a full one, hit. */
/* The mean, least, greatest or rank of the first `fill` elements, of which there is one at least. */
term elements_value(const struct feature *f, const term *element, term fill);
void ring_push(const int *ring, int n, const term *old, term enters, term x, term *next);
term in_flight_count(struct relation *r, const struct feature *f, const term *v);
term room_term(struct relation *r, struct step *st, const struct phase *view, const struct guarantee *g);
const struct key *relation_list_key(const struct field *list, const struct key *want, int *index);
bool relation_same(const struct expr *a, const struct expr *b);

#endif
