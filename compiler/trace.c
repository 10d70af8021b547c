/* Traces: runs of entries with repeat counts, shown in the words of a test block and played on a machine. */
#include "interp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a policy reads of an event ---- */

static bool expr_reads(const struct expr *e, const struct field *f)
{
	return e && (e->field == f || expr_reads(e->a, f) || expr_reads(e->b, f) || expr_reads(e->c, f));
}

static bool columns_read(const struct column *at, int n, const struct field *f)
{
	for (int i = 0; i < n; i++)
		if (expr_reads(at[i].value, f))
			return true;
	return false;
}

static bool decision_reads(const struct policy *p, const struct field *f)
{
	const struct decision *d = p->decision;

	if (d && expr_reads(d->need, f))
		return true;
	for (int i = 0; d && i < d->parts.n; i++)
		if (d->parts.at[i].list == f || expr_reads(d->parts.at[i].learned, f) ||
			expr_reads(d->parts.at[i].fallback, f))
			return true;
	for (int i = 0; i < p->models.n; i++) {
		const struct model *m = p->models.at[i];
		if (m->each == f)
			return true;
		for (int k = 0; k < m->inputs.n; k++)
			if (expr_reads(m->inputs.at[k].value, f))
				return true;
	}
	for (int i = 0; i < p->guarantees.n; i++)
		if (expr_reads(p->guarantees.at[i]->holds, f))
			return true;
	for (int i = 0; i < p->assumptions.n; i++)
		if (expr_reads(p->assumptions.at[i]->holds, f))
			return true;
	return false;
}

static bool keeps_per(const struct policy *p, const struct key *k)
{
	for (int i = 0; i < p->states.n; i++)
		if (p->states.at[i]->key == k)
			return true;
	for (int i = 0; i < p->guardrails.n; i++)
		if (p->guardrails.at[i]->key == k)
			return true;
	for (int i = 0; i < p->models.n; i++)
		if (p->models.at[i]->remembered)
			return true;
	return false;
}

static bool feature_reads(const struct feature *x, const struct field *f)
{
	return expr_reads(x->where, f) || expr_reads(x->among, f) || expr_reads(x->value, f) ||
		columns_read(x->columns.at, x->columns.n, f);
}

bool policy_reads(const struct policy *p, const struct field *f)
{
	if ((f->type.kind == TYPE_KEY && keeps_per(p, f->type.key)) || (f->type.kind == TYPE_TAG && p->carry))
		return true;
	for (int i = 0; i < p->features.n; i++)
		if (feature_reads(p->features.at[i], f))
			return true;
	return (p->carry && columns_read(p->carry->columns.at, p->carry->columns.n, f)) || decision_reads(p, f);
}

static bool carried(const struct expr *e, int column)
{
	return e &&
		((e->op == EXPR_CARRY && e->column == column) || carried(e->a, column) || carried(e->b, column) ||
			carried(e->c, column));
}

static bool feature_carries(const struct feature *x, int column)
{
	bool is = carried(x->where, column) || carried(x->among, column) || carried(x->value, column);

	for (int i = 0; i < x->columns.n; i++)
		is |= carried(x->columns.at[i].value, column);
	return is;
}

bool event_has_key(const struct event *e, const struct key *k)
{
	const struct field *key = e->follows ? e->follows->key : e->key;

	return key && key->type.key == k;
}

bool policy_mixes(const struct policy *p, const struct event *e, const struct field *f)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *x = p->features.at[i];
		bool reads = feature_reads(x, f);
		if (event_has_key(e, x->state->key))
			continue;
		for (int c = 0; p->carry && p->carry->open == e && c < p->carry->columns.n; c++)
			reads |= expr_reads(p->carry->columns.at[c].value, f) && feature_carries(x, c);
		if (reads)
			return true;
	}
	return false;
}

bool policy_takes(const struct policy *p, const struct event *e)
{
	if (e->tick || (p->decision && p->decision->on == e) ||
		(p->carry && (p->carry->open == e || p->carry->close == e)))
		return true;
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->on == e || p->features.at[i]->until == e)
			return true;
	return false;
}

/* ---- shown ---- */

static const struct type ns = {.kind = TYPE_INT, .unit = UNIT_TIME, .hi = NEVER};

/* As a test block has it: the field's name says what a number is of. */
static void show_field(FILE *f, const struct field *x, uint64_t bits)
{
	if (x->type.kind == TYPE_KEY || x->type.kind == TYPE_TAG || x->type.kind == TYPE_CANDIDATE)
		fprintf(f, " %s %" PRIu64, x->name, bits);
	else
		fprintf(f, " %s %s", x->name, show_value(&x->type, raw_value(&x->type, bits)));
}

static void show_list(FILE *f, const struct policy *p, const struct field *list, const struct entry *e)
{
	fprintf(f, " %s [", list->name);
	for (uint32_t i = 0; i < e->list_n && i < LIST_MAX; i++) {
		const char *comma = "";
		fprintf(f, "%s {", i ? "," : "");
		for (int r = 0; r < list->record.n; r++) {
			const struct field *x = list->record.at[r];
			if (!policy_reads(p, x))
				continue;
			fprintf(f, "%s", comma);
			show_field(f, x, e->list[i][r]);
			comma = ",";
		}
		fprintf(f, " }");
	}
	fprintf(f, " ]");
}

static void show_event(FILE *f, const struct policy *p, const struct entry *e)
{
	const char *comma = "";

	fprintf(f, "%s {", e->event->name);
	for (int i = 0; i < e->event->fields.n; i++) {
		const struct field *x = e->event->fields.at[i];
		if (!policy_reads(p, x) &&
			!(x == e->event->key && e->fields[i])) /* another key's may carry something else */
			continue;
		fprintf(f, "%s", comma);
		if (x->type.kind == TYPE_LIST)
			show_list(f, p, x, e);
		else
			show_field(f, x, e->fields[i]);
		comma = ",";
	}
	fprintf(f, " }");
}

static void show_answer(FILE *f, const struct model *m, int32_t a)
{
	bool is = !m->classes || (a >= 0 && a < m->classes->names.n);

	if (is)
		fprintf(f, "%s", show_value(&m->type, a));
	else
		fprintf(f, "%" PRId32, a);
}

static void show_answers(FILE *f, const struct policy *p, const struct entry *e)
{
	const struct model *m = p->models.n ? p->models.at[0] : NULL;

	if (!m || e->infer)
		return;
	fprintf(f, ", %s = ", m->name);
	if (!e->answered) {
		fprintf(f, "no answer");
		return;
	}
	if (!m->each) {
		show_answer(f, m, e->answers[0]);
		return;
	}
	for (uint32_t i = 0; i < e->list_n && i < LIST_MAX; i++) {
		fprintf(f, i ? ", " : "[");
		show_answer(f, m, e->answers[i]);
	}
	fprintf(f, e->list_n ? "]" : "[]");
}

static void show_settle(FILE *f, const struct policy *p, const struct entry *e)
{
	struct entry all = *e;

	all.list_n = p->models.n && p->models.at[0]->each ? (uint32_t)p->models.at[0]->each->max : 1;
	fprintf(f, "settle of the ticket");
	if (e->ticket)
		fprintf(f, " %" PRIu64 " before the last", e->ticket);
	show_answers(f, p, &all);
}

void show_entry(FILE *f, const struct policy *p, const struct entry *e)
{
	if (e->now)
		fprintf(f, "wait %s, ", show_value(&ns, (num)e->now));
	switch (e->kind) {
	case ENTRY_EVENT:
	case ENTRY_DECIDE:
		show_event(f, p, e);
		if (e->kind == ENTRY_DECIDE)
			show_answers(f, p, e);
		break;
	case ENTRY_ASK:
		fprintf(f, "ask ");
		show_event(f, p, e);
		break;
	case ENTRY_SETTLE:
		show_settle(f, p, e);
		break;
	case ENTRY_TICK:
		fprintf(f, "%s", e->event ? e->event->name : "tick");
		break;
	case ENTRY_SET: {
		const struct tunable *t = p->tunables.at[e->tunable];
		fprintf(f, "set %s = %s", t->name, show_value(&t->type, raw_value(&t->type, e->value)));
		break;
	}
	case ENTRY_SWAP:
		fprintf(f, "swap %s", p->models.at[e->model]->name);
		break;
	}
}

const char *show_trace(const struct policy *p, const struct trace *t)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int r = 0; r < t->runs.n; r++) {
		const struct run *run = &t->runs.at[r];
		for (int i = 0; i < run->body.n; i++) {
			if (i)
				fprintf(f, "          ");
			else
				fprintf(f, "%7" PRIu64 " x ", run->repeat);
			show_entry(f, p, &run->body.at[i]);
			fprintf(f, "\n");
		}
	}
	fclose(f);
	const char *shown = arena_strdup(text);
	free(text);
	return shown;
}

/* ---- played ---- */

uint64_t trace_ticket(const struct machine *m, const struct entry *e)
{
	return e->kind == ENTRY_SETTLE && m->asked > e->ticket ? m->asked - e->ticket : 0;
}

bool trace_replay(struct machine *m, const struct trace *t, step_fn *each, void *user)
{
	struct outcome out = {0}; /* not in the arena: searches play millions of traces */

	for (int r = 0; r < t->runs.n; r++) {
		const struct run *run = &t->runs.at[r];
		for (uint64_t k = 0; k < run->repeat; k++) {
			for (int i = 0; i < run->body.n; i++) {
				struct entry e = run->body.at[i];
				e.now += m->now;
				e.ticket = trace_ticket(m, &e);
				machine_step(m, &e, &out);
				if (each && !each(user, m, &e, &out))
					return false;
			}
		}
	}
	return true;
}
