/* brute DIR HOOKS FIRST N STEPS [unknown]: makes random policies from seed FIRST on until the states of N were all seen
 * (within STEPS steps each), asks the checker about every one, and compares verdict by verdict. Policies whose states
 * are not all seen are compared as far as that goes: what was seen, is there. `unknown`: what the checker left open is
 * shown, too. One process a policy, so that none can spoil the next; $JOBS of them at once (as many as there are
 * processors), counted in the order of the seeds. N of 0: this seed alone. FIRST a file: this policy alone. */
#include "brute.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 120, AHEAD = 64 /* policies that may be done before their turn to be counted */ };

/* What was compared: the question is put so that one answer is `the event was seen`. */
static const char *const obligations[] = {"fallback", "guarantee-sat", "complete", "conflict", "assume-sat", "vacuous",
	"earned", "frozen", "absorbing", "oscillates", NULL};
enum { ROWS = sizeof obligations / sizeof *obligations - 1 };

enum result { NOT_THERE, THERE, OPENED, NOT_KNOWN, WRONG, COLUMNS };

struct count {
	int of[ROWS][COLUMNS];
	int made, refused, closed, open, agreeing, differing, late;
	int other; /* verdicts of obligations that are not compared */
	int left_open; /* verdicts that are unknown, of policies whose states were not all seen */
	uint64_t states, steps;
	double seconds, slowest; /* of the checker */
	uint64_t slowest_seed;
};

struct campaign {
	const char *dir, *hooks, *file; /* file: this policy alone, or NULL */
	uint64_t most_steps;
	bool show_unknown;
	struct count *count; /* of one policy: its process's */
};

static void print_policy(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof line, f))
		printf("    | %s", line);
	if (f)
		fclose(f);
}

static const struct seen *about_vacuous(const struct policy *p, const struct facts *f, const char *whom)
{
	for (int i = 0; i < p->guardrails.n; i++) {
		if (!strcmp(whom, arena_printf("%s.trip", p->guardrails.at[i]->name)))
			return &f->trips[i];
		if (!strcmp(whom, arena_printf("%s.rearm", p->guardrails.at[i]->name)))
			return &f->rearms[i];
	}
	for (int i = 0; i < p->decision->parts.n; i++)
		for (int n = 0; n < 8; n++)
			for (int learned = 0; learned < 2; learned++)
				if (!strcmp(whom,
					    arena_printf("%s.%s.%d", p->decision->parts.at[i].name,
						    learned ? "learned" : "fallback", n + 1)))
					return &f->decides[learned][i][n];
	for (int i = 0; i < p->guarantees.n; i++)
		if (!strcmp(whom, p->guarantees.at[i]->name))
			return &f->forbids[i];
	for (int i = 0; i < p->assumptions.n; i++)
		if (!strcmp(whom, p->assumptions.at[i]->name))
			return &f->fails[i];
	for (int i = 0; i < p->models.n && p->models.at[i]->classes; i++)
		for (int k = 0; k < p->models.at[i]->classes->names.n; k++)
			if (!strcmp(whom,
				    arena_printf(
					    "%s.%s", p->models.at[i]->name, p->models.at[i]->classes->names.at[k])))
				return &f->matters[k];
	if (p->models.n && !strcmp(whom, arena_printf("%s.answer", p->models.at[0]->name)))
		return &f->matters[0];
	return strcmp(whom, "need") ? NULL : &f->left_out;
}

/* What this verdict is about; NULL: it is not compared. *found: the answer if it was seen. */
static const struct seen *about(
	const struct policy *p, const struct facts *f, const struct verdict *v, enum answer *found)
{
	const char *what = v->obligation, *whom = v->subject ? v->subject : "";

	*found = REFUTED;
	if (!strcmp(what, "fallback")) {
		for (int i = 0; i < p->guarantees.n; i++)
			if (!strcmp(whom, p->guarantees.at[i]->name))
				return &f->broke[i];
		return strcmp(whom, "need") ? NULL : &f->unfit;
	}
	if (!strcmp(what, "guarantee-sat"))
		return &f->doomed;
	if (!strcmp(what, "complete"))
		return &f->undecided;
	if (!strcmp(what, "conflict")) {
		for (int i = 0; i < p->guardrails.n; i++)
			for (int j = i + 1; j < p->guardrails.n; j++)
				if (strstr(whom,
					    arena_printf(
						    ".%s.%s", p->guardrails.at[i]->name, p->guardrails.at[j]->name)))
					return &f->together[i][j];
		return NULL;
	}
	for (int i = 0; i < p->guardrails.n; i++) {
		if (strcmp(whom, p->guardrails.at[i]->name))
			continue;
		if (!strcmp(what, "earned"))
			return &f->stale[i];
		if (!strcmp(what, "frozen"))
			return &f->frozen[i];
		if (!strcmp(what, "absorbing"))
			return &f->stuck[i];
		if (!strcmp(what, "oscillates"))
			return f->all_rounds || f->goes_round[i].way[0] ? &f->goes_round[i] : NULL;
	}
	if (!strcmp(what, "vacuous")) {
		*found = PROVED;
		return about_vacuous(p, f, whom);
	}
	if (!strcmp(what, "assume-sat")) {
		*found = PROVED;
		for (int i = 0; i < p->assumptions.n; i++)
			if (!strcmp(whom, p->assumptions.at[i]->name))
				return &f->met[i];
		return &f->all_met;
	}
	return NULL;
}

/* A proof speaks of histories in which all was lawful so far, a refutation of any. */
static enum result compare(
	const struct policy *p, const struct facts *f, const struct verdict *v, const struct seen **s)
{
	enum answer found, other;

	*s = about(p, f, v, &found);
	if (!*s)
		return COLUMNS;
	other = found == PROVED ? REFUTED : PROVED;
	if (v->answer == UNKNOWN)
		return NOT_KNOWN;
	if (v->answer == found)
		return (*s)->way[1] ? THERE : f->closed ? WRONG : OPENED;
	if (v->answer == other)
		return (*s)->way[0] ? WRONG : f->closed ? NOT_THERE : OPENED;
	return COLUMNS;
}

static int row_of(const struct verdict *v)
{
	for (int i = 0; i < ROWS; i++)
		if (!strcmp(obligations[i], v->obligation))
			return i;
	return -1;
}

static void say(const struct policy *p, const char *path, uint64_t seed, const struct facts *f, const struct verdict *v,
	const struct seen *s, bool wrong)
{
	printf("%s seed %" PRIu64 ": %s.%s is %s", wrong ? "DIFFERS" : "unknown", seed, v->obligation,
		v->subject ? v->subject : "", answer_name(v->answer));
	printf("%s%s\n", v->reason ? ": " : "", v->reason ? v->reason : "");
	printf("  states say: %s%s\n",
		s->way[0]	    ? "there: "
			: s->way[1] ? "there, after an unlawful decision: "
			: f->closed ? "not there"
				    : "not seen",
		s->way[0]	    ? s->way[0]
			: s->way[1] ? s->way[1]
				    : "");
	if (v->trace)
		printf("  checker's case: %s\n", show_trace(p, v->trace));
	if (wrong)
		print_policy(path);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In a process of its own. */
static void one(struct campaign *r, uint64_t seed)
{
	const char *path = r->file ? r->file : arena_printf("%s/%" PRIu64 ".ldp", r->dir, seed);
	FILE *text = r->file ? NULL : fopen(path, "w");
	static struct facts facts;
	double start;
	verdict_list verdicts = {0};
	const struct seen *s;
	bool differs = false;
	struct policy *p;

	if (text) {
		generate(text, seed);
		fclose(text);
	}
	setrlimit(RLIMIT_CPU, &(struct rlimit){.rlim_cur = SECONDS, .rlim_max = SECONDS + 1});
	p = policy_load(path, r->hooks);
	if (!p) {
		r->count->refused++;
		if (!r->file)
			unlink(path);
		return;
	}
	look(p, r->most_steps, &facts);
	start = cpu_seconds();
	check_policy(p, &verdicts);
	r->count->seconds = r->count->slowest = cpu_seconds() - start;
	r->count->slowest_seed = seed;
	r->count->made++;
	r->count->states += (uint64_t)facts.states;
	r->count->steps += facts.steps;
	if (facts.defect) {
		printf("DIFFERS seed %" PRIu64 ": the interpreter: %s\n  after: %s\n", seed, facts.defect,
			facts.defect_way);
		print_policy(path);
		differs = true;
	}
	for (int i = 0; i < verdicts.n; i++) {
		const struct verdict *v = &verdicts.at[i];
		int row = row_of(v);
		enum result c = row < 0 ? COLUMNS : compare(p, &facts, v, &s);
		if (c == COLUMNS) {
			r->count->other++;
			continue;
		}
		r->count->of[row][c]++;
		r->count->left_open += c == NOT_KNOWN && !facts.closed;
		if (c == WRONG || (c == NOT_KNOWN && r->show_unknown))
			say(p, path, seed, &facts, v, s, c == WRONG);
		differs |= c == WRONG;
	}
	if (facts.closed)
		r->count->closed++;
	else
		r->count->open++;
	if (differs)
		r->count->differing++;
	else
		r->count->agreeing += facts.closed;
}

/* ---- many at once ---- */

struct worker {
	pid_t process; /* 0: it has ended */
	int status;
};

static const char *output_of(const struct campaign *r, uint64_t seed)
{
	return arena_printf("%s/%" PRIu64 ".out", r->dir, seed);
}

static void start(struct campaign *r, struct count *mine, uint64_t seed, struct worker *w)
{
	memset(mine, 0, sizeof *mine);
	fflush(stdout);
	w->process = fork();
	if (w->process)
		return;
	if (!freopen(output_of(r, seed), "w", stdout))
		_exit(EXIT_USAGE);
	r->count = mine;
	one(r, seed);
	fflush(stdout);
	_exit(0);
}

static void wait_for_one(struct worker *at)
{
	int status;
	pid_t ended = wait(&status);

	for (int i = 0; i < AHEAD; i++)
		if (ended > 0 && at[i].process == ended)
			at[i] = (struct worker){.status = status};
}

static void add(struct count *sum, const struct count *one)
{
	for (int i = 0; i < ROWS; i++)
		for (int c = 0; c < COLUMNS; c++)
			sum->of[i][c] += one->of[i][c];
	sum->made += one->made;
	sum->refused += one->refused;
	sum->closed += one->closed;
	sum->open += one->open;
	sum->agreeing += one->agreeing;
	sum->differing += one->differing;
	sum->other += one->other;
	sum->left_open += one->left_open;
	sum->states += one->states;
	sum->steps += one->steps;
	sum->seconds += one->seconds;
	if (one->slowest > sum->slowest) {
		sum->slowest = one->slowest;
		sum->slowest_seed = one->slowest_seed;
	}
}

/* What the process of this seed has said and counted. */
static void fold(struct campaign *r, const struct count *one, uint64_t seed, int status, struct count *sum)
{
	char text[4096];
	FILE *f = fopen(output_of(r, seed), "r");

	for (size_t n; f && (n = fread(text, 1, sizeof text, f)) > 0;)
		fwrite(text, 1, n, stdout);
	if (f)
		fclose(f);
	unlink(output_of(r, seed));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
		printf("skip: seed %" PRIu64 ": no answer within %d s\n", seed, SECONDS);
		sum->late++;
	} else if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		printf("DIFFERS seed %" PRIu64 ": the process died\n", seed);
		sum->differing++;
	} else {
		add(sum, one);
	}
}

static int jobs(void)
{
	const char *n = getenv("JOBS");
	long most = n && atoi(n) > 0 ? atoi(n) : sysconf(_SC_NPROCESSORS_ONLN);

	return most < 1 ? 1 : most > AHEAD ? AHEAD : (int)most;
}

/* The next seed that was not counted. */
static uint64_t all_of(struct campaign *r, uint64_t seed, int want, struct count *sum)
{
	struct count *counts = mmap(NULL, AHEAD * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct worker workers[AHEAD] = {{0}};
	uint64_t next = seed, last = want ? seed + 20 * (uint64_t)want : seed + 1;
	int most = jobs(), running = 0;

	while ((!want || sum->closed < want) && seed < last) {
		for (; running < most && next < last && next < seed + AHEAD; next++, running++)
			start(r, &counts[next % AHEAD], next, &workers[next % AHEAD]);
		wait_for_one(workers);
		running--;
		for (; seed < next && !workers[seed % AHEAD].process && (!want || sum->closed < want); seed++)
			fold(r, &counts[seed % AHEAD], seed, workers[seed % AHEAD].status, sum);
	}
	for (uint64_t i = seed; i < next; i++) {
		if (workers[i % AHEAD].process)
			kill(workers[i % AHEAD].process, SIGKILL);
		unlink(output_of(r, i));
	}
	while (wait(NULL) > 0)
		;
	return seed;
}

static void table(const struct count *c)
{
	printf("%-14s %9s %9s %9s %9s %9s\n", "", "seen", "not there", "not all", "unknown", "differ");
	for (int i = 0; i < ROWS; i++)
		printf("%-14s %9d %9d %9d %9d %9d\n", obligations[i], c->of[i][THERE], c->of[i][NOT_THERE],
			c->of[i][OPENED], c->of[i][NOT_KNOWN], c->of[i][WRONG]);
	printf("%d policies compared (%d texts refused by the front end, %d too late): all states seen of %d, some of %d; %d agree, %d differ\n",
		c->made, c->refused, c->late, c->closed, c->open, c->agreeing, c->differing);
	printf("%" PRIu64 " states, %" PRIu64 " steps; %d verdicts of other obligations not compared\n", c->states,
		c->steps, c->other);
	printf("the checker: %.2f s of a processor a policy, at most %.2f s (seed %" PRIu64 ")\n",
		c->made ? c->seconds / c->made : 0, c->slowest, c->slowest_seed);
}

int main(int argc, char **argv)
{
	struct campaign r = {0};
	static struct count sum;
	uint64_t next;
	int want, decided = 0, unknown = 0;

	if (argc < 6) {
		fprintf(stderr, "brute DIR HOOKS FIRST N STEPS [unknown]\n");
		return EXIT_USAGE;
	}
	r.dir = argv[1];
	r.hooks = argv[2];
	r.file = strchr(argv[3], '.') ? argv[3] : NULL;
	want = r.file ? 0 : atoi(argv[4]);
	r.most_steps = strtoull(argv[5], NULL, 10);
	r.show_unknown = argc > 6 && !strcmp(argv[6], "unknown");
	next = all_of(&r, strtoull(argv[3], NULL, 10), want, &sum);
	table(&sum);
	for (int i = 0; i < ROWS; i++) {
		decided += sum.of[i][THERE] + sum.of[i][NOT_THERE];
		unknown += sum.of[i][NOT_KNOWN];
	}
	printf("%d unknown verdicts are of policies whose states were not all seen\n", sum.left_open);
	printf("the next seed is %" PRIu64 "\n", next);
	printf("unknown: %d of %d verdicts\n", unknown, unknown + decided);
	printf("%d passed, %d failed, %d skipped\n", sum.agreeing, sum.differing, sum.late);
	return sum.differing || sum.closed < want;
}
