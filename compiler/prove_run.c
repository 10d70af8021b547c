/* Runs Frama-C. What a unit promises is proved by several runs side by side, each over some of the functions: a run of
 * Frama-C keeps one core busy, and the provers' part is half of the work. Every function falls to exactly one run: the
 * last takes all but those that the others name. What is assumed of a callee in one run is a goal of another. */
#include "prove.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Provers are tried one after the other, each for as long as nearly all of its proofs take, then both for long. What
 * ends them is a number of their own steps, so that a busy machine changes nothing; the seconds are a watchdog's. To
 * read a goal takes CVC4 some 30,000 steps; of five functions of the example 96 in 100 of its proofs took less than
 * 65,000. What it leaves Z3 mostly proves at once: with 150,000 and 6,000,000 first, p063 of tests/pairs took 350 s of
 * the processors, so 295. A smoke test passes when no contradiction is found within 100,000 steps; 87 goals of the
 * example took 52,000 on average, untrimmed. */
static const struct stage {
	const char *prover;
	int steps, seconds;
} stages[] = {{"cvc4", 65000, 60}, {"z3", 1500000, 60}, {"cvc4-sorts", 1200000, 240}, {"z3", 20000000, 240}};
enum {
	STAGES = sizeof stages / sizeof *stages,
	SMOKE_STEPS = 100000,
	SMOKE_SECONDS = 10,
	PROVERS_AT_ONCE = 4,
	PROVER_MEGABYTES = 4000,
	RUNS_AT_MOST = 64
};

/* ---- tools ---- */

struct tool {
	const char *program, *package;
};
static const struct tool tools[] = {
	{"frama-c", "frama-c-base"},
	{"why3", "why3"},
	{"z3", "z3"},
	{"cvc4", "cvc4"},
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

bool prove_tools_there(void)
{
	bool all = true;

	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		if (on_path(tools[i].program))
			continue;
		fprintf(stderr, "ldosc: prove needs %s, which is not on PATH; Debian package: %s\n", tools[i].program,
			tools[i].package);
		all = false;
	}
	return all;
}

static volatile pid_t running[RUNS_AT_MOST];

void prove_stop(void)
{
	for (int i = 0; i < RUNS_AT_MOST; i++)
		if (running[i] > 0)
			kill(-running[i], SIGKILL);
	for (int i = 0; i < RUNS_AT_MOST; i++)
		if (running[i] > 0)
			waitpid(running[i], NULL, 0); /* so that it writes no more where we take away */
}

/* Starts a program in `dir` with its output in `out`. Why3 reads its configuration from HOME, which the user shares
 * with other tools; Frama-C resolves relative paths through PWD, not through the working directory. */
static pid_t start_tool(
	volatile pid_t *running_as, const char *const *argv, const char *scratch, const char *dir, const char *out)
{
	pid_t pid;

	fflush(NULL);
	pid = leftover_fork(running_as); /* a group, so that its provers can be stopped with it */
	if (pid == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd < 0 || chdir(dir))
			_exit(126);
		dup2(fd, 1);
		dup2(fd, 2);
		setenv("HOME", scratch, 1);
		setenv("TMPDIR", scratch, 1); /* who is killed leaves what it keeps there */
		setenv("WHY3CONFIG", arena_printf("%s/why3.conf", scratch), 1);
		setenv("PWD", dir, 1);
		setenv("LC_ALL", "C", 1);
		setenv("OCAMLRUNPARAM", "s=4M,o=400",
			1); /* words of its minor heap, garbage that may wait: with the defaults of 1M and 120 four functions took it 9.2 s, so 7.5 */
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

static void wait_for(volatile pid_t *tool)
{
	while (*tool > 0 && waitpid(*tool, NULL, 0) < 0 && errno == EINTR)
		;
	*tool = 0;
}

/* How a goal is put to CVC4. WP's theories hold two polymorphic functions, eqb and neqb, and for their sake Why3 wraps
 * terms in their sorts (the form "cvc4-sorts"). In the form "cvc4" these two are written as the equality that they are;
 * records are then made uninterpreted with projections, and definitions axioms, as Why3 does it for polymorphic goals
 * (with the datatypes and definitions of SMT-LIB the prover gave up on 13 goals of 87). That spares Frama-C a fifth of
 * its own time. Contradictions are found better among sorts, and by trying what no trigger asks for: of all cells less
 * than 16 and of all more than 20 names no cell. */
static const char driver[] = "import \"%s/drivers/cvc4_17.drv\"\n"
			     "transformation \"eliminate_algebraic\"\n"
			     "transformation \"eliminate_definition\"\n"
			     "theory BuiltIn\n"
			     "  meta \"eliminate_algebraic\" \"no_selector\"\n"
			     "  meta \"eliminate_algebraic\" \"no_index\"\n"
			     "end\n"
			     "theory frama_c_wp.qed.Qed\n"
			     "  syntax function eqb \"(= %%1 %%2)\"\n"
			     "  syntax function neqb \"(not (= %%1 %%2))\"\n"
			     "  remove prop eqb\n"
			     "  remove prop eqb_false\n"
			     "  remove prop neqb\n"
			     "  meta \"encoding:ignore_polymorphism_ls\" function eqb\n"
			     "  meta \"encoding:ignore_polymorphism_ls\" function neqb\n"
			     "  meta \"encoding:ignore_polymorphism_pr\" prop eqb\n"
			     "  meta \"encoding:ignore_polymorphism_pr\" prop eqb_false\n"
			     "  meta \"encoding:ignore_polymorphism_pr\" prop neqb\n"
			     "end\n";

/* CVC4 in one form; it reads what `trim` leaves of the goal. */
static const char prover_section[] = "[prover]\n"
				     "name = \"CVC4\"\n"
				     "version = \"%s\"\n"
				     "alternative = \"%s\"\n"
				     "driver = \"%s\"\n"
				     "command = \"'%s' trim '%s' %s--stats --tlimit=%%t000 --lang=smt2 %%f\"\n"
				     "command_steps = \"'%s' trim '%s' %s--stats --rlimit=%%S --lang=smt2 %%f\"\n"
				     "editor = \"\"\n"
				     "in_place = false\n"
				     "interactive = false\n"
				     "[shortcut]\n"
				     "name = \"CVC4\"\n"
				     "version = \"%s\"\n"
				     "alternative = \"%s\"\n"
				     "shortcut = \"%s\"\n";

/* Z3 reads all, in Why3's own form. Its "Failed Unknown error" is Why3's memory limit of 1000 MB. */
static const char configuration[] = "[main]\n"
				    "magic = %s\n"
				    "datadir = \"%s\"\n"
				    "libdir = \"%s\"\n"
				    "memlimit = %d\n"
				    "[partial_prover]\n"
				    "name = \"Z3\"\n"
				    "version = \"%s\"\n"
				    "path = \"%s\"\n"
				    "%s%s%s";

/* What `key = "value"` says in the text from `at`. */
static const char *value_of(const char *at, const char *key)
{
	const char *value = strstr(at, arena_printf("\n%s = ", key));

	if (!value)
		return "";
	value += strlen(key) + strlen("\n = ");
	value += *value == '"';
	return arena_printf("%.*s", (int)strcspn(value, "\"\n"), value);
}

static bool write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f)
		fputs(text, f);
	return f && fclose(f) == 0;
}

static const char *cvc4_as(const char *detected, const char *self, const char *alternative, const char *shortcut,
	const char *drv, const char *option)
{
	const char *version = value_of(detected, "version"), *path = value_of(detected, "path");

	return arena_printf(prover_section, version, alternative, drv, self, path, option, self, path, option, version,
		alternative, shortcut);
}

/* A why3.conf of our own with both provers. */
bool prove_configure(const char *scratch)
{
	const char *conf = arena_printf("%s/why3.conf", scratch), *drv = arena_printf("%s/cvc4.drv", scratch);
	const char *const argv[] = {"why3", "-C", conf, "config", "detect", NULL};
	const char *found, *cvc4, *z3, *data, *sorts, *ours, *self = realpath("/proc/self/exe", NULL);

	start_tool(&running[0], argv, scratch, scratch, arena_printf("%s/detect", scratch));
	wait_for(&running[0]);
	found = file_text(conf, NULL);
	cvc4 = found ? strstr(found, "\nname = \"CVC4\"") : NULL;
	z3 = found ? strstr(found, "\nname = \"Z3\"") : NULL;
	if (!cvc4 || !z3) {
		fprintf(stderr, "ldosc: why3 found no Z3 or no CVC4; Debian packages: z3 cvc4\n");
		return false;
	}
	if (!self) {
		fprintf(stderr, "ldosc: prove cannot find its own program: /proc is not there\n");
		return false;
	}
	data = value_of(found, "datadir");
	sorts = arena_printf("%s/drivers/cvc4_17.drv", data);
	ours = arena_printf(configuration, value_of(found, "magic"), data, value_of(found, "libdir"), PROVER_MEGABYTES,
		value_of(z3, "version"), value_of(z3, "path"), cvc4_as(cvc4, self, "", "cvc4", drv, ""),
		cvc4_as(cvc4, self, "sorts", "cvc4-sorts", sorts, ""),
		cvc4_as(cvc4, self, "smoke", "cvc4-smoke", sorts, "--full-saturate-quant "));
	if (!write_text(drv, arena_printf(driver, data)) || !write_text(conf, ours)) {
		fprintf(stderr, "ldosc: cannot write the provers' configuration %s\n", conf);
		return false;
	}
	return true;
}

/* ---- do the provers answer? ---- */

/* A smoke test passes when no contradiction is found, and one that cannot run finds none. What is asked here takes no more
 * than to be read. WP's library is put up in small: one form of CVC4 speaks of it. */
static const char questions[] = "theory Asked\n"
				"  use int.Int\n"
				"  function f int : int\n"
				"  goal provable: (forall i: int. f i > 0) -> f 1 + 1 > 1\n"
				"  goal contradiction: f 1 < 16 -> f 1 > 20 -> false\n"
				"end\n"
				"theory AskedOfAll\n"
				"  use int.Int\n"
				"  function f int : int\n"
				"  goal contradiction: (forall i: int. 0 <= i < 4 -> f i < 16) ->\n"
				"    (forall i: int. 0 <= i < 4 -> f i > 20) -> false\n"
				"end\n";
static const char library[] = "theory Qed\n"
			      "  use bool.Bool\n"
			      "  function eqb (x y : 'a) : bool\n"
			      "  function neqb (x y : 'a) : bool\n"
			      "  axiom eqb: forall x y: 'a. eqb x y = True <-> x = y\n"
			      "  axiom eqb_false: forall x y: 'a. eqb x y = False <-> x <> y\n"
			      "  axiom neqb: forall x y: 'a. neqb x y = True <-> x <> y\n"
			      "end\n";

static const struct asked {
	const char *prover, *theory;
} asked[] = {
	{"cvc4", "Asked"},
	{"cvc4-sorts", "Asked"},
	{"z3", "Asked"},
	{"cvc4-smoke", "Asked"},
	{"cvc4-smoke", "AskedOfAll"},
};
enum { ASKED = sizeof asked / sizeof *asked, ASKED_STEPS = 65000, ASKED_SECONDS = 20 };

/* What Why3 says of the first goal that is not valid; NULL: all are. */
static const char *not_valid(const char *text)
{
	static const char says[] = "Prover result is: ";
	const char *at = text ? strstr(text, says) : NULL;

	if (!at)
		return "nothing";
	for (; at; at = strstr(at, says)) {
		at += strlen(says);
		if (strncmp(at, "Valid", 5))
			return arena_printf("%.*s", (int)strcspn(at, "\n"), at);
	}
	return NULL;
}

bool prove_answers(const char *scratch)
{
	const char *goals = arena_printf("%s/asked.why", scratch), *folder = arena_printf("%s/frama_c_wp", scratch);
	bool all = write_text(goals, questions) && mkdir(folder, 0700) == 0 &&
		write_text(arena_printf("%s/qed.why", folder), library);

	if (!all)
		fprintf(stderr, "ldosc: cannot write in %s: %s\n", scratch, strerror(errno));
	for (int i = 0; i < ASKED && all; i++) {
		const char *const argv[] = {"why3", "-C", arena_printf("%s/why3.conf", scratch), "prove", goals, "-L",
			scratch, "-s", arena_printf("%d", ASKED_STEPS), "-t", arena_printf("%d", ASKED_SECONDS), "-P",
			asked[i].prover, "-T", asked[i].theory, NULL};
		start_tool(&running[i], argv, scratch, scratch, arena_printf("%s/asked.%d", scratch, i));
	}
	for (int i = 0; i < ASKED && all; i++)
		wait_for(&running[i]);
	for (int i = 0; i < ASKED && all; i++) {
		const char *other = not_valid(file_text(arena_printf("%s/asked.%d", scratch, i), NULL));
		if (!other)
			continue;
		fprintf(stderr, "ldosc: the prover %s does not prove what any prover proves; Why3 says: %s\n",
			asked[i].prover, other);
		return false;
	}
	return all;
}

/* ---- one run ---- */

/* Pruning looks for branches that cannot be taken, grounding for what a literal makes of a formula; without them the
 * simplifier took half the time and lost no goal. What several files include is one function, proved once
 * (-aggressive-merging). */
static const char *const flags[] = {
	"-wp",
	"-wp-rte",
	"-warn-unsigned-overflow",
	"-warn-unsigned-downcast",
	"-wp-model",
	"Typed+ref",
	"-wp-definitions-terminate",
	"-wp-declarations-terminate", /* after a loop without an end anything would hold */
	"-wp-check-memory-model",
	"-wp-no-pruning",
	"-wp-no-ground",
	"-wp-cache",
	"none",
	"-aggressive-merging",
};

static void add_word(words *w, const char *word)
{
	*list_add(w) = word;
}

static void add_flag(words *w, const char *flag, const char *value)
{
	add_word(w, flag);
	add_word(w, value);
}

static const char *joined(const words *functions)
{
	const char *all = functions->n ? functions->at[0] : "";

	for (int i = 1; i < functions->n; i++)
		all = arena_printf("%s,%s", all, functions->at[i]);
	return all;
}

static void add_functions(words *w, const struct proof_run *r)
{
	if (r->functions.n)
		add_flag(w, r->all_but ? "-wp-skip-fct" : "-wp-fct", joined(&r->functions));
}

/* Smoke tests look for a contradiction in what is required or assumed, from which anything would follow. Of a policy
 * they are made in the closed world, which requires nothing of anybody: every other function's requirement is proved
 * where it is called, so what holds at the root cannot turn contradictory below it. Where there is no root, every
 * function is asked whether its own requirements and loop invariants contradict each other. What takes one entry,
 * NAME_world_any, is asked with the world: every entry is called there, and what it requires the world's loop has
 * proved. */
static void add_smoke(words *w, const struct proof *u)
{
	add_word(w, "-wp-smoke-tests");
	/* As few as possible of the goals that the other runs prove. */
	if (u->root) {
		add_flag(w, "-wp-fct", u->root);
		add_word(w, "-wp-prop=-@ensures,-@assigns,-@requires,-@invariant,-@variant");
	} else {
		add_word(w, "-wp-prop=-@ensures,-@assigns,-@lemma");
		add_word(w, "-wp-no-smoke-dead-code");
		add_word(w, "-wp-no-smoke-dead-call");
	}
	add_flag(w, "-wp-prover", "cvc4-smoke");
	add_flag(w, "-wp-steps", arena_printf("%d", SMOKE_STEPS));
	add_flag(w, "-wp-smoke-timeout", arena_printf("%d", SMOKE_SECONDS));
}

static const char *run_file(const struct proof_run *r, const char *what)
{
	return arena_printf("%s/%d.%s", r->scratch, r->number, what);
}

static words command(const struct proof_run *r)
{
	const struct proof *u = r->unit;
	words w = {0};

	add_word(&w, "frama-c");
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		add_word(&w, flags[i]);
	add_flag(&w, "-wp-par", arena_printf("%d", PROVERS_AT_ONCE));
	add_word(&w, arena_printf("-cpp-extra-args=-I'%s' -I.", home_path("runtime")));
	add_flag(&w, "-wp-report-json", run_file(r, "json"));
	for (int i = 0; i < u->files.n; i++)
		add_word(&w, u->files.at[i]);
	if (r->smoke) {
		add_smoke(&w, u);
		return w;
	}
	/* WP makes the goals of lemmas anew each time, and forgets what was proved: both provers in one stage. */
	if (r->lemmas) {
		add_word(&w, "-wp-prop=@lemma");
		add_flag(&w, "-wp-prover", "cvc4,z3");
		add_flag(&w, "-wp-steps", arena_printf("%d", stages[0].steps));
		add_flag(&w, "-wp-timeout", arena_printf("%d", stages[0].seconds));
		return w;
	}
	for (int i = 0; i < STAGES; i++) {
		if (i) /* what is still open */
			add_flag(&w, "-then", "-wp");
		add_word(&w, "-wp-prop=-@lemma");
		add_functions(&w, r);
		/* -wp-prover adds to a list; a prover that stays on it would run again */
		add_word(&w,
			i ? arena_printf("-wp-prover=-%s,+%s", stages[i - 1].prover, stages[i].prover)
			  : arena_printf("-wp-prover=%s", stages[i].prover));
		add_flag(&w, "-wp-steps", arena_printf("%d", stages[i].steps));
		add_flag(&w, "-wp-timeout", arena_printf("%d", stages[i].seconds));
	}
	add_flag(&w, "-then", "-report"); /* the CSV leaves axioms out */
	add_flag(&w, "-report-csv", run_file(r, "csv"));
	return w;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void collect(struct proof_run *r, int status)
{
	struct findings *f = &r->f;
	char *text = file_text(run_file(r, "txt"), NULL), *json, *csv;
	size_t size = 0;

	r->ended = now();
	findings_text(f, text ? text : "");
	if (!f->finished) {
		complain(f, arena_printf("Frama-C stopped before its verdict (exit status %d)", status));
		return;
	}
	json = file_text(run_file(r, "json"), &size);
	if (f->total && (!json || !findings_json(f, json, size)))
		complain(f, "Frama-C wrote no report of its goals");
	if (r->smoke || r->lemmas) /* of a lemma the goal is all that there is: no clause of a function */
		return;
	csv = file_text(run_file(r, "csv"), NULL);
	if (csv)
		findings_csv(f, csv);
	if (f->total && !f->properties.n)
		complain(f, "Frama-C wrote no report of its clauses");
}

/* ---- runs side by side ---- */

static int processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > RUNS_AT_MOST ? RUNS_AT_MOST : (int)n;
}

static bool start(struct proof_run *r, int place)
{
	words w = command(r);

	r->began = now();
	add_word(&w, NULL);
	r->pid = start_tool(&running[place], w.at, r->scratch, r->unit->dir, run_file(r, "txt"));
	return r->pid > 0;
}

void prove_runs(proof_runs *all)
{
	int started = 0, going = 0, most = processors() + 1; /* Frama-C rests between goals */

	while (started < all->n || going) {
		int status, place = 0;
		pid_t pid;
		while (started < all->n && going < most) {
			while (running[place] > 0)
				place++;
			if (start(all->at[started], place))
				going++;
			else
				complain(&all->at[started]->f, "Frama-C could not be started");
			started++;
		}
		pid = going ? waitpid(-1, &status, 0) : 0;
		if (pid < 0 && errno != EINTR)
			return;
		for (int i = 0; i < RUNS_AT_MOST && pid > 0; i++)
			if (running[i] == pid) {
				running[i] = 0;
				going--;
			}
		for (int i = 0; i < started && pid > 0; i++)
			if (all->at[i]->pid == pid)
				collect(all->at[i], WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
}
