/* A number that is decided: the rules' number as a step of its grid, and the stretch of steps that the guarantees leave.
 *
 * Every guarantee over a number alone is made of comparisons k * n + .. <= .. with a constant k, so that each leaves the
 * steps up to one end. runtime/stretch.h has the arithmetic. */
#include "sight.h"

#include <string.h>

ROLE(says_number_rule, acsl_number_rule(f, p, r->of, r->learned))
ROLE(says_leaves, acsl_leaves(f, p, r->of))
ROLE(says_hold, acsl_hold(f, p))

/* ---- a number and its step ---- */

struct ir_value *lower_number_at(const struct part *part, const char *step)
{
	struct ir_value *s = ir_load(step, 64, 0, part_steps(part) - 1);

	if (part->step != 1)
		s = ir_binary(IR_MUL, ir_const(part->step), s);
	if (part->type.lo < 0)
		s = ir_binary(IR_SUB, s, ir_const(-part->type.lo));
	else if (part->type.lo > 0)
		s = ir_binary(IR_ADD, ir_const(part->type.lo), s);
	return ir_fit(s, c_bits(&part->type), part->type.lo < 0);
}

static const char *as_s64(struct ir_value *v)
{
	if (v->hi > INT64_MAX)
		return arena_printf("grid_narrow(%s)", ir_text(v));
	return ir_text(v->bits == 64 ? ir_fit(v, 64, true) : v);
}

static const char *as_u64(struct ir_value *v)
{
	return ir_text(v->is_signed ? ir_fit(v, 64, false) : v);
}

void lower_number_rule(struct sight *s, bool learned)
{
	const struct part *part = s->part;
	const struct expr *e = learned ? part->learned : part->fallback;
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static u64 %s(const struct %s *c, u32 slot%s)",
			part_function(s, learned ? "learned" : "fallback"), s->name,
			learned ? arena_printf(", %s", s->answers) : ""),
		NULL, false, (struct ir_role){.print = says_number_rule, .of = part, .learned = learned});

	if (learned && !expr_uses(e, EXPR_ANSWER))
		ir_do(&f->body, "(void)a");
	bound_slot(s, &f->body);
	ir_say(&f->body, policy_line(learned ? s->d->learned_at : s->d->fallback_at));
	ir_return(&f->body,
		ir_call("grid_step", 64, 0, part_steps(part) - 1,
			arena_printf("%s, %s, %s, %s", as_s64(lower_value(&s->at, e)), c_number(part->type.lo),
				c_number(part->type.hi), c_number(part->step))));
}

/* ---- what a guarantee leaves ---- */

/* The factor of the choice in a linear expression, which is all that types let through. */
static num factor(const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_CHOICE:
		return 1;
	case EXPR_ADD:
		return factor(e->a) + factor(e->b);
	case EXPR_SUB:
		return factor(e->a) - factor(e->b);
	case EXPR_MUL:
		return e->a->op == EXPR_INT    ? e->a->value * factor(e->b)
			: e->b->op == EXPR_INT ? factor(e->a) * e->b->value
					       : 0;
	default:
		return 0;
	}
}

/* e with the least number in the place of the choice. */
static struct expr *at_least_number(const struct part *part, const struct expr *e)
{
	struct expr *x = arena_alloc(sizeof *x);

	*x = *e;
	if (e->op == EXPR_CHOICE)
		*x = (struct expr){.op = EXPR_INT, .type = part->type, .at = e->at, .value = part->type.lo};
	if (!expr_uses(e, EXPR_CHOICE) || e->op == EXPR_CHOICE)
		return x;
	x->a = at_least_number(part, e->a);
	x->b = at_least_number(part, e->b);
	if (x->a->op == EXPR_INT && x->b->op == EXPR_INT) {
		num a = x->a->value, b = x->b->value;

		x->value = e->op == EXPR_ADD ? a + b : e->op == EXPR_SUB ? a - b : a * b;
		x->op = EXPR_INT;
	}
	return x;
}

/* The steps s with low + by * s cmp high are those below an end, or those from one on: either way, how many come
 * before. */
static void keep(const struct sight *s, struct ir_block *b, const struct expr *e, enum op cmp)
{
	struct ir_value *low = lower_value(&s->at, at_least_number(s->part, e->a)),
			*high = lower_value(&s->at, at_least_number(s->part, e->b));
	num k = factor(e->a) - factor(e->b), by = part_steps(s->part) > 1 ? s->part->step * (k < 0 ? -k : k) : 1;
	bool strict = cmp == EXPR_LT || cmp == EXPR_GT, below = (cmp == EXPR_LT || cmp == EXPR_LE) == (k > 0);
	bool wide = low->hi > INT64_MAX || high->hi > INT64_MAX;
	const char *count;

	if (k < 0) {
		struct ir_value *other = low;

		low = high;
		high = other;
	}
	count = arena_printf("%s%s(%s, %s, %s, %s)", strict == below ? "steps_before" : "steps_upto",
		wide ? "_u64" : "", wide ? as_u64(low) : as_s64(low), wide ? as_u64(high) : as_s64(high), c_number(by),
		c_steps(s->p, s->part));
	ir_do(b, arena_printf("stretch_%s(w, %s)", below ? "below" : "from", count));
}

static void narrow(const struct sight *s, struct ir_block *b, const struct expr *e, bool wanted);

/* Where `other` is as wanted, all stays; else e narrows. */
static void narrow_unless(const struct sight *s, struct ir_block *b, const struct expr *other, bool other_wanted,
	const struct expr *e, bool wanted)
{
	struct ir_value *fails = lower_value(&s->at, other);

	if (other_wanted)
		fails = lower_not(fails);
	if (fails->op == IR_CONST && !fails->value)
		return;
	if (fails->op != IR_CONST)
		b = &ir_if(b, fails)->body;
	narrow(s, b, e, wanted);
}

static void narrow_either(const struct sight *s, struct ir_block *b, const struct expr *x, bool x_wanted,
	const struct expr *y, bool y_wanted)
{
	if (expr_uses(x, EXPR_CHOICE))
		narrow_unless(s, b, y, y_wanted, x, x_wanted);
	else
		narrow_unless(s, b, x, x_wanted, y, y_wanted);
}

static void narrow_both(const struct sight *s, struct ir_block *b, const struct expr *x, bool x_wanted,
	const struct expr *y, bool y_wanted)
{
	narrow(s, b, x, x_wanted);
	narrow(s, b, y, y_wanted);
}

static enum op negated(enum op op)
{
	return op == EXPR_LT ? EXPR_GE : op == EXPR_LE ? EXPR_GT : op == EXPR_GT ? EXPR_LE : EXPR_LT;
}

/* Leaves of w the steps at which e is `wanted`. */
static void narrow(const struct sight *s, struct ir_block *b, const struct expr *e, bool wanted)
{
	if (!expr_uses(e, EXPR_CHOICE)) {
		struct ir_value *fails = lower_value(&s->at, e);

		if (wanted)
			fails = lower_not(fails);
		if (fails->op == IR_CONST && !fails->value)
			return;
		ir_do(fails->op == IR_CONST ? b : &ir_if(b, fails)->body, "stretch_below(w, 0)");
		return;
	}
	switch ((int)e->op) {
	case EXPR_NOT:
		narrow(s, b, e->a, !wanted);
		break;
	case EXPR_AND:
		(wanted ? narrow_both : narrow_either)(s, b, e->a, wanted, e->b, wanted);
		break;
	case EXPR_OR:
		(wanted ? narrow_either : narrow_both)(s, b, e->a, wanted, e->b, wanted);
		break;
	case EXPR_IMPLIES:
		(wanted ? narrow_either : narrow_both)(s, b, e->a, !wanted, e->b, wanted);
		break;
	case EXPR_EQ:
	case EXPR_NE:
		keep(s, b, e, EXPR_LE);
		keep(s, b, e, EXPR_GE);
		break;
	default:
		keep(s, b, e, wanted ? e->op : negated(e->op));
	}
}

static bool mentions(const struct ir_block *b, const char *word)
{
	for (int i = 0; i < b->stmts.n; i++) {
		const struct ir_stmt *st = b->stmts.at[i];

		if ((st->kind == IR_DO && strstr(st->text, word)) || (st->value && ir_mentions(st->value, word)) ||
			mentions(&st->body, word))
			return true;
	}
	return false;
}

/* Which steps guarantee g leaves to a learned number. */
void lower_leaves(struct sight *s, const struct guarantee *g)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static void %s_%s_leaves(const struct %s *c, u32 slot, struct stretch *w)", s->name,
			g->name, s->name),
		NULL, false, (struct ir_role){.print = says_leaves, .of = g});
	struct sight learned = *s;
	struct ir_block all = {0}, *b = &all;

	learned.at.by = BY_LEARNED;
	ir_say(&all, policy_line(g->at));
	if (g->kind != GUARANTEE_POINT) {
		b = &ir_if(&all, lower_presses(s, g))->body;
		if (lower_lost(s, g))
			ir_do(&ir_if(b, lower_lost(s, g))->body, "stretch_below(w, 0)");
	}
	narrow(&learned, b, g->holds, g->kind == GUARANTEE_POINT || g->cmp != EXPR_LE);
	if (!mentions(&all, "c->") && !mentions(&all, "(c"))
		ir_do(&f->body, "(void)c");
	if (!mentions(&all, "w,"))
		ir_do(&f->body, "(void)w");
	if (mentions(&all, "slot"))
		bound_slot(s, &f->body);
	else
		ir_do(&f->body, "(void)slot");
	for (int i = 0; i < all.stmts.n; i++)
		*list_add(&f->body.stmts) = all.stmts.at[i];
}

/* The nearest step that every guarantee leaves; none where there is none. */
void lower_hold(struct sight *s)
{
	const char *steps = c_steps(s->p, s->part);
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static u64 %s(const struct %s *c, u32 slot, u64 s)", part_function(s, "hold"), s->name),
		NULL, false, (struct ir_role){.print = says_hold});

	ir_local(&f->body, "struct stretch w", NULL);
	ir_gap(&f->body);
	if (!s->p->guarantees.n) {
		ir_do(&f->body, "(void)c");
		ir_do(&f->body, "(void)slot");
	}
	ir_do(&f->body, arena_printf("stretch_all(&w, %s)", steps));
	for (int i = 0; i < s->p->guarantees.n; i++)
		ir_do(&f->body, arena_printf("%s_%s_leaves(c, slot, &w)", s->name, s->p->guarantees.at[i]->name));
	ir_assert(&f->body, acsl_interval(s->p));
	ir_set(&f->body, "s", ir_call("stretch_hold", 64, 0, part_steps(s->part), arena_printf("&w, s, %s", steps)));
	ir_assert(&f->body, acsl_lawful_step(s->p));
	ir_return(&f->body, ir_load("s", 64, 0, part_steps(s->part)));
}
