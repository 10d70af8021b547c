/* What the interpreter says of one decision that has not been taken: of a state and a deciding entry. */
#ifndef JUDGE_H
#define JUDGE_H

#include "../interp.h"

struct judge {
	struct machine *m; /* the state in which settle decides */
	struct entry in;
	struct outcome asked;	/* ask's */
	struct outcome settled; /* what is decided */
	struct outcome settled_moves;
	struct view view;
	uint32_t need; /* candidates that meet it; without candidates bit 0 */
};

/* The decision on `in`, settled `wait` after it was asked. false: the entry is refused, no ticket is free, or it is
 * void by then. The time of `in` is what passes before it. */
bool judge_open(struct judge *j, const struct machine *m, const struct entry *in, uint64_t wait);
/* The ticket that `in` names (as in a trace: 0 is the last), if it is open, settled so much later with the answers of
 * `in`, which are left out where nobody was asked. */
bool judge_ticket(struct judge *j, const struct machine *m, const struct entry *in, uint64_t wait);
void judge_run_ticket(const struct entry *in, uint64_t wait, struct run *run);
void judge_run(const struct entry *in, uint64_t wait, struct run *run); /* the same as a body */
bool judge_names(struct judge *j); /* the fallback names somebody, or something, in the domain */
void judge_close(struct judge *j);

/* Whether g (NULL: every guarantee) would hold with this choice by this source. */
bool judge_lawful(struct judge *j, const int64_t *choice, enum source_of by, const struct guarantee *g);
bool judge_owed(struct judge *j, const struct guarantee *g); /* its assumptions hold now, and did in its window */
/* Whether some choice is as `accept` wants it; `needed`: only those that meet `need`. */
typedef bool accept_fn(struct judge *j, const int64_t *choice, void *user);
bool judge_some(struct judge *j, bool needed, accept_fn *accept, void *user);
bool judge_wide(const struct judge *j); /* a number has more values than are tried: that none is found means nothing */
/* The candidates over which learned's rules range. */
uint32_t judge_learned_mask(struct judge *j);

#endif
