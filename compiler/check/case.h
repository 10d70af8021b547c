/* A case: what a question's answer says in the policy's own terms, and the search that shows whether init leads to
 * it. */
#ifndef CASE_H
#define CASE_H

#include "check.h"
#include "explore.h"
#include "judge.h"

/* As little as possible is unlike init: every variable of the state, then every input, that may be plain, is. */
void case_simplify(struct checker *c, struct question *q, const struct step *st);
/* The entry of the case: for ASK and SETTLE the whole decision. */
struct entry case_entry(struct checker *c, struct question *q, const struct step *st);
/* Whatever the decision, the contract and the guardrails read of the state is to be as it is in the case. */
void case_aims(struct checker *c, struct question *q, const struct step *st, const struct entry *e, struct hunt *h);
void body_of(struct hunt *h, const struct entry *e); /* the case's own entry, to be tried first */

/* The question of *v was answered with a case of `st`: looks for a trace from init at whose last entry `hit` is false,
 * and makes *v refuted with it; else unknown. `what` is the case in a few words. Frees q. */
void case_refute(struct checker *c, struct question *q, const struct step *st, struct verdict *v, step_fn *hit,
	void *user, const char *what);
/* The same in two steps, for a search of one's own. */
const struct entry *case_take(struct checker *c, struct question *q, const struct step *st);
void case_hunt(struct checker *c, struct question *q, const struct step *st, struct verdict *v, struct hunt *h,
	const struct entry *e, const char *what);
/* The search alone, with the aims that *h has. */
void case_search(struct checker *c, struct question *q, const struct step *st, struct verdict *v, struct hunt *h,
	const struct entry *e, const char *what);
/* Proved where the answer is unsat, unknown where there is none; true: there is a case to look into. */
bool case_open(struct verdict *v, enum smt_answer answer);

/* In a state of a search: the decision `in`, taken here, settled at once or later, or the ticket that is open settled
 * with its answers. true: one of these passes the test, and *last is it. */
bool case_try(struct checker *c, struct judge *j, const struct machine *m, const struct entry *in,
	bool (*test)(void *user), void *user, struct run *last);
bool case_try_ticket(struct checker *c, struct judge *j, const struct machine *m, const struct entry *answers,
	bool (*test)(void *user), void *user, struct run *last);

/* The replayed trace in words: the last entry, what it stands on, how many entries it took. */
const char *case_text(struct checker *c, const struct trace *t, const char *head);
const struct entry *case_last(const struct trace *t);
/* The state just before the last entry of the trace. */
struct machine *case_before(struct checker *c, const struct trace *t);

#endif
