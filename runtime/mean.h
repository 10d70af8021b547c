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

/*@ logic integer Ago(struct mean_n m, integer j) = m.at[m.next > j ? m.next - 1 - j : m.next - 1 - j + EVENTS];

    logic integer Sum(struct mean_n m, integer n) = n <= 0 ? 0 : Sum(m, n - 1) + Ago(m, n - 1);

    predicate MeanOk(struct mean_n m) =
      m.next < EVENTS && m.seen <= EVENTS &&
      (\forall integer j; 0 <= j < m.seen ==> Ago(m, j) <= VALUE_MAX) &&
      m.sum == Sum(m, m.seen) && m.sum <= m.seen * VALUE_MAX;

    predicate Empty(struct mean_n m) = m.seen == 0;

    logic integer Mean(struct mean_n m, integer initial) = m.seen == 0 ? initial : m.sum / m.seen;

    predicate Pushed(struct mean_n old, struct mean_n new, integer x) =
      new.seen == (old.seen < EVENTS ? old.seen + 1 : EVENTS) &&
      new.sum == Sum(old, new.seen - 1) + x &&
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

/*@ requires valid: \valid(m);
    requires ok: MeanOk(*m);
    requires value: x <= VALUE_MAX;
    assigns *m;
    ensures ok: MeanOk(*m);
    ensures pushed: Pushed(\old(*m), *m, x);
*/
static inline void mean_n_push(struct mean_n *m, VALUE x)
{
	u32 at = m->next;

	/*@ ghost
	  /@ loop invariant range: 0 <= i <= m->seen;
	     loop invariant bound: \forall integer k; 0 <= k <= i ==> 0 <= Sum(*m, k) <= k * VALUE_MAX;
	     loop assigns i;
	     loop variant m->seen - i; @/
	  for (u32 i = 0; i < m->seen; i++) ; */
	if (m->seen < EVENTS) {
		m->seen += 1;
	} else {
		//@ assert leaves: Sum(*m, EVENTS) == Sum(*m, EVENTS - 1) + Ago(*m, EVENTS - 1);
		m->sum -= m->at[INDEX(at, EVENTS)];
	}
	m->sum += x;
	m->at[INDEX(at, EVENTS)] = x;
	m->next = at + 1 < EVENTS ? at + 1 : 0;
	//@ assert newest: Ago(*m, 0) == x;
	//@ assert shifted: \forall integer j; 0 < j < EVENTS ==> Ago(*m, j) == Ago(\at(*m, Pre), j - 1);
	//@ assert values: \forall integer j; 0 <= j < m->seen ==> Ago(*m, j) <= VALUE_MAX;
	/*@ ghost
	  /@ loop invariant range: 1 <= i <= m->seen;
	     loop invariant shifted: Sum(*m, i) == Sum(\at(*m, Pre), i - 1) + x;
	     loop assigns i;
	     loop variant m->seen - i; @/
	  for (u32 i = 1; i < m->seen; i++) ; */
	//@ assert sum: m->sum == Sum(*m, m->seen);
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
#undef mean_n_push
#undef mean_n_read
#undef MEAN
#undef EVENTS
#undef VALUE
#undef VALUE_MAX
