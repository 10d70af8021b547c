/* What the passing of time does to buckets: nothing but that they grow older. An induction that no contract has room for, and
 * no code but for the provers. To be included behind buckets.h, with the same three parameters:
 *
 *	#define BUCKETS failed
 *	#define SLOTS 8
 *	#define SPAN 10000000000
 *	#include "older.h"		buckets_failed_older */
#define buckets_n LDOSC_CAT(buckets_, BUCKETS)
#define buckets_n_older LDOSC_CAT(buckets_n, _older)
#define WIDTH ((SPAN + SLOTS - 1) / SLOTS)
#define RING (SLOTS + 1)

/*@ requires valid: \valid_read(b);
    requires ok: BucketsOk(*b, now);
    requires later: now <= then;
    assigns \nothing;
    ensures ok: BucketsOk(*b, then);
    ensures rises: \forall integer n; 0 <= n <= RING ==> 0 <= Events(*b, then / WIDTH, n) <= Recent(*b, then);
    ensures older: \forall integer n; 0 <= n && n + then / WIDTH - now / WIDTH <= RING ==>
      Events(*b, then / WIDTH, n + then / WIDTH - now / WIDTH) == Events(*b, now / WIDTH, n);
    ensures fewer: Recent(*b, then) <= Recent(*b, now);
    ensures none: Empty(*b) ==> Recent(*b, then) == 0;
*/
static inline void buckets_n_older(const struct buckets_n *b, u64 now, u64 then)
{
	u64 to = then / WIDTH, gone = to - now / WIDTH;

	(void)b;
	(void)gone;
	/*@ loop invariant range: 0 <= i <= RING;
	    loop invariant empty: i <= gone ==> Events(*b, to, i) == 0;
	    loop invariant older: gone <= i ==> Events(*b, to, i) == Events(*b, now / WIDTH, i - gone);
	    loop invariant none: Empty(*b) ==> Events(*b, to, i) == 0;
	    loop invariant rises: \forall integer n; 0 <= n <= i ==> 0 <= Events(*b, to, n) <= Events(*b, to, i);
	    loop invariant all: \forall integer n; 0 <= n && n + gone <= i ==>
	      Events(*b, to, n + gone) == Events(*b, now / WIDTH, n);
	    loop invariant before: \forall integer n; 0 <= n <= i ==>
	      0 <= Events(*b, now / WIDTH, n) <= Events(*b, now / WIDTH, i);
	    loop assigns i;
	    loop variant RING - i; */
	for (u64 i = 0; i < RING; i++) {
		//@ assert to: Events(*b, to, i + 1) == Events(*b, to, i) + InSlot(*b, to - i);
		//@ assert from: Events(*b, now / WIDTH, i + 1) == Events(*b, now / WIDTH, i) + InSlot(*b, now / WIDTH - i);
		//@ assert empty: i < gone ==> InSlot(*b, to - i) == 0;
	}
	//@ assert zero: gone >= RING ==> Events(*b, to, RING) == 0;
	//@ assert part: gone < RING ==> Events(*b, to, RING) == Events(*b, now / WIDTH, RING - gone);
}

#undef buckets_n
#undef buckets_n_older
#undef WIDTH
#undef RING
#undef BUCKETS
#undef SLOTS
#undef SPAN
