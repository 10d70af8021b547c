/* A number that is decided: what its grid is, what the rules make of it, and the contracts of the functions that hold
 * it within what the guarantees leave. */
#include "acsl.h"

/* ---- what a part may be ---- */

const char *acsl_part_in_range(const struct policy *p, const struct part *part, const char *value, const char *event)
{
	const char *all;

	(void)p;
	if (part->kind == PART_CANDIDATE)
		return arena_printf("%s < %s%s_n", value, event, part->list->name);
	if (part->kind == PART_CLASS)
		return arena_printf("%s <= %s", value, c_integer(part->type.hi));
	all = part->type.lo == 0
		? arena_printf("%s <= %s", value, c_integer(part->type.hi))
		: arena_printf("%s <= %s <= %s", c_integer(part->type.lo), value, c_integer(part->type.hi));
	if (part->step == 1)
		return all;
	if (part->type.lo == 0)
		return arena_printf("%s && %s %% %s == 0", all, value, c_integer(part->step));
	return arena_printf("%s && (%s - %s) %% %s == 0", all, value,
		part->type.lo < 0 ? arena_printf("(%s)", c_integer(part->type.lo)) : c_integer(part->type.lo),
		c_integer(part->step));
}

const char *acsl_choices(const struct policy *p, const char *before, const char *prefix)
{
	const char *all = "";

	for (int i = 0; i < p->decision->parts.n; i++)
		all = arena_printf("%s%s%s%s%s", all, i ? ", " : "", before, prefix, p->decision->parts.at[i].name);
	return all;
}

const char *acsl_decision_in_range(const struct policy *p, const char *d, const char *event)
{
	const char *all = "";

	for (int i = 0; i < p->decision->parts.n; i++) {
		const struct part *part = &p->decision->parts.at[i];

		all = arena_printf("%s%s%s", all, i ? " && " : "",
			acsl_part_in_range(p, part, arena_printf("%s%s", d, part->name), event));
	}
	return all;
}

/* ---- words ---- */

const char *acsl_at(const struct part *part, const char *step)
{
	return arena_printf("%sAt(%s)", c_camel(part->name), step);
}

/* The grid: the number of a step, and the step of a number that is brought into range and down onto the grid. */
void acsl_number_words(FILE *f, const struct policy *p, const struct part *part)
{
	const char *name = c_camel(part->name), *lo = c_integer(part->type.lo);

	(void)p;
	fprintf(f,
		"    // %s, as numbers and as steps\n"
		"    logic integer %sAt(integer s) = %s + %s * s;\n\n"
		"    logic integer %sStep(integer x) = GridStep(x, %s, %s, %s);\n\n",
		policy_line(part->at), name, lo, c_integer(part->step), name, lo, c_integer(part->type.hi),
		c_integer(part->step));
}

/* ---- contracts ---- */

static const char *submit_of(const struct policy *p)
{
	return arena_printf("(*c).ask[slot].%s", p->decision->on->name);
}

static void open(FILE *f, const struct policy *p, const char *valid, const char *apart, const char *more)
{
	fprintf(f, "/*@ requires valid: %s;\n", valid);
	if (*apart)
		fprintf(f, "    requires apart: \\separated(%s);\n", apart);
	fprintf(f, "    requires ok: CtxOk(*c);\n    requires slot: slot < %s && c->tickets.ticket[slot] != 0%s;\n",
		c_macro(p, "tickets"), more);
}

void acsl_number_rule(FILE *f, const struct policy *p, const struct part *part, bool learned)
{
	const char *name = c_camel(part->name);

	open(f, p, learned ? "\\valid_read(c) && \\valid_read(a)" : "\\valid_read(c)", learned ? "c, a" : "", "");
	fprintf(f,
		"    assigns \\nothing;\n"
		"    ensures range: \\result < %s;\n"
		"    ensures %s: \\result == %sStep(%s%sIs(*c, (*c).ask[slot]%s));\n"
		"*/\n",
		c_steps(p, part), learned ? "learned" : "fallback", name, name, learned ? "Learned" : "Fallback",
		learned ? ", *a" : "");
}

void acsl_leaves(FILE *f, const struct policy *p, const struct guarantee *g)
{
	const struct part *part = &p->decision->parts.at[0];

	open(f, p, "\\valid_read(c) && \\valid(w)", "c, w", "");
	fprintf(f,
		"    assigns *w;\n"
		"    ensures end: w->end <= \\old(w->end);\n"
		"    ensures leaves: \\forall integer s; 0 <= s < %s ==>\n"
		"      (InStretch(*w, s) <==> InStretch(\\old(*w), s) && %sHolds(*c, %s, %s, %s));\n"
		"*/\n",
		c_steps(p, part), c_camel(g->name), submit_of(p), acsl_at(part, "s"), c_by(p, BY_LEARNED));
}

void acsl_hold(FILE *f, const struct policy *p)
{
	const struct part *part = &p->decision->parts.at[0];
	const char *steps = c_steps(p, part), *name = c_camel(part->name), *submit = submit_of(p);

	open(f, p, "\\valid_read(c)", "", arena_printf(" && s < %s", steps));
	fprintf(f,
		"    assigns \\nothing;\n"
		"    ensures held: \\result < %s ==> %sHeld(*c, %s, s, \\result);\n"
		"    ensures only: \\forall integer t; %sHeld(*c, %s, s, t) ==> t == \\result;\n"
		"    ensures none: \\result >= %s ==> \\result == %s && %sHeldNone(*c, %s);\n"
		"*/\n",
		steps, name, submit, name, submit, steps, steps, name, submit);
}

const char *acsl_interval(const struct policy *p)
{
	const struct part *part = &p->decision->parts.at[0];

	return arena_printf("interval: \\forall integer s; 0 <= s < %s ==> (InStretch(w, s) <==> %sLawful(*c, %s, s))",
		c_steps(p, part), c_camel(part->name), submit_of(p));
}

const char *acsl_lawful_step(const struct policy *p)
{
	const struct part *part = &p->decision->parts.at[0];

	return arena_printf(
		"lawful: s < %s ==> %sLawful(*c, %s, s)", c_steps(p, part), c_camel(part->name), submit_of(p));
}
