/* Every state that init leads to, breadth first, by the reference interpreter alone: ask and settle apart, so that
 * anything may happen between them. A state is what later entries can tell of the machine (apart.c) and what is
 * remembered of the way: whether an unlawful decision was taken, and which tripped guardrails have heard of an event
 * since they tripped. */
#include "alphabet.h"
#include "apart.h"
#include "brute.h"
#include "round.h"

#include <stdlib.h>
#include <string.h>

struct node {
	struct machine *m; /* NULL once every entry was tried */
	uint64_t heard;	   /* by rail: an event entered what its rearm reads, since the trip */
	bool dirty;
	uint64_t tripped; /* by rail */
	uint64_t fork;	  /* by rail: some event's measurement makes a difference to its evidence */
	int parent, entry;
};

struct settled {   /* what settling with this entry's answers gave */
	int state; /* in which state, from 1 */
	enum source_of by;
	uint32_t asked;
	int64_t choice[8];
};

struct look {
	const struct policy *p;
	const struct plan *plan;
	struct alphabet *a;
	struct apart *apart; /* NULL: by the interpreter's own hash */
	struct facts *f;
	LIST(struct node) nodes;
	LIST(struct edge) edges;
	uint64_t *keys; /* open addressing: hash, 0 is free */
	int *slots;
	size_t room;
	int here, entry;	 /* the step that is being made */
	struct settled *settled; /* by entry */
	int *group;		 /* by entry: equal but for measurements; the first of them */
	int *mate;		 /* by entry: the next of its group, or -1 */
};

/* ---- the table of states ---- */

static uint64_t key_of_node(const struct look *l, const struct node *n)
{
	uint64_t h = (l->apart ? apart_key(l->apart, n->m) : machine_hash(n->m)) ^ (n->heard * 2 + n->dirty + 1) * UINT64_C(0x9e3779b97f4a7c15);

	return h ? h : 1;
}

static int *slot_of(struct look *l, uint64_t key)
{
	size_t i = key % l->room;

	while (l->keys[i] && l->keys[i] != key)
		i = (i + 1) % l->room;
	if (!l->keys[i]) {
		l->keys[i] = key;
		l->slots[i] = -1;
	}
	return &l->slots[i];
}

/* ---- what is seen, and how one comes there ---- */

static void walk(struct look *l, FILE *out, int node)
{
	if (l->nodes.at[node].parent < 0)
		return;
	walk(l, out, l->nodes.at[node].parent);
	show_entry(out, l->p, &l->a->entries.at[l->nodes.at[node].entry]);
	fprintf(out, "; ");
}

static const char *way_to(struct look *l, int node, int entry)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	walk(l, out, node);
	if (entry >= 0)
		show_entry(out, l->p, &l->a->entries.at[entry]);
	fclose(out);
	const char *kept = arena_strdup(text);
	free(text);
	return kept;
}

static void see(struct look *l, struct seen *s)
{
	bool dirty = l->nodes.at[l->here].dirty;

	if (!s->way[1])
		s->way[1] = way_to(l, l->here, l->entry);
	if (!dirty && !s->way[0])
		s->way[0] = way_to(l, l->here, l->entry);
}

static void defect(struct look *l, const char *what)
{
	if (l->f->defect)
		return;
	l->f->defect = what;
	l->f->defect_way = way_to(l, l->here, l->entry);
}

/* ---- a decision ---- */

static void see_decision(struct look *l, const struct view *v, const struct outcome *out, bool *dirty)
{
	const struct policy *p = l->p;
	bool theirs = out->by == BY_LEARNED, broken = false, unlawful = false, all = true;

	for (int i = 0; i < p->assumptions.n; i++) {
		if (value_of(v, p->assumptions.at[i]->holds))
			see(l, &l->f->met[i]);
		else
			all = false;
	}
	if (all)
		see(l, &l->f->all_met);
	for (int i = 0; i < p->decision->parts.n; i++) {
		int n = deciding_alternative(v, i);
		if (n >= 0 && n < 8)
			see(l, &l->f->decides[theirs][i][n]);
	}
	if (!choice_needed(v)) {
		*dirty = true;
		see(l, &l->f->unfit);
		defect(l, "a choice that does not meet need is no decision");
	} else if (out->unfit) {
		defect(l, "said to be unfit, and it meets need");
	}
	for (int i = 0; i < p->guarantees.n; i++) {
		/* nobody owes it yet, for the windows before; but those to come will have it in them */
		if (p->guarantees.at[i]->cmp == EXPR_LE && guarantee_assumed(v, p->guarantees.at[i]) && !guarantee_allows(v, p->guarantees.at[i]))
			unlawful = true;
		if (!guarantee_owed(v, p->guarantees.at[i]) || guarantee_kept(v, p->guarantees.at[i]))
			continue;
		broken = true;
		if (theirs && !l->nodes.at[l->here].dirty)
			defect(l, arena_printf("learned broke %s", p->guarantees.at[i]->name));
		else if (!theirs && choice_needed(v))
			see(l, &l->f->broke[i]);
	}
	if (broken != (out->broken >= 0))
		defect(l, broken ? "broken, and not said so" : "said to be broken, and it is not");
	if (broken && !p->decision->or_pass && nothing_lawful(v))
		see(l, &l->f->doomed);
	*dirty |= broken || unlawful;
}

/* `before` has an open ticket, and settling it gave `out`. The decision is judged in the state between. */
static void see_settled(struct look *l, const struct machine *before, const struct ticket *t, const struct outcome *out,
	uint64_t now, const int32_t *answers, bool *dirty)
{
	struct machine *mid = machine_copy(before);
	struct outcome ignored = {0};
	struct entry in = t->entry;
	struct view v = {.m = mid,
		.in = &in,
		.tag = -1,
		.candidate = -1,
		.among = UINT32_MAX,
		.by = out->by,
		.choice = out->choice};

	mid->now = now > mid->now ? now : mid->now;
	step_guardrails(mid, NULL, 0, &ignored);
	v.key = entry_key(mid, &in);
	v.asked = t->asked;
	v.answers = answers;
	see(l, &l->f->by[out->by]);
	if (!everybody_needed(&v))
		see(l, &l->f->left_out);
	for (int i = 0; i < l->p->assumptions.n; i++)
		if (!value_of(&v, l->p->assumptions.at[i]->holds))
			see(l, &l->f->fails[i]);
	for (int i = 0; i < l->p->guarantees.n; i++)
		if (somebody_needed(&v) && !(l->f->forbids[i].way[0]) && forbids_some(&v, l->p->guarantees.at[i]))
			see(l, &l->f->forbids[i]);
	if (out->by != BY_PASS) {
		see_decision(l, &v, out, dirty);
	} else if (somebody_needed(&v)) {
		/* passed over: the fallback named nobody, or somebody who does not meet need */
		v.by = BY_SHIELD;
		*dirty = true;
		if (fallback_names(&v))
			see(l, &l->f->unfit);
		else if (!l->p->decision->or_pass)
			see(l, &l->f->undecided);
		if (!out->unfit)
			defect(l, "passed over, and not said to be unfit");
		if (!l->p->decision->or_pass && nothing_lawful(&v))
			see(l, &l->f->doomed);
	}
	machine_free(mid);
}

/* ---- guardrails: what they have heard since they tripped ---- */

static bool hits_are_told(const struct feature *f)
{
	return f->kind == FEATURE_COUNT || f->kind == FEATURE_SHARE || f->kind == FEATURE_RATE ||
		f->kind == FEATURE_HELD || f->kind == FEATURE_SINCE;
}

static bool reads(const struct expr *e, const struct feature *f)
{
	return e && (e->feature == f || reads(e->a, f) || reads(e->b, f) || reads(e->c, f));
}

static bool names(const struct expr *e, const struct guardrail *g)
{
	return e && (e->guardrail == g || names(e->a, g) || names(e->b, g) || names(e->c, g));
}

/* What rearm reads, and what the guardrails read that it waits for. */
static bool rests_on(const struct policy *p, const struct expr *e, const struct feature *f, uint32_t met)
{
	bool is = reads(e, f);

	for (int g = 0; g < p->guardrails.n && !is; g++) {
		const struct guardrail *other = p->guardrails.at[g];
		if (!names(e, other) || met >> g & 1)
			continue;
		is = rests_on(p, other->trip, f, met | UINT32_C(1) << g) ||
			rests_on(p, other->rearm, f, met | UINT32_C(1) << g);
	}
	return is;
}

/* A condition that g rests on asks any or every key for f. */
static bool asks_all(const struct policy *p, const struct expr *e, const struct feature *f, uint32_t met)
{
	bool is = e && (e->op == EXPR_ANY || e->op == EXPR_EVERY) && rests_on(p, e->a, f, 0);

	for (int g = 0; e && g < p->guardrails.n && !is; g++)
		if (e->guardrail == p->guardrails.at[g] && !(met >> g & 1))
			is = asks_all(p, e->guardrail->trip, f, met | UINT32_C(1) << g) ||
				asks_all(p, e->guardrail->rearm, f, met | UINT32_C(1) << g);
	return is || (e && (asks_all(p, e->a, f, met) || asks_all(p, e->b, f, met) || asks_all(p, e->c, f, met)));
}

/* What is told of f tells g of its own key only. */
static bool of_own(const struct policy *p, const struct guardrail *g, const struct feature *f)
{
	return f->state->key && f->state->key == g->key && !asks_all(p, g->rearm, f, UINT32_C(1) << g->index);
}

/* What the entry tells the feature: nothing, a hit or a miss, values. */
static num told(const struct view *v, const struct feature *f)
{
	num x = 0;

	if (f->among && !value_of(v, f->among))
		return NONE;
	if (hits_are_told(f))
		return !f->where || value_of(v, f->where);
	if (f->where && !value_of(v, f->where))
		return NONE;
	if (f->value)
		x = value_of(v, f->value);
	for (int c = 0; c < f->columns.n; c++)
		x = x * 1000 + value_of(v, f->columns.at[c].value);
	return x;
}

/* A measurement enters f: with others in its place f would be told something else; or that the event came is what is
 * counted. */
static bool measures(struct look *l, const struct view *v, int entry, const struct feature *f)
{
	const struct event *e = v->in->event;
	struct view other = *v;
	num mine;

	if ((f->kind == FEATURE_IN_FLIGHT || (f->kind == FEATURE_SINCE && !f->where)) && (e == f->on || e == f->until))
		return true;
	if (f->kind == FEATURE_SINCE && e == f->on)
		return true;
	if (e != (f->kind == FEATURE_SINCE ? f->until : f->on) || (f->among && !value_of(v, f->among)))
		return false;
	if (hits_are_told(f) && !f->where)
		return true;
	mine = told(v, f);
	for (int i = l->group[entry]; i >= 0; i = l->mate[i]) {
		other.in = &l->a->entries.at[i];
		if (told(&other, f) != mine)
			return true;
	}
	return false;
}

static uint64_t hears(struct look *l, const struct machine *before, const struct entry *in, int entry)
{
	const struct policy *p = l->p;
	struct machine aged = *before; /* is only looked at */
	struct view v = {
		.m = &aged, .in = in, .tag = -1, .candidate = -1, .among = UINT32_MAX, .key = entry_key(before, in)};
	uint64_t heard = 0;

	aged.now = in->now > aged.now ? in->now : aged.now;
	if (in->event == l->plan->close && in->event->tag)
		v.tag = (int)in->fields[in->event->tag->index];
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		bool is = measures(l, &v, entry, f);
		for (int g = 0; is && g < p->guardrails.n; g++)
			for (int k = 0; k < keys_of(p->guardrails.at[g]->key); k++)
				if (rests_on(p, p->guardrails.at[g]->rearm, f, UINT32_C(1) << g) &&
					(k == v.key || !of_own(p, p->guardrails.at[g], f)))
					heard |= UINT64_C(1) << (l->plan->rail[g] + k);
	}
	return heard;
}

static void see_guardrails(struct look *l, struct node *to, uint64_t heard)
{
	const struct machine *m = to->m;

	to->heard |= heard & l->nodes.at[l->here].tripped;
	for (int i = 0; i < m->moves_n; i++) {
		const struct move *x = &m->moves[i];
		uint64_t rail = UINT64_C(1) << (l->plan->rail[x->guardrail] + x->key);
		see(l, x->tripped ? &l->f->trips[x->guardrail] : &l->f->rearms[x->guardrail]);
		if (!x->tripped && !(to->heard & rail))
			see(l, &l->f->stale[x->guardrail]);
		to->heard &= ~rail;
		for (int j = 0; j < m->moves_n; j++)
			if (j != i && x->tripped && m->moves[j].tripped)
				see(l, &l->f->together[x->guardrail][m->moves[j].guardrail]);
	}
	to->tripped = 0;
	for (size_t r = 0; r < l->plan->rails; r++)
		to->tripped |= (uint64_t)m->rails[r].tripped << r;
}

/* ---- evidence: the values of what rearm reads ---- */

/* All that it keeps, newest last. */
static num kept(const struct machine *m, const struct place *at, int key)
{
	const struct past *x = past_of(m, at, key);
	uint64_t h = (uint64_t)x->fill;

	for (int i = 0; i < x->fill * at->width; i++) {
		int slot = (x->next + at->slots - x->fill + i / at->width) % at->slots;
		h = (h ^ (uint64_t)past_values(x, at, slot)[i % at->width]) *
			UINT64_C(0x100000001b3);
	}
	return (num)h;
}

static uint64_t evidence(struct look *l, const struct machine *m, int g, int k)
{
	const struct policy *p = l->p;
	const struct guardrail *rail = p->guardrails.at[g];
	struct view v = {.m = m, .key = k, .tag = -1, .candidate = -1};
	uint64_t h = 1;

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		const struct place *at = &l->plan->feature[i];
		if (!rests_on(p, rail->rearm, f, UINT32_C(1) << g))
			continue;
		for (int of = 0; of < keys_of(f->state->key); of++) {
			if (f->state->key && rail->key && of != k)
				continue;
			num value = f->kind == FEATURE_SHARE ? (num)(past_hits(m, at, of) * 1000 + past_seen(m, at, of))
				: f->kind == FEATURE_LAST    ? kept(m, at, of)
							     : value_of_feature(&v, f, of);
			h = (h ^ (uint64_t)value) * UINT64_C(0x100000001b3);
			h = (h ^ feature_active(m, f, of)) * UINT64_C(0x100000001b3);
		}
	}
	return h;
}

/* Entries that differ in measurements only stand under the first of them. */
/* The same list but for what its elements measure. */
static bool same_list(const struct entry *a, const struct entry *b)
{
	bool same = a->list_n == b->list_n;

	for (int f = 0; f < a->event->fields.n; f++)
		for (int r = 0; r < a->event->fields.at[f]->record.n; r++)
			for (uint32_t c = 0; same && c < a->list_n; c++)
				same = a->event->fields.at[f]->record.at[r]->measurement ||
					a->list[c][r] == b->list[c][r];
	return same;
}

static void find_groups(struct look *l)
{
	int *last = arena_alloc((size_t)l->a->entries.n * sizeof *last);

	l->group = arena_alloc((size_t)l->a->entries.n * sizeof *l->group);
	l->mate = arena_alloc((size_t)l->a->entries.n * sizeof *l->mate);
	for (int i = 0; i < l->a->entries.n; i++) {
		const struct entry *e = &l->a->entries.at[i];
		l->group[i] = i;
		for (int j = 0; j < i && l->group[i] == i && e->event; j++) {
			const struct entry *x = &l->a->entries.at[j];
			bool same = l->group[j] == j && x->kind == e->kind && x->event == e->event &&
				x->now == e->now && same_list(x, e);
			for (int f = 0; same && f < e->event->fields.n; f++)
				same = e->event->fields.at[f]->measurement || x->fields[f] == e->fields[f];
			if (same)
				l->group[i] = j;
		}
		if (l->group[i] != i)
			l->mate[last[l->group[i]]] = i;
		last[l->group[i]] = i;
		l->mate[i] = -1;
	}
}

/* ---- the steps ---- */

static bool ticket_open(const struct machine *m, const struct ticket *t, uint64_t now)
{
	return t->number && (num)(now - t->at) <= m->plan->p->decision->timeout;
}

/* The state that the entry leads to; false: nothing happens. */
static bool take(struct look *l, const struct machine *m, int i, struct node *to)
{
	struct entry in = l->a->entries.at[i];
	const struct ticket *t = m->tickets;
	static struct outcome out;
	uint64_t heard = 0;

	in.now += m->now;
	if (in.kind == ENTRY_SETTLE) {
		if (!ticket_open(m, t, in.now))
			return false;
		for (int c = 0; c < LIST_MAX; c++) /* an answer that nobody asked for is not looked at */
			if (in.answered && in.answers[c] > 0 && !(t->asked >> c & 1))
				return false;
		in.ticket = t->number;
	}
	to->m = machine_copy(m);
	machine_step(to->m, &in, &out);
	l->f->steps++;
	if (out.refused) {
		machine_free(to->m);
		return false;
	}
	if (in.event)
		heard = hears(l, m, &in, i);
	if (in.kind == ENTRY_SETTLE) {
		see_settled(l, m, t, &out, in.now, in.answers, &to->dirty);
		l->settled[i] = (struct settled){.state = l->here + 1, .by = out.by, .asked = t->asked};
		memcpy(l->settled[i].choice, out.choice, sizeof out.choice);
	}
	see_guardrails(l, to, heard);
	return true;
}

/* Two settles that differ in one answer of one who was asked: do they decide alike? */
static void compare_answers(struct look *l, int i, int j)
{
	const struct entry *a = &l->a->entries.at[i], *b = &l->a->entries.at[j];
	const struct settled *x = &l->settled[i], *y = &l->settled[j];
	const struct model *m = l->p->models.at[0];
	int at = -1;

	if (!a->answered || !b->answered || a->now != b->now ||
		(x->by == y->by && !memcmp(x->choice, y->choice, sizeof x->choice)))
		return;
	for (int c = 0; c < LIST_MAX; c++) {
		if (a->answers[c] == b->answers[c])
			continue;
		if (at >= 0 || !(x->asked >> c & 1) || a->answers[c] < m->type.lo || b->answers[c] < m->type.lo)
			return;
		at = c;
	}
	if (at < 0)
		return;
	l->entry = j;
	see(l, &l->f->matters[m->classes ? a->answers[at] : 0]);
	see(l, &l->f->matters[m->classes ? b->answers[at] : 0]);
}

static void see_answers(struct look *l)
{
	for (int i = 0; l->p->models.n && i < l->a->entries.n; i++)
		for (int j = 0; l->settled[i].state == l->here + 1 && j < i; j++)
			if (l->settled[j].state == l->here + 1)
				compare_answers(l, i, j);
}

static int whose(const struct look *l, const struct machine *m, const struct entry *e)
{
	const struct event *on = l->p->decision->on;

	if (e->kind == ENTRY_SETTLE)
		return on->key && m->tickets[0].number ? (int)m->tickets[0].entry.fields[on->key->index] : -1;
	return e->event ? entry_key(m, e) : -1;
}

static void try_all(struct look *l, int here)
{
	struct machine *m = l->nodes.at[here].m;
	size_t rails = l->plan->rails;
	uint64_t *first = calloc((size_t)l->a->entries.n * rails + 1, sizeof *first);

	l->here = here;
	for (int i = 0; i < l->a->entries.n; i++) {
		struct node to = {
			.dirty = l->nodes.at[here].dirty, .heard = l->nodes.at[here].heard, .parent = here, .entry = i};
		l->entry = i;
		int key = whose(l, m, &l->a->entries.at[i]);
		if (!take(l, m, i, &to))
			continue;
		for (int g = 0; l->a->entries.at[i].event && g < l->p->guardrails.n; g++)
			for (int k = 0; k < keys_of(l->p->guardrails.at[g]->key); k++) {
				size_t rail = (size_t)(l->plan->rail[g] + k);
				uint64_t now = evidence(l, to.m, g, k),
					 *one = &first[(size_t)l->group[i] * rails + rail];
				*one = *one ? *one : now;
				if (*one != now)
					l->nodes.at[here].fork |= UINT64_C(1) << rail;
			}
		int *slot = slot_of(l, key_of_node(l, &to));
		if (*slot < 0) {
			*slot = l->nodes.n;
			*list_add(&l->nodes) = to;
		} else {
			machine_free(to.m);
		}
		*list_add(&l->edges) = (struct edge){here, *slot, i, key};
	}
	see_answers(l);
	free(first);
	machine_free(m);
	l->nodes.at[here].m = NULL;
}

/* ---- closed sets ---- */

/* From each tripped state, is there a way to one that is armed, or, if `forks` will do, to one in which a measurement
 * makes a difference? If not from some: seen. */
static void no_way(struct look *l, uint64_t rail, bool forks, struct seen *s)
{
	bool *reach = calloc((size_t)l->nodes.n, 1);
	int *next = malloc((size_t)l->edges.n * sizeof *next), *first = malloc((size_t)l->nodes.n * sizeof *first);
	int *queue = malloc((size_t)l->nodes.n * sizeof *queue), n = 0;

	for (int i = 0; i < l->nodes.n; i++) {
		const struct node *x = &l->nodes.at[i];
		first[i] = -1;
		if (!(x->tripped & rail) || (forks && x->fork & rail)) {
			reach[i] = true;
			queue[n++] = i;
		}
	}
	for (int e = 0; e < l->edges.n; e++) {
		next[e] = first[l->edges.at[e].to];
		first[l->edges.at[e].to] = e;
	}
	for (int q = 0; q < n; q++)
		for (int e = first[queue[q]]; e >= 0; e = next[e]) {
			int from = l->edges.at[e].from;
			if (reach[from] || !(l->nodes.at[from].tripped & rail))
				continue;
			reach[from] = true;
			queue[n++] = from;
		}
	for (int i = 0; i < l->nodes.n; i++) {
		if (reach[i] || !(l->nodes.at[i].tripped & rail))
			continue;
		if (!s->way[1])
			s->way[1] = way_to(l, i, -1);
		if (!l->nodes.at[i].dirty && !s->way[0])
			s->way[0] = way_to(l, i, -1);
	}
	free(reach);
	free(next);
	free(first);
	free(queue);
}

enum { ROUND_WORK = 200000000 };

static void find_rounds(struct look *l)
{
	const char *way[64] = { NULL };
	uint64_t *tripped = malloc((size_t)l->nodes.n * sizeof *tripped);
	struct graph g = {.nodes = l->nodes.n, .edges = l->edges.n, .tripped = tripped, .edge = l->edges.at};

	for (int i = 0; i < l->nodes.n; i++)
		tripped[i] = l->nodes.at[i].tripped;
	l->f->all_rounds = rounds(l->p, l->a, &g, ROUND_WORK, way);
	for (int i = 0; i < l->p->guardrails.n; i++)
		for (int k = 0; k < keys_of(l->p->guardrails.at[i]->key); k++)
			if (way[l->plan->rail[i] + k])
				l->f->goes_round[i].way[0] = l->f->goes_round[i].way[1] = way[l->plan->rail[i] + k];
	free(tripped);
}

void look(const struct policy *p, uint64_t most_steps, struct facts *f)
{
	struct look *l = arena_alloc(sizeof *l);
	struct node init = {.m = machine_new(p, 0), .parent = -1, .entry = -1};
	const char *way = getenv("APART");
	int i = 0;

	l->p = p;
	l->f = f;
	l->a = alphabet_of(p);
	l->plan = init.m->plan;
	l->apart = way && !strcmp(way, "no") ? NULL : apart_of(p, l->plan);
	l->room = 2 * most_steps + 64;
	l->keys = calloc(l->room, sizeof *l->keys);
	l->slots = calloc(l->room, sizeof *l->slots);
	l->settled = arena_alloc((size_t)l->a->entries.n * sizeof *l->settled);
	find_groups(l);
	*slot_of(l, key_of_node(l, &init)) = 0;
	*list_add(&l->nodes) = init;
	for (; i < l->nodes.n && f->steps < most_steps; i++)
		try_all(l, i);
	f->closed = i == l->nodes.n;
	f->states = l->nodes.n;
	for (int g = 0; f->closed && g < p->guardrails.n; g++)
		for (int k = 0; k < keys_of(p->guardrails.at[g]->key); k++) {
			uint64_t rail = UINT64_C(1) << (l->plan->rail[g] + k);
			no_way(l, rail, false, &f->stuck[g]);
			no_way(l, rail, true, &f->frozen[g]);
		}
	if (f->closed)
		find_rounds(l);
}
