/* Policy time: monotonic nanoseconds. A caller reads its clock before it takes the lock, so the times of entries may step
 * back; that counts as no time passed. */
#ifndef LDOSC_CLOCK_H
#define LDOSC_CLOCK_H

#include "base.h"

/*@ logic integer Later(integer clock, integer now) = now > clock ? now : clock; */

/*@ requires valid: \valid(clock);
    assigns *clock;
    ensures later: *clock == Later(\old(*clock), now);
*/
static inline void clock_advance(u64 *clock, u64 now)
{
	if (now > *clock)
		*clock = now;
}

#endif
