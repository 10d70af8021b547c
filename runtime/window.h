/* How many of the last WINDOW events hit. To be included once for each size that a policy uses:
 *
 *	#define WINDOW 64
 *	#include "window.h"		struct window_64, window_64_init, _push, _rest
 *
 * Ago(w, j) is the event j pushes ago, and `hits` is the sum of the last `seen` of them. Only what was seen is ever read,
 * so a reset costs two stores, whatever the size. With `among`, push only the events that pass it. */
#include "base.h"

#define window_n LDOSC_CAT(window_, WINDOW)
#define window_n_init LDOSC_CAT(window_n, _init)
#define window_n_put LDOSC_CAT(window_n, _put)
#define window_n_push LDOSC_CAT(window_n, _push)
#define window_n_rest LDOSC_CAT(window_n, _rest)

struct window_n {
	u32 next; /* where the next event goes: over the oldest, once the ring is full */
	u32 seen; /* events since init, at most WINDOW */
	u32 hits; /* among the last `seen` */
	u8 hit[WINDOW];
};

/*@ logic integer Size(struct window_n w) = WINDOW;

    logic integer Slot(struct window_n w, integer j) = w.next > j ? w.next - 1 - j : w.next - 1 - j + WINDOW;

    logic integer Ago(struct window_n w, integer j) = w.hit[Slot(w, j)] == 0 ? 0 : 1;

    logic integer Hits(struct window_n w, integer n) = n <= 0 ? 0 : Hits(w, n - 1) + Ago(w, n - 1);

    // Hits that stay when one more event comes: those of the last WINDOW - 1.
    logic integer Rest(struct window_n w) = w.hits - (w.seen < WINDOW ? 0 : Ago(w, WINDOW - 1));

    predicate Counted(struct window_n w, integer n) = w.hits == Hits(w, n);

    // Counted of `seen`; folded into a quantifier, so that provers count only where somebody names Counted. Nothing else here
    // speaks of Hits: its recursion has no end for a prover that begins to unfold it.
    predicate WindowOk(struct window_n w) =
      w.next < WINDOW && w.seen <= WINDOW && w.hits <= w.seen && 0 <= Rest(w) < WINDOW &&
      (\forall integer n; w.seen <= n <= w.seen ==> Counted(w, n));

    predicate Empty(struct window_n w) = w.seen == 0 && w.hits == 0;

    predicate Pushed(struct window_n old, struct window_n new, integer hit) =
      new.seen == (old.seen < WINDOW ? old.seen + 1 : WINDOW) &&
      new.hits == Rest(old) + hit &&
      Ago(new, 0) == hit &&
      (\forall integer j; 0 < j < new.seen ==> Ago(new, j) == Ago(old, j - 1));
*/

/*@ requires valid: \valid(w);
    assigns *w;
    ensures ok: WindowOk(*w);
    ensures empty: Empty(*w);
*/
static inline void window_n_init(struct window_n *w)
{
	w->next = 0;
	w->seen = 0;
	w->hits = 0;
}

/*@ requires valid: \valid_read(w);
    requires ok: WindowOk(*w);
    assigns \nothing;
    ensures rest: \result == Rest(*w);
    ensures less: \result <= w->hits && \result < WINDOW;
*/
static inline u32 window_n_rest(const struct window_n *w)
{
	if (w->seen < WINDOW)
		return w->hits;
	return w->hits - (w->hit[INDEX(w->next, WINDOW)] ? 1 : 0);
}

/* The ring and its counts; that they are still right is seen in push, where nothing else is to be shown. */
/*@ requires valid: \valid(w);
    requires ok: WindowOk(*w);
    assigns *w;
    ensures range: w->next < WINDOW && w->hits <= \old(w->hits) + (hit ? 1 : 0);
    ensures pushed: Pushed(\old(*w), *w, hit ? 1 : 0);
*/
static inline void window_n_put(struct window_n *w, bool hit)
{
	u32 at = w->next;

	w->hits = window_n_rest(w) + (hit ? 1 : 0);
	w->hit[INDEX(at, WINDOW)] = hit ? 1 : 0;
	w->next = at + 1 < WINDOW ? at + 1 : 0;
	if (w->seen < WINDOW)
		w->seen += 1;
	//@ assert newest: Ago(*w, 0) == (hit ? 1 : 0);
	//@ assert shifted: \forall integer j; 0 < j < w->seen ==> Ago(*w, j) == Ago(\at(*w, Pre), j - 1);
}

/*@ requires valid: \valid(w);
    requires ok: WindowOk(*w);
    assigns *w;
    ensures ok: WindowOk(*w);
    ensures pushed: Pushed(\old(*w), *w, hit ? 1 : 0);
    ensures more: w->hits <= \old(w->hits) + (hit ? 1 : 0);
*/
static inline void window_n_push(struct window_n *w, bool hit)
{
	//@ assert counted: Counted(*w, w->seen);
	//@ assert leaves: Hits(*w, WINDOW) == Hits(*w, WINDOW - 1) + Ago(*w, WINDOW - 1);
	//@ assert rest: Rest(*w) == Hits(*w, w->seen < WINDOW ? w->seen : WINDOW - 1);
	window_n_put(w, hit);
	/*@ ghost
	  /@ loop invariant range: 1 <= i <= w->seen;
	     loop invariant bound: \forall integer k; 0 <= k <= i ==> 0 <= Hits(*w, k) <= k;
	     loop invariant shifted: Hits(*w, i) == Hits(\at(*w, Pre), i - 1) + (hit ? 1 : 0);
	     loop assigns i;
	     loop variant w->seen - i; @/
	  for (u32 i = 1; i < w->seen; i++) ; */
	//@ assert fills: w->seen - 1 == (\at(w->seen, Pre) < WINDOW ? \at(w->seen, Pre) : WINDOW - 1);
	//@ assert rest: Rest(\at(*w, Pre)) == Hits(\at(*w, Pre), w->seen - 1);
	//@ assert counted: Counted(*w, w->seen);
	//@ assert stays: 0 <= Rest(*w) < WINDOW;
}

#undef window_n
#undef window_n_init
#undef window_n_put
#undef window_n_push
#undef window_n_rest
#undef WINDOW
