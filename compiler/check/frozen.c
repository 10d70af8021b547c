/* frozen: while a guardrail is tripped, evidence can still change. Proved by a script whose last entry, with one
 * measurement or another, makes a difference to a feature of rearm from every tripped state. Refuted by a set of
 * tripped states that nothing leaves and in which no measurement makes any difference, with a trace into it. */
#include "script.h"

struct pair { /* two feeds that differ in what is measured only */
	const struct feed *a, *b;
	const feature_list *features;
};

/* Some feature of rearm is not the same after the one as after the other. */
static term differ(struct checker *c, struct step *st, void *user)
{
	const struct pair *p = user;
	struct relation *r = c->rel;
	term from[FEED_VALUES], to[FEED_VALUES], any = t_bool(false);
	int n = 0;

	for (int i = 0; i < feed_values(st->event); i++)
		if (p->a->field[i] != p->b->field[i]) {
			from[n] = feed_term(st, i);
			to[n++] = t_num(p->b->field[i]);
		}
	for (int i = 0; i < r->vars.n; i++)
		for (int f = 0; f < p->features->n; f++)
			if (r->vars.at[i].feature == p->features->at[f] && r->vars.at[i].role != VAR_RING &&
				st->fed.own[i])
				any = t_or(any, t_not(t_eq(st->fed.own[i], t_replace(st->fed.own[i], from, to, n))));
	return any;
}

static bool averages(const struct feature *f)
{
	return f->kind == FEATURE_MEAN || f->kind == FEATURE_MIN || f->kind == FEATURE_MAX ||
		f->kind == FEATURE_QUANTILE;
}

/* What the feed puts into the feature, where its fields alone say so. */
static bool constant_value(struct checker *c, const struct feed *feed, const struct feature *f, num *x)
{
	if (!feed_value(c, feed, f->value, x))
		return false;
	for (int i = 0; f->kind == FEATURE_QUANTILE && i < f->edges.n; i++)
		if (*x <= f->edges.at[i] || i == f->edges.n - 1) {
			*x = f->edges.at[i];
			break;
		}
	return true;
}

static term enters(struct checker *c, struct step *st, void *user)
{
	const struct feature *f = user;

	(void)c;
	return st->push[f->index].enters;
}

/* A window full of the one value and a window full of the other are not the same, and each is there when its feed is
 * repeated; so between them there is a repetition whose last entry makes the difference. */
static bool in_the_end(struct checker *c, const struct guardrail *g, const struct pair *p, const struct feature *f)
{
	num x, y;

	return averages(f) && f->events > 0 && f->on == p->a->event && constant_value(c, p->a, f, &x) &&
		constant_value(c, p->b, f, &y) && x != y && script_always(c, g, p->a, enters, (void *)f) == SMT_UNSAT &&
		script_always(c, g, p->b, enters, (void *)f) == SMT_UNSAT;
}

static bool measured_only(const struct feed *a, const struct feed *b)
{
	bool some = false;

	if (a->said != b->said || a->wait != b->wait || a->open_field != b->open_field)
		return false;
	for (int i = 0; i < feed_values(a->event); i++) {
		if (a->field[i] == b->field[i])
			continue;
		if (!feed_field(a->event, i)->measurement)
			return false;
		some = true;
	}
	return some;
}

static bool feeds(const struct feature *f, const struct event *e)
{
	return f->on == e || f->until == e;
}

enum { PAIRS = 200 };

static bool prove(struct checker *c, const struct guardrail *g, const feature_list *features, const char **script)
{
	const struct hook *hook = c->policy->hook;
	for (int e = 0; e < hook->events.n; e++) {
		feed_list all = {0};
		bool any = false;
		int asked = 0;
		for (int f = 0; f < features->n; f++)
			any |= feeds(features->at[f], hook->events.at[e]);
		if (!any)
			continue;
		script_feeds(c, g, hook->events.at[e], &all);
		for (int gap = all.n - 1; gap > 0; gap--) /* what is far apart first */
			for (int i = 0; i + gap < all.n && asked < PAIRS; i++) {
				struct pair p = {&all.at[i], &all.at[i + gap], features};
				if (!measured_only(p.a, p.b))
					continue;
				asked++;
				bool is = script_always(c, g, p.a, differ, &p) == SMT_UNSAT;
				num times = 1;
				for (int f = 0; f < features->n && !is; f++) {
					is = in_the_end(c, g, &p, features->at[f]);
					times = features->at[f]->events;
				}
				if (!is || !script_can(c, g, p.a))
					continue;
				*script = arena_printf("%s%s, or %s",
					times > 1 ? arena_printf("up to %lld x ", (long long)times) : "",
					script_text(c, p.a), script_text(c, p.b));
				return true;
			}
	}
	return false;
}

/* What an entry measures: its fields, those of its list's elements, and what was measured when its request was opened. */
static void measurements(const struct policy *p, const struct step *st, term_list *out)
{
	const struct carry *carry = st->carry ? p->carry : NULL;

	for (int f = 0; f < st->event->fields.n; f++)
		if (st->event->fields.at[f]->measurement)
			*list_add(out) = st->field[f];
	for (int c = 0; c < st->list_max; c++)
		for (int f = 0; f < st->list->record.n; f++)
			if (st->list->record.at[f]->measurement)
				*list_add(out) = st->element[c][f];
	for (int c = 0; carry && c < carry->columns.n; c++)
		if (evidence_measures(carry->columns.at[c].value))
			*list_add(out) = st->carry[c];
}

/* It reads what was measured when the request was opened. */
static bool carried(const struct policy *p, const struct expr *e)
{
	return e &&
		((e->op == EXPR_CARRY && evidence_measures(p->carry->columns.at[e->column].value)) ||
			carried(p, e->a) || carried(p, e->b) || carried(p, e->c));
}

/* In the set no entry's measurement makes a difference: two copies of the step, all the same but for it. */
static bool deaf(struct checker *c, const struct closed *set, const feature_list *features)
{
	struct relation *r = c->rel;

	for (int i = 0; i < r->steps.n; i++) {
		struct step *st = r->steps.at[i];
		term_list from = {0}, to = {0};
		term any = t_bool(false);
		struct question *q;
		bool same;
		if (st->kind == STEP_SETTLE)
			continue;
		q = ask_new(SMT_RLIMIT);
		closed_assume(c, set, q, st);
		measurements(c->policy, st, &from);
		for (int f = 0; f < from.n; f++)
			*list_add(&to) = t_int_var("other");
		ask_assert(q, t_replace(st->allowed, from.at, to.at, from.n));
		for (int v = 0; v < r->vars.n; v++)
			for (int f = 0; f < features->n; f++)
				if (r->vars.at[v].feature == features->at[f] && r->vars.at[v].role != VAR_RING &&
					r->vars.at[v].role != VAR_ELEMENT)
					any = t_or(any,
						t_not(t_eq(st->fed.v[v],
							t_replace(st->fed.v[v], from.at, to.at, from.n))));
		for (int f = 0; f < features->n;
			f++) /* what such a window becomes is an oracle: that something enters is enough */
			if (averages(features->at[f]))
				any = t_or(any,
					carried(c->policy, features->at[f]->value)
						? st->push[features->at[f]->index].enters
						: evidence_enters(r, st, features->at[f]));
		ask_assert(q, any);
		same = t_is_false(any) || ask_check(q) == SMT_UNSAT;
		ask_free(q);
		if (!same)
			return false;
	}
	return true;
}

/* By what is known of the states: true: that was enough. */
static bool by_known(struct checker *c, const struct guardrail *g, const feature_list *features, struct verdict *v)
{
	const char *script = NULL;
	struct closed *set;

	if (prove(c, g, features, &script)) {
		v->answer = PROVED;
		v->reason = arena_printf("from every tripped state: %s", script);
		return true;
	}
	script = script_back(c, g);
	if (script) { /* and once it is armed all is measured again */
		v->answer = PROVED;
		v->reason = arena_printf("from every tripped state it comes back: %s", script);
		return true;
	}
	if (never_trips_after_all(c, g)) {
		v->answer = PROVED;
		v->reason = "it never trips";
		return true;
	}
	set = closed_find(c, g);
	if (!set || !deaf(c, set, features))
		set = closed_full(c, g);
	if (!set || !deaf(c, set, features))
		return false;
	v->trace = closed_reach(c, set);
	if (!v->trace)
		return false;
	v->answer = REFUTED;
	v->reason = arena_printf("once `%s` has tripped, nothing that is measured can reach its evidence", g->name);
	v->label = "stays as it is";
	v->shown = case_text(c, v->trace, arena_printf("from here on, for ever: %s. Last entry", closed_text(c, set)));
	v->help =
		"keep evidence coming: `shadow 1 in N while tripped` in the model, or a feature that does not wait for its answers";
	return true;
}

static bool with_strong(struct checker *c, const struct guardrail *g, const feature_list *features, struct verdict *v)
{
	bool enough;

	c->known = strong_invariant(c);
	enough = by_known(c, g, features, v);
	c->known = &c->inv;
	return enough;
}

static void one(struct checker *c, const struct guardrail *g)
{
	feature_list features = {0};
	struct verdict *v = verdict_add(c, g->name, g->rearm_at, UNKNOWN);

	if (never_trips(c, g)) {
		v->answer = PROVED;
		v->reason = "it never trips";
		return;
	}
	evidence_of(c->policy, g, &features);
	if (!features.n) {
		v->answer = SKIPPED;
		v->reason = "rearm reads no feature";
		return;
	}
	if (!by_known(c, g, &features, v) && !with_strong(c, g, &features, v))
		v->reason = arena_printf(
			"no script was found that changes the evidence of `%s` from every tripped state", g->name);
}

void check_frozen(struct checker *c)
{
	for (int i = 0; i < c->policy->guardrails.n; i++)
		if (!c->policy->guardrails.at[i]->latch)
			one(c, c->policy->guardrails.at[i]);
}
