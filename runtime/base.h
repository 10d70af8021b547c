/* The only file that knows which world it is compiled in: Frama-C and user space, a kernel module, BPF.
 *
 * Everything else under runtime/, and every generated file, is plain C11 over the names that are defined here, for 64-bit
 * machines. BPF is compiled with -fno-builtin: a loop that clears an array must not become a call of memset there. */
#ifndef LDOSC_BASE_H
#define LDOSC_BASE_H

#if defined(__bpf__)
/* The types of vmlinux.h, spelt so that including both is no conflict; <stdint.h> would ask for the host's libc. */
#ifndef __VMLINUX_H__
#define bool _Bool
#define true 1
#define false 0
#endif
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef short s16;
typedef int s32;
typedef long long s64;
#elif defined(__KERNEL__)
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
#endif

/* INDEX(i, n): i, which the contracts prove to be below the constant n. The BPF verifier reads no contracts and takes an
 * index that was loaded from memory for any number; there it is clamped where the compiler cannot see it and so cannot
 * drop it. Elsewhere there is nothing to clamp, and a branch that is never taken would be dead code to WP. */
#if defined(__bpf__)
static inline __attribute__((always_inline)) u64 ldosc_index(u64 i, const u64 n)
{
	__asm__ volatile("if %0 < %1 goto +1; %0 = 0" : "+r"(i) : "i"(n));
	return i;
}
#define INDEX(i, n) ldosc_index((i), (n))
#elif defined(__FRAMAC__)
#define INDEX(i, n) ((i) + 0 / ((i) < (n))) /* the same number, and a goal: what is divided by is not 0 */
#else
#define INDEX(i, n) (i)
#endif

#define USEC 1000ULL
#define MSEC 1000000ULL
#define SEC 1000000000ULL

/* The greatest of each width, as plain decimals: they stand in contracts, too. */
#define U32_TOP 4294967295
#define U64_TOP 18446744073709551615U
#define S32_TOP 2147483647
#define S64_TOP 9223372036854775807

/* A time that has never come: what age() says before the first event. */
#define NEVER U64_TOP

/* Names of sized components: CAT(window_, 64) is window_64. */
#define LDOSC_CAT_(a, b) a##b
#define LDOSC_CAT(a, b) LDOSC_CAT_(a, b)
#define LDOSC_CAT4(a, b, c, d) LDOSC_CAT(LDOSC_CAT(a, b), LDOSC_CAT(c, d))

#endif
