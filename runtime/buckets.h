/* How many events of the last SPAN ns, in slots of SPAN / SLOTS. To be included once for each:
 *
 *	#define BUCKETS failed		names it: struct buckets_failed, buckets_failed_init, _push, _read
 *	#define SLOTS 8
 *	#define SPAN 10000000000
 *	#include "buckets.h"
 *
 * InSlot(b, s) is how many events came in slot s of the clock, which is [s * WIDTH, (s + 1) * WIDTH). What is read is the
 * slot of now and the SLOTS before it: no event of the last SPAN is missed, none older than SPAN + WIDTH is counted (the
 * lemmas). A slot keeps its number, so nothing has to be cleared as time passes. */
#include "counter.h"

#define buckets_n LDOSC_CAT(buckets_, BUCKETS)
#define buckets_n_init LDOSC_CAT(buckets_n, _init)
#define buckets_n_push LDOSC_CAT(buckets_n, _push)
#define buckets_n_read LDOSC_CAT(buckets_n, _read)
#define buckets_n_none_missed LDOSC_CAT(buckets_n, _none_missed)
#define buckets_n_none_older LDOSC_CAT(buckets_n, _none_older)

#define WIDTH ((SPAN + SLOTS - 1) / SLOTS)
#define RING (SLOTS + 1)

struct buckets_n {
	u64 slot[RING];  /* slot s lies at s % RING, with its number */
	u32 count[RING]; /* saturates */
};

/*@ logic integer Span(struct buckets_n b) = SPAN;

    logic integer Slots(struct buckets_n b) = SLOTS;

    logic integer InSlot(struct buckets_n b, integer s) = s >= 0 && b.slot[s % RING] == s ? b.count[s % RING] : 0;

    // events in the n slots up to s
    logic integer Events(struct buckets_n b, integer s, integer n) =
      n <= 0 ? 0 : Events(b, s, n - 1) + InSlot(b, s - (n - 1));

    logic integer Recent(struct buckets_n b, integer now) = Events(b, now / WIDTH, RING);

    predicate BucketsOk(struct buckets_n b, integer now) =
      \forall integer i; 0 <= i < RING ==> 0 <= b.slot[i] <= now / WIDTH;

    predicate Empty(struct buckets_n b) = \forall integer s; InSlot(b, s) == 0;

    predicate Counted(struct buckets_n old, struct buckets_n new, integer s) =
      InSlot(new, s) == Counted(InSlot(old, s)) &&
      (\forall integer k; s - SLOTS <= k < s ==> InSlot(new, k) == InSlot(old, k)) &&
      (InSlot(old, s) < U32_TOP ==> \forall integer n; 0 < n <= RING ==> Events(new, s, n) == Events(old, s, n) + 1);

    predicate Pushed(struct buckets_n old, struct buckets_n new, integer now, integer hit) =
      (hit == 1 ? Counted(old, new, now / WIDTH) : new == old);

    lemma buckets_n_none_missed: \forall integer now, at;
      0 <= at <= now && now - at <= SPAN ==> now / WIDTH - SLOTS <= at / WIDTH <= now / WIDTH;

    lemma buckets_n_none_older: \forall integer now, at;
      0 <= at <= now && now / WIDTH - SLOTS <= at / WIDTH ==> now - at < RING * WIDTH;
*/

/*@ requires valid: \valid(b);
    assigns *b;
    ensures ok: \forall integer now; 0 <= now ==> BucketsOk(*b, now);
    ensures empty: Empty(*b);
*/
static inline void buckets_n_init(struct buckets_n *b)
{
	/*@ loop invariant range: 0 <= i <= RING;
	    loop invariant clear: \forall integer k; 0 <= k < i ==> b->slot[k] == 0 && b->count[k] == 0;
	    loop assigns i, b->slot[0 .. RING - 1], b->count[0 .. RING - 1];
	    loop variant RING - i; */
	for (u32 i = 0; i < RING; i++) {
		b->slot[i] = 0;
		b->count[i] = 0;
	}
}

/*@ requires valid: \valid(b);
    requires ok: BucketsOk(*b, now);
    assigns *b;
    ensures ok: BucketsOk(*b, now);
    ensures pushed: Pushed(\old(*b), *b, now, hit ? 1 : 0);
*/
static inline void buckets_n_push(struct buckets_n *b, u64 now, bool hit)
{
	u64 s = now / WIDTH;
	u32 i = (u32)(s % RING);

	if (!hit)
		return;
	if (b->slot[INDEX(i, RING)] != s) {
		b->slot[INDEX(i, RING)] = s;
		b->count[INDEX(i, RING)] = 0;
	}
	counter_add(&b->count[INDEX(i, RING)]);
	/*@ ghost
	  /@ loop invariant range: 0 <= n <= RING;
	     loop invariant counted: InSlot(\at(*b, Pre), s) < U32_TOP ==> \forall integer k; 0 < k <= n ==>
	       Events(*b, s, k) == Events(\at(*b, Pre), s, k) + 1;
	     loop assigns n;
	     loop variant RING - n; @/
	  for (u32 n = 0; n < RING; n++) ; */
}

/*@ requires valid: \valid_read(b);
    requires ok: BucketsOk(*b, now);
    assigns \nothing;
    ensures recent: \result == Recent(*b, now);
*/
static inline u64 buckets_n_read(const struct buckets_n *b, u64 now)
{
	u64 s = now / WIDTH;
	u64 n = 0;

	/*@ loop invariant range: 0 <= i <= RING;
	    loop invariant bound: 0 <= n <= i * U32_TOP;
	    loop invariant events: n == Events(*b, s, i);
	    loop assigns i, n;
	    loop variant RING - i; */
	for (u32 i = 0; i < RING; i++) {
		if (i <= s && b->slot[INDEX((s - i) % RING, RING)] == s - i)
			n += b->count[INDEX((s - i) % RING, RING)];
	}
	return n;
}

#undef buckets_n
#undef buckets_n_init
#undef buckets_n_push
#undef buckets_n_read
#undef buckets_n_none_missed
#undef buckets_n_none_older
#undef WIDTH
#undef RING
#undef BUCKETS
#undef SLOTS
#undef SPAN
