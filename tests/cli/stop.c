/* Preloaded: STOP="fsync 3 15" sends the process signal 15 in its third fsync, before that does anything. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void here(const char *call, int times)
{
	const char *stop = getenv("STOP");
	char name[16];
	int at, signal;

	if (stop && sscanf(stop, "%15s %d %d", name, &at, &signal) == 3 && !strcmp(name, call) && at == times)
		kill(getpid(), signal);
}

int fsync(int fd)
{
	static int times;

	here("fsync", ++times);
	return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int rename(const char *from, const char *to)
{
	static int times;

	here("rename", ++times);
	return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
}

FILE *popen(const char *command, const char *mode)
{
	static int times;

	here("popen", ++times);
	return ((FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "popen"))(command, mode);
}

pid_t fork(void)
{
	static int times;

	here("fork", ++times);
	return ((pid_t(*)(void))dlsym(RTLD_NEXT, "fork"))();
}
