/* One call of every component with arguments of any value, so that the same bytes can be given to a program in the
 * kernel and to the same C in user space. A step makes of `a`, `b`, `c` what the component's contract requires. */
#ifndef CALL_H
#define CALL_H

#include "instances.h"

#define VECTOR 31
#define VALUE u16
#include "vector.h"

#define VECTOR 256
#define VALUE s32
#include "vector.h"

#define VECTOR 2
#define VALUE s32
#include "vector.h"

#define DENSE wide
#define IN 31
#define OUT 256
#define X u16
#define X_MAX 9
#define RELU 1
#define SHIFT 0
#define Y_MAX 1000000
#include "dense.h"

#define DENSE narrow
#define IN 256
#define OUT 2
#define X s32
#define X_MAX 1000000
#define RELU 0
#define SHIFT 0
#define Y_MAX 2147483647
#include "dense.h"

struct call {
	u64 a, b, c, now, out;
	struct window_7 window;
	struct last_4_u64 last;
	struct mean_took mean;
	struct expmean_took expmean;
	struct extreme_16_u64 extreme;
	struct quantile_took quantile;
	struct buckets_errors buckets;
	struct age age;
	struct held held;
	struct since since;
	struct inflight_pending inflight;
	struct guardrail guardrail;
	struct tickets_4 tickets;
	struct report_8 report;
	struct trip trip;
	struct choice_8 choice;
	struct dense_hidden hidden;
	struct dense_wide wide;
	struct dense_narrow narrow;
	struct vector_31_u16 x;
	struct vector_256_s32 y;
	struct vector_2_s32 z;
};

#define STEP(name) static inline void name##_step(struct call *k)

STEP(init)
{
	window_7_init(&k->window);
	last_4_u64_init(&k->last, k->a);
	mean_took_init(&k->mean);
	expmean_took_init(&k->expmean);
	extreme_16_u64_init(&k->extreme);
	quantile_took_init(&k->quantile);
	buckets_errors_init(&k->buckets);
	age_init(&k->age);
	held_init(&k->held);
	since_restart(&k->since);
	inflight_pending_init(&k->inflight);
	guardrail_init(&k->guardrail);
	tickets_4_init(&k->tickets);
	report_8_init(&k->report);
}

STEP(window)
{
	if (k->b % 64 == 0)
		window_7_init(&k->window);
	window_7_push(&k->window, k->a & 1);
	k->out = window_7_rest(&k->window);
}

STEP(last)
{
	last_4_u64_push(&k->last, k->a);
	k->out = last_4_u64_ago(&k->last, (u32)(k->b % 4));
}

STEP(mean)
{
	mean_took_push(&k->mean, k->a % 60000000001);
	k->out = mean_took_read(&k->mean, 7);
}

STEP(expmean)
{
	expmean_took_push(&k->expmean, k->a % 60000000001);
	k->out = expmean_took_read(&k->expmean, 7);
}

STEP(extreme)
{
	extreme_16_u64_push(&k->extreme, k->a);
	k->out = extreme_16_u64_max(&k->extreme, 7) - extreme_16_u64_min(&k->extreme, 7);
}

STEP(quantile)
{
	quantile_took_push(&k->quantile, k->a % (k->b & 1 ? 120 : 2000));
	k->out = quantile_took_read(&k->quantile, 7);
}

STEP(buckets)
{
	buckets_errors_push(&k->buckets, k->now, k->a & 1);
	k->out = buckets_errors_read(&k->buckets, k->now);
}

STEP(timers)
{
	if (k->a % 4 == 0)
		age_seen(&k->age, k->now);
	held_see(&k->held, k->now, k->a % 5 != 0);
	if (k->a % 16 == 0)
		since_restart(&k->since);
	since_add(&k->since);
	k->out = age_read(&k->age, k->now) + held_read(&k->held, k->now);
}

STEP(inflight)
{
	u32 tag = (u32)(k->a % 16);

	if (k->inflight.tag[INDEX(tag, 16)].open)
		inflight_pending_close(&k->inflight, tag);
	else
		inflight_pending_open(&k->inflight, tag, (u32)(k->b % 4), (u32)(k->c % 257));
}

STEP(guardrail)
{
	if (!k->guardrail.tripped && k->a % 8 == 0)
		guardrail_trip(&k->guardrail, k->now);
	else if (guardrail_may_rearm(&k->guardrail, k->now, k->b % 100, k->c % 200))
		guardrail_rearm(&k->guardrail, k->now);
	k->out = guardrail_age(&k->guardrail, k->now);
}

STEP(tickets)
{
	u32 slot;

	if (k->a & 1) {
		k->out = tickets_4_open(&k->tickets, k->now, 60);
		return;
	}
	slot = tickets_4_find(&k->tickets, k->tickets.asked - k->b % 8, k->now, 60);
	if (slot < 4)
		tickets_4_close(&k->tickets, slot);
	k->out = slot;
}

STEP(report)
{
	if (k->a % 3)
		report_8_add(&k->report, (u32)k->b, (u32)k->c, k->now, TRIP_RETRAIN | TRIP_SWAP(k->a % 4));
	else
		k->out = report_8_take(&k->report, &k->trip);
}

STEP(choice)
{
	for (u32 i = 0; i < 8; i++) {
		k->choice.takes_part[i] = k->a >> i & 1;
		k->choice.score[i] = k->b >> (2 * i) & 3;
	}
	k->out = choice_8_argmin(&k->choice, (u32)(k->b % 9)) + 16 * choice_8_argmax(&k->choice, (u32)(k->b % 9));
}

STEP(inputs)
{
	u32 zero = (u32)zscore((s64)(k->a % 1000000) - 500000, (s64)(k->b % 1000000) * 65536, (s64)(k->c % 67108864));

	k->out = digit(k->a, 100, 999) + 10U * digit(k->a, 1, 999) + 16ULL * zero;
	k->out += (u64)clamp_s64((s64)k->b, -5, 5);
}

STEP(check)
{
	for (u32 i = 0; i < 6; i++)
		k->hidden.b[i] = (s32)(k->a >> i);
	k->out = dense_hidden_check(&k->hidden);
}

STEP(net)
{
	for (u32 i = 0; i < 31; i++)
		k->x.at[i] = digit(k->a >> i, 10, 99);
	dense_wide_run(&k->wide, &k->x, &k->y);
	dense_narrow_run(&k->narrow, &k->y, &k->z);
	k->out = vector_2_s32_argmax(&k->z);
}

#define STEPS_OF_CALL                                                                                       \
	STEP_OF(init) STEP_OF(window) STEP_OF(last) STEP_OF(mean) STEP_OF(expmean) STEP_OF(extreme)         \
	STEP_OF(quantile) STEP_OF(buckets) STEP_OF(timers) STEP_OF(inflight) STEP_OF(guardrail)             \
	STEP_OF(tickets) STEP_OF(report) STEP_OF(choice) STEP_OF(inputs) STEP_OF(check) STEP_OF(net)

#endif
