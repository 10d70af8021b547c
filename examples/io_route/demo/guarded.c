/* The generated policy as a way of choosing. Its vectors are compared with features.c's, number by number. */
#include "replay.h"

#include "io_route.h"

#include <stdlib.h>
#include <string.h>

struct state {
	struct io_route policy;
	struct features features;
	uint64_t vectors; /* compared */
};

static void *start(const struct trace *t)
{
	struct state *s = calloc(1, sizeof(*s));

	(void)t;
	if (!s)
		abort();
	io_route_init(&s->policy, 0);
	return s;
}

static void must_agree(const struct state *s, uint32_t dev, const struct vector_31_s16 *vector)
{
	int16_t mine[VECTOR_LENGTH];

	features_vector(&s->features, dev, mine);
	if (!memcmp(mine, vector->at, sizeof(mine)))
		return;
	fprintf(stderr, "replay: the generated vector of device %u is not what the policy's input list says\n", dev);
	exit(1);
}

static struct choice choose(void *state, const struct situation *s)
{
	struct state *x = state;
	struct io_route_submit e = {.op = 0, .bytes = s->read->pages * 4096, .legs_n = DEVICES, .primary = 0};
	struct io_route_questions q;
	struct io_route_answers a = {.answered = !s->late};
	struct io_route_decision d;
	struct choice c = {.said = {ANSWER_NONE, ANSWER_NONE, ANSWER_NONE}};

	for (uint32_t i = 0; i < DEVICES; i++) {
		uint32_t dev = leg(s->read, i);

		e.legs[i] = (struct io_route_leg){.dev = dev, .alive = s->alive[dev], .in_sync = s->in_sync[dev]};
	}
	c.by = BY_PASS;
	c.dev = s->read->primary;
	if (!io_route_ask(&x->policy, s->now, &e, &q))
		return c;
	for (uint32_t i = 0; i < DEVICES; i++) {
		uint32_t dev = leg(s->read, i);

		if (!q.asked[i])
			continue;
		must_agree(x, dev, &q.slow_io[i]);
		x->vectors++;
		if (s->late)
			continue;
		c.said[dev] = model_answer(s->model, q.slow_io[i].at);
		a.slow_io[i] = c.said[dev] == ANSWER_FAST ? IO_ROUTE_FAST : IO_ROUTE_SLOW;
	}
	io_route_settle(&x->policy, s->now, q.ticket, &a, &d);
	c.by = d.by == IO_ROUTE_LEARNED	    ? BY_LEARNED
		: d.by == IO_ROUTE_SHIELD   ? BY_SHIELD
		: d.by == IO_ROUTE_FALLBACK ? BY_FALLBACK
					    : BY_PASS;
	if (c.by != BY_PASS)
		c.dev = leg(s->read, d.leg);
	return c;
}

static struct choice unasked(void *state, const struct situation *s)
{
	struct situation none = *s;

	none.late = true;
	return choose(state, &none);
}

static struct moved since(const struct guardrail *g, uint32_t before)
{
	return (struct moved){.tripped = g->tripped && !before, .rearmed = !g->tripped && before};
}

static struct moved sent(void *state, uint64_t now, uint32_t tag, uint32_t dev, uint32_t pages)
{
	struct state *s = state;
	struct io_route_sent e = {.tag = tag, .dev = dev, .pages = pages};
	uint32_t before = s->policy.dev[dev].drift.tripped;

	io_route_sent(&s->policy, now, &e);
	features_sent(&s->features, tag, dev, pages);
	return since(&s->policy.dev[dev].drift, before);
}

static struct moved complete(void *state, uint64_t now, uint32_t tag, uint32_t dev, uint64_t took)
{
	struct state *s = state;
	struct io_route_complete e = {.tag = tag, .took = took};
	uint32_t before = s->policy.dev[dev].drift.tripped;

	io_route_complete(&s->policy, now, &e);
	features_complete(&s->features, tag, took);
	return since(&s->policy.dev[dev].drift, before);
}

const struct router router_fallback = {"fallback", start, unasked, sent, complete, false, true};
const struct router router_guarded = {"learned, guarded", start, choose, sent, complete, true, true};
