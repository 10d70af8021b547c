/* Ways of choosing without the generated policy: what it is compared with. */
#include "replay.h"

#include <stdlib.h>

struct state {
	struct features features;
	uint64_t mean[DEVICES]; /* exponential mean of what reads took, weight 1/8; 0 before the first */
	uint32_t best;		/* the device that is best over the whole trace, seen afterwards */
};

static void *start(const struct trace *t)
{
	struct state *s = calloc(1, sizeof(*s));
	uint64_t sum[DEVICES] = {0};

	if (!s)
		abort();
	for (size_t i = 0; i < t->n; i++)
		for (int d = 0; d < DEVICES; d++)
			sum[d] += t->reads[i].took[d];
	for (uint32_t d = 1; d < DEVICES; d++)
		if (sum[d] < sum[s->best])
			s->best = d;
	return s;
}

static struct moved sent(void *state, uint64_t now, uint32_t tag, uint32_t dev, uint32_t pages)
{
	struct state *s = state;

	(void)now;
	features_sent(&s->features, tag, dev, pages);
	return (struct moved){0};
}

static struct moved complete(void *state, uint64_t now, uint32_t tag, uint32_t dev, uint64_t took)
{
	struct state *s = state;

	(void)now;
	features_complete(&s->features, tag, took);
	s->mean[dev] = s->mean[dev] ? s->mean[dev] - s->mean[dev] / 8 + took / 8 : took;
	return (struct moved){0};
}

static struct choice chosen(uint32_t dev)
{
	return (struct choice){.dev = dev, .by = BY_LEARNED, .said = {ANSWER_NONE, ANSWER_NONE, ANSWER_NONE}};
}

static struct choice primary(void *state, const struct situation *s)
{
	(void)state;
	return chosen(s->read->primary);
}

static struct choice fixed(void *state, const struct situation *s)
{
	(void)s;
	return chosen(((struct state *)state)->best);
}

static uint32_t least_pending(const struct state *state, const struct read *r)
{
	uint32_t best = leg(r, 0);

	for (uint32_t i = 1; i < DEVICES; i++)
		if (state->features.dev[leg(r, i)].pending < state->features.dev[best].pending)
			best = leg(r, i);
	return best;
}

static struct choice pending(void *state, const struct situation *s)
{
	return chosen(least_pending(state, s->read));
}

static struct choice mean(void *state, const struct situation *s)
{
	const uint64_t *m = ((struct state *)state)->mean;
	uint32_t best = leg(s->read, 0);

	for (uint32_t i = 1; i < DEVICES; i++)
		if (m[leg(s->read, i)] < m[best])
			best = leg(s->read, i);
	return chosen(best);
}

static struct choice oracle(void *state, const struct situation *s)
{
	uint32_t best = leg(s->read, 0);

	(void)state;
	for (uint32_t i = 1; i < DEVICES; i++)
		if (s->read->took[leg(s->read, i)] < s->read->took[best])
			best = leg(s->read, i);
	return chosen(best);
}

/* The rule of the policy's `learned` and nothing else: no need, no contract, no guardrail. */
static struct choice learned(void *state, const struct situation *s)
{
	struct choice c = chosen(least_pending(state, s->read));
	bool found = false;

	for (uint32_t i = 0; i < DEVICES; i++) {
		int16_t vector[VECTOR_LENGTH];
		uint32_t d = leg(s->read, i);

		features_vector(&((struct state *)state)->features, d, vector);
		c.said[d] = model_answer(s->model, vector);
		if (c.said[d] == ANSWER_FAST && !found) {
			c.dev = d;
			found = true;
		}
	}
	return c;
}

const struct router router_primary = {"primary", start, primary, sent, complete, false, false};
const struct router router_static = {"static best", start, fixed, sent, complete, false, false};
const struct router router_pending = {"least pending", start, pending, sent, complete, false, false};
const struct router router_mean = {"exponential mean", start, mean, sent, complete, false, false};
const struct router router_oracle = {"oracle", start, oracle, sent, complete, false, false};
const struct router router_learned = {"learned, no guard", start, learned, sent, complete, true, false};
