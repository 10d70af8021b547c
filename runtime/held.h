/* How long a condition has held at each event: `held p on E` is now minus the first event of the unbroken run at which p
 * was true, and 0 outside a run. */
#ifndef LDOSC_HELD_H
#define LDOSC_HELD_H

#include "base.h"

struct held {
	u32 on;
	u64 since; /* the first event of the run */
};

/*@ predicate HeldOk(struct held h, integer now) = h.on <= 1 && 0 <= h.since <= now;

    logic integer HeldFor(struct held h, integer now) = h.on == 1 ? now - h.since : 0;

    predicate Never(struct held h) = h.on == 0;

    // One more event: a run starts, goes on from where it started, or ends.
    predicate Held(struct held old, struct held new, integer now, integer holds) =
      new.on == holds && (holds == 1 ==> new.since == (old.on == 1 ? old.since : now));
*/

/*@ requires valid: \valid(h);
    assigns *h;
    ensures ok: \forall integer now; 0 <= now ==> HeldOk(*h, now);
    ensures never: Never(*h);
*/
static inline void held_init(struct held *h)
{
	h->on = 0;
	h->since = 0;
}

/*@ requires valid: \valid(h);
    requires ok: HeldOk(*h, now);
    assigns *h;
    ensures ok: HeldOk(*h, now);
    ensures held: Held(\old(*h), *h, now, holds ? 1 : 0);
*/
static inline void held_see(struct held *h, u64 now, bool holds)
{
	if (holds && !h->on)
		h->since = now;
	h->on = holds ? 1 : 0;
}

/*@ requires valid: \valid_read(h);
    requires ok: HeldOk(*h, now);
    assigns \nothing;
    ensures held: \result == HeldFor(*h, now);
*/
static inline u64 held_read(const struct held *h, u64 now)
{
	return h->on ? now - h->since : 0;
}

#endif
