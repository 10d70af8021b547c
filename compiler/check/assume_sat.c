/* assume-sat: some behaviour meets the assumptions, each by itself and all together; shown by a replayed trace. */
#include "case.h"

/* The assumptions that a decision is to meet: one, or all. */
struct wanted {
	const struct policy *policy;
	const struct assumption *one;
};

static bool unmet(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct wanted *w = user;

	(void)in;
	if (out->by == BY_PASS || !out->ticket)
		return true;
	for (int i = 0; i < w->policy->assumptions.n; i++)
		if ((!w->one || w->one == w->policy->assumptions.at[i]) && m->log.clean_from[i] == m->log.n)
			return true;
	return false;
}

static void meet(struct checker *c, const struct assumption *one)
{
	const struct policy *p = c->policy;
	struct step *st = settle_of(c->rel);
	struct env env = {.r = c->rel, .step = st, .view = &st->mid, .candidate = -1};
	struct wanted *w = arena_alloc(sizeof *w);
	struct hunt h = {.hit = unmet, .user = w};
	term all = st->some_need;
	struct question *q = NULL;
	goal_list goals = {0};

	*w = (struct wanted){p, one};
	for (int i = 0; i < p->assumptions.n; i++)
		if (!one || one == p->assumptions.at[i])
			all = t_and(all, expr_term(&env, p->assumptions.at[i]->holds));
	struct verdict *v = verdict_add(c, one ? one->name : "all", one ? one->at : p->assumptions.at[0]->at, UNKNOWN);
	switch (ask(c, st, all, &q)) {
	case SMT_UNSAT:
		v->answer = REFUTED;
		v->reason = one ? arena_printf("no event meets `%s`", one->name)
				: "no event meets all assumptions together";
		v->help = "what is promised under it is empty: weaken it";
		return;
	case SMT_UNKNOWN:
		v->reason = "the solver's limit is reached before the question is decided";
		return;
	case SMT_SAT:
		break;
	}
	const struct entry *e = case_take(c, q, st);
	body_of(&h, e);
	case_aims(c, q, st, e, &h);
	v->trace = explore(c->explorer, &h);
	*list_add(&goals) = (struct goal){st, all};
	if (!v->trace && (ask_strong(c, st, all) == SMT_UNSAT || never_reached(c, &goals))) {
		v->answer = REFUTED;
		v->reason = one ? arena_printf("no event meets `%s`", one->name)
				: "no event meets all assumptions together";
		v->help = "what is promised under it is empty: weaken it";
		ask_free(q);
		return;
	}
	v->answer = v->trace ? PROVED : UNKNOWN;
	v->reason = v->trace ? "met by a replayed trace" : "no trace to an event that meets it was found";
	ask_free(q);
}

void check_assume_sat(struct checker *c)
{
	const struct policy *p = c->policy;

	if (!p->decision)
		return;
	for (int i = 0; i < p->assumptions.n; i++)
		meet(c, p->assumptions.at[i]);
	if (p->assumptions.n > 1)
		meet(c, NULL);
}
