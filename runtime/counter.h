/* A counter that saturates: once full it says "at least so many" for ever, and never wraps to a small number. */
#ifndef LDOSC_COUNTER_H
#define LDOSC_COUNTER_H

#include "base.h"

/*@ logic integer Counted(integer n) = n < U32_TOP ? n + 1 : U32_TOP; */

/*@ requires valid: \valid(n);
    assigns *n;
    ensures counted: *n == Counted(\old(*n));
*/
static inline void counter_add(u32 *n)
{
	if (*n < U32_TOP)
		*n += 1;
}

/* A value that would leave its declared range is held at the edge of it. */
/*@ logic integer AtMost(integer x, integer top) = x < top ? x : top; */

/*@ assigns \nothing;
    ensures held: \result == AtMost(x, top);
*/
static inline u64 at_most(u64 x, u64 top)
{
	return x < top ? x : top;
}

#endif
