/* bench: what the generated policy costs: time of its entries, size of its context, depth of its stack. `bench bytes` prints only what
 * does not depend on the machine's clock. */
#include "io_route.h"
#include "io_route_model.h"

#include <alloca.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15, READS = 100000, LEGS = 3, STACK = 1 << 18 };

static struct io_route policy;
static struct io_route_questions questions;
static struct io_route_answers answers = {.answered = 1};
static struct io_route_decision decision;
static struct io_route_slow_io_scratch scratch;
static struct io_route_submit submit = {.bytes = 4096, .legs_n = LEGS};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One read in four is slow to the model and one in a hundred in truth, so that no branch is always the same. */
static void answer(u32 n)
{
	for (u32 i = 0; i < LEGS; i++)
		answers.slow_io[i] = ((n * 2654435761U >> 7) + i) % 4 ? IO_ROUTE_FAST : IO_ROUTE_SLOW;
}

static void entries(u32 n, double *at)
{
	u64 now = (u64)n * 2 * MSEC;
	u32 tag = n % IO_ROUTE_TAGS;
	struct io_route_sent sent = {.tag = tag, .pages = 1};
	struct io_route_complete complete = {.tag = tag, .took = n % 100 ? 60 * USEC : 2 * MSEC};

	(void)at;
	answer(n);
	io_route_ask(&policy, now, &submit, &questions);
	io_route_settle(&policy, now, questions.ticket, &answers, &decision);
	sent.dev = submit.legs[decision.leg].dev;
	io_route_sent(&policy, now, &sent);
	io_route_complete(&policy, now + 60 * USEC, &complete);
}

static void decide(u32 n, double *at)
{
	(void)at;
	answer(n);
	io_route_ask(&policy, (u64)n * 2 * MSEC, &submit, &questions);
	io_route_settle(&policy, (u64)n * 2 * MSEC, questions.ticket, &answers, &decision);
}

static void monitors(u32 n, double *at)
{
	u32 tag = n % IO_ROUTE_TAGS;
	struct io_route_sent sent = {.tag = tag, .dev = n % LEGS, .pages = 1};
	struct io_route_complete complete = {.tag = tag, .took = n % 100 ? 60 * USEC : 2 * MSEC};

	(void)at;
	io_route_sent(&policy, (u64)n * 2 * MSEC, &sent);
	io_route_complete(&policy, (u64)n * 2 * MSEC + 60 * USEC, &complete);
}

static void infer(u32 n, double *at)
{
	static struct vector_31_s16 x;

	x.at[n % 31] = (s16)(n % 10);
	*at += io_route_slow_io_infer(&io_route_slow_io_table, &x, &scratch);
}

/* The model says fast and every read is slow, until the guardrail of each device has tripped. */
static void trip(void)
{
	u64 now = 0;

	for (u32 n = 0; n < 3000; n++, now += MSEC) {
		struct io_route_submit one = submit;
		struct io_route_sent sent = {.dev = n % LEGS, .pages = 1};
		struct io_route_complete complete = {.took = 2 * MSEC};

		one.primary = n % LEGS;
		memset(answers.slow_io, 0, sizeof(answers.slow_io));
		if (io_route_ask(&policy, now, &one, &questions))
			io_route_settle(&policy, now, questions.ticket, &answers, &decision);
		io_route_sent(&policy, now, &sent);
		io_route_complete(&policy, now, &complete);
	}
	for (u32 d = 0; d < LEGS; d++)
		if (!policy.dev[d].drift.tripped) {
			fprintf(stderr, "bench: device %u has not tripped\n", d);
			exit(1);
		}
}

/* The least of some rounds: what the code costs, not what else ran. */
static double cost(void (*work)(u32, double *), u32 reads, bool tripped)
{
	double best = 1e9, sink = 0;

	for (int round = 0; round < ROUNDS; round++) {
		io_route_init(&policy, 0);
		if (tripped)
			trip();
		double start = seconds();

		for (u32 n = 0; n < reads; n++)
			work(n, &sink);
		double took = (seconds() - start) / reads * 1e9;

		best = took < best ? took : best;
	}
	return sink < 0 ? 0 : best;
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
	io_route_ask(&policy, 0, &submit, &questions);
}

static void run_settle(void)
{
	io_route_settle(&policy, 0, questions.ticket, &answers, &decision);
}

static void run_sent(void)
{
	static const struct io_route_sent e = {.tag = 1, .pages = 1};

	io_route_sent(&policy, 0, &e);
}

static void run_complete(void)
{
	static const struct io_route_complete e = {.tag = 1, .took = 1};

	io_route_complete(&policy, 0, &e);
}

static void run_infer(void)
{
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
	for (u32 i = 0; i < LEGS; i++)
		submit.legs[i] = (struct io_route_leg){.dev = i, .alive = 1, .in_sync = 1};
	printf("context: %zu bytes a device, %zu in all, of these %zu for %d requests in flight and %zu for %d tickets\n",
		sizeof(struct io_route_dev), sizeof(struct io_route),
		sizeof(struct io_route_carry) + sizeof(policy.pending), IO_ROUTE_TAGS,
		sizeof(policy.ask) + sizeof(policy.tickets), IO_ROUTE_TICKETS);
	printf("model: %zu bytes of tables, %zu of scratch\n", sizeof(struct io_route_slow_io), sizeof(scratch));
	printf("stack: init %zu, ask %zu, settle %zu, sent %zu, complete %zu bytes; inference %zu\n", depth(run_init),
		depth(run_ask), depth(run_settle), depth(run_sent), depth(run_complete), depth(run_infer));
	if (argc == 2 && !strcmp(argv[1], "bytes"))
		return 0;
	printf("time: ask + settle %.0f ns, of these %.0f without encoding (tripped: 1 in 16 asked); sent + complete with the guardrail %.0f ns\n",
		cost(decide, READS, false), cost(decide, READS, true), cost(monitors, READS, false));
	printf("time: all four in turn %.0f ns, tripped %.0f ns; inference of one vector %.0f ns\n",
		cost(entries, READS, false), cost(entries, READS, true), cost(infer, READS / 10, false));
	return 0;
}
