/* ldosc prove: has Frama-C prove the C that compile wrote, and judges what it says. A proof is complete when Frama-C got
 * to its end without a complaint, every goal is proved, by its text and by its report, nothing rests on an assumption,
 * and every clause that the policy implies is there, by name, and proved. */
#include "backend/layout.h"
#include "prove.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A goal takes a tenth of a second; the limit is far above, so that a busy machine changes nothing. A smoke test passes
 * when no contradiction is found, which takes its whole limit. */
enum { GOAL_SECONDS = 30, SMOKE_SECONDS = 1, PROVERS_AT_ONCE = 2, PROVER_MEGABYTES = 4000 };

/* ---- tools ---- */

struct tool {
	const char *program, *package;
};
static const struct tool tools[] = {
	{ "frama-c", "frama-c-base" },
	{ "why3", "why3" },
	{ "z3", "z3" },
	{ "cvc4", "cvc4" },
};

static bool on_path(const char *program)
{
	const char *path = getenv("PATH");

	for (const char *at = path ? path : ""; *at;) {
		int n = (int)strcspn(at, ":");
		if (access(arena_printf("%.*s/%s", n, at, program), X_OK) == 0)
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

static bool tools_there(void)
{
	bool all = true;

	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		if (on_path(tools[i].program))
			continue;
		fprintf(stderr, "ldosc: prove needs %s, which is not on PATH; Debian package: %s\n", tools[i].program, tools[i].package);
		all = false;
	}
	return all;
}

/* When we are told to stop, what we started stops too, and its folder goes. */
static volatile pid_t running;
static const char *volatile to_remove;

static void stop(int signal)
{
	if (running > 0)
		kill(-running, SIGKILL);
	if (to_remove)
		remove_tree(to_remove);
	_exit(128 + signal);
}

static void stop_on_signals(const char *scratch)
{
	struct sigaction act = { .sa_handler = stop };

	to_remove = scratch;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
}

/* Runs a program in `dir` with its output in `out`; its exit status, or -1. Why3 reads its configuration from HOME, which
 * the user shares with other tools; Frama-C resolves relative paths through PWD, not through the working directory. */
static int run_tool(const char *const *argv, const char *scratch, const char *dir, const char *out)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		setpgid(0, 0); /* a group, so that its provers can be stopped with it */
		if (fd < 0 || chdir(dir))
			_exit(126);
		dup2(fd, 1);
		dup2(fd, 2);
		setenv("HOME", scratch, 1);
		setenv("WHY3CONFIG", arena_printf("%s/why3.conf", scratch), 1);
		setenv("PWD", dir, 1);
		setenv("LC_ALL", "C", 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0)
		return -1;
	running = pid;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	running = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb"), *whole;
	char part[1 << 16], *text = NULL;
	size_t n, none;

	if (!f)
		return NULL;
	whole = open_memstream(&text, size ? size : &none);
	while (whole && (n = fread(part, 1, sizeof part, f)) > 0)
		fwrite(part, 1, n, whole);
	if (whole)
		fclose(whole);
	fclose(f);
	return text;
}

/* A why3.conf of our own with both provers; Z3's "Failed Unknown error" is Why3's memory limit of 1000 MB. */
static bool configure(const char *scratch)
{
	const char *conf = arena_printf("%s/why3.conf", scratch);
	const char *const argv[] = { "why3", "-C", conf, "config", "detect", NULL };
	char *text, *limit;
	FILE *f;

	run_tool(argv, scratch, scratch, arena_printf("%s/detect", scratch));
	text = slurp(conf, NULL);
	if (!text || !strstr(text, "name = \"Z3\"") || !strstr(text, "name = \"CVC4\"")) {
		fprintf(stderr, "ldosc: why3 found no Z3 or no CVC4; Debian packages: z3 cvc4\n");
		return false;
	}
	limit = strstr(text, "memlimit = ");
	f = fopen(conf, "w");
	if (!limit || !f) {
		fprintf(stderr, "ldosc: cannot write the provers' configuration %s\n", conf);
		return false;
	}
	fprintf(f, "%.*smemlimit = %d%s", (int)(limit - text), text, PROVER_MEGABYTES, limit + strcspn(limit, "\n"));
	return fclose(f) == 0;
}

/* ---- one run ---- */

static const char *const flags[] = {
	"-wp", "-wp-rte", "-warn-unsigned-overflow", "-warn-unsigned-downcast", "-wp-model", "Typed+ref",
	"-wp-check-memory-model", "-wp-prover", "z3,cvc4", "-wp-cache", "none",
	"-aggressive-merging", /* what several files include is one function, proved once */
};

static void add_flag(words *w, const char *flag, int value)
{
	*list_add(w) = flag;
	*list_add(w) = arena_printf("%d", value);
}

/* Smoke tests look for a contradiction in what is required or assumed, from which anything would follow. Of a policy they
 * are made in the closed world, which requires nothing of anybody: every other function's requirement is proved where it
 * is called, so what holds at the root cannot turn contradictory below it. Where there is no root, every function is
 * asked whether its own requirements and loop invariants contradict each other. */
static void add_smoke_flags(words *w, const struct proof *u)
{
	*list_add(w) = "-wp-smoke-tests";
	if (u->root) {
		*list_add(w) = "-wp-fct";
		*list_add(w) = u->root;
	} else {
		*list_add(w) = "-wp-no-smoke-dead-code";
		*list_add(w) = "-wp-no-smoke-dead-call";
	}
	add_flag(w, "-wp-smoke-timeout", SMOKE_SECONDS);
}

static void add_flags(words *w, const struct proof *u, const char *scratch, bool smoke)
{
	*list_add(w) = "frama-c";
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		*list_add(w) = flags[i];
	add_flag(w, "-wp-timeout", GOAL_SECONDS);
	if (smoke)
		add_smoke_flags(w, u);
	add_flag(w, "-wp-par", PROVERS_AT_ONCE);
	*list_add(w) = arena_printf("-cpp-extra-args=-I%s -I.", home_path("runtime"));
	*list_add(w) = "-wp-report-json";
	*list_add(w) = arena_printf("%s/goals.json", scratch);
	for (int i = 0; i < u->files.n; i++)
		*list_add(w) = u->files.at[i];
	*list_add(w) = "-then";
	*list_add(w) = "-report"; /* the CSV leaves axioms out */
	*list_add(w) = "-report-csv";
	*list_add(w) = arena_printf("%s/properties.csv", scratch);
	*list_add(w) = NULL;
}

static void complain(struct findings *f, const char *what)
{
	*list_add(&f->complaints) = what;
}

static void run_frama_c(const struct proof *u, const char *scratch, bool smoke, struct findings *f)
{
	const char *out = arena_printf("%s/wp.txt", scratch);
	const char *report = arena_printf("%s/goals.json", scratch), *clauses = arena_printf("%s/properties.csv", scratch);
	words w = { 0 };
	char *text, *json, *csv;
	size_t size = 0;
	int status;

	unlink(report); /* of the proof before this one */
	unlink(clauses);
	add_flags(&w, u, scratch, smoke);
	status = run_tool(w.at, scratch, u->dir, out);
	text = slurp(out, NULL);
	findings_text(f, text ? text : "");
	if (!f->finished) {
		complain(f, arena_printf("Frama-C stopped before its verdict (exit status %d)", status));
		return;
	}
	json = slurp(report, &size);
	if (!json || !findings_json(f, json, size))
		complain(f, "Frama-C wrote no report of its goals");
	csv = slurp(clauses, NULL);
	if (csv)
		findings_csv(f, csv);
	if (!f->properties.n)
		complain(f, "Frama-C wrote no report of its clauses");
}

/* ---- the verdict ---- */

static const struct implied *policy_place(const struct proof *u, const char *function, const char *clause)
{
	for (int i = 0; i < u->implied.n; i++)
		if (!strcmp(u->implied.at[i].function, function) && !strcmp(u->implied.at[i].clause, clause))
			return &u->implied.at[i];
	return NULL;
}

static const char *in_policy(const struct implied *at)
{
	return arena_printf("%s:%d: %s: %s", at->at.source ? at->at.source->path : "", at->at.line, at->what, show_line(at->at));
}

static const char *missing(const struct implied *want)
{
	return arena_printf("%s has no clause %s\n        %s", want->function, want->clause, in_policy(want));
}

/* The closed world takes its entries' arguments from functions without a body, any_.., and its answers from the model,
 * NAME_infer: they write what they may write and promise nothing. */
static bool free_input(const struct proof *u, const struct property *p)
{
	if (strcmp(p->kind, "postcondition") == 0)
		return false;
	return strncmp(p->function, "any_", 4) == 0 || !strcmp(p->function, arena_printf("%s_infer", u->name));
}

/* One clause that is open: the goals that WP made of it, where it stands, and the policy's line. */
static const char *open_clause(const struct proof *u, struct proof_result *v, const struct property *p)
{
	const struct implied *at = policy_place(u, p->function, p->name);
	const char *head = NULL, *tail = arena_printf("_%s", p->name);
	const char *clause;

	for (int i = 0; i < v->f.open_goals.n && *p->name; i++) {
		const char *goal = v->f.open_goals.at[i], *found;
		if (!goal || strcmp(function_of(&v->f, goal), p->function) || !(found = strstr(goal, tail)))
			continue;
		found += strlen(tail);
		if (*found && *found != '_')
			continue;
		head = head ? arena_printf("%s, %s", head, goal) : goal;
		v->f.open_goals.at[i] = NULL; /* told */
	}
	clause = arena_printf("%s:%d: %s: %s %s", p->file, p->line, p->function, p->kind, p->text);
	if (head)
		clause = arena_printf("%s\n        %s", head, clause);
	return at ? arena_printf("%s\n        %s", clause, in_policy(at)) : clause;
}

static void judge_properties(const struct proof *u, struct proof_result *v)
{
	for (int i = 0; i < v->f.properties.n; i++) {
		const struct property *p = &v->f.properties.at[i];
		if (!strcmp(p->status, "Valid"))
			continue;
		if (strcmp(p->status, "Considered valid")) {
			if (strcmp(p->status, "Partially proven"))
				*list_add(&v->open) = open_clause(u, v, p);
		} else if (!free_input(u, p)) {
			*list_add(&v->assumed) = arena_printf("%s:%d: %s: %s %s", p->file, p->line, p->function, p->kind, p->text);
		}
	}
	for (int i = 0; i < v->f.axioms.n; i++)
		*list_add(&v->assumed) = v->f.axioms.at[i];
	for (int i = 0; i < v->f.open_goals.n; i++)
		if (v->f.open_goals.at[i])
			*list_add(&v->open) = v->f.open_goals.at[i];
	/* What rests on an open clause is told only where no open clause was: it then rests on something else. */
	for (int i = 0; i < v->f.properties.n && !v->open.n && !v->assumed.n; i++)
		if (!strcmp(v->f.properties.at[i].status, "Partially proven"))
			*list_add(&v->open) = open_clause(u, v, &v->f.properties.at[i]);
}

/* Names of assertions and invariants are not in the CSV, but goals are called after them. */
static bool is_goal_of(const struct goal *g, const struct implied *want)
{
	const char *assertion = arena_printf("%s_assert_%s", want->function, want->clause);

	return !strcmp(g->name, assertion);
}

static void judge_implied(const struct proof *u, struct proof_result *v)
{
	for (int i = 0; i < u->implied.n; i++) {
		const struct implied *want = &u->implied.at[i];
		bool there = false;
		for (int j = 0; j < v->f.properties.n && !there; j++) {
			const struct property *p = &v->f.properties.at[j];
			there = !strcmp(p->function, want->function) && !strcmp(p->name, want->clause) &&
				strcmp(p->kind, "postcondition") == 0;
		}
		for (int j = 0; j < v->f.goals.n && !there; j++)
			there = is_goal_of(&v->f.goals.at[j], want);
		if (!there)
			*list_add(&v->missing) = missing(want);
	}
}

/* The text's n / m and the report's sum are two counts of one thing. */
static void judge_counts(struct proof_result *v)
{
	int total = 0, valid = 0;

	for (int i = 0; i < v->f.goals.n; i++) {
		total += v->f.goals.at[i].total;
		valid += v->f.goals.at[i].valid;
	}
	if (v->f.finished && (total != v->f.total || valid != v->f.valid))
		complain(&v->f, arena_printf("Frama-C's text says %d of %d goals and its report %d of %d", v->f.valid, v->f.total,
			valid, total));
	if (v->f.finished && !v->f.total)
		complain(&v->f, "there is not a single goal");
}

bool proof_complete(const struct proof_result *v)
{
	return v->f.finished && v->f.valid == v->f.total && v->f.total > 0 && !v->open.n && !v->missing.n && !v->assumed.n &&
	       !v->f.complaints.n && !v->f.failed_smoke.n;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A header of contracted functions is proved through a file that does nothing but include it. */
static const char *wrap_header(const struct proof *u, const char *scratch)
{
	const char *path = arena_printf("%s/header.c", scratch);
	FILE *f = fopen(path, "w");

	if (!f)
		return path; /* Frama-C will say that it is not there */
	fprintf(f, "#include \"%s.h\"\n#include \"%s\"\n", u->name, u->header);
	fclose(f);
	return path;
}

static void run_smoke(const struct proof *u, const char *scratch, struct proof_result *v)
{
	struct findings f = { 0 };

	run_frama_c(u, scratch, true, &f);
	v->f.smoke = f.smoke;
	v->f.smoke_passed = f.smoke_passed;
	v->f.failed_smoke = f.failed_smoke;
	v->f.complaints = f.complaints;
	if (u->root && !f.smoke)
		complain(&v->f, "not a single smoke test was made");
	if (f.smoke != f.smoke_passed && !f.failed_smoke.n)
		complain(&v->f, arena_printf("%d of %d smoke tests passed", f.smoke_passed, f.smoke));
}

static void run_proof(struct proof *u, const char *scratch, struct proof_result *v)
{
	double start = now();

	if (u->header)
		*list_add(&u->files) = wrap_header(u, scratch);

	if (u->missed.n) { /* proving something else would say nothing */
		v->missing = u->missed;
		return;
	}
	run_frama_c(u, scratch, false, &v->f);
	judge_properties(u, v);
	judge_counts(v);
	if (v->f.finished)
		judge_implied(u, v);
	/* A contradiction can only hide where everything proves. */
	if (proof_complete(v))
		run_smoke(u, scratch, v);
	v->seconds = now() - start;
}

/* ---- units ---- */

struct run_of_proofs {
	const char *scratch;
	bool json, all;
	cJSON *list;
	FILE *junit;
};

static void prove_one(struct run_of_proofs *r, struct proof *u)
{
	struct proof_result v = { 0 };

	run_proof(u, r->scratch, &v);
	r->all = r->all && proof_complete(&v);
	if (r->json)
		cJSON_AddItemToArray(r->list, proof_json(u, &v));
	else
		proof_say(u, &v);
	if (r->junit)
		proof_junit(r->junit, u, &v);
}

/* Everything that is made lies in one folder that goes at the end. */
static int prove_all(int n, struct proof *units, bool json, const char *junit)
{
	const char *tmp = getenv("TMPDIR");
	char *scratch = arena_printf("%s/ldosc-prove.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct run_of_proofs r = { .json = json, .all = n > 0, .list = cJSON_CreateArray() };
	int status = EXIT_TOOL;
	char *text;

	if (!tools_there())
		return EXIT_TOOL;
	if (junit && !(r.junit = fopen(junit, "w"))) {
		fprintf(stderr, "ldosc: cannot write %s: %s\n", junit, strerror(errno));
		return EXIT_USAGE;
	}
	r.scratch = mkdtemp(scratch);
	if (!r.scratch) {
		fprintf(stderr, "ldosc: cannot make a folder like %s: %s\n", scratch, strerror(errno));
		return EXIT_USAGE;
	}
	stop_on_signals(r.scratch);
	if (r.junit)
		fprintf(r.junit, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	if (configure(r.scratch)) {
		for (int i = 0; i < n; i++)
			prove_one(&r, &units[i]);
		status = r.all ? EXIT_PROVED : EXIT_OPEN;
	}
	if (r.junit) {
		fprintf(r.junit, "</testsuites>\n");
		if (fclose(r.junit)) {
			fprintf(stderr, "ldosc: cannot write %s: %s\n", junit, strerror(errno));
			status = status ? status : EXIT_USAGE;
		}
	}
	to_remove = NULL;
	remove_tree(r.scratch);
	text = cJSON_Print(r.list);
	if (json)
		diag_json("proofs", arena_strdup(text));
	free(text);
	cJSON_Delete(r.list);
	return status;
}

/* ---- what the policy gives, before anything is proved ---- */

static void read_clauses(struct output *fresh, const char *dir, clauses *want, clauses *is)
{
	const char *name, *text;
	size_t size;

	for (int i = 0; (name = output_name(fresh, i)); i++) {
		const char *dot = strrchr(name, '.');
		if (!dot || (strcmp(dot, ".c") && strcmp(dot, ".h")) || strstr(name, "_model.c"))
			continue;
		clauses_of(name, output_text(fresh, name, &size), want);
		text = slurp(arena_printf("%s/%s", dir, name), NULL);
		if (text)
			clauses_of(name, text, is);
	}
}

static bool stands(const clauses *in, const struct implied *want)
{
	for (int i = 0; i < in->n; i++) {
		const struct clause *c = &in->at[i];
		if (!strcmp(c->function, want->function) && !strcmp(c->name, want->clause) &&
			(!strcmp(c->kind, "ensures") || !strcmp(c->kind, "assert")))
			return true;
	}
	return false;
}

/* The clauses that the policy implies are in the text, and the promises of the text are those that the policy gives. */
static bool promises_kept(const struct proof *u, const struct policy *p, words *missed)
{
	struct output *fresh = output_open(u->dir);
	clauses want = { 0 }, is = { 0 };

	if (backend_c.supports && backend_c.supports(p)) {
		*list_add(missed) = backend_c.supports(p);
		return false;
	}
	if (backend_c.emit(p, lower(p), fresh)) {
		*list_add(missed) = "no C can be written of this policy";
		return false;
	}
	read_clauses(fresh, u->dir, &want, &is);
	for (int i = 0; i < u->implied.n; i++)
		if (!stands(&is, &u->implied.at[i]))
			*list_add(missed) = missing(&u->implied.at[i]);
	clauses_differ(&want, &is, missed);
	return missed->n == 0;
}

int prove_run(const struct policy *p, const char *dir, bool json, const char *junit)
{
	struct proof u = { .name = p->name };
	char *whole = realpath(dir, NULL);

	if (!whole) {
		fprintf(stderr, "ldosc: no folder %s: %s\n", dir, strerror(errno));
		return EXIT_USAGE;
	}
	u.dir = whole;
	*list_add(&u.files) = arena_printf("%s.c", p->name);
	*list_add(&u.files) = arena_printf("%s_world.c", p->name);
	if (access(arena_printf("%s/%s_model.h", dir, p->name), F_OK) == 0)
		u.header = arena_printf("%s_model.h", p->name);
	u.root = arena_printf("%s_world", p->name);
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT && p->guarantees.at[i] != first_count(p))
			u.root = arena_printf("%s,%s_world_%s", u.root, p->name, p->guarantees.at[i]->name);
	implied_clauses(p, &u.implied);
	promises_kept(&u, p, &u.missed);
	return prove_all(1, &u, json, junit);
}

/* prove --c FILE...: one unit, nothing implied; for hand-written C in the same idiom. */
int prove_c(const char *path, bool json, const char *junit)
{
	const char *slash = strrchr(path, '/');
	struct proof u = { .name = slash ? slash + 1 : path };
	char *whole = realpath(slash ? arena_printf("%.*s", (int)(slash - path), path) : ".", NULL);

	if (!whole || access(path, R_OK)) {
		fprintf(stderr, "ldosc: cannot read %s: %s\n", path, strerror(errno));
		return EXIT_USAGE;
	}
	u.dir = whole;
	*list_add(&u.files) = u.name;
	return prove_all(1, &u, json, junit);
}

/* Each file of proofs/ includes runtime headers in the sizes and types that it wants proved, and is one proof. */
int prove_runtime(bool json, const char *junit)
{
	const char *dir = home_path("proofs");
	struct dirent **names;
	LIST(struct proof) all = { 0 };
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name, *dot = strrchr(name, '.');
		if (name[0] != '.' && dot && !strcmp(dot, ".c")) {
			struct proof *u = list_add(&all);
			u->name = arena_strdup(name);
			u->dir = dir;
			*list_add(&u->files) = u->name;
		}
	}
	if (!all.n) {
		fprintf(stderr, "ldosc: no proofs in %s\n", dir);
		return EXIT_USAGE;
	}
	return prove_all(all.n, all.at, json, junit);
}
