/* The last search: every state near init, breadth first, entry by entry: deciding events that are asked and settled
 * apart, so that anything may come between the two, every tag, the operator's values, every time that the policy tells
 * apart. First of states that are much alike one alone is gone on from, which leads far; then every one, which does
 * not. */
#include "explore.h"
#include "relation.h"

#include <string.h>

enum { STATES = 20000, BYTES = 1 << 26, TRIALS = 48, TURNS = 8 };

#define SWEPT	      UINT64_C(400000)
#define SWEPT_ROUGHLY UINT64_C(1000000)

struct node {
	struct machine *m; /* NULL once every entry was tried */
	uint64_t mark;
	int from, entry;
};

struct sweep {
	struct hunt *h;
	entry_list entries; /* `now`: the time that passes before it */
	LIST(struct node) nodes;
	uint64_t *seen; /* open addressing; 0 is free */
	size_t room;
	bool rough; /* states that are much alike are one; after TRIALS, entries that never led elsewhere than others are tried now and then */
	bool *useful;  /* by entry */
	uint64_t *led; /* by entry: where it led from here, or 0 */
	int most;
	uint64_t left;
	struct run last; /* the run that ends in it */
	struct outcome *out;
};

/* Each entry after each time; what asks also when every ticket is void. */
static void times(const struct explorer *x, const entry_list *at, entry_list *out)
{
	const struct decision *d = explorer_policy(x)->decision;
	const uint64_t *waits;
	int n = explorer_waits(x, &waits);

	for (int i = 0; i < at->n; i++) {
		*list_add(out) = at->at[i];
		for (int w = 0; w < n && at->at[i].kind != ENTRY_SET; w++) {
			struct entry e = at->at[i];
			e.now += waits[w];
			*list_add(out) = e;
		}
		if (at->at[i].kind != ENTRY_ASK)
			continue;
		struct entry late = at->at[i];
		late.now += (uint64_t)d->timeout + 1;
		*list_add(out) = late;
	}
}

/* The hunt's own bodies too, decisions in their two halves; and roughly, where a ticket is not told from another, as
 * they are. */
static void entries_of(const struct explorer *x, const struct hunt *h, bool rough, entry_list *out)
{
	entry_list all = {0};
	body_list decisions = {0};

	explorer_decisions(x, &decisions);
	for (int i = 0; rough && i < decisions.n; i++)
		*list_add(&all) = decisions.at[i].entries.at[0];

	for (int b = 0; b < h->bodies.n; b++)
		for (int i = 0; i < h->bodies.at[b].entries.n; i++)
			entry_halves(&h->bodies.at[b].entries.at[i], &all);
	entries_apart(explorer_policy(x), &all);
	times(x, &all, out);
}

static uint64_t mixed(uint64_t h, num x)
{
	h = (h ^ (uint64_t)x) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 31;
}

static num at_most(num x, num most)
{
	return x < most ? x : most;
}

static uint64_t mix_window(uint64_t h, const struct machine *m, const struct place *at, int key)
{
	h = mixed(h, (num)past_hits(m, at, key));
	return mixed(h, (num)past_hits_but_oldest(m, at, key));
}

/* Of windows how many hit and not which, of times and counts no more than the policy can tell; of a ticket who was
 * asked. */
static uint64_t likeness(const struct machine *m)
{
	const struct policy *p = m->plan->p;
	uint64_t h = 1;

	for (int i = 0; i < p->features.n; i++)
		for (int k = 0; k < keys_of(p->features.at[i]->state->key); k++) {
			const struct place *at = &m->plan->feature[i];
			struct view v = {.m = m, .key = k, .tag = -1, .candidate = -1};
			num most = (num)m->plan->age_cap[i];
			if (past_nothing(past_of(m, at, k))) {
				h = mixed(h, 0);
				continue;
			}
			h = mix_window(h, m, at, k);
			h = mixed(h, past_of(m, at, k)->set);
			h = mixed(h, at_most((num)past_seen(m, at, k), p->features.at[i]->after));
			h = mixed(h, at_most(value_of_feature(&v, p->features.at[i], k), most ? most : 16));
		}
	for (int i = 0; i < p->guardrails.n; i++)
		for (int k = 0; k < keys_of(p->guardrails.at[i]->key); k++) {
			const struct guardrail *g = p->guardrails.at[i];
			const struct rail *r = &m->rails[m->plan->rail[i] + k];
			num most = (num)m->plan->trip_cap[i];
			h = mixed(h, r->tripped * 64 + r->shadowed);
			h = mixed(h,
				!r->ever_tripped
					? -1
					: at_most((num)(m->now - r->tripped_at), g->hold > most ? g->hold : most));
			h = mixed(h, !r->ever_rearmed ? g->every : at_most((num)(m->now - r->rearmed_at), g->every));
		}
	for (int i = 0; i < p->guarantees.n; i++) {
		h = mix_window(h, m, &m->plan->guarantee[i], 0);
		h = mixed(h,
			at_most((num)past_seen(m, &m->plan->guarantee[i], 0),
				p->guarantees.at[i]->cmp == EXPR_GE ? RING : 0));
	}
	for (int i = 0; i < p->tunables.n; i++)
		h = mixed(h, m->tunables[i]);
	for (size_t i = 0; i < m->plan->saids; i++)
		h = mixed(h, m->said[i]);
	for (int i = 0; m->opened_n && i < m->plan->tags * m->plan->tag_width; i++)
		h = mixed(h, m->tags[i / m->plan->tag_width].open ? m->rides[i] : -1);
	for (int i = 0; p->decision && i < p->decision->tickets; i++) {
		const struct ticket *t = &m->tickets[i];
		num age = (num)(m->now - t->at);
		h = !t->number || age > p->decision->timeout
			? mixed(h, -1)
			: mixed(mixed(mixed(h, age), t->asked), (num)t->probed << 8 | t->entry.list_n);
	}
	return mixed(h, m->opened_n);
}

static uint64_t hash(const struct sweep *s, const struct machine *m, uint64_t mark)
{
	uint64_t h = (s->rough ? likeness(m) : machine_hash(m)) ^ mark * UINT64_C(0x9e3779b97f4a7c15);

	return h | !h;
}

static bool add_seen(struct sweep *s, uint64_t h)
{
	size_t i;

	for (i = h % s->room; s->seen[i]; i = (i + 1) % s->room)
		if (s->seen[i] == h)
			return false;
	s->seen[i] = h;
	return true;
}

static bool look(struct sweep *s, int at)
{
	if (!s->h->at)
		return false;
	s->left -= s->left > s->h->at_cost ? s->h->at_cost : s->left;
	s->last.body.n = 0;
	return s->h->at(s->h->user, s->nodes.at[at].m, &s->last);
}

static bool found(struct sweep *s, const struct machine *before, const struct machine *after, const struct entry *e,
	uint64_t *mark)
{
	if (s->out->refused)
		return false;
	if (s->h->mark)
		*mark = s->h->mark(s->h->user, *mark, before, after, e);
	else if (s->h->hit)
		return !s->h->hit(s->h->user, (struct machine *)after, e, s->out);
	return *mark == MARK_FOUND;
}

static void note(struct sweep *s, int at, uint64_t led)
{
	for (int i = 0; i < at && !s->useful[at]; i++)
		if (s->led[i] == led)
			return;
	s->led[at] = led;
	s->useful[at] = true;
}

/* Every entry from here; true: one of them is what is hunted for. */
static bool expand(struct sweep *s, int at)
{
	const struct machine *here = s->nodes.at[at].m;

	memset(s->led, 0, (size_t)s->entries.n * sizeof *s->led);
	for (int i = 0; i < s->entries.n && s->left; i++) {
		struct entry e = s->entries.at[i];
		struct machine *m;
		uint64_t mark = s->nodes.at[at].mark;
		if (s->rough && at >= TRIALS && !s->useful[i] && (i + at) % TURNS)
			continue;
		e.now += here->now;
		e.ticket = trace_ticket(here, &e);
		if (s->h->veto && !s->h->mark && s->h->veto(s->h->user, here, &s->entries.at[i]))
			continue;
		m = machine_copy(here);
		machine_step(m, &e, s->out);
		s->left--;
		if (found(s, here, m, &e, &mark)) {
			s->last.body.n = 0;
			*list_add(&s->last.body) = s->entries.at[i];
			machine_free(m);
			return true;
		}
		uint64_t h = hash(s, m, mark);
		if (s->rough && !s->out->refused)
			note(s, i, h);
		if (s->nodes.n < s->most && !s->out->refused && add_seen(s, h))
			*list_add(&s->nodes) = (struct node){m, mark, at, i};
		else
			machine_free(m);
	}
	return false;
}

static void trace_to(const struct sweep *s, int at, struct trace *t)
{
	const struct node *n = &s->nodes.at[at];
	struct run run = {.repeat = 1};

	if (n->from < 0)
		return;
	trace_to(s, n->from, t);
	*list_add(&run.body) = s->entries.at[n->entry];
	trace_add(t, &run);
}

static struct trace *swept(const struct explorer *x, struct hunt *h, bool rough)
{
	struct sweep s = {.h = h, .rough = rough, .left = rough ? SWEPT_ROUGHLY : SWEPT, .last = {.repeat = 1}};
	struct machine *init = machine_new(explorer_policy(x), 0);
	struct trace *t = NULL;

	entries_of(x, h, rough, &s.entries);
	s.most = (int)(BYTES / machine_size(init));
	s.most = s.most < STATES ? s.most : STATES;
	s.room = (size_t)s.most * 2 + 64;
	s.seen = arena_alloc(s.room * sizeof *s.seen);
	s.out = arena_alloc(sizeof *s.out);
	s.useful = arena_alloc((size_t)s.entries.n * sizeof *s.useful);
	s.led = arena_alloc((size_t)s.entries.n * sizeof *s.led);
	add_seen(&s, hash(&s, init, 0));
	*list_add(&s.nodes) = (struct node){init, 0, -1, -1};
	for (int i = 0; i < s.nodes.n && s.left && !t; i++) {
		if (look(&s, i) || expand(&s, i)) {
			t = arena_alloc(sizeof *t);
			trace_to(&s, i, t);
			trace_add(t, &s.last);
		}
		machine_free(s.nodes.at[i].m);
		s.nodes.at[i].m = NULL;
	}
	for (int i = 0; i < s.nodes.n; i++)
		machine_free(s.nodes.at[i].m);
	return t;
}

struct trace *sweep(const struct explorer *x, struct hunt *h)
{
	struct trace *t = swept(x, h, true);

	return t ? t : swept(x, h, false);
}
