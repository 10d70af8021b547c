/* The road from the typed policy to IR: what functions there are, in the order of the file that they make. */
#include "lower.h"

#include <string.h>

struct ir_function *lower_function(
	struct ir *ir, const char *head, const char *section, bool exported, struct ir_role contract)
{
	struct ir_function *f = arena_alloc(sizeof *f);

	f->head = head;
	f->section = section;
	f->exported = exported;
	f->contract = contract;
	*list_add(&ir->functions) = f;
	return f;
}

struct ir *lower(const struct policy *p)
{
	struct ir *ir = arena_alloc(sizeof *ir);

	p = with_table(p);
	lower_kept(ir, p);
	lower_init(ir, p);
	lower_guardrails(ir, p);
	lower_events(ir, p);
	lower_tunables(ir, p);
	lower_decision(ir, p);
	return ir;
}

/* The arithmetic of a number's grid is of 64 bits, signed or not. */
static bool too_wide(const struct expr *e)
{
	bool compares = e && e->op >= EXPR_EQ && e->op <= EXPR_GE;

	if (compares && expr_uses(e, EXPR_CHOICE) && (e->a->type.lo < 0 || e->b->type.lo < 0) &&
		(e->a->type.hi > INT64_MAX || e->b->type.hi > INT64_MAX))
		return true;
	return e && (too_wide(e->a) || too_wide(e->b) || too_wide(e->c));
}

static const char *number_unsupported(const struct policy *p)
{
	bool number = false;

	for (int i = 0; i < p->decision->parts.n; i++) {
		const struct part *n = &p->decision->parts.at[i];

		number = number || n->kind == PART_NUMBER;
		if (n->kind == PART_NUMBER && n->type.hi - n->type.lo > INT64_MAX)
			return "a number whose range spans more than 63 bits is checked and interpreted, but not emitted";
	}
	for (int i = 0; number && i < p->guarantees.n; i++)
		if (too_wide(p->guarantees.at[i]->holds))
			return "a guarantee that compares what may be negative with what 63 bits do not hold is checked and interpreted, but not emitted";
	return NULL;
}

const char *lower_unsupported(const struct policy *p)
{
	if (scores_signed(p) && scores_wide(p))
		return "scores of which some may be negative and some leave 63 bits are checked and interpreted, but not emitted";
	return number_unsupported(p);
}
