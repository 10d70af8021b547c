/* Guarantees that count, in the closed world. Of each the history holds total[i]: how many of the first i decisions counted;
 * where it stands under assumptions since[i]: the last of them at which one failed; and for those over a time when[i]: when
 * the decision behind the first i was taken. What is asserted speaks of these arrays alone. */
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

/* No stretch of decisions breaks it, as far back as the history goes: kept as an invariant of the history. Where the window
 * itself says so of its last events, what it has forgotten need not be told. */
static bool is_kept(const struct guarantee *g)
{
	return is_timed(g) || (g->under.n && g->cmp == EXPR_LE);
}

static const char *since(const struct guarantee *g, const char *more)
{
	return g->under.n ? arena_printf("%ssince_%s", more, g->name) : "";
}

/* ---- predicates ---- */

static void told_events(const struct world *w, const struct guarantee *g)
{
	const char *width = c_integer(g->events);

	fprintf(w->f,
		"\n    predicate %sTold{L}(struct %s w, u32 *total, integer n) =\n"
		"      w.seen == (n < %s ? n : %s) && w.hits == total[n] - total[n - w.seen] &&\n"
		"      \\forall integer j; 0 <= j < w.seen ==> Ago(w, j) == total[n - j] - total[n - j - 1];\n",
		c_camel(g->name), guarantee_struct(g), width, width);
}

static void told_times(const struct world *w, const struct guarantee *g)
{
	const char *width = c_integer(width_of(g));

	fprintf(w->f,
		"\n    // what has counted behind the first j decisions lies in the slots since then\n"
		"    predicate %sTold{L}(struct %s b, integer now, u64 *when, u32 *total, integer n) =\n"
		"      Recent(b, now) <= total[n] &&\n"
		"      \\forall integer j; 0 <= j < n && now / %s - %d <= when[j] / %s ==>\n"
		"        total[n] - total[j] <= Events(b, now / %s, now / %s - when[j] / %s + 1);\n",
		c_camel(g->name), guarantee_struct(g), width, g->buckets, width, width, width, width);
}

static void kept(const struct world *w, const struct guarantee *g)
{
	const char *name = c_camel(g->name), *limit = c_integer(g->limit), *more = g->under.n ? ", u32 *since" : "";

	if (is_timed(g))
		fprintf(w->f,
			"\n    predicate %sKept{L}(u64 *when, u32 *total%s, integer n) =\n"
			"      \\forall integer i, j; 0 <= j <= i < n && when[i] - when[j] <= %s%s ==> total[i + 1] - total[j] <= %s;\n",
			name, more, c_integer(g->span), g->under.n ? " && since[i + 1] <= j" : "", limit);
	else if (is_kept(g))
		fprintf(w->f,
			"\n    predicate %sKept{L}(u32 *total%s, integer n) =\n"
			"      \\forall integer i, j; 0 <= j <= i <= n && i - j <= %s && since[i] <= j ==> total[i] - total[j] <= %s;\n",
			name, more, c_integer(g->events), limit);
	if (clean_kept(g))
		fprintf(w->f,
			"\n    predicate %sClean{L}(integer clean, u32 *since, integer n) =\n"
			"      since[n] <= n && clean == (n - since[n] < %s ? n - since[n] : %s);\n",
			name, c_integer(g->events), c_integer(g->events));
}

void world_count_predicates(const struct world *w)
{
	if (w->times)
		fputs("\n    // the decision behind the first i was taken at when[i]\n"
		      "    predicate Times{L}(u64 *when, integer n, integer now) =\n"
		      "      (\\forall integer i; 0 <= i < n ==> 0 <= when[i] <= now) &&\n"
		      "      \\forall integer i, j; 0 <= j <= i < n ==> when[j] <= when[i];\n",
		      w->f);
	EACH_GUARANTEE(w, g) {
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
			fprintf(w->f, "#define BUCKETS %s\n#define SLOTS %d\n#define SPAN %s\n#include \"older.h\"\n\n", g->name, g->buckets,
				c_number(g->span));
}

/* ---- functions ---- */

/* A question to the policy's own words. Code, from the IR; what it says is the policy's own predicate. */
static void asked(const struct world *w, const char *function, const char *clause, const char *predicate, struct ir_value *v, bool choice)
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
		choice ? arena_printf(" && %s", world_in_range(w)) : "", clause, predicate, w->name, function, w->context, w->event,
		choice ? arena_printf(", const struct %s_decision *d", w->name) : "", unused, what);
}

static void counts(const struct world *w, const struct guarantee *g)
{
	struct place at = {.policy = w->p, .state = "c->", .event = "e->", .choice = "d->", .by = -1};
	struct ir_value *all = NULL;

	at.key = w->on->key ? c_bounded(arena_printf("e->%s", w->on->key->name), c_keys(w->p, w->on->key->type.key)) : NULL;
	asked(w, arena_printf("counts_%s", g->name), "counts", arena_printf("%sCounts(%s)", c_camel(g->name), world_chosen(w)),
	      lower_value(&at, g->holds), true);
	for (int i = 0; i < g->under.n; i++) {
		struct ir_value *one = lower_value(&at, g->under.at[i]->holds);

		all = all ? ir_binary(IR_AND, all, one) : one;
	}
	if (all)
		asked(w, arena_printf("under_%s", g->name), "under", arena_printf("%sUnder(*c, *e)", c_camel(g->name)), all, false);
}

/* What telling of one more decision takes besides the window: "when, total, since, n". */
static const char *history(const struct guarantee *g, const char *prefix, const char *n)
{
	return arena_printf("%s%s%s, %s", is_timed(g) ? "when, " : "", prefix, since(g, ", "), n);
}

/* "when, total, since": what the predicates of g take before n; the last two are u32 arrays. */
static const char *over(const struct guarantee *g)
{
	return arena_printf("%stotal%s", is_timed(g) ? "when, " : "", since(g, ", "));
}

static const char *told(const struct guarantee *g, const char *window, const char *n)
{
	return arena_printf("%sTold(%s, %stotal, %s)", c_camel(g->name), window, is_timed(g) ? "now, when, " : "", n);
}

/* The head of a function that is given one more decision, or has it in the history already. */
static void one_more(const struct world *w, const struct guarantee *g, const char *name, const char *read)
{
	fprintf(w->f, "static void %s_world_%s_%s(const struct %s *o", w->name, name, g->name, guarantee_struct(g));
	if (!strcmp(name, "tell"))
		fprintf(w->f, ", const struct %s *w", guarantee_struct(g));
	fprintf(w->f, "%s, u32 counts%s,\n\t%s%su32 *total%s, u32 n)\n{\n", is_timed(g) ? ", u64 now" : "", g->under.n ? ", u32 holds" : "",
		is_timed(g) ? arena_printf("%su64 *when, ", read) : "", read, g->under.n ? arena_printf(", %su32 *%s", read, since(g, "")) : "");
}

static void arrays_valid(const struct world *w, const struct guarantee *g, const char *valid)
{
	fprintf(w->f, "    requires valid_total: %s(total + (0 .. n + 1));\n", valid);
	if (g->under.n)
		fprintf(w->f, "    requires valid_since: %s(%s + (0 .. n + 1));\n", valid, since(g, ""));
	if (is_timed(g))
		fprintf(w->f, "    requires valid_when: %s(when + (0 .. n + 1));\n", valid);
	fprintf(w->f, "    requires range: n < U32_TOP - 1 && counts <= 1%s;\n", g->under.n ? " && holds <= 1" : "");
}

static void unused(const struct world *w, const struct guarantee *g)
{
	fprintf(w->f, "\t(void)o;\n\t(void)counts;\n\t(void)total;\n\t(void)n;\n%s%s", is_timed(g) ? "\t(void)now;\n\t(void)when;\n" : "",
		g->under.n ? arena_printf("\t(void)holds;\n\t(void)%s;\n", since(g, "")) : "");
}

/* What the history says of the decisions before stays when one array of it is written; each is written by itself. */
static void stays(const struct world *w, const struct guarantee *g, const char *clause)
{
	fprintf(w->f, "    %s told: %s;\n", clause, told(g, "*o", "n"));
	if (is_kept(g))
		fprintf(w->f, "    %s kept: %sKept(%s, n);\n", clause, c_camel(g->name), over(g));
}

static void apart(const struct world *w, const struct guarantee *g)
{
	fprintf(w->f, "    requires apart: \\separated(o, total + (0 .. n + 1)%s%s);\n",
		g->under.n ? arena_printf(", %s + (0 .. n + 1)", since(g, "")) : "", is_timed(g) ? ", when + (0 .. n + 1)" : "");
}

/* Takes the decision down: whether it counts, and whether the assumptions held. */
static void note(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *s = since(g, "");

	fputs("\n/*@ requires valid: \\valid_read(o);\n", f);
	arrays_valid(w, g, "\\valid");
	apart(w, g);
	fputs("    requires total: total[n] <= n;\n", f);
	stays(w, g, "requires");
	fprintf(f, "    assigns total[n + 1]%s;\n", *s ? arena_printf(", %s[n + 1]", s) : "");
	fputs("    ensures total: total[n + 1] <= n + 1;\n    ensures counted: total[n + 1] == total[n] + counts;\n", f);
	stays(w, g, "ensures");
	if (*s)
		fprintf(f, "    ensures since: %s[n + 1] == (holds == 1 ? %s[n] : n + 1) && %s[n] == \\old(%s[n]);\n", s, s, s, s);
	fputs("*/\n", f);
	one_more(w, g, "note", "");
	fprintf(f, "\t(void)o;\n%s\ttotal[n + 1] = total[n] + counts;\n", is_timed(g) ? "\t(void)now;\n\t(void)when;\n" : "");
	if (*s)
		fprintf(f, "\t%s[n + 1] = holds ? %s[n] : n + 1;\n", s, s);
	fputs("}\n", f);
}

/* .. and when it was taken. */
static void stamp(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;

	fputs("\n/*@ requires valid: \\valid_read(o);\n", f);
	arrays_valid(w, g, "\\valid");
	apart(w, g);
	fputs("    requires times: Times(when, n, now);\n", f);
	stays(w, g, "requires");
	fputs("    assigns when[n];\n    ensures times: Times(when, n + 1, now) && when[n] == now;\n", f);
	stays(w, g, "ensures");
	fputs("*/\n", f);
	one_more(w, g, "stamp", "");
	unused(w, g);
	fputs("\twhen[n] = now;\n}\n", f);
}

/* What is known once the decision is noted. */
static void noted(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *s = since(g, "");

	arrays_valid(w, g, "\\valid_read");
	fprintf(f, "    requires total: total[n] <= n && total[n + 1] == total[n] + counts;\n    requires ok: %s(*o%s);\n    requires told: %s;\n",
		is_timed(g) ? "BucketsOk" : "WindowOk", is_timed(g) ? ", now" : "", told(g, "*o", "n"));
	if (is_timed(g))
		fputs("    requires times: Times(when, n + 1, now) && when[n] == now;\n", f);
	if (*s)
		fprintf(f, "    requires since: %s[n + 1] == (holds == 1 ? %s[n] : n + 1);\n", s, s);
	if (is_kept(g))
		fprintf(f, "    requires kept: %sKept(%s, n);\n", c_camel(g->name), over(g));
}

/* No stretch that ends with the decision is broken, said of it and of the n before it. */
static const char *alone(const struct guarantee *g)
{
	return arena_printf("%scounts <= %s", g->under.n ? "holds == 1 ==> " : "", c_integer(g->limit));
}

static const char *reach(const struct guarantee *g)
{
	if (is_timed(g))
		return arena_printf("0 <= j < n && now - when[j] <= %s%s", c_integer(g->span),
				    g->under.n ? arena_printf(" && holds == 1 && %s[n] <= j", since(g, "")) : "");
	return arena_printf("0 <= j <= n && n + 1 - j <= %s && holds == 1 && %s[n] <= j", c_integer(g->events), since(g, ""));
}

static const char *fits(const struct guarantee *g, const char *when, const char *more)
{
	return arena_printf("%s\\forall integer j; %s ==>\n\t      total[n] - total[j] + %s <= %s", when, reach(g), more, c_integer(g->limit));
}

/* There was room, so one more fits in: the stretches that end now reach back no further than what the window holds. */
static void fit(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *width = c_integer(is_timed(g) ? width_of(g) : 1), *span = c_integer(g->span), *before = c_integer(g->events - 1);

	fputs("\n/*@ requires valid: \\valid_read(o);\n", f);
	noted(w, g);
	fprintf(f, "    requires room: counts == 1%s ==> %s + 1 <= %s;\n    assigns \\nothing;\n    ensures alone: %s;\n    ensures fits: %s;\n*/\n",
		g->under.n ? " && holds == 1" : "", is_timed(g) ? "Recent(*o, now)" : "Rest(*o)", c_integer(g->limit), alone(g), fits(g, "", "counts"));
	one_more(w, g, "fit", "const ");
	unused(w, g);
	if (is_timed(g))
		fprintf(f,
			"\t%s_older(o, now, now);\n"
			"\t/*@ assert slots: \\forall integer j; 0 <= j < n && now - when[j] <= %s ==>\n"
			"\t      now / %s - %d <= when[j] / %s <= now / %s; */\n"
			"\t//@ assert since: \\forall integer j; 0 <= j < n && now - when[j] <= %s ==> total[n] - total[j] <= Recent(*o, now);\n"
			"\t//@ assert last: n > 0 ==> when[n - 1] <= now;\n",
			guarantee_struct(g), span, width, g->buckets, width, width, span);
	else
		fprintf(f,
			"\t//@ assert counted: Counted(*o, o->seen);\n"
			"\t//@ assert rest: Rest(*o) == total[n] - total[n < %s ? 0 : n - %s];\n"
			"\t//@ assert more: \\forall integer j; 0 <= j <= n && n - j <= %s ==> total[n] - total[j] <= Rest(*o);\n",
			before, before, before);
	fprintf(f, "\t/*@ assert missed: %s; */\n\t/*@ assert counted: %s; */\n}\n", fits(g, "counts == 0 ==> ", "0"), fits(g, "counts == 1 ==> ", "1"));
}

/* .. and so no stretch of the history is broken. */
static void keep(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *camel = c_camel(g->name), *s = since(g, "");

	fputs("\n/*@ requires valid: \\valid_read(o);\n", f);
	arrays_valid(w, g, "\\valid_read");
	fputs("    requires total: total[n + 1] == total[n] + counts;\n", f);
	if (is_timed(g))
		fputs("    requires times: Times(when, n + 1, now) && when[n] == now;\n", f);
	if (*s)
		fprintf(f, "    requires since: %s[n + 1] == (holds == 1 ? %s[n] : n + 1);\n", s, s);
	fprintf(f, "    requires kept: %sKept(%s, n);\n    requires alone: %s;\n    requires fits: %s;\n    assigns \\nothing;\n    ensures kept: %sKept(%s, n + 1);\n*/\n",
		camel, over(g), alone(g), fits(g, "", "counts"), camel, over(g));
	one_more(w, g, "keep", "const ");
	unused(w, g);
	fputs("}\n", f);
}

/* With the decision in it the window goes on saying what the history says. */
static void tell(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *type = guarantee_struct(g), *width = c_integer(is_timed(g) ? width_of(g) : 1), *now = is_timed(g) ? ", now" : "";

	fputs("\n/*@ requires valid: \\valid_read(o) && \\valid_read(w);\n", f);
	noted(w, g);
	fprintf(f, "    requires pushed: Pushed(*o, *w%s, counts);\n    assigns \\nothing;\n    ensures told: %s;\n", now, told(g, "*w", "n + 1"));
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
			"\t//@ assert recent: Recent(*w, now) <= total[n + 1];\n"
			"\t/*@ assert before: \\forall integer j; 0 <= j < n && now / %s - %d <= when[j] / %s ==>\n"
			"\t      total[n] - total[j] + counts <= Events(*w, now / %s, now / %s - when[j] / %s + 1); */\n",
			type, width, width, width, width, width, g->buckets + 1, width, width, width, width, g->buckets, width, width, width, width);
	else
		fprintf(f,
			"\t//@ assert counted: Counted(*o, o->seen);\n"
			"\t//@ assert rest: Rest(*o) == o->hits - (o->seen < %s ? 0 : Ago(*o, %s));\n"
			"\t//@ assert newest: Ago(*w, 0) == total[n + 1] - total[n];\n"
			"\t//@ assert older: \\forall integer j; 0 < j < w->seen ==> Ago(*w, j) == total[n + 1 - j] - total[n - j];\n"
			"\t//@ assert hits: w->hits == total[n + 1] - total[n + 1 - w->seen];\n",
			c_integer(g->events), c_integer(g->events - 1));
	fputs("}\n", f);
}

/* Time has passed since the last entry, and nothing was decided. */
static void wait(const struct world *w, const struct guarantee *g)
{
	const char *camel = c_camel(g->name), *type = guarantee_struct(g);

	fprintf(w->f,
		"\n/*@ requires valid: \\valid_read(b) && \\valid_read(when + (0 .. n)) && \\valid_read(total + (0 .. n));\n"
		"    requires ok: BucketsOk(*b, now);\n"
		"    requires later: now <= then;\n"
		"    requires times: Times(when, n, now);\n"
		"    requires told: %sTold(*b, now, when, total, n);\n"
		"    assigns \\nothing;\n"
		"    ensures ok: BucketsOk(*b, then);\n"
		"    ensures told: %sTold(*b, then, when, total, n);\n"
		"*/\n"
		"static void %s_world_wait_%s(const struct %s *b, u64 now, u64 then, const u64 *when, const u32 *total, u32 n)\n{\n"
		"\t(void)when;\n\t(void)total;\n\t(void)n;\n"
		"\t%s_older(b, now, then);\n}\n",
		camel, camel, w->name, g->name, type, type);
}

void world_count_functions(const struct world *w)
{
	EACH_GUARANTEE(w, g) {
		if (!is_count(g))
			continue;
		counts(w, g);
		note(w, g);
		if (is_timed(g))
			stamp(w, g);
		if (is_kept(g)) {
			fit(w, g);
			keep(w, g);
		}
		tell(w, g);
		if (is_timed(g))
			wait(w, g);
	}
}

/* ---- what entries say of them ---- */

void world_count_unmoved(const struct world *w, const char *when)
{
	EACH_GUARANTEE(w, g) {
		const char *kept_too = *when ? "_kept" : "";

		if (!is_count(g))
			continue;
		fprintf(w->f, "    ensures %s%s: %s%s == \\old(*c).%s;\n", g->name, kept_too, when, guarantee_path(g, "(*c)."), c_member(g->name));
		if (clean_kept(g))
			fprintf(w->f, "    ensures %s_clean%s: %s%s == \\old(*c).%s;\n", g->name, kept_too, when, clean_path(g, "(*c)."),
				clean_path(g, ""));
	}
}

void world_count_settled(const struct world *w, const struct guarantee *g, const char *decided)
{
	const char *camel = c_camel(g->name), *o = guarantee_path(g, "\\old(*c)."), *n = guarantee_path(g, "(*c)."), *now = is_timed(g) ? ", (*c).now" : "",
		   *chosen = world_chosen(w);
	const char *under = g->under.n ? arena_printf("%sUnder(*c, *e) && ", camel) : "";

	fprintf(w->f, "    ensures %s: %s%sCounts(%s) ==> Pushed(%s, %s%s, 1);\n", g->name, decided, camel, chosen, o, n, now);
	fprintf(w->f, "    ensures %s_not: %s!%sCounts(%s) ==> Pushed(%s, %s%s, 0);\n", g->name, decided, camel, chosen, o, n, now);
	if (is_kept(g))
		fprintf(w->f, "    ensures %s_room: %s%s%sCounts(%s) ==> %s + 1 <= %s;\n", g->name, decided, under, camel, chosen,
			is_timed(g) ? arena_printf("Recent(%s%s)", o, now) : arena_printf("Rest(%s)", o), c_integer(g->limit));
	if (clean_kept(g))
		fprintf(w->f, "    ensures %s_clean: %s%s == (%sUnder(*c, *e) ? AtMost(%s + 1, %s) : 0);\n", g->name, decided,
			clean_path(g, "(*c)."), camel, clean_path(g, "\\old(*c)."), c_integer(g->events));
}

/* ---- the loop that tells of g ---- */

/* The arrays of g's history: "when", "few_b", "since_few_b". */
static int arrays(const struct guarantee *g, const char *names[3], const char *types[3])
{
	int n = 0;

	if (is_timed(g)) {
		types[n] = "u64";
		names[n++] = "when";
	}
	types[n] = "u32";
	names[n++] = g->name;
	if (g->under.n) {
		types[n] = "u32";
		names[n++] = since(g, "");
	}
	return n;
}

void world_count_parameters(const struct guarantee *g, const char **declared, const char **apart, const char **assigned)
{
	const char *names[3], *types[3];
	int n = arrays(g, names, types);

	*declared = *apart = *assigned = "";
	for (int i = 0; i < n; i++) {
		*declared = arena_printf("%s, %s *%s", *declared, types[i], names[i]);
		*apart = arena_printf("%s, %s + (0 .. steps)", *apart, names[i]);
		*assigned = arena_printf("%s, %s[0 .. steps]", *assigned, names[i]);
	}
}

void world_count_requires(const struct world *w, const struct guarantee *g)
{
	const char *names[3], *types[3];
	int n = arrays(g, names, types);

	for (int i = 0; i < n; i++)
		fprintf(w->f, "    requires valid_%s: \\valid(%s + (0 .. steps));\n", names[i], names[i]);
}

void world_count_start(const struct world *w, const struct guarantee *g)
{
	fprintf(w->f, "\t%s[0] = 0;\n", g->name);
	if (g->under.n)
		fprintf(w->f, "\t%s[0] = 0;\n", since(g, ""));
	if (is_timed(g))
		fprintf(w->f, "\t%s_older(&%s, c->now, c->now);\n", guarantee_struct(g), guarantee_path(g, "c->"));
}

void world_count_invariants(const struct world *w, const struct guarantee *g)
{
	FILE *f = w->f;
	const char *camel = c_camel(g->name);

	if (is_timed(g))
		fputs("\t    loop invariant times: Times(when, n, c->now);\n", f);
	fprintf(f, "\t    loop invariant %s_total: %s[n] <= n;\n\t    loop invariant %s: %sTold(%s, %s%s, n);\n", g->name, g->name, g->name, camel,
		guarantee_path(g, "c->"), is_timed(g) ? "c->now, when, " : "", g->name);
	if (is_kept(g))
		fprintf(f, "\t    loop invariant %s_kept: %sKept(%s);\n", g->name, camel, history(g, g->name, "n"));
	if (clean_kept(g))
		fprintf(f, "\t    loop invariant %s_clean: %sClean(%s, %s, n);\n", g->name, camel, clean_path(g, "c->"), since(g, ""));
}

/* The guarantee itself. */
void world_count_assert(const struct world *w, const struct guarantee *g)
{
	const char *width = c_integer(g->events), *limit = c_integer(g->limit);

	if (!is_kept(g))
		fprintf(w->f, "\t\t//@ assert %s_hits: %s.hits == %s[n] - %s[n < %s ? 0 : n - %s];\n", g->name, guarantee_path(g, "c->"), g->name,
			g->name, width, width);
	if (is_kept(g))
		fprintf(w->f, "\t\t//@ assert %s: %sKept(%s);\n", g->name, c_camel(g->name), history(g, g->name, "n"));
	else if (g->cmp == EXPR_GE)
		fprintf(w->f, "\t\t//@ assert %s: n >= %s%s ==> %s[n] - %s[n - %s] >= %s;\n", g->name, width,
			g->under.n ? arena_printf(" && %s[n] <= n - %s", since(g, ""), width) : "", g->name, g->name, width, limit);
	else
		fprintf(w->f, "\t\t//@ assert %s: %s[n] - %s[n < %s ? 0 : n - %s] <= %s;\n", g->name, g->name, g->name, width, width, limit);
}

/* An entry was made, and time passed with it. */
void world_count_passed(const struct world *w, const struct guarantee *g)
{
	const char *member = c_member(g->name), *over = arena_printf("%s%s", is_timed(g) ? "c->now, when, " : "", g->name);

	/* whatever the entry wrote lies apart */
	if (is_timed(g))
		fprintf(w->f, "\t\t//@ assert times: Times(when, n, before->now);\n\t\t//@ assert %s_still: %sTold(before->%s, before->now, when, %s, n);\n",
			g->name, c_camel(g->name), member, g->name);
	if (is_kept(g))
		fprintf(w->f, "\t\t//@ assert %s_unbroken: %sKept(%s);\n", g->name, c_camel(g->name), history(g, g->name, "n"));
	if (is_timed(g))
		fprintf(w->f, "\t\t%s_world_wait_%s(&before->%s, before->now, c->now, when, %s, n);\n", w->name, g->name, member, g->name);
	fprintf(w->f, "\t\t//@ assert %s_before: %sTold(before->%s, %s, n);\n\t\t//@ assert %s_kept: d.by == %s ==> %sTold(c->%s, %s, n);\n", g->name,
		c_camel(g->name), member, over, g->name, c_by(w->p, BY_PASS), c_camel(g->name), member, over);
}

void world_count_decided(const struct world *w, const struct guarantee *g)
{
	const char *member = c_member(g->name), *with;

	fprintf(w->f, "\t\tcounts = %s_world_counts_%s(c, e, &d);\n", w->name, g->name);
	if (g->under.n)
		fprintf(w->f, "\t\tholds = %s_world_under_%s(c, e);\n", w->name, g->name);
	with = arena_printf("%scounts%s, %s", is_timed(g) ? "c->now, " : "", g->under.n ? ", holds" : "", history(g, g->name, "n"));
	fprintf(w->f, "\t\t%s_world_note_%s(&before->%s, %s);\n", w->name, g->name, member, with);
	if (is_timed(g))
		fprintf(w->f, "\t\t%s_world_stamp_%s(&before->%s, %s);\n", w->name, g->name, member, with);
	if (is_kept(g)) {
		fprintf(w->f, "\t\t%s_world_fit_%s(&before->%s, %s);\n", w->name, g->name, member, with);
		fprintf(w->f, "\t\t%s_world_keep_%s(&before->%s, %s);\n", w->name, g->name, member, with);
	}
	fprintf(w->f, "\t\t%s_world_tell_%s(&before->%s, &c->%s, %s);\n", w->name, g->name, member, member, with);
}
