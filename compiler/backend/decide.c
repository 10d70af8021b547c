/* NAME_decide.h: one call for a decision, by a net that answers at once, and the entry that swaps the net. Of a policy
 * without a model `decide` is all of it. Nothing here moves the context but ask and settle: to the closed world, where
 * anything may be answered and any time may pass, a decision of one call is one of ask and then one of settle. */
#include "acsl.h"

struct one_call {
	FILE *f;
	const struct policy *p;
	const struct model *m; /* NULL: there is none, and nobody is asked */
	const char *name;      /* io_route */
	const char *camel;     /* IoRoute */
	const char *net;       /* io_route_slow_io */
	const char *net_camel; /* IoRouteSlowIo */
	const char *max;       /* how many candidates a question has; NULL: one vector for all */
	bool tick;	       /* the event that is decided has no fields */
};

static struct one_call one_call(FILE *f, const struct policy *p)
{
	struct one_call d = {.f = f, .p = p, .name = p->name, .camel = c_camel(p->name), .tick = p->decision->on->tick};

	d.m = p->models.n ? p->models.at[0] : NULL;
	d.net = d.m ? c_named(p, d.m->name) : NULL;
	d.net_camel = d.m ? arena_printf("%s%s", d.camel, c_camel(d.m->name)) : NULL;
	d.max = d.m && d.m->each ? c_list_max(p, d.m->each) : NULL;
	return d;
}

/* The table that answers: "m.slow_io.table[m.slow_io.live]" */
static const char *live(const struct one_call *d, const char *m)
{
	return arena_printf("%s%s.table[%s%s.live]", m, d->m->name, m, d->m->name);
}

/* ---- models, and the table of each that answers ---- */

static void models(const struct one_call *d)
{
	const char *name = d->m->name;

	fprintf(d->f,
		"/* ---- the nets that answer ---- */\n\n"
		"/* One table answers; the other is written meanwhile, and then `live` is turned. Who still reads the one that answered before\n"
		" * has to be through before the next swap writes it. For BPF the agent outside inits and swaps, in the map that they lie in. */\n"
		"struct %s_slots {\n\tstruct %s table[2];\n\tu32 live;\n};\n\n"
		"struct %s_models {\n\tstruct %s_slots %s;\n};\n\n",
		d->net, d->net, d->name, d->net, name);
	fprintf(d->f, "/*@ predicate %sModelsOk(struct %s_models m) =\n      0 <= m.%s.live < 2 && %sOk(%s);\n*/\n\n",
		d->camel, d->name, name, d->net_camel, live(d, "m."));
}

static void models_init(const struct one_call *d)
{
	const char *name = d->m->name;

	fprintf(d->f,
		"/* The table that was compiled is %s_table. false: a sum of the table could overflow; then there are no models. */\n"
		"/*@ requires valid: \\valid(m) && \\valid_read(%s);\n"
		"    requires apart: \\separated(m, %s);\n"
		"    assigns *m;\n"
		"    ensures ok: %sOk(*%s) ==> \\result && %sModelsOk(*m) && %s == *%s;\n"
		"    ensures refused: !%sOk(*%s) ==> !\\result;\n"
		"*/\n"
		"static inline bool %s_models_init(struct %s_models *m, const struct %s *%s)\n{\n"
		"\tif (!%s_check(%s))\n\t\treturn false;\n"
		"\tm->%s.table[0] = *%s;\n"
		"\tm->%s.live = 0;\n"
		"\treturn true;\n}\n\n",
		d->net, name, name, d->net_camel, name, d->camel, live(d, "m->"), name, d->net_camel, name, d->name,
		d->name, d->net, name, d->net, name, name, name, name);
}

/* The entry `swap`: no time, no context. A table that does not pass the check changes nothing. */
static void swap(const struct one_call *d)
{
	const char *name = d->m->name;

	fprintf(d->f,
		"/* Another table answers from now on. false: a sum of it could overflow, and all is as it was. */\n"
		"/*@ requires valid: \\valid(m) && \\valid_read(table);\n"
		"    requires apart: \\separated(m, table);\n"
		"    requires ok: %sModelsOk(*m);\n"
		"    assigns m->%s;\n"
		"    ensures ok: %sModelsOk(*m);\n"
		"    ensures swapped: %sOk(*table) ==> \\result && m->%s.live == 1 - \\old(m->%s.live) && %s == *table;\n"
		"    ensures refused: !%sOk(*table) ==> !\\result && *m == \\old(*m);\n"
		"    ensures rest: m->%s.table[\\old(m->%s.live)] == \\old(%s);\n"
		"*/\n"
		"static inline bool %s_swap_%s(struct %s_models *m, const struct %s *table)\n{\n"
		"\tu32 idle = m->%s.live == 0;\n\n"
		"\tif (!%s_check(table))\n\t\treturn false;\n"
		"\tm->%s.table[idle] = *table;\n"
		"\tm->%s.live = idle;\n"
		"\treturn true;\n}\n\n",
		d->camel, name, d->camel, d->net_camel, name, name, live(d, "m->"), d->net_camel, name, name,
		live(d, "m->"), d->name, name, d->name, d->net, name, d->net, name, name);
}

/* ---- answers ---- */

/* `WHAT of every vector that is asked`, of the first n where there is one a candidate */
static void of_asked(const struct one_call *d, const char *predicate, const char *more, const char *what)
{
	fprintf(d->f, "    predicate %s%s(struct %s_models m, struct %s_questions q%s%s) =\n", d->camel, predicate,
		d->name, d->name, more, d->max ? ", integer n" : "");
	if (d->max)
		fprintf(d->f, "      \\forall integer i; 0 <= i < n && q.asked[i] != 0 ==>\n        %s;\n", what);
	else
		fprintf(d->f, "      q.asked != 0 ==> %s;\n", what);
}

static void answering(const struct one_call *d)
{
	const char *at = d->max ? "[i]" : "", *vector = arena_printf("q.%s%s", d->m->name, at);

	fputs("/* ---- answers ---- */\n\n/*@ // the answers are the net's, to the vectors that are asked\n", d->f);
	of_asked(d, "Says", arena_printf(", struct %s_answers a", d->name),
		arena_printf("%sSays(%s, %s, a.%s%s)", d->net_camel, live(d, "m."), vector, d->m->name, at));
	fputs("\n    // no number of theirs is greater than the table was checked for\n", d->f);
	of_asked(d, "Within", "", arena_printf("Within(%s.layer_1, %s)", live(d, "m."), vector));
	fputs("*/\n\n", d->f);
}

/* One vector: the net's answer, or none at all. */
static void answer_one(const struct one_call *d, const char *tabs, const char *at)
{
	const char *name = d->m->name, *table = arena_printf("m->%s.table[live]", name);

	fprintf(d->f,
		"%sif (!%s_within(&%s, &q->%s%s))\n%s\treturn;\n"
		"%sa->%s%s = %s_infer(&%s, &q->%s%s, s);\n"
		"%s//@ assert says: %sSays(%s, (*q).%s%s, (*a).%s%s);\n",
		tabs, d->net, table, name, at, tabs, tabs, name, at, d->net, table, name, at, tabs, d->net_camel,
		live(d, "(*m)."), name, at, name, at);
}

static void answer(const struct one_call *d)
{
	const char *name = d->m->name, *max = d->max ? arena_printf(", %s", d->max) : "";

	fprintf(d->f,
		"/* Answers what ask asked, for settle. No number of ask's vectors is out of range; that is looked at here, since ask does not\n"
		" * promise it, and where one is nothing is answered. */\n"
		"/*@ requires valid: \\valid_read(m) && \\valid_read(q) && \\valid(a) && \\valid(s);\n"
		"    requires apart: \\separated(m, q, a, s);\n"
		"    requires ok: %sModelsOk(*m);\n"
		"    assigns *a, *s;\n"
		"    ensures says: a->answered != 0 ==> %sSays(*m, *q, *a%s);\n"
		"    ensures answered: %sWithin(*m, *q%s) ==> a->answered == 1;\n"
		"*/\n"
		"static inline void %s_answer(const struct %s_models *m, const struct %s_questions *q, struct %s_answers *a,\n"
		"\tstruct %s_scratch *s)\n{\n"
		"\tu32 live = (u32)INDEX(m->%s.live, 2);\n\n"
		"\ta->answered = 0;\n",
		d->camel, d->camel, max, d->camel, max, d->name, d->name, d->name, d->name, d->net, name);
	if (d->max) {
		fprintf(d->f,
			"\t/*@ loop invariant range: 0 <= i <= %s;\n"
			"\t    loop invariant none: a->answered == 0;\n"
			"\t    loop invariant says: %sSays(*m, *q, *a, i);\n"
			"\t    loop assigns i, a->%s[0 .. %s - 1], *s;\n"
			"\t    loop variant %s - i; */\n"
			"\tfor (u32 i = 0; i < %s; i++) {\n\t\tif (!q->asked[i])\n\t\t\tcontinue;\n",
			d->max, d->camel, name, d->max, d->max, d->max);
		answer_one(d, "\t\t", "[i]");
		fputs("\t}\n", d->f);
	} else {
		fputs("\tif (q->asked) {\n", d->f);
		answer_one(d, "\t\t", "");
		fputs("\t}\n", d->f);
	}
	fputs("\ta->answered = 1;\n}\n\n", d->f);
}

/* ---- decide ---- */

/* The state in which the decision was taken, `in`, is not the last one: taking it has been recorded since. What may
 * differ from the state before, o, is taken from o: so turned, each part that is the same follows by itself. */
static void deciding(const struct one_call *d)
{
	const struct policy *p = d->p;
	const char *context = acsl_context(p);

	fprintf(d->f,
		"/*@ // in is o, but for what comes before a decision\n"
		"    predicate %sStill(%s o, %s in) =\n      {in \\with %s, .tickets = o.tickets, .ask = o.ask%s} == o;\n\n",
		d->camel, context, context, acsl_moved_members(p, p->decision->on, "o."),
		shadow_kept(p) ? ", .shadow = o.shadow" : "");
	fprintf(d->f, "    // at k is what the decision is about\n    predicate %sAbout(%s in, integer k, integer now",
		d->camel, context);
	if (!d->tick)
		fprintf(d->f, ", %s e", acsl_event_type(p, p->decision->on));
	if (d->m)
		fprintf(d->f, ", struct %s_questions q", d->name);
	fprintf(d->f, ") =\n      0 <= k < %s && in.now == now", c_macro(p, "tickets"));
	if (!d->tick)
		fprintf(d->f, " && in.ask[k].%s == e", p->decision->on->name);
	if (d->max)
		fprintf(d->f, " &&\n      \\forall integer i; 0 <= i < %s ==> in.ask[k].asked[i] == q.asked[i]",
			d->max);
	else if (d->m)
		fputs(" && in.ask[k].asked == q.asked", d->f);
	fputs(";\n*/\n\n", d->f);
}

static const char *still(const struct one_call *d, const char *o, const char *in)
{
	return arena_printf("%sStill(%s, %s)", d->camel, o, in);
}

static const char *about(const struct one_call *d, const char *in)
{
	return arena_printf(
		"%sAbout(%s, k, c->now%s%s)", d->camel, in, d->tick ? "" : ", *e", d->m ? ", s->questions" : "");
}

static void at_decision(const struct one_call *d, const char *clause, const char *what)
{
	fprintf(d->f, "    ensures %s: \\result ==> \\exists %s in, integer k;\n      %s && %s && %s;\n", clause,
		acsl_context(d->p), still(d, "\\old(*c)", "in"), about(d, "in"), what);
}

static void decide_contract(const struct one_call *d)
{
	const struct policy *p = d->p;
	const char *ok = d->tick ? "" : arena_printf("%sOk(*e) && ", c_camel(p->decision->on->name)),
		   *pass = c_by(p, BY_PASS);
	const char *in = acsl_moved(p, p->decision->on);

	fprintf(d->f,
		"/*@ requires valid: \\valid(c)%s%s && \\valid(s);\n    requires apart: \\separated(c%s%s, s);\n    requires ok: CtxOk(*c);\n",
		d->m ? " && \\valid_read(m)" : "", d->tick ? "" : " && \\valid_read(e)", d->m ? ", m" : "",
		d->tick ? "" : ", e");
	if (d->m)
		fprintf(d->f, "    requires models: %sModelsOk(*m);\n", d->camel);
	fputs("    assigns *c, *s;\n    ensures ok: CtxOk(*c);\n", d->f);
	if (!d->tick)
		fprintf(d->f, "    ensures malformed: !%sOk(*e) ==> !\\result && %s;\n", c_camel(p->decision->on->name),
			acsl_counted("malformed"));
	fprintf(d->f,
		"    ensures busy: %s!\\result ==> Busy(%s) &&\n"
		"      *c == {%s \\with .tickets = c->tickets, .count.busy = (u32)Counted(\\old(c->count.busy))};\n"
		"    ensures now: \\result ==> c->now == Later(\\old(c->now), now);\n"
		"    ensures pass: !\\result ==> s->decision.by == %s;\n"
		"    ensures domain: s->decision.by <= %s && (s->decision.by != %s ==> %s);\n",
		ok, in, in, pass, pass, pass, acsl_decision_in_range(p, "s->decision.", "e->"));
	for (int i = 0; i < p->guarantees.n; i++)
		at_decision(d, p->guarantees.at[i]->name,
			arena_printf("%s(in, in.ask[k], s->decision)", c_camel(p->guarantees.at[i]->name)));
	at_decision(d, "chosen",
		arena_printf("%sChosen(in, in.ask[k], s->answers, s->decision)", c_camel(decision_word(p))));
	if (d->m)
		fprintf(d->f,
			"    ensures says: \\result && s->answers.answered != 0 ==> %sSays(*m, s->questions, s->answers%s);\n",
			d->camel, d->max ? arena_printf(", %s", d->max) : "");
	fputs("*/\n", d->f);
}

/* Rungs: of the state `in` of the decision, and of the slot that the ticket has in the state `asked`. */
static void rungs(const struct one_call *d, const char *asked, const char *in)
{
	fprintf(d->f,
		"\t//@ assert still: %s;\n\t//@ assert about: \\exists integer k; Named(%s, k, s->questions.ticket, now) && %s;\n",
		still(d, "\\at(*c, Pre)", in), asked, about(d, in));
}

static void decide(const struct one_call *d)
{
	const struct policy *p = d->p;
	bool moves = acsl_moves(p, NULL);

	fprintf(d->f, "static inline bool %s_decide(%s *c, %su64 now, %sstruct %s_decide *s)\n{\n", d->name,
		acsl_context(p), d->m ? arena_printf("const struct %s_models *m, ", d->name) : "",
		d->tick ? "" : arena_printf("const %s *e, ", acsl_event_type(p, p->decision->on)), d->name);
	fprintf(d->f, "\ts->decision.by = %s;\n\tif (!%s_ask(c, now, %s&s->questions))\n\t\treturn false;\n",
		c_by(p, BY_PASS), d->name, d->tick ? "" : "e, ");
	if (d->m)
		fprintf(d->f, "\t%s_answer(m, &s->questions, &s->answers, &s->layers);\n", d->name);
	else
		fputs("\ts->answers.answered = 1;\n", d->f);
	fputs("\t//@ assert later: Later((*c).now, now) == (*c).now;\n", d->f);
	rungs(d, "*c", moves ? "*c" : acsl_moved_from(p, NULL, "*c"));
	if (moves)
		fprintf(d->f, "\t//@ ghost %s asked = *c;\n", acsl_context(p));
	fprintf(d->f, "\t%s_settle(c, now, s->questions.ticket, &s->answers, &s->decision);\n", d->name);
	if (moves)
		rungs(d, "asked", acsl_moved_from(p, NULL, "asked"));
	fputs("\treturn true;\n}\n\n", d->f);
}

void decide_print(FILE *f, const struct policy *p)
{
	struct one_call d = one_call(f, p);
	const char *guard = c_macro(p, "decide_h");

	fprintf(f,
		"/* A decision of %s in one call: generated by ldosc from %s.ldp. Do not edit; edit the policy. To be included after\n"
		" * %s.h%s. */\n#ifndef %s\n#define %s\n\n",
		p->name, p->name, p->name, d.m ? arena_printf(" and %s_model.h", p->name) : "", guard, guard);
	if (d.m) {
		models(&d);
		models_init(&d);
		swap(&d);
		answering(&d);
		answer(&d);
	}
	fprintf(f,
		"/* ---- decide ---- */\n\n/* What one decision takes, the caller's: a kernel's stack is too small for it. */\nstruct %s_decide {\n",
		p->name);
	fprintf(f, "\tstruct %s questions;\n\tstruct %s answers;\n\tstruct %s decision; /* what came of it */\n",
		c_struct(p, "questions"), c_struct(p, "answers"), c_struct(p, "decision"));
	if (d.m)
		fprintf(f, "\tstruct %s_scratch layers;\n", d.net);
	fputs("};\n\n", f);
	deciding(&d);
	fprintf(f,
		"/* ask%s and settle in a row; s->decision is what is decided. false: nothing was, as the event is out of range or no ticket is\n"
		" * free, and by is %s. */\n",
		d.m ? ", answer" : "", c_by(p, BY_PASS));
	decide_contract(&d);
	decide(&d);
	fputs("#endif\n", f);
}
