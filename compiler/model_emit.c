/* The models of a policy as C. NAME_model.h has layers, checks and inference with their contracts; NAME_model.c has
 * nothing but the tables, and no proof reads it: what is proved is proved of every table that passes the check. */
#include "backend/layout.h"

#include <stdarg.h>
#include <string.h>

/* No number of the vector leaves 16 bits; what goes between layers is as wide as an accumulator. */
static const char *value_type(int layer)
{
	return layer ? "s32" : "s16";
}

static const char *dense_name(const struct policy *p, const struct model *m, int layer)
{
	return arena_printf("%s_%d", c_named(p, m->name), layer + 1);
}

static const char *shape(const struct model *m)
{
	const char *s = arena_printf("%d", m->layers.at[0].in);
	for (int k = 0; k < m->layers.n; k++)
		s = arena_printf("%s-%d", s, m->layers.at[k].out);
	return s;
}

/* ---- NAME_model.h ---- */

struct sizes { /* of vectors that are declared already: each once in a translation unit */
	LIST(int) s32;
};

static void emit_vector(FILE *f, struct sizes *sizes, int n)
{
	for (int i = 0; i < sizes->s32.n; i++) {
		if (sizes->s32.at[i] == n)
			return;
	}
	*list_add(&sizes->s32) = n;
	fprintf(f, "#define VECTOR %d\n#define VALUE  s32\n#include \"vector.h\"\n", n);
}

static void emit_layer(FILE *f, const struct policy *p, const struct model *m, int k)
{
	const struct layer *l = &m->layers.at[k];

	fprintf(f, "#define DENSE %s\n", dense_name(p, m, k));
	fprintf(f, "#define IN    %d\n#define OUT   %d\n#define X     %s\n#define X_MAX %d\n", l->in, l->out,
		value_type(k), l->reach);
	fprintf(f, "#define RELU  %d\n#define SHIFT %d\n#define Y_MAX %d\n", l->relu, l->relu ? l->shift : 0, l->cap);
	fprintf(f, "#include \"dense.h\"\n");
}

static void emit_structs(FILE *f, const struct policy *p, const struct model *m)
{
	const char *name = c_named(p, m->name);

	fprintf(f, "struct %s {\n", name);
	for (int k = 0; k < m->layers.n; k++)
		fprintf(f, "\tstruct dense_%s layer_%d;\n", dense_name(p, m, k), k + 1);
	fprintf(f, "};\n\nstruct %s_scratch { /* what goes between layers; the last are the scores */\n", name);
	for (int k = 0; k < m->layers.n; k++)
		fprintf(f, "\tstruct vector_%d_s32 after_%d;\n", m->layers.at[k].out, k + 1);
	fprintf(f, "};\n\n/* %s as it was when this was compiled. */\nextern const struct %s %s_table;\n\n", m->file,
		name, name);
	fprintf(f, "/*@ predicate %s%sOk(struct %s m) =", c_camel(p->name), c_camel(m->name), name);
	for (int k = 0; k < m->layers.n; k++)
		fprintf(f, "%s DenseOk(m.layer_%d)", k ? " &&" : "", k + 1);
	fprintf(f, ";\n*/\n\n");
}

/* A line that may be too long, broken between words as .clang-format breaks it. */
static int indent, column;

static void words(FILE *f, int tabs)
{
	indent = tabs;
	column = 8 * tabs;
	fprintf(f, "%.*s", tabs, "\t\t\t\t");
}

static void word(FILE *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void word(FILE *f, const char *format, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (column == 8 * indent) {
		column += fprintf(f, "%s", text);
	} else if (column + 1 + n <= 120) {
		column += fprintf(f, " %s", text);
	} else {
		fprintf(f, "\n%.*s%s", indent + 1, "\t\t\t\t", text);
		column = 8 * (indent + 1) + n;
	}
}

static void emit_check(FILE *f, const struct policy *p, const struct model *m)
{
	const char *name = c_named(p, m->name);

	fprintf(f,
		"/* To be asked of every table before it is used: no sum of it can overflow, whatever the vector. */\n");
	fprintf(f, "/*@ requires valid: \\valid_read(m);\n    assigns \\nothing;\n");
	fprintf(f, "    ensures checked: \\result <==> %s%sOk(*m);\n*/\n", c_camel(p->name), c_camel(m->name));
	fprintf(f, "static inline bool %s_check(const struct %s *m)\n{\n", name, name);
	words(f, 1);
	for (int k = 0; k < m->layers.n; k++)
		word(f, "%sdense_%s_check(&m->layer_%d)%s", k ? "" : "return ", dense_name(p, m, k), k + 1,
			k + 1 < m->layers.n ? " &&" : ";");
	fprintf(f, "\n}\n\n");
}

/* Ran: r comes of x by the outputs in s. Says: by some outputs, which is what a caller may know of r when s is used
 * again. */
static void emit_meaning(FILE *f, const struct policy *p, const struct model *m)
{
	const char *name = c_named(p, m->name), *camel = arena_printf("%s%s", c_camel(p->name), c_camel(m->name));
	const char *x = arena_printf("struct vector_%d_%s x", m->layers.at[0].in, value_type(0));
	int last = m->layers.n;

	fprintf(f, "/*@ predicate %sRan(struct %s m, %s, struct %s_scratch s, integer r) =\n     ", camel, name, x,
		name);
	for (int k = 1; k <= last; k++)
		fprintf(f, " Layer(m.layer_%d, %s, s.after_%d) &&", k, k == 1 ? "x" : arena_printf("s.after_%d", k - 1),
			k);
	if (m->classes)
		fprintf(f, " IsArgmax(s.after_%d, r, %d);\n\n", last, m->layers.at[last - 1].out);
	else
		fprintf(f, " r == s.after_%d.at[0] >> %d;\n\n", last, m->layers.at[last - 1].shift);
	fprintf(f, "    // the net's answer to x is r\n    predicate %sSays(struct %s m, %s, integer r) =\n", camel,
		name, x);
	fprintf(f, "      \\exists struct %s_scratch s; %sRan(m, x, s, r);\n*/\n\n", name, camel);
}

/* What infer asks of its vector, and ask does not say of those that it makes: each number lies in its input's range. */
static void emit_within(FILE *f, const struct policy *p, const struct model *m)
{
	const char *name = c_named(p, m->name);
	int width = m->layers.at[0].in, reach = m->layers.at[0].reach;

	fprintf(f, "/* Whether no number of x is greater than the table was checked for. */\n");
	fprintf(f, "/*@ requires valid: \\valid_read(m) && \\valid_read(x);\n    requires apart: \\separated(m, x);\n");
	fprintf(f, "    assigns \\nothing;\n    ensures within: \\result <==> Within(m->layer_1, *x);\n*/\n");
	words(f, 0);
	word(f, "static inline bool %s_within(const struct %s *m,", name, name);
	word(f, "const struct vector_%d_%s *x)", width, value_type(0));
	fprintf(f, "\n{\n\t(void)m;\n\t/*@ loop invariant range: 0 <= i <= %d;\n", width);
	fprintf(f, "\t    loop invariant within: \\forall integer k; 0 <= k < i ==> -%d <= x->at[k] <= %d;\n", reach,
		reach);
	fprintf(f, "\t    loop assigns i;\n\t    loop variant %d - i; */\n\tfor (u32 i = 0; i < %d; i++) {\n", width,
		width);
	fprintf(f, "\t\ts32 v = x->at[i];\n\n\t\tif (v < -%d || v > %d)\n\t\t\treturn false;\n\t}\n", reach, reach);
	fprintf(f, "\treturn true;\n}\n\n");
}

static void emit_infer(FILE *f, const struct policy *p, const struct model *m)
{
	const char *name = c_named(p, m->name);
	int last = m->layers.n, width = m->layers.at[0].in, outs = m->layers.at[last - 1].out;

	if (m->classes)
		fprintf(f, "/* The class that the net gives the vector x: the first of the greatest scores. */\n");
	else
		fprintf(f, "/* The number that the net gives the vector x, rounded to the nearest. */\n");
	fprintf(f, "/*@ requires valid: \\valid_read(m) && \\valid_read(x) && \\valid(s);\n");
	fprintf(f, "    requires apart: \\separated(m, x, s);\n    requires ok: %s%sOk(*m);\n", c_camel(p->name),
		c_camel(m->name));
	fprintf(f, "    requires within: Within(m->layer_1, *x);\n    assigns *s;\n");
	for (int k = 1; k <= last; k++)
		fprintf(f, "    ensures layer_%d: Layer(m->layer_%d, %s%s, s->after_%d);\n", k, k,
			k == 1 ? "*x" : "s->after_", k == 1 ? "" : arena_printf("%d", k - 1), k);
	if (m->classes)
		fprintf(f, "    ensures answer: IsArgmax(s->after_%d, \\result, %d);\n", last, outs);
	else
		fprintf(f, "    ensures answer: \\result == s->after_%d.at[0] >> %d;\n", last,
			m->layers.at[last - 1].shift);
	fprintf(f, "    ensures ran: %s%sRan(*m, *x, *s, \\result);\n*/\n", c_camel(p->name), c_camel(m->name));
	words(f, 0);
	word(f, "static inline s32 %s_infer(const struct %s *m,", name, name);
	word(f, "const struct vector_%d_%s *x,", width, value_type(0));
	word(f, "struct %s_scratch *s)", name);
	fprintf(f, "\n{\n");
	for (int k = 1; k <= last; k++)
		fprintf(f, "\tdense_%s_run(&m->layer_%d, %s%s, &s->after_%d);\n", dense_name(p, m, k - 1), k,
			k == 1 ? "x" : "&s->after_", k == 1 ? "" : arena_printf("%d", k - 1), k);
	if (m->classes)
		fprintf(f, "\treturn (s32)vector_%d_s32_argmax(&s->after_%d);\n}\n", outs, last);
	else
		fprintf(f, "\treturn s->after_%d.at[0] >> %d;\n}\n", last, m->layers.at[last - 1].shift);
}

void model_emit_header(FILE *f, const struct policy *p)
{
	struct sizes sizes = {0};
	const char *guard = c_macro(p, "model_h");

	fprintf(f,
		"/* The learned model of the policy %s, in 16-bit integers. Written by ldosc; the tables are in %s_model.c. To be\n",
		p->name, p->name);
	fprintf(f, " * included after %s.h, which has the vectors. */\n", p->name);
	fprintf(f, "#ifndef %s\n#define %s\n\n", guard, guard);
	for (int i = 0; i < p->models.n; i++) {
		const struct model *m = p->models.at[i];

		if (!m->layers.n)
			continue;
		fprintf(f, "/* ---- %s: %s, %s ---- */\n\n", m->name, m->file, shape(m));
		for (int k = 0; k < m->layers.n; k++)
			emit_vector(f, &sizes, m->layers.at[k].out);
		for (int k = 0; k < m->layers.n; k++)
			emit_layer(f, p, m, k);
		fputc('\n', f);
		emit_structs(f, p, m);
		emit_check(f, p, m);
		emit_within(f, p, m);
		emit_meaning(f, p, m);
		emit_infer(f, p, m);
		fputc('\n', f);
	}
	fprintf(f, "#endif\n");
}

/* ---- NAME_model.c ---- */

struct row { /* numbers, wrapped at 120 columns */
	FILE *f;
	int indent, col;
};

static void put_number(struct row *r, const char *after, int64_t v)
{
	char s[24];
	int n = snprintf(s, sizeof s, "%lld%s", (long long)v, after);

	if (r->col + n > 118) {
		fprintf(r->f, "\n%.*s", r->indent, "\t\t\t\t\t\t\t\t");
		r->col = 8 * r->indent;
	}
	r->col += fprintf(r->f, "%s%s", r->col > 8 * r->indent ? " " : "", s);
}

static void emit_table(FILE *f, const struct layer *l)
{
	fprintf(f, "\t\t.w = {\n");
	for (int o = 0; o < l->out; o++) {
		struct row r = {f, 3, 24 + 1};
		fprintf(f, "\t\t\t{");
		for (int i = 0; i < l->in; i++)
			put_number(&r, i + 1 < l->in ? "," : "", l->qw[o * l->in + i]);
		fprintf(f, " },\n");
	}
	fprintf(f, "\t\t},\n\t\t.b = {\n\t\t\t");
	struct row r = {f, 3, 24};
	for (int o = 0; o < l->out; o++)
		put_number(&r, ",", l->qb[o]);
	fprintf(f, "\n\t\t},\n");
}

void model_emit_tables(FILE *f, const struct policy *p, const struct model *m)
{
	const char *name = c_named(p, m->name);

	fprintf(f, "const struct %s %s_table = {\n", name, name);
	for (int k = 0; k < m->layers.n; k++) {
		const struct layer *l = &m->layers.at[k];

		fprintf(f, "\t.layer_%d = { /* %d to %d; no sum leaves %lld over the declared inputs */\n", k + 1,
			l->in, l->out, (long long)l->acc_max);
		emit_table(f, l);
		fprintf(f, "\t},\n");
	}
	fprintf(f, "};\n");
}

void model_emit_source(FILE *f, const struct policy *p)
{
	fprintf(f,
		"/* The tables of the learned model of the policy %s. Written by ldosc; no proof reads this file. */\n",
		p->name);
	fprintf(f, "#include \"%s.h\"\n#include \"%s_model.h\"\n\n/* clang-format off */\n", p->name, p->name);
	for (int i = 0; i < p->models.n; i++) {
		if (p->models.at[i]->layers.n)
			model_emit_tables(f, p, p->models.at[i]);
	}
}
