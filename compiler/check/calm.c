/* What an armed guardrail says of all keys at once: its condition, of any or of every one, did not hold after the last
 * entry, or it would have tripped. A lemma is of one record and cannot say that; here it is asked of an entry's two
 * ends, at which the same keys are the witnesses (relation_still_at). */
#include "check.h"

static term calm(const struct checker *c, const struct guardrail *g, struct step *still)
{
	struct env env = {.r = c->rel, .step = still, .view = &still->mid, .candidate = -1};

	return t_or(still->pre[c->rel->guardrail[g->index].tripped], t_not(expr_term(&env, g->trip)));
}

/* Init is calm, and no entry ends what is. */
static bool stays_calm(const struct checker *c, const struct guardrail *g)
{
	struct relation *r = c->rel;
	struct step *init = relation_still(r, relation_init(r));
	struct question *q = ask_new(SMT_RLIMIT);
	bool is;

	ask_assert(q, t_not(calm(c, g, init)));
	lemmas_assume_still(q, r, &c->real, init);
	is = ask_check(q) == SMT_UNSAT;
	ask_free(q);
	for (int i = 0; i < r->steps.n && is; i++) {
		const struct step *st = r->steps.at[i];
		struct step *before = relation_still_at(r, st, false), *after = relation_still_at(r, st, true);
		q = ask_new(SMT_RLIMIT);
		lemmas_assume(q, r, &c->real, st);
		ask_assert(q, t_and(calm(c, g, before), t_not(calm(c, g, after))));
		lemmas_assume_still(q, r, &c->real, before);
		lemmas_assume_still(q, r, &c->real, after);
		is = ask_check(q) == SMT_UNSAT;
		ask_free(q);
	}
	return is;
}

bool never_while_calm(struct checker *c, const goal_list *goals)
{
	LIST(const struct guardrail *) calm_ones = {0};
	bool never;

	for (int i = 0; i < c->policy->guardrails.n; i++) {
		const struct guardrail *g = c->policy->guardrails.at[i];
		if (!g->key && relation_of_many(g->trip) && stays_calm(c, g))
			*list_add(&calm_ones) = g;
	}
	never = calm_ones.n > 0;
	for (int i = 0; i < goals->n && never; i++) {
		const struct step *st = goals->at[i].st;
		struct step *before = relation_still_at(c->rel, st, false);
		struct question *q = ask_new(SMT_RLIMIT);
		lemmas_assume(q, c->rel, &c->real, st);
		for (int k = 0; k < calm_ones.n; k++)
			ask_assert(q, calm(c, calm_ones.at[k], before));
		lemmas_assume_still(q, c->rel, &c->real, before);
		ask_assert(q, goals->at[i].t);
		never = ask_check(q) == SMT_UNSAT;
		ask_free(q);
	}
	return never;
}
