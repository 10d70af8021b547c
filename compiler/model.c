/* The learned model: its file against the declaration, its numbers as integers, and what those integers can reach. */
#include "model.h"
#include "onnx.h"

#include <math.h>
#include <string.h>

enum {
	ACT_BITS = 15, /* numbers between layers stay below 2^15, so that they fit 16 bits in any body of the layer */
	ACT_LEAST = 7,
	SHIFT_MOST = 16,
	FRAC_LEAST = -16,
	FRAC_MOST = 30,
	TABLE_BITS = 15,
	TABLE_MAX = INT16_MAX,
	ACC_MAX = INT32_MAX
};

/* Labels (or numbers) of random inputs that must be as the float net says, in 1/1000; what ends the search; and what
 * is enough for a form without shifts, whose integers are a net of their own that needs no rounding to be reasoned
 * about. */
enum { AGREE_LEAST = 995, AGREE_ENOUGH = 999, AGREE_EXACT = 998 };

/* ---- the input box ---- */

bool model_box(const struct model *m, struct box *box)
{
	bool ok = true;

	*box = (struct box){0};
	for (int i = 0; i < m->inputs.n; i++)
		box->n += m->inputs.at[i].repeat * (m->inputs.at[i].how == ENCODE_DIGITS ? m->inputs.at[i].digits : 1);
	box->at = arena_alloc((size_t)box->n * sizeof *box->at);
	for (int i = 0, k = 0; i < m->inputs.n; i++) {
		const struct input *in = &m->inputs.at[i];
		num lo = in->how == ENCODE_DIGITS ? 0 : in->lo, hi = in->how == ENCODE_DIGITS ? 9 : in->hi;

		if (lo < INT16_MIN || hi > INT16_MAX) {
			diag_add(&(struct diag){.code = "model",
				.at = in->at,
				.cause = arena_printf(
					"a number of the vector of %s would not fit 16 bits: -32768 .. 32767", m->name),
				.help = "digits(.., N) splits a number into digits, zscore(..) and clamp(..) bring it near 0, `in KiB` or `in ms` makes it smaller"});
			ok = false;
			lo = lo < INT16_MIN ? INT16_MIN : lo;
			hi = hi > INT16_MAX ? INT16_MAX : hi;
		}
		for (int r = 0; r < in->repeat * (in->how == ENCODE_DIGITS ? in->digits : 1); r++)
			box->at[k++] = (struct side){(int)lo, (int)hi, in->how == ENCODE_ZSCORE ? ZSCORE_BITS : 0, i};
	}
	for (int k = 0; k < box->n; k++) {
		int far = box->at[k].hi > -box->at[k].lo ? box->at[k].hi : -box->at[k].lo;
		box->reach = box->reach > far ? box->reach : far;
	}
	return ok;
}

/* ---- the integers that run ---- */

static void run_layer(const struct layer *l, bool last, const int32_t *x, int32_t *y)
{
	for (int o = 0; o < l->out; o++) {
		int64_t acc = l->qb[o];
		for (int i = 0; i < l->in; i++)
			acc += (int32_t)l->qw[o * l->in + i] * x[i];
		y[o] = (int32_t)(last ? acc : acc <= 0 ? 0 : acc >> l->shift);
	}
}

/* The last layer's accumulators. */
static void run_layers(const struct layer *layers, int n, const int32_t *vector, int32_t *scores)
{
	static int32_t between[2][ONNX_SIDE];
	const int32_t *x = vector;

	for (int k = 0; k < n; k++) {
		int32_t *y = k == n - 1 ? scores : between[k & 1];
		run_layer(&layers[k], k == n - 1, x, y);
		x = y;
	}
}

static int first_greatest(const int32_t *v, int n)
{
	int best = 0;
	for (int i = 1; i < n; i++) {
		if (v[i] > v[best])
			best = i;
	}
	return best;
}

void model_scores(const struct model *m, const int32_t *vector, int32_t *scores)
{
	run_layers(m->layers.at, m->layers.n, vector, scores);
}

int32_t model_infer(const struct model *m, const int32_t *vector)
{
	const struct layer *last = &m->layers.at[m->layers.n - 1];
	int32_t scores[ONNX_SIDE];

	model_scores(m, vector, scores);
	return m->classes ? first_greatest(scores, last->out) : scores[0] >> last->shift;
}

/* ---- the float net ---- */

static void run_float(const struct model *m, const struct box *box, const int32_t *vector, double *scores)
{
	static double between[2][ONNX_SIDE];
	double *x = between[0], *y = between[1], *swap;

	for (int i = 0; i < box->n; i++)
		x[i] = ldexp(vector[i], -box->at[i].frac);
	for (int k = 0; k < m->layers.n; k++) {
		const struct layer *l = &m->layers.at[k];
		for (int o = 0; o < l->out; o++) {
			double acc = l->b[o];
			for (int i = 0; i < l->in; i++)
				acc += (double)l->w[o * l->in + i] * x[i];
			y[o] = l->relu && acc < 0 ? 0 : acc;
		}
		swap = x, x = y, y = swap;
	}
	memcpy(scores, x, sizeof *x * (size_t)m->layers.at[m->layers.n - 1].out);
}

/* ---- do they agree? ---- */

struct sample {
	int n;
	int32_t *vectors; /* n rows of box->n */
	double *answers;  /* of the float net: the class's index, or the number */
};

static uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static struct sample take_sample(const struct model *m, const struct box *box, int n, uint64_t seed)
{
	struct sample s = {n, arena_alloc(sizeof *s.vectors * (size_t)n * (size_t)box->n),
		arena_alloc(sizeof *s.answers * (size_t)n)};
	double scores[ONNX_SIDE];

	for (int k = 0; k < n; k++) {
		int32_t *v = &s.vectors[k * box->n];
		for (int i = 0; i < box->n; i++) {
			const struct side *x = &box->at[i];
			if (k % 8 == 7) /* a corner of the box */
				v[i] = draw(&seed) & 1024 ? x->hi : x->lo;
			else
				v[i] = x->lo + (int32_t)(draw(&seed) % (uint64_t)(x->hi - x->lo + 1));
		}
		run_float(m, box, v, scores);
		s.answers[k] = scores[0];
		for (int o = 0, best = 0; m->classes && o < m->classes->names.n; o++) {
			best = scores[o] > scores[best] ? o : best;
			s.answers[k] = best;
		}
	}
	return s;
}

/* Of the samples, how many the integers answer as the float net does; a number may be off by 1/200 of its range. */
static int agreeing(const struct model *m, const struct layer *layers, const struct box *box, const struct sample *s)
{
	const struct layer *last = &layers[m->layers.n - 1];
	double slack = m->classes ? 0 : fmax(1, (double)(m->type.hi - m->type.lo) / 200);
	int32_t scores[ONNX_SIDE];
	int n = 0;

	for (int k = 0; k < s->n; k++) {
		run_layers(layers, m->layers.n, &s->vectors[k * box->n], scores);
		n += fabs((m->classes ? first_greatest(scores, last->out) : scores[0] >> last->shift) -
			     s->answers[k]) <= slack;
	}
	return n;
}

/* ---- weights as integers ---- */

/* Fills qw and qb with `frac` fraction bits; `point` is the accumulator's. Gives the greatest that any order of any
 * sum of a row can reach, as runtime/dense.h checks it, or -1: a number does not fit its width. */
static int64_t quantise(struct layer *l, const struct box *columns, int frac, int point, double half)
{
	int16_t *qw = (int16_t *)l->qw;
	int32_t *qb = (int32_t *)l->qb;
	int64_t most = 0;

	for (int o = 0; o < l->out; o++) {
		double b = nearbyint(ldexp((double)l->b[o], point) + half);
		int64_t row = 0;
		for (int i = 0; i < l->in; i++) {
			double w = nearbyint(
				ldexp((double)l->w[o * l->in + i], frac - (columns ? columns->at[i].frac : 0)));
			if (fabs(w) > TABLE_MAX)
				return -1;
			qw[o * l->in + i] = (int16_t)w;
			row += (int64_t)fabs(w);
		}
		if (fabs(b) > ACC_MAX)
			return -1;
		qb[o] = (int32_t)b;
		row = row * l->reach + (int64_t)fabs(b);
		most = row > most ? row : most;
	}
	return most <= ACC_MAX ? most : -1;
}

/* One layer as fine as it fits: y below 2^bits, by fewer fraction bits (exact) or by a shift. `point` is the fraction
 * bits of what comes in, and then of what goes out. */
static bool fit_layer(
	const struct model *m, struct layer *l, const struct box *columns, bool last, bool exact, int bits, int *point)
{
	double far = 0; /* the weight that needs the most room */

	for (int i = 0; i < l->in * l->out; i++)
		far = fmax(far, ldexp(fabs((double)l->w[i]), columns ? -columns->at[i % l->in].frac : 0));
	l->cap = last ? ACC_MAX : (1 << bits) - 1;
	for (int frac = far > 0 && FRAC_MOST > TABLE_BITS - ilogb(far) ? TABLE_BITS - ilogb(far) : FRAC_MOST;
		frac >= FRAC_LEAST; frac--) {
		int64_t most = quantise(l, columns, frac, *point + frac, 0);
		int shift = 0;

		if (most < 0)
			continue;
		if (last && !m->classes) /* a number is rounded to the nearest */
			shift = *point + frac;
		while (!last && most >> shift > l->cap)
			shift++;
		if (shift < 0)
			return false;
		if (shift > SHIFT_MOST + (last ? 14 : 0) || (shift && exact && !last))
			continue;
		if (shift) {
			most = quantise(l, columns, frac, *point + frac, ldexp(1, shift - 1));
			if (most < 0 || (!last && most >> shift > l->cap))
				continue;
		}
		l->frac = frac;
		l->shift = shift;
		*point += frac - (last ? 0 : shift);
		return true;
	}
	return false;
}

static bool fit(const struct model *m, const struct box *box, struct layer *layers, bool exact, int bits)
{
	int point = 0;

	for (int k = 0; k < m->layers.n; k++) {
		layers[k] = m->layers.at[k];
		layers[k].reach = k ? layers[k - 1].cap : box->reach;
		layers[k].qw = arena_alloc(sizeof(int16_t) * (size_t)layers[k].in * (size_t)layers[k].out);
		layers[k].qb = arena_alloc(sizeof(int32_t) * (size_t)layers[k].out);
		if (!fit_layer(m, &layers[k], k ? NULL : box, k == m->layers.n - 1, exact, bits, &point))
			return false;
	}
	return true;
}

/* What can be in an accumulator while the inputs are in their box: exact for the first layer, safe for the others. */
void model_bounds(const struct model *m, const struct box *box, int layer, struct range *acc)
{
	const struct layer *l = &m->layers.at[layer];
	struct range *x = arena_alloc(sizeof *x * (size_t)l->in);

	if (layer)
		model_bounds(m, box, layer - 1, x);
	for (int i = 0; i < l->in; i++) {
		int shift = layer ? m->layers.at[layer - 1].shift : 0;
		if (layer)
			x[i] = (struct range){x[i].lo <= 0 ? 0 : x[i].lo >> shift, x[i].hi <= 0 ? 0 : x[i].hi >> shift};
		else
			x[i] = (struct range){box->at[i].lo, box->at[i].hi};
	}
	for (int o = 0; o < l->out; o++) {
		acc[o] = (struct range){l->qb[o], l->qb[o]};
		for (int i = 0; i < l->in; i++) {
			int64_t w = l->qw[o * l->in + i];
			acc[o].lo += w * (w > 0 ? x[i].lo : x[i].hi);
			acc[o].hi += w * (w > 0 ? x[i].hi : x[i].lo);
		}
	}
}

static void set_bounds(struct model *m, const struct box *box)
{
	for (int k = 0; k < m->layers.n; k++) {
		struct layer *l = &m->layers.at[k];
		struct range *acc = arena_alloc(sizeof *acc * (size_t)l->out);

		model_bounds(m, box, k, acc);
		l->acc_max = 0;
		for (int o = 0; o < l->out; o++) {
			int64_t far = acc[o].hi > -acc[o].lo ? acc[o].hi : -acc[o].lo;
			l->acc_max = far > l->acc_max ? far : l->acc_max;
		}
	}
}

static int64_t weights(const struct model *m)
{
	int64_t n = 0;
	for (int k = 0; k < m->layers.n; k++)
		n += (int64_t)m->layers.at[k].in * m->layers.at[k].out;
	return n;
}

static int between(int64_t v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : (int)v;
}

static bool mixed(const struct box *box)
{
	for (int i = 1; i < box->n; i++) {
		if (box->at[i].frac != box->at[0].frac)
			return true;
	}
	return false;
}

/* Exact forms first, the widest first; then those that shift. The first that agrees well is taken, else the best. */
static bool choose_fit(struct model *m, const struct box *box, const struct onnx_place *place)
{
	struct layer *layers = arena_alloc(sizeof *layers * (size_t)m->layers.n),
		     *best = arena_alloc(sizeof *layers * (size_t)m->layers.n);
	struct sample s = take_sample(m, box, between((1 << 24) / weights(m), 64, 10000), 88172645463325252u);
	int most = -1, n;

	for (int form = 0; form < 2 && most * 1000LL < s.n * (int64_t)AGREE_EXACT; form++) {
		for (int bits = ACT_BITS; bits >= ACT_LEAST && most * 1000LL < s.n * (int64_t)AGREE_ENOUGH; bits--) {
			if (!fit(m, box, layers, form == 0, bits) || (n = agreeing(m, layers, box, &s)) <= most)
				continue;
			most = n;
			memcpy(best, layers, sizeof *layers * (size_t)m->layers.n);
		}
	}
	if (most < 0)
		return onnx_fault(place,
			m->classes ? "train with a weight decay, or clamp the inputs closer"
				   : "give the number in a larger unit",
			"its weights cannot be 16-bit integers with sums that fit 32 bits");
	memcpy(m->layers.at, best, sizeof *layers * (size_t)m->layers.n);
	s = take_sample(m, box, between((1 << 25) / weights(m), 256, 10000), 2463534242u);
	n = agreeing(m, m->layers.at, box, &s);
	if (n * 1000LL < s.n * (int64_t)AGREE_LEAST)
		return onnx_fault(place,
			mixed(box)
				? "give all numbers as zscore(..) or none: weights of both do not fit one scale"
				: "train with a weight decay, or clamp the inputs closer: large weights leave the small ones no bits",
			"in 16-bit integers only %d of %d random inputs keep their answer; 99.5 %% must", n, s.n);
	return true;
}

/* ---- the file against the declaration ---- */

static const char *counted(int n, const char *what)
{
	return arena_printf("%d %s%s", n, what, n == 1 ? "" : what[strlen(what) - 1] == 's' ? "es" : "s");
}

static bool check_width(const struct model *m, const struct net *net, const struct onnx_place *place, int width)
{
	const char *sum = "";

	if (net->layers.at[0].in == width)
		return true;
	for (int i = 0; i < m->inputs.n; i++) {
		const struct input *in = &m->inputs.at[i];
		int each = in->how == ENCODE_DIGITS ? in->digits : 1;
		sum = in->repeat > 1 ? arena_printf("%s%s%d x %d", sum, i ? " + " : "", in->repeat, each)
				     : arena_printf("%s%s%d", sum, i ? " + " : "", each);
	}
	diag_add(&(struct diag){.code = "model",
		.at = place->at,
		.cause = arena_printf("%s takes %s, but the vector has %d", place->file,
			counted(net->layers.at[0].in, "number"), width),
		.also = m->inputs.n ? m->inputs.at[0].at : (struct span){0},
		.also_label = arena_printf("the vector: %s = %d", sum, width),
		.help = "the input list must be the one the model was trained on, in the same order"});
	return false;
}

static bool output_fault(const struct model *m, const struct onnx_place *place, const char *help, const char *cause)
{
	diag_add(&(struct diag){.code = "model",
		.at = place->at,
		.cause = arena_printf("%s %s", place->file, cause),
		.also = m->output_at,
		.help = help});
	return false;
}

/* A net of one output says the second of two classes when it is above the cut: as two scores, 0 and output - cut. */
static bool split_output(struct net *net, double cut)
{
	struct dense *d = &net->layers.at[net->layers.n - 1];
	double *w = arena_alloc(sizeof *w * 2 * (size_t)d->in), *b = arena_alloc(sizeof *b * 2);

	memcpy(w + d->in, d->w, sizeof *w * (size_t)d->in);
	b[1] = d->b[0] - cut;
	*d = (struct dense){.in = d->in, .out = 2, .w = w, .b = b};
	return true;
}

static bool one_output(const struct model *m, struct net *net, const struct onnx_place *place)
{
	double cut = m->cut_given ? (double)m->cut / 65536 : 0.5;

	if (m->classes->names.n != 2)
		return output_fault(m, place, "a net says one of N classes by N outputs, the greatest first",
			arena_printf("has 1 output, but %s are declared", counted(m->classes->names.n, "class")));
	if (net->end == END_SOFTMAX || net->end == END_ARGMAX)
		return output_fault(m, place, "use Sigmoid with one output, or Softmax with two",
			"ends in a Softmax or ArgMax over one output, which always says the same");
	if (net->end == END_SIGMOID) {
		if (cut <= 0 || cut >= 1)
			return output_fault(m, place, "`above` takes the output of the Sigmoid, say 0.5",
				"ends in a Sigmoid, which is always between 0 and 1");
		cut = log(cut / (1 - cut));
	} else if (!m->cut_given) {
		return output_fault(m, place,
			"say where the classes part, `above 0.5` behind them; or end the net in a Sigmoid",
			"has 1 output, but 2 classes are declared");
	}
	if (net->layers.at[net->layers.n - 1].relu && cut < 0)
		return output_fault(m, place, "no output of a Relu is below 0: drop the Relu",
			"ends in a Relu, but its classes part below 0");
	return split_output(net, cut);
}

static bool check_outputs(const struct model *m, struct net *net, const struct onnx_place *place)
{
	const struct dense *last = &net->layers.at[net->layers.n - 1];

	if (m->classes && last->out == 1)
		return one_output(m, net, place);
	if (m->classes && m->cut_given)
		return output_fault(m, place, "`above` is for a net of one output; the greatest output says the class",
			arena_printf("has %s, so there is no one value to cut", counted(last->out, "output")));
	if (m->classes && last->out != m->classes->names.n)
		return output_fault(m, place, "one output a class, in the order of the classes",
			arena_printf("has %s, but %s are declared", counted(last->out, "output"),
				counted(m->classes->names.n, "class")));
	if (!m->classes && last->out != 1)
		return output_fault(m, place, "declare `output class { .. }`, or train a net of one output",
			arena_printf("has %s, but a number is declared", counted(last->out, "output")));
	if (!m->classes && net->end != END_LINEAR)
		return output_fault(m, place, "end the net with a Gemm for a number",
			"ends in a Softmax, Sigmoid or ArgMax, but a number is declared");
	if (last->relu)
		return output_fault(m, place,
			m->classes ? "end the net with a Gemm: two scores that are both 0 say nothing"
				   : "end the net with a Gemm; an answer out of range is refused at run time",
			"ends in a Relu");
	return true;
}

/* ---- loading ---- */

static const float *floats(const double *v, int n)
{
	float *f = arena_alloc(sizeof *f * (size_t)n);
	for (int i = 0; i < n; i++)
		f[i] = (float)v[i];
	return f;
}

static void take_layers(struct model *m, const struct net *net)
{
	m->layers.n = 0;
	for (int k = 0; k < net->layers.n; k++) {
		const struct dense *d = &net->layers.at[k];
		*list_add(&m->layers) = (struct layer){.in = d->in,
			.out = d->out,
			.relu = k < net->layers.n - 1,
			.w = floats(d->w, d->in * d->out),
			.b = floats(d->b, d->out)};
	}
}

bool model_load(const struct policy *p, struct model *m)
{
	struct onnx_place place = {m->file_at.source ? m->file_at : m->at, m->file};
	struct net net = {0};
	struct box box;

	if (m->numbers && strcmp(m->numbers, "int16")) {
		diag_add(&(struct diag){.code = "model",
			.at = m->at,
			.cause = arena_printf("numbers %s is not supported", m->numbers),
			.help = "numbers int16 is"});
		return false;
	}
	if (!model_box(m, &box))
		return false;
	m->width = box.n;
	if (!onnx_load(*m->file == '/' ? m->file : arena_printf("%s/%s", p->dir && *p->dir ? p->dir : ".", m->file),
		    &place, &net))
		return false;
	if (!check_width(m, &net, &place, box.n) || !check_outputs(m, &net, &place))
		return false;
	take_layers(m, &net);
	if (!choose_fit(m, &box, &place))
		return false;
	set_bounds(m, &box);
	return true;
}
