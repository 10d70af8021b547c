/* Small random policies, their states counted one by one, and the checker's verdicts beside what was seen. Nothing here
 * is shared with compiler/check/: the states are the reference interpreter's, the questions are put anew. */
#ifndef BRUTE_H
#define BRUTE_H

#include "interp.h"

/* generate.c: a policy's text; the same seed, the same text */
void generate(FILE *f, uint64_t seed);

/* What was seen, and the shortest way there. [0]: in a history in which every decision so far was lawful; [1]: in
 * any. */
struct seen {
	const char *way[2]; /* NULL: not seen */
};

struct facts {
	bool closed; /* every state was seen: what was not seen is not there */
	int states;
	uint64_t steps;
	const char *defect, *defect_way; /* the interpreter contradicts itself or the judge */
	struct seen broke[32];		 /* by guarantee: the fallback's choice broke it */
	struct seen unfit;		 /* the fallback's choice does not meet need */
	struct seen undecided;		 /* somebody meets need, and nobody was chosen */
	struct seen doomed;		 /* somebody meets need, and no choice is lawful */
	struct seen met[32];		 /* by assumption: a decision at which it holds; all_met: at which all do */
	struct seen all_met;
	struct seen trips[32], rearms[32]; /* by guardrail */
	struct seen together[32][32];	   /* both tripped in one step */
	struct seen stale[32];	 /* rearmed, though nothing that rearm reads has heard of an event since the trip */
	struct seen by[4];	 /* by source */
	struct seen forbids[32]; /* by guarantee: a choice that it does not allow */
	struct seen left_out;	 /* somebody does not meet need */
	struct seen fails[32];	 /* by assumption: an event at which it does not hold */
	struct seen decides[2][8][8]; /* [learned] by part, alternative: it is what decides */
	struct seen matters[16];      /* by class (or 0): another answer, another decision */
	struct seen stuck[32];	      /* closed only: tripped, and from there no way leads to armed */
	bool all_rounds;	      /* closed only: every constant environment was looked at */
	struct seen goes_round[32];   /* closed only: in some constant environment it trips and rearms for ever */
	struct seen frozen[32]; /* closed only: tripped, and no measurement that can still come makes a difference */
};

/* states.c: at most so many steps */
void look(const struct policy *p, uint64_t most_steps, struct facts *f);

/* judge.c: decisions, judged by the log of all decisions and not by what the shield counts */
bool guarantee_owed(const struct view *v, const struct guarantee *g); /* its assumptions held and hold */
bool guarantee_kept(const struct view *v, const struct guarantee *g); /* if the view's choice is recorded now */
bool guarantee_allows(const struct view *v, const struct guarantee *g); /* or it does not count for one that limits a count */
bool guarantee_assumed(const struct view *v, const struct guarantee *g); /* its assumptions hold now */
bool somebody_needed(const struct view *v);
bool choice_needed(const struct view *v);
bool nothing_lawful(const struct view *v);
bool everybody_needed(const struct view *v);
bool fallback_names(const struct view *v);			    /* somebody, or something, for every part */
bool forbids_some(const struct view *v, const struct guarantee *g); /* a choice of the domain, for some source */
int deciding_alternative(const struct view *v, int part); /* of the rule by which v->by decides, from 0; -1: none */

#endif
