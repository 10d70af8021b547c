/* The least and the greatest of the last EXTREME values. To be included once for each size and type:
 *
 *	#define EXTREME 16
 *	#define VALUE u64
 *	#include "extreme.h"	struct extreme_16_u64, extreme_16_u64_init, _push, _min, _max
 *
 * Ago(e, j) is the value j pushes ago, for the last `seen`. Reading scans them: no second structure that could go stale. */
#include "base.h"

#define extreme_n LDOSC_CAT4(extreme_, EXTREME, _, VALUE)
#define extreme_n_init LDOSC_CAT(extreme_n, _init)
#define extreme_n_push LDOSC_CAT(extreme_n, _push)
#define extreme_n_ago LDOSC_CAT(extreme_n, _ago)
#define extreme_n_min LDOSC_CAT(extreme_n, _min)
#define extreme_n_max LDOSC_CAT(extreme_n, _max)

struct extreme_n {
	u32 next; /* where the next value goes: over the oldest, once the ring is full */
	u32 seen; /* values since init, at most EXTREME */
	VALUE at[EXTREME];
};

/*@ logic integer Size(struct extreme_n e) = EXTREME;

    logic integer Ago(struct extreme_n e, integer j) = e.at[e.next > j ? e.next - 1 - j : e.next - 1 - j + EXTREME];

    predicate ExtremeOk(struct extreme_n e) = e.next < EXTREME && e.seen <= EXTREME;

    predicate Within(struct extreme_n e, integer lo, integer hi) = \forall integer j; 0 <= j < e.seen ==> lo <= Ago(e, j) <= hi;

    predicate Empty(struct extreme_n e) = e.seen == 0;

    predicate Pushed(struct extreme_n old, struct extreme_n new, integer x) =
      new.seen == (old.seen < EXTREME ? old.seen + 1 : EXTREME) &&
      Ago(new, 0) == x &&
      (\forall integer j; 0 < j < new.seen ==> Ago(new, j) == Ago(old, j - 1));

    // of the last n
    logic integer LeastOf(struct extreme_n e, integer n) =
      n <= 1 ? Ago(e, 0) : Ago(e, n - 1) < LeastOf(e, n - 1) ? Ago(e, n - 1) : LeastOf(e, n - 1);

    logic integer GreatestOf(struct extreme_n e, integer n) =
      n <= 1 ? Ago(e, 0) : Ago(e, n - 1) > GreatestOf(e, n - 1) ? Ago(e, n - 1) : GreatestOf(e, n - 1);

    logic integer Least(struct extreme_n e, integer initial) = e.seen == 0 ? initial : LeastOf(e, e.seen);

    logic integer Greatest(struct extreme_n e, integer initial) = e.seen == 0 ? initial : GreatestOf(e, e.seen);

    // The same without recursion: one of them, and none is beyond it.
    predicate IsMin(struct extreme_n e, integer x, integer n) =
      (\exists integer j; 0 <= j < n && Ago(e, j) == x) && (\forall integer j; 0 <= j < n ==> x <= Ago(e, j));

    predicate IsMax(struct extreme_n e, integer x, integer n) =
      (\exists integer j; 0 <= j < n && Ago(e, j) == x) && (\forall integer j; 0 <= j < n ==> Ago(e, j) <= x);
*/

/*@ requires valid: \valid(e);
    assigns *e;
    ensures ok: ExtremeOk(*e);
    ensures empty: Empty(*e);
    ensures within: \forall integer lo, hi; Within(*e, lo, hi);
*/
static inline void extreme_n_init(struct extreme_n *e)
{
	e->next = 0;
	e->seen = 0;
}

/*@ requires valid: \valid(e);
    requires ok: ExtremeOk(*e);
    assigns *e;
    ensures ok: ExtremeOk(*e);
    ensures pushed: Pushed(\old(*e), *e, x);
    ensures within: \forall integer lo, hi; Within(\old(*e), lo, hi) && lo <= x <= hi ==> Within(*e, lo, hi);
*/
static inline void extreme_n_push(struct extreme_n *e, VALUE x)
{
	e->at[INDEX(e->next, EXTREME)] = x;
	e->next = e->next + 1 < EXTREME ? e->next + 1 : 0;
	if (e->seen < EXTREME)
		e->seen += 1;
	//@ assert pushed: Pushed(\at(*e, Pre), *e, x);
}

/*@ requires valid: \valid_read(e);
    requires ok: ExtremeOk(*e);
    requires seen: j < e->seen;
    assigns \nothing;
    ensures ago: \result == Ago(*e, j);
*/
static inline VALUE extreme_n_ago(const struct extreme_n *e, u32 j)
{
	u32 i = e->next > j ? e->next - 1 - j : e->next + (EXTREME - 1 - j);

	return e->at[INDEX(i, EXTREME)];
}

/*@ requires valid: \valid_read(e);
    requires ok: ExtremeOk(*e);
    assigns \nothing;
    ensures min: e->seen > 0 ==> IsMin(*e, \result, e->seen);
    ensures least: \result == Least(*e, initial);
    ensures within: \forall integer lo, hi; Within(*e, lo, hi) && lo <= initial <= hi ==> lo <= \result <= hi;
*/
static inline VALUE extreme_n_min(const struct extreme_n *e, VALUE initial)
{
	VALUE least = initial;

	/*@ loop invariant range: 0 <= j <= e->seen;
	    loop invariant min: j > 0 ==> IsMin(*e, least, j) && least == LeastOf(*e, j);
	    loop invariant none: j == 0 ==> least == initial;
	    loop assigns j, least;
	    loop variant e->seen - j; */
	for (u32 j = 0; j < EXTREME && j < e->seen; j++) {
		VALUE x = extreme_n_ago(e, j);

		if (j == 0 || x < least)
			least = x;
	}
	return least;
}

/*@ requires valid: \valid_read(e);
    requires ok: ExtremeOk(*e);
    assigns \nothing;
    ensures max: e->seen > 0 ==> IsMax(*e, \result, e->seen);
    ensures greatest: \result == Greatest(*e, initial);
    ensures within: \forall integer lo, hi; Within(*e, lo, hi) && lo <= initial <= hi ==> lo <= \result <= hi;
*/
static inline VALUE extreme_n_max(const struct extreme_n *e, VALUE initial)
{
	VALUE greatest = initial;

	/*@ loop invariant range: 0 <= j <= e->seen;
	    loop invariant max: j > 0 ==> IsMax(*e, greatest, j) && greatest == GreatestOf(*e, j);
	    loop invariant none: j == 0 ==> greatest == initial;
	    loop assigns j, greatest;
	    loop variant e->seen - j; */
	for (u32 j = 0; j < EXTREME && j < e->seen; j++) {
		VALUE x = extreme_n_ago(e, j);

		if (j == 0 || x > greatest)
			greatest = x;
	}
	return greatest;
}

#undef extreme_n
#undef extreme_n_init
#undef extreme_n_push
#undef extreme_n_ago
#undef extreme_n_min
#undef extreme_n_max
#undef EXTREME
#undef VALUE
