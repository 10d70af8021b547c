/* The contracts of init, of the entries of events and of their steps. */
#include "acsl.h"

#include <string.h>

/* ---- init ---- */

const char *acsl_feature_init(const struct feature *f, const char *state, const char *key)
{
	const char *at = feature_path(f, state, key), *all = "";

	switch (f->kind) {
	case FEATURE_LAST:
		for (int i = 0; i < f->columns.n; i++)
			all = arena_printf("%s%sFilled(%s, %s)", all, i ? " && " : "", column_path(f, i, state, key),
				c_integer(f->columns.at[i].initial));
		return all;
	case FEATURE_IN_FLIGHT:
		return arena_printf("NoneOpen(%s)", at);
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
	case FEATURE_MEAN:
	case FEATURE_EXP_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
	case FEATURE_QUANTILE:
		return arena_printf("Empty(%s)", at);
	case FEATURE_AGE:
	case FEATURE_HELD:
		return arena_printf("Never(%s)", at);
	case FEATURE_SINCE:
		return arena_printf("Restarted(%s)", at);
	case FEATURE_KINDS:
		break;
	}
	return "";
}

/* One `ensures NAME: ..;` or `loop invariant NAME: ..;` a part of a record, through `say`. */
struct sayer {
	FILE *f;
	const char *word;   /* with its indent: "    ensures", "\t    loop invariant" */
	const char *before; /* "\forall integer k; .. ==> ", or "" */
};

static void say(const struct sayer *s, const char *name, const char *what)
{
	fprintf(s->f, "%s %s: %s%s;\n", s->word, name, s->before, what);
}

/* What lies in the record of `key` (NULL: in the context), as init makes it. `k` is the key's text, NULL inside. */
static void record_init(
	const struct sayer *s, const struct policy *p, const struct key *key, const char *state, const char *k)
{
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->state->key == key && p->features.at[i]->kind != FEATURE_IN_FLIGHT)
			say(s, p->features.at[i]->name, acsl_feature_init(p->features.at[i], state, k));
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];

		if (g->key != key)
			continue;
		say(s, g->name, arena_printf("NeverTripped(%s)", guardrail_path(g, state, k)));
		if (shadow_every(p, g) && (k || !key))
			say(s, arena_printf("shadow_%s", g->name), arena_printf("%s == 0", shadow_path(g, state, k)));
	}
	for (int m = 0; m < p->models.n; m++)
		if (said_kept(p, p->models.at[m], key))
			say(s, arena_printf("said_%s", p->models.at[m]->name),
				arena_printf("%s == %s", said_path(p->models.at[m], key, state, k), c_unsaid(p)));
}

void acsl_key_init(FILE *f, const struct policy *p, const struct key *k)
{
	fprintf(f,
		"/*@ requires valid: \\valid(d);\n"
		"    assigns *d;\n"
		"    ensures still: %sStill(*d);\n",
		c_camel(k->name));
	if (acsl_timed(p, k))
		fprintf(f, "    ensures timed: \\forall integer now; now >= 0 ==> %sTimed(*d, now);\n",
			c_camel(k->name));
	record_init(&(struct sayer){f, "    ensures", ""}, p, k, "d->", NULL);
	fputs("*/\n", f);
}

void acsl_init_loop(FILE *f, const struct policy *p, const struct key *k)
{
	const char *max = c_keys(p, k), *counts = "", *before = "\\forall integer i; 0 <= i < k ==> ";

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= k <= %s;\n"
		"\t    loop invariant still: \\forall integer i; 0 <= i < k ==> %sStill(%s);\n",
		max, c_camel(k->name), key_path("(*c).", k, "i"));
	if (acsl_timed(p, k))
		fprintf(f,
			"\t    loop invariant timed: \\forall integer i, t; 0 <= i < k && t >= 0 ==> %sTimed(%s, t);\n",
			c_camel(k->name), key_path("(*c).", k, "i"));
	record_init(&(struct sayer){f, "\t    loop invariant", before}, p, k, "(*c).", "i");
	for (int i = 0; i < p->guardrails.n; i++)
		if (p->guardrails.at[i]->key == k && shadow_every(p, p->guardrails.at[i]))
			counts = arena_printf("%s, %s", counts,
				shadow_path(p->guardrails.at[i], "c->", arena_printf("0 .. %s - 1", max)));
	fprintf(f,
		"\t    loop assigns k, %s%s;\n"
		"\t    loop variant %s - k; */\n",
		key_path("c->", k, arena_printf("0 .. %s - 1", max)), counts, max);
}

static const char *carry_initial(const struct policy *p, const struct column *c)
{
	return c->value->op == EXPR_SAID ? c_unsaid(p) : c_integer(c->initial);
}

void acsl_carry_init(FILE *f, const struct policy *p)
{
	(void)p;
	fputs("/*@ requires valid: \\valid(r);\n"
	      "    assigns *r;\n"
	      "    ensures ok: CarryOk(*r);\n"
	      "*/\n",
		f);
}

void acsl_carry_loop(FILE *f, const struct policy *p)
{
	fprintf(f,
		"\t/*@ loop invariant range: 0 <= t <= %s;\n\t    loop invariant done: \\forall integer i; 0 <= i < t ==> ",
		c_macro(p, "tags"));
	for (int i = 0; i < p->carry->columns.n; i++)
		fprintf(f, "%sr->%s[i] == %s", i ? " && " : "", p->carry->columns.at[i].name,
			carry_initial(p, &p->carry->columns.at[i]));
	fprintf(f, ";\n\t    loop assigns t, *r;\n\t    loop variant %s - t; */\n", c_macro(p, "tags"));
}

void acsl_init(FILE *f, const struct policy *p)
{
	struct sayer here = {f, "    ensures", ""};

	fputs("/*@ requires valid: \\valid(c);\n"
	      "    assigns *c;\n"
	      "    ensures figures: Figures(*c);\n"
	      "    ensures ok: CtxOk(*c);\n"
	      "    ensures now: c->now == now;\n",
		f);
	for (int i = 0; i < p->tunables.n; i++)
		say(&here, p->tunables.at[i]->name,
			arena_printf("%s == %s", tunable_path(p->tunables.at[i], "c->"),
				c_integer(p->tunables.at[i]->initial)));
	fputs("    ensures count: c->count.malformed == 0 && c->count.reopened == 0 && c->count.orphan == 0 && c->count.busy == 0 &&\n"
	      "      c->count.stale == 0 && c->count.exhausted == 0;\n",
		f);
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			say(&here, p->features.at[i]->name, acsl_feature_init(p->features.at[i], "c->", ""));
	record_init(&here, p, NULL, "c->", NULL);
	for (int i = 0; i < p->hook->keys.n; i++) {
		const struct key *k = p->hook->keys.at[i];

		if (key_kept(p, k))
			record_init(&(struct sayer){f, "    ensures",
					    arena_printf("\\forall integer k; 0 <= k < %s ==> ", c_keys(p, k))},
				p, k, "(*c).", "k");
	}
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			say(&here, p->guarantees.at[i]->name,
				arena_printf("Empty(%s)", guarantee_path(p->guarantees.at[i], "c->")));
	for (int i = 0; i < p->guarantees.n; i++)
		if (clean_kept(p->guarantees.at[i]))
			say(&here, clean_path(p->guarantees.at[i], ""),
				arena_printf("%s == 0", clean_path(p->guarantees.at[i], "c->")));
	fputs("    ensures tickets: NoTickets(c->tickets);\n"
	      "    ensures report: NoTrips(c->report);\n"
	      "*/\n",
		f);
}

/* ---- entries of events ---- */

const char *acsl_counted(const char *which)
{
	return arena_printf("*c == {\\old(*c) \\with .count.%s = (u32)Counted(\\old(c->count.%s))}", which, which);
}

void acsl_event_ok(FILE *f, const struct policy *p, const struct event *e)
{
	(void)p;
	fprintf(f,
		"/*@ requires valid: \\valid_read(e);\n"
		"    assigns \\nothing;\n"
		"    ensures checked: \\result <==> %sOk(*e);\n"
		"*/\n",
		c_camel(e->name));
}

void acsl_list_loop(FILE *f, const struct policy *p, const struct field *list)
{
	fprintf(f,
		"\t/*@ loop invariant range: 0 <= i <= %s;\n"
		"\t    loop invariant %s: \\forall integer j; 0 <= j < i && j < e->%s_n ==> %sOk((*e).%s[j]);\n"
		"\t    loop assigns i;\n"
		"\t    loop variant %s - i; */\n",
		c_list_max(p, list), list->name, list->name, acsl_record(p, list), list->name, c_list_max(p, list));
}

/* The key that the steps of e move, in the state before: a field of its own, or the one under which its tag was
 * opened. */
static const char *key_before(const struct policy *p, const struct event *e)
{
	if (e->key)
		return arena_printf("e->%s", e->key->name);
	return arena_printf("%s.tag[e->%s].key", table_path(p, "\\old(*c)."), e->tag->name);
}

static const char *open_before(const struct policy *p, const struct event *e, const char *state, int open)
{
	return arena_printf("%s.tag[e->%s].open == %d", table_path(p, state), e->tag->name, open);
}

static bool refuses_tags(const struct policy *p, const struct event *e)
{
	return event_opens(p, e) || event_closes(p, e);
}

void acsl_event_features(FILE *f, const struct policy *p, const struct event *e)
{
	const struct key *key = moved_key(p, e);
	bool inner = false;
	const char *argument = key ? arena_printf(", %s", key->name) : "", *event = e->tick ? "" : ", *e";
	struct conjunction c;

	if (e->tick)
		fputs("/*@ requires valid: \\valid(c);\n    requires ok: StateOk(*c);\n", f);
	else
		fprintf(f,
			"/*@ requires valid: \\valid(c) && \\valid_read(e);\n"
			"    requires apart: \\separated(c, e);\n"
			"    requires ok: StateOk(*c);\n"
			"    requires event: %sOk(*e)",
			c_camel(e->name));
	if (refuses_tags(p, e))
		fprintf(f, " && %s", open_before(p, e, "c->", event_closes(p, e)));
	if (key && e->key)
		fprintf(f, " && %s == e->%s", key->name, e->key->name);
	else if (key)
		fprintf(f, " && %s == %s.tag[e->%s].key", key->name, table_path(p, "c->"), e->tag->name);
	if (!e->tick)
		fputs(";\n", f);
	fputs("    assigns ", f);
	conj_open(&c, f, 12, 6);
	c.op = ",";
	if (carry_writes(p, e))
		conj_part(&c, "c->carry");
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *feature = p->features.at[i];

		if (feature->on != e && feature->until != e)
			continue;
		if (feature->state->key && feature->kind != FEATURE_IN_FLIGHT)
			inner = true;
		else
			conj_part(&c, feature_path(feature, "c->", NULL));
	}
	if (inner)
		conj_part(&c, key_path("c->", key, key->name));
	conj_close(&c, ";\n    ensures ok: StateOk(*c);\n");
	if (carry_writes(p, e))
		fprintf(f, "    ensures carry: Carry%s(\\old(*c), *c%s%s);\n", c_camel(e->name), event, argument);
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->on == e || p->features.at[i]->until == e)
			fprintf(f, "    ensures %s: %s%s(\\old(*c), *c%s%s);\n", p->features.at[i]->name,
				c_camel(p->features.at[i]->name), c_camel(e->name), event, argument);
	fprintf(f, "    ensures rest: %sRest(\\old(*c), *c%s);\n    ensures step: %sFeatures(\\old(*c), *c%s%s);\n*/\n",
		c_camel(e->name), argument, c_camel(e->name), event, argument);
}

/* e == NULL: settle */
static bool evaluated(const struct policy *p, const struct guardrail *g, const struct event *e)
{
	return !g->key || (e && moved_key(p, e) == g->key);
}

static int steps_of(const struct policy *p, const struct event *e)
{
	int n = e && acsl_has_features(p, e);

	for (int i = 0; i < p->guardrails.n; i++)
		n += evaluated(p, p->guardrails.at[i], e);
	return n;
}

bool acsl_moves(const struct policy *p, const struct event *e)
{
	return steps_of(p, e) > 0;
}

/* `\exists struct io_route m; Features(FROM, m, ..) && Drift(m, TO, ..)`: one state between any two steps. e == NULL:
 * settle's steps, which are the guardrails without a key. */
static const char *chain(const struct policy *p, const struct event *e, const char *from, const char *to)
{
	const char *key = e && moved_key(p, e) ? key_before(p, e) : NULL, *all = "", *bound = "", *last = from;
	int n = steps_of(p, e);

	for (int i = -1, k = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = i < 0 ? NULL : p->guardrails.at[i];
		const char *next;

		if (g ? !evaluated(p, g, e) : !(e && acsl_has_features(p, e)))
			continue;
		next = ++k == n ? to : arena_printf("m%d", k);
		if (k < n)
			bound = arena_printf("%s%s%s", bound, k > 1 ? ", " : "", next);
		all = arena_printf("%s%s%s(%s, %s%s%s)", all, k > 1 ? " && " : "",
			g ? c_camel(g->name) : arena_printf("%sFeatures", c_camel(e->name)), last, next,
			g || e->tick ? "" : ", *e",
			(g		      ? g->key
					: key ? moved_key(p, e)
					      : NULL)
				? arena_printf(", %s", key)
				: "");
		last = next;
	}
	if (n == 0)
		return arena_printf("%s == %s", to, from);
	return n > 1 ? arena_printf("\\exists %s %s; %s", acsl_context(p), bound, all) : all;
}

/* What the steps of an entry may write, part by part: what is not named keeps its value, with nothing to prove. */
struct parts {
	LIST(const char *) path;   /* "c->dev[0 .. IO_ROUTE_DEVS - 1]" */
	LIST(const char *) member; /* "dev" */
};

static void part(struct parts *parts, const char *member, const char *which)
{
	*list_add(&parts->path) = arena_printf("c->%s%s", member, which);
	*list_add(&parts->member) = member;
}

static struct parts parts_of(const struct policy *p, const struct event *e)
{
	const struct key *key = e ? moved_key(p, e) : NULL;
	bool inner = false, report = false;
	struct parts parts = {0};

	if (e && carry_writes(p, e))
		part(&parts, "carry", "");
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *feature = p->features.at[i];
		bool moves = e && (feature->on == e || feature->until == e);

		for (int g = 0; g < p->guardrails.n; g++)
			moves = moves ||
				(evaluated(p, p->guardrails.at[g], e) &&
					(guardrail_resets(p, p->guardrails.at[g], feature, true) ||
						guardrail_resets(p, p->guardrails.at[g], feature, false)));
		if (!moves)
			continue;
		if (feature->state->key && feature->kind != FEATURE_IN_FLIGHT)
			inner = true;
		else
			part(&parts, feature_path(feature, "", NULL), "");
	}
	for (int g = 0; g < p->guardrails.n; g++) {
		if (!evaluated(p, p->guardrails.at[g], e))
			continue;
		report = report || acsl_reports(p->guardrails.at[g]);
		if (guardrail_keeps_held(p->guardrails.at[g]))
			part(&parts, held_path(p->guardrails.at[g], ""), "");
		if (p->guardrails.at[g]->key)
			inner = true;
		else
			part(&parts, guardrail_path(p->guardrails.at[g], "", NULL), "");
	}
	if (inner)
		part(&parts, c_member(key->name), arena_printf("[0 .. %s - 1]", c_keys(p, key)));
	if (report)
		part(&parts, "report", "");
	return parts;
}

static void entry_assigns(FILE *f, const struct policy *p, const struct event *e, bool counts)
{
	struct parts parts = parts_of(p, e);
	struct conjunction c;

	fputs("    assigns ", f);
	conj_open(&c, f, 12, 6);
	c.op = ",";
	conj_part(&c, "c->now");
	if (counts)
		conj_part(&c, "c->count");
	for (int i = 0; i < parts.path.n; i++)
		conj_part(&c, parts.path.at[i]);
	conj_close(&c, ";\n");
}

const char *acsl_moved_members(const struct policy *p, const struct event *e, const char *n)
{
	struct parts parts = parts_of(p, e);
	const char *all = arena_printf(".now = %snow", n);

	for (int i = 0; i < parts.member.n; i++)
		all = arena_printf("%s, .%s = %s%s", all, parts.member.at[i], n, parts.member.at[i]);
	return all;
}

const char *acsl_moved_from(const struct policy *p, const struct event *e, const char *o)
{
	return acsl_moves(p, e) ? arena_printf("{%s \\with %s}", o, acsl_moved_members(p, e, "c->"))
				: arena_printf("At(%s, now)", o);
}

const char *acsl_moved(const struct policy *p, const struct event *e)
{
	return acsl_moved_from(p, e, "\\old(*c)");
}

const char *acsl_steps(const struct policy *p, const struct event *e)
{
	return chain(p, e, "At(\\old(*c), now)", acsl_moved(p, e));
}

void acsl_move(FILE *f, const struct policy *p, const struct event *e)
{
	if (e && !e->tick)
		fprintf(f,
			"/*@ requires valid: \\valid(c) && \\valid_read(e);\n    requires apart: \\separated(c, e);\n    requires ok: CtxOk(*c);\n    requires event: %sOk(*e);\n",
			c_camel(e->name));
	else
		fputs("/*@ requires valid: \\valid(c);\n    requires ok: CtxOk(*c);\n", f);
	entry_assigns(f, p, e, false);
	fputs("    ensures ok: CtxOk(*c);\n    ensures now: c->now == Later(\\old(c->now), now);\n", f);
	acsl_trips_moved(f, p);
	fprintf(f, "    ensures moved: %s;\n*/\n", chain(p, e, "At(\\old(*c), now)", "*c"));
}

static const char *trip_moved(const struct guardrail *g, const char *o)
{
	return arena_printf("moved_%s: %sMoved(%s, *c)", g->name, c_camel(g->name), o);
}

void acsl_trips_moved(FILE *f, const struct policy *p)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (trip_seen(p, p->guardrails.at[i]))
			fprintf(f, "    ensures %s;\n", trip_moved(p->guardrails.at[i], "\\old(*c)"));
}

void acsl_trips_moved_rungs(const struct policy *p, void (*say)(void *to, const char *what), void *to)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (trip_seen(p, p->guardrails.at[i]))
			say(to, trip_moved(p->guardrails.at[i], "\\at(*c, Pre)"));
}

void acsl_event_entry(FILE *f, const struct policy *p, const struct event *e)
{
	const char *when = "";

	if (e->tick)
		fputs("/*@ requires valid: \\valid(c);\n    requires ok: CtxOk(*c);\n", f);
	else
		fputs("/*@ requires valid: \\valid(c) && \\valid_read(e);\n"
		      "    requires apart: \\separated(c, e);\n"
		      "    requires ok: CtxOk(*c);\n",
			f);
	entry_assigns(f, p, e, !e->tick);
	fputs("    ensures ok: CtxOk(*c);\n", f);
	if (!e->tick) {
		fprintf(f, "    ensures malformed: !%sOk(*e) ==>\n      %s;\n", c_camel(e->name),
			acsl_counted("malformed"));
		when = arena_printf("%sOk(*e)", c_camel(e->name));
	}
	if (event_opens(p, e))
		fprintf(f, "    ensures reopened: %s && %s ==>\n      %s;\n", when, open_before(p, e, "\\old(*c).", 1),
			acsl_counted("reopened"));
	if (event_closes(p, e))
		fprintf(f, "    ensures orphan: %s && %s ==>\n      %s;\n", when, open_before(p, e, "\\old(*c).", 0),
			acsl_counted("orphan"));
	if (refuses_tags(p, e))
		when = arena_printf("%s && %s", when, open_before(p, e, "\\old(*c).", event_closes(p, e)));
	acsl_trips_moved(f, p);
	fprintf(f, "    ensures steps: %s%s%s;\n*/\n", when, *when ? " ==>\n      " : "",
		chain(p, e, "At(\\old(*c), now)", "*c"));
}

/* ---- guardrails ---- */

static void guardrail_head(FILE *f, const struct policy *p, const struct guardrail *g, const char *more)
{
	struct conjunction c;

	fputs("/*@ requires valid: \\valid(c);\n    requires ok: StateOk(*c);\n", f);
	if (g->key)
		fprintf(f, "    requires %s: %s < %s%s;\n", g->key->name, g->key->name, c_keys(p, g->key), more);
	else if (*more)
		fprintf(f, "    requires armed: %s;\n", more + 4);
	fputs("    assigns ", f);
	conj_open(&c, f, 12, 6);
	c.op = ",";
	if (g->key)
		conj_part(&c, key_path("c->", g->key, g->key->name));
	else
		conj_part(&c, guardrail_path(g, "c->", NULL));
	for (int i = 0; !g->key && i < p->features.n; i++)
		if (guardrail_resets(p, g, p->features.at[i], true) || guardrail_resets(p, g, p->features.at[i], false))
			conj_part(&c, feature_path(p->features.at[i], "c->", NULL));
	if (guardrail_keeps_held(g))
		conj_part(&c, held_path(g, "c->"));
	if (acsl_reports(g))
		conj_part(&c, "c->report");
	conj_close(&c, ";\n    ensures ok: StateOk(*c);\n");
}

static void as_clause(void *to, const char *name, const char *what)
{
	fprintf(to, "    ensures %s: %s;\n", name, what);
}

void acsl_in_force(FILE *f, const struct policy *p, const struct tunable *t)
{
	(void)p;
	fprintf(f,
		"/*@ requires valid: \\valid_read(c);\n    assigns \\nothing;\n    ensures force: \\result == InForce%s(*c);\n*/\n",
		c_camel(t->name));
}

void acsl_held(FILE *f, const struct policy *p, const struct guardrail *g)
{
	fprintf(f,
		"/*@ requires valid: \\valid_read(c);\n"
		"    assigns \\nothing;\n"
		"    ensures range: \\result <= %s;\n"
		"    ensures none: \\result == 0 ==> \\forall integer k; 0 <= k < %s ==> %s.tripped != 1;\n"
		"    ensures held: \\result != 0 ==> %s.tripped == 1;\n*/\n",
		c_keys(p, g->key), c_keys(p, g->key), guardrail_path(g, "(*c).", "k"),
		guardrail_path(g, "(*c).", "\\result - 1"));
}

void acsl_held_loop(FILE *f, const struct policy *p, const struct guardrail *g)
{
	fprintf(f,
		"\t/*@ loop invariant range: 0 <= each <= %s;\n"
		"\t    loop invariant none: \\forall integer k; 0 <= k < each ==> %s.tripped != 1;\n"
		"\t    loop assigns each;\n"
		"\t    loop variant %s - each; */\n",
		c_keys(p, g->key), guardrail_path(g, "(*c).", "k"), c_keys(p, g->key));
}

/* `any` or `every` of a condition of g, and one key more that says nothing yet. */
static struct scene over_state(const struct policy *p, const struct guardrail *g)
{
	return (struct scene){
		.policy = p, .state = "(*c).", .value = "*c", .key = g->key ? g->key->name : NULL, .keyvar = "k"};
}

void acsl_quantified(FILE *f, const struct policy *p, const struct guardrail *g, const struct expr *e)
{
	struct scene s = over_state(p, g);

	fputs("/*@ requires valid: \\valid_read(c);\n    requires ok: StateOk(*c);\n", f);
	if (g->key)
		fprintf(f, "    requires %s: %s < %s;\n", g->key->name, g->key->name, c_keys(p, g->key));
	fprintf(f, "    assigns \\nothing;\n    ensures %s: \\result <==> %s;\n*/\n",
		e->op == EXPR_ANY ? "any" : "every", acsl_truth(&s, e));
}

void acsl_quantified_loop(FILE *f, const struct policy *p, const struct guardrail *g, const struct expr *e)
{
	struct scene s = over_state(p, g);
	const char *keys = c_keys(p, e->type.key);

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= each <= %s;\n"
		"\t    loop invariant %s: \\forall integer k; 0 <= k < each ==> %s%s;\n"
		"\t    loop assigns each;\n"
		"\t    loop variant %s - each; */\n",
		keys, e->op == EXPR_ANY ? "none" : "all", e->op == EXPR_ANY ? "!" : "", acsl_atom(&s, e->a), keys);
}

void acsl_guardrail_trip(FILE *f, const struct policy *p, const struct guardrail *g)
{
	const char *key = g->key ? g->key->name : NULL;

	guardrail_head(f, p, g, arena_printf(" && Armed(%s)", guardrail_path(g, "c->", key)));
	acsl_transition(p, g, true, "\\old(*c)", "(*c)", as_clause, f);
	fputs("*/\n", f);
}

void acsl_guardrail_rearm(FILE *f, const struct policy *p, const struct guardrail *g)
{
	const char *rail = guardrail_path(g, "c->", g->key ? g->key->name : NULL);

	guardrail_head(f, p, g,
		arena_printf(" && MayRearm(%s, c->now, %s, %s)", rail, c_integer(g->hold), c_integer(g->every)));
	acsl_transition(p, g, false, "\\old(*c)", "(*c)", as_clause, f);
	fputs("*/\n", f);
}

/* From the old context to *c by one evaluation of g, in parts. */
static void step_clauses(FILE *f, const struct policy *p, const struct guardrail *g)
{
	const char *name = c_camel(g->name), *k = g->key ? arena_printf(", %s", g->key->name) : "";
	const char *trips = arena_printf("%sTrips(\\old(*c)%s)", name, k),
		   *rearms = arena_printf("%sRearms(\\old(*c)%s)", name, k);

	guardrail_head(f, p, g, "");
	fprintf(f, "    ensures trips: %s ==> %sTripped(\\old(*c), *c%s);\n", trips, name, k);
	if (!g->latch)
		fprintf(f, "    ensures rearms: !%s && %s ==> %sRearmed(\\old(*c), *c%s);\n", trips, rearms, name, k);
	fprintf(f, "    ensures stays: !%s%s ==> *c == \\old(*c);\n", trips,
		g->latch ? "" : arena_printf(" && !%s", rearms));
	acsl_trips_moved(f, p);
}

void acsl_guardrail_once(FILE *f, const struct policy *p, const struct guardrail *g)
{
	step_clauses(f, p, g);
	fputs("*/\n", f);
}

/* .. and, where an entry has several guardrails in a row, as one: what the entry's chain names. */
void acsl_guardrail_step(FILE *f, const struct policy *p, const struct guardrail *g)
{
	step_clauses(f, p, g);
	if (p->guardrails.n > 1)
		fprintf(f, "    ensures step: %s(\\old(*c), *c%s);\n", c_camel(g->name),
			g->key ? arena_printf(", %s", g->key->name) : "");
	fputs("*/\n", f);
}

/* ---- tunables ---- */

void acsl_set(FILE *f, const struct policy *p, const struct tunable *t)
{
	const char *in = arena_printf("%s <= %s <= %s", c_integer(t->type.lo), t->name, c_integer(t->type.hi));

	(void)p;
	fprintf(f,
		"/*@ requires valid: \\valid(c);\n"
		"    requires ok: CtxOk(*c);\n"
		"    assigns *c;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures set: %s ==> *c == {\\old(*c) \\with .%s = %s};\n"
		"    ensures malformed: !(%s) ==>\n      %s;\n*/\n",
		in, c_member(t->name), t->name, in, acsl_counted("malformed"));
}
