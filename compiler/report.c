/* What the checker found, for people and for programs. A refuted obligation is a message at the clause that it is
 * about; everything else is counted, one line an obligation, in the order in which the checker asked. */
#include "ldosc.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

const char *answer_name(enum answer a)
{
	switch (a) {
	case PROVED:
		return "proved";
	case REFUTED:
		return "refuted";
	case UNKNOWN:
		return "unknown";
	case OVER:
		return "over budget";
	case SKIPPED:
		return "skipped";
	}
	return "?";
}

static const char *case_name(const struct verdict *v)
{
	return arena_printf("%s.%s", v->obligation, v->subject ? v->subject : "");
}

static void say_open(const struct policy *p, const struct verdict *v)
{
	struct diag d = {.code = v->obligation,
		.at = v->at,
		.label = v->label,
		.also = v->also,
		.also_label = v->also_label,
		.shown = v->shown,
		.help = v->help};

	d.cause = v->reason ? v->reason
			    : arena_printf("%s is %s", v->subject ? v->subject : v->obligation, answer_name(v->answer));
	if (v->answer == UNKNOWN)
		d.cause = arena_printf("unknown: %s", d.cause);
	if (v->trace)
		d.next = arena_printf("ldosc replay %s --case %s", p->path, case_name(v));
	diag_add(&d);
}

/* One line an obligation: "inv  12 of 12". Verdicts of one obligation need not be neighbours. */
static void print_counts(const verdict_list *v)
{
	for (int i = 0; i < v->n; i++) {
		int all = 0, proved = 0, skipped = 0;
		bool first = true;
		for (int j = 0; j < v->n; j++) {
			if (strcmp(v->at[j].obligation, v->at[i].obligation))
				continue;
			first = first && j >= i;
			skipped += v->at[j].answer == SKIPPED;
			all += v->at[j].answer != SKIPPED;
			proved += v->at[j].answer == PROVED;
		}
		if (!first)
			continue;
		printf("  %-14s %4d of %d", v->at[i].obligation, proved, all);
		if (skipped)
			printf(", %d skipped", skipped);
		printf("\n");
		for (int j = i; j < v->n; j++) /* a budget is a figure, not only a verdict */
			if (!strcmp(v->at[j].obligation, "budget") && !strcmp(v->at[i].obligation, "budget") &&
				v->at[j].reason)
				printf("    %s\n", v->at[j].reason);
	}
}

static void print_total(const struct policy *p, const verdict_list *v)
{
	int n[SKIPPED + 1] = {0};
	double ms = 0;

	for (int i = 0; i < v->n; i++) {
		n[v->at[i].answer]++;
		ms += v->at[i].ms;
	}
	printf("%s: %d proved, %d refuted, %d unknown, %d over budget, %d skipped; %.2f s\n", p->name, n[PROVED],
		n[REFUTED], n[UNKNOWN], n[OVER], n[SKIPPED], ms / 1000);
	for (int i = 0; i < v->n; i++)
		if (v->at[i].answer == SKIPPED)
			printf("  skipped %s: %s\n", case_name(&v->at[i]),
				v->at[i].reason ? v->at[i].reason : "no reason given");
}

static cJSON *place(struct span s)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "file", s.source ? s.source->path : "");
	cJSON_AddNumberToObject(o, "line", s.line);
	cJSON_AddNumberToObject(o, "column", s.col);
	return o;
}

static void json_member(const char *name, cJSON *o)
{
	char *text = cJSON_Print(o);

	diag_json(name, arena_strdup(text));
	free(text);
	cJSON_Delete(o);
}

static void json_verdicts(const verdict_list *v)
{
	cJSON *list = cJSON_CreateArray();

	for (int i = 0; i < v->n; i++) {
		const struct verdict *one = &v->at[i];
		cJSON *row = cJSON_CreateObject();
		cJSON_AddStringToObject(row, "obligation", one->obligation);
		cJSON_AddStringToObject(row, "subject", one->subject ? one->subject : "");
		cJSON_AddStringToObject(row, "verdict", answer_name(one->answer));
		cJSON_AddItemToObject(row, "at", place(one->at));
		if (one->engine)
			cJSON_AddStringToObject(row, "engine", one->engine);
		if (one->reason)
			cJSON_AddStringToObject(row, "reason", one->reason);
		if (one->shown)
			cJSON_AddStringToObject(row, "case", one->shown);
		if (one->help)
			cJSON_AddStringToObject(row, "help", one->help);
		cJSON_AddNumberToObject(row, "rlimit", one->rlimit);
		cJSON_AddNumberToObject(row, "ms", one->ms);
		cJSON_AddItemToArray(list, row);
	}
	json_member("verdicts", list);
}

static void json_lines(cJSON *to, const char *name, const char *text)
{
	cJSON *list = cJSON_AddArrayToObject(to, name);

	for (const char *end; *text; text = end + (*end == '\n')) {
		end = text + strcspn(text, "\n");
		cJSON_AddItemToArray(list, cJSON_CreateString(arena_printf("%.*s", (int)(end - text), text)));
	}
}

void report_case(const struct policy *p, const struct verdict *v, bool json)
{
	cJSON *o = cJSON_CreateObject();

	if (!json)
		printf("%s is %s\n%s", case_name(v), answer_name(v->answer), show_trace(p, v->trace));
	cJSON_AddStringToObject(o, "name", case_name(v));
	cJSON_AddStringToObject(o, "verdict", answer_name(v->answer));
	json_lines(o, "trace", show_trace(p, v->trace));
	json_member("case", o);
}

void report_dump(const struct policy *p, bool json)
{
	cJSON *o = cJSON_CreateObject();
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	policy_dump(p, f);
	fclose(f);
	if (!json)
		fputs(text, stdout);
	cJSON_AddStringToObject(o, "policy", p->name);
	json_lines(o, "lines", text);
	json_member("dump", o);
	free(text);
}

void report_verdicts(const struct policy *p, const verdict_list *v, bool json)
{
	for (int i = 0; i < v->n; i++)
		if (v->at[i].answer != PROVED && v->at[i].answer != SKIPPED)
			say_open(p, &v->at[i]);
	if (json) {
		json_verdicts(v);
		return;
	}
	diag_flush(false);
	print_counts(v);
	print_total(p, v);
}
