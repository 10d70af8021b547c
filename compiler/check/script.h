/* What can be made to happen while a guardrail is tripped, from every state of the invariant: a causal script, the
 * answers of a model that is asked for shadows included, whose last entry feeds the evidence. All that is not chosen is
 * against us. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "evidence.h"

/* What nobody chooses: more than 64 bits hold. */
#define ANY_VALUE ((num)1 << 100)

struct feed { /* one entry that is chosen, of one event */
	const struct event *event;
	num *field; /* by field index, a list's is its length; behind them those of the list's first element */
	const struct event *open; /* the event is a closing one: its request is opened so, just before */
	num *open_field;
	num wait;	  /* before it */
	const num *knobs; /* the operator's value of each tunable, set before; NULL: whatever they are */
	int said;	  /* the answer that the key was given last, by our doing; -1: whatever it was */
};

typedef LIST(struct feed) feed_list;

enum { FEED_VALUES = 48 };		/* 32 fields, and the 16 of an element */
int feed_values(const struct event *e); /* how many can be chosen, or not */
const struct field *feed_field(const struct event *e, int i);
term feed_term(const struct step *st, int i);
/* What the expression is at the feed; false: not its values alone say so. */
bool feed_value(struct checker *c, const struct feed *feed, const struct expr *e, num *x);

/* Every way to feed features of `event` that the policy tells apart. */
void script_feeds(struct checker *c, const struct guardrail *g, const struct event *event, feed_list *out);
/* Whether that is possible at all: a model that is to answer is asked while g is tripped. */
bool script_can(struct checker *c, const struct guardrail *g, const struct feed *feed);
/* Whether from every tripped state the feed has the property. The property is told of the feeding step, whose state
 * before, fields and carry are all set; its answer is what has to hold. */
typedef term property_fn(struct checker *c, struct step *st, void *user);
enum smt_answer script_always(
	struct checker *c, const struct guardrail *g, const struct feed *feed, property_fn *property, void *user);
/* unsat: from every tripped state these entries, one after another and nothing between them, rearm g. */
enum smt_answer script_chain(struct checker *c, const struct guardrail *g, const struct feed *const *feeds, int n);
const char *script_text(struct checker *c, const struct feed *feed);

/* Whether the search for a script may ask about so many entries more. */
bool script_left(struct checker *c, int entries);

/* absorbing.c: a script from every tripped state to an armed one, or NULL */
const char *script_back(struct checker *c, const struct guardrail *g);

/* ---- closed.c: a set of tripped states that nothing leaves ---- */

struct closed; /* facts that are so in each of its states */
/* The largest such set whose facts are of the kinds that keep evidence away; NULL: there is none. */
struct closed *closed_find(struct checker *c, const struct guardrail *g);
struct closed *closed_full(
	struct checker *c, const struct guardrail *g); /* the same, with every window of the evidence full */
/* A step starts in it. */
void closed_assume(struct checker *c, const struct closed *set, struct question *q, const struct step *st);
struct trace *closed_reach(struct checker *c, const struct closed *set); /* a trace into it, or NULL */
const char *closed_text(const struct checker *c, const struct closed *set);

#endif
