/* Candidate lemmas by component, and which of them are an invariant together. */
#include "lemmas.h"

enum { SINGLE = 32 /* of what is spent on all lemmas at once, one alone gets this part */ };

static const char *bounds_text(const struct var *v)
{
	if (v->hi < v->lo)
		return arena_printf("%s >= %lld", v->name, (long long)v->lo);
	return arena_printf("%lld <= %s <= %lld", (long long)v->lo, v->name, (long long)v->hi);
}

static struct lemma *add(struct lemmas *l, const struct relation *r, enum lemma_kind kind, int var, const char *text)
{
	const struct var *v = &r->vars.at[var];
	struct lemma *x = list_add(&l->all);

	*x = (struct lemma){.kind = kind, .kept = true, .var = var, .of = NO_VAR, .text = text, .key = v->key};
	x->feature = v->feature;
	x->guarantee = v->guarantee;
	x->guardrail = v->guardrail;
	x->lo = v->lo;
	x->hi = v->hi;
	return x;
}

static const char *name(const struct relation *r, int var)
{
	return r->vars.at[var].name;
}

static void windows(struct lemmas *l, const struct relation *r, int hits, int seen)
{
	if (hits != NO_VAR && seen != NO_VAR)
		add(l, r, LEMMA_HITS, hits, arena_printf("%s <= %s", name(r, hits), name(r, seen)))->of = seen;
}

/* What some filters make of a window, and most do not. */
static void extremes(struct lemmas *l, const struct relation *r, int hits, int seen)
{
	if (hits == NO_VAR)
		return;
	add(l, r, LEMMA_NONE, hits, arena_printf("%s == 0", name(r, hits)));
	if (seen != NO_VAR)
		add(l, r, LEMMA_ALL, hits, arena_printf("%s == %s", name(r, hits), name(r, seen)))->of = seen;
}

static void ring(struct lemmas *l, const struct relation *r, int hits, int seen, const int *elements, num n)
{
	struct lemma *x;

	if (!elements)
		return;
	x = add(l, r, LEMMA_RING, hits, arena_printf("%s is how many of its elements hit", name(r, hits)));
	x->of = seen;
	x->ring = elements;
	x->n = (int)n;
}

static void of_feature(struct lemmas *l, const struct relation *r, const struct feature *f)
{
	const struct feature_vars *x = &r->feature[f->index];

	windows(l, r, x->hits, x->fill);
	extremes(l, r, x->hits, x->fill);
	ring(l, r, x->hits, x->fill, x->ring, f->events);
	if (x->at != NO_VAR)
		add(l, r, LEMMA_PAST, x->at, arena_printf("%s <= now", name(r, x->at)));
	if (x->value != NO_VAR && x->seen != NO_VAR && f->events > 0)
		add(l, r, LEMMA_EMPTY, x->value,
			arena_printf("%s == 0 ==> %s == %lld", name(r, x->seen), f->name, (long long)f->initial))
			->of = x->seen;
	if (x->element)
		add(l, r, LEMMA_VALUE, x->value, arena_printf("%s is that of its elements", f->name));
	for (int i = 0; f->kind == FEATURE_IN_FLIGHT && i < r->flights.n; i++) {
		if (r->flights.at[i].open != f->on || r->flights.at[i].close != f->until)
			continue;
		struct lemma *a = add(l, r, LEMMA_AMOUNT, x->value, NULL);
		a->of = f->state->key ? r->flight[i].open : r->flight[i].total;
		a->lo = f->value ? f->value->type.lo : 1;
		a->hi = f->value ? f->value->type.hi : 1;
		a->text = arena_printf("%lld * %s <= %s <= %lld * %s", (long long)a->lo, name(r, a->of), f->name,
			(long long)a->hi, name(r, a->of));
	}
	for (int i = 0; f->kind == FEATURE_SINCE && !f->where && i < r->flights.n; i++) {
		int out = f->state->key ? r->flight[i].open : r->flight[i].total;
		if (r->flights.at[i].open == f->on && r->flights.at[i].close == f->until) /* none of those has closed */
			add(l, r, LEMMA_CARRIED, x->value, arena_printf("%s <= %s", f->name, name(r, out)))->of = out;
		if (r->flights.at[i].open == f->until &&
			r->flights.at[i].close == f->on) { /* each of those was open then */
			struct lemma *a = add(l, r, LEMMA_CLOSED, x->value, NULL);
			a->of = out;
			a->bound = r->flights.at[i].max;
			a->text = arena_printf("%s + %s <= %lld", f->name, name(r, out), (long long)a->bound);
		}
	}
}

static bool reads(const struct expr *e, const struct feature *f)
{
	return e && (e->feature == f || reads(e->a, f) || reads(e->b, f) || reads(e->c, f));
}

static bool counted(const struct feature *f)
{
	return f->events > 0 && (f->kind == FEATURE_COUNT || f->kind == FEATURE_SHARE);
}

/* A key that is alone is none. */
static const struct key *of_many(const struct key *k)
{
	return k && k->max > 1 ? k : NULL;
}

static bool same_record(const struct feature *f, const struct feature *g)
{
	return of_many(f->state->key) == of_many(g->state->key);
}

static void segments(struct lemmas *l, const struct relation *r)
{
	const struct policy *p = r->policy;

	for (int i = 0; i < p->features.n; i++)
		for (int j = i + 1; j < p->features.n; j++) {
			const struct feature *f = p->features.at[i], *g = p->features.at[j];
			if (!counted(f) || !counted(g) || !same_record(f, g) || f->on != g->on ||
				!relation_same(f->where, g->where) || !relation_same(f->among, g->among))
				continue;
			struct lemma *x = add(l, r, LEMMA_SEGMENT, r->feature[i].hits,
				arena_printf("%s and %s are the end of one sequence", f->name, g->name));
			x->other = g;
		}
}

/* What a filter has to do with the values of another window, element by element; and what values with values. */
static void link(struct lemmas *l, const struct relation *r, const struct feature *f, const struct feature *g)
{
	const struct feature_vars *x = &r->feature[f->index], *y = &r->feature[g->index];
	num lo = r->vars.at[y->element[0]].lo, hi = r->vars.at[y->element[0]].hi;
	const struct feature *shorter = f->events < g->events ? f : g, *longer = shorter == f ? g : f;
	int n = (int)shorter->events;
	struct lemma *seen = add(l, r, LEMMA_SEEN, r->feature[shorter->index].seen,
		arena_printf("%s is as full as %s", shorter->name, longer->name));

	seen->of = r->feature[longer->index].seen;
	seen->bound = shorter->events;
	if (x->element) {
		struct lemma *same = add(
			l, r, LEMMA_SAME, x->element[0], arena_printf("%s and %s are of the same", f->name, g->name));
		same->other = g;
		same->n = n;
	}
	for (num k = lo + 1; x->ring && hi - lo <= 8 && k <= hi; k++)
		for (int way = 0; way < 4; way++) { /* bit 0: hits; bit 1: at least */
			struct lemma *one = add(l, r, LEMMA_LINK, x->ring[0],
				arena_printf("what %s in %s is %s %lld in %s", way & 1 ? "hits" : "misses", f->name,
					way & 2 ? "at least" : "below", (long long)k, g->name));
			one->other = g;
			one->n = n;
			one->lo = way;
			one->bound = k;
		}
}

static void links(struct lemmas *l, const struct relation *r)
{
	const struct policy *p = r->policy;

	for (int i = 0; i < p->features.n; i++)
		for (int j = 0; j < p->features.n; j++) {
			const struct feature *f = p->features.at[i], *g = p->features.at[j];
			if (!r->feature[j].element || i == j || (r->feature[i].element && i > j) ||
				!same_record(f, g) || f->on != g->on)
				continue;
			if (r->feature[i].element || (r->feature[i].ring && relation_same(f->among, g->where)))
				link(l, r, f, g);
		}
}

/* What two filters have to do with each other, element by element. */
static void pair(struct lemmas *l, const struct relation *r, const char *a, const int *x, num n, const char *b,
	const int *y, num m)
{
	static const struct {
		enum lemma_kind kind;
		const char *text;
	} kinds[] = {{LEMMA_BOTH, "what hits in %s hits in %s, and the other way round"},
		{LEMMA_EITHER, "nothing hits in %s and %s"}, {LEMMA_WHERE, "what hits in %s hits in %s"}};

	if (!x || !y)
		return;
	for (int i = 0; i < 4; i++) {
		bool back = i == 3;
		struct lemma *one = add(l, r, kinds[back ? 2 : i].kind, back ? y[0] : x[0],
			arena_printf(kinds[back ? 2 : i].text, back ? b : a, back ? a : b));
		one->ring = back ? y : x;
		one->other_ring = back ? x : y;
		one->n = (int)(n < m ? n : m);
	}
}

static void pairs(struct lemmas *l, const struct relation *r)
{
	const struct policy *p = r->policy;

	for (int i = 0; i < p->features.n; i++)
		for (int j = i + 1; j < p->features.n; j++) {
			const struct feature *f = p->features.at[i], *g = p->features.at[j];
			if (same_record(f, g) && f->on == g->on && relation_same(f->among, g->among))
				pair(l, r, f->name, r->feature[i].ring, f->events, g->name, r->feature[j].ring,
					g->events);
		}
	for (int i = 0; i < p->guarantees.n; i++)
		for (int j = 0; j < p->guarantees.n; j++) {
			const struct guarantee *f = p->guarantees.at[i], *g = p->guarantees.at[j];
			if (i == j || f->kind != GUARANTEE_COUNT || g->kind != GUARANTEE_COUNT)
				continue;
			if (i < j)
				pair(l, r, f->name, r->guarantee[i].ring, f->events, g->name, r->guarantee[j].ring,
					g->events);
			if (f->events > g->events || (f->events == g->events && i > j))
				continue;
			struct lemma *seen = add(l, r, LEMMA_SEEN, r->guarantee[i].seen,
				arena_printf("%s is as full as %s", f->name, g->name));
			seen->of = r->guarantee[j].seen;
			seen->bound = f->events;
		}
}

static void of_guarantee(struct lemmas *l, const struct relation *r, const struct guarantee *g)
{
	const struct guarantee_vars *x = &r->guarantee[g->index];

	if (x->hits == NO_VAR)
		return;
	windows(l, r, x->hits, x->seen);
	ring(l, r, x->hits, x->seen, x->ring, g->events);
	struct lemma *limit = add(l, r, g->cmp == EXPR_LE ? LEMMA_LIMIT : LEMMA_FLOOR, x->hits, NULL);
	limit->bound = g->limit;
	limit->of = x->seen;
	limit->text = g->cmp == EXPR_LE
		? arena_printf("%s <= %lld", name(r, x->hits), (long long)g->limit)
		: arena_printf("%s full ==> %s >= %lld", g->name, name(r, x->hits), (long long)g->limit);
}

/* A condition that the state alone decides, of the followed key. */
static bool of_state(const struct expr *e)
{
	if (!e)
		return true;
	if (e->op == EXPR_TUNABLE || e->op == EXPR_TRIPPED || e->op == EXPR_ROOM || e->op == EXPR_SAID ||
		e->op == EXPR_TRIP_AGE)
		return false;
	if (e->op == EXPR_KEYVAR && e->type.key->max > 1)
		return false;
	return of_state(e->a) && of_state(e->b) && of_state(e->c);
}

static void conditions(struct lemmas *l, const struct relation *r, const struct guardrail *g)
{
	const struct guardrail_vars *x = &r->guardrail[g->index];

	for (int i = 0; i < r->policy->features.n; i++) {
		const struct feature *f = r->policy->features.at[i];
		int seen = r->feature[i].seen;
		if (!reads(g->trip, f) || seen == NO_VAR ||
			(f->state->key && f->state->key != g->key && f->state->key->max > 1))
			continue;
		struct lemma *known = add(l, r, LEMMA_KNOWN, x->ever, NULL);
		known->of = seen;
		known->bound = f->after > 1 ? f->after : 1;
		known->text = arena_printf("%s.ever ==> %s >= %lld", g->name, name(r, seen), (long long)known->bound);
	}
	if (of_state(g->trip))
		add(l, r, LEMMA_CALM, x->tripped, arena_printf("%s armed ==> not (%s)", g->name, show_expr(g->trip)));
	for (num hold = g->hold; !g->latch && g->rearm && of_state(g->rearm) && hold <= g->hold + (g->hold == 0);
		hold++)
		add(l, r, LEMMA_SICK, x->tripped,
			arena_printf("%s tripped for %lld, its times over ==> not (%s)", g->name, (long long)hold,
				show_expr(g->rearm)))
			->bound = hold;
}

/* Two guardrails, of no key or of one that is alone. */
static void together(struct lemmas *l, const struct relation *r, const struct guardrail *a, const struct guardrail *b)
{
	static const struct {
		enum lemma_kind kind;
		const char *text;
	} kinds[] = {{LEMMA_ONE, "%s or %s is tripped"}, {LEMMA_APART, "not both %s and %s are tripped"},
		{LEMMA_WITH, "%s tripped ==> %s tripped"}};

	if ((a->key && a->key->max > 1) || (b->key && b->key->max > 1))
		return;
	for (int i = a->index < b->index ? 0 : 2; i < 3; i++)
		add(l, r, kinds[i].kind, r->guardrail[a->index].tripped, arena_printf(kinds[i].text, a->name, b->name))
			->of = r->guardrail[b->index].tripped;
}

static void of_guardrail(struct lemmas *l, const struct relation *r, const struct guardrail *g)
{
	const struct guardrail_vars *x = &r->guardrail[g->index];
	long long hold = (long long)g->hold;

	add(l, r, LEMMA_PAST, x->trip_at, arena_printf("%s.trip <= now", g->name));
	add(l, r, LEMMA_PAST, x->rearm_at, arena_printf("%s.rearm <= now", g->name));
	add(l, r, LEMMA_EVER, x->tripped, arena_printf("%s.tripped ==> %s.ever", g->name, g->name));
	if (g->latch) {
		add(l, r, LEMMA_LATCH, x->tripped, arena_printf("%s.ever ==> %s.tripped", g->name, g->name));
		return;
	}
	add(l, r, LEMMA_HOLD, x->tripped,
		arena_printf("%s armed and ever tripped ==> now - %s.trip >= %lld", g->name, g->name, hold))
		->bound = g->hold;
	add(l, r, LEMMA_REARMED, x->tripped,
		arena_printf(
			"%s armed and ever tripped ==> %s.rearm - %s.trip >= %lld", g->name, g->name, g->name, hold))
		->bound = g->hold;
	add(l, r, LEMMA_TRIPPED, x->tripped,
		arena_printf("%s tripped and ever rearmed ==> %s.rearm <= %s.trip", g->name, g->name, g->name));
}

static void of_flight(struct lemmas *l, const struct relation *r, int i)
{
	const struct flight_vars *x = &r->flight[i];

	if (x->total != x->open)
		add(l, r, LEMMA_CARRIED, x->open, arena_printf("%s <= %s", name(r, x->open), name(r, x->total)))->of =
			x->total;
	for (int a = 0; r->flights.at[i].carry && a < r->atoms.n; a++)
		add(l, r, LEMMA_CARRIED, x->carried[a],
			arena_printf("(%s) <= %s", name(r, x->carried[a]), name(r, x->open)))
			->of = x->open;
}

void lemmas_collect(const struct relation *r, struct lemmas *l)
{
	const struct policy *p = r->policy;

	for (int i = 0; i < r->vars.n; i++)
		if (!r->vars.at[i].truth)
			add(l, r, LEMMA_RANGE, i, bounds_text(&r->vars.at[i]));
	for (int i = 0; i < p->features.n; i++)
		of_feature(l, r, p->features.at[i]);
	segments(l, r);
	pairs(l, r);
	links(l, r);
	for (int i = 0; i < r->flights.n; i++)
		of_flight(l, r, i);
	if (r->asked_at != NO_VAR)
		add(l, r, LEMMA_PAST, r->asked_at, "asked <= now");
	for (int i = 0; i < p->guardrails.n; i++) {
		of_guardrail(l, r, p->guardrails.at[i]);
		conditions(l, r, p->guardrails.at[i]);
		for (int j = 0; j < p->guardrails.n; j++)
			if (i != j)
				together(l, r, p->guardrails.at[i], p->guardrails.at[j]);
		add(l, r, LEMMA_NEVER, r->guardrail[i].ever, arena_printf("%s never trips", p->guardrails.at[i]->name));
	}
	for (int i = 0; i < p->guarantees.n; i++)
		of_guarantee(l, r, p->guarantees.at[i]);
}

/* Of what one event tells two times: the run of the one began when the other was last told, or later. */
static void orders(struct lemmas *l, const struct relation *r)
{
	const struct policy *p = r->policy;

	for (int i = 0; i < p->features.n; i++)
		for (int j = 0; j < p->features.n; j++) {
			const struct feature *f = p->features.at[i], *g = p->features.at[j];
			if (i == j || r->feature[i].at == NO_VAR || r->feature[j].at == NO_VAR || !same_record(f, g) ||
				f->on != g->on)
				continue;
			struct lemma *x = add(l, r, LEMMA_ORDER, r->feature[i].at,
				arena_printf("%s counts from no earlier than %s", f->name, g->name));
			x->of = r->feature[i].running;
			x->other = g;
			x = add(l, r, LEMMA_RUNS, r->feature[i].running,
				arena_printf("%s runs no longer than %s", f->name, g->name));
			x->other = g;
		}
}

void lemmas_collect_real(const struct relation *r, struct lemmas *l)
{
	const struct policy *p = r->policy;

	lemmas_collect(r, l);
	orders(l, r);
	for (int i = 0; i < p->guarantees.n; i++)
		extremes(l, r, r->guarantee[i].hits, r->guarantee[i].seen);
	for (int i = 0; i < p->guardrails.n; i++)
		if (!p->guardrails.at[i]->key || p->guardrails.at[i]->key->max <= 1)
			add(l, r, LEMMA_FRESH, r->guardrail[i].ever,
				arena_printf("%s trips at once", p->guardrails.at[i]->name));
	l->real = true;
}

bool lemma_is_guess(const struct lemma *l)
{
	static const bool guess[LEMMA_EMPTY + 1] = {[LEMMA_ALL] = true,
		[LEMMA_NONE] = true,
		[LEMMA_NEVER] = true,
		[LEMMA_BOTH] = true,
		[LEMMA_EITHER] = true,
		[LEMMA_WHERE] = true,
		[LEMMA_LINK] = true,
		[LEMMA_SAME] = true,
		[LEMMA_ORDER] = true,
		[LEMMA_RUNS] = true,
		[LEMMA_KNOWN] = true,
		[LEMMA_CALM] = true,
		[LEMMA_SICK] = true,
		[LEMMA_ONE] = true,
		[LEMMA_APART] = true,
		[LEMMA_WITH] = true};

	return guess[l->kind] || (l->kind == LEMMA_SEEN && l->feature);
}

/* ---- as terms ---- */

static term untouched(const struct relation *r, const term *v)
{
	term all = t_bool(true);

	for (int i = 0; i < r->vars.n; i++)
		if (i != r->now)
			all = t_and(all, t_eq(v[i], r->vars.at[i].initial));
	return all;
}

static term guardrail_lemma(const struct relation *r, const struct lemma *l, const term *v)
{
	const struct guardrail_vars *x = &r->guardrail[l->guardrail->index];
	term tripped = v[x->tripped], ever = v[x->ever], rested = t_and(ever, t_not(tripped));

	switch ((int)l->kind) {
	case LEMMA_EVER:
		return t_implies(tripped, ever);
	case LEMMA_HOLD:
		return t_implies(rested, t_gei(t_sub(v[r->now], v[x->trip_at]), l->bound));
	case LEMMA_LATCH:
		return t_implies(ever, tripped);
	case LEMMA_REARMED:
		return t_implies(rested, t_and(v[x->rearmed], t_gei(t_sub(v[x->rearm_at], v[x->trip_at]), l->bound)));
	default:
		return t_implies(t_and(tripped, v[x->rearmed]), t_le(v[x->rearm_at], v[x->trip_at]));
	}
}

/* The elements beyond the shorter one are n, of which h hit. */
static term segment_lemma(const struct relation *r, const struct lemma *l, const term *v)
{
	const struct feature_vars *x = &r->feature[l->feature->index], *y = &r->feature[l->other->index];
	term n = t_sub(v[x->seen], v[y->seen]), h = t_sub(v[x->hits], v[y->hits]);

	return t_and(t_implies(t_gei(n, 0), t_and(t_gei(h, 0), t_le(h, n))),
		t_implies(t_lei(n, 0), t_and(t_lei(h, 0), t_le(n, h))));
}

static term ring_lemma(const struct lemma *l, const term *v)
{
	term sum = t_num(0), all = t_bool(true);

	for (int i = 0; i < l->n; i++) {
		sum = t_add(sum, t_bit(v[l->ring[i]]));
		all = t_and(all, t_implies(v[l->ring[i]], t_gei(v[l->of], i + 1)));
	}
	return t_and(t_eq(v[l->var], sum), all);
}

static term pair_lemma(const struct lemma *l, const term *v)
{
	term all = t_bool(true);

	for (int i = 0; i < l->n; i++) {
		term x = v[l->ring[i]], y = v[l->other_ring[i]];
		all = t_and(all,
			l->kind == LEMMA_BOTH		  ? t_iff(x, y)
				: l->kind == LEMMA_EITHER ? t_not(t_and(x, y))
							  : t_implies(x, y));
	}
	return all;
}

static term link_lemma(const struct relation *r, const struct lemma *l, const term *v)
{
	const struct feature_vars *x = &r->feature[l->feature->index], *y = &r->feature[l->other->index];
	term all = t_bool(true);

	for (int i = 0; i < l->n; i++) {
		term both = t_and(t_gei(v[x->seen], i + 1), t_gei(v[y->seen], i + 1)), e = v[y->element[i]];
		term at_least = t_gei(e, l->bound);
		if (l->kind == LEMMA_SAME) {
			all = t_and(all, t_implies(both, t_eq(v[x->element[i]], e)));
			continue;
		}
		term is = l->lo & 1 ? v[x->ring[i]] : t_not(v[x->ring[i]]);
		all = t_and(all, t_implies(t_and(both, is), l->lo & 2 ? at_least : t_not(at_least)));
	}
	return all;
}

static term condition_lemma(const struct relation *r, const struct lemma *l, const term *v)
{
	const struct guardrail *g = l->guardrail;
	const struct guardrail_vars *x = &r->guardrail[g->index];
	struct step *still = relation_still((struct relation *)r, (term *)v);
	struct env env = {.r = (struct relation *)r, .step = still, .view = &still->mid, .candidate = -1};
	term now = v[r->now];

	if (l->kind == LEMMA_CALM)
		return t_or(t_or(v[x->tripped], t_not(expr_term(&env, g->trip))), untouched(r, v));
	term over = t_and(t_gei(t_sub(now, v[x->trip_at]), l->bound),
		t_or(t_not(v[x->rearmed]), t_gei(t_sub(now, v[x->rearm_at]), g->every)));
	return t_implies(t_and(v[x->tripped], over), t_not(expr_term(&env, g->rearm)));
}

term lemma_term(const struct relation *r, const struct lemma *l, const term *v)
{
	const struct guarantee *g = l->guarantee;
	term x = v[l->var];

	switch (l->kind) {
	case LEMMA_RANGE:
		return relation_range(&r->vars.at[l->var], x);
	case LEMMA_HITS:
	case LEMMA_CARRIED:
		return t_and(t_gei(x, 0), t_le(x, v[l->of]));
	case LEMMA_CLOSED:
		return t_and(t_gei(x, 0), t_lei(t_add(x, v[l->of]), l->bound));
	case LEMMA_LIMIT:
		return t_lei(x, l->bound);
	case LEMMA_FLOOR:
		if (l->of == NO_VAR)
			return t_gei(x, l->bound);
		return t_implies(t_and(t_gei(v[l->of], g->events),
					 r->guarantee[g->index].clean == NO_VAR
						 ? t_bool(true)
						 : t_gei(v[r->guarantee[g->index].clean], g->events)),
			t_gei(x, l->bound));
	case LEMMA_PAST:
		return t_and(t_gei(x, 0), t_le(x, v[r->now]));
	case LEMMA_SEGMENT:
		return segment_lemma(r, l, v);
	case LEMMA_RING:
		return ring_lemma(l, v);
	case LEMMA_SEEN:
		return t_eq(x, t_min(v[l->of], t_num(l->bound)));
	case LEMMA_BOTH:
	case LEMMA_EITHER:
	case LEMMA_WHERE:
		return pair_lemma(l, v);
	case LEMMA_KNOWN:
		return t_implies(x, t_gei(v[l->of], l->bound));
	case LEMMA_ONE:
		return t_or(t_or(x, v[l->of]), untouched(r, v));
	case LEMMA_APART:
		return t_not(t_and(x, v[l->of]));
	case LEMMA_WITH:
		return t_implies(x, v[l->of]);
	case LEMMA_VALUE: {
		const struct feature_vars *y = &r->feature[l->feature->index];
		term element[CLOSER];
		for (int i = 0; i < l->feature->events; i++)
			element[i] = v[y->element[i]];
		return t_implies(t_gei(v[y->seen], 1), t_eq(x, elements_value(l->feature, element, v[y->seen])));
	}
	case LEMMA_LINK:
	case LEMMA_SAME:
		return link_lemma(r, l, v);
	case LEMMA_ORDER: {
		const struct feature_vars *y = &r->feature[l->other->index];
		return t_implies(t_and(v[l->of], v[y->running]), t_le(v[y->at], x));
	}
	case LEMMA_RUNS:
		return t_implies(x, v[r->feature[l->other->index].running]);
	case LEMMA_CALM:
	case LEMMA_SICK:
		return condition_lemma(r, l, v);
	case LEMMA_AMOUNT:
		return t_and(t_le(t_mul(t_num(l->lo), v[l->of]), x), t_le(x, t_mul(t_num(l->hi), v[l->of])));
	case LEMMA_ALL:
		return t_eq(x, v[l->of]);
	case LEMMA_NONE:
		return t_eqi(x, 0);
	case LEMMA_NEVER:
		return t_not(x);
	case LEMMA_FRESH:
		return t_or(x, untouched(r, v));
	case LEMMA_EMPTY:
		return t_implies(t_eqi(v[l->of], 0), t_eq(x, r->vars.at[l->var].initial));
	case LEMMA_EVER:
	case LEMMA_HOLD:
	case LEMMA_LATCH:
	case LEMMA_REARMED:
	case LEMMA_TRIPPED:
		return guardrail_lemma(r, l, v);
	}
	return t_bool(true);
}

term lemmas_state(const struct relation *r, const struct lemmas *l, const term *v)
{
	term all = t_bool(true);

	for (int i = 0; i < l->all.n; i++)
		if (l->all.at[i].kept)
			all = t_and(all, lemma_term(r, &l->all.at[i], v));
	return all;
}

term lemmas_windows(const struct relation *r, const struct lemmas *l, const term *v)
{
	term all = t_bool(true);

	for (int i = 0; i < l->all.n; i++) {
		const struct lemma *x = &l->all.at[i];
		if (x->kept && x->feature &&
			(x->kind == LEMMA_RANGE || x->kind == LEMMA_HITS || x->kind == LEMMA_RING ||
				x->kind == LEMMA_EMPTY))
			all = t_and(all, lemma_term(r, x, v));
	}
	return all;
}

/* It speaks of a variable of the policy, and of the record besides: whose, nobody said. */
static bool of_any_record(const struct lemma *l)
{
	return !l->key &&
		(l->kind == LEMMA_FRESH || l->kind == LEMMA_ONE || l->kind == LEMMA_CALM || l->kind == LEMMA_SICK);
}

/* One more record, with the policy-wide variables of the entry's start. */
term *lemmas_record(const struct relation *r, const struct step *st, const struct other *o)
{
	term *v = arena_alloc(sizeof(term) * (size_t)r->vars.n);

	for (int i = 0; i < r->vars.n; i++)
		v[i] = o->v[i] ? o->v[i] : st->pre[i];
	return v;
}

/* Inv of it: the lemmas of its key. */
static void assume_other(struct question *q, const struct relation *r, const struct lemmas *l, const struct step *st,
	const struct other *o)
{
	term *v = lemmas_record(r, st, o);

	for (int i = 0; i < l->all.n; i++)
		if (l->all.at[i].kept && (l->all.at[i].key == o->key || of_any_record(&l->all.at[i])))
			ask_assert(q, lemma_term(r, &l->all.at[i], v));
	if (l->combinations)
		ask_assert(q, combinations_term(r, l->combinations, v));
}

void lemmas_assume(struct question *q, const struct relation *r, const struct lemmas *l, const struct step *st)
{
	for (int i = 0; i < l->all.n; i++)
		if (l->all.at[i].kept)
			ask_assert(q, lemma_term(r, &l->all.at[i], st->pre));
	if (l->combinations)
		ask_assert(q, combinations_term(r, l->combinations, st->pre));
	for (int i = 0; i < st->others.n; i++)
		assume_other(q, r, l, st, &st->others.at[i]);
	ask_assert(q, st->allowed);
	ask_assert(q, l->real ? st->real : st->lawful);
}

/* The other records that a condition on a state reads, and what it takes from outside. */
void lemmas_assume_still(struct question *q, const struct relation *r, const struct lemmas *l, const struct step *still)
{
	for (int i = 0; i < still->others.n; i++)
		assume_other(q, r, l, still, &still->others.at[i]);
	ask_assert(q, still->allowed);
}

void lemmas_assume_within(
	struct question *q, const struct relation *r, const struct lemmas *l, const struct step *still)
{
	for (int k = 0; k < still->others.n; k++) {
		const struct other *o = &still->others.at[k];
		term *v = lemmas_record(r, still, o);
		for (int i = 0; i < l->all.n; i++) {
			const struct lemma *x = &l->all.at[i];
			if (x->kept && x->key == o->key && x->kind != LEMMA_CALM && x->kind != LEMMA_SICK)
				ask_assert(q, lemma_term(r, x, v));
		}
	}
	ask_assert(q, still->allowed);
}

bool lemma_holds(const struct lemmas *l, enum lemma_kind kind, const void *of)
{
	for (int i = 0; i < l->all.n; i++) {
		const struct lemma *x = &l->all.at[i];
		if (x->kept && x->kind == kind && (x->feature == of || x->guarantee == of || x->guardrail == of))
			return true;
	}
	return false;
}

/* ---- which of them hold together ---- */

/* The entry keeps this one: asked by itself, for where all are too many at once. */
static bool keeps(struct relation *r, const struct lemmas *l, const struct step *st, const struct lemma *x)
{
	struct question *q = ask_new(SMT_RLIMIT / SINGLE);
	bool is;

	lemmas_assume(q, r, l, st);
	ask_assert(q, t_not(lemma_term(r, x, st->post)));
	is = ask_check(q) == SMT_UNSAT;
	ask_free(q);
	return is;
}

bool lemmas_kept(struct relation *r, const struct lemmas *l, const struct step *st)
{
	for (int i = 0; i < l->all.n; i++)
		if (l->all.at[i].kept && !keeps(r, l, st, &l->all.at[i]))
			return false;
	return true;
}

/* What cannot be decided is no lemma. true: something was dropped. */
static bool settle_singly(struct relation *r, struct lemmas *l, const struct step *st)
{
	bool dropped = false;

	for (int i = 0; i < l->all.n; i++) {
		struct lemma *x = &l->all.at[i];
		if (x->kept && !keeps(r, l, st, x)) {
			x->kept = false;
			dropped = true;
		}
	}
	return dropped;
}

/* One entry: drops every lemma that it breaks, until it breaks none. true: something was dropped. */
static bool settle_entry(struct relation *r, struct lemmas *l, const struct step *st)
{
	bool dropped = false;

	for (;;) {
		struct question *q = ask_new(SMT_RLIMIT);
		term broken = t_bool(false);
		enum smt_answer answer;

		lemmas_assume(q, r, l, st);
		for (int i = 0; i < l->all.n; i++)
			if (l->all.at[i].kept)
				broken = t_or(broken, t_not(lemma_term(r, &l->all.at[i], st->post)));
		ask_assert(q, broken);
		answer = t_is_false(broken) ? SMT_UNSAT : ask_check(q);
		for (int i = 0; answer == SMT_SAT && i < l->all.n; i++) {
			struct lemma *x = &l->all.at[i];
			if (x->kept && !ask_true(q, lemma_term(r, x, st->post)))
				x->kept = false;
		}
		ask_free(q);
		l->rounds++;
		if (answer == SMT_UNSAT || (answer == SMT_UNKNOWN && !settle_singly(r, l, st)))
			return dropped;
		dropped = true;
	}
}

void lemmas_settle(struct relation *r, struct lemmas *l)
{
	term *init = relation_init(r);
	unsigned before = smt_spent();
	bool dropped = true;

	for (int i = 0; i < l->all.n; i++)
		if (!t_is_true(lemma_term(r, &l->all.at[i], init)))
			l->all.at[i].kept = false;
	while (dropped) {
		dropped = false;
		for (int i = 0; i < r->steps.n; i++)
			dropped |= settle_entry(r, l, r->steps.at[i]);
	}
	l->spent = smt_spent() - before;
}
