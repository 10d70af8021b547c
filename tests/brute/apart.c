/* Which states later entries can tell apart: a key that is equal for those that they cannot. Of a window not its
 * content counts but what comparisons can ever say of it: its contents are put into classes that say the same now and
 * go to the same classes by whatever enters. Of a time, as much as some comparison can tell. What nothing reads is left
 * out, and in which tag or slot a thing lies. machine_hash() knows none of this: with APART=no states are told apart by
 * it, and the same is seen. */
#include "apart.h"

#include <stdlib.h>
#include <string.h>

enum { CONTENTS = 4096 /* of one window; beyond that each is a class of its own */ };

struct window {
	bool used;
	int slots, symbols; /* what may enter: a hit or a miss, or one of the values from `lo` on */
	num lo;
	int *class_of; /* by content; NULL: by content alone */
};

struct apart {
	const struct policy *p;
	const struct plan *plan;
	struct window *feature, *guarantee;
	num *most;     /* by feature: of SINCE, all from here on are the same */
	bool *tunable; /* is read */
	bool said;
};

/* ---- the expressions of a policy; what goes into a model is none: its answers are any ---- */

static void walk(const struct expr *e, const struct expr *above, use_fn *f, void *user)
{
	if (!e)
		return;
	f(e, above, user);
	walk(e->a, e, f, user);
	walk(e->b, e, f, user);
	walk(e->c, e, f, user);
}

void each_use(const struct policy *p, use_fn *f, void *user)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *x = p->features.at[i];
		walk(x->where, NULL, f, user);
		walk(x->among, NULL, f, user);
		walk(x->value, NULL, f, user);
		for (int c = 0; c < x->columns.n; c++)
			walk(x->columns.at[c].value, NULL, f, user);
	}
	for (int c = 0; p->carry && c < p->carry->columns.n; c++)
		walk(p->carry->columns.at[c].value, NULL, f, user);
	walk(p->decision->need, NULL, f, user);
	for (int i = 0; i < p->decision->parts.n; i++) {
		walk(p->decision->parts.at[i].learned, NULL, f, user);
		walk(p->decision->parts.at[i].fallback, NULL, f, user);
	}
	for (int i = 0; i < p->assumptions.n; i++)
		walk(p->assumptions.at[i]->holds, NULL, f, user);
	for (int i = 0; i < p->guarantees.n; i++)
		walk(p->guarantees.at[i]->holds, NULL, f, user);
	for (int i = 0; i < p->guardrails.n; i++) {
		walk(p->guardrails.at[i]->trip, NULL, f, user);
		walk(p->guardrails.at[i]->rearm, NULL, f, user);
	}
}

bool compares(const struct expr *e, const struct expr *x, enum op *op, num *with)
{
	if (!e || e->op < EXPR_EQ || e->op > EXPR_GE)
		return false;
	const struct expr *other = e->a == x ? e->b : e->a;
	*op = e->op;
	if (e->a != x) /* 1 < x is x > 1 */
		*op = e->op == EXPR_LT ? EXPR_GT : e->op == EXPR_GT ? EXPR_LT : e->op == EXPR_LE ? EXPR_GE : e->op == EXPR_GE ? EXPR_LE : e->op;
	*with = other->value;
	return other->op == EXPR_INT;
}

/* ---- how a feature is read ---- */

struct atom { /* `f op with`, or of a share hits * den op with * seen */
	enum op op;
	num with, den;
};

struct reading {
	const struct feature *f;
	bool read, whole; /* its value itself counts */
	LIST(struct atom) atoms;
};

static void see_use(const struct expr *e, const struct expr *above, void *user)
{
	struct reading *r = user;
	struct atom a = {.den = 1};

	if (e->feature != r->f)
		return;
	r->read = true;
	if (e->op == EXPR_ACTIVE)
		return;
	if (e->op == EXPR_SHARE)
		a = (struct atom){e->cmp, e->value, e->den};
	else if (e->op != EXPR_FEATURE || !compares(above, e, &a.op, &a.with))
		r->whole = true;
	*list_add(&r->atoms) = a;
}

static bool mentions(const struct expr *e, const struct feature *f)
{
	return e && (e->feature == f || mentions(e->a, f) || mentions(e->b, f) || mentions(e->c, f));
}

static struct reading reading_of(const struct policy *p, const struct feature *f)
{
	struct reading r = {.f = f};

	each_use(p, see_use, &r);
	for (int i = 0; i < p->guardrails.n; i++)
		r.whole |= mentions(p->guardrails.at[i]->rearm, f); /* whether evidence can differ is asked of its value */
	return r;
}

bool feature_read(const struct policy *p, const struct feature *f)
{
	return reading_of(p, f).read;
}

/* ---- windows over events: contents are numbered, shorter ones first ---- */

static int contents_of(const struct window *w)
{
	int n = 0, of = 1;

	for (int fill = 0; fill <= w->slots; fill++, of *= w->symbols) {
		if (n + of > CONTENTS)
			return CONTENTS + 1;
		n += of;
	}
	return n;
}

static int number_of(const struct window *w, const int *symbol, int fill)
{
	int n = 0, of = 1, at = 0;

	for (int i = 0; i < fill; i++) {
		n += of;
		of *= w->symbols;
		at = at * w->symbols + symbol[i];
	}
	return n + at;
}

/* The content of that number, oldest first; how many there are. */
static int content(const struct window *w, int number, int *symbol)
{
	int fill = 0;

	for (int of = 1; number >= of; of *= w->symbols, fill++)
		number -= of;
	for (int i = fill - 1; i >= 0; i--) {
		symbol[i] = number % w->symbols;
		number /= w->symbols;
	}
	return fill;
}

static int after_entering(const struct window *w, int number, int with)
{
	int symbol[64], fill = content(w, number, symbol);

	if (fill == w->slots && fill > 0) {
		fill--;
		memmove(symbol, symbol + 1, (size_t)fill * sizeof *symbol);
	}
	symbol[fill++] = with;
	return number_of(w, symbol, fill);
}

static int content_now(const struct machine *m, const struct window *w, const struct place *at, int key)
{
	const struct past *x = past_of(m, at, key);
	int symbol[64];

	for (int i = 0; i < x->fill; i++) {
		int slot = (x->next + at->slots - x->fill + i) % at->slots;
		symbol[i] = at->width ? (int)(*past_values(x, at, slot) - w->lo) : past_hit(x, at, slot);
	}
	return number_of(w, symbol, x->fill);
}

typedef uint64_t says_fn(const struct apart *a, const struct window *w, int number, const void *user);

static uint64_t mixed(uint64_t h, num x)
{
	h = (h ^ (uint64_t)x) * UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 29;
	h = (h ^ (uint64_t)(x >> 64)) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

/* Gives every distinct `of` a number from 0; how many there are. */
static int numbered(const uint64_t *of, int n, int *class_of)
{
	int classes = 0;
	LIST(uint64_t) known = {0};

	for (int i = 0; i < n; i++) {
		int c = 0;
		while (c < classes && known.at[c] != of[i])
			c++;
		if (c == classes) {
			*list_add(&known) = of[i];
			classes++;
		}
		class_of[i] = c;
	}
	return classes;
}

/* Classes are split until all of one say the same and go the same ways. */
static void find_classes(const struct apart *a, struct window *w, bool resets, says_fn *says, const void *user)
{
	int n = contents_of(w), classes, before = 0;
	uint64_t *of;

	if (n > CONTENTS)
		return;
	of = arena_alloc((size_t)n * sizeof *of);
	w->class_of = arena_alloc((size_t)n * sizeof *w->class_of);
	for (int i = 0; i < n; i++)
		of[i] = says(a, w, i, user);
	while ((classes = numbered(of, n, w->class_of)) > before) {
		before = classes;
		for (int i = 0; i < n; i++) {
			of[i] = mixed(1, w->class_of[i]);
			for (int s = 0; s < w->symbols; s++)
				of[i] = mixed(of[i], w->class_of[after_entering(w, i, s)]);
			if (resets)
				of[i] = mixed(of[i], w->class_of[0]);
		}
	}
}

static uint64_t feature_says(const struct apart *a, const struct window *w, int number, const void *user)
{
	const struct reading *r = user;
	const struct feature *f = r->f;
	const struct place *at = &a->plan->feature[f->index];
	static struct machine *m;
	int symbol[64], fill = content(w, number, symbol);
	uint64_t h = 1;
	num value, hits, seen;

	if (!m || m->plan != a->plan)
		m = machine_new(a->p, 0);
	past_reset(m, at, 0);
	for (int i = 0; i < fill; i++) {
		num v = symbol[i] + w->lo;
		past_enter(m, at, 0, at->width ? true : symbol[i], &v);
	}
	hits = (num)past_hits(m, at, 0);
	seen = (num)past_seen(m, at, 0);
	value = value_of_feature(&(struct view){.m = m}, f, 0);
	h = mixed(h, feature_active(m, f, 0));
	if (r->whole)
		return mixed(h, f->kind == FEATURE_SHARE ? hits * 1000 + seen : value);
	for (int i = 0; i < r->atoms.n; i++) {
		const struct atom *x = &r->atoms.at[i];
		h = mixed(h, f->kind == FEATURE_SHARE ? numbers_compare(x->op, hits * x->den, x->with * seen)
						      : numbers_compare(x->op, value, x->with));
	}
	return h;
}

/* What the next decision has to reckon with: of the window but its oldest, up to where more makes no difference. */
static uint64_t guarantee_says(const struct apart *a, const struct window *w, int number, const void *user)
{
	const struct guarantee *g = user;
	int symbol[64], fill = content(w, number, symbol);
	num hits = 0;

	(void)a;
	for (int i = fill == w->slots; i < fill; i++)
		hits += symbol[i];
	return mixed(mixed(1, hits > g->limit + 1 ? g->limit + 1 : hits), g->cmp == EXPR_GE && fill + 1 < w->slots);
}

static void find_feature(struct apart *a, const struct feature *f)
{
	struct window *w = &a->feature[f->index];
	const struct place *at = &a->plan->feature[f->index];
	struct reading r = reading_of(a->p, f);

	w->used = r.read;
	w->slots = at->slots;
	w->symbols = 2;
	if (at->width) {
		w->lo = f->kind == FEATURE_LAST ? 0 : f->value->type.lo;
		w->symbols = f->kind == FEATURE_LAST || f->value->type.hi - w->lo > 16 ? CONTENTS : (int)(f->value->type.hi - w->lo) + 1;
	}
	if (w->used && w->slots)
		find_classes(a, w, f->reset_on_trip || f->reset_on_rearm, feature_says, &r);
	a->most[f->index] = r.atoms.n ? 0 : UINT32_MAX;
	for (int i = 0; i < r.atoms.n; i++)
		a->most[f->index] = r.atoms.at[i].with >= a->most[f->index] ? r.atoms.at[i].with + 1 : a->most[f->index];
	for (int i = 0; i < r.atoms.n; i++)
		if (!r.atoms.at[i].op)
			a->most[f->index] = UINT32_MAX;
}

static void see_others(const struct expr *e, const struct expr *above, void *user)
{
	struct apart *a = user;

	(void)above;
	if (e->op == EXPR_TUNABLE)
		a->tunable[e->tunable->index] = true;
	a->said |= e->op == EXPR_SAID;
}

struct apart *apart_of(const struct policy *p, const struct plan *plan)
{
	struct apart *a = arena_alloc(sizeof *a);

	a->p = p;
	a->plan = plan;
	a->feature = arena_alloc((size_t)p->features.n * sizeof *a->feature);
	a->most = arena_alloc((size_t)p->features.n * sizeof *a->most);
	a->guarantee = arena_alloc((size_t)p->guarantees.n * sizeof *a->guarantee);
	a->tunable = arena_alloc((size_t)p->tunables.n * sizeof *a->tunable);
	each_use(p, see_others, a);
	for (int i = 0; i < p->features.n; i++)
		find_feature(a, p->features.at[i]);
	for (int i = 0; i < p->guarantees.n; i++) {
		struct window *w = &a->guarantee[i];
		*w = (struct window){.used = true, .slots = plan->guarantee[i].slots, .symbols = 2};
		if (w->slots)
			find_classes(a, w, false, guarantee_says, p->guarantees.at[i]);
	}
	return a;
}

/* ---- the key ---- */

static num age(const struct machine *m, bool ever, uint64_t then, num most)
{
	num age = (num)(m->now - then);

	return !ever || age > most ? most : age;
}

static uint64_t mix_feature(uint64_t h, const struct apart *a, const struct machine *m, const struct feature *f, int key)
{
	const struct place *at = &a->plan->feature[f->index];
	const struct past *x = past_of(m, at, key);
	const struct window *w = &a->feature[f->index];
	num cap = (num)a->plan->age_cap[f->index];

	if (!w->used)
		return h;
	switch ((int)f->kind) {
	case FEATURE_IN_FLIGHT: /* said by the tags */
		return h;
	case FEATURE_AGE:
		return mixed(h, age(m, x->set, x->time, cap));
	case FEATURE_HELD:
		return mixed(h, x->set ? 1 + age(m, true, x->time, cap) : 0);
	case FEATURE_SINCE:
		return mixed(h, x->value > a->most[f->index] ? a->most[f->index] : x->value);
	case FEATURE_EXP_MEAN:
		return mixed(mixed(h, x->set), x->value);
	default:
		break;
	}
	if (w->class_of)
		return mixed(h, w->class_of[content_now(m, w, at, key)]);
	h = mixed(h, (num)x->seen > f->after ? f->after : (num)x->seen);
	for (int i = 0; i < x->fill; i++) {
		int slot = (x->next + at->slots - x->fill + i) % at->slots;
		h = mixed(h, past_hit(x, at, slot));
		for (int c = 0; c < at->width; c++)
			h = mixed(h, past_values(x, at, slot)[c]);
	}
	return mixed(h, x->fill);
}

static uint64_t mix_rail(uint64_t h, const struct apart *a, const struct machine *m, const struct guardrail *g, int key)
{
	const struct rail *r = &m->rails[a->plan->rail[g->index] + key];
	num cap = (num)a->plan->trip_cap[g->index], hold = r->tripped && !g->latch && g->hold > cap ? g->hold : cap;

	h = mixed(mixed(h, r->tripped), r->shadowed);
	h = mixed(h, age(m, r->ever_tripped, r->tripped_at, hold));
	return g->latch ? h : mixed(h, age(m, r->ever_rearmed, r->rearmed_at, g->every));
}

/* A guarantee's window, and how many decisions must still keep each of its assumptions until it is owed. */
static uint64_t mix_guarantee(uint64_t h, const struct apart *a, const struct machine *m, const struct guarantee *g)
{
	const struct window *w = &a->guarantee[g->index];
	num window = g->kind == GUARANTEE_COUNT ? g->events : 1;

	if (w->slots)
		h = mixed(h, w->class_of ? w->class_of[content_now(m, w, &a->plan->guarantee[g->index], 0)]
					 : content_now(m, w, &a->plan->guarantee[g->index], 0));
	for (int i = 0; i < g->under.n; i++) {
		num failed = (num)m->log.clean_from[g->under.at[i]->index]; /* one past the last that did not */
		num left = failed ? failed + window - 1 - (num)m->log.n : 0;
		h = mixed(h, left < 0 ? 0 : left);
	}
	return h;
}

static uint64_t mix_tags(uint64_t h, const struct apart *a, const struct machine *m)
{
	uint64_t sum = 0;

	for (int t = 0; t < a->plan->tags; t++) {
		uint64_t one = mixed(7, m->tags[t].key);
		for (int c = 0; c < a->plan->tag_width; c++)
			one = mixed(one, m->rides[t * a->plan->tag_width + c]);
		sum += m->tags[t].open ? mixed(one, 1) : 0;
	}
	return mixed(h, (num)sum);
}

/* There is one ticket at most. */
static uint64_t mix_ticket(uint64_t h, const struct apart *a, const struct machine *m)
{
	const struct ticket *t = m->tickets;
	const struct event *e = a->p->decision->on;

	if (!t->number || (num)(m->now - t->at) > a->p->decision->timeout)
		return mixed(h, 0);
	h = mixed(h, 1 + (num)(m->now - t->at));
	h = mixed(mixed(mixed(h, t->asked), t->probed), t->entry.list_n);
	for (int i = 0; i < e->fields.n; i++) {
		const struct field *f = e->fields.at[i];
		if (f->type.kind != TYPE_LIST)
			h = mixed(h, (num)t->entry.fields[i]);
		for (uint32_t c = 0; f->type.kind == TYPE_LIST && c < t->entry.list_n; c++)
			for (int r = 0; r < f->record.n; r++)
				h = mixed(h, (num)t->entry.list[c][r]);
	}
	return h;
}

static bool over_time(const struct apart *a)
{
	for (int i = 0; i < a->p->features.n; i++)
		if (a->plan->feature[i].buckets)
			return true;
	for (int i = 0; i < a->p->guarantees.n; i++)
		if (a->plan->guarantee[i].buckets)
			return true;
	return false;
}

uint64_t apart_key(const struct apart *a, const struct machine *m)
{
	const struct policy *p = a->p;
	uint64_t h = UINT64_C(0x243f6a8885a308d3);

	if (over_time(a) || p->decision->tickets > 1)
		return machine_hash(m);
	for (int i = 0; i < p->tunables.n; i++)
		h = a->tunable[i] ? mixed(h, m->tunables[i]) : h;
	for (int i = 0; i < p->features.n; i++)
		for (int k = 0; k < keys_of(p->features.at[i]->state->key); k++)
			h = mix_feature(h, a, m, p->features.at[i], k);
	for (int i = 0; i < p->guardrails.n; i++)
		for (int k = 0; k < keys_of(p->guardrails.at[i]->key); k++)
			h = mix_rail(h, a, m, p->guardrails.at[i], k);
	for (size_t i = 0; a->said && i < a->plan->saids; i++)
		h = mixed(h, m->said[i]);
	h = mix_tags(h, a, m);
	h = mix_ticket(h, a, m);
	for (int i = 0; i < p->guarantees.n; i++)
		h = mix_guarantee(h, a, m, p->guarantees.at[i]);
	return h;
}
