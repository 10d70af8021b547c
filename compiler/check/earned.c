/* earned: every rearm rests on evidence since the trip. The ghost is whether any measurement has entered the features
 * of rearm since the trip; the lemma is that while none has, the evidence is not there. */
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

/* By key: something was measured since it tripped. */
static uint64_t heard(
	void *user, uint64_t mark, const struct machine *before, const struct machine *after, const struct entry *in)
{
	const struct since *s = user;
	const struct guardrail *g = s->guardrail;
	struct machine then = *before; /* is only looked at */

	then.now = after->now;
	for (int i = 0; in->event && i < s->features.n; i++) {
		const struct feature *f = s->features.at[i];
		if (!evidence_entering(&then, in, f))
			continue;
		for (int k = 0; k < keys_of(g->key) && k < 63; k++)
			if (before->rails[before->plan->rail[g->index] + k].tripped &&
				(!evidence_own(before->plan->p, g, f) || entry_key(before, in) == k))
				mark |= UINT64_C(1) << k;
	}
	for (int i = 0; i < after->moves_n; i++) {
		const struct move *x = &after->moves[i];
		if (x->guardrail != g->index || x->key >= 63)
			continue;
		if (!x->tripped && !(mark >> x->key & 1))
			return MARK_FOUND;
		mark &= ~(UINT64_C(1) << x->key);
	}
	return mark;
}

/* A measurement entered, of the key that is followed. */
static term entered(struct relation *r, struct step *st, const struct guardrail *g, const feature_list *features)
{
	term any = t_bool(false);

	for (int i = 0; i < features->n; i++) {
		const struct feature *f = features->at[i];
		term in = evidence_enters(r, st, f);
		if (evidence_own(r->policy, g, f)) {
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

/* What may be so while nothing was measured: the evidence is not there; one part of it is not; a window that the trip
 * emptied is empty; a time counts from before the trip; what tripped it still says so of the time of the trip. Those
 * that an entry does not keep are dropped. */
struct claim {
	const struct expr *absent;
	const struct expr *tripped; /* by this */
	const struct feature *empty;
	const struct feature *older; /* what it counts from lies not after the trip */
	bool at_trip;		     /* .. but at it */
	bool asked_before;	     /* the ticket, if it is open, was taken before the trip */
	bool kept;
};

typedef LIST(struct claim) claim_list;

static void parts(const struct expr *e, claim_list *out)
{
	if (e && e->op == EXPR_AND) {
		parts(e->a, out);
		parts(e->b, out);
	} else if (e) {
		*list_add(out) = (struct claim){.absent = e, .kept = true};
	}
}

static void claims_of(struct relation *r, const struct guardrail *g, const feature_list *features, claim_list *out)
{
	*list_add(out) = (struct claim){.absent = g->rearm, .kept = true};
	if (g->rearm && g->rearm->op == EXPR_AND)
		parts(g->rearm, out);
	*list_add(out) = (struct claim){.tripped = g->trip, .kept = true};
	for (int i = 0; i < features->n; i++)
		if (relation_resets(g, features->at[i], true) && r->feature[features->at[i]->index].seen != NO_VAR)
			*list_add(out) = (struct claim){.empty = features->at[i], .kept = true};
	if (r->asked_at != NO_VAR)
		*list_add(out) = (struct claim){.asked_before = true, .kept = true};
	for (int i = 0; i < features->n; i++)
		if (r->feature[features->at[i]->index].at != NO_VAR)
			for (int at = 0; at < 2; at++)
				*list_add(out) = (struct claim){.older = features->at[i], .at_trip = at, .kept = true};
}

/* The condition, read at the time of the trip. */
static term at_trip(struct relation *r, struct step *still, const struct guardrail *g, const struct expr *e)
{
	term *v = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	struct phase then = {.v = v, .own = v};
	struct env env = {.r = r, .step = still, .view = &then, .candidate = -1};

	for (int i = 0; i < r->vars.n; i++)
		v[i] = still->pre[i];
	v[r->now] = still->pre[r->guardrail[g->index].trip_at];
	return expr_term(&env, e);
}

static term claim_term(struct relation *r, struct step *still, const struct guardrail *g, const struct claim *c)
{
	struct env env = {.r = r, .step = still, .view = &still->mid, .candidate = -1};

	if (c->tripped)
		return at_trip(r, still, g, c->tripped);

	if (c->asked_before)
		return t_or(t_lei(still->pre[r->tickets], 0),
			t_le(still->pre[r->asked_at], still->pre[r->guardrail[g->index].trip_at]));
	if (c->older) {
		const struct feature_vars *x = &r->feature[c->older->index];
		term at = still->pre[x->at], trip = still->pre[r->guardrail[g->index].trip_at];
		return c->at_trip ? t_and(still->pre[x->running], t_eq(at, trip))
				  : t_or(t_not(still->pre[x->running]), t_le(at, trip));
	}
	if (c->empty)
		return t_eqi(still->pre[r->feature[c->empty->index].seen], 0);
	return c->absent ? t_not(expr_term(&env, c->absent)) : t_bool(false);
}

/* One entry: with nothing measured yet it keeps the claims (those that it breaks are dropped), and does not rearm. */
static enum smt_answer entry(struct checker *c, const struct lemmas *inv, struct step *st, const struct guardrail *g,
	const feature_list *features, claim_list *claims, bool *dropped)
{
	struct relation *r = c->rel;
	int tripped = r->guardrail[g->index].tripped;
	struct step *before = relation_still_at(r, st, false), *after = relation_still_at(r, st, true);
	term none = t_bool_var("nothing.measured"), in = entered(r, st, g, features);
	term rearms = st->rearms[g->index] ? t_and(of_followed(r, st, g), st->rearms[g->index]) : t_bool(false);
	term trips = st->trips[g->index] ? t_and(of_followed(r, st, g), st->trips[g->index]) : t_bool(false);
	term none_yet = t_and(st->post[tripped], t_or(trips, t_and(none, t_not(in)))), lost = t_bool(false);
	struct question *q = ask_new(SMT_RLIMIT);
	enum smt_answer answer;

	term *kept = arena_alloc(sizeof(term) * (size_t)claims->n);
	for (int i = 0; i < claims->n; i++) {
		if (!claims->at[i].kept)
			continue;
		kept[i] = claim_term(r, after, g, &claims->at[i]);
		ask_assert(q, t_implies(t_and(st->pre[tripped], none), claim_term(r, before, g, &claims->at[i])));
		lost = t_or(lost, t_not(kept[i]));
	}
	lemmas_assume(q, r, inv, st);
	lemmas_assume_still(q, r, inv, before);
	lemmas_assume_still(q, r, inv, after);
	ask_push(q);
	ask_assert(q, t_and(none_yet, lost));
	answer = t_is_false(lost) ? SMT_UNSAT : ask_check(q);
	if (answer == SMT_SAT) {
		for (int i = 0; i < claims->n; i++)
			if (claims->at[i].kept && !ask_true(q, kept[i]))
				*dropped = !(claims->at[i].kept = false);
		ask_free(q);
		return *dropped ? SMT_SAT : SMT_UNKNOWN;
	}
	ask_pop(q);
	if (answer == SMT_UNSAT) {
		ask_assert(q, t_and(rearms, t_and(none, t_not(in))));
		answer = ask_check(q);
	}
	ask_free(q);
	return answer;
}

/* unsat: the claims that are left are kept by every entry, and none of them lets it rearm. */
static enum smt_answer settle(
	struct checker *c, const struct lemmas *inv, const struct guardrail *g, const feature_list *features)
{
	claim_list claims = {0};
	bool dropped = true;
	enum smt_answer worst = SMT_UNSAT;

	claims_of(c->rel, g, features, &claims);
	while (dropped) {
		dropped = false;
		worst = SMT_UNSAT;
		for (int i = 0; i < c->rel->steps.n && !dropped; i++) {
			enum smt_answer one = entry(c, inv, c->rel->steps.at[i], g, features, &claims, &dropped);
			worst = one == SMT_UNSAT ? worst : one;
		}
	}
	return worst;
}

/* What is decided moves it, and no time need pass. */
static bool by_decisions(const struct expr *e)
{
	return e && (e->op == EXPR_ROOM || by_decisions(e->a) || by_decisions(e->b) || by_decisions(e->c));
}

static void one(struct checker *c, const struct guardrail *g)
{
	struct since *s = arena_alloc(sizeof *s);
	struct hunt h = {.hit = still_tripped, .veto = measured, .mark = heard, .user = s};
	enum smt_answer worst;

	s->guardrail = g;
	evidence_of(c->policy, g, &s->features);
	worst = never_trips(c, g) ? SMT_UNSAT : settle(c, &c->inv, g, &s->features);
	struct verdict *v = verdict_add(c, g->name, g->rearm_at, worst == SMT_UNSAT ? PROVED : UNKNOWN);
	v->also = g->trip_at;
	*list_add(&h.aims) = (struct aim){.kind = AIM_REARMS, .guardrail = g, .want = true};
	if (worst != SMT_UNSAT) {
		v->trace = explore(c->explorer, &h);
		if (!v->trace)
			worst = settle(c, strong_invariant(c), g, &s->features);
	}
	if (worst == SMT_UNSAT) {
		v->answer = PROVED;
		v->reason = "nothing that is measured before the trip, and no passing of time, rearms it";
		return;
	}
	if (!v->trace) {
		v->reason = arena_printf(
			"that `%s` rearms on evidence since its trip does not follow from the invariant, and no trace "
			"without such evidence was found",
			g->name);
		return;
	}
	v->answer = REFUTED;
	v->label = "this comes true ...";
	v->also_label = "... though nothing was measured since this";
	v->reason = s->features.n || by_decisions(g->rearm)
		? arena_printf("`%s` rearms without any evidence since its trip", g->name)
		: arena_printf("`%s` rearms by time alone", g->name);
	v->shown = case_text(c, v->trace, NULL);
	v->help = s->features.n
		? "let rearm read a share that counts answered events only (`among`) and starts anew (`reset on trip`), and "
		  "keep the model asked (`shadow 1 in N while tripped`)"
		: "let rearm read what has been measured since: a share with `reset on trip`";
}

void check_earned(struct checker *c)
{
	for (int i = 0; i < c->policy->guardrails.n; i++)
		if (!c->policy->guardrails.at[i]->latch)
			one(c, c->policy->guardrails.at[i]);
}
