/* What is under way, by tag, and its amounts summed by key. To be included once for each table:
 *
 *	#define INFLIGHT pending	names it: struct inflight_pending, inflight_pending_init, _open, _close
 *	#define TAGS 1024
 *	#define KEYS 8
 *	#define AMOUNT u32
 *	#define AMOUNT_MAX 256		the largest amount of one tag
 *	#include "inflight.h"
 *
 * InFlight(t, key, TAGS) is the sum over the open tags of a key, and sum[key] is always that: nothing that is closed goes
 * on being counted, nothing is counted twice. The caller refuses to open an open tag and to close a closed one. */
#include "base.h"

#define inflight_n LDOSC_CAT(inflight_, INFLIGHT)
#define inflight_n_tag LDOSC_CAT(inflight_n, _tag)
#define inflight_n_init LDOSC_CAT(inflight_n, _init)
#define inflight_n_open LDOSC_CAT(inflight_n, _open)
#define inflight_n_close LDOSC_CAT(inflight_n, _close)

struct inflight_n_tag {
	u32 open;
	u32 key; /* under which it was opened */
	AMOUNT amount;
};

struct inflight_n {
	struct inflight_n_tag tag[TAGS];
	u64 sum[KEYS];
};

#if AMOUNT_MAX > U64_TOP / (TAGS + 1)
#error "sums of amounts do not fit 64 bits"
#endif

/*@ logic integer Part(struct inflight_n_tag t, integer key) = t.open == 1 && t.key == key ? t.amount : 0;

    logic integer InFlight(struct inflight_n t, integer key, integer n) =
      n <= 0 ? 0 : InFlight(t, key, n - 1) + Part(t.tag[n - 1], key);

    predicate TagOk(struct inflight_n_tag t) = t.open <= 1 && t.key < KEYS && t.amount <= AMOUNT_MAX;

    predicate Summed(struct inflight_n t, integer key) = t.sum[key] == InFlight(t, key, TAGS);

    predicate InflightOk(struct inflight_n t) =
      (\forall integer i; 0 <= i < TAGS ==> TagOk(t.tag[i])) &&
      (\forall integer k; 0 <= k < KEYS ==> t.sum[k] <= TAGS * AMOUNT_MAX) &&
      (\forall integer k; 0 <= k < KEYS ==> Summed(t, k));

    predicate NoneOpen(struct inflight_n t) =
      (\forall integer i; 0 <= i < TAGS ==> t.tag[i].open == 0) && (\forall integer k; 0 <= k < KEYS ==> t.sum[k] == 0);

    predicate SameTag(struct inflight_n_tag a, struct inflight_n_tag b) =
      a.open == b.open && a.key == b.key && a.amount == b.amount;

    predicate Opened(struct inflight_n old, struct inflight_n new, integer tag, integer key, integer amount) =
      new.tag[tag].open == 1 && new.tag[tag].key == key && new.tag[tag].amount == amount &&
      (\forall integer i; 0 <= i < TAGS && i != tag ==> SameTag(new.tag[i], old.tag[i])) &&
      (\forall integer k; 0 <= k < KEYS ==> new.sum[k] == old.sum[k] + (k == key ? amount : 0));

    // key and amount stay readable until the tag is opened again
    predicate Closed(struct inflight_n old, struct inflight_n new, integer tag) =
      new.tag[tag].open == 0 && new.tag[tag].key == old.tag[tag].key && new.tag[tag].amount == old.tag[tag].amount &&
      (\forall integer i; 0 <= i < TAGS && i != tag ==> SameTag(new.tag[i], old.tag[i])) &&
      (\forall integer k; 0 <= k < KEYS ==>
        new.sum[k] == old.sum[k] - (k == old.tag[tag].key ? old.tag[tag].amount : 0));
*/

/*@ requires valid: \valid(t);
    assigns *t;
    ensures ok: InflightOk(*t);
    ensures none: NoneOpen(*t);
*/
static inline void inflight_n_init(struct inflight_n *t)
{
	/*@ loop invariant range: 0 <= k <= KEYS;
	    loop invariant zero: \forall integer j; 0 <= j < k ==> t->sum[j] == 0;
	    loop assigns k, t->sum[0 .. KEYS - 1];
	    loop variant KEYS - k; */
	for (u32 k = 0; k < KEYS; k++)
		t->sum[k] = 0;
	/*@ loop invariant range: 0 <= i <= TAGS;
	    loop invariant clear: \forall integer j; 0 <= j < i ==>
	      t->tag[j].open == 0 && t->tag[j].key == 0 && t->tag[j].amount == 0;
	    loop assigns i, t->tag[0 .. TAGS - 1];
	    loop variant TAGS - i; */
	for (u32 i = 0; i < TAGS; i++) {
		t->tag[i].open = 0;
		t->tag[i].key = 0;
		t->tag[i].amount = 0;
	}
	/*@ ghost
	  /@ loop invariant range: 0 <= i <= TAGS;
	     loop invariant none: \forall integer key; InFlight(*t, key, i) == 0;
	     loop assigns i;
	     loop variant TAGS - i; @/
	  for (u32 i = 0; i < TAGS; i++) ; */
}

/*@ requires valid: \valid(t);
    requires ok: InflightOk(*t);
    requires tag: tag < TAGS && t->tag[tag].open == 0;
    requires key: key < KEYS;
    requires amount: amount <= AMOUNT_MAX;
    assigns *t;
    ensures ok: InflightOk(*t);
    ensures opened: Opened(\old(*t), *t, tag, key, amount);
*/
static inline void inflight_n_open(struct inflight_n *t, u32 tag, u32 key, AMOUNT amount)
{
	//@ assert summed: \forall integer k; 0 <= k < KEYS ==> t->sum[k] == InFlight(*t, k, TAGS);
	t->tag[INDEX(tag, TAGS)].open = 1;
	t->tag[INDEX(tag, TAGS)].key = key;
	t->tag[INDEX(tag, TAGS)].amount = amount;
	t->sum[INDEX(key, KEYS)] += amount;
	/*@ ghost
	  /@ loop invariant range: 0 <= i <= TAGS;
	     loop invariant bound: \forall integer k; 0 <= InFlight(*t, k, i) <= i * AMOUNT_MAX;
	     loop invariant sum: \forall integer k;
	       InFlight(*t, k, i) == InFlight(\at(*t, Pre), k, i) + (k == key && i > tag ? amount : 0);
	     loop assigns i;
	     loop variant TAGS - i; @/
	  for (u32 i = 0; i < TAGS; i++) ; */
}

/*@ requires valid: \valid(t);
    requires ok: InflightOk(*t);
    requires tag: tag < TAGS && t->tag[tag].open == 1;
    assigns *t;
    ensures ok: InflightOk(*t);
    ensures closed: Closed(\old(*t), *t, tag);
*/
static inline void inflight_n_close(struct inflight_n *t, u32 tag)
{
	u32 key = t->tag[INDEX(tag, TAGS)].key;
	AMOUNT amount = t->tag[INDEX(tag, TAGS)].amount;

	//@ assert summed: \forall integer k; 0 <= k < KEYS ==> t->sum[k] == InFlight(*t, k, TAGS);
	t->tag[INDEX(tag, TAGS)].open = 0;
	/*@ ghost
	  /@ loop invariant range: 0 <= i <= TAGS;
	     loop invariant bound: \forall integer k; 0 <= InFlight(*t, k, i) <= i * AMOUNT_MAX;
	     loop invariant sum: \forall integer k;
	       InFlight(*t, k, i) == InFlight(\at(*t, Pre), k, i) - (k == key && i > tag ? amount : 0);
	     loop assigns i;
	     loop variant TAGS - i; @/
	  for (u32 i = 0; i < TAGS; i++) ; */
	t->sum[INDEX(key, KEYS)] -= amount;
	/*@ ghost
	  /@ loop invariant range: 0 <= i <= TAGS;
	     loop invariant sum: \forall integer k;
	       InFlight(*t, k, i) == InFlight(\at(*t, Pre), k, i) - (k == key && i > tag ? amount : 0);
	     loop assigns i;
	     loop variant TAGS - i; @/
	  for (u32 i = 0; i < TAGS; i++) ; */
}

#undef inflight_n
#undef inflight_n_tag
#undef inflight_n_init
#undef inflight_n_open
#undef inflight_n_close
#undef INFLIGHT
#undef TAGS
#undef KEYS
#undef AMOUNT
#undef AMOUNT_MAX
