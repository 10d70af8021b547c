/* Walks the functions of known.c one instruction at a time, and compares with what measure.c says of them without
 * running anything. */
#include "measure.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

unsigned first(unsigned), dot(unsigned), early(unsigned), branches(unsigned), calls(unsigned), last(unsigned);
void elsewhere(void);
void elsewhere(void)
{
}

static const struct {
	const char *name;
	unsigned (*run)(unsigned);
} walked[] = { { "first", first }, { "dot", dot }, { "early", early }, { "branches", branches }, { "calls", calls } };

static long walk(unsigned (*run)(unsigned))
{
	pid_t child = fork();
	long n = 0;
	int status;

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		run(1);
		_exit(0);
	}
	waitpid(child, &status, 0);
	while (WIFSTOPPED(status)) {
		struct user_regs_struct r;
		if (ptrace(PTRACE_GETREGS, child, NULL, &r))
			return -1;
		n += r.rip >= (unsigned long)first && r.rip <= (unsigned long)last;
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL))
			return -1;
		waitpid(child, &status, 0);
	}
	return n;
}

static const struct figure *figure(const figures *f, const char *name)
{
	for (int i = 0; i < f->n; i++)
		if (!strcmp(f->at[i].function, name))
			return &f->at[i];
	return NULL;
}

static int passed, failed;

static void expect(bool ok, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printf("FAILED: %s\n", what);
}

static void unbounded(const figures *all, const char *name, const char *says)
{
	const struct figure *f = figure(all, name);

	expect(f && f->unbounded && strstr(f->unbounded, says), arena_printf("%s: the figure names %s", name, says));
}

int main(int argc, char **argv)
{
	figures all = { 0 };
	struct size sizes[] = { { "u32", 0 }, { "struct { char a; long b; }", 0 } };
	const char *why = "?";

	if (argc != 2 || !measure_file(argv[1], "known.c", &all, &why)) {
		printf("FAILED: %s\n0 passed, 1 failed\n", why);
		return 1;
	}
	for (size_t i = 0; i < sizeof walked / sizeof *walked; i++) {
		const struct figure *f = figure(&all, walked[i].name);
		long real = walk(walked[i].run), said = f ? (long)f->instructions : -1;
		if (real < 0) {
			printf("skip: walk: ptrace is not allowed here\n0 passed, 0 failed, 1 skipped\n");
			return 0;
		}
		printf("%-10s walked %ld, measured %ld, stack %d\n", walked[i].name, real, said, f ? f->stack : -1);
		expect(f && !f->unbounded && said >= real, arena_printf("%s: never less than what is walked", walked[i].name));
		expect(said <= real + real / 4 + 16, arena_printf("%s: within a quarter of what is walked", walked[i].name));
	}
	unbounded(&all, "unbounded", "the loop at known.c:");
	unbounded(&all, "outside", "the call of elsewhere");
	expect(measure_sizes(argv[1], "typedef unsigned u32;\n", sizes, 2, &why) && sizes[0].bytes == 4 && sizes[1].bytes == 16,
		"sizes of types");
	expect(!measure_file(argv[1], "absent.c", &all, &why) && strstr(why, "gcc failed"), "a file that is not there");
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
