/* `ldosc dump`: the typed policy, line by line, in the file's order. What the types added is shown too. */
#include "front.h"

#include <string.h>

static const char *const kinds[] = {
#define FEATURE(id, word, header) [FEATURE_##id] = word,
#include "features.def"
#undef FEATURE
};

static void print_expr(FILE *out, const char *label, const struct expr *e)
{
	if (e)
		fprintf(out, "    %-8s %s    # %s\n", label, show_typed(e), show_range(&e->type));
}

static const char *show_time(num ns)
{
	struct type t = type_int(UNIT_TIME, 0, ns);
	return show_value(&t, ns);
}

static void dump_field(FILE *out, const struct field *f, int indent)
{
	fprintf(out, "%*s%s : %s%s\n", indent, "", f->name,
		f->type.kind == TYPE_LIST ? arena_printf("at most %d of", f->max) : show_range(&f->type),
		f->measurement ? "    # measurement" : "");
	for (int i = 0; i < f->record.n; i++)
		dump_field(out, f->record.at[i], indent + 2);
}

static void dump_hook(FILE *out, const struct hook *h)
{
	fprintf(out, "hook %s\n", h->name);
	for (int i = 0; i < h->keys.n; i++)
		fprintf(out, "  key %s max %d\n", h->keys.at[i]->name, h->keys.at[i]->max);
	for (int i = 0; i < h->events.n; i++) {
		const struct event *e = h->events.at[i];
		if (e->tick) {
			fprintf(out, "  tick %s every %s\n", e->name, show_time(e->grain));
			continue;
		}
		fprintf(out, "  event %s", e->name);
		if (e->follows)
			fprintf(out, " follows %s%s", e->follows->name, e->by_tag ? " by tag" : "");
		fprintf(out, " in %s", e->context);
		if (event_key(e))
			fprintf(out, ", of a %s", event_key(e)->name);
		fputc('\n', out);
		for (int j = 0; j < e->fields.n; j++)
			dump_field(out, e->fields.at[j], 4);
	}
	fprintf(out, "  pass \"%s\"\n", h->pass);
}

static void dump_columns(FILE *out, const struct column *columns, int n, bool initial)
{
	for (int i = 0; i < n; i++) {
		const struct column *c = &columns[i];
		fprintf(out, "    %-8s = %s    # %s", c->name, show_typed(c->value), show_range(&c->value->type));
		if (initial)
			fprintf(out, ", at first %s", show_value(&c->value->type, c->initial));
		fputc('\n', out);
	}
}

static void dump_feature(FILE *out, const struct feature *f)
{
	fprintf(out, "  feature %s = %s of %s", f->name, kinds[f->kind], f->on->name);
	if (f->until)
		fprintf(out, " until %s", f->until->name);
	if (f->type.kind != TYPE_LIST)
		fprintf(out, " : %s", show_range(&f->type));
	fputc('\n', out);
	print_expr(out, "value", f->value);
	print_expr(out, "where", f->where);
	print_expr(out, "among", f->among);
	dump_columns(out, f->columns.at, f->columns.n, true);
	if (f->events)
		fprintf(out, "    over     %s events\n", show_num(f->events));
	if (f->span)
		fprintf(out, "    over     %s in %d buckets\n", show_time(f->span), f->buckets);
	if (f->after)
		fprintf(out, "    after    %s\n", show_num(f->after));
	if (f->kind == FEATURE_EXP_MEAN)
		fprintf(out, "    weight   1 / 2^%d\n", f->shift);
	if (f->rank_den)
		fprintf(out, "    rank     %s / %s\n", show_num(f->rank_num), show_num(f->rank_den));
	for (int i = 0; i < f->edges.n; i++)
		fprintf(out, "    edge     %s\n", show_value(&f->type, f->edges.at[i]));
	if (f->type.kind == TYPE_INT)
		fprintf(out, "    at first %s\n", show_value(&f->type, f->initial));
	if (f->reset_on_trip || f->reset_on_rearm)
		fprintf(out, "    reset on%s%s\n", f->reset_on_trip ? " trip" : "", f->reset_on_rearm ? " rearm" : "");
}

static void dump_state(FILE *out, const struct state *s)
{
	static const char *const sharings[] = {"locked", "per cpu", "single"};
	fprintf(out, "state");
	if (s->key)
		fprintf(out, " per %s max %d", s->key->name, s->key->max);
	fprintf(out, " %s\n", sharings[s->sharing]);
	for (int i = 0; i < s->features.n; i++)
		dump_feature(out, s->features.at[i]);
}

static void dump_input(FILE *out, const struct input *in)
{
	static const char *const how[] = {"plain", "digits", "clamp", "zscore"};
	fprintf(out, "  input %s %s", how[in->how], show_typed(in->value));
	if (in->divide != 1)
		fprintf(out, " / %s", show_num(in->divide));
	if (in->how == ENCODE_DIGITS)
		fprintf(out, ", %d digits", in->digits);
	if (in->how == ENCODE_ZSCORE)
		fprintf(out, ", mean %s / 2^16, scale %s / 2^32", show_num(in->mean), show_num(in->scale));
	if (in->repeat != 1)
		fprintf(out, ", %d times", in->repeat);
	fprintf(out, "    # %s .. %s\n", show_num(in->lo), show_num(in->hi));
}

static void dump_budget(FILE *out, const char *what, enum unit unit, num limit)
{
	struct type t = type_int(unit, 0, limit);
	if (limit)
		fprintf(out, "  budget %s %s\n", what, show_value(&t, limit));
}

static void dump_model(FILE *out, const struct model *m)
{
	fprintf(out, "model %s", m->name);
	if (m->each)
		fprintf(out, " for each of %s", m->each->name);
	fprintf(out, " : %s\n  file \"%s\"\n", show_range(&m->type), m->file);
	for (int i = 0; i < m->inputs.n; i++)
		dump_input(out, &m->inputs.at[i]);
	fprintf(out, "  width %d, numbers %s%s\n", m->width, m->numbers, m->remembered ? ", remembered" : "");
	if (m->shadow || m->probe)
		fprintf(out, "  %s 1 in %d while tripped\n", m->shadow ? "shadow" : "probe",
			m->shadow ? m->shadow : m->probe);
	dump_budget(out, "memory", UNIT_SIZE, m->memory);
	dump_budget(out, "scratch", UNIT_SIZE, m->scratch);
	dump_budget(out, "instructions", UNIT_NONE, m->instructions);
	dump_budget(out, "state", UNIT_SIZE, m->state);
	dump_budget(out, "stack", UNIT_SIZE, m->stack);
}

static void dump_decision(FILE *out, const struct decision *d)
{
	fprintf(out, "decide on %s\n", d->on->name);
	for (int i = 0; i < d->parts.n; i++) {
		const struct part *p = &d->parts.at[i];
		fprintf(out, "  %s : %s", p->name, show_range(&p->type));
		if (p->kind == PART_NUMBER)
			fprintf(out, " step %s", show_value(&p->type, p->step));
		fputc('\n', out);
		print_expr(out, "learned", p->learned);
		print_expr(out, "fallback", p->fallback);
	}
	print_expr(out, "need", d->need);
	fprintf(out, "    tickets  %d timeout %s%s\n", d->tickets, show_time(d->timeout),
		d->or_pass ? ", or pass" : "");
}

static void dump_guarantee(FILE *out, const struct guarantee *g)
{
	fprintf(out, "guarantee %s", g->name);
	for (int i = 0; i < g->under.n; i++)
		fprintf(out, "%s %s", i ? "," : " under", g->under.at[i]->name);
	fputc('\n', out);
	print_expr(out, g->kind == GUARANTEE_POINT ? "holds" : "counted", g->holds);
	if (g->kind == GUARANTEE_COUNT)
		fprintf(out, "    over     %s events", show_num(g->events));
	if (g->kind == GUARANTEE_COUNT_TIME)
		fprintf(out, "    over     %s in %d buckets", show_time(g->span), g->buckets);
	if (g->kind != GUARANTEE_POINT)
		fprintf(out, " %s %s\n", g->cmp == EXPR_LE ? "<=" : ">=", show_num(g->limit));
}

static void dump_guardrail(FILE *out, const struct guardrail *g)
{
	static const char *const acts[] = {"fallback", "report", "retrain", "deprioritize", "set", "swap"};
	fprintf(out, "guardrail %s", g->name);
	if (g->key)
		fprintf(out, " per %s", g->key->name);
	fputc('\n', out);
	print_expr(out, "trip", g->trip);
	for (int i = 0; i < g->actions.n; i++) {
		const struct action *a = &g->actions.at[i];
		fprintf(out, "    then     %s", acts[a->kind]);
		if (a->kind == ACT_SET)
			fprintf(out, " %s = %s", a->tunable->name, show_value(&a->tunable->type, a->value));
		if (a->kind == ACT_SWAP)
			fprintf(out, " %s", a->model->name);
		fputc('\n', out);
	}
	print_expr(out, "rearm", g->rearm);
	if (g->hold)
		fprintf(out, "    hold     %s\n", show_time(g->hold));
	if (g->every)
		fprintf(out, "    every    %s\n", show_time(g->every));
	if (g->latch)
		fprintf(out, "    latch\n");
}

static void dump_row(FILE *out, const struct field *list, const num *row)
{
	fputs(" {", out);
	for (int i = 0; i < list->record.n; i++)
		fprintf(out, "%s %s %s", i ? "," : "", list->record.at[i]->name,
			show_value(&list->record.at[i]->type, row[i]));
	fputs(" }", out);
}

static void dump_fact(FILE *out, const struct fact *fact)
{
	if (!fact->event) {
		fprintf(out, "  wait %s\n", show_time(fact->wait));
		return;
	}
	fprintf(out, "  %d x %s", fact->times, fact->event->name);
	for (int i = 0; i < fact->event->fields.n; i++) {
		const struct field *f = fact->event->fields.at[i];
		fprintf(out, "%s %s", i ? "," : "", f->name);
		if (f->type.kind != TYPE_LIST)
			fprintf(out, " %s", show_value(&f->type, fact->fields[i]));
		for (int j = 0; f->type.kind == TYPE_LIST && j < fact->list_n; j++)
			dump_row(out, f, fact->list[j]);
	}
	fputc('\n', out);
	for (int i = 0; i < fact->answers.n; i++)
		fprintf(out, "    answer %s\n", show_num(fact->answers.at[i]));
}

static void dump_test(FILE *out, const struct policy *p, const struct test *t)
{
	static const char *const sources[] = {"learned", "shield", "fallback"};
	fprintf(out, "test \"%s\"\n", t->name);
	for (int i = 0; i < t->given.n; i++)
		dump_fact(out, &t->given.at[i]);
	for (int i = 0; i < t->expect.n; i++) {
		const struct expectation *e = &t->expect.at[i];
		if (e->pass)
			fprintf(out, "  expect pass\n");
		else if (e->by >= 0)
			fprintf(out, "  expect by == %s\n", sources[e->by]);
		else
			fprintf(out, "  expect %s == %s%s%s\n", p->decision->parts.at[e->part].name,
				show_value(&p->decision->parts.at[e->part].type, e->value),
				e->because ? " because " : "", e->because ? e->because->name : "");
	}
}

void policy_dump(const struct policy *p, FILE *out)
{
	fprintf(out, "policy %s\n", p->name);
	dump_hook(out, p->hook);
	for (int i = 0; i < p->tunables.n; i++) {
		const struct tunable *t = p->tunables.at[i];
		fprintf(out, "tunable %s : %s in %s%s\n", t->name, show_value(&t->type, t->initial),
			show_range(&t->type), t->held ? ", held by guardrails" : "");
	}
	for (int i = 0; i < p->states.n; i++)
		dump_state(out, p->states.at[i]);
	if (p->carry) {
		fprintf(out, "carry from %s to %s, max %d\n", p->carry->open->name, p->carry->close->name,
			p->carry->max);
		dump_columns(out, p->carry->columns.at, p->carry->columns.n, false);
	}
	for (int i = 0; i < p->models.n; i++)
		dump_model(out, p->models.at[i]);
	dump_decision(out, p->decision);
	for (int i = 0; i < p->assumptions.n; i++) {
		fprintf(out, "assume %s\n", p->assumptions.at[i]->name);
		print_expr(out, "holds", p->assumptions.at[i]->holds);
	}
	for (int i = 0; i < p->guarantees.n; i++)
		dump_guarantee(out, p->guarantees.at[i]);
	for (int i = 0; i < p->guardrails.n; i++)
		dump_guardrail(out, p->guardrails.at[i]);
	for (int i = 0; i < p->tests.n; i++)
		dump_test(out, p, p->tests.at[i]);
}
