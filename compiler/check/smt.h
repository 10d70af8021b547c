/* Terms and questions, over Z3's C API. A term is a mathematical integer or a truth value; ranges are asserted, never
 * assumed of a machine type. Limits are in resource units, so that an answer does not depend on the machine. */
#ifndef SMT_H
#define SMT_H

#include "../ldosc.h"

#include <z3.h>

typedef Z3_ast term; /* NULL is never a term */

void smt_open(void);	      /* the context of the whole run; once */
const char *smt_engine(void); /* "z3 4.8.12" */

/* Leaves */
term t_num(num v);
term t_bool(bool v);
term t_int_var(const char *name);
term t_bool_var(const char *name);

/* Terms are simplified where that is free: constants fold, `x and true` is x. */
bool t_is_true(term a);
bool t_is_false(term a);
bool t_is_truth(term a); /* a truth value, not a number */
bool t_is_num(term a, num *v);
term t_not(term a);
term t_and(term a, term b);
term t_or(term a, term b);
term t_implies(term a, term b);
term t_iff(term a, term b);
term t_if(term c, term a, term b);
term t_eq(term a, term b);
term t_lt(term a, term b);
term t_le(term a, term b);
term t_add(term a, term b);
term t_sub(term a, term b);
term t_mul(term a, term b);
term t_div(term a, num d); /* d > 0, rounding down */
term t_mod(term a, num d);
term t_min(term a, term b);
term t_max(term a, term b);
term t_bit(term truth); /* 1 or 0 */
term t_between(num lo, term a, num hi);

term t_simplified(term a);					  /* a numeral or a truth value where it is one */
term t_replace(term in, const term *from, const term *to, int n); /* all at once */

static inline term t_gt(term a, term b)
{
	return t_lt(b, a);
}
static inline term t_ge(term a, term b)
{
	return t_le(b, a);
}
static inline term t_ne(term a, term b)
{
	return t_not(t_eq(a, b));
}
static inline term t_lei(term a, num v)
{
	return t_le(a, t_num(v));
}
static inline term t_gei(term a, num v)
{
	return t_le(t_num(v), a);
}
static inline term t_lti(term a, num v)
{
	return t_lt(a, t_num(v));
}
static inline term t_eqi(term a, num v)
{
	return t_eq(a, t_num(v));
}
static inline term t_addi(term a, num v)
{
	return t_add(a, t_num(v));
}

/* ---- questions: a stack of assertions ---- */

enum smt_answer { SMT_UNSAT, SMT_SAT, SMT_UNKNOWN };

/* What one question may spend. The induction of the example costs 50,000; a question that needs forty times as much is
 * outside what the encoding was made for. */
#define SMT_RLIMIT 4000000u

struct question;
struct question *ask_new(unsigned rlimit);
void ask_free(struct question *q);
void ask_push(struct question *q);
void ask_pop(struct question *q);
void ask_assert(struct question *q, term t);
enum smt_answer ask_check(struct question *q);
/* After SMT_SAT, until the next check: the case. Variables that do not matter get 0 and false. */
num ask_value(struct question *q, term t);
bool ask_true(struct question *q, term t);

/* An unknown predicate of a state, as a term of question and clause. Clauses hold for all values of their variables; a
 * horn question is satisfied by a predicate with which all do. */
struct question *ask_new_horn(unsigned rlimit);
term t_predicate(const term *state, int n);
term t_closed(term clause);
term ask_term(struct question *q, term t); /* after SMT_SAT: the same in terms of what was found */
term ask_all(const struct question *q);	   /* all that was asserted, as one */

unsigned smt_spent(void); /* resource units since smt_open */

#endif
