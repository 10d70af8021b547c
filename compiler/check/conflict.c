/* conflict: no two guardrails set one knob to different values in one step. That a rearm takes away its own hold
 * only, and the value in force is then that of the last that still holds, is how a knob is made (spec/language.md,
 * "Knobs"). */
#include "case.h"

struct pair {
	const struct guardrail *a, *b;
};

static bool apart(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct pair *p = user;
	uint32_t both = UINT32_C(1) << p->a->index | UINT32_C(1) << p->b->index;

	(void)m;
	(void)in;
	return (out->tripped & both) != both;
}

static void meet(struct checker *c, const struct tunable *t, const struct guardrail *a, const struct guardrail *b)
{
	const struct action *x = guardrail_holds(a, t), *y = guardrail_holds(b, t);
	struct pair *pair = arena_alloc(sizeof *pair);
	goal_list both = {0};
	struct verdict *v = verdict_add(c, arena_printf("%s.%s.%s", t->name, a->name, b->name), y->at, PROVED);

	*pair = (struct pair){a, b};
	v->also = x->at;
	for (int i = 0; i < c->rel->steps.n; i++) {
		const struct step *st = c->rel->steps.at[i];
		if (st->trips[a->index] && st->trips[b->index])
			*list_add(&both) = (struct goal){st, t_and(st->trips[a->index], st->trips[b->index])};
	}
	for (int i = 0; i < both.n; i++) {
		const struct step *st = both.at[i].st;
		const struct verdict proved = *v;
		struct question *q = NULL;
		enum smt_answer answer = ask(c, st, both.at[i].t, &q);
		if (answer == SMT_UNSAT)
			continue;
		if (never_while_calm(c, &both)) {
			if (q)
				ask_free(q);
			return;
		}
		v->reason = arena_printf(
			"`%s` and `%s` can set `%s` to different values in one step", a->name, b->name, t->name);
		v->label = "and this in the same step";
		v->also_label = "this";
		v->help = arena_printf("let one of them stand back: `trip when .. and not %s.tripped`", a->name);
		if (!case_open(v, answer))
			return;
		struct hunt h = {.hit = apart, .user = pair};
		const struct entry *e = case_take(c, q, st);
		struct aim one = {.kind = AIM_TRIPPED, .guardrail = a, .want = true}, two = one;
		two.guardrail = b;
		*list_add(&h.aims) = one;
		*list_add(&h.aims) = two;
		case_search(c, q, st, v, &h, e, NULL);
		if (v->answer == UNKNOWN && never_reached(c, &both))
			*v = proved;
		return;
	}
}

void check_conflict(struct checker *c)
{
	const struct policy *p = c->policy;

	for (int t = 0; t < p->tunables.n; t++)
		for (int i = 0; i < p->guardrails.n; i++)
			for (int j = i + 1; j < p->guardrails.n; j++) {
				const struct action *x = guardrail_holds(p->guardrails.at[i], p->tunables.at[t]);
				const struct action *y = guardrail_holds(p->guardrails.at[j], p->tunables.at[t]);
				if (x && y && x->value != y->value)
					meet(c, p->tunables.at[t], p->guardrails.at[i], p->guardrails.at[j]);
			}
}
