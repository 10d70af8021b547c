#include "replay.h"

#include <inttypes.h>
#include <stdlib.h>

struct flight {
	uint64_t end, took;
	uint64_t n; /* of the read: the order of equal ends */
	uint32_t tag, dev;
};

struct flights { /* a heap by end */
	struct flight at[TAGS];
	uint32_t n;
	uint32_t tags[TAGS]; /* free ones are the first TAGS - n */
};

struct replay {
	const struct run *run;
	const struct router *router;
	void *state;
	FILE *log;
	struct flights flights;
	struct result result;
	uint64_t bad_from, mended_at; /* when the model that is not good last came and went */
	uint64_t tripped_at[DEVICES];
	struct times {
		double *seconds;
		uint64_t n;
	} to_trip, to_rearm;
};

static bool earlier(const struct flight *a, const struct flight *b)
{
	return a->end < b->end || (a->end == b->end && a->n < b->n);
}

static void flights_push(struct flights *h, struct flight f)
{
	uint32_t i = h->n++;

	for (; i && earlier(&f, &h->at[(i - 1) / 2]); i = (i - 1) / 2)
		h->at[i] = h->at[(i - 1) / 2];
	h->at[i] = f;
}

static struct flight flights_pop(struct flights *h)
{
	struct flight first = h->at[0], last = h->at[--h->n];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= h->n)
			break;
		if (child + 1 < h->n && earlier(&h->at[child + 1], &h->at[child]))
			child++;
		if (!earlier(&h->at[child], &last))
			break;
		h->at[i] = h->at[child];
		i = child;
	}
	h->at[i] = last;
	h->tags[TAGS - 1 - h->n] = first.tag;
	return first;
}

static void took(struct times *t, uint64_t from, uint64_t to)
{
	t->seconds = realloc(t->seconds, (t->n + 1) * sizeof(*t->seconds));
	if (!t->seconds)
		abort();
	t->seconds[t->n++] = to > from ? (double)(to - from) / 1e9 : 0;
}

static void moved(struct replay *r, uint64_t now, uint32_t dev, struct moved m)
{
	if (m.tripped) {
		r->result.trips++;
		r->tripped_at[dev] = now;
		if (r->run->model != MODEL_GOOD)
			took(&r->to_trip, r->bad_from, now);
	}
	if (m.rearmed) {
		r->result.rearms++;
		took(&r->to_rearm, r->tripped_at[dev] > r->mended_at ? r->tripped_at[dev] : r->mended_at, now);
	}
	if (r->log && (m.tripped || m.rearmed))
		fprintf(r->log, "%c %" PRIu64 " %" PRIu32 "\n", m.tripped ? 'T' : 'R', now, dev);
}

/* Completions up to a time, in their order. */
static void advance(struct replay *r, uint64_t now)
{
	while (r->flights.n && r->flights.at[0].end <= now) {
		struct flight f = flights_pop(&r->flights);

		if (r->log)
			fprintf(r->log, "C %" PRIu64 " %" PRIu32 " %" PRIu64 "\n", f.end, f.tag, f.took);
		moved(r, f.end, f.dev, r->router->complete(r->state, f.end, f.tag, f.dev, f.took));
	}
}

static struct situation situation(
	const struct replay *r, const struct read *read, uint64_t now, uint64_t lap, uint64_t n)
{
	struct situation s = {.now = now, .read = read, .model = r->run->model};

	if (r->run->mended && lap % 4 != 1)
		s.model = MODEL_GOOD;
	s.late = r->run->late && n % 50 == 49;
	for (uint32_t d = 0; d < DEVICES; d++)
		s.alive[d] = s.in_sync[d] = true;
	if (!r->run->failing)
		return s;
	uint64_t second = now / 1000000000, part = now % 1000000000;

	if (second % 7 == 6 && part < 500000000) { /* one leg for half a second: dead, or behind */
		uint32_t d = (uint32_t)(second / 7 % DEVICES);

		if (second / 7 % 2)
			s.alive[d] = false;
		else
			s.in_sync[d] = false;
	}
	if (second % 31 == 30 && part < 50000000) /* all of them for a twentieth */
		for (uint32_t d = 0; d < DEVICES; d++)
			s.alive[d] = false;
	return s;
}

static void decide(struct replay *r, const struct situation *s, uint64_t n, uint32_t *latency)
{
	static const char by[SOURCES] = "LSFP", said[] = "fs-";
	struct choice c = r->router->choose(r->state, s);
	uint64_t took = s->read->took[c.dev];
	uint32_t lawful = 0, tag;

	r->result.by[c.by]++;
	*latency = (uint32_t)(took / 1000);
	if (r->flights.n == TAGS) {
		fprintf(stderr, "replay: more than %d reads are in flight\n", TAGS);
		exit(1);
	}
	for (uint32_t d = 0; d < DEVICES; d++)
		lawful |= (uint32_t)(s->alive[d] && s->in_sync[d]) << d;
	tag = r->flights.tags[TAGS - 1 - r->flights.n];
	if (r->log)
		fprintf(r->log,
			"D %" PRIu64 " %" PRIu32 " %" PRIu32 " %c %" PRIu32 " %c%c%c\nS %" PRIu64 " %" PRIu32
			" %" PRIu32 " %" PRIu32 "\n",
			s->now, s->read->primary, c.dev, by[c.by], lawful, said[c.said[0]], said[c.said[1]],
			said[c.said[2]], s->now, tag, c.dev, s->read->pages);
	moved(r, s->now, c.dev, r->router->sent(r->state, s->now, tag, c.dev, s->read->pages));
	flights_push(
		&r->flights, (struct flight){.end = s->now + took, .took = took, .n = n, .tag = tag, .dev = c.dev});
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct times *t)
{
	if (!t->n)
		return -1;
	qsort(t->seconds, t->n, sizeof(*t->seconds), by_time);
	return t->seconds[t->n / 2];
}

static void sum_up(struct replay *r, uint32_t *latency)
{
	struct result *x = &r->result;
	double sum = 0;

	for (uint64_t i = 0; i < x->reads; i++)
		sum += latency[i];
	qsort(latency, x->reads, sizeof(*latency), by_value);
	x->mean = sum / (double)x->reads;
	x->p50 = latency[x->reads / 2];
	x->p99 = latency[x->reads * 99 / 100];
	x->p999 = latency[x->reads * 999 / 1000];
	x->to_trip = median(&r->to_trip);
	x->to_rearm = median(&r->to_rearm);
}

struct result replay(const struct trace *t, const struct run *run, FILE *log)
{
	struct replay *r = calloc(1, sizeof(*r));
	uint64_t reads = t->n * run->laps, n = 0;
	uint32_t *latency = malloc(reads * sizeof(*latency));

	if (!r || !latency)
		abort();
	r->run = run;
	r->router = run->router;
	r->log = log;
	r->state = run->router->start(t);
	r->result.reads = reads;
	for (uint32_t i = 0; i < TAGS; i++)
		r->flights.tags[i] = i;
	for (uint64_t lap = 0; lap < run->laps; lap++) {
		if (run->mended && lap % 4 == 1)
			r->bad_from = lap * t->length;
		if (run->mended && lap % 4 == 2)
			r->mended_at = lap * t->length;
		for (size_t i = 0; i < t->n; i++, n++) {
			uint64_t now = lap * t->length + t->reads[i].at;

			advance(r, now);
			struct situation s = situation(r, &t->reads[i], now, lap, n);

			decide(r, &s, n, &latency[n]);
		}
	}
	sum_up(r, latency);
	struct result result = r->result;

	free(latency);
	free(r->to_trip.seconds);
	free(r->to_rearm.seconds);
	free(r->state);
	free(r);
	return result;
}
