/* oscillates: how close together trips can be in any environment, and that no guardrail goes round and round, trip,
 * rearm, trip, while the environment stays as it is: each window is always fed the same. An event of a kind and key
 * carries the same each time, and of what more than its own key's state reads, all of the kind do; the model says the
 * same of a key. */
#include "evidence.h"
#include "lasso.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- in any environment: timers ---- */

static term of_followed(struct relation *r, const struct step *st, const struct guardrail *g)
{
	int k = relation_key(r, g->key);

	return g->key ? t_eq(st->own_key[k], r->skolem[k]) : t_bool(true);
}

static enum smt_answer worse(enum smt_answer a, enum smt_answer b)
{
	return a == SMT_UNSAT ? b : a;
}

/* Two trips in a row are at least `hold` apart. */
static enum smt_answer two_trips(struct checker *c, const struct guardrail *g)
{
	struct relation *r = c->rel;
	const struct guardrail_vars *x = &r->guardrail[g->index];
	enum smt_answer all = SMT_UNSAT;

	for (int i = 0; i < r->steps.n; i++) {
		const struct step *st = r->steps.at[i];
		if (!st->trips[g->index])
			continue;
		term soon = t_lt(t_sub(st->mid.v[r->now], st->pre[x->trip_at]), t_num(g->hold));
		all = worse(all,
			ask(c, st,
				t_and(t_and(of_followed(r, st, g), st->trips[g->index]), t_and(st->pre[x->ever], soon)),
				NULL));
	}
	return all;
}

/* The ghost of the trip before the last: `v` it is there, `tp` its time. Any three trips span at least `every`. */
static term ghost(const struct relation *r, const struct guardrail *g, const term *s, term v, term tp)
{
	const struct guardrail_vars *x = &r->guardrail[g->index];
	term order = t_and(t_and(s[x->ever], s[x->rearmed]), t_le(tp, s[x->trip_at]));
	term tripped = t_implies(s[x->tripped], t_ge(s[x->rearm_at], tp));
	term armed = t_implies(t_not(s[x->tripped]), t_gei(t_sub(s[x->rearm_at], tp), g->every));

	return t_implies(v, t_and(order, t_and(tripped, armed)));
}

static enum smt_answer three_trips(struct checker *c, const struct guardrail *g)
{
	struct relation *r = c->rel;
	const struct guardrail_vars *x = &r->guardrail[g->index];
	enum smt_answer all = SMT_UNSAT;

	for (int i = 0; i < r->steps.n; i++) {
		const struct step *st = r->steps.at[i];
		term v = t_bool_var("trip.before"), tp = t_int_var("trip.before.at");
		term trips = st->trips[g->index] ? t_and(of_followed(r, st, g), st->trips[g->index]) : t_bool(false);
		term v2 = t_if(trips, st->pre[x->ever], v), tp2 = t_if(trips, st->pre[x->trip_at], tp);
		term soon = t_and(t_and(trips, v), t_lt(t_sub(st->mid.v[r->now], tp), t_num(g->every)));
		term lost = t_not(ghost(r, g, st->post, v2, tp2));
		all = worse(all, ask(c, st, t_and(ghost(r, g, st->pre, v, tp), t_or(soon, lost)), NULL));
	}
	return all;
}

static const char *time_text(num ns)
{
	static const struct type t = {.kind = TYPE_INT, .unit = UNIT_TIME, .hi = INT64_MAX};

	return show_value(&t, ns);
}

static void apart(struct checker *c, const struct guardrail *g)
{
	struct verdict *v = verdict_add(c, arena_printf("%s.apart", g->name), g->at, PROVED);

	if (g->latch) {
		v->engine = "checker";
		v->reason = "it never rearms, so it trips once";
		return;
	}
	if (!g->hold && !g->every) {
		v->engine = "checker";
		v->reason = "no timer: in a changing environment trips may follow at once";
		return;
	}
	enum smt_answer answer = worse(g->hold ? two_trips(c, g) : SMT_UNSAT, g->every ? three_trips(c, g) : SMT_UNSAT);
	v->answer = answer == SMT_UNSAT ? PROVED : UNKNOWN;
	v->reason = "what the timers promise does not follow from the invariant";
	if (answer != SMT_UNSAT)
		return;
	v->reason = !g->every ? arena_printf("trips are at least %s apart, in any environment", time_text(g->hold))
			      : arena_printf("trips are at least %s apart, at most 2 in %s, in any environment",
					time_text(g->hold), time_text(g->every));
}

/* ---- in a constant environment: what every window then is ---- */

struct constant { /* a claim about the state after any number of entries that all carry the same */
	enum {
		ALL_OR_NONE,
		NONE_HIT,
		ALL_HIT,
		ONE_VALUE,
		HELD_OR_NOT,
		CAME_OR_NOT,
		NEWEST,
		TRIPPED_NEWEST,
		ONE_TRIP,
		ARMED_UNTRIPPED,
		NEVER_AGAIN
	} kind;
	const struct feature *feature;
	bool kept;
	int column; /* NEWEST, TRIPPED_NEWEST */
};

typedef LIST(struct constant) constant_list;

/* Nothing but the event's own fields, constants, and tunables that no guardrail holds. */
static bool rigid(const struct expr *e)
{
	if (!e)
		return true;
	if (e->op == EXPR_TUNABLE)
		return !e->tunable->held;
	if (e->op == EXPR_FEATURE || e->op == EXPR_COLUMN || e->op == EXPR_ACTIVE || e->op == EXPR_SHARE ||
		e->op == EXPR_SAID || e->op == EXPR_TRIPPED || e->op == EXPR_TRIP_AGE || e->op == EXPR_ROOM ||
		e->op == EXPR_CARRY || e->op == EXPR_ANY || e->op == EXPR_EVERY)
		return false;
	return rigid(e->a) && rigid(e->b) && rigid(e->c);
}

static bool one_value(const struct feature *f)
{
	return (f->kind == FEATURE_MEAN || f->kind == FEATURE_MIN || f->kind == FEATURE_MAX ||
		       f->kind == FEATURE_QUANTILE || f->kind == FEATURE_EXP_MEAN) &&
		rigid(f->value);
}

/* Of what is kept of the last events: each column that only the event decides. */
static void newest(const struct policy *p, int kind, constant_list *out)
{
	for (int i = 0; i < p->features.n; i++)
		for (int c = 0; c < p->features.at[i]->columns.n; c++)
			if (rigid(p->features.at[i]->columns.at[c].value))
				*list_add(out) = (struct constant){kind, p->features.at[i], true, c};
}

/* First what windows are, whatever the guardrail does; then what that makes of the guardrail. */
static void windows_of(const struct policy *p, constant_list *out)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		if (f->kind == FEATURE_SHARE || f->kind == FEATURE_COUNT) {
			if (rigid(f->where))
				*list_add(out) = (struct constant){ALL_OR_NONE, f, true, 0};
			*list_add(out) = (struct constant){NONE_HIT, f, true, 0};
			if (f->events > 0)
				*list_add(out) = (struct constant){ALL_HIT, f, true, 0};
		} else if (one_value(f)) {
			*list_add(out) = (struct constant){ONE_VALUE, f, true, 0};
		} else if ((f->kind == FEATURE_HELD || f->kind == FEATURE_AGE) && rigid(f->where)) {
			*list_add(out) =
				(struct constant){f->kind == FEATURE_HELD ? HELD_OR_NOT : CAME_OR_NOT, f, true, 0};
		}
	}
	newest(p, NEWEST, out);
}

static struct step *feeding(const struct relation *r, const struct feature *f)
{
	for (int i = 0; i < r->steps.n; i++)
		if (r->steps.at[i]->event == f->on && r->steps.at[i]->kind != STEP_SETTLE)
			return r->steps.at[i];
	return NULL;
}

/* What the feature takes in at every entry of its clock: the fields are the same constants in every step. */
static term taken(struct relation *r, const struct feature *f)
{
	struct step *st = feeding(r, f);
	struct env env = {.r = r, .step = st, .view = &st->aged, .candidate = -1};
	term x = expr_term(&env, f->value);

	x = t_is_truth(x) ? t_bit(x) : x;
	if (f->kind != FEATURE_QUANTILE)
		return f->kind == FEATURE_EXP_MEAN ? t_mul(x, t_num(65536)) : x;
	term e = t_num(f->edges.at[f->edges.n - 1]);
	for (int i = f->edges.n - 2; i >= 0; i--)
		e = t_if(t_lei(x, f->edges.at[i]), t_num(f->edges.at[i]), e);
	return e;
}

static term column_taken(struct relation *r, const struct feature *f, const struct column *column)
{
	struct step *st = feeding(r, f);
	struct env env = {.r = r, .step = st, .view = &st->aged, .candidate = -1};
	term x = expr_term(&env, column->value);

	return t_is_truth(x) ? t_bit(x) : x;
}

static term claim(
	struct relation *r, const struct guardrail *g, const struct constant *c, struct step *still, term trips)
{
	const struct feature_vars *x = c->feature ? &r->feature[c->feature->index] : NULL;
	const term *s = still->pre;
	term tripped = s[r->guardrail[g->index].tripped];

	switch (c->kind) {
	case ALL_OR_NONE: {
		struct step *st = feeding(r, c->feature);
		struct env env = {.r = r, .step = st, .view = &st->aged, .candidate = -1};
		term hit = c->feature->where ? expr_term(&env, c->feature->where) : t_bool(true);
		if (x->fill == NO_VAR)
			return t_or(hit, t_eqi(s[x->hits], 0));
		return t_eq(s[x->hits], t_if(hit, s[x->fill], t_num(0)));
	}
	case NONE_HIT:
		return t_eqi(s[x->hits], 0);
	case ALL_HIT:
		return t_eq(s[x->hits], s[x->fill]);
	case ONE_VALUE: {
		term any = x->running != NO_VAR ? s[x->running]
			: x->seen != NO_VAR	? t_gei(s[x->seen], 1)
						: t_bool(true);
		return t_implies(any, t_eq(s[x->value], taken(r, c->feature)));
	}
	case CAME_OR_NOT:
	case HELD_OR_NOT: { /* its condition is the same at every event: it never begins, or never ends */
		struct step *st = feeding(r, c->feature);
		struct env env = {.r = r, .step = st, .view = &st->aged, .candidate = -1};
		return t_implies(s[x->running], c->feature->where ? expr_term(&env, c->feature->where) : t_bool(true));
	}
	case NEWEST: /* what was there before the first event, or what each brings */
	case TRIPPED_NEWEST: {
		const struct column *column = &c->feature->columns.at[c->column];
		if (!x->depth)
			return t_bool(true);
		term v = s[x->slot[c->column * x->depth]], brought = t_eq(v, column_taken(r, c->feature, column));
		return c->kind == NEWEST ? t_or(brought, t_eqi(v, column->initial)) : t_implies(tripped, brought);
	}
	case ONE_TRIP:
		return t_lei(trips, 1);
	case ARMED_UNTRIPPED:
		return t_implies(t_not(tripped), t_eqi(trips, 0));
	case NEVER_AGAIN:
		return t_implies(tripped, t_not(evidence_holds(r, still, g)));
	}
	return t_bool(true);
}

/* What an entry carries is a function of its key, but for what more than that key's state reads: the followed key's
 * `mine`, and another's, whose inputs are variables of their own. */
struct arrival {
	struct step *st;
	const struct step *mine; /* NULL: it is that itself */
};
typedef LIST(struct arrival) arrival_list;

/* The environment is the same at every step: the operator's values, and what enters where one value is all that
 * came. */
static void stay(struct question *q, struct relation *r, const struct arrival *arrival, const struct step *still)
{
	const struct policy *p = r->policy;
	const struct step *st = arrival->st;

	for (int i = 0; i < p->tunables.n; i++)
		for (int k = 0; k < r->steps.n; k++) {
			ask_assert(q, t_eq(st->operator_set[i], r->steps.at[k]->operator_set[i]));
			ask_assert(q, t_eq(st->operator_set[i], still->operator_set[i]));
		}
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		const struct feature_vars *x = &r->feature[i];
		const struct step *as = arrival->mine && !event_has_key(st->event, f->state->key) ? arrival->mine : st;
		if (one_value(f) && as == feeding(r, f) && st->fed.own[x->value])
			ask_assert(q, t_implies(st->push[i].enters, t_eq(st->fed.own[x->value], taken(r, f))));
	}
}

/* The entry is of the followed keys. */
static term followed(const struct relation *r, const struct step *st)
{
	term all = t_bool(true);

	for (int k = 0; k < r->keys.n; k++)
		if (st->own_key[k] && r->keys.at[k]->max > 1)
			all = t_and(all, t_eq(st->own_key[k], r->skolem[k]));
	return all;
}

static term carries(const struct relation *r, const struct arrival *a)
{
	term all = followed(r, a->st);

	if (!a->mine)
		return all;
	all = t_not(all);
	for (int i = 0; i < a->st->event->fields.n; i++)
		if (policy_mixes(r->policy, a->st->event, a->st->event->fields.at[i]))
			all = t_and(all, t_eq(a->st->field[i], a->mine->field[i]));
	return all;
}

/* Claims that the entry does not keep are dropped. `sure` are not asked again; `tripping` is a state in which it
 * trips. */
static enum smt_answer constant_entry(struct checker *c, const struct guardrail *g, const struct arrival *arrival,
	constant_list *claims, const constant_list *sure, struct step *tripping)
{
	struct relation *r = c->rel;
	struct step *st = arrival->st;
	struct step *before = relation_still_at(r, st, false), *fed = relation_still_fed(r, st),
		    *after = relation_still_at(r, st, true);
	term t = t_int_var("trips"), t2;
	term trips = st->trips[g->index] ? t_and(of_followed(r, st, g), st->trips[g->index]) : t_bool(false);
	term lost = t_bool(false);
	struct question *q = ask_new(SMT_RLIMIT);
	enum smt_answer answer;

	t2 = t_add(t, t_bit(trips));
	lemmas_assume(q, r, c->known, st);
	for (int i = 0; i < 3; i++) {
		struct step *still = i == 0 ? before : i == 1 ? fed : after;
		(still == fed ? lemmas_assume_within : lemmas_assume_still)(q, r, c->known, still);
		stay(q, r, arrival, still);
	}
	ask_assert(q, t_gei(t, 0));
	ask_assert(q, carries(r, arrival));
	for (int i = 0; sure && i < sure->n; i++) {
		if (!sure->at[i].kept)
			continue;
		ask_assert(q, claim(r, g, &sure->at[i], before, t));
		ask_assert(q, claim(r, g, &sure->at[i], fed, t));
		ask_assert(q, claim(r, g, &sure->at[i], after, t));
		ask_assert(q, claim(r, g, &sure->at[i], tripping, t));
	}
	if (tripping) {
		struct env env = {.r = r, .step = tripping, .view = &tripping->mid, .candidate = -1};
		lemmas_assume_within(q, r, c->known, tripping);
		stay(q, r, arrival, tripping);
		ask_assert(q, lemmas_windows(r, c->known, tripping->pre));
		ask_assert(q, expr_term(&env, g->trip));
	}
	for (int i = 0; i < claims->n; i++)
		if (claims->at[i].kept) {
			ask_assert(q, claim(r, g, &claims->at[i], before, t));
			lost = t_or(lost, t_not(claim(r, g, &claims->at[i], after, t2)));
			if (!tripping)
				lost = t_or(lost, t_not(claim(r, g, &claims->at[i], fed, t)));
		}
	if (!tripping) /* what is taken of a state in which it trips */
		lost = t_or(lost, t_not(lemmas_windows(r, c->known, st->fed.v)));
	ask_assert(q, lost);
	answer = t_is_false(lost) ? SMT_UNSAT : ask_check(q);
	bool dropped = false;
	for (int i = 0; answer == SMT_SAT && i < claims->n; i++)
		if (claims->at[i].kept &&
			(!ask_true(q, claim(r, g, &claims->at[i], after, t2)) ||
				(!tripping && !ask_true(q, claim(r, g, &claims->at[i], fed, t))))) {
			claims->at[i].kept = false;
			dropped = true;
		}
	ask_free(q);
	return answer == SMT_SAT && !dropped ? SMT_UNKNOWN : answer;
}

static void arrivals(struct relation *r, arrival_list *out)
{
	for (int i = 0; i < r->steps.n; i++) {
		struct step *mine = r->steps.at[i];
		*list_add(out) = (struct arrival){mine, NULL};
		if (!t_is_true(followed(r, mine)))
			*list_add(out) = (struct arrival){relation_step(r, mine->kind, mine->event, mine->pre), mine};
	}
}

static enum smt_answer keep(struct checker *c, const struct guardrail *g, constant_list *claims,
	const constant_list *sure, struct step *tripping)
{
	bool dropped = true;
	arrival_list all = {0};

	arrivals(c->rel, &all);

	while (dropped) {
		dropped = false;
		for (int i = 0; i < all.n && !dropped; i++) {
			enum smt_answer answer = constant_entry(c, g, &all.at[i], claims, sure, tripping);
			if (answer == SMT_UNKNOWN)
				return SMT_UNKNOWN;
			dropped = answer == SMT_SAT;
		}
	}
	return SMT_UNSAT;
}

/* ---- once nothing fills any more ---- */

static bool reset_at_all(const struct policy *p, const struct feature *f)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (relation_resets(p->guardrails.at[i], f, true) || relation_resets(p->guardrails.at[i], f, false))
			return true;
	return false;
}

/* What the window is follows from how many it has seen, and that only grows; one over time also empties while nothing
 * comes, and an age begins anew each time. Of what is kept of the last events, all columns must be so. */
static bool settles(const struct policy *p, const struct feature *f, const constant_list *windows)
{
	int columns = 0;
	bool window = false;

	for (int i = 0; i < windows->n; i++) {
		if (!windows->at[i].kept || windows->at[i].feature != f)
			continue;
		columns += windows->at[i].kind == NEWEST;
		window |= windows->at[i].kind != NEWEST && windows->at[i].kind != CAME_OR_NOT;
	}
	return (window || (columns && columns == f->columns.n)) && f->span == 0 && !reset_at_all(p, f);
}

/* Of a window that only this guardrail empties, where it does one of both: it grows until the other comes. */
static term grows(struct relation *r, const struct guardrail *g, const struct feature *f, bool at_trip,
	const term *from, const term *to)
{
	const struct policy *p = r->policy;
	int seen = r->feature[f->index].seen;

	for (int i = 0; i < p->guardrails.n; i++)
		if (p->guardrails.at[i] != g &&
			(relation_resets(p->guardrails.at[i], f, true) ||
				relation_resets(p->guardrails.at[i], f, false)))
			return t_bool(true);
	if (seen == NO_VAR || !relation_resets(g, f, at_trip) || relation_resets(g, f, !at_trip))
		return t_bool(true);
	return t_ge(to[seen], from[seen]);
}

/* To go round it must trip in one state and rearm in another, between which no window fills: for those that settle, in
 * the same windows. Of a rearm and a trip that follow each other the one or the other is the first. unsat: there is no
 * such pair. */
static enum smt_answer goes_round(
	struct checker *c, const struct guardrail *g, const constant_list *windows, bool trip_first)
{
	struct relation *r = c->rel;
	int tripped = r->guardrail[g->index].tripped;
	term *a = relation_state(r, "armed."), *b = relation_state(r, "tripped.");
	struct question *q = ask_new(SMT_RLIMIT);
	bool *settled = arena_alloc(sizeof *settled * (size_t)r->vars.n);
	struct step *armed, *rearming;
	enum smt_answer answer;

	for (int i = 0; i < r->vars.n; i++) {
		settled[i] = r->vars.at[i].feature && settles(c->policy, r->vars.at[i].feature, windows);
		if (settled[i])
			b[i] = a[i];
	}
	armed = relation_still(r, a);
	rearming = relation_still_apart(r, b, settled);
	struct env env = {.r = r, .step = armed, .view = &armed->mid, .candidate = -1};
	ask_assert(q, expr_term(&env, g->trip));
	ask_assert(q, evidence_holds(r, rearming, g));
	ask_assert(q, t_and(t_not(a[tripped]), b[tripped]));
	for (int i = 0; i < windows->n; i++)
		if (windows->at[i].kept && windows->at[i].kind == HELD_OR_NOT &&
			!reset_at_all(c->policy, windows->at[i].feature)) {
			const struct feature_vars *x = &r->feature[windows->at[i].feature->index];
			ask_assert(q, t_and(t_eq(a[x->running], b[x->running]), t_eq(a[x->at], b[x->at])));
		}
	const term *from = trip_first ? a : b, *to = trip_first ? b : a;
	ask_assert(q, t_le(from[r->now], to[r->now]));
	for (int i = 0; i < c->policy->features.n; i++) /* what the transition before the first of both emptied */
		ask_assert(q, grows(r, g, c->policy->features.at[i], !trip_first, from, to));
	for (int i = 0; i < 2; i++) {
		struct step *still = i ? rearming : armed;
		lemmas_assume_within(q, r, c->known, still);
		ask_assert(q, lemmas_windows(r, c->known, still->pre));
		stay(q, r, &(struct arrival){still, NULL}, r->steps.at[0]);
		for (int k = 0; k < windows->n; k++)
			if (windows->at[k].kept)
				ask_assert(q, claim(r, g, &windows->at[k], still, t_num(0)));
	}
	answer = ask_check(q);
	ask_free(q);
	return answer;
}

/* unsat: it trips once at most, or in the end no more. Where it never trips there is nothing to show; where it does,
 * the environment is one in which there is a state in which it trips, and that is all that is known of it besides the
 * windows. */
static enum smt_answer constant(struct checker *c, const struct guardrail *g)
{
	constant_list windows = {0}, trips = {0};
	struct step *tripping = relation_still_apart(c->rel, relation_state(c->rel, "trip."), NULL);

	windows_of(c->policy, &windows);
	if (keep(c, g, &windows, NULL, NULL) != SMT_UNSAT)
		return SMT_UNKNOWN;
	if (goes_round(c, g, &windows, true) == SMT_UNSAT || goes_round(c, g, &windows, false) == SMT_UNSAT)
		return SMT_UNSAT;
	for (int kind = ONE_TRIP; kind <= NEVER_AGAIN; kind++)
		*list_add(&trips) = (struct constant){kind, NULL, true, 0};
	newest(c->policy, TRIPPED_NEWEST, &trips);
	if (keep(c, g, &trips, &windows, tripping) != SMT_UNSAT)
		return SMT_UNKNOWN;
	return trips.at[0].kept ? SMT_UNSAT : SMT_SAT;
}

/* ---- a lasso, by running it ---- */

enum { TRIPS = 256, TOLD = 8, REPEATS = 20000, ALL_REPEATS = 120000 };

struct turn {
	uint64_t round, time;
	bool trip;
};

struct lasso {
	const struct guardrail *g;
	struct machine *m;
	uint64_t round;
	uint64_t at[TRIPS]; /* the state's hash at each trip */
	uint64_t when[TRIPS];
	int trips;
	struct turn told[TOLD];
	int told_n;
	uint64_t back;	       /* the round in which this state was before; 0: none */
	uint64_t idle;	       /* rounds since the last transition */
	uint64_t mark, marked; /* a round, and the state's hash in it */
};

static bool watch(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	struct lasso *l = user;
	bool trip = out->tripped >> l->g->index & 1, rearm = out->rearmed >> l->g->index & 1;
	uint64_t hash;

	(void)in;
	if (!trip && !rearm)
		return true;
	l->idle = 0;
	if (l->told_n < TOLD)
		l->told[l->told_n++] = (struct turn){l->round, m->now, trip};
	if (!trip)
		return true;
	if (l->trips == TRIPS) /* what still differs is a count that nothing reads, or it would have come to an end */
		return false;
	hash = machine_hash(m);
	for (int i = 0; i < l->trips; i++)
		if (l->at[i] == hash) {
			l->back = l->when[i];
			return false;
		}
	l->at[l->trips] = hash;
	l->when[l->trips++] = l->round;
	return true;
}

/* The state is that of a round before it, and nothing has moved between. */
static bool settled(struct lasso *l, uint64_t period)
{
	if (l->round >= 32 && !(l->round & (l->round - 1))) {
		l->mark = l->round;
		l->marked = machine_hash(l->m);
	}
	return l->mark && l->round == l->mark + period && l->idle > period && machine_hash(l->m) == l->marked;
}

/* Plays the body over and over; true: a state is back. */
static bool turns(struct checker *c, struct lasso *l, const struct trace *once, uint64_t patience, uint64_t *left)
{
	uint64_t period = explorer_period(c->explorer);
	bool back = false;

	l->mark = 0;
	l->m = machine_new(c->policy, 0);
	l->trips = l->told_n = 0;
	l->back = l->idle = 0;
	for (l->round = 1; l->round <= REPEATS && *left > 0 && l->idle <= patience && !back; l->round++) {
		l->idle++;
		--*left;
		if (settled(l, period))
			break;
		back = !trace_replay(l->m, once, watch, l);
	}
	l->round -= back;
	machine_free(l->m);
	return back;
}

static const char *told(const struct lasso *l)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int i = 0; i < l->told_n; i++)
		fprintf(f, "%s%s in round %" PRIu64 " at %s", i ? ", " : "", l->told[i].trip ? "trips" : "rearms",
			l->told[i].round, time_text((num)l->told[i].time));
	if (l->back)
		fprintf(f, " .. the state of round %" PRIu64 " is back in round %" PRIu64, l->back, l->round);
	else
		fprintf(f, " .. %d trips by round %" PRIu64, TRIPS + 1, l->round);
	fclose(f);
	const char *shown = arena_strdup(text);
	free(text);
	return shown;
}

/* A pace that reads well. */
static num whole(num ns)
{
	num unit = ns >= 100000000 ? 10000000 : ns >= 100000 ? 10000 : 1;

	return ns / unit * unit + unit;
}

static num common(num a, num b)
{
	num x = a, y = b;

	while (y) {
		num rest = x % y;
		x = y;
		y = rest;
	}
	return a / x * b;
}

/* Paces: some rounds in each time that the guardrail reads; one round a time; and, so that buckets look the same again,
 * a multiple of their widths. */
static void times_of(const struct policy *p, const struct guardrail *g, num_list *out)
{
	num span = 0, width = 1;

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		span = f->span > span ? f->span : span;
		if (f->span && width < 100 * span)
			width = common(width, (f->span + f->buckets - 1) / f->buckets);
	}
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->span && width < 100 * p->guarantees.at[i]->span)
			width = common(width,
				(p->guarantees.at[i]->span + p->guarantees.at[i]->buckets - 1) /
					p->guarantees.at[i]->buckets);
	if (width > 1) {
		*list_add(out) = width;
		*list_add(out) = (span / 4 / width + 1) * width;
		return;
	}
	*list_add(out) = whole((g->hold + g->every) / 16);
	*list_add(out) = whole(g->hold + g->every);
}

struct paces { /* what may pass before an entry of a round */
	num_list times;
	uint64_t patience, left; /* rounds */
	/* What is tried, a million times: each in the room of the one before it. */
	struct body both;
	struct trace *once; /* one run */
};

/* The round at every pace: the time passes before the first entry, or before the last. */
static struct trace *at_some_pace(struct checker *c, struct lasso *l, const struct body *round, struct paces *x)
{
	struct run *run = &x->once->runs.at[0];

	for (int t = 0; t < 2 * x->times.n; t++) {
		bool last = t >= x->times.n;
		if (last && round->entries.n == 1)
			break;
		run->body.n = 0;
		for (int e = 0; e < round->entries.n; e++)
			*list_add(&run->body) = round->entries.at[e];
		run->body.at[last ? run->body.n - 1 : 0].now += (uint64_t)x->times.at[t % x->times.n];
		if (turns(c, l, x->once, x->patience, &x->left)) {
			run->repeat = l->round;
			return x->once;
		}
	}
	return NULL;
}

/* Whose the entry is: of what closes, whoever's was opened before it. */
static num key_in(const struct body *b, int at)
{
	const struct event *e = b->entries.at[at].event;

	if (!e || e->key)
		return e ? (num)b->entries.at[at].fields[e->key->index] : -1;
	while (e->follows && e->follows->key && at--)
		if (b->entries.at[at].event == e->follows)
			return (num)b->entries.at[at].fields[e->follows->key->index];
	return -1;
}

/* Of one kind and key the same comes each time; of another key, what more than its state reads. */
static bool alike(const struct policy *p, const struct body *both, int i, int k)
{
	const struct entry *a = &both->entries.at[i], *b = &both->entries.at[k];
	const struct event *e = a->event;
	bool same = key_in(both, i) == key_in(both, k);

	if (!e && !b->event)
		return a->kind != b->kind || a->tunable != b->tunable || a->value == b->value;
	if (e != b->event)
		return true;
	for (int f = 0; f < e->fields.n; f++)
		if (e->fields.at[f] != e->tag && a->fields[f] != b->fields[f] &&
			(same || policy_mixes(p, e, e->fields.at[f])))
			return false;
	if (!same)
		return true;
	if (a->list_n != b->list_n || memcmp(a->list, b->list, sizeof a->list))
		return false;
	return a->kind != b->kind || (a->answered == b->answered && !memcmp(a->answers, b->answers, sizeof a->answers));
}

/* The one and the other, where such an environment is a constant one. */
static struct trace *by_turns(
	struct checker *c, struct lasso *l, const struct body *a, const struct body *b, struct paces *x)
{
	struct body *both = &x->both;

	both->entries.n = 0;
	for (int e = 0; e < a->entries.n + b->entries.n; e++)
		*list_add(&both->entries) = e < a->entries.n ? a->entries.at[e] : b->entries.at[e - a->entries.n];
	for (int i = 0; i < both->entries.n; i++)
		for (int k = 0; k < i; k++)
			if (!alike(c->policy, both, i, k))
				return NULL;
	return at_some_pace(c, l, both, x);
}

/* What happens to one key of a kind, and something else to another, by turns. */
static struct trace *at_two_keys(struct checker *c, struct lasso *l, const body_list *rounds, struct paces *x)
{
	struct trace *found = NULL;
	struct body other = {0};

	for (int i = 0; i < rounds->n * rounds->n && !found && x->left; i++) {
		const struct body *a = &rounds->at[i / rounds->n], *b = &rounds->at[i % rounds->n];
		const struct event *of = a->entries.at[0].event;
		if (a == b || !of || of != b->entries.at[0].event || !of->key ||
			a->entries.at[0].fields[of->key->index] != 0 || of->key->type.key->max < 2)
			continue;
		other.entries.n = 0;
		for (int e = 0; e < b->entries.n; e++) {
			struct entry *one = list_add(&other.entries);
			*one = b->entries.at[e];
			if (one->event == of)
				one->fields[of->key->index] = 1;
		}
		found = by_turns(c, l, a, &other, x);
	}
	return found;
}

/* The first round of each event, with each value of a field that what the guardrails compare with it tells apart: between where
 * one trips and where it rearms. */
static void edge_rounds(const struct policy *p, const body_list *rounds, body_list *out)
{
	for (int e = 0; e < p->hook->events.n; e++) {
		const struct event *event = p->hook->events.at[e];
		const struct body *first = NULL;
		int at = 0;

		for (int i = 0; i < rounds->n && !first; i++)
			for (at = 0; at < rounds->at[i].entries.n && !first; at++)
				if (rounds->at[i].entries.at[at].event == event)
					first = &rounds->at[i];
		for (int f = 0; first && f < event->fields.n; f++) {
			const struct field *field = event->fields.at[f];
			num_list known = {0}, edges = {0};
			if (field->type.kind != TYPE_INT || !policy_reads(p, field))
				continue;
			field_values(p, field, &known);
			field_edges(p, field, &edges);
			for (int k = known.n; k < edges.n; k++) {
				struct body *one = list_add(out);
				memset(one, 0, sizeof *one);
				for (int i = 0; i < first->entries.n; i++)
					*list_add(&one->entries) = first->entries.at[i];
				one->entries.at[at - 1].fields[f] = (uint64_t)edges.at[k];
			}
		}
	}
}

/* Every round that the search knows; then two of one entry each, by turns; then with what the operator sets; then two
 * keys. */
static struct trace *run_round(struct checker *c, const struct guardrail *g, struct lasso *l)
{
	body_list all = {0}, rounds = {0}, single = {0}, set = {0};
	struct paces x = {
		.patience = explorer_patience(c->explorer), .left = ALL_REPEATS, .once = arena_alloc(sizeof *x.once)};
	struct trace *found = NULL;
	const uint64_t *waits;
	int n;

	*list_add(&x.once->runs) = (struct run){.repeat = 1};
	explorer_rounds(c->explorer, &all);
	times_of(c->policy, g, &x.times);
	n = explorer_waits(c->explorer, &waits);
	for (int i = 0; i < n; i++)
		if (waits[i] > 1)
			*list_add(&x.times) = (num)waits[i];
	for (int i = 0; i < all.n; i++) {
		if (all.at[i].fresh || all.at[i].landing)
			continue;
		*list_add(&rounds) = all.at[i];
		if (all.at[i].entries.n == 1)
			*list_add(&single) = all.at[i];
	}
	body_list edges = {0};
	edge_rounds(c->policy, &rounds, &edges);
	for (int i = 0; i < edges.n; i++)
		*list_add(&rounds) = edges.at[i];
	settings_of(c->policy, &set);
	l->g = g;
	for (int i = 0; i < rounds.n && !found; i++)
		found = at_some_pace(c, l, &rounds.at[i], &x);
	x.left = ALL_REPEATS;
	for (int i = 0; i < single.n * single.n && !found && x.left; i++) {
		if (i / single.n != i % single.n)
			found = by_turns(c, l, &single.at[i / single.n], &single.at[i % single.n], &x);
	}
	x.left = ALL_REPEATS;
	for (int i = 0; i < set.n * rounds.n && !found && x.left; i++)
		found = by_turns(c, l, &set.at[i / rounds.n], &rounds.at[i % rounds.n], &x);
	x.left = ALL_REPEATS;
	return found ? found : at_two_keys(c, l, &rounds, &x);
}

static enum smt_answer after_all(struct checker *c, const struct guardrail *g)
{
	enum smt_answer answer;

	c->known = strong_invariant(c);
	answer = constant(c, g);
	c->known = &c->inv;
	return answer;
}

static void lasso(struct checker *c, const struct guardrail *g)
{
	enum smt_answer answer = never_trips(c, g) ? SMT_UNSAT : constant(c, g);
	struct verdict *v = verdict_add(c, g->name, g->at, answer == SMT_UNSAT ? PROVED : UNKNOWN);

	if (answer == SMT_UNSAT) {
		v->reason = "in a constant environment it comes to rest";
		return;
	}
	struct lasso *l = arena_alloc(sizeof *l);
	v->trace = run_round(c, g, l);
	const char *how = v->trace ? told(l) : NULL;
	if (!v->trace) {
		v->trace = lasso_find(c, g);
		how = "after the way in, the last run trips and rearms and leads back to where it began";
	}
	if (!v->trace && (never_trips_after_all(c, g) || never_rearms(c, g) || after_all(c, g) == SMT_UNSAT)) {
		v->answer = PROVED;
		v->reason = "in a constant environment it comes to rest";
		return;
	}
	if (!v->trace) {
		v->reason = arena_printf(
			"that `%s` trips only once in a constant environment does not follow from the invariant, and no "
			"environment in which it goes round was found",
			g->name);
		return;
	}
	v->answer = REFUTED;
	v->reason = arena_printf("`%s` trips and rearms for ever though nothing changes", g->name);
	v->label = "goes round";
	v->also = g->rearm_at;
	v->also_label = "this comes true because it has tripped";
	v->shown = arena_printf("%s (replayed from start: %" PRIu64 " entries)\n%s", how, trace_entries(v->trace),
		show_trace(c->policy, v->trace));
	v->help =
		"let rearm read what goes on being measured while it is tripped: `among` answered events, `shadow 1 in N while tripped`";
}

void check_oscillates(struct checker *c)
{
	for (int i = 0; i < c->policy->guardrails.n; i++) {
		const struct guardrail *g = c->policy->guardrails.at[i];
		apart(c, g);
		if (!g->latch)
			lasso(c, g);
	}
}
