/* A machine's state, as a number to compare by and as text to read. */
#include "interp.h"

#include <inttypes.h>
#include <string.h>

/* ---- hash: equal for states that no further entries can tell apart ---- */

static void mix(uint64_t *h, num x)
{
	for (int half = 0; half < 2; half++) {
		*h ^= (uint64_t)(x >> 64 * half);
		*h *= UINT64_C(0x9e3779b97f4a7c15);
		*h ^= *h >> 29;
	}
}

/* Time since `then`, as far as the policy can tell. */
static void mix_age(uint64_t *h, const struct machine *m, uint64_t then, num cap)
{
	num age = (num)(m->now - then);

	mix(h, age > cap ? cap : age);
}

static void mix_buckets(uint64_t *h, const struct machine *m, const struct place *at, const struct past *w)
{
	for (int age = 0; age < w->buckets; age++) {
		for (int i = 0; i < w->buckets; i++) {
			const struct bucket *b = past_bucket(w, at, i);
			if (!b->seen || b->index + (uint64_t)age != m->now / at->bucket_ns)
				continue;
			mix(h, age);
			mix(h, b->seen);
			mix(h, b->hits);
			mix(h, b->sum);
			mix(h, b->min);
			mix(h, b->max);
		}
	}
	if (at->buckets)
		mix(h, m->now % at->bucket_ns);
}

/* A window, oldest first; of all that was seen, as much as `after` can tell. */
static void mix_window(
	uint64_t *h, const struct machine *m, const struct place *at, int key, num after, uint64_t age_cap)
{
	const struct past *w = past_of(m, at, key);

	if (past_nothing(w)) { /* of most keys of many */
		mix(h, 0);
		return;
	}
	mix(h, (num)w->seen > after ? after : (num)w->seen);
	mix(h, w->fill);
	for (int i = 0; i < w->fill; i++) {
		int slot = (w->next + at->slots - w->fill + i) % at->slots;
		mix(h, past_hit(w, at, slot));
		for (int c = 0; c < at->width; c++)
			mix(h, past_values(w, at, slot)[c]);
	}
	mix_buckets(h, m, at, w);
	mix(h, w->value);
	mix(h, w->set);
	if (w->set)
		mix_age(h, m, w->time, age_cap);
}

static void mix_rails(uint64_t *h, const struct machine *m, const struct guardrail *g)
{
	for (int k = 0; k < keys_of(g->key); k++) {
		const struct rail *r = &m->rails[m->plan->rail[g->index] + k];
		num cap = (num)m->plan->trip_cap[g->index];
		if (!r->ever_tripped && !r->shadowed) {
			mix(h, 0);
			continue;
		}
		mix(h, r->tripped);
		mix(h, r->ever_tripped);
		mix(h, r->ever_rearmed);
		mix(h, r->shadowed);
		if (r->ever_tripped)
			mix_age(h, m, r->tripped_at, r->tripped && g->hold > cap ? g->hold : cap);
		if (r->ever_rearmed)
			mix_age(h, m, r->rearmed_at, g->every);
	}
}

static void mix_tags(uint64_t *h, const struct machine *m)
{
	mix(h, m->opened_n);
	for (int t = 0; m->opened_n && t < m->plan->tags; t++) {
		mix(h, m->tags[t].open);
		if (!m->tags[t].open)
			continue;
		mix(h, m->tags[t].key);
		for (int c = 0; c < m->plan->tag_width; c++)
			mix(h, m->rides[t * m->plan->tag_width + c]);
	}
}

static void mix_ticket(uint64_t *h, const struct machine *m, const struct ticket *t)
{
	const struct event *e = m->plan->p->decision->on;

	mix(h, m->asked - t->number);
	mix_age(h, m, t->at, m->plan->p->decision->timeout);
	mix(h, t->asked);
	mix(h, t->probed);
	mix(h, t->entry.list_n);
	for (int i = 0; i < e->fields.n; i++) {
		const struct field *f = e->fields.at[i];
		if (f->type.kind != TYPE_LIST)
			mix(h, t->entry.fields[i]);
		for (uint32_t c = 0; f->type.kind == TYPE_LIST && c < t->entry.list_n; c++)
			for (int r = 0; r < f->record.n; r++)
				mix(h, t->entry.list[c][r]);
	}
}

/* Those that are live, oldest first: in which slot one lies means nothing. */
static void mix_tickets(uint64_t *h, const struct machine *m)
{
	const struct decision *d = m->plan->p->decision;
	uint64_t last = 0;

	for (;;) {
		const struct ticket *next = NULL;
		for (int i = 0; d && i < d->tickets; i++) {
			const struct ticket *t = &m->tickets[i];
			bool live = t->number > last && (num)(m->now - t->at) <= d->timeout;
			if (live && (!next || t->number < next->number))
				next = t;
		}
		if (!next)
			return;
		mix_ticket(h, m, next);
		last = next->number;
	}
}

/* The part of the log that a later decision can still be judged by. */
static void mix_log(uint64_t *h, const struct machine *m)
{
	for (int i = 0; i < m->plan->p->guarantees.n; i++) {
		const struct guarantee *g = m->plan->p->guarantees.at[i];
		mix_window(h, m, &m->plan->guarantee[i], 0, g->events, 0);
		for (int a = 0; a < g->under.n; a++) {
			num clean = (num)(m->log.n - m->log.clean_from[g->under.at[a]->index]);
			mix(h, clean > g->events ? g->events : clean);
		}
	}
}

uint64_t machine_hash(const struct machine *m)
{
	const struct plan *plan = m->plan;
	const struct policy *p = plan->p;
	uint64_t h = UINT64_C(0x243f6a8885a308d3);

	for (int i = 0; i < p->tunables.n; i++)
		mix(&h, m->tunables[i]);
	for (int i = 0; i < p->features.n; i++)
		for (int k = 0; k < keys_of(p->features.at[i]->state->key); k++)
			mix_window(&h, m, &plan->feature[i], k, p->features.at[i]->after, plan->age_cap[i]);
	for (int i = 0; i < p->guardrails.n; i++)
		mix_rails(&h, m, p->guardrails.at[i]);
	for (size_t i = 0; i < plan->saids; i++)
		mix(&h, m->said[i]);
	mix_tags(&h, m);
	mix_tickets(&h, m);
	mix_log(&h, m);
	return h;
}

/* ---- dump: the state in the policy's words; what is as at init is left out ---- */

static const struct type ns = {.kind = TYPE_INT, .unit = UNIT_TIME, .lo = 0, .hi = NEVER};

static const char *age(const struct machine *m, uint64_t then)
{
	return show_value(&ns, (num)(m->now - then));
}

static void of_key(FILE *f, const char *name, const struct key *k, int key)
{
	fprintf(f, k ? "  %s[%s %d]" : "  %s", name, k ? k->name : "", key);
}

static void dump_last(FILE *out, const struct machine *m, const struct feature *f, int key)
{
	const struct place *at = &m->plan->feature[f->index];

	for (int s = 0; s < past_of(m, at, key)->fill; s++) {
		fprintf(out, "%s(", s ? ", " : " = newest first ");
		for (int c = 0; c < f->columns.n; c++)
			fprintf(out, "%s%s", c ? ", " : "",
				show_value(&f->columns.at[c].value->type, past_slot(m, at, key, s, c)));
		fprintf(out, ")");
	}
}

static void dump_feature(FILE *out, const struct machine *m, const struct feature *f, int key)
{
	const struct place *at = &m->plan->feature[f->index];
	struct view v = {.m = m, .key = key, .tag = -1, .candidate = -1};
	const struct past *w = past_of(m, at, key);

	if (!w->seen && !w->value)
		return;
	of_key(out, f->name, f->state->key, key);
	if (f->kind == FEATURE_LAST)
		dump_last(out, m, f, key);
	else if (f->kind == FEATURE_SHARE)
		fprintf(out, " = %" PRIu64 " of %" PRIu64, past_hits(m, at, key), past_seen(m, at, key));
	else
		fprintf(out, " = %s", show_value(&f->type, value_of_feature(&v, f, key)));
	fprintf(out, "%s\n", feature_active(m, f, key) ? "" : " (not active yet)");
}

static void dump_rail(FILE *out, const struct machine *m, const struct guardrail *g, int key)
{
	const struct rail *r = &m->rails[m->plan->rail[g->index] + key];

	if (!r->ever_tripped)
		return;
	of_key(out, g->name, g->key, key);
	fprintf(out, ": %s, last trip %s ago", r->tripped ? "tripped" : "armed", age(m, r->tripped_at));
	if (r->ever_rearmed)
		fprintf(out, ", last rearm %s ago", age(m, r->rearmed_at));
	fprintf(out, "\n");
}

static void dump_log(FILE *out, const struct machine *m, const struct guarantee *g)
{
	const struct place *at = &m->plan->guarantee[g->index];
	char limit[64];

	if (g->kind == GUARANTEE_POINT)
		return;
	snprintf(limit, sizeof limit, "%s %lld", g->cmp == EXPR_LE ? "at most" : "at least", (long long)g->limit);
	if (g->kind == GUARANTEE_COUNT)
		fprintf(out, "  %s: %" PRIu64 " of the last %" PRIu64 " decisions, %s of %lld\n", g->name,
			past_hits(m, at, 0), past_seen(m, at, 0), limit, (long long)g->events);
	else
		fprintf(out, "  %s: %" PRIu64 " decisions, %s in %s\n", g->name, past_hits(m, at, 0), limit,
			show_value(&ns, g->span));
}

static void dump_decisions(FILE *out, const struct machine *m)
{
	const struct policy *p = m->plan->p;

	for (int i = 0; i < p->models.n; i++) {
		const struct model *model = p->models.at[i];
		for (int k = 0; model->remembered && k < keys_of(m->plan->model_key[i]); k++) {
			int32_t said = m->said[m->plan->said[i] + k];
			if (said < 0)
				continue;
			of_key(out, model->name, m->plan->model_key[i], k);
			fprintf(out, " said %s\n", show_value(&model->type, said));
		}
	}
	for (int i = 0; p->decision && i < p->decision->tickets; i++)
		if (m->tickets[i].number)
			fprintf(out, "  ticket %" PRIu64 ": asked %s ago\n", m->tickets[i].number,
				age(m, m->tickets[i].at));
	for (int i = 0; i < p->guarantees.n; i++)
		dump_log(out, m, p->guarantees.at[i]);
}

void machine_dump(const struct machine *m, FILE *out)
{
	const struct policy *p = m->plan->p;

	fprintf(out, "%s, clock at %s\n", p->name, show_value(&ns, m->now));
	for (int i = 0; i < p->tunables.n; i++)
		fprintf(out, "  %s = %s\n", p->tunables.at[i]->name,
			show_value(&p->tunables.at[i]->type, tunable_in_force(m, p->tunables.at[i])));
	for (int i = 0; i < p->features.n; i++)
		for (int k = 0; k < keys_of(p->features.at[i]->state->key); k++)
			dump_feature(out, m, p->features.at[i], k);
	for (int i = 0; i < p->guardrails.n; i++)
		for (int k = 0; k < keys_of(p->guardrails.at[i]->key); k++)
			dump_rail(out, m, p->guardrails.at[i], k);
	if (m->opened_n)
		fprintf(out, "  %d of %s under way\n", m->opened_n, m->plan->open->name);
	dump_decisions(out, m);
}
