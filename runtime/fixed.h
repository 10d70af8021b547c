/* Inputs of a model in fixed point: a value clamped, and a z-score of 12 fraction bits. */
#ifndef LDOSC_FIXED_H
#define LDOSC_FIXED_H

#include "base.h"

/*@ logic integer Clamped(integer x, integer lo, integer hi) = x < lo ? lo : x > hi ? hi : x;

    // n / 2^36, rounded down, said without a division of negative numbers
    logic integer Floor36(integer n) = n >= 0 ? n / 68719476736 : -1 - (-1 - n) / 68719476736;

    // mean has 16 fraction bits, scale is 2^32 / deviation
    logic integer Zscore(integer x, integer mean, integer scale) = Clamped(Floor36((x * 65536 - mean) * scale), -32768, 32767);
*/

/*@ requires order: lo <= hi;
    assigns \nothing;
    ensures clamped: \result == Clamped(x, lo, hi);
*/
static inline s64 clamp_s64(s64 x, s64 lo, s64 hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/*@ requires order: lo <= hi;
    assigns \nothing;
    ensures clamped: \result == Clamped(x, lo, hi);
*/
static inline u64 clamp_u64(u64 x, u64 lo, u64 hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/* Floor36(n): -1 - n is at least 0 where n is not, and divided without a sign. */
/*@ assigns \nothing;
    ensures floor: \result == Floor36(n);
*/
static inline s64 floor_36(s64 n)
{
	return n >= 0 ? (s64)((u64)n / 68719476736) : -1 - (s64)((u64)(-1 - n) / 68719476736);
}

/*@ requires scaled: -S64_TOP <= x * 65536 <= S64_TOP;
    requires distance: -S64_TOP <= x * 65536 - mean <= S64_TOP;
    requires product: -S64_TOP <= (x * 65536 - mean) * scale <= S64_TOP;
    assigns \nothing;
    ensures zscore: \result == Zscore(x, mean, scale);
*/
static inline s16 zscore(s64 x, s64 mean, s64 scale)
{
	return (s16)clamp_s64(floor_36((x * 65536 - mean) * scale), -32768, 32767);
}

#endif
