/* forms HOOKS POLICY..: the forms of each policy, read off the typed policy: a line `POLICY<tab>DIMENSION: FORM` each.
 * What the generator means to write does not count; a kind of feature that features.def has and no policy shows is a
 * pair missing. forms --kinds: the kinds of features. Exit status 3: a policy is not well typed. */
#include "front.h"
#include "backend/layout.h"

#include <string.h>

static const char *policy_path;

static const char *const kinds[] = {
#define FEATURE(id, word, header) [FEATURE_##id] = word,
#include "features.def"
#undef FEATURE
};

static void form(const char *dimension, const char *name)
{
	printf("%s\t%s: %s\n", policy_path, dimension, name);
}

static void form_if(bool has, const char *dimension, const char *name)
{
	if (has)
		form(dimension, name);
}

/* ---- expressions: what is read somewhere in them ---- */

struct reads {
	bool op[EXPR_OPS];
	bool feature, above, below; /* a bound on a decided number, from above, from below */
};

static void note(const struct expr *e, void *with)
{
	struct reads *r = with;
	bool number = e->a && expr_uses(e->a, EXPR_CHOICE) && e->a->type.kind == TYPE_INT;

	r->op[e->op] = true;
	r->feature |= e->feature != NULL;
	r->above |= number && (e->op == EXPR_LE || e->op == EXPR_LT);
	r->below |= number && (e->op == EXPR_GE || e->op == EXPR_GT);
}

static struct reads reads_of(const struct expr *a, const struct expr *b)
{
	struct reads r = {0};

	if (a)
		expr_walk(a, note, &r);
	if (b)
		expr_walk(b, note, &r);
	return r;
}

/* ---- the dimensions ---- */

static const char *kind_of(const struct feature *f)
{
	return f->kind == FEATURE_COUNT && f->span ? "count over time" : kinds[f->kind];
}

static void of_feature(const struct feature *f, const char *word)
{
	form("feature", arena_printf("%s %s", kind_of(f), word));
}

static void feature(const struct feature *f)
{
	bool initial = false;

	form("feature", kind_of(f));
	of_feature(f, f->state->key ? "per key" : "without a key");
	of_feature(f, arena_printf("of %s", f->on->name));
	if (f->where && f->kind != FEATURE_SHARE && f->kind != FEATURE_HELD)
		of_feature(f, "where");
	if (f->among)
		of_feature(f, "among");
	if (f->after > (f->kind == FEATURE_SHARE))
		of_feature(f, "after");
	if (f->kind == FEATURE_COUNT && f->events && f->type.hi != f->events)
		of_feature(f, "in");
	if (f->span && f->buckets != BUCKETS_DEFAULT)
		of_feature(f, "buckets");
	for (int i = 0; i < f->columns.n; i++)
		initial |= f->columns.at[i].initial != 0;
	if (initial)
		of_feature(f, "else");
	if (f->kind == FEATURE_IN_FLIGHT && f->value)
		of_feature(f, "by");
	if (f->reset_on_trip)
		of_feature(f, "reset on trip");
	if (f->reset_on_rearm)
		of_feature(f, "reset on rearm");
	form_if(f->span > 0, "clock", "window of time");
	form_if(f->events > 0 && f->kind != FEATURE_LAST, "clock", "window of events");
	if (f->kind == FEATURE_AGE || f->kind == FEATURE_HELD || f->kind == FEATURE_SINCE)
		form("clock", arena_printf("timer: %s", kinds[f->kind]));
}

static void guarantee(const struct guarantee *g)
{
	struct reads r = reads_of(g->holds, NULL);
	bool point = g->kind == GUARANTEE_POINT;

	form_if(point && r.op[EXPR_CHOICE], "guarantee", "choice");
	form_if(point && r.op[EXPR_BY], "guarantee", "by");
	form_if(point && r.feature, "guarantee", "state");
	form_if(r.op[EXPR_TRIP_AGE], "guarantee", "age of a trip");
	form_if(point && r.above, "guarantee", "upper bound");
	form_if(point && r.below, "guarantee", "lower bound");
	form_if(g->kind == GUARANTEE_COUNT && g->cmp == EXPR_LE, "guarantee", "count of events <=");
	form_if(g->kind == GUARANTEE_COUNT && g->cmp == EXPR_GE, "guarantee", "count of events >=");
	form_if(g->kind == GUARANTEE_COUNT_TIME, "guarantee", "count of time <=");
	form_if(g->under.n > 0, "guarantee", "under an assumption");
	form_if(g->kind == GUARANTEE_COUNT, "clock", "window of events");
	form_if(g->kind == GUARANTEE_COUNT_TIME, "clock", "window of time");
}

static void guardrail(const struct guardrail *g)
{
	static const char *const actions[] = {[ACT_FALLBACK] = "fallback",
		[ACT_REPORT] = "report",
		[ACT_RETRAIN] = "retrain",
		[ACT_DEPRIORITIZE] = "deprioritize",
		[ACT_SET] = "set",
		[ACT_SWAP] = "swap"};
	struct reads r = reads_of(g->trip, g->rearm);

	form("scope", g->key ? "per key" : "without a key");
	form_if(r.op[EXPR_ANY], "scope", "any");
	form_if(r.op[EXPR_EVERY], "scope", "every");
	form_if(r.op[EXPR_TRIPPED], "scope", "reads another");
	for (int i = 0; i < g->actions.n; i++)
		form("action", actions[g->actions.at[i].kind]);
	form_if(g->latch, "rearm", "latch");
	form_if(g->rearm && g->rearm->op != EXPR_INT, "rearm", "evidence");
	form_if(g->hold > 0, "rearm", "timer");
	form_if(g->every > 0, "rearm", "at most once per");
}

static void decision(const struct decision *d)
{
	static const char *const parts[] = {[PART_CLASS] = "a class", [PART_CANDIDATE] = "a candidate", [PART_NUMBER] = "a number"};

	form_if(d->parts.n > 1, "decision", "a record");
	form_if(d->on->tick, "decision", "on a tick");
	form_if(d->need != NULL, "decision", "need");
	form_if(d->or_pass, "decision", "or pass");
	for (int i = 0; i < d->parts.n; i++) {
		struct reads r = reads_of(d->parts.at[i].learned, d->parts.at[i].fallback);
		form("decision", parts[d->parts.at[i].kind]);
		form_if(r.op[EXPR_FIRST], "decision", "first");
		form_if(r.op[EXPR_ARGMIN] || r.op[EXPR_ARGMAX], "decision", "least or greatest");
		form_if(r.op[EXPR_ROOM], "decision", "room");
	}
}

static void model(const struct policy *p)
{
	const struct model *m = p->models.n ? p->models.at[0] : NULL;

	form("model", !m ? "no model" : !m->classes ? "a number" : m->each ? "a class for each candidate" : "a class");
	form_if(m && m->shadow, "model", "shadow");
	form_if(m && m->probe, "model", "probe");
	form_if(m && m->remembered, "model", "said");
}

static void policy(const struct policy *p)
{
	for (int i = 0; i < p->features.n; i++)
		feature(p->features.at[i]);
	for (int i = 0; i < p->guarantees.n; i++)
		guarantee(p->guarantees.at[i]);
	for (int i = 0; i < p->guardrails.n; i++)
		guardrail(p->guardrails.at[i]);
	decision(p->decision);
	model(p);
}

int main(int argc, char **argv)
{
	int status = EXIT_PROVED;

	if (argc == 2 && !strcmp(argv[1], "--kinds")) {
		for (int i = 0; i < FEATURE_KINDS; i++)
			printf("%s\n", kinds[i]);
		return EXIT_PROVED;
	}
	for (int i = 2; i < argc; i++) {
		struct policy *p;
		policy_path = argv[i];
		p = policy_load(policy_path, argv[1]);
		if (p && !diag_errors()) {
			policy(p);
			continue;
		}
		diag_flush(false);
		status = EXIT_TYPES;
		break;
	}
	return status;
}
