/* world: the closed world, in two files: world.c has the history and the entries, world_count.c the guarantees that
 * count. */
#ifndef LDOSC_WORLD_H
#define LDOSC_WORLD_H

#include "lower.h"

struct world {
	FILE *f;
	const struct policy *p;
	const char *name, *context; /* io_route, struct io_route */
	const struct event *on;
	const struct part *part;
	const char *event; /* struct io_route_submit */
	bool trips;	   /* some guarantee reads the age of a trip */
	bool times;	   /* some guarantee counts over a time */
};

static inline bool is_count(const struct guarantee *g)
{
	return g->kind != GUARANTEE_POINT;
}

#define EACH_GUARDRAIL(w, g)                                       \
	for (int g##_i = 0; g##_i < (w)->p->guardrails.n; g##_i++) \
		for (const struct guardrail *g = (w)->p->guardrails.at[g##_i]; g; g = NULL)

#define EACH_GUARANTEE(w, g)                                       \
	for (int g##_i = 0; g##_i < (w)->p->guarantees.n; g##_i++) \
		for (const struct guarantee *g = (w)->p->guarantees.at[g##_i]; g; g = NULL)

/* world.c: the length of a history, and the decision that the world looks at */
const char *world_steps(const struct world *w);	   /* "IO_ROUTE_WORLD_STEPS" */
const char *world_in_range(const struct world *w); /* "d->leg < e->legs_n" */
const char *world_chosen(const struct world *w);   /* "*c, *e, d->leg, d->by" */

/* world_count.c */
void world_count_includes(const struct world *w);
void world_count_members(const struct world *w); /* of the history */
void world_count_predicates(const struct world *w);
void world_count_functions(const struct world *w);
void world_count_unmoved(const struct world *w, const char *when); /* what other entries, and a pass, leave alone */
void world_count_settled(const struct world *w, const struct guarantee *g, const char *decided);
/* .. the loop that tells of g: its history, and the guarantee asserted over it */
void world_count_start(const struct world *w, const struct guarantee *g);
void world_count_invariants(const struct world *w, const struct guarantee *g);
void world_count_assert(const struct world *w, const struct guarantee *g);
void world_count_passed(const struct world *w, const struct guarantee *g);
void world_count_decided(const struct world *w, const struct guarantee *g);

#endif
