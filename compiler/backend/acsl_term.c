#include "acsl_term.h"

/* How tight the outermost operator of a text binds; ACSL's own order, tightest last. */
enum tight { TIGHT_IF, TIGHT_IMPLIES, TIGHT_OR, TIGHT_AND, TIGHT_COMPARE, TIGHT_ADD, TIGHT_MUL, TIGHT_ATOM };

struct text {
	const char *s;
	enum tight tight;
};

static struct text term(const struct scene *s, const struct expr *e);
static struct text truth(const struct scene *s, const struct expr *e);

static struct text atom(const char *s)
{
	return (struct text){s, TIGHT_ATOM};
}

/* t, in parentheses where it binds looser than asked. */
static const char *at_least(struct text t, enum tight tight)
{
	return t.tight >= tight ? t.s : arena_printf("(%s)", t.s);
}

static struct text infix(const char *a, const char *op, const char *b, enum tight tight)
{
	return (struct text){arena_printf("%s %s %s", a, op, b), tight};
}

static bool is_truth(const struct expr *e)
{
	return e->type.kind == TYPE_BOOL;
}

/* ---- keys ---- */

const char *acsl_key(const struct scene *s, const struct expr *a)
{
	if (!a)
		return s->key ? s->key : "0";
	return at_least(term(s, a), TIGHT_ADD);
}

static const char *element(const struct scene *s, const struct expr *e)
{
	return arena_printf("%s%s[%s].%s", s->event,
		s->policy->decision->parts.n && e->a->type.list ? e->a->type.list->name : "legs", term(s, e->a).s,
		e->field->name);
}

/* ---- features ---- */

static const char *lowered(const struct feature *f, const char *read)
{
	return feature_lift(f) ? arena_printf("(%s - %s)", read, c_integer(feature_lift(f))) : read;
}

/* The value of a feature, read off its component by the component's own logic function. */
static const char *feature_term(const struct scene *s, const struct feature *f, const char *key)
{
	const char *at = feature_path(f, s->state, key);

	switch (f->kind) {
	case FEATURE_LAST:
		return arena_printf("Ago(%s, 0)", column_path(f, 0, s->state, key));
	case FEATURE_IN_FLIGHT:
		return inflight_sum(f, s->state, key);
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		if (f->span == 0)
			return arena_printf("%s.hits", at);
		return arena_printf("AtMost(Recent(%s, %snow), %s)", at, s->state, c_integer(f->type.hi));
	case FEATURE_MEAN:
		return lowered(f, arena_printf("Mean(%s, %s)", at, c_integer(f->initial + feature_lift(f))));
	case FEATURE_EXP_MEAN:
		return lowered(f, arena_printf("ExpMean(%s, %s)", at, c_integer(f->initial + feature_lift(f))));
	case FEATURE_MIN:
		return lowered(f, arena_printf("Least(%s, %s)", at, c_integer(f->initial + feature_lift(f))));
	case FEATURE_MAX:
		return lowered(f, arena_printf("Greatest(%s, %s)", at, c_integer(f->initial + feature_lift(f))));
	case FEATURE_QUANTILE:
		return lowered(f, arena_printf("Quantile(%s, %s)", at, c_integer(f->initial + feature_lift(f))));
	case FEATURE_AGE:
		return arena_printf("Age(%s, %snow)", at, s->state);
	case FEATURE_HELD:
		return arena_printf("HeldFor(%s, %snow)", at, s->state);
	case FEATURE_SINCE:
		return arena_printf("%s.count", at);
	case FEATURE_KINDS:
		break;
	}
	return "";
}

static const char *symbol(const struct scene *s, const struct expr *e)
{
	if (e->type.kind == TYPE_SOURCE)
		return c_by(s->policy, (int)e->value);
	if (e->type.symbols && e->value >= 0 && e->value < e->type.symbols->names.n)
		return c_symbol(s->policy, e->type.symbols, (int)e->value);
	return c_integer(e->value);
}

static const char *choice(const struct scene *s, const struct expr *e)
{
	return arena_printf("%s%s", s->choice, s->policy->decision->parts.at[e->column].name);
}

/* The knob in force: the value of the last guardrail in file order that holds it, else what the operator set. */
static const char *knob(const struct scene *s, const struct tunable *t)
{
	return t->held ? arena_printf("InForce%s(%s)", c_camel(t->name), s->value) : tunable_path(t, s->state);
}

/* ---- leaves ---- */

static struct text leaf(const struct scene *s, const struct expr *e)
{
	const struct policy *p = s->policy;

	switch ((int)e->op) {
	case EXPR_INT:
		return atom(c_integer(e->value));
	case EXPR_SYMBOL:
		return atom(symbol(s, e));
	case EXPR_TUNABLE:
		return atom(knob(s, e->tunable));
	case EXPR_FIELD:
		return atom(arena_printf("%s%s", s->event, e->field->name));
	case EXPR_CANDIDATE:
		return atom(s->candidate);
	case EXPR_COUNT:
		return atom(arena_printf("%s%s_n", s->event, e->type.list ? e->type.list->name : "legs"));
	case EXPR_ELEMENT:
		return atom(element(s, e));
	case EXPR_CARRY:
		return atom(
			carry_path(p, e->column, s->state, arena_printf("%s%s", s->event, p->carry->close->tag->name)));
	case EXPR_FEATURE:
		return atom(feature_term(s, e->feature, acsl_key(s, e->a)));
	case EXPR_COLUMN:
		return atom(arena_printf("Ago(%s, %s)", column_path(e->feature, e->column, s->state, acsl_key(s, e->a)),
			c_integer(e->value < 0 ? 0 : e->value)));
	case EXPR_ANSWER:
		return atom(e->model->each
				? arena_printf("Answer%s(q, a, %s)", c_camel(e->model->name), term(s, e->a).s)
				: arena_printf("Answer%s(q, a)", c_camel(e->model->name)));
	case EXPR_SAID:
		return atom(said_path(e->model, e->a ? e->a->type.key : NULL, s->state, acsl_key(s, e->a)));
	case EXPR_CHOICE:
		return atom(choice(s, e));
	case EXPR_BY:
		return atom(s->by ? s->by : arena_printf("%sby", s->choice));
	case EXPR_TRIP_AGE:
		if (s->trips)
			return atom(arena_printf("TripAge(%s%s%s, %snow)", s->trips, e->guardrail->name,
				e->guardrail->key ? arena_printf("[%s]", acsl_key(s, e->a)) : "", s->state));
		return atom(arena_printf(
			"TripAge(%s, %snow)", guardrail_path(e->guardrail, s->state, acsl_key(s, e->a)), s->state));
	case EXPR_KEYVAR:
		return atom(s->keyvar);
	default:
		return atom("");
	}
}

/* ---- arithmetic ---- */

/* The policy's division rounds down; ACSL's truncates. */
static struct text divided(const struct scene *s, const struct expr *e)
{
	const char *b = at_least(term(s, e->b), TIGHT_ATOM);

	if (e->a->type.lo >= 0)
		return infix(at_least(term(s, e->a), TIGHT_MUL), e->op == EXPR_DIV ? "/" : "%", b, TIGHT_MUL);
	return atom(arena_printf("%s(%s, %s)", e->op == EXPR_DIV ? "FloorDiv" : "FloorMod", term(s, e->a).s, b));
}

static struct text conditional(const struct scene *s, const struct expr *e, struct text a, struct text b)
{
	return atom(arena_printf("(%s ? %s : %s)", at_least(truth(s, e->a), TIGHT_OR), at_least(a, TIGHT_IMPLIES),
		at_least(b, TIGHT_IMPLIES)));
}

static struct text term(const struct scene *s, const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_ADD:
		return infix(at_least(term(s, e->a), TIGHT_ADD), "+", at_least(term(s, e->b), TIGHT_ADD), TIGHT_ADD);
	case EXPR_SUB:
		return infix(at_least(term(s, e->a), TIGHT_ADD), "-", at_least(term(s, e->b), TIGHT_MUL), TIGHT_ADD);
	case EXPR_MUL:
		return infix(at_least(term(s, e->a), TIGHT_MUL), "*", at_least(term(s, e->b), TIGHT_ATOM), TIGHT_MUL);
	case EXPR_DIV:
	case EXPR_MOD:
		return divided(s, e);
	case EXPR_MIN:
		return atom(arena_printf("\\min(%s, %s)", term(s, e->a).s, term(s, e->b).s));
	case EXPR_MAX:
		return atom(arena_printf("\\max(%s, %s)", term(s, e->a).s, term(s, e->b).s));
	case EXPR_IF: {
		struct scene inner = *s;

		inner.in_term = true;
		return conditional(&inner, e, term(s, e->b), term(s, e->c));
	}
	default:
		if (is_truth(e) && e->op != EXPR_FIELD && e->op != EXPR_ELEMENT && e->op != EXPR_CARRY &&
			e->op != EXPR_COLUMN)
			return atom(arena_printf("(%s ? 1 : 0)", at_least(truth(s, e), TIGHT_OR)));
		return leaf(s, e);
	}
}

/* ---- truth ---- */

static const char *comparison(enum op op)
{
	switch ((int)op) {
	case EXPR_EQ:
		return "==";
	case EXPR_NE:
		return "!=";
	case EXPR_LT:
		return "<";
	case EXPR_LE:
		return "<=";
	case EXPR_GT:
		return ">";
	case EXPR_GE:
		return ">=";
	default:
		return "";
	}
}

static struct text compared(const struct scene *s, const struct expr *e)
{
	if (is_truth(e->a))
		return infix(at_least(truth(s, e->a), TIGHT_ATOM), e->op == EXPR_EQ ? "<==>" : "^^",
			at_least(truth(s, e->b), TIGHT_ATOM), TIGHT_IMPLIES);
	return infix(at_least(term(s, e->a), TIGHT_ADD), comparison(e->op), at_least(term(s, e->b), TIGHT_ADD),
		TIGHT_COMPARE);
}

/* hits * den cmp num * seen, once `after` have been seen */
static struct text share(const struct scene *s, const struct expr *e)
{
	const char *at = feature_path(e->feature, s->state, acsl_key(s, e->a));
	num after = e->feature->after > 0 ? e->feature->after : 1;

	return (struct text){arena_printf("%s.seen >= %s && %s.hits * %s %s %s * %s.seen", at, c_integer(after), at,
				     c_integer(e->den), comparison(e->cmp), c_integer(e->value), at),
		TIGHT_AND};
}

static struct text active(const struct scene *s, const struct expr *e)
{
	return infix(arena_printf("%s.seen", feature_path(e->feature, s->state, acsl_key(s, e->a))),
		">=", c_integer(e->feature->after), TIGHT_COMPARE);
}

static struct text quantified(const struct scene *s, const struct expr *e)
{
	struct scene inner = *s;
	const char *keys = c_keys(s->policy, e->type.key ? e->type.key : e->b ? e->b->type.key : NULL);
	bool any = e->op == EXPR_ANY;

	inner.keyvar = "each";
	return atom(arena_printf("(%s integer each; 0 <= each < %s %s %s)", any ? "\\exists" : "\\forall", keys,
		any ? "&&" : "==>", at_least(truth(&inner, e->a), TIGHT_AND)));
}

static struct text room(const struct scene *s, const struct guarantee *g)
{
	const char *path = guarantee_path(g, s->state), *others;

	if (!s->in_term)
		return atom(arena_printf("%sRoom(%s)", c_camel(g->name), s->value));
	if (g->cmp == EXPR_GE)
		return atom("\\true");
	others = g->kind == GUARANTEE_COUNT ? arena_printf("Rest(%s)", path)
					    : arena_printf("Recent(%s, %snow)", path, s->state);
	return infix(arena_printf("%s + 1", others), "<=", c_integer(g->limit), TIGHT_COMPARE);
}

static struct text truth(const struct scene *s, const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_INT:
		return atom(e->value ? "\\true" : "\\false");
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
		return compared(s, e);
	case EXPR_NOT:
		return atom(arena_printf("!%s", at_least(truth(s, e->a), TIGHT_ATOM)));
	case EXPR_AND:
		return infix(at_least(truth(s, e->a), TIGHT_AND), "&&", at_least(truth(s, e->b), TIGHT_AND), TIGHT_AND);
	case EXPR_OR:
		return infix(at_least(truth(s, e->a), TIGHT_OR), "||", at_least(truth(s, e->b), TIGHT_AND), TIGHT_OR);
	case EXPR_IMPLIES:
		return infix(
			at_least(truth(s, e->a), TIGHT_OR), "==>", at_least(truth(s, e->b), TIGHT_OR), TIGHT_IMPLIES);
	case EXPR_IF:
		return conditional(s, e, truth(s, e->b), truth(s, e->c));
	case EXPR_SHARE:
		return share(s, e);
	case EXPR_ACTIVE:
		return active(s, e);
	case EXPR_TRIPPED:
		return infix(arena_printf("%s.tripped", guardrail_path(e->guardrail, s->state, acsl_key(s, e->a))),
			"==", "1", TIGHT_COMPARE);
	case EXPR_ROOM:
		return room(s, e->guarantee);
	case EXPR_ANY:
	case EXPR_EVERY:
		return quantified(s, e);
	default: /* a field, element, carry or column that is a truth value */
		return infix(leaf(s, e).s, "==", "1", TIGHT_COMPARE);
	}
}

const char *acsl_term(const struct scene *s, const struct expr *e)
{
	return term(s, e).s;
}

const char *acsl_cast_term(const struct scene *s, const struct expr *e)
{
	return arena_printf("(%s)%s", c_type(&e->type), at_least(term(s, e), TIGHT_ATOM));
}

const char *acsl_truth(const struct scene *s, const struct expr *e)
{
	return at_least(truth(s, e), TIGHT_AND);
}

const char *acsl_atom(const struct scene *s, const struct expr *e)
{
	return at_least(truth(s, e), TIGHT_ATOM);
}
