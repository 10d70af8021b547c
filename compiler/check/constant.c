/* constant: does the net that will run answer more than one thing? A lint on the actual integers, over the declared
 * box. */
#include "../model.h"
#include "constant.h"

#include <string.h>

enum { SAMPLES = 2000, CLIMBS = 16, ROUNDS = 4, WIDE = 4096 };

static const char *answer_word(const struct model *m, int32_t answer)
{
	return m->classes ? m->classes->names.at[answer] : arena_printf("%d", answer);
}

static void say(verdict_list *out, const struct model *m, enum answer answer, const char *reason, const char *help)
{
	*list_add(out) = (struct verdict){.obligation = "constant",
		.subject = m->name,
		.answer = answer,
		.at = m->file_at.source ? m->file_at : m->at,
		.engine = "checker",
		.reason = reason,
		.help = help};
}

/* ---- certain defects ---- */

/* The number of a layer without a weight, from 1; 0: there is none. */
static int zero_layer(const struct model *m)
{
	for (int k = 0; k < m->layers.n; k++) {
		const struct layer *l = &m->layers.at[k];
		bool zero = true;

		for (int i = 0; zero && i < l->in * l->out; i++)
			zero = !l->qw[i];
		if (zero)
			return k + 1;
	}
	return 0;
}

/* What goes into the last layer. */
static struct range *last_inputs(const struct model *m, const struct box *box)
{
	const struct layer *l = &m->layers.at[m->layers.n - 1], *before = l - 1;
	struct range *x = arena_alloc(sizeof *x * (size_t)l->in);

	if (m->layers.n > 1)
		model_bounds(m, box, m->layers.n - 2, x);
	for (int i = 0; i < l->in; i++) {
		if (m->layers.n > 1)
			x[i] = (struct range){x[i].lo <= 0 ? 0 : x[i].lo >> before->shift,
				x[i].hi <= 0 ? 0 : x[i].hi >> before->shift};
		else
			x[i] = (struct range){box->at[i].lo, box->at[i].hi};
	}
	return x;
}

/* The least that score `a` can be above score `b`. */
static int64_t least_lead(const struct layer *l, const struct range *x, int a, int b)
{
	int64_t lead = (int64_t)l->qb[a] - l->qb[b];

	for (int i = 0; i < l->in; i++) {
		int64_t w = (int64_t)l->qw[a * l->in + i] - l->qw[b * l->in + i];
		lead += w * (w > 0 ? x[i].lo : x[i].hi);
	}
	return lead;
}

/* The class that the bounds show to be always first, or -1. */
static int only_class(const struct model *m, const struct range *x)
{
	const struct layer *l = &m->layers.at[m->layers.n - 1];

	for (int a = 0; a < l->out; a++) {
		bool always = true;
		for (int b = 0; always && b < l->out; b++)
			always = a == b || least_lead(l, x, a, b) >= (b < a);
		if (always)
			return a;
	}
	return -1;
}

static const char *only_number(const struct model *m, const struct box *box)
{
	const struct layer *l = &m->layers.at[m->layers.n - 1];
	struct range *acc = arena_alloc(sizeof *acc * (size_t)l->out);

	model_bounds(m, box, m->layers.n - 1, acc);
	return acc[0].lo >> l->shift == acc[0].hi >> l->shift ? arena_printf("%lld", (long long)(acc[0].lo >> l->shift))
							      : NULL;
}

/* ---- a second answer ---- */

struct search {
	const struct model *m;
	const struct box *box;
	uint64_t seed;
	int32_t first; /* the answer to the first vector */
};

static void draw_vector(struct search *s, int32_t *v)
{
	for (int i = 0; i < s->box->n; i++) {
		s->seed ^= s->seed << 13;
		s->seed ^= s->seed >> 7;
		s->seed ^= s->seed << 17;
		v[i] = s->box->at[i].lo + (int32_t)(s->seed % (uint64_t)(s->box->at[i].hi - s->box->at[i].lo + 1));
	}
}

/* How near the vector is to another answer than the first; above 0 at least as near as any class before it. */
static int64_t nearness(const struct search *s, const int32_t *v)
{
	int32_t scores[WIDE];
	int64_t best = INT64_MIN;

	model_scores(s->m, v, scores);
	if (!s->m->classes)
		return scores[0];
	for (int o = 0; o < s->m->classes->names.n; o++) {
		if (o != s->first && (int64_t)scores[o] - scores[s->first] > best)
			best = (int64_t)scores[o] - scores[s->first];
	}
	return best;
}

/* From `v`, one number after another to the end of its range that is nearer. */
static bool climb(const struct search *s, int32_t *v)
{
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < s->box->n; i++) {
			int32_t ends[] = {s->box->at[i].lo, s->box->at[i].hi}, old = v[i], keep = old;
			int64_t best = nearness(s, v);

			for (int e = 0; e < 2; e++) {
				v[i] = ends[e];
				int64_t at = nearness(s, v);
				if (at > best) {
					best = at;
					keep = ends[e];
				}
			}
			v[i] = keep;
			if (model_infer(s->m, v) != s->first)
				return true;
		}
	}
	return false;
}

static bool find_second(struct search *s, int32_t *second)
{
	int32_t *v = arena_alloc(sizeof *v * (size_t)s->box->n);
	int64_t weights = 0;
	int climbs;

	for (int k = 0; k < s->m->layers.n; k++)
		weights += (int64_t)s->m->layers.at[k].in * s->m->layers.at[k].out;
	draw_vector(s, v);
	s->first = model_infer(s->m, v);
	for (int k = 0; k < SAMPLES && weights * k < 1 << 28; k++) {
		draw_vector(s, v);
		*second = model_infer(s->m, v);
		if (*second != s->first)
			return true;
	}
	climbs = weights * s->box->n < 1 << 20 ? CLIMBS : 2;
	while (climbs--) {
		draw_vector(s, v);
		if (climb(s, v)) {
			*second = model_infer(s->m, v);
			return true;
		}
	}
	return false;
}

/* ---- numbers that are not looked at ---- */

static void warn_dead(const struct model *m, const struct box *box)
{
	const struct layer *l = &m->layers.at[0];
	const struct input *place = NULL;
	const char *list = "";
	int dead = 0;

	for (int i = 0; i < l->in; i++) {
		bool read = false;
		for (int o = 0; !read && o < l->out; o++)
			read = l->qw[o * l->in + i];
		if (read)
			continue;
		if (dead++ == 0)
			place = &m->inputs.at[box->at[i].input];
		if (dead <= 8)
			list = arena_printf("%s%s%d", list, dead > 1 ? ", " : "", i + 1);
	}
	if (!dead)
		return;
	diag_add(&(struct diag){.code = "constant",
		.at = place->at,
		.warning = true,
		.cause = dead == 1 ? arena_printf("%s never looks at number %s of its vector", m->name, list)
				   : arena_printf("%s never looks at %d of the %d numbers of its vector: %s%s", m->name,
					     dead, l->in, list, dead > 8 ? ", .." : ""),
		.help = "its weights are 0 in every row: the input was constant in training, or is not worth its bytes"});
}

static void check_model(const struct model *m, verdict_list *out)
{
	static const char *const train = "train it again, and look at the labels it was trained on";
	struct search s = {m, NULL, 88172645463325252u, 0};
	struct box box;
	int zero, only;
	int32_t second;
	const char *number;

	if (!m->layers.n || !model_box(m, &box)) {
		say(out, m, SKIPPED, "the model was not loaded", NULL);
		return;
	}
	zero = zero_layer(m);
	if (zero) {
		say(out, m, REFUTED,
			arena_printf("all weights of layer %d of %s are zero: it answers without looking at its inputs",
				zero, m->file),
			train);
		return;
	}
	warn_dead(m, &box);
	only = m->classes ? only_class(m, last_inputs(m, &box)) : -1;
	number = m->classes ? NULL : only_number(m, &box);
	s.box = &box;
	if (only >= 0 || number)
		say(out, m, REFUTED,
			arena_printf("%s is always %s, whatever its inputs in their declared ranges", m->name,
				number ? number : answer_word(m, only)),
			train);
	else if (find_second(&s, &second))
		say(out, m, PROVED,
			arena_printf("%s answers %s and %s", m->name, answer_word(m, s.first), answer_word(m, second)),
			NULL);
	else
		say(out, m, UNKNOWN,
			arena_printf(
				"no input was found that %s does not answer with %s, and its bounds do not show that there is none",
				m->name, answer_word(m, s.first)),
			train);
}

void check_constant(const struct policy *p, verdict_list *out)
{
	for (int i = 0; i < p->models.n; i++)
		check_model(p->models.at[i], out);
}
