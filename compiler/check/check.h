/* One question a function: what the obligations share. */
#ifndef CHECK_H
#define CHECK_H

#include "lemmas.h"

struct explorer;

struct way_back { /* a script from every tripped state; NULL: none was found */
	const struct guardrail *of;
	const struct lemmas *known;
	const char *script;
};

struct checker {
	const struct policy *policy;
	struct relation *rel;
	struct lemmas inv;    /* whatever lawful choice each decision takes */
	struct lemmas real;   /* whatever the rules choose: fewer states */
	struct lemmas strong; /* the same and more: strong_invariant() */
	bool strong_tried;
	const struct lemmas *known; /* what scripts, closed sets and rounds rest on: inv; on a second try, strong */
	char *rearms;		    /* by guardrail, whether it can: 'y', 'n', 0: not asked yet */
	struct explorer *explorer;  /* explore.h */
	verdict_list *out;
	long scripts_left; /* of a search for a script: variables of the entries that it may still ask about */
	LIST(struct way_back) ways_back; /* what was found, or not */
};

#define OBLIGATION(id, function, text) void function(struct checker *c);
#include "obligations.def"
#undef OBLIGATION

/* A new verdict, with engine and place; the obligation fills in the rest. Time and units are charged by check.c. */
struct verdict *verdict_add(struct checker *c, const char *subject, struct span at, enum answer answer);

struct step *step_of(const struct relation *r, enum step_kind kind, const struct event *e); /* NULL: no such entry */
struct step *settle_of(const struct relation *r);

/* One question: Inv of all that the entry reads, its inputs allowed, and `goal`. After SMT_SAT the case is in *q, which
 * the caller frees (ask_free); q == NULL: only the answer is wanted. */
enum smt_answer ask(struct checker *c, const struct step *st, term goal, struct question **q);

/* The same of the states that the policy's own rules lead to. */
enum smt_answer ask_real(struct checker *c, const struct step *st, term goal, struct question **q);
/* The same with the combinations of conditions that there are, where they can be found: costs more, for what is open
 * without. */
enum smt_answer ask_strong(struct checker *c, const struct step *st, term goal);
const struct lemmas *strong_invariant(struct checker *c); /* predicates.c */

struct goal { /* t, of some state in which the entry comes */
	const struct step *st;
	term t;
};
typedef LIST(struct goal) goal_list;
/* None of them; false: it is not known. */
bool never_while_calm(struct checker *c, const goal_list *goals); /* calm.c: by what armed guardrails say of all keys */
bool never_reached(struct checker *c, const goal_list *goals); /* horn.c: by that, or by an invariant that is found */

bool never_trips(const struct checker *c, const struct guardrail *g);
bool never_trips_after_all(struct checker *c, const struct guardrail *g); /* the same by the strong invariant */
bool never_rearms(struct checker *c,
	const struct guardrail *g); /* no entry ever does: all tripped states are a set that nothing leaves */

/* Whose choice the fallback's would be, here: tripped or shielded. */
term fallback_by(const struct step *st);
/* The fallback's choice is what happens: no lawful learned choice is let through. */
term fallback_used(const struct checker *c, const struct step *st);

#endif
