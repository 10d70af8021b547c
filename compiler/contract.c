/* Assumptions and guarantees; guardrails. */
#include "front.h"

/* ---- assumptions and guarantees ---- */

static bool mentions_choice(const struct expr *e)
{
	return e && (e->op == EXPR_CHOICE || mentions_choice(e->a) || mentions_choice(e->b) || mentions_choice(e->c));
}

/* The constant factor of the choice in a linear expression. False: it is not linear. */
static bool factor(const struct expr *e, num *k)
{
	num a, b;
	*k = 0;
	if (!mentions_choice(e))
		return true;
	if (e->op == EXPR_CHOICE) {
		*k = 1;
		return true;
	}
	if (e->op == EXPR_ADD || e->op == EXPR_SUB) {
		if (!factor(e->a, &a) || !factor(e->b, &b))
			return false;
		*k = e->op == EXPR_ADD ? a + b : a - b;
		return true;
	}
	if (e->op != EXPR_MUL || !factor(e->a, &a) || !factor(e->b, &b))
		return false;
	const struct expr *other = mentions_choice(e->a) ? e->b : e->a;
	*k = other->op == EXPR_INT ? (a + b) * other->value : 0;
	return other->op == EXPR_INT;
}

static bool interval_of_choice(const struct expr *e, bool negated, const struct expr **why)
{
	*why = e;
	if (!mentions_choice(e))
		return true;
	bool both = e->op == (negated ? EXPR_OR : EXPR_AND), either = e->op == (negated ? EXPR_AND : EXPR_OR);
	num a, b;
	switch ((int)e->op) {
	case EXPR_NOT:
		return interval_of_choice(e->a, !negated, why);
	case EXPR_AND:
	case EXPR_OR:
		if (both)
			return interval_of_choice(e->a, negated, why) && interval_of_choice(e->b, negated, why);
		if (either && mentions_choice(e->a) && mentions_choice(e->b))
			return false;
		return interval_of_choice(mentions_choice(e->a) ? e->a : e->b, negated, why);
	case EXPR_IMPLIES:
		if (negated)
			return interval_of_choice(e->a, false, why) && interval_of_choice(e->b, true, why);
		if (mentions_choice(e->a) && mentions_choice(e->b))
			return false;
		return mentions_choice(e->a) ? interval_of_choice(e->a, true, why)
					     : interval_of_choice(e->b, false, why);
	case EXPR_EQ:
	case EXPR_NE:
		if ((e->op == EXPR_NE) != negated)
			return false;
		return factor(e->a, &a) && factor(e->b, &b) && a != b;
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
		return factor(e->a, &a) && factor(e->b, &b) && a != b;
	default:
		return false;
	}
}

static void check_interval(const struct front *f, const struct guarantee *g)
{
	const struct decision *d = f->p->decision;
	const struct expr *why;
	if (d->parts.n != 1 || d->parts.at[0].kind != PART_NUMBER)
		return;
	if (!interval_of_choice(g->holds, g->kind != GUARANTEE_POINT && g->cmp == EXPR_LE, &why))
		refuse(why->at,
			arena_printf(
				"say it as `N * %s <= ..` with N a constant: what is decided is clamped into an interval",
				d->parts.at[0].name),
			"guarantee `%s` does not leave an interval of `%s`", g->name, d->parts.at[0].name);
}

static void refuse_per_cpu(const struct expr *e, void *with)
{
	const struct guarantee *g = with;
	if (e->feature && e->feature->state->sharing == SHARING_PER_CPU)
		refuse(e->at, "keep it in a state that is `locked`",
			"guarantee `%s` counts over all CPUs, and `%s` is kept per cpu", g->name, e->feature->name);
}

static void type_under(struct front *f, struct guarantee *g, const struct tree *under)
{
	for (int i = 0; under && i < under->kids.n; i++) {
		const struct tree *t = under->kids.at[i];
		const struct name *n = front_name(f, t->text);
		if (!n || n->what != IS_ASSUMPTION) {
			refuse(t->at, arena_printf("add `assume %s : ..`", t->text), "`%s` is not an assumption",
				t->text);
			continue;
		}
		for (int j = 0; j < g->under.n; j++) {
			if (g->under.at[j] == n->thing)
				refuse(t->at, NULL, "`%s` stands twice", t->text);
		}
		*list_add(&g->under) = n->thing;
	}
}

void type_contract(struct front *f)
{
	struct policy *p = f->p;
	for (int i = 0; i < p->assumptions.n; i++) {
		struct scope s = scope_deciding(f, "an assumption");
		p->assumptions.at[i]->holds = type_condition(&s, f->assumption_trees.at[i]->kids.at[1]);
	}
	for (int i = 0; i < p->guarantees.n; i++) {
		struct guarantee *g = p->guarantees.at[i];
		struct scope s = scope_deciding(f, "a guarantee");
		s.choice = s.said = true;
		type_under(f, g, f->guarantee_trees.at[i]->kids.at[1]);
		g->holds = type_condition(&s, f->guarantee_trees.at[i]->kids.at[2]);
		if (!g->holds)
			continue;
		check_interval(f, g);
		if (g->kind != GUARANTEE_POINT)
			expr_walk(g->holds, refuse_per_cpu, g);
	}
}

/* ---- guardrails ---- */

/* The timers stand among the conjuncts: they are taken out, the rest is evidence. */
static struct expr *type_evidence(
	struct front *f, const struct scope *s, struct guardrail *g, const struct tree *t, bool *good)
{
	if (t->kind == NODE_BINARY && t->op == EXPR_AND) {
		struct expr *a = type_evidence(f, s, g, t->kids.at[0], good),
			    *b = type_evidence(f, s, g, t->kids.at[1], good);
		return a && b ? expr_two(EXPR_AND, type_of(TYPE_BOOL), t->at, a, b) : a ? a : b;
	}
	if (t->kind == NODE_TRIPPED_FOR) {
		const struct tree *time = t->kids.at[0];
		if (g->hold)
			refuse(t->at, NULL, "`tripped for` stands twice");
		if (constant(time, UNIT_TIME, 1, INT64_MAX, "the time", &g->hold))
			finer_than_tick(f, time, g->hold, "a timer");
		return NULL;
	}
	struct expr *e = type_condition(s, t);
	*good &= e != NULL;
	return e;
}

static void type_rearm(struct front *f, const struct scope *s, struct guardrail *g, const struct tree *rearms)
{
	if (rearms->kids.n != 1) {
		diag_add(&(struct diag){.code = "types",
			.at = rearms->kids.n ? rearms->kids.at[1]->at : g->at,
			.cause = rearms->kids.n ? arena_printf("guardrail `%s` says twice how it rearms", g->name)
						: arena_printf("guardrail `%s` does not say when it rearms", g->name),
			.help = "write `rearm when ..`, or `latch`: never"});
		return;
	}
	const struct tree *t = rearms->kids.at[0];
	g->latch = t->kind == NODE_LATCH;
	if (g->latch)
		return;
	bool good = true;
	g->rearm = type_evidence(f, s, g, t->kids.at[0], &good);
	if (!g->rearm && good) { /* timers alone */
		g->rearm = expr_new(EXPR_INT, type_of(TYPE_BOOL), t->at);
		g->rearm->value = 1;
	}
	const struct tree *every = t->kids.at[1];
	if (every && constant(every, UNIT_TIME, 1, INT64_MAX, "the time", &g->every))
		finer_than_tick(f, every, g->every, "a timer");
}

static void type_set(struct front *f, struct guardrail *g, struct action *a, const struct tree *t)
{
	const struct tree *name = t->kids.at[0];
	const struct name *n = front_name(f, name->text);
	if (a->kind == ACT_SWAP) {
		if (n && n->what == IS_MODEL)
			a->model = n->thing;
		else
			refuse(name->at, NULL, "`%s` is not a model", name->text);
		return;
	}
	if (!n || n->what != IS_TUNABLE) {
		refuse(name->at, arena_printf("declare `tunable %s : ..`", name->text), "`%s` is not a tunable",
			name->text);
		return;
	}
	struct tunable *tunable = n->thing;
	tunable->held = true;
	a->tunable = tunable;
	constant(t->kids.at[1], tunable->type.unit, tunable->type.lo, tunable->type.hi,
		arena_printf("`%s`", tunable->name), &a->value);
	for (int i = 0; i < g->actions.n; i++) {
		if (g->actions.at[i].tunable == tunable && &g->actions.at[i] != a)
			refuse(name->at, NULL, "`%s` is set twice", name->text);
	}
}

/* Whose choices a guardrail per key hands to the fallback: candidates of that key, and there must be some. */
static bool chooses_among(const struct front *f, const struct key *key)
{
	const struct part *part = candidate_part(f->p->decision);
	for (int i = 0; part && i < part->list->record.n; i++) {
		if (part->list->record.at[i]->type.kind == TYPE_KEY && part->list->record.at[i]->type.key == key)
			return true;
	}
	return false;
}

static void type_actions(struct front *f, struct guardrail *g, const struct tree *actions)
{
	for (int i = 0; i < actions->kids.n; i++) {
		const struct tree *t = actions->kids.at[i];
		struct action *a = list_add(&g->actions);
		*a = (struct action){.kind = (enum action_kind)t->op, .at = t->at};
		for (int j = 0; j < i && t->op != ACT_SET; j++) {
			if (actions->kids.at[j]->op == t->op)
				refuse(t->at, NULL, "this action stands twice");
		}
		if (a->kind == ACT_SET || a->kind == ACT_SWAP)
			type_set(f, g, a, t);
		if (a->kind == ACT_FALLBACK && g->key && !chooses_among(f, g->key))
			refuse(t->at, "leave out `per`, and read `any ..` or `every ..` in its conditions",
				"the decision does not choose among %s: a guardrail per %s has no choice to take away",
				g->key->name, g->key->name);
		if (a->kind == ACT_RETRAIN && f->p->models.n == 0)
			refuse(t->at, NULL, "there is no model to train");
	}
}

struct reading_of {
	const struct feature *feature;
	bool found;
};

static void find_feature(const struct expr *e, void *with)
{
	struct reading_of *r = with;
	r->found |= e->feature == r->feature;
}

static void check_resets(const struct front *f)
{
	for (int i = 0; i < f->p->features.n; i++) {
		const struct feature *x = f->p->features.at[i];
		struct reading_of r = {.feature = x};
		for (int j = 0; j < f->p->guardrails.n; j++) {
			const struct guardrail *g = f->p->guardrails.at[j];
			if (g->key != x->state->key)
				continue;
			expr_walk(g->trip, find_feature, &r);
			expr_walk(g->rearm, find_feature, &r);
		}
		if ((x->reset_on_trip || x->reset_on_rearm) && !r.found)
			refuse(x->at, NULL, "`%s` is reset by guardrails that read it, and no guardrail%s%s does",
				x->name, x->state->key ? " per " : "", x->state->key ? x->state->key->name : "");
	}
}

void type_guardrails(struct front *f)
{
	int before = diag_errors();
	for (int i = 0; i < f->p->guardrails.n; i++) {
		struct guardrail *g = f->p->guardrails.at[i];
		const struct tree *t = f->guardrail_trees.at[i];
		struct scope s = {
			.f = f, .where = "a guardrail", .guardrail = g, .key = g->key, .room = true, .said = true};
		g->trip = type_condition(&s, t->kids.at[2]);
		type_actions(f, g, t->kids.at[3]);
		s.rearm = true;
		type_rearm(f, &s, g, t->kids.at[4]);
	}
	if (diag_errors() == before)
		check_resets(f);
}
