/* A choice among the first n candidates: which take part and what each scores are written down first, then one is chosen.
 * The lowest index wins a tie. To be included once for each greatest number of candidates:
 *
 *	#define CANDIDATES 8
 *	#define SCORE u64	or s64, where a score may be negative
 *	#include "choice.h"	struct choice_8, choice_8_argmin, _argmax: the index, or CANDIDATES for none
 */
#include "base.h"

#define choice_n LDOSC_CAT(choice_, CANDIDATES)
#define choice_n_argmin LDOSC_CAT(choice_n, _argmin)
#define choice_n_argmax LDOSC_CAT(choice_n, _argmax)

struct choice_n {
	SCORE score[CANDIDATES];
	bool takes_part[CANDIDATES];
};

/*@ predicate TakesPart(struct choice_n c, integer i, integer n) = 0 <= i < n && c.takes_part[i] != 0;

    predicate NoneTakesPart(struct choice_n c, integer n) = \forall integer i; 0 <= i < n ==> c.takes_part[i] == 0;

    predicate IsArgmin(struct choice_n c, integer i, integer n) =
      TakesPart(c, i, n) &&
      (\forall integer j; 0 <= j < n && c.takes_part[j] != 0 ==>
        c.score[i] <= c.score[j] && (j < i ==> c.score[i] < c.score[j]));

    predicate IsArgmax(struct choice_n c, integer i, integer n) =
      TakesPart(c, i, n) &&
      (\forall integer j; 0 <= j < n && c.takes_part[j] != 0 ==>
        c.score[j] <= c.score[i] && (j < i ==> c.score[j] < c.score[i]));
*/

/*@ requires valid: \valid_read(c);
    requires n: n <= CANDIDATES;
    assigns \nothing;
    ensures argmin: \result < CANDIDATES ==> IsArgmin(*c, \result, n);
    ensures none: \result >= CANDIDATES ==> NoneTakesPart(*c, n) && \result == CANDIDATES;
*/
static inline u32 choice_n_argmin(const struct choice_n *c, u32 n)
{
	u32 best = CANDIDATES;

	/*@ loop invariant range: 0 <= i <= n && (best < i || best == CANDIDATES);
	    loop invariant least: best < CANDIDATES ==> c->takes_part[best] != 0 &&
	      (\forall integer j; 0 <= j < i && c->takes_part[j] != 0 ==>
	        c->score[best] <= c->score[j] && (j < best ==> c->score[best] < c->score[j]));
	    loop invariant none: best == CANDIDATES ==> \forall integer j; 0 <= j < i ==> c->takes_part[j] == 0;
	    loop assigns i, best;
	    loop variant n - i; */
	for (u32 i = 0; i < CANDIDATES && i < n; i++) {
		if (c->takes_part[i] && (best == CANDIDATES || c->score[i] < c->score[INDEX(best, CANDIDATES)]))
			best = i;
	}
	return best;
}

/*@ requires valid: \valid_read(c);
    requires n: n <= CANDIDATES;
    assigns \nothing;
    ensures argmax: \result < CANDIDATES ==> IsArgmax(*c, \result, n);
    ensures none: \result >= CANDIDATES ==> NoneTakesPart(*c, n) && \result == CANDIDATES;
*/
static inline u32 choice_n_argmax(const struct choice_n *c, u32 n)
{
	u32 best = CANDIDATES;

	/*@ loop invariant range: 0 <= i <= n && (best < i || best == CANDIDATES);
	    loop invariant greatest: best < CANDIDATES ==> c->takes_part[best] != 0 &&
	      (\forall integer j; 0 <= j < i && c->takes_part[j] != 0 ==>
	        c->score[j] <= c->score[best] && (j < best ==> c->score[j] < c->score[best]));
	    loop invariant none: best == CANDIDATES ==> \forall integer j; 0 <= j < i ==> c->takes_part[j] == 0;
	    loop assigns i, best;
	    loop variant n - i; */
	for (u32 i = 0; i < CANDIDATES && i < n; i++) {
		if (c->takes_part[i] && (best == CANDIDATES || c->score[i] > c->score[INDEX(best, CANDIDATES)]))
			best = i;
	}
	return best;
}

#undef choice_n
#undef choice_n_argmin
#undef choice_n_argmax
#undef CANDIDATES
#undef SCORE
