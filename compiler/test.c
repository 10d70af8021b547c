/* `ldosc test`: the test blocks of a policy, each on a fresh machine. */
#include "interp.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct given { /* a test under way */
	const struct policy *p;
	struct machine *m;
	struct machine *before; /* the last decision */
	struct entry last;
	struct outcome out; /* of it */
	bool decided;
};

static void answers_of(const struct fact *f, struct entry *e)
{
	e->answered = f->answered;
	for (int i = 0; i < f->answers.n && i < LIST_MAX; i++)
		e->answers[i] = (int32_t)f->answers.at[i];
}

static struct entry entry_of(const struct policy *p, const struct fact *f)
{
	struct entry e = {.kind = f->event->tick ? ENTRY_TICK : ENTRY_EVENT, .event = f->event};

	if (p->decision && f->event == p->decision->on)
		e.kind = ENTRY_DECIDE;
	for (int i = 0; f->fields && i < f->event->fields.n; i++)
		e.fields[i] = (uint64_t)f->fields[i];
	e.list_n = (uint32_t)f->list_n;
	for (int i = 0; i < f->list_n && i < LIST_MAX; i++)
		for (int r = 0; r < 16; r++)
			e.list[i][r] = (uint64_t)f->list[i][r];
	answers_of(f, &e);
	return e;
}

static void give(struct given *t, const struct fact *f, const struct fact *next)
{
	struct entry e;

	if (!f->event) {
		t->m->now += (uint64_t)f->wait;
		return;
	}
	e = entry_of(t->p, f);
	if (next && !next->event && next->answered)
		answers_of(next, &e); /* `slow_io = [..]` after the event that asks */
	t->m->now += (uint64_t)f->wait;
	for (int k = 0; k < f->times; k++) {
		e.now = t->m->now;
		if (e.kind == ENTRY_DECIDE) {
			machine_free(t->before);
			t->before = machine_copy(t->m);
			t->last = e;
			t->decided = true;
		}
		machine_step(t->m, &e, &t->out);
	}
}

/* ---- what was expected, and what came ---- */

static const char *const sources[] = {"learned", "shield", "fallback", "pass"};

static const char *show_choice(const struct part *part, int64_t v)
{
	return part->kind == PART_CANDIDATE ? arena_printf("%" PRId64, v) : show_value(&part->type, v);
}

static const char *got(const struct given *t)
{
	const struct decision *d = t->p->decision;
	const char *text = "";

	if (!t->decided)
		return "no decision";
	if (t->out.by == BY_PASS)
		return t->out.refused ? "pass (the event was refused)" : "pass";
	for (int i = 0; i < d->parts.n; i++)
		text = arena_printf(
			"%s%s == %s, ", text, d->parts.at[i].name, show_choice(&d->parts.at[i], t->out.choice[i]));
	return arena_printf("%sby == %s", text, sources[t->out.by]);
}

static const char *wanted(const struct policy *p, const struct expectation *x)
{
	const char *text;

	if (x->pass)
		return "pass";
	if (x->by >= 0)
		return arena_printf("by == %s", sources[x->by]);
	text = arena_printf("%s == %s", p->decision->parts.at[x->part].name,
		show_choice(&p->decision->parts.at[x->part], (int64_t)x->value));
	return x->because ? arena_printf("%s because %s", text, x->because->name) : text;
}

/* NULL: it is so; else what came instead. */
static const char *unmet(const struct given *t, const struct expectation *x)
{
	if (!t->decided)
		return got(t);
	if (x->pass)
		return t->out.by == BY_PASS ? NULL : got(t);
	if (x->by >= 0)
		return (int)t->out.by == x->by ? NULL : got(t);
	if (t->out.by == BY_PASS || t->out.choice[x->part] != (int64_t)x->value)
		return got(t);
	if (x->because && !unmasked_breaks(t->before, &t->last, x->because))
		return arena_printf("%s, and what is learned would not have broken %s", got(t), x->because->name);
	if (t->out.broken >= 0)
		return arena_printf("%s, which breaks %s", got(t), t->p->guarantees.at[t->out.broken]->name);
	return NULL;
}

/* ---- one test, all tests ---- */

static const char *given_text(const struct test *x)
{
	struct span at = x->at;
	const char *text = "";

	if (x->given.n)
		at = x->given.at[0].at;
	for (int i = 0; i < x->given.n; i++)
		if (i == 0 || x->given.at[i].at.line != x->given.at[i - 1].at.line)
			text = arena_printf("%s%s%s", text, i ? " " : "", show_line(x->given.at[i].at));
	return x->given.n ? text : show_line(at);
}

/* NULL: it passed; else one line that says why not. */
static const char *run_test(const struct policy *p, const struct test *x, const char **expected)
{
	struct given *t = arena_alloc(sizeof *t);
	const char *came = NULL;

	t->p = p;
	t->m = machine_new(p, 0);
	for (int i = 0; i < x->given.n; i++)
		give(t, &x->given.at[i], i + 1 < x->given.n ? &x->given.at[i + 1] : NULL);
	for (int i = 0; i < x->expect.n && !came; i++) {
		came = unmet(t, &x->expect.at[i]);
		*expected = wanted(p, &x->expect.at[i]);
	}
	machine_free(t->before);
	machine_free(t->m);
	return came;
}

static void say_json(cJSON *list, const struct test *x, const char *expected, const char *came)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "name", x->name);
	cJSON_AddNumberToObject(o, "line", x->at.line);
	cJSON_AddBoolToObject(o, "passed", !came);
	if (came) {
		cJSON_AddStringToObject(o, "expected", expected);
		cJSON_AddStringToObject(o, "got", came);
	}
	cJSON_AddItemToArray(list, o);
}

static void say(const struct policy *p, const struct test *x, const char *expected, const char *came)
{
	if (!came) {
		printf("ok    %s\n", x->name);
		return;
	}
	printf("FAIL  %s (%s:%d)\n", x->name, p->path, x->at.line);
	printf("      %s\n", given_text(x));
	printf("      expected %s\n", expected);
	printf("      got      %s\n", came);
}

int test_run(const struct policy *p, bool json)
{
	cJSON *root = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(root, "tests");
	int failed = 0;

	for (int i = 0; i < p->tests.n; i++) {
		const char *expected = "", *came = run_test(p, p->tests.at[i], &expected);
		failed += came != NULL;
		if (json)
			say_json(list, p->tests.at[i], expected, came);
		else
			say(p, p->tests.at[i], expected, came);
	}
	cJSON_AddNumberToObject(root, "passed", p->tests.n - failed);
	cJSON_AddNumberToObject(root, "failed", failed);
	if (json)
		diag_json("test", cJSON_Print(root));
	else
		printf("%d passed, %d failed\n", p->tests.n - failed, failed);
	cJSON_Delete(root);
	return failed ? EXIT_REFUTED : EXIT_PROVED;
}
