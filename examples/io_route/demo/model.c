#include "replay.h"

#include "io_route.h"
#include "io_route_model.h"

#include <string.h>

const char *const model_names[MODELS] = {"good", "stuck", "inverted", "random", "all-zero"};

/* splitmix64, as in its public-domain reference. */
uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static enum answer infer(const struct io_route_slow_io *table, const int16_t *vector)
{
	struct io_route_slow_io_scratch scratch;
	struct vector_31_s16 x;

	memcpy(x.at, vector, sizeof(x.at));
	return io_route_slow_io_infer(table, &x, &scratch) == IO_ROUTE_FAST ? ANSWER_FAST : ANSWER_SLOW;
}

enum answer model_answer(enum model m, const int16_t *vector)
{
	static const struct io_route_slow_io zero;
	static uint64_t chance = 1;

	switch (m) {
	case MODEL_GOOD:
		return infer(&io_route_slow_io_table, vector);
	case MODEL_INVERTED:
		return infer(&io_route_slow_io_table, vector) == ANSWER_FAST ? ANSWER_SLOW : ANSWER_FAST;
	case MODEL_ZERO:
		return infer(&zero, vector);
	case MODEL_RANDOM:
		return draw(&chance) >> 63 ? ANSWER_FAST : ANSWER_SLOW;
	case MODEL_STUCK:
	case MODELS:
		break;
	}
	return ANSWER_FAST;
}
