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

#endif
