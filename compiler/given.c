/* The tests inside a policy: what happens, what the model says, what is expected of the last decision. */
#include "front.h"

#include <string.h>

static bool value_read(const struct tree *t, const struct type *type, const char *what, num *value)
{
	struct type plain = *type;
	switch ((int)type->kind) {
	case TYPE_BOOL:
		plain = *type;
		if (t->kind == NODE_NAME && (strcmp(t->text, "yes") == 0 || strcmp(t->text, "true") == 0)) {
			*value = 1;
			return true;
		}
		if (t->kind == NODE_NAME && (strcmp(t->text, "no") == 0 || strcmp(t->text, "false") == 0)) {
			*value = 0;
			return true;
		}
		return refuse(t->at, NULL, "`%s` is yes or no", what);
	case TYPE_CLASS: {
		struct expr *e = t->kind == NODE_NAME ? symbol_named(&plain, t) : NULL;
		if (!e)
			return refuse(t->at, NULL, "`%s` is one of %s", what, show_range(type));
		*value = e->value;
		return true;
	}
	default:
		return constant(t, type->kind == TYPE_INT ? type->unit : UNIT_NONE, type->lo, type->hi,
			arena_printf("`%s`", what), value);
	}
}

static num default_of(const struct type *type)
{
	return type->lo > 0 ? type->lo : type->hi < 0 ? type->hi : 0;
}

static void row_read(const struct field *list, const struct tree *row, num *to)
{
	for (int i = 0; i < list->record.n; i++)
		to[i] = default_of(&list->record.at[i]->type);
	for (int i = 0; i < row->kids.n; i++) {
		const struct tree *name = row->kids.at[i]->kids.at[0], *value = row->kids.at[i]->kids.at[1];
		const struct field *f = record_field(list, name->text);
		if (!f)
			refuse(name->at, NULL, "`%s` have no field `%s`", list->name, name->text);
		else if (value->kind == NODE_LIST)
			refuse(value->at, NULL, "`%s` is not a list", name->text);
		else
			value_read(value, &f->type, f->name, &to[f->index]);
	}
}

static void rows_read(struct fact *fact, const struct field *list, const struct tree *rows)
{
	if (rows->kids.n > list->max) {
		refuse(rows->at, NULL, "at most %d of `%s`", list->max, list->name);
		return;
	}
	fact->list_n = rows->kids.n;
	fact->list = arena_alloc(sizeof *fact->list * (size_t)(rows->kids.n ? rows->kids.n : 1));
	for (int i = 0; i < rows->kids.n; i++)
		row_read(list, rows->kids.at[i], fact->list[i]);
}

static void fields_read(struct fact *fact, const struct tree *sets)
{
	const struct event *e = fact->event;
	for (int i = 0; i < sets->kids.n; i++) {
		const struct tree *name = sets->kids.at[i]->kids.at[0], *value = sets->kids.at[i]->kids.at[1];
		const struct field *f = event_field(e, name->text);
		for (int j = 0; j < i; j++) {
			if (strcmp(sets->kids.at[j]->kids.at[0]->text, name->text) == 0)
				refuse(name->at, NULL, "`%s` is given twice", name->text);
		}
		if (!f)
			refuse(name->at, NULL, "event `%s` has no field `%s`", e->name, name->text);
		else if (f->type.kind == TYPE_LIST && value->kind == NODE_LIST)
			rows_read(fact, f, value);
		else if (f->type.kind == TYPE_LIST || value->kind == NODE_LIST)
			refuse(value->at, NULL, "`%s` is %s list", name->text,
				value->kind == NODE_LIST ? "not a" : "a");
		else
			value_read(value, &f->type, f->name, &fact->fields[f->index]);
	}
}

/* A refused event would test nothing: a candidate must be one that is there. */
static void indexes_checked(const struct fact *fact, const struct tree *t)
{
	for (int i = 0; i < fact->event->fields.n; i++) {
		const struct field *f = fact->event->fields.at[i];
		if (f->type.kind == TYPE_CANDIDATE && fact->list_n && fact->fields[f->index] >= fact->list_n)
			refuse(t->at, NULL, "`%s` is %s, and there are %d of `%s`", f->name,
				show_num(fact->fields[f->index]), fact->list_n, f->of->name);
	}
}

static void event_fact(struct front *f, struct fact *fact, const struct tree *t)
{
	const struct tree *name = t->kids.at[1], *times = t->kids.at[0];
	num n = 1;
	fact->event = hook_event(f->p->hook, name->text);
	if (!fact->event) {
		refuse(name->at, NULL, "hook `%s` has no event `%s`", f->p->hook->name, name->text);
		return;
	}
	if (times && constant(times, UNIT_NONE, 1, 1 << 20, "how often", &n))
		fact->times = (int)n;
	fact->fields = arena_alloc(sizeof *fact->fields * (size_t)(fact->event->fields.n + 1));
	for (int i = 0; i < fact->event->fields.n; i++)
		fact->fields[i] = default_of(&fact->event->fields.at[i]->type);
	if (t->kids.at[2])
		fields_read(fact, t->kids.at[2]);
	indexes_checked(fact, t);
}

static void answers_read(struct front *f, struct test *test, const struct tree *t)
{
	const struct tree *name = t->kids.at[0], *answers = t->kids.at[1];
	const struct name *n = front_name(f, name->text);
	struct fact *fact = test->given.n ? &test->given.at[test->given.n - 1] : NULL;
	if (!n || n->what != IS_MODEL) {
		refuse(name->at, NULL, "`%s` is not a model", name->text);
		return;
	}
	if (!fact || fact->event != f->p->decision->on || fact->answered) {
		refuse(t->at, NULL, "answers stand right after the `%s` that they answer", f->p->decision->on->name);
		return;
	}
	const struct model *m = n->thing;
	if (m->each ? !t->op || answers->kids.n != fact->list_n : t->op != 0) {
		refuse(answers->at, arena_printf(m->each ? "as in `%s = [.., ..]`" : "as in `%s = ..`", m->name),
			m->each ? "`%s` answers for each of `%s`, and the event has %d" : "`%s` answers once", m->name,
			m->each ? m->each->name : "", fact->list_n);
		return;
	}
	fact->answered = true;
	for (int i = 0; i < answers->kids.n; i++) {
		const struct tree *a = answers->kids.at[i];
		num value = -1;
		/* Any number may come out of a model: one that is no class is an answer to be survived. */
		if (a->kind == NODE_NUMBER && m->type.kind == TYPE_CLASS)
			constant(a, UNIT_NONE, INT32_MIN, INT32_MAX, "an answer", &value);
		else if (a->kind == NODE_NUMBER)
			constant(a, m->type.unit, INT32_MIN, INT32_MAX, "an answer", &value);
		else if (strcmp(a->text, "none") != 0)
			value_read(a, &m->type, m->name, &value);
		*list_add(&fact->answers) = value;
	}
}

static void expectation_read(struct front *f, struct test *test, const struct tree *t)
{
	const struct decision *d = f->p->decision;
	struct expectation *e = list_add(&test->expect);
	*e = (struct expectation){.at = t->at, .part = -1, .by = -1};
	if (t->kind == NODE_EXPECT_PASS) {
		e->pass = true;
		return;
	}
	const struct tree *name = t->kids.at[0];
	if (t->kind == NODE_EXPECT_BY) {
		struct type by = type_of(TYPE_SOURCE);
		struct expr *source = symbol_named(&by, name);
		if (source)
			e->by = (int)source->value;
		else
			refuse(name->at, "learned, shield or fallback", "`%s` decides nothing", name->text);
		return;
	}
	for (int i = 0; i < d->parts.n; i++) {
		if (strcmp(d->parts.at[i].name, name->text) == 0)
			e->part = i;
	}
	if (e->part < 0) {
		refuse(name->at, NULL, "`%s` is not what is decided", name->text);
		return;
	}
	value_read(t->kids.at[1], &d->parts.at[e->part].type, name->text, &e->value);
	const struct tree *because = t->kids.at[2];
	const struct name *n = because ? front_name(f, because->text) : NULL;
	if (n && n->what == IS_GUARANTEE)
		e->because = n->thing;
	else if (because)
		refuse(because->at, NULL, "`%s` is not a guarantee", because->text);
}

static void type_test(struct front *f, const struct tree *t)
{
	struct test *test = arena_alloc(sizeof *test);
	test->name = t->kids.at[0]->text;
	test->at = t->kids.at[0]->at;
	for (int i = 0; i < f->p->tests.n; i++) {
		if (strcmp(f->p->tests.at[i]->name, test->name) == 0)
			refuse(test->at, NULL, "another test has this name");
	}
	*list_add(&f->p->tests) = test;
	const struct tree *facts = t->kids.at[1];
	bool decided = false;
	for (int i = 0; i < facts->kids.n; i++) {
		const struct tree *x = facts->kids.at[i];
		if (x->kind == NODE_ANSWERS) {
			answers_read(f, test, x);
			continue;
		}
		struct fact *fact = list_add(&test->given);
		*fact = (struct fact){.at = x->at, .times = 1};
		if (x->kind == NODE_WAIT)
			constant(x->kids.at[0], UNIT_TIME, 0, INT64_MAX, "the time", &fact->wait);
		else
			event_fact(f, fact, x);
		decided |= fact->event == f->p->decision->on;
	}
	if (!decided)
		refuse(test->at, arena_printf("add `given %s { .. }`", f->p->decision->on->name),
			"nothing is decided in this test");
	for (int i = 0; i < t->kids.at[2]->kids.n; i++)
		expectation_read(f, test, t->kids.at[2]->kids.at[i]);
}

void type_tests(struct front *f)
{
	for (int i = 0; i < f->test_trees.n; i++)
		type_test(f, f->test_trees.at[i]);
}
