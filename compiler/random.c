/* Random entries of a policy, for tests that compare two ways to run it and for the checker's search. Uniform draws
 * would hardly ever fill a window or trip a guardrail, so they come in moods that last a while: in one, answers are all
 * of one class and requests complete fast on two keys; in the next, tags are reused and fields lie out of range. Every
 * other mood has a goal: to trip a guardrail or to rearm it, by events that move what its condition reads the right
 * way. */
#include "interp.h"

#include <string.h>

enum { POOL_MAX = 64, QUEUE_MAX = 64, HELD_MAX = 64, WANTS_MAX = 16, TRIES = 12 };

struct want { /* what a mood's goal needs of a feature */
	const struct feature *f;
	int high; /* of 1000 events, how many hit, or have a value above `than` */
	num than;
	bool next; /* what the next one is to do */
};

struct mood {
	uint64_t left; /* steps */
	int strict;    /* of 1000 draws, how many follow the mood */
	int keys;      /* only these first keys, turned by `turn` */
	int turn;
	bool low;		 /* numbers at or below the pivot, or above it */
	num pivot[3];		 /* by unit */
	int yes;		 /* of 1000 truth values */
	int class;		 /* of fields and answers that are classes */
	int unanswered, invalid; /* of 1000 */
	int split;		 /* of 1000 decisions, how many are asked and settled apart */
	int settle;		 /* of 1000 entries, how many settle a ticket while some are open */
	int depth;		 /* how many tags are open before they are closed */
	bool evidence; /* tags are opened on keys that the model was just asked about, before the next decision */
	int wrong;     /* of 1000 entries, how many are malformed or out of order */
	int wait;      /* of 1000 entries, how many come after one of the policy's own times */
	uint64_t pace; /* ns between entries, at most */
	bool full;     /* lists are as long as they may be */
	const struct guardrail *goal; /* little but what serves it */
	struct want wants[WANTS_MAX];
	int wants_n;
	int key;      /* of the goal's guardrail, which it is about; -1: any */
	bool patient; /* to rearm: no time passes until the evidence is there, then right up to the timers */
};

struct draw {
	const struct policy *p;
	struct machine *m;
	uint64_t seed;
	struct mood mood;
	num pool[3][POOL_MAX]; /* constants of the policy, by unit */
	int pool_n[3];
	uint64_t queue[QUEUE_MAX]; /* keys the model was asked about */
	int queue_n;
	uint64_t held[HELD_MAX]; /* tickets asked and not settled */
	int held_n;
	struct outcome out;
};

/* ---- the source of chance: xorshift64* ---- */

static uint64_t next(struct draw *d)
{
	d->seed ^= d->seed >> 12;
	d->seed ^= d->seed << 25;
	d->seed ^= d->seed >> 27;
	return d->seed * UINT64_C(2685821657736338717);
}

static uint64_t below(struct draw *d, uint64_t n)
{
	return n ? (next(d) >> 11) % n : 0;
}

static bool chance(struct draw *d, int of_1000)
{
	return (int)below(d, 1000) < of_1000;
}

static int one_of(struct draw *d, const int *choices, int n)
{
	return choices[below(d, (uint64_t)n)];
}
#define ONE_OF(d, ...) one_of(d, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* ---- the policy's own numbers ---- */

static void pool_add(struct draw *d, enum unit unit, num v)
{
	for (int i = 0; i < d->pool_n[unit]; i++)
		if (d->pool[unit][i] == v)
			return;
	if (d->pool_n[unit] < POOL_MAX && v > 0 && v < NEVER)
		d->pool[unit][d->pool_n[unit]++] = v;
}

static void pool_expr(struct draw *d, const struct expr *e)
{
	if (!e)
		return;
	if (e->op == EXPR_INT)
		pool_add(d, e->type.unit, e->value);
	pool_expr(d, e->a);
	pool_expr(d, e->b);
	pool_expr(d, e->c);
}

static void pool_fill(struct draw *d)
{
	const struct policy *p = d->p;

	for (int i = 0; i < p->tunables.n; i++) {
		const struct tunable *t = p->tunables.at[i];
		pool_add(d, t->type.unit, t->type.lo);
		pool_add(d, t->type.unit, t->type.hi);
		pool_add(d, t->type.unit, t->initial);
	}
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		pool_expr(d, f->where);
		pool_expr(d, f->among);
		pool_add(d, UNIT_TIME, f->span);
		for (int e = 0; e < f->edges.n; e++)
			pool_add(d, f->type.unit, f->edges.at[e]);
	}
	for (int i = 0; i < p->guarantees.n; i++) {
		pool_expr(d, p->guarantees.at[i]->holds);
		pool_add(d, UNIT_TIME, p->guarantees.at[i]->span);
	}
	for (int i = 0; i < p->guardrails.n; i++) {
		pool_expr(d, p->guardrails.at[i]->trip);
		pool_expr(d, p->guardrails.at[i]->rearm);
		pool_add(d, UNIT_TIME, p->guardrails.at[i]->hold);
		pool_add(d, UNIT_TIME, p->guardrails.at[i]->every);
	}
	if (p->decision)
		pool_add(d, UNIT_TIME, p->decision->timeout);
}

static num pool_draw(struct draw *d, enum unit unit)
{
	return d->pool_n[unit] ? d->pool[unit][below(d, (uint64_t)d->pool_n[unit])] : 0;
}

/* ---- moods ---- */

static void want(struct draw *d, const struct feature *f, int high, num than)
{
	if (d->mood.wants_n < WANTS_MAX)
		d->mood.wants[d->mood.wants_n++] = (struct want){.f = f, .high = high, .than = than};
}

/* What would make `e` true, comparison by comparison. */
static void want_true(struct draw *d, const struct expr *e, bool truth)
{
	bool greater;

	if (!e)
		return;
	if (e->op == EXPR_SHARE) {
		/* Now and then right at the edge. */
		greater = (e->cmp == EXPR_GT || e->cmp == EXPR_GE) == truth;
		want(d, e->feature, chance(d, 250) ? (int)(1000 * e->value / e->den) : 1000 * greater, 0);
	} else if (e->op == EXPR_NOT) {
		want_true(d, e->a, !truth);
	} else if (e->op == EXPR_GT || e->op == EXPR_GE || e->op == EXPR_LT || e->op == EXPR_LE) {
		greater = (e->op == EXPR_GT || e->op == EXPR_GE) == truth;
		if (e->a->feature && e->b->op == EXPR_INT)
			want(d, e->a->feature, 1000 * greater, e->b->value);
		else if (e->b->feature && e->a->op == EXPR_INT)
			want(d, e->b->feature, 1000 * !greater, e->a->value);
	} else {
		want_true(d, e->a, truth);
		want_true(d, e->b, truth);
	}
}

/* The longest window that the guardrail reads: how much evidence it may want. */
static uint64_t longest(const struct policy *p, const struct guardrail *g)
{
	num most = 0;

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		if (f->events > most && (reads_feature(g->trip, f) || reads_feature(g->rearm, f)))
			most = f->events;
	}
	return (uint64_t)most;
}

/* Sets the mood on tripping g, or on rearming it, of a key or (-1) of any; `still`: meanwhile no time passes. */
static void aim_at(struct draw *d, const struct guardrail *g, int key, bool rearm, bool still)
{
	struct mood *m = &d->mood;

	m->goal = g;
	m->key = key;
	m->wants_n = 0;
	want_true(d, rearm ? g->rearm : g->trip, true);
	m->patient = rearm && still;
	m->left = m->patient ? 2000 + 60 * longest(d->p, g) : (uint64_t)ONE_OF(d, 1000, 5000, 5000, 20000);
	m->class = chance(d, 850) ? 0 : m->class;
	m->strict = ONE_OF(d, 1000, 1000, 998);
	m->yes = ONE_OF(d, 1000, 990);
	m->unanswered = m->invalid = m->wrong = m->split = 0;
	m->evidence = true;
	m->full = chance(d, 800);
	m->depth = ONE_OF(d, 0, 1);
	m->wait = still ? 0 : ONE_OF(d, 1, 5, 20);
	m->pace = still ? 0 : (uint64_t)ONE_OF(d, 0, 0, 1, 1000, 100000);
}

static void goal(struct draw *d)
{
	const struct guardrail *g = d->p->guardrails.at[below(d, (uint64_t)d->p->guardrails.n)];
	const struct rail *r = &d->m->rails[d->m->plan->rail[g->index]];
	int tripped = 0;

	for (int k = 0; k < keys_of(g->key); k++)
		tripped += r[k].tripped;
	aim_at(d, g, -1, g->rearm && chance(d, 1000 * tripped / keys_of(g->key)), chance(d, 600));
}

/* What was aimed at has come to pass: straight on to its opposite, before the timers run out, or to something else. */
static void next_goal(struct draw *d)
{
	const struct guardrail *g = d->mood.goal;

	for (int i = 0; g && g->rearm && i < d->m->moves_n; i++) {
		const struct move *v = &d->m->moves[i];
		if (v->guardrail != g->index || (d->mood.key >= 0 && d->mood.key != v->key))
			continue;
		if (chance(d, 500))
			aim_at(d, g, v->key, v->tripped, true);
		else if (d->mood.left > 1500)
			d->mood.left = 1500;
		return;
	}
}

static void new_mood(struct draw *d)
{
	struct mood *m = &d->mood;

	*m = (struct mood){
		.left = (uint64_t)ONE_OF(d, 50, 200, 1000, 1000, 5000),
		.strict = ONE_OF(d, 1000, 1000, 998, 990, 900, 500),
		.keys = ONE_OF(d, 1, 1, 2, 3, 64),
		.turn = (int)below(d, 64),
		.low = chance(d, 500),
		.yes = ONE_OF(d, 1000, 990, 900, 900, 500, 100),
		.class = chance(d, 700) ? 0 : (int)below(d, 8),
		.unanswered = ONE_OF(d, 0, 0, 0, 20, 200, 1000),
		.invalid = ONE_OF(d, 0, 0, 0, 20, 200),
		.split = ONE_OF(d, 0, 0, 100, 500, 1000),
		.settle = ONE_OF(d, 400, 400, 400, 20),
		.depth = ONE_OF(d, 0, 1, 1, 8, 64, 100000),
		.evidence = chance(d, 400),
		.wrong = ONE_OF(d, 0, 0, 5, 50, 300),
		.wait = ONE_OF(d, 0, 2, 20, 200),
		.pace = (uint64_t)ONE_OF(d, 0, 1, 1000, 100000, 10000000, 1000000000),
		.full = chance(d, 300),
	};
	for (int u = 0; u < 3; u++)
		m->pivot[u] = pool_draw(d, (enum unit)u);
	if (d->p->guardrails.n && chance(d, 500))
		goal(d);
}

/* ---- values ---- */

static num clip(num v, num lo, num hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* Of any order of magnitude between lo and hi. */
static num spread(struct draw *d, num lo, num hi)
{
	num range = hi - lo, v;
	uint64_t bits = next(d) >> below(d, 64);

	if (range <= 0)
		return lo;
	v = range >= (num)UINT64_MAX ? (num)bits : (num)bits % (range + 1);
	return chance(d, 500) ? lo + v : hi - v;
}

static num draw_int(struct draw *d, const struct type *t)
{
	num lo = t->lo, hi = t->hi, pivot = clip(d->mood.pivot[t->unit], lo, hi);

	if (chance(d, d->mood.strict)) {
		if (d->mood.low)
			hi = pivot;
		else
			lo = pivot < hi ? pivot + 1 : hi;
	}
	if (chance(d, 200))
		return chance(d, 500) ? lo : hi;
	if (chance(d, 200))
		return clip(pool_draw(d, t->unit) + (num)below(d, 3) - 1, lo, hi);
	return spread(d, lo, hi);
}

static uint64_t draw_key(struct draw *d, const struct key *k)
{
	int keys = d->mood.keys < k->max ? d->mood.keys : k->max;

	if (!chance(d, d->mood.strict))
		keys = k->max;
	return ((uint64_t)d->mood.turn + below(d, (uint64_t)keys)) % (uint64_t)k->max;
}

static uint64_t draw_class(struct draw *d, int n)
{
	return chance(d, d->mood.strict) ? (uint64_t)d->mood.class % (uint64_t)n : below(d, (uint64_t)n);
}

static uint64_t draw_value(struct draw *d, const struct field *f, const struct entry *e)
{
	switch (f->type.kind) {
	case TYPE_BOOL:
		return chance(d, d->mood.yes);
	case TYPE_CLASS:
		return draw_class(d, f->type.symbols->names.n);
	case TYPE_KEY:
		return draw_key(d, f->type.key);
	case TYPE_CANDIDATE:
		return below(d, e->list_n);
	case TYPE_INT:
		return policy_reads(d->p, f) ? (uint64_t)draw_int(d, &f->type) : (uint64_t)f->type.lo;
	case TYPE_TAG:
	case TYPE_SHARE:
	case TYPE_SOURCE:
	case TYPE_LIST:
		break;
	}
	return 0;
}

static void draw_list(struct draw *d, const struct field *list, struct entry *e)
{
	int shift = (int)below(d, 64), least = d->p->models.n ? 1 : 0;

	e->list_n = d->mood.full ? (uint32_t)list->max : (uint32_t)below(d, (uint64_t)list->max + 1);
	if ((int)e->list_n < least && chance(d, 900))
		e->list_n = 1;
	for (uint32_t i = 0; i < e->list_n; i++) {
		for (int r = 0; r < list->record.n; r++) {
			const struct field *f = list->record.at[r];
			e->list[i][r] = draw_value(d, f, e);
			if (f->type.kind == TYPE_KEY && chance(d, 700)) /* mostly distinct */
				e->list[i][r] = (uint64_t)(shift + (int)i) % (uint64_t)f->type.key->max;
		}
	}
}

static void draw_fields(struct draw *d, struct entry *e)
{
	const struct event *event = e->event;

	for (int i = 0; i < event->fields.n; i++)
		if (event->fields.at[i]->type.kind == TYPE_LIST)
			draw_list(d, event->fields.at[i], e);
	for (int i = 0; i < event->fields.n; i++)
		if (event->fields.at[i]->type.kind != TYPE_LIST)
			e->fields[i] = draw_value(d, event->fields.at[i], e);
}

/* ---- tags ---- */

static uint64_t free_tag(struct draw *d)
{
	int tags = d->m->plan->tags, at = (int)below(d, (uint64_t)(tags < 16 || chance(d, 500) ? tags : 16));

	for (int i = 0; i < tags; i++)
		if (!d->m->tags[(at + i) % tags].open)
			return (uint64_t)((at + i) % tags);
	return (uint64_t)at;
}

static void draw_tag(struct draw *d, struct entry *e)
{
	const struct plan *plan = d->m->plan;

	if (!e->event->tag)
		return;
	e->fields[e->event->tag->index] = below(d, (uint64_t)(plan->tags ? plan->tags : 1));
	if (chance(d, d->mood.wrong)) {
		if (e->event == plan->open && d->m->opened_n)
			e->fields[e->event->tag->index] = (uint64_t)d->m->opened[below(d, (uint64_t)d->m->opened_n)];
		return;
	}
	if (e->event == plan->open)
		e->fields[e->event->tag->index] = free_tag(d);
	if (e->event == plan->close && d->m->opened_n)
		e->fields[e->event->tag->index] = (uint64_t)d->m->opened[below(d, (uint64_t)d->m->opened_n)];
}

/* ---- out of range ---- */

static uint64_t beyond(struct draw *d, const struct field *f, const struct entry *e)
{
	switch (f->type.kind) {
	case TYPE_BOOL:
		return 2 + below(d, 3);
	case TYPE_CLASS:
		return (uint64_t)f->type.symbols->names.n + below(d, 3);
	case TYPE_KEY:
		return (uint64_t)f->type.key->max + below(d, 3);
	case TYPE_CANDIDATE:
		return e->list_n + below(d, 3);
	case TYPE_TAG:
		return (uint64_t)d->m->plan->tags + below(d, 3);
	case TYPE_INT:
		return f->type.lo > 0 && chance(d, 500) ? (uint64_t)f->type.lo - 1
			: f->type.hi < INT64_MAX	? (uint64_t)f->type.hi + 1 + below(d, 3)
							: (uint64_t)f->type.hi;
	case TYPE_SHARE:
	case TYPE_SOURCE:
	case TYPE_LIST:
		break;
	}
	return UINT64_MAX;
}

/* A field that the policy reads; NULL: it reads none. */
static const struct field *some_read_field(struct draw *d, const struct event *event)
{
	int n = event->fields.n, first = n ? (int)below(d, (uint64_t)n) : 0;

	for (int i = 0; i < n; i++)
		if (policy_reads(d->p, event->fields.at[(first + i) % n]))
			return event->fields.at[(first + i) % n];
	return NULL;
}

static void spoil(struct draw *d, struct entry *e)
{
	const struct field *f = some_read_field(d, e->event);

	if (!f)
		return;
	if (f->type.kind != TYPE_LIST) {
		e->fields[f->index] = beyond(d, f, e);
	} else if (chance(d, 300)) {
		e->list_n = (uint32_t)f->max + 1;
	} else if (e->list_n) {
		const struct field *of = f->record.at[below(d, (uint64_t)f->record.n)];
		if (policy_reads(d->p, of))
			e->list[below(d, e->list_n)][of->index] = beyond(d, of, e);
	}
}

/* ---- answers ---- */

static int32_t draw_answer(struct draw *d, const struct model *m)
{
	if (m->classes) {
		if (chance(d, d->mood.invalid))
			return ONE_OF(d, -1, m->classes->names.n, INT32_MAX, INT32_MIN);
		return (int32_t)draw_class(d, m->classes->names.n);
	}
	if (chance(d, d->mood.invalid))
		return (int32_t)clip(chance(d, 500) ? m->type.hi + 1 : m->type.lo - 1, INT32_MIN, INT32_MAX);
	return (int32_t)clip(draw_int(d, &m->type), INT32_MIN, INT32_MAX);
}

static void draw_answers(struct draw *d, struct entry *e)
{
	e->answered = d->p->models.n && !chance(d, d->mood.unanswered);
	for (int i = 0; i < LIST_MAX && d->p->models.n; i++)
		e->answers[i] = draw_answer(d, d->p->models.at[0]);
}

/* ---- entries ---- */

/* The time at which something of the state comes to pass, or one before or after; 0: none that is still to come. */
static uint64_t aim(struct draw *d)
{
	const struct policy *p = d->p;
	uint64_t at = 0;

	if (p->guardrails.n && chance(d, 800)) {
		const struct guardrail *g = p->guardrails.at[below(d, (uint64_t)p->guardrails.n)];
		const struct rail *r =
			&d->m->rails[d->m->plan->rail[g->index] + (int)below(d, (uint64_t)keys_of(g->key))];
		if (r->tripped && r->ever_rearmed && chance(d, 400))
			at = r->rearmed_at + (uint64_t)g->every;
		else if (r->ever_tripped)
			at = r->tripped_at + (chance(d, 500) ? (uint64_t)g->hold : (uint64_t)pool_draw(d, UNIT_TIME));
	} else if (p->decision && p->decision->tickets) {
		const struct ticket *t = &d->m->tickets[below(d, (uint64_t)p->decision->tickets)];
		at = t->number ? t->at + (uint64_t)p->decision->timeout : 0;
	}
	at += below(d, 3);
	return at > d->m->now ? at - 1 : 0;
}

/* A tripped key whose evidence is there is what the next entries are about, just before, at or after its timers; till
 * then the time stands still. */
static uint64_t patience(struct draw *d)
{
	const struct guardrail *g = d->mood.goal;
	struct view v = {.m = d->m, .tag = -1, .candidate = -1};

	for (int k = 0; k < keys_of(g->key); k++) {
		const struct rail *r = &d->m->rails[d->m->plan->rail[g->index] + k];
		uint64_t at;
		v.key = k;
		if (!r->tripped || (d->mood.key >= 0 && d->mood.key != k) || !value_of(&v, g->rearm))
			continue;
		at = r->ever_rearmed && chance(d, 500) ? r->rearmed_at + (uint64_t)g->every
						       : r->tripped_at + (uint64_t)g->hold;
		at += below(d, 3);
		d->mood.turn = k;
		d->mood.keys = 1;
		d->queue_n = 1;
		d->queue[0] = (uint64_t)k;
		return at > d->m->now + 1 ? at - 1 : d->m->now;
	}
	return d->m->now;
}

static uint64_t draw_time(struct draw *d)
{
	if (d->mood.patient)
		return patience(d);
	uint64_t now = d->m->now, at = chance(d, 2 * d->mood.wait) ? aim(d) : 0;

	if (at)
		return at;
	if (chance(d, d->mood.wait))
		return now + (uint64_t)pool_draw(d, UNIT_TIME) + below(d, 3) - (pool_draw(d, UNIT_TIME) ? 1 : 0);
	if (chance(d, 20))
		return now - below(d, now < 1000000 ? now + 1 : 1000000); /* read before the lock was taken */
	return now + below(d, d->mood.pace + 1);
}

/* A key whose candidates take part: one the model was asked about, where the mood is for evidence. */
static bool evidence_key(struct draw *d, struct entry *e)
{
	if (!d->mood.evidence || !e->event->key || !d->queue_n)
		return false;
	e->fields[e->event->key->index] = d->queue[--d->queue_n];
	return true;
}

/* Whether the event moves what the mood wants the right way. */
static bool wanted(struct draw *d, const struct entry *e)
{
	for (int i = 0; i < d->mood.wants_n; i++) {
		const struct want *w = &d->mood.wants[i];
		const struct feature *f = w->f;
		bool hits = f->kind == FEATURE_COUNT || f->kind == FEATURE_SHARE || f->kind == FEATURE_RATE;
		if (f->on != e->event || (f->among && !machine_eval(d->m, f->among, e, -1)))
			continue;
		if (hits && f->where && !!machine_eval(d->m, f->where, e, -1) != w->next)
			return false;
		if (!hits && f->value && (machine_eval(d->m, f->value, e, -1) > w->than) != w->next)
			return false;
	}
	return true;
}

static bool in_order(const struct draw *d, const struct entry *e)
{
	const struct plan *plan = d->m->plan;

	return e->event != plan->close || d->m->tags[e->fields[e->event->tag->index]].open;
}

static void draw_event(struct draw *d, const struct event *event, struct entry *e)
{
	e->kind = event->tick ? ENTRY_TICK : ENTRY_EVENT;
	e->event = event;
	draw_fields(d, e);
	draw_tag(d, e);
	for (int i = 0; i < d->mood.wants_n; i++)
		d->mood.wants[i].next = chance(d, d->mood.wants[i].high);
	for (int i = 0; i < TRIES && d->mood.wants_n && in_order(d, e) && !wanted(d, e) && chance(d, d->mood.strict);
		i++) {
		uint64_t tag = event->tag ? e->fields[event->tag->index] : 0;
		d->mood.pivot[UNIT_TIME] = pool_draw(d, UNIT_TIME);
		d->mood.low = chance(d, 500);
		draw_fields(d, e);
		if (event->tag)
			e->fields[event->tag->index] = tag;
	}
	if (event == d->m->plan->open)
		evidence_key(d, e);
	if (d->p->decision && event == d->p->decision->on) {
		e->kind = chance(d, d->mood.split) ? ENTRY_ASK : ENTRY_DECIDE;
		draw_answers(d, e);
		e->infer = e->kind == ENTRY_DECIDE && d->p->models.n && d->p->models.at[0]->layers.n && chance(d, 20);
	}
	if (chance(d, d->mood.wrong))
		spoil(d, e);
}

static void draw_settle(struct draw *d, struct entry *e)
{
	int i = (int)below(d, (uint64_t)d->held_n);

	e->kind = ENTRY_SETTLE;
	e->ticket = d->held_n ? d->held[i] : 0;
	if (chance(d, d->mood.wrong / 2))
		e->ticket = below(d, d->m->asked + 3); /* settled already, or never given */
	else if (d->held_n && !chance(d, 20))	       /* now and then the same again */
		d->held[i] = d->held[--d->held_n];
	draw_answers(d, e);
}

static void draw_set(struct draw *d, struct entry *e)
{
	const struct tunable *t;

	e->kind = ENTRY_SET;
	e->tunable = (int)below(d, (uint64_t)d->p->tunables.n);
	t = d->p->tunables.at[e->tunable];
	e->value = chance(d, 900) ? (uint64_t)draw_int(d, &t->type)
				  : (uint64_t)(t->type.hi < NEVER ? t->type.hi + 1 : t->type.hi);
}

static const struct event *any_event(struct draw *d)
{
	const struct hook *h = d->p->hook;

	for (;;) {
		const struct event *e = h->events.at[below(d, (uint64_t)h->events.n)];
		if (policy_takes(d->p, e))
			return e;
	}
}

/* What comes next where the mood keeps causes before effects. */
static const struct event *next_event(struct draw *d)
{
	const struct plan *plan = d->m->plan;
	const struct event *decides = d->p->decision ? d->p->decision->on : NULL;

	if (plan->close && d->m->opened_n && (d->m->opened_n > d->mood.depth || chance(d, 100)))
		return plan->close;
	if (d->mood.evidence && plan->open && d->queue_n)
		return plan->open;
	if (chance(d, d->mood.goal ? 30 : 250))
		return any_event(d);
	if (!d->mood.evidence && plan->open && chance(d, 400))
		return plan->open;
	return decides ? decides : any_event(d);
}

/* Which keys the model was asked about: what comes of them is evidence. */
static void note(struct draw *d, const struct entry *e)
{
	const struct model *model = d->p->models.n ? d->p->models.at[0] : NULL;
	const struct key *kind = d->m->plan->open ? entry_key_kind(d->m->plan, d->m->plan->open) : NULL;
	const struct field *f = model && model->each && kind ? key_in_record(model->each, kind) : NULL;

	next_goal(d);
	if (d->out.ticket && e->kind == ENTRY_ASK && d->held_n < HELD_MAX)
		d->held[d->held_n++] = d->out.ticket;
	if (!d->out.ticket || e->kind == ENTRY_SETTLE || !f)
		return;
	d->queue_n = 0;
	for (int i = 0; i < (int)e->list_n && d->queue_n < QUEUE_MAX; i++)
		if (d->out.asked >> i & 1)
			d->queue[d->queue_n++] = e->list[i][f->index];
}

void trace_random(const struct policy *p, uint64_t seed, uint64_t steps, step_fn *each, void *user)
{
	struct draw *d = arena_alloc(sizeof *d);
	struct entry *e = arena_alloc(sizeof *e);
	bool go = true;

	d->p = p;
	d->m = machine_new(p, 0);
	d->seed = seed * 2 + 1;
	pool_fill(d);
	new_mood(d);
	for (uint64_t s = 0; s < steps && go; s++) {
		memset(e, 0, sizeof *e);
		if (d->mood.left-- == 0)
			new_mood(d);
		e->now = draw_time(d);
		if (d->held_n && (chance(d, d->mood.settle) || d->held_n == HELD_MAX))
			draw_settle(d, e);
		else if (p->tunables.n && chance(d, 2))
			draw_set(d, e);
		else if (p->models.n && chance(d, 1))
			e->kind = ENTRY_SWAP;
		else
			draw_event(d, chance(d, d->mood.wrong) ? any_event(d) : next_event(d), e);
		machine_step(d->m, e, &d->out);
		note(d, e);
		go = !each || each(user, d->m, e, &d->out);
	}
	machine_free(d->m);
}
