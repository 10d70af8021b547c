/* Numbers that go into or come out of a layer. To be included once for each length and type:
 *
 *	#define VECTOR 31
 *	#define VALUE u16
 *	#include "vector.h"	struct vector_31_u16, vector_31_u16_argmax: the first of the greatest
 */
#include "base.h"

#define vector_n LDOSC_CAT4(vector_, VECTOR, _, VALUE)
#define vector_n_argmax LDOSC_CAT(vector_n, _argmax)

struct vector_n {
	VALUE at[VECTOR];
};

/*@ predicate IsArgmax(struct vector_n v, integer i, integer n) =
      0 <= i < n && (\forall integer j; 0 <= j < n ==> v.at[j] <= v.at[i] && (j < i ==> v.at[j] < v.at[i]));

    predicate AtMost(struct vector_n v, integer top) = \forall integer i; 0 <= i < VECTOR ==> 0 <= v.at[i] <= top;
*/

/*@ requires valid: \valid_read(v);
    assigns \nothing;
    ensures argmax: IsArgmax(*v, \result, VECTOR);
*/
static inline u32 vector_n_argmax(const struct vector_n *v)
{
	u32 best = 0;

	/*@ loop invariant range: 1 <= i <= VECTOR;
	    loop invariant greatest: IsArgmax(*v, best, i);
	    loop assigns i, best;
	    loop variant VECTOR - i; */
	for (u32 i = 1; i < VECTOR; i++) {
		if (v->at[i] > v->at[INDEX(best, VECTOR)])
			best = i;
	}
	return best;
}

#undef vector_n
#undef vector_n_argmax
#undef VECTOR
#undef VALUE
