/* What is owed of one decision. A guarantee that counts is judged by the log of all decisions there ever were: what the
 * shield keeps for itself might be what is wrong. Guarantees over time are judged by the shield's buckets: they are
 * what Ok is defined by. */
#include "brute.h"

static num counted_before(const struct machine *m, const struct guarantee *g, num last)
{
	const struct log *l = &m->log;
	size_t n = (size_t)m->plan->p->guarantees.n, from = (num)l->n > last ? l->n - (size_t)last : 0;

	if (!l->n)
		return 0;
	return (num)(l->total[(l->n - 1) * n + (size_t)g->index] -
		(from ? l->total[(from - 1) * n + (size_t)g->index] : 0));
}

bool guarantee_owed(const struct view *v, const struct guarantee *g)
{
	const struct log *l = &v->m->log;
	num n = (num)l->n + 1, window = g->kind == GUARANTEE_COUNT ? g->events : 1;
	num from = n > window ? n - window : 0;

	for (int i = 0; i < g->under.n; i++)
		if (!value_of(v, g->under.at[i]->holds) || (num)l->clean_from[g->under.at[i]->index] > from)
			return false;
	return true;
}

bool guarantee_kept(const struct view *v, const struct guarantee *g)
{
	num count = !!value_of(v, g->holds);

	if (g->kind == GUARANTEE_POINT)
		return count;
	if (g->kind == GUARANTEE_COUNT)
		count += counted_before(v->m, g, g->events - 1);
	else
		count += (num)past_hits(v->m, &v->m->plan->guarantee[g->index], 0);
	if (g->cmp == EXPR_LE)
		return count <= g->limit;
	return (g->kind == GUARANTEE_COUNT && (num)v->m->log.n + 1 < g->events) || count >= g->limit;
}

bool guarantee_allows(const struct view *v, const struct guarantee *g)
{
	return (g->kind != GUARANTEE_POINT && g->cmp == EXPR_LE && !value_of(v, g->holds)) || guarantee_kept(v, g);
}

bool guarantee_assumed(const struct view *v, const struct guarantee *g)
{
	for (int i = 0; i < g->under.n; i++)
		if (!value_of(v, g->under.at[i]->holds))
			return false;
	return true;
}

static int candidate_part(const struct decision *d)
{
	for (int i = 0; i < d->parts.n; i++)
		if (d->parts.at[i].kind == PART_CANDIDATE)
			return i;
	return -1;
}

static bool needed(const struct view *v, int candidate)
{
	const struct decision *d = v->m->plan->p->decision;
	struct view one = *v;

	one.candidate = candidate;
	return !d->need || value_of(&one, d->need);
}

bool choice_needed(const struct view *v)
{
	int part = candidate_part(v->m->plan->p->decision);

	return part < 0 || needed(v, (int)v->choice[part]);
}

bool somebody_needed(const struct view *v)
{
	if (candidate_part(v->m->plan->p->decision) < 0)
		return true;
	for (int i = 0; i < (int)v->in->list_n; i++)
		if (needed(v, i))
			return true;
	return false;
}

static bool lawful(const struct view *v)
{
	const struct policy *p = v->m->plan->p;

	for (int i = 0; i < p->guarantees.n; i++)
		if (guarantee_owed(v, p->guarantees.at[i]) && !guarantee_allows(v, p->guarantees.at[i]))
			return false;
	return choice_needed(v);
}

static num lowest(const struct part *x)
{
	return x->kind == PART_NUMBER ? x->type.lo : 0;
}

static num highest(const struct view *v, const struct part *x)
{
	return x->kind == PART_NUMBER	? x->type.hi
		: x->kind == PART_CLASS ? x->symbols->names.n - 1
					: (num)v->in->list_n - 1;
}

typedef bool test_fn(const struct view *v, const struct guarantee *g);

/* Some choice of the domain passes the test. */
static bool some(const struct view *v, int part, int64_t *choice, test_fn *test, const struct guarantee *g)
{
	const struct decision *d = v->m->plan->p->decision;
	const struct part *x = &d->parts.at[part];
	struct view made = *v;

	if (part == d->parts.n) {
		made.choice = choice;
		return test(&made, g);
	}
	for (num at = lowest(x); at <= highest(v, x); at += x->step > 0 ? x->step : 1) {
		choice[part] = (int64_t)at;
		if (some(v, part + 1, choice, test, g))
			return true;
	}
	return false;
}

static bool is_lawful(const struct view *v, const struct guarantee *g)
{
	(void)g;
	return lawful(v);
}

static bool is_forbidden(const struct view *v, const struct guarantee *g)
{
	return !guarantee_allows(v, g);
}

bool nothing_lawful(const struct view *v)
{
	int64_t choice[8] = {0};

	return !some(v, 0, choice, is_lawful, NULL);
}

bool forbids_some(const struct view *v, const struct guarantee *g)
{
	int64_t choice[8] = {0};
	struct view one = *v;

	for (int by = BY_LEARNED; by <= BY_FALLBACK; by++) {
		one.by = (enum source_of)by;
		if (some(&one, 0, choice, is_forbidden, g))
			return true;
	}
	return false;
}

bool everybody_needed(const struct view *v)
{
	for (int i = 0; i < (int)v->in->list_n; i++)
		if (!needed(v, i))
			return false;
	return true;
}

/* ---- the alternative of a rule that decides: the first whose condition holds and that finds somebody ---- */

static uint32_t may_be_chosen(const struct view *v)
{
	const struct decision *d = v->m->plan->p->decision;
	int64_t choice[8] = {0};
	uint32_t mask = 0;

	for (int i = 0; i < (int)v->in->list_n; i++) {
		struct view one = *v;
		bool ok = needed(v, i);
		one.choice = choice;
		choice[0] = i;
		for (int g = 0; ok && v->by == BY_LEARNED && d->parts.n == 1 && g < v->m->plan->p->guarantees.n; g++)
			ok = guarantee_allows(&one, v->m->plan->p->guarantees.at[g]);
		mask |= (uint32_t)ok << i;
	}
	return mask;
}

int deciding_alternative(const struct view *v, int part)
{
	const struct part *x = &v->m->plan->p->decision->parts.at[part];
	const struct expr *e = v->by == BY_LEARNED ? x->learned : x->fallback;
	struct view in = *v;
	int n = 0;

	in.among = x->kind == PART_CANDIDATE ? may_be_chosen(v) : UINT32_MAX;
	for (; e; e = e->c, n++) {
		const struct expr *one = e->op == EXPR_IF ? e->b : e;
		struct expr alone = *one;
		if (e->op == EXPR_IF && !value_of(&in, e->a))
			continue;
		if (one->op != EXPR_FIRST && one->op != EXPR_ARGMIN && one->op != EXPR_ARGMAX)
			return n;
		alone.c = NULL;
		if (value_of(&in, &alone) != NONE)
			return n;
	}
	return -1;
}

bool fallback_names(const struct view *v)
{
	const struct decision *d = v->m->plan->p->decision;
	struct view in = *v;

	for (int i = 0; i < d->parts.n; i++) {
		in.among = d->parts.at[i].kind == PART_CANDIDATE ? may_be_chosen(v) : UINT32_MAX;
		if (!d->parts.at[i].fallback || value_of(&in, d->parts.at[i].fallback) == NONE)
			return false;
	}
	return true;
}
