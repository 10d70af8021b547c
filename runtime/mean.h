/* The mean of the last EVENTS values, rounded down. To be included once for each:
 *
 *	#define MEAN took		names it: struct mean_took, mean_took_init, _push, _read
 *	#define EVENTS 16
 *	#define VALUE u64
 *	#define VALUE_MAX 60000000000	no value is greater
 *	#include "mean.h"
 *
 * Ago(m, j) is the value j pushes ago, and `sum` is the sum of the last `seen` of them. Only what was seen is ever read. */
#include "base.h"

#define mean_n LDOSC_CAT(mean_, MEAN)
#define mean_n_init LDOSC_CAT(mean_n, _init)
#define mean_n_put LDOSC_CAT(mean_n, _put)
#define mean_n_push LDOSC_CAT(mean_n, _push)
#define mean_n_read LDOSC_CAT(mean_n, _read)

struct mean_n {
	u32 next; /* where the next value goes: over the oldest, once the ring is full */
	u32 seen; /* values since init, at most EVENTS */
	u64 sum;  /* of the last `seen` */
	VALUE at[EVENTS];
};

#if VALUE_MAX > U64_TOP / EVENTS
#error "the sum of so many values does not fit 64 bits"
#endif

/*@ logic integer Size(struct mean_n m) = EVENTS;

    logic integer Ago(struct mean_n m, integer j) = m.at[m.next > j ? m.next - 1 - j : m.next - 1 - j + EVENTS];

    logic integer Sum(struct mean_n m, integer n) = n <= 0 ? 0 : Sum(m, n - 1) + Ago(m, n - 1);

    // The sum that stays when one more value comes: of the last EVENTS - 1.
    logic integer Rest(struct mean_n m) = m.sum - (m.seen < EVENTS ? 0 : Ago(m, EVENTS - 1));

    predicate Summed(struct mean_n m, integer n) = m.sum == Sum(m, n);

    // Summed of `seen`; folded into a quantifier, as Counted is in window.h.
    predicate MeanOk(struct mean_n m) =
      m.next < EVENTS && m.seen <= EVENTS &&
      (\forall integer j; 0 <= j < m.seen ==> Ago(m, j) <= VALUE_MAX) &&
      m.sum <= m.seen * VALUE_MAX && 0 <= Rest(m) <= (EVENTS - 1) * VALUE_MAX &&
      (\forall integer n; m.seen <= n <= m.seen ==> Summed(m, n));

    predicate Empty(struct mean_n m) = m.seen == 0;

    logic integer Mean(struct mean_n m, integer initial) = m.seen == 0 ? initial : m.sum / m.seen;

    predicate Pushed(struct mean_n old, struct mean_n new, integer x) =
      new.seen == (old.seen < EVENTS ? old.seen + 1 : EVENTS) &&
      new.sum == Rest(old) + x &&
      Ago(new, 0) == x &&
      (\forall integer j; 0 < j < new.seen ==> Ago(new, j) == Ago(old, j - 1));
*/

/*@ requires valid: \valid(m);
    assigns *m;
    ensures ok: MeanOk(*m);
    ensures empty: Empty(*m);
*/
static inline void mean_n_init(struct mean_n *m)
{
	m->next = 0;
	m->seen = 0;
	m->sum = 0;
}

/* The ring and its sum; that it is still right is seen in push, where nothing else is to be shown. */
/*@ requires valid: \valid(m);
    requires ok: MeanOk(*m);
    requires value: x <= VALUE_MAX;
    assigns *m;
    ensures range: m->next < EVENTS && m->sum <= m->seen * VALUE_MAX;
    ensures pushed: Pushed(\old(*m), *m, x);
*/
static inline void mean_n_put(struct mean_n *m, VALUE x)
{
	u32 at = m->next;

	if (m->seen == EVENTS)
		m->sum -= m->at[INDEX(at, EVENTS)];
	//@ assert rest: m->sum == Rest(\at(*m, Pre));
	m->sum += x;
	m->at[INDEX(at, EVENTS)] = x;
	m->next = at + 1 < EVENTS ? at + 1 : 0;
	if (m->seen < EVENTS)
		m->seen += 1;
	//@ assert newest: Ago(*m, 0) == x;
	//@ assert shifted: \forall integer j; 0 < j < m->seen ==> Ago(*m, j) == Ago(\at(*m, Pre), j - 1);
}

/*@ requires valid: \valid(m);
    requires ok: MeanOk(*m);
    requires value: x <= VALUE_MAX;
    assigns *m;
    ensures ok: MeanOk(*m);
    ensures pushed: Pushed(\old(*m), *m, x);
*/
static inline void mean_n_push(struct mean_n *m, VALUE x)
{
	//@ assert summed: Summed(*m, m->seen);
	//@ assert leaves: Sum(*m, EVENTS) == Sum(*m, EVENTS - 1) + Ago(*m, EVENTS - 1);
	//@ assert rest: Rest(*m) == Sum(*m, m->seen < EVENTS ? m->seen : EVENTS - 1);
	mean_n_put(m, x);
	//@ assert values: \forall integer j; 0 <= j < m->seen ==> Ago(*m, j) <= VALUE_MAX;
	/*@ ghost
	  /@ loop invariant range: 1 <= i <= m->seen;
	     loop invariant bound: \forall integer k; 0 <= k <= i ==> 0 <= Sum(*m, k) <= k * VALUE_MAX;
	     loop invariant shifted: Sum(*m, i) == Sum(\at(*m, Pre), i - 1) + x;
	     loop assigns i;
	     loop variant m->seen - i; @/
	  for (u32 i = 1; i < m->seen; i++) ; */
	//@ assert fills: m->seen - 1 == (\at(m->seen, Pre) < EVENTS ? \at(m->seen, Pre) : EVENTS - 1);
	//@ assert rest: Rest(\at(*m, Pre)) == Sum(\at(*m, Pre), m->seen - 1);
	//@ assert summed: Summed(*m, m->seen);
	//@ assert stays: 0 <= Rest(*m) <= (EVENTS - 1) * VALUE_MAX;
}

/*@ requires valid: \valid_read(m);
    requires ok: MeanOk(*m);
    assigns \nothing;
    ensures mean: \result == Mean(*m, initial);
    ensures range: \result <= VALUE_MAX || \result == initial;
*/
static inline u64 mean_n_read(const struct mean_n *m, u64 initial)
{
	return m->seen ? m->sum / m->seen : initial;
}

#undef mean_n
#undef mean_n_init
#undef mean_n_put
#undef mean_n_push
#undef mean_n_read
#undef MEAN
#undef EVENTS
#undef VALUE
#undef VALUE_MAX
