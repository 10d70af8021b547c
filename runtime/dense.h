/* One layer of the net in integers: acc[o] = b[o] + (sum of w[o][i] * x[i]), then y[o] = max(0, acc) >> SHIFT, or acc as
 * it is (the last layer). To be included once for each layer, after vector.h for its sides:
 *
 *	#define DENSE slow_io_1		names it: struct dense_slow_io_1, dense_slow_io_1_check, dense_slow_io_1_run
 *	#define IN 31
 *	#define OUT 256
 *	#define X u16			type of the inputs: x is a struct vector_31_u16, y a struct vector_256_s32
 *	#define X_MAX 9			no input is greater, nor below -X_MAX
 *	#define RELU 1			0: the last layer
 *	#define SHIFT 0
 *	#define Y_MAX 2147483647	no output is greater: the next layer's X_MAX
 *	#include "dense.h"
 *
 * Accumulators are 32 bits wide and cannot overflow, because the table was checked: Reach(o), which is |b[o]| + X_MAX *
 * (sum of |w[o][i]|), fits. All is proved for any table that passes, so weights are no part of the proof, and a table that
 * is swapped in is as safe as the first. */
#include "base.h"

#define dense_n LDOSC_CAT(dense_, DENSE)
#define dense_n_reach LDOSC_CAT(dense_n, _reach)
#define dense_n_check LDOSC_CAT(dense_n, _check)
#define dense_n_dot LDOSC_CAT(dense_n, _dot)
#define dense_n_run LDOSC_CAT(dense_n, _run)
#define dense_x LDOSC_CAT4(vector_, IN, _, X)
#define dense_y LDOSC_CAT4(vector_, OUT, _, s32)

struct dense_n {
	s16 w[OUT][IN];
	s32 b[OUT];
};

#if IN > 65536 || X_MAX > S32_TOP || Y_MAX > S32_TOP || SHIFT > 30 || (SHIFT > 0 && !RELU)
#error "a layer's constants are out of range"
#endif

/* The greatest accumulator that both fits 32 bits and is no more than Y_MAX after the shift. */
#if (Y_MAX + 1LL) * (1LL << SHIFT) - 1 >= S32_TOP
#define REACH_MAX S32_TOP
#else
#define REACH_MAX ((Y_MAX + 1) * (1 << SHIFT) - 1)
#endif

#ifndef LDOSC_DENSE_H
#define LDOSC_DENSE_H
/*@ logic integer Magnitude(integer x) = x < 0 ? -x : x; */
#endif

/*@ // the first n of the sums of a row
    logic integer RowAbs(struct dense_n d, integer o, integer n) =
      n <= 0 ? 0 : RowAbs(d, o, n - 1) + Magnitude(d.w[o][n - 1]);

    logic integer Dot(struct dense_n d, struct dense_x x, integer o, integer n) =
      n <= 0 ? 0 : Dot(d, x, o, n - 1) + d.w[o][n - 1] * x.at[n - 1];

    logic integer Accumulated(struct dense_n d, struct dense_x x, integer o) = d.b[o] + Dot(d, x, o, IN);

    logic integer Reach(struct dense_n d, integer o) = Magnitude(d.b[o]) + X_MAX * RowAbs(d, o, IN);

    predicate RowOk(struct dense_n d, integer o) = Reach(d, o) <= REACH_MAX;

    predicate DenseOk(struct dense_n d) = \forall integer o; 0 <= o < OUT ==> RowOk(d, o);

    // of d it matters only whose X_MAX is meant
    predicate Within(struct dense_n d, struct dense_x x) = \forall integer i; 0 <= i < IN ==> -X_MAX <= x.at[i] <= X_MAX;

    // y is what the layer makes of x
    logic integer Output(struct dense_n d, struct dense_x x, integer o) =
      RELU == 0 ? Accumulated(d, x, o) : Accumulated(d, x, o) <= 0 ? 0 : Accumulated(d, x, o) / (1 << SHIFT);

    predicate Layer(struct dense_n d, struct dense_x x, struct dense_y y) =
      \forall integer o; 0 <= o < OUT ==> y.at[o] == Output(d, x, o);

    predicate Bounded(struct dense_n d, struct dense_y y) =
      \forall integer o; 0 <= o < OUT ==> (RELU == 1 ? 0 : -Y_MAX) <= y.at[o] <= Y_MAX;
*/

/*@ requires valid: \valid_read(d);
    requires row: o < OUT;
    assigns \nothing;
    ensures reach: \result == Reach(*d, o);
*/
static inline u64 dense_n_reach(const struct dense_n *d, u32 o)
{
	u64 sum = 0;

	/*@ loop invariant range: 0 <= i <= IN;
	    loop invariant bound: 0 <= sum <= 32768 * i;
	    loop invariant sum: sum == RowAbs(*d, o, i);
	    loop assigns i, sum;
	    loop variant IN - i; */
	for (u32 i = 0; i < IN; i++)
		sum += (u64)(d->w[o][i] < 0 ? -d->w[o][i] : d->w[o][i]);
	return sum * X_MAX + (u64)(d->b[o] < 0 ? -(s64)d->b[o] : d->b[o]);
}

/* To be asked of every table before it is used; for BPF by the agent that loads it, as the verifier would walk every weight. */
/*@ requires valid: \valid_read(d);
    assigns \nothing;
    ensures checked: \result <==> DenseOk(*d);
*/
static inline bool dense_n_check(const struct dense_n *d)
{
	/*@ loop invariant range: 0 <= o <= OUT;
	    loop invariant rows: \forall integer k; 0 <= k < o ==> RowOk(*d, k);
	    loop assigns o;
	    loop variant OUT - o; */
	for (u32 o = 0; o < OUT; o++) {
		if (dense_n_reach(d, o) > REACH_MAX)
			return false;
	}
	return true;
}

/*@ requires valid: \valid_read(d) && \valid_read(x);
    requires row: o < OUT;
    requires checked: RowOk(*d, o);
    requires within: Within(*d, *x);
    assigns \nothing;
    ensures value: \result == Accumulated(*d, *x, o);
    ensures reach: -Reach(*d, o) <= \result <= Reach(*d, o);
*/
static inline s32 dense_n_dot(const struct dense_n *d, const struct dense_x *x, u32 o)
{
	s32 acc = d->b[o];

	/*@ ghost
	  /@ loop invariant range: 0 <= i <= IN;
	     loop invariant rises: \forall integer k; 0 <= k <= i ==> 0 <= RowAbs(*d, o, k) <= RowAbs(*d, o, i);
	     loop assigns i;
	     loop variant IN - i; @/
	  for (u32 i = 0; i < IN; i++) ; */
	/*@ loop invariant range: 0 <= i <= IN;
	    loop invariant value: acc == d->b[o] + Dot(*d, *x, o, i);
	    loop invariant reach: Magnitude(acc) <= Magnitude(d->b[o]) + X_MAX * RowAbs(*d, o, i);
	    loop assigns i, acc;
	    loop variant IN - i; */
	for (u32 i = 0; i < IN; i++) {
		//@ assert row: RowAbs(*d, o, i + 1) == RowAbs(*d, o, i) + Magnitude(d->w[o][i]);
		//@ assert fits: RowAbs(*d, o, i + 1) <= RowAbs(*d, o, IN);
		//@ assert up: d->w[o][i] >= 0 ==> -X_MAX * d->w[o][i] <= d->w[o][i] * x->at[i] <= X_MAX * d->w[o][i];
		//@ assert down: d->w[o][i] <= 0 ==> X_MAX * d->w[o][i] <= d->w[o][i] * x->at[i] <= -X_MAX * d->w[o][i];
		acc += d->w[o][i] * (s32)x->at[i];
	}
	return acc;
}

/*@ requires valid: \valid_read(d) && \valid_read(x) && \valid(y);
    requires apart: \separated(d, x, y);
    requires ok: DenseOk(*d);
    requires within: Within(*d, *x);
    assigns *y;
    ensures layer: Layer(*d, *x, *y);
    ensures bounded: Bounded(*d, *y);
*/
static inline void dense_n_run(const struct dense_n *d, const struct dense_x *x, struct dense_y *y)
{
	/*@ loop invariant range: 0 <= o <= OUT;
	    loop invariant layer: \forall integer k; 0 <= k < o ==> y->at[k] == Output(*d, *x, k);
	    loop invariant bounded: \forall integer k; 0 <= k < o ==> (RELU == 1 ? 0 : -Y_MAX) <= y->at[k] <= Y_MAX;
	    loop assigns o, y->at[0 .. OUT - 1];
	    loop variant OUT - o; */
	for (u32 o = 0; o < OUT; o++) {
		s32 acc = dense_n_dot(d, x, o);

		//@ assert row: RowOk(*d, o);
		y->at[o] = RELU ? (acc > 0 ? (s32)((u32)acc / (1U << SHIFT)) : 0) : acc;
	}
}

#undef dense_n
#undef dense_n_reach
#undef dense_n_check
#undef dense_n_dot
#undef dense_n_run
#undef dense_x
#undef dense_y
#undef DENSE
#undef IN
#undef OUT
#undef X
#undef X_MAX
#undef RELU
#undef SHIFT
#undef Y_MAX
#undef REACH_MAX
