/* lower: the typed policy as IR. lower.c has the road; lower_expr.c expressions, lower_event.c init, events and
 * guardrails, lower_decide.c what is chosen and settle, lower_ask.c ask, lower_kept.c the parts of a vector that events
 * write. */
#ifndef LDOSC_LOWER_H
#define LDOSC_LOWER_H

#include "acsl.h"
#include "ir_build.h"

/* An expression whose value was taken before what it reads was moved. */
struct taken {
	const struct expr *of;
	struct ir_value *value;
	const struct taken *before;
};

/* What the words of an expression stand for in the function that is being written. */
struct place {
	const struct policy *policy;
	const char *state;		   /* "c->" */
	const char *event;		   /* "e->" */
	const char *key;		   /* the event's own key, bounded */
	const char *tag;		   /* its tag, bounded */
	const char *keyvar;		   /* the key that `any` or `every` binds: a loop's index */
	const struct guardrail *guardrail; /* whose condition it is; NULL: none */
	const char *candidate;		   /* the bound candidate: a loop's index, or bounded */
	const char *choice;		   /* the decision's parts: prefix, or NULL: `candidate` is the choice */
	int by;		   /* the source, where it is known; -1: a member of the choice; BY_ARGUMENT: `by` */
	const char *asked; /* who was asked: "c->ask[slot].asked" */
	const struct taken *taken;
};

enum { BY_ARGUMENT = -2 };

struct ir_value *lower_value(const struct place *at, const struct expr *e);
struct ir_value *lower_not(struct ir_value *a);
const char *lower_key(const struct place *at, const struct expr *a); /* text of an index, bounded */
const char *c_time(num ns);					     /* "10 * SEC" */
const char *c_bounded(const char *index, const char *max);	     /* INDEX(index, max) */

/* A role's printer: an expression over the policy p and the role r. */
#define ROLE(name, printer)                                                        \
	static void name(FILE *f, const struct policy *p, const struct ir_role *r) \
	{                                                                          \
		printer;                                                           \
		(void)r;                                                           \
	}

struct ir_function *lower_function(
	struct ir *ir, const char *head, const char *section, bool exported, struct ir_role contract);
void lower_kept(struct ir *ir, const struct policy *p);
void lower_kept_init(struct ir_block *b, const struct policy *p, const struct key *k, const char *state);
void lower_digits(struct ir_block *b, const struct input *in, int place); /* of x, from a place of the vector v on */
struct ir_value *lower_divided(struct ir_value *x, num by);
void lower_init(struct ir *ir, const struct policy *p);
void lower_guardrails(struct ir *ir, const struct policy *p);
void lower_events(struct ir *ir, const struct policy *p);
void lower_tunables(struct ir *ir, const struct policy *p);
void lower_decision(struct ir *ir, const struct policy *p);
/* The invariant holds, said in parts before it is said as a whole, and on every road by itself: a join has nothing to
 * prove. */
void lower_ok(struct ir_block *b, const struct policy *p);
void lower_stays_ok(
	struct ir_block *b, const struct policy *p);	      /* .. of what events move, where no record was written */
void lower_later(struct ir_block *b, const struct policy *p); /* the clock goes on, and it still holds */
void lower_guardrail_calls(struct ir_block *b, const struct policy *p, const struct key *key, const char *k);
void lower_event_features(struct ir *ir, const struct policy *p, const struct event *e);
void lower_event_ok(struct ir *ir, const struct policy *p, const struct event *e);

const char *lower_unsupported(const struct policy *p); /* NULL: all of it; else what, in the policy's words */

#endif
