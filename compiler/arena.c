/* One arena: everything the compiler makes lives until it exits. */
#include "ldosc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 18, ALIGN = 16 };

static char *block;
static size_t left;

static void *must(void *p)
{
	if (!p) {
		fputs("ldosc: out of memory\n", stderr);
		exit(EXIT_DEFECT);
	}
	return p;
}

void *arena_alloc(size_t bytes)
{
	bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
	if (bytes > BLOCK / 4)
		return must(calloc(1, bytes));
	if (bytes > left) {
		block = must(calloc(1, BLOCK));
		left = BLOCK;
	}
	void *p = block;
	block += bytes;
	left -= bytes;
	return p;
}

char *arena_strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	return memcpy(arena_alloc(size), s, size);
}

char *arena_printf(const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *s = arena_alloc((size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

/* Doubles; the old array stays in the arena, so a pointer into it stays readable (but stale). */
void *list_grow(void *at, int n, int *room, size_t size)
{
	if (n < *room)
		return at;
	int more = *room ? 2 * *room : 4;
	void *p = arena_alloc((size_t)more * size);
	if (n)
		memcpy(p, at, (size_t)n * size);
	*room = more;
	return p;
}

bool listed(const char *const *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return false;
}

bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}
