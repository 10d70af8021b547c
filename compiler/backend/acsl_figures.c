/* What the policy says in figures: the sizes, spans, weights and edges that the components of runtime/ are built for, and the
 * constants. Contracts tell of a component by the predicates of its own header, at whatever size it was included; here its size
 * is said once more, by the policy. */
#include "acsl.h"

static void equal(struct conjunction *c, const char *what, num value)
{
	conj_part(c, arena_printf("%s == %s", what, c_integer(value)));
}

static void edges(struct conjunction *c, const struct feature *f, const char *at)
{
	equal(c, arena_printf("Edges(%s)", at), f->edges.n);
	for (int i = 0; i < f->edges.n; i++)
		equal(c, arena_printf("Edge(%s, %d)", at, i), f->edges.at[i] + feature_lift(f));
	equal(c, arena_printf("RankNum(%s)", at), f->rank_num);
	equal(c, arena_printf("RankDen(%s)", at), f->rank_den);
}

static void span(struct conjunction *c, const char *at, num span, int slots)
{
	equal(c, arena_printf("Span(%s)", at), span);
	equal(c, arena_printf("Slots(%s)", at), slots);
}

static void feature(struct conjunction *c, const struct feature *f)
{
	const char *at = feature_path(f, "c.", "0");

	switch (f->kind) {
	case FEATURE_LAST:
		for (int i = 0; i < f->columns.n; i++)
			equal(c, arena_printf("Size(%s)", column_path(f, i, "c.", "0")), f->events);
		break;
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		if (f->span)
			span(c, at, f->span, f->buckets);
		else
			equal(c, arena_printf("Size(%s)", at), f->events);
		break;
	case FEATURE_QUANTILE:
		edges(c, f, at);
		equal(c, arena_printf("Size(%s)", at), f->events);
		break;
	case FEATURE_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
		equal(c, arena_printf("Size(%s)", at), f->events);
		break;
	case FEATURE_EXP_MEAN:
		equal(c, arena_printf("Shift(%s)", at), f->shift);
		break;
	case FEATURE_IN_FLIGHT:
	case FEATURE_AGE:
	case FEATURE_HELD:
	case FEATURE_SINCE:
	case FEATURE_KINDS:
		break;
	}
}

static void guarantee(struct conjunction *c, const struct guarantee *g)
{
	const char *at = guarantee_path(g, "c.");

	if (g->kind == GUARANTEE_COUNT)
		equal(c, arena_printf("Size(%s)", at), g->events);
	if (g->kind == GUARANTEE_COUNT_TIME)
		span(c, at, g->span, g->buckets);
}

static void classes(struct conjunction *c, const struct policy *p, const struct symbols *s)
{
	for (int i = 0; i < s->names.n; i++)
		equal(c, c_symbol(p, s, i), i);
}

static void fields(struct conjunction *c, const struct policy *p, struct field *const *of, int n)
{
	for (int i = 0; i < n; i++) {
		if (of[i]->type.kind == TYPE_LIST)
			equal(c, c_list_max(p, of[i]), of[i]->max);
		if (of[i]->type.kind == TYPE_CLASS)
			classes(c, p, of[i]->type.symbols);
		fields(c, p, of[i]->record.at, of[i]->record.n);
	}
}

static void constants(struct conjunction *c, const struct policy *p)
{
	const struct decision *d = p->decision;
	const struct model *m = p->models.n ? p->models.at[0] : NULL;

	for (int i = 0; i < p->hook->keys.n; i++)
		equal(c, c_keys(p, p->hook->keys.at[i]), p->hook->keys.at[i]->max);
	if (p->carry)
		equal(c, c_macro(p, "tags"), p->carry->max);
	equal(c, c_macro(p, "tickets"), d->tickets);
	equal(c, c_macro(p, "timeout"), d->timeout);
	for (int i = 0; i < d->parts.n; i++) {
		if (d->parts.at[i].kind == PART_NUMBER)
			equal(c, c_steps(p, &d->parts.at[i]), part_steps(&d->parts.at[i]));
		if (d->parts.at[i].symbols)
			classes(c, p, d->parts.at[i].symbols);
	}
	if (m && m->classes) {
		classes(c, p, m->classes);
		equal(c, c_unsaid(p), m->classes->names.n);
	}
	for (int i = 0; i < p->hook->events.n; i++)
		if (event_emitted(p, p->hook->events.at[i]))
			fields(c, p, p->hook->events.at[i]->fields.at, p->hook->events.at[i]->fields.n);
	for (int i = 0; i < p->guardrails.n; i++)
		equal(c, c_guardrail(p, p->guardrails.at[i]), i);
}

void acsl_figures(FILE *f, const struct policy *p)
{
	struct conjunction c;

	fprintf(f, "/*@ predicate Figures(%s c) =\n      ", acsl_context(p));
	conj_open(&c, f, 6, 6);
	for (int i = 0; i < p->features.n; i++)
		feature(&c, p->features.at[i]);
	for (int i = 0; i < p->guarantees.n; i++)
		guarantee(&c, p->guarantees.at[i]);
	constants(&c, p);
	conj_close(&c, ";\n*/\n");
}
