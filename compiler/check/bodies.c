/* The alphabet of the search: concrete entries at the edges of what the policy compares, and short causal pieces of
 * them. */
#include "explore.h"

#include <string.h>

enum { VARIANTS = 32, DECISIONS = 128, PLAIN = 16, HALVES = 6, TAGS = 3, VALUES = 4, KEYS_AT_ONCE = 16 };

static void value_add(num_list *v, const struct type *t, num x)
{
	if (x < t->lo || x > t->hi)
		return;
	for (int i = 0; i < v->n; i++)
		if (v->at[i] == x)
			return;
	*list_add(v) = x;
}

/* ---- which values of a field are told apart ---- */

/* A tunable is what it is at first or, `by` a guardrail that holds it, what that makes of it. */
static bool constant(const struct expr *e, const struct guardrail *by, num *x)
{
	const struct action *hold;
	num a, b;

	if (!e)
		return false;
	switch ((int)e->op) {
	case EXPR_INT:
	case EXPR_SYMBOL:
		*x = e->value;
		return true;
	case EXPR_TUNABLE:
		hold = by ? guardrail_holds(by, e->tunable) : NULL;
		*x = hold ? hold->value : e->tunable->initial;
		return true;
	case EXPR_ADD:
	case EXPR_SUB:
	case EXPR_MUL:
		if (!constant(e->a, by, &a) || !constant(e->b, by, &b))
			return false;
		*x = e->op == EXPR_ADD ? a + b : e->op == EXPR_SUB ? a - b : a * b;
		return true;
	default:
		return false;
	}
}

static bool reads_field(const struct expr *e, const struct field *f)
{
	return e && (e->field == f || reads_field(e->a, f) || reads_field(e->b, f) || reads_field(e->c, f));
}

typedef bool reads_fn(const struct expr *e, const struct field *f);

/* What the field is, where what is made of it is x: of sums, differences and quotients with constants. */
static num undone(const struct expr *e, const struct field *f, num x)
{
	num k;
	bool right;

	if (e->op < EXPR_ADD || e->op > EXPR_DIV || e->field == f)
		return x;
	right = reads_field(e->b, f);
	if (!constant(right ? e->a : e->b, NULL, &k))
		return x;
	switch ((int)e->op) {
	case EXPR_ADD:
		return undone(right ? e->b : e->a, f, x - k);
	case EXPR_SUB:
		return undone(right ? e->b : e->a, f, right ? k - x : x + k);
	case EXPR_DIV:
		return right ? x : undone(e->a, f, x * k);
	case EXPR_MUL:
		return k ? undone(right ? e->b : e->a, f, x / k) : x;
	default:
		return x;
	}
}

/* The constant that the field is compared with, and its neighbours. */
static void edge_add(const struct expr *mine, const struct field *f, num x, num_list *v)
{
	num at = undone(mine, f, x);

	value_add(v, &f->type, x);
	value_add(v, &f->type, x + 1);
	value_add(v, &f->type, x - 1);
	if (at == x)
		return;
	value_add(v, &f->type, at);
	value_add(v, &f->type, undone(mine, f, x + 1));
	value_add(v, &f->type, undone(mine, f, x - 1));
}

static void edges_in(const struct policy *p, const struct expr *e, const struct field *f, reads_fn *reads, num_list *v)
{
	num x;

	if (!e)
		return;
	for (int i = 0; i < 2 && e->op >= EXPR_EQ && e->op <= EXPR_GE; i++) {
		const struct expr *mine = i ? e->b : e->a, *other = i ? e->a : e->b;
		if (!reads(mine, f))
			continue;
		for (int g = -1; g < p->guardrails.n; g++)
			if (constant(other, g < 0 ? NULL : p->guardrails.at[g], &x))
				edge_add(mine, f, x, v);
	}
	edges_in(p, e->a, f, reads, v);
	edges_in(p, e->b, f, reads, v);
	edges_in(p, e->c, f, reads, v);
}

static void edges_of_rules(const struct policy *p, const struct field *f, reads_fn *reads, num_list *v)
{
	for (int i = 0; i < p->guarantees.n; i++)
		edges_in(p, p->guarantees.at[i]->holds, f, reads, v);
	for (int i = 0; i < p->assumptions.n; i++)
		edges_in(p, p->assumptions.at[i]->holds, f, reads, v);
	if (!p->decision)
		return;
	edges_in(p, p->decision->need, f, reads, v);
	for (int i = 0; i < p->decision->parts.n; i++) {
		edges_in(p, p->decision->parts.at[i].learned, f, reads, v);
		edges_in(p, p->decision->parts.at[i].fallback, f, reads, v);
	}
}

static void edges(const struct policy *p, const struct field *f, num_list *v)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *x = p->features.at[i];
		edges_in(p, x->where, f, reads_field, v);
		edges_in(p, x->among, f, reads_field, v);
		edges_in(p, x->value, f, reads_field, v);
		for (int c = 0; c < x->columns.n; c++)
			edges_in(p, x->columns.at[c].value, f, reads_field, v);
		for (int e = 0; e < x->edges.n && reads_field(x->value, f); e++)
			value_add(v, &f->type, x->edges.at[e]);
	}
	edges_of_rules(p, f, reads_field, v);
}

void field_values(const struct policy *p, const struct field *f, num_list *v)
{
	struct type t = f->type;

	if (t.kind == TYPE_BOOL) {
		*list_add(v) = 1;
		*list_add(v) = 0;
		return;
	}
	if (t.kind == TYPE_CLASS) {
		for (int i = 0; i < t.symbols->names.n; i++)
			*list_add(v) = i;
		return;
	}
	if (t.kind == TYPE_KEY) {
		*list_add(v) = 0;
		if (t.key->max > 1)
			*list_add(v) = 1;
		if (t.key->max > 2)
			*list_add(v) = t.key->max - 1;
		return;
	}
	*list_add(v) = t.lo;
	if (!policy_reads(p, f) || t.kind == TYPE_TAG || t.kind == TYPE_CANDIDATE)
		return;
	value_add(v, &t, t.hi);
	edges(p, f, v);
	for (num x = t.lo; t.hi - t.lo < 8 && x <= t.hi; x++)
		value_add(v, &t, x);
}

/* A feature in it is made of the field. */
static bool made_of(const struct expr *e, const struct field *f)
{
	if (!e)
		return false;
	if (e->op == EXPR_FEATURE && reads_field(e->feature->value, f))
		return true;
	if (e->op == EXPR_COLUMN && reads_field(e->feature->columns.at[e->column].value, f))
		return true;
	return made_of(e->a, f) || made_of(e->b, f) || made_of(e->c, f);
}

void field_edges(const struct policy *p, const struct field *f, num_list *v)
{
	field_values(p, f, v);
	if (f->type.kind == TYPE_BOOL || f->type.kind == TYPE_CLASS || f->type.kind == TYPE_KEY)
		return;
	for (int i = 0; i < p->guardrails.n; i++) {
		edges_in(p, p->guardrails.at[i]->trip, f, made_of, v);
		edges_in(p, p->guardrails.at[i]->rearm, f, made_of, v);
	}
	edges_of_rules(p, f, made_of, v);
}

/* ---- events ---- */

static struct entry plain(const struct policy *p, const struct event *e)
{
	struct entry x = {.kind = e->tick ? ENTRY_TICK : ENTRY_EVENT, .event = e};

	if (p->decision && p->decision->on == e)
		x.kind = ENTRY_DECIDE;
	for (int i = 0; i < e->fields.n; i++)
		if (e->fields.at[i]->type.kind != TYPE_LIST)
			x.fields[i] = (uint64_t)e->fields.at[i]->type.lo;
	return x;
}

static bool varies(const struct field *f)
{
	return f->type.kind != TYPE_LIST && f->type.kind != TYPE_CANDIDATE && f->type.kind != TYPE_TAG;
}

static bool same_entry(const struct entry *a, const struct entry *b)
{
	return a->kind == b->kind && a->event == b->event && a->now == b->now && a->ticket == b->ticket &&
		a->answered == b->answered && a->list_n == b->list_n && a->tunable == b->tunable &&
		a->value == b->value && !memcmp(a->fields, b->fields, sizeof a->fields) &&
		!memcmp(a->list, b->list, sizeof a->list) && !memcmp(a->answers, b->answers, sizeof a->answers);
}

static void add_once(entry_list *out, const struct entry *e)
{
	for (int i = 0; i < out->n; i++)
		if (same_entry(&out->at[i], e))
			return;
	*list_add(out) = *e;
}

/* Gives the fields that a condition compares with constants values by which it is `want`; of alternatives, the
 * first. */
static void satisfy(const struct policy *p, const struct expr *e, bool want, struct entry *x)
{
	num c;

	if (!e)
		return;
	if (e->op == EXPR_NOT) {
		satisfy(p, e->a, !want, x);
	} else if (e->op == EXPR_AND || e->op == EXPR_OR) {
		satisfy(p, e->a, want, x);
		if ((e->op == EXPR_AND) == want)
			satisfy(p, e->b, want, x);
	} else if (e->op == EXPR_FIELD && e->type.kind == TYPE_BOOL) {
		x->fields[e->field->index] = want;
	} else if (e->op >= EXPR_EQ && e->op <= EXPR_GE && e->a->op == EXPR_FIELD && constant(e->b, NULL, &c)) {
		num_list v = {0};
		field_values(p, e->a->field, &v);
		for (int i = v.n - 1; i >= 0; i--)
			if (numbers_compare(e->op, v.at[i], c) == want)
				x->fields[e->a->field->index] = (uint64_t)v.at[i];
	}
}

/* What a feature counts, and what it does not: conditions of several fields, which no field meets by itself. */
static void counted_variants(const struct policy *p, const struct entry *base, entry_list *out)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		for (int want = 1; want >= 0 && (f->where || f->among); want--) {
			struct entry x = *base;
			if (f->on != base->event && f->until != base->event)
				continue;
			satisfy(p, f->among, true, &x);
			satisfy(p, f->where, want, &x);
			add_once(out, &x);
		}
	}
}

/* Every combination of values where there are few; else each value by itself, the rest at its first, and what features
 * count. */
static void event_variants(const struct policy *p, const struct entry *base, entry_list *out)
{
	const struct event *e = base->event;
	num_list v[32];
	int combinations = 1;

	memset(v, 0, sizeof v);
	for (int i = 0; i < e->fields.n && i < 32; i++) {
		if (!varies(e->fields.at[i]) || !policy_reads(p, e->fields.at[i]))
			continue;
		field_values(p, e->fields.at[i], &v[i]);
		combinations = combinations > VARIANTS ? combinations : combinations * v[i].n;
	}
	*list_add(out) = *base;
	for (int i = 0; i < e->fields.n && i < 32; i++) {
		int until = combinations <= VARIANTS ? out->n : 1;
		for (int from = 0; from < until; from++)
			for (int k = 0; k < v[i].n; k++) {
				struct entry x = out->at[from];
				if ((num)x.fields[i] == v[i].at[k] || (int64_t)x.fields[i] == (int64_t)v[i].at[k])
					continue;
				x.fields[i] = (uint64_t)v[i].at[k];
				*list_add(out) = x;
			}
	}
	if (combinations > VARIANTS)
		counted_variants(p, base, out);
}

/* ---- decisions ---- */

static const struct field *list_of(const struct event *e)
{
	for (int i = 0; i < e->fields.n; i++)
		if (e->fields.at[i]->type.kind == TYPE_LIST)
			return e->fields.at[i];
	return NULL;
}

static void fill_element(struct entry *x, const struct field *list, int i, bool good)
{
	for (int r = 0; r < list->record.n; r++) {
		const struct field *f = list->record.at[r];
		x->list[i][r] = (uint64_t)f->type.lo;
		if (f->type.kind == TYPE_KEY)
			x->list[i][r] = (uint64_t)(i % f->type.key->max);
		else if (f->type.kind == TYPE_BOOL)
			x->list[i][r] = good;
	}
}

static bool list_matters(const struct policy *p, const struct field *list)
{
	bool is = policy_reads(p, list);

	for (int r = 0; r < list->record.n; r++)
		is |= list->record.at[r]->type.kind != TYPE_KEY && policy_reads(p, list->record.at[r]);
	for (int i = 0; p->decision && i < p->decision->parts.n; i++)
		is |= p->decision->parts.at[i].list == list;
	return is;
}

/* Lists of one, two and three, each element good or bad in all its truth values; then single fields at their edges. */
static void list_variants(const struct policy *p, const struct entry *base, entry_list *out)
{
	const struct field *list = list_of(base->event);

	if (!list) {
		*list_add(out) = *base;
		return;
	}
	for (int bad = 0; bad < 4; bad++) /* the good ones first */
		for (int n = 1; n <= 3 && n <= list->max; n++) {
			struct entry x = *base;
			if (bad >= 1 << n || (bad && n > 2))
				continue;
			if (out->n && !list_matters(p, list))
				continue; /* one that is well formed will do */
			x.list_n = (uint32_t)n;
			for (int i = 0; i < n; i++)
				fill_element(&x, list, i, !(bad >> i & 1));
			*list_add(out) = x;
		}
	int shapes = out->n;
	for (int s = 0; s < shapes; s++)
		for (int r = 0; r < list->record.n; r++) {
			const struct field *f = list->record.at[r];
			num_list v = {0};
			if (!policy_reads(p, f) || f->type.kind == TYPE_KEY)
				continue;
			field_values(p, f, &v);
			for (int k = 0; k < v.n; k++) {
				struct entry x = out->at[s];
				if ((num)x.list[0][r] == v.at[k] || (s && f->type.kind == TYPE_BOOL))
					continue;
				x.list[0][r] = (uint64_t)v.at[k];
				*list_add(out) = x;
			}
		}
}

static void candidate_variants(const struct entry *base, entry_list *out)
{
	const struct event *e = base->event;

	*list_add(out) = *base;
	for (int i = 0; i < e->fields.n; i++)
		if (e->fields.at[i]->type.kind == TYPE_CANDIDATE)
			for (uint32_t c = 1; c < base->list_n; c++) {
				struct entry x = *base;
				x.fields[i] = c;
				*list_add(out) = x;
			}
}

/* Each of the lists, and of whom a field points at, with each of the single fields. */
static void shapes_of(const struct policy *p, const struct event *e, entry_list *out)
{
	struct entry base = plain(p, e);
	entry_list lists = {0}, candidates = {0}, scalars = {0};

	list_variants(p, &base, &lists);
	for (int i = 0; i < lists.n; i++)
		candidate_variants(&lists.at[i], &candidates);
	event_variants(p, &base, &scalars);
	for (int i = 0; i < candidates.n && out->n < DECISIONS; i++)
		for (int k = 0; k < scalars.n; k++) {
			struct entry x = candidates.at[i];
			for (int f = 0; f < e->fields.n; f++)
				if (varies(e->fields.at[f]))
					x.fields[f] = scalars.at[k].fields[f];
			*list_add(out) = x;
		}
}

static void answer_variants(const struct policy *p, const struct entry *base, entry_list *out)
{
	const struct model *m = p->models.n ? p->models.at[0] : NULL;
	num_list v = {0};

	*list_add(out) = *base; /* no answer */
	if (!m)
		return;
	if (m->classes) {
		for (int i = 0; i < m->classes->names.n; i++)
			*list_add(&v) = i;
	} else {
		*list_add(&v) = m->type.lo;
		*list_add(&v) = m->type.hi;
		*list_add(&v) = (m->type.lo + m->type.hi) / 2;
	}
	for (int i = 0; i < v.n; i++)
		for (int j = 0; j < (m->each && base->list_n > 1 ? v.n : 1); j++) {
			struct entry x = *base;
			x.answered = true;
			for (int c = 0; c < LIST_MAX; c++)
				x.answers[c] = (int32_t)v.at[(i + (c ? j : 0)) % v.n];
			*list_add(out) = x;
		}
}

static void body_add(body_list *out, const struct entry *one)
{
	struct body *b = list_add(out);

	memset(b, 0, sizeof *b);
	*list_add(&b->entries) = *one;
}

/* Lists, who is pointed at and what is answered, all together; then the single fields, on the plainest of these. */
static void decisions_of(const struct policy *p, body_list *out)
{
	struct entry base = plain(p, p->decision->on);
	entry_list scalars = {0}, lists = {0}, candidates = {0}, answers = {0};

	list_variants(p, &base, &lists);
	for (int i = 0; i < lists.n; i++)
		candidate_variants(&lists.at[i], &candidates);
	for (int i = 0; i < candidates.n; i++)
		answer_variants(p, &candidates.at[i], &answers);
	for (int i = 0; i < answers.n && out->n < DECISIONS; i++)
		body_add(out, &answers.at[i]);
	event_variants(p, &base, &scalars);
	for (int k = 1; k < scalars.n && k <= VARIANTS; k++)
		for (int i = 0; i < answers.n && i < PLAIN; i++) {
			struct entry x = answers.at[i];
			for (int f = 0; f < base.event->fields.n; f++)
				if (varies(base.event->fields.at[f]))
					x.fields[f] = scalars.at[k].fields[f];
			body_add(out, &x);
		}
	for (int i = 0; i < out->n; i++)
		out->at[i].decides = true;
}

/* Of the tickets that are open at once: the last, and the one before it. */
static int tickets_told(const struct policy *p)
{
	return p->decision->tickets < 2 ? p->decision->tickets : 2;
}

/* The two halves of a decision, for what comes between them. */
static void halves_of(const struct policy *p, const body_list *decisions, body_list *out)
{
	int stride = decisions->n > HALVES ? decisions->n / HALVES : 1;

	for (int i = 0; i < decisions->n; i += stride) {
		struct entry x = decisions->at[i].entries.at[0];
		x.kind = ENTRY_SETTLE;
		x.event = NULL;
		for (x.ticket = 0; (int)x.ticket < tickets_told(p); x.ticket++)
			body_add(out, &x);
		x = decisions->at[i].entries.at[0];
		x.kind = ENTRY_ASK;
		body_add(out, &x);
	}
}

/* ---- rounds ---- */

static const struct event *opener(const struct policy *p)
{
	if (p->carry)
		return p->carry->open;
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			return p->features.at[i]->on;
	return NULL;
}

static const struct event *closer(const struct policy *p)
{
	if (p->carry)
		return p->carry->close;
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			return p->features.at[i]->until;
	return NULL;
}

static uint64_t last_tag(const struct policy *p, const struct event *open)
{
	return (uint64_t)(p->carry ? p->carry->max - 1 : open->tag->type.hi);
}

/* A decision, then a request that opens and closes: what the model said rides along where it is carried. */
static void rounds_of(const struct policy *p, const body_list *decisions, body_list *out)
{
	const struct event *open = opener(p), *close = closer(p);
	entry_list opens = {0}, closes = {0};
	bool said = false;

	if (!open)
		return;
	for (int i = 0; i < p->models.n; i++)
		said |= p->models.at[i]->remembered;
	shapes_of(p, open, &opens);
	shapes_of(p, close, &closes);
	for (int i = 0; i < opens.n; i++)
		opens.at[i].fields[open->tag->index] = last_tag(p, open);
	for (int i = 0; i < closes.n; i++)
		closes.at[i].fields[close->tag->index] = last_tag(p, open);
	int before = !said || !decisions ? 0 : p->models.at[0]->classes ? p->models.at[0]->classes->names.n : 3;
	for (int d = 0; d <= before; d++) /* the first decision is unanswered */
		for (int i = 0; i < opens.n; i++)
			for (int k = 0; k < closes.n; k++) {
				if (i > 1 && k > 1 && opens.n * closes.n > VARIANTS) /* the first two go with all */
					continue;
				struct body *b = list_add(out);
				memset(b, 0, sizeof *b);
				if (d && decisions->n > d)
					*list_add(&b->entries) = decisions->at[d].entries.at[0];
				*list_add(&b->entries) = opens.at[i];
				*list_add(&b->entries) = closes.at[k];
			}
	for (int i = 0; i < opens.n; i++) {
		body_add(out, &opens.at[i]);
		out->at[out->n - 1].fresh = true;
	}
	for (int k = 0; k < closes.n; k++) {
		body_add(out, &closes.at[k]);
		out->at[out->n - 1].landing = true;
	}
}

static bool body_at_each_key(const struct body *b, struct body *each)
{
	const struct event *of = b->entries.at[0].event;

	*each = (struct body){0};
	if (!of || !of->key || of->key->type.key->max < 2 || of->key->type.key->max > KEYS_AT_ONCE || b->fresh ||
		b->landing)
		return false;
	for (int k = 0; k < of->key->type.key->max; k++)
		for (int e = 0; e < b->entries.n; e++) {
			struct entry *one = list_add(&each->entries);
			*one = b->entries.at[e];
			if (one->event == of)
				one->fields[of->key->index] = (uint64_t)k;
		}
	return true;
}

static bool of_every(const struct expr *e)
{
	return e && (e->op == EXPR_EVERY || of_every(e->a) || of_every(e->b) || of_every(e->c));
}

/* Where a guardrail asks for every key: what happens to the first, to each of them. */
static void each_key(const struct policy *p, body_list *of, body_list *out)
{
	bool every = false;

	for (int i = 0; i < p->guardrails.n; i++)
		every |= of_every(p->guardrails.at[i]->trip) || of_every(p->guardrails.at[i]->rearm);
	for (int i = 0, n = of->n; every && i < n; i++) {
		const struct event *e = of->at[i].entries.at[0].event;
		struct body each;
		if (e && e->key && !of->at[i].entries.at[0].fields[e->key->index] &&
			body_at_each_key(&of->at[i], &each))
			*list_add(out) = each;
	}
}

void bodies_of(const struct policy *p, body_list *decisions, body_list *rounds, body_list *rest)
{
	const struct event *open = opener(p), *close = closer(p);

	if (p->decision)
		decisions_of(p, decisions);
	rounds_of(p, p->decision ? decisions : NULL, rounds);
	for (int i = 0; i < p->hook->events.n; i++) {
		const struct event *e = p->hook->events.at[i];
		entry_list variants = {0};
		if (!policy_takes(p, e) || e == open || e == close || (p->decision && p->decision->on == e))
			continue;
		shapes_of(p, e, &variants);
		for (int k = 0; k < variants.n; k++)
			body_add(rest, &variants.at[k]);
	}
	each_key(p, rounds, rest);
	each_key(p, rest, rest);
	if (p->decision)
		halves_of(p, decisions, rest);
}

/* ---- every entry by itself ---- */

void entry_halves(const struct entry *e, entry_list *out)
{
	struct entry ask = *e, settle = {.kind = ENTRY_SETTLE, .answered = e->answered};

	if (e->kind != ENTRY_DECIDE && e->kind != ENTRY_ASK) {
		add_once(out, e);
		return;
	}
	ask.kind = ENTRY_ASK;
	ask.answered = false;
	memset(ask.answers, 0, sizeof ask.answers);
	add_once(out, &ask);
	if (e->kind == ENTRY_ASK)
		return;
	memcpy(settle.answers, e->answers, sizeof settle.answers);
	add_once(out, &settle);
}

static void asks_of(const struct policy *p, entry_list *out)
{
	entry_list shapes = {0};

	shapes_of(p, p->decision->on, &shapes);
	for (int i = 0; i < shapes.n; i++) {
		shapes.at[i].kind = ENTRY_ASK;
		add_once(out, &shapes.at[i]);
	}
}

static void tags_of(const struct policy *p, const struct event *e, const entry_list *variants, entry_list *out)
{
	num most = p->carry && p->carry->max - 1 < e->tag->type.hi ? p->carry->max - 1 : e->tag->type.hi;

	for (int i = 0; i < variants->n; i++)
		for (num tag = 0; tag <= most && tag < TAGS; tag++) {
			struct entry x = variants->at[i];
			x.fields[e->tag->index] = (uint64_t)tag;
			add_once(out, &x);
		}
}

static void sets_of(const struct tunable *t, entry_list *out)
{
	num step = t->type.hi - t->type.lo < VALUES ? 1 : (t->type.hi - t->type.lo) / (VALUES - 1);

	for (num x = t->type.lo; x <= t->type.hi; x += step)
		add_once(out, &(struct entry){.kind = ENTRY_SET, .tunable = t->index, .value = (uint64_t)x});
}

/* The operator sets a tunable to an end of its range. */
void settings_of(const struct policy *p, body_list *out)
{
	for (int i = 0; i < p->tunables.n; i++) {
		const struct type *type = &p->tunables.at[i]->type;
		for (int high = 0; high < 2; high++) {
			struct body one = {0};
			*list_add(&one.entries) = (struct entry){
				.kind = ENTRY_SET, .tunable = i, .value = (uint64_t)(high ? type->hi : type->lo)};
			*list_add(out) = one;
		}
	}
}

void answers_of(const struct policy *p, entry_list *out)
{
	body_list decisions = {0};

	if (p->decision)
		decisions_of(p, &decisions);
	for (int i = 0; i < decisions.n; i++) {
		struct entry settle = {.kind = ENTRY_SETTLE, .answered = decisions.at[i].entries.at[0].answered};
		memcpy(settle.answers, decisions.at[i].entries.at[0].answers, sizeof settle.answers);
		for (settle.ticket = 0; (int)settle.ticket < tickets_told(p); settle.ticket++)
			add_once(out, &settle);
	}
}

void entries_apart(const struct policy *p, entry_list *out)
{
	const struct event *open = opener(p), *close = closer(p);

	if (p->decision)
		asks_of(p, out);
	for (int i = 0; i < p->hook->events.n; i++) {
		const struct event *e = p->hook->events.at[i];
		entry_list variants = {0};
		if (!policy_takes(p, e) || (p->decision && p->decision->on == e))
			continue;
		shapes_of(p, e, &variants);
		if (e->tag && (e == open || e == close))
			tags_of(p, e, &variants, out);
		else
			for (int k = 0; k < variants.n; k++)
				add_once(out, &variants.at[k]);
	}
	answers_of(p, out);
	for (int i = 0; i < p->tunables.n; i++)
		sets_of(p->tunables.at[i], out);
}
