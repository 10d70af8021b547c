/* Division of what may be negative, rounded down. No world's signed division is used: BPF has none. */
#ifndef LDOSC_FLOOR_H
#define LDOSC_FLOOR_H

#include "base.h"

/*@ logic integer FloorDiv(integer x, integer by) = x >= 0 ? x / by : -((-x - 1) / by) - 1;

    logic integer FloorMod(integer x, integer by) = x - by * FloorDiv(x, by);

    lemma floor_down: \forall integer x, by; by > 0 ==> by * FloorDiv(x, by) <= x < by * FloorDiv(x, by) + by;
*/

/*@ requires by: by > 0;
    assigns \nothing;
    ensures floor: \result == FloorDiv(x, by);
*/
static inline s64 floor_div(s64 x, u64 by)
{
	if (x >= 0)
		return (s64)((u64)x / by);
	return -(s64)((u64)-(x + 1) / by) - 1;
}

/*@ requires by: by > 0;
    assigns \nothing;
    ensures floor: \result == FloorMod(x, by);
    ensures rest: 0 <= \result < by;
*/
static inline u64 floor_mod(s64 x, u64 by)
{
	//@ assert down: by * FloorDiv(x, by) <= x < by * FloorDiv(x, by) + by;
	if (x >= 0)
		return (u64)x % by;
	return by - 1 - (u64)-(x + 1) % by;
}

#endif
