/* How many events of the last SPAN ns, in slots of SPAN / SLOTS. To be included once for each:
 *
 *	#define BUCKETS failed		names it: struct buckets_failed, buckets_failed_init, _push, _read
 *	#define SLOTS 8
 *	#define SPAN 10000000000
 *	#include "buckets.h"
 *
 * InSlot(b, s) is how many events came in slot s of the clock, which is [s * WIDTH, (s + 1) * WIDTH). What is read is the
 * slot of now and the SLOTS before it: no event of the last SPAN is missed, none older than SPAN + WIDTH is counted (the
 * lemmas). A slot keeps its number, so nothing has to be cleared as time passes. Time that steps back counts as none. */
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
	u64 last;	 /* the slot of the latest event */
	u64 slot[RING];	 /* slot s lies at s % RING, with its number */
	u32 count[RING]; /* saturates */
};

/*@ logic integer InSlot(struct buckets_n b, integer s) = s >= 0 && b.slot[s % RING] == s ? b.count[s % RING] : 0;

    logic integer SlotOf(struct buckets_n b, integer now) = now / WIDTH > b.last ? now / WIDTH : b.last;

    // events in the n slots up to s
    logic integer Events(struct buckets_n b, integer s, integer n) =
      n <= 0 ? 0 : Events(b, s, n - 1) + InSlot(b, s - (n - 1));

    logic integer Recent(struct buckets_n b, integer now) = Events(b, SlotOf(b, now), RING);

    predicate BucketsOk(struct buckets_n b) = \forall integer i; 0 <= i < RING ==> 0 <= b.slot[i] <= b.last;

    predicate Empty(struct buckets_n b) = b.last == 0 && (\forall integer s; InSlot(b, s) == 0);

    predicate Pushed(struct buckets_n old, struct buckets_n new, integer now) =
      new.last == SlotOf(old, now) &&
      InSlot(new, new.last) == Counted(InSlot(old, new.last)) &&
      (\forall integer s; new.last - SLOTS <= s < new.last ==> InSlot(new, s) == InSlot(old, s));

    lemma buckets_n_none_missed: \forall integer now, at;
      0 <= at <= now && now - at <= SPAN ==> now / WIDTH - SLOTS <= at / WIDTH <= now / WIDTH;

    lemma buckets_n_none_older: \forall integer now, at;
      0 <= at <= now && now / WIDTH - SLOTS <= at / WIDTH ==> now - at < RING * WIDTH;
*/

/*@ requires valid: \valid(b);
    assigns *b;
    ensures ok: BucketsOk(*b);
    ensures empty: Empty(*b);
*/
static inline void buckets_n_init(struct buckets_n *b)
{
	b->last = 0;
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
    requires ok: BucketsOk(*b);
    assigns *b;
    ensures ok: BucketsOk(*b);
    ensures pushed: Pushed(\old(*b), *b, now);
*/
static inline void buckets_n_push(struct buckets_n *b, u64 now)
{
	u64 s = now / WIDTH > b->last ? now / WIDTH : b->last;
	u32 i = (u32)(s % RING);

	if (b->slot[INDEX(i, RING)] != s) {
		b->slot[INDEX(i, RING)] = s;
		b->count[INDEX(i, RING)] = 0;
	}
	counter_add(&b->count[INDEX(i, RING)]);
	b->last = s;
}

/*@ requires valid: \valid_read(b);
    requires ok: BucketsOk(*b);
    assigns \nothing;
    ensures recent: \result == Recent(*b, now);
*/
static inline u64 buckets_n_read(const struct buckets_n *b, u64 now)
{
	u64 s = now / WIDTH > b->last ? now / WIDTH : b->last;
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
