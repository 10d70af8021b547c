/* Asking: what a vector says of the state, who is asked while a guardrail is tripped, and the contracts of ask.
 *
 * Letters as in acsl_decide.c; v a vector, s a slot of the tickets. */
#include "acsl.h"

struct asking {
	const struct policy *p;
	const struct model *m;	   /* NULL: the policy asks no model */
	const struct guardrail *g; /* stands over what is asked about; NULL: none */
	const struct field *key;   /* of a candidate: whose guardrail; NULL: the guardrail has no key */
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
	for (int i = 0; a.m && i < p->guardrails.n && !a.g; i++)
		if (guardrail_falls_back(p->guardrails.at[i]))
			a.g = p->guardrails.at[i];
	if (a.g && a.each)
		a.key = record_key(a.m->each, a.g->key);
	return a;
}

/* ---- the vector ---- */

/* One number of an input at place n of the vector, from the value x. */
static const char *number(const struct input *in, const char *x, int digit, int n)
{
	num power = 1, top = 1;

	switch (in->how) {
	case ENCODE_DIGITS:
		for (int i = 0; i < in->digits; i++)
			top *= 10;
		for (int i = digit + 1; i < in->digits; i++)
			power *= 10;
		return arena_printf("v.at[%d] == Digit(%s, %s, %s)", n, x, c_integer(power), c_integer(top - 1));
	case ENCODE_CLAMP:
		return arena_printf("v.at[%d] == Between(%s, %s, %s)", n, x, c_integer(in->lo), c_integer(in->hi));
	case ENCODE_ZSCORE:
		return arena_printf("v.at[%d] == Zscore(%s, %s, %s)", n, x, c_integer(in->mean), c_integer(in->scale));
	case ENCODE_PLAIN:
		break;
	}
	return arena_printf("v.at[%d] == %s", n, x);
}

static struct scene over_ask(const struct asking *a)
{
	return (struct scene){.policy = a->p, .state = "c.", .value = "c", .event = arena_printf("%s.", a->submit),
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
		for (int slot = in->repeat - 1; slot >= 0; slot--) {
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

/* The guardrail over candidate i of the event `e`, in state o. */
static const char *rail(const struct asking *a, const char *o, const char *e)
{
	const char *key = a->key ? arena_printf("%s.%s[i].%s", e, a->m->each->name, a->key->name)
				 : a->p->decision->on->key ? arena_printf("%s.%s", e, a->p->decision->on->key->name) : NULL;

	return guardrail_path(a->g, o, key);
}

/* The count of a guardrail after the first n candidates of an event have moved it. */
static void shadow_count(FILE *f, const struct asking *a)
{
	int every = shadow_every(a->p, a->g);
	const char *name = c_camel(a->g->name);

	fprintf(f, "    // %s 1 in %d while tripped: the count after one more that could be asked\n", a->m->shadow ? "shadow" : "probe", every);
	fprintf(f, "    logic integer ShadowNext(integer n) = n + 1 < %d ? n + 1 : 0;\n\n", every);
	if (!a->each)
		return;
	if (a->key)
		fprintf(f,
			"    logic integer %sShadow(integer start, %s e, integer k, integer n) =\n"
			"      n <= 0 ? start :\n"
			"        (e.%s[n - 1].%s == k ? ShadowNext(%sShadow(start, e, k, n - 1)) : %sShadow(start, e, k, n - 1));\n\n",
			name, a->event, a->m->each->name, a->key->name, name, name);
	else
		fprintf(f,
			"    logic integer %sShadow(integer start, %s e, integer k, integer n) =\n"
			"      n <= 0 ? start : ShadowNext(%sShadow(start, e, k, n - 1));\n\n",
			name, a->event, name);
}

static void whom(FILE *f, const struct asking *a)
{
	const char *name = a->g ? c_camel(a->g->name) : "", *k;
	bool shadowed = a->g && shadow_every(a->p, a->g);

	if (shadowed)
		shadow_count(f, a);
	if (!a->each)
		return;
	fprintf(f, "    predicate Asks(%s o, %s e, integer i) =\n      i < e.%s_n", a->context, a->event, a->m->each->name);
	k = a->key ? arena_printf("e.%s[i].%s", a->m->each->name, a->key->name) : "0";
	if (shadowed)
		fprintf(f, " && (Armed(%s) || %sShadow(%s, e, %s, i + 1) == 0)", rail(a, "o.", "e"), name,
			shadow_path(a->g, "o.", k), k);
	else if (a->g)
		fprintf(f, " && Armed(%s)", rail(a, "o.", "e"));
	fputs(";\n\n", f);
	fprintf(f,
		"    predicate AsksUpTo(%s o, %s q, integer m) =\n"
		"      \\forall integer i; 0 <= i < m ==> (q.asked[i] == 1 <==> Asks(o, %s, i));\n\n",
		a->context, a->ask, a->submit);
	if (!shadowed)
		return;
	if (a->key) {
		const struct key *key = a->g->key;
		const char *n = shadow_path(a->g, "n.", "k"), *o = shadow_path(a->g, "o.", "k");

		fprintf(f,
			"    predicate Shadowed(%s o, %s n, %s e, integer m) =\n"
			"      \\forall integer k; 0 <= k < %s ==>\n"
			"        %s == (%s.tripped == 0 ? %s : %sShadow(%s, e, k, m));\n\n",
			a->context, a->context, a->event, c_keys(a->p, key), n, guardrail_path(a->g, "o.", "k"), o, name, o);
		fprintf(f,
			"    predicate ShadowedRest(%s o, %s n) =\n"
			"      \\forall integer k; 0 <= k < %s ==> %s == {%s \\with .shadow_%s = %s};\n\n",
			a->context, a->context, c_keys(a->p, key), key_path("n.", key, "k"), key_path("o.", key, "k"), a->g->name, n);
	} else {
		fprintf(f,
			"    predicate Shadowed(%s o, %s n, %s e, integer m) =\n"
			"      %s == (%s.tripped == 0 ? %s : %sShadow(%s, e, 0, m));\n\n"
			"    predicate ShadowedRest(%s o, %s n) = \\true;\n\n",
			a->context, a->context, a->event, shadow_path(a->g, "n.", NULL), guardrail_path(a->g, "o.", NULL),
			shadow_path(a->g, "o.", NULL), name, shadow_path(a->g, "o.", NULL), a->context, a->context);
	}
}

/* The member that holds the counts of the shadow, as whom leaves it: ".dev = n.dev"; "" where there is none. */
static const char *shadow_member(const struct asking *a, const char *n)
{
	if (!a->g || !shadow_every(a->p, a->g))
		return "";
	if (a->g->key)
		return arena_printf(", .%s = %s%s", c_member(a->g->key->name), n, c_member(a->g->key->name));
	return arena_printf(", .shadow_%s = %s", a->g->name, shadow_path(a->g, n, NULL));
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
		fprintf(f, "    predicate AskedRest(%s o, %s n, integer s) = n == {o \\with .ask[s].asked = n.ask[s].asked%s};\n\n", a.context,
			a.context, shadow_member(&a, "n."));
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
	fprintf(f, "    requires ok: CtxOk(*c);\n    requires slot: slot < %s && c->tickets.ticket[slot] != 0%s;\n", a->slots, more);
}

void acsl_encode(FILE *f, const struct policy *p, const struct model *m)
{
	struct asking a = asking_of(p);

	open(f, &a, "\\valid_read(c) && \\valid(v)", "c, v",
	     a.each ? arena_printf(" && i < c->ask[slot].%s.%s_n", p->decision->on->name, m->each->name) : "");
	fputs("    assigns *v;\n", f);
	for (int i = 0; i < m->inputs.n; i++)
		fprintf(f, "    ensures input_%d: %sInput%d(*c, (*c).ask[slot]%s, *v);\n", i + 1, c_camel(m->name), i + 1, a.each ? ", i" : "");
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
		"    ensures busy: \\result >= %s ==> \\result == %s && Busy(*c) && Same((*c).tickets, \\old(*c).tickets) &&\n"
		"      *c == {\\old(*c) \\with .tickets = c->tickets};\n"
		"*/\n",
		c_camel(p->decision->on->name), a.slots, a.slots, a.timeout, a.slots, p->decision->on->name, a.slots, a.slots, a.slots);
}

void acsl_take_loop(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= i <= %s;\n"
		"\t    loop invariant asked: \\forall integer j; 0 <= j < i ==> (*c).ask[slot].asked[j] == 0;\n"
		"\t    loop assigns i, c->ask[slot].asked[0 .. %s - 1];\n"
		"\t    loop variant %s - i; */\n",
		a.max, a.max, a.max);
}

void acsl_shadow(FILE *f, const struct policy *p, const struct guardrail *g)
{
	const char *key = g->key ? g->key->name : NULL, *now = shadow_path(g, "(*c).", key), *before = shadow_path(g, "\\old(*c).", key);
	const char *armed = arena_printf("Armed(%s)", guardrail_path(g, "(*c).", key));

	fputs("/*@ requires valid: \\valid(c);\n    requires ok: CtxOk(*c);\n", f);
	if (key)
		fprintf(f, "    requires %s: %s < %s;\n", key, key, c_keys(p, g->key));
	if (!shadow_every(p, g)) {
		fprintf(f, "    assigns \\nothing;\n    ensures armed: \\result == 1 <==> %s;\n    ensures truth: \\result <= 1;\n*/\n", armed);
		return;
	}
	fprintf(f,
		"    assigns %s;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures armed: %s ==> \\result == 1 && %s == %s;\n"
		"    ensures tripped: !%s ==> %s == ShadowNext(%s) && \\result == (%s == 0 ? 1 : 0);\n"
		"*/\n",
		shadow_path(g, "c->", key), armed, now, before, armed, now, before, now);
}

static const char *shadow_assigns(const struct asking *a)
{
	if (!a->g || !shadow_every(a->p, a->g))
		return "";
	if (a->g->key)
		return arena_printf(", %s", key_path("c->", a->g->key, arena_printf("0 .. %s - 1", c_keys(a->p, a->g->key))));
	return arena_printf(", %s", shadow_path(a->g, "c->", NULL));
}

/* Only this much is written: the copy of the event stays the same value, not merely an equal one. */
static const char *asked_assigns(const struct asking *a)
{
	return a->each ? arena_printf("c->ask[slot].asked[0 .. %s - 1]", a->max) : "c->ask[slot].asked";
}

void acsl_whom(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);
	const char *submit = arena_printf("(*c).ask[slot].%s", p->decision->on->name);
	bool shadowed = a.g && shadow_every(p, a.g);

	open(f, &a, "\\valid(c)", "", "");
	fprintf(f, "    assigns %s%s;\n    ensures ok: CtxOk(*c);\n", asked_assigns(&a), shadow_assigns(&a));
	if (a.each) {
		fprintf(f, "    ensures asks: AsksUpTo(\\old(*c), (*c).ask[slot], %s);\n", a.max);
		if (shadowed)
			fprintf(f, "    ensures shadow: Shadowed(\\old(*c), *c, %s, %s.%s_n);\n    ensures kept: ShadowedRest(\\old(*c), *c);\n",
				submit, submit, a.m->each->name);
	} else if (a.g && !shadowed) {
		fprintf(f, "    ensures asks: (*c).ask[slot].asked == (%s.tripped == 0 ? 1 : 0);\n", rail(&a, "\\old(*c).", submit));
	}
	fputs("    ensures rest: AskedRest(\\old(*c), *c, slot);\n*/\n", f);
}

void acsl_whom_loop(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);
	const char *pre = arena_printf("\\at(*c, Pre).ask[slot].%s", p->decision->on->name), *list = a.m->each->name;

	fprintf(f,
		"\t/*@ loop invariant range: 0 <= i <= %s;\n"
		"\t    loop invariant ok: CtxOk(*c);\n"
		"\t    loop invariant asks: AsksUpTo(\\at(*c, Pre), (*c).ask[slot], i);\n",
		a.max);
	if (a.g && shadow_every(p, a.g))
		fprintf(f,
			"\t    loop invariant shadow: Shadowed(\\at(*c, Pre), *c, %s, (i < %s.%s_n ? i : %s.%s_n));\n"
			"\t    loop invariant kept: ShadowedRest(\\at(*c, Pre), *c);\n",
			pre, pre, list, pre, list);
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
			a.m->each->name, p->decision->on->name, a.m->each->name, a.max, a.m->each->name, name, a.m->name);
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
		"\t    loop invariant asked: \\forall integer j; 0 <= j < i ==> q->asked[j] == (*c).ask[slot].asked[j];\n"
		"\t    loop invariant vector: \\forall integer j; 0 <= j < i && j < q->%s_n && q->asked[j] == 1 ==>\n"
		"\t      %sVector(*c, (*c).ask[slot], j, (*q).%s[j]);\n"
		"\t    loop assigns i, q->asked[0 .. %s - 1], q->%s[0 .. %s - 1];\n"
		"\t    loop variant %s - i; */\n",
		a.max, a.m->each->name, c_camel(a.m->name), a.m->name, a.max, a.m->name, a.max, a.max);
}

/* What ask says of the slot that holds its ticket. */
static void of_ticket(FILE *f, const char *name, const char *what)
{
	fprintf(f, "    ensures %s: \\result ==> \\forall integer s; Slot(*c, s, q->ticket) ==>\n      %s;\n", name, what);
}

void acsl_ask(FILE *f, const struct policy *p)
{
	struct asking a = asking_of(p);
	const char *event = p->decision->on->name, *in = "At(\\old(*c), now)";
	bool moves = acsl_has_features(p, p->decision->on);
	bool shadowed = a.g && shadow_every(p, a.g);

	for (int i = 0; i < p->guardrails.n; i++)
		moves = moves || !p->guardrails.at[i]->key || p->guardrails.at[i]->key == moved_key(p, p->decision->on);
	fprintf(f,
		"/*@ requires valid: \\valid(c) && \\valid_read(e) && \\valid(q);\n"
		"    requires apart: \\separated(c, e, q);\n"
		"    requires ok: CtxOk(*c);\n"
		"    assigns *c, *q;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures malformed: !%sOk(*e) ==> !\\result && %s;\n",
		c_camel(event), acsl_counted("malformed"));
	fprintf(f,
		"    ensures ticket: \\result ==> q->ticket == c->tickets.asked && \\exists integer s; Slot(*c, s, q->ticket) &&\n"
		"      !Live(\\old(*c).tickets, s, c->now, %s) && Opened(\\old(*c).tickets, (*c).tickets, s, c->now);\n",
		a.timeout);
	of_ticket(f, "event", arena_printf("(*c).ask[s].%s == *e", event));
	if (a.each)
		fprintf(f, "    ensures vector: \\result ==> \\forall integer i; 0 <= i < e->%s_n && q->asked[i] == 1 ==>\n"
			   "      \\forall integer s; Slot(*c, s, q->ticket) ==> %sVector(*c, (*c).ask[s], i, (*q).%s[i]);\n",
			a.m->each->name, c_camel(a.m->name), a.m->name);
	else if (a.m)
		of_ticket(f, "vector", arena_printf("(q->asked == 1 ==> %sVector(*c, (*c).ask[s], (*q).%s))", c_camel(a.m->name), a.m->name));
	if (a.each)
		of_ticket(f, "asked", arena_printf("q->%s_n == e->%s_n && \\forall integer i; 0 <= i < %s ==> q->asked[i] == (*c).ask[s].asked[i]",
						   a.m->each->name, a.m->each->name, a.max));
	if (moves) { /* features and guardrails come between: what they do is said of their steps */
		fputs("*/\n", f);
		return;
	}
	fprintf(f,
		"    ensures busy: %sOk(*e) && Busy(%s) ==> !\\result && Same(\\old(*c).tickets, (*c).tickets) &&\n"
		"      *c == {%s \\with .tickets = c->tickets, .count.busy = (u32)Counted(\\old(c->count.busy))};\n"
		"    ensures taken: %sOk(*e) && !Busy(%s) ==> \\result;\n",
		c_camel(event), in, in, c_camel(event), in);
	if (a.each)
		of_ticket(f, "asks", arena_printf("AsksUpTo(%s, (*c).ask[s], %s)", in, a.max));
	if (a.each && shadowed)
		of_ticket(f, "shadow", arena_printf("Shadowed(%s, *c, (*c).ask[s].%s, e->%s_n) && ShadowedRest(%s, *c)", in, event, a.m->each->name, in));
	of_ticket(f, "rest", arena_printf("*c == {%s \\with .tickets = c->tickets, .ask[s] = (*c).ask[s]%s}", in, shadow_member(&a, "c->")));
	fputs("*/\n", f);
}
