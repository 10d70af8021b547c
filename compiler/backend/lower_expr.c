#include "lower.h"

#include <string.h>

const char *c_time(num ns)
{
	static const struct {
		num unit;
		const char *name;
	} units[] = {{1000000000, "SEC"}, {1000000, "MSEC"}, {1000, "USEC"}};

	for (size_t i = 0; ns > 0 && i < sizeof units / sizeof *units; i++)
		if (ns % units[i].unit == 0)
			return arena_printf("%s * %s", c_integer(ns / units[i].unit), units[i].name);
	return c_number(ns);
}

const char *c_bounded(const char *index, const char *max)
{
	return arena_printf("INDEX(%s, %s)", index, max);
}

/* Candidates and keys that a loop or an earlier line has bounded are single words. */
static const char *bounded(const char *index, const char *max)
{
	return strpbrk(index, ".->") ? c_bounded(index, max) : index;
}

/* The path of an expression that is a plain member: an index into a table. */
static const char *path_of(const struct place *at, const struct expr *e);

static const char *candidate_of(const struct place *at, const struct expr *a, const struct field *list)
{
	return bounded(path_of(at, a), c_list_max(at->policy, list));
}

static const struct field *list_of(const struct place *at, const struct expr *e)
{
	return e->a->type.list ? e->a->type.list : main_part(at->policy)->list;
}

static const char *element(const struct place *at, const struct expr *e)
{
	const struct field *list = list_of(at, e);

	return arena_printf("%s%s[%s].%s", at->event, list->name, candidate_of(at, e->a, list), e->field->name);
}

static const char *choice_of(const struct place *at, const struct expr *e)
{
	return at->choice ? arena_printf("%s%s", at->choice, at->policy->decision->parts.at[e->column].name)
			  : at->candidate;
}

static const char *path_of(const struct place *at, const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_CANDIDATE:
		return at->candidate;
	case EXPR_KEYVAR:
		return at->keyvar;
	case EXPR_CHOICE:
		return choice_of(at, e);
	case EXPR_FIELD:
		return arena_printf("%s%s", at->event, e->field->name);
	case EXPR_ELEMENT:
		return element(at, e);
	case EXPR_INT:
	case EXPR_SYMBOL:
		return c_integer(e->value);
	default:
		return "0";
	}
}

const char *lower_key(const struct place *at, const struct expr *a)
{
	if (!a)
		return at->key ? at->key : "0";
	return bounded(path_of(at, a), c_keys(at->policy, a->type.key));
}

/* ---- features ---- */

static struct ir_value *lowered(const struct feature *f, struct ir_value *read)
{
	return feature_lift(f) ? ir_binary(IR_SUB, read, ir_const(feature_lift(f))) : read;
}

static struct ir_value *read(const struct feature *f, const char *at, const char *more)
{
	return ir_call(arena_printf("%s_read", feature_struct(NULL, f)), 64, 0, f->type.hi + feature_lift(f),
		arena_printf("&%s%s", at, more));
}

static struct ir_value *feature_value(const struct place *at, const struct feature *f, const char *key)
{
	const char *path = feature_path(f, at->state, key), *now = arena_printf(", %snow", at->state);

	switch (f->kind) {
	case FEATURE_LAST:
		return ir_call(arena_printf("%s_ago", column_struct(f, 0)), c_bits(&f->columns.at[0].value->type), 0,
			f->columns.at[0].value->type.hi, arena_printf("&%s, 0", column_path(f, 0, at->state, key)));
	case FEATURE_IN_FLIGHT:
		return ir_load(inflight_sum(f, at->state, key), 64, 0, f->type.hi);
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		if (f->span == 0)
			return ir_load(arena_printf("%s.hits", path), 32, 0, f->events);
		return ir_call("at_most", 64, 0, f->type.hi,
			arena_printf("%s, %s", ir_text(read(f, path, now)), c_number(f->type.hi)));
	case FEATURE_AGE:
	case FEATURE_HELD:
		return read(f, path, now);
	case FEATURE_MEAN:
	case FEATURE_EXP_MEAN:
	case FEATURE_QUANTILE:
		return lowered(f, read(f, path, arena_printf(", %s", c_number(f->initial + feature_lift(f)))));
	case FEATURE_MIN:
	case FEATURE_MAX:
		return lowered(f,
			ir_call(arena_printf("%s_%s", feature_struct(NULL, f), f->kind == FEATURE_MIN ? "min" : "max"),
				64, 0, f->type.hi + feature_lift(f),
				arena_printf("&%s, %s", path, c_number(f->initial + feature_lift(f)))));
	case FEATURE_SINCE:
		return ir_load(arena_printf("%s.count", path), 32, 0, UINT32_MAX);
	case FEATURE_KINDS:
		break;
	}
	return ir_const(0);
}

static enum ir_op op_of(enum op op)
{
	static const struct {
		enum op op;
		enum ir_op ir;
	} same[] = {{EXPR_ADD, IR_ADD}, {EXPR_SUB, IR_SUB}, {EXPR_MUL, IR_MUL}, {EXPR_DIV, IR_DIV}, {EXPR_MOD, IR_MOD},
		{EXPR_EQ, IR_EQ}, {EXPR_NE, IR_NE}, {EXPR_LT, IR_LT}, {EXPR_LE, IR_LE}, {EXPR_GT, IR_GT},
		{EXPR_GE, IR_GE}, {EXPR_AND, IR_AND}, {EXPR_OR, IR_OR}};

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (same[i].op == op)
			return same[i].ir;
	return IR_CONST;
}

/* hits * den cmp num * seen, once `after` have been seen: both sides in 64 bits where they may need them */
static struct ir_value *share(const struct place *at, const struct expr *e)
{
	const struct feature *f = e->feature;
	const char *path = feature_path(f, at->state, lower_key(at, e->a));
	num after = f->after > 0 ? f->after : 1;
	struct ir_value *seen = ir_load(arena_printf("%s.seen", path), 32, 0, f->events);
	struct ir_value *hits = ir_load(arena_printf("%s.hits", path), 32, 0, f->events);

	return ir_binary(IR_AND, ir_binary(IR_GE, seen, ir_const(after)),
		ir_binary(op_of(e->cmp), ir_binary(IR_MUL, hits, ir_const(e->den)),
			ir_binary(IR_MUL, ir_const(e->value), seen)));
}

/* ---- leaves ---- */

/* The model's answer, or -1 where it was not asked. */
static struct ir_value *answer(const struct place *at, const struct expr *e)
{
	const struct model *m = e->model;
	const char *which = m->each ? arena_printf("[%s]", candidate_of(at, e->a, m->each)) : "";
	num hi = m->classes ? m->classes->names.n - 1 : m->type.hi;
	struct ir_value *given = ir_load(arena_printf("a->%s%s", m->name, which), 32, INT32_MIN, INT32_MAX);

	(void)hi;
	return ir_cond(ir_truth(arena_printf("%s%s", at->asked, which)), given, ir_const(-1));
}

static struct ir_value *leaf(const struct place *at, const struct expr *e)
{
	const struct policy *p = at->policy;

	switch ((int)e->op) {
	case EXPR_INT:
		if (e->type.kind == TYPE_BOOL)
			return ir_named(e->value ? "true" : "false", e->value);
		return e->type.unit == UNIT_TIME ? ir_named(c_time(e->value), e->value) : ir_const(e->value);
	case EXPR_SYMBOL:
		if (e->type.kind == TYPE_SOURCE)
			return ir_named(c_by(p, (int)e->value), e->value);
		return e->type.symbols ? ir_named(c_symbol(p, e->type.symbols, (int)e->value), e->value)
				       : ir_const(e->value);
	case EXPR_TUNABLE:
		return e->tunable->held
			? ir_call(c_struct(p, arena_printf("%s_in_force", e->tunable->name)), c_bits(&e->tunable->type),
				  e->tunable->type.lo, e->tunable->type.hi, "c")
			: ir_typed(tunable_path(e->tunable, at->state), &e->tunable->type);
	case EXPR_COUNT:
		return ir_load(
			arena_printf("%s%s_n", at->event, (e->type.list ? e->type.list : main_part(p)->list)->name), 32,
			0, LIST_MAX);
	case EXPR_CANDIDATE:
	case EXPR_FIELD:
	case EXPR_ELEMENT:
	case EXPR_KEYVAR:
		return ir_typed(path_of(at, e), &e->type);
	case EXPR_CHOICE:
		return ir_typed(path_of(at, e), &p->decision->parts.at[e->column].type);
	case EXPR_CARRY:
		return ir_typed(
			carry_path(p, e->column, at->state, at->tag), &p->carry->columns.at[e->column].value->type);
	case EXPR_FEATURE:
		return feature_value(at, e->feature, lower_key(at, e->a));
	case EXPR_COLUMN:
		return ir_call(arena_printf("%s_ago", column_struct(e->feature, e->column)),
			c_bits(&e->feature->columns.at[e->column].value->type), e->type.lo, e->type.hi,
			arena_printf("&%s, %s", column_path(e->feature, e->column, at->state, lower_key(at, e->a)),
				c_integer(e->value < 0 ? 0 : e->value)));
	case EXPR_ANSWER:
		return answer(at, e);
	case EXPR_SAID:
		return ir_load(said_path(e->model, e->a ? e->a->type.key : NULL, at->state, lower_key(at, e->a)), 8, 0,
			e->model->classes ? e->model->classes->names.n : UINT8_MAX);
	case EXPR_BY:
		return at->by >= 0
			? ir_named(c_by(p, at->by), at->by)
			: ir_load(at->by == BY_ARGUMENT ? "by" : arena_printf("%sby", at->choice), 32, 0, BY_PASS);
	case EXPR_TRIPPED:
		return ir_truth(
			arena_printf("%s.tripped", guardrail_path(e->guardrail, at->state, lower_key(at, e->a))));
	case EXPR_TRIP_AGE:
		return ir_call("guardrail_age", 64, 0, UINT64_MAX,
			arena_printf(
				"&%s, %snow", guardrail_path(e->guardrail, at->state, lower_key(at, e->a)), at->state));
	case EXPR_ANY:
	case EXPR_EVERY:
		return ir_call(quantified_function(p, at->guardrail, e), 1, 0, 1,
			at->guardrail->key ? arena_printf("c, %s", at->key) : "c");
	case EXPR_ROOM:
		return ir_call(c_struct(p, arena_printf("%s_room", e->guarantee->name)), 1, 0, 1, "c");
	default:
		return ir_const(0);
	}
}

/* ---- operators ---- */

static bool known(const struct ir_value *v, num *value)
{
	*value = v->value;
	return v->op == IR_CONST;
}

/* Truth values that are known drop out: what is left reads as a person would write it, and no compiler warns. */
static struct ir_value *folded(enum ir_op op, struct ir_value *a, struct ir_value *b)
{
	num x, y;

	if (known(a, &x) && known(b, &y) && (op == IR_EQ || op == IR_NE))
		return ir_named((op == IR_EQ) == (x == y) ? "true" : "false", (op == IR_EQ) == (x == y));
	if ((op == IR_AND || op == IR_OR) && known(a, &x))
		return (x != 0) == (op == IR_AND) ? b : a;
	if ((op == IR_AND || op == IR_OR) && known(b, &y))
		return (y != 0) == (op == IR_AND) ? a : b;
	return ir_binary(op, a, b);
}

struct ir_value *lower_not(struct ir_value *a)
{
	static const enum ir_op pairs[][2] = {{IR_EQ, IR_NE}, {IR_LT, IR_GE}, {IR_LE, IR_GT}};
	num x;

	if (known(a, &x))
		return ir_named(x ? "false" : "true", !x);
	for (size_t i = 0; i < 3; i++)
		for (int k = 0; k < 2; k++)
			if (a->op == pairs[i][k]) {
				struct ir_value *b = arena_alloc(sizeof *b);

				*b = *a;
				b->op = pairs[i][!k];
				return b;
			}
	return ir_not(a);
}

/* Rounds down, also what is negative. */
static struct ir_value *divided(enum ir_op op, struct ir_value *a, struct ir_value *by)
{
	num lo = op == IR_MOD ? 0 : -((-a->lo + by->value - 1) / by->value);

	if (a->lo >= 0)
		return ir_binary(op, a, by);
	return ir_call(op == IR_DIV ? "floor_div" : "floor_mod", 64, lo,
		op == IR_MOD	    ? by->value - 1
			: a->hi < 0 ? -1
				    : a->hi / by->value,
		arena_printf("%s, %s", ir_text(a), ir_text(by)));
}

struct ir_value *lower_value(const struct place *at, const struct expr *e)
{
	struct ir_value *a, *b;

	for (const struct taken *t = at->taken; t; t = t->before)
		if (t->of == e)
			return t->value;
	switch ((int)e->op) {
	case EXPR_ADD:
	case EXPR_SUB:
	case EXPR_MUL:
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
	case EXPR_AND:
	case EXPR_OR:
		/* an answer that was not asked for equals no class */
		if (e->op == EXPR_EQ && e->a->op == EXPR_ANSWER && e->b->op == EXPR_SYMBOL) {
			a = lower_value(at, e->a);
			return ir_binary(IR_AND, a->a, ir_binary(IR_EQ, a->b, lower_value(at, e->b)));
		}
		return folded(op_of(e->op), lower_value(at, e->a), lower_value(at, e->b));
	case EXPR_DIV:
	case EXPR_MOD:
		return divided(op_of(e->op), lower_value(at, e->a), lower_value(at, e->b));
	case EXPR_MIN:
	case EXPR_MAX:
		a = lower_value(at, e->a);
		b = lower_value(at, e->b);
		return ir_cond(ir_binary(e->op == EXPR_MIN ? IR_LE : IR_GE, a, b), a, b);
	case EXPR_NOT:
		return lower_not(lower_value(at, e->a));
	case EXPR_IMPLIES:
		return folded(IR_OR, lower_not(lower_value(at, e->a)), lower_value(at, e->b));
	case EXPR_IF:
		return ir_cond(lower_value(at, e->a), lower_value(at, e->b), lower_value(at, e->c));
	case EXPR_SHARE:
		return share(at, e);
	case EXPR_ACTIVE:
		return ir_binary(IR_GE,
			ir_load(arena_printf("%s.seen", feature_path(e->feature, at->state, lower_key(at, e->a))), 32,
				0, UINT32_MAX),
			ir_const(e->feature->after));
	default:
		return leaf(at, e);
	}
}
