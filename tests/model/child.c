#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

long fuzz_in_child(const char *file, const char *path, uint64_t seed, int runs, char **words)
{
	int ends[2], status;
	long got = -1;

	if (pipe(ends))
		return -1;
	pid_t child = fork();
	if (!child) {
		alarm(120); /* a mutant that takes for ever is a crash, too */
		got = fuzz_batch(file, path, seed, runs, words);
		_exit(write(ends[1], &got, sizeof got) != sizeof got);
	}
	close(ends[1]);
	if (read(ends[0], &got, sizeof got) != sizeof got)
		got = -1;
	close(ends[0]);
	waitpid(child, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? got : -1;
}
