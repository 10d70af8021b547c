/* A quantile of the last EVENTS values, rounded up to an edge. To be included once for each:
 *
 *	#define QUANTILE took			names it: struct quantile_took, quantile_took_init, _push, _read
 *	#define EVENTS 256
 *	#define EDGES 4
 *	#define EDGE(i) ((i) == 0 ? 100 : (i) == 1 ? 500 : (i) == 2 ? 1000 : 60000)	rising; the last catches all
 *	#define RANK_NUM 99
 *	#define RANK_DEN 100
 *	#include "quantile.h"
 *
 * Ago(q, j) is the bucket of the value j pushes ago: the least edge that it does not exceed. count[e] says how many of the
 * last `seen` lie in bucket e. What is read is the least edge so that at least RANK_NUM / RANK_DEN of them lie at or below
 * it: an upper bound of the quantile, and the best one that the edges can tell. */
#include "base.h"

#define quantile_n LDOSC_CAT(quantile_, QUANTILE)
#define quantile_n_init LDOSC_CAT(quantile_n, _init)
#define quantile_n_bucket LDOSC_CAT(quantile_n, _bucket)
#define quantile_n_push LDOSC_CAT(quantile_n, _push)
#define quantile_n_read LDOSC_CAT(quantile_n, _read)
#define quantile_n_IsBucket LDOSC_CAT(quantile_n, _IsBucket)

struct quantile_n {
	u32 next;	  /* where the next value goes: over the oldest, once the ring is full */
	u32 seen;	  /* values since init, at most EVENTS */
	u32 count[EDGES]; /* of the last `seen`, in each bucket */
	u8 at[EVENTS];
};

#if EDGES > 255
#error "a bucket is kept in a byte"
#endif

/*@ logic integer Size(struct quantile_n q) = EVENTS;

    logic integer Edges(struct quantile_n q) = EDGES;

    logic integer Edge(struct quantile_n q, integer i) = EDGE(i);

    logic integer RankNum(struct quantile_n q) = RANK_NUM;

    logic integer RankDen(struct quantile_n q) = RANK_DEN;

    logic integer Ago(struct quantile_n q, integer j) = q.at[q.next > j ? q.next - 1 - j : q.next - 1 - j + EVENTS];

    // of the last n values, how many lie in bucket e or below it
    logic integer Below(struct quantile_n q, integer e, integer n) =
      n <= 0 ? 0 : Below(q, e, n - 1) + (Ago(q, n - 1) <= e ? 1 : 0);

    logic integer Count(struct quantile_n q, integer e, integer n) =
      n <= 0 ? 0 : Count(q, e, n - 1) + (Ago(q, n - 1) == e ? 1 : 0);

    predicate quantile_n_IsBucket(integer x, integer e) =
      0 <= e < EDGES && (e < EDGES - 1 ==> x <= EDGE(e)) && (\forall integer k; 0 <= k < e ==> x > EDGE(k));

    predicate Counted(struct quantile_n q, integer n) = \forall integer e; 0 <= e < EDGES ==> q.count[e] == Count(q, e, n);

    // Counted of `seen`; folded into a quantifier, as in window.h.
    predicate QuantileOk(struct quantile_n q) =
      q.next < EVENTS && q.seen <= EVENTS &&
      (\forall integer j; 0 <= j < q.seen ==> Ago(q, j) < EDGES) &&
      (\forall integer n; q.seen <= n <= q.seen ==> Counted(q, n));

    predicate Empty(struct quantile_n q) = q.seen == 0;

    predicate Pushed(struct quantile_n old, struct quantile_n new, integer x) =
      new.seen == (old.seen < EVENTS ? old.seen + 1 : EVENTS) &&
      quantile_n_IsBucket(x, Ago(new, 0)) &&
      (\forall integer j; 0 < j < new.seen ==> Ago(new, j) == Ago(old, j - 1));

    // at least RANK_NUM / RANK_DEN of what was seen lies in bucket e or below it
    predicate Covers(struct quantile_n q, integer e) = Below(q, e, q.seen) * RANK_DEN >= RANK_NUM * q.seen;

    logic integer FirstCovering(struct quantile_n q, integer e) =
      e >= EDGES - 1 || Below(q, e, q.seen) * RANK_DEN >= RANK_NUM * q.seen ? e : FirstCovering(q, e + 1);

    logic integer Quantile(struct quantile_n q, integer initial) = q.seen == 0 ? initial : EDGE(FirstCovering(q, 0));
*/

/*@ requires valid: \valid(q);
    assigns *q;
    ensures ok: QuantileOk(*q);
    ensures empty: Empty(*q);
*/
static inline void quantile_n_init(struct quantile_n *q)
{
	q->next = 0;
	q->seen = 0;
	/*@ loop invariant range: 0 <= e <= EDGES;
	    loop invariant clear: \forall integer k; 0 <= k < e ==> q->count[k] == 0;
	    loop assigns e, q->count[0 .. EDGES - 1];
	    loop variant EDGES - e; */
	for (u32 e = 0; e < EDGES; e++)
		q->count[e] = 0;
	//@ assert counted: Counted(*q, 0);
}

/*@ assigns \nothing;
    ensures bucket: quantile_n_IsBucket(x, \result);
*/
static inline u8 quantile_n_bucket(u64 x)
{
	/*@ loop invariant range: 0 <= e <= EDGES;
	    loop invariant above: \forall integer k; 0 <= k < e ==> x > EDGE(k);
	    loop assigns e;
	    loop variant EDGES - e; */
	for (u8 e = 0; e < EDGES; e++) {
		if (x <= EDGE(e))
			return e;
	}
	return EDGES - 1;
}

/*@ requires valid: \valid(q);
    requires ok: QuantileOk(*q);
    assigns *q;
    ensures ok: QuantileOk(*q);
    ensures pushed: Pushed(\old(*q), *q, x);
*/
static inline void quantile_n_push(struct quantile_n *q, u64 x)
{
	u32 at = q->next;
	u8 e = quantile_n_bucket(x);

	//@ assert counted: Counted(*q, q->seen);
	/*@ ghost
	  /@ loop invariant range: 0 <= i <= q->seen;
	     loop invariant bound: \forall integer b, k; 0 <= k <= i ==> 0 <= Count(*q, b, k) <= k;
	     loop assigns i;
	     loop variant q->seen - i; @/
	  for (u32 i = 0; i < q->seen; i++) ; */
	if (q->seen < EVENTS) {
		q->seen += 1;
	} else {
		//@ assert leaves: \forall integer b; Count(*q, b, EVENTS) == Count(*q, b, EVENTS - 1) + (Ago(*q, EVENTS - 1) == b ? 1 : 0);
		q->count[INDEX(q->at[INDEX(at, EVENTS)], EDGES)] -= 1;
	}
	//@ assert rest: \forall integer b; 0 <= b < EDGES ==> q->count[b] == Count(\at(*q, Pre), b, q->seen - 1);
	q->count[INDEX(e, EDGES)] += 1;
	q->at[INDEX(at, EVENTS)] = e;
	q->next = at + 1 < EVENTS ? at + 1 : 0;
	//@ assert newest: Ago(*q, 0) == e;
	//@ assert shifted: \forall integer j; 0 < j < EVENTS ==> Ago(*q, j) == Ago(\at(*q, Pre), j - 1);
	//@ assert buckets: \forall integer j; 0 <= j < q->seen ==> Ago(*q, j) < EDGES;
	/*@ ghost
	  /@ loop invariant range: 1 <= i <= q->seen;
	     loop invariant shifted: \forall integer b; Count(*q, b, i) == Count(\at(*q, Pre), b, i - 1) + (b == e ? 1 : 0);
	     loop assigns i;
	     loop variant q->seen - i; @/
	  for (u32 i = 1; i < q->seen; i++) ; */
	//@ assert counted: Counted(*q, q->seen);
}

/*@ requires valid: \valid_read(q);
    requires ok: QuantileOk(*q);
    assigns \nothing;
    ensures quantile: \result == Quantile(*q, initial);
    ensures bound: q->seen > 0 ==> \exists integer e; 0 <= e < EDGES && \result == EDGE(e) && Covers(*q, e) &&
      (\forall integer k; 0 <= k < e ==> !Covers(*q, k));
*/
static inline u64 quantile_n_read(const struct quantile_n *q, u64 initial)
{
	u32 below = 0;
	u8 e = 0;

	if (q->seen == 0)
		return initial;
	//@ assert counted: Counted(*q, q->seen);
	/*@ ghost
	  /@ loop invariant range: 0 <= i <= q->seen;
	     loop invariant none: Below(*q, -1, i) == 0;
	     loop invariant all: Below(*q, EDGES - 1, i) == i;
	     loop invariant bound: \forall integer b; 0 <= Below(*q, b, i) <= i;
	     loop invariant step: \forall integer b; Below(*q, b, i) == Below(*q, b - 1, i) + Count(*q, b, i);
	     loop assigns i;
	     loop variant q->seen - i; @/
	  for (u32 i = 0; i < q->seen; i++) ; */
	/*@ loop invariant range: 0 <= e < EDGES;
	    loop invariant below: below == Below(*q, e - 1, q->seen);
	    loop invariant first: FirstCovering(*q, 0) == FirstCovering(*q, e);
	    loop invariant short: \forall integer k; 0 <= k < e ==> !Covers(*q, k);
	    loop assigns e, below;
	    loop variant EDGES - e; */
	while (e < EDGES - 1) {
		below += q->count[INDEX(e, EDGES)];
		if ((u64)below * RANK_DEN >= (u64)q->seen * RANK_NUM)
			break;
		e++;
	}
	return EDGE(e);
}

#undef quantile_n
#undef quantile_n_init
#undef quantile_n_bucket
#undef quantile_n_push
#undef quantile_n_read
#undef quantile_n_IsBucket
#undef QUANTILE
#undef EVENTS
#undef EDGES
#undef EDGE
#undef RANK_NUM
#undef RANK_DEN
