/* The vector of a model: how each number is encoded, and how wide it is. */
#include "front.h"

#include <string.h>

static bool input_unit(const struct tree *t, const struct expr *e, num *divide)
{
	static const struct {
		const char *text;
		enum unit unit;
		num factor;
	} units[] = {{"ns", UNIT_TIME, 1}, {"us", UNIT_TIME, 1000}, {"ms", UNIT_TIME, 1000000},
		{"s", UNIT_TIME, 1000000000}, {"min", UNIT_TIME, 60000000000}, {"B", UNIT_SIZE, 1},
		{"KiB", UNIT_SIZE, 1 << 10}, {"MiB", UNIT_SIZE, 1 << 20}, {"GiB", UNIT_SIZE, 1 << 30}};
	*divide = 1;
	if (!t)
		return true;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(units[i].text, t->text) != 0)
			continue;
		*divide = units[i].factor;
		if (e->type.kind == TYPE_INT && e->type.unit == units[i].unit)
			return true;
		return refuse(t->at, NULL, "`%s` is %s, which is not counted in %s", show_expr(e), show_range(&e->type),
			t->text);
	}
	return refuse(t->at, "units: ns us ms s min, B KiB MiB GiB", "`%s` is not a unit", t->text);
}

/* Every number of the vector has 16 bits: layers are proved for such. */
static bool input_fits(struct input *in, const struct tree *t, num lo, num hi)
{
	enum unit unit = in->value->type.unit;
	const char *in_unit = t->kids.at[1] ? t->kids.at[1]->text
		: unit == UNIT_TIME	    ? "us"
		: unit == UNIT_SIZE	    ? "KiB"
					    : NULL;
	const char *x = show_expr(in->value);

	in->lo = lo;
	in->hi = hi;
	if (lo >= INT16_MIN && hi <= INT16_MAX)
		return true;
	x = in_unit ? arena_printf("%s in %s", x, in_unit) : x;
	return refuse(t->at,
		arena_printf("write `clamp(%s, 0, 1000)`, `digits(%s, 4)`, or count in a larger unit", x, x),
		"a number of the vector has 16 bits, and this is %s .. %s", show_num(lo), show_num(hi));
}

static bool input_clamp(struct input *in, const struct tree *t, bool bare)
{
	enum unit unit = bare ? UNIT_NONE : in->value->type.unit;
	if (!constant(t->kids.at[2], unit, INT64_MIN, INT64_MAX, "the lower end", &in->lo) ||
		!constant(t->kids.at[3], unit, INT64_MIN, INT64_MAX, "the upper end", &in->hi))
		return false;
	if (in->lo > in->hi)
		return refuse(t->at, NULL, "this clamps to an empty range");
	return input_fits(in, t, in->lo, in->hi);
}

static bool input_zscore(struct input *in, const struct tree *t, num lo, num hi)
{
	const struct tree *mean = t->kids.at[2], *scale = t->kids.at[3];
	if (mean->unit != UNIT_NONE || scale->unit != UNIT_NONE)
		return refuse(mean->unit ? mean->at : scale->at, "as in `zscore(took in us, 112.5, 40.0)`",
			"mean and deviation are bare numbers, counted in the unit of the value");
	if (scale->value <= 0)
		return refuse(scale->at, NULL, "a standard deviation is above 0");
	/* 16 fraction bits of the mean, 32 of 1 / deviation; the product is shifted down to 12 and held within 16
	 * bits. */
	in->mean = quotient_down(mean->value * 65536, mean->den);
	in->scale = ((num)1 << 32) * scale->den / scale->value;
	num ends[2] = {lo, hi};
	bool fits = in->scale > 0 && in->scale <= UINT32_MAX * (num)65536;
	for (int i = 0; i < 2; i++) {
		num x = ends[i] * 65536 - in->mean, z = 0;
		fits = fits && fits64(-(x < 0 ? -x : x), x < 0 ? -x : x) && !__builtin_mul_overflow(x, in->scale, &z);
		fits = fits && z >= INT64_MIN && z <= INT64_MAX;
		z = quotient_down(z, (num)1 << 36);
		*(i ? &in->hi : &in->lo) = z < INT16_MIN ? INT16_MIN : z > INT16_MAX ? INT16_MAX : z;
	}
	if (!fits)
		return refuse(t->at, "take a coarser unit, as in `in us`, or a clamp",
			"this z-score does not fit 64 bits: the value is %s", show_range(&in->value->type));
	return true;
}

static bool type_input(const struct scope *s, struct model *m, const struct tree *t)
{
	struct input *in = list_add(&m->inputs);
	*in = (struct input){.how = (enum encoder)t->op, .at = t->at, .divide = 1, .repeat = 1};
	struct expr *e = in->value = type_expr(s, t->kids.at[0]);
	if (!e)
		return false;
	bool plain = e->type.kind == TYPE_INT ||
		(in->how == ENCODE_PLAIN && (e->type.kind == TYPE_BOOL || e->type.kind == TYPE_CLASS));
	if (!plain)
		return refuse(e->at, e->type.kind == TYPE_SHARE ? "give it a `count`" : NULL,
			"the model takes numbers, and `%s` is %s", show_expr(e), show_range(&e->type));
	if (!input_unit(t->kids.at[1], e, &in->divide))
		return false;
	if (e->op == EXPR_COLUMN) {
		e->value = -1;
		in->repeat = (int)e->feature->events;
	}
	num lo = quotient_down(e->type.lo, in->divide), hi = quotient_down(e->type.hi, in->divide), digits = 1;
	switch (in->how) {
	case ENCODE_DIGITS:
		if (!constant(t->kids.at[2], UNIT_NONE, 1, 9, "the number of digits", &digits))
			return false;
		if (lo < 0)
			return refuse(e->at, "add an offset or clamp it", "`%s` can be negative, and digits are not",
				show_expr(e));
		in->digits = (int)digits;
		in->hi = 9;
		break;
	case ENCODE_CLAMP:
		if (!input_clamp(in, t, in->divide != 1 || t->kids.at[1]))
			return false;
		break;
	case ENCODE_ZSCORE:
		if (!input_zscore(in, t, lo, hi))
			return false;
		break;
	case ENCODE_PLAIN:
		if (!input_fits(in, t, lo, hi))
			return false;
		break;
	}
	m->width += in->repeat * (int)digits;
	return true;
}

void type_model(struct front *f, struct model *m, const struct tree *t)
{
	const struct tree *clauses = t->kids.at[4];
	const struct event *on = f->p->decision->on;
	struct scope s = scope_deciding(f, "a model input");
	if (m->index == 1)
		diag_add(&(struct diag){.code = "types",
			.at = m->at,
			.also = f->p->models.at[0]->at,
			.also_label = "first here",
			.cause = "a policy asks one model",
			.help = "a net with a class for every pair of answers says both; or write a policy for each"});
	if (t->kids.at[1]) {
		if (t->kids.at[2] && strcmp(t->kids.at[2]->text, on->name) != 0) {
			refuse(t->kids.at[2]->at,
				arena_printf(
					"write `for %s in %s.%s`", t->kids.at[1]->text, on->name, t->kids.at[3]->text),
				"the decision is on `%s`, and the model is asked then", on->name);
			return;
		}
		s.bound[0] = t->kids.at[1]->text;
		s.list = m->each;
	}
	for (int i = 0; i < clauses->kids.n; i++) {
		const struct tree *inputs = clauses->kids.at[i];
		for (int j = 0; inputs->kind == NODE_INPUTS && j < inputs->kids.at[0]->kids.n; j++)
			type_input(&s, m, inputs->kids.at[0]->kids.at[j]);
	}
	if (m->width > WIDTH_MAX)
		refuse(m->at, NULL, "the vector of `%s` has %d numbers; at most %d are kept", m->name, m->width,
			WIDTH_MAX);
}
