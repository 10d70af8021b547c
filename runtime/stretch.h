/* Numbers of a grid: lo, lo + step, .. Which of them are allowed is a stretch of steps, and each bound that is known makes
 * it shorter; a step outside is brought to its nearer end. Steps are counted from 0, so nothing here divides what could be
 * negative. */
#ifndef LDOSC_STRETCH_H
#define LDOSC_STRETCH_H

#include "base.h"

struct stretch { /* of steps: from .. end - 1; none where from >= end */
	u64 from, end;
};

/*@ predicate InStretch(struct stretch w, integer s) = w.from <= s < w.end;

    // x, brought into lo .. hi and down onto the grid, as a step
    logic integer GridStep(integer x, integer lo, integer hi, integer step) =
      ((x < lo ? lo : x > hi ? hi : x) - lo) / step;

    // how many steps of `by`, of `top`, go from a without passing b
    logic integer StepsUpto(integer a, integer b, integer by, integer top) =
      a > b ? 0 : (b - a) / by < top ? (b - a) / by + 1 : top;

    // the nearest step of the stretch
    logic integer Nearest(struct stretch w, integer s) = s < w.from ? w.from : s >= w.end ? w.end - 1 : s;
*/

/*@ requires order: a <= b;
    assigns \nothing;
    ensures distance: \result == b - a;
*/
static inline u64 distance(s64 a, s64 b)
{
	if (a < 0 && b >= 0)
		return (u64)b + (u64)-(a + 1) + 1;
	return (u64)(b - a);
}

/*@ requires order: lo <= hi;
    requires step: step > 0;
    assigns \nothing;
    ensures step: \result == GridStep(x, lo, hi, step);
*/
static inline u64 grid_step(s64 x, s64 lo, s64 hi, u64 step)
{
	s64 held = x < lo ? lo : x > hi ? hi : x;

	return distance(lo, held) / step;
}

/* What no grid reaches is brought to where all grids end. */
/*@ assigns \nothing;
    ensures narrowed: \result == (x < S64_TOP ? x : S64_TOP);
*/
static inline s64 grid_narrow(u64 x)
{
	return x < S64_TOP ? (s64)x : S64_TOP;
}

/* ---- how many steps of `by` go from a without passing b ---- */

/*@ requires by: by > 0;
    assigns \nothing;
    ensures steps: \result == StepsUpto(0, d, by, top);
    ensures top: \result <= top;
    ensures within: \forall integer s; 0 <= s < top ==> (s < \result <==> by * s <= d);
*/
static inline u64 steps_within(u64 d, u64 by, u64 top)
{
	u64 n = d / by;

	//@ assert whole: by * n <= d < by * (n + 1);
	//@ assert in: \forall integer s; 0 <= s <= n ==> by * s <= by * n;
	//@ assert out: \forall integer s; n + 1 <= s ==> by * (n + 1) <= by * s;
	return n < top ? n + 1 : top;
}

/*@ requires by: by > 0;
    assigns \nothing;
    ensures top: \result <= top;
    ensures steps: \result == StepsUpto(a, b, by, top);
    ensures upto: \forall integer s; 0 <= s < top ==> (s < \result <==> a + by * s <= b);
*/
static inline u64 steps_upto(s64 a, s64 b, u64 by, u64 top)
{
	return a <= b ? steps_within(distance(a, b), by, top) : 0;
}

/*@ requires by: by > 0;
    assigns \nothing;
    ensures top: \result <= top;
    ensures steps: \result == StepsUpto(a, b - 1, by, top);
    ensures before: \forall integer s; 0 <= s < top ==> (s < \result <==> a + by * s < b);
*/
static inline u64 steps_before(s64 a, s64 b, u64 by, u64 top)
{
	return a < b ? steps_within(distance(a, b) - 1, by, top) : 0;
}

/* .. of times and sizes that 63 bits do not hold */
/*@ requires by: by > 0;
    assigns \nothing;
    ensures top: \result <= top;
    ensures steps: \result == StepsUpto(a, b, by, top);
    ensures upto: \forall integer s; 0 <= s < top ==> (s < \result <==> a + by * s <= b);
*/
static inline u64 steps_upto_u64(u64 a, u64 b, u64 by, u64 top)
{
	return a <= b ? steps_within(b - a, by, top) : 0;
}

/*@ requires by: by > 0;
    assigns \nothing;
    ensures top: \result <= top;
    ensures steps: \result == StepsUpto(a, b - 1, by, top);
    ensures before: \forall integer s; 0 <= s < top ==> (s < \result <==> a + by * s < b);
*/
static inline u64 steps_before_u64(u64 a, u64 b, u64 by, u64 top)
{
	return a < b ? steps_within(b - a - 1, by, top) : 0;
}

/* ---- the stretch ---- */

/*@ requires valid: \valid(w);
    assigns *w;
    ensures all: w->from == 0 && w->end == steps;
*/
static inline void stretch_all(struct stretch *w, u64 steps)
{
	w->from = 0;
	w->end = steps;
}

/*@ requires valid: \valid(w);
    assigns *w;
    ensures from: w->from == \old(w->from) && w->end == (end < \old(w->end) ? end : \old(w->end));
*/
static inline void stretch_below(struct stretch *w, u64 end)
{
	if (end < w->end)
		w->end = end;
}

/*@ requires valid: \valid(w);
    assigns *w;
    ensures end: w->end == \old(w->end) && w->from == (from > \old(w->from) ? from : \old(w->from));
*/
static inline void stretch_from(struct stretch *w, u64 from)
{
	if (w->from < from)
		w->from = from;
}

/*@ requires valid: \valid_read(w);
    requires none: w->end <= none;
    assigns \nothing;
    ensures nearest: w->from < w->end ==> \result == Nearest(*w, s) && \result < none;
    ensures in: \result < none ==> InStretch(*w, \result);
    ensures none: w->from >= w->end ==> \result == none;
*/
static inline u64 stretch_hold(const struct stretch *w, u64 s, u64 none)
{
	if (w->from >= w->end)
		return none;
	return s < w->from ? w->from : s >= w->end ? w->end - 1 : s;
}

#endif
