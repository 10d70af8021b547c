/* Guarantees that count, in the closed world. Of each the history holds total_NAME[i]: how many of the first i
 * decisions counted; where it stands under assumptions since_NAME[i]: the last of them at which one failed; and for
 * those over a time when[i]: when the decision behind the first i was taken. What is asserted speaks of these arrays
 * alone. */
#include "world.h"

#include <string.h>

static num width_of(const struct guarantee *g)
{
	return (g->span + g->buckets - 1) / g->buckets;
}

static bool is_timed(const struct guarantee *g)
{
	return g->kind == GUARANTEE_COUNT_TIME;
}

/* No stretch of decisions breaks it, as far back as the history goes: kept as an invariant of the history. Where the
 * window itself says so of its last events, what it has forgotten need not be told. */
static bool is_kept(const struct guarantee *g)
{
	return is_timed(g) || (g->under.n && g->cmp == EXPR_LE);
}

/* ---- the history ---- */

static const char *total(const struct guarantee *g, const char *h)
{
	return arena_printf("%stotal_%s", h, g->name);
}

static const char *since(const struct guarantee *g, const char *h)
{
	return arena_printf("%ssince_%s", h, g->name);
}

void world_count_members(const struct world *w)
{
	const char *steps = world_steps(w);

	if (w->times)
		fprintf(w->f, "\tu64 when[%s]; /* a decision was taken */\n", steps);
	EACH_GUARANTEE(w, g)
	{
		if (is_count(g))
			fprintf(w->f, "\tu32 %s[%s]; /* how many of the first decisions count */\n", total(g, ""),
				steps);
		if (is_count(g) && g->under.n)
			fprintf(w->f, "\tu32 %s[%s]; /* .. and the last of them that an assumption failed at */\n",
				since(g, ""), steps);
	}
}

/* The arrays as parameters of a predicate. */
static const char *when_parameter(const struct world *w)
{
	return arena_printf("u64 when[%s], ", world_steps(w));
}

static const char *total_parameter(const struct world *w)
{
	return arena_printf("u32 total[%s]", world_steps(w));
}

static const char *since_parameter(const struct world *w)
{
	return arena_printf("u32 since[%s]", world_steps(w));
}

/* "h->when, h->total_few, h->since_few": what a predicate of g takes of the history. */
static const char *arrays(const struct guarantee *g)
{
	return arena_printf("%s%s%s", is_timed(g) ? "h->when, " : "", total(g, "h->"),
		g->under.n ? arena_printf(", %s", since(g, "h->")) : "");
}

/* ---- predicates ---- */

static void told_events(const struct world *w, const struct guarantee *g)
{
	const char *width = c_integer(g->events);

	fprintf(w->f,
		"\n    predicate %sTold(struct %s w, %s, integer n) =\n"
		"      total[n] <= n && (n < %s ? w.seen == n && w.hits == total[n] - total[0] : w.seen == %s && w.hits == total[n] - total[n - %s]) &&\n"
		"      \\forall integer j; 0 <= j < w.seen ==> Ago(w, j) == Counted(total, n - 1 - j);\n",
		c_camel(g->name), guarantee_struct(g), total_parameter(w), width, width, width);
}

static void told_times(const struct world *w, const struct guarantee *g)
{
	const char *width = c_integer(width_of(g));

	fprintf(w->f,
		"\n    // what has counted behind the first j decisions lies in the slots since then\n"
		"    predicate %sTold(struct %s b, integer now, %s%s, integer n) =\n"
		"      total[n] <= n && Recent(b, now) <= total[n] &&\n"
		"      \\forall integer j; 0 <= j < n && now / %s - %d <= when[j] / %s ==>\n"
		"        total[n] - total[j] <= Events(b, now / %s, now / %s - when[j] / %s + 1);\n",
		c_camel(g->name), guarantee_struct(g), when_parameter(w), total_parameter(w), width, g->buckets, width,
		width, width, width);
}

static void kept(const struct world *w, const struct guarantee *g)
{
	const char *name = c_camel(g->name), *limit = c_integer(g->limit);
	const char *more = g->under.n ? arena_printf(", %s", since_parameter(w)) : "";

	if (is_timed(g))
		fprintf(w->f,
			"\n    predicate %sKept(%s%s%s, integer n) =\n"
			"      \\forall integer i, j; 0 <= j <= i < n && when[i] - when[j] <= %s%s ==> total[i + 1] - total[j] <= %s;\n",
			name, when_parameter(w), total_parameter(w), more, c_integer(g->span),
			g->under.n ? " && since[i + 1] <= j" : "", limit);
	else if (is_kept(g))
		fprintf(w->f,
			"\n    predicate %sKept(%s%s, integer n) =\n"
			"      \\forall integer i, j; 0 <= j <= i <= n && i - j <= %s && since[i] <= j ==> total[i] - total[j] <= %s;\n",
			name, total_parameter(w), more, c_integer(g->events), limit);
	if (clean_kept(g))
		fprintf(w->f,
			"\n    predicate %sClean(integer clean, %s, integer n) =\n"
			"      since[n] <= n && clean == (n - since[n] < %s ? n - since[n] : %s);\n",
			name, since_parameter(w), c_integer(g->events), c_integer(g->events));
}

void world_count_predicates(const struct world *w)
{
	if (first_count(w->p))
		fprintf(w->f,
			"\n    // whether the decision after the first n counts\n    logic integer Counted(%s, integer n) = total[n + 1] - total[n];\n",
			total_parameter(w));
	if (w->times)
		fprintf(w->f,
			"\n    // the decision after the first i was taken at when[i]\n"
			"    predicate Times(%sinteger n, integer now) =\n"
			"      (\\forall integer i; 0 <= i < n ==> 0 <= when[i] <= now) &&\n"
			"      \\forall integer i, j; 0 <= j <= i < n ==> when[j] <= when[i];\n",
			when_parameter(w));
	EACH_GUARANTEE(w, g)
	{
		if (!is_count(g))
			continue;
		if (is_timed(g))
			told_times(w, g);
		else
			told_events(w, g);
		kept(w, g);
	}
}

void world_count_includes(const struct world *w)
{
	EACH_GUARANTEE(w, g)
	if (is_timed(g))
		fprintf(w->f, "#define BUCKETS %s\n#define SLOTS %d\n#define SPAN %s\n#include \"older.h\"\n\n",
			g->name, g->buckets, c_number(g->span));
}

/* ---- functions ---- */

/* A question to the policy's own words. Code, from the IR; what it says is the policy's own predicate. */
static void asked(const struct world *w, const char *function, const char *clause, const char *predicate,
	struct ir_value *v, bool choice)
{
	const char *what = ir_text(v), *unused = "";

	if (!strstr(what, "c->"))
		unused = arena_printf("%s\t(void)c;\n", unused);
	if (!strstr(what, "e->"))
		unused = arena_printf("%s\t(void)e;\n", unused);
	if (choice && !strstr(what, "d->"))
		unused = arena_printf("%s\t(void)d;\n", unused);
	fprintf(w->f,
		"\n/*@ requires valid: \\valid_read(c) && \\valid_read(e)%s;\n"
		"    requires apart: \\separated(c, e%s);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires event: %sOk(*e)%s;\n"
		"    assigns \\nothing;\n"
		"    ensures bit: \\result <= 1;\n"
		"    ensures %s: \\result == 1 <==> %s;\n"
		"*/\n"
		"static u32 %s_world_%s(const %s *c, const %s *e%s)\n{\n"
		"%s"
		"\tif (%s)\n\t\treturn 1;\n\treturn 0;\n}\n",
		choice ? " && \\valid_read(d)" : "", choice ? ", d" : "", c_camel(w->on->name),
		choice ? arena_printf(" && %s", world_in_range(w)) : "", clause, predicate, w->name, function,
		w->context, w->event, choice ? arena_printf(", const struct %s_decision *d", w->name) : "", unused,
		what);
}

static void counts(const struct world *w, const struct guarantee *g)
{
	struct place at = {.policy = w->p, .state = "c->", .event = "e->", .choice = "d->", .by = -1};
	struct ir_value *all = NULL;

	at.key = w->on->key ? c_bounded(arena_printf("e->%s", w->on->key->name), c_keys(w->p, w->on->key->type.key))
			    : NULL;
	asked(w, arena_printf("counts_%s", g->name), "counts",
		arena_printf("%sCounts(%s)", c_camel(g->name), world_chosen(w)), lower_value(&at, g->holds), true);
	for (int i = 0; i < g->under.n; i++) {
		struct ir_value *one = lower_value(&at, g->under.at[i]->holds);

		all = all ? ir_binary(IR_AND, all, one) : one;
	}
	if (all)
		asked(w, arena_printf("under_%s", g->name), "under", arena_printf("%sUnder(*c, *e)", c_camel(g->name)),
			all, false);
}

/* That the window says what the history says of the first n decisions, at the time `now`. */
static const char *told(const struct guarantee *g, const char *window, const char *now, const char *n)
{
	return arena_printf("%sTold(%s, %s%s%s, %s)", c_camel(g->name), window,
		is_timed(g) ? arena_printf("%s, ", now) : "", is_timed(g) ? "h->when, " : "", total(g, "h->"), n);
}

static const char *unbroken(const struct guarantee *g, const char *n)
{
	return arena_printf("%sKept(%s, %s)", c_camel(g->name), arrays(g), n);
}

/* The contract's first lines, and the head, of a function that is given one more decision, or has it in the history
 * already. `w` is the window with the decision in it. */
static void one_more_valid(const struct world *w, const struct guarantee *g, const char *more, const char *h)
{
	fprintf(w->f, "\n/*@ requires valid: \\valid_read(o)%s && %s(h);\n", more, h);
	fprintf(w->f, "    requires range: n < %s - 1 && counts <= 1%s;\n", world_steps(w),
		g->under.n ? " && holds <= 1" : "");
}

static void one_more(const struct world *w, const struct guarantee *g, const char *name, const char *read)
{
	fprintf(w->f, "static void %s_world_%s_%s(const struct %s *o", w->name, name, g->name, guarantee_struct(g));
	if (!strcmp(name, "tell"))
		fprintf(w->f, ", const struct %s *w", guarantee_struct(g));
	fprintf(w->f, "%s, u32 counts%s,\n\t%sstruct %s_history *h, u32 n)\n{\n", is_timed(g) ? ", u64 now" : "",
		g->under.n ? ", u32 holds" : "", read, w->name);
}

static void unused(const struct world *w, const struct guarantee *g)
{
	fprintf(w->f, "\t(void)o;\n\t(void)counts;\n\t(void)h;\n\t(void)n;\n%s%s", is_timed(g) ? "\t(void)now;\n" : "",
		g->under.n ? "\t(void)holds;\n" : "");
}

/* What the history says of the decisions before stays when one array of it is written; each is written by itself. */
static void stays(const struct world *w, const struct guarantee *g, const char *clause)
{
	fprintf(w->f, "    %s told: %s;\n", clause, told(g, "*o", "now", "n"));
	if (is_kept(g))
		fprintf(w->f, "    %s kept: %s;\n", clause, unbroken(g, "n"));
}

/* Takes the decision down: whether it counts, and whether the assumptions held. */
static void note(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *t = total(g, "h->"), *s = since(g, "h->");

	one_more_valid(w, g, "", "\\valid");
	fputs("    requires apart: \\separated(o, h);\n", f);
	stays(w, g, "requires");
	fprintf(f, "    assigns %s[n + 1]%s;\n", t, g->under.n ? arena_printf(", %s[n + 1]", s) : "");
	fprintf(f, "    ensures counted: %s[n + 1] == %s[n] + counts;\n", t, t);
	stays(w, g, "ensures");
	if (g->under.n)
		fprintf(f, "    ensures since: %s[n + 1] == (holds == 1 ? %s[n] : n + 1) && %s[n] == \\old(%s[n]);\n",
			s, s, s, s);
	fputs("*/\n", f);
	one_more(w, g, "note", "");
	fprintf(f, "\t(void)o;\n%s\t%s[n + 1] = %s[n] + counts;\n", is_timed(g) ? "\t(void)now;\n" : "", t, t);
	if (g->under.n)
		fprintf(f, "\t%s[n + 1] = holds ? %s[n] : n + 1;\n", s, s);
	fputs("}\n", f);
}

/* .. and when it was taken. */
static void stamp(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;

	one_more_valid(w, g, "", "\\valid");
	fputs("    requires apart: \\separated(o, h);\n    requires times: Times(h->when, n, now);\n", f);
	stays(w, g, "requires");
	fputs("    assigns h->when[n];\n    ensures times: Times(h->when, n + 1, now) && h->when[n] == now;\n", f);
	stays(w, g, "ensures");
	fputs("*/\n", f);
	one_more(w, g, "stamp", "");
	fprintf(f, "\t(void)o;\n\t(void)counts;\n%s\th->when[n] = now;\n}\n", g->under.n ? "\t(void)holds;\n" : "");
}

/* What is known once the decision is noted. */
static void noted(const struct world *w, const struct guarantee *g, const char *more)
{
	FILE *f = w->f;
	const char *t = total(g, "h->"), *s = since(g, "h->");

	one_more_valid(w, g, more, "\\valid_read");
	fprintf(f,
		"    requires total: %s[n + 1] == %s[n] + counts;\n    requires ok: %s(*o%s);\n    requires told: %s;\n",
		t, t, is_timed(g) ? "BucketsOk" : "WindowOk", is_timed(g) ? ", now" : "", told(g, "*o", "now", "n"));
	if (is_timed(g))
		fputs("    requires times: Times(h->when, n + 1, now) && h->when[n] == now;\n", f);
	if (g->under.n)
		fprintf(f, "    requires since: %s[n + 1] == (holds == 1 ? %s[n] : n + 1);\n", s, s);
	if (is_kept(g))
		fprintf(f, "    requires kept: %s;\n", unbroken(g, "n"));
}

/* No stretch that ends with the decision is broken, said of it and of the n before it. */
static const char *alone(const struct guarantee *g)
{
	return arena_printf("%scounts <= %s", g->under.n ? "holds == 1 ==> " : "", c_integer(g->limit));
}

static const char *reach(const struct guarantee *g)
{
	if (is_timed(g))
		return arena_printf("0 <= j < n && now - h->when[j] <= %s%s", c_integer(g->span),
			g->under.n ? arena_printf(" && holds == 1 && %s[n] <= j", since(g, "h->")) : "");
	return arena_printf(
		"0 <= j <= n && n + 1 - j <= %s && holds == 1 && %s[n] <= j", c_integer(g->events), since(g, "h->"));
}

static const char *fits(const struct guarantee *g, const char *when, const char *more)
{
	return arena_printf("%s\\forall integer j; %s ==>\n\t      %s[n] - %s[j] + %s <= %s", when, reach(g),
		total(g, "h->"), total(g, "h->"), more, c_integer(g->limit));
}

/* There was room, so one more fits in: the stretches that end now reach back no further than what the window holds. */
static void fit(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *width = c_integer(is_timed(g) ? width_of(g) : 1), *span = c_integer(g->span),
		   *events = c_integer(g->events), *before = c_integer(g->events - 1), *t = total(g, "h->");

	noted(w, g, "");
	fprintf(f,
		"    requires room: counts == 1%s ==> %s + 1 <= %s;\n    assigns \\nothing;\n    ensures alone: %s;\n    ensures fits: %s;\n*/\n",
		g->under.n ? " && holds == 1" : "", is_timed(g) ? "Recent(*o, now)" : "Rest(*o)", c_integer(g->limit),
		alone(g), fits(g, "", "counts"));
	one_more(w, g, "fit", "const ");
	unused(w, g);
	if (is_timed(g))
		fprintf(f,
			"\t%s_older(o, now, now);\n"
			"\t/*@ assert slots: \\forall integer j; 0 <= j < n && now - h->when[j] <= %s ==>\n"
			"\t      now / %s - %d <= h->when[j] / %s <= now / %s; */\n"
			"\t/*@ assert since: \\forall integer j; 0 <= j < n && now - h->when[j] <= %s ==>\n"
			"\t      %s[n] - %s[j] <= Recent(*o, now); */\n"
			"\t//@ assert last: n > 0 ==> h->when[n - 1] <= now;\n",
			guarantee_struct(g), span, width, g->buckets, width, width, span, t, t);
	else
		fprintf(f,
			"\tif (n < %s) {\n"
			"\t\t//@ assert rest: Rest(*o) == %s[n] - %s[0];\n"
			"\t} else {\n"
			"\t\t//@ assert oldest: Ago(*o, %s) == Counted(%s, n - %s);\n"
			"\t\t//@ assert rest: Rest(*o) == %s[n] - %s[n - %s];\n"
			"\t}\n"
			"\t/*@ ghost\n"
			"\t  /@ loop invariant range: 0 <= i <= (o->seen < %s ? o->seen : %s) && i <= n;\n"
			"\t     loop invariant falls: \\forall integer j; n - i <= j <= n ==> %s[n - i] <= %s[j];\n"
			"\t     loop assigns i;\n"
			"\t     loop variant %s - i; @/\n"
			"\t  for (u32 i = 0; i < (o->seen < %s ? o->seen : %s); i++) {\n"
			"\t\t//@ assert one: Ago(*o, i) == Counted(%s, n - 1 - i);\n"
			"\t  } */\n"
			"\t//@ assert more: \\forall integer j; 0 <= j <= n && n - j <= %s ==> %s[n] - %s[j] <= Rest(*o);\n",
			events, t, t, before, t, events, t, t, before, events, before, t, t, events, events, before, t,
			before, t, t);
	fprintf(f, "\t/*@ assert missed: %s; */\n\t/*@ assert counted: %s; */\n}\n", fits(g, "counts == 0 ==> ", "0"),
		fits(g, "counts == 1 ==> ", "1"));
}

/* .. and so no stretch of the history is broken. */
static void keep(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *t = total(g, "h->"), *s = since(g, "h->");

	one_more_valid(w, g, "", "\\valid_read");
	fprintf(f, "    requires total: %s[n + 1] == %s[n] + counts;\n", t, t);
	if (is_timed(g))
		fputs("    requires times: Times(h->when, n + 1, now) && h->when[n] == now;\n", f);
	if (g->under.n)
		fprintf(f, "    requires since: %s[n + 1] == (holds == 1 ? %s[n] : n + 1);\n", s, s);
	fprintf(f,
		"    requires kept: %s;\n    requires alone: %s;\n    requires fits: %s;\n    assigns \\nothing;\n    ensures kept: %s;\n*/\n",
		unbroken(g, "n"), alone(g), fits(g, "", "counts"), unbroken(g, "n + 1"));
	one_more(w, g, "keep", "const ");
	unused(w, g);
	fputs("}\n", f);
}

/* On the roads by which a window fills, is full now, and was full before. */
static void tell_events(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *t = total(g, "h->"), *events = c_integer(g->events), *before = c_integer(g->events - 1),
		   *all = told(g, "*w", "", "n + 1");

	fprintf(f,
		"\t//@ assert newest: Ago(*w, 0) == Counted(%s, n);\n"
		"\t//@ assert older: \\forall integer j; 0 < j < w->seen ==> Ago(*w, j) == Counted(%s, n - j);\n"
		"\t//@ assert each: \\forall integer j; 0 <= j < w->seen ==> Ago(*w, j) == Counted(%s, n - j);\n",
		t, t, t);
	if (g->events > 1)
		fprintf(f,
			"\tif (n < %s) {\n\t\t//@ assert hits: w->hits == %s[n + 1] - %s[0];\n\t\t//@ assert told: %s;\n\t} else ",
			before, t, t, all);
	else
		fputs("\t", f);
	fprintf(f,
		"if (n < %s) {\n"
		"\t\t//@ assert hits: w->hits == %s[%s] - %s[0];\n"
		"\t\t//@ assert told: %s;\n"
		"\t} else {\n"
		"\t\t//@ assert oldest: Ago(*o, %s) == Counted(%s, n - %s);\n"
		"\t\t//@ assert hits: w->hits == %s[n + 1] - %s[n - %s];\n"
		"\t\t//@ assert told: %s;\n"
		"\t}\n",
		events, t, events, t, all, before, t, events, t, t, before, all);
}

/* With the decision in it the window goes on saying what the history says. */
static void tell(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *type = guarantee_struct(g), *width = c_integer(is_timed(g) ? width_of(g) : 1),
		   *now = is_timed(g) ? ", now" : "", *t = total(g, "h->");

	noted(w, g, " && \\valid_read(w)");
	fprintf(f, "    requires pushed: Pushed(*o, *w%s, counts);\n    assigns \\nothing;\n    ensures told: %s;\n",
		now, told(g, "*w", "now", "n + 1"));
	fputs("*/\n", f);
	one_more(w, g, "tell", "const ");
	unused(w, g);
	fputs("\t(void)w;\n", f);
	if (is_timed(g))
		fprintf(f,
			"\t%s_older(o, now, now);\n"
			"\t//@ assert here: InSlot(*o, now / %s) == Events(*o, now / %s, 1);\n"
			"\t//@ assert small: InSlot(*o, now / %s) < U32_TOP;\n"
			"\t//@ assert same: counts == 0 ==> *w == *o;\n"
			"\t//@ assert missed: counts == 0 ==> \\forall integer k; Events(*w, now / %s, k) == Events(*o, now / %s, k);\n"
			"\t/*@ assert counted: counts == 1 ==> \\forall integer k; 0 < k <= %d ==>\n"
			"\t      Events(*w, now / %s, k) == Events(*o, now / %s, k) + 1; */\n"
			"\t//@ assert newest: counts <= Events(*w, now / %s, 1);\n"
			"\t//@ assert recent: Recent(*w, now) <= %s[n + 1];\n"
			"\t/*@ assert before: \\forall integer j; 0 <= j < n && now / %s - %d <= h->when[j] / %s ==>\n"
			"\t      %s[n] - %s[j] + counts <= Events(*w, now / %s, now / %s - h->when[j] / %s + 1); */\n",
			type, width, width, width, width, width, g->buckets + 1, width, width, width, t, width,
			g->buckets, width, t, t, width, width, width);
	else
		tell_events(w, g);
	fputs("}\n", f);
}

/* What the window holds, said of the history: in a function of its own, where nothing else is known. */
static void hits(const struct world *w, const struct guarantee *g)
{
	const char *t = total(g, "h->"), *events = c_integer(g->events);

	fprintf(w->f,
		"\n/*@ requires valid: \\valid_read(w) && \\valid_read(h);\n"
		"    requires told: %s;\n"
		"    assigns \\nothing;\n"
		"    ensures hits: w->hits == %s[n] - %s[n < %s ? 0 : n - %s];\n"
		"*/\n"
		"static void %s_world_hits_%s(const struct %s *w, const struct %s_history *h, u32 n)\n{\n"
		"\t(void)w;\n\t(void)h;\n\t(void)n;\n}\n",
		told(g, "*w", "", "n"), t, t, events, events, w->name, g->name, guarantee_struct(g), w->name);
}

/* Time has passed since the last entry, and nothing was decided. */
static void wait(const struct world *w, const struct guarantee *g)
{
	const char *type = guarantee_struct(g);

	fprintf(w->f,
		"\n/*@ requires valid: \\valid_read(b) && \\valid_read(h);\n"
		"    requires ok: BucketsOk(*b, now);\n"
		"    requires later: now <= then;\n"
		"    requires times: Times(h->when, n, now);\n"
		"    requires told: %s;\n"
		"    assigns \\nothing;\n"
		"    ensures ok: BucketsOk(*b, then);\n"
		"    ensures told: %s;\n"
		"*/\n"
		"static void %s_world_wait_%s(const struct %s *b, u64 now, u64 then, const struct %s_history *h, u32 n)\n{\n"
		"\t(void)h;\n\t(void)n;\n"
		"\t%s_older(b, now, then);\n}\n",
		told(g, "*b", "now", "n"), told(g, "*b", "then", "n"), w->name, g->name, type, w->name, type);
}

void world_count_functions(const struct world *w)
{
	EACH_GUARANTEE(w, g)
	{
		if (!is_count(g))
			continue;
		counts(w, g);
		note(w, g);
		if (is_timed(g))
			stamp(w, g);
		if (is_kept(g)) {
			fit(w, g);
			keep(w, g);
		} else {
			hits(w, g);
		}
		tell(w, g);
		if (is_timed(g))
			wait(w, g);
	}
}

/* ---- what entries say of them ---- */

void world_count_unmoved(const struct world *w, const char *when)
{
	EACH_GUARANTEE(w, g)
	{
		const char *kept_too = *when ? "_kept" : "";

		if (!is_count(g))
			continue;
		fprintf(w->f, "    ensures %s%s: %s%s == \\old(*c).%s;\n", g->name, kept_too, when,
			guarantee_path(g, "(*c)."), c_member(g->name));
		if (clean_kept(g))
			fprintf(w->f, "    ensures %s_clean%s: %s%s == \\old(*c).%s;\n", g->name, kept_too, when,
				clean_path(g, "(*c)."), clean_path(g, ""));
	}
}

void world_count_settled(const struct world *w, const struct guarantee *g, const char *decided)
{
	const char *camel = c_camel(g->name), *o = guarantee_path(g, "\\old(*c)."), *n = guarantee_path(g, "(*c)."),
		   *now = is_timed(g) ? ", (*c).now" : "", *chosen = world_chosen(w);
	const char *under = g->under.n ? arena_printf("%sUnder(*c, *e) && ", camel) : "";

	fprintf(w->f, "    ensures %s: %s%sCounts(%s) ==> Pushed(%s, %s%s, 1);\n", g->name, decided, camel, chosen, o,
		n, now);
	fprintf(w->f, "    ensures %s_not: %s!%sCounts(%s) ==> Pushed(%s, %s%s, 0);\n", g->name, decided, camel, chosen,
		o, n, now);
	if (is_kept(g))
		fprintf(w->f, "    ensures %s_room: %s%s%sCounts(%s) ==> %s + 1 <= %s;\n", g->name, decided, under,
			camel, chosen, is_timed(g) ? arena_printf("Recent(%s%s)", o, now) : arena_printf("Rest(%s)", o),
			c_integer(g->limit));
	if (clean_kept(g))
		fprintf(w->f, "    ensures %s_clean: %s(%sUnder(*c, *e) ? %s == AtMost(%s + 1, %s) : %s == 0);\n",
			g->name, decided, camel, clean_path(g, "(*c)."), clean_path(g, "\\old(*c)."),
			c_integer(g->events), clean_path(g, "(*c)."));
}

/* ---- the loop that tells of g ---- */

void world_count_start(const struct world *w, const struct guarantee *g)
{
	fprintf(w->f, "\t%s[0] = 0;\n", total(g, "h->"));
	if (g->under.n)
		fprintf(w->f, "\t%s[0] = 0;\n", since(g, "h->"));
	if (is_timed(g))
		fprintf(w->f, "\t%s_older(&%s, c->now, c->now);\n", guarantee_struct(g), guarantee_path(g, "c->"));
}

void world_count_invariants(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;

	if (is_timed(g))
		fputs("\t    loop invariant times: Times(h->when, n, c->now);\n", f);
	fprintf(f, "\t    loop invariant %s: %s;\n", g->name, told(g, guarantee_path(g, "c->"), "c->now", "n"));
	if (is_kept(g))
		fprintf(f, "\t    loop invariant %s_kept: %s;\n", g->name, unbroken(g, "n"));
	if (clean_kept(g))
		fprintf(f, "\t    loop invariant %s_clean: %sClean(%s, %s, n);\n", g->name, c_camel(g->name),
			clean_path(g, "c->"), since(g, "h->"));
}

/* The guarantee itself. */
void world_count_assert(const struct world *w, const struct guarantee *g)
{
	const char *events = c_integer(g->events), *limit = c_integer(g->limit), *t = total(g, "h->");

	if (is_kept(g)) {
		fprintf(w->f, "\t\t//@ assert %s: %s;\n", g->name, unbroken(g, "n"));
		return;
	}
	fprintf(w->f, "\t\t%s_world_hits_%s(&%s, h, n);\n", w->name, g->name, guarantee_path(g, "c->"));
	if (g->cmp == EXPR_GE)
		fprintf(w->f, "\t\t//@ assert %s: n >= %s%s ==> %s[n] - %s[n - %s] >= %s;\n", g->name, events,
			g->under.n ? arena_printf(" && %s[n] <= n - %s", since(g, "h->"), events) : "", t, t, events,
			limit);
	else
		fprintf(w->f, "\t\t//@ assert %s: %s[n] - %s[n < %s ? 0 : n - %s] <= %s;\n", g->name, t, t, events,
			events, limit);
}

/* An entry was made, and time passed with it. */
void world_count_passed(const struct world *w, const struct guarantee *g)
{
	const char *before = guarantee_path(g, "before->");

	if (is_timed(g))
		fprintf(w->f, "\t\t%s_world_wait_%s(&%s, before->now, c->now, h, n);\n", w->name, g->name, before);
	fprintf(w->f, "\t\t//@ assert %s_before: %s;\n\t\t//@ assert %s_kept: d.by == %s ==> %s;\n", g->name,
		told(g, before, "c->now", "n"), g->name, c_by(w->p, BY_PASS),
		told(g, guarantee_path(g, "c->"), "c->now", "n"));
}

void world_count_decided(const struct world *w, const struct guarantee *g)
{
	const char *before = guarantee_path(g, "before->"), *with;

	fprintf(w->f, "\t\tcounts = %s_world_counts_%s(c, e, &d);\n", w->name, g->name);
	if (g->under.n)
		fprintf(w->f, "\t\tholds = %s_world_under_%s(c, e);\n", w->name, g->name);
	with = arena_printf("%scounts%s, h, n", is_timed(g) ? "c->now, " : "", g->under.n ? ", holds" : "");
	fprintf(w->f, "\t\t%s_world_note_%s(&%s, %s);\n", w->name, g->name, before, with);
	if (is_timed(g))
		fprintf(w->f, "\t\t%s_world_stamp_%s(&%s, %s);\n", w->name, g->name, before, with);
	if (is_kept(g)) {
		fprintf(w->f, "\t\t%s_world_fit_%s(&%s, %s);\n", w->name, g->name, before, with);
		fprintf(w->f, "\t\t%s_world_keep_%s(&%s, %s);\n", w->name, g->name, before, with);
	}
	fprintf(w->f, "\t\t%s_world_tell_%s(&%s, &%s, %s);\n", w->name, g->name, before, guarantee_path(g, "c->"),
		with);
}
