/* Reads what one run of Frama-C 25 printed: its text, WP's JSON report and the report plug-in's CSV. */
#include "prove.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

void complain(struct findings *f, const char *what)
{
	*list_add(&f->complaints) = what;
}

/* ---- text ---- */

/* Sums "(50ms)", "(8s)" and "Qed:7ms" of a goal's lines; "(11627)", its steps, has no unit. */
static double line_ms(const char *s)
{
	double ms = 0;

	for (; *s; s++) {
		char *end;
		double n;
		if (*s != '(' && *s != ':')
			continue;
		n = strtod(s + 1, &end);
		if (end == s + 1)
			continue;
		if (starts(end, "ms"))
			ms += n;
		else if (*end == 's')
			ms += n * 1000;
		else if (starts(end, "mn"))
			ms += n * 60000;
	}
	return ms;
}

/* A prover that is tried later may prove what another could not. */
static void still_open(struct findings *f, const char *goal, bool open)
{
	for (int i = 0; i < f->open_goals.n; i++)
		if (!strcmp(f->open_goals.at[i], goal)) {
			f->open_goals.at[i] = f->open_goals.at[f->open_goals.n - 1];
			f->open_goals.n--;
			break;
		}
	if (open)
		*list_add(&f->open_goals) = goal;
}

/* "[wp] [CVC4 1.8] Goal typed_ref_f_ensures_x : Valid (Qed:7ms) (50ms)", ".. : Stepout (..)", or
 * "[wp] [Failed] Goal typed_ref_f_ensures_x", whose times are on the lines after it. */
static bool goal_line(struct findings *f, const char *line)
{
	const char *name = strstr(line, "] Goal ");
	struct timing *t;
	char *goal;

	if (!name || !starts(line, "[wp] ["))
		return false;
	name += 7;
	goal = arena_printf("%.*s", (int)strcspn(name, " "), name);
	t = list_add(&f->timings);
	t->goal = goal;
	t->ms = line_ms(name);
	still_open(f, goal, !strstr(name, ": Valid"));
	return true;
}

/* "[wp] [CFG] Goal f_terminates : Valid (Trivial)": what the flow of control shows by itself counts as a goal in the
 * text and is left out of the report. */
static bool flow_line(struct findings *f, const char *line)
{
	static const char head[] = "[wp] [CFG] Goal ";
	const char *name = line + strlen(head), *function;
	struct goal *g;

	if (!starts(line, head) || !strstr(line, " : Valid ("))
		return false;
	name = arena_printf("%.*s", (int)strcspn(name, " "), name);
	function = arena_printf("%.*s", (int)(strrchr(name, '_') ? strrchr(name, '_') - name : 0), name);
	for (int i = 0; i < f->goals.n; i++)
		if (!strcmp(f->goals.at[i].name, name))
			return true;
	g = list_add(&f->goals);
	g->function = function;
	g->name = name;
	g->total = g->valid = 1;
	return true;
}

static bool smoke_line(struct findings *f, const char *line)
{
	const char *name = strstr(line, "] Smoke-test ");

	if (!name || !starts(line, "[wp] ["))
		return false;
	name += 13;
	name = arena_printf("%.*s", (int)strcspn(name, " "), name);
	/* A failed one is printed twice. */
	if (starts(line, "[wp] [Failed]")) {
		for (int i = 0; i < f->failed_smoke.n; i++)
			if (!strcmp(f->failed_smoke.at[i], name))
				return true;
		*list_add(&f->failed_smoke) = name;
	}
	return true;
}

/* "  CVC4 1.8 (smoke):    2  (40ms) (failed: 2)": found a contradiction, or broke down before it could. */
static bool smoke_sum_line(struct findings *f, const char *line)
{
	const char *failed = strstr(line, "(failed: ");

	if (!starts(line, "  CVC4 ") || !strstr(line, "(smoke):"))
		return false;
	f->smoke_broken = failed ? atoi(failed + strlen("(failed: ")) : 0;
	return true;
}

/* Under any of these a proof says less than it seems to. Hypotheses of the memory model are turned into preconditions
 * and checked (-wp-check-memory-model); the warning, whose text is on the next line, only prints them. A function
 * without a terminates clause is given one that says it ends always (-wp-definitions-terminate), and a warning. */
static bool is_complaint(const char *line, const char *next)
{
	if ((next && starts(next, "  Memory model hypotheses for")) || strstr(line, "Warning: Failed smoke-test"))
		return false;
	if ((next && starts(next, "  Missing terminates clause")) || strstr(line, "Warning: Missing terminates clause"))
		return false;
	return strstr(line, "Warning:") || strstr(line, "Error:") || strstr(line, "Failure:") ||
		strstr(line, "error:") || strstr(line, "Frama-C aborted") || strstr(line, "rover not found");
}

void findings_text(struct findings *f, const char *text)
{
	char *copy = arena_strdup(text), *next;
	bool in_goal = false; /* the lines that tell of the last goal */
	int valid, total;

	for (char *line = copy; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		in_goal = in_goal && line[0] == ' ';
		/* The first pass counts all goals, each later one those of the clauses that were left. */
		if (sscanf(line, "[wp] Proved goals: %d / %d", &valid, &total) == 2) {
			f->total = f->finished ? f->total : total;
			f->valid = f->total - (total - valid);
			f->finished = true;
		} else if (starts(line, "[wp] Warning: No goal generated")) {
			f->finished = true; /* of these functions, or none that is still open */
		} else if (starts(line, "[ Extern  ] Axiom")) {
			*list_add(&f->axioms) = arena_strdup(line + 12);
		} else if (flow_line(f, line)) {
			continue;
		} else if (goal_line(f, line)) {
			in_goal = true;
		} else if (smoke_line(f, line) || smoke_sum_line(f, line)) {
			continue;
		} else if (is_complaint(line, next)) {
			/* A message may say the rest on the next line, set in. */
			bool more = next && next[0] == ' ';
			complain(f,
				more ? arena_printf("%s%.*s", line, (int)strcspn(next, "\n"), next)
				     : arena_strdup(line));
		} else if (in_goal) {
			f->timings.at[f->timings.n - 1].ms += line_ms(line);
		}
	}
}

/* ---- JSON ---- */

static int count(const cJSON *of, const char *what)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(of, "wp:main"), what);
	return cJSON_IsNumber(n) ? n->valueint : 0;
}

static void goals_of(struct findings *f, const cJSON *groups)
{
	const cJSON *group, *one;

	cJSON_ArrayForEach(group, groups)
	{
		cJSON_ArrayForEach(one, group)
		{
			struct goal *g;
			if (!strcmp(one->string, "wp:section"))
				continue;
			if (strstr(one->string, "_wp_smoke_")) {
				f->smoke += count(one, "total");
				f->smoke_passed += count(one, "valid");
				continue;
			}
			g = list_add(&f->goals);
			g->function = arena_strdup(group->string);
			g->name = arena_strdup(one->string);
			g->total = count(one, "total");
			g->valid = count(one, "valid");
		}
	}
}

bool findings_json(struct findings *f, const char *text, size_t size)
{
	cJSON *root = cJSON_ParseWithLength(text, size);

	if (!root)
		return false;
	goals_of(f, cJSON_GetObjectItemCaseSensitive(root, "wp:axiomatics"));
	goals_of(f, cJSON_GetObjectItemCaseSensitive(root, "wp:functions"));
	cJSON_Delete(root);
	return true;
}

/* ---- CSV ---- */

/* "detours: \old(c)->.." is named detours; "\valid(s)" and "a ? b : c" have no name. */
static const char *clause_name(const char *text)
{
	size_t n = 0;

	while (text[n] == '_' || (text[n] >= '0' && text[n] <= '9') || ((text[n] | 32) >= 'a' && (text[n] | 32) <= 'z'))
		n++;
	return n && text[n] == ':' ? arena_printf("%.*s", (int)n, text) : "";
}

void findings_csv(struct findings *f, const char *text)
{
	char *copy = arena_strdup(text), *next = strchr(copy, '\n');

	if (next)
		next++; /* the row of headings */
	for (char *line = next; line && *line; line = next) {
		const char *field[7];
		struct property *p;
		int n = 0;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		for (char *at = line; n < 7 && at; n++) {
			field[n] = at;
			at = n < 6 ? strchr(at, '\t') : NULL;
			if (at)
				*at++ = '\0';
		}
		if (n < 7)
			continue;
		p = list_add(&f->properties);
		p->file = field[1];
		p->line = atoi(field[2]);
		p->function = field[3];
		p->kind = field[4];
		p->status = field[5];
		p->text = field[6];
		p->name = clause_name(p->text);
	}
}
