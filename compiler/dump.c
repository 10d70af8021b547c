/* ldosc dump: the typed policy, a line a thing, with the units and ranges that the type checker gave it. */
#include "ldosc.h"

#include <string.h>

static const char *unit_name(enum unit u)
{
	switch (u) {
	case UNIT_NONE:
		return "count";
	case UNIT_TIME:
		return "time";
	case UNIT_SIZE:
		return "size";
	}
	return "?";
}

static const char *show_type(const struct type *t)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return "bool";
	case TYPE_INT:
		return arena_printf("%s in %s .. %s", unit_name(t->unit), show_value(t, t->lo), show_value(t, t->hi));
	case TYPE_CLASS:
		return t->symbols && t->symbols->name ? arena_printf("class of %s", t->symbols->name) : "class";
	case TYPE_KEY:
		return arena_printf("key %s max %d", t->key->name, t->key->max);
	case TYPE_TAG:
		return "tag";
	case TYPE_CANDIDATE:
		return t->list ? arena_printf("one of %s", t->list->name) : "candidate";
	case TYPE_SHARE:
		return "share";
	case TYPE_SOURCE:
		return "source";
	case TYPE_LIST:
		return "list";
	}
	return "?";
}

/* "  when EXPR", nothing where there is none. */
static void clause(FILE *f, const char *word, const struct expr *e)
{
	if (e)
		fprintf(f, " %s %s", word, show_expr(e));
}

static const char *feature_word(enum feature_kind kind)
{
	static const char *const words[] = {
#define FEATURE(id, word, header) [FEATURE_##id] = word,
#include "features.def"
#undef FEATURE
	};
	return words[kind];
}

static void dump_feature(const struct feature *x, FILE *f)
{
	fprintf(f, "  feature %s: %s", x->name, feature_word(x->kind));
	if (x->on)
		fprintf(f, " on %s", x->on->name);
	if (x->until)
		fprintf(f, " until %s", x->until->name);
	clause(f, "of", x->value);
	clause(f, "where", x->where);
	clause(f, "among", x->among);
	for (int i = 0; i < x->columns.n; i++)
		fprintf(f, "%s %s = %s", i ? "," : " keeps", x->columns.at[i].name, show_expr(x->columns.at[i].value));
	if (x->events)
		fprintf(f, " over %lld events", (long long)x->events);
	if (x->span)
		fprintf(f, " over %lld ns in %d buckets", (long long)x->span, x->buckets);
	if (x->after)
		fprintf(f, " after %lld", (long long)x->after);
	if (x->reset_on_trip || x->reset_on_rearm)
		fprintf(f, ", reset on %s", x->reset_on_trip ? "trip" : "rearm");
	fprintf(f, " -> %s\n", show_type(&x->type));
}

static void dump_state(const struct state *s, FILE *f)
{
	static const char *const sharing[] = { [SHARING_LOCKED] = "locked", [SHARING_PER_CPU] = "per cpu", [SHARING_SINGLE] = "single" };

	fprintf(f, "state");
	if (s->key)
		fprintf(f, " per %s max %d", s->key->name, s->key->max);
	fprintf(f, " %s\n", sharing[s->sharing]);
	for (int i = 0; i < s->features.n; i++)
		dump_feature(s->features.at[i], f);
}

static void dump_model(const struct model *m, FILE *f)
{
	static const char *const how[] = { [ENCODE_PLAIN] = "plain", [ENCODE_DIGITS] = "digits", [ENCODE_CLAMP] = "clamp", [ENCODE_ZSCORE] = "zscore" };

	fprintf(f, "model %s: %d numbers in, %s out%s\n", m->name, m->width, show_type(&m->type), m->each ? ", each candidate" : "");
	for (int i = 0; i < m->inputs.n; i++)
		fprintf(f, "  input %s %s in %s .. %s\n", how[m->inputs.at[i].how], show_expr(m->inputs.at[i].value),
			show_value(&(struct type){ .kind = TYPE_INT }, m->inputs.at[i].lo),
			show_value(&(struct type){ .kind = TYPE_INT }, m->inputs.at[i].hi));
	for (int i = 0; i < m->layers.n; i++)
		fprintf(f, "  layer %d x %d%s, greatest sum %lld\n", m->layers.at[i].in, m->layers.at[i].out,
			m->layers.at[i].relu ? ", relu" : "", (long long)m->layers.at[i].acc_max);
}

static void dump_decision(const struct decision *d, FILE *f)
{
	fprintf(f, "decide on %s, %d tickets\n", d->on->name, d->tickets);
	if (d->need)
		fprintf(f, "  need %s\n", show_expr(d->need));
	for (int i = 0; i < d->parts.n; i++) {
		const struct part *x = &d->parts.at[i];
		fprintf(f, "  %s: %s\n", x->name, show_type(&x->type));
		if (x->learned)
			fprintf(f, "    learned %s\n", show_expr(x->learned));
		if (x->fallback)
			fprintf(f, "    fallback %s\n", show_expr(x->fallback));
	}
}

static void dump_guardrail(const struct guardrail *g, FILE *f)
{
	static const char *const does[] = { [ACT_FALLBACK] = "fallback", [ACT_REPORT] = "report", [ACT_RETRAIN] = "retrain",
		[ACT_DEPRIORITIZE] = "deprioritize", [ACT_SET] = "set", [ACT_SWAP] = "swap" };

	fprintf(f, "guardrail %s", g->name);
	if (g->key)
		fprintf(f, " per %s", g->key->name);
	fprintf(f, "\n  trip %s\n  then", show_expr(g->trip));
	for (int i = 0; i < g->actions.n; i++) {
		const struct action *a = &g->actions.at[i];
		fprintf(f, "%s %s", i ? "," : "", does[a->kind]);
		if (a->kind == ACT_SET)
			fprintf(f, " %s = %s", a->tunable->name, show_value(&a->tunable->type, a->value));
		if (a->kind == ACT_SWAP)
			fprintf(f, " %s", a->model->name);
	}
	if (g->latch)
		fprintf(f, "\n  latch\n");
	else
		fprintf(f, "\n  rearm%s%s, held %lld ns, at most once per %lld ns\n", g->rearm ? " " : "", g->rearm ? show_expr(g->rearm) : "",
			(long long)g->hold, (long long)g->every);
}

void dump_policy(const struct policy *p, FILE *f)
{
	fprintf(f, "policy %s on hook %s\n", p->name, p->hook ? p->hook->name : "none");
	for (int i = 0; i < p->tunables.n; i++)
		fprintf(f, "tunable %s: %s = %s\n", p->tunables.at[i]->name, show_type(&p->tunables.at[i]->type),
			show_value(&p->tunables.at[i]->type, p->tunables.at[i]->initial));
	for (int i = 0; i < p->states.n; i++)
		dump_state(p->states.at[i], f);
	for (int i = 0; p->carry && i < p->carry->columns.n; i++)
		fprintf(f, "carry %s = %s\n", p->carry->columns.at[i].name, show_expr(p->carry->columns.at[i].value));
	for (int i = 0; i < p->models.n; i++)
		dump_model(p->models.at[i], f);
	if (p->decision)
		dump_decision(p->decision, f);
	for (int i = 0; i < p->assumptions.n; i++)
		fprintf(f, "assume %s: %s\n", p->assumptions.at[i]->name, show_expr(p->assumptions.at[i]->holds));
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		fprintf(f, "guarantee %s: %s", g->name, show_expr(g->holds));
		if (g->kind != GUARANTEE_POINT)
			fprintf(f, ", %s %lld in the last %lld %s", g->cmp == EXPR_LE ? "at most" : "at least", (long long)g->limit,
				(long long)(g->events ? g->events : g->span), g->events ? "events" : "ns");
		fprintf(f, "\n");
	}
	for (int i = 0; i < p->guardrails.n; i++)
		dump_guardrail(p->guardrails.at[i], f);
	for (int i = 0; i < p->tests.n; i++)
		fprintf(f, "test \"%s\"\n", p->tests.at[i]->name);
}
