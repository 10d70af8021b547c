/* The steps of an entry: what the features make of an event, and what the guardrails make of the features. */
#include "acsl.h"

#include <string.h>

/* ---- one feature at one event ---- */

struct step { /* from the context o to the context n, by the event e of the key `key` */
	const struct policy *policy;
	const struct event *event;
	struct scene before;
	const char *key; /* name of the argument, or NULL */
};

static struct step step_of(const struct policy *p, const struct event *e)
{
	const struct key *k = moved_key(p, e);

	return (struct step){p, e, {.policy = p, .state = "o.", .value = "o", .event = "e.", .key = k ? k->name : NULL},
		k ? k->name : NULL};
}

static bool feeds(const struct feature *f, const struct event *e)
{
	return f->on == e || f->until == e;
}

/* "struct io_route o, struct io_route n, struct io_route_complete e, integer dev" */
static const char *parameters(const struct step *s)
{
	return arena_printf("%s o, %s n%s%s", acsl_context(s->policy), acsl_context(s->policy),
		s->event->tick ? "" : arena_printf(", %s e", acsl_event_type(s->policy, s->event)),
		s->key ? arena_printf(", integer %s", s->key) : "");
}

static const char *arguments(const struct step *s)
{
	return arena_printf("o, n%s%s", s->event->tick ? "" : ", e", s->key ? arena_printf(", %s", s->key) : "");
}

static const char *tag_of(const struct event *e)
{
	return arena_printf("e.%s", e->tag->name);
}

static const char *in_flight_step(const struct step *s, const struct feature *f)
{
	const char *o = feature_path(f, "o.", ""), *n = feature_path(f, "n.", "");

	if (f->until == s->event)
		return arena_printf("Closed(%s, %s, %s)", o, n, tag_of(s->event));
	return arena_printf("Opened(%s, %s, %s, %s, %s)", o, n, tag_of(s->event),
		f->state->key ? arena_printf("e.%s", s->event->key->name) : "0",
		f->value ? acsl_term(&s->before, f->value) : "1");
}

static const char *last_step(const struct step *s, const struct feature *f)
{
	const char *all = "";

	for (int i = 0; i < f->columns.n; i++)
		all = arena_printf("%s%sPushed(%s, %s, %s)", all, i ? " &&\n      " : "",
			column_path(f, i, "o.", s->key), column_path(f, i, "n.", s->key),
			acsl_term(&s->before, f->columns.at[i].value));
	return all;
}

/* What the component's own predicate says of one more event. */
static const char *fed(const struct step *s, const struct feature *f)
{
	const char *o = feature_path(f, "o.", s->key), *n = feature_path(f, "n.", s->key);
	const char *hit = f->where ? arena_printf("%s ? 1 : 0", acsl_atom(&s->before, f->where)) : "1";
	const char *x = f->value ? acsl_term(&s->before, f->value) : "";

	if (feature_lift(f))
		x = arena_printf("(%s) + %s", x, c_integer(feature_lift(f)));

	switch (f->kind) {
	case FEATURE_LAST:
		return last_step(s, f);
	case FEATURE_IN_FLIGHT:
		return in_flight_step(s, f);
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		if (f->span)
			return arena_printf("Pushed(%s, %s, o.now, %s)", o, n, hit);
		return arena_printf("Pushed(%s, %s, %s)", o, n, hit);
	case FEATURE_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
		return arena_printf("Pushed(%s, %s, %s)", o, n, x);
	case FEATURE_EXP_MEAN:
		return arena_printf("Pushed(%s, %s, %s)", o, n, x);
	case FEATURE_QUANTILE:
		return arena_printf("Pushed(%s, %s, %s)", o, n, x);
	case FEATURE_AGE:
		return arena_printf("Seen(%s, o.now)", n);
	case FEATURE_HELD:
		return arena_printf("Held(%s, %s, o.now, %s)", o, n, hit);
	case FEATURE_SINCE:
		return f->until == s->event ? arena_printf("Restarted(%s)", n) : arena_printf("Another(%s, %s)", o, n);
	case FEATURE_KINDS:
		break;
	}
	return "";
}

/* What lets an event through to the feature at all; NULL: every one. For counts and shares `where` says what hits. */
static const struct expr *filter(const struct step *s, const struct feature *f)
{
	switch (f->kind) {
	case FEATURE_SHARE:
	case FEATURE_COUNT:
		return f->among;
	case FEATURE_RATE:
	case FEATURE_HELD:
	case FEATURE_LAST:
	case FEATURE_IN_FLIGHT:
		return NULL;
	case FEATURE_SINCE:
		return f->until == s->event ? f->where : NULL;
	case FEATURE_MEAN:
	case FEATURE_EXP_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
	case FEATURE_QUANTILE:
	case FEATURE_AGE:
	case FEATURE_KINDS:
		break;
	}
	return f->where;
}

static void feature_step(FILE *f, const struct step *s, const struct feature *feature)
{
	const struct expr *among = filter(s, feature);

	acsl_says(f, &feature->at, 1);
	fprintf(f, "    predicate %s%s(%s) =\n      ", c_camel(feature->name), c_camel(s->event->name), parameters(s));
	if (among)
		fprintf(f, "(%s ?\n        %s :\n        %s == %s)", acsl_truth(&s->before, among), fed(s, feature),
			feature_path(feature, "n.", s->key), feature_path(feature, "o.", s->key));
	else
		fputs(fed(s, feature), f);
	fputs(";\n\n", f);
}

/* ---- all of them ---- */

static void carry_step(FILE *f, const struct step *s)
{
	const struct policy *p = s->policy;

	acsl_says(f, &p->carry->at, 1);
	fprintf(f, "    predicate Carry%s(%s) =\n      n.carry == {o.carry \\with ", c_camel(s->event->name),
		parameters(s));
	for (int i = 0; i < p->carry->columns.n; i++) {
		const struct column *column = &p->carry->columns.at[i];

		fprintf(f, "%s.%s[%s] = %s", i ? ", " : "", column->name, tag_of(s->event),
			acsl_cast_term(&s->before, column->value));
	}
	fputs("};\n\n", f);
}

/* What the step leaves alone: everything that it does not name. */
static void rest_step(FILE *f, const struct step *s)
{
	const struct policy *p = s->policy;
	struct conjunction c;
	const char *inner = "";
	const struct key *key = moved_key(p, s->event);

	fprintf(f, "    predicate %sRest(%s o, %s n%s) =\n      ", c_camel(s->event->name), acsl_context(p),
		acsl_context(p), s->key ? arena_printf(", integer %s", s->key) : "");
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *feature = p->features.at[i];

		if (feeds(feature, s->event) && feature->state->key && feature->kind != FEATURE_IN_FLIGHT)
			inner = arena_printf("%s%s.%s = %s", inner, *inner ? ", " : "", c_member(feature->name),
				feature_path(feature, "n.", s->key));
	}
	for (int m = 0; *inner && m < p->models.n; m++)
		for (int i = 0; i < p->features.n; i++)
			if (feeds(p->features.at[i], s->event) && feature_kept(p, p->features.at[i])) {
				inner = arena_printf("%s, .kept_%s = %s", inner, p->models.at[m]->name,
					kept_path(p->models.at[m], key, "n.", s->key));
				break;
			}
	fputs("Same(n, {o \\with ", f);
	conj_open(&c, f, 30, 8);
	c.op = ",";
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *feature = p->features.at[i];

		if (feeds(feature, s->event) && (!feature->state->key || feature->kind == FEATURE_IN_FLIGHT))
			conj_part(&c,
				arena_printf(".%s = %s", c_member(feature->name), feature_path(feature, "n.", s->key)));
	}
	if (carry_writes(p, s->event))
		conj_part(&c, ".carry = n.carry");
	if (*inner)
		conj_part(&c, arena_printf("%s = %s", key_path(".", key, s->key), key_path("n.", key, s->key)));
	fputs("})", f);
	if (*inner)
		fprintf(f, " &&\n      Same(%s, {%s \\with %s})", key_path("n.", key, s->key),
			key_path("o.", key, s->key), inner);
	fputs(";\n\n", f);
}

static void event_step(FILE *f, const struct policy *p, const struct event *e)
{
	struct step s = step_of(p, e);
	struct conjunction c;

	if (carry_writes(p, e))
		carry_step(f, &s);
	for (int i = 0; i < p->features.n; i++)
		if (feeds(p->features.at[i], e))
			feature_step(f, &s, p->features.at[i]);
	rest_step(f, &s);
	fprintf(f, "    predicate %sFeatures(%s) =\n      ", c_camel(e->name), parameters(&s));
	conj_open(&c, f, 6, 6);
	if (carry_writes(p, e))
		conj_part(&c, arena_printf("Carry%s(%s)", c_camel(e->name), arguments(&s)));
	for (int i = 0; i < p->features.n; i++)
		if (feeds(p->features.at[i], e))
			conj_part(&c,
				arena_printf(
					"%s%s(%s)", c_camel(p->features.at[i]->name), c_camel(e->name), arguments(&s)));
	conj_part(&c, arena_printf("%sRest(o, n%s)", c_camel(e->name), s.key ? arena_printf(", %s", s.key) : ""));
	conj_close(&c, ";\n");
}

void acsl_feature_rungs(
	const struct policy *p, const struct event *e, void (*say)(void *to, const char *what), void *to)
{
	const char *key = moved_key(p, e) ? moved_key(p, e)->name : NULL, *after = key ? arena_printf(", %s", key) : "";
	const char *over = arena_printf("\\at(*c, Pre), *c%s%s", e->tick ? "" : ", *e", after);

	if (carry_writes(p, e))
		say(to, arena_printf("carry: Carry%s(%s)", c_camel(e->name), over));
	for (int i = 0; i < p->features.n; i++)
		if (feeds(p->features.at[i], e))
			say(to,
				arena_printf("%s: %s%s(%s)", p->features.at[i]->name, c_camel(p->features.at[i]->name),
					c_camel(e->name), over));
	say(to, arena_printf("rest: %sRest(\\at(*c, Pre), *c%s)", c_camel(e->name), after));
}

bool acsl_has_features(const struct policy *p, const struct event *e)
{
	for (int i = 0; i < p->features.n; i++)
		if (feeds(p->features.at[i], e))
			return true;
	return carry_writes(p, e);
}

void acsl_features(FILE *f, const struct policy *p)
{
	fprintf(f, "/*@ logic %s At(%s c, integer now) = {c \\with .now = (u64)Later(c.now, now)};\n", acsl_context(p),
		acsl_context(p));
	for (int i = 0; i < p->hook->events.n; i++)
		if (acsl_has_features(p, p->hook->events.at[i])) {
			fputs("\n", f);
			event_step(f, p, p->hook->events.at[i]);
		}
	fputs("*/\n", f);
}

/* ---- guardrails ---- */

static const char *wants(const struct guardrail *g)
{
	const char *all = "";

	for (int i = 0; i < g->actions.n; i++) {
		const struct action *a = &g->actions.at[i];

		if (a->kind == ACT_RETRAIN)
			all = arena_printf("%s%sTRIP_RETRAIN", all, *all ? " + " : "");
		if (a->kind == ACT_DEPRIORITIZE)
			all = arena_printf("%s%sTRIP_DEPRIORITIZE", all, *all ? " + " : "");
		if (a->kind == ACT_SWAP)
			all = arena_printf("%s%sTRIP_SWAP(%d)", all, *all ? " + " : "", a->model->index);
	}
	return *all ? all : "0";
}

bool acsl_reports(const struct guardrail *g)
{
	for (int i = 0; i < g->actions.n; i++)
		if (g->actions.at[i].kind == ACT_REPORT)
			return true;
	return strcmp(wants(g), "0") != 0;
}

/* What a trip or a rearm of g leaves alone. */
static void transition_rest(FILE *f, const struct policy *p, const struct guardrail *g, bool trip)
{
	const char *key = g->key ? g->key->name : NULL, *report = trip && acsl_reports(g) ? ".report = n.report, " : "";
	const char *inner = arena_printf(".%s = %s", c_member(g->name), guardrail_path(g, "n.", key));
	const char *held = guardrail_keeps_held(g) ? arena_printf(".held_%s = %s, ", g->name, held_path(g, "n.")) : "";

	for (int i = 0; i < p->features.n; i++)
		if (guardrail_resets(p, g, p->features.at[i], trip))
			inner = arena_printf("%s, .%s = %s", inner, c_member(p->features.at[i]->name),
				feature_path(p->features.at[i], "n.", key));
	fprintf(f, "    predicate %s%sRest(%s o, %s n%s) =\n      ", c_camel(g->name), trip ? "Tripped" : "Rearmed",
		acsl_context(p), acsl_context(p), key ? arena_printf(", integer %s", key) : "");
	if (key)
		fprintf(f, "Same(n, {o \\with %s%s%s = %s}) &&\n      Same(%s, {%s \\with %s});\n\n", report, held,
			key_path(".", g->key, key), key_path("n.", g->key, key), key_path("n.", g->key, key),
			key_path("o.", g->key, key), inner);
	else
		fprintf(f, "Same(n, {o \\with %s%s});\n\n", report, inner);
}

/* From o to n by a trip or a rearm of g: what the automaton does, what is emptied, what is reported, and nothing else.
 * Each part is given to `say` with its name. */
void acsl_transition(const struct policy *p, const struct guardrail *g, bool trip, const char *o, const char *n,
	void (*say)(void *to, const char *name, const char *what), void *to)
{
	const char *key = g->key ? g->key->name : NULL, *verb = trip ? "Tripped" : "Rearmed";
	const char *old = arena_printf("%s.", o), *new = arena_printf("%s.", n);

	say(to, trip ? "tripped" : "rearmed",
		arena_printf("%s(%s, %s, %snow)", verb, guardrail_path(g, old, key), guardrail_path(g, new, key), old));
	if (guardrail_keeps_held(g))
		say(to, "held", arena_printf("%sHeld(%s)", c_camel(g->name), n));
	for (int i = 0; i < p->features.n; i++)
		if (guardrail_resets(p, g, p->features.at[i], trip))
			say(to, p->features.at[i]->name, acsl_feature_init(p->features.at[i], new, key));
	if (trip && acsl_reports(g))
		say(to, "report",
			arena_printf("Added(%sreport, %sreport, %s, %s, %snow, %s)", old, new, c_guardrail(p, g),
				key ? key : "0", old, wants(g)));
	say(to, "rest",
		arena_printf("%s%sRest(%s, %s%s)", c_camel(g->name), verb, o, n, key ? arena_printf(", %s", key) : ""));
}

static void as_part(void *to, const char *name, const char *what)
{
	(void)name;
	conj_part(to, what);
}

static void transition(FILE *f, const struct policy *p, const struct guardrail *g, bool trip)
{
	struct conjunction c;

	transition_rest(f, p, g, trip);
	fprintf(f, "    predicate %s%s(%s o, %s n%s) =\n      ", c_camel(g->name), trip ? "Tripped" : "Rearmed",
		acsl_context(p), acsl_context(p), g->key ? arena_printf(", integer %s", g->key->name) : "");
	conj_open(&c, f, 6, 6);
	acsl_transition(p, g, trip, "o", "n", as_part, &c);
	conj_close(&c, ";\n\n");
}

static void guardrail(FILE *f, const struct policy *p, const struct guardrail *g)
{
	const char *key = g->key ? g->key->name : NULL, *name = c_camel(g->name);
	const char *parameter = key ? arena_printf(", integer %s", key) : "",
		   *argument = key ? arena_printf(", %s", key) : "";
	struct scene s = {.policy = p, .state = "c.", .value = "c", .key = key};

	acsl_says(f, &g->trip_at, 1);
	fprintf(f, "    predicate %sTrips(%s c%s) =\n      Armed(%s) && %s;\n\n", name, acsl_context(p), parameter,
		guardrail_path(g, "c.", key), acsl_truth(&s, g->trip));
	if (!g->latch) {
		acsl_says(f, &g->rearm_at, 1);
		fprintf(f, "    predicate %sRearms(%s c%s) =\n      %s &&\n      MayRearm(%s, c.now, %s, %s);\n\n",
			name, acsl_context(p), parameter, g->rearm ? acsl_truth(&s, g->rearm) : "\\true",
			guardrail_path(g, "c.", key), c_integer(g->hold), c_integer(g->every));
	}
	transition(f, p, g, true);
	if (!g->latch)
		transition(f, p, g, false);
	fprintf(f, "    predicate %s(%s o, %s n%s) =\n      (%sTrips(o%s) ==> %sTripped(o, n%s)) &&\n", name,
		acsl_context(p), acsl_context(p), parameter, name, argument, name, argument);
	if (!g->latch)
		fprintf(f, "      (!%sTrips(o%s) && %sRearms(o%s) ==> %sRearmed(o, n%s)) &&\n", name, argument, name,
			argument, name, argument);
	fprintf(f, "      (!%sTrips(o%s)%s ==> Same(n, o));\n", name, argument,
		g->latch ? "" : arena_printf(" && !%sRearms(o%s)", name, argument));
}

/* From o to n: a trip of g comes with its time, and nothing else does. */
static void moved(FILE *f, const struct policy *p, const struct guardrail *g)
{
	const char *all =
		g->key ? arena_printf("\\forall integer k; 0 <= k < %s ==>\n        ", c_keys(p, g->key)) : "";
	const char *o = guardrail_path(g, "o.", "k"), *n = guardrail_path(g, "n.", "k"), *context = acsl_context(p);

	fprintf(f,
		"\n    predicate %sMoved(%s o, %s n) =\n      %s(%s.tripped == 0 && %s.tripped == 1 ? %s.ever_tripped == 1 && %s.tripped_at == n.now :\n"
		"          %s.ever_tripped == %s.ever_tripped && %s.tripped_at == %s.tripped_at);\n",
		c_camel(g->name), context, context, all, o, n, n, n, n, o, n, o);
}

void acsl_guardrails(FILE *f, const struct policy *p)
{
	if (p->guardrails.n)
		fputs("/*@", f);
	for (int i = 0; i < p->guardrails.n; i++) {
		fputs("\n", f);
		guardrail(f, p, p->guardrails.at[i]);
		if (trip_seen(p, p->guardrails.at[i]))
			moved(f, p, p->guardrails.at[i]);
	}
	if (p->guardrails.n)
		fputs("*/\n", f);
}
