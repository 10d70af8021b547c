/* What the contracts of windows are worth. A world pushes whatever it likes, as often as it likes, and keeps a history of its own: it
 * picks any event (any moment) and counts the hits from there on. By the contracts alone, no stretch of a guarantee's length
 * ever holds more hits than its limit. A ring that sticks, skips or forgets keeps no such contract. */
#include "clock.h"

#define WINDOW 64
#include "window.h"

#define BUCKETS errors
#define SLOTS 8
#define SPAN 10000000000
#include "buckets.h"
#define BUCKETS errors
#define SLOTS 8
#define SPAN 10000000000
#include "older.h"
#define WIDTH 1250000000
#define SPAN 10000000000
#define RING 9

#define LIMIT 10

/*@ assigns \nothing; */
bool any_bool(void);

/*@ assigns \nothing; */
u64 any_number(void);

/* The inductions that no contract has room for: with one event more, what was the last n is the last n + 1, .. */
/*@ requires valid: \valid_read(o) && \valid_read(w);
    requires pushed: Pushed(*o, *w, hit);
    requires bit: hit <= 1;
    assigns \nothing;
    ensures shifted: \forall integer n; 0 < n <= w->seen ==> Hits(*w, n) == Hits(*o, n - 1) + hit;
*/
static inline void shifted(const struct window_64 *o, const struct window_64 *w, u32 hit)
{
	(void)o;
	(void)hit;
	/*@ loop invariant range: 1 <= i <= w->seen;
	    loop invariant shifted: \forall integer n; 0 < n <= i ==> Hits(*w, n) == Hits(*o, n - 1) + hit;
	    loop assigns i;
	    loop variant w->seen - i; */
	for (u32 i = 1; i < w->seen; i++) {
		//@ assert new: Hits(*w, i + 1) == Hits(*w, i) + Ago(*w, i);
		//@ assert old: Hits(*o, i) == Hits(*o, i - 1) + Ago(*o, i - 1);
	}
}

/* .. and the last n hold no more hits than the last m, n <= m. */
/*@ requires valid: \valid_read(w);
    requires ok: WindowOk(*w);
    assigns \nothing;
    ensures rises: \forall integer n; 0 <= n <= w->seen ==> 0 <= Hits(*w, n) <= w->hits;
*/
static inline void rises(const struct window_64 *w)
{
	/*@ loop invariant range: 0 <= i <= w->seen;
	    loop invariant rises: \forall integer n; 0 <= n <= i ==> 0 <= Hits(*w, n) <= Hits(*w, i);
	    loop assigns i;
	    loop variant w->seen - i; */
	for (u32 i = 0; i < w->seen; i++) {
		//@ assert more: Hits(*w, i + 1) == Hits(*w, i) + Ago(*w, i);
	}
	//@ assert counted: Counted(*w, w->seen);
}

/*@ requires valid: \valid(w);
    assigns *w;
*/
void history_of_events(struct window_64 *w)
{
	u64 start = any_number();
	u64 told = 0; /* hits of the events start, start + 1, .. while they are no more than 64 */

	window_64_init(w);
	/*@ loop invariant ok: WindowOk(*w);
	    loop invariant limit: w->hits <= LIMIT;
	    loop invariant seen: w->seen == (n < 64 ? n : 64);
	    loop invariant before: n <= start ==> told == 0;
	    loop invariant during: start <= n <= start + 64 ==> told == Hits(*w, n - start) && told <= LIMIT;
	    loop assigns n, told, *w;
	    loop variant U64_TOP - n; */
	for (u64 n = 0; n < U64_TOP; n++) {
		bool hit = any_bool();
		struct window_64 before = *w;

		if (window_64_rest(w) >= LIMIT)
			hit = false;
		window_64_push(w, hit);
		shifted(&before, w, hit ? 1 : 0);
		if (n >= start && n - start < 64) {
			//@ assert next: told + (hit ? 1 : 0) == Hits(*w, n - start + 1);
			//@ assert limit: w->hits <= LIMIT;
			rises(w);
			told += hit ? 1 : 0;
			//@ assert guarantee: told <= LIMIT;
		}
	}
}

/*@ requires valid: \valid(b);
    assigns *b;
*/
void history_of_times(struct buckets_errors *b, u32 steps)
{
	u64 start = any_number();
	u64 told = 0; /* hits at start or later, until SPAN has passed */
	u64 now = 0;

	buckets_errors_init(b);
	//@ assert none: \forall integer n; 0 <= n <= RING ==> Events(*b, 0, n) == 0;
	/*@ loop invariant range: 0 <= i <= steps;
	    loop invariant ok: BucketsOk(*b, now);
	    loop invariant limit: Recent(*b, now) <= LIMIT;
	    loop invariant before: now < start ==> told == 0;
	    loop invariant during: start <= now <= start + SPAN ==>
	      told <= LIMIT && told <= Events(*b, now / WIDTH, now / WIDTH - start / WIDTH + 1);
	    loop assigns i, told, now, *b;
	    loop variant steps - i; */
	for (u32 i = 0; i < steps; i++) {
		u64 then = now, recent;
		bool hit = any_bool();

		clock_advance(&then, any_number());
		buckets_errors_older(b, now, then);
		now = then;
		recent = buckets_errors_read(b, now);
		if (recent >= LIMIT)
			hit = false;
		//@ assert slots: start <= now <= start + SPAN ==> 1 <= now / WIDTH - start / WIDTH + 1 <= RING;
		//@ assert still: start <= now <= start + SPAN ==> told <= Events(*b, now / WIDTH, now / WIDTH - start / WIDTH + 1);
		//@ assert here: InSlot(*b, now / WIDTH) == Events(*b, now / WIDTH, 1);
before:		buckets_errors_push(b, now, hit);
		//@ assert small: InSlot(\at(*b, before), now / WIDTH) < U32_TOP;
		//@ assert same: !hit ==> *b == \at(*b, before);
		/*@ assert missed: !hit ==> \forall integer n;
		      Events(*b, now / WIDTH, n) == Events(\at(*b, before), now / WIDTH, n); */
		/*@ assert counted: hit ==> \forall integer n; 0 < n <= RING ==>
		      Events(*b, now / WIDTH, n) == Events(\at(*b, before), now / WIDTH, n) + 1; */
		//@ assert most: Recent(*b, now) <= LIMIT;
		buckets_errors_older(b, now, now);
		if (start <= now && now - start <= SPAN) {
			told += hit ? 1 : 0;
			//@ assert guarantee: told <= LIMIT;
		}
	}
}
