/* The contracts of settle and of what it is made of. Each says what it computes of the ticket's copy of the event. */
#include "acsl.h"

struct names {
	const struct policy *p;
	const struct part *part;
	const char *part_name; /* Leg; of all predicates of a rule */
	const char *word;      /* Leg, or Decision of a record */
	const char *max, *slots, *event, *submit;
	bool candidates;
};

static struct names names_of_part(const struct policy *p, const struct part *part)
{
	bool candidates = part->kind == PART_CANDIDATE;

	return (struct names){p, part, c_camel(part->name), c_camel(decision_word(p)),
		candidates ? c_list_max(p, part->list) : NULL, c_macro(p, "tickets"), p->decision->on->name,
		arena_printf("(*c).ask[slot].%s", p->decision->on->name), candidates};
}

static struct names names_of(const struct policy *p)
{
	return names_of_part(p, main_part(p));
}

/* The usual opening: what is valid, apart and in order, and that the slot has a ticket. */
static void open(FILE *f, const struct names *n, const char *valid, const char *apart, const char *more)
{
	fprintf(f, "/*@ requires valid: %s;\n", valid);
	if (*apart)
		fprintf(f, "    requires apart: \\separated(%s);\n", apart);
	fprintf(f, "    requires ok: CtxOk(*c);\n    requires slot: slot < %s && c->tickets.ticket[slot] != 0%s;\n",
		n->slots, more);
}

static void range_loop(FILE *f, const char *i, const char *max)
{
	fprintf(f, "\t/*@ loop invariant range: 0 <= %s <= %s;\n", i, max);
}

/* ---- what may be chosen ---- */

void acsl_need(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);

	open(f, &n, "\\valid_read(c)", "", n.candidates ? arena_printf(" && i <= %s", n.max) : "");
	fprintf(f, "    assigns \\nothing;\n    ensures need: \\result <==> Need(*c, %s%s);\n*/\n", n.submit,
		n.candidates ? ", i" : "");
}

void acsl_room(FILE *f, const struct policy *p, const struct guarantee *g)
{
	(void)p;
	fprintf(f,
		"/*@ requires valid: \\valid_read(c);\n"
		"    requires ok: CtxOk(*c);\n"
		"    assigns \\nothing;\n"
		"    ensures room: \\result <==> %sRoom(*c);\n"
		"*/\n",
		c_camel(g->name));
}

/* The choice as an argument, and what is required of it. A record is passed as the decision that it lies in. */
static const char *choice_argument(const struct names *n)
{
	if (n->p->decision->parts.n > 1)
		return acsl_choices(n->p, "", "d->");
	return n->candidates ? "i" : n->part->name;
}

static const char *choice_in_range(const struct names *n)
{
	const char *event = arena_printf("c->ask[slot].%s.", n->event);

	if (n->p->decision->parts.n > 1)
		return arena_printf(" && %s", acsl_decision_in_range(n->p, "d->", event));
	return arena_printf(" && %s", acsl_part_in_range(n->p, n->part, choice_argument(n), event));
}

static void open_choice(FILE *f, const struct names *n)
{
	bool record = n->p->decision->parts.n > 1;

	open(f, n, record ? "\\valid_read(c) && \\valid_read(d)" : "\\valid_read(c)", record ? "c, d" : "",
		choice_in_range(n));
}

void acsl_counts(FILE *f, const struct policy *p, const struct guarantee *g)
{
	struct names n = names_of(p);

	open_choice(f, &n);
	fprintf(f, "    assigns \\nothing;\n    ensures counts: \\result <==> %sCounts(*c, %s, %s, by);\n*/\n",
		c_camel(g->name), n.submit, choice_argument(&n));
}

void acsl_under(FILE *f, const struct policy *p, const struct guarantee *g)
{
	struct names n = names_of(p);

	open(f, &n, "\\valid_read(c)", "", "");
	fprintf(f, "    assigns \\nothing;\n    ensures under: \\result <==> %sUnder(*c, %s);\n*/\n", c_camel(g->name),
		n.submit);
}

void acsl_may_learn(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);

	open(f, &n, "\\valid_read(c)", "", arena_printf(" && i <= %s", n.max));
	fprintf(f, "    assigns \\nothing;\n    ensures may: \\result <==> MayLearn(*c, %s, i);\n*/\n", n.submit);
}

void acsl_lawful(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);

	open_choice(f, &n);
	fprintf(f, "    assigns \\nothing;\n    ensures lawful: \\result <==> Lawful(*c, %s, %s, %s);\n*/\n", n.submit,
		choice_argument(&n), c_by(p, BY_LEARNED));
}

/* ---- a record ---- */

void acsl_record_lawful(FILE *f, const struct policy *p)
{
	acsl_lawful(f, p);
}

void acsl_record_rule(FILE *f, const struct policy *p, bool learned)
{
	struct names n = names_of(p);
	const char *over = learned ? "*c, (*c).ask[slot], *a" : "*c, (*c).ask[slot]",
		   *rule = arena_printf("%s%s", n.word, learned ? "Learned" : "Fallback");

	open(f, &n, learned ? "\\valid_read(c) && \\valid_read(a) && \\valid(d)" : "\\valid_read(c) && \\valid(d)",
		learned ? "c, a, d" : "c, d", "");
	fprintf(f, "    assigns *d;\n    ensures domain: \\result ==> %s;\n    ensures %s: \\result ==> %s(%s, %s);\n",
		acsl_decision_in_range(p, "d->", arena_printf("%s.", n.submit)), learned ? "learned" : "fallback", rule,
		over, acsl_choices(p, "", "d->"));
	if (learned) {
		fprintf(f, "    ensures only: \\forall %s; %s(%s, %s) ==>\n      \\result",
			acsl_choices(p, "integer ", ""), rule, over, acsl_choices(p, "", ""));
		for (int i = 0; i < p->decision->parts.n; i++)
			fprintf(f, " && %s == d->%s", p->decision->parts.at[i].name, p->decision->parts.at[i].name);
		fputs(";\n*/\n", f);
	} else {
		fprintf(f, "    ensures none: !\\result ==> %sNone(%s);\n*/\n", rule, over);
	}
}

/* ---- the rules ---- */

static const char *rule(const struct names *n, bool learned)
{
	return arena_printf("%s%s", n->part_name, learned ? "Learned" : "Fallback");
}

static const char *over(bool learned)
{
	return learned ? "*c, (*c).ask[slot], *a" : "*c, (*c).ask[slot]";
}

void acsl_takes_part(FILE *f, const struct policy *p, bool learned, int k)
{
	struct names n = names_of(p);
	const char *count = arena_printf("%s.%s_n", n.submit, n.part->list->name);

	open(f, &n,
		learned ? "\\valid_read(c) && \\valid_read(a) && \\valid(choice)"
			: "\\valid_read(c) && \\valid(choice)",
		learned ? "c, a, choice" : "c, choice", "");
	fprintf(f,
		"    assigns *choice;\n"
		"    ensures part: \\forall integer j; 0 <= j < %s ==> (choice->takes_part[j] != 0 <==> %s%d(%s, j));\n",
		count, rule(&n, learned), k, over(learned));
	fprintf(f,
		"    ensures score: \\forall integer j; 0 <= j < %s && choice->takes_part[j] != 0 ==>\n      choice->score[j] == %s%dScore(%s, j);\n*/\n",
		count, rule(&n, learned), k, over(learned));
}

/* For the provers: choice k of a rule chose the part's value; it chose none. */
const char *acsl_chosen(const struct policy *p, bool learned, int k, const char *part)
{
	struct names n = names_of(p);

	return part ? arena_printf("chosen_%d: %s%dIs(%s, %s)", k, rule(&n, learned), k, over(learned), part)
		    : arena_printf("none_%d: %s%dNone(%s)", k, rule(&n, learned), k, over(learned));
}

const char *acsl_only_learned(const struct policy *p, const char *part)
{
	struct names n = names_of(p);

	return arena_printf("only: \\forall integer r; %s(%s, r) ==> r == %s", rule(&n, true), over(true), part);
}

void acsl_first(FILE *f, const struct policy *p, bool learned, int k)
{
	struct names n = names_of(p);

	open(f, &n, learned ? "\\valid_read(c) && \\valid_read(a)" : "\\valid_read(c)", learned ? "c, a" : "", "");
	fprintf(f,
		"    assigns \\nothing;\n"
		"    ensures first: \\result < %s ==> %s%dIs(%s, \\result);\n"
		"    ensures none: \\result >= %s ==> \\result == %s && %s%dNone(%s);\n"
		"*/\n",
		n.max, rule(&n, learned), k, over(learned), n.max, n.max, rule(&n, learned), k, over(learned));
}

void acsl_first_loop(FILE *f, const struct policy *p, bool learned, int k)
{
	struct names n = names_of(p);

	range_loop(f, "i", n.max);
	fprintf(f,
		"\t    loop invariant none: \\forall integer j; 0 <= j < i ==> !%s%d(%s, j);\n"
		"\t    loop assigns i;\n"
		"\t    loop variant %s - i; */\n",
		rule(&n, learned), k, over(learned), n.max);
}

void acsl_takes_part_loop(FILE *f, const struct policy *p, bool learned, int k)
{
	struct names n = names_of(p);

	range_loop(f, "i", n.max);
	fprintf(f,
		"\t    loop invariant part: \\forall integer j; 0 <= j < i ==> (choice->takes_part[j] != 0 <==> %s%d(%s, j));\n",
		rule(&n, learned), k, over(learned));
	fprintf(f,
		"\t    loop invariant score: \\forall integer j; 0 <= j < i && choice->takes_part[j] != 0 ==>\n\t      choice->score[j] == %s%dScore(%s, j);\n",
		rule(&n, learned), k, over(learned));
	fprintf(f, "\t    loop assigns i, *choice;\n\t    loop variant %s - i; */\n", n.max);
}

void acsl_rule(FILE *f, const struct policy *p, const struct part *part, bool learned)
{
	struct names n = names_of_part(p, part);
	const char *name = rule(&n, learned), *word = learned ? "learned" : "fallback";

	if (!n.candidates) {
		open(f, &n, learned ? "\\valid_read(c) && \\valid_read(a)" : "\\valid_read(c)", learned ? "c, a" : "",
			"");
		fputs("    assigns \\nothing;\n", f);
		if (learned && class_may_be_none(n.part->learned))
			fprintf(f,
				"    ensures learned: \\result <= %s ==> \\result == %sIs(%s);\n"
				"    ensures none: \\result > %s ==> !(0 <= %sIs(%s) <= %s);\n*/\n",
				c_integer(n.part->type.hi), name, over(true), c_integer(n.part->type.hi), name,
				over(true), c_integer(n.part->type.hi));
		else
			fprintf(f, "    ensures range: \\result <= %s;\n    ensures %s: \\result == %sIs(%s);\n*/\n",
				c_integer(n.part->type.hi), word, name, over(learned));
		return;
	}
	open(f, &n,
		learned ? "\\valid_read(c) && \\valid_read(a) && \\valid(choice)"
			: "\\valid_read(c) && \\valid(choice)",
		learned ? "c, a, choice" : "c, choice", "");
	fprintf(f,
		"    assigns *choice;\n"
		"    ensures %s: \\result < %s ==> %s(%s, \\result);\n"
		"    ensures none: \\result >= %s ==> \\result == %s && %sNone(%s);\n",
		word, n.max, name, over(learned), n.max, n.max, name, over(learned));
	if (learned) /* what is let through is decided over every r */
		fprintf(f, "    ensures %s;\n", acsl_only_learned(p, "\\result"));
	fputs("*/\n", f);
}

/* ---- answers ---- */

void acsl_answered(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);

	open(f, &n, "\\valid_read(c) && \\valid_read(a)", "c, a", "");
	fputs("    assigns \\nothing;\n    ensures answered: \\result <==> Answered((*c).ask[slot], *a);\n*/\n", f);
}

void acsl_answered_loop(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);
	const struct model *m = p->models.at[0];

	range_loop(f, "i", c_list_max(p, m->each));
	fprintf(f,
		"\t    loop invariant classes: \\forall integer j; 0 <= j < i && j < %s.%s_n && (*c).ask[slot].asked[j] == 1 ==>\n"
		"\t      %s <= a->%s[j] %s;\n"
		"\t    loop assigns i;\n"
		"\t    loop variant %s - i; */\n",
		n.submit, m->each->name, c_integer(m->classes ? 0 : m->type.lo), m->name,
		m->classes ? arena_printf("< %s", c_unsaid(p)) : arena_printf("<= %s", c_integer(m->type.hi)),
		c_list_max(p, m->each));
}

/* ---- the shield ---- */

static const char *chosen_in_range(const struct names *n, const char *submit)
{
	return acsl_decision_in_range(n->p, "d->", arena_printf("%s.", submit));
}

static const char *const outcomes[][2] = {
	{"transparent", "Transparent"}, {"shielded", "Shielded"}, {"tripped", "Tripped"}, {"pass", "Pass"}};

/* For the provers. Where what was learned is let through: it is, and it is the only one; past that road: there is
 * none. */
struct through acsl_through(const struct policy *p)
{
	bool one = p->decision->parts.n == 1, step = one && p->decision->parts.at[0].kind == PART_NUMBER;
	const char *const head = "Transparent(*c, (*c).ask[slot], *a";
	const char *chosen = step ? "s" : acsl_choices(p, "", "d->"), *any = one ? "r" : acsl_choices(p, "", ""),
		   *same = "";

	for (int i = 0; i < p->decision->parts.n; i++) {
		const char *part = p->decision->parts.at[i].name;
		same = one ? arena_printf("r == %s", chosen)
			   : arena_printf("%s%s%s == d->%s", same, i ? " && " : "", part, part);
	}
	return (struct through){
		.let_through = arena_printf("let_through: %s, %s)", head, chosen),
		.only = arena_printf("only: \\forall %s; %s, %s) ==> %s",
			one ? "integer r" : acsl_choices(p, "integer ", ""), head, any, same),
		.not_through = arena_printf("not_through: \\forall %s; !%s, %s)",
			one ? "integer r" : acsl_choices(p, "integer ", ""), head, any),
	};
}

void acsl_choose(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);

	open(f, &n, "\\valid_read(c) && \\valid_read(a) && \\valid(d)", "c, a, d", "");
	fprintf(f, "    assigns *d;\n    ensures domain: d->by <= %s && (d->by != %s ==> %s);\n", c_by(p, BY_PASS),
		c_by(p, BY_PASS), chosen_in_range(&n, n.submit));
	for (int i = 0; i < 4; i++)
		fprintf(f, "    ensures %s: %s%s(*c, (*c).ask[slot], *a, *d);\n", outcomes[i][0], n.word,
			outcomes[i][1]);
	for (int i = 0; i < p->guarantees.n; i++)
		fprintf(f, "    ensures %s: %s(*c, (*c).ask[slot], *d);\n", p->guarantees.at[i]->name,
			c_camel(p->guarantees.at[i]->name));
	fputs("*/\n", f);
}

void acsl_record_step(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);
	struct conjunction c;

	open(f, &n, "\\valid(c) && \\valid_read(d)", "c, d", "");
	fprintf(f, "    requires domain: d->by != %s ==> %s;\n", c_by(p, BY_PASS), chosen_in_range(&n, n.submit));
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			fprintf(f, "    requires %s: %s(*c, (*c).ask[slot], *d);\n", p->guarantees.at[i]->name,
				c_camel(p->guarantees.at[i]->name));
	fputs("    assigns ", f);
	conj_open(&c, f, 12, 6);
	c.op = ",";
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			conj_part(&c,
				arena_printf("%s%s", guarantee_path(p->guarantees.at[i], "c->"),
					clean_kept(p->guarantees.at[i])
						? arena_printf(", %s", clean_path(p->guarantees.at[i], "c->"))
						: ""));
	conj_part(&c, "c->count");
	conj_close(&c, ";\n");
	fputs("    ensures ok: CtxOk(*c);\n", f);
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			fprintf(f, "    ensures recorded_%s: %sRecorded(\\old(*c), *c, %s, *d);\n",
				p->guarantees.at[i]->name, c_camel(p->guarantees.at[i]->name), n.submit);
	fputs("    ensures exhausted: Exhausted(\\old(*c), *c, *d);\n    ensures rest: RecordedRest(\\old(*c), *c);\n*/\n",
		f);
}

static const struct key *remembered(const struct policy *p)
{
	const struct field *field = p->models.n ? remembered_key(p->models.at[0]) : NULL;

	return field ? field->type.key : NULL;
}

static const char *all_keys(const struct policy *p)
{
	const struct key *k = remembered(p);

	return key_path("c->", k, arena_printf("0 .. %s - 1", c_keys(p, k)));
}

void acsl_said(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);
	const struct field *list = p->models.at[0]->each;

	open(f, &n, "\\valid_read(c) && \\valid_read(a)", "c, a",
		list ? arena_printf(" && i < c->ask[slot].%s.%s_n", n.event, list->name) : "");
	fprintf(f, "    assigns \\nothing;\n    ensures said: \\result == Said((*c).ask[slot], *a%s);\n*/\n",
		list ? ", i" : "");
}

void acsl_hear(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);
	const char *count;

	open(f, &n, "\\valid(c) && \\valid_read(a)", "c, a", "");
	if (!remembered(p)) {
		fprintf(f,
			"    assigns %s;\n    ensures ok: CtxOk(*c);\n    ensures said: Heard(\\old(*c), *c, (*c).ask[slot], *a);\n*/\n",
			said_path(p->models.at[0], NULL, "c->", NULL));
		return;
	}
	count = arena_printf("%s.%s_n", n.submit, p->models.at[0]->each->name);
	fprintf(f,
		"    assigns %s;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures said: SaidBefore(*c, (*c).ask[slot], *a, %s);\n"
		"    ensures kept: SaidKept(\\old(*c), *c, %s, %s);\n"
		"    ensures rest: SaidRest(\\old(*c), *c);\n"
		"*/\n",
		all_keys(p), count, n.submit, count);
}

void acsl_hear_loop(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);
	const char *list = p->models.at[0]->each->name, *max = c_list_max(p, p->models.at[0]->each);
	const char *upto = arena_printf("(i < %s.%s_n ? i : %s.%s_n)", n.submit, list, n.submit, list);

	range_loop(f, "i", max);
	fprintf(f,
		"\t    loop invariant ok: CtxOk(*c);\n"
		"\t    loop invariant said: SaidBefore(*c, (*c).ask[slot], *a, %s);\n"
		"\t    loop invariant kept: SaidKept(\\at(*c, Pre), *c, %s, %s);\n"
		"\t    loop invariant rest: SaidRest(\\at(*c, Pre), *c);\n"
		"\t    loop assigns i, %s;\n"
		"\t    loop variant %s - i; */\n",
		upto, n.submit, upto, all_keys(p), max);
}

void acsl_shut(FILE *f, const struct policy *p)
{
	fprintf(f,
		"/*@ requires valid: \\valid(c);\n"
		"    requires ok: CtxOk(*c);\n"
		"    requires slot: slot < %s;\n"
		"    assigns c->tickets;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures shut: Shut(\\old(*c), *c, slot);\n"
		"*/\n",
		c_macro(p, "tickets"));
}

/* `ensures NAME: every slot that the ticket names ==> WHAT`, WHAT about slot s and the state `in` */
static void of_slot(FILE *f, const char *name, const char *what)
{
	fprintf(f, "    ensures %s: \\forall integer s; Named(\\old(*c), s, ticket, now) ==>\n      %s;\n", name, what);
}

/* What the ticket's answers left in the keys: over the state `in`, of the ticket `ask`. */
static struct heard heard(const struct policy *p, const char *in, const char *ask)
{
	const char *submit = arena_printf("%s.%s", ask, p->decision->on->name),
		   *count = arena_printf("%s.%s_n", submit, p->models.at[0]->each->name);

	return (struct heard){
		.said = arena_printf("SaidBefore(*c, %s, *a, %s)", ask, count),
		.kept = arena_printf("SaidKept(%s, *c, %s, %s)", in, submit, count),
	};
}

struct heard acsl_heard(const struct policy *p)
{
	return remembered(p) ? heard(p, acsl_moved_from(p, NULL, "\\at(*c, Pre)"), "\\at(*c, Pre).ask[slot]")
			     : (struct heard){0};
}

void acsl_settle(FILE *f, const struct policy *p)
{
	struct names n = names_of(p);
	const char *in = acsl_moved(p, NULL), *ask = "\\old(*c).ask[s]", *submit = arena_printf("%s.%s", ask, n.event);
	const struct key *k = remembered(p);
	const char *said = p->models.n && said_kept(p, p->models.at[0], NULL)
		? said_path(p->models.at[0], NULL, "c->", NULL)
		: NULL;

	fprintf(f,
		"/*@ requires valid: \\valid(c) && \\valid_read(a) && \\valid(d);\n"
		"    requires apart: \\separated(c, a, d);\n"
		"    requires ok: CtxOk(*c);\n"
		"    assigns *c, *d;\n"
		"    ensures ok: CtxOk(*c);\n"
		"    ensures stale: Stale(\\old(*c), ticket, now) ==>\n      d->by == %s && %s;\n",
		c_by(p, BY_PASS), acsl_counted("stale"));
	if (acsl_moves(p, NULL)) {
		of_slot(f, "moved", acsl_steps(p, NULL));
		of_slot(f, "now", "c->now == Later(\\old(c->now), now)");
	}
	for (int i = 0; i < p->guarantees.n; i++)
		of_slot(f, p->guarantees.at[i]->name,
			arena_printf("%s(%s, %s, *d)", c_camel(p->guarantees.at[i]->name), in, ask));
	of_slot(f, "domain",
		arena_printf("d->by <= %s && (d->by != %s ==> %s)", c_by(p, BY_PASS), c_by(p, BY_PASS),
			chosen_in_range(&n, submit)));
	for (int i = 0; i < 4; i++)
		of_slot(f, outcomes[i][0], arena_printf("%s%s(%s, %s, *a, *d)", n.word, outcomes[i][1], in, ask));
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			of_slot(f, arena_printf("%s_recorded", p->guarantees.at[i]->name),
				arena_printf(
					"%sRecorded(%s, *c, %s, *d)", c_camel(p->guarantees.at[i]->name), in, submit));
	of_slot(f, "exhausted", arena_printf("Exhausted(%s, *c, *d)", in));
	if (k) {
		struct heard h = heard(p, in, ask);

		of_slot(f, "said", h.said);
		of_slot(f, "kept", h.kept);
	}
	if (said)
		of_slot(f, "said", arena_printf("%s == Said(%s, *a)", said, ask));
	of_slot(f, "closed", "Closed(\\old(*c).tickets, (*c).tickets, s)");
	fprintf(f,
		"    ensures rest: \\forall integer s; Named(\\old(*c), s, ticket, now) ==>\n      *c == {%s \\with ",
		in);
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			fputs(acsl_counted_members(p->guarantees.at[i], "c->"), f);
	if (k)
		fprintf(f, ".%s = c->%s, ", c_member(k->name), c_member(k->name));
	if (said)
		fprintf(f, ".said_%s = %s, ", p->models.at[0]->name, said);
	fputs(".count = c->count, .tickets = c->tickets};\n*/\n", f);
}
