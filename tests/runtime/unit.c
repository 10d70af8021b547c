/* Every component of the runtime beside a naive model of it: the model keeps the whole history and recomputes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instances.h"

#define STEPS 20000

static unsigned wrong; /* of the component under test */

static void expect_at(int line, const char *what, long long got, long long want)
{
	if (got == want)
		return;
	if (!wrong)
		printf("unit.c:%d: %s: %lld, expected %lld\n", line, what, got, want);
	wrong++;
}
#define expect(got, want) expect_at(__LINE__, #got, (long long)(got), (long long)(want))

static u64 state = 88172645463325252ULL;

static u64 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static u64 below(u64 n)
{
	return any() % n;
}

/* ---- windows over events ---- */

#define TEST_WINDOW(N)                                                                              \
	static void window_##N##_test(void)                                                         \
	{                                                                                           \
		static u8 history[STEPS];                                                           \
		struct window_##N w;                                                                \
		u32 n = 0;                                                                          \
                                                                                                    \
		memset(&w, 0xff, sizeof w);                                                         \
		window_##N##_init(&w);                                                              \
		for (u32 step = 0; step < STEPS; step++) {                                          \
			u32 hits = 0, rest = 0, many = (u32)(step / 500 % 4);                       \
                                                                                                    \
			if (below(1000) == 0) {                                                     \
				window_##N##_init(&w);                                              \
				n = 0;                                                              \
			}                                                                           \
			history[n] = below(4) < many;                                               \
			window_##N##_push(&w, history[n]);                                          \
			n++;                                                                        \
			for (u32 j = 0; j < n && j < N; j++)                                        \
				hits += history[n - 1 - j];                                         \
			for (u32 j = 0; j < n && j + 1 < N; j++)                                    \
				rest += history[n - 1 - j];                                         \
			expect(w.hits, hits);                                                       \
			expect(w.seen, n < N ? n : N);                                              \
			expect(window_##N##_rest(&w), rest);                                        \
		}                                                                                   \
	}
TEST_WINDOW(1)
TEST_WINDOW(7)
TEST_WINDOW(64)

static void last_test(void)
{
	static u64 history[STEPS];
	struct last_4_u64 l;

	memset(&l, 0xff, sizeof l);
	last_4_u64_init(&l, 42);
	for (u32 n = 0; n < STEPS; n++) {
		for (u32 j = 0; j < 4; j++)
			expect(last_4_u64_ago(&l, j), j < n ? history[n - 1 - j] : 42);
		history[n] = any();
		last_4_u64_push(&l, history[n]);
	}
}

static void mean_test(void)
{
	static u64 history[STEPS];
	struct mean_took m;
	u32 n = 0;

	memset(&m, 0xff, sizeof m);
	mean_took_init(&m);
	expect(mean_took_read(&m, 77), 77);
	for (u32 step = 0; step < STEPS; step++) {
		u64 sum = 0, seen = 0;

		if (below(500) == 0) {
			mean_took_init(&m);
			n = 0;
		}
		history[n] = below(20) ? below(1000) : 60000000000;
		mean_took_push(&m, history[n]);
		n++;
		for (u32 j = 0; j < n && j < 16; j++, seen++)
			sum += history[n - 1 - j];
		expect(m.seen, seen);
		expect(mean_took_read(&m, 77), sum / seen);
	}
}

static void expmean_test(void)
{
	struct expmean_took m;
	__int128 mean = 0;

	memset(&m, 0xff, sizeof m);
	expmean_took_init(&m);
	expect(expmean_took_read(&m, 77), 77);
	for (u32 n = 0; n < STEPS; n++) {
		u64 x = below(20) ? below(100000) : 60000000000;
		__int128 d = ((__int128)x << 16) - mean;

		mean = n == 0 ? (__int128)x << 16 : mean + (d >> 3); /* of a negative number gcc's shift rounds down */
		expmean_took_push(&m, x);
		expect(m.mean, mean);
		expect(expmean_took_read(&m, 77), mean >> 16);
	}
}

static void extreme_test(void)
{
	static u64 history[STEPS];
	struct extreme_16_u64 e;
	u32 n = 0;

	memset(&e, 0xff, sizeof e);
	extreme_16_u64_init(&e);
	expect(extreme_16_u64_min(&e, 77), 77);
	expect(extreme_16_u64_max(&e, 78), 78);
	for (u32 step = 0; step < STEPS; step++) {
		u64 least = U64_TOP, greatest = 0;

		if (below(500) == 0) {
			extreme_16_u64_init(&e);
			n = 0;
		}
		history[n] = below(3) ? below(50) : any();
		extreme_16_u64_push(&e, history[n]);
		n++;
		for (u32 j = 0; j < n && j < 16; j++) {
			u64 x = history[n - 1 - j];

			least = x < least ? x : least;
			greatest = x > greatest ? x : greatest;
		}
		expect(extreme_16_u64_min(&e, 77), least);
		expect(extreme_16_u64_max(&e, 77), greatest);
	}
}

static void quantile_test(void)
{
	static const u64 edge[4] = { 100, 500, 1000, 60000 };
	static u64 history[STEPS];
	struct quantile_took q;
	u32 n = 0;

	memset(&q, 0xff, sizeof q);
	quantile_took_init(&q);
	expect(quantile_took_read(&q, 77), 77);
	for (u32 step = 0; step < STEPS; step++) {
		u64 want = edge[3];
		u32 seen;

		if (below(500) == 0) {
			quantile_took_init(&q);
			n = 0;
		}
		history[n] = below(8) ? below(step / 1000 % 2 ? 110 : 520) : below(5) ? 990 + below(20) : any();
		quantile_took_push(&q, history[n]);
		n++;
		seen = n < 32 ? n : 32;
		for (int e = 3; e-- > 0;) {
			u32 at_most = 0;

			for (u32 j = 0; j < seen; j++)
				at_most += history[n - 1 - j] <= edge[e];
			if (at_most * 100 >= seen * 90)
				want = edge[e];
		}
		expect(quantile_took_read(&q, 77), want);
	}
}

/* ---- over a time ---- */

static void buckets_test(void)
{
	static u64 at[STEPS];
	struct buckets_errors b;
	u64 now = 5;
	u32 n = 0;

	memset(&b, 0xff, sizeof b);
	buckets_errors_init(&b);
	for (u32 step = 0; step < STEPS; step++) {
		u64 exact = 0, recent = 0, older = 0;

		now += below(30) ? below(60) : below(2000);
		if (below(5)) {
			at[n++] = now;
			buckets_errors_push(&b, now, true);
		} else {
			buckets_errors_push(&b, now, false);
		}
		for (u32 i = n; i-- > 0 && now - at[i] < 1000;) {
			recent += now - at[i] <= 800;
			older += now - at[i] < 900;
			exact += at[i] / 100 + 8 >= now / 100;
		}
		expect(buckets_errors_read(&b, now), exact);
		expect(recent <= exact && exact <= older, 1);
	}
	b.count[now / 100 % 9] = 4294967295U;
	b.slot[now / 100 % 9] = now / 100;
	buckets_errors_push(&b, now, true);
	expect(b.count[now / 100 % 9], 4294967295U);
}

static void age_test(void)
{
	struct age a;
	u64 now = 0, at = 0;
	bool ever = false;

	age_init(&a);
	for (u32 step = 0; step < STEPS; step++) {
		now += below(100);
		if (below(20) == 0 && step > 10) {
			age_seen(&a, now);
			at = now;
			ever = true;
		}
		expect(age_read(&a, now), ever ? now - at : NEVER);
	}
}

static void held_test(void)
{
	static bool history[STEPS];
	static u64 at[STEPS];
	struct held h;
	u64 now = 0;

	held_init(&h);
	expect(held_read(&h, 10), 0);
	for (u32 n = 0; n < STEPS; n++) {
		u32 first = n;

		now += below(100);
		at[n] = now;
		history[n] = below(6) != 0;
		held_see(&h, now, history[n]);
		while (first > 0 && history[first - 1])
			first--;
		now += below(10);
		expect(held_read(&h, now), history[n] ? now - at[first] : 0);
	}
}

static void since_test(void)
{
	struct since s;
	u32 count = 0;

	since_restart(&s);
	for (u32 step = 0; step < STEPS; step++) {
		if (below(50) == 0) {
			since_restart(&s);
			count = 0;
		} else {
			since_add(&s);
			count++;
		}
		expect(s.count, count);
	}
	s.count = 4294967295U;
	since_add(&s);
	expect(s.count, 4294967295U);
}

static void clock_test(void)
{
	u64 clock = 0, latest = 0;

	for (u32 step = 0; step < STEPS; step++) {
		u64 now = latest + below(200) - (latest > 100 ? 100 : 0);

		clock_advance(&clock, now);
		latest = now > latest ? now : latest;
		expect(clock, latest);
	}
}

/* ---- requests ---- */

static void inflight_test(void)
{
	struct {
		bool open;
		u32 key, amount;
	} model[16] = { 0 };
	struct inflight_pending t;

	memset(&t, 0xff, sizeof t);
	inflight_pending_init(&t);
	for (u32 step = 0; step < STEPS; step++) {
		u32 tag = (u32)below(16);
		u64 sum[4] = { 0 };

		if (model[tag].open) {
			inflight_pending_close(&t, tag);
			expect(t.tag[tag].key, model[tag].key);
			expect(t.tag[tag].amount, model[tag].amount);
			model[tag].open = false;
		} else {
			model[tag].open = true;
			model[tag].key = (u32)below(4);
			model[tag].amount = below(4) ? (u32)below(257) : 256;
			inflight_pending_open(&t, tag, model[tag].key, model[tag].amount);
		}
		for (u32 i = 0; i < 16; i++) {
			expect(t.tag[i].open, model[i].open);
			if (model[i].open)
				sum[model[i].key] += model[i].amount;
		}
		for (u32 k = 0; k < 4; k++)
			expect(t.sum[k], sum[k]);
	}
}

static void guardrail_test(void)
{
	struct guardrail g;
	u64 now = 0, trip = 0, rearm = 0;
	u32 trips = 0, rearms = 0;

	memset(&g, 0xff, sizeof g);
	guardrail_init(&g);
	for (u32 step = 0; step < STEPS; step++) {
		u64 hold = below(300), every = below(600);
		bool tripped = trips > rearms;

		now += below(100);
		expect(g.tripped, tripped);
		expect(guardrail_age(&g, now), trips ? now - trip : NEVER);
		expect(guardrail_may_rearm(&g, now, hold, every),
			tripped && now - trip >= hold && (!rearms || now - rearm >= every));
		if (!tripped && below(3) == 0) {
			guardrail_trip(&g, now);
			trip = now;
			trips++;
		} else if (guardrail_may_rearm(&g, now, hold, every)) {
			guardrail_rearm(&g, now);
			rearm = now;
			rearms++;
		}
	}
}

static void tickets_test(void)
{
	static struct {
		u64 at;
		u32 slot;
		bool closed;
	} asked[STEPS + 1];
	struct tickets_4 t;
	u64 now = 1000, n = 0;

	memset(&t, 0xff, sizeof t);
	tickets_4_init(&t);
	expect(tickets_4_find(&t, 0, now, 100), 4);
	for (u32 step = 0; step < STEPS; step++) {
		bool live[4] = { 0 };
		u32 slot, free = 0;

		now += below(20);
		for (u64 i = n; i > 0 && now - asked[i].at <= 100; i--)
			if (!asked[i].closed)
				live[asked[i].slot] = true;
		for (u32 i = 0; i < 4; i++)
			free += !live[i];
		if (below(2)) {
			slot = tickets_4_open(&t, now, 100);
			expect(slot < 4, free > 0);
			if (slot < 4) {
				expect(live[slot], false);
				n++;
				expect(t.asked, n);
				expect(t.ticket[slot], n);
				asked[n].at = now;
				asked[n].slot = slot;
			}
		} else {
			u64 ticket = n > 8 && below(4) ? n - below(8) : below(n + 3);
			bool lives = ticket > 0 && ticket <= n && !asked[ticket].closed && now - asked[ticket].at <= 100;

			slot = tickets_4_find(&t, ticket, now, 100);
			expect(slot, lives ? asked[ticket].slot : 4);
			if (slot < 4 && below(2)) {
				tickets_4_close(&t, slot);
				asked[ticket].closed = true;
			}
		}
	}
	t.asked = U64_TOP;
	expect(tickets_4_open(&t, now + 1000, 100), 4);
}

static void report_test(void)
{
	static struct trip history[STEPS];
	struct report_8 r;
	struct trip out;
	u32 n = 0, taken = 0, lost = 0;

	memset(&r, 0xff, sizeof r);
	report_8_init(&r);
	for (u32 step = 0; step < STEPS; step++) {
		if (below(step / 1000 % 2 ? 2 : 4)) {
			history[n] = (struct trip){ any(), (u32)any(), (u32)any(), (u32)any() };
			report_8_add(&r, history[n].guardrail, history[n].key, history[n].at, history[n].wants);
			n++;
			if (n - taken > 8) {
				taken++;
				lost++;
			}
		} else {
			bool got = report_8_take(&r, &out);

			expect(got, taken < n);
			if (got) {
				expect(out.at, history[taken].at);
				expect(out.guardrail, history[taken].guardrail);
				expect(out.key, history[taken].key);
				expect(out.wants, history[taken].wants);
				taken++;
			}
		}
		expect(r.unread, n - taken);
		expect(r.lost, lost);
	}
}

static void choice_test(void)
{
	for (u32 step = 0; step < STEPS; step++) {
		struct choice_8 c;
		u32 least = 8, greatest = 8, n = below(9);

		for (u32 i = 0; i < 8; i++) {
			c.takes_part[i] = below(3) != 0 && step % 50;
			c.score[i] = below(4);
		}
		for (u32 i = n; i-- > 0;) {
			if (!c.takes_part[i])
				continue;
			if (least == 8 || c.score[i] <= c.score[least])
				least = i;
			if (greatest == 8 || c.score[i] >= c.score[greatest])
				greatest = i;
		}
		expect(choice_8_argmin(&c, n), least);
		expect(choice_8_argmax(&c, n), greatest);
	}
}

/* ---- the net ---- */

static void digits_test(void)
{
	for (u64 n = 0; n < 20000; n++) {
		u64 x = n < 11000 ? n : any();
		char text[8];

		snprintf(text, sizeof text, "%04llu", (unsigned long long)(x < 9999 ? x : 9999));
		expect(digit(x, 1000, 9999), text[0] - '0');
		expect(digit(x, 100, 9999), text[1] - '0');
		expect(digit(x, 10, 9999), text[2] - '0');
		expect(digit(x, 1, 9999), text[3] - '0');
	}
}

static void fixed_test(void)
{
	for (u32 step = 0; step < STEPS; step++) {
		s64 x = (s64)below(2000000) - 1000000, mean = (s64)below(1000000ULL << 16) - (500000LL << 16);
		s64 scale = (s64)below(below(2) ? 1ULL << 26 : 100000);
		s64 z = (x * 65536 - mean) * scale >> 36; /* gcc rounds down */
		s64 v = (s64)any() % 100, lo = (s64)any() % 50, hi = lo + (s64)below(50);
		u64 n = any() >> below(64), most = below(60000);

		z = z > 32767 ? 32767 : z < -32768 ? -32768 : z;
		expect(zscore(x, mean, scale), z);
		expect(clamp_u64(n, 5, 5 + most), n < 5 ? 5 : n > 5 + most ? 5 + most : n);
		expect(clamp_s64(v, lo, hi), v < lo ? lo : v > hi ? hi : v);
	}
}

/* Weights from nothing to just beyond what the check lets through. */
static void dense_test(void)
{
	static struct dense_hidden d;
	static struct dense_output o;
	u32 passed = 0, refused = 0;

	for (u32 step = 0; step < STEPS; step++) {
		u64 big = step % 3 ? 300 : 40;
		struct vector_5_u16 x;
		struct vector_6_s32 y;
		struct vector_3_s32 z;
		bool ok = true;
		u32 best = 0;

		for (u32 i = 0; i < 6; i++) {
			u64 reach = 0;

			d.b[i] = (s32)below(2000) - 1000;
			for (u32 j = 0; j < 5; j++) {
				d.w[i][j] = (s16)((s64)below(2 * big + 1) - (s64)big);
				reach += (u64)abs(d.w[i][j]) * 999;
			}
			reach += (u64)abs(d.b[i]);
			ok = ok && reach <= 65536 * 16 - 1;
		}
		expect(dense_hidden_check(&d), ok);
		passed += ok;
		refused += !ok;
		if (!ok)
			continue;
		for (u32 j = 0; j < 5; j++)
			x.at[j] = (u16)(below(2) ? 999 : below(1000));
		dense_hidden_run(&d, &x, &y);
		for (u32 i = 0; i < 6; i++) {
			s64 acc = d.b[i];

			for (u32 j = 0; j < 5; j++)
				acc += (s64)d.w[i][j] * x.at[j];
			expect(y.at[i], acc > 0 ? acc >> 4 : 0);
		}
		for (u32 i = 0; i < 3; i++) {
			o.b[i] = (s32)below(2000) - 1000;
			for (u32 j = 0; j < 6; j++)
				o.w[i][j] = (s16)((s64)below(10000) - 5000);
		}
		expect(dense_output_check(&o), 1);
		dense_output_run(&o, &y, &z);
		for (u32 i = 0; i < 3; i++) {
			s64 acc = o.b[i];

			for (u32 j = 0; j < 6; j++)
				acc += (s64)o.w[i][j] * y.at[j];
			expect(z.at[i], acc);
		}
		z.at[1] = below(4) ? z.at[1] : z.at[0];
		for (u32 i = 3; i-- > 0;)
			best = z.at[i] >= z.at[best] ? i : best;
		expect(vector_3_s32_argmax(&z), best);
	}
	expect(passed > 1000 && refused > 1000, 1);
	/* the most that 32 bits hold, and one more */
	memset(&o, 0, sizeof o);
	o.w[2][5] = 32767;
	o.b[2] = 2147483647 - 32767 * 65535;
	expect(dense_output_check(&o), 1);
	o.b[2]++;
	expect(dense_output_check(&o), 0);
	o.b[2] = -2147483647 + 32767 * 65535;
	expect(dense_output_check(&o), 1);
	o.b[2] = -2147483647 - 1;
	o.w[2][5] = 0;
	expect(dense_output_check(&o), 0);
}

static const struct {
	const char *name;
	void (*test)(void);
} tests[] = {
	{ "window of 1", window_1_test },
	{ "window of 7", window_7_test },
	{ "window of 64", window_64_test },
	{ "last", last_test },
	{ "mean", mean_test },
	{ "expmean", expmean_test },
	{ "extreme", extreme_test },
	{ "quantile", quantile_test },
	{ "buckets", buckets_test },
	{ "age", age_test },
	{ "held", held_test },
	{ "since", since_test },
	{ "clock", clock_test },
	{ "inflight", inflight_test },
	{ "guardrail", guardrail_test },
	{ "tickets", tickets_test },
	{ "report", report_test },
	{ "choice", choice_test },
	{ "digits", digits_test },
	{ "fixed", fixed_test },
	{ "dense", dense_test },
};

int main(void)
{
	unsigned failed = 0, n = sizeof tests / sizeof *tests;

	for (unsigned i = 0; i < n; i++) {
		wrong = 0;
		tests[i].test();
		if (wrong) {
			printf("FAILED: %s: %u differences from its model\n", tests[i].name, wrong);
			failed++;
		}
	}
	printf("%u passed, %u failed\n", n - failed, failed);
	return failed != 0;
}
