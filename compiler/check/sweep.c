/* The last search: every state near init, breadth first, entry by entry: deciding events that are asked and settled apart, so
 * that anything may come between the two, every tag, the operator's values, every time that the policy tells apart. */
#include "explore.h"

#include <string.h>

enum { STATES = 20000, BYTES = 1 << 26 };

#define SWEPT UINT64_C(400000)

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

/* The hunt's own bodies too, decisions in their two halves. */
static void entries_of(const struct explorer *x, const struct hunt *h, entry_list *out)
{
	entry_list all = { 0 };

	for (int b = 0; b < h->bodies.n; b++)
		for (int i = 0; i < h->bodies.at[b].entries.n; i++)
			entry_halves(&h->bodies.at[b].entries.at[i], &all);
	entries_apart(explorer_policy(x), &all);
	times(x, &all, out);
}

static bool add_seen(struct sweep *s, const struct machine *m, uint64_t mark)
{
	uint64_t h = machine_hash(m) ^ mark * UINT64_C(0x9e3779b97f4a7c15);
	size_t i;

	h |= !h;
	for (i = h % s->room; s->seen[i]; i = (i + 1) % s->room)
		if (s->seen[i] == h)
			return false;
	s->seen[i] = h;
	return true;
}

static size_t size_of(const struct machine *m)
{
	const struct plan *p = m->plan;

	return sizeof *m + p->pasts * sizeof *m->pasts + p->values * sizeof *m->values + p->hits + p->buckets * sizeof *m->buckets +
	       p->rails * sizeof *m->rails + (size_t)p->tags * (size_t)(p->tag_width + 2) * sizeof(num) +
	       (p->p->decision ? (size_t)p->p->decision->tickets : 0) * sizeof *m->tickets;
}

static bool look(struct sweep *s, int at)
{
	if (!s->h->at)
		return false;
	s->left -= s->left > s->h->at_cost ? s->h->at_cost : s->left;
	s->last.body.n = 0;
	return s->h->at(s->h->user, s->nodes.at[at].m, &s->last);
}

static bool found(struct sweep *s, const struct machine *before, const struct machine *after, const struct entry *e, uint64_t *mark)
{
	if (s->out->refused)
		return false;
	if (s->h->mark)
		*mark = s->h->mark(s->h->user, *mark, before, after, e);
	else if (s->h->hit)
		return !s->h->hit(s->h->user, (struct machine *)after, e, s->out);
	return *mark == MARK_FOUND;
}

/* Every entry from here; true: one of them is what is hunted for. */
static bool expand(struct sweep *s, int at)
{
	const struct machine *here = s->nodes.at[at].m;

	for (int i = 0; i < s->entries.n && s->left; i++) {
		struct entry e = s->entries.at[i];
		struct machine *m;
		uint64_t mark = s->nodes.at[at].mark;
		e.now += here->now;
		e.ticket = e.kind == ENTRY_SETTLE ? here->asked : 0; /* the last */
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
		if (s->nodes.n < s->most && !s->out->refused && add_seen(s, m, mark))
			*list_add(&s->nodes) = (struct node){ m, mark, at, i };
		else
			machine_free(m);
	}
	return false;
}

static void trace_to(const struct sweep *s, int at, struct trace *t)
{
	const struct node *n = &s->nodes.at[at];
	struct run run = { .repeat = 1 };

	if (n->from < 0)
		return;
	trace_to(s, n->from, t);
	*list_add(&run.body) = s->entries.at[n->entry];
	trace_add(t, &run);
}

struct trace *sweep(const struct explorer *x, struct hunt *h)
{
	struct sweep s = { .h = h, .left = SWEPT, .last = { .repeat = 1 } };
	struct machine *init = machine_new(explorer_policy(x), 0);
	struct trace *t = NULL;

	entries_of(x, h, &s.entries);
	s.most = (int)(BYTES / size_of(init));
	s.most = s.most < STATES ? s.most : STATES;
	s.room = (size_t)s.most * 2 + 64;
	s.seen = arena_alloc(s.room * sizeof *s.seen);
	s.out = arena_alloc(sizeof *s.out);
	add_seen(&s, init, 0);
	*list_add(&s.nodes) = (struct node){ init, 0, -1, -1 };
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
