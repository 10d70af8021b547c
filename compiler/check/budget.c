/* budget: bytes, stack and instructions within what a model's `budget` clause declares. Measured on the object file of
 * the C that compile writes, as gcc makes it with kernel flags; nothing is run. */
#include "../measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct budget {
	const struct policy *p;
	const struct model *m;
	verdict_list *out;
	const char *engine;
};

static const char *show_amount(num n, bool bytes)
{
	const struct type t = {.kind = TYPE_INT, .unit = bytes ? UNIT_SIZE : UNIT_NONE, .lo = 0, .hi = n};

	return show_value(&t, n);
}

static void judge(const struct budget *b, const char *what, num is, num limit, bool bytes, const char *unbounded)
{
	struct verdict *v;

	if (!limit)
		return;
	v = list_add(b->out);
	v->obligation = "budget";
	v->subject = arena_printf("%s.%s", b->m->name, what);
	v->at = b->m->at;
	v->engine = b->engine;
	v->answer = unbounded ? UNKNOWN : is > limit ? OVER : PROVED;
	v->reason = unbounded ? arena_printf("%s: %s has no constant bound", what, unbounded)
			      : arena_printf("%s: %s of %s", what, show_amount(is, bytes), show_amount(limit, bytes));
	if (is > limit && !unbounded)
		v->help = arena_printf("declare `budget %s %s`, or make the %s smaller", what, show_amount(is, bytes),
			strcmp(what, "state") && strcmp(what, "stack") ? "net" : "windows and tables");
}

static void unknown(const struct policy *p, verdict_list *out, const char *why)
{
	for (int i = 0; i < p->models.n; i++) {
		const struct model *m = p->models.at[i];
		if (m->memory || m->scratch || m->instructions || m->state || m->stack)
			*list_add(out) = (struct verdict){.obligation = "budget",
				.subject = m->name,
				.answer = UNKNOWN,
				.at = m->at,
				.engine = "gcc",
				.reason = why};
	}
}

/* Of any function that other files call, and of the inference. */
static num deepest(const struct policy *p, const figures *all)
{
	num stack = 0;

	for (int i = 0; i < all->n; i++)
		if ((all->at[i].visible || strstr(all->at[i].function, "_infer")) && all->at[i].stack > stack)
			stack = all->at[i].stack;
	(void)p;
	return stack;
}

static void judge_model(struct budget *b, const char *dir, const figures *all)
{
	const struct policy *p = b->p;
	const char *type = arena_printf("struct %s_%s", p->name, b->m->name), *why = NULL;
	const char *infer = arena_printf("%s_%s_infer", p->name, b->m->name);
	struct size sizes[] = {
		{type, 0}, {arena_printf("%s_scratch", type), 0}, {arena_printf("struct %s", p->name), 0}};
	const char *headers = arena_printf("#include \"%s.h\"\n#include \"%s_model.h\"\n", p->name, p->name);
	const struct figure *f = NULL;

	for (int i = 0; i < all->n; i++)
		if (!strcmp(all->at[i].function, infer))
			f = &all->at[i];
	if (!measure_sizes(dir, headers, sizes, 3, &why) || !f) {
		unknown(p, b->out, why ? why : arena_printf("%s is not in the object file", infer));
		return;
	}
	judge(b, "memory", sizes[0].bytes, b->m->memory, true, NULL);
	judge(b, "scratch", sizes[1].bytes, b->m->scratch, true, NULL);
	judge(b, "state", sizes[2].bytes, b->m->state, true, NULL);
	judge(b, "stack", deepest(p, all), b->m->stack, true, NULL);
	judge(b, "instructions", f->instructions, b->m->instructions, false, f->unbounded);
}

static const char *emit_into(const struct policy *p, const char *dir)
{
	struct output *o = output_open(dir);

	if (backend_c.supports && backend_c.supports(p))
		return backend_c.supports(p);
	if (backend_c.emit(p, lower(p), o))
		return "no C was written";
	fprintf(output_file(o, "measured.c"), "#include \"%s.c\"\n#include \"%s_model.h\"\n", p->name, p->name);
	return output_commit(o) ? NULL : "the C could not be written";
}

void check_budget(const struct policy *p, verdict_list *out)
{
	const struct leftover *mark = leftover_mark();
	const char *dir, *why;
	figures all = {0};
	bool any = false;

	for (int i = 0; i < p->models.n; i++) {
		const struct model *m = p->models.at[i];
		any = any || m->memory || m->scratch || m->instructions || m->state || m->stack;
	}
	if (!any)
		return;
	dir = leftover_scratch("ldosc-budget", &why);
	if (!dir) {
		unknown(p, out, why);
		return;
	}
	why = emit_into(p, dir);
	if (!why)
		measure_file(dir, "measured.c", &all, &why);
	if (why)
		unknown(p, out, why);
	for (int i = 0; !why && i < p->models.n; i++) {
		struct budget b = {p, p->models.at[i], out, measure_engine()};
		judge_model(&b, dir, &all);
	}
	leftover_remove(mark);
}
