/* The closed world: init, then any entry with any arguments, any number of times, beside a history of its own. Each guarantee
 * is asserted over that history: the events that were asked, by ticket; for a count, how many of the first i decisions
 * counted; for an age, when each guardrail was seen to trip. `steps` only gives the history a length: it is any number that fits.
 *
 * Each entry has a function, so that the loop proves in small goals. */
#include "world.h"

#include <string.h>

/* ---- what the history holds ---- */

static struct world world_of(FILE *f, const struct policy *p)
{
	struct world w = {.f = f,
		.p = p,
		.name = p->name,
		.context = acsl_context(p),
		.on = p->decision->on,
		.part = &p->decision->parts.at[0]};

	w.event = acsl_event_type(p, w.on);
	EACH_GUARDRAIL(&w, g)
	w.trips |= trip_seen(p, g);
	EACH_GUARANTEE(&w, g)
	w.times |= g->kind == GUARANTEE_COUNT_TIME;
	return w;
}

/* ---- what is known of the history ---- */

/* One struct of arrays: with Typed+ref it is a value, so that no prover ever asks what of it lies apart. */
static void history(const struct world *w)
{
	fprintf(w->f, "#define %s U32_TOP /* the length of a history, and of no memory: nothing runs this */\n\n",
		world_steps(w));
	fprintf(w->f, "struct %s_history {\n\t%s asked[%s]; /* the event under each ticket */\n", w->name, w->event,
		world_steps(w));
	world_count_members(w);
	EACH_GUARDRAIL(w, g)
	if (trip_seen(w->p, g))
		fprintf(w->f, "\tstruct guardrail %s%s; /* whether it was seen to trip, and when last */\n", g->name,
			g->key ? arena_printf("[%s]", c_keys(w->p, g->key)) : "");
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
		fprintf(f, "/*@ requires valid: \\valid(e);\n    assigns *e; */\nvoid any_%s(%s *e);\n\n",
			c_word(e->name), acsl_event_type(w->p, e));
	}
	fprintf(f, "/*@ requires valid: \\valid(a);\n    assigns *a; */\nvoid any_answers(struct %s_answers *a);\n\n",
		w->name);
}

/* The element of a guardrail's history, and where the context keeps it; k is a key. */
static const char *kept(const struct guardrail *g, const char *h)
{
	return arena_printf("%s%s%s", h, g->name, g->key ? "[k]" : "");
}

static void predicates(const struct world *w)
{
	FILE *f = w->f;

	fprintf(f, "/*@ // the event under each ticket\n    predicate Ledger(%s c, %s asked[%s]) =\n", w->context,
		w->event, world_steps(w));
	fprintf(f,
		"      \\forall integer s; 0 <= s < %s && c.tickets.ticket[s] != 0 ==> c.ask[s].%s == asked[c.tickets.ticket[s]];\n",
		c_macro(w->p, "tickets"), w->on->name);
	world_count_predicates(w);
	EACH_GUARDRAIL(w, g)
	{
		const char *all = g->key
			? arena_printf("\\forall integer k; 0 <= k < %s ==>\n        ", c_keys(w->p, g->key))
			: "";
		const char *c = guardrail_path(g, "c.", "k");

		if (!trip_seen(w->p, g))
			continue;
		fprintf(f,
			"\n    predicate %sSeen(%s c, struct %s_history h) =\n      %s%s.ever_tripped == %s.ever_tripped &&\n"
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
		"static void %s_world_see_%s(const %s *o, const %s *c, struct %s_history *h)\n{\n",
		camel, camel, g->key ? arena_printf("%s[0 .. %s - 1]", g->name, c_keys(w->p, g->key)) : g->name, camel,
		w->name, g->name, w->context, w->context, w->name);
	if (g->key) {
		const char *keys = c_keys(w->p, g->key);

		fprintf(f, "\t/*@ loop invariant range: 0 <= k <= %s;\n", keys);
		fprintf(f,
			"\t    loop invariant seen: \\forall integer i; 0 <= i < k ==>\n"
			"\t      (%s.tripped == 0 && %s.tripped == 1 ? h->%s[i].ever_tripped == 1 && h->%s[i].tripped_at == (*c).now :\n"
			"\t        h->%s[i].ever_tripped == \\at(*h, Pre).%s[i].ever_tripped &&\n"
			"\t        h->%s[i].tripped_at == \\at(*h, Pre).%s[i].tripped_at);\n",
			guardrail_path(g, "(*o).", "i"), guardrail_path(g, "(*c).", "i"), g->name, g->name, g->name,
			g->name, g->name, g->name);
		fprintf(f,
			"\t    loop invariant rest: \\forall integer i; k <= i < %s ==>\n"
			"\t      h->%s[i].ever_tripped == \\at(*h, Pre).%s[i].ever_tripped &&\n"
			"\t      h->%s[i].tripped_at == \\at(*h, Pre).%s[i].tripped_at;\n",
			keys, g->name, g->name, g->name, g->name);
		fprintf(f, "\t    loop assigns k, h->%s[0 .. %s - 1];\n\t    loop variant %s - k; */\n", g->name, keys,
			keys);
		fprintf(f, "\tfor (u32 k = 0; k < %s; k++) {\n", keys);
	}
	fprintf(f, "%s\tif (%s.tripped == 0 && %s.tripped == 1) {\n", tab, guardrail_path(g, "o->", "k"),
		guardrail_path(g, "c->", "k"));
	fprintf(f, "%s\t\t%s.ever_tripped = 1;\n%s\t\t%s.tripped_at = c->now;\n%s\t}\n", tab, kept(g, "h->"), tab,
		kept(g, "h->"), tab);
	if (g->key)
		fputs("\t}\n", f);
	fputs("}\n", f);
}

/* ---- entries ---- */

static void moved(const struct world *w)
{
	EACH_GUARDRAIL(w, g)
	if (trip_seen(w->p, g))
		fprintf(w->f, "    ensures %s: %sMoved(\\old(*c), *c);\n", g->name, c_camel(g->name));
}

/* Time goes on, and no guarantee that counts is moved. */
static void uncounted(const struct world *w)
{
	if (w->times)
		fputs("    ensures later: \\old(*c).now <= (*c).now;\n", w->f);
	world_count_unmoved(w, "");
}

static void event_entry(const struct world *w, const struct event *e)
{
	fprintf(w->f,
		"\n/*@ requires valid: \\valid(c) && \\valid_read(h);\n"
		"    requires apart: \\separated(c, h);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires ledger: Ledger(*c, h->asked);\n"
		"    assigns *c;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures ledger: Ledger(*c, h->asked);\n"
		"    ensures asked: c->tickets.asked == \\old(c->tickets.asked);\n");
	uncounted(w);
	moved(w);
	fprintf(w->f, "*/\nstatic void %s_world_%s(%s *c, const struct %s_history *h)\n{\n", w->name, c_word(e->name),
		w->context, w->name);
	if (!e->tick)
		fprintf(w->f, "\t%s e;\n\n", acsl_event_type(w->p, e));
	fputs("\t(void)h;\n", w->f);
	if (e->tick)
		fprintf(w->f, "\t%s(c, any_u64());\n", c_named(w->p, e->name));
	else
		fprintf(w->f, "\tany_%s(&e);\n\t%s(c, any_u64(), &e);\n", c_word(e->name), c_named(w->p, e->name));
	fputs("\t//@ assert tickets: (*c).tickets == \\at(*c, Pre).tickets;\n"
	      "\t//@ assert ask: (*c).ask == \\at(*c, Pre).ask;\n}\n",
		w->f);
}

/* ask with less said of it: a row of steps before the ticket would stand in the way of what the world proves of the
 * ticket. */
static void ask_in_short(const struct world *w)
{
	const char *of = w->on->tick ? "" : arena_printf("const %s *e, ", w->event);

	fputc('\n', w->f);
	acsl_ask(w->f, w->p, false);
	fprintf(w->f,
		"static bool %s_world_asks(%s *c, u64 now, %sstruct %s_questions *q)\n{\n\treturn %s_ask(c, now, %sq);\n}\n",
		w->name, w->context, of, w->name, w->name, w->on->tick ? "" : "e, ");
}

static void ask_entry(const struct world *w)
{
	bool moves = acsl_moves(w->p, w->on);

	if (moves)
		ask_in_short(w);
	fprintf(w->f,
		"\n/*@ requires valid: \\valid(c) && \\valid(q) && \\valid(h);\n"
		"    requires apart: \\separated(c, q, h);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires ledger: Ledger(*c, h->asked);\n"
		"    requires room: c->tickets.asked < %s - 1;\n"
		"    assigns *c, *q, h->asked[c->tickets.asked + 1];\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures ledger: Ledger(*c, h->asked);\n"
		"    ensures asked: c->tickets.asked <= \\old(c->tickets.asked) + 1;\n",
		world_steps(w));
	uncounted(w);
	moved(w);
	fprintf(w->f,
		"*/\n"
		"static void %s_world_ask(%s *c, struct %s_questions *q, struct %s_history *h)\n{\n"
		"\t%s e;\n\n"
		"\t%s;\n"
		"\th->asked[c->tickets.asked + 1] = e;\n"
		"\t//@ assert before: Ledger(*c, h->asked);\n"
		"\tif (%s_%s(c, any_u64(), %sq)) {\n"
		"\t\t//@ assert ledger: Ledger(*c, h->asked);\n"
		"\t} else {\n"
		"\t\t//@ assert asks: (*c).ask == \\at(*c, Pre).ask;\n"
		"\t\t//@ assert ledger: Ledger(*c, h->asked);\n"
		"\t}\n"
		"}\n",
		w->name, w->context, w->name, w->name, w->event,
		w->on->tick ? "e.none = 0" : arena_printf("any_%s(&e)", c_word(w->on->name)), w->name,
		moves ? "world_asks" : "ask", w->on->tick ? "" : "&e, ");
}

const char *world_steps(const struct world *w)
{
	return c_macro(w->p, "world_steps");
}

const char *world_in_range(const struct world *w)
{
	return acsl_decision_in_range(w->p, "d->", "e->");
}

/* "*c, *e, d->leg, d->by" */
const char *world_chosen(const struct world *w)
{
	const char *all = "*c, *e";

	for (int i = 0; i < w->p->decision->parts.n; i++)
		all = arena_printf("%s, d->%s", all, w->p->decision->parts.at[i].name);
	return arena_printf("%s, d->by", all);
}

/* A guarantee under assumptions is owed while they hold, and always by what learned chooses. */
static const char *owed(const struct world *w, const struct guarantee *g, const char *d)
{
	return g->under.n
		? arena_printf("(%sby == %s || %sUnder(*c, *e)) ==> ", d, c_by(w->p, BY_LEARNED), c_camel(g->name))
		: "";
}

/* What an entry that may have decided says of it. */
static void decision_clauses(const struct world *w)
{
	const char *pass = c_by(w->p, BY_PASS), *decided = arena_printf("d->by != %s ==> ", pass);

	fprintf(w->f, "    ensures event: %s%sOk(*e) && %s;\n", decided, c_camel(w->on->name), world_in_range(w));
	if (w->times)
		fputs("    ensures later: \\old(*c).now <= (*c).now;\n", w->f);
	world_count_unmoved(w, arena_printf("d->by == %s ==> ", pass));
	EACH_GUARANTEE(w, g)
	{
		if (is_count(g))
			world_count_settled(w, g, decided);
		else
			fprintf(w->f, "    ensures %s: %s%s%sHolds(%s);\n", g->name, decided, owed(w, g, "d->"),
				c_camel(g->name), world_chosen(w));
	}
	moved(w);
}

static void settle_entry(const struct world *w)
{
	fprintf(w->f,
		"\n/*@ requires valid: \\valid(c) && \\valid(e) && \\valid(d) && \\valid_read(h);\n"
		"    requires apart: \\separated(c, e, d, h);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires ledger: Ledger(*c, h->asked);\n"
		"    requires room: c->tickets.asked < %s;\n"
		"    assigns *c, *e, *d;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures ledger: Ledger(*c, h->asked);\n"
		"    ensures asked: c->tickets.asked == \\old(c->tickets.asked);\n",
		world_steps(w));
	decision_clauses(w);
	fprintf(w->f,
		"*/\n"
		"static void %s_world_settle(%s *c, %s *e, struct %s_decision *d, const struct %s_history *h)\n{\n"
		"\tstruct %s_answers a;\n"
		"\tu64 ticket = any_u64(), now = any_u64();\n"
		"\t/* names the slot, for the provers */\n"
		"\tu32 slot = tickets_%d_find(&c->tickets, ticket, now > c->now ? now : c->now, %s);\n\n"
		"\tany_answers(&a);\n"
		"\t//@ assert asked: slot < %s ==> h->asked[ticket] == (*c).ask[slot].%s;\n"
		"\t%s_settle(c, now, ticket, &a, d);\n"
		"\tif (slot >= %s)\n"
		"\t\treturn;\n"
		"\t*e = h->asked[ticket];\n"
		"\t//@ assert event: *e == (*c).ask[slot].%s;\n"
		"}\n",
		w->name, w->context, w->event, w->name, w->name, w->name, w->p->decision->tickets,
		c_macro(w->p, "timeout"), c_macro(w->p, "tickets"), w->on->name, w->name, c_macro(w->p, "tickets"),
		w->on->name);
}

/* Any entry with any arguments: one is taken, by chance; the last is settle. */
static void any_entry(const struct world *w)
{
	FILE *f = w->f;

	fprintf(f,
		"\n/*@ requires valid: \\valid(c) && \\valid(e) && \\valid(d) && \\valid(q) && \\valid(h);\n"
		"    requires apart: \\separated(c, e, d, q, h);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires ledger: Ledger(*c, h->asked);\n"
		"    requires room: c->tickets.asked < %s - 1;\n"
		"    assigns *c, *e, *d, *q, h->asked[c->tickets.asked + 1];\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures ledger: Ledger(*c, h->asked);\n"
		"    ensures asked: c->tickets.asked <= \\old(c->tickets.asked) + 1;\n",
		world_steps(w));
	decision_clauses(w);
	fprintf(f,
		"*/\n"
		"static void %s_world_any(%s *c, %s *e, struct %s_decision *d, struct %s_questions *q,\n\tstruct %s_history *h)\n{\n"
		"\td->by = %s;\n\t",
		w->name, w->context, w->event, w->name, w->name, w->name, c_by(w->p, BY_PASS));
	for (int i = 0; i < w->p->hook->events.n; i++) {
		const struct event *e = w->p->hook->events.at[i];

		if (e != w->on && event_used(w->p, e))
			fprintf(f, "if (any_bool())\n\t\t%s_world_%s(c, h);\n\telse ", w->name, c_word(e->name));
	}
	for (int i = 0; i < w->p->tunables.n; i++)
		fprintf(f, "if (any_bool())\n\t\t%s_set_%s(c, any_%s());\n\telse ", w->name, w->p->tunables.at[i]->name,
			c_type(&w->p->tunables.at[i]->type));
	fprintf(f, "if (any_bool())\n\t\t%s_world_ask(c, q, h);\n\telse\n\t\t%s_world_settle(c, e, d, h);\n}\n",
		w->name, w->name);
}

/* ---- the world ---- */

/* The guarantee, of the decision d on the event e, over what the world itself saw. */
static void assert_point(const struct world *w, const struct guarantee *g)
{
	struct scene s = {.policy = w->p,
		.state = "(*c).",
		.value = "*c",
		.event = "e->",
		.candidate = "",
		.choice = "d.",
		.trips = "h->"};
	const char *when = "";

	s.key = w->on->key ? arena_printf("e->%s", w->on->key->name) : NULL;
	for (int i = 0; i < g->under.n; i++)
		when = arena_printf(
			"%s%s%s", when, acsl_atom(&s, g->under.at[i]->holds), i < g->under.n - 1 ? " && " : " ==> ");
	fprintf(w->f, "\t\t//@ assert %s: %s%s;\n", g->name, when,
		*when ? acsl_atom(&s, g->holds) : acsl_truth(&s, g->holds));
}

/* After a decision: it is lawful by what the world itself saw, and the totals go on. */
static void decided(const struct world *w, const struct guarantee *g, bool points)
{
	fprintf(w->f, "\t\tif (d.by == %s)\n\t\t\tcontinue;\n", c_by(w->p, BY_PASS));
	EACH_GUARANTEE(w, point)
	if (points && !is_count(point))
		assert_point(w, point);
	if (g)
		world_count_decided(w, g);
	fputs("\t\t//@ assert noted: Ledger(*c, h->asked);\n\t\tn++;\n", w->f);
}

static void no_trips(const struct world *w, const struct guardrail *g)
{
	const char *keys = g->key ? c_keys(w->p, g->key) : NULL;

	if (keys)
		fprintf(w->f,
			"\t/*@ loop invariant range: 0 <= k <= %s;\n"
			"\t    loop invariant none: \\forall integer j; 0 <= j < k ==> h->%s[j].ever_tripped == 0;\n"
			"\t    loop assigns k, h->%s[0 .. %s - 1];\n"
			"\t    loop variant %s - k; */\n"
			"\tfor (u32 k = 0; k < %s; k++)\n\t\th->%s[k].ever_tripped = 0;\n",
			keys, g->name, g->name, keys, keys, keys, g->name);
	else
		fprintf(w->f, "\th->%s.ever_tripped = 0;\n", g->name);
}

static void loop_head(const struct world *w, const char *name, const struct guarantee *g, bool trips)
{
	FILE *f = w->f;
	const char *bits = arena_printf("%s%s", g ? "counts, " : "", g && g->under.n ? "holds, " : "");

	fprintf(f,
		"\n/*@ requires valid: \\valid(c) && \\valid(before) && \\valid(q) && \\valid(e) && \\valid(h);\n"
		"    requires apart: \\separated(c, before, q, e, h);\n"
		"    requires range: steps < %s;\n"
		"    assigns *c, *before, *q, *e, *h;\n"
		"*/\n"
		"void %s(%s *c, %s *before, struct %s_questions *q, %s *e,\n\tstruct %s_history *h, u32 steps)\n{\n"
		"\tstruct %s_decision d;\n\tu32 %sn = 0, i; /* decisions, entries */\n\n"
		"\t%s_init(c, any_u64());\n",
		world_steps(w), name, w->context, w->context, w->name, w->event, w->name, w->name, bits, w->name);
	if (g)
		world_count_start(w, g);
	EACH_GUARDRAIL(w, rail)
	if (trips && trip_seen(w->p, rail))
		no_trips(w, rail);
	fputs("\t/*@ loop invariant ok: CtxOk(*c);\n"
	      "\t    loop invariant range: 0 <= n <= i <= steps && c->tickets.asked <= i;\n"
	      "\t    loop invariant ledger: Ledger(*c, h->asked);\n",
		f);
	if (g)
		world_count_invariants(w, g);
	EACH_GUARDRAIL(w, rail)
	if (trips && trip_seen(w->p, rail))
		fprintf(f, "\t    loop invariant %s: %sSeen(*c, *h);\n", rail->name, c_camel(rail->name));
	fprintf(f,
		"\t    loop assigns *c, *before, *q, *e, *h, d, %sn, i;\n"
		"\t    loop variant steps - i; */\n"
		"\tfor (i = 0; i < steps; i++) {\n",
		bits);
}

/* The history of one guarantee that counts, or of none, and the points. What is asserted at the head of the loop is so
 * of every history: one that ends here is one that a greater `steps` would carry on. */
static void world_loop(const struct world *w, const char *name, const struct guarantee *g, bool points)
{
	bool trips = points && w->trips;

	loop_head(w, name, g, trips);
	if (g)
		world_count_assert(w, g);
	fprintf(w->f, "\t\t*before = *c;\n\t\t%s_world_any(c, e, &d, q, h);\n", w->name);
	EACH_GUARDRAIL(w, rail)
	if (trips && trip_seen(w->p, rail))
		fprintf(w->f, "\t\t%s_world_see_%s(before, c, h);\n", w->name, rail->name);
	fputs("\t\t//@ assert ledger: Ledger(*c, h->asked);\n", w->f);
	if (g)
		world_count_passed(w, g);
	decided(w, g, points);
	fputs("\t}\n}\n", w->f);
}

/* Each guarantee that counts has a world to itself, the first with the points: what one history has is then no
 * other's. */
static void worlds(const struct world *w)
{
	const struct guarantee *first = first_count(w->p);

	world_loop(w, arena_printf("%s_world", w->name), first, true);
	EACH_GUARANTEE(w, g)
	if (is_count(g) && g != first)
		world_loop(w, arena_printf("%s_world_%s", w->name, g->name), g, false);
}

void world_print(FILE *f, const struct policy *p)
{
	struct world w = world_of(f, p);

	fprintf(f,
		"/* The closed world of %s: generated by ldosc from %s.ldp. Nothing calls it: it is there to be proved.\n"
		" *\n"
		" * init, then any entry with any arguments, any number of times, beside a history of its own: the event under each\n"
		" * ticket, how many decisions counted for a guarantee, when a guardrail was seen to trip. Each guarantee is asserted\n"
		" * over that history. `steps` gives the history its length; it is any number that fits. */\n"
		"#include \"%s.h\"\n\n",
		p->name, p->name, p->name);
	world_count_includes(&w);
	history(&w);
	anything(&w);
	predicates(&w);
	EACH_GUARDRAIL(&w, g)
	if (trip_seen(p, g))
		see(&w, g);
	world_count_functions(&w);
	for (int i = 0; i < p->hook->events.n; i++)
		if (p->hook->events.at[i] != w.on && event_used(p, p->hook->events.at[i]))
			event_entry(&w, p->hook->events.at[i]);
	ask_entry(&w);
	settle_entry(&w);
	any_entry(&w);
	worlds(&w);
}
