/* The decision: what may be chosen, what the rules choose, what the shield makes of it, and what is recorded.
 *
 * Letters of the predicates: c the context in which it is decided, q what the ticket keeps, e its event, a the model's
 * answers, i and j candidates, r a choice, d the decision. A choice is one integer a part of the decision. */
#include "acsl.h"

#include <string.h>

/* ---- signatures ---- */

struct words {
	const struct policy *p;
	const struct decision *d;
	const struct part *part;     /* that is written of; of the whole, the one among candidates, else the first */
	const char *context, *event; /* types */
	const char *ask, *answers, *decision;
	const char *submit; /* "q.submit" */
	const char *max;    /* candidates at most */
	bool candidates;
	bool record; /* several parts */
};

static struct words words_of(const struct policy *p)
{
	struct words w = {.p = p, .d = p->decision, .part = main_part(p), .record = p->decision->parts.n > 1};

	w.context = acsl_context(p);
	w.event = acsl_event_type(p, p->decision->on);
	w.ask = arena_printf("struct %s", c_struct(p, "ask"));
	w.answers = arena_printf("struct %s", c_struct(p, "answers"));
	w.decision = arena_printf("struct %s", c_struct(p, "decision"));
	w.submit = arena_printf("q.%s", p->decision->on->name);
	w.candidates = w.part->kind == PART_CANDIDATE;
	w.max = w.candidates ? c_list_max(p, w.part->list) : NULL;
	return w;
}

/* An expression over c and the event e. The choice stands under the names of its parts. */
static struct scene over_event(const struct words *w)
{
	return (struct scene){.policy = w->p,
		.state = "c.",
		.value = "c",
		.event = "e.",
		.key = w->d->on->key ? arena_printf("e.%s", w->d->on->key->name) : NULL,
		.candidate = "i",
		.choice = "",
		.by = "by"};
}

/* The same over what a ticket keeps. */
static struct scene over_ask(const struct words *w)
{
	struct scene s = over_event(w);

	s.event = arena_printf("%s.", w->submit);
	s.key = w->d->on->key ? arena_printf("%s%s", s.event, w->d->on->key->name) : NULL;
	return s;
}

/* ---- what may be chosen ---- */

static void need(FILE *f, const struct words *w)
{
	struct scene s = over_event(w);

	acsl_says(f, &w->d->need_at, w->d->need ? 1 : 0);
	if (w->candidates)
		fprintf(f, "    predicate Need(%s c, %s e, integer i) = 0 <= i < e.%s_n", w->context, w->event,
			w->part->list->name);
	else
		fprintf(f, "    predicate Need(%s c, %s e) = \\true", w->context, w->event);
	if (w->d->need)
		fprintf(f, " && %s", acsl_truth(&s, w->d->need));
	fputs(";\n\n", f);
}

/* `under A`: the assumptions of g hold at this decision. */
static void under(FILE *f, const struct words *w, const struct guarantee *g)
{
	struct conjunction c;

	if (!g->under.n)
		return;
	fprintf(f, "    predicate %sUnder(%s c, %s e) =\n      ", c_camel(g->name), w->context, w->event);
	conj_open(&c, f, 6, 6);
	for (int i = 0; i < g->under.n; i++)
		conj_part(&c, arena_printf("%sHolds(c, e)", c_camel(g->under.at[i]->name)));
	conj_close(&c, ";\n\n");
}

static void assumption(FILE *f, const struct words *w, const struct assumption *a)
{
	struct scene s = over_event(w);

	acsl_says(f, &a->at, 1);
	fprintf(f, "    predicate %sHolds(%s c, %s e) =\n      %s;\n\n", c_camel(a->name), w->context, w->event,
		acsl_truth(&s, a->holds));
}

static void guarantee(FILE *f, const struct words *w, const struct guarantee *g)
{
	struct scene s = over_event(w);
	const char *name = c_camel(g->name), *ints = acsl_choices(w->p, "integer ", ""),
		   *names = acsl_choices(w->p, "", "");

	acsl_says(f, &g->at, 1);
	if (g->kind == GUARANTEE_POINT) {
		fprintf(f, "    predicate %sHolds(%s c, %s e, %s, integer by) =\n      %s;\n\n", name, w->context,
			w->event, ints, acsl_truth(&s, g->holds));
		return;
	}
	fprintf(f, "    predicate %sCounts(%s c, %s e, %s, integer by) =\n      %s;\n\n", name, w->context, w->event,
		ints, acsl_truth(&s, g->holds));
	if (g->cmp == EXPR_GE) { /* there is always room; once the window is full, enough must count */
		fprintf(f, "    predicate %sRoom(%s c) = \\true;\n\n", name, w->context);
		fprintf(f,
			"    predicate %sHolds(%s c, %s e, %s, integer by) =\n"
			"      %s.seen < %s - 1 || (%sCounts(c, e, %s, by) ? Rest(%s) + 1 >= %s : Rest(%s) >= %s);\n\n",
			name, w->context, w->event, ints, guarantee_path(g, "c."), c_integer(g->events), name, names,
			guarantee_path(g, "c."), c_integer(g->limit), guarantee_path(g, "c."), c_integer(g->limit));
		return;
	}
	if (g->kind == GUARANTEE_COUNT)
		fprintf(f, "    predicate %sRoom(%s c) = Rest(%s) + 1 <= %s;\n\n", name, w->context,
			guarantee_path(g, "c."), c_integer(g->limit));
	else
		fprintf(f, "    predicate %sRoom(%s c) = Recent(%s, c.now) + 1 <= %s;\n\n", name, w->context,
			guarantee_path(g, "c."), c_integer(g->limit));
	fprintf(f, "    predicate %sHolds(%s c, %s e, %s, integer by) = %sCounts(c, e, %s, by) ==> %sRoom(c);\n\n",
		name, w->context, w->event, ints, name, names, name);
}

static void lawful(FILE *f, const struct words *w)
{
	const char *ints = acsl_choices(w->p, "integer ", ""), *names = acsl_choices(w->p, "", "");
	struct conjunction c;

	fprintf(f, "    predicate Lawful(%s c, %s e, %s, integer by) =\n      ", w->context, w->event, ints);
	conj_open(&c, f, 6, 6);
	for (int i = 0; i < w->p->guarantees.n; i++)
		conj_part(&c, arena_printf("%sHolds(c, e, %s, by)", c_camel(w->p->guarantees.at[i]->name), names));
	conj_close(&c, ";\n\n");
	if (w->candidates && !w->record)
		fprintf(f,
			"    predicate MayLearn(%s c, %s e, integer i) =\n      Need(c, e, i) && Lawful(c, e, i, %s);\n\n",
			w->context, w->event, c_by(w->p, BY_LEARNED));
}

/* ---- answers ---- */

static void answers(FILE *f, const struct words *w)
{
	const struct model *m = w->p->models.n ? w->p->models.at[0] : NULL;
	const char *in_range;

	if (!m) {
		fprintf(f, "    predicate Answered(%s q, %s a) = \\true;\n\n", w->ask, w->answers);
		return;
	}
	in_range = m->classes ? arena_printf("< %s", c_unsaid(w->p)) : arena_printf("<= %s", c_integer(m->type.hi));
	if (m->each) {
		fprintf(f, "    logic integer Answer%s(%s q, %s a, integer i) = q.asked[i] == 1 ? a.%s[i] : -1;\n\n",
			c_camel(m->name), w->ask, w->answers, m->name);
		acsl_says(f, &m->at, 1);
		fprintf(f,
			"    predicate Answered(%s q, %s a) =\n"
			"      a.answered != 0 && \\forall integer i; 0 <= i < %s.%s_n && q.asked[i] == 1 ==> %s <= a.%s[i] %s;\n\n",
			w->ask, w->answers, w->submit, m->each->name, c_integer(m->classes ? 0 : m->type.lo), m->name,
			in_range);
		return;
	}
	fprintf(f, "    logic integer Answer%s(%s q, %s a) = q.asked == 1 ? a.%s : -1;\n\n", c_camel(m->name), w->ask,
		w->answers, m->name);
	acsl_says(f, &m->at, 1);
	fprintf(f,
		"    predicate Answered(%s q, %s a) =\n      a.answered != 0 && (q.asked == 1 ==> %s <= a.%s %s);\n\n",
		w->ask, w->answers, c_integer(m->classes ? 0 : m->type.lo), m->name, in_range);
}

/* ---- the rules ---- */

struct rule { /* learned or fallback, of one part */
	const struct words *w;
	const struct part *part;
	bool learned;
	const char *name; /* LegLearned */
	const char *
		parameters; /* without the choice: "struct io_route c, struct io_route_ask q, struct io_route_answers a" */
	const char *arguments; /* "c, q, a" */
	int nodes;	       /* choices of a candidate seen so far */
};

static bool is_choice(const struct expr *e)
{
	return e->op == EXPR_FIRST || e->op == EXPR_ARGMIN || e->op == EXPR_ARGMAX;
}

/* Which candidates take part in any choice of the rule. */
static const char *base(const struct rule *r, const char *i)
{
	return arena_printf("%s(c, %s, %s)", r->learned && !r->w->record ? "MayLearn" : "Need", r->w->submit, i);
}

/* The predicates of each choice, in the rule's order: who takes part, how it scores, which it is, that there is
 * none. */
static void choice_nodes(FILE *f, struct rule *r, const struct expr *e)
{
	struct scene s = over_ask(r->w);
	const struct expr *where;
	const char *node;

	if (!e)
		return;
	if (!is_choice(e)) {
		if (e->op == EXPR_IF) {
			choice_nodes(f, r, e->b);
			choice_nodes(f, r, e->c);
		}
		return;
	}
	node = arena_printf("%s%d", r->name, ++r->nodes);
	where = e->b;
	fprintf(f, "    // %s\n    predicate %s(%s, integer i) =\n      %s", show_expr(e), node, r->parameters,
		base(r, "i"));
	if (where)
		fprintf(f, " && %s", acsl_truth(&s, where));
	fputs(";\n\n", f);
	if (e->op == EXPR_FIRST) {
		fprintf(f,
			"    predicate %sIs(%s, integer r) =\n"
			"      0 <= r < %s && %s(%s, r) && \\forall integer j; 0 <= j < r ==> !%s(%s, j);\n\n",
			node, r->parameters, r->w->max, node, r->arguments, node, r->arguments);
	} else {
		const char *cmp = e->op == EXPR_ARGMIN ? "<" : ">";

		fprintf(f, "    logic integer %sScore(%s, integer i) = %s;\n\n", node, r->parameters,
			acsl_term(&s, e->a));
		fprintf(f,
			"    predicate %sIs(%s, integer r) =\n"
			"      0 <= r < %s && %s(%s, r) && \\forall integer j; 0 <= j < %s && %s(%s, j) ==>\n"
			"        %sScore(%s, r) %s= %sScore(%s, j) && (j < r ==> %sScore(%s, r) %s %sScore(%s, j));\n\n",
			node, r->parameters, r->w->max, node, r->arguments, r->w->max, node, r->arguments, node,
			r->arguments, cmp, node, r->arguments, node, r->arguments, cmp, node, r->arguments);
	}
	fprintf(f, "    predicate %sNone(%s) = \\forall integer j; 0 <= j < %s ==> !%s(%s, j);\n\n", node,
		r->parameters, r->w->max, node, r->arguments);
	choice_nodes(f, r, e->c);
}

/* e chooses r; numbers the choices as choice_nodes did. */
static const char *chooses(struct rule *r, const struct expr *e)
{
	struct scene s = over_ask(r->w);

	if (e->op == EXPR_IF) {
		const char *then = chooses(r, e->b);

		return arena_printf("(%s ? %s : %s)", acsl_atom(&s, e->a), then, chooses(r, e->c));
	}
	if (is_choice(e)) {
		const char *is = arena_printf("%s%dIs(%s, r)", r->name, r->nodes + 1, r->arguments);
		const char *none = arena_printf("%s%dNone(%s)", r->name, r->nodes + 1, r->arguments);

		r->nodes++;
		return e->c ? arena_printf("(%s || (%s && %s))", is, none, chooses(r, e->c)) : is;
	}
	if (r->part->kind == PART_CANDIDATE)
		return arena_printf("(r == %s && %s)", acsl_term(&s, e), base(r, "r"));
	return arena_printf("r == %s", acsl_term(&s, e));
}

/* e chooses nothing */
static const char *chooses_none(struct rule *r, const struct expr *e)
{
	struct scene s = over_ask(r->w);

	if (e->op == EXPR_IF) {
		const char *then = chooses_none(r, e->b);

		return arena_printf("(%s ? %s : %s)", acsl_atom(&s, e->a), then, chooses_none(r, e->c));
	}
	if (is_choice(e)) {
		const char *none = arena_printf("%s%dNone(%s)", r->name, ++r->nodes, r->arguments);

		return e->c ? arena_printf("(%s && %s)", none, chooses_none(r, e->c)) : none;
	}
	return arena_printf("!%s", base(r, acsl_term(&s, e)));
}

static struct rule rule_of(const struct words *w, const struct part *part, bool learned)
{
	return (struct rule){
		.w = w,
		.part = part,
		.learned = learned,
		.name = arena_printf("%s%s", c_camel(part->name), learned ? "Learned" : "Fallback"),
		.parameters = learned ? arena_printf("%s c, %s q, %s a", w->context, w->ask, w->answers)
				      : arena_printf("%s c, %s q", w->context, w->ask),
		.arguments = learned ? "c, q, a" : "c, q",
	};
}

static void candidate_rule(FILE *f, const struct words *w, bool learned)
{
	struct rule r = rule_of(w, w->part, learned);
	const struct expr *e = learned ? w->part->learned : w->part->fallback;

	choice_nodes(f, &r, e);
	acsl_says(f, learned ? &w->d->learned_at : &w->d->fallback_at, 1);
	r.nodes = 0;
	fprintf(f, "    predicate %s(%s, integer r) =\n      %s;\n\n", r.name, r.parameters, chooses(&r, e));
	r.nodes = 0;
	fprintf(f, "    predicate %sNone(%s) =\n      %s;\n\n", r.name, r.parameters, chooses_none(&r, e));
}

/* A class: the rule names it; the learned one must be lawful as a whole. */
static void class_rule(FILE *f, const struct words *w, bool learned)
{
	struct rule r = rule_of(w, w->part, learned);
	struct scene s = over_ask(w);

	acsl_says(f, learned ? &w->d->learned_at : &w->d->fallback_at, 1);
	fprintf(f, "    logic integer %sIs(%s) = %s;\n\n", r.name, r.parameters,
		acsl_term(&s, learned ? w->part->learned : w->part->fallback));
	fprintf(f, "    predicate %s(%s, integer r) =\n      Need(c, %s) && r == %sIs(%s)", r.name, r.parameters,
		w->submit, r.name, r.arguments);
	if (learned)
		fprintf(f, " && 0 <= r <= %s && Lawful(c, %s, r, %s)", c_integer(w->part->type.hi), w->submit,
			c_by(w->p, BY_LEARNED));
	fputs(";\n\n", f);
	if (!learned)
		fprintf(f, "    predicate %sNone(%s) = !Need(c, %s);\n\n", r.name, r.parameters, w->submit);
}

/* A number: the rule's, on its grid; the learned one is then held within what the guarantees leave. r is a step of the
 * grid, the fallback's the number itself. */
static void number_rule(FILE *f, const struct words *w, bool learned)
{
	struct rule r = rule_of(w, w->part, learned);
	struct scene s = over_ask(w);
	const char *name = c_camel(w->part->name), *steps = c_steps(w->p, w->part);

	if (learned) {
		acsl_number_words(f, w->p, w->part);
		fprintf(f,
			"    // learned may decide the number of step s; with its range, so that it speaks of s whatever the guarantees read\n"
			"    predicate %sLawful(%s c, %s e, integer s) = 0 <= s < %s && Lawful(c, e, %s, %s);\n\n"
			"    // the lawful number nearest to that of step s\n"
			"    predicate %sHeld(%s c, %s e, integer s, integer r) =\n"
			"      %sLawful(c, e, r) && \\forall integer t; r < t <= s || s <= t < r ==> !%sLawful(c, e, t);\n\n"
			"    predicate %sHeldNone(%s c, %s e) = \\forall integer t; !%sLawful(c, e, t);\n\n",
			name, w->context, w->event, steps, acsl_at(w->part, "s"), c_by(w->p, BY_LEARNED), name,
			w->context, w->event, name, name, name, w->context, w->event, name);
	}
	acsl_says(f, learned ? &w->d->learned_at : &w->d->fallback_at, 1);
	fprintf(f, "    logic integer %sIs(%s) = %s;\n\n", r.name, r.parameters,
		acsl_term(&s, learned ? w->part->learned : w->part->fallback));
	if (learned) {
		fprintf(f,
			"    predicate %s(%s, integer r) =\n      Need(c, %s) && %sHeld(c, %s, %sStep(%sIs(%s)), r);\n\n",
			r.name, r.parameters, w->submit, name, w->submit, name, r.name, r.arguments);
		return;
	}
	fprintf(f, "    predicate %s(%s, integer r) =\n      Need(c, %s) && r == %s;\n\n", r.name, r.parameters,
		w->submit, acsl_at(w->part, arena_printf("%sStep(%sIs(%s))", name, r.name, r.arguments)));
	fprintf(f, "    predicate %sNone(%s) = !Need(c, %s);\n\n", r.name, r.parameters, w->submit);
}

/* ---- a record ---- */

/* A part that is no candidate: r is what its rule names, a class or a number on its grid. */
static void plain_part_rule(FILE *f, const struct words *w, const struct part *part, bool learned)
{
	struct rule r = rule_of(w, part, learned);
	struct scene s = over_ask(w);
	bool number = part->kind == PART_NUMBER;

	if (number && learned)
		acsl_number_words(f, w->p, part);
	acsl_says(f, learned ? &w->d->learned_at : &w->d->fallback_at, 1);
	fprintf(f, "    logic integer %sIs(%s) = %s;\n\n", r.name, r.parameters,
		acsl_term(&s, learned ? part->learned : part->fallback));
	if (number)
		fprintf(f, "    predicate %s(%s, integer r) = r == %s;\n\n", r.name, r.parameters,
			acsl_at(part, arena_printf("%sStep(%sIs(%s))", c_camel(part->name), r.name, r.arguments)));
	else
		fprintf(f, "    predicate %s(%s, integer r) = r == %sIs(%s) && 0 <= r <= %s;\n\n", r.name, r.parameters,
			r.name, r.arguments, c_integer(part->type.hi));
}

/* Every part by its own rule; the learned record is lawful as a whole. */
static void record_rule(FILE *f, const struct words *w, bool learned)
{
	struct rule r = rule_of(w, w->part, learned);
	const char *name = arena_printf("%s%s", c_camel(decision_word(w->p)), learned ? "Learned" : "Fallback");
	struct conjunction c;

	for (int i = 0; i < w->d->parts.n; i++) {
		if (w->d->parts.at[i].kind == PART_CANDIDATE)
			candidate_rule(f, w, learned);
		else
			plain_part_rule(f, w, &w->d->parts.at[i], learned);
	}
	fprintf(f, "    predicate %s(%s, %s) =\n      ", name, r.parameters, acsl_choices(w->p, "integer ", ""));
	conj_open(&c, f, 6, 6);
	if (!w->candidates)
		conj_part(&c, arena_printf("Need(c, %s)", w->submit));
	for (int i = 0; i < w->d->parts.n; i++)
		conj_part(&c,
			arena_printf("%s%s(%s, %s)", c_camel(w->d->parts.at[i].name), learned ? "Learned" : "Fallback",
				r.arguments, w->d->parts.at[i].name));
	if (learned)
		conj_part(&c,
			arena_printf("Lawful(c, %s, %s, %s)", w->submit, acsl_choices(w->p, "", ""),
				c_by(w->p, BY_LEARNED)));
	conj_close(&c, ";\n\n");
	if (!learned)
		fprintf(f, "    predicate %sNone(%s) = %s;\n\n", name, r.parameters,
			w->candidates ? arena_printf("%sNone(%s)", r.name, r.arguments)
				      : arena_printf("!Need(c, %s)", w->submit));
}

/* ---- what the shield makes of it ---- */

/* Which guardrails that fall back are tripped: over the decision, and over a candidate. */
static void tripped(FILE *f, const struct words *w)
{
	struct conjunction c;

	fprintf(f,
		"    // a guardrail that falls back stands over this decision\n    predicate TrippedAll(%s c, %s q) =\n      ",
		w->context, w->ask);
	conj_open(&c, f, 6, 6);
	c.op = " ||";
	for (int i = 0; i < w->p->guardrails.n; i++) {
		const struct guardrail *g = w->p->guardrails.at[i];

		if (guardrail_falls_back(g) && !g->key)
			conj_part(&c, arena_printf("%s.tripped == 1", guardrail_path(g, "c.", NULL)));
	}
	if (c.parts == 0)
		fputs("\\false;\n\n", f);
	else
		conj_close(&c, ";\n\n");
	if (!w->candidates)
		return;
	fprintf(f, "    // .. over this candidate\n    predicate TrippedOver(%s c, %s q, integer i) =\n      ",
		w->context, w->ask);
	conj_open(&c, f, 6, 6);
	c.op = " ||";
	for (int i = 0; i < w->p->guardrails.n; i++) {
		const struct guardrail *g = w->p->guardrails.at[i];
		const struct field *key = guardrail_falls_back(g) ? record_key(w->part->list, g->key) : NULL;

		if (key)
			conj_part(&c,
				arena_printf("%s.tripped == 1",
					guardrail_path(g, "c.",
						arena_printf(
							"%s.%s[i].%s", w->submit, w->part->list->name, key->name))));
	}
	if (c.parts == 0)
		fputs("\\false;\n\n", f);
	else
		conj_close(&c, ";\n\n");
}

static bool probes(const struct words *w)
{
	return over_kept(w->p) && w->p->models.at[0]->probe;
}

/* What is chosen was asked though a guardrail was tripped over it: for this ticket none counts as tripped. */
static void probed(FILE *f, const struct words *w)
{
	const char *which = "";

	if (!probes(w))
		return;
	if (w->p->models.at[0]->each)
		which = w->candidates ? "[r]" : "[0]";
	fprintf(f, "    predicate Probed(%s q, integer r) = q.asked%s == 1 && q.over%s%s != 0;\n\n", w->ask, which,
		*which ? ".at" : "", which);
}

/* A choice as predicates quantify over it: `r`, of a number a step; of a record its parts by their names. */
static const char *quantified(const struct words *w)
{
	return w->record ? acsl_choices(w->p, "integer ", "") : "integer r";
}

static const char *choice(const struct words *w)
{
	return w->record ? acsl_choices(w->p, "", "") : "r";
}

/* The decision is that choice. */
static const char *is_choice_of(const struct words *w)
{
	const char *all = "";

	if (!w->record)
		return arena_printf(
			"d.%s == %s", w->part->name, w->part->kind == PART_NUMBER ? acsl_at(w->part, "r") : "r");
	for (int i = 0; i < w->d->parts.n; i++)
		all = arena_printf(
			"%s%sd.%s == %s", all, i ? " && " : "", w->d->parts.at[i].name, w->d->parts.at[i].name);
	return all;
}

/* The shield lets learned choose nothing else; what is owed of the fallback under assumptions, while these hold. */
static const char *owed(const struct words *w, const struct guarantee *g)
{
	if (!g->under.n)
		return "";
	return arena_printf(" && (d.by == %s || (%sUnder(c, %s)%s))", c_by(w->p, BY_LEARNED), c_camel(g->name),
		w->submit,
		clean_kept(g) ? arena_printf(" && %s >= %s", clean_path(g, "c."), c_integer(g->events - 1)) : "");
}

static void chosen(FILE *f, const struct words *w)
{
	const char *name = c_camel(decision_word(w->p)), *members = acsl_choices(w->p, "", "d."),
		   *one = w->record ? w->part->name : "r";
	const char *four = arena_printf("%s c, %s q, %s a, %s d", w->context, w->ask, w->answers, w->decision);
	const char *learned = c_by(w->p, BY_LEARNED), *shield = c_by(w->p, BY_SHIELD),
		   *fallback = c_by(w->p, BY_FALLBACK), *pass = c_by(w->p, BY_PASS),
		   *clear = w->candidates ? arena_printf(" && !TrippedOver(c, q, %s)", one) : "";
	const char *none = arena_printf("(\\forall %s; !Transparent(c, q, a, %s))", quantified(w), choice(w));

	probed(f, w);
	fprintf(f,
		"    predicate Transparent(%s c, %s q, %s a, %s) =\n"
		"      %sAnswered(q, a) && %sLearned(c, q, a, %s)%s;\n\n",
		w->context, w->ask, w->answers, quantified(w),
		probes(w) ? arena_printf("(Probed(q, %s) || (!TrippedAll(c, q)%s)) && ", one, clear)
			  : "!TrippedAll(c, q) && ",
		name, choice(w), probes(w) ? "" : clear);
	fprintf(f,
		"    predicate %sTransparent(%s) =\n"
		"      \\forall %s; Transparent(c, q, a, %s) ==> d.by == %s && %s;\n\n",
		name, four, quantified(w), choice(w), learned, is_choice_of(w));
	fprintf(f,
		"    predicate %sShielded(%s) =\n"
		"      !TrippedAll(c, q) && %s && !%sFallbackNone(c, q) ==>\n"
		"        d.by == %s && %sFallback(c, q, %s);\n\n",
		name, four, none, name, shield, name, members);
	fprintf(f,
		"    predicate %sTripped(%s) =\n"
		"      TrippedAll(c, q) && %s%s!%sFallbackNone(c, q) ==> d.by == %s && %sFallback(c, q, %s);\n\n",
		name, four, probes(w) ? none : "", probes(w) ? " && " : "", name, fallback, name, members);
	fprintf(f,
		"    predicate %sPass(%s) =\n"
		"      %s && %sFallbackNone(c, q) ==> d.by == %s;\n\n",
		name, four, none, name, pass);
	fprintf(f,
		"    predicate %sChosen(%s) =\n      %sTransparent(c, q, a, d) && %sShielded(c, q, a, d) && %sTripped(c, q, a, d) && "
		"%sPass(c, q, a, d);\n\n",
		name, four, name, name, name, name);
	for (int i = 0; i < w->p->guarantees.n; i++) {
		const struct guarantee *g = w->p->guarantees.at[i];

		fprintf(f, "    predicate %s(%s c, %s q, %s d) =\n      d.by != %s%s ==> %sHolds(c, %s, %s, d.by);\n\n",
			c_camel(g->name), w->context, w->ask, w->decision, pass, owed(w, g), c_camel(g->name),
			w->submit, acsl_choices(w->p, "", "d."));
	}
}

/* ---- what is recorded ---- */

/* One more decision at which the assumptions held, or none. */
static const char *clean_step(const struct words *w, const struct guarantee *g)
{
	const char *o = clean_path(g, "o."), *n = clean_path(g, "n.");

	if (!clean_kept(g))
		return "";
	return arena_printf(" &&\n      (d.by == %s ? %s == %s : (%sUnder(o, e) ? %s == AtMost(%s + 1, %s) : %s == 0))",
		c_by(w->p, BY_PASS), n, o, c_camel(g->name), n, o, c_integer(g->events), n);
}

const char *acsl_counted_members(const struct guarantee *g, const char *n)
{
	const char *clean = clean_kept(g) ? arena_printf(".%s = %s, ", clean_path(g, ""), clean_path(g, n)) : "";

	return arena_printf(".%s = %s, %s", c_member(g->name), guarantee_path(g, n), clean);
}

static void recorded(FILE *f, const struct words *w)
{
	const char *pass = c_by(w->p, BY_PASS);

	for (int i = 0; i < w->p->guarantees.n; i++) {
		const struct guarantee *g = w->p->guarantees.at[i];
		const char *o = guarantee_path(g, "o."), *n = guarantee_path(g, "n.");

		if (g->kind == GUARANTEE_POINT)
			continue;
		fprintf(f,
			"    predicate %sRecorded(%s o, %s n, %s e, %s d) =\n"
			"      (d.by == %s ? %s == %s :\n"
			"        (%sCounts(o, e, %s, d.by) ? %s : %s))%s;\n\n",
			c_camel(g->name), w->context, w->context, w->event, w->decision, pass, n, o, c_camel(g->name),
			acsl_choices(w->p, "", "d."),
			arena_printf("Pushed(%s, %s%s, 1)", o, n, g->kind == GUARANTEE_COUNT ? "" : ", o.now"),
			arena_printf("Pushed(%s, %s%s, 0)", o, n, g->kind == GUARANTEE_COUNT ? "" : ", o.now"),
			clean_step(w, g));
	}
	fprintf(f,
		"    predicate Exhausted(%s o, %s n, %s d) =\n"
		"      (d.by == %s ? n.count == {o.count \\with .exhausted = (u32)Counted(o.count.exhausted)} : n.count == o.count);\n\n",
		w->context, w->context, w->decision, pass);
	fprintf(f, "    predicate RecordedRest(%s o, %s n) =\n      Same(n, {o \\with ", w->context, w->context);
	for (int i = 0; i < w->p->guarantees.n; i++)
		if (w->p->guarantees.at[i]->kind != GUARANTEE_POINT)
			fputs(acsl_counted_members(w->p->guarantees.at[i], "n."), f);
	fputs(".count = n.count});\n\n", f);
}

/* said[key] of a model with one vector a candidate: the answer of the last candidate of that key, or none of the
 * classes */
static void heard(FILE *f, const struct words *w, const struct model *m)
{
	const struct field *list = m->each, *field = list ? remembered_key(m) : NULL;
	const struct key *k;
	const char *unsaid, *of;

	unsaid = c_unsaid(w->p);
	if (!field) {
		fprintf(f,
			"    // %s is the answer, or none of the classes\n"
			"    logic integer Said(%s q, %s a) = a.answered != 0 && q.asked == 1 && 0 <= a.%s < %s ? a.%s : %s;\n\n"
			"    predicate Heard(%s o, %s n, %s q, %s a) = Same(n, {o \\with .said_%s = (u8)Said(q, a)});\n\n",
			m->name, w->ask, w->answers, m->name, unsaid, m->name, unsaid, w->context, w->context, w->ask,
			w->answers, m->name);
		return;
	}
	k = field->type.key;
	of = arena_printf("%s.%s[i].%s", w->submit, list->name, field->name);
	fprintf(f,
		"    // %s[%s] is the answer, or none of the classes\n"
		"    logic integer Said(%s q, %s a, integer i) =\n"
		"      a.answered != 0 && q.asked[i] == 1 && 0 <= a.%s[i] < %s ? a.%s[i] : %s;\n\n",
		m->name, k->name, w->ask, w->answers, m->name, unsaid, m->name, unsaid);
	fprintf(f,
		"    predicate SaidLast(%s e, integer i, integer n) =\n"
		"      \\forall integer j; i < j < n ==> e.%s[j].%s != e.%s[i].%s;\n\n",
		w->event, list->name, field->name, list->name, field->name);
	fprintf(f,
		"    predicate SaidBefore(%s n, %s q, %s a, integer m) =\n"
		"      \\forall integer i; 0 <= i < m && SaidLast(%s, i, m) ==> %s == Said(q, a, i);\n\n",
		w->context, w->ask, w->answers, w->submit, said_path(m, k, "n.", of));
	fprintf(f,
		"    predicate SaidKept(%s o, %s n, %s e, integer m) =\n"
		"      \\forall integer k; 0 <= k < %s ==>\n"
		"        ((\\forall integer j; 0 <= j < m ==> e.%s[j].%s != k) ==> %s == %s) &&\n"
		"        Same(%s, {%s \\with .said_%s = %s});\n\n",
		w->context, w->context, w->event, c_keys(w->p, k), list->name, field->name, said_path(m, k, "n.", "k"),
		said_path(m, k, "o.", "k"), key_path("n.", k, "k"), key_path("o.", k, "k"), m->name,
		said_path(m, k, "n.", "k"));
	fprintf(f, "    predicate SaidRest(%s o, %s n) = Same(n, {o \\with .%s = n.%s});\n\n", w->context, w->context,
		c_member(k->name), c_member(k->name));
	fprintf(f,
		"    predicate Heard(%s o, %s n, %s q, %s a) =\n"
		"      SaidBefore(n, q, a, %s.%s_n) && SaidKept(o, n, %s, %s.%s_n) && SaidRest(o, n);\n\n",
		w->context, w->context, w->ask, w->answers, w->submit, list->name, w->submit, w->submit, list->name);
}

static void tickets(FILE *f, const struct words *w)
{
	fprintf(f,
		"    predicate Named(%s c, integer s, integer ticket, integer now) =\n"
		"      0 <= s < %s && ticket != 0 && c.tickets.ticket[s] == ticket &&\n"
		"      Live(c.tickets, s, Later(c.now, now), %s);\n\n"
		"    predicate Stale(%s c, integer ticket, integer now) = \\forall integer s; !Named(c, s, ticket, now);\n\n"
		"    predicate Shut(%s o, %s n, integer slot) =\n"
		"      Closed(o.tickets, n.tickets, slot) && Same(n, {o \\with .tickets = n.tickets});\n",
		w->context, c_macro(w->p, "tickets"), c_integer(w->d->timeout), w->context, w->context, w->context);
}

void acsl_decision(FILE *f, const struct policy *p)
{
	struct words w = words_of(p);

	fputs("/*@\n", f);
	need(f, &w);
	for (int i = 0; i < p->assumptions.n; i++)
		assumption(f, &w, p->assumptions.at[i]);
	for (int i = 0; i < p->guarantees.n; i++) {
		under(f, &w, p->guarantees.at[i]);
		guarantee(f, &w, p->guarantees.at[i]);
	}
	lawful(f, &w);
	answers(f, &w);
	for (int learned = 1; learned >= 0; learned--) {
		if (w.record)
			record_rule(f, &w, learned);
		else if (w.candidates)
			candidate_rule(f, &w, learned);
		else if (w.part->kind == PART_NUMBER)
			number_rule(f, &w, learned);
		else
			class_rule(f, &w, learned);
	}
	tripped(f, &w);
	chosen(f, &w);
	recorded(f, &w);
	for (int i = 0; i < p->models.n; i++)
		if (p->models.at[i]->remembered)
			heard(f, &w, p->models.at[i]);
	tickets(f, &w);
	fputs("*/\n", f);
}
