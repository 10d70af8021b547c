/* earned: every rearm rests on evidence since the trip. The ghost is whether any measurement has entered the features of
 * rearm since the trip; the lemma is that while none has, the evidence is not there. */
#include "evidence.h"

struct since {
	const struct guardrail *guardrail;
	feature_list features;
};

static bool still_tripped(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct since *s = user;

	(void)m;
	(void)in;
	return !(out->rearmed >> s->guardrail->index & 1);
}

/* While it is tripped nothing is measured that it could rest on. */
static bool measured(void *user, const struct machine *m, const struct entry *in)
{
	const struct since *s = user;
	const struct guardrail *g = s->guardrail;
	bool tripped = false;

	if (in->kind == ENTRY_SETTLE || in->kind == ENTRY_SET || in->kind == ENTRY_SWAP || !in->event)
		return false;
	for (int k = 0; k < keys_of(g->key); k++)
		tripped |= m->rails[m->plan->rail[g->index] + k].tripped;
	for (int i = 0; tripped && i < s->features.n; i++)
		if (evidence_entering(m, in, s->features.at[i]))
			return true;
	return false;
}

/* A measurement entered, of the key that is followed. */
static term entered(struct relation *r, struct step *st, const struct guardrail *g, const feature_list *features)
{
	term any = t_bool(false);

	for (int i = 0; i < features->n; i++) {
		const struct feature *f = features->at[i];
		term in = evidence_enters(r, st, f);
		if (f->state->key && g->key == f->state->key) {
			int k = relation_key(r, f->state->key);
			in = st->own_key[k] ? t_and(in, t_eq(st->own_key[k], r->skolem[k])) : t_bool(false);
		}
		any = t_or(any, in);
	}
	return any;
}

static term of_followed(struct relation *r, const struct step *st, const struct guardrail *g)
{
	int k = relation_key(r, g->key);

	return g->key ? t_eq(st->own_key[k], r->skolem[k]) : t_bool(true);
}

/* One entry: with nothing measured yet, it does not rearm, and the lemma is kept. */
static enum smt_answer entry(struct checker *c, struct step *st, const struct guardrail *g, const feature_list *features)
{
	struct relation *r = c->rel;
	int tripped = r->guardrail[g->index].tripped;
	struct step *before = relation_still(r, st->pre), *after = relation_still(r, st->post);
	term none = t_bool_var("nothing.measured"), in = entered(r, st, g, features);
	term rearms = st->rearms[g->index] ? t_and(of_followed(r, st, g), st->rearms[g->index]) : t_bool(false);
	term trips = st->trips[g->index] ? t_and(of_followed(r, st, g), st->trips[g->index]) : t_bool(false);
	term held = t_implies(t_and(st->pre[tripped], none), t_not(evidence_holds(r, before, g)));
	term none_yet = t_or(trips, t_and(none, t_not(in)));
	term unearned = t_and(rearms, t_and(none, t_not(in)));
	term lost = t_and(t_and(st->post[tripped], none_yet), evidence_holds(r, after, g));
	struct question *q = ask_new(SMT_RLIMIT);
	enum smt_answer answer;

	lemmas_assume(q, r, &c->inv, st);
	lemmas_assume_still(q, r, &c->inv, before);
	lemmas_assume_still(q, r, &c->inv, after);
	ask_assert(q, held);
	ask_assert(q, t_or(unearned, lost));
	answer = ask_check(q);
	ask_free(q);
	return answer;
}

static void one(struct checker *c, const struct guardrail *g)
{
	struct since *s = arena_alloc(sizeof *s);
	struct hunt h = { .hit = still_tripped, .veto = measured, .user = s };
	enum smt_answer worst = SMT_UNSAT;

	s->guardrail = g;
	evidence_of(c->policy, g, &s->features);
	for (int i = 0; i < c->rel->steps.n && worst == SMT_UNSAT; i++)
		worst = entry(c, c->rel->steps.at[i], g, &s->features);
	struct verdict *v = verdict_add(c, g->name, g->rearm_at, worst == SMT_UNSAT ? PROVED : UNKNOWN);
	v->also = g->trip_at;
	if (worst == SMT_UNSAT) {
		v->reason = "nothing that is measured before the trip, and no passing of time, rearms it";
		return;
	}
	*list_add(&h.aims) = (struct aim){ .kind = AIM_REARMS, .guardrail = g, .want = true };
	v->trace = explore(c->explorer, &h);
	if (!v->trace) {
		v->reason = arena_printf("that `%s` rearms on evidence since its trip does not follow from the invariant, and no trace "
					 "without such evidence was found", g->name);
		return;
	}
	v->answer = REFUTED;
	v->label = "this comes true ...";
	v->also_label = "... though nothing was measured since this";
	v->reason = s->features.n ? arena_printf("`%s` rearms without any evidence since its trip", g->name) :
				    arena_printf("`%s` rearms by time alone", g->name);
	v->shown = case_text(c, v->trace, NULL);
	v->help = s->features.n ? "let rearm read a share that counts answered events only (`among`) and starts anew (`reset on trip`), and "
				  "keep the model asked (`shadow 1 in N while tripped`)" :
				  "let rearm read what has been measured since: a share with `reset on trip`";
}

void check_earned(struct checker *c)
{
	for (int i = 0; i < c->policy->guardrails.n; i++)
		if (!c->policy->guardrails.at[i]->latch)
			one(c, c->policy->guardrails.at[i]);
}
