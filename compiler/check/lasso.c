#include "lasso.h"

#include <stdlib.h>
#include <string.h>

enum { STATES = 1200, ENVIRONMENTS = 16, PLAYS = 60000, PAUSES = 3 };

struct act {
	struct body body;
	uint64_t wait;
};

struct place_in { /* a state of the graph */
	struct machine *m;
	int from, act; /* how it was first come to */
	int low, at;   /* of the search for components: -1: not yet */
	int part;      /* its component */
};

struct arc {
	int from, to, act, next; /* next: of the same state */
	bool trip, rearm;
};

struct graph {
	struct checker *c;
	const struct guardrail *g;
	LIST(struct act) acts;
	LIST(struct place_in) states;
	LIST(struct arc) arcs;
	int *first; /* arc of a state */
	int *slot, slots;
	uint64_t *hash;
	uint64_t plays;
	struct outcome *out;
	LIST(struct entry) played;
	/* components */
	int *stack, depth, clock, parts;
};

/* ---- the environment ---- */

static void act_add(struct graph *x, const struct entry *at, int n, bool fresh, bool landing, uint64_t wait)
{
	struct act *a = list_add(&x->acts);

	memset(a, 0, sizeof *a);
	for (int i = 0; i < n; i++)
		*list_add(&a->body.entries) = at[i];
	a->body.fresh = fresh;
	a->body.landing = landing;
	a->wait = wait;
}

/* The entries of one round, each by itself, and of every event that is in no round its nth variant. */
static void environment(struct graph *x, const struct body *round, const body_list *rest, int nth)
{
	const struct policy *p = x->c->policy;
	const uint64_t *waits;
	int n = explorer_waits(x->c->explorer, &waits), own;

	x->acts.n = 0;
	for (int i = 0; round && i < round->entries.n; i++) {
		const struct entry *e = &round->entries.at[i];
		bool opens = (p->carry && e->event == p->carry->open), closes = p->carry && e->event == p->carry->close;
		act_add(x, e, 1, opens, closes, 0);
	}
	if (round && round->entries.n > 1)
		act_add(x, round->entries.at, round->entries.n, false, false, 0);
	for (int i = 0; i < p->hook->events.n; i++) {
		const struct event *e = p->hook->events.at[i];
		int seen = 0, last = -1;
		bool in_round = false;
		for (int k = 0; round && k < round->entries.n; k++)
			in_round |= round->entries.at[k].event == e;
		for (int k = 0; k < rest->n && !in_round; k++)
			if (rest->at[k].entries.n == 1 && rest->at[k].entries.at[0].event == e &&
				rest->at[k].entries.at[0].kind != ENTRY_ASK && !rest->at[k].fresh &&
				!rest->at[k].landing) {
				last = k;
				if (seen++ == nth)
					break;
			}
		if (last >= 0)
			act_add(x, rest->at[last].entries.at, 1, false, false, 0);
	}
	own = x->acts.n;
	for (int w = 0; w < n && w < PAUSES; w++)
		for (int i = 0; i < own; i++)
			act_add(x, x->acts.at[i].body.entries.at, x->acts.at[i].body.entries.n,
				x->acts.at[i].body.fresh, x->acts.at[i].body.landing, waits[w]);
}

/* ---- its states ---- */

static int *slot_of(struct graph *x, uint64_t h)
{
	size_t i = (size_t)(h % (uint64_t)x->slots);

	while (x->slot[i] >= 0 && x->hash[x->slot[i]] != h)
		i = (i + 1) % (size_t)x->slots;
	return &x->slot[i];
}

static bool play(struct graph *x, struct machine *m, const struct act *a, bool *trip, bool *rearm)
{
	x->played.n = 0;
	*trip = *rearm = false;
	for (int i = 0; i < a->body.entries.n; i++) {
		struct entry e = a->body.entries.at[i];
		e.now += i ? 0 : a->wait;
		if (!explorer_tag(m, &a->body, &e))
			return false;
		*list_add(&x->played) = e;
		e.now += m->now;
		machine_step(m, &e, x->out);
		*trip |= x->out->tripped >> x->g->index & 1;
		*rearm |= x->out->rearmed >> x->g->index & 1;
	}
	x->plays++;
	return true;
}

static void grow(struct graph *x)
{
	x->states.n = x->arcs.n = 0;
	memset(x->slot, -1, (size_t)x->slots * sizeof *x->slot);
	struct place_in init = {.m = machine_new(x->c->policy, 0), .from = -1, .act = -1, .at = -1};
	x->hash[0] = machine_hash(init.m);
	*slot_of(x, x->hash[0]) = 0;
	*list_add(&x->states) = init;
	for (int i = 0; i < x->states.n && x->plays < PLAYS; i++) {
		x->first[i] = -1;
		for (int a = 0; a < x->acts.n; a++) {
			struct machine *m = machine_copy(x->states.at[i].m);
			struct arc arc = {.from = i, .act = a, .next = x->first[i]};
			uint64_t h;
			int *slot;
			if (!play(x, m, &x->acts.at[a], &arc.trip, &arc.rearm)) {
				machine_free(m);
				continue;
			}
			h = machine_hash(m);
			slot = slot_of(x, h);
			if (*slot < 0 && x->states.n < STATES) {
				*slot = x->states.n;
				x->hash[x->states.n] = h;
				*list_add(&x->states) = (struct place_in){.m = m, .from = i, .act = a, .at = -1};
			} else {
				machine_free(m);
			}
			if (*slot < 0)
				continue;
			arc.to = *slot;
			x->first[i] = x->arcs.n;
			*list_add(&x->arcs) = arc;
		}
		machine_free(x->states.at[i].m);
		x->states.at[i].m = NULL;
	}
	for (int i = 0; i < x->states.n; i++)
		if (x->states.at[i].m) {
			machine_free(x->states.at[i].m);
			x->states.at[i].m = NULL;
			x->first[i] = -1;
		}
}

/* ---- its cycles ---- */

/* Tarjan's components, on a stack of our own: a chain of states may be as long as there are states. */
static void components(struct graph *x)
{
	int *path = arena_alloc(sizeof(int) * (size_t)(x->states.n + 1)),
	    *arc = arena_alloc(sizeof(int) * (size_t)(x->states.n + 1));
	int depth;

	x->depth = x->clock = x->parts = 0;
	for (int root = 0; root < x->states.n; root++) {
		if (x->states.at[root].at >= 0)
			continue;
		depth = 0;
		path[depth] = root;
		arc[depth] = -2;
		while (depth >= 0) {
			struct place_in *v = &x->states.at[path[depth]];
			if (arc[depth] == -2) {
				v->at = v->low = x->clock++;
				v->part = -1;
				x->stack[x->depth++] = path[depth];
				arc[depth] = x->first[path[depth]];
			}
			if (arc[depth] >= 0) {
				struct place_in *w = &x->states.at[x->arcs.at[arc[depth]].to];
				int to = x->arcs.at[arc[depth]].to;
				arc[depth] = x->arcs.at[arc[depth]].next;
				if (w->at < 0) {
					path[++depth] = to;
					arc[depth] = -2;
				} else if (w->part < 0 && w->at < v->low) {
					v->low = w->at;
				}
				continue;
			}
			if (v->low == v->at) {
				int w;
				do {
					w = x->stack[--x->depth];
					x->states.at[w].part = x->parts;
				} while (w != path[depth]);
				x->parts++;
			}
			if (--depth >= 0 && v->low < x->states.at[path[depth]].low)
				x->states.at[path[depth]].low = v->low;
		}
	}
}

/* A way inside the component, as arcs in order; false: there is none (from == to is the empty way). */
static bool way(struct graph *x, int from, int to, int part, int *arcs, int *n)
{
	int *by = arena_alloc(sizeof(int) * (size_t)x->states.n),
	    *queue = arena_alloc(sizeof(int) * (size_t)x->states.n), tail = 0;

	for (int i = 0; i < x->states.n; i++)
		by[i] = -1;
	queue[tail++] = from;
	for (int q = 0; q < tail && (from == to || by[to] < 0); q++)
		for (int a = x->first[queue[q]]; a >= 0 && from != to; a = x->arcs.at[a].next) {
			int w = x->arcs.at[a].to;
			if (x->states.at[w].part != part || by[w] >= 0 || w == from)
				continue;
			by[w] = a;
			queue[tail++] = w;
		}
	if (from == to)
		return true;
	if (by[to] < 0)
		return false;
	int start = *n, v = to;
	while (v != from) {
		arcs[(*n)++] = by[v];
		v = x->arcs.at[by[v]].from;
	}
	for (int i = start, k = *n - 1; i < k; i++, k--) {
		int t = arcs[i];
		arcs[i] = arcs[k];
		arcs[k] = t;
	}
	return true;
}

static bool within(const struct graph *x, int arc)
{
	return x->states.at[x->arcs.at[arc].from].part == x->states.at[x->arcs.at[arc].to].part;
}

/* Trip, to rearm, back to the trip: arcs in order. */
static bool cycle(struct graph *x, int *arcs, int *n)
{
	for (int t = 0; t < x->arcs.n; t++) {
		if (!x->arcs.at[t].trip || !within(x, t))
			continue;
		for (int r = 0; r < x->arcs.n; r++) {
			int part = x->states.at[x->arcs.at[t].from].part;
			if (!x->arcs.at[r].rearm || !within(x, r) || x->states.at[x->arcs.at[r].from].part != part)
				continue;
			*n = 0;
			arcs[(*n)++] = t;
			if (t != r && !way(x, x->arcs.at[t].to, x->arcs.at[r].from, part, arcs, n))
				continue;
			if (t != r)
				arcs[(*n)++] = r;
			if (way(x, x->arcs.at[arcs[*n - 1]].to, x->arcs.at[t].from, part, arcs, n))
				return true;
		}
	}
	return false;
}

/* ---- as a trace: played again, so that the tags are what they were ---- */

static void run_add(struct graph *x, struct trace *t, struct machine *m, int act, struct run *into)
{
	bool trip, rearm;
	struct run run = {.repeat = 1};

	play(x, m, &x->acts.at[act], &trip, &rearm);
	for (int i = 0; i < x->played.n; i++)
		*list_add(into ? &into->body : &run.body) = x->played.at[i];
	if (!into)
		*list_add(&t->runs) = run;
}

static struct trace *trace_of(struct graph *x, const int *arcs, int n)
{
	struct trace *t = arena_alloc(sizeof *t);
	struct machine *m = machine_new(x->c->policy, 0);
	int *path = arena_alloc(sizeof(int) * (size_t)(x->states.n + 1)), length = 0;
	struct run loop = {.repeat = 3};

	for (int v = x->arcs.at[arcs[0]].from; x->states.at[v].from >= 0; v = x->states.at[v].from)
		path[length++] = x->states.at[v].act;
	while (length > 0)
		run_add(x, t, m, path[--length], NULL);
	for (int i = 0; i < n; i++)
		run_add(x, t, m, x->arcs.at[arcs[i]].act, &loop);
	*list_add(&t->runs) = loop;
	machine_free(m);
	return t;
}

/* The last run does it again each time. */
static bool again(struct graph *x, const struct trace *t)
{
	struct trace before = *t, once = {0};
	struct machine *m = machine_new(x->c->policy, 0);
	struct run loop = t->runs.at[t->runs.n - 1];
	uint64_t h;
	bool is;

	before.runs.n--;
	loop.repeat = 1;
	*list_add(&once.runs) = loop;
	trace_replay(m, &before, NULL, NULL);
	h = machine_hash(m);
	uint64_t trips = machine_tally(m)->trips[x->g->index];
	trace_replay(m, &once, NULL, NULL);
	is = machine_hash(m) == h && machine_tally(m)->trips[x->g->index] > trips;
	machine_free(m);
	return is;
}

/* A request that opens and closes. */
static bool is_round(const struct policy *p, const struct body *b)
{
	if (b->entries.n < 2 || b->fresh || b->landing || !p->carry)
		return false;
	for (int i = 0; i < b->entries.n; i++)
		if (b->entries.at[i].event == p->carry->open)
			return true;
	return false;
}

struct trace *lasso_find(struct checker *c, const struct guardrail *g)
{
	struct graph *x = arena_alloc(sizeof *x);
	body_list rounds = {0}, rest = {0};
	int arcs[2 * STATES + 4], n, environments = 0;

	x->c = c;
	x->g = g;
	x->slots = 4 * STATES + 1;
	x->slot = arena_alloc(sizeof(int) * (size_t)x->slots);
	x->hash = arena_alloc(sizeof(uint64_t) * (STATES + 1));
	x->first = arena_alloc(sizeof(int) * (STATES + 1));
	x->stack = arena_alloc(sizeof(int) * (STATES + 1));
	x->out = arena_alloc(sizeof *x->out);
	explorer_rounds(c->explorer, &rest);
	for (int i = 0; i < rest.n; i++)
		if (is_round(c->policy, &rest.at[i]))
			*list_add(&rounds) = rest.at[i];
	for (int nth = 0; nth < ENVIRONMENTS && environments < ENVIRONMENTS; nth++)
		for (int i = 0; i < (rounds.n ? rounds.n : 1) && environments < ENVIRONMENTS && x->plays < PLAYS; i++) {
			if (rounds.n && (i + nth) % (rounds.n > ENVIRONMENTS ? rounds.n / ENVIRONMENTS : 1))
				continue;
			environments++;
			environment(x, rounds.n ? &rounds.at[i] : NULL, &rest, nth);
			grow(x);
			components(x);
			if (!cycle(x, arcs, &n))
				continue;
			struct trace *t = trace_of(x, arcs, n);
			if (again(x, t))
				return t;
		}
	return NULL;
}
