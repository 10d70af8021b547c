#include "smt.h"

#include <stdlib.h>
#include <string.h>

static Z3_context z;
static Z3_sort int_sort, bool_sort;
static Z3_ast yes, no;
static unsigned spent;

struct question {
	Z3_solver solver;
	Z3_model model;
	unsigned rlimit;
	LIST(term) asserted; /* and what was popped since */
	unsigned used;	     /* what the solver's own counter said last; it is the context's, and grows */
};

static void failed(Z3_context c, Z3_error_code e)
{
	fprintf(stderr, "ldosc: defect: z3 says: %s\n", Z3_get_error_msg(c, e));
	exit(EXIT_DEFECT);
}

void smt_open(void)
{
	if (z)
		return;
	/* The newer arithmetic forgets its limit in products of variables (4.8.12); this one stops at it. */
	Z3_global_param_set("smt.arith.solver", "2");
	Z3_config config = Z3_mk_config();
	z = Z3_mk_context(config); /* terms live as long as the context: the arena's rule */
	Z3_del_config(config);
	Z3_set_error_handler(z, failed);
	int_sort = Z3_mk_int_sort(z);
	bool_sort = Z3_mk_bool_sort(z);
	yes = Z3_mk_true(z);
	no = Z3_mk_false(z);
}

const char *smt_engine(void)
{
	static const char *name;
	if (!name) {
		unsigned major, minor, build, revision;
		Z3_get_version(&major, &minor, &build, &revision);
		name = arena_printf("z3 %u.%u.%u", major, minor, build);
	}
	return name;
}

/* ---- leaves ---- */

term t_num(num v)
{
	char text[48];
	int at = sizeof text;
	bool negative = v < 0;
	unsigned __int128 rest = negative ? -(unsigned __int128)v : (unsigned __int128)v;

	text[--at] = 0;
	do {
		text[--at] = (char)('0' + (int)(rest % 10));
		rest /= 10;
	} while (rest);
	if (negative)
		text[--at] = '-';
	return Z3_mk_numeral(z, text + at, int_sort);
}

term t_bool(bool v)
{
	return v ? yes : no;
}

/* Every variable is new: two of the same name are two. */
term t_int_var(const char *name)
{
	return Z3_mk_fresh_const(z, name, int_sort);
}

term t_bool_var(const char *name)
{
	return Z3_mk_fresh_const(z, name, bool_sort);
}

bool t_is_true(term a)
{
	return a == yes;
}

bool t_is_false(term a)
{
	return a == no;
}

static num parse_num(const char *s)
{
	bool negative = *s == '-';
	num v = 0;

	for (s += negative; *s >= '0' && *s <= '9'; s++)
		v = v * 10 + (*s - '0');
	return negative ? -v : v;
}

bool t_is_num(term a, num *v)
{
	if (!Z3_is_numeral_ast(z, a))
		return false;
	*v = parse_num(Z3_get_numeral_string(z, a));
	return true;
}

/* ---- truth ---- */

term t_not(term a)
{
	if (a == yes)
		return no;
	if (a == no)
		return yes;
	if (Z3_is_app(z, a)) {
		Z3_app app = Z3_to_app(z, a);
		if (Z3_get_decl_kind(z, Z3_get_app_decl(z, app)) == Z3_OP_NOT)
			return Z3_get_app_arg(z, app, 0);
	}
	return Z3_mk_not(z, a);
}

term t_and(term a, term b)
{
	if (a == no || b == no)
		return no;
	if (a == yes || a == b)
		return b;
	if (b == yes)
		return a;
	return Z3_mk_and(z, 2, (Z3_ast[]){a, b});
}

term t_or(term a, term b)
{
	if (a == yes || b == yes)
		return yes;
	if (a == no || a == b)
		return b;
	if (b == no)
		return a;
	return Z3_mk_or(z, 2, (Z3_ast[]){a, b});
}

term t_implies(term a, term b)
{
	return t_or(t_not(a), b);
}

term t_iff(term a, term b)
{
	if (a == yes)
		return b;
	if (b == yes)
		return a;
	if (a == no)
		return t_not(b);
	if (b == no)
		return t_not(a);
	return a == b ? yes : Z3_mk_iff(z, a, b);
}

bool t_is_truth(term a)
{
	return Z3_get_sort_kind(z, Z3_get_sort(z, a)) == Z3_BOOL_SORT;
}

term t_if(term c, term a, term b)
{
	if (c == yes || a == b)
		return a;
	if (c == no)
		return b;
	if (t_is_truth(a)) {
		if (a == yes)
			return t_or(c, b);
		if (a == no)
			return t_and(t_not(c), b);
		if (b == yes)
			return t_or(t_not(c), a);
		if (b == no)
			return t_and(c, a);
	}
	return Z3_mk_ite(z, c, a, b);
}

/* ---- integers ---- */

term t_eq(term a, term b)
{
	num x, y;

	if (a == b)
		return yes;
	if (t_is_truth(a))
		return t_iff(a, b);
	if (t_is_num(a, &x) && t_is_num(b, &y))
		return t_bool(x == y);
	return Z3_mk_eq(z, a, b);
}

term t_lt(term a, term b)
{
	num x, y;

	if (t_is_num(a, &x) && t_is_num(b, &y))
		return t_bool(x < y);
	return a == b ? no : Z3_mk_lt(z, a, b);
}

term t_le(term a, term b)
{
	num x, y;

	if (t_is_num(a, &x) && t_is_num(b, &y))
		return t_bool(x <= y);
	return a == b ? yes : Z3_mk_le(z, a, b);
}

term t_add(term a, term b)
{
	num x, y;
	bool ka = t_is_num(a, &x), kb = t_is_num(b, &y);

	if (ka && kb)
		return t_num(x + y);
	if (ka && x == 0)
		return b;
	if (kb && y == 0)
		return a;
	return Z3_mk_add(z, 2, (Z3_ast[]){a, b});
}

term t_sub(term a, term b)
{
	num x, y;
	bool ka = t_is_num(a, &x), kb = t_is_num(b, &y);

	if (ka && kb)
		return t_num(x - y);
	if (kb && y == 0)
		return a;
	return Z3_mk_sub(z, 2, (Z3_ast[]){a, b});
}

term t_mul(term a, term b)
{
	num x, y;
	bool ka = t_is_num(a, &x), kb = t_is_num(b, &y);

	if (ka && kb)
		return t_num(x * y);
	if ((ka && x == 0) || (kb && y == 1))
		return a;
	if ((kb && y == 0) || (ka && x == 1))
		return b;
	return Z3_mk_mul(z, 2, (Z3_ast[]){a, b});
}

term t_div(term a, num d)
{
	num x;

	if (d == 1)
		return a;
	if (t_is_num(a, &x))
		return t_num(x / d - (x % d < 0));
	return Z3_mk_div(z, a, t_num(d)); /* of a positive divisor: rounds down */
}

term t_mod(term a, num d)
{
	num x;

	if (t_is_num(a, &x))
		return t_num(x % d + (x % d < 0 ? d : 0));
	return Z3_mk_mod(z, a, t_num(d));
}

term t_min(term a, term b)
{
	return t_if(t_le(a, b), a, b);
}

term t_max(term a, term b)
{
	return t_if(t_le(a, b), b, a);
}

term t_bit(term truth)
{
	return t_if(truth, t_num(1), t_num(0));
}

term t_between(num lo, term a, num hi)
{
	return t_and(t_gei(a, lo), t_lei(a, hi));
}

term t_simplified(term a)
{
	return Z3_simplify(z, a);
}

term t_replace(term in, const term *from, const term *to, int n)
{
	return n ? Z3_substitute(z, in, (unsigned)n, from, to) : in;
}

/* ---- questions ---- */

static struct question *question_of(Z3_solver solver, unsigned rlimit)
{
	struct question *q = arena_alloc(sizeof *q);

	q->solver = solver;
	Z3_solver_inc_ref(z, q->solver);
	Z3_params p = Z3_mk_params(z);
	Z3_params_inc_ref(z, p);
	Z3_params_set_uint(z, p, Z3_mk_string_symbol(z, "rlimit"), rlimit);
	Z3_params_set_bool(
		z, p, Z3_mk_string_symbol(z, "ctrl_c"), false); /* who says stop does not mean this question only */
	Z3_solver_set_params(z, q->solver, p);
	Z3_params_dec_ref(z, p);
	q->rlimit = rlimit;
	return q;
}

struct question *ask_new(unsigned rlimit)
{
	return question_of(Z3_mk_simple_solver(z), rlimit); /* 5 to 10 times quicker here than Z3_mk_solver */
}

static void drop_model(struct question *q)
{
	if (q->model)
		Z3_model_dec_ref(z, q->model);
	q->model = NULL;
}

void ask_free(struct question *q)
{
	drop_model(q);
	Z3_solver_dec_ref(z, q->solver);
	q->solver = NULL;
}

void ask_push(struct question *q)
{
	Z3_solver_push(z, q->solver);
}

void ask_pop(struct question *q)
{
	drop_model(q);
	Z3_solver_pop(z, q->solver, 1);
}

void ask_assert(struct question *q, term t)
{
	if (t == yes)
		return;
	Z3_solver_assert(z, q->solver, t);
	*list_add(&q->asserted) = t;
}

static unsigned count(struct question *q)
{
	unsigned units = 0;
	Z3_stats s = Z3_solver_get_statistics(z, q->solver);

	Z3_stats_inc_ref(z, s);
	for (unsigned i = 0; i < Z3_stats_size(z, s); i++)
		if (!strcmp(Z3_stats_get_key(z, s, i), "rlimit count") && Z3_stats_is_uint(z, s, i))
			units = Z3_stats_get_uint_value(z, s, i);
	Z3_stats_dec_ref(z, s);
	return units;
}

enum smt_answer ask_check(struct question *q)
{
	drop_model(q);
	Z3_lbool r = Z3_solver_check(z, q->solver);
	unsigned now = count(q);
	if (now > spent)
		spent = now;
	if (r == Z3_L_FALSE)
		return SMT_UNSAT;
	if (r == Z3_L_UNDEF)
		return SMT_UNKNOWN;
	q->model = Z3_solver_get_model(z, q->solver);
	Z3_model_inc_ref(z, q->model);
	return SMT_SAT;
}

num ask_value(struct question *q, term t)
{
	Z3_ast v = NULL;
	num x = 0;

	if (!Z3_model_eval(z, q->model, t, true, &v) || !t_is_num(v, &x))
		return 0;
	return x;
}

bool ask_true(struct question *q, term t)
{
	Z3_ast v = NULL;

	return Z3_model_eval(z, q->model, t, true, &v) && v == yes;
}

/* ---- an unknown predicate ---- */

struct question *ask_new_horn(unsigned rlimit)
{
	return question_of(Z3_mk_solver_for_logic(z, Z3_mk_string_symbol(z, "HORN")), rlimit);
}

term t_predicate(const term *state, int n)
{
	Z3_sort *sorts = arena_alloc(sizeof *sorts * (size_t)(n + 1));

	for (int i = 0; i < n; i++)
		sorts[i] = Z3_get_sort(z, state[i]);
	return Z3_mk_app(z, Z3_mk_func_decl(z, Z3_mk_string_symbol(z, "Reached"), (unsigned)n, sorts, bool_sort),
		(unsigned)n, state);
}

typedef LIST(Z3_app) variable_list;

static void variables_of(variable_list *out, Z3_ast_map seen, term a)
{
	Z3_app app;

	if (Z3_get_ast_kind(z, a) != Z3_APP_AST || Z3_ast_map_contains(z, seen, a))
		return;
	Z3_ast_map_insert(z, seen, a, a);
	app = Z3_to_app(z, a);
	if (!Z3_get_app_num_args(z, app) && Z3_get_decl_kind(z, Z3_get_app_decl(z, app)) == Z3_OP_UNINTERPRETED)
		*list_add(out) = app;
	for (unsigned i = 0; i < Z3_get_app_num_args(z, app); i++)
		variables_of(out, seen, Z3_get_app_arg(z, app, i));
}

term t_closed(term clause)
{
	Z3_ast_map seen = Z3_mk_ast_map(z);
	variable_list all = {0};

	Z3_ast_map_inc_ref(z, seen);
	variables_of(&all, seen, clause);
	Z3_ast_map_dec_ref(z, seen);
	return all.n ? Z3_mk_forall_const(z, 0, (unsigned)all.n, all.at, 0, NULL, clause) : clause;
}

term ask_term(struct question *q, term t)
{
	Z3_ast v = NULL;

	return Z3_model_eval(z, q->model, t, false, &v) ? v : t;
}

term ask_all(const struct question *q)
{
	term all = yes;

	for (int i = 0; i < q->asserted.n; i++)
		all = t_and(all, q->asserted.at[i]);
	return all;
}

unsigned smt_spent(void)
{
	return spent;
}
