/* How far a state is from a condition: 0 where it holds, and less after each event that works towards it. A window is
 * as far as the elements that speak against the condition have still to live in it. */
#include "explore.h"

#include <string.h>

#define FAR ((num)1000000000000000)

/* Features and guardrails may read each other, in a circle too: how deep they are followed, and how many of them. */
enum { DEEP = 4, FOLLOWED = 128 };

static num far(num d)
{
	return d < 0 ? 0 : d > FAR ? FAR : d;
}

static struct view view_of(const struct machine *m, const struct entry *in, int key, int candidate)
{
	struct view v = {.m = m, .in = in, .key = key, .tag = -1, .candidate = candidate, .among = UINT32_MAX};

	return v;
}

/* How long the elements that hit, or those that do not, have still to live in the window. */
static num lives(const struct machine *m, const struct place *at, int key, bool hit)
{
	const struct past *w = past_of(m, at, key);
	num sum = 0;

	for (int i = 0; i < w->fill; i++) {
		int age = (w->next + at->slots - 1 - i) % at->slots;
		if (past_hit(w, at, i) == hit)
			sum += at->slots - age;
	}
	return sum;
}

static int key_of_expr(const struct view *v, const struct expr *a, const struct key *kind)
{
	if (!kind)
		return 0;
	if (!a)
		return v->key;
	if (a->type.kind == TYPE_CANDIDATE) {
		const struct field *f = key_in_record(a->type.list, kind);
		num c = value_of(v, a);
		return f && v->in && c >= 0 && c < (num)v->in->list_n ? (int)v->in->list[(int)c][f->index] : 0;
	}
	return (int)value_of(v, a);
}

static num distance(const struct view *v, const struct expr *e, bool want);

static bool reads_event(const struct expr *e)
{
	return e &&
		(e->op == EXPR_FIELD || e->op == EXPR_ELEMENT || e->op == EXPR_COUNT || e->op == EXPR_CARRY ||
			reads_event(e->a) || reads_event(e->b) || reads_event(e->c));
}

/* How far the state is from letting an event be on the right side of a feature's condition: of its parts that no event
 * decides. */
static num ready(const struct view *v, const struct expr *e, bool want)
{
	if (!e || v->followed > DEEP || *v->follow <= 0)
		return 0;
	if (e->op == EXPR_NOT)
		return ready(v, e->a, !want);
	if (e->op == EXPR_AND || e->op == EXPR_OR) {
		num a = ready(v, e->a, want), b = ready(v, e->b, want);
		return (e->op == EXPR_AND) == want ? far(a + b) : a < b ? a : b;
	}
	return reads_event(e) ? 0 : distance(v, e, want);
}

/* What a feature reads without naming a key is of its own record's. */
static struct view in_record(const struct view *v, const struct expr *e)
{
	struct view at = *v;

	at.key = key_of_expr(v, e->a, e->feature->state->key);
	at.followed++;
	--*at.follow;
	return at;
}

static num share_distance(const struct view *v, const struct expr *e, bool want)
{
	const struct feature *f = e->feature;
	const struct place *at = &v->m->plan->feature[f->index];
	struct view own = in_record(v, e);
	int key = own.key;
	num seen = (num)past_seen(v->m, at, key), hits = (num)past_hits(v->m, at, key), missing = 0, deficit;
	bool high = (e->cmp == EXPR_GT || e->cmp == EXPR_GE) == want;

	if (!!value_of(v, e) == want)
		return 0;
	if (want && seen < f->after)
		missing = f->after - seen;
	deficit =
		high ? (e->value * seen - hits * e->den) / e->den + 1 : (hits * e->den - e->value * seen) / e->den + 1;
	if (deficit < 0)
		deficit = 0;
	num room = at->slots ? at->slots : 64;
	return far(1 + room * (missing + deficit) + (at->slots ? lives(v->m, at, key, !high) : 0) +
		ready(&own, f->where, high) + ready(&own, f->among, true));
}

/* How far it is until a decision that does not count would break `at least`: a window that is full but for it, and few
 * hits. */
static num owed_distance(const struct view *v, const struct guarantee *g)
{
	const struct place *at = &v->m->plan->guarantee[g->index];
	num hits = (num)past_hits_but_oldest(v->m, at, 0), room = at->slots ? at->slots : 64;
	num missing = g->kind == GUARANTEE_COUNT ? g->events - 1 - (num)past_of(v->m, at, 0)->seen : 0;
	num gap = hits - g->limit + 1;

	if (missing <= 0 && gap <= 0)
		return 0;
	return far(1 + room * ((missing > 0 ? missing : 0) + (gap > 0 ? gap : 0)) +
		(at->slots ? lives(v->m, at, 0, true) : 0));
}

static num room_distance(const struct view *v, const struct guarantee *g, bool want)
{
	const struct place *at = &v->m->plan->guarantee[g->index];
	num hits = (num)past_hits_but_oldest(v->m, at, 0);

	if (g->cmp != EXPR_LE)
		return want ? 0 : owed_distance(v, g);
	if (room_left(v->m, g) == want)
		return 0;
	num gap = want ? hits + 1 - g->limit : g->limit - hits;
	return far(1 + (at->slots ? at->slots : 64) * gap + (at->slots ? lives(v->m, at, 0, want) : 0));
}

static num gap(enum op cmp, num a, num b)
{
	switch ((int)cmp) {
	case EXPR_EQ:
		return a > b ? a - b : b - a;
	case EXPR_NE:
		return a == b;
	case EXPR_LT:
		return a < b ? 0 : a - b + 1;
	case EXPR_LE:
		return a <= b ? 0 : a - b;
	case EXPR_GT:
		return a > b ? 0 : b - a + 1;
	default:
		return a >= b ? 0 : b - a;
	}
}

static enum op opposite(enum op cmp)
{
	switch ((int)cmp) {
	case EXPR_EQ:
		return EXPR_NE;
	case EXPR_NE:
		return EXPR_EQ;
	case EXPR_LT:
		return EXPR_GE;
	case EXPR_LE:
		return EXPR_GT;
	case EXPR_GT:
		return EXPR_LE;
	default:
		return EXPR_LT;
	}
}

/* A count that has to fall, or to rise, is as far as what speaks against it has to live, and the state from what it
 * counts. */
static num inertia(const struct view *v, const struct expr *e, bool rise)
{
	if (!e || e->op != EXPR_FEATURE)
		return 0;
	const struct place *at = &v->m->plan->feature[e->feature->index];
	struct view own = in_record(v, e);
	if (e->feature->kind == FEATURE_HELD) /* it rises by itself, once it holds */
		return !rise || past_of(v->m, at, own.key)->set ? 0 : far(1 + ready(&own, e->feature->where, true));
	if (e->feature->kind != FEATURE_COUNT && e->feature->kind != FEATURE_RATE)
		return 0;
	return far((at->slots ? lives(v->m, at, own.key, !rise) : 0) + ready(&own, e->feature->where, rise));
}

/* A feature of what the state says, as `max of open`, moves to where its source is: as far as that is from what is
 * wanted. */
static num source_distance(const struct view *v, const struct expr *e, enum op cmp, num wanted)
{
	if (!e || (e->op != EXPR_FEATURE && e->op != EXPR_COLUMN))
		return 0;
	const struct feature *f = e->feature;
	const struct expr *source = e->op == EXPR_COLUMN ? f->columns.at[e->column].value : f->value;
	if (!source || f->kind == FEATURE_IN_FLIGHT || reads_event(source))
		return 0;
	struct view own = in_record(v, e);
	num d = gap(cmp, value_of(&own, source), wanted);
	return far((d ? 1 + d * 16 : 0) + ready(&own, f->where, true));
}

static num rail_distance(const struct view *from, const struct guardrail *g, int key, bool trip)
{
	const struct machine *m = from->m;
	const struct rail *r = &m->rails[m->plan->rail[g->index] + key];
	struct view v = view_of(m, NULL, key, -1);
	num d;

	v.followed = from->followed + 1;
	v.follow = from->follow;
	if (v.followed > DEEP || --*v.follow < 0)
		return 1;
	if (trip)
		return far(1 + distance(&v, g->trip, true));
	if (g->latch)
		return FAR;
	d = g->rearm ? distance(&v, g->rearm, true) : 0;
	if ((num)(m->now - r->tripped_at) < g->hold)
		d += g->hold - (num)(m->now - r->tripped_at);
	if (r->ever_rearmed && (num)(m->now - r->rearmed_at) < g->every)
		d += g->every - (num)(m->now - r->rearmed_at);
	return far(1 + d);
}

static const struct rail *rail_at(const struct view *v, const struct expr *e, int *key)
{
	*key = key_of_expr(v, e->a, e->guardrail->key);
	return &v->m->rails[v->m->plan->rail[e->guardrail->index] + *key];
}

static num compare_distance(const struct view *v, const struct expr *e, bool want)
{
	enum op cmp = want ? e->op : opposite(e->op);
	num d = gap(cmp, value_of(v, e->a), value_of(v, e->b));
	bool a_rises = cmp == EXPR_GT || cmp == EXPR_GE;
	int key;

	if (!d)
		return 0;
	for (int i = 0; i < 2; i++) { /* an age that is too great falls when its guardrail trips again */
		const struct expr *age = i ? e->b : e->a;
		if (age->op != EXPR_TRIP_AGE || (i ? !a_rises : a_rises))
			continue;
		const struct rail *r = rail_at(v, age, &key);
		return far(FAR / 1000 + rail_distance(v, age->guardrail, key, !r->tripped));
	}
	return far(1 + d * 16 + inertia(v, e->a, a_rises) + inertia(v, e->b, !a_rises) +
		source_distance(v, e->a, cmp, value_of(v, e->b)));
}

static num both(num a, num b)
{
	return far(a + b);
}

static num either(num a, num b)
{
	return a < b ? a : b;
}

static num distance(const struct view *v, const struct expr *e, bool want)
{
	int key;

	if (!e)
		return want ? 0 : FAR;
	switch ((int)e->op) {
	case EXPR_NOT:
		return distance(v, e->a, !want);
	case EXPR_AND:
		return want ? both(distance(v, e->a, true), distance(v, e->b, true))
			    : either(distance(v, e->a, false), distance(v, e->b, false));
	case EXPR_OR:
		return want ? either(distance(v, e->a, true), distance(v, e->b, true))
			    : both(distance(v, e->a, false), distance(v, e->b, false));
	case EXPR_IMPLIES:
		return want ? either(distance(v, e->a, false), distance(v, e->b, true))
			    : both(distance(v, e->a, true), distance(v, e->b, false));
	case EXPR_SHARE:
		return share_distance(v, e, want);
	case EXPR_ROOM:
		return room_distance(v, e->guarantee, want);
	case EXPR_TRIPPED: {
		const struct rail *r = rail_at(v, e, &key);
		return r->tripped == want ? 0 : rail_distance(v, e->guardrail, key, want);
	}
	case EXPR_ACTIVE: {
		key = key_of_expr(v, e->a, e->feature->state->key);
		num seen = (num)past_of(v->m, &v->m->plan->feature[e->feature->index], key)->seen;
		return !!value_of(v, e) == want ? 0
						: far(1 + (e->feature->after > seen ? e->feature->after - seen : 1));
	}
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
		return compare_distance(v, e, want);
	case EXPR_ANY:
	case EXPR_EVERY: {
		struct view inner = *v; /* every key by itself; some key must do where one is enough */
		bool all = (e->op == EXPR_EVERY) == want;
		num d = all ? 0 : FAR;
		int keys = keys_of(bound_kind(e->a));
		for (inner.bound = 0; inner.bound < keys; inner.bound++) {
			num one = distance(&inner, e->a, want);
			d = all ? both(d, one) : either(d, one);
		}
		return !!value_of(v, e) == want ? 0 : far(d ? d : 1);
	}
	default:
		return !!value_of(v, e) == want ? 0 : 1;
	}
}

num aim_distance(const struct machine *m, const struct aim *a)
{
	struct view v = view_of(m, a->in, a->key, a->candidate);
	int follow = FOLLOWED;

	v.follow = &follow;
	if (a->in && a->in->event)
		v.key = entry_key(m, a->in);
	v.choice = a->judged ? a->choice : NULL;
	v.by = a->by;
	switch (a->kind) {
	case AIM_EXPR:
		return distance(&v, a->expr, a->want);
	case AIM_TRIPPED:
		if (m->rails[m->plan->rail[a->guardrail->index] + a->key].tripped == a->want)
			return 0;
		return rail_distance(&v, a->guardrail, a->key, a->want);
	case AIM_REARMS:
		if (!m->rails[m->plan->rail[a->guardrail->index] + a->key].tripped)
			return far(FAR / 1000 + rail_distance(&v, a->guardrail, a->key, true));
		return rail_distance(&v, a->guardrail, a->key, false);
	case AIM_ORDER: {
		struct view w = v;
		w.candidate = a->than;
		num x = value_of(&v, a->expr), y = value_of(&w, a->expr);
		return a->want ? gap(EXPR_LT, x, y) : gap(EXPR_GE, x, y);
	}
	}
	return 0;
}
