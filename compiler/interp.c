/* The reference interpreter: the entries of a policy, as spec/language.md has them under "Meaning", step by step:
 * check, time, features, guardrails. Decisions are in interp_decide.c. */
#include "interp.h"

#include <string.h>

/* ---- 1. check ---- */

static bool in_range(const struct type *t, uint64_t bits, const struct entry *in)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return bits <= 1;
	case TYPE_CLASS:
		return bits < (uint64_t)t->symbols->names.n;
	case TYPE_KEY:
		return bits < (uint64_t)t->key->max;
	case TYPE_CANDIDATE:
		return bits < in->list_n;
	case TYPE_INT:
	case TYPE_TAG:
		return raw_value(t, bits) >= t->lo && raw_value(t, bits) <= t->hi;
	case TYPE_LIST:
	case TYPE_SHARE:
	case TYPE_SOURCE:
		break;
	}
	return true;
}

static bool list_in_range(const struct field *list, const struct entry *in)
{
	if (in->list_n > (uint32_t)list->max)
		return false;
	for (uint32_t i = 0; i < in->list_n; i++)
		for (int r = 0; r < list->record.n; r++)
			if (!in_range(&list->record.at[r]->type, in->list[i][r], in))
				return false;
	return true;
}

static bool well_formed(const struct plan *plan, const struct entry *in)
{
	const struct event *e = in->event;

	for (int i = 0; i < e->fields.n; i++) {
		const struct field *f = e->fields.at[i];
		if (f->type.kind == TYPE_LIST ? !list_in_range(f, in) : !in_range(&f->type, in->fields[i], in))
			return false;
	}
	if (plan->open && (e == plan->open || e == plan->close))
		return in->fields[e->tag->index] < (uint64_t)plan->tags;
	return true;
}

bool step_check(struct machine *m, const struct entry *in)
{
	const struct plan *plan = m->plan;

	if (!well_formed(plan, in)) {
		m->tally.malformed++;
		return false;
	}
	if (plan->open && in->event == plan->open && m->tags[in->fields[in->event->tag->index]].open) {
		m->tally.reopened++;
		return false;
	}
	if (plan->open && in->event == plan->close && !m->tags[in->fields[in->event->tag->index]].open) {
		m->tally.orphan++;
		return false;
	}
	return true;
}

/* ---- 3. features: first what every one of them takes from the event, all in the old state, then the new state ---- */

struct take {
	bool enters;   /* the event is of the feature's clock and passes its filter */
	bool restarts; /* SINCE */
	bool hit;
	num values[16];
};

/* `where` says what hits where hits are counted, and how long for HELD; elsewhere what enters. */
static bool where_hits(const struct feature *f)
{
	return f->kind == FEATURE_COUNT || f->kind == FEATURE_SHARE || f->kind == FEATURE_RATE ||
		f->kind == FEATURE_HELD;
}

static void take(const struct view *v, const struct feature *f, struct take *t)
{
	bool where = true;

	memset(t, 0, sizeof *t);
	if (f->kind == FEATURE_SINCE) {
		t->restarts = v->in->event == f->until && (!f->where || value_of(v, f->where));
		t->enters = v->in->event == f->on && !t->restarts;
		return;
	}
	if (v->in->event != f->on || (f->among && !value_of(v, f->among)))
		return;
	if (f->where)
		where = value_of(v, f->where);
	t->enters = where || where_hits(f);
	t->hit = where;
	if (!t->enters)
		return;
	if (f->value)
		t->values[0] = value_of(v, f->value);
	else if (f->kind == FEATURE_IN_FLIGHT)
		t->values[0] = 1;
	for (int c = 0; c < f->columns.n; c++)
		t->values[c] = value_of(v, f->columns.at[c].value);
}

/* m + (x - m) / 2^k, in 16 fraction bits */
static void exp_mean(struct past *w, const struct feature *f, num x)
{
	w->value = w->set ? w->value + floor_div(x * 65536 - w->value, (num)1 << f->shift) : x * 65536;
	w->set = true;
}

static void held(struct past *w, uint64_t now, bool is)
{
	if (is && !w->set)
		w->time = now;
	w->set = is;
}

static void since(struct past *w, const struct take *t)
{
	if (t->restarts)
		w->value = 0;
	else if (t->enters && w->value < UINT32_MAX)
		w->value++;
}

static void learn(struct machine *m, const struct feature *f, int key, const struct take *t)
{
	const struct place *at = &m->plan->feature[f->index];
	struct past *w;

	if (!t->enters && !t->restarts)
		return;
	w = past_own(m, at, key);
	if (f->kind == FEATURE_SINCE)
		since(w, t);
	if (!t->enters)
		return;
	past_enter(m, at, key, t->hit, t->values);
	if (f->kind == FEATURE_EXP_MEAN)
		exp_mean(w, f, t->values[0]);
	if (f->kind == FEATURE_HELD)
		held(w, m->now, t->hit);
	if (f->kind == FEATURE_AGE) {
		w->set = true;
		w->time = m->now;
	}
}

static void open_tag(struct machine *m, int tag, int key, const struct take *takes, const num *carried)
{
	const struct plan *plan = m->plan;
	const struct policy *p = plan->p;
	num *rides = &m->rides[tag * plan->tag_width];

	m->tags[tag] = (struct tag){.open = true, .key = key};
	for (int i = 0; i < p->features.n; i++)
		if (plan->amount[i] >= 0)
			rides[plan->amount[i]] = takes[i].values[0];
	for (int c = 0; p->carry && c < p->carry->columns.n; c++)
		rides[plan->carried + c] = carried[c];
	m->opened[m->opened_n++] = tag;
}

static void close_tag(struct machine *m, int tag)
{
	int i = 0;

	m->tags[tag].open = false;
	while (m->opened[i] != tag)
		i++;
	m->opened_n--;
	memmove(&m->opened[i], &m->opened[i + 1], (size_t)(m->opened_n - i) * sizeof *m->opened);
}

void step_features(struct machine *m, const struct entry *in)
{
	const struct plan *plan = m->plan;
	const struct policy *p = plan->p;
	const struct key *kind = entry_key_kind(plan, in->event);
	int tag = in->event->tag && plan->open ? (int)in->fields[in->event->tag->index] : -1;
	struct view v = {.m = m,
		.in = in,
		.key = entry_key(m, in),
		.candidate = -1,
		.among = UINT32_MAX,
		.tag = in->event == plan->close ? tag : -1};
	struct take takes[p->features.n + 1];
	num carried[16] = {0};

	for (int i = 0; i < p->features.n; i++)
		take(&v, p->features.at[i], &takes[i]);
	for (int c = 0; p->carry && in->event == p->carry->open && c < p->carry->columns.n; c++)
		carried[c] = value_of(&v, p->carry->columns.at[c].value);

	for (int i = 0; i < p->features.n; i++) {
		const struct key *kept = p->features.at[i]->state->key;
		if (!kept || kept == kind)
			learn(m, p->features.at[i], kept ? v.key : 0, &takes[i]);
	}
	if (plan->open && in->event == plan->open)
		open_tag(m, tag, v.key, takes, carried);
	if (plan->open && in->event == plan->close)
		close_tag(m, tag);
}

/* ---- 4. guardrails ---- */

static void moved(struct machine *m, const struct guardrail *g, int key, bool tripped, struct outcome *out)
{
	if (m->moves_n < MOVES_MAX)
		m->moves[m->moves_n++] = (struct move){.guardrail = g->index, .key = key, .tripped = tripped};
	if (tripped) {
		out->tripped |= UINT32_C(1) << g->index;
		m->tally.trips[g->index]++;
	} else {
		out->rearmed |= UINT32_C(1) << g->index;
		m->tally.rearms[g->index]++;
	}
	for (int i = 0; i < m->plan->p->features.n; i++) {
		const struct feature *f = m->plan->p->features.at[i];
		if (f->state->key == g->key && (tripped ? f->reset_on_trip : f->reset_on_rearm) &&
			(reads_feature(g->trip, f) || reads_feature(g->rearm, f)))
			past_reset(m, &m->plan->feature[i], key);
	}
}

static void guardrail(struct machine *m, const struct guardrail *g, int key, struct outcome *out)
{
	struct rail *r = &m->rails[m->plan->rail[g->index] + key];
	struct view v = {.m = m, .key = key, .tag = -1, .candidate = -1};

	if (!r->tripped) {
		if (!value_of(&v, g->trip))
			return;
		r->tripped = r->ever_tripped = true;
		r->tripped_at = m->now;
		moved(m, g, key, true, out);
	} else if (!g->latch && (!g->rearm || value_of(&v, g->rearm)) && (num)(m->now - r->tripped_at) >= g->hold &&
		(!r->ever_rearmed || (num)(m->now - r->rearmed_at) >= g->every)) {
		r->tripped = false;
		r->ever_rearmed = true;
		r->rearmed_at = m->now;
		moved(m, g, key, false, out);
	}
}

void step_guardrails(struct machine *m, const struct key *kind, int key, struct outcome *out)
{
	for (int i = 0; i < m->plan->p->guardrails.n; i++) {
		const struct guardrail *g = m->plan->p->guardrails.at[i];
		if (!g->key || g->key == kind)
			guardrail(m, g, g->key ? key : 0, out);
	}
}

/* ---- the entries ---- */

/* Steps 1 to 4. */
static bool event(struct machine *m, const struct entry *in, struct outcome *out)
{
	const struct key *kind = entry_key_kind(m->plan, in->event);
	int key;

	out->refused = !step_check(m, in);
	if (out->refused)
		return false;
	key = entry_key(m, in);
	m->now = in->now > m->now ? in->now : m->now;
	step_features(m, in);
	step_guardrails(m, kind, key, out);
	return true;
}

static void pass(struct machine *m, struct outcome *out)
{
	out->by = BY_PASS;
	m->tally.by[BY_PASS]++;
}

static void decide(struct machine *m, const struct entry *in, struct outcome *out)
{
	struct entry answer = *in;

	if (!event(m, in, out)) {
		pass(m, out);
		return;
	}
	step_ask(m, in, out);
	if (!out->ticket) {
		pass(m, out);
		return;
	}
	if (in->kind == ENTRY_ASK)
		return;
	answer.ticket = out->ticket;
	if (in->infer && m->plan->p->models.n) {
		answer.answered = true;
		for (int i = 0; i < LIST_MAX; i++)
			if (out->asked >> i & 1)
				answer.answers[i] = model_infer(m->plan->p->models.at[0], out->vector[i]);
	}
	step_settle(m, &answer, out);
}

static void set(struct machine *m, const struct entry *in, struct outcome *out)
{
	const struct type *t = &m->plan->p->tunables.at[in->tunable]->type;

	out->refused = !in_range(t, in->value, in);
	if (out->refused)
		m->tally.malformed++;
	else
		m->tunables[in->tunable] = raw_value(t, in->value);
}

static const struct event *tick_of(const struct policy *p)
{
	for (int i = 0; i < p->hook->events.n; i++)
		if (p->hook->events.at[i]->tick)
			return p->hook->events.at[i];
	return NULL;
}

void machine_step(struct machine *m, const struct entry *in, struct outcome *out)
{
	const struct policy *p = m->plan->p;
	struct entry e = *in;

	out->refused = out->unfit = false;
	out->ticket = out->asked = out->tripped = out->rearmed = 0;
	out->by = BY_PASS;
	out->broken = -1;
	memset(out->choice, 0, sizeof out->choice);
	m->moves_n = 0;

	if (e.kind == ENTRY_TICK && !e.event)
		e.event = tick_of(p);
	if ((e.kind == ENTRY_ASK || e.kind == ENTRY_DECIDE) && !e.event)
		e.event = p->decision->on;
	if ((e.kind == ENTRY_EVENT || e.kind == ENTRY_TICK) && p->decision && e.event == p->decision->on)
		e.kind = ENTRY_DECIDE; /* it has no other entry */
	switch (e.kind) {
	case ENTRY_EVENT:
	case ENTRY_TICK:
		event(m, &e, out);
		break;
	case ENTRY_ASK:
	case ENTRY_DECIDE:
		decide(m, &e, out);
		break;
	case ENTRY_SETTLE:
		step_settle(m, &e, out);
		break;
	case ENTRY_SET:
		set(m, &e, out);
		break;
	case ENTRY_SWAP:
		m->tally.swaps++;
		break;
	}
}
