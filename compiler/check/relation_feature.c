/* The first phases of an entry: time passes, features take in the event, guardrails move. Beside interp.c. */
#include "relation.h"

#include <string.h>

static term *copied(const struct relation *r, const term *v)
{
	term *c = arena_alloc(sizeof(term) * (size_t)r->vars.n);

	memcpy(c, v, sizeof(term) * (size_t)r->vars.n);
	return c;
}

static void allow(struct step *st, term t)
{
	st->allowed = t_and(st->allowed, t);
}

/* ---- time ---- */

/* What is left of a count over time when `passed` has gone by: all when none has, none beyond span + a bucket. */
static term kept(struct step *st, term count, num span, int buckets, const char *name)
{
	term left = t_int_var(arena_printf("%s.kept", name));
	num width = (span + buckets - 1) / buckets;

	allow(st, t_and(t_gei(left, 0), t_le(left, count)));
	allow(st, t_implies(t_eqi(st->passed, 0), t_eq(left, count)));
	allow(st, t_implies(t_gei(st->passed, width * (buckets + 1)), t_eqi(left, 0)));
	return left;
}

static void age_feature(struct relation *r, struct step *st, const struct feature *f)
{
	const struct feature_vars *x = &r->feature[f->index];
	term *v = st->aged.v;

	if (!f->span)
		return;
	if (x->hits != NO_VAR) {
		term hits = kept(st, v[x->hits], f->span, f->buckets, f->name);
		if (f->kind == FEATURE_SHARE) {
			term fill = kept(st, v[x->fill], f->span, f->buckets, f->name);
			allow(st, t_and(t_le(hits, fill), t_le(t_sub(v[x->hits], hits), t_sub(v[x->fill], fill))));
			v[x->fill] = fill;
		}
		v[x->hits] = hits;
	} else if (x->value != NO_VAR) {
		const struct var *var = &r->vars.at[x->value];
		term value = t_int_var(arena_printf("%s.aged", f->name));
		allow(st, relation_range(var, value));
		allow(st, t_implies(t_eqi(st->passed, 0), t_eq(value, v[x->value])));
		v[x->value] = value;
	}
}

void phase_age(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;
	term *v = st->aged.v;

	v[r->now] = t_add(v[r->now], st->passed);
	for (int i = 0; i < p->features.n; i++)
		age_feature(r, st, p->features.at[i]);
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		if (g->kind == GUARANTEE_COUNT_TIME)
			v[r->guarantee[i].hits] = kept(st, v[r->guarantee[i].hits], g->span, g->buckets, g->name);
	}
}

/* ---- features ---- */

static term truth_of(struct env *env, const struct expr *e)
{
	return e ? expr_term(env, e) : t_bool(true);
}

static term number_of(struct env *env, const struct expr *e)
{
	term t = expr_term(env, e);

	return t_is_truth(t) ? t_bit(t) : t;
}

static term more(term count, num most, term by)
{
	term next = t_add(count, by);

	return most > 0 ? t_min(next, t_num(most)) : next;
}

/* Which one leaves a full window is not known, but it is one of those inside. */
static term leaving(struct step *st, term seen, term hits, num window, const char *name)
{
	term leaves = t_bool_var(arena_printf("%s.leaves", name));
	term full = t_gei(seen, window);

	allow(st, t_implies(leaves, t_and(full, t_gei(hits, 1))));
	allow(st, t_implies(t_and(full, t_not(leaves)), t_lt(hits, seen)));
	return leaves;
}

static bool windowed(const struct feature *f)
{
	return f->events > 0 && (f->kind == FEATURE_COUNT || f->kind == FEATURE_SHARE);
}

static bool same_stream(const struct feature *f, const struct feature *g)
{
	return windowed(f) && windowed(g) && f->state->key == g->state->key && f->on == g->on &&
		relation_same(f->where, g->where) && relation_same(f->among, g->among);
}

/* Two windows over one stream are the end of one sequence: what leaves the longer one lies outside the shorter. */
static void share_ring(
	struct relation *r, struct step *st, const struct feature *f, const struct feature *g, const term *v)
{
	const struct feature_vars *x = &r->feature[f->index], *y = &r->feature[g->index];
	term more_seen = t_sub(v[x->seen], v[y->seen]), more_hits = t_sub(v[x->hits], v[y->hits]);
	term leaves = st->push[f->index].leaves;
	term beyond = t_and(t_gei(v[x->seen], f->events), t_gei(more_seen, 1));

	allow(st, t_implies(t_and(beyond, leaves), t_gei(more_hits, 1)));
	allow(st, t_implies(t_and(beyond, t_not(leaves)), t_lt(more_hits, more_seen)));
	if (f->events == g->events)
		allow(st, t_implies(t_eqi(more_seen, 0), t_iff(leaves, st->push[g->index].leaves)));
}

void ring_push(const int *ring, int n, const term *old, term enters, term x, term *next)
{
	for (int i = n - 1; i >= 0; i--)
		next[ring[i]] = t_if(enters, i ? old[ring[i - 1]] : x, old[ring[i]]);
}

static void feed_hits(struct relation *r, struct step *st, const struct feature *f, const term *old, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	struct push *push = &st->push[f->index];
	term hits = t_add(old[x->hits], t_bit(push->hit));

	if (windowed(f)) {
		push->leaves = x->ring ? t_and(t_gei(old[x->seen], f->events), old[x->ring[f->events - 1]])
				       : leaving(st, old[x->seen], old[x->hits], f->events, f->name);
		if (x->ring)
			ring_push(x->ring, (int)f->events, old, push->enters, push->hit, own);
		hits = t_sub(hits, t_bit(push->leaves));
	}
	own[x->hits] = t_if(push->enters, hits, old[x->hits]);
}

/* Where the mean, least, greatest or rank of a window can go when x comes in. */
static term next_value(struct step *st, const struct feature *f, const struct var *var, term old, term seen, term x)
{
	term next = t_int_var(arena_printf("%s.next", f->name));
	term filling = t_bool(false), first = t_bool(false);

	allow(st, relation_range(var, next));
	if (f->events > 0) {
		first = t_eqi(seen, 0);
		filling = t_lt(seen, t_num(f->events));
	}
	if (f->kind == FEATURE_MIN) {
		allow(st, t_implies(t_not(first), t_le(t_min(old, x), next)));
		allow(st, t_and(t_le(next, x), t_implies(t_and(filling, t_not(first)), t_eq(next, t_min(old, x)))));
	} else if (f->kind == FEATURE_MAX) {
		allow(st, t_implies(t_not(first), t_le(next, t_max(old, x))));
		allow(st, t_and(t_le(x, next), t_implies(t_and(filling, t_not(first)), t_eq(next, t_max(old, x)))));
	} else {
		allow(st,
			t_implies(t_and(filling, t_not(first)),
				t_and(t_le(t_min(old, x), next), t_le(next, t_max(old, x)))));
	}
	return t_if(first, x, next);
}

/* The edge that x falls to. */
static term edge_of(const struct feature *f, term x)
{
	term e = t_num(f->edges.at[f->edges.n - 1]);

	for (int i = f->edges.n - 2; i >= 0; i--)
		e = t_if(t_lei(x, f->edges.at[i]), t_num(f->edges.at[i]), e);
	return e;
}

term elements_value(const struct feature *f, const term *element, term fill)
{
	term value = element[0], sum = t_num(0);

	if (f->kind == FEATURE_QUANTILE) {
		value = t_num(f->edges.at[f->edges.n - 1]);
		for (int e = f->edges.n - 2; e >= 0; e--) {
			term below = t_num(0);
			for (int i = 0; i < f->events; i++)
				below = t_add(
					below, t_bit(t_and(t_lt(t_num(i), fill), t_lei(element[i], f->edges.at[e]))));
			value = t_if(t_le(t_mul(t_num(f->rank_num), fill), t_mul(t_num(f->rank_den), below)),
				t_num(f->edges.at[e]), value);
		}
		return value;
	}
	for (int i = 0; i < f->events; i++) {
		term there = t_lt(t_num(i), fill);
		sum = t_add(sum, element[i]);
		if (f->kind == FEATURE_MEAN)
			value = t_if(there, t_div(sum, i + 1), value);
		else if (i)
			value = t_if(there,
				f->kind == FEATURE_MIN ? t_min(value, element[i]) : t_max(value, element[i]), value);
	}
	return value;
}

/* As many elements as are kept say what the value is. */
static term feed_elements(
	struct relation *r, struct step *st, const struct feature *f, const term *old, term in, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	term next[CLOSER];

	ring_push(x->element, (int)f->events, old, st->push[f->index].enters, in, own);
	for (int i = 0; i < f->events; i++)
		next[i] = i ? old[x->element[i - 1]] : in;
	return elements_value(f, next, t_min(t_addi(old[x->seen], 1), t_num(f->events)));
}

static void feed_value(
	struct relation *r, struct step *st, struct env *env, const struct feature *f, const term *old, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	term enters = st->push[f->index].enters, value = old[x->value], in = number_of(env, f->value);

	if (f->kind == FEATURE_EXP_MEAN) {
		term scaled = t_mul(in, t_num(65536));
		term drift = t_div(t_sub(scaled, value), (num)1 << f->shift);
		value = t_if(old[x->running], t_add(value, drift), scaled);
		own[x->running] = t_or(old[x->running], enters);
	} else if (x->element) {
		value = feed_elements(r, st, f, old, in, own);
	} else {
		if (f->kind == FEATURE_QUANTILE)
			in = edge_of(f, in);
		value = next_value(st, f, &r->vars.at[x->value], value, f->events > 0 ? old[x->seen] : t_num(0), in);
	}
	own[x->value] = t_if(enters, value, old[x->value]);
}

static void feed_time(struct relation *r, struct step *st, const struct feature *f, const term *old, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	const struct push *push = &st->push[f->index];
	term now = st->aged.v[r->now];

	if (f->kind == FEATURE_AGE) {
		own[x->running] = t_or(old[x->running], push->enters);
		own[x->at] = t_if(push->enters, now, old[x->at]);
		return;
	}
	own[x->running] = t_if(push->enters, push->hit, old[x->running]);
	own[x->at] = t_if(t_and(push->enters, t_and(push->hit, t_not(old[x->running]))), now, old[x->at]);
}

static void feed_last(
	struct relation *r, struct step *st, struct env *env, const struct feature *f, const term *old, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	term enters = st->push[f->index].enters;

	for (int c = 0; c < f->columns.n && x->depth; c++) {
		for (int s = x->depth - 1; s > 0; s--)
			own[x->slot[c * x->depth + s]] =
				t_if(enters, old[x->slot[c * x->depth + s - 1]], old[x->slot[c * x->depth + s]]);
		own[x->slot[c * x->depth]] =
			t_if(enters, number_of(env, f->columns.at[c].value), old[x->slot[c * x->depth]]);
	}
}

static void feed_since(
	struct relation *r, struct step *st, struct env *env, const struct feature *f, const term *old, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	struct push *push = &st->push[f->index];
	term restarts = st->event == f->until ? truth_of(env, f->where) : t_bool(false);

	push->enters = t_and(t_bool(st->event == f->on), t_not(restarts));
	push->hit = push->enters;
	own[x->value] =
		t_if(restarts, t_num(0), t_if(push->enters, more(old[x->value], 4294967295, t_num(1)), old[x->value]));
}

static void feed(struct relation *r, struct step *st, struct env *env, const struct feature *f, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	struct push *push = &st->push[f->index];
	const term *old = st->aged.own;
	bool hits = f->kind == FEATURE_COUNT || f->kind == FEATURE_SHARE || f->kind == FEATURE_RATE ||
		f->kind == FEATURE_HELD;

	*push = (struct push){t_bool(false), t_bool(false), NULL};
	if (f->state->key && !st->own_key[relation_key(r, f->state->key)])
		return;
	if (f->kind == FEATURE_SINCE) {
		feed_since(r, st, env, f, old, own);
	} else if (st->event == f->on && f->kind != FEATURE_IN_FLIGHT) {
		push->enters = truth_of(env, f->among);
		push->hit = truth_of(env, f->where);
		if (!hits)
			push->enters = t_and(push->enters, push->hit);
	}
	if (st->event != f->on || f->kind == FEATURE_IN_FLIGHT)
		return;
	if (x->seen != NO_VAR)
		own[x->seen] = t_if(push->enters, more(old[x->seen], r->vars.at[x->seen].hi, t_num(1)), old[x->seen]);
	if (x->fill != NO_VAR && x->fill != x->seen)
		own[x->fill] = t_if(push->enters, t_addi(old[x->fill], 1), old[x->fill]);
	if (x->hits != NO_VAR)
		feed_hits(r, st, f, old, own);
	else if (f->kind == FEATURE_AGE || f->kind == FEATURE_HELD)
		feed_time(r, st, f, old, own);
	else if (f->kind == FEATURE_LAST)
		feed_last(r, st, env, f, old, own);
	else if (f->kind != FEATURE_SINCE)
		feed_value(r, st, env, f, old, own);
}

/* ---- requests in flight ---- */

/* The carry's columns as the opening event writes them. */
static term *written(struct relation *r, struct env *env)
{
	const struct carry *c = r->policy->carry;
	term *columns = arena_alloc(sizeof(term) * (size_t)(c->columns.n + 1));

	for (int i = 0; i < c->columns.n; i++)
		columns[i] = number_of(env, c->columns.at[i].value);
	return columns;
}

static term atom_term(struct relation *r, struct step *st, struct env *env, int atom, term *columns)
{
	term *saved = st->carry, t;

	st->carry = columns;
	t = expr_term(env, r->atoms.at[atom]);
	st->carry = saved;
	return t;
}

static void launch(struct relation *r, struct step *st, struct env *env, int flight, term *own)
{
	const struct flight *f = &r->flights.at[flight];
	const struct flight_vars *x = &r->flight[flight];
	const term *old = st->aged.own;

	allow(st, t_lt(old[x->total], t_num(f->max)));
	own[x->total] = t_addi(old[x->total], 1);
	if (x->open != x->total)
		own[x->open] = t_addi(old[x->open], 1);
	if (!f->carry)
		return;
	term *columns = written(r, env);
	for (int a = 0; a < r->atoms.n; a++)
		own[x->carried[a]] = t_add(old[x->carried[a]], t_bit(atom_term(r, st, env, a, columns)));
}

static void land(struct relation *r, struct step *st, struct env *env, int flight, term *own)
{
	const struct flight *f = &r->flights.at[flight];
	const struct flight_vars *x = &r->flight[flight];
	const term *old = st->aged.own;

	allow(st, t_and(t_gei(old[x->open], 1), t_gei(old[x->total], 1)));
	own[x->total] = t_addi(old[x->total], -1);
	if (x->open != x->total) {
		int k = relation_key(r, f->key);
		own[x->open] = t_addi(old[x->open], -1);
		/* the total is the sum over keys: two keys' requests are among them */
		allow(st,
			t_or(t_eq(st->own_key[k], r->skolem[k]),
				t_le(t_add(st->aged.v[x->open], old[x->open]), old[x->total])));
	}
	for (int a = 0; f->carry && a < r->atoms.n; a++) {
		term is = atom_term(r, st, env, a, st->carry);
		allow(st, t_implies(is, t_gei(old[x->carried[a]], 1)));
		allow(st, t_implies(t_not(is), t_lt(old[x->carried[a]], old[x->open])));
		own[x->carried[a]] = t_sub(old[x->carried[a]], t_bit(is));
	}
}

/* The sum over open requests: what a closing one takes out is between the least and the greatest amount, and so is the
 * rest. */
static void carry_amount(struct relation *r, struct step *st, struct env *env, const struct feature *f, term *own)
{
	const struct feature_vars *x = &r->feature[f->index];
	const term *old = st->aged.own;
	num lo = f->value ? f->value->type.lo : 1, hi = f->value ? f->value->type.hi : 1;
	term count = in_flight_count(r, f, own);

	if (st->event == f->on) {
		own[x->value] = t_add(old[x->value], f->value ? number_of(env, f->value) : t_num(1));
	} else if (st->event == f->until) {
		term out = t_int_var(arena_printf("%s.out", f->name)), rest = t_sub(old[x->value], out);
		allow(st, t_between(lo, out, hi));
		allow(st, t_and(t_le(t_mul(t_num(lo), count), rest), t_le(rest, t_mul(t_num(hi), count))));
		own[x->value] = rest;
	}
}

term in_flight_count(struct relation *r, const struct feature *f, const term *v)
{
	for (int i = 0; i < r->flights.n; i++)
		if (r->flights.at[i].open == f->on && r->flights.at[i].close == f->until)
			return v[f->state->key ? r->flight[i].open : r->flight[i].total];
	return t_num(0);
}

static void merge(struct relation *r, struct step *st, struct phase *view)
{
	for (int i = 0; i < r->vars.n; i++) {
		const struct key *key = r->vars.at[i].key;
		int k = relation_key(r, key);
		if (!key)
			view->v[i] = view->own[i];
		else if (st->own_key[k])
			view->v[i] = t_if(t_eq(st->own_key[k], r->skolem[k]), view->own[i], view->v[i]);
	}
}

void phase_features(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;
	struct env env = {.r = r, .step = st, .view = &st->aged, .candidate = -1};

	st->fed.v = copied(r, st->aged.v);
	st->fed.own = copied(r, st->aged.own);
	for (int i = 0; i < p->features.n; i++)
		st->push[i] = (struct push){t_bool(false), t_bool(false), NULL};
	if (st->kind == STEP_SETTLE || !st->event)
		return;
	for (int i = 0; i < p->features.n; i++)
		feed(r, st, &env, p->features.at[i], st->fed.own);
	for (int i = 0; i < p->features.n; i++)
		for (int j = 0; j < p->features.n; j++)
			if (i != j && st->push[i].leaves && st->push[j].leaves &&
				same_stream(p->features.at[i], p->features.at[j]))
				share_ring(r, st, p->features.at[i], p->features.at[j], st->aged.own);
	for (int i = 0; i < r->flights.n; i++) {
		if (r->flights.at[i].open == st->event)
			launch(r, st, &env, i, st->fed.own);
		else if (r->flights.at[i].close == st->event)
			land(r, st, &env, i, st->fed.own);
	}
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			carry_amount(r, st, &env, p->features.at[i], st->fed.own);
	merge(r, st, &st->fed);
}

/* ---- guardrails ---- */

static bool reads(const struct expr *e, const struct feature *f)
{
	return e && (e->feature == f || reads(e->a, f) || reads(e->b, f) || reads(e->c, f));
}

bool relation_resets(const struct guardrail *g, const struct feature *f, bool trip)
{
	return (trip ? f->reset_on_trip : f->reset_on_rearm) && f->state->key == g->key &&
		f->kind != FEATURE_IN_FLIGHT && (reads(g->trip, f) || reads(g->rearm, f));
}

static void reset(struct relation *r, const struct guardrail *g, bool trip, term when, term *own)
{
	for (int i = 0; i < r->vars.n; i++) {
		const struct var *x = &r->vars.at[i];
		if (x->feature && relation_resets(g, x->feature, trip))
			own[i] = t_if(when, x->initial, own[i]);
	}
}

static void move(struct relation *r, struct step *st, const struct guardrail *g)
{
	const struct guardrail_vars *x = &r->guardrail[g->index];
	struct env env = {.r = r, .step = st, .view = &st->mid, .candidate = -1};
	term *own = st->mid.own;
	term now = st->mid.v[r->now];
	term tripped = own[x->tripped];
	term evidence = g->trip ? expr_term(&env, g->trip) : t_bool(false);
	term healed = g->latch ? t_bool(false) : g->rearm ? expr_term(&env, g->rearm) : t_bool(true);
	term timers = t_and(t_gei(t_sub(now, own[x->trip_at]), g->hold),
		t_or(t_not(own[x->rearmed]), t_gei(t_sub(now, own[x->rearm_at]), g->every)));

	term trips = t_and(t_not(tripped), evidence);
	term rearms = t_and(tripped, t_and(healed, timers));
	st->trips[g->index] = trips;
	st->rearms[g->index] = rearms;
	st->trip_evidence[g->index] = evidence;
	st->rearm_evidence[g->index] = healed;
	own[x->tripped] = t_or(trips, t_and(tripped, t_not(rearms)));
	own[x->ever] = t_or(own[x->ever], trips);
	own[x->trip_at] = t_if(trips, now, own[x->trip_at]);
	own[x->rearmed] = t_or(own[x->rearmed], rearms);
	own[x->rearm_at] = t_if(rearms, now, own[x->rearm_at]);
	reset(r, g, true, trips, own);
	reset(r, g, false, rearms, own);
}

void phase_guardrails(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;

	st->mid.v = copied(r, st->fed.v);
	st->mid.own = copied(r, st->fed.own);
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		if (g->key && (st->kind == STEP_SETTLE || !st->own_key[relation_key(r, g->key)]))
			continue;
		/* What a guardrail reads and moves must be current in both views, whichever of them it uses. */
		st->mid.v = copied(r, st->mid.v);
		move(r, st, g);
		merge(r, st, &st->mid);
	}
}
