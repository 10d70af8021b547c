/* A decision of several parts: each by its own rule, and the record lawful or not as a whole. The record that is being
 * made lies in the decision d: a choice of more parts than C passes well. */
#include "sight.h"

ROLE(says_record_lawful, acsl_record_lawful(f, p))
ROLE(says_record_rule, acsl_record_rule(f, p, r->learned))

static struct sight of_part(const struct sight *s, const struct part *part)
{
	struct sight one = *s;

	one.part = part;
	return one;
}

static void record_lawful(struct sight *s)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static bool %s(const struct %s *c, u32 slot, const %s)", word_function(s, "lawful"),
			s->name, s->decision),
		NULL, false, (struct ir_role){.print = says_record_lawful});

	if (!s->p->guarantees.n) {
		ir_do(&f->body, "(void)c");
		ir_do(&f->body, "(void)d");
	}
	bound_slot(s, &f->body);
	lower_lawful_steps(s, &f->body, BY_LEARNED);
}

/* One part into d; where its rule finds none, the record is none. */
static void set_part(const struct sight *s, struct ir_block *b, bool learned)
{
	const struct part *part = s->part;
	const char *path = arena_printf("d->%s", part->name),
		   *rule = part_function(s, learned ? "learned" : "fallback");
	const char *arguments =
		arena_printf("c, slot%s%s", learned ? ", a" : "", part->kind == PART_CANDIDATE ? ", &d->choice" : "");
	struct ir_value *found = NULL;

	if (part->kind == PART_NUMBER) {
		ir_set(b, "s", ir_call(rule, 64, 0, part_steps(part) - 1, arguments));
		ir_set(b, path, lower_number_at(part, "s"));
		return;
	}
	ir_set(b, path, ir_call(rule, 32, 0, UINT32_MAX, arguments));
	if (part->kind == PART_CANDIDATE)
		found = ir_binary(IR_LT, ir_load(path, 32, 0, UINT32_MAX), ir_named(s->max, 1));
	else if (learned && class_may_be_none(part->learned))
		found = ir_binary(IR_LE, ir_load(path, 32, 0, UINT32_MAX), ir_const(part->type.hi));
	if (found)
		ir_return(&ir_if(b, lower_not(found))->body, ir_named("false", 0));
}

static bool has_number(const struct decision *d)
{
	for (int i = 0; i < d->parts.n; i++)
		if (d->parts.at[i].kind == PART_NUMBER)
			return true;
	return false;
}

/* The record by the rules, into d; false: there is none, or, of the learned one, it is not lawful. */
static void record_rule(struct sight *s, bool learned)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static bool %s(const struct %s *c, u32 slot%s, %s)",
			word_function(s, learned ? "learned" : "fallback"), s->name,
			learned ? arena_printf(", %s", s->answers) : "", s->decision),
		NULL, false, (struct ir_role){.print = says_record_rule, .learned = learned});

	if (has_number(s->d)) {
		ir_local(&f->body, "u64 s", NULL);
		ir_gap(&f->body);
	}
	for (int i = 0; i < s->d->parts.n; i++) {
		struct sight one = of_part(s, &s->d->parts.at[i]);

		set_part(&one, &f->body, learned);
	}
	ir_return(&f->body, learned ? ir_call(word_function(s, "lawful"), 1, 0, 1, "c, slot, d") : ir_named("true", 1));
}

void lower_record(struct sight *s)
{
	record_lawful(s);
	for (int learned = 1; learned >= 0; learned--) {
		for (int i = 0; i < s->d->parts.n; i++) {
			struct sight one = of_part(s, &s->d->parts.at[i]);

			lower_rule(&one, learned);
		}
		record_rule(s, learned);
	}
}
