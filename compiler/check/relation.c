/* What a state is, and the frame of an entry: inputs, their ranges, the phases in order. */
#include "relation.h"
#include "../interp.h"

#include <string.h>

/* ---- variables ---- */

static int var_add(struct relation *r, struct var v)
{
	*list_add(&r->vars) = v;
	return r->vars.n - 1;
}

static struct var number(enum var_role role, const struct key *key, num lo, num hi, num initial, const char *name)
{
	return (struct var){.role = role, .key = key, .lo = lo, .hi = hi, .initial = t_num(initial), .name = name};
}

static struct var truth(enum var_role role, const struct key *key, const char *name)
{
	return (struct var){.role = role, .key = key, .truth = true, .initial = t_bool(false), .name = name};
}

static int feature_var(struct relation *r, const struct feature *f, struct var v)
{
	v.feature = f;
	return var_add(r, v);
}

/* What a value of the type can be as a number. A class has one more: what a model says that said none. */
static void type_bounds(const struct type *t, num *lo, num *hi)
{
	*lo = t->lo;
	*hi = t->hi;
	if (t->kind == TYPE_BOOL) {
		*lo = 0;
		*hi = 1;
	} else if (t->kind == TYPE_CLASS) {
		*lo = 0;
		*hi = t->symbols->names.n;
	} else if (t->kind == TYPE_KEY) {
		*lo = 0;
		*hi = t->key->max - 1;
	}
}

/* How much of a `last` feature anyone but the model reads. */
static void deepest(const struct expr *e, const struct feature *f, int *depth)
{
	if (!e)
		return;
	if (e->op == EXPR_COLUMN && e->feature == f && (int)e->value + 1 > *depth)
		*depth = (int)e->value + 1;
	deepest(e->a, f, depth);
	deepest(e->b, f, depth);
	deepest(e->c, f, depth);
}

static int last_depth(const struct policy *p, const struct feature *f)
{
	int depth = 0;

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *o = p->features.at[i];
		deepest(o->where, f, &depth);
		deepest(o->among, f, &depth);
		deepest(o->value, f, &depth);
		for (int c = 0; c < o->columns.n; c++)
			deepest(o->columns.at[c].value, f, &depth);
	}
	for (int c = 0; p->carry && c < p->carry->columns.n; c++)
		deepest(p->carry->columns.at[c].value, f, &depth);
	for (int i = 0; i < p->guardrails.n; i++) {
		deepest(p->guardrails.at[i]->trip, f, &depth);
		deepest(p->guardrails.at[i]->rearm, f, &depth);
	}
	for (int i = 0; i < p->guarantees.n; i++)
		deepest(p->guarantees.at[i]->holds, f, &depth);
	for (int i = 0; i < p->assumptions.n; i++)
		deepest(p->assumptions.at[i]->holds, f, &depth);
	if (p->decision) {
		deepest(p->decision->need, f, &depth);
		for (int i = 0; i < p->decision->parts.n; i++) {
			deepest(p->decision->parts.at[i].learned, f, &depth);
			deepest(p->decision->parts.at[i].fallback, f, &depth);
		}
	}
	return depth < f->events ? depth : (int)f->events;
}

static void add_last(struct relation *r, const struct feature *f, const struct key *key, struct feature_vars *v)
{
	v->depth = last_depth(r->policy, f);
	v->slot = arena_alloc(sizeof(int) * (size_t)(f->columns.n * v->depth + 1));
	for (int c = 0; c < f->columns.n; c++)
		for (int s = 0; s < v->depth; s++) {
			const struct column *col = &f->columns.at[c];
			num lo, hi;
			type_bounds(&col->value->type, &lo, &hi);
			struct var x = number(VAR_SLOT, key, lo, hi, col->initial,
				arena_printf("%s.%s[%d]", f->name, col->name ? col->name : "value", s));
			if (col->initial < x.lo)
				x.lo = col->initial;
			if (col->initial > x.hi)
				x.hi = col->initial;
			x.column = c;
			x.slot = s;
			v->slot[c * v->depth + s] = feature_var(r, f, x);
		}
}

static bool windowed(const struct feature *f)
{
	return f->events > 0 && f->kind != FEATURE_LAST;
}

static void add_seen(struct relation *r, const struct feature *f, const struct key *key, struct feature_vars *v)
{
	num hi = windowed(f) ? f->events : f->after;

	if (hi > 0)
		v->seen = feature_var(r, f, number(VAR_SEEN, key, 0, hi, 0, arena_printf("%s.seen", f->name)));
	v->fill = v->seen;
	if (f->kind == FEATURE_SHARE && !windowed(f))
		v->fill = feature_var(r, f, number(VAR_FILL, key, 0, -1, 0, arena_printf("%s.fill", f->name)));
}

static int *ring_add(struct relation *r, const struct key *key, num events, const char *name, const struct feature *f,
	const struct guarantee *g)
{
	int *ring;

	if (events <= 0 || events > RING)
		return NULL;
	ring = arena_alloc(sizeof(int) * (size_t)events);
	for (int i = 0; i < events; i++) {
		struct var x = truth(VAR_RING, key, arena_printf("%s[%d]", name, i));
		x.feature = f;
		x.guarantee = g;
		x.slot = i;
		ring[i] = var_add(r, x);
	}
	return ring;
}

/* Of what enters a feature only where a condition holds that bounds it: `max of open where open > 0`. */
static void narrow(const struct expr *value, const struct expr *where, num *lo, num *hi)
{
	if (!where)
		return;
	if (where->op == EXPR_AND) {
		narrow(value, where->a, lo, hi);
		narrow(value, where->b, lo, hi);
	}
	if (where->op < EXPR_EQ || where->op > EXPR_GE || where->b->op != EXPR_INT || !relation_same(where->a, value))
		return;
	num x = where->b->value;
	if ((where->op == EXPR_EQ || where->op == EXPR_GE || where->op == EXPR_GT) && x + (where->op == EXPR_GT) > *lo)
		*lo = x + (where->op == EXPR_GT);
	if ((where->op == EXPR_EQ || where->op == EXPR_LE || where->op == EXPR_LT) && x - (where->op == EXPR_LT) < *hi)
		*hi = x - (where->op == EXPR_LT);
}

static void element_bounds(const struct feature *f, num *lo, num *hi)
{
	type_bounds(&f->value->type, lo, hi);
	narrow(f->value, f->where, lo, hi);
	if (*lo > *hi) /* nothing ever enters */
		type_bounds(&f->value->type, lo, hi);
}

/* What a quantile of such elements may say: the upper edge of the bucket that an element falls in. */
static num edge_over(const struct feature *f, num element)
{
	for (int i = 0; i < f->edges.n - 1; i++)
		if (element <= f->edges.at[i])
			return f->edges.at[i];
	return f->edges.at[f->edges.n - 1];
}

static void add_elements(struct relation *r, const struct feature *f, const struct key *key, struct feature_vars *v)
{
	num lo, hi;

	if (f->events <= 0 || f->events > r->elements)
		return;
	element_bounds(f, &lo, &hi);
	v->element = arena_alloc(sizeof(int) * (size_t)f->events);
	for (int i = 0; i < f->events; i++) {
		struct var x = number(VAR_ELEMENT, key, lo, hi, lo, arena_printf("%s[%d]", f->name, i));
		x.slot = i;
		v->element[i] = feature_var(r, f, x);
	}
}

static void add_feature(struct relation *r, const struct feature *f)
{
	const struct key *key = f->state->key;
	struct feature_vars *v = &r->feature[f->index];
	const char *name = f->name;
	num lo = f->type.lo, hi = f->type.hi;

	*v = (struct feature_vars){NO_VAR, NO_VAR, NO_VAR, NO_VAR, NO_VAR, NO_VAR, NULL, 0, NULL, NULL};
	add_seen(r, f, key, v);
	switch (f->kind) {
	case FEATURE_LAST:
		add_last(r, f, key, v);
		break;
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE: /* of a time window: as many as come */
		v->hits = feature_var(r, f,
			number(VAR_HITS, key, 0, f->events > 0 ? f->events : -1, 0, arena_printf("%s.hits", name)));
		v->ring = ring_add(r, key, f->events, name, f, NULL);
		break;
	case FEATURE_IN_FLIGHT:
		v->value = feature_var(r, f, number(VAR_VALUE, key, lo, hi, 0, name));
		break;
	case FEATURE_EXP_MEAN:
		v->running = feature_var(r, f, truth(VAR_RUNNING, key, arena_printf("%s.any", name)));
		v->value = feature_var(
			r, f, number(VAR_VALUE, key, lo * 65536, hi * 65536 + 65535, f->initial * 65536, name));
		break;
	case FEATURE_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
	case FEATURE_QUANTILE:
		element_bounds(f, &lo, &hi); /* a mean, an extreme or a rank of elements lies within their bounds */
		if (f->kind == FEATURE_QUANTILE) {
			lo = edge_over(f, lo);
			hi = edge_over(f, hi);
		}
		if (f->initial < lo)
			lo = f->initial;
		if (f->initial > hi)
			hi = f->initial;
		v->value = feature_var(r, f, number(VAR_VALUE, key, lo, hi, f->initial, name));
		add_elements(r, f, key, v);
		break;
	case FEATURE_AGE:
	case FEATURE_HELD:
		v->running = feature_var(r, f, truth(VAR_RUNNING, key, arena_printf("%s.on", name)));
		v->at = feature_var(r, f, number(VAR_AT, key, 0, -1, 0, arena_printf("%s.at", name)));
		break;
	case FEATURE_SINCE:
		v->value = feature_var(r, f, number(VAR_VALUE, key, 0, 4294967295, 0, name));
		break;
	case FEATURE_KINDS:
		break;
	}
}

static void add_guardrail(struct relation *r, const struct guardrail *g)
{
	struct guardrail_vars *v = &r->guardrail[g->index];
	int shadow = 0;

	for (int i = 0; i < r->policy->models.n; i++) {
		const struct model *m = r->policy->models.at[i];
		shadow = m->shadow ? m->shadow : m->probe ? m->probe : shadow;
	}
	struct var all[] = {
		truth(VAR_TRIPPED, g->key, arena_printf("%s.tripped", g->name)),
		truth(VAR_EVER, g->key, arena_printf("%s.ever", g->name)),
		number(VAR_TRIP_AT, g->key, 0, -1, 0, arena_printf("%s.trip", g->name)),
		truth(VAR_REARMED, g->key, arena_printf("%s.rearmed", g->name)),
		number(VAR_REARM_AT, g->key, 0, -1, 0, arena_printf("%s.rearm", g->name)),
		number(VAR_TURN, g->key, 0, shadow ? shadow - 1 : 0, 0, arena_printf("%s.turn", g->name)),
	};
	int at[6];
	for (int i = 0; i < 6; i++) {
		all[i].guardrail = g;
		at[i] = i == 5 && !shadow ? NO_VAR : var_add(r, all[i]);
	}
	*v = (struct guardrail_vars){at[0], at[1], at[2], at[3], at[4], at[5]};
}

static void add_guarantee(struct relation *r, const struct guarantee *g)
{
	struct guarantee_vars *v = &r->guarantee[g->index];

	*v = (struct guarantee_vars){NO_VAR, NO_VAR, NO_VAR, NULL};
	if (g->kind == GUARANTEE_POINT)
		return;
	struct var hits = number(
		VAR_HITS, NULL, 0, g->kind == GUARANTEE_COUNT ? g->events : -1, 0, arena_printf("%s.hits", g->name));
	hits.guarantee = g;
	v->hits = var_add(r, hits);
	if (g->kind == GUARANTEE_COUNT) {
		struct var seen = number(VAR_SEEN, NULL, 0, g->events, 0, arena_printf("%s.seen", g->name));
		seen.guarantee = g;
		v->seen = var_add(r, seen);
		v->ring = ring_add(r, NULL, g->events, g->name, NULL, g);
		if (g->under.n) {
			struct var clean = number(VAR_CLEAN, NULL, 0, g->events, 0, arena_printf("%s.clean", g->name));
			clean.guarantee = g;
			v->clean = var_add(r, clean);
		}
	}
}

/* ---- requests in flight ---- */

static int flight_of(struct relation *r, const struct event *open, const struct event *close)
{
	for (int i = 0; i < r->flights.n; i++)
		if (r->flights.at[i].open == open && r->flights.at[i].close == close)
			return i;
	struct flight f = {.open = open, .close = close, .key = open->key ? open->key->type.key : NULL};
	f.max = open->tag ? open->tag->type.hi + 1 : 0;
	*list_add(&r->flights) = f;
	return r->flights.n - 1;
}

static bool of_carry(const struct expr *e)
{
	if (!e)
		return true;
	switch ((int)e->op) {
	case EXPR_INT:
	case EXPR_SYMBOL:
	case EXPR_CARRY:
		return true;
	case EXPR_ADD:
	case EXPR_SUB:
	case EXPR_MUL:
	case EXPR_DIV:
	case EXPR_MOD:
	case EXPR_MIN:
	case EXPR_MAX:
		return of_carry(e->a) && of_carry(e->b);
	default:
		return false;
	}
}

/* Comparisons over the carry alone: how many requests that satisfy one are out is what causality leaves of them. */
static void collect_atoms(struct relation *r, const struct expr *e)
{
	if (!e)
		return;
	if (e->op >= EXPR_EQ && e->op <= EXPR_GE && of_carry(e->a) && of_carry(e->b)) {
		for (int i = 0; i < r->atoms.n; i++)
			if (relation_same(r->atoms.at[i], e))
				return;
		*list_add(&r->atoms) = e;
		return;
	}
	collect_atoms(r, e->a);
	collect_atoms(r, e->b);
	collect_atoms(r, e->c);
}

static void add_flights(struct relation *r)
{
	const struct policy *p = r->policy;

	if (p->carry) {
		int i = flight_of(r, p->carry->open, p->carry->close);
		r->flights.at[i].carry = p->carry;
		r->flights.at[i].max = p->carry->max;
		r->flights.at[i].key = p->carry->key;
	}
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		if (f->kind == FEATURE_IN_FLIGHT)
			flight_of(r, f->on, f->until);
		collect_atoms(r, f->where);
		collect_atoms(r, f->among);
	}
	r->flight = arena_alloc(sizeof *r->flight * (size_t)(r->flights.n + 1));
	for (int i = 0; i < r->flights.n; i++) {
		const struct flight *f = &r->flights.at[i];
		struct var open = number(VAR_OPEN, f->key, 0, f->max, 0, arena_printf("%s.open", f->open->name));
		open.flight = f;
		r->flight[i].open = r->flight[i].total = var_add(r, open);
		if (f->key) {
			open.role = VAR_TOTAL;
			open.key = NULL;
			open.name = arena_printf("%s.total", f->open->name);
			r->flight[i].total = var_add(r, open);
		}
		if (!f->carry)
			continue;
		r->flight[i].carried = arena_alloc(sizeof(int) * (size_t)(r->atoms.n + 1));
		for (int a = 0; a < r->atoms.n; a++) {
			struct var x = number(VAR_CARRIED, f->key, 0, f->max, 0,
				arena_printf("%s where %s", f->open->name, show_expr(r->atoms.at[a])));
			x.flight = f;
			x.slot = a;
			r->flight[i].carried[a] = var_add(r, x);
		}
	}
}

const struct key *relation_list_key(const struct field *list, const struct key *want, int *index)
{
	for (int i = 0; list && i < list->record.n; i++) {
		const struct field *f = list->record.at[i];
		if (f->type.kind == TYPE_KEY && (!want || f->type.key == want)) {
			*index = i;
			return f->type.key;
		}
	}
	return NULL;
}

static void add_model(struct relation *r, const struct model *m)
{
	const struct decision *d = r->policy->decision;
	const struct key *key = NULL;
	int index;

	if (m->each)
		key = relation_list_key(m->each, NULL, &index);
	num none = m->classes ? m->classes->names.n : -1;
	num lo = m->classes ? 0 : m->type.lo < -1 ? m->type.lo : -1;
	struct var said =
		number(VAR_SAID, key, lo, m->classes ? none : m->type.hi, none, arena_printf("%s.said", m->name));
	said.model = m;
	r->model[m->index].said = var_add(r, said);
	struct var asks = number(VAR_ASKS, key, 0, d ? d->tickets : 0, 0, arena_printf("%s.asks", m->name));
	asks.model = m;
	r->model[m->index].asks = var_add(r, asks);
}

typedef LIST(const struct expr *) expr_list;

/* What an entry moves whatever its key: each time that it is asked, it may say something else of the same key. */
static bool reads_moving(const struct expr *e)
{
	return e &&
		(e->op == EXPR_TUNABLE || e->op == EXPR_ROOM || (e->feature && !e->feature->state->key) ||
			(e->guardrail && !e->guardrail->key) || reads_moving(e->a) || reads_moving(e->b) ||
			reads_moving(e->c));
}

/* Every `any` and `every` of the key in e, one of each, but of what moves all. */
static void quantified_in(const struct expr *e, const struct key *key, expr_list *out)
{
	bool known = false;

	if (!e)
		return;
	for (int i = 0; i < out->n; i++)
		known |= relation_same(out->at[i], e) && !reads_moving(e);
	if ((e->op == EXPR_ANY || e->op == EXPR_EVERY) && bound_kind(e->a) == key && !known)
		*list_add(out) = e;
	quantified_in(e->a, key, out);
	quantified_in(e->b, key, out);
	quantified_in(e->c, key, out);
}

/* What time alone changes. */
static bool reads_time(const struct expr *e)
{
	return e &&
		(e->op == EXPR_TRIP_AGE ||
			(e->feature &&
				(e->feature->span || e->feature->kind == FEATURE_AGE ||
					e->feature->kind == FEATURE_HELD)) ||
			reads_time(e->a) || reads_time(e->b) || reads_time(e->c));
}

/* It is asked several times of one entry: of each candidate, of each choice. */
static bool asked_of_each(const struct expr *e)
{
	return e &&
		(e->op == EXPR_CANDIDATE || e->op == EXPR_CHOICE || e->op == EXPR_BY || asked_of_each(e->a) ||
			asked_of_each(e->b) || asked_of_each(e->c));
}

/* What an `any` needs is a key of which it is so, what an `every` needs is one of which it is not: each its own, for there
 * may be no key that serves two; one for a trip and one for a rearm, which are of two times; one before an entry and one
 * after it, where time makes a difference; and where it reads what every entry moves, one before, one once features are fed, one
 * in its turn and one after. Where it is asked of each candidate, all keys there are. */
static void witnesses(struct relation *r, int k)
{
	const struct policy *p = r->policy;
	const struct key *key = r->keys.at[k];
	expr_list all = {0}, rearms = {0};

	for (int i = 0; i < p->guardrails.n; i++) {
		quantified_in(p->guardrails.at[i]->trip, key, &all);
		quantified_in(p->guardrails.at[i]->rearm, key, &rearms);
	}
	for (int i = 0; p->decision && i < p->decision->parts.n; i++) {
		quantified_in(p->decision->parts.at[i].learned, key, &all);
		quantified_in(p->decision->parts.at[i].fallback, key, &all);
	}
	if (p->decision)
		quantified_in(p->decision->need, key, &all);
	for (int i = 0; i < p->guarantees.n; i++)
		quantified_in(p->guarantees.at[i]->holds, key, &all);
	for (int i = 0; i < p->assumptions.n; i++)
		quantified_in(p->assumptions.at[i]->holds, key, &all);
	for (int i = 0; i < p->features.n; i++) {
		quantified_in(p->features.at[i]->where, key, &all);
		quantified_in(p->features.at[i]->among, key, &all);
		quantified_in(p->features.at[i]->value, key, &all);
		for (int c = 0; c < p->features.at[i]->columns.n; c++)
			quantified_in(p->features.at[i]->columns.at[c].value, key, &all);
	}
	for (int i = 0; p->carry && i < p->carry->columns.n; i++)
		quantified_in(p->carry->columns.at[i].value, key, &all);
	bool bound = false, moving = false;
	for (int i = 0; i < rearms.n; i++)
		*list_add(&all) = rearms.at[i];
	for (int i = 0; i < all.n; i++) {
		r->timed[k] |= reads_time(all.at[i]);
		bound |= asked_of_each(all.at[i]);
		moving |= reads_moving(all.at[i]);
	}
	r->rests[k] = all.n * (moving ? 4 : r->timed[k] ? 2 : 1);
	if (r->rests[k] > key->max - 1 || bound)
		r->rests[k] = key->max > 1 ? (int)key->max - 1 : 0;
	r->rest[k] = arena_alloc(sizeof **r->rest * (size_t)(r->rests[k] + 1));
}

static void add_keys(struct relation *r)
{
	for (int i = 0; i < r->policy->hook->keys.n; i++) {
		const struct key *k = r->policy->hook->keys.at[i];
		*list_add(&r->keys) = k;
	}
	r->skolem = arena_alloc(sizeof(term) * (size_t)(r->keys.n + 1));
	r->rest = arena_alloc(sizeof *r->rest * (size_t)(r->keys.n + 1));
	r->rests = arena_alloc(sizeof *r->rests * (size_t)(r->keys.n + 1));
	r->timed = arena_alloc(sizeof *r->timed * (size_t)(r->keys.n + 1));
	for (int i = 0; i < r->keys.n; i++) {
		r->skolem[i] = t_int_var(r->keys.at[i]->name);
		witnesses(r, i);
	}
}

term *relation_state(struct relation *r, const char *prefix)
{
	term *v = arena_alloc(sizeof(term) * (size_t)r->vars.n);

	for (int i = 0; i < r->vars.n; i++) {
		const struct var *x = &r->vars.at[i];
		const char *name = arena_printf("%s%s", prefix, x->name);
		v[i] = x->truth ? t_bool_var(name) : t_int_var(name);
	}
	return v;
}

term *relation_init(struct relation *r)
{
	term *v = arena_alloc(sizeof(term) * (size_t)r->vars.n);

	for (int i = 0; i < r->vars.n; i++)
		v[i] = r->vars.at[i].initial;
	return v;
}

term relation_range(const struct var *v, term t)
{
	if (v->truth)
		return t_bool(true);
	return v->hi < v->lo ? t_gei(t, v->lo) : t_between(v->lo, t, v->hi);
}

static void build_steps(struct relation *r)
{
	const struct hook *h = r->policy->hook;
	const struct decision *d = r->policy->decision;

	for (int i = 0; i < h->events.n; i++) {
		const struct event *e = h->events.at[i];
		if (!policy_takes(r->policy, e))
			continue;
		if (d && e == d->on) {
			*list_add(&r->steps) = relation_step(r, STEP_ASK, e, r->s);
			*list_add(&r->steps) = relation_step(r, STEP_SETTLE, e, r->s);
		} else {
			*list_add(&r->steps) = relation_step(r, e->tick ? STEP_TICK : STEP_EVENT, e, r->s);
		}
	}
}

struct relation *relation_new(const struct policy *p, int elements)
{
	struct relation *r = arena_alloc(sizeof *r);

	smt_open();
	r->policy = p;
	r->elements = elements;
	add_keys(r);
	r->feature = arena_alloc(sizeof *r->feature * (size_t)(p->features.n + 1));
	r->guardrail = arena_alloc(sizeof *r->guardrail * (size_t)(p->guardrails.n + 1));
	r->guarantee = arena_alloc(sizeof *r->guarantee * (size_t)(p->guarantees.n + 1));
	r->model = arena_alloc(sizeof *r->model * (size_t)(p->models.n + 1));
	r->now = var_add(r, number(VAR_NOW, NULL, 0, -1, 0, "now"));
	for (int i = 0; i < p->features.n; i++)
		add_feature(r, p->features.at[i]);
	add_flights(r);
	for (int i = 0; i < p->guardrails.n; i++)
		add_guardrail(r, p->guardrails.at[i]);
	for (int i = 0; i < p->guarantees.n; i++)
		add_guarantee(r, p->guarantees.at[i]);
	for (int i = 0; i < p->models.n; i++)
		add_model(r, p->models.at[i]);
	r->tickets = r->asked_at = NO_VAR;
	if (p->decision)
		r->tickets = var_add(r, number(VAR_TICKETS, NULL, 0, p->decision->tickets, 0, "tickets"));
	if (p->decision && p->decision->tickets == 1)
		r->asked_at = var_add(r, number(VAR_ASKED_AT, NULL, 0, -1, 0, "asked"));
	r->s = relation_state(r, "");
	build_steps(r);
	return r;
}

/* ---- an entry ---- */

static term field_range(const struct field *f, term t, term list_n)
{
	num lo, hi;

	if (f->type.kind == TYPE_CANDIDATE)
		return t_and(t_gei(t, 0), list_n ? t_lt(t, list_n) : t_bool(true));
	if (f->type.kind == TYPE_LIST)
		return t_between(0, t, f->max);
	type_bounds(&f->type, &lo, &hi);
	return t_between(lo, t, f->type.kind == TYPE_CLASS ? hi - 1 : hi);
}

static void fields_of(struct step *st)
{
	const struct event *e = st->event;
	term n = NULL;

	st->field = arena_alloc(sizeof(term) * (size_t)(e->fields.n + 1));
	for (int i = 0; i < e->fields.n; i++) {
		const struct field *f = e->fields.at[i];
		st->field[i] = t_int_var(arena_printf("%s.%s", e->name, f->name));
		if (f->type.kind == TYPE_LIST) {
			st->list = f;
			st->list_max = f->max;
			n = st->field[i];
		}
	}
	for (int i = 0; i < e->fields.n; i++)
		st->allowed = t_and(st->allowed, field_range(e->fields.at[i], st->field[i], n));
	st->element = arena_alloc(sizeof *st->element * (size_t)(st->list_max + 1));
	for (int c = 0; c < st->list_max; c++)
		for (int i = 0; i < st->list->record.n; i++) {
			const struct field *f = st->list->record.at[i];
			st->element[c][i] = t_int_var(arena_printf("%s[%d].%s", st->list->name, c, f->name));
			st->allowed = t_and(st->allowed, field_range(f, st->element[c][i], NULL));
		}
}

static struct other other_new(struct relation *r, const struct key *key, term id, const char *name)
{
	struct other o = {.key = key, .id = id};

	o.v = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	for (int i = 0; i < r->vars.n; i++) {
		const struct var *x = &r->vars.at[i];
		if (x->key == key)
			o.v[i] = x->truth ? t_bool_var(x->name) : t_int_var(arena_printf("%s.%s", name, x->name));
	}
	return o;
}

/* Whose event it is: of each key kind the field that says so; of a closing event the key under which it was opened. */
static void own_keys(struct relation *r, struct step *st)
{
	const struct event *e = st->event;

	for (int k = 0; k < r->keys.n; k++) {
		const struct key *key = r->keys.at[k];
		const struct field *f = e && e->key && e->key->type.key == key ? e->key : NULL;
		if (f)
			st->own_key[k] = st->field[f->index];
		for (int i = 0; !f && i < r->flights.n; i++)
			if (r->flights.at[i].close == e && e && r->flights.at[i].key == key) {
				st->own_key[k] = t_int_var(arena_printf("%s.%s", e->name, key->name));
				st->allowed = t_and(st->allowed, t_between(0, st->own_key[k], key->max - 1));
				break;
			}
		if (st->own_key[k])
			*list_add(&st->others) = other_new(r, key, st->own_key[k], e->name);
	}
}

int relation_key(const struct relation *r, const struct key *key)
{
	for (int k = 0; k < r->keys.n; k++)
		if (r->keys.at[k] == key)
			return k;
	return -1;
}

static void candidates_of(struct relation *r, struct step *st)
{
	st->candidate_other = arena_alloc(sizeof *st->candidate_other * (size_t)(st->list_max + 1));
	for (int c = 0; c < st->list_max; c++)
		for (int i = 0; i < st->list->record.n; i++) {
			const struct field *f = st->list->record.at[i];
			if (f->type.kind != TYPE_KEY)
				continue;
			st->candidate_other[c][i] =
				other_new(r, f->type.key, st->element[c][i], arena_printf("%s[%d]", st->list->name, c));
			*list_add(&st->others) = st->candidate_other[c][i];
		}
}

static void carry_of(struct relation *r, struct step *st)
{
	const struct carry *c = r->policy->carry;

	if (!c || c->close != st->event)
		return;
	st->carry = arena_alloc(sizeof(term) * (size_t)(c->columns.n + 1));
	for (int i = 0; i < c->columns.n; i++) {
		const struct column *col = &c->columns.at[i];
		num lo, hi;
		type_bounds(&col->value->type, &lo, &hi);
		st->carry[i] = t_int_var(arena_printf("carry.%s", col->name));
		st->allowed = t_and(st->allowed, t_between(lo, st->carry[i], hi));
	}
}

static void model_inputs(struct relation *r, struct step *st)
{
	int n = st->list_max ? st->list_max : 1;

	st->answered = t_bool_var("answered");
	st->asked = arena_alloc(sizeof(term) * (size_t)n);
	st->answer = arena_alloc(sizeof(term) * (size_t)n);
	for (int i = 0; i < n; i++) {
		st->asked[i] = t_bool_var(arena_printf("asked[%d]", i));
		st->answer[i] = t_int_var(arena_printf("answer[%d]", i));
	}
	st->operator_set = arena_alloc(sizeof(term) * (size_t)(r->policy->tunables.n + 1));
	for (int i = 0; i < r->policy->tunables.n; i++) {
		const struct tunable *t = r->policy->tunables.at[i];
		st->operator_set[i] = t_int_var(t->name);
		st->allowed = t_and(st->allowed, t_between(t->type.lo, st->operator_set[i], t->type.hi));
	}
}

static void elsewhere_of(const struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;

	st->elsewhere = arena_alloc(sizeof(term) * (size_t)(p->guardrails.n + 1));
	for (int i = 0; i < p->guardrails.n; i++)
		st->elsewhere[i] = t_bool_var(arena_printf("%s.elsewhere", p->guardrails.at[i]->name));
}

static void own_view(struct relation *r, struct step *st, struct phase *view)
{
	view->own = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	for (int i = 0; i < r->vars.n; i++) {
		const struct key *key = r->vars.at[i].key;
		int k = relation_key(r, key);
		if (!key) {
			view->own[i] = view->v[i];
			continue;
		}
		if (!st->own_key[k])
			continue;
		for (int o = 0; o < st->others.n; o++)
			if (st->others.at[o].key == key && st->others.at[o].id == st->own_key[k]) {
				view->own[i] =
					t_if(t_eq(st->own_key[k], r->skolem[k]), view->v[i], st->others.at[o].v[i]);
				break;
			}
	}
}

struct step *relation_step(struct relation *r, enum step_kind kind, const struct event *e, term *pre)
{
	struct step *st = arena_alloc(sizeof *st);
	const struct policy *p = r->policy;

	st->kind = kind;
	st->event = e;
	st->name = kind == STEP_SETTLE ? arena_printf("%s (settle)", e->name) : e->name;
	st->pre = pre;
	st->allowed = t_bool(true);
	st->passed = t_int_var("passed");
	st->allowed = t_and(st->allowed, t_gei(st->passed, 0));
	st->real = st->lawful = t_bool(true);
	st->own_key = arena_alloc(sizeof(term) * (size_t)(r->keys.n + 1));
	st->push = arena_alloc(sizeof *st->push * (size_t)(p->features.n + 1));
	st->trips = arena_alloc(sizeof(term) * (size_t)(p->guardrails.n + 1));
	st->rearms = arena_alloc(sizeof(term) * (size_t)(p->guardrails.n + 1));
	st->trip_evidence = arena_alloc(sizeof(term) * (size_t)(p->guardrails.n + 1));
	st->rearm_evidence = arena_alloc(sizeof(term) * (size_t)(p->guardrails.n + 1));
	st->guarantee_leaves = arena_alloc(sizeof(term) * (size_t)(p->guarantees.n + 1));
	elsewhere_of(r, st);
	for (int k = 0; k < r->keys.n; k++)
		st->allowed = t_and(st->allowed, t_between(0, r->skolem[k], r->keys.at[k]->max - 1));
	fields_of(st);
	own_keys(r, st);
	candidates_of(r, st);
	carry_of(r, st);
	model_inputs(r, st);
	st->aged.v = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	memcpy(st->aged.v, pre, sizeof(term) * (size_t)r->vars.n);
	phase_age(r, st);
	own_view(r, st, &st->aged);
	guarantees_leave(r, st);
	phase_features(r, st); /* SETTLE feeds none */
	phase_guardrails(r, st);
	if (kind == STEP_ASK)
		phase_ask(r, st);
	else if (kind == STEP_SETTLE)
		phase_settle(r, st);
	else
		st->post = st->mid.v;
	return st;
}

struct step *relation_next(struct relation *r, enum step_kind kind, const struct event *e, term *pre)
{
	for (int i = 0; i < r->steps.n + r->nexts.n; i++) {
		struct step *st = i < r->steps.n ? r->steps.at[i] : r->nexts.at[i - r->steps.n];
		if (st->pre == pre && st->kind == kind && st->event == e)
			return st;
	}
	*list_add(&r->nexts) = relation_step(r, kind, e, pre);
	return r->nexts.at[r->nexts.n - 1];
}

struct step *relation_still(struct relation *r, term *v)
{
	struct step *st = arena_alloc(sizeof *st);
	const struct policy *p = r->policy;

	st->kind = STEP_TICK;
	st->name = "state";
	st->pre = st->post = v;
	st->allowed = t_bool(true);
	st->passed = t_num(0);
	st->own_key = arena_alloc(sizeof(term) * (size_t)(r->keys.n + 1));
	for (int k = 0; k < r->keys.n; k++)
		st->own_key[k] = r->skolem[k];
	st->guarantee_leaves = arena_alloc(sizeof(term) * (size_t)(p->guarantees.n + 1));
	elsewhere_of(r, st);
	model_inputs(r, st);
	st->aged.v = st->aged.own = v;
	guarantees_leave(r, st);
	st->fed = st->mid = st->aged;
	return st;
}

struct step *relation_still_at(struct relation *r, const struct step *st, bool after)
{
	struct step *still = relation_still(r, after ? st->post : st->pre);
	struct phase before = {.v = st->pre};

	still->around = st;
	still->before = !after;
	still->around_own = st->mid.own;
	if (!after) {
		own_view(r, (struct step *)st, &before);
		still->around_own = before.own;
	}
	return still;
}

struct step *relation_still_fed(struct relation *r, const struct step *st)
{
	struct step *still = relation_still(r, st->fed.v);

	still->around = st;
	still->around_own = st->fed.own;
	return still;
}

struct step *relation_still_apart(struct relation *r, term *v, const bool *fixed)
{
	struct step *still = relation_still(r, v);

	still->rest = arena_alloc(sizeof *still->rest * (size_t)(r->keys.n + 1));
	for (int k = 0; k < r->keys.n; k++) {
		still->rest[k] = arena_alloc(sizeof **still->rest * (size_t)(r->rests[k] + 1));
		for (int i = 0; fixed && i < r->rests[k]; i++)
			still->rest[k][i] = relation_rest_apart(r, k, &r->rest[k][i], fixed);
	}
	return still;
}

bool relation_of_many(const struct expr *e)
{
	return e &&
		(e->op == EXPR_ANY || e->op == EXPR_EVERY || relation_of_many(e->a) || relation_of_many(e->b) ||
			relation_of_many(e->c));
}
