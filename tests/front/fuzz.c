/* Mutated policies through the whole front end: fuzz SEED SECONDS SCRATCH FILE... No input may end a process otherwise
 * than with a policy that can be dumped, or without one and with a message. Built with the sanitisers by `campaign`. */
#define _GNU_SOURCE
#include "front.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 400, TOKENS = 40000, POOL = 60000, OUT = 1 << 22 };

struct token {
	const char *at;
	int n;
};

static struct token pool[POOL], work[2 * TOKENS];
static int pooled;
static char out[OUT];
static uint64_t state;

static int draw(int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n > 0 ? (int)(state % (uint64_t)n) : 0;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int split(const char *p, size_t size, struct token *to)
{
	int n = 0;
	for (size_t i = 0, j; i < size && n < TOKENS; i = j) {
		j = i + 1;
		if (in_word(p[i]))
			while (j < size && in_word(p[j]))
				j++;
		to[n++] = (struct token){p + i, (int)(j - i)};
	}
	return n;
}

static struct token another(struct token like)
{
	static const char *const numbers[] = {"0", "1", "-1", "18446744073709551615", "18446744073709551616",
		"9223372036854775808", "4294967296", "65536", "1000000000 s", "0 %", "100 %", "101 %", "0.000000001", "1 GiB"};
	if (isdigit((unsigned char)*like.at) && draw(2)) {
		const char *text = numbers[draw(14)];
		return (struct token){text, (int)strlen(text)};
	}
	for (int i = 0; i < 50; i++) {
		struct token t = pool[draw(pooled)];
		if (draw(8) == 0 || in_word(*t.at) == in_word(*like.at))
			return t;
	}
	return like;
}

static int mutate(int n)
{
	int i = draw(n), j = draw(n), run = draw(draw(3) ? 3 : 40);
	struct token t = work[i];
	switch (draw(6)) {
	case 0: /* leave some out */
		if (i + run > n)
			return n;
		memmove(work + i, work + i + run, (size_t)(n - i - run) * sizeof *work);
		return n - run;
	case 1: /* repeat some */
		if (i + run > n || n + run > TOKENS)
			return n;
		memmove(work + i + run, work + i, (size_t)(n - i) * sizeof *work);
		return n + run;
	case 2:
		work[i] = work[j];
		work[j] = t;
		return n;
	case 3:
		if (n == TOKENS)
			return n;
		memmove(work + i + 1, work + i, (size_t)(n - i) * sizeof *work);
		work[i] = pool[draw(pooled)];
		return n + 1;
	default:
		work[i] = another(t);
		return n;
	}
}

static size_t write_out(int n)
{
	size_t size = 0;
	for (int i = 0; i < n && size + (size_t)work[i].n + 2 < OUT; i++) {
		if (size && in_word(out[size - 1]) && in_word(*work[i].at))
			out[size++] = ' ';
		memcpy(out + size, work[i].at, (size_t)work[i].n);
		size += (size_t)work[i].n;
	}
	for (int bytes = draw(10) ? 0 : draw(5); bytes > 0 && size; bytes--)
		out[draw((int)size)] = (char)draw(256);
	return draw(50) ? size : (size_t)draw((int)size + 1);
}

static _Noreturn void child(const char *path)
{
	alarm(20);
	if (!freopen("/dev/null", "w", stdout) || (!getenv("FUZZ_LOUD") && !freopen("/dev/null", "w", stderr)))
		_exit(97);
	struct policy *p = policy_load(path, draw(2) ? "tests/hooks" : "runtime/hooks");
	if (!p == !diag_errors())
		_exit(99); /* refused without a word, or accepted with one */
	diag_flush(draw(3) == 0);
	if (p)
		policy_dump(p, stdout);
	_exit(p ? 0 : EXIT_TYPES);
}

int main(int argc, char **argv)
{
	static struct source *files[FILES];
	int n_files = 0;
	if (argc < 5)
		return 2;
	state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15 + 1;
	for (int i = 4; i < argc && n_files < FILES; i++) {
		struct source *s = source_read(argv[i]);
		if (!s)
			return 2;
		files[n_files++] = s;
		int n = split(s->text, s->size, work);
		for (int j = 0; j < n && pooled < POOL; j++)
			if (!isspace((unsigned char)*work[j].at))
				pool[pooled++] = work[j];
	}
	char *path = arena_printf("%s/fuzz%s.ldp", argv[3], argv[1]);
	time_t end = time(NULL) + atoi(argv[2]);
	long inputs = 0, accepted = 0, bad = 0;
	while (time(NULL) < end && bad < 10) {
		struct source *s = files[draw(n_files)];
		int n = split(s->text, s->size, work);
		for (int m = 1 + draw(draw(4) ? 3 : 12); m > 0 && n > 3; m--)
			n = mutate(n);
		size_t size = write_out(n);
		FILE *f = fopen(path, "wb");
		if (!f || fwrite(out, 1, size, f) != size || fclose(f))
			return 2;
		int status;
		pid_t pid = fork();
		if (pid == 0)
			child(path);
		waitpid(pid, &status, 0);
		inputs++;
		accepted += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != EXIT_TYPES)) {
			char *kept = arena_printf("%s/crash%s-%ld.ldp", argv[3], argv[1], ++bad);
			rename(path, kept);
			printf("status 0x%x: %s\n", status, kept);
		}
	}
	printf("seed %s: %ld inputs, %ld accepted, %ld bad\n", argv[1], inputs, accepted, bad);
	return bad != 0;
}
