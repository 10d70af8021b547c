/* bench TRACE: what the generated policy costs on recorded reads: time of its entries, size of its context, depth of its stack.
 *
 * A first pass lets the net answer and keeps every event; the timed passes play those events again, so that no inference and no
 * bookkeeping is in them. Events of a block are copied to one place first, where a caller would have just made them. */
#include "replay.h"

#include "io_route.h"
#include "io_route_model.h"
#include "io_route_decide.h"

#include <alloca.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { READS = 1 << 14, BLOCK = 64, BLOCKS = READS / BLOCK, ROUNDS = 31, STACK = 1 << 18 };
enum { BATCH = IO_ROUTE_TICKETS }; /* entries of one kind in a row: no more can be asked at once */
enum { IN_FLIGHT = 8 };		   /* reads between the sending of one and its completion */

struct read_events { /* of one read; `complete` is that of IN_FLIGHT reads before */
	u64 now;
	struct io_route_submit submit;
	struct io_route_answers answers;
	struct io_route_sent sent;
	struct io_route_complete complete;
};

static struct io_route policy;
static struct io_route_questions questions[BATCH];
static struct io_route_decision decision;
static struct read_events events[READS];

static u64 ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * SEC + (u64)t.tv_nsec;
}

/* ---- the events, with the decisions of the policy and the answers of its net ---- */

static struct io_route_submit submit_of(const struct read *r, u64 n, u32 legs)
{
	struct io_route_submit e = {.bytes = r->pages * 4096, .legs_n = legs};
	u32 primary = legs == DEVICES ? r->primary : (u32)(n % legs);

	for (u32 i = 0; i < legs; i++)
		e.legs[i] = (struct io_route_leg){.dev = (primary + i) % legs, .alive = 1, .in_sync = 1};
	return e;
}

static void record(const struct trace *t, u32 legs)
{
	static struct io_route_models models;
	static struct io_route_decide one;

	io_route_init(&policy, 0);
	if (!io_route_models_init(&models, &io_route_slow_io_table))
		abort();
	for (u32 n = 0; n < READS; n++) {
		struct read_events *e = &events[n];
		const struct read *r = &t->reads[n], *done = n < IN_FLIGHT ? NULL : &t->reads[n - IN_FLIGHT];

		memset(e, 0, sizeof(*e));
		e->now = r->at;
		e->submit = submit_of(r, n, legs);
		if (!io_route_decide(&policy, &models, e->now, &e->submit, &one))
			abort();
		e->answers = one.answers;
		e->sent = (struct io_route_sent){
			.tag = n % IO_ROUTE_TAGS, .dev = e->submit.legs[one.decision.leg].dev, .pages = (u16)r->pages};
		io_route_sent(&policy, e->now, &e->sent);
		e->complete.tag = IO_ROUTE_TAGS; /* malformed: nothing is under way yet */
		if (!done)
			continue;
		e->complete = (struct io_route_complete){.tag = (n - IN_FLIGHT) % IO_ROUTE_TAGS,
			.took = done->took[events[n - IN_FLIGHT].sent.dev % DEVICES]};
		io_route_complete(&policy, e->now, &e->complete);
	}
}

/* ---- time ---- */

enum part { ASK, SETTLE, SENT, COMPLETE, ALL, PARTS };

static struct cost {
	double median, least; /* ns a read: the middle one of all rounds; the least of each block, summed */
} costs[PARTS];

static u64 took[PARTS][BLOCKS][ROUNDS];
static struct read_events block[BLOCK];

/* All four in turn, as they come. */
static void in_turn(int b, int round)
{
	u64 start = ns();

	for (int i = 0; i < BLOCK; i++) {
		const struct read_events *e = &block[i];

		io_route_ask(&policy, e->now, &e->submit, questions);
		io_route_settle(&policy, e->now, questions->ticket, &e->answers, &decision);
		io_route_sent(&policy, e->now, &e->sent);
		io_route_complete(&policy, e->now, &e->complete);
	}
	took[ALL][b][round] = ns() - start;
}

/* Each kind by itself, as many in a row as there are tickets. */
static void by_kind(int b, int round)
{
	for (int p = ASK; p < ALL; p++)
		took[p][b][round] = 0;
	for (const struct read_events *e = block; e < block + BLOCK; e += BATCH) {
		u64 at[ALL + 1];

		at[ASK] = ns();
		for (int i = 0; i < BATCH; i++)
			io_route_ask(&policy, e[i].now, &e[i].submit, &questions[i]);
		at[SETTLE] = ns();
		for (int i = 0; i < BATCH; i++)
			io_route_settle(&policy, e[i].now, questions[i].ticket, &e[i].answers, &decision);
		at[SENT] = ns();
		for (int i = 0; i < BATCH; i++)
			io_route_sent(&policy, e[i].now, &e[i].sent);
		at[COMPLETE] = ns();
		for (int i = 0; i < BATCH; i++)
			io_route_complete(&policy, e[i].now, &e[i].complete);
		at[ALL] = ns();
		for (int p = ASK; p < ALL; p++)
			took[p][b][round] += at[p + 1] - at[p];
	}
}

static int by_size(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* What reading the clock twice takes, which is in every span. */
static u64 clock_cost(void)
{
	u64 spans[1000];

	for (int i = 0; i < 1000; i++) {
		spans[i] = ns();
		spans[i] = ns() - spans[i];
	}
	qsort(spans, 1000, sizeof(*spans), by_size);
	return spans[500];
}

static void play(void (*timed)(int, int))
{
	for (int round = 0; round < ROUNDS; round++) {
		io_route_init(&policy, 0);
		for (int b = 0; b < BLOCKS; b++) {
			memcpy(block, &events[b * BLOCK], sizeof(block));
			timed(b, round);
		}
	}
}

static void measure(const struct trace *t, u32 legs)
{
	u64 clock = clock_cost();

	record(t, legs);
	play(in_turn);
	play(by_kind);
	for (int p = ASK; p < PARTS; p++) {
		double spans = p == ALL ? BLOCKS : READS / BATCH, least = 0;
		u64 rounds[ROUNDS] = {0};

		for (int b = 0; b < BLOCKS; b++) {
			for (int r = 0; r < ROUNDS; r++)
				rounds[r] += took[p][b][r];
			qsort(took[p][b], ROUNDS, sizeof(u64), by_size);
			least += (double)took[p][b][0];
		}
		qsort(rounds, ROUNDS, sizeof(*rounds), by_size);
		costs[p].median = ((double)rounds[ROUNDS / 2] - spans * (double)clock) / READS;
		costs[p].least = (least - spans * (double)clock) / READS;
	}
	printf("time, %u legs:    %3.0f ns a decision (%3.0f at best): ask %.0f, settle %.0f, sent %.0f, complete %.0f\n", legs,
		costs[ALL].median, costs[ALL].least, costs[ASK].median, costs[SETTLE].median, costs[SENT].median,
		costs[COMPLETE].median);
}

static double inference(void)
{
	static struct io_route_slow_io_scratch scratch;
	static struct vector_31_s16 x;
	double best = 1e9;
	volatile s32 answer;

	for (int round = 0; round < ROUNDS; round++) {
		u64 start = ns();

		for (u32 n = 0; n < 1000; n++) {
			x.at[n % 31] = (s16)(n % 10);
			answer = io_route_slow_io_infer(&io_route_slow_io_table, &x, &scratch);
		}
		double each = (double)(ns() - start) / 1000;

		best = each < best ? each : best;
	}
	(void)answer;
	return best;
}

/* ---- the stack: painted before a thread runs on it, looked at afterwards ---- */

static unsigned char stack[STACK] __attribute__((aligned(4096)));
static unsigned char *floor_; /* where the caller of an entry has its stack pointer */

static void run_init(void)
{
	io_route_init(&policy, 0);
}

static void run_ask(void)
{
	io_route_ask(&policy, events->now, &events->submit, questions);
}

static void run_settle(void)
{
	io_route_settle(&policy, events->now, questions->ticket, &events->answers, &decision);
}

static void run_sent(void)
{
	io_route_sent(&policy, events->now, &events->sent);
}

static void run_complete(void)
{
	static const struct io_route_complete e = {.tag = 0, .took = 1};

	io_route_complete(&policy, events->now, &e);
}

static void run_infer(void)
{
	static struct io_route_slow_io_scratch scratch;
	static struct vector_31_s16 x;

	io_route_slow_io_infer(&io_route_slow_io_table, &x, &scratch);
}

/* Far below what starting and ending a thread needs. */
static void *far_below(void *entry)
{
	floor_ = alloca(STACK / 2);
	((void (*)(void))(uintptr_t)entry)();
	return NULL;
}

static size_t depth(void (*entry)(void))
{
	pthread_attr_t attributes;
	pthread_t thread;
	size_t clean = 0;

	memset(stack, 0xa5, sizeof(stack));
	if (pthread_attr_init(&attributes) || pthread_attr_setstack(&attributes, stack, sizeof(stack)) ||
		pthread_create(&thread, &attributes, far_below, (void *)(uintptr_t)entry) ||
		pthread_join(thread, NULL)) {
		fprintf(stderr, "bench: cannot run a thread on its own stack\n");
		exit(6);
	}
	pthread_attr_destroy(&attributes);
	while (clean < sizeof(stack) && stack[clean] == 0xa5)
		clean++;
	return (size_t)(floor_ - (stack + clean));
}

int main(int argc, char **argv)
{
	struct trace t;

	if (argc != 2) {
		fprintf(stderr, "usage: bench TRACE.csv\n");
		return 2;
	}
	if (!trace_held_out(argv[1], &t))
		return 3;
	if (t.n < READS) {
		fprintf(stderr, "bench: %s: the part that is held out has %zu reads, fewer than %d\n", argv[1], t.n, READS);
		return 3;
	}
	measure(&t, DEVICES);
	measure(&t, IO_ROUTE_LEGS);
	printf("inference:       %.0f ns a vector, in none of these\n", inference());
	printf("context:         %zu bytes a device, %zu in all, of these %zu for %d requests in flight and %zu for %d tickets\n",
		sizeof(struct io_route_dev), sizeof(struct io_route),
		sizeof(struct io_route_carry) + sizeof(policy.pending), IO_ROUTE_TAGS,
		sizeof(policy.ask) + sizeof(policy.tickets), IO_ROUTE_TICKETS);
	printf("model:           %zu bytes of tables, %zu of scratch\n", sizeof(struct io_route_slow_io),
		sizeof(struct io_route_slow_io_scratch));
	printf("stack, bytes:    init %zu, ask %zu, settle %zu, sent %zu, complete %zu, inference %zu\n", depth(run_init),
		depth(run_ask), depth(run_settle), depth(run_sent), depth(run_complete), depth(run_infer));
	return 0;
}
