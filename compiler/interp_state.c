/* The interpreter's state: made, copied, compared, printed; and what the windows in it remember. */
#include "interp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
	if (!p) {
		fprintf(stderr, "ldosc: out of memory\n");
		exit(EXIT_DEFECT);
	}
	return p;
}

static void *zeroed(size_t n, size_t size)
{
	return must(calloc(n ? n : 1, size));
}

static void *same(const void *from, size_t n, size_t size)
{
	void *to = must(malloc(n ? n * size : 1));

	return n ? memcpy(to, from, n * size) : to;
}

int keys_of(const struct key *k)
{
	return k ? k->max : 1;
}

num floor_div(num a, num b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* ---- the plan: where in the arrays the parts of a policy lie ---- */

static struct place place(struct plan *plan, int keys, num events, num span, int buckets, int width)
{
	struct place at = {.past = (int)plan->pasts};

	if (span) {
		at.buckets = buckets + 1;
		at.bucket_ns = (uint64_t)((span + buckets - 1) / buckets);
	} else {
		at.slots = (int)events;
		at.width = width;
	}
	plan->pasts += (size_t)keys;
	return at;
}

/* How many values an event leaves in the feature's ring. */
static int width_of(const struct feature *f)
{
	return f->kind == FEATURE_LAST ? f->columns.n : f->value ? 1 : 0;
}

/* Beyond the greatest age that some comparison can tell from a greater one, ages are the same to the policy. */
static void cap(uint64_t *slot, const struct expr *other)
{
	uint64_t beyond =
		other->type.hi >= NEVER ? UINT64_MAX : (uint64_t)(other->type.hi < 0 ? 0 : other->type.hi) + 1;

	*slot = beyond > *slot ? beyond : *slot;
}

static uint64_t *age_slot(const struct plan *plan, const struct expr *e)
{
	if (e->op == EXPR_TRIP_AGE)
		return &plan->trip_cap[e->guardrail->index];
	if (e->op == EXPR_FEATURE && (e->feature->kind == FEATURE_AGE || e->feature->kind == FEATURE_HELD))
		return &plan->age_cap[e->feature->index];
	return NULL;
}

static bool compares(enum op op)
{
	return op == EXPR_EQ || op == EXPR_NE || op == EXPR_LT || op == EXPR_LE || op == EXPR_GT || op == EXPR_GE;
}

static void find_caps(const struct plan *plan, const struct expr *e, const struct expr *above)
{
	uint64_t *slot;

	if (!e)
		return;
	slot = age_slot(plan, e);
	if (slot && above && compares(above->op))
		cap(slot, above->a == e ? above->b : above->a);
	else if (slot)
		*slot = UINT64_MAX;
	find_caps(plan, e->a, e);
	find_caps(plan, e->b, e);
	find_caps(plan, e->c, e);
}

/* Every expression of a policy; its order means nothing. */
static void each_expr(const struct policy *p, void (*f)(const struct plan *, const struct expr *, const struct expr *),
	const struct plan *plan)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *x = p->features.at[i];
		f(plan, x->where, NULL);
		f(plan, x->among, NULL);
		f(plan, x->value, NULL);
		for (int c = 0; c < x->columns.n; c++)
			f(plan, x->columns.at[c].value, NULL);
	}
	for (int c = 0; p->carry && c < p->carry->columns.n; c++)
		f(plan, p->carry->columns.at[c].value, NULL);
	for (int i = 0; i < p->models.n; i++)
		for (int k = 0; k < p->models.at[i]->inputs.n; k++)
			f(plan, p->models.at[i]->inputs.at[k].value, NULL);
	if (p->decision) {
		f(plan, p->decision->need, NULL);
		for (int i = 0; i < p->decision->parts.n; i++) {
			f(plan, p->decision->parts.at[i].learned, NULL);
			f(plan, p->decision->parts.at[i].fallback, NULL);
		}
	}
	for (int i = 0; i < p->assumptions.n; i++)
		f(plan, p->assumptions.at[i]->holds, NULL);
	for (int i = 0; i < p->guarantees.n; i++)
		f(plan, p->guarantees.at[i]->holds, NULL);
	for (int i = 0; i < p->guardrails.n; i++) {
		f(plan, p->guardrails.at[i]->trip, NULL);
		f(plan, p->guardrails.at[i]->rearm, NULL);
	}
}

/* Tags are kept of the event that the carry, or an in_flight, names. */
static void plan_tags(struct plan *plan)
{
	const struct policy *p = plan->p;

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		plan->amount[i] = -1;
		if (f->kind != FEATURE_IN_FLIGHT)
			continue;
		plan->amount[i] = plan->tag_width++;
		plan->open = f->on;
		plan->close = f->until;
	}
	plan->carried = plan->tag_width;
	if (p->carry) {
		plan->open = p->carry->open;
		plan->close = p->carry->close;
		plan->tag_width += p->carry->columns.n;
	}
	if (plan->open)
		plan->tags = p->carry ? p->carry->max : (int)plan->open->tag->type.hi + 1;
}

static void plan_models(struct plan *plan)
{
	const struct policy *p = plan->p;

	for (int i = 0; i < p->models.n; i++) {
		const struct model *m = p->models.at[i];
		const struct key *k = NULL;
		for (int r = 0; m->each && r < m->each->record.n; r++) {
			if (m->each->record.at[r]->type.kind == TYPE_KEY) {
				k = m->each->record.at[r]->type.key;
				break;
			}
		}
		plan->model_key[i] = k;
		plan->said[i] = (int)plan->saids;
		plan->saids += (size_t)keys_of(k);
	}
}

/* The plan of the policy that was asked for last is kept: searches make many machines of one. */
static const struct plan *plan_of(const struct policy *p)
{
	static struct plan *plan;

	if (plan && plan->p == p)
		return plan;
	plan = arena_alloc(sizeof *plan);
	plan->p = p;
	plan->feature = arena_alloc((size_t)p->features.n * sizeof *plan->feature);
	plan->amount = arena_alloc((size_t)p->features.n * sizeof *plan->amount);
	plan->age_cap = arena_alloc((size_t)p->features.n * sizeof *plan->age_cap);
	plan->guarantee = arena_alloc((size_t)p->guarantees.n * sizeof *plan->guarantee);
	plan->rail = arena_alloc((size_t)p->guardrails.n * sizeof *plan->rail);
	plan->trip_cap = arena_alloc((size_t)p->guardrails.n * sizeof *plan->trip_cap);
	plan->said = arena_alloc((size_t)p->models.n * sizeof *plan->said);
	plan->model_key = arena_alloc((size_t)p->models.n * sizeof *plan->model_key);
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		plan->feature[i] = place(plan, keys_of(f->state->key), f->events, f->span, f->buckets, width_of(f));
	}
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		plan->guarantee[i] = place(plan, 1, g->events, g->span, g->buckets, 0);
	}
	for (int i = 0; i < p->guardrails.n; i++) {
		plan->rail[i] = (int)plan->rails;
		plan->rails += (size_t)keys_of(p->guardrails.at[i]->key);
	}
	plan_tags(plan);
	plan_models(plan);
	each_expr(p, find_caps, plan);
	return plan;
}

/* ---- windows ---- */

static num *values_in(const struct past *w)
{
	return (num *)(w + 1);
}

static struct bucket *buckets_in(const struct past *w, const struct place *at)
{
	return (struct bucket *)(values_in(w) + at->slots * at->width);
}

static uint8_t *hits_in(const struct past *w, const struct place *at)
{
	return (uint8_t *)(buckets_in(w, at) + at->buckets);
}

static size_t past_size(const struct place *at)
{
	return sizeof(struct past) + (size_t)(at->slots * at->width) * sizeof(num) +
		(size_t)at->buckets * sizeof(struct bucket) + (size_t)at->slots;
}

const struct past *past_of(const struct machine *m, const struct place *at, int key)
{
	static const struct past nothing;
	const struct past *w = m->pasts[at->past + key];

	return w ? w : &nothing;
}

bool past_nothing(const struct past *w)
{
	return !w->seen && !w->value && !w->set;
}

static void past_release(struct past *w)
{
	if (w && --w->shared == 0)
		free(w);
}

struct past *past_own(struct machine *m, const struct place *at, int key)
{
	struct past **mine = &m->pasts[at->past + key], *w = *mine;

	if (w && w->shared == 1)
		return w;
	*mine = w ? same(w, 1, past_size(at)) : zeroed(1, past_size(at));
	past_release(w);
	(*mine)->shared = 1;
	(*mine)->buckets = at->buckets;
	return *mine;
}

const num *past_values(const struct past *w, const struct place *at, int slot)
{
	return &values_in(w)[slot * at->width];
}

const struct bucket *past_bucket(const struct past *w, const struct place *at, int i)
{
	return &buckets_in(w, at)[i];
}

bool past_hit(const struct past *w, const struct place *at, int slot)
{
	return hits_in(w, at)[slot];
}

static bool bucket_counts(const struct machine *m, const struct place *at, const struct bucket *b)
{
	return b->seen && b->index + (uint64_t)at->buckets > m->now / at->bucket_ns;
}

void past_reset(struct machine *m, const struct place *at, int key)
{
	past_release(m->pasts[at->past + key]);
	m->pasts[at->past + key] = NULL;
}

static void enter_bucket(const struct machine *m, const struct place *at, struct bucket *b, bool hit, num value)
{
	struct bucket *mine = NULL;
	uint64_t index = m->now / at->bucket_ns;

	for (int i = 0; i < at->buckets; i++)
		if (b[i].seen && b[i].index == index)
			mine = &b[i];
	for (int i = 0; i < at->buckets && !mine; i++)
		if (!bucket_counts(m, at, &b[i]))
			mine = &b[i];
	if (!mine->seen || mine->index != index)
		*mine = (struct bucket){.index = index, .min = value, .max = value};
	mine->seen++;
	mine->hits += hit && mine->hits < UINT32_MAX;
	mine->sum += value;
	mine->min = value < mine->min ? value : mine->min;
	mine->max = value > mine->max ? value : mine->max;
}

void past_enter(struct machine *m, const struct place *at, int key, bool hit, const num *values)
{
	struct past *w = past_own(m, at, key);

	w->seen++;
	if (at->buckets)
		enter_bucket(m, at, buckets_in(w, at), hit, values[0]);
	if (!at->slots)
		return;
	hits_in(w, at)[w->next] = hit;
	memcpy(&values_in(w)[w->next * at->width], values, (size_t)at->width * sizeof *values);
	w->next = (w->next + 1) % at->slots;
	w->fill += w->fill < at->slots;
}

uint64_t past_seen(const struct machine *m, const struct place *at, int key)
{
	const struct past *w = past_of(m, at, key);
	uint64_t n = (uint64_t)w->fill;

	for (int i = 0; i < w->buckets; i++)
		if (bucket_counts(m, at, past_bucket(w, at, i)))
			n += past_bucket(w, at, i)->seen;
	return n;
}

uint64_t past_hits(const struct machine *m, const struct place *at, int key)
{
	const struct past *w = past_of(m, at, key);
	uint64_t n = 0;

	for (int i = 0; i < w->fill; i++)
		n += past_hit(w, at, i);
	for (int i = 0; i < w->buckets; i++)
		if (bucket_counts(m, at, past_bucket(w, at, i)))
			n += past_bucket(w, at, i)->hits;
	return n;
}

uint64_t past_hits_but_oldest(const struct machine *m, const struct place *at, int key)
{
	const struct past *w = past_of(m, at, key);
	uint64_t n = past_hits(m, at, key);

	return at->slots && w->fill == at->slots ? n - past_hit(w, at, w->next) : n;
}

num past_sum(const struct machine *m, const struct place *at, int key)
{
	const struct past *w = past_of(m, at, key);
	num n = 0;

	for (int i = 0; i < w->fill; i++)
		n += *past_values(w, at, i);
	for (int i = 0; i < w->buckets; i++)
		if (bucket_counts(m, at, past_bucket(w, at, i)))
			n += past_bucket(w, at, i)->sum;
	return n;
}

static num extreme(const struct machine *m, const struct place *at, int key, bool greatest)
{
	const struct past *w = past_of(m, at, key);
	num best = NONE;

	for (int i = 0; i < w->fill; i++) {
		num v = *past_values(w, at, i);
		if (best == NONE || (greatest ? v > best : v < best))
			best = v;
	}
	for (int i = 0; i < w->buckets; i++) {
		const struct bucket *b = past_bucket(w, at, i);
		num v = greatest ? b->max : b->min;
		if (bucket_counts(m, at, b) && (best == NONE || (greatest ? v > best : v < best)))
			best = v;
	}
	return best;
}

num past_min(const struct machine *m, const struct place *at, int key)
{
	return extreme(m, at, key, false);
}

num past_max(const struct machine *m, const struct place *at, int key)
{
	return extreme(m, at, key, true);
}

num past_slot(const struct machine *m, const struct place *at, int key, int ago, int column)
{
	const struct past *w = past_of(m, at, key);

	return past_values(w, at, (w->next + at->slots - 1 - ago) % at->slots)[column];
}

/* ---- made and copied ---- */

struct machine *machine_new(const struct policy *p, uint64_t now)
{
	const struct plan *plan = plan_of(p);
	struct machine *m = zeroed(1, sizeof *m);

	m->plan = plan;
	m->now = now;
	m->tunables = zeroed((size_t)p->tunables.n, sizeof *m->tunables);
	m->pasts = zeroed(plan->pasts, sizeof *m->pasts);
	m->rails = zeroed(plan->rails, sizeof *m->rails);
	m->said = zeroed(plan->saids, sizeof *m->said);
	m->tags = zeroed((size_t)plan->tags, sizeof *m->tags);
	m->rides = zeroed((size_t)plan->tags * (size_t)plan->tag_width, sizeof *m->rides);
	m->opened = zeroed((size_t)plan->tags, sizeof *m->opened);
	m->tickets = zeroed(p->decision ? (size_t)p->decision->tickets : 0, sizeof *m->tickets);
	m->log.clean_from = zeroed((size_t)p->assumptions.n, sizeof *m->log.clean_from);
	for (int i = 0; i < p->tunables.n; i++)
		m->tunables[i] = p->tunables.at[i]->initial;
	for (size_t i = 0; i < plan->saids; i++)
		m->said[i] = -1;
	return m;
}

struct machine *machine_copy(const struct machine *m)
{
	const struct plan *plan = m->plan;
	const struct policy *p = plan->p;
	struct machine *c = same(m, 1, sizeof *m);

	c->tunables = same(m->tunables, (size_t)p->tunables.n, sizeof *m->tunables);
	c->pasts = same(m->pasts, plan->pasts, sizeof *m->pasts);
	for (size_t i = 0; i < plan->pasts; i++)
		if (c->pasts[i])
			c->pasts[i]->shared++;
	c->rails = same(m->rails, plan->rails, sizeof *m->rails);
	c->said = same(m->said, plan->saids, sizeof *m->said);
	c->tags = same(m->tags, (size_t)plan->tags, sizeof *m->tags);
	c->rides = same(m->rides, (size_t)plan->tags * (size_t)plan->tag_width, sizeof *m->rides);
	c->opened = same(m->opened, (size_t)plan->tags, sizeof *m->opened);
	c->tickets = same(m->tickets, p->decision ? (size_t)p->decision->tickets : 0, sizeof *m->tickets);
	c->log.clean_from = same(m->log.clean_from, (size_t)p->assumptions.n, sizeof *m->log.clean_from);
	c->log.room = m->log.n;
	c->log.time = same(m->log.time, m->log.n, sizeof *m->log.time);
	c->log.total = same(m->log.total, m->log.n * (size_t)p->guarantees.n, sizeof *m->log.total);
	return c;
}

size_t machine_size(const struct machine *m)
{
	const struct plan *plan = m->plan;
	size_t size = sizeof *m + plan->pasts * sizeof *m->pasts + plan->rails * sizeof *m->rails +
		(size_t)plan->tags * (size_t)(plan->tag_width + 2) * sizeof(num);

	if (plan->p->decision)
		size += (size_t)plan->p->decision->tickets * sizeof *m->tickets;
	for (int i = 0; i < plan->p->features.n; i++)
		size += past_size(&plan->feature[i]);
	for (int i = 0; i < plan->p->guarantees.n; i++)
		size += past_size(&plan->guarantee[i]);
	return size;
}

void machine_free(struct machine *m)
{
	if (!m)
		return;
	free(m->tunables);
	for (size_t i = 0; i < m->plan->pasts; i++)
		past_release(m->pasts[i]);
	free(m->pasts);
	free(m->rails);
	free(m->said);
	free(m->tags);
	free(m->rides);
	free(m->opened);
	free(m->tickets);
	free(m->log.clean_from);
	free(m->log.time);
	free(m->log.total);
	free(m);
}

void log_add(struct log *l, int guarantees, uint64_t now, const bool *counted)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->time = must(realloc(l->time, l->room * sizeof *l->time));
		l->total = must(realloc(l->total, (l->room * (size_t)guarantees + 1) * sizeof *l->total));
	}
	l->time[l->n] = now;
	for (int g = 0; g < guarantees; g++)
		l->total[l->n * (size_t)guarantees + (size_t)g] =
			(l->n ? l->total[(l->n - 1) * (size_t)guarantees + (size_t)g] : 0) + counted[g];
	l->n++;
}

const struct tally *machine_tally(const struct machine *m)
{
	return &m->tally;
}

uint64_t machine_now(const struct machine *m)
{
	return m->now;
}
