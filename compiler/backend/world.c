/* The closed world: init, then any entry with any arguments, any number of times, beside a history of its own. Each guarantee
 * is asserted over that history: the events that were asked, by ticket; for a count, how many of the first i decisions
 * counted; for an age, when each guardrail was seen to trip. `steps` only gives the history a length: it is any number.
 *
 * Each entry has a function, so that the loop proves in small goals. */
#include "lower.h"

#include <string.h>

struct world {
	FILE *f;
	const struct policy *p;
	const char *name, *context; /* io_route, struct io_route */
	const struct event *on;
	const struct part *part;
	const char *event; /* struct io_route_submit */
	bool trips;	   /* some guarantee reads the age of a trip */
	int counts;	   /* guarantees that count */
};

/* ---- what the history holds ---- */

static bool reads_trip(const struct expr *e, const struct guardrail *g)
{
	if (!e)
		return false;
	return (e->op == EXPR_TRIP_AGE && e->guardrail == g) || reads_trip(e->a, g) || reads_trip(e->b, g) || reads_trip(e->c, g);
}

static bool is_kept(const struct world *w, const struct guardrail *g)
{
	for (int i = 0; i < w->p->guarantees.n; i++)
		if (reads_trip(w->p->guarantees.at[i]->holds, g))
			return true;
	return false;
}

static bool is_count(const struct guarantee *g)
{
	return g->kind == GUARANTEE_COUNT;
}

#define EACH_GUARDRAIL(w, g)                             \
	for (int g##_i = 0; g##_i < (w)->p->guardrails.n; g##_i++) \
		for (const struct guardrail *g = (w)->p->guardrails.at[g##_i]; g; g = NULL)

#define EACH_GUARANTEE(w, g)                             \
	for (int g##_i = 0; g##_i < (w)->p->guarantees.n; g##_i++) \
		for (const struct guarantee *g = (w)->p->guarantees.at[g##_i]; g; g = NULL)

static struct world world_of(FILE *f, const struct policy *p)
{
	struct world w = {.f = f, .p = p, .name = p->name, .context = acsl_context(p), .on = p->decision->on, .part = &p->decision->parts.at[0]};

	w.event = acsl_event_type(p, w.on);
	EACH_GUARDRAIL(&w, g)
		w.trips |= is_kept(&w, g);
	EACH_GUARANTEE(&w, g)
		w.counts += is_count(g);
	return w;
}

/* ---- what is known of the history ---- */

static void memory(const struct world *w)
{
	if (!w->trips)
		return;
	fprintf(w->f, "/* What the world saw of trips: of each, whether there was one and when the last was. */\nstruct %s_trips {\n", w->name);
	EACH_GUARDRAIL(w, g)
		if (is_kept(w, g))
			fprintf(w->f, "\tstruct guardrail %s%s;\n", g->name, g->key ? arena_printf("[%s]", c_keys(w->p, g->key)) : "");
	fputs("};\n\n", w->f);
}

static void anything(const struct world *w)
{
	FILE *f = w->f;

	fputs("/*@ assigns \\nothing; */\nu64 any_u64(void);\n\n/*@ assigns \\nothing; */\nu32 any_u32(void);\n\n"
	      "/*@ assigns \\nothing; */\nbool any_bool(void);\n\n",
	      f);
	for (int i = 0; i < w->p->tunables.n; i++) {
		const char *type = c_type(&w->p->tunables.at[i]->type);
		bool seen = !strcmp(type, "u32") || !strcmp(type, "u64");

		for (int j = 0; j < i; j++)
			seen = seen || !strcmp(type, c_type(&w->p->tunables.at[j]->type));
		if (!seen)
			fprintf(f, "/*@ assigns \\nothing; */\n%s any_%s(void);\n\n", type, type);
	}
	for (int i = 0; i < w->p->hook->events.n; i++) {
		const struct event *e = w->p->hook->events.at[i];

		if (e->tick || !(event_used(w->p, e) || e == w->on))
			continue;
		fprintf(f, "/*@ requires valid: \\valid(e);\n    assigns *e; */\nvoid any_%s(%s *e);\n\n", c_word(e->name), acsl_event_type(w->p, e));
	}
	fprintf(f, "/*@ requires valid: \\valid(a);\n    assigns *a; */\nvoid any_answers(struct %s_answers *a);\n\n", w->name);
}

/* The element of a guardrail's history, and where the context keeps it; k is a key. */
static const char *kept(const struct guardrail *g, const char *h)
{
	return arena_printf("%s%s%s", h, g->name, g->key ? "[k]" : "");
}

static void predicates(const struct world *w)
{
	FILE *f = w->f;

	fprintf(f, "/*@ // the event under each ticket\n    predicate Ledger{L}(%s c, %s *asked) =\n", w->context, w->event);
	fprintf(f, "      \\forall integer s; 0 <= s < %s && c.tickets.ticket[s] != 0 ==> c.ask[s].%s == asked[c.tickets.ticket[s]];\n",
		c_macro(w->p, "tickets"), w->on->name);
	if (w->counts)
		fputs("\n    // of the first i decisions, total[i] counted\n"
		      "    predicate Total{L}(u32 *total, integer n) = \\forall integer i; 0 <= i <= n ==> total[i] <= i;\n",
		      f);
	EACH_GUARANTEE(w, g) {
		const char *width = c_integer(g->events);

		if (!is_count(g))
			continue;
		fprintf(f,
			"\n    predicate %sTold{L}(struct %s w, u32 *total, integer n) =\n"
			"      w.seen == (n < %s ? n : %s) && w.hits == total[n] - total[n - w.seen] &&\n"
			"      \\forall integer j; 0 <= j < w.seen ==> Ago(w, j) == total[n - j] - total[n - j - 1];\n",
			c_camel(g->name), guarantee_struct(g), width, width);
	}
	EACH_GUARDRAIL(w, g) {
		const char *all = g->key ? arena_printf("\\forall integer k; 0 <= k < %s ==>\n        ", c_keys(w->p, g->key)) : "";
		const char *o = guardrail_path(g, "o.", "k"), *n = guardrail_path(g, "n.", "k"), *c = guardrail_path(g, "c.", "k");

		if (!is_kept(w, g))
			continue;
		fprintf(f,
			"\n    predicate %sMoved(%s o, %s n) =\n      %s(%s.tripped == 0 && %s.tripped == 1 ? %s.ever_tripped == 1 && %s.tripped_at == n.now :\n"
			"          %s.ever_tripped == %s.ever_tripped && %s.tripped_at == %s.tripped_at);\n",
			c_camel(g->name), w->context, w->context, all, o, n, n, n, n, o, n, o);
		fprintf(f,
			"\n    predicate %sSeen(%s c, struct %s_trips h) =\n      %s%s.ever_tripped == %s.ever_tripped &&\n"
			"        (%s.ever_tripped == 1 ==> %s.tripped_at == %s.tripped_at);\n",
			c_camel(g->name), w->context, w->name, all, kept(g, "h."), c, c, kept(g, "h."), c);
	}
	fputs("*/\n", f);
}

/* ---- the history goes on ---- */

/* Did it trip? What the world notes is what it sees from outside: armed before the entry and tripped after it. */
static void see(const struct world *w, const struct guardrail *g)
{
	FILE *f = w->f;
	const char *camel = c_camel(g->name), *tab = g->key ? "\t" : "";

	fprintf(f,
		"\n/*@ requires valid: \\valid_read(o) && \\valid_read(c) && \\valid(h);\n"
		"    requires apart: \\separated(o, c, h);\n"
		"    requires seen: %sSeen(*o, *h);\n"
		"    requires moved: %sMoved(*o, *c);\n"
		"    assigns h->%s;\n"
		"    ensures seen: %sSeen(*c, *h);\n"
		"*/\n"
		"static void %s_world_see_%s(const %s *o, const %s *c, struct %s_trips *h)\n{\n",
		camel, camel, g->key ? arena_printf("%s[0 .. %s - 1]", g->name, c_keys(w->p, g->key)) : g->name, camel, w->name, g->name, w->context,
		w->context, w->name);
	if (g->key) {
		const char *keys = c_keys(w->p, g->key);

		fprintf(f, "\t/*@ loop invariant range: 0 <= k <= %s;\n", keys);
		fprintf(f,
			"\t    loop invariant seen: \\forall integer i; 0 <= i < k ==>\n"
			"\t      (%s.tripped == 0 && %s.tripped == 1 ? h->%s[i].ever_tripped == 1 && h->%s[i].tripped_at == (*c).now :\n"
			"\t        h->%s[i].ever_tripped == \\at(*h, Pre).%s[i].ever_tripped &&\n"
			"\t        h->%s[i].tripped_at == \\at(*h, Pre).%s[i].tripped_at);\n",
			guardrail_path(g, "(*o).", "i"), guardrail_path(g, "(*c).", "i"), g->name, g->name, g->name, g->name, g->name, g->name);
		fprintf(f,
			"\t    loop invariant rest: \\forall integer i; k <= i < %s ==>\n"
			"\t      h->%s[i].ever_tripped == \\at(*h, Pre).%s[i].ever_tripped &&\n"
			"\t      h->%s[i].tripped_at == \\at(*h, Pre).%s[i].tripped_at;\n",
			keys, g->name, g->name, g->name, g->name);
		fprintf(f, "\t    loop assigns k, h->%s[0 .. %s - 1];\n\t    loop variant %s - k; */\n", g->name, keys, keys);
		fprintf(f, "\tfor (u32 k = 0; k < %s; k++) {\n", keys);
	}
	fprintf(f, "%s\tif (%s.tripped == 0 && %s.tripped == 1) {\n", tab, guardrail_path(g, "o->", "k"), guardrail_path(g, "c->", "k"));
	fprintf(f, "%s\t\t%s.ever_tripped = 1;\n%s\t\t%s.tripped_at = c->now;\n%s\t}\n", tab, kept(g, "h->"), tab, kept(g, "h->"), tab);
	if (g->key)
		fputs("\t}\n", f);
	fputs("}\n", f);
}

/* One decision more: the window and the totals go on saying the same. */
static void tell(const struct world *w, const struct guarantee *g)
{
	const char *camel = c_camel(g->name), *last = c_integer(g->events - 1), *width = c_integer(g->events);

	fprintf(w->f,
		"\n/*@ requires valid: \\valid_read(o) && \\valid_read(w) && \\valid(total + (0 .. n + 1));\n"
		"    requires apart: \\separated(o, w, total + (0 .. n + 1));\n"
		"    requires range: n < U32_TOP - 1 && counts <= 1;\n"
		"    requires total: Total(total, n);\n"
		"    requires ok: WindowOk(*o);\n"
		"    requires told: %sTold(*o, total, n);\n"
		"    requires pushed: Pushed(*o, *w, counts);\n"
		"    assigns total[n + 1];\n"
		"    ensures total: Total(total, n + 1);\n"
		"    ensures told: %sTold(*w, total, n + 1);\n"
		"*/\n"
		"static void %s_world_tell_%s(const struct %s *o, const struct %s *w, u32 counts, u32 *total, u32 n)\n{\n"
		"\t(void)o;\n\t(void)w;\n"
		"\t//@ assert rest: Rest(*o) == o->hits - (o->seen < %s ? 0 : Ago(*o, %s));\n"
		"\ttotal[n + 1] = total[n] + counts;\n"
		"\t//@ assert newest: Ago(*w, 0) == total[n + 1] - total[n];\n"
		"\t//@ assert older: \\forall integer j; 0 < j < w->seen ==> Ago(*w, j) == total[n + 1 - j] - total[n - j];\n"
		"\t//@ assert hits: w->hits == total[n + 1] - total[n + 1 - w->seen];\n"
		"}\n",
		camel, camel, w->name, g->name, guarantee_struct(g), guarantee_struct(g), width, last);
}

/* ---- entries ---- */

static void moved(const struct world *w)
{
	EACH_GUARDRAIL(w, g)
		if (is_kept(w, g))
			fprintf(w->f, "    ensures %s: %sMoved(\\old(*c), *c);\n", g->name, c_camel(g->name));
}

static void uncounted(const struct world *w, const char *when)
{
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			fprintf(w->f, "    ensures %s%s: %s%s == \\old(*c).%s;\n", g->name, *when ? "_kept" : "", when, guarantee_path(g, "(*c)."), c_member(g->name));
}

static void event_entry(const struct world *w, const struct event *e)
{
	fprintf(w->f,
		"\n/*@ requires valid: \\valid(c) && \\valid_read(asked + (0 .. steps));\n"
		"    requires apart: \\separated(c, asked + (0 .. steps));\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires ledger: Ledger(*c, asked);\n"
		"    requires room: c->tickets.asked <= steps;\n"
		"    assigns *c;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures ledger: Ledger(*c, asked);\n"
		"    ensures asked: c->tickets.asked == \\old(c->tickets.asked);\n");
	uncounted(w, "");
	moved(w);
	fprintf(w->f, "*/\nstatic void %s_world_%s(%s *c, const %s *asked, u32 steps)\n{\n", w->name, c_word(e->name), w->context, w->event);
	if (!e->tick)
		fprintf(w->f, "\t%s e;\n\n", acsl_event_type(w->p, e));
	fputs("\t(void)asked;\n\t(void)steps;\n", w->f);
	if (e->tick)
		fprintf(w->f, "\t%s(c, any_u64());\n", c_named(w->p, e->name));
	else
		fprintf(w->f, "\tany_%s(&e);\n\t%s(c, any_u64(), &e);\n", c_word(e->name), c_named(w->p, e->name));
	fputs("\t//@ assert tickets: (*c).tickets == \\at(*c, Pre).tickets;\n"
	      "\t//@ assert ask: (*c).ask == \\at(*c, Pre).ask;\n}\n",
	      w->f);
}

static void ask_entry(const struct world *w)
{
	fprintf(w->f,
		"\n/*@ requires valid: \\valid(c) && \\valid(q) && \\valid(asked + (0 .. steps));\n"
		"    requires apart: \\separated(c, q, asked + (0 .. steps));\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires ledger: Ledger(*c, asked);\n"
		"    requires room: c->tickets.asked < steps;\n"
		"    assigns *c, *q, asked[c->tickets.asked + 1];\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures ledger: Ledger(*c, asked);\n"
		"    ensures asked: c->tickets.asked <= \\old(c->tickets.asked) + 1;\n");
	uncounted(w, "");
	moved(w);
	fprintf(w->f,
		"*/\n"
		"static void %s_world_ask(%s *c, struct %s_questions *q, %s *asked, u32 steps)\n{\n"
		"\t%s e;\n\n"
		"\t(void)steps;\n"
		"\tany_%s(&e);\n"
		"\tasked[c->tickets.asked + 1] = e;\n"
		"\t//@ assert before: Ledger(*c, asked);\n"
		"\t%s_ask(c, any_u64(), &e, q);\n"
		"}\n",
		w->name, w->context, w->name, w->event, w->event, c_word(w->on->name), w->name);
}

static const char *in_range(const struct world *w)
{
	return acsl_decision_in_range(w->p, "d->", "e->");
}

/* "*c, *e, d->leg, d->by" */
static const char *chosen(const struct world *w)
{
	const char *all = "*c, *e";

	for (int i = 0; i < w->p->decision->parts.n; i++)
		all = arena_printf("%s, d->%s", all, w->p->decision->parts.at[i].name);
	return arena_printf("%s, d->by", all);
}

static void settle_entry(const struct world *w)
{
	const char *pass = c_by(w->p, BY_PASS);
	const char *decided = arena_printf("d->by != %s ==> ", pass);

	fprintf(w->f,
		"\n/*@ requires valid: \\valid(c) && \\valid(e) && \\valid(d) && \\valid_read(asked + (0 .. steps));\n"
		"    requires apart: \\separated(c, e, d, asked + (0 .. steps));\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires ledger: Ledger(*c, asked);\n"
		"    requires room: c->tickets.asked <= steps;\n"
		"    assigns *c, *e, *d;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures ledger: Ledger(*c, asked);\n"
		"    ensures asked: c->tickets.asked == \\old(c->tickets.asked);\n"
		"    ensures event: %s%sOk(*e) && %s;\n",
		decided, c_camel(w->on->name), in_range(w));
	uncounted(w, arena_printf("d->by == %s ==> ", pass));
	EACH_GUARANTEE(w, g) {
		if (is_count(g)) {
			fprintf(w->f, "    ensures %s: %s%sCounts(%s) ==> Pushed(\\old(*c).%s, %s, 1);\n", g->name, decided, c_camel(g->name), chosen(w),
				c_member(g->name), guarantee_path(g, "(*c)."));
			fprintf(w->f, "    ensures %s_not: %s!%sCounts(%s) ==> Pushed(\\old(*c).%s, %s, 0);\n", g->name, decided, c_camel(g->name), chosen(w),
				c_member(g->name), guarantee_path(g, "(*c)."));
		} else {
			fprintf(w->f, "    ensures %s: %s%sHolds(%s);\n", g->name, decided, c_camel(g->name), chosen(w));
		}
	}
	moved(w);
	fprintf(w->f,
		"*/\n"
		"static void %s_world_settle(%s *c, %s *e, struct %s_decision *d, const %s *asked, u32 steps)\n{\n"
		"\tstruct %s_answers a;\n"
		"\tu64 ticket = any_u64(), now = any_u64();\n"
		"\t/* names the slot, for the provers */\n"
		"\tu32 slot = tickets_%d_find(&c->tickets, ticket, now > c->now ? now : c->now, %s);\n\n"
		"\t(void)steps;\n"
		"\tany_answers(&a);\n"
		"\t%s_settle(c, now, ticket, &a, d);\n"
		"\tif (slot >= %s)\n"
		"\t\treturn;\n"
		"\t*e = asked[ticket];\n"
		"\t//@ assert event: *e == (*c).ask[slot].%s;\n"
		"}\n",
		w->name, w->context, w->event, w->name, w->event, w->name, w->p->decision->tickets, c_macro(w->p, "timeout"), w->name,
		c_macro(w->p, "tickets"), w->on->name);
}

/* Does the decision count? Code, from the IR; what it says is the guarantee's own predicate. */
static void counts(const struct world *w, const struct guarantee *g)
{
	struct place at = {.policy = w->p, .state = "c->", .event = "e->", .choice = "d->", .by = -1};
	const char *when;

	at.key = w->on->key ? c_bounded(arena_printf("e->%s", w->on->key->name), c_keys(w->p, w->on->key->type.key)) : NULL;
	when = ir_text(lower_value(&at, g->holds));
	fprintf(w->f,
		"\n/*@ requires valid: \\valid_read(c) && \\valid_read(e) && \\valid_read(d);\n"
		"    requires apart: \\separated(c, e, d);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires event: %sOk(*e) && %s;\n"
		"    assigns \\nothing;\n"
		"    ensures bit: \\result <= 1;\n"
		"    ensures counts: \\result == 1 <==> %sCounts(%s);\n"
		"*/\n"
		"static u32 %s_world_counts_%s(const %s *c, const %s *e, const struct %s_decision *d)\n{\n"
		"%s"
		"\tif (%s)\n\t\treturn 1;\n\treturn 0;\n}\n",
		c_camel(w->on->name), in_range(w), c_camel(g->name), chosen(w), w->name, g->name, w->context, w->event, w->name,
		arena_printf("%s%s", strstr(when, "c->") ? "" : "\t(void)c;\n", strstr(when, "e->") ? "" : "\t(void)e;\n"), when);
}

/* ---- the world ---- */

/* The guarantee, of the decision d on the event e, over what the world itself saw. */
static void assert_point(const struct world *w, const struct guarantee *g)
{
	struct scene s = {.policy = w->p, .state = "(*c).", .value = "*c", .event = "e->", .candidate = "", .choice = "d.", .trips = "h->"};

	s.key = w->on->key ? arena_printf("e->%s", w->on->key->name) : NULL;
	fprintf(w->f, "\t\t//@ assert %s: %s;\n", g->name, acsl_truth(&s, g->holds));
}

static void assert_count(const struct world *w, const struct guarantee *g, const char *tabs)
{
	const char *width = c_integer(g->events), *limit = c_integer(g->limit);

	if (g->cmp == EXPR_GE)
		fprintf(w->f, "%s//@ assert %s: n >= %s ==> %s[n] - %s[n - %s] >= %s;\n", tabs, g->name, width, g->name, g->name, width, limit);
	else
		fprintf(w->f, "%s//@ assert %s: %s[n] - %s[n < %s ? 0 : n - %s] <= %s;\n", tabs, g->name, g->name, g->name, width, width, limit);
}

/* One more way to go; the last is settle. */
static void ways(const struct world *w)
{
	for (int i = 0; i < w->p->hook->events.n; i++) {
		const struct event *e = w->p->hook->events.at[i];

		if (e != w->on && event_used(w->p, e))
			fprintf(w->f, "if (any_bool())\n\t\t\t%s_world_%s(c, asked, steps);\n\t\telse ", w->name, c_word(e->name));
	}
	for (int i = 0; i < w->p->tunables.n; i++) {
		fprintf(w->f, "if (any_bool())\n\t\t\t%s_set_%s(c, any_%s());\n\t\telse ", w->name, w->p->tunables.at[i]->name,
			c_type(&w->p->tunables.at[i]->type));
	}
	fprintf(w->f, "if (any_bool())\n\t\t\t%s_world_ask(c, q, asked, steps);\n\t\telse\n\t\t\t%s_world_settle(c, e, &d, asked, steps);\n", w->name,
		w->name);
}

/* After a decision: it is lawful by what the world itself saw, and the totals go on. */
static void decided(const struct world *w)
{
	fprintf(w->f, "\t\tif (d.by == %s)\n\t\t\tcontinue;\n", c_by(w->p, BY_PASS));
	EACH_GUARANTEE(w, g)
		if (!is_count(g))
			assert_point(w, g);
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			fprintf(w->f, "\t\tcounts = %s_world_counts_%s(c, e, &d);\n\t\t%s_world_tell_%s(&before->%s, &c->%s, counts, %s, n);\n", w->name,
				g->name, w->name, g->name, c_member(g->name), c_member(g->name), g->name);
	fputs("\t\tn++;\n", w->f);
}

static void main_loop(const struct world *w)
{
	FILE *f = w->f;
	const char *totals = "", *arrays = "", *assigned = "", *trips = w->trips ? ", h" : "";

	EACH_GUARANTEE(w, g) {
		if (!is_count(g))
			continue;
		totals = arena_printf("%s, u32 *%s", totals, g->name);
		arrays = arena_printf("%s, %s + (0 .. steps)", arrays, g->name);
		assigned = arena_printf("%s, %s[0 .. steps]", assigned, g->name);
	}
	fprintf(f,
		"\n/*@ requires valid: \\valid(c) && \\valid(before) && \\valid(q) && \\valid(e)%s && \\valid(asked + (0 .. steps));\n",
		w->trips ? " && \\valid(h)" : "");
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			fprintf(f, "    requires valid_%s: \\valid(%s + (0 .. steps));\n", g->name, g->name);
	fprintf(f,
		"    requires apart: \\separated(c, before, q, e%s, asked + (0 .. steps)%s);\n"
		"    requires range: steps < U32_TOP;\n"
		"    assigns *c, *before, *q, *e%s, asked[0 .. steps]%s;\n"
		"*/\n"
		"void %s_world(%s *c, %s *before, struct %s_questions *q%s,\n\t%s *e, %s *asked%s, u32 steps)\n{\n"
		"\tstruct %s_decision d;\n\tu32 %sn = 0, i; /* decisions, entries */\n\n"
		"\t%s_init(c, any_u64());\n",
		trips, arrays, w->trips ? ", *h" : "", assigned, w->name, w->context, w->context, w->name,
		w->trips ? arena_printf(", struct %s_trips *h", w->name) : "", w->event, w->event, totals, w->name, w->counts ? "counts, " : "", w->name);
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			fprintf(f, "\t%s[0] = 0;\n", g->name);
	EACH_GUARDRAIL(w, g) {
		if (!is_kept(w, g))
			continue;
		if (g->key)
			fprintf(f,
				"\t/*@ loop invariant range: 0 <= k <= %s;\n"
				"\t    loop invariant none: \\forall integer j; 0 <= j < k ==> h->%s[j].ever_tripped == 0;\n"
				"\t    loop assigns k, h->%s[0 .. %s - 1];\n"
				"\t    loop variant %s - k; */\n"
				"\tfor (u32 k = 0; k < %s; k++)\n\t\th->%s[k].ever_tripped = 0;\n",
				c_keys(w->p, g->key), g->name, g->name, c_keys(w->p, g->key), c_keys(w->p, g->key), c_keys(w->p, g->key), g->name);
		else
			fprintf(f, "\th->%s.ever_tripped = 0;\n", g->name);
	}
	fputs("\t/*@ loop invariant ok: CtxOk(*c);\n"
	      "\t    loop invariant range: 0 <= n <= i <= steps && c->tickets.asked <= i;\n"
	      "\t    loop invariant ledger: Ledger(*c, asked);\n",
	      f);
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			fprintf(f, "\t    loop invariant %s_total: Total(%s, n);\n\t    loop invariant %s: %sTold(%s, %s, n);\n", g->name, g->name, g->name,
				c_camel(g->name), guarantee_path(g, "c->"), g->name);
	EACH_GUARDRAIL(w, g)
		if (is_kept(w, g))
			fprintf(f, "\t    loop invariant %s: %sSeen(*c, *h);\n", g->name, c_camel(g->name));
	fprintf(f,
		"\t    loop assigns *c, *before, *q, *e%s, d, %sn, i, asked[0 .. steps]%s; */\n"
		"\tfor (i = 0; i < steps && any_bool(); i++) {\n",
		w->trips ? ", *h" : "", w->counts ? "counts, " : "", assigned);
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			assert_count(w, g, "\t\t");
	fprintf(f, "\t\t*before = *c;\n\t\td.by = %s;\n\t\t", c_by(w->p, BY_PASS));
	ways(w);
	EACH_GUARDRAIL(w, g)
		if (is_kept(w, g))
			fprintf(f, "\t\t%s_world_see_%s(before, c, h);\n", w->name, g->name);
	fputs("\t\t//@ assert ledger: Ledger(*c, asked);\n", f);
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			fprintf(f, "\t\t//@ assert %s_before: %sTold(before->%s, %s, n);\n\t\t//@ assert %s_kept: d.by == %s ==> %sTold(c->%s, %s, n);\n",
				g->name, c_camel(g->name), c_member(g->name), g->name, g->name, c_by(w->p, BY_PASS), c_camel(g->name),
				c_member(g->name), g->name);
	decided(w);
	fputs("\t}\n", f);
	EACH_GUARANTEE(w, g)
		if (is_count(g))
			assert_count(w, g, "\t");
	fputs("}\n", f);
}

void world_print(FILE *f, const struct policy *p)
{
	struct world w = world_of(f, p);

	fprintf(f,
		"/* The closed world of %s: generated by ldosc from %s.ldp. Nothing calls it: it is there to be proved.\n"
		" *\n"
		" * init, then any entry with any arguments, any number of times, beside a history of its own: the event under each\n"
		" * ticket, how many decisions counted for a guarantee, when a guardrail was seen to trip. Each guarantee is asserted\n"
		" * over that history. `steps` gives the history its length; it is any number. */\n"
		"#include \"%s.h\"\n\n",
		p->name, p->name, p->name);
	memory(&w);
	anything(&w);
	predicates(&w);
	EACH_GUARDRAIL(&w, g)
		if (is_kept(&w, g))
			see(&w, g);
	EACH_GUARANTEE(&w, g)
		if (is_count(g)) {
			counts(&w, g);
			tell(&w, g);
		}
	for (int i = 0; i < p->hook->events.n; i++)
		if (p->hook->events.at[i] != w.on && event_used(p, p->hook->events.at[i]))
			event_entry(&w, p->hook->events.at[i]);
	ask_entry(&w);
	settle_entry(&w);
	main_loop(&w);
}
