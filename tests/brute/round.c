/* Rounds in a constant environment, in which each window is always fed the same: whatever is asked or happens to one
 * key carries the same each time, and the same as another key's where a feature reads it that is not of that key; the
 * net says the same each time to what is asked for one key, the operator sets the same; only times and tags differ. A
 * guardrail goes round if, among the states that such entries lead to from init, some that is armed and some that is
 * tripped lead to each other. */
#include "round.h"

#include <stdlib.h>
#include <string.h>

enum { KINDS = 64 };

struct kind { /* entries of one key of which one body is drawn, at every time */
	int key;
	LIST(int) bodies; /* the first entry of each body */
};

struct search {
	const struct graph *g;
	const struct alphabet *a;
	int *body; /* by entry: the first that differs from it in its time and tag alone */
	int kinds;
	struct kind kind[KINDS];
	int drawn[KINDS]; /* which body */
	bool *comes;      /* by entry and key */
	int *first;	  /* by node: its first edge */
	/* Tarjan's algorithm */
	int *number, *low, *stack, *path, *at;
	int seen, stacked;
	uint64_t work;
};

static bool same_kind(const struct entry *a, const struct entry *b)
{
	return a->kind == b->kind && a->event == b->event && a->tunable == b->tunable;
}

static bool same_fields(const struct entry *a, const struct entry *b)
{
	const struct field *tag = a->event ? a->event->tag : NULL;

	for (int i = 0; a->event && i < a->event->fields.n; i++)
		if (a->fields[i] != b->fields[i] && (!tag || i != tag->index))
			return false;
	return true;
}

static bool same_body(const struct entry *a, const struct entry *b)
{
	return same_kind(a, b) && same_fields(a, b) && a->list_n == b->list_n &&
		!memcmp(a->list, b->list, a->list_n * sizeof *a->list) && a->answered == b->answered &&
		!memcmp(a->answers, b->answers, sizeof a->answers) && a->value == b->value;
}

static size_t place(int entry, int key)
{
	return (size_t)entry * (EDGE_KEYS + 1) + (size_t)(key + 1);
}

static bool has(const struct kind *k, int body)
{
	for (int i = 0; i < k->bodies.n; i++)
		if (k->bodies.at[i] == body)
			return true;
	return false;
}

/* By what there are edges of. */
static bool sort_entries(struct search *s)
{
	const struct entry *e = s->a->entries.at;
	bool *there = calloc(place(s->a->entries.n, -1), sizeof *there);
	bool all = true;

	for (int i = 0; i < s->g->edges; i++)
		there[place(s->g->edge[i].entry, s->g->edge[i].key)] = true;
	for (int i = 0; i < s->a->entries.n; i++) {
		int first = 0;
		while (!same_body(&e[first], &e[i]))
			first++;
		s->body[i] = first;
		for (int key = -1; key < EDGE_KEYS && all; key++) {
			int k = 0;
			if (!there[place(i, key)])
				continue;
			while (k < s->kinds && (s->kind[k].key != key || !same_kind(&e[s->kind[k].bodies.at[0]], &e[i])))
				k++;
			all = k < KINDS;
			if (!all)
				break;
			s->kinds += k == s->kinds;
			s->kind[k].key = key;
			if (!has(&s->kind[k], first))
				*list_add(&s->kind[k].bodies) = first;
		}
	}
	free(there);
	return all;
}

/* The states of a component that has been found are the top of the stack, down to `root`. */
static uint64_t component(struct search *s, int root)
{
	uint64_t some = 0, all = UINT64_MAX;
	int x;

	do {
		x = s->stack[--s->stacked];
		s->low[x] = s->g->nodes; /* in no component that is to come */
		some |= s->g->tripped[x];
		all &= s->g->tripped[x];
	} while (x != root);
	return some & ~all;
}

static void enter(struct search *s, int node, int *depth)
{
	s->number[node] = s->low[node] = ++s->seen;
	s->at[node] = s->first[node];
	s->stack[s->stacked++] = node;
	s->path[(*depth)++] = node;
}

/* By rail: does it go round in the environment that is drawn? */
static uint64_t walk(struct search *s)
{
	int depth = 0;
	uint64_t round = 0;

	memset(s->number, 0, (size_t)s->g->nodes * sizeof *s->number);
	s->seen = s->stacked = 0;
	enter(s, 0, &depth);
	while (depth) {
		int x = s->path[depth - 1];
		if (s->at[x] < s->first[x + 1]) {
			const struct edge *e = &s->g->edge[s->at[x]++];
			s->work++;
			if (!s->comes[place(e->entry, e->key)])
				continue;
			if (!s->number[e->to])
				enter(s, e->to, &depth);
			else if (s->number[e->to] < s->low[x] && s->low[e->to] < s->g->nodes)
				s->low[x] = s->number[e->to];
			continue;
		}
		depth--;
		if (depth && s->low[x] < s->low[s->path[depth - 1]])
			s->low[s->path[depth - 1]] = s->low[x];
		if (s->low[x] == s->number[x])
			round |= component(s, x);
	}
	return round;
}

static bool next(struct search *s)
{
	for (int k = 0; k < s->kinds; k++) {
		if (++s->drawn[k] < s->kind[k].bodies.n)
			return true;
		s->drawn[k] = 0;
	}
	return false;
}

static bool reads(const struct expr *e, const struct policy *p, const struct field *f)
{
	if (!e)
		return false;
	if (e->op == EXPR_CARRY && reads(p->carry->columns.at[e->column].value, p, f))
		return true;
	return (e->op == EXPR_FIELD && e->field == f) || reads(e->a, p, f) || reads(e->b, p, f) || reads(e->c, p, f);
}

/* A feature that is not of the event's key reads it. */
static bool of_all(const struct policy *p, const struct event *e, const struct field *f)
{
	const struct field *key = e->follows ? e->follows->key : e->key;

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *x = p->features.at[i];
		bool is = reads(x->where, p, f) || reads(x->among, p, f) || reads(x->value, p, f);
		for (int c = 0; c < x->columns.n; c++)
			is |= reads(x->columns.at[c].value, p, f);
		if (is && !(key && x->state->key == key->type.key))
			return true;
	}
	return false;
}

static bool fits(const struct search *s, const struct policy *p)
{
	for (int i = 0; i < s->kinds; i++)
		for (int k = 0; k < i; k++) {
			const struct entry *a = &s->a->entries.at[s->kind[i].bodies.at[s->drawn[i]]];
			const struct entry *b = &s->a->entries.at[s->kind[k].bodies.at[s->drawn[k]]];
			for (int f = 0; a->event && a->event == b->event && f < a->event->fields.n; f++)
				if (a->fields[f] != b->fields[f] && of_all(p, a->event, a->event->fields.at[f]))
					return false;
		}
	return true;
}

static void draw(struct search *s)
{
	memset(s->comes, 0, place(s->a->entries.n, -1));
	for (int k = 0; k < s->kinds; k++)
		for (int i = 0; i < s->a->entries.n; i++)
			s->comes[place(i, s->kind[k].key)] |= s->body[i] == s->kind[k].bodies.at[s->drawn[k]];
}

static const char *environment(const struct search *s, const struct policy *p)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "for ever, at any times: ");
	for (int k = 0; k < s->kinds; k++) {
		show_entry(out, p, &s->a->entries.at[s->kind[k].bodies.at[s->drawn[k]]]);
		fprintf(out, s->kind[k].key < 0 ? "; " : " (of %d); ", s->kind[k].key);
	}
	fclose(out);
	return text;
}

bool rounds(const struct policy *p, const struct alphabet *a, const struct graph *g, uint64_t most_work, const char **way)
{
	struct search s = { .g = g, .a = a };
	size_t nodes = (size_t)g->nodes;
	bool all = true;

	s.body = calloc((size_t)a->entries.n, sizeof *s.body);
	s.comes = calloc(place(a->entries.n, -1), 1);
	s.first = calloc(nodes + 1, sizeof *s.first);
	s.number = calloc(nodes, sizeof *s.number);
	s.low = calloc(nodes, sizeof *s.low);
	s.stack = calloc(nodes, sizeof *s.stack);
	s.path = calloc(nodes, sizeof *s.path);
	s.at = calloc(nodes, sizeof *s.at);
	for (int i = 0; i < g->edges; i++)
		s.first[g->edge[i].from + 1] = i + 1;
	for (int i = 0; i < g->nodes; i++)
		if (s.first[i + 1] < s.first[i])
			s.first[i + 1] = s.first[i];
	all = sort_entries(&s);
	for (bool more = all; more; more = all && next(&s)) {
		draw(&s);
		if (!fits(&s, p))
			continue;
		uint64_t round = walk(&s);
		for (int rail = 0; rail < 64; rail++)
			if (round >> rail & 1 && !way[rail])
				way[rail] = environment(&s, p);
		all = all && s.work < most_work;
	}
	free(s.body);
	free(s.comes);
	free(s.first);
	free(s.number);
	free(s.low);
	free(s.stack);
	free(s.path);
	free(s.at);
	return all;
}
