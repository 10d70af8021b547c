/* What of ours lies about in the file system and is not yet, or never, what was asked for: it goes when a command fails, and
 * when we are told to stop. A stack, the newest first, so that a folder is empty when its turn comes. What was there before us
 * is never on it: a thing is made and noted with the signals held back, and noted only if it was we who made it. */
#include "ldosc.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct leftover {
	const char *path;
	enum { MADE_FILE, MADE_FOLDER, MADE_SCRATCH } kind;
	struct leftover *below;
};

static struct leftover *volatile newest; /* all that a signal's handler reads of it is whole before it is put here */
static void (*volatile stop_first)(void);

/* ---- signals ---- */

/* What a handler may call: nftw allocates. */
static void remove_scratch(const char *dir)
{
	pid_t pid = _Fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--", dir, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void stop(int which)
{
	signal(which, SIG_DFL); /* first, so that the second of its kind ends us at once */
	if (stop_first)
		stop_first();
	for (const struct leftover *l = newest; l; l = l->below) {
		if (l->kind == MADE_FILE)
			unlink(l->path);
		else if (l->kind == MADE_FOLDER)
			rmdir(l->path);
		else
			remove_scratch(l->path);
	}
	raise(which); /* ends us, and says by what */
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
enum { SIGNALS = sizeof signals / sizeof *signals };

static void hold(sigset_t *before)
{
	sigset_t all;

	sigemptyset(&all);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&all, signals[i]);
	sigprocmask(SIG_BLOCK, &all, before);
}

static void let_go(const sigset_t *before)
{
	int kept = errno;

	sigprocmask(SIG_SETMASK, before, NULL);
	errno = kept;
}

static void listen(void)
{
	static bool listens;
	struct sigaction act = {.sa_handler = stop}, old;

	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&act.sa_mask, signals[i]);
	for (int i = 0; i < SIGNALS && !listens; i++)
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) /* nohup's */
			sigaction(signals[i], &act, NULL);
	listens = true;
}

pid_t leftover_fork(volatile pid_t *child)
{
	sigset_t before;
	pid_t pid;

	hold(&before);
	pid = fork();
	if (pid == 0)
		setpgid(0, 0);
	else
		*child = pid;
	if (pid > 0)
		setpgid(pid, pid); /* whoever is first */
	let_go(&before);
	return pid;
}

void leftover_stop_first(void (*what)(void))
{
	listen();
	stop_first = what;
}

/* ---- what lies about ---- */

static void note(const char *path, int kind)
{
	struct leftover *l = arena_alloc(sizeof *l);

	listen();
	l->path = path;
	l->kind = kind;
	l->below = newest;
	newest = l;
}

const struct leftover *leftover_mark(void)
{
	return newest;
}

int leftover_file(const char *beside, const char **path)
{
	static int made;
	const char *slash = strrchr(beside, '/');
	sigset_t before;
	int fd;

	hold(&before);
	do { /* a process of our number may have been killed here */
		*path = arena_printf(
			"%.*s.ldosc.%ld.%d", slash ? (int)(slash + 1 - beside) : 0, beside, (long)getpid(), made++);
		fd = open(*path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	} while (fd < 0 && errno == EEXIST);
	if (fd >= 0)
		note(*path, MADE_FILE);
	let_go(&before);
	return fd;
}

bool leftover_folders(const char *dir)
{
	char *path = arena_strdup(dir);
	sigset_t before;
	bool ok = true;

	for (char *p = path + 1; ok; p++) {
		char c = *p;
		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		hold(&before);
		if (mkdir(path, 0777) == 0)
			note(arena_strdup(path), MADE_FOLDER);
		else
			ok = errno == EEXIST;
		let_go(&before);
		*p = c;
		if (c == '\0')
			break;
	}
	return ok;
}

const char *leftover_scratch(const char *what, const char **why)
{
	const char *told = getenv("TMPDIR"), *tmp = realpath(told && *told ? told : "/tmp", NULL);
	char *path = arena_printf("%s/%s.XXXXXX", tmp ? tmp : told, what); /* whole: tools are run in other folders */
	sigset_t before;
	bool ok;

	hold(&before);
	ok = mkdtemp(path) != NULL;
	if (ok)
		note(path, MADE_SCRATCH);
	let_go(&before);
	if (!ok)
		*why = arena_printf("no folder like %s: %s", path, strerror(errno));
	return ok ? path : NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

void leftover_remove(const struct leftover *mark)
{
	int kept = errno;

	for (; newest != mark; newest = newest->below) {
		if (newest->kind == MADE_SCRATCH)
			nftw(newest->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		else
			remove(newest->path);
	}
	errno = kept;
}

bool leftover_rename(const struct leftover *mark, int n, const char *const *from, const char *const *to, int *renamed)
{
	sigset_t before;

	hold(&before); /* all or none: nothing is written here, so this takes no time */
	for (*renamed = 0; *renamed < n; ++*renamed)
		if (rename(from[*renamed], to[*renamed]))
			break;
	if (*renamed == n)
		newest = (struct leftover *)mark;
	let_go(&before);
	return *renamed == n;
}
