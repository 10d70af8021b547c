/* The parts of a model's vector that only events change: written when the event comes, kept with the key. */
#include "lower.h"

ROLE(says_keep, acsl_keep(f, p, r->of, r->node))
ROLE(says_push, acsl_push(f, p, r->of))

struct ir_value *lower_divided(struct ir_value *x, num by)
{
	const char *unit = by == 1000 ? "USEC" : by == 1000000 ? "MSEC" : by == 1000000000 ? "SEC" : c_number(by);

	return by == 1 ? x : ir_binary(IR_DIV, x, ir_named(unit, by));
}

static num ten_to(int n)
{
	return n ? 10 * ten_to(n - 1) : 1;
}

void lower_digits(struct ir_block *b, const struct input *in, int place)
{
	for (int i = 0; i < in->digits; i++)
		ir_set(b, arena_printf("v->at[%d]", place + i),
			ir_load(arena_printf("(s16)digit(x, %s, %s)", c_integer(ten_to(in->digits - 1 - i)),
					c_integer(ten_to(in->digits) - 1)),
				16, 0, 9));
}

static const char *keep_name(const struct policy *p, const struct model *m, int input)
{
	return arena_printf("%s_%s_keep_%d", p->name, m->name, input + 1);
}

/* The oldest value gives its place up, each moves on by one, and x takes the last. */
static void keep(struct ir *ir, const struct policy *p, const struct model *m, int input, const char *section)
{
	const struct input *in = &m->inputs.at[input];
	int from = input_place(m, input), last = from + (in->repeat - 1) * in->digits;
	struct ir_function *f = lower_function(ir,
		arena_printf("static void %s(struct vector_%d_s16 *v, u64 x)", keep_name(p, m, input), m->width),
		section, false, (struct ir_role){.print = says_keep, .of = m, .node = in});

	ir_say(&f->body, policy_line(in->at));
	for (int i = from; i < last; i++)
		ir_set(&f->body, arena_printf("v->at[%d]", i),
			ir_load(arena_printf("v->at[%d]", i + in->digits), 16, 0, 9));
	lower_digits(&f->body, in, last);
}

/* One more event for a feature: its columns, and what is kept of them. */
static void push(struct ir *ir, const struct policy *p, const struct feature *feature)
{
	const struct key *k = feature->state->key;
	const char *head =
		arena_printf("static void %s_push(struct %s *d", feature_struct(p, feature), c_struct(p, k->name));
	struct ir_function *f;

	for (int i = 0; i < feature->columns.n; i++)
		head = arena_printf("%s, %s new_%s", head, c_type(&feature->columns.at[i].value->type),
			feature->columns.at[i].name);
	f = lower_function(
		ir, arena_printf("%s)", head), NULL, false, (struct ir_role){.print = says_push, .of = feature});
	acsl_kept_rungs(p, k, feature, "d->", ir_rung, &f->body);
	for (int i = 0; i < feature->columns.n; i++)
		ir_do(&f->body,
			arena_printf("%s_push(&%s, new_%s)", column_struct(feature, i),
				column_path(feature, i, "d->", NULL), feature->columns.at[i].name));
	for (int m = 0; m < p->models.n; m++)
		for (int i = 0; i < p->models.at[m]->inputs.n; i++) {
			const struct input *in = &p->models.at[m]->inputs.at[i];
			const struct column *column =
				&feature->columns.at[in->value->op == EXPR_COLUMN ? in->value->column : 0];
			struct ir_value *x = ir_typed(arena_printf("new_%s", column->name), &column->value->type);

			if (input_kept(p, p->models.at[m], in) && in->value->feature == feature)
				ir_do(&f->body,
					arena_printf("%s(&%s, %s)", keep_name(p, p->models.at[m], i),
						kept_path(p->models.at[m], k, "d->", NULL),
						ir_text(lower_divided(x, in->divide))));
		}
	acsl_kept_rungs(p, k, feature, "d->", ir_rung, &f->body);
}

void lower_kept(struct ir *ir, const struct policy *p)
{
	for (int m = 0; m < p->models.n; m++) {
		const char *section = arena_printf("model %s: what events write of its vector", p->models.at[m]->name);

		for (int i = 0; i < p->models.at[m]->inputs.n; i++)
			if (input_kept(p, p->models.at[m], &p->models.at[m]->inputs.at[i])) {
				keep(ir, p, p->models.at[m], i, section);
				section = NULL;
			}
	}
	for (int i = 0; i < p->features.n; i++)
		if (feature_kept(p, p->features.at[i]))
			push(ir, p, p->features.at[i]);
}

/* Before the first event every slot holds the feature's `else`. */
void lower_kept_init(struct ir_block *b, const struct policy *p, const struct key *k, const char *state)
{
	for (int m = 0; m < p->models.n; m++)
		for (int i = 0; i < p->models.at[m]->inputs.n; i++) {
			const struct input *in = &p->models.at[m]->inputs.at[i];
			int from = input_place(p->models.at[m], i);
			num x, top;

			if (!input_kept(p, p->models.at[m], in) || in->value->feature->state->key != k)
				continue;
			x = in->value->feature->columns.at[in->value->column].initial / in->divide;
			top = ten_to(in->digits) - 1;
			x = x < top ? x : top;
			for (int n = 0; n < in->repeat * in->digits; n++)
				ir_set(b,
					arena_printf("%s.at[%d]", kept_path(p->models.at[m], k, state, NULL), from + n),
					ir_const(x / ten_to(in->digits - 1 - n % in->digits) % 10));
		}
	acsl_kept_rungs(p, k, NULL, state, ir_rung, b);
}
