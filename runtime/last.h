/* The last LAST values of a column, newest first. To be included once for each size and type:
 *
 *	#define LAST 4
 *	#define VALUE u32
 *	#include "last.h"		struct last_4_u32, last_4_u32_init, _push, _ago
 *
 * Ago(l, j) is the value j pushes ago; before so many came it is the value that init was given. */
#include "base.h"

#define last_n LDOSC_CAT4(last_, LAST, _, VALUE)
#define last_n_init LDOSC_CAT(last_n, _init)
#define last_n_push LDOSC_CAT(last_n, _push)
#define last_n_ago LDOSC_CAT(last_n, _ago)

struct last_n {
	u32 next; /* where the next value goes, over the oldest */
	VALUE at[LAST];
};

/*@ logic integer Size(struct last_n l) = LAST;

    logic integer Ago(struct last_n l, integer j) = l.at[l.next > j ? l.next - 1 - j : l.next - 1 - j + LAST];

    predicate LastOk(struct last_n l) = l.next < LAST;

    predicate Within(struct last_n l, integer lo, integer hi) = \forall integer i; 0 <= i < LAST ==> lo <= l.at[i] <= hi;

    predicate Filled(struct last_n l, integer x) = \forall integer j; 0 <= j < LAST ==> Ago(l, j) == x;

    predicate Pushed(struct last_n old, struct last_n new, integer x) =
      Ago(new, 0) == x && (\forall integer j; 0 < j < LAST ==> Ago(new, j) == Ago(old, j - 1));
*/

/*@ requires valid: \valid(l);
    assigns *l;
    ensures ok: LastOk(*l);
    ensures filled: Filled(*l, initial);
    ensures within: \forall integer lo, hi; lo <= initial <= hi ==> Within(*l, lo, hi);
*/
static inline void last_n_init(struct last_n *l, VALUE initial)
{
	l->next = 0;
	/*@ loop invariant range: 0 <= i <= LAST;
	    loop invariant filled: \forall integer k; 0 <= k < i ==> l->at[k] == initial;
	    loop assigns i, l->at[0 .. LAST - 1];
	    loop variant LAST - i; */
	for (u32 i = 0; i < LAST; i++)
		l->at[i] = initial;
}

/*@ requires valid: \valid(l);
    requires ok: LastOk(*l);
    assigns *l;
    ensures ok: LastOk(*l);
    ensures pushed: Pushed(\old(*l), *l, x);
    ensures within: \forall integer lo, hi; Within(\old(*l), lo, hi) && lo <= x <= hi ==> Within(*l, lo, hi);
*/
static inline void last_n_push(struct last_n *l, VALUE x)
{
	l->at[INDEX(l->next, LAST)] = x;
	l->next = l->next + 1 < LAST ? l->next + 1 : 0;
}

/*@ requires valid: \valid_read(l);
    requires ok: LastOk(*l);
    requires slot: j < LAST;
    assigns \nothing;
    ensures ago: \result == Ago(*l, j);
    ensures within: \forall integer lo, hi; Within(*l, lo, hi) ==> lo <= \result <= hi;
*/
static inline VALUE last_n_ago(const struct last_n *l, u32 j)
{
	u32 i = l->next > j ? l->next - 1 - j : l->next + (LAST - 1 - j);

	return l->at[INDEX(i, LAST)];
}

#undef last_n
#undef last_n_init
#undef last_n_push
#undef last_n_ago
#undef LAST
#undef VALUE
