/* A decision, as spec/language.md has it under "Decision": ask takes a ticket and says who is asked; settle lets
 * learned's choice through where it is lawful and nothing is tripped, and has the fallback choose elsewhere. */
#include "interp.h"

#include <string.h>

/* ---- guardrails that stand over a decision or a candidate ---- */

static bool acts_fallback(const struct guardrail *g)
{
	for (int i = 0; i < g->actions.n; i++)
		if (g->actions.at[i].kind == ACT_FALLBACK)
			return true;
	return false;
}

/* The first tripped guardrail in file order that stands over the decision (it has no key), if `decision`, or over the
 * candidate of the list (its record has a field of the guardrail's key), if there is a list. NULL: none. */
static struct rail *first_tripped(
	struct machine *m, const struct entry *in, bool decision, const struct field *list, int candidate)
{
	for (int i = 0; i < m->plan->p->guardrails.n; i++) {
		const struct guardrail *g = m->plan->p->guardrails.at[i];
		const struct field *f = g->key ? key_in_record(list, g->key) : NULL;
		struct rail *r = &m->rails[m->plan->rail[i]];
		if (!acts_fallback(g) || (g->key ? !f : !decision))
			continue;
		if (f)
			r += in->list[candidate][f->index];
		if (r->tripped)
			return r;
	}
	return NULL;
}

/* ---- ask ---- */

static bool live(const struct machine *m, const struct ticket *t, uint64_t now)
{
	return t->number && (num)(now - t->at) <= m->plan->p->decision->timeout;
}

/* Whether the vector of this candidate (0 where there is one vector) is to be asked now. */
static void ask_one(struct machine *m, struct ticket *t, const struct model *model, int i)
{
	struct rail *r = first_tripped(m, &t->entry, true, model->each, i);
	int every = model->probe ? model->probe : model->shadow;

	if (!r) {
		t->asked |= UINT32_C(1) << i;
	} else if (every && ++r->shadowed >= every) {
		r->shadowed = 0;
		t->asked |= UINT32_C(1) << i;
		if (model->probe)
			t->probed |= UINT32_C(1) << i;
	}
}

void step_ask(struct machine *m, const struct entry *in, struct outcome *out)
{
	const struct policy *p = m->plan->p;
	const struct model *model = p->models.n ? p->models.at[0] : NULL;
	struct view v = {.m = m, .in = in, .key = entry_key(m, in), .tag = -1, .candidate = -1};
	int slot = 0, vectors = !model ? 0 : model->each ? (int)in->list_n : 1;
	struct ticket *t;

	while (slot < p->decision->tickets && live(m, &m->tickets[slot], m->now))
		slot++;
	if (slot == p->decision->tickets) {
		m->tally.busy++;
		return;
	}
	t = &m->tickets[slot];
	*t = (struct ticket){.number = ++m->asked, .at = m->now, .entry = *in};
	for (int i = 0; i < vectors; i++) {
		ask_one(m, t, model, i);
		v.candidate = model->each ? i : -1;
		if (t->asked >> i & 1)
			vector_of(&v, model, out->vector[i]);
	}
	out->ticket = t->number;
	out->asked = t->asked;
}

/* ---- what the guarantees allow ---- */

/* Whether the guarantee's condition holds after the view's choice has been recorded. */
static bool allows(const struct view *v, const struct guarantee *g)
{
	const struct place *at = &v->m->plan->guarantee[g->index];
	bool holds = value_of(v, g->holds);

	if (g->kind == GUARANTEE_POINT)
		return holds;
	if (g->cmp == EXPR_LE)
		return !holds || room_left(v->m, g);
	if (g->kind == GUARANTEE_COUNT && (num)past_of(v->m, at, 0)->seen + 1 < g->events)
		return true;
	return (num)past_hits_but_oldest(v->m, at, 0) + holds >= g->limit;
}

static bool lawful(const struct view *v)
{
	const struct policy *p = v->m->plan->p;

	for (int i = 0; i < p->guarantees.n; i++)
		if (!allows(v, p->guarantees.at[i]))
			return false;
	return true;
}

/* ---- numbers: the interval that the guarantees leave, in steps of the grid ---- */

struct steps {
	num lo, hi; /* lo > hi: none */
};

static const struct steps nothing = {1, 0};

static num step_of(const struct part *part)
{
	return part->step > 0 ? part->step : 1;
}

static struct steps whole(const struct part *part)
{
	return (struct steps){0, (part->type.hi - part->type.lo) / step_of(part)};
}

static struct steps both(struct steps a, struct steps b)
{
	return (struct steps){a.lo > b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
}

static bool reads_choice(const struct expr *e)
{
	return e && (e->op == EXPR_CHOICE || reads_choice(e->a) || reads_choice(e->b) || reads_choice(e->c));
}

static bool at_step(const struct view *v, const struct part *part, const struct expr *e, num step)
{
	int64_t choice[8] = {(int64_t)(part->type.lo + step * step_of(part))};
	struct view there = *v;

	there.choice = choice;
	return value_of(&there, e);
}

/* A comparison is monotone in the choice (types saw to that), so where it holds is a stretch from one end of the
 * grid. */
static struct steps stretch(const struct view *v, const struct part *part, const struct expr *e, bool wanted)
{
	struct steps all = whole(part);
	bool low = at_step(v, part, e, all.lo) == wanted, high = at_step(v, part, e, all.hi) == wanted;
	num in = low ? all.lo : all.hi, out = low ? all.hi : all.lo;

	if (low == high)
		return low ? all : nothing;
	while (in - out > 1 || out - in > 1) {
		num middle = (in + out) / 2;
		if (at_step(v, part, e, middle) == wanted)
			in = middle;
		else
			out = middle;
	}
	return low ? (struct steps){all.lo, in} : (struct steps){in, all.hi};
}

/* The steps at which e is `wanted`. What is no interval, types has refused. */
static struct steps interval(const struct view *v, const struct part *part, const struct expr *e, bool wanted);

static struct steps either(
	const struct view *v, const struct part *part, const struct expr *a, bool wa, const struct expr *b, bool wb)
{
	if (reads_choice(a) && reads_choice(b)) {
		struct steps x = interval(v, part, a, wa), y = interval(v, part, b, wb);
		return x.lo > x.hi    ? y
			: y.lo > y.hi ? x
				      : (struct steps){x.lo < y.lo ? x.lo : y.lo, x.hi > y.hi ? x.hi : y.hi};
	}
	if (reads_choice(a))
		return !!value_of(v, b) == wb ? whole(part) : interval(v, part, a, wa);
	return !!value_of(v, a) == wa ? whole(part) : interval(v, part, b, wb);
}

static struct steps equal(const struct view *v, const struct part *part, const struct expr *e)
{
	struct expr le = *e, ge = *e;

	le.op = EXPR_LE;
	ge.op = EXPR_GE;
	return both(stretch(v, part, &le, true), stretch(v, part, &ge, true));
}

static struct steps interval(const struct view *v, const struct part *part, const struct expr *e, bool wanted)
{
	if (!reads_choice(e))
		return !!value_of(v, e) == wanted ? whole(part) : nothing;
	switch ((int)e->op) {
	case EXPR_NOT:
		return interval(v, part, e->a, !wanted);
	case EXPR_AND:
		return wanted ? both(interval(v, part, e->a, true), interval(v, part, e->b, true))
			      : either(v, part, e->a, false, e->b, false);
	case EXPR_OR:
		return wanted ? either(v, part, e->a, true, e->b, true)
			      : both(interval(v, part, e->a, false), interval(v, part, e->b, false));
	case EXPR_IMPLIES:
		return wanted ? either(v, part, e->a, false, e->b, true)
			      : both(interval(v, part, e->a, true), interval(v, part, e->b, false));
	case EXPR_IF:
		return interval(v, part, value_of(v, e->a) ? e->b : e->c, wanted);
	case EXPR_EQ:
	case EXPR_NE:
		return (e->op == EXPR_EQ) == wanted ? equal(v, part, e) : nothing;
	default:
		return stretch(v, part, e, wanted);
	}
}

/* `owed`: by guarantee, those that are; NULL: all. */
static struct steps allowed(const struct view *v, const struct part *part, const bool *owed)
{
	const struct policy *p = v->m->plan->p;
	struct steps s = whole(part);

	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		struct view counted = *v;
		int64_t zero[8] = {0};
		if (owed && !owed[i])
			continue;
		counted.choice = zero;
		if (g->kind == GUARANTEE_POINT)
			s = both(s, interval(&counted, part, g->holds, true));
		else if (g->cmp == EXPR_LE)
			s = room_left(v->m, g) ? s : both(s, interval(&counted, part, g->holds, false));
		else if (g->kind != GUARANTEE_COUNT ||
			(num)past_of(v->m, &v->m->plan->guarantee[i], 0)->seen + 1 >= g->events)
			s = (num)past_hits_but_oldest(v->m, &v->m->plan->guarantee[i], 0) >= g->limit
				? s
				: both(s, interval(&counted, part, g->holds, true));
	}
	return s;
}

bool number_left(const struct view *v, const struct part *part, const bool *owed)
{
	struct steps s = allowed(v, part, owed);

	return s.lo <= s.hi;
}

/* ---- the rules ---- */

static num on_grid(const struct part *part, num x)
{
	x = x < part->type.lo ? part->type.lo : x > part->type.hi ? part->type.hi : x;
	return part->type.lo + (x - part->type.lo) / step_of(part) * step_of(part);
}

/* One part by its rule; NONE, or what may stand in a record: a class, an element of the list, a number of the grid. */
static num by_rule(const struct view *v, const struct part *part, const struct expr *rule)
{
	num x = rule ? value_of(v, rule) : NONE;

	if (x == NONE)
		return NONE;
	switch (part->kind) {
	case PART_CLASS:
		return x >= 0 && x < part->symbols->names.n ? x : NONE;
	case PART_CANDIDATE:
		return x >= 0 && x < v->in->list_n ? x : NONE;
	case PART_NUMBER:
		return on_grid(part, x);
	}
	return NONE;
}

static bool by_rules(const struct view *v, bool learned, int64_t *choice)
{
	const struct decision *d = v->m->plan->p->decision;

	for (int i = 0; i < d->parts.n; i++) {
		const struct part *part = &d->parts.at[i];
		num x = by_rule(v, part, learned ? part->learned : part->fallback);
		if (x == NONE)
			return false;
		choice[i] = (int64_t)x;
	}
	return true;
}

/* The candidates whose choice is lawful, of those in `among`. */
static uint32_t lawful_among(const struct view *v)
{
	int64_t choice[8];
	struct view one = *v;
	uint32_t ok = 0;

	one.choice = choice;
	for (int i = 0; i < (int)v->in->list_n; i++) {
		choice[0] = i;
		if (v->among >> i & 1 && lawful(&one))
			ok |= UINT32_C(1) << i;
	}
	return ok;
}

/* `learned`, masked; false: it found nothing that it may choose. The view's `by` is learned, its `among` who takes
 * part. */
static bool learned(const struct view *v, int64_t *choice)
{
	const struct decision *d = v->m->plan->p->decision;
	const struct part *first = &d->parts.at[0];
	struct view masked = *v;
	struct steps s;

	if (d->parts.n == 1 && first->kind == PART_CANDIDATE) {
		masked.among = lawful_among(v);
		return by_rules(&masked, true, choice) && masked.among >> choice[0] & 1;
	}
	if (!by_rules(v, true, choice))
		return false;
	if (d->parts.n == 1 && first->kind == PART_NUMBER) {
		num step = (choice[0] - first->type.lo) / step_of(first);
		s = allowed(v, first, NULL);
		step = step < s.lo ? s.lo : step > s.hi ? s.hi : step;
		choice[0] = (int64_t)(first->type.lo + step * step_of(first));
		return s.lo <= s.hi;
	}
	for (int i = 0; i < d->parts.n; i++)
		if (d->parts.at[i].kind == PART_CANDIDATE && !(v->among >> choice[i] & 1))
			return false;
	masked.choice = choice;
	return lawful(&masked);
}

static const struct part *candidate_part(const struct decision *d)
{
	for (int i = 0; i < d->parts.n; i++)
		if (d->parts.at[i].kind == PART_CANDIDATE)
			return &d->parts.at[i];
	return NULL;
}

/* Who meets `need`: bits of candidates; without candidates bit 0 says whether a decision is taken. */
static uint32_t in_need(const struct view *v)
{
	const struct decision *d = v->m->plan->p->decision;
	int n = candidate_part(d) ? (int)v->in->list_n : 1;
	struct view one = *v;
	uint32_t meets = 0;

	for (int i = 0; i < n; i++) {
		one.candidate = i;
		if (!d->need || value_of(&one, d->need))
			meets |= UINT32_C(1) << i;
	}
	return meets;
}

/* ---- answers ---- */

static bool is_answer(const struct model *model, int32_t a)
{
	return model->classes ? a >= 0 && a < model->classes->names.n : a >= model->type.lo && a <= model->type.hi;
}

static bool is_answered(const struct policy *p, const struct ticket *t, const struct entry *in)
{
	if (!p->models.n)
		return true;
	if (!in->answered)
		return false;
	for (int i = 0; i < LIST_MAX; i++)
		if (t->asked >> i & 1 && !is_answer(p->models.at[0], in->answers[i]))
			return false;
	return true;
}

/* What each candidate's key was last said to be. */
static void remember(struct machine *m, const struct ticket *t, const struct entry *in)
{
	const struct policy *p = m->plan->p;
	const struct model *model = p->models.n ? p->models.at[0] : NULL;

	if (!model || !model->remembered)
		return;
	for (int i = 0; i < (model->each ? (int)t->entry.list_n : 1); i++) {
		const struct key *kind = m->plan->model_key[0];
		const struct field *f = model->each ? key_in_record(model->each, kind) : NULL;
		int key = f ? (int)t->entry.list[i][f->index] : 0;
		bool said = in->answered && t->asked >> i & 1 && is_answer(model, in->answers[i]);
		m->said[m->plan->said[0] + key] = said ? in->answers[i] : -1;
	}
}

/* ---- recording, and the judgement over all decisions ever taken ---- */

static bool assumed(const struct machine *m, const struct guarantee *g, size_t from)
{
	for (int i = 0; i < g->under.n; i++)
		if (m->log.clean_from[g->under.at[i]->index] > from)
			return false;
	return true;
}

size_t window_start(const struct log *l, const struct guarantee *g, size_t last, uint64_t now)
{
	size_t from = last;

	if (g->kind == GUARANTEE_COUNT)
		return (num)last + 1 > g->events ? last + 1 - (size_t)g->events : 0;
	while (g->kind == GUARANTEE_COUNT_TIME && from > 0 && (num)(now - l->time[from - 1]) <= g->span)
		from--;
	return from;
}

/* Whether the guarantee is broken by the decisions of the log, the last of which is new. */
static bool broken(const struct machine *m, const struct guarantee *g, bool holds)
{
	const struct log *l = &m->log;
	size_t n = (size_t)m->plan->p->guarantees.n, from = window_start(l, g, l->n - 1, l->time[l->n - 1]);
	uint64_t counted;

	if (!assumed(m, g, from))
		return false;
	if (g->kind == GUARANTEE_POINT)
		return !holds;
	counted =
		l->total[(l->n - 1) * n + (size_t)g->index] - (from ? l->total[(from - 1) * n + (size_t)g->index] : 0);
	if (g->cmp == EXPR_LE)
		return (num)counted > g->limit;
	return (num)(l->n - from) >= g->events && (num)counted < g->limit;
}

static void record(struct machine *m, const struct view *v, struct outcome *out)
{
	const struct policy *p = m->plan->p;
	bool holds[p->guarantees.n + 1], assumes[p->assumptions.n + 1];

	for (int i = 0; i < p->guarantees.n; i++)
		holds[i] = value_of(v, p->guarantees.at[i]->holds);
	for (int i = 0; i < p->assumptions.n; i++)
		assumes[i] = value_of(v, p->assumptions.at[i]->holds);

	log_add(&m->log, p->guarantees.n, m->now, holds);
	for (int i = 0; i < p->assumptions.n; i++)
		if (!assumes[i])
			m->log.clean_from[i] = m->log.n;
	for (int i = p->guarantees.n - 1; i >= 0; i--) {
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			past_enter(m, &m->plan->guarantee[i], 0, holds[i], (num[]){0});
		if (broken(m, p->guarantees.at[i], holds[i]))
			out->broken = i;
	}
}

/* ---- settle ---- */

/* Decides; false: there is nobody to choose. */
static bool choose(
	struct machine *m, struct view *v, const struct ticket *t, const struct entry *in, struct outcome *out)
{
	const struct decision *d = m->plan->p->decision;
	const struct part *one_of = candidate_part(d);
	bool answered = is_answered(m->plan->p, t, in);
	int64_t theirs[8] = {0};
	bool found, probed = false, tripped;
	int at = 0;

	v->among = in_need(v);
	if (!v->among)
		return false;
	v->by = BY_LEARNED;
	found = answered && learned(v, theirs);
	if (found) {
		at = one_of ? (int)theirs[one_of - d->parts.at] : 0;
		probed = t->probed >> (one_of && m->plan->p->models.n && m->plan->p->models.at[0]->each ? at : 0) & 1;
	}
	tripped = !probed && first_tripped(m, v->in, true, NULL, 0);
	if (found && !tripped && (probed || !one_of || !first_tripped(m, v->in, false, one_of->list, at))) {
		out->by = BY_LEARNED;
		memcpy(out->choice, theirs, sizeof theirs);
		return true;
	}
	out->by = v->by = tripped ? BY_FALLBACK : BY_SHIELD;
	memset(theirs, 0, sizeof theirs);
	out->unfit = !by_rules(v, false, theirs) || (one_of && !(v->among >> theirs[one_of - d->parts.at] & 1));
	if (!out->unfit)
		memcpy(out->choice, theirs, sizeof theirs);
	return !out->unfit;
}

void step_settle(struct machine *m, const struct entry *in, struct outcome *out)
{
	uint64_t now = in->now > m->now ? in->now : m->now;
	struct ticket *t = NULL;
	struct view v = {.m = m, .tag = -1, .candidate = -1, .answers = in->answers};

	for (int i = 0; m->plan->p->decision && i < m->plan->p->decision->tickets; i++)
		if (in->ticket && m->tickets[i].number == in->ticket && live(m, &m->tickets[i], now))
			t = &m->tickets[i];
	if (!t) {
		out->refused = true;
		out->by = BY_PASS;
		m->tally.stale++;
		m->tally.by[BY_PASS]++;
		return;
	}
	m->now = now;
	step_guardrails(m, NULL, 0, out);
	v.in = &t->entry;
	v.key = entry_key(m, &t->entry);
	v.asked = t->asked;
	if (choose(m, &v, t, in, out)) {
		v.by = out->by;
		v.choice = out->choice;
		record(m, &v, out);
	} else {
		out->by = BY_PASS;
		m->tally.exhausted++;
	}
	m->tally.by[out->by]++;
	remember(m, t, in);
	t->number = 0;
}

/* Whether what `learned` would choose here, if neither `need` nor a guarantee stood in its way, would break g. */
bool unmasked_breaks(const struct machine *before, const struct entry *in, const struct guarantee *g)
{
	struct machine *m = machine_copy(before);
	struct outcome out = {0};
	struct entry ask = *in;
	int64_t choice[8] = {0};
	struct view v = {
		.m = m, .tag = -1, .candidate = -1, .among = UINT32_MAX, .by = BY_LEARNED, .answers = in->answers};
	bool breaks = false;

	ask.kind = ENTRY_ASK;
	machine_step(m, &ask, &out);
	step_guardrails(m, NULL, 0, &out);
	for (int i = 0; out.ticket && i < m->plan->p->decision->tickets; i++) {
		const struct ticket *t = &m->tickets[i];
		if (t->number != out.ticket || !is_answered(m->plan->p, t, in))
			continue;
		v.in = &t->entry;
		v.key = entry_key(m, &t->entry);
		v.asked = t->asked;
		v.choice = choice;
		breaks = by_rules(&v, true, choice) && !allows(&v, g);
	}
	machine_free(m);
	return breaks;
}
