/* fallback: for every state of Inv and every event, the fallback's choice meets `need` and every guarantee holds once
 * it is recorded. One question a guarantee: which one is broken is half of the message. */
#include "case.h"
#include "judge.h"

#include <inttypes.h>

struct broken {
	struct checker *c;
	const struct guarantee *guarantee; /* NULL: need */
	const struct entry *in;
	struct judge *j;
	bool names;
};

static bool not_broken(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct broken *b = user;

	(void)m;
	(void)in;
	return (out->by != BY_SHIELD && out->by != BY_FALLBACK) || out->broken != b->guarantee->index;
}

/* The same decision may break several: an outcome names the first. This one is asked for by name. */
static bool is_broken(void *user)
{
	const struct broken *b = user;
	struct judge *j = b->j;

	return j->settled.broken >= 0 && (j->settled.by == BY_SHIELD || j->settled.by == BY_FALLBACK) &&
		!judge_lawful(j, j->settled.choice, j->settled.by, b->guarantee) && judge_owed(j, b->guarantee);
}

/* The fallback names somebody, and that does not do. */
static bool is_unfit(void *user)
{
	const struct broken *b = user;

	return b->j->settled.unfit && judge_names(b->j) == b->names;
}

static bool here(void *user, const struct machine *m, struct run *last)
{
	struct broken *b = user;
	bool (*test)(void *user) = b->guarantee ? is_broken : is_unfit;

	return case_try(b->c, b->j, m, b->in, test, b, last) || case_try_ticket(b->c, b->j, m, b->in, test, b, last);
}

static bool has_while(const struct expr *e, const struct guarantee *g)
{
	return e &&
		((e->op == EXPR_ROOM && e->guarantee == g) || has_while(e->a, g) || has_while(e->b, g) ||
			has_while(e->c, g));
}

static bool reads_choice(const struct expr *e)
{
	return e &&
		(e->op == EXPR_CHOICE || e->op == EXPR_BY || reads_choice(e->a) || reads_choice(e->b) ||
			reads_choice(e->c));
}

/* What counts only in some events: the part of the condition that no choice changes, or NULL. */
static const char *whatever_is_chosen(const struct expr *e)
{
	if (e->op != EXPR_AND)
		return reads_choice(e) ? NULL : show_expr(e);
	const char *a = whatever_is_chosen(e->a), *b = whatever_is_chosen(e->b);
	return a && b ? arena_printf("%s and %s", a, b) : a ? a : b;
}

/* A fallback that spends a counted allowance has to ask for room, where the event makes it count at all. */
static const char *mend(const struct policy *p, const struct guarantee *g)
{
	const struct part *part = &p->decision->parts.at[0];
	const struct expr *rule = part->fallback;
	const char *other = "a choice that does not count", *only;

	if (!g)
		return "name a candidate that meets `need`: `argmin ..`, or `first c where ..`";
	if (g->kind == GUARANTEE_POINT || g->cmp != EXPR_LE || !rule || has_while(rule, g))
		return NULL;
	for (int i = 0; i < p->decision->on->fields.n; i++)
		if (part->kind == PART_CANDIDATE && p->decision->on->fields.at[i]->type.kind == TYPE_CANDIDATE)
			other = arena_printf("%s.%s", p->decision->on->name, p->decision->on->fields.at[i]->name);
	const char *word = part->kind == PART_CLASS ? "when" : "while";
	if (rule->c) /* a condition is of one alternative */
		return arena_printf("write `%s room(%s)` behind each alternative that counts, and end with %s", word,
			g->name, other);
	only = whatever_is_chosen(g->holds);
	return arena_printf("write `%s %s room(%s)%s%s%s, else %s`", show_expr(rule), word, g->name,
		only ? " or not (" : "", only ? only : "", only ? ")" : "", other);
}

static const char *why(const struct guarantee *g)
{
	if (!g)
		return "... need not meet this";
	if (g->kind == GUARANTEE_POINT)
		return "... is not allowed here";
	if (g->cmp == EXPR_LE && g->kind == GUARANTEE_COUNT)
		return arena_printf("... is not allowed when %lld of the last %lld counted", (long long)g->limit,
			(long long)g->events - 1);
	return arena_printf("... is not allowed when too %s counted", g->cmp == EXPR_LE ? "many" : "few");
}

static void one(struct checker *c, const struct guarantee *g)
{
	const struct policy *p = c->policy;
	const struct decision *d = p->decision;
	struct step *st = settle_of(c->rel);
	struct broken *b = arena_alloc(sizeof *b);
	struct question *q = NULL;
	term bad = t_and(fallback_used(c, st), st->fallback.found);

	if (g) {
		bad = t_and(bad, t_and(needed_term(p, st, &st->fallback), required_term(c->rel, st, g)));
		bad = t_and(bad, t_not(ok_term(c->rel, st, st->fallback.value, fallback_by(st), g)));
	} else {
		bad = t_and(bad, t_not(needed_term(p, st, &st->fallback)));
	}
	struct verdict *v = verdict_add(c, g ? g->name : "need", d->fallback_at, UNKNOWN);
	v->also = g ? g->at : d->need_at;
	v->label = "this choice ...";
	v->also_label = why(g);
	if (!case_open(v, ask(c, st, bad, &q)))
		return;
	b->c = c;
	b->guarantee = g;
	v->reason = g ? arena_printf("the fallback can break `%s`", g->name)
		      : "the fallback can choose what does not meet `need`";
	v->help = mend(p, g);
	struct hunt h = {.hit = not_broken, .user = b};
	b->in = case_take(c, q, st);
	b->names = true;
	b->j = arena_alloc(sizeof *b->j);
	h.at = here;
	h.at_cost = 8;
	if (!g)
		h.hit = NULL;
	case_hunt(c, q, st, v, &h, b->in, NULL);
}

void check_fallback(struct checker *c)
{
	if (!c->policy->decision)
		return;
	if (c->policy->decision->need)
		one(c, NULL);
	for (int i = 0; i < c->policy->guarantees.n; i++)
		one(c, c->policy->guarantees.at[i]);
}
