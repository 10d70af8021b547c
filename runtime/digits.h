/* Decimal digits, clamped: the digits of n, or all nines when n is above `top`. Total, and monotone in n as a whole:
 *
 *	x[0] = digit(n, 100, 999); x[1] = digit(n, 10, 999); x[2] = digit(n, 1, 999);
 */
#ifndef LDOSC_DIGITS_H
#define LDOSC_DIGITS_H

#include "base.h"

/*@ logic integer Clamp(integer x, integer top) = x < top ? x : top;

    // The last digit of x. Not x % 10: the provers compare every two remainders that they meet.
    logic integer LastDigit(integer x) = x - 10 * (x / 10);

    logic integer Digit(integer n, integer power, integer top) = LastDigit(Clamp(n, top) / power);

    lemma digits_3: \forall integer n; 0 <= n ==>
      100 * Digit(n, 100, 999) + 10 * Digit(n, 10, 999) + Digit(n, 1, 999) == Clamp(n, 999);

    lemma digits_4: \forall integer n; 0 <= n ==>
      1000 * Digit(n, 1000, 9999) + 100 * Digit(n, 100, 9999) + 10 * Digit(n, 10, 9999) + Digit(n, 1, 9999) ==
        Clamp(n, 9999);

    lemma clamp_monotone: \forall integer a, b, top; a <= b ==> Clamp(a, top) <= Clamp(b, top);
*/

/*@ requires power: power > 0;
    assigns \nothing;
    ensures digit: 0 <= \result <= 9;
    ensures value: \result == Digit(n, power, top);
*/
static inline u16 digit(u64 n, u32 power, u32 top)
{
	u32 v = n < top ? (u32)n : top;

	return (u16)(v / power % 10);
}

#endif
