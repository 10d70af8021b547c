/* adapter POLICY HOOKS: prints the C that plays entries on the compiled policy, by the names of the generated
 * header. */
#include "ldosc.h"
#include "backend/layout.h"

#include <string.h>

static const struct policy *p;

static bool each(void)
{
	return p->models.n && p->models.at[0]->each;
}

static const struct field *list_of(const struct event *e)
{
	for (int i = 0; i < e->fields.n; i++)
		if (e->fields.at[i]->type.kind == TYPE_LIST)
			return e->fields.at[i];
	return NULL;
}

static void print_fields(const struct event *e)
{
	const struct field *list = list_of(e);

	printf("static bool fill_%s(const struct call *in, struct %s *e)\n{\n", e->name, c_named(p, e->name));
	printf("\tmemset(e, 0, sizeof *e);\n");
	for (int i = 0; i < e->fields.n; i++)
		if (e->fields.at[i] != list)
			printf("\tPUT(e->%s, in->fields[%d]);\n", e->fields.at[i]->name, i);
	if (list) {
		printf("\tPUT(e->%s_n, in->list_n);\n", list->name);
		printf("\tfor (uint32_t i = 0; i < in->list_n && i < %s; i++) {\n", c_list_max(p, list));
		for (int r = 0; r < list->record.n; r++)
			printf("\t\tPUT(e->%s[i].%s, in->list[i][%d]);\n", list->name,
				list->record.at[r]->name, r);
		printf("\t}\n");
	}
	printf("\treturn true;\n}\n\n");
}

static bool taken(const struct event *e)
{
	return event_used(p, e) || e == p->decision->on;
}

static void print_event(const struct event *e)
{
	printf("\tif (!strcmp(in->event, \"%s\")) {\n", e->name);
	if (e->tick) {
		printf("\t\t%s(&c, in->now);\n", c_named(p, e->name));
	} else {
		printf("\t\tstruct %s e;\n", c_named(p, e->name));
		printf("\t\tif (!fill_%s(in, &e))\n\t\t\treturn false;\n", e->name);
		printf("\t\t%s(&c, in->now, &e);\n", c_named(p, e->name));
	}
	printf("\t\treturn true;\n\t}\n");
}

static void print_vectors(void)
{
	const struct model *m = p->models.at[0];

	if (each()) {
		printf("\tfor (int i = 0; i < (int)in->list_n; i++) {\n\t\tif (!q.asked[i])\n\t\t\tcontinue;\n");
		printf("\t\tout->asked |= UINT32_C(1) << i;\n");
		printf("\t\tfor (int k = 0; k < %d; k++)\n\t\t\tout->vector[i][k] = q.%s[i].at[k];\n\t}\n", m->width,
			m->name);
	} else {
		printf("\tif (q.asked) {\n\t\tout->asked = 1;\n");
		printf("\t\tfor (int k = 0; k < %d; k++)\n\t\t\tout->vector[0][k] = q.%s.at[k];\n\t}\n", m->width,
			m->name);
	}
}

static void print_ask(void)
{
	const struct event *e = p->decision->on;

	printf("static bool ask(const struct call *in, struct seen *out)\n{\n");
	if (e->tick) {
		printf("\tif (!%s_ask(&c, in->now, &q))\n\t\treturn true;\n", p->name);
	} else {
		printf("\tstruct %s e;\n", c_named(p, e->name));
		printf("\tif (!fill_%s(in, &e))\n\t\treturn false;\n", e->name);
		printf("\tif (!%s_ask(&c, in->now, &e, &q))\n\t\treturn true;\n", p->name);
	}
	printf("\tout->ticket = q.ticket;\n");
	if (p->models.n)
		print_vectors();
	printf("\treturn true;\n}\n\n");
}

static void print_infer(const struct model *m)
{
	const char *name = c_named(p, m->name);

	printf("\tstatic struct %s_scratch scratch;\n\tif (in->infer && !%s_check(&%s_table))\n\t\treturn;\n", name,
		name, name);
	if (each())
		printf("\tfor (int i = 0; in->infer && i < (int)in->list_n; i++)\n\t\tif (q.asked[i])\n\t\t\t"
		       "out->answers[i] = %s_infer(&%s_table, &q.%s[i], &scratch);\n",
			name, name, m->name);
	else
		printf("\tif (in->infer && q.asked)\n\t\tout->answers[0] = %s_infer(&%s_table, &q.%s, &scratch);\n",
			name, name, m->name);
}

static void print_answers(const struct model *m)
{
	if (each())
		printf("\tfor (int i = 0; i < %s; i++)\n\t\ta.%s[i] = in->infer ? out->answers[i] : in->answers[i];\n",
			c_list_max(p, m->each), m->name);
	else
		printf("\ta.%s = in->infer ? out->answers[0] : in->answers[0];\n", m->name);
}

static void print_settle(void)
{
	printf("static void settle(const struct call *in, uint64_t ticket, struct seen *out)\n{\n");
	if (p->models.n)
		print_infer(p->models.at[0]);
	printf("\tmemset(&a, 0, sizeof a);\n\ta.answered = in->answered || in->infer;\n");
	if (p->models.n)
		print_answers(p->models.at[0]);
	printf("\t%s_settle(&c, in->now, ticket, &a, &d);\n", p->name);
	printf("\tout->by = (int)d.by;\n");
	for (int i = 0; i < p->decision->parts.n; i++)
		printf("\tout->choice[%d] = (int64_t)d.%s;\n", i, p->decision->parts.at[i].name);
	printf("}\n\n");
}

/* The same decision in one call, of a copy of the context as it was: nothing may come out otherwise. */
static void print_one_call(void)
{
	const struct event *e = p->decision->on;

	printf("static const char *one_call(const struct call *in, const struct seen *out)\n{\n\tbool decided;\n");
	if (!e->tick)
		printf("\tstruct %s e;\n\tif (!fill_%s(in, &e))\n\t\treturn \"an event\";\n", c_named(p, e->name), e->name);
	printf("\tdecided = %s_decide(&before, %sin->now, %s&one);\n", p->name, p->models.n ? "&models, " : "", e->tick ? "" : "&e, ");
	printf("\tif (decided != (out->ticket != 0))\n\t\treturn \"in one call: decided\";\n");
	printf("\tif ((int)one.decision.by != out->by)\n\t\treturn \"in one call: by\";\n");
	for (int i = 0; i < p->decision->parts.n; i++)
		printf("\tif (out->by != 3 && (int64_t)one.decision.%s != out->choice[%d])\n\t\treturn \"in one call: %s\";\n",
			p->decision->parts.at[i].name, i, p->decision->parts.at[i].name);
	printf("\treturn memcmp(&before, &c, sizeof c) ? \"in one call: the context\" : NULL;\n}\n\n");
}

/* A table whose last layer is turned round, one whose sums overflow, and the first again. */
static void print_swap(void)
{
	const struct model *m = p->models.n ? p->models.at[0] : NULL;
	const char *net = m ? c_named(p, m->name) : NULL, *at = each() ? "[i]" : "";
	const char *swap = m ? arena_printf("%s_swap_%s", p->name, m->name) : NULL;

	if (!m) {
		printf("const char *subject_swap(uint64_t *changed)\n{\n\treturn changed ? NULL : \"\";\n}\n\n");
		return;
	}
	printf("static struct %s table;\n\n", net);
	printf("static bool answers_of(const struct %s *t, uint64_t *changed)\n{\n\tstatic struct %s_answers before, now;\n", net, p->name);
	printf("\tbool right = true;\n\n\tbefore = now;\n\t%s_answer(&models, &q, &now, &one.layers);\n", p->name);
	if (each())
		printf("\tfor (int i = 0; i < %s; i++)\n", c_list_max(p, m->each));
	printf("\t\tif (q.asked%s) {\n\t\t\tright = right && now.answered && now.%s%s == %s_infer(t, &q.%s%s, &one.layers);\n", at, m->name, at, net,
		m->name, at);
	printf("\t\t\t*changed += now.%s%s != before.%s%s;\n\t\t}\n\treturn right;\n}\n\n", m->name, at, m->name, at);
	printf("const char *subject_swap(uint64_t *changed)\n{\n\tstatic struct %s_models was;\n\tuint64_t none = 0;\n\n", p->name);
	printf("\tif (!answers_of(&%s_table, &none))\n\t\treturn \"answers before a swap\";\n\ttable = %s_table;\n", net, net);
	printf("\tfor (int o = 0; o < %d; o++) {\n\t\ttable.layer_%d.b[o] = -table.layer_%d.b[o];\n", m->layers.at[m->layers.n - 1].out, m->layers.n,
		m->layers.n);
	printf("\t\tfor (int i = 0; i < %d; i++)\n\t\t\ttable.layer_%d.w[o][i] = (int16_t)(table.layer_%d.w[o][i] == INT16_MIN ? INT16_MAX : "
	       "-table.layer_%d.w[o][i]);\n\t}\n",
		m->layers.at[m->layers.n - 1].in, m->layers.n, m->layers.n, m->layers.n);
	printf("\tif (!%s(&models, &table) || !answers_of(&table, changed))\n\t\treturn \"answers after a swap\";\n\tmemcpy(&was, &models, sizeof was);\n",
		swap);
	printf("\ttable.layer_1.b[0] = INT32_MAX;\n\ttable.layer_1.w[0][0] = INT16_MAX;\n");
	printf("\tif (%s(&models, &table) || memcmp(&was, &models, sizeof was))\n\t\treturn \"a table that overflows\";\n", swap);
	printf("\tif (!%s(&models, &%s_table) || !answers_of(&%s_table, &none))\n\t\treturn \"answers of the first table again\";\n", swap, net, net);
	printf("\treturn NULL;\n}\n\n");
}

static void print_step(void)
{
	printf("bool subject_step(const struct call *in, struct seen *out)\n{\n");
	printf("\tout->ticket = 0;\n\tout->asked = 0;\n\tout->by = 3;\n\tmemset(out->choice, 0, sizeof out->choice);\n");
	printf("\tout->one_call = NULL;\n\tout->in_one_call = false;\n");
	printf("\tswitch (in->kind) {\n");
	printf("\tcase CALL_ASK:\n\t\treturn ask(in, out);\n");
	printf("\tcase CALL_DECIDE:\n\t\tmemcpy(&before, &c, sizeof c);\n\t\tif (!ask(in, out))\n\t\t\treturn false;\n");
	printf("\t\tif (out->ticket)\n\t\t\tsettle(in, out->ticket, out);\n");
	printf("\t\tout->in_one_call = %s;\n\t\tif (out->in_one_call)\n\t\t\tout->one_call = one_call(in, out);\n\t\treturn true;\n",
		p->models.n ? "in->infer" : "true");
	printf("\tcase CALL_SETTLE:\n\t\tsettle(in, in->ticket, out);\n\t\treturn true;\n");
	printf("\tcase CALL_SET:\n\t\treturn set(in);\n");
	printf("\tcase CALL_EVENT:\n\t\tbreak;\n\t}\n");
	for (int i = 0; i < p->hook->events.n; i++)
		if (p->hook->events.at[i] != p->decision->on && taken(p->hook->events.at[i]))
			print_event(p->hook->events.at[i]);
	printf("\treturn false;\n}\n\n");
}

static void print_set(void)
{
	printf("static bool set(const struct call *in)\n{\n\tswitch (in->tunable) {\n");
	for (int i = 0; i < p->tunables.n; i++) {
		const struct tunable *t = p->tunables.at[i];
		printf("\tcase %d: {\n\t\t%s v;\n\t\tPUT(v, in->value);\n", i, t->type.lo < 0 ? "int64_t" : "uint64_t");
		printf("\t\t%s_set_%s(&c, (%s)v);\n\t\treturn true;\n\t}\n", p->name, t->name, c_type(&t->type));
	}
	printf("\tdefault:\n\t\treturn false;\n\t}\n}\n\n");
}

static void print_state(void)
{
	static const char *const counts[] = {"malformed", "reopened", "orphan", "busy", "stale", "exhausted"};

	printf("bool subject_tripped(int guardrail, int key)\n{\n\tswitch (guardrail) {\n");
	for (int i = 0; i < p->guardrails.n; i++)
		printf("\tcase %d:\n\t\treturn %s.tripped;\n", i, guardrail_path(p->guardrails.at[i], "c.", "key"));
	printf("\tdefault:\n\t\treturn key < 0;\n\t}\n}\n\n");
	printf("bool subject_reported(struct reported *out)\n{\n\tstruct trip t;\n\n\tif (!report_64_take(&c.report, &t))\n\t\treturn false;\n"
	       "\t*out = (struct reported){t.at, t.guardrail, t.key, t.wants & TRIP_RETRAIN, t.wants & TRIP_DEPRIORITIZE, t.wants / TRIP_SWAP(0)};\n"
	       "\treturn true;\n}\n\n");
	printf("uint64_t subject_count(int i)\n{\n\tswitch (i) {\n");
	for (int i = 0; i < 6; i++)
		printf("\tcase %d:\n\t\treturn c.count.%s;\n", i, counts[i]);
	printf("\tdefault:\n\t\treturn 0;\n\t}\n}\n\n");
	printf("uint64_t subject_now(void)\n{\n\treturn c.now;\n}\n");
}

int main(int argc, char **argv)
{
	p = argc == 3 ? policy_load(argv[1], argv[2]) : NULL;
	for (int i = 0; p && i < p->models.n; i++)
		model_load(p, p->models.at[i]);
	if (!p || diag_errors()) {
		diag_flush(false);
		return EXIT_TYPES;
	}
	printf("#include \"%s.h\"\n%s#include \"%s_decide.h\"\n#include \"subject.h\"\n\n#include <stdlib.h>\n#include <string.h>\n\n", p->name,
		p->models.n ? arena_printf("#include \"%s_model.h\"\n", p->name) : "", p->name);
	printf("/* A value that its parameter cannot hold is never handed over. */\n");
	printf("#define PUT(to, from)                                                \\\n");
	printf("\tdo {                                                         \\\n");
	printf("\t\t(to) = (__typeof__(to))(from);                       \\\n");
	printf("\t\tif ((uint64_t)(to) != (uint64_t)(from))              \\\n");
	printf("\t\t\treturn false;                                \\\n\t} while (0)\n\n");
	printf("const char *const subject_name = \"%s\";\n\nstatic struct %s c, before; /* a decision */\n", p->name, p->name);
	printf("static struct %s one;\n", c_struct(p, "decide"));
	if (p->models.n)
		printf("static struct %s models;\n", c_struct(p, "models"));
	printf("static struct %s q;\nstatic struct %s d;\n", c_struct(p, "questions"), c_struct(p, "decision"));
	printf("static struct %s a;\n", c_struct(p, "answers"));
	printf("\n");
	for (int i = 0; i < p->hook->events.n; i++)
		if (!p->hook->events.at[i]->tick && taken(p->hook->events.at[i]))
			print_fields(p->hook->events.at[i]);
	print_ask();
	print_settle();
	print_set();
	printf("void subject_init(uint64_t now)\n{\n\t%s_init(&c, now);\n", p->name);
	if (p->models.n)
		printf("\tif (!%s_models_init(&models, &%s_table))\n\t\tabort();\n", p->name, c_named(p, p->models.at[0]->name));
	printf("}\n\n");
	print_one_call();
	print_swap();
	print_step();
	print_state();
	return 0;
}
