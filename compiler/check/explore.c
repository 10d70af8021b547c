/* The search: breadth first near init, then downhill along the aims, one body at a time, then at random. All limits
 * count entries, so that what is found does not depend on the machine. */
#include "explore.h"
#include "judge.h"

#include <string.h>

enum {
	DECISIONS = 96, /* of the deciding entries, how many are steps of a search; all of them are looked at */
	NEAR = 300,	/* states that are looked at one by one around init */
	ROUGH = 4000,	/* the same, of states that are not alike, by fewer actions */
	FEWER = 48,	/* actions of each list that are left for it */
	STEPS = 64,	/* bodies that are repeated, one after another */
	BACK = 4,	/* of the last of those, how many are looked around in the end */
	POOL = 24,	/* states worth coming back to */
	SLOW = 12,	/* decisions that are also settled later */
	LINGER = 8,	/* decisions that are repeated where nothing brings the aim nearer */
	LOOKS = 12,	/* of those, into how many a hunt looks before it goes on to every twelfth */
};

#define ENTRIES UINT64_C(600000)
#define BYTES	((size_t)1 << 29) /* of states that are kept at once */

struct node {
	struct machine *m;
	const struct node *from;
	struct run run; /* from there to here */
};

struct attempt { /* one body, after a wait */
	const struct body *body;
	uint64_t wait;
};

struct edges { /* the values of a field that are told apart */
	const struct field *f;
	num_list values;
};

struct explorer {
	const struct policy *p;
	struct machine *init;
	body_list decisions, rounds, rest, slow;
	entry_list answers;
	LIST(struct edges) edges; /* as far as they were asked for */
	LIST(uint64_t) waits;
	uint64_t
		patience; /* repetitions without a sign of progress: the longest a piece of evidence may take to matter */
	LIST(struct node *) pool;
	struct outcome *out;
};

struct search {
	struct explorer *x;
	struct hunt *h;
	LIST(struct attempt) actions;
	uint64_t left; /* entries */
	bool found;
	struct run last;    /* the run that ends in it */
	struct run played;  /* by the last play */
	struct run tried;   /* by the last look */
	struct body varied; /* a body of a walk */
	const struct node *at;
};

/* ---- what there is to try ---- */

static void wait_add(struct explorer *x, num t)
{
	if (t <= 0 || t > INT64_MAX)
		return;
	for (int i = 0; i < x->waits.n; i++)
		if (x->waits.at[i] == (uint64_t)t)
			return;
	*list_add(&x->waits) = (uint64_t)t;
}

/* Times that some comparison of the policy can tell apart. */
static void times_in(struct explorer *x, const struct expr *e)
{
	if (!e)
		return;
	if (e->op >= EXPR_EQ && e->op <= EXPR_GE)
		for (int i = 0; i < 2; i++) {
			const struct expr *age = i ? e->b : e->a, *other = i ? e->a : e->b;
			bool is = age->op == EXPR_TRIP_AGE ||
				(age->op == EXPR_FEATURE &&
					(age->feature->kind == FEATURE_AGE || age->feature->kind == FEATURE_HELD));
			if (!is || other->op != EXPR_INT)
				continue;
			wait_add(x, other->value);
			wait_add(x, other->value + 1);
		}
	times_in(x, e->a);
	times_in(x, e->b);
	times_in(x, e->c);
}

static void waits_of(struct explorer *x)
{
	const struct policy *p = x->p;

	wait_add(x, 1);
	for (int i = 0; i < p->guardrails.n; i++) {
		wait_add(x, p->guardrails.at[i]->hold);
		wait_add(x, p->guardrails.at[i]->every);
		times_in(x, p->guardrails.at[i]->trip);
		times_in(x, p->guardrails.at[i]->rearm);
	}
	for (int i = 0; i < p->features.n; i++)
		wait_add(x, p->features.at[i]->span);
	for (int i = 0; i < p->guarantees.n; i++) {
		wait_add(x, p->guarantees.at[i]->span);
		times_in(x, p->guarantees.at[i]->holds);
	}
	for (int i = 0; p->decision && i < p->decision->parts.n; i++) {
		times_in(x, p->decision->parts.at[i].learned);
		times_in(x, p->decision->parts.at[i].fallback);
	}
}

static uint64_t longest_window(const struct policy *p)
{
	num most = 1;

	for (int i = 0; i < p->features.n; i++)
		most = p->features.at[i]->events > most ? p->features.at[i]->events : most;
	for (int i = 0; i < p->guarantees.n; i++)
		most = p->guarantees.at[i]->events > most ? p->guarantees.at[i]->events : most;
	return (uint64_t)most;
}

static uint64_t shadow_of(const struct policy *p)
{
	uint64_t n = 1;

	for (int i = 0; i < p->models.n; i++) {
		const struct model *m = p->models.at[i];
		if (m->shadow > (int)n || m->probe > (int)n)
			n = (uint64_t)(m->shadow > m->probe ? m->shadow : m->probe);
	}
	return n;
}

bool settles_anew(const struct policy *p)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (!p->guardrails.at[i]->key)
			return true;
	return false;
}

/* Decisions that are settled some time after they were asked for. */
static void slow_decisions(struct explorer *x)
{
	int stride = x->decisions.n > SLOW ? x->decisions.n / SLOW : 1;

	for (int i = 0; i < x->decisions.n && settles_anew(x->p); i += stride)
		for (int w = 0; w < x->waits.n; w++) {
			struct run run = {0};
			struct body *b = list_add(&x->slow);
			memset(b, 0, sizeof *b);
			judge_run(&x->decisions.at[i].entries.at[0], x->waits.at[w], &run);
			for (int k = 0; k < run.body.n; k++)
				*list_add(&b->entries) = run.body.at[k];
		}
}

struct explorer *explorer_new(const struct policy *p)
{
	struct explorer *x = arena_alloc(sizeof *x);

	x->p = p;
	x->init = machine_new(p, 0);
	x->out = arena_alloc(sizeof *x->out);
	bodies_of(p, &x->decisions, &x->rounds, &x->rest);
	answers_of(p, &x->answers);
	waits_of(x);
	slow_decisions(x);
	x->patience = shadow_of(p) + 1;
	return x;
}

const struct policy *explorer_policy(const struct explorer *x)
{
	return x->p;
}

void explorer_decisions(const struct explorer *x, body_list *out)
{
	*out = x->decisions;
}

void explorer_answers(const struct explorer *x, entry_list *out)
{
	*out = x->answers;
}

void explorer_rounds(const struct explorer *x, body_list *out)
{
	const body_list *all[] = {&x->rounds, &x->rest, &x->decisions};

	for (int l = 0; l < 3; l++)
		for (int i = 0; i < all[l]->n && (l < 2 || i < LINGER); i++)
			*list_add(out) = all[l]->at[i];
}

int explorer_waits(const struct explorer *x, const uint64_t **at)
{
	*at = x->waits.at;
	return x->waits.n;
}

uint64_t explorer_period(const struct explorer *x)
{
	return x->patience - 1;
}

uint64_t explorer_patience(const struct explorer *x)
{
	return 2 * longest_window(x->p) * x->patience;
}

static void action_add(struct search *s, const struct body *b, uint64_t wait)
{
	*list_add(&s->actions) = (struct attempt){b, wait};
}

static void actions_of(struct search *s)
{
	struct explorer *x = s->x;
	const body_list *all[] = {&x->rest, &x->decisions, &x->rounds};

	for (int i = 0; i < s->h->bodies.n; i++)
		action_add(s, &s->h->bodies.at[i], 0);
	for (int l = 0; l < 3; l++)
		for (int i = 0; i < all[l]->n && (l != 1 || i < DECISIONS); i++)
			action_add(s, &all[l]->at[i], 0);
	for (int w = 0; w < x->waits.n; w++) {
		for (int i = 0; i < s->h->bodies.n; i++)
			action_add(s, &s->h->bodies.at[i], x->waits.at[w]);
		for (int l = 0; l < 3; l++)
			for (int i = 0; i < all[l]->n && i < (l == 1 ? 4 : 8); i++)
				action_add(s, &all[l]->at[i], x->waits.at[w]);
	}
	for (int i = 0; i < x->slow.n; i++)
		action_add(s, &x->slow.at[i], 0);
}

/* A few of each kind, evenly chosen; waits before the first of them. */
static void fewer(struct search *s)
{
	struct explorer *x = s->x;
	const body_list *all[] = {&x->rest, &x->rounds, &x->decisions};

	s->actions.n = 0;
	for (int i = 0; i < s->h->bodies.n; i++)
		action_add(s, &s->h->bodies.at[i], 0);
	for (int l = 0; l < 3; l++) {
		int many = l == 2 ? FEWER / 4 : FEWER, stride = all[l]->n > many ? all[l]->n / many : 1;
		for (int i = 0; i < all[l]->n; i += stride)
			action_add(s, &all[l]->at[i], 0);
		for (int i = 0; i < all[l]->n && i < 3; i++)
			for (int w = 0; w < x->waits.n; w++)
				action_add(s, &all[l]->at[i], x->waits.at[w]);
	}
}

/* ---- playing ---- */

bool explorer_tag(const struct machine *m, const struct body *b, struct entry *e)
{
	const struct event *event = e->event;

	if (b->fresh) {
		int tag = 0;
		while (tag < m->plan->tags && m->tags[tag].open)
			tag++;
		if (tag == m->plan->tags)
			return false;
		e->fields[event->tag->index] = (uint64_t)tag;
	} else if (b->landing) {
		if (!m->opened_n)
			return false;
		e->fields[event->tag->index] = (uint64_t)m->opened[0];
	}
	return true;
}

/* One repetition, kept in s->played. false: the hunt is over, and that is what was played of it. */
static bool play(struct search *s, struct machine *m, const struct attempt *a)
{
	struct run *run = &s->played;

	run->repeat = 1;
	run->body.n = 0;
	for (int i = 0; i < a->body->entries.n; i++) {
		struct entry e = a->body->entries.at[i];
		e.now += i ? 0 : a->wait;
		if (!explorer_tag(m, a->body, &e))
			return true;
		if (s->h->veto && s->h->veto(s->h->user, m, &e)) {
			run->body.n = 0;
			return true;
		}
		*list_add(&run->body) = e;
		e.now += m->now;
		e.ticket = trace_ticket(m, &e);
		machine_step(m, &e, s->x->out);
		s->left -= s->left > 0;
		if (s->h->hit && !s->h->hit(s->h->user, m, &e, s->x->out))
			return false;
	}
	return true;
}

static bool dynamic(const struct body *b)
{
	return b->fresh || b->landing;
}

static num total(const struct search *s, const struct machine *m)
{
	num d = 0;

	for (int i = 0; i < s->h->aims.n; i++)
		d += aim_distance(m, &s->h->aims.at[i]);
	return d;
}

static struct run run_copy(const struct run *r)
{
	struct run c = {.repeat = r->repeat};

	for (int i = 0; i < r->body.n; i++)
		*list_add(&c.body) = r->body.at[i];
	return c;
}

static struct node *node_new(struct machine *m, const struct node *from, const struct run *run)
{
	struct node *n = arena_alloc(sizeof *n);

	n->m = m;
	n->from = from;
	if (run)
		n->run = run_copy(run);
	return n;
}

static bool found(struct search *s, const struct node *at, const struct run *last)
{
	s->found = true;
	s->at = at;
	s->last = run_copy(last);
	return true;
}

/* Where so many whole repetitions lead to. */
static const struct node *after(const struct node *at, const struct attempt *a, uint64_t repeat)
{
	struct run whole = {.repeat = repeat};

	if (!repeat)
		return at;
	for (int i = 0; i < a->body->entries.n; i++) {
		struct entry e = a->body->entries.at[i];
		e.now += i ? 0 : a->wait;
		*list_add(&whole.body) = e;
	}
	return node_new(NULL, at, &whole);
}

static bool look(struct search *s, const struct node *n)
{
	struct run run = {0};

	if (!s->h->at || !s->left)
		return false;
	s->left -= s->left > s->h->at_cost ? s->h->at_cost : s->left;
	if (!s->h->at(s->h->user, n->m, &s->tried))
		return false;
	for (int i = 0; i < s->tried.body.n; i++)
		*list_add(&run.body) = s->tried.body.at[i];
	run.repeat = 1;
	return found(s, n, &run);
}

/* ---- breadth first ---- */

struct seen {
	uint64_t *at;
	size_t size, n;
};

static bool seen_add(struct seen *t, uint64_t h)
{
	h |= !h;
	for (size_t i = h % t->size;; i = (i + 1) % t->size) {
		if (t->at[i] == h)
			return false;
		if (!t->at[i]) {
			t->at[i] = h;
			t->n++;
			return true;
		}
	}
}

/* What a state is to the policy, roughly: guardrails and their conditions, how full windows are and how many hit, what
 * is open. States that are alike in this are looked at once. */
static uint64_t likeness(const struct machine *m)
{
	const struct policy *p = m->plan->p;
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15);

	for (int g = 0; g < p->guardrails.n; g++)
		for (int k = 0; k < keys_of(p->guardrails.at[g]->key) && k < 2; k++) {
			const struct rail *r = &m->rails[m->plan->rail[g] + k];
			struct aim trip = {
				.kind = AIM_TRIPPED, .guardrail = p->guardrails.at[g], .key = k, .want = !r->tripped};
			num far = aim_distance(m, &trip);
			h = (h ^ (uint64_t)(r->tripped * 2 + r->ever_tripped) ^
				    (uint64_t)(far < 255 ? far : 255) << 8) *
				UINT64_C(0x100000001b3);
		}
	for (int i = 0; i < p->features.n; i++)
		for (int k = 0; k < keys_of(p->features.at[i]->state->key) && k < 2; k++) {
			const struct place *at = &m->plan->feature[i];
			struct view v = {.m = m, .key = k, .tag = -1, .candidate = -1};
			num x = value_of_feature(&v, p->features.at[i], k);
			h = (h ^ past_hits(m, at, k) ^ past_seen(m, at, k) << 20 ^ (uint64_t)(x < 15 ? x : 15) << 40) *
				UINT64_C(0x100000001b3);
		}
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			h = (h ^ past_hits_but_oldest(m, &m->plan->guarantee[i], 0)) * UINT64_C(0x100000001b3);
	for (int i = 0; p->decision && i < p->decision->tickets; i++)
		h = (h ^ !!m->tickets[i].number) * UINT64_C(0x100000001b3);
	h = (h ^ (uint64_t)m->opened_n) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < m->plan->saids && i < 2; i++)
		h = (h ^ (uint64_t)m->said[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static bool broad(struct search *s, const struct node *start, int most, bool rough)
{
	size_t room = BYTES / machine_size(start->m); /* with 256 keys a state can take megabytes */
	LIST(struct node *) queue = {0};
	struct seen seen = {.size = (size_t)most * 4 + 64};
	bool done = false;

	most = room < (size_t)most ? (int)room : most;
	seen.at = arena_alloc(seen.size * sizeof *seen.at);
	*list_add(&queue) = node_new(machine_copy(start->m), start->from, &start->run);
	seen_add(&seen, rough ? likeness(start->m) : machine_hash(start->m));
	for (int i = 0; i < queue.n && !done && s->left > 0; i++) {
		struct node *at = queue.at[i];
		/* where the aims are met is the place to look; and here and there besides */
		bool there = s->h->aims.n && !total(s, at->m);
		done = (i < LOOKS || there || (!rough && i % LOOKS == 0)) && look(s, at);
		for (int a = 0; a < s->actions.n && !done && queue.n < most; a++) {
			struct machine *m = machine_copy(at->m);
			if (!play(s, m, &s->actions.at[a]))
				done = found(s, at, &s->played);
			if (!done && s->played.body.n && seen_add(&seen, rough ? likeness(m) : machine_hash(m)))
				*list_add(&queue) = node_new(m, at, &s->played);
			else
				machine_free(m);
		}
		if (!done && i)
			machine_free(at->m), at->m = NULL;
	}
	for (int i = 0; i < queue.n; i++)
		if (queue.at[i]->m && queue.at[i]->m != start->m)
			machine_free(queue.at[i]->m), queue.at[i]->m = NULL;
	return done;
}

/* ---- downhill ---- */

struct best {
	int action; /* -1: none */
	num distance;
	uint64_t repeat;
};

/* What one action makes of the distance within so many repetitions. */
static bool try_action(struct search *s, const struct node *at, int a, uint64_t repeat, struct best *best)
{
	struct machine *m = machine_copy(at->m);
	bool over = false;

	for (uint64_t k = 0; k < repeat && !over; k++) {
		over = !play(s, m, &s->actions.at[a]);
		if (over)
			found(s, after(at, &s->actions.at[a], k), &s->played);
		if (over || !s->played.body.n)
			break;
		num d = total(s, m);
		if (d < best->distance)
			*best = (struct best){a, d, k + 1};
		if (dynamic(s->actions.at[a].body))
			break;
	}
	machine_free(m);
	return over;
}

/* Goes on with the action while that helps at least once in `patience` repetitions; leaves out what did not. */
static struct node *go_on(struct search *s, const struct node *at, const struct best *best, uint64_t patience)
{
	const struct attempt *a = &s->actions.at[best->action];
	struct machine *m = machine_copy(at->m), *kept = NULL;
	uint64_t repeat = 0, last = 0;
	num least = total(s, at->m);

	while (s->left > 0 && repeat - last <= patience) {
		if (!play(s, m, a)) {
			found(s, after(at, a, repeat), &s->played);
			machine_free(m);
			machine_free(kept);
			return NULL;
		}
		if (!s->played.body.n)
			break;
		repeat++;
		num d = total(s, m);
		if (d < least) {
			least = d;
			last = repeat;
			machine_free(kept);
			kept = machine_copy(m);
		}
		if (dynamic(a->body) || (a->wait && repeat >= best->repeat))
			break;
	}
	machine_free(m);
	if (!kept)
		return NULL;
	s->played.repeat = last;
	return node_new(kept, at, &s->played);
}

/* Whether it is kept. */
static bool pool_add(struct explorer *x, struct node *n)
{
	uint64_t h = machine_hash(n->m);

	for (int i = 0; i < x->pool.n; i++)
		if (machine_hash(x->pool.at[i]->m) == h)
			return false;
	if (x->pool.n == POOL)
		return false;
	*list_add(&x->pool) = n;
	return true;
}

/* As near as it gets: what is missing may be the decision that comes so many decisions later. */
static bool linger(struct search *s, const struct node *at)
{
	for (int a = 0, tried = 0; s->h->at && a < s->actions.n && tried < LINGER; a++) {
		struct machine *m;
		bool is = false;
		if (!s->actions.at[a].body->decides || s->actions.at[a].wait)
			continue;
		tried++;
		m = machine_copy(at->m);
		for (uint64_t k = 1; k <= s->x->patience && !is && s->left; k++) {
			struct node here = {.m = m};
			if (!play(s, m, &s->actions.at[a])) {
				found(s, after(at, &s->actions.at[a], k - 1), &s->played);
				is = true;
			} else if (look(s, &here)) {
				s->at = after(at, &s->actions.at[a], k);
				is = true;
			}
		}
		machine_free(m);
		if (is)
			return true;
	}
	return false;
}

static bool downhill(struct search *s, struct node *at)
{
	uint64_t schedule[] = {1, 2, s->x->patience, longest_window(s->x->p) * 2};
	bool lent = true; /* the state is kept by another: the pool, or who called */

	for (int step = 0; step < STEPS && s->left > 0; step++) {
		struct best best = {-1, total(s, at->m), 0};
		uint64_t patience = 1;
		for (int t = 0; t < 4 && best.action < 0; t++) {
			patience = schedule[t];
			if (t == 3 && (patience > 256 || step > 8))
				break;
			for (int a = 0; a < s->actions.n && s->left > 0; a++)
				if (try_action(s, at, a, patience, &best))
					return true;
		}
		if (best.action < 0)
			return linger(s, at);
		struct node *next = go_on(s, at, &best, patience);
		if (s->found)
			return true;
		if (!next)
			return false;
		bool kept = pool_add(s->x, next);
		if (look(s, next))
			return true;
		if (!lent)
			machine_free(at->m), at->m = NULL;
		at = next;
		lent = kept;
	}
	return false;
}

/* ---- at random ---- */

static bool may_start(struct search *s, const struct node *n);

enum {
	WANDERS = 48, /* bursts before it starts anew */
	LONG = 4      /* one burst in so many is a long one */
};

#define WANDERED UINT64_C(1000000)

static uint64_t draw(uint64_t *seed, uint64_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % n;
}

/* Now and then the same again and again: what a window or a mean needs. */
static uint64_t burst_length(struct search *s, uint64_t *seed)
{
	uint64_t most = longest_window(s->x->p) + 1;

	return draw(seed, LONG) ? 1 + draw(seed, 3) : 1 + draw(seed, most < 64 ? most : 64);
}

static const num_list *edges_of(struct explorer *x, const struct field *f)
{
	for (int i = 0; i < x->edges.n; i++)
		if (x->edges.at[i].f == f)
			return &x->edges.at[i].values;
	struct edges *e = list_add(&x->edges);
	*e = (struct edges){.f = f};
	field_edges(x->p, f, &e->values);
	return &e->values;
}

/* The body with one field of one entry another value that the policy tells apart. */
static void vary(struct search *s, struct body *b, uint64_t *seed)
{
	struct entry *e = &b->entries.at[draw(seed, (uint64_t)b->entries.n)];

	if (!e->event || !e->event->fields.n)
		return;
	const struct field *f = e->event->fields.at[draw(seed, (uint64_t)e->event->fields.n)];
	if (f->type.kind == TYPE_LIST || f->type.kind == TYPE_CANDIDATE || f->type.kind == TYPE_TAG ||
		!policy_reads(s->x->p, f))
		return;
	const num_list *values = edges_of(s->x, f);
	e->fields[f->index] = (uint64_t)values->at[draw(seed, (uint64_t)values->n)];
}

/* One walk; the same for the same seed. true: the hunt is over, and s->at and s->last say how. `keep`: with the way
 * there. */
static bool walk(struct search *s, const struct node *from, uint64_t *seed, bool keep)
{
	struct node here = {.m = machine_copy(from->m), .from = from};
	struct body b = s->varied;
	bool done = false;

	for (int i = 0; i < WANDERS && !done && s->left; i++) {
		s->left--; /* whatever is not to be played costs something, too */
		struct attempt a = s->actions.at[draw(seed, (uint64_t)s->actions.n)];
		uint64_t repeat = dynamic(a.body) ? 1 : burst_length(s, seed);
		if (draw(seed, 2)) {
			b.entries.n = 0;
			for (int k = 0; k < a.body->entries.n; k++)
				*list_add(&b.entries) = a.body->entries.at[k];
			b.fresh = a.body->fresh;
			b.landing = a.body->landing;
			vary(s, &b, seed);
			a.body = &b;
		}
		for (; repeat && !done; repeat--) {
			if (!play(s, here.m, &a))
				done = found(s, here.from, &s->played);
			else if (keep && s->played.body.n)
				here.from = node_new(NULL, here.from, &s->played);
		}
		if (!done && s->h->aims.n && !total(s, here.m) && look(s, &here)) {
			s->at = here.from;
			done = true;
		}
	}
	s->varied = b; /* for its room */
	machine_free(here.m);
	return done;
}

/* Bodies at random, some repeated, from init or from where earlier searches have been; always the same ones. Where two
 * aims stand in each other's way no step downhill leads out, and many short ways lead past. */
static bool wander(struct search *s, struct node *start)
{
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	LIST(struct node *) starts = {0};

	for (int i = 0; i < s->x->pool.n; i++)
		if (may_start(s, s->x->pool.at[i]))
			*list_add(&starts) = s->x->pool.at[i];
	s->left = s->actions.n ? WANDERED : 0;
	while (s->left) {
		const struct node *from =
			draw(&seed, 2) && starts.n ? starts.at[draw(&seed, (uint64_t)starts.n)] : start;
		uint64_t again = seed;
		if (!walk(s, from, &seed, false))
			continue;
		s->left = WANDERED; /* once more, now with the way there: of a million entries only these are kept */
		s->found = false;
		return walk(s, from, &again, true);
	}
	return false;
}

/* ---- the trace ---- */

static bool same_run(const struct run *a, const struct run *b)
{
	return a->body.n == b->body.n && !memcmp(a->body.at, b->body.at, (size_t)a->body.n * sizeof *a->body.at);
}

void trace_add(struct trace *t, const struct run *run)
{
	if (!run->body.n || !run->repeat)
		return;
	if (t->runs.n && same_run(&t->runs.at[t->runs.n - 1], run))
		t->runs.at[t->runs.n - 1].repeat += run->repeat;
	else
		*list_add(&t->runs) = *run;
}

static void trace_of(struct trace *t, const struct node *n)
{
	if (!n)
		return;
	trace_of(t, n->from);
	trace_add(t, &n->run);
}

uint64_t trace_entries(const struct trace *t)
{
	uint64_t n = 0;

	for (int i = 0; i < t->runs.n; i++)
		n += t->runs.at[i].repeat * (uint64_t)t->runs.at[i].body.n;
	return n;
}

/* Nothing on it is vetoed. */
static bool may_be(struct search *s, const struct trace *t)
{
	struct machine *m = machine_copy(s->x->init);
	bool may = true;

	for (int r = 0; s->h->veto && may && r < t->runs.n; r++) {
		const struct run *run = &t->runs.at[r];
		for (uint64_t k = 0; may && k < run->repeat; k++)
			for (int i = 0; may && i < run->body.n; i++) {
				struct entry e = run->body.at[i];
				may = !s->h->veto(s->h->user, m, &e);
				e.now += m->now;
				e.ticket = trace_ticket(m, &e);
				machine_step(m, &e, s->x->out);
			}
	}
	machine_free(m);
	return may;
}

/* A state that another hunt came to: on a way that this one may take. */
static bool may_start(struct search *s, const struct node *n)
{
	struct trace t = {0};

	trace_of(&t, n);
	return may_be(s, &t);
}

/* Whether the trace still ends in it, from init. Without its last run it may do so by another than that: by a decision that
 * had no ticket before. Then that one is its last. */
static bool replays(struct search *s, struct trace *t)
{
	struct machine *m = machine_copy(s->x->init);
	bool hit;

	if (!may_be(s, t))
		return false;
	hit = s->h->hit && !trace_replay(m, t, s->h->hit, s->h->user);
	if (!hit && s->h->at && t->runs.n) { /* the last entry was tried on the state before it */
		struct trace before = *t;
		machine_free(m);
		m = machine_copy(s->x->init);
		before.runs.n--;
		trace_replay(m, &before, NULL, NULL);
		hit = s->h->at(s->h->user, m, &s->tried);
		if (hit)
			t->runs.at[t->runs.n - 1] = run_copy(&s->tried);
	}
	machine_free(m);
	return hit;
}

static struct trace *without(const struct trace *t, int run, uint64_t repeat)
{
	struct trace *c = arena_alloc(sizeof *c);

	for (int i = 0; i < t->runs.n; i++) {
		struct run r = t->runs.at[i];
		if (i == run)
			r.repeat = repeat;
		trace_add(c, &r);
	}
	return c;
}

/* Leaves out the runs, and of runs the repetitions, that are not needed. */
static struct trace *shorten(struct search *s, struct trace *t)
{
	uint64_t budget = ENTRIES / 2;

	for (int i = t->runs.n - 2; i >= 0 && i < t->runs.n; i--) {
		uint64_t lo = 0, hi = t->runs.at[i].repeat, cost = trace_entries(t) + 1;
		struct trace *least = t;
		while (lo < hi && budget > cost) { /* the least repeat that still does, if that is monotone */
			uint64_t middle = lo ? (lo + hi) / 2 : 0;
			struct trace *c = without(t, i, middle);
			budget -= cost;
			if (replays(s, c)) {
				hi = middle;
				least = c;
			} else {
				lo = middle + 1;
			}
		}
		t = least;
	}
	return t;
}

/* From wherever earlier searches have been that is nearest. */
static bool from_pool(struct search *s, struct node *start)
{
	struct node *best = start;

	for (int i = 0; i < s->x->pool.n; i++) {
		if (!may_start(s, s->x->pool.at[i]))
			continue;
		if (look(s, s->x->pool.at[i]))
			return true;
		if (!best || total(s, s->x->pool.at[i]->m) < total(s, best->m))
			best = s->x->pool.at[i];
	}
	return best && downhill(s, best);
}

/* Nothing was found as the policy comes: once the operator has set a tunable. */
static bool after_settings(struct search *s, const struct node *start)
{
	body_list sets = {0};
	bool done = false;

	settings_of(s->x->p, &sets);
	for (int i = 0; i < sets.n && !done; i++) {
		struct attempt set = {&sets.at[i], 0};
		struct machine *m = machine_copy(start->m);
		s->left = (s->h->budget ? s->h->budget : ENTRIES) / 4;
		if (!play(s, m, &set)) {
			done = found(s, start, &s->played);
		} else if (s->played.body.n) {
			struct node *from = node_new(m, start, &s->played);
			done = broad(s, from, NEAR, false) || downhill(s, from);
		}
	}
	return done;
}

struct trace *explore(struct explorer *x, struct hunt *h)
{
	struct search s = {.x = x, .h = h, .left = h->budget ? h->budget : ENTRIES};
	struct node *start = node_new(x->init, NULL, NULL);
	struct trace *t;

	actions_of(&s);
	bool done = h->anywhere && look(&s, start);
	if (!done && h->anywhere)
		done = from_pool(&s, start);
	done = done || broad(&s, start, NEAR, false) || downhill(&s, start);
	if (!done && !h->anywhere)
		done = from_pool(&s, NULL);
	for (int i = x->pool.n - 1; !done && s.left && i >= 0 && i >= x->pool.n - BACK; i--)
		done = may_start(&s, x->pool.at[i]) && broad(&s, x->pool.at[i], NEAR, false);
	if (!done) {
		fewer(&s);
		done = broad(&s, start, ROUGH, true);
	}
	if (!done) {
		actions_of(&s);
		wander(&s, start);
	}
	if (!s.found && !after_settings(&s, start))
		return sweep(x, h);
	t = arena_alloc(sizeof *t);
	trace_of(t, s.at);
	trace_add(t, &s.last);
	return h->anywhere ? t : shorten(&s, t);
}
