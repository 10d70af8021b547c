/* One part by its rule: a candidate by who takes part and with what score, a class by its name; lower_number.c has
 * numbers. */
#include "sight.h"

ROLE(says_part, acsl_takes_part(f, p, r->learned, r->k))
ROLE(says_part_loop, acsl_takes_part_loop(f, p, r->learned, r->k))
ROLE(says_first, acsl_first(f, p, r->learned, r->k))
ROLE(says_first_loop, acsl_first_loop(f, p, r->learned, r->k))
ROLE(says_rule, acsl_rule(f, p, r->of, r->learned))

static bool is_choice(const struct expr *e)
{
	return e->op == EXPR_FIRST || e->op == EXPR_ARGMIN || e->op == EXPR_ARGMAX;
}

static const char *base(const struct sight *s, bool learned)
{
	return part_function(s, learned && !s->record ? "may_learn" : "need");
}

const char *lower_rule_name(const struct sight *s, bool learned)
{
	return part_function(s, learned ? "learned" : "fallback");
}

/* The first that takes part in a choice of the rule. */
static void first(struct sight *s, bool learned, int k, const struct expr *node)
{
	struct ir_role role = {.print = says_first, .learned = learned, .k = k}, loop_role = role;
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static u32 %s_%d(const struct %s *c, u32 slot%s)", lower_rule_name(s, learned), k,
			s->name, learned ? arena_printf(", %s", s->answers) : ""),
		NULL, false, role);
	struct ir_value *part = ir_call(base(s, learned), 1, 0, 1, "c, slot, i");
	struct ir_stmt *loop;

	loop_role.print = says_first_loop;
	if (learned && !expr_uses(node->b, EXPR_ANSWER))
		ir_do(&f->body, "(void)a");
	bound_slot(s, &f->body);
	ir_say(&f->body, show_expr(node));
	loop = ir_for_each(&f->body, "i", s->max, count_of(s, s->part->list), loop_role);
	ir_return(&ir_if(&loop->body, node->b ? ir_binary(IR_AND, part, lower_value(&s->at, node->b)) : part)->body,
		ir_load("i", 32, 0, UINT32_MAX));
	ir_return(&f->body, ir_named(s->max, 1));
}

/* Who takes part in a choice of the rule, and with what score. */
static void takes_part(struct sight *s, bool learned, int k, const struct expr *node)
{
	struct ir_role role = {.print = says_part, .learned = learned, .k = k}, loop_role = role;
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static void %s_%d(const struct %s *c, u32 slot%s, %s)", lower_rule_name(s, learned), k,
			s->name, learned ? arena_printf(", %s", s->answers) : "", s->choice),
		NULL, false, role);
	struct ir_value *part = ir_call(base(s, learned), 1, 0, 1, "c, slot, i"), *score;
	struct ir_stmt *loop;

	loop_role.print = says_part_loop;
	if (learned && !expr_uses(node->a, EXPR_ANSWER) && !expr_uses(node->b, EXPR_ANSWER))
		ir_do(&f->body, "(void)a");
	bound_slot(s, &f->body);
	loop = ir_for_each(&f->body, "i", s->max, count_of(s, s->part->list), loop_role);
	ir_say(&loop->body, show_expr(node));
	ir_set(&loop->body, "choice->takes_part[i]",
		node->b ? ir_binary(IR_AND, part, lower_value(&s->at, node->b)) : part);
	score = lower_value(&s->at, node->a);
	ir_set(&ir_if(&loop->body, ir_truth("choice->takes_part[i]"))->body, "choice->score[i]",
		scores_signed(s->p) && score->bits == 64 ? ir_fit(score, 64, true) : score);
}

static int takes_parts(struct sight *s, bool learned, int k, const struct expr *e)
{
	if (!e)
		return k;
	if (is_choice(e)) {
		(e->op == EXPR_FIRST ? first : takes_part)(s, learned, ++k, e);
		return takes_parts(s, learned, k, e->c);
	}
	if (e->op == EXPR_IF) {
		k = takes_parts(s, learned, k, e->b);
		k = takes_parts(s, learned, k, e->c);
	}
	return k;
}

/* Some choice of the rule is followed by another: what it chose is kept in a variable. */
static bool has_else(const struct expr *e)
{
	return e &&
		((is_choice(e) && e->c) || (e->op == EXPR_IF && (has_else(e->b) || has_else(e->c))) ||
			(is_choice(e) && has_else(e->c)));
}

static int choose_candidate(struct sight *s, struct ir_block *b, bool learned, int k, const struct expr *e)
{
	const char *rule = lower_rule_name(s, learned), *part = s->part->name;

	if (e->op == EXPR_IF) {
		struct ir_stmt *branch = ir_if(b, lower_value(&s->at, e->a));

		k = choose_candidate(s, &branch->body, learned, k, e->b);
		return choose_candidate(s, b, learned, k, e->c);
	}
	if (is_choice(e)) {
		const char *how = e->op == EXPR_ARGMIN ? "argmin" : "argmax";
		struct ir_value *chosen = ir_call(arena_printf("choice_%d_%s", s->part->list->max, how), 32, 0,
			UINT32_MAX, arena_printf("choice, %s", count_of(s, s->part->list)));
		struct ir_stmt *found;

		k++;
		if (e->op == EXPR_FIRST)
			chosen = ir_call(
				arena_printf("%s_%d", rule, k), 32, 0, UINT32_MAX, learned ? "c, slot, a" : "c, slot");
		else
			ir_do(b, arena_printf("%s_%d(c, slot%s, choice)", rule, k, learned ? ", a" : ""));
		if (!e->c && !(learned && has_else(s->part->learned))) {
			ir_return(b, chosen);
			return k;
		}
		ir_set(b, part, chosen);
		if (!e->c) {
			ir_assert(b, acsl_only_learned(s->p, part));
			ir_return(b, ir_load(part, 32, 0, UINT32_MAX));
			return k;
		}
		found = ir_if(b, ir_binary(IR_LT, ir_load(part, 32, 0, UINT32_MAX), ir_named(s->max, 1)));
		ir_assert(&found->body, acsl_chosen(s->p, learned, k, part));
		if (learned)
			ir_assert(&found->body, acsl_only_learned(s->p, part));
		ir_return(&found->body, ir_load(part, 32, 0, UINT32_MAX));
		ir_assert(b, acsl_chosen(s->p, learned, k, NULL));
		return choose_candidate(s, b, learned, k, e->c);
	}
	ir_return(&ir_if(b,
			  ir_call(base(s, learned), 1, 0, 1,
				  arena_printf("c, slot, %s", ir_text(lower_value(&s->at, e)))))
			   ->body,
		lower_value(&s->at, e));
	ir_return(b, ir_named(s->max, 1));
	return k;
}

/* A class; one past the last where what the model says is none. */
static void choose_class(struct sight *s, struct ir_block *b, bool learned, const struct expr *e)
{
	const struct type *t = &s->part->type;
	struct ir_value *v = lower_value(&s->at, e), *local = ir_load(s->part->name, 32, INT32_MIN, INT32_MAX);

	if (learned && class_may_be_none(e)) {
		ir_set(b, s->part->name, v);
		ir_return(&ir_if(b,
				  ir_binary(IR_OR, ir_binary(IR_LT, local, ir_const(0)),
					  ir_binary(IR_GT, local, ir_const(t->hi))))
				   ->body,
			ir_const(t->hi + 1));
		v = local;
	}
	ir_return(b, ir_fit(v, c_bits(t), false));
}

/* Some choice of the rule compares what candidates score. */
static bool scores(const struct expr *e)
{
	return e &&
		(e->op == EXPR_ARGMIN || e->op == EXPR_ARGMAX || (is_choice(e) && scores(e->c)) ||
			(e->op == EXPR_IF && (scores(e->b) || scores(e->c))));
}

void lower_rule(struct sight *s, bool learned)
{
	const struct expr *e = learned ? s->part->learned : s->part->fallback;
	struct ir_function *f;

	if (s->part->kind == PART_NUMBER) {
		lower_number_rule(s, learned);
		return;
	}
	if (candidates(s))
		takes_parts(s, learned, 0, e);
	f = lower_function(s->ir,
		arena_printf("static %s %s(const struct %s *c, u32 slot%s%s)",
			candidates(s) ? "u32" : c_type(&s->part->type), lower_rule_name(s, learned), s->name,
			learned ? arena_printf(", %s", s->answers) : "",
			candidates(s) ? arena_printf(", %s", s->choice) : ""),
		NULL, false, (struct ir_role){.print = says_rule, .of = s->part, .learned = learned});
	if (candidates(s) ? has_else(e) : learned && class_may_be_none(e)) {
		ir_local(&f->body, arena_printf("%s %s", candidates(s) ? "u32" : "s32", s->part->name), NULL);
		ir_gap(&f->body);
	}
	if (learned && !candidates(s) && !expr_uses(e, EXPR_ANSWER))
		ir_do(&f->body, "(void)a");
	if (candidates(s) && !scores(e))
		ir_do(&f->body, "(void)choice");
	bound_slot(s, &f->body);
	ir_say(&f->body, policy_line(learned ? s->d->learned_at : s->d->fallback_at));
	if (candidates(s))
		choose_candidate(s, &f->body, learned, 0, e);
	else
		choose_class(s, &f->body, learned, e);
}
