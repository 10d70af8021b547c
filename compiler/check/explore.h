/* From init to a case: a search with the reference interpreter, which therefore is the judge of all that it finds. Nothing
 * here is a proof; what is not found is not there only when the search says that it saw every state.
 *
 * A body is a short causal piece (a decision; decision, opening and closing event; a tick) with concrete values at the
 * edges of what the policy compares. A step of the search repeats one body while that brings the aim nearer. */
#ifndef EXPLORE_H
#define EXPLORE_H

#include "../interp.h"

typedef LIST(struct entry) entry_list;

struct body {
	LIST(struct entry) entries; /* `now`: time passed before it */
	bool fresh;		    /* opens the first free tag and leaves it open: one repetition a run */
	bool landing;		    /* closes the oldest open tag */
	bool decides;		    /* a deciding entry alone */
};

/* What brings a search nearer: a condition of the state that is to hold, or not to. */
enum aim_kind {
	AIM_EXPR,    /* expr, read with `in` and `candidate`, is `want` */
	AIM_TRIPPED, /* guardrail (of `key`) is tripped, or not */
	AIM_REARMS,  /* guardrail (of `key`) is about to rearm */
	AIM_ORDER    /* expr of `candidate` is below expr of `than`, or not */
};

struct aim {
	enum aim_kind kind;
	const struct expr *expr;
	const struct entry *in;
	int candidate, than;
	const struct guardrail *guardrail;
	int key; /* the guardrail's; of an expression without an entry `in` the one it is asked of */
	bool want;
	bool judged; /* of a choice: */
	int64_t choice[8];
	enum source_of by;
};

struct hunt {
	step_fn *hit; /* false: there it is, at the entry that was just made */
	void *user;
	bool (*veto)(void *user, const struct machine *m,
		const struct entry *in); /* true: not this, here. NULL: all may be */
	/* For the sweep, instead of `veto` and `hit`: what is remembered of the way, after one more entry. */
	uint64_t (*mark)(void *user, uint64_t mark, const struct machine *before, const struct machine *after,
		const struct entry *in);
	/* Looks at a state that the search has come to, and may try entries on copies; true: there it is, and the body
	 * of *last shows it. NULL: nothing to try. */
	bool (*at)(void *user, const struct machine *m, struct run *last);
	uint64_t at_cost; /* in entries, of one look */
	LIST(struct aim) aims;
	LIST(struct body) bodies; /* besides the policy's own */
	uint64_t budget;	  /* entries; 0: as many as is usual */
	bool anywhere;		  /* any trace will do: start where earlier searches have been, and do not shorten */
};

#define MARK_FOUND UINT64_MAX /* there it is, at the entry that was just made */

struct explorer;
struct explorer *explorer_new(const struct policy *p);
const struct policy *explorer_policy(const struct explorer *x);
/* A trace to it, shortest runs first where that is cheap; NULL: not found. */
struct trace *explore(struct explorer *x, struct hunt *h);

typedef LIST(struct body) body_list;
void explorer_decisions(
	const struct explorer *x, body_list *out); /* the deciding entries it knows: shared, not to be changed */
void explorer_rounds(const struct explorer *x, body_list *out); /* rounds, single events and a few decisions */
/* Gives e the tag that a fresh or landing body needs; false: there is none. */
bool explorer_tag(const struct machine *m, const struct body *b, struct entry *e);
void explorer_answers(const struct explorer *x, entry_list *out);  /* what a ticket may be settled with; shared */
bool settles_anew(const struct policy *p);			   /* guardrails move at settle too */
int explorer_waits(const struct explorer *x, const uint64_t **at); /* times that the policy tells apart */
uint64_t explorer_period(const struct explorer *x);   /* rounds after which a settled state looks the same */
uint64_t explorer_patience(const struct explorer *x); /* so many rounds without a transition, and there will be none */

/* bodies.c */
void bodies_of(const struct policy *p, body_list *decisions, body_list *rounds, body_list *rest);
typedef LIST(num) num_list;
void field_values(const struct policy *p, const struct field *f, num_list *v); /* that the policy tells apart */
void field_edges(
	const struct policy *p, const struct field *f, num_list *v); /* and that it tells apart by way of a feature */
void settings_of(const struct policy *p, body_list *out);	     /* each tunable set to an end of its range */
void answers_of(const struct policy *p, entry_list *out);	     /* a ticket settled, with each answer */
void entries_apart(
	const struct policy *p, entry_list *out); /* every entry by itself, as far as the policy tells them apart */
void entry_halves(
	const struct entry *e, entry_list *out); /* a decision as what asks and what settles; others as they are */
uint64_t trace_entries(const struct trace *t);
void trace_add(struct trace *t, const struct run *run); /* the same again is one repetition more */

/* sweep.c: the last resort of explore() */
struct trace *sweep(const struct explorer *x, struct hunt *h);

/* distance.c: 0 iff the aim holds; less is nearer */
num aim_distance(const struct machine *m, const struct aim *a);

#endif
