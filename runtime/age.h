/* How long ago the last event was that counts: `age of E where p`. NEVER before the first. */
#ifndef LDOSC_AGE_H
#define LDOSC_AGE_H

#include "base.h"

struct age {
	u32 ever;
	u64 at; /* the last one */
};

/*@ predicate AgeOk(struct age a, integer now) = a.ever <= 1 && 0 <= a.at <= now;

    logic integer Age(struct age a, integer now) = a.ever == 1 ? now - a.at : NEVER;

    predicate Never(struct age a) = a.ever == 0;

    predicate Seen(struct age a, integer now) = a.ever == 1 && a.at == now;
*/

/*@ requires valid: \valid(a);
    assigns *a;
    ensures ok: \forall integer now; 0 <= now ==> AgeOk(*a, now);
    ensures never: Never(*a);
*/
static inline void age_init(struct age *a)
{
	a->ever = 0;
	a->at = 0;
}

/*@ requires valid: \valid(a);
    assigns *a;
    ensures ok: AgeOk(*a, now);
    ensures seen: Seen(*a, now);
*/
static inline void age_seen(struct age *a, u64 now)
{
	a->ever = 1;
	a->at = now;
}

/*@ requires valid: \valid_read(a);
    requires ok: AgeOk(*a, now);
    assigns \nothing;
    ensures age: \result == Age(*a, now);
*/
static inline u64 age_read(const struct age *a, u64 now)
{
	return a->ever ? now - a->at : NEVER;
}

#endif
