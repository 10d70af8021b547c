/* The parts of a model's vector that events write: what they say of the last values of a feature, and who keeps it so.
 *
 * Letters: l the last values, v a vector, d the record of a key. */
#include "acsl.h"

static num ten_to(int n)
{
	return n ? 10 * ten_to(n - 1) : 1;
}

const char *acsl_digit(const struct input *in, const char *x, int digit)
{
	return arena_printf(
		"Digit(%s, %s, %s)", x, c_integer(ten_to(in->digits - 1 - digit)), c_integer(ten_to(in->digits) - 1));
}

static const char *kept(const struct model *m, int input)
{
	return arena_printf("%sKept%d", c_camel(m->name), input + 1);
}

/* j is one of 0 .. n - 1. A prover splits this at once; of 0 <= j < n it tries every other fact first. */
static const char *one_of(int n)
{
	const char *all = "j == 0";

	for (int j = 1; j < n; j++)
		all = arena_printf("%s || j == %d", all, j);
	return all;
}

/* Of the value j pushes ago, and of every value. Under a quantifier, so that provers take it as one fact and look
 * inside only at a value that somebody names. */
static void predicate(FILE *f, const struct model *m, int input)
{
	const struct input *in = &m->inputs.at[input];
	const char *x =
		arena_printf("Ago(l, j)%s", in->divide == 1 ? "" : arena_printf(" / %s", c_integer(in->divide)));
	const char *of = column_struct(in->value->feature, in->value->column);
	int newest = input_place(m, input) + (in->repeat - 1) * in->digits;
	struct conjunction c;

	acsl_says(f, &in->at, 1);
	fprintf(f, "    predicate %sAgo(struct %s l, struct vector_%d_s16 v, integer j) =\n      ", kept(m, input), of,
		m->width);
	conj_open(&c, f, 6, 6);
	for (int digit = 0; digit < in->digits; digit++)
		conj_part(&c,
			arena_printf("v.at[%d - %d * j] == %s", newest + digit, in->digits, acsl_digit(in, x, digit)));
	conj_close(&c, ";\n\n");
	fprintf(f,
		"    predicate %s(struct %s l, struct vector_%d_s16 v) =\n      \\forall integer j; %s ==> %sAgo(l, v, j);\n\n",
		kept(m, input), of, m->width, one_of(in->repeat), kept(m, input));
}

void acsl_kept(FILE *f, const struct policy *p)
{
	for (int m = 0; m < p->models.n; m++)
		for (int i = 0; i < p->models.at[m]->inputs.n; i++)
			if (input_kept(p, p->models.at[m], &p->models.at[m]->inputs.at[i]))
				predicate(f, p->models.at[m], i);
}

/* Whether the record of a key keeps this input; where a feature is given, whether it keeps it of that. */
static bool keeps(const struct policy *p, const struct model *m, const struct input *in, const struct key *k,
	const struct feature *of)
{
	return input_kept(p, m, in) && in->value->feature->state->key == k && (!of || in->value->feature == of);
}

void acsl_kept_parts(struct conjunction *c, const struct policy *p, const struct model *m, const struct key *k,
	const struct feature *of, const char *state)
{
	for (int i = 0; i < m->inputs.n; i++) {
		const struct input *in = &m->inputs.at[i];

		if (keeps(p, m, in, k, of))
			conj_part(c,
				arena_printf("%s(%s, %s)", kept(m, i),
					column_path(in->value->feature, in->value->column, state, NULL),
					kept_path(m, k, state, NULL)));
	}
}

/* What is kept of the value j pushes ago. */
static const char *kept_ago(const struct model *m, int input, const char *last, const char *v, int j)
{
	return arena_printf("%sAgo(%s, %s, %d)", kept(m, input), last, v, j);
}

void acsl_kept_values(struct conjunction *c, const struct model *m, int input, const char *last, const char *v)
{
	for (int j = 0; j < m->inputs.at[input].repeat; j++)
		conj_part(c, kept_ago(m, input, last, v, j));
}

void acsl_kept_rung(const struct model *m, int input, const char *last, const char *v,
	void (*say)(void *to, const char *what), void *to)
{
	const char *all = "";

	for (int j = 0; j < m->inputs.at[input].repeat; j++)
		all = arena_printf("%s%s%s", all, j ? " && " : "", kept_ago(m, input, last, v, j));
	say(to, arena_printf("kept_%s_%d: %s", m->name, input + 1, all));
}

void acsl_kept_rungs(const struct policy *p, const struct key *k, const struct feature *of, const char *state,
	void (*say)(void *to, const char *what), void *to)
{
	for (int m = 0; m < p->models.n; m++)
		for (int i = 0; i < p->models.at[m]->inputs.n; i++) {
			const struct model *model = p->models.at[m];
			const struct input *in = &model->inputs.at[i];

			if (keeps(p, model, in, k, of))
				acsl_kept_rung(model, i,
					column_path(in->value->feature, in->value->column, state, NULL),
					kept_path(model, k, state, NULL), say, to);
		}
}

void acsl_keep(FILE *f, const struct policy *p, const struct model *m, const struct input *in)
{
	int from = input_place(m, (int)(in - m->inputs.at)), last = from + (in->repeat - 1) * in->digits;
	struct conjunction c;

	(void)p;
	fprintf(f, "/*@ requires valid: \\valid(v);\n    assigns v->at[%d .. %d];\n    ensures moved: ", from,
		last + in->digits - 1);
	conj_open(&c, f, 20, 6);
	for (int i = from; i < last; i++)
		conj_part(&c, arena_printf("v->at[%d] == \\old(v->at[%d])", i, i + in->digits));
	conj_close(&c, ";\n    ensures newest: ");
	conj_open(&c, f, 20, 6);
	for (int i = 0; i < in->digits; i++)
		conj_part(&c, arena_printf("v->at[%d] == %s", last + i, acsl_digit(in, "x", i)));
	conj_close(&c, ";\n*/\n");
}

static void columns_ok(FILE *f, const struct feature *feature)
{
	struct conjunction c;

	conj_open(&c, f, 20, 6);
	for (int i = 0; i < feature->columns.n; i++)
		conj_part(&c, acsl_column_ok(feature, i, "d->"));
	conj_close(&c, ";\n");
}

static void all_kept(FILE *f, const struct policy *p, const struct feature *feature)
{
	struct conjunction c;

	conj_open(&c, f, 20, 6);
	for (int m = 0; m < p->models.n; m++)
		acsl_kept_parts(&c, p, p->models.at[m], feature->state->key, feature, "d->");
	conj_close(&c, ";\n");
}

void acsl_push(FILE *f, const struct policy *p, const struct feature *feature)
{
	fputs("/*@ requires valid: \\valid(d);\n    requires last: ", f);
	columns_ok(f, feature);
	for (int i = 0; i < feature->columns.n; i++) {
		const struct type *t = &feature->columns.at[i].value->type;

		fprintf(f, "    requires new_%s: %s <= new_%s <= %s;\n", feature->columns.at[i].name, c_integer(t->lo),
			feature->columns.at[i].name, c_integer(t->hi));
	}
	fputs("    requires kept: ", f);
	all_kept(f, p, feature);
	fprintf(f, "    assigns %s", feature_path(feature, "d->", NULL));
	for (int m = 0; m < p->models.n; m++)
		if (kept_key(p, p->models.at[m]))
			fprintf(f, ", %s", kept_path(p->models.at[m], feature->state->key, "d->", NULL));
	fputs(";\n    ensures last: ", f);
	columns_ok(f, feature);
	fputs("    ensures kept: ", f);
	all_kept(f, p, feature);
	for (int i = 0; i < feature->columns.n; i++) {
		const char *column = column_path(feature, i, "d->", NULL), *name = feature->columns.at[i].name;

		fprintf(f, "    ensures %s: Pushed(\\old(%s), %s, new_%s);\n", name, column, column, name);
	}
	fputs("*/\n", f);
}
