/* What of an event is in range, what of the context always holds, and what init makes. */
#include "acsl.h"

#include <string.h>

#define WIDTH 120

/* ---- printing ---- */

void conj_open(struct conjunction *c, FILE *f, int column, int indent)
{
	*c = (struct conjunction){.f = f, .column = column, .indent = indent, .op = " &&"};
}

void conj_part(struct conjunction *c, const char *part)
{
	int length = (int)strlen(part);

	if (c->parts++ == 0) {
		fputs(part, c->f);
		c->column += length;
		return;
	}
	if (c->column + 4 + length + 3 > WIDTH) {
		fprintf(c->f, "%s\n%*s%s", c->op, c->indent, "", part);
		c->column = c->indent + length;
		return;
	}
	fprintf(c->f, "%s %s", c->op, part);
	c->column += (int)strlen(c->op) + 1 + length;
}

void conj_close(struct conjunction *c, const char *end)
{
	if (c->parts == 0)
		fputs("\\true", c->f);
	fputs(end, c->f);
}

/* The policy's own line, its blanks made one. */
const char *policy_line(struct span at)
{
	char *line = arena_strdup(show_line(at)), *to = line;

	for (const char *from = line; *from; from++)
		if (!(from[0] == ' ' && (from[1] == ' ' || from[1] == 0)))
			*to++ = *from;
	*to = 0;
	return line;
}

void acsl_says(FILE *f, const struct span *at, int count)
{
	for (int i = 0; i < count; i++)
		if (at[i].source && (i == 0 || at[i].line != at[i - 1].line))
			fprintf(f, "    // %s\n", policy_line(at[i]));
}

/* `    predicate NAME(PARAMETERS) =` and the indent of what follows. */
static void predicate(struct conjunction *c, FILE *f, const char *head)
{
	fprintf(f, "    predicate %s =\n      ", head);
	conj_open(c, f, 6, 6);
}

const char *acsl_context(const struct policy *p)
{
	return arena_printf("struct %s", p->name);
}

const char *acsl_event_type(const struct policy *p, const struct event *e)
{
	return arena_printf("struct %s", c_named(p, e->name));
}

/* An element of `legs` is a leg. */
static const char *singular(const char *list)
{
	size_t n = strlen(list);

	return n > 1 && list[n - 1] == 's' ? arena_printf("%.*s", (int)n - 1, list) : arena_printf("%s_item", list);
}

static const struct field *list_of(const struct event *e)
{
	for (int i = 0; i < e->fields.n; i++)
		if (e->fields.at[i]->type.kind == TYPE_LIST)
			return e->fields.at[i];
	return NULL;
}

/* Something that the policy or its hook names has a struct of that name. */
static bool is_struct(const struct policy *p, const char *name)
{
	for (int i = 0; i < p->hook->events.n; i++)
		if (!strcmp(p->hook->events.at[i]->name, name) && event_emitted(p, p->hook->events.at[i]))
			return true;
	for (int i = 0; i < p->hook->keys.n; i++)
		if (!strcmp(p->hook->keys.at[i]->name, name) && key_kept(p, p->hook->keys.at[i]))
			return true;
	for (int i = 0; i < p->features.n; i++)
		if (!strcmp(p->features.at[i]->name, name) && p->features.at[i]->kind == FEATURE_LAST)
			return true;
	for (int i = 0; i < p->models.n; i++)
		if (!strcmp(p->models.at[i]->name, name))
			return true;
	return false;
}

/* Where the word is given away, or an event before it has such a list too, the event's name stands before it. */
static const char *element(const struct policy *p, const struct field *list)
{
	const char *name = singular(list->name);
	const struct event *of = NULL;
	bool given = is_struct(p, name);

	for (int i = 0; i < p->hook->events.n && !of; i++) {
		const struct event *e = p->hook->events.at[i];
		const struct field *other = list_of(e);

		if (other == list)
			of = e;
		else if (other && event_emitted(p, e) && !strcmp(singular(other->name), name))
			given = true;
	}
	if (given && of)
		name = arena_printf("%s_%s", of->name, name);
	while (given && is_struct(p, name))
		name = arena_printf("%s_", name);
	return name;
}

const char *acsl_record(const struct policy *p, const struct field *list)
{
	return c_camel(element(p, list));
}

const char *record_struct(const struct policy *p, const struct field *list)
{
	return c_named(p, element(p, list));
}

bool event_moves_key(const struct policy *p, const struct event *e)
{
	return moved_key(p, e) != NULL;
}

/* ---- events ---- */

static num width_top(const struct type *t)
{
	int bits = c_bits(t);

	return t->kind == TYPE_BOOL ? UINT8_MAX : ((num)1 << bits) - 1;
}

/* The check of one field, or NULL where every value of its C type is in range. */
static const char *field_in_range(const struct policy *p, const struct field *f, const char *at)
{
	const char *path = arena_printf("%s%s", at, f->name);

	switch (f->type.kind) {
	case TYPE_KEY:
		return arena_printf("%s < %s", path, c_keys(p, f->type.key));
	case TYPE_TAG:
		return arena_printf("%s < %s", path, c_tags(p, f));
	case TYPE_CANDIDATE:
		return arena_printf("%s < %s%s_n", path, at, f->of->name);
	case TYPE_LIST:
		return arena_printf("%s_n <= %s", path, c_list_max(p, f));
	case TYPE_BOOL:
		return arena_printf("%s <= 1", path);
	case TYPE_INT:
	case TYPE_CLASS:
	case TYPE_SHARE:
	case TYPE_SOURCE:
		break;
	}
	if (f->type.lo == 0)
		return f->type.hi >= width_top(&f->type) ? NULL : arena_printf("%s <= %s", path, c_integer(f->type.hi));
	return arena_printf("%s <= %s <= %s", c_integer(f->type.lo), path, c_integer(f->type.hi));
}

static void fields_ok(struct conjunction *c, const struct policy *p, struct field *const *fields, int n, const char *at)
{
	for (int i = 0; i < n; i++) {
		const char *part = field_in_range(p, fields[i], at);

		if (part)
			conj_part(c, part);
	}
	for (int i = 0; i < n; i++)
		if (fields[i]->type.kind == TYPE_LIST)
			conj_part(c,
				arena_printf("(\\forall integer i; 0 <= i < %s%s_n ==> %sOk(%s%s[i]))", at,
					fields[i]->name, acsl_record(p, fields[i]), at, fields[i]->name));
}

static void event_ok(FILE *f, const struct policy *p, const struct event *e)
{
	struct conjunction c;

	for (int i = 0; i < e->fields.n; i++) {
		const struct field *list = e->fields.at[i];

		if (list->type.kind != TYPE_LIST)
			continue;
		predicate(&c, f, arena_printf("%sOk(struct %s l)", acsl_record(p, list), record_struct(p, list)));
		fields_ok(&c, p, list->record.at, list->record.n, "l.");
		conj_close(&c, ";\n\n");
	}
	predicate(&c, f, arena_printf("%sOk(%s e)", c_camel(e->name), acsl_event_type(p, e)));
	fields_ok(&c, p, e->fields.at, e->fields.n, "e.");
	conj_close(&c, ";\n");
}

void acsl_events(FILE *f, const struct policy *p)
{
	const char *gap = "/*@\n";

	for (int i = 0; i < p->hook->events.n; i++) {
		const struct event *e = p->hook->events.at[i];

		if (p->decision->on != e && (e->tick || !event_used(p, e)))
			continue;
		fputs(gap, f);
		event_ok(f, p, e);
		gap = "\n";
	}
	if (*gap == '\n')
		fputs("*/\n", f);
}

/* ---- knobs ---- */

/* Whether a guardrail holds its knobs: it is tripped, of some key where it has one. */
static const char *holds(const struct guardrail *g, const char *state)
{
	return g->key ? arena_printf("%s != 0", held_path(g, state))
		      : arena_printf("%s.tripped == 1", guardrail_path(g, state, NULL));
}

/* The context's note of a key that is tripped: there is one where any is, and it is. */
static void held(FILE *f, const struct policy *p, const struct guardrail *g)
{
	fprintf(f,
		"    predicate %sHeld(%s c) =\n"
		"      (\\forall integer k; 0 <= k < %s && %s.tripped == 1 ==> %s != 0) &&\n"
		"      (%s != 0 ==> 1 <= %s <= %s && %s.tripped == 1);\n\n",
		c_camel(g->name), acsl_context(p), c_keys(p, g->key), guardrail_path(g, "c.", "k"), held_path(g, "c."),
		held_path(g, "c."), held_path(g, "c."), c_keys(p, g->key),
		guardrail_path(g, "c.", arena_printf("%s - 1", held_path(g, "c."))));
}

/* The value in force: that of the last guardrail in file order that holds it, else what the operator set. */
static void knob(FILE *f, const struct policy *p, const struct tunable *t)
{
	fprintf(f, "    logic integer InForce%s(%s c) =\n      ", c_camel(t->name), acsl_context(p));
	for (int i = p->guardrails.n - 1; i >= 0; i--) {
		const struct action *a = guardrail_holds(p->guardrails.at[i], t);

		if (a)
			fprintf(f, "%s ? %s : ", holds(p->guardrails.at[i], "c."), c_integer(a->value));
	}
	fprintf(f, "%s;\n\n", tunable_path(t, "c."));
}

/* ---- the invariant ---- */

/* What is asked for of an invariant: what only a step changes, what the time as it goes bears on, or both. */
struct parts {
	struct conjunction *c;
	bool still, timed;
};

static void part(const struct parts *to, bool timed, const char *what)
{
	if (timed ? to->timed : to->still)
		conj_part(to->c, what);
}

/* What is read of it has the range that the policy gives it, not only that of its C type. */
static const char *within(const char *at, struct type t)
{
	return arena_printf(" && Within(%s, %s, %s)", at, c_integer(t.lo), c_integer(t.hi));
}

const char *acsl_column_ok(const struct feature *f, int column, const char *state)
{
	const char *at = column_path(f, column, state, NULL);

	return arena_printf("LastOk(%s)%s", at, within(at, f->columns.at[column].value->type));
}

static void feature_ok(const struct parts *c, const struct feature *f, const char *state, const char *now)
{
	const char *at = feature_path(f, state, NULL);

	switch (f->kind) {
	case FEATURE_LAST:
		for (int i = 0; i < f->columns.n; i++)
			part(c, false, acsl_column_ok(f, i, state));
		break;
	case FEATURE_IN_FLIGHT:
		part(c, false, arena_printf("InflightOk(%s)", at));
		break;
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		part(c, f->span,
			f->span ? arena_printf("BucketsOk(%s, %s)", at, now) : arena_printf("WindowOk(%s)", at));
		break;
	case FEATURE_MEAN:
		part(c, false, arena_printf("MeanOk(%s)", at));
		break;
	case FEATURE_EXP_MEAN:
		part(c, false, arena_printf("ExpMeanOk(%s)", at));
		break;
	case FEATURE_MIN:
	case FEATURE_MAX:
		part(c, false, arena_printf("ExtremeOk(%s)%s", at, within(at, feature_lifted(f))));
		break;
	case FEATURE_QUANTILE:
		part(c, false, arena_printf("QuantileOk(%s)", at));
		break;
	case FEATURE_AGE:
		part(c, true, arena_printf("AgeOk(%s, %s)", at, now));
		break;
	case FEATURE_HELD:
		part(c, true, arena_printf("HeldOk(%s, %s)", at, now));
		break;
	case FEATURE_SINCE:
	case FEATURE_KINDS:
		break;
	}
}

/* Everything that a key's record holds, seen from inside; for key == NULL what lies in the context itself. */
static void record_ok(
	const struct parts *c, const struct policy *p, const struct key *key, const char *state, const char *now)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];

		if (f->state->key == key && f->kind != FEATURE_IN_FLIGHT)
			feature_ok(c, f, state, now);
	}
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];

		if (g->key != key)
			continue;
		part(c, true,
			arena_printf(
				"GuardrailOk(%s, %s, %s)", guardrail_path(g, state, NULL), now, c_integer(g->hold)));
	}
	for (int m = 0; m < p->models.n; m++)
		if (said_kept(p, p->models.at[m], key))
			part(c, false,
				arena_printf("%s <= %s", said_path(p->models.at[m], key, state, NULL), c_unsaid(p)));
}

bool acsl_timed(const struct policy *p, const struct key *k)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (p->guardrails.at[i]->key == k)
			return true;
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];

		if (f->state->key == k && (f->span || f->kind == FEATURE_AGE || f->kind == FEATURE_HELD))
			return true;
	}
	return false;
}

static void each_key(FILE *f, const struct policy *p, const struct key *k, const char *word, const char *parameter,
	const char *argument)
{
	const char *keys = c_keys(p, k), *name = c_camel(k->name);

	fprintf(f, "    predicate Each%s%s(struct %s a[%s]%s) = \\forall integer k; 0 <= k < %s ==> %s%s(a[k]%s);\n\n",
		name, word, c_named(p, k->name), keys, parameter, keys, name, word, argument);
}

static void key_ok(FILE *f, const struct policy *p, const struct key *k)
{
	struct conjunction c;

	predicate(&c, f, arena_printf("%sStill(struct %s d)", c_camel(k->name), c_named(p, k->name)));
	record_ok(&(struct parts){&c, .still = true}, p, k, "d.", "now");
	for (int m = 0; m < p->models.n; m++)
		acsl_kept_parts(&c, p, p->models.at[m], k, NULL, "d.");
	conj_close(&c, ";\n\n");
	each_key(f, p, k, "Still", "", "");
	if (!acsl_timed(p, k))
		return;
	predicate(&c, f, arena_printf("%sTimed(struct %s d, integer now)", c_camel(k->name), c_named(p, k->name)));
	record_ok(&(struct parts){&c, .timed = true}, p, k, "d.", "now");
	conj_close(&c, ";\n\n");
	each_key(f, p, k, "Timed", ", integer now", ", now");
}

static void carry_ok(FILE *f, const struct policy *p)
{
	struct conjunction c;

	fprintf(f, "    predicate CarryOk(struct %s r) =\n      \\forall integer t; 0 <= t < %s ==> ",
		c_struct(p, "carry"), c_macro(p, "tags"));
	conj_open(&c, f, 60, 8);
	for (int i = 0; i < p->carry->columns.n; i++) {
		const struct column *column = &p->carry->columns.at[i];
		const char *at = arena_printf("r.%s[t]", column->name);

		if (column->value->op == EXPR_SAID)
			conj_part(&c, arena_printf("%s <= %s", at, c_unsaid(p)));
		else if (column->value->type.lo != 0)
			conj_part(&c,
				arena_printf("%s <= %s <= %s", c_integer(column->value->type.lo), at,
					c_integer(column->value->type.hi)));
		else
			conj_part(&c, arena_printf("%s <= %s", at, c_integer(column->value->type.hi)));
	}
	conj_close(&c, ";\n\n");
}

static void ask_ok(FILE *f, const struct policy *p)
{
	fprintf(f, "    predicate AskOk(struct %s a) =\n      %sOk(a.%s)", c_struct(p, "ask"),
		c_camel(p->decision->on->name), p->decision->on->name);
	if (p->models.n && p->models.at[0]->each)
		fprintf(f, " &&\n      \\forall integer i; 0 <= i < %s ==> a.asked[i] <= (i < a.%s.%s_n ? 1 : 0)",
			c_list_max(p, p->models.at[0]->each), p->decision->on->name, p->models.at[0]->each->name);
	else if (p->models.n)
		fprintf(f, " && a.asked <= 1");
	fputs(";\n\n", f);
}

static void asks_ok(FILE *f, const struct policy *p)
{
	const char *slots = c_macro(p, "tickets");

	fprintf(f,
		"    predicate AsksOk(struct tickets_%d t, struct %s a[%s], integer now) =\n"
		"      TicketsOk(t, now) && \\forall integer s; 0 <= s < %s && t.ticket[s] != 0 ==> AskOk(a[s]);\n\n",
		p->decision->tickets, c_struct(p, "ask"), slots, slots);
}

static void key_rungs(const struct policy *p, const struct key *k, void (*say)(void *to, const char *what), void *to)
{
	const char *camel = c_camel(k->name), *all = c_member(k->name);

	say(to, arena_printf("still: Each%sStill((*c).%s)", camel, all));
	if (acsl_timed(p, k))
		say(to, arena_printf("timed: Each%sTimed((*c).%s, (*c).now)", camel, all));
}

static void held_rungs(const struct policy *p, void (*say)(void *to, const char *what), void *to)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (guardrail_keeps_held(p->guardrails.at[i]))
			say(to,
				arena_printf("held_%s: %sHeld(*c)", p->guardrails.at[i]->name,
					c_camel(p->guardrails.at[i]->name)));
}

void acsl_rungs(const struct policy *p, const struct key *moved, void (*say)(void *to, const char *what), void *to)
{
	if (moved && key_kept(p, moved)) {
		const char *camel = c_camel(moved->name), *one = key_path("(*c).", moved, moved->name);

		say(to,
			arena_printf("one: %sStill(%s)%s", camel, one,
				acsl_timed(p, moved) ? arena_printf(" && %sTimed(%s, (*c).now)", camel, one) : ""));
		key_rungs(p, moved, say, to);
	}
	held_rungs(p, say, to);
}

void acsl_rungs_alone(const struct policy *p, void (*say)(void *to, const char *what), void *to)
{
	for (int i = 0; i < p->hook->keys.n; i++)
		if (key_kept(p, p->hook->keys.at[i]))
			key_rungs(p, p->hook->keys.at[i], say, to);
	held_rungs(p, say, to);
}

static void guarantee_ok(struct conjunction *c, const struct guarantee *g)
{
	const char *at = guarantee_path(g, "c.");

	if (g->kind == GUARANTEE_POINT)
		return;
	conj_part(c,
		g->kind == GUARANTEE_COUNT ? arena_printf("WindowOk(%s)", at)
					   : arena_printf("BucketsOk(%s, c.now)", at));
	if (g->kind == GUARANTEE_COUNT && g->cmp == EXPR_LE && !g->under.n)
		conj_part(c, arena_printf("%s.hits <= %s", at, c_integer(g->limit)));
	if (g->kind == GUARANTEE_COUNT && g->cmp == EXPR_GE)
		conj_part(c,
			arena_printf("(%s.seen >= %s%s ==> %s.hits >= %s)", at, c_integer(g->events),
				clean_kept(g) ? arena_printf(" && %s >= %s", clean_path(g, "c."), c_integer(g->events))
					      : "",
				at, c_integer(g->limit)));
	if (clean_kept(g))
		conj_part(c, arena_printf("%s <= %s", clean_path(g, "c."), c_integer(g->events)));
}

/* What the table of tags says is open, is open in every other table: so its answer is enough to open or close in
 * all. */
static void tables_agree(struct conjunction *c, const struct policy *p)
{
	const struct feature *table = table_feature(p);

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];

		if (f->kind == FEATURE_IN_FLIGHT && f != table)
			conj_part(c,
				arena_printf("(\\forall integer i; 0 <= i < %s ==> %s.tag[i].open == %s.tag[i].open)",
					c_macro(p, "tags"), feature_path(f, "c.", ""), table_path(p, "c.")));
	}
}

const char *acsl_asks_ok(const char *c)
{
	return arena_printf("AsksOk(%s.tickets, %s.ask, %s.now)", c, c, c);
}

/* StateOk is what events move, AsksOk what ask and settle move besides: what needs one proves without the other. What
 * is said of an array is said of it alone, so that it stands as it is where the rest of the context has changed. */
static void same(FILE *f, const char *type, const char *suffix)
{
	fprintf(f, "    predicate Same(%s a, %s b) = a == b;\n    lemma same%s: \\forall %s a; Same(a, a);\n", type,
		type, suffix, type);
}

void acsl_invariant(FILE *f, const struct policy *p)
{
	struct conjunction c;

	fputs("/*@\n", f);
	acsl_kept(f, p);
	for (int i = 0; i < p->hook->keys.n; i++)
		if (key_kept(p, p->hook->keys.at[i]))
			key_ok(f, p, p->hook->keys.at[i]);
	if (carry_kept(p))
		carry_ok(f, p);
	ask_ok(f, p);
	asks_ok(f, p);
	for (int i = 0; i < p->tunables.n; i++)
		if (p->tunables.at[i]->held)
			knob(f, p, p->tunables.at[i]);
	for (int i = 0; i < p->guardrails.n; i++)
		if (guardrail_keeps_held(p->guardrails.at[i]))
			held(f, p, p->guardrails.at[i]);
	predicate(&c, f, arena_printf("StateOk(%s c)", acsl_context(p)));
	for (int i = 0; i < p->tunables.n; i++) {
		const struct tunable *t = p->tunables.at[i];

		conj_part(&c,
			arena_printf(
				"%s <= %s <= %s", c_integer(t->type.lo), tunable_path(t, "c."), c_integer(t->type.hi)));
	}
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			conj_part(&c, arena_printf("InflightOk(%s)", feature_path(p->features.at[i], "c.", "")));
	tables_agree(&c, p);
	if (carry_kept(p))
		conj_part(&c, "CarryOk(c.carry)");
	record_ok(&(struct parts){&c, true, true}, p, NULL, "c.", "c.now");
	for (int i = 0; i < p->hook->keys.n; i++) {
		const struct key *k = p->hook->keys.at[i];

		if (key_kept(p, k))
			conj_part(&c, arena_printf("Each%sStill(c.%s)", c_camel(k->name), c_member(k->name)));
		if (key_kept(p, k) && acsl_timed(p, k))
			conj_part(&c, arena_printf("Each%sTimed(c.%s, c.now)", c_camel(k->name), c_member(k->name)));
	}
	for (int i = 0; i < p->guardrails.n; i++)
		if (guardrail_keeps_held(p->guardrails.at[i]))
			conj_part(&c, arena_printf("%sHeld(c)", c_camel(p->guardrails.at[i]->name)));
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];

		if (shadow_every(p, g))
			conj_part(&c,
				g->key ? arena_printf("(\\forall integer k; 0 <= k < %s ==> %s < %d)",
						 c_keys(p, g->key), shadow_path(g, "c.", "k"), shadow_every(p, g))
				       : arena_printf("%s < %d", shadow_path(g, "c.", NULL), shadow_every(p, g)));
	}
	for (int i = 0; i < p->guarantees.n; i++)
		guarantee_ok(&c, p->guarantees.at[i]);
	conj_part(&c, "ReportOk(c.report)");
	conj_close(&c, ";\n\n");
	predicate(&c, f, arena_printf("CtxOk(%s c)", acsl_context(p)));
	conj_part(&c, "StateOk(c)");
	conj_part(&c, acsl_asks_ok("c"));
	conj_close(&c, ";\n\n");
	fputs("    // What is left alone. By its name: that a state is the same as itself takes a prover seconds where it looks into every array.\n",
		f);
	same(f, acsl_context(p), "");
	for (int i = 0; i < p->hook->keys.n; i++)
		if (key_kept(p, p->hook->keys.at[i]))
			same(f, arena_printf("struct %s", c_named(p, p->hook->keys.at[i]->name)),
				arena_printf("_%s", p->hook->keys.at[i]->name));
	fputs("*/\n", f);
}
