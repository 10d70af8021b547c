/* Asking: what a vector says of the state, who is asked while a guardrail is tripped, and the contracts of ask.
 *
 * Letters as in acsl_decide.c; v a vector, s a slot of the tickets. */
#include "acsl.h"

#include <string.h>

struct asking {
	const struct policy *p;
	const struct model *m;		  /* NULL: the policy asks no model */
	const struct guardrail *rail[32]; /* those that stand over what is asked about, in file order */
	int rails;
	bool shadowed, over; /* every Nth is asked while tripped; the ticket notes which is tripped over what */
	const char *context, *event, *ask, *questions, *vector;
	const char *slots, *max, *timeout;
	const char *submit; /* "q.submit" */
	bool each;
};

static struct asking asking_of(const struct policy *p)
{
	struct asking a = {.p = p, .m = p->models.n ? p->models.at[0] : NULL};

	a.context = acsl_context(p);
	a.event = acsl_event_type(p, p->decision->on);
	a.ask = arena_printf("struct %s", c_struct(p, "ask"));
	a.questions = arena_printf("struct %s", c_struct(p, "questions"));
	a.slots = c_macro(p, "tickets");
	a.timeout = c_integer(p->decision->timeout);
	a.submit = arena_printf("q.%s", p->decision->on->name);
	a.each = a.m && a.m->each;
	if (a.m)
		a.vector = arena_printf("struct vector_%d_s16", a.m->width);
	if (a.each)
		a.max = c_list_max(p, a.m->each);
	a.rails = a.m ? standing_guardrails(p, a.m, a.rail) : 0;
	a.shadowed = a.rails && shadow_every(p, a.rail[0]);
	a.over = over_kept(p);
	return a;
}

/* ---- the vector ---- */

/* One number of an input at place n of the vector, from the value x. */
static const char *number(const struct input *in, const char *x, int digit, int n)
{
	switch (in->how) {
	case ENCODE_DIGITS:
		return arena_printf("v.at[%d] == %s", n, acsl_digit(in, x, digit));
	case ENCODE_CLAMP:
		return arena_printf("v.at[%d] == Clamped(%s, %s, %s)", n, x, c_integer(in->lo), c_integer(in->hi));
	case ENCODE_ZSCORE:
		return arena_printf("v.at[%d] == Zscore(%s, %s, %s)", n, x, c_integer(in->mean), c_integer(in->scale));
	case ENCODE_PLAIN:
		break;
	}
	return arena_printf("v.at[%d] == %s", n, x);
}

static struct scene over_ask(const struct asking *a)
{
	return (struct scene){.policy = a->p,
		.state = "c.",
		.value = "c",
		.event = arena_printf("%s.", a->submit),
		.key = a->p->decision->on->key ? arena_printf("%s.%s", a->submit, a->p->decision->on->key->name) : NULL,
		.candidate = "i"};
}

static const char *vector_parameters(const struct asking *a)
{
	return arena_printf("%s c, %s q%s, %s v", a->context, a->ask, a->each ? ", integer i" : "", a->vector);
}

static void vector(FILE *f, const struct asking *a)
{
	struct scene s = over_ask(a);
	struct conjunction c;
	int n = 0;

	for (int i = 0; i < a->m->inputs.n; i++) {
		const struct input *in = &a->m->inputs.at[i];

		acsl_says(f, &in->at, 1);
		fprintf(f, "    predicate %sInput%d(%s) =\n      ", c_camel(a->m->name), i + 1, vector_parameters(a));
		conj_open(&c, f, 6, 6);
		if (input_kept(a->p, a->m, in)) {
			acsl_kept_values(&c, a->m, i,
				column_path(in->value->feature, in->value->column, s.state, acsl_key(&s, in->value->a)),
				"v");
			n += in->repeat * in->digits;
		}
		for (int slot = input_kept(a->p, a->m, in) ? -1 : in->repeat - 1; slot >= 0; slot--) {
			struct expr one = *in->value;
			const char *x;

			if (in->repeat > 1)
				one.value = slot;
			x = acsl_term(&s, &one);
			if (in->divide != 1)
				x = arena_printf("%s / %s", x, c_integer(in->divide));
			for (int digit = 0; digit < (in->how == ENCODE_DIGITS ? in->digits : 1); digit++)
				conj_part(&c, number(in, x, digit, n++));
		}
		conj_close(&c, ";\n\n");
	}
	fprintf(f, "    predicate %sVector(%s) =\n      ", c_camel(a->m->name), vector_parameters(a));
	conj_open(&c, f, 6, 6);
	for (int i = 0; i < a->m->inputs.n; i++)
		conj_part(&c, arena_printf("%sInput%d(c, q%s, v)", c_camel(a->m->name), i + 1, a->each ? ", i" : ""));
	conj_close(&c, ";\n\n");
}

/* ---- whom ---- */

/* The key of rail k over candidate i of the event `e`: "e.legs[i].dev"; NULL: it has none. */
static const char *rail_key(const struct asking *a, int k, const char *e, const char *i)
{
	const struct field *key = a->each ? record_key(a->m->each, a->rail[k]->key) : NULL;

	return key ? arena_printf("%s.%s[%s].%s", e, a->m->each->name, i, key->name) : NULL;
}

static const char *rail(const struct asking *a, int k, const char *o, const char *e)
{
	return guardrail_path(a->rail[k], o, rail_key(a, k, e, "i"));
}

/* ", struct io_route_over v": what a ticket notes of who is tripped; "" where it notes nothing. */
static const char *over_parameter(const struct asking *a)
{
	return !a->over ? "" : a->each ? arena_printf(", struct %s v", c_struct(a->p, "over")) : ", integer v";
}

static const char *over_argument(const struct asking *a, const char *over)
{
	return a->over ? arena_printf(", %s", over) : "";
}

/* The count of rail k after the first n candidates of an event have moved it. */
static void shadow_count(FILE *f, const struct asking *a, int k)
{
	const char *name = c_camel(a->rail[k]->name), *key = rail_key(a, k, "e", "n - 1"), *v = over_argument(a, "v"),
		   *moves = "";

	if (a->over)
		moves = arena_printf("v.at[n - 1] == %d%s", k + 1, key ? " && " : "");
	if (key)
		moves = arena_printf("%s%s == k", moves, key);
	fprintf(f, "    logic integer %sShadow(integer start, %s e%s, integer k, integer n) =\n      n <= 0 ? start :",
		name, a->event, over_parameter(a));
	if (*moves)
		fprintf(f,
			"\n        (%s ? ShadowNext(%sShadow(start, e%s, k, n - 1)) : %sShadow(start, e%s, k, n - 1));\n\n",
			moves, name, v, name, v);
	else
		fprintf(f, " ShadowNext(%sShadow(start, e, k, n - 1));\n\n", name);
}

/* The count of rail k in state o once candidates 0 .. n - 1 have moved it; of the key `key`. */
static const char *counted(const struct asking *a, int k, const char *o, const char *key, const char *n)
{
	return arena_printf("%sShadow(%s, e%s, %s, %s)", c_camel(a->rail[k]->name), shadow_path(a->rail[k], o, key),
		over_argument(a, "v"), key ? key : "0", n);
}

/* Who is tripped over whom, before any count moves. */
static void stands(FILE *f, const struct asking *a)
{
	fprintf(f,
		"    // the first guardrail that is tripped over it, counted from 1; 0: none\n    logic integer Stands(%s o, %s e%s) =\n      ",
		a->context, a->event, a->each ? ", integer i" : "");
	for (int k = 0; k < a->rails; k++)
		fprintf(f, "%s.tripped == 1 ? %d : ", rail(a, k, "o.", "e"), k + 1);
	fputs("0;\n\n", f);
	if (a->each)
		fprintf(f,
			"    predicate Stood(%s o, %s e, struct %s v, integer m) =\n"
			"      \\forall integer i; 0 <= i < m ==> v.at[i] == (i < e.%s_n ? Stands(o, e, i) : 0);\n\n",
			a->context, a->event, c_struct(a->p, "over"), a->m->each->name);
	else
		fprintf(f, "    predicate Stood(%s o, %s e, integer v) = v == Stands(o, e);\n\n", a->context, a->event);
}

/* Candidate i (or the one vector) is asked: nothing is tripped over it, or it is the Nth. */
static void asks(FILE *f, const struct asking *a)
{
	struct conjunction c;

	fprintf(f, "    predicate Asks(%s o, %s e%s%s) =\n      ", a->context, a->event, over_parameter(a),
		a->each ? ", integer i" : "");
	conj_open(&c, f, 6, 6);
	if (a->each)
		conj_part(&c, arena_printf("i < e.%s_n", a->m->each->name));
	for (int k = 0; k < a->rails; k++) {
		const char *key = rail_key(a, k, "e", "i"), *armed = arena_printf("Armed(%s)", rail(a, k, "o.", "e"));
		const char *next = a->each ? counted(a, k, "o.", key, "i + 1")
					   : arena_printf("ShadowNext(%s)", shadow_path(a->rail[k], "o.", NULL));

		if (a->over)
			conj_part(&c, arena_printf("(%s == %d ==> %s == 0)", a->each ? "v.at[i]" : "v", k + 1, next));
		else
			conj_part(&c, a->shadowed ? arena_printf("(%s || %s == 0)", armed, next) : armed);
	}
	conj_close(&c, ";\n\n");
	if (a->each)
		fprintf(f,
			"    predicate AsksUpTo(%s o, %s q, integer m) =\n"
			"      \\forall integer i; 0 <= i < m ==> (q.asked[i] == 1 <==> Asks(o, %s%s, i));\n\n",
			a->context, a->ask, a->submit, over_argument(a, "q.over"));
}

/* What the counts are once candidate i has moved that of who stands over it; with `over` alone, where several can
 * stand. */
static void turn(FILE *f, const struct asking *a)
{
	struct conjunction c;

	fprintf(f, "    predicate Turn(%s o, %s n, %s e%s, integer i) =\n      ", a->context, a->context, a->event,
		over_parameter(a));
	conj_open(&c, f, 6, 6);
	for (int k = 0; k < a->rails; k++) {
		const struct guardrail *g = a->rail[k];
		const char *key = g->key ? "k" : NULL, *o = shadow_path(g, "o.", key), *of = rail_key(a, k, "e", "i");
		const char *moves = arena_printf("v.at[i] == %d%s", k + 1, of ? arena_printf(" && %s == k", of) : "");
		const char *then =
			arena_printf("%s == (%s ? ShadowNext(%s) : %s)", shadow_path(g, "n.", key), moves, o, o);

		conj_part(&c,
			key ? arena_printf("(\\forall integer k; 0 <= k < %s ==> %s)", c_keys(a->p, g->key), then)
			    : then);
	}
	conj_close(&c, ";\n\n");
	fprintf(f, "    predicate IsTurn(%s n, %s e%s, integer i) =\n      ", a->context, a->event, over_parameter(a));
	conj_open(&c, f, 6, 6);
	for (int k = 0; k < a->rails; k++)
		conj_part(&c,
			arena_printf("(v.at[i] == %d ==> %s == 0)", k + 1,
				shadow_path(a->rail[k], "n.", rail_key(a, k, "e", "i"))));
	conj_close(&c, ";\n\n");
}

/* What the counts are once candidates 0 .. m - 1 (or the one vector) have moved them. */
static void shadowed(FILE *f, const struct asking *a)
{
	struct conjunction c;

	fprintf(f, "    predicate Shadowed(%s o, %s n, %s e%s%s) =\n      ", a->context, a->context, a->event,
		over_parameter(a), a->each ? ", integer m" : "");
	conj_open(&c, f, 6, 6);
	for (int k = 0; k < a->rails; k++) {
		const struct guardrail *g = a->rail[k];
		const char *key = g->key ? "k" : NULL, *o = shadow_path(g, "o.", key), *n = shadow_path(g, "n.", key);
		const char *then = a->each ? counted(a, k, "o.", key, "m") : arena_printf("ShadowNext(%s)", o);

		if (!a->over)
			then = arena_printf("(%s.tripped == 0 ? %s : %s)", guardrail_path(g, "o.", key), o, then);
		else if (!a->each)
			then = arena_printf("(v == %d ? %s : %s)", k + 1, then, o);
		then = arena_printf("%s == %s", n, then);
		conj_part(&c,
			key ? arena_printf("(\\forall integer k; 0 <= k < %s ==> %s)", c_keys(a->p, g->key), then)
			    : then);
	}
	conj_close(&c, ";\n\n");
}

static void whom(FILE *f, const struct asking *a)
{
	if (a->shadowed)
		fprintf(f,
			"    // %s 1 in %d while tripped: the count after one more that could be asked\n"
			"    logic integer ShadowNext(integer n) = n + 1 < %d ? n + 1 : 0;\n\n",
			a->m->shadow ? "shadow" : "probe", shadow_every(a->p, a->rail[0]),
			shadow_every(a->p, a->rail[0]));
	if (a->over)
		stands(f, a);
	for (int k = 0; a->shadowed && a->each && k < a->rails; k++)
		shadow_count(f, a, k);
	asks(f, a);
	if (a->shadowed)
		shadowed(f, a);
	if (a->over && a->each)
		turn(f, a);
}

/* The member that holds the counts of the shadow, as whom leaves it; "" where there is none. */
static const char *shadow_member(const struct asking *a, const char *n)
{
	return a->shadowed ? arena_printf(", .shadow = %sshadow", n) : "";
}

void acsl_asking(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);

	fputs("/*@\n", f);
	if (a.m)
		vector(f, &a);
	if (a.m)
		whom(f, &a);
	if (a.m)
		fprintf(f,
			"    predicate AskedRest(%s o, %s n, integer s) =\n      Same(n, {o \\with .ask[s].asked = n.ask[s].asked%s});\n\n",
			a.context, a.context, shadow_member(&a, "n."));
	fprintf(f,
		"    predicate Busy(%s c) =\n"
		"      c.tickets.asked == U64_TOP || \\forall integer s; 0 <= s < %s ==> Live(c.tickets, s, c.now, %s);\n\n"
		"    predicate Slot(%s c, integer s, integer ticket) = 0 <= s < %s && c.tickets.ticket[s] == ticket;\n*/\n",
		a.context, a.slots, a.timeout, a.context, a.slots);
}

/* ---- contracts ---- */

static void open(FILE *f, const struct asking *a, const char *valid, const char *apart, const char *more)
{
	fprintf(f, "/*@ requires valid: %s;\n", valid);
	if (*apart)
		fprintf(f, "    requires apart: \\separated(%s);\n", apart);
	fprintf(f, "    requires ok: CtxOk(*c);\n    requires slot: slot < %s && c->tickets.ticket[slot] != 0%s;\n",
		a->slots, more);
}

void acsl_encode(FILE *f, const struct policy *p, const struct model *m)
{
	struct asking a = asking_of(p);

	open(f, &a, "\\valid_read(c) && \\valid(v)", "c, v",
		a.each ? arena_printf(" && i < c->ask[slot].%s.%s_n", p->decision->on->name, m->each->name) : "");
	fputs("    assigns *v;\n", f);
	for (int i = 0; i < m->inputs.n; i++)
		fprintf(f, "    ensures input_%d: %sInput%d(*c, (*c).ask[slot]%s, *v);\n", i + 1, c_camel(m->name),
			i + 1, a.each ? ", i" : "");
	fputs("*/\n", f);
}

void acsl_take(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);

	fprintf(f,
		"/*@ requires valid: \\valid(c) && \\valid_read(e);\n"
		"    requires apart: \\separated(c, e);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires event: %sOk(*e);\n"
		"    assigns c->tickets, c->ask[0 .. %s - 1];\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures taken: \\result < %s ==> !Live(\\old(*c).tickets, \\result, c->now, %s) &&\n"
		"      Opened(\\old(*c).tickets, (*c).tickets, \\result, c->now);\n"
		"    ensures event: \\result < %s ==> (*c).ask[\\result].%s == *e;\n"
		"    ensures rest: \\result < %s ==>\n"
		"      *c == {\\old(*c) \\with .tickets = c->tickets, .ask[\\result] = (*c).ask[\\result]};\n"
		"    ensures busy: \\result >= %s ==> \\result == %s && Busy(\\old(*c)) && Same((*c).tickets, \\old(*c).tickets) &&\n"
		"      *c == {\\old(*c) \\with .tickets = c->tickets};\n"
		"*/\n",
		c_camel(p->decision->on->name), a.slots, a.slots, a.timeout, a.slots, p->decision->on->name, a.slots,
		a.slots, a.slots);
}

void acsl_shadow(FILE *f, const struct policy *p, const struct guardrail *g)
{
	const char *key = g->key ? g->key->name : NULL, *now = shadow_path(g, "(*c).", key),
		   *before = shadow_path(g, "\\old(*c).", key);
	const char *armed = arena_printf("Armed(%s)", guardrail_path(g, "(*c).", key));

	fputs("/*@ requires valid: \\valid(c);\n    requires ok: CtxOk(*c);\n", f);
	if (key)
		fprintf(f, "    requires %s: %s < %s;\n", key, key, c_keys(p, g->key));
	fprintf(f, "    assigns %s;\n    ensures ok: CtxOk(*c);\n", shadow_path(g, "c->", key));
	if (!over_kept(p))
		fprintf(f, "    ensures armed: %s ==> \\result == 1 && %s == %s;\n", armed, now, before);
	fprintf(f, "    ensures tripped: %s%s == ShadowNext(%s) && \\result == (%s == 0 ? 1 : 0);\n*/\n",
		over_kept(p) ? "" : arena_printf("!%s ==> ", armed), now, before, now);
}

static const char *over_assigns(const struct asking *a)
{
	return a->each ? arena_printf("c->ask[slot].over.at[0 .. %s - 1]", a->max) : "c->ask[slot].over";
}

void acsl_over(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);

	open(f, &a, "\\valid(c)", "", "");
	fprintf(f,
		"    assigns %s;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures stood: Stood(\\old(*c), (*c).ask[slot].%s, (*c).ask[slot].over%s);\n"
		"    ensures rest: *c == {\\old(*c) \\with .ask[slot].over = (*c).ask[slot].over};\n*/\n",
		over_assigns(&a), p->decision->on->name, a.each ? arena_printf(", %s", a.max) : "");
}

void acsl_over_loop(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= i <= %s;\n"
		"\t    loop invariant stood: Stood(\\at(*c, Pre), (*c).ask[slot].%s, (*c).ask[slot].over, i);\n"
		"\t    loop assigns i, %s;\n"
		"\t    loop variant %s - i; */\n",
		a.max, p->decision->on->name, over_assigns(&a), a.max);
}

static const char *shadow_assigns(const struct asking *a)
{
	return a->shadowed ? ", c->shadow" : "";
}

void acsl_turn(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);
	const char *of = arena_printf("(*c).ask[slot].%s, (*c).ask[slot].over, i", p->decision->on->name);

	open(f, &a, "\\valid(c)", "", "");
	fprintf(f,
		"    requires i: i < (*c).ask[slot].%s.%s_n;\n"
		"    assigns c->shadow;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures turn: Turn(\\old(*c), *c, %s);\n"
		"    ensures answer: \\result <= 1 && (\\result == 1 <==> IsTurn(*c, %s));\n*/\n",
		p->decision->on->name, a.m->each->name, of, of);
}

/* Only this much is written: the copy of the event stays the same value, not merely an equal one. */
static const char *asked_assigns(const struct asking *a)
{
	return a->each ? arena_printf("c->ask[slot].asked[0 .. %s - 1]", a->max) : "c->ask[slot].asked";
}

void acsl_whom(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);
	const char *submit = arena_printf("(*c).ask[slot].%s", p->decision->on->name),
		   *v = over_argument(&a, "(*c).ask[slot].over");

	open(f, &a, "\\valid(c)", "", "");
	fprintf(f, "    assigns %s%s;\n    ensures ok: CtxOk(*c);\n", asked_assigns(&a), shadow_assigns(&a));
	if (a.each)
		fprintf(f, "    ensures asks: AsksUpTo(\\old(*c), (*c).ask[slot], %s);\n", a.max);
	else
		fprintf(f, "    ensures asks: (*c).ask[slot].asked == 1 <==> Asks(\\old(*c), %s%s);\n", submit, v);
	if (a.shadowed)
		fprintf(f, "    ensures shadow: Shadowed(\\old(*c), *c, %s%s%s);\n", submit, v,
			a.each ? arena_printf(", %s.%s_n", submit, a.m->each->name) : "");
	fputs("    ensures rest: AskedRest(\\old(*c), *c, slot);\n*/\n", f);
}

void acsl_whom_loop(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);
	const char *pre = "\\at(*c, Pre).ask[slot]", *list = a.m->each->name,
		   *event = arena_printf("%s.%s", pre, p->decision->on->name);

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= i <= %s;\n"
		"\t    loop invariant ok: CtxOk(*c);\n"
		"\t    loop invariant asks: AsksUpTo(\\at(*c, Pre), (*c).ask[slot], i);\n",
		a.max);
	if (a.shadowed)
		fprintf(f,
			"\t    loop invariant shadow: Shadowed(\\at(*c, Pre), *c, %s%s, (i < %s.%s_n ? i : %s.%s_n));\n",
			event, over_argument(&a, arena_printf("%s.over", pre)), event, list, event, list);
	fprintf(f,
		"\t    loop invariant rest: AskedRest(\\at(*c, Pre), *c, slot);\n"
		"\t    loop assigns i, %s%s;\n"
		"\t    loop variant %s - i; */\n",
		asked_assigns(&a), shadow_assigns(&a), a.max);
}

void acsl_question(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);
	const char *name = a.m ? c_camel(a.m->name) : "";

	open(f, &a, "\\valid_read(c) && \\valid(q)", "c, q", "");
	fputs("    assigns *q;\n    ensures ticket: q->ticket == c->tickets.ticket[slot];\n", f);
	if (a.each)
		fprintf(f,
			"    ensures count: q->%s_n == c->ask[slot].%s.%s_n;\n"
			"    ensures asked: \\forall integer j; 0 <= j < %s ==> q->asked[j] == (*c).ask[slot].asked[j];\n"
			"    ensures vector: \\forall integer j; 0 <= j < q->%s_n && q->asked[j] == 1 ==>\n"
			"      %sVector(*c, (*c).ask[slot], j, (*q).%s[j]);\n",
			a.m->each->name, p->decision->on->name, a.m->each->name, a.max, a.m->each->name, name,
			a.m->name);
	else if (a.m)
		fprintf(f,
			"    ensures asked: q->asked == c->ask[slot].asked;\n"
			"    ensures vector: q->asked == 1 ==> %sVector(*c, (*c).ask[slot], (*q).%s);\n",
			name, a.m->name);
	fputs("*/\n", f);
}

void acsl_question_loop(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= i <= %s;\n"
		"\t    loop invariant asked: \\forall integer j; 0 <= j < %s ==>\n"
		"\t      q->asked[j] == (j < i ? (*c).ask[slot].asked[j] : 0);\n"
		"\t    loop invariant vector: \\forall integer j; 0 <= j < i && j < q->%s_n && q->asked[j] == 1 ==>\n"
		"\t      %sVector(*c, (*c).ask[slot], j, (*q).%s[j]);\n"
		"\t    loop assigns i, q->asked[0 .. %s - 1], q->%s[0 .. %s - 1];\n"
		"\t    loop variant %s - i; */\n",
		a.max, a.max, a.m->each->name, c_camel(a.m->name), a.m->name, a.max, a.m->name, a.max, a.max);
}

/* Nobody is asked yet: of the ticket at `slot`, or in the questions. */
void acsl_clear_loop(FILE *f, const struct policy *p, bool questions)
{
	struct asking a = asking_of(p);

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= i <= %s;\n"
		"\t    loop invariant none: \\forall integer j; 0 <= j < i ==> %s.asked[j] == 0;\n"
		"\t    loop assigns i, %sasked[0 .. %s - 1];\n"
		"\t    loop variant %s - i; */\n",
		a.max, questions ? "(*q)" : "(*c).ask[slot]", questions ? "q->" : "c->ask[slot].", a.max, a.max);
}

/* What ask says of the slot that holds its ticket. */
static void of_ticket(FILE *f, const char *name, const char *what)
{
	fprintf(f, "    ensures %s: \\result ==> \\forall integer s; Slot(*c, s, q->ticket) ==>\n      %s;\n", name,
		what);
}

/* What ask says of its ticket once the features and guardrails are behind it, which leave the state `in`. */
static void taken(FILE *f, const struct asking *a, const char *in, const char *when, const char *is)
{
	fprintf(f,
		"    ensures ticket: \\result ==> q->ticket == c->tickets.asked && \\exists integer s; Slot(*c, s, q->ticket) &&\n"
		"      !Live(\\old(*c).tickets, s, c->now, %s) && Opened(\\old(*c).tickets, (*c).tickets, s, c->now);\n",
		a->timeout);
	of_ticket(f, "event", arena_printf("(*c).ask[s].%s%s", a->p->decision->on->name, is));
	fprintf(f,
		"    ensures busy: %s(Busy(%s) ==> !\\result &&\n      Same(%s.tickets, (*c).tickets) &&\n"
		"      *c == {%s \\with .tickets = c->tickets, .count.busy = (u32)Counted(\\old(c->count.busy))});\n"
		"    ensures taken: %s(!Busy(%s) ==> \\result);\n",
		when, in, in, in, when, in);
	of_ticket(f, "rest",
		arena_printf("*c == {%s \\with .tickets = c->tickets, .ask[s] = (*c).ask[s]%s}", in,
			shadow_member(a, "c->")));
}

/* .. and of whom it asks what. */
static void asked(FILE *f, const struct asking *the, const char *in)
{
	const struct asking a = *the;
	const char *event = a.p->decision->on->name, *v = over_argument(&a, "(*c).ask[s].over");

	if (a.each)
		fprintf(f,
			"    ensures vector: \\result ==> \\forall integer i; 0 <= i < e->%s_n && q->asked[i] == 1 ==>\n"
			"      \\forall integer s; Slot(*c, s, q->ticket) ==> %sVector(*c, (*c).ask[s], i, (*q).%s[i]);\n",
			a.m->each->name, c_camel(a.m->name), a.m->name);
	else if (a.m)
		of_ticket(f, "asked", "q->asked == (*c).ask[s].asked");
	if (a.m && !a.each)
		of_ticket(f, "vector",
			arena_printf("(q->asked == 1 ==> %sVector(*c, (*c).ask[s], (*q).%s))", c_camel(a.m->name),
				a.m->name));
	if (a.each)
		of_ticket(f, "asked",
			arena_printf(
				"q->%s_n == e->%s_n && \\forall integer i; 0 <= i < %s ==> q->asked[i] == (*c).ask[s].asked[i]",
				a.m->each->name, a.m->each->name, a.max));
	if (a.over)
		of_ticket(f, "stood",
			arena_printf("Stood(%s, (*c).ask[s].%s, (*c).ask[s].over%s)", in, event,
				a.each ? arena_printf(", %s", a.max) : ""));
	if (a.each)
		of_ticket(f, "asks", arena_printf("AsksUpTo(%s, (*c).ask[s], %s)", in, a.max));
	else if (a.m)
		of_ticket(f, "asks",
			arena_printf("((*c).ask[s].asked == 1 <==> Asks(%s, (*c).ask[s].%s%s))", in, event, v));
	if (a.shadowed)
		of_ticket(f, "shadow",
			arena_printf("Shadowed(%s, *c, (*c).ask[s].%s%s%s)", in, event, v,
				a.each ? arena_printf(", e->%s_n", a.m->each->name) : ""));
}

/* ask without its check and without what comes before the ticket. */
void acsl_asked(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);

	fprintf(f,
		"/*@ requires valid: \\valid(c) && \\valid_read(e) && \\valid(q);\n"
		"    requires apart: \\separated(c, e, q);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires event: %sOk(*e);\n"
		"    assigns c->tickets, c->ask[0 .. %s - 1], c->count%s, *q;\n"
		"    ensures ok: CtxOk(*c);\n",
		c_camel(p->decision->on->name), a.slots, shadow_assigns(&a));
	taken(f, &a, "\\old(*c)", "", " == *e");
	asked(f, &a, "\\old(*c)");
	fputs("*/\n", f);
}

void acsl_ask(FILE *f, const struct policy *p, bool all)
{
	const struct event *on = p->decision->on;
	struct asking a = asking_of(p);
	const char *ok = on->tick ? ""
				  : arena_printf("%sOk(*e) ==>\n      ",
					    c_camel(on->name)); /* a tick has no fields that could be malformed */

	fprintf(f,
		"/*@ requires valid: \\valid(c)%s && \\valid(q);\n"
		"    requires apart: \\separated(c, %sq);\n"
		"    requires ok: CtxOk(*c);\n"
		"    assigns *c, *q;\n"
		"    ensures ok: CtxOk(*c);\n",
		on->tick ? "" : " && \\valid_read(e)", on->tick ? "" : "e, ");
	if (!on->tick)
		fprintf(f, "    ensures malformed: !%sOk(*e) ==> !\\result && %s;\n", c_camel(on->name),
			acsl_counted("malformed"));
	if (acsl_moves(p, on)) { /* the clock by itself: in a row of steps provers lose sight of it */
		if (all)
			fprintf(f, "    ensures moved: %s%s;\n", ok, acsl_steps(p, on));
		fprintf(f, "    ensures now: %sc->now == Later(\\old(c->now), now);\n", ok);
		acsl_trips_moved(f, p);
	}
	taken(f, &a, acsl_moved(p, on), ok, on->tick ? ".none == 0" : " == *e");
	if (all)
		asked(f, &a, acsl_moved(p, on));
	fputs("*/\n", f);
}
