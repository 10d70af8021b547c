/* Types: every expression gets a unit and an exact range, and what could leave 64 bits is refused. */
#include "front.h"

#include <stdarg.h>
#include <string.h>

static const num U64_MAX = UINT64_MAX;
static const num I64_MIN = INT64_MIN;
static const num I64_MAX = INT64_MAX;

/* ---- messages ---- */

void *refuse(struct span at, const char *help, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	diag_add(&(struct diag){.code = "types", .at = at, .cause = arena_strdup(text), .help = help});
	return NULL;
}

static void *refuse_two(const struct expr *a, const struct expr *b, const char *help, const char *cause)
{
	diag_add(&(struct diag){.code = "types",
		.at = a->at,
		.cause = cause,
		.label = arena_printf("%s", show_range(&a->type)),
		.also = b->at,
		.also_label = arena_printf("%s", show_range(&b->type)),
		.help = help});
	return NULL;
}

/* ---- types ---- */

struct type type_of(enum type_kind kind)
{
	return (struct type){.kind = kind, .hi = kind == TYPE_BOOL || kind == TYPE_SHARE};
}

struct type type_int(enum unit unit, num lo, num hi)
{
	return (struct type){.kind = TYPE_INT, .unit = unit, .lo = lo, .hi = hi};
}

struct type type_key(const struct key *key)
{
	return (struct type){.kind = TYPE_KEY, .hi = key->max - 1, .key = key};
}

bool fits64(num lo, num hi)
{
	return lo >= 0 ? hi <= U64_MAX : lo >= I64_MIN && hi <= I64_MAX;
}

bool same_symbols(const struct symbols *a, const struct symbols *b)
{
	if (a->names.n != b->names.n)
		return false;
	for (int i = 0; i < a->names.n; i++) {
		if (strcmp(a->names.at[i], b->names.at[i]) != 0)
			return false;
	}
	return true;
}

enum unit quantity_unit(const char *quantity)
{
	return strcmp(quantity, "time") == 0 ? UNIT_TIME : strcmp(quantity, "size") == 0 ? UNIT_SIZE : UNIT_NONE;
}

static const char *unit_words(enum unit unit)
{
	return unit == UNIT_TIME    ? "a time (ns us ms s min)"
		: unit == UNIT_SIZE ? "a size (B KiB MiB GiB)"
				    : "a bare number";
}

/* With a unit that does not take the number out of 64 bits. */
static const char *with_unit(num value, enum unit unit)
{
	bool fits = value <= U64_MAX / 1024 && value >= I64_MIN / 1024;
	const char *word = unit == UNIT_TIME ? (fits ? "us" : "ns") : fits ? "KiB" : "B";
	return arena_printf("write a unit, as in `%s %s`", show_num(value), word);
}

static const char *unit_example(const struct tree *t, enum unit unit)
{
	if (unit == UNIT_NONE)
		return t->unit == UNIT_NONE ? NULL : "leave the unit out";
	bool bare = t->kind == NODE_NUMBER && t->unit == UNIT_NONE;
	return with_unit(bare ? t->value : 10, unit);
}

const char *unit_help(const struct expr *e, enum unit unit)
{
	bool bare = e->op == EXPR_INT && e->type.kind == TYPE_INT && e->type.unit == UNIT_NONE;
	return bare && unit != UNIT_NONE ? with_unit(e->value, unit) : NULL;
}

bool constant(const struct tree *t, enum unit unit, num lo, num hi, const char *what, num *value)
{
	if (t->kind != NODE_NUMBER)
		return refuse(t->at, NULL, "%s is %s, not a percentage", what, unit_words(unit));
	if (t->unit != unit)
		return refuse(t->at, unit_example(t, unit), "%s is %s", what, unit_words(unit));
	struct type range = type_int(unit, lo, hi);
	if (t->value < lo || t->value > hi) {
		struct type got = type_int(unit, t->value, t->value);
		return refuse(t->at, NULL, "%s is within %s, and this is %s", what, show_range(&range),
			show_value(&got, t->value));
	}
	*value = t->value;
	return true;
}

/* ---- expressions ---- */

struct expr *expr_new(enum op op, struct type type, struct span at)
{
	struct expr *e = arena_alloc(sizeof *e);
	e->op = op;
	e->type = type;
	e->at = at;
	return e;
}

struct expr *expr_two(enum op op, struct type type, struct span at, struct expr *a, struct expr *b)
{
	struct expr *e = expr_new(op, type, at);
	e->a = a;
	e->b = b;
	return e;
}

bool is_number(const struct expr *e, const char *doing)
{
	static const char *const kinds[] = {
		[TYPE_BOOL] = "a truth value",
		[TYPE_INT] = "a number",
		[TYPE_CLASS] = "a class",
		[TYPE_KEY] = "a key",
		[TYPE_TAG] = "a tag",
		[TYPE_CANDIDATE] = "a candidate",
		[TYPE_SHARE] = "a share",
		[TYPE_SOURCE] = "the source of the decision",
		[TYPE_LIST] = "a list",
	};
	if (e->type.kind == TYPE_INT)
		return true;
	return refuse(e->at, e->type.kind == TYPE_SHARE ? "compare it with a percentage, as in `x > 5 %`" : NULL,
		"`%s` is %s, and %s takes numbers", show_expr(e), kinds[e->type.kind], doing);
}

static struct expr *ranged(struct expr *e)
{
	if (fits64(e->type.lo, e->type.hi))
		return e;
	return refuse(e->at, "bound its parts first, as in `min(x, 1000)`, or declare narrower ranges",
		"`%s` can be %s, which does not fit 64 bits", show_expr(e), show_range(&e->type));
}

num quotient_down(num a, num d) /* d > 0 */
{
	return a >= 0 ? a / d : -((-a + d - 1) / d);
}

static struct expr *type_product(struct expr *e)
{
	const struct type *a = &e->a->type, *b = &e->b->type;
	if (a->unit != UNIT_NONE && b->unit != UNIT_NONE)
		return refuse_two(e->a, e->b, "one side of `*` is a bare number",
			arena_printf("`%s` would be a %s of %ss", show_expr(e), a->unit == UNIT_TIME ? "time" : "size",
				b->unit == UNIT_TIME ? "time" : "size"));
	e->type = type_int(a->unit ? a->unit : b->unit, 0, 0);
	/* Each side fits 64 bits, so that a product of two signed or of one unsigned fits 128; two full unsigned ones
	 * may not. */
	num x[2] = {a->lo, a->hi}, y[2] = {b->lo, b->hi};
	for (int i = 0; i < 4; i++) {
		num p;
		if (__builtin_mul_overflow(x[i / 2], y[i % 2], &p))
			return refuse(e->at, "bound its parts first, as in `min(x, 1000)`, or declare narrower ranges",
				"`%s` does not fit 64 bits: %s times %s", show_expr(e), show_range(a), show_range(b));
		if (i == 0 || p < e->type.lo)
			e->type.lo = p;
		if (i == 0 || p > e->type.hi)
			e->type.hi = p;
	}
	return ranged(e);
}

static struct expr *type_quotient(struct expr *e)
{
	const struct type *a = &e->a->type, *b = &e->b->type;
	if (e->b->op != EXPR_INT || e->b->value <= 0)
		return refuse(e->b->at, "the divisor is written out: a constant, at least 1",
			"`%s` divides by what is not a positive constant", show_expr(e));
	num d = e->b->value;
	if (b->unit != UNIT_NONE && b->unit != a->unit)
		return refuse_two(e->a, e->b, NULL, arena_printf("`%s` mixes units", show_expr(e)));
	if (e->op == EXPR_DIV) {
		e->type = type_int(b->unit ? UNIT_NONE : a->unit, quotient_down(a->lo, d), quotient_down(a->hi, d));
		return ranged(e);
	}
	e->type = a->lo >= 0 && a->hi < d ? *a : type_int(a->unit, 0, d - 1);
	return e;
}

static bool same_unit(const struct expr *e)
{
	const struct expr *a = e->a, *b = e->b;
	if (a->type.unit == b->type.unit)
		return true;
	const struct expr *bare = a->type.unit == UNIT_NONE ? a : b, *other = bare == a ? b : a;
	refuse_two(a, b, unit_help(bare, other->type.unit), arena_printf("`%s` mixes units", show_expr(e)));
	return false;
}

static struct expr *type_arithmetic(enum op op, struct span at, struct expr *a, struct expr *b)
{
	static const char *const doing[EXPR_OPS] = {[EXPR_ADD] = "`+`",
		[EXPR_SUB] = "`-`",
		[EXPR_MUL] = "`*`",
		[EXPR_DIV] = "`/`",
		[EXPR_MOD] = "`%`",
		[EXPR_MIN] = "`min`",
		[EXPR_MAX] = "`max`"};
	struct expr *e = expr_two(op, a->type, at, a, b);
	if (!is_number(a, doing[op]) || !is_number(b, doing[op]))
		return NULL;
	if (op == EXPR_MUL)
		return type_product(e);
	if (op == EXPR_DIV || op == EXPR_MOD)
		return type_quotient(e);
	if (!same_unit(e))
		return NULL;
	const struct type *x = &a->type, *y = &b->type;
	if (op == EXPR_ADD)
		e->type = type_int(x->unit, x->lo + y->lo, x->hi + y->hi);
	else if (op == EXPR_SUB)
		e->type = type_int(x->unit, x->lo - y->hi, x->hi - y->lo);
	else if (op == EXPR_MIN)
		e->type = type_int(x->unit, least(x->lo, y->lo), least(x->hi, y->hi));
	else
		e->type = type_int(x->unit, greatest(x->lo, y->lo), greatest(x->hi, y->hi));
	return ranged(e);
}

/* ---- comparisons ---- */

static enum op mirrored(enum op op)
{
	return op == EXPR_LT	? EXPR_GT
		: op == EXPR_GT ? EXPR_LT
		: op == EXPR_LE ? EXPR_GE
		: op == EXPR_GE ? EXPR_LE
				: op;
}

static struct expr *compare_share(enum op op, struct span at, const struct expr *share, const struct tree *percent)
{
	if (op == EXPR_EQ || op == EXPR_NE)
		return refuse(at, "compare it with `<`, `<=`, `>` or `>=`", "a share is hardly ever exactly so much");
	if (percent->value > percent->den)
		return refuse(percent->at, NULL, "a percentage is within 0 %% .. 100 %%");
	struct expr *e = expr_new(EXPR_SHARE, type_of(TYPE_BOOL), at);
	e->a = share->a;
	e->feature = share->feature;
	e->value = percent->value;
	e->den = percent->den;
	e->cmp = op;
	return e;
}

/* `x cmp 5 %`, either way round. */
static struct expr *type_percentage(const struct scope *s, const struct tree *t)
{
	const struct tree *left = t->kids.at[0], *right = t->kids.at[1];
	bool first = left->kind == NODE_PERCENT;
	const struct tree *percent = first ? left : right, *other = first ? right : left;
	if (other->kind == NODE_PERCENT)
		return refuse(t->at, NULL, "two percentages are compared");
	struct expr *e = type_expr(s, other);
	if (!e)
		return NULL;
	if (e->op != EXPR_FEATURE || e->type.kind != TYPE_SHARE)
		return refuse(other->at, "a share is a feature: `share of EVENT where .. over N events`",
			"only a share is compared with a percentage, and `%s` is %s", show_expr(e),
			show_range(&e->type));
	return compare_share(first ? mirrored((enum op)t->op) : (enum op)t->op, t->at, e, percent);
}

static bool same_key(const struct expr *a, const struct expr *b)
{
	if (!a || !b)
		return a == b;
	return a->op == b->op && a->field == b->field && a->value == b->value && a->feature == b->feature &&
		a->column == b->column && same_key(a->a, b->a);
}

/* `x cmp y` that reads a feature with `after` becomes `active(feature) and x cmp y`, once a feature and key. A
 * condition inside an operand has been through this already. */
static struct expr *and_active(struct expr *cmp, const struct expr *e)
{
	bool leaf = e && (e->op == EXPR_FEATURE || e->op == EXPR_COLUMN);
	if (!e || (!leaf && e->type.kind == TYPE_BOOL))
		return cmp;
	cmp = and_active(and_active(and_active(cmp, e->c), e->b), e->a);
	if (!leaf || e->feature->after == 0 || e->feature->kind == FEATURE_SHARE)
		return cmp;
	for (const struct expr *x = cmp; x->op == EXPR_AND; x = x->b) {
		if (x->a->op == EXPR_ACTIVE && x->a->feature == e->feature && same_key(x->a->a, e->a))
			return cmp;
	}
	struct expr *active = expr_new(EXPR_ACTIVE, type_of(TYPE_BOOL), e->at);
	active->a = e->a;
	active->feature = e->feature;
	return expr_two(EXPR_AND, type_of(TYPE_BOOL), cmp->at, active, cmp);
}

/* A key against a candidate of a list that has that key: the candidate stands for its key. */
static void meet_keys(struct expr **a, struct expr **b)
{
	for (int i = 0; i < 2; i++) {
		struct expr **key = i ? b : a, **candidate = i ? a : b;
		if ((*key)->type.kind != TYPE_KEY || (*candidate)->type.kind != TYPE_CANDIDATE)
			continue;
		const struct field *list = (*candidate)->type.list;
		for (int j = 0; j < list->record.n; j++) {
			const struct field *f = list->record.at[j];
			if (f->type.kind != TYPE_KEY || f->type.key != (*key)->type.key)
				continue;
			struct expr *e = expr_new(EXPR_ELEMENT, f->type, (*candidate)->at);
			e->a = *candidate;
			e->field = f;
			*candidate = e;
			return;
		}
	}
}

/* `leg == 1`, `sent.dev != 3`: a number written out may stand for a key or a candidate. */
static bool stands_for(struct expr *literal, const struct type *type)
{
	if (literal->op != EXPR_INT || literal->type.kind != TYPE_INT || literal->type.unit != UNIT_NONE ||
		(type->kind != TYPE_KEY && type->kind != TYPE_CANDIDATE && type->kind != TYPE_TAG))
		return false;
	if (literal->value < type->lo || literal->value > type->hi) {
		refuse(literal->at, NULL, "%s is outside %s", show_num(literal->value), show_range(type));
		return false;
	}
	literal->type = *type;
	return true;
}

static bool comparable(enum op op, const struct expr *a, const struct expr *b)
{
	if (a->type.kind != b->type.kind)
		return false;
	switch (a->type.kind) {
	case TYPE_INT:
		return true;
	case TYPE_BOOL:
	case TYPE_TAG:
	case TYPE_SOURCE:
		return op == EXPR_EQ || op == EXPR_NE;
	case TYPE_CLASS:
		return (op == EXPR_EQ || op == EXPR_NE) && same_symbols(a->type.symbols, b->type.symbols);
	case TYPE_KEY:
		return (op == EXPR_EQ || op == EXPR_NE) && a->type.key == b->type.key;
	case TYPE_CANDIDATE:
		return (op == EXPR_EQ || op == EXPR_NE) && a->type.list == b->type.list;
	case TYPE_SHARE:
	case TYPE_LIST:
		return false;
	}
	return false;
}

static struct expr *type_comparison(const struct scope *s, const struct tree *t)
{
	const struct tree *left = t->kids.at[0], *right = t->kids.at[1];
	if (left->kind == NODE_PERCENT || right->kind == NODE_PERCENT)
		return type_percentage(s, t);
	/* A bare name may be a symbol of the other side's class: the other side is typed first. */
	bool swap = left->kind == NODE_NAME && !name_known(s, left->text);
	struct expr *first = type_expr(s, swap ? right : left);
	struct expr *second = first ? type_against(s, swap ? left : right, &first->type) : NULL;
	if (!first || !second)
		return NULL;
	struct expr *a = swap ? second : first, *b = swap ? first : second;
	meet_keys(&a, &b);
	int before = diag_errors();
	if (!stands_for(a, &b->type))
		stands_for(b, &a->type);
	if (diag_errors() != before)
		return NULL;
	struct expr *e = expr_two(t->op, type_of(TYPE_BOOL), t->at, a, b);
	if (a->type.kind == TYPE_SHARE || b->type.kind == TYPE_SHARE)
		return refuse_two(a, b, "write a percentage, as in `5 %`",
			arena_printf("`%s`: a share is compared with a percentage only", show_expr(e)));
	if (!comparable(t->op, a, b))
		return refuse_two(a, b,
			a->type.kind == b->type.kind ? "these are compared with `==` and `!=` only" : NULL,
			arena_printf("`%s` compares what does not compare", show_expr(e)));
	if (a->type.kind == TYPE_INT && !same_unit(e))
		return NULL;
	return and_active(and_active(e, b), a);
}

/* ---- the rest ---- */

struct expr *type_condition(const struct scope *s, const struct tree *t)
{
	struct expr *e = type_expr(s, t);
	if (!e || e->type.kind == TYPE_BOOL)
		return e;
	const char *help = e->type.kind == TYPE_SHARE ? arena_printf("write `%s > 5 %%`", show_expr(e)) : NULL;
	return refuse(e->at, help, "a condition is needed here, and `%s` is %s", show_expr(e), show_range(&e->type));
}

static struct expr *type_logic(const struct scope *s, const struct tree *t)
{
	struct expr *a = type_condition(s, t->kids.at[0]), *b = type_condition(s, t->kids.at[1]);
	return a && b ? expr_two(t->op, type_of(TYPE_BOOL), t->at, a, b) : NULL;
}

static struct expr *type_binary(const struct scope *s, const struct tree *t)
{
	enum op op = (enum op)t->op;
	if (op == EXPR_AND || op == EXPR_OR || op == EXPR_IMPLIES)
		return type_logic(s, t);
	if (op == EXPR_EQ || op == EXPR_NE || op == EXPR_LT || op == EXPR_LE || op == EXPR_GT || op == EXPR_GE)
		return type_comparison(s, t);
	struct expr *a = type_expr(s, t->kids.at[0]), *b = type_expr(s, t->kids.at[1]);
	return a && b ? type_arithmetic(op, t->at, a, b) : NULL;
}

static struct expr *type_negative(const struct scope *s, const struct tree *t)
{
	struct expr *e = type_expr(s, t->kids.at[0]);
	if (!e || !is_number(e, "`-`"))
		return NULL;
	if (e->op == EXPR_INT) {
		e->value = -e->value;
		e->type = type_int(e->type.unit, e->value, e->value);
		e->at = t->at;
		return ranged(e);
	}
	return type_arithmetic(EXPR_SUB, t->at, expr_new(EXPR_INT, type_int(e->type.unit, 0, 0), t->at), e);
}

static struct expr *type_quantified(const struct scope *s, const struct tree *t)
{
	const struct tree *name = t->kids.at[0];
	const struct key *key = hook_key(s->f->p->hook, name->text);
	if (!key)
		return refuse(name->at, "as in `any dev : missed > 5 %`", "`%s` is not a key of hook `%s`", name->text,
			s->f->p->hook->name);
	if (s->quantified)
		return refuse(name->at, NULL, "`any` and `every` do not nest");
	if (!s->guardrail)
		return refuse(t->at, "have a guardrail say it and only report: its `tripped` can be read here",
			"`any` and `every` stand in the conditions of guardrails only");
	struct scope inner = *s;
	inner.quantified = key;
	inner.every = t->op == EXPR_EVERY;
	struct expr *a = type_condition(&inner, t->kids.at[1]);
	if (!a)
		return NULL;
	struct expr *e = expr_new((enum op)t->op, type_of(TYPE_BOOL), t->at);
	e->a = a;
	e->type.key = key;
	return e;
}

struct expr *type_against(const struct scope *s, const struct tree *t, const struct type *expected)
{
	if (t->kind == NODE_NAME && (expected->kind == TYPE_CLASS || expected->kind == TYPE_SOURCE)) {
		struct expr *e = symbol_named(expected, t);
		if (e)
			return e;
		if (expected->kind == TYPE_CLASS && !name_known(s, t->text)) {
			struct type members = type_of(TYPE_CLASS);
			members.symbols = expected->symbols;
			const char *near =
				did_you_mean(t->text, expected->symbols->names.at, expected->symbols->names.n);
			return refuse(t->at, near ? arena_printf("did you mean `%s`?", near) : NULL,
				"`%s` is not one of %s", t->text, show_range(&members));
		}
	}
	return type_expr(s, t);
}

struct expr *type_expr(const struct scope *s, const struct tree *t)
{
	switch ((int)t->kind) {
	case NODE_BINARY:
		return type_binary(s, t);
	case NODE_NOT: {
		struct expr *a = type_condition(s, t->kids.at[0]);
		return a ? expr_two(EXPR_NOT, type_of(TYPE_BOOL), t->at, a, NULL) : NULL;
	}
	case NODE_NEGATE:
		return type_negative(s, t);
	case NODE_QUANTIFIED:
		return type_quantified(s, t);
	case NODE_NUMBER: {
		struct expr *e = expr_new(EXPR_INT, type_int(t->unit, t->value, t->value), t->at);
		e->value = t->value;
		return e;
	}
	case NODE_PERCENT:
		return refuse(
			t->at, "a percentage stands in a comparison with a share", "`%s` is not a number", t->text);
	default:
		return type_leaf(s, t);
	}
}

bool typecheck(struct front *f)
{
	struct policy *p = f->p;
	type_state(f);
	for (int i = 0; i < p->models.n; i++)
		type_model(f, p->models.at[i], f->model_trees.at[i]);
	type_decision(f);
	type_contract(f);
	type_guardrails(f);
	type_tests(f);
	return diag_errors() == 0;
}

void expr_walk(const struct expr *e, void (*visit)(const struct expr *e, void *with), void *with)
{
	if (!e)
		return;
	visit(e, with);
	expr_walk(e->a, visit, with);
	expr_walk(e->b, visit, with);
	expr_walk(e->c, visit, with);
}
