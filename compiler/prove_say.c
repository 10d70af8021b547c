/* What is told of a proof: a line a function, then everything that is not proved; as text, JSON and JUnit. */
#include "prove.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* A goal is called typed_ref_FUNCTION_CLAUSE, and one function's name may begin another's. */
const char *function_of(const struct findings *f, const char *goal)
{
	const char *best = "";

	if (strncmp(goal, "typed_ref_", 10) == 0)
		goal += 10;
	for (int i = 0; i < f->goals.n; i++) {
		const char *name = f->goals.at[i].function;
		size_t n = strlen(name);
		if (n > strlen(best) && !strncmp(goal, name, n) && goal[n] == '_')
			best = name;
	}
	return best;
}

struct row {
	const char *function;
	int total, valid;
	double ms;
};
typedef LIST(struct row) rows;

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->function, ((const struct row *)b)->function);
}

static void rows_of(const struct findings *f, rows *out)
{
	for (int i = 0; i < f->goals.n; i++) {
		const struct goal *g = &f->goals.at[i];
		struct row *t = NULL;
		for (int j = 0; j < out->n; j++)
			if (!strcmp(out->at[j].function, g->function))
				t = &out->at[j];
		if (!t) {
			t = list_add(out);
			t->function = g->function;
		}
		t->total += g->total;
		t->valid += g->valid;
	}
	if (out->n)
		qsort(out->at, (size_t)out->n, sizeof *out->at, by_name);
	for (int i = 0; i < f->timings.n; i++) {
		const char *function = function_of(f, f->timings.at[i].goal);
		for (int j = 0; j < out->n; j++)
			if (!strcmp(out->at[j].function, function))
				out->at[j].ms += f->timings.at[i].ms;
	}
}

static void print_list(const char *head, int n, const char *const *at)
{
	for (int i = 0; i < n; i++)
		printf("%s: %s\n", head, at[i]);
}

void proof_say(const struct proof *u, const struct proof_result *v)
{
	int there = u->implied.n - v->missing.n; /* what is not what the policy gives is missing too */
	rows all = {0};

	rows_of(&v->f, &all);
	for (int i = 0; i < all.n; i++)
		printf("  %-36s %4d of %-4d %6.1f s\n", *all.at[i].function ? all.at[i].function : "(lemmas)",
			all.at[i].valid, all.at[i].total, all.at[i].ms / 1000);
	print_list("open", v->open.n, v->open.at);
	print_list("missing", v->missing.n, v->missing.at);
	print_list("assumed, not proved", v->assumed.n, v->assumed.at);
	print_list("contradiction", v->f.failed_smoke.n, v->f.failed_smoke.at);
	print_list("frama-c", v->f.complaints.n, v->f.complaints.at);
	if (u->only.n && !v->missing.n)
		printf("%s: %d of %d goals of these functions proved; %.1f s: no more was asked\n", u->name, v->f.valid,
			v->f.total, v->seconds);
	else
		printf("%s: %d of %d goals proved, %d of %d clauses of the policy, %d of %d smoke tests; %.1f s: %s\n",
			u->name, v->f.valid, v->f.total, there < 0 ? 0 : there, u->implied.n, v->f.smoke_passed,
			v->f.smoke, v->seconds, proof_complete(u, v) ? "complete" : "not proved");
}

static void add_strings(cJSON *to, const char *name, int n, const char *const *at)
{
	cJSON *list = cJSON_AddArrayToObject(to, name);

	for (int i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(at[i]));
}

struct cJSON *proof_json(const struct proof *u, const struct proof_result *v)
{
	cJSON *o = cJSON_CreateObject(), *list;
	rows all = {0};

	rows_of(&v->f, &all);
	cJSON_AddStringToObject(o, "unit", u->name);
	cJSON_AddBoolToObject(o, "complete", proof_complete(u, v));
	cJSON_AddNumberToObject(o, "goals", v->f.total);
	cJSON_AddNumberToObject(o, "proved", v->f.valid);
	cJSON_AddNumberToObject(o, "implied", u->implied.n);
	cJSON_AddNumberToObject(o, "smoke", v->f.smoke);
	cJSON_AddNumberToObject(o, "seconds", v->seconds);
	list = cJSON_AddArrayToObject(o, "functions");
	for (int i = 0; i < all.n; i++) {
		cJSON *row = cJSON_CreateObject();
		cJSON_AddStringToObject(row, "function", all.at[i].function);
		cJSON_AddNumberToObject(row, "goals", all.at[i].total);
		cJSON_AddNumberToObject(row, "proved", all.at[i].valid);
		cJSON_AddNumberToObject(row, "ms", all.at[i].ms);
		cJSON_AddItemToArray(list, row);
	}
	add_strings(o, "open", v->open.n, v->open.at);
	add_strings(o, "missing", v->missing.n, v->missing.at);
	add_strings(o, "assumed", v->assumed.n, v->assumed.at);
	add_strings(o, "contradictions", v->f.failed_smoke.n, v->f.failed_smoke.at);
	add_strings(o, "complaints", v->f.complaints.n, v->f.complaints.at);
	return o;
}

static void xml(FILE *f, const char *s)
{
	for (; *s; s++)
		fprintf(f, strchr("<>&\"\n", *s) ? "&#%d;" : "%c", *s);
}

static void junit_case(FILE *f, const char *in, const char *name, const char *failure)
{
	fprintf(f, "    <testcase classname=\"");
	xml(f, in);
	fprintf(f, "\" name=\"");
	xml(f, name);
	if (!failure) {
		fprintf(f, "\"/>\n");
		return;
	}
	fprintf(f, "\"><failure message=\"");
	xml(f, failure);
	fprintf(f, "\"/></testcase>\n");
}

static void junit_list(FILE *f, const char *in, const char *what, int n, const char *const *at)
{
	for (int i = 0; i < n; i++)
		junit_case(f, in, arena_printf("%s %d", what, i + 1), at[i]);
}

static int unproved(const struct proof_result *v)
{
	int n = v->missing.n + v->assumed.n + v->f.failed_smoke.n + v->f.complaints.n;

	for (int i = 0; i < v->f.goals.n; i++)
		n += v->f.goals.at[i].valid != v->f.goals.at[i].total;
	return n;
}

void proof_junit(FILE *f, const struct proof *u, const struct proof_result *v)
{
	fprintf(f, "  <testsuite name=\"");
	xml(f, u->name);
	fprintf(f, "\" tests=\"%d\" failures=\"%d\" time=\"%.1f\">\n",
		v->f.goals.n + v->missing.n + v->assumed.n + v->f.failed_smoke.n + v->f.complaints.n, unproved(v),
		v->seconds);
	for (int i = 0; i < v->f.goals.n; i++) {
		const struct goal *g = &v->f.goals.at[i];
		junit_case(f, g->function, g->name,
			g->valid == g->total ? NULL : arena_printf("%d of %d goals proved", g->valid, g->total));
	}
	junit_list(f, u->name, "missing", v->missing.n, v->missing.at);
	junit_list(f, u->name, "assumed", v->assumed.n, v->assumed.at);
	junit_list(f, u->name, "contradiction", v->f.failed_smoke.n, v->f.failed_smoke.at);
	junit_list(f, u->name, "complaint", v->f.complaints.n, v->f.complaints.at);
	fprintf(f, "  </testsuite>\n");
}
