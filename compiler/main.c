/* ldosc: the commands. Each is its pipeline, one call a pass; a pass that found errors ends it. */
#include "ldosc.h"
#include "prove.h"
#include "version.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
	const char *file;  /* the policy, or for prove the folder that compile wrote */
	const char *trace; /* replay: the CSV */
	const char *dir;   /* -o */
	const char *hooks, *only;
	struct prove_how prove;
	bool json, front, edited, runtime, help;
};

static const struct backend *const backends[] = {
#define BACKEND(name) &backend_##name,
#include "backend/backends.def"
#undef BACKEND
};

/* No text of a policy is anywhere near this; a file that is, is something else. */
enum { POLICY_MIB = 4, TRACE_MIB = 4096 };

static bool readable(const char *path, long mib)
{
	struct stat st;
	const char *why = NULL;

	if (stat(path, &st))
		why = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		why = "it is a folder";
	else if (!S_ISREG(st.st_mode))
		why = "it is not a plain file";
	else if (access(path, R_OK))
		why = strerror(errno);
	else if (st.st_size > mib << 20)
		why = arena_printf("it is larger than %ld MiB", mib);
	if (why)
		fprintf(stderr, "ldosc: cannot read %s: %s\n", path, why);
	return !why;
}

static const char *hook_dir(const struct options *o)
{
	return o->hooks ? o->hooks : home_path("runtime/hooks");
}

static struct policy *load(const struct options *o)
{
	struct policy *p;

	p = policy_load(o->file, hook_dir(o));
	/* --front looks at the text alone: the net may not be trained yet */
	for (int i = 0; p && !o->front && i < p->models.n; i++)
		model_load(p, p->models.at[i]);
	return diag_errors() ? NULL : p;
}

/* ---- the pipelines ---- */

/* Every question; what the C would cost is asked only of a policy that may be compiled. */
static int ask_all(const struct policy *p, verdict_list *v)
{
	check_policy(p, v);
	if (check_status(v) == EXIT_PROVED)
		check_budget(p, v);
	return check_status(v);
}

static int run_check(const struct options *o)
{
	struct policy *p = load(o);
	verdict_list v = {0};
	int status;

	if (!p)
		return EXIT_TYPES;
	if (o->front) {
		if (!o->json)
			printf("%s: no errors of syntax or types\n", p->name);
		return EXIT_PROVED;
	}
	status = ask_all(p, &v);
	report_verdicts(p, &v, o->json);
	return status;
}

/* Checks `p` and collects what compile writes. */
static int build(const struct options *o, const struct policy *p, struct output *out)
{
	verdict_list v = {0};
	struct ir *ir;
	int status;

	status = ask_all(p, &v);
	report_verdicts(p, &v, o->json);
	if (status)
		return status;
	ir = lower(p);
	for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
		if (backends[i]->supports(p))
			continue;
		status = backends[i]->emit(p, ir, out);
		if (status)
			return status;
	}
	cert_write(p, &v, out);
	return EXIT_PROVED;
}

static int compile_into(const struct options *o, const struct policy *p, const char *dir)
{
	struct output *out = output_open(dir);
	int status = build(o, p, out);
	const char *name;

	if (status)
		return status;
	if (!output_commit(out))
		return EXIT_USAGE;
	for (int i = 0; o->dir && !o->json && (name = output_name(out, i)); i++)
		printf("wrote %s/%s\n", dir, name);
	return EXIT_PROVED;
}

static int run_compile(const struct options *o)
{
	struct policy *p;

	if (!o->dir) {
		fprintf(stderr, "ldosc: compile: say where to write: ldosc compile %s -o DIR\n", o->file);
		return EXIT_USAGE;
	}
	p = load(o);
	return p ? compile_into(o, p, o->dir) : EXIT_TYPES;
}

/* prove DIR: what lies there is proved against the policy that its certificate names. */
static int prove_written(struct options *o)
{
	const char *dir = o->file;
	struct cert *cert = cert_read(dir, hook_dir(o));
	struct policy *p;

	if (!cert)
		return EXIT_USAGE;
	if (cert->stale && !o->edited) {
		cert_say_stale(cert);
		return EXIT_STALE;
	}
	o->prove.cert = o->edited ? NULL : cert;
	o->file = cert->source;
	if (!readable(o->file, POLICY_MIB))
		return EXIT_STALE;
	p = load(o);
	return p ? prove_run(p, dir, &o->prove) : EXIT_TYPES;
}

static int prove_fresh(const struct options *o)
{
	const struct leftover *mark = leftover_mark();
	struct policy *p = load(o);
	const char *dir = o->dir, *why;
	int status;

	if (!p)
		return EXIT_TYPES;
	if (!dir && !(dir = leftover_scratch("ldosc", &why))) {
		fprintf(stderr, "ldosc: %s\n", why);
		return EXIT_USAGE;
	}
	status = compile_into(o, p, dir);
	if (!status)
		status = prove_run(p, dir, &o->prove);
	leftover_remove(mark);
	return status;
}

static int run_prove(const struct options *given)
{
	struct options o = *given;
	struct stat st;

	o.prove.json = o.json;
	if (o.runtime)
		return prove_runtime(&o.prove);
	if (stat(o.file, &st) == 0 && S_ISDIR(st.st_mode))
		return prove_written(&o);
	if (!readable(o.file, POLICY_MIB))
		return EXIT_USAGE;
	return ends_with(o.file, ".c") ? prove_c(o.file, &o.prove) : prove_fresh(&o);
}

static int run_test(const struct options *o)
{
	struct policy *p = load(o);

	return p ? test_run(p, o->json) : EXIT_TYPES;
}

/* The case of one refuted obligation, or the witness of a proved one, played again. */
static int replay_case(const struct options *o, const struct policy *p)
{
	verdict_list v = {0};

	check_policy(p, &v);
	for (int i = 0; i < v.n; i++) {
		const struct verdict *one = &v.at[i];
		if (strcmp(o->only, arena_printf("%s.%s", one->obligation, one->subject ? one->subject : "")))
			continue;
		if (!one->trace) {
			fprintf(stderr, "ldosc: %s is %s and comes with no case\n", o->only, answer_name(one->answer));
			return EXIT_USAGE;
		}
		report_case(p, one, o->json);
		return EXIT_PROVED;
	}
	fprintf(stderr, "ldosc: no case is called %s; `ldosc check %s` lists them\n", o->only, o->file);
	return EXIT_USAGE;
}

static int run_replay(const struct options *o)
{
	struct policy *p;

	if (!o->trace == !o->only) {
		fprintf(stderr,
			"ldosc: replay takes a trace (ldosc replay %s TRACE.csv) or --case OBLIGATION.SUBJECT\n",
			o->file);
		return EXIT_USAGE;
	}
	p = load(o);
	if (!p)
		return EXIT_TYPES;
	if (o->only)
		return replay_case(o, p);
	return readable(o->trace, TRACE_MIB) ? replay_run(p, o->trace, o->dir, o->json) : EXIT_USAGE;
}

static int run_dump(const struct options *o)
{
	struct policy *p = load(o);

	if (!p)
		return EXIT_TYPES;
	report_dump(p, o->json);
	return EXIT_PROVED;
}

/* ---- the command line ---- */

struct command {
	const char *name, *takes, *what;
	int (*run)(const struct options *o);
	int files; /* most file names */
};

static const struct command commands[] = {
	{"check", "FILE [--front]", "ask every question about a policy; --front: only syntax and types", run_check, 1},
	{"compile", "FILE -o DIR", "check it, then write C with contracts and a certificate", run_compile, 1},
	{"prove", "FILE|DIR|FILE.c [-o DIR] [--function NAME,..] [--junit OUT] [--edited] | --runtime",
		"have Frama-C prove the C, goal by goal", run_prove, 1},
	{"test", "FILE", "run the policy's test blocks", run_test, 1},
	{"replay", "FILE TRACE.csv [-o OUT] | FILE --case OBLIGATION.SUBJECT", "play a trace, or the case of a refusal",
		run_replay, 2},
	{"dump", "FILE", "print the typed policy", run_dump, 1},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void usage(FILE *f)
{
	fprintf(f, "ldosc: a policy with a learned model in, a proved C module out\n\n");
	for (int i = 0; i < COMMANDS; i++)
		fprintf(f, "  ldosc %s %s\n        %s\n", commands[i].name, commands[i].takes, commands[i].what);
	fprintf(f, "\nEvery command takes --json (one document on stdout) and --hooks DIR (where hook files are).\n");
	fprintf(f,
		"Exit status: %d proved, %d usage, %d syntax or types, %d a tool is missing, %d refuted, %d unknown, "
		"%d over budget,\n%d a goal of the C is open or missing, %d the certificate does not match, %d a defect of ours\n",
		EXIT_PROVED, EXIT_USAGE, EXIT_TYPES, EXIT_TOOL, EXIT_REFUTED, EXIT_UNKNOWN, EXIT_BUDGET, EXIT_OPEN,
		EXIT_STALE, EXIT_DEFECT);
}

struct option_row {
	const char *name;
	size_t at;
	bool flag;
};

static const struct option_row option_rows[] = {
#define FLAG(text, member)                                   \
	{                                                    \
		text, offsetof(struct options, member), true \
	}
#define WORD(text, member)                                    \
	{                                                     \
		text, offsetof(struct options, member), false \
	}
	FLAG("--json", json),
	FLAG("--front", front),
	FLAG("--edited", edited),
	FLAG("--runtime", runtime),
	FLAG("--help", help),
	FLAG("-h", help),
	WORD("-o", dir),
	WORD("--hooks", hooks),
	WORD("--junit", prove.junit),
	WORD("--function", prove.functions),
	WORD("--case", only),
};
enum { OPTIONS = sizeof option_rows / sizeof *option_rows };

static int no_such(const char *what, const char *word, const char *const *known, int n)
{
	const char *near = did_you_mean(word, known, n);

	fprintf(stderr, "ldosc: no such %s: %s", what, word);
	if (near)
		fprintf(stderr, "; did you mean %s?", near);
	fprintf(stderr, "\ntry: ldosc --help\n");
	return EXIT_USAGE;
}

/* Takes one option and its word from argv[*i]; a message and false where it cannot. */
static bool take_option(struct options *o, char **argv, int *i)
{
	const char *names[OPTIONS];

	for (int k = 0; k < OPTIONS; k++) {
		const struct option_row *row = &option_rows[k];
		names[k] = row->name;
		if (strcmp(argv[*i], row->name))
			continue;
		if (row->flag) {
			*(bool *)((char *)o + row->at) = true;
			return true;
		}
		if (!argv[*i + 1]) {
			fprintf(stderr, "ldosc: %s needs a word after it\ntry: ldosc --help\n", row->name);
			return false;
		}
		*(const char **)((char *)o + row->at) = argv[++*i];
		return true;
	}
	no_such("option", argv[*i], names, OPTIONS);
	return false;
}

static int run_command(const struct command *c, char **argv)
{
	struct options o = {0};
	int files = 0;

	for (int i = 2; argv[i]; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			if (!take_option(&o, argv, &i))
				return EXIT_USAGE;
		} else if (files++ >= c->files) {
			fprintf(stderr, "ldosc: %s: one word too many: %s\nusage: ldosc %s %s\n", c->name, argv[i],
				c->name, c->takes);
			return EXIT_USAGE;
		} else if (files == 1) {
			o.file = argv[i];
		} else {
			o.trace = argv[i];
		}
	}
	if (o.help) {
		printf("ldosc %s %s\n        %s\n", c->name, c->takes, c->what);
		return EXIT_PROVED;
	}
	if (!o.file && !o.runtime) {
		fprintf(stderr, "ldosc: %s needs a file\nusage: ldosc %s %s\n", c->name, c->name, c->takes);
		return EXIT_USAGE;
	}
	if (o.file && c->run != run_prove && !readable(o.file, POLICY_MIB))
		return EXIT_USAGE;
	int status = c->run(&o);
	diag_flush(o.json);
	return status;
}

static int run_line(int argc, char **argv)
{
	const char *names[COMMANDS];

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return EXIT_PROVED;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("ldosc %s\n", LDOSC_VERSION);
		return EXIT_PROVED;
	}
	if (!strcmp(argv[1], "trim")) /* prove's own; the words are the prover's */
		return prove_trim(argv + 2);
	for (int i = 0; i < COMMANDS; i++) {
		names[i] = commands[i].name;
		if (!strcmp(argv[1], names[i]))
			return run_command(&commands[i], argv);
	}
	return no_such("command", argv[1], names, COMMANDS);
}

int main(int argc, char **argv)
{
	int status = run_line(argc, argv);

	/* What was not written was not said. */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "ldosc: cannot write to stdout: %s\n", strerror(errno));
		return status ? status : EXIT_USAGE;
	}
	return status;
}
