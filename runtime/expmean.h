/* The exponential mean: m + (x - m) / 2^SHIFT in 16 fraction bits, rounded down; the first value sets it. To be included
 * once for each:
 *
 *	#define EXPMEAN took		names it: struct expmean_took, expmean_took_init, _push, _read
 *	#define SHIFT 3			weight 1 / 8
 *	#define VALUE_MAX 60000000000	no value is greater
 *	#include "expmean.h"
 *
 * The mean lies between the least and the greatest value that was pushed, so it never leaves 0 .. VALUE_MAX. */
#include "base.h"

#define expmean_n LDOSC_CAT(expmean_, EXPMEAN)
#define expmean_n_init LDOSC_CAT(expmean_n, _init)
#define expmean_n_Step LDOSC_CAT(expmean_n, _Step)
#define expmean_n_push LDOSC_CAT(expmean_n, _push)
#define expmean_n_read LDOSC_CAT(expmean_n, _read)

struct expmean_n {
	u32 ever;
	u64 mean; /* 16 fraction bits */
};

#if VALUE_MAX > 140737488355327 || SHIFT > 30
#error "a value of more than 47 bits leaves no room for 16 fraction bits"
#endif

/*@ logic integer Shift(struct expmean_n m) = SHIFT;

    predicate ExpMeanOk(struct expmean_n m) = m.ever <= 1 && m.mean <= VALUE_MAX * 65536;

    predicate Empty(struct expmean_n m) = m.ever == 0;

    // step == floor((x * 2^16 - mean) / 2^SHIFT), said without a division of negative numbers
    predicate expmean_n_Step(integer mean, integer x, integer step) =
      step * (1 << SHIFT) <= x * 65536 - mean < (step + 1) * (1 << SHIFT);

    predicate Pushed(struct expmean_n old, struct expmean_n new, integer x) =
      new.ever == 1 && (old.ever == 1 ? expmean_n_Step(old.mean, x, new.mean - old.mean) : new.mean == x * 65536);

    logic integer ExpMean(struct expmean_n m, integer initial) = m.ever == 0 ? initial : m.mean / 65536;
*/

/*@ requires valid: \valid(m);
    assigns *m;
    ensures ok: ExpMeanOk(*m);
    ensures empty: Empty(*m);
*/
static inline void expmean_n_init(struct expmean_n *m)
{
	m->ever = 0;
	m->mean = 0;
}

/*@ requires valid: \valid(m);
    requires ok: ExpMeanOk(*m);
    requires value: x <= VALUE_MAX;
    assigns *m;
    ensures ok: ExpMeanOk(*m);
    ensures pushed: Pushed(\old(*m), *m, x);
    ensures between: \old(m->ever) == 1 ==> m->mean <= \old(m->mean) || m->mean <= x * 65536;
    ensures within: \old(m->ever) == 1 ==> m->mean >= \old(m->mean) || m->mean >= x * 65536;
*/
static inline void expmean_n_push(struct expmean_n *m, u64 x)
{
	u64 to = x * 65536;

	if (!m->ever)
		m->mean = to;
	else if (to >= m->mean)
		m->mean += (to - m->mean) / (1U << SHIFT);
	else
		m->mean -= (m->mean - to + ((1U << SHIFT) - 1)) / (1U << SHIFT);
	m->ever = 1;
}

/*@ requires valid: \valid_read(m);
    requires ok: ExpMeanOk(*m);
    assigns \nothing;
    ensures mean: \result == ExpMean(*m, initial);
    ensures range: \result <= VALUE_MAX || \result == initial;
*/
static inline u64 expmean_n_read(const struct expmean_n *m, u64 initial)
{
	return m->ever ? m->mean / 65536 : initial;
}

#undef expmean_n
#undef expmean_n_init
#undef expmean_n_Step
#undef expmean_n_push
#undef expmean_n_read
#undef EXPMEAN
#undef SHIFT
#undef VALUE_MAX
