/* Small random policies over hooks/tiny.hook and hooks/ticking.hook, one of eight over hooks/wide.hook: more units
 * than the checker follows at once, each with little to remember. Many are wrong: conditions beyond a feature's range,
 * fallbacks that spend what a guarantee counts, rearms by decay, two guardrails that hold one knob. */
#include "brute.h"

#include <stdlib.h>
#include <string.h>

enum { MORE = 8 };

enum shape { COUNTED, SHARED, TIMED }; /* what a condition compares with: a number, a percentage, a time */

struct made {
	const char *name;
	enum shape shape;
	bool keyed;
	int hi; /* of a number */
	const char *column; /* ".v", or "" */
};

struct gen {
	FILE *f;
	uint64_t chance;
	struct made feature[MORE], guarantee_room[MORE];
	int features, rooms;
	bool clocks; /* something reads the clock */
	bool ticks, wide, carry, model, each, said, knob, keyed_state, names_c;
	int keys, guardrails;
	bool rail_keyed[2], rail_knob[2];
	enum part_kind kind;
};

static uint64_t next(struct gen *g)
{
	uint64_t z = g->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int below(struct gen *g, int n)
{
	return (int)(next(g) % (uint64_t)n);
}

static bool often(struct gen *g, int percent)
{
	return below(g, 100) < percent;
}

static const char *pick(struct gen *g, const char *const *of)
{
	int n = 0;

	while (of[n])
		n++;
	return of[below(g, n)];
}
#define PICK(g, ...) pick(g, (const char *const[]){__VA_ARGS__, NULL})

/* ---- features ---- */

/* Reads the event alone, or now and then the knob. */
static const char *of_put(struct gen *g)
{
	return g->knob && often(g, 20) ? "x > knob" : PICK(g, "ok", "x > 0", "x > 1", "x == 0", "ok and x > 0");
}

static const char *of_got(struct gen *g)
{
	if (g->said && often(g, 40))
		return PICK(g, "carry.said == fast", "carry.said == slow and took > 1 ns");
	return PICK(g, "took > 1 ns", "took >= 3 ns", "mood == mad", "mood == mad and took > 0 ns");
}

static const char *of_ask(struct gen *g)
{
	return PICK(g, "load > 1", "load == 3", "load == 0");
}

static int window(struct gen *g)
{
	if (g->wide)
		return 1 + below(g, 2);
	return often(g, 88) ? 2 + below(g, 2) : 4 + below(g, 3);
}

static void add(struct gen *g, bool keyed, enum shape shape, int hi)
{
	g->feature[g->features] = (struct made){arena_printf("f%d", g->features), shape, keyed, hi, ""};
	fprintf(g->f, "  feature f%d = ", g->features++);
}

static const char *after(struct gen *g, int n)
{
	return often(g, 40) ? arena_printf(" after %d", 1 + below(g, n)) : "";
}

static const char *reset(struct gen *g)
{
	return g->guardrails && often(g, 30) ? PICK(g, ", reset on trip", ", reset on trip", ", reset on rearm") : "";
}

/* The event, a condition on it. */
static const char *clock(struct gen *g, const char **where)
{
	int which = g->wide ? 0 : below(g, 10);

	if (which < 5 || (!g->carry && which < 8)) {
		*where = of_put(g);
		return "put";
	}
	*where = which < 8 ? of_got(g) : of_ask(g);
	return which < 8 ? "got" : "ask";
}

static void feature(struct gen *g, bool keyed)
{
	int n = window(g);
	const char *where, *on = clock(g, &where),
			   *value = strcmp(on, "put") ? strcmp(on, "ask") ? "took" : "load" : "x";
	bool time = !strcmp(on, "got");

	switch (below(g, 12)) {
	case 0:
	case 1:
		add(g, keyed, COUNTED, n);
		fprintf(g->f, "count of %s where %s over %d events%s%s\n", on, where, n, after(g, n), reset(g));
		return;
	case 2:
	case 3:
	case 4:
		add(g, keyed, SHARED, 0);
		fprintf(g->f, "share of %s where %s%s over %d events%s%s\n", on, where,
			often(g, 30) ? arena_printf(" among %s",
					       time			   ? "mood == mad"
						       : strcmp(on, "put") ? "load > 0"
									   : "ok")
				     : "",
			n, after(g, n), reset(g));
		return;
	case 5:
		if (!g->carry)
			break;
		add(g, keyed, COUNTED, 2);
		fprintf(g->f, "in_flight(put, got) in 0 .. 2\n");
		return;
	case 6:
		add(g, keyed, time ? TIMED : COUNTED, 2);
		fprintf(g->f, "%s of %s of %s over 2 events else 0%s%s\n", PICK(g, "mean", "min", "max"), value, on,
			time ? " ns" : "", reset(g));
		return;
	case 7:
		g->clocks = true;
		add(g, keyed, TIMED, 0);
		fprintf(g->f, "age of %s where %s%s\n", on, where, reset(g));
		return;
	case 8:
		g->clocks = true;
		add(g, keyed, TIMED, 0);
		fprintf(g->f, "held %s on %s\n", where, on);
		return;
	case 9:
		if (!g->carry)
			break;
		add(g, keyed, COUNTED, 3);
		fprintf(g->f, "count of got since put where %s%s\n", of_put(g), reset(g));
		return;
	case 10:
		add(g, keyed, time ? TIMED : COUNTED, 2);
		fprintf(g->f, "quantile 50 %% of %s of %s over 2 events at (%s) else 0%s\n", value, on,
			time ? "1 ns, 2 ns" : "0, 1, 2", time ? " ns" : "");
		return;
	case 11:
		add(g, keyed, time ? TIMED : COUNTED, 2);
		g->feature[g->features - 1].column = ".v";
		fprintf(g->f, "last %d of %s (v = %s)%s%s\n", 1 + below(g, 2), on, value,
			often(g, 50) ? time ? " else (1 ns)" : " else (1)" : "", reset(g));
		return;
	default:
		break;
	}
	add(g, keyed, COUNTED, n);
	fprintf(g->f, "count of put where %s over %d events%s\n", of_put(g), n, reset(g));
}

static void states(struct gen *g)
{
	int n = g->wide ? 1 : 1 + often(g, 45) + often(g, 10);
	int per_key = g->wide || often(g, 50) ? 1 + below(g, n) : 0;

	if (per_key) {
		g->keyed_state = true;
		fprintf(g->f, "state per unit max %d locked {\n", g->keys);
		for (int i = 0; i < per_key; i++)
			feature(g, true);
		fprintf(g->f, "}\n");
	}
	if (per_key < n) {
		fprintf(g->f, "state locked {\n");
		for (int i = per_key; i < n; i++)
			feature(g, false);
		fprintf(g->f, "}\n");
	}
}

/* ---- conditions ---- */

static const char *compare(struct gen *g, const struct made *m, const char *of)
{
	of = arena_printf("%s%s", of, m->column);
	switch (m->shape) {
	case COUNTED:
		if (g->knob && often(g, 15))
			return arena_printf("%s%s %s knob", m->name, of, PICK(g, ">", "<="));
		return often(g, 70)
			? arena_printf("%s%s > %d", m->name, of, below(g, m->hi + often(g, 10)))
			: arena_printf("%s%s %s %d", m->name, of, PICK(g, "<", "==", "<="), 1 + below(g, 2));
	case SHARED:
		return arena_printf("%s%s %s %s", m->name, of, PICK(g, ">", "<", ">=", "<="),
			PICK(g, "30 %", "50 %", "60 %", "100 %"));
	case TIMED:
		return arena_printf("%s%s %s %d ns", m->name, of, PICK(g, ">", "<", ">=", "<="), 1 + below(g, 2));
	}
	return "";
}

enum where { IN_RAIL, IN_KEYED_RAIL, IN_ASK, OF_CANDIDATE };

static const char *atom(struct gen *g, enum where where)
{
	const struct made *m = &g->feature[below(g, g->features)];

	if (where == IN_ASK && often(g, 35))
		return PICK(g, "ask.load > 1", "ask.load == 0", "ask.load < 3");
	if (where == OF_CANDIDATE && (!m->keyed || often(g, 50)))
		return "c.alive";
	if (m->keyed && where == IN_RAIL)
		return arena_printf("%s unit : %s", PICK(g, "any", "every"), compare(g, m, ""));
	return compare(g, m, m->keyed && where == OF_CANDIDATE ? "[c]" : "");
}

static const char *condition(struct gen *g, enum where where)
{
	const char *a = atom(g, where);

	if (often(g, 12))
		return arena_printf("not (%s)", a);
	if (often(g, g->wide ? 30 : 80))
		return a;
	if (where == IN_RAIL)
		a = arena_printf("(%s)", a);
	return arena_printf("%s %s %s", a, PICK(g, "and", "or"), atom(g, where));
}

/* ---- guardrails ---- */

static void guardrail(struct gen *g, int i)
{
	enum where where = g->rail_keyed[i] ? IN_KEYED_RAIL : IN_RAIL;
	bool over = g->rail_keyed[i] ? g->kind == PART_CANDIDATE : true;

	fprintf(g->f, "guardrail r%d%s {\n  trip  when %s", i, g->rail_keyed[i] ? " per unit" : "",
		condition(g, where));
	if (i && often(g, 15))
		fprintf(g->f, " and not %s",
			g->rail_keyed[0] && !g->rail_keyed[1] ? "(any unit : r0.tripped)" : "r0.tripped");
	fprintf(g->f, "\n  then  %s", over && often(g, 75) ? "fallback, report" : "report");
	if (g->rail_knob[i])
		fprintf(g->f, ", set knob = %d", often(g, 70) ? i * 2 : 1);
	fprintf(g->f, "\n  ");
	if (often(g, 10)) {
		fprintf(g->f, "latch\n}\n");
		return;
	}
	fprintf(g->f, "rearm when ");
	if (often(g, 90)) {
		fprintf(g->f, "(%s)", condition(g, where));
		if (often(g, 30)) {
			g->clocks = true;
			fprintf(g->f, " and tripped for %d ns", 1 + below(g, 2));
		}
	} else {
		g->clocks = true;
		fprintf(g->f, "tripped for 2 ns");
	}
	if (often(g, 15)) {
		g->clocks = true;
		fprintf(g->f, ", at most once per 3 ns");
	}
	fprintf(g->f, "\n}\n");
}

/* ---- guarantees: named g0, g1; those that count can be asked for room ---- */

static const char *choice_that_counts(struct gen *g)
{
	switch (g->kind) {
	case PART_CLASS:
		return PICK(g, "act == move", "act == stay", "act == move and ask.load > 1");
	case PART_CANDIDATE:
		return PICK(
			g, "leg != ask.lead", "leg == ask.lead", "not leg.alive", "leg != ask.lead and ask.lead.alive");
	case PART_NUMBER:
		break;
	}
	return PICK(g, "n > 1", "n > 0", "n > 2");
}

static void counting(struct gen *g, const char *name)
{
	int n = 2 + often(g, 40) + often(g, 15);
	bool least = often(g, 20) && g->kind != PART_NUMBER;

	if (least)
		fprintf(g->f, "count(%s) over %d events of ask >= %d\n", choice_that_counts(g), n, 1 + below(g, n - 1));
	else
		fprintf(g->f, "count(%s) over %d events of ask <= %d\n", choice_that_counts(g), n, below(g, n));
	if (!least)
		g->guarantee_room[g->rooms++].name = name;
}

static void pointwise(struct gen *g)
{
	if (g->guardrails && often(g, 25)) {
		g->clocks = true;
		if (!g->rail_keyed[0])
			fprintf(g->f, "age(r0.trip) < 2 ns implies by != learned\n");
		else if (g->kind == PART_CANDIDATE)
			fprintf(g->f, "age(r0.trip of leg) < 2 ns implies by != learned\n");
		else
			fprintf(g->f, "by == learned or by != learned\n");
		return;
	}
	switch (g->kind) {
	case PART_CLASS:
		fprintf(g->f, "%s implies act == %s\n", condition(g, IN_ASK), PICK(g, "stay", "move"));
		return;
	case PART_CANDIDATE:
		if (often(g, 50))
			fprintf(g->f, "%s\n",
				PICK(g, "leg.alive", "leg == ask.lead or leg.alive",
					"ask.lead.alive implies leg == ask.lead"));
		else
			fprintf(g->f, "%s implies leg == ask.lead\n", condition(g, IN_ASK));
		return;
	case PART_NUMBER:
		break;
	}
	if (often(g, 60))
		fprintf(g->f, "(%s) implies n <= %s\n", condition(g, IN_ASK),
			g->knob && often(g, 40) ? "knob" : PICK(g, "1", "2"));
	else
		fprintf(g->f, "%s\n", PICK(g, "n <= ask.load + 1", "n <= ask.load", "n >= 1", "2 * n <= ask.load + 3"));
}

static void contract(struct gen *g)
{
	int n = 1 + often(g, 45);
	bool assumes = often(g, 12);

	fprintf(g->f, "contract {\n");
	if (assumes)
		fprintf(g->f, "  assume a0 : %s\n", condition(g, IN_ASK));
	for (int i = 0; i < n; i++) {
		fprintf(g->f, "  guarantee g%d%s : ", i, assumes && often(g, 60) ? " under a0" : "");
		if (often(g, 60))
			counting(g, arena_printf("g%d", i));
		else
			pointwise(g);
	}
	fprintf(g->f, "}\n");
}

/* ---- the decision ---- */

static const char *room(struct gen *g)
{
	return g->rooms && often(g, 60) ? arena_printf("room(%s)", g->guarantee_room[below(g, g->rooms)].name)
					: condition(g, IN_ASK);
}

static const char *keyed_number(struct gen *g)
{
	for (int i = 0; i < g->features; i++)
		if (g->feature[i].keyed && g->feature[i].shape == COUNTED)
			return arena_printf("%s[c]%s", g->feature[i].name, g->feature[i].column);
	return NULL;
}

/* The end of a rule over candidates: it always finds one. `c` is known where `need` or the model names it. */
static const char *ends(struct gen *g)
{
	const char *number = keyed_number(g);

	return number && g->names_c && often(g, 70) ? arena_printf("argmin %s", number) : "ask.lead";
}

static void decide_class(struct gen *g)
{
	fprintf(g->f, "decide act on ask : { stay, move } {\n  learned  ");
	if (g->model)
		fprintf(g->f, often(g, 30) ? "move when %s, else net\n" : "%.0snet\n", condition(g, IN_ASK));
	else
		fprintf(g->f, "move when %s, else stay\n", condition(g, IN_ASK));
	if (often(g, 45))
		fprintf(g->f, "  fallback %s\n", PICK(g, "stay", "move"));
	else
		fprintf(g->f, "  fallback %s when %s, else %s\n", PICK(g, "stay", "move"), room(g),
			PICK(g, "stay", "move"));
}

static void decide_candidate(struct gen *g)
{
	bool need = often(g, 60);

	g->names_c = need || g->model;
	fprintf(g->f, "decide leg on ask : one of ask.legs max 2 {\n");
	if (need)
		fprintf(g->f, "  need     c : %s\n", often(g, 70) ? "c.alive" : condition(g, OF_CANDIDATE));
	if (g->model)
		fprintf(g->f, "  learned  first c where net[c] == fast%s, else %s\n",
			often(g, 30) ? " and c.alive" : "", ends(g));
	else
		fprintf(g->f, "  learned  first c where %s, else %s\n", condition(g, OF_CANDIDATE), ends(g));
	switch (below(g, 4)) {
	case 0:
		fprintf(g->f, "  fallback %s\n", ends(g));
		return;
	case 1:
		fprintf(g->f, "  fallback first c where c.alive while %s, else ask.lead\n", room(g));
		return;
	case 2:
		fprintf(g->f, "  fallback ask.lead while ask.lead.alive, else %s\n", ends(g));
		return;
	default:
		fprintf(g->f, "  fallback first c where %s, else %s\n", condition(g, OF_CANDIDATE), ends(g));
	}
}

static void decide_number(struct gen *g)
{
	fprintf(g->f, "decide n on ask : count in 0 .. 3 {\n  learned  %s\n",
		g->model ? "net" : PICK(g, "ask.load", "min(ask.load, 2)", "max(ask.load, 1)"));
	if (often(g, 50))
		fprintf(g->f, "  fallback %s\n", PICK(g, "0", "1", "min(ask.load, 1)", "min(ask.load, 2)", "3"));
	else
		fprintf(g->f, "  fallback %s while %s, else %s\n", PICK(g, "2", "3", "ask.load"), room(g),
			PICK(g, "0", "1"));
}

static void decision(struct gen *g)
{
	switch (g->kind) {
	case PART_CLASS:
		decide_class(g);
		break;
	case PART_CANDIDATE:
		decide_candidate(g);
		break;
	case PART_NUMBER:
		decide_number(g);
		break;
	}
	fprintf(g->f, "  default  pass\n%s", often(g, 6) ? "  or pass\n" : "");
}

/* A ticket's age is part of the state. Where nothing else reads the clock it is live or void; where something does,
 * every age up to the timeout is a state of its own, so that a long one would hide all the others. */
static void tickets(struct gen *g, FILE *f, bool is_long)
{
	fprintf(f, "  tickets  1 timeout %d ns\n}\n", !is_long ? 2 : !g->clocks ? 1000 : 1 + (int)(g->chance % 3));
}

static void model(struct gen *g)
{
	static const char *const name[] = {[PART_CLASS] = "class { stay, move }",
		[PART_CANDIDATE] = "class { fast, slow }",
		[PART_NUMBER] = "number in 0 .. 3"};

	fprintf(g->f, "model net %s{\n  file   \"net.onnx\"\n  input  ask.load%s\n  output %s\n",
		g->each ? "for c in ask.legs " : "", g->each ? ", c.alive" : "", name[g->kind]);
	if (g->guardrails && often(g, 40))
		fprintf(g->f, "  %s 1 in 2 while tripped\n", PICK(g, "shadow", "probe"));
	fprintf(g->f, "}\n");
}

void generate(FILE *f, uint64_t seed)
{
	struct gen g = {.f = f, .chance = seed * UINT64_C(0x2545f4914f6cdd1d)};
	char *rails;
	size_t size;
	bool is_long;

	g.wide = seed % 8 == 6;
	g.kind = g.wide ? PART_CLASS : (enum part_kind)below(&g, 3);
	g.ticks = often(&g, 25) && !g.wide;
	g.keys = g.wide ? 4 : often(&g, 75) ? 1 : 2;
	g.model = often(&g, 50);
	g.each = g.model && g.kind == PART_CANDIDATE;
	g.carry = often(&g, 25) && !g.wide;
	g.said = g.carry && g.each && often(&g, 50);
	g.knob = often(&g, 30);
	g.guardrails = often(&g, 80) + (g.knob ? often(&g, 70) : often(&g, 15));
	for (int i = 0; i < g.guardrails; i++) {
		g.rail_knob[i] = g.knob && often(&g, 70);
		g.rail_keyed[i] = false;
	}
	fprintf(f, "policy brute\nuse hook %s\n", g.wide ? "wide" : g.ticks ? "ticking" : "tiny");
	if (g.knob)
		fprintf(f, "tunable knob : count = 1 in 0 .. 2\n");
	states(&g);
	for (int i = 0; i < g.guardrails; i++)
		g.rail_keyed[i] = g.keyed_state && often(&g, 60);
	if (g.carry)
		fprintf(f, "carry put.tag max %d { %s }\n", g.keys, g.said ? "said = net[put.unit]" : "");
	if (g.model)
		model(&g);
	/* the contract first: the fallback asks it for room */
	contract(&g);
	decision(&g);
	is_long = often(&g, 80);
	g.f = open_memstream(&rails, &size);
	for (int i = 0; i < g.guardrails; i++)
		guardrail(&g, i);
	fclose(g.f);
	tickets(&g, f, is_long);
	fputs(rails, f);
	free(rails);
}
