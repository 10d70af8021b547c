/* replay TRACE.csv NAME MODEL [LOG]: replays the held-out part under one way of choosing and prints one row of the table; with LOG,
 * every decision, send, completion, trip and rearm goes there, for logcheck. `replay list` prints the rows there are.
 * Exit status: 0; 1 the generated code disagrees with its declaration; 2 usage; 6 input or output. */
#include "replay.h"

#include <errno.h>
#include <string.h>

enum { LAPS = 12 };

struct row {
	const char *model; /* as the table says it */
	struct run run;
};

static const struct row rows[] = {
	{"-", {&router_primary, MODEL_GOOD, .laps = LAPS}},
	{"-", {&router_static, MODEL_GOOD, .laps = LAPS}},
	{"-", {&router_pending, MODEL_GOOD, .laps = LAPS}},
	{"-", {&router_mean, MODEL_GOOD, .laps = LAPS}},
	{"-", {&router_fallback, MODEL_GOOD, .laps = LAPS}},
	{"-", {&router_oracle, MODEL_GOOD, .laps = LAPS}},
	{"good", {&router_learned, MODEL_GOOD, .laps = LAPS}},
	{"stuck", {&router_learned, MODEL_STUCK, .laps = LAPS}},
	{"inverted", {&router_learned, MODEL_INVERTED, .laps = LAPS}},
	{"random", {&router_learned, MODEL_RANDOM, .laps = LAPS}},
	{"all-zero", {&router_learned, MODEL_ZERO, .laps = LAPS}},
	{"good", {&router_guarded, MODEL_GOOD, .laps = LAPS}},
	{"stuck", {&router_guarded, MODEL_STUCK, .laps = LAPS}},
	{"inverted", {&router_guarded, MODEL_INVERTED, .laps = LAPS}},
	{"random", {&router_guarded, MODEL_RANDOM, .laps = LAPS}},
	{"all-zero", {&router_guarded, MODEL_ZERO, .laps = LAPS}},
	{"good, stuck, good", {&router_guarded, MODEL_STUCK, .mended = true, .laps = LAPS}},
	{"good, inverted, good", {&router_guarded, MODEL_INVERTED, .mended = true, .laps = LAPS}},
	{"good, random, good", {&router_guarded, MODEL_RANDOM, .mended = true, .laps = LAPS}},
	{"good, all-zero, good", {&router_guarded, MODEL_ZERO, .mended = true, .laps = LAPS}},
	{"good, 1 in 50 late", {&router_guarded, MODEL_GOOD, .late = true, .laps = LAPS}},
	{"good, legs fail", {&router_guarded, MODEL_GOOD, .failing = true, .laps = LAPS}},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct row *find(const char *name, const char *model)
{
	for (int i = 0; i < ROWS; i++)
		if (!strcmp(rows[i].run.router->name, name) && !strcmp(rows[i].model, model))
			return &rows[i];
	fprintf(stderr, "replay: no row \"%s\" with the model \"%s\"; `replay list` prints those there are\n", name,
		model);
	return NULL;
}

static void print_time(double seconds)
{
	if (seconds < 0)
		printf("\t-");
	else
		printf("\t%.1f", seconds);
}

static void print(const struct row *row, const struct result *x)
{
	printf("%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f", row->run.router->name, row->model, x->mean, x->p50, x->p99, x->p999);
	for (int i = 0; i < SOURCES; i++) {
		if (row->run.router->guarded)
			printf("\t%llu", (unsigned long long)x->by[i]);
		else
			printf("\t-");
	}
	printf("\t%llu\t%llu", (unsigned long long)x->trips, (unsigned long long)x->rearms);
	print_time(x->to_trip);
	print_time(x->to_rearm);
	printf("\n");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (int i = 0; i < ROWS; i++)
			printf("%s\t%s\t%s\n", rows[i].run.router->name, rows[i].model,
				rows[i].run.router->guarded ? "guarded" : "free");
		return 0;
	}
	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: replay TRACE.csv NAME MODEL [LOG], or replay list\n");
		return 2;
	}
	const struct row *row = find(argv[2], argv[3]);
	struct trace t;
	FILE *log = NULL;

	if (!row)
		return 2;
	if (!trace_held_out(argv[1], &t))
		return 6;
	if (argc == 5 && !(log = fopen(argv[4], "w"))) {
		fprintf(stderr, "replay: %s: %s\n", argv[4], strerror(errno));
		return 6;
	}
	struct result x = replay(&t, &row->run, log);

	if (log && fclose(log)) {
		fprintf(stderr, "replay: %s: %s\n", argv[4], strerror(errno));
		return 6;
	}
	print(row, &x);
	return 0;
}
