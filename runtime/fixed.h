/* Inputs of a model in fixed point: a value clamped, and a z-score in 16.16. */
#ifndef LDOSC_FIXED_H
#define LDOSC_FIXED_H

#include "base.h"

/* The greatest value of a z-score: 47 bits leave room for 16 fraction bits and a sign. */
#define ZSCORE_TOP 140737488355327

/*@ logic integer Clamped(integer x, integer lo, integer hi) = x < lo ? lo : x > hi ? hi : x;

    // q == floor(n / 2^32), said without a division of negative numbers
    predicate Floor32(integer q, integer n) = q * 4294967296 <= n < (q + 1) * 4294967296;
*/

/*@ requires order: lo <= hi;
    assigns \nothing;
    ensures clamped: \result == Clamped(x, lo, hi);
*/
static inline s64 clamp_s64(s64 x, s64 lo, s64 hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/* (a * b + add) / 2^32, rounded down, though the product has up to 96 bits. */
/*@ requires add: add < 4294967296;
    assigns \nothing;
    ensures floor: Floor32(\result, a * b + add);
*/
static inline u64 mul_shift_32(u64 a, u32 b, u64 add)
{
	u64 high = a / 4294967296, low = a % 4294967296;

	//@ assert high: 0 <= high * b <= 4294967295 * 4294967295;
	//@ assert low: 0 <= low * b <= 4294967295 * 4294967295;
	//@ assert product: a * b == (high * b) * 4294967296 + low * b;
	return high * b + (low * b + add) / 4294967296;
}

/* (x * 2^16 - mean) * scale / 2^32, rounded down, clamped to 32 bits: mean has 16 fraction bits, scale is 2^32 / deviation. */
/*@ requires x: x <= ZSCORE_TOP;
    requires mean: mean <= ZSCORE_TOP * 65536;
    assigns \nothing;
    ensures zscore: \exists integer q; Floor32(q, (x * 65536 - mean) * scale) && \result == Clamped(q, -S32_TOP, S32_TOP);
*/
static inline s32 zscore(u64 x, u64 mean, u32 scale)
{
	u64 at = x * 65536;
	u64 q;

	if (at >= mean) {
		q = mul_shift_32(at - mean, scale, 0);
		//@ assert above: Floor32(q, (x * 65536 - mean) * scale);
		return q < S32_TOP ? (s32)q : S32_TOP;
	}
	/* rounding down below 0 is rounding up above it */
	q = mul_shift_32(mean - at, scale, 4294967295);
	//@ assert below: Floor32(-q, (x * 65536 - mean) * scale);
	return q < S32_TOP ? -(s32)q : -S32_TOP;
}

#endif
