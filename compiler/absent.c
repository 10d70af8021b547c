/* Weak definitions of what is not written yet, so that everything links from the first day. A definition elsewhere
 * replaces the one here; this file goes when all are there. */
#include "ldosc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((weak))

static _Noreturn void absent(const char *what)
{
	fprintf(stderr, "ldosc: %s is not built in yet\n", what);
	exit(EXIT_DEFECT);
}

WEAK void *arena_alloc(size_t bytes) { return calloc(1, bytes ? bytes : 1); }
WEAK char *arena_strdup(const char *s) { return strdup(s); }
WEAK char *arena_printf(const char *fmt, ...)
{
	char *s;
	va_list ap;
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		exit(EXIT_DEFECT);
	va_end(ap);
	return s;
}
WEAK void *list_grow(void *at, int n, int *room, size_t size)
{
	if (n < *room)
		return at;
	*room = *room ? *room * 2 : 8;
	at = realloc(at, (size_t)*room * size);
	memset((char *)at + (size_t)n * size, 0, (size_t)(*room - n) * size);
	return at;
}
WEAK void diag_add(const struct diag *d) { fprintf(stderr, "%s:%d: %s\n", d->at.source ? d->at.source->path : "", d->at.line, d->cause); }
WEAK void diag_json(const char *member, const char *json) { printf("{\"%s\": %s}\n", member, json); }
WEAK int diag_errors(void) { return 0; }
WEAK void diag_flush(bool json) { (void)json; }
WEAK const char *did_you_mean(const char *word, const char *const *known, int n) { (void)word, (void)known, (void)n; return NULL; }
WEAK struct source *source_read(const char *path)
{
	struct source *s = arena_alloc(sizeof *s);
	FILE *f = fopen(path, "rb");
	char *text = arena_alloc(1 << 22);
	if (!f)
		return NULL;
	s->path = path;
	s->size = fread(text, 1, (1 << 22) - 1, f);
	s->text = text;
	fclose(f);
	return s;
}
WEAK struct policy *policy_load(const char *path, const char *hook_dir) { (void)path, (void)hook_dir; absent("the front end"); }
WEAK const char *show_trace(const struct policy *p, const struct trace *t) { (void)p, (void)t; return ""; }
WEAK int test_run(const struct policy *p, bool json) { (void)p, (void)json; absent("test"); }
WEAK int replay_run(const struct policy *p, const char *csv, const char *out, bool json) { (void)p, (void)csv, (void)out, (void)json; absent("replay"); }
WEAK void check_policy(const struct policy *p, verdict_list *out) { (void)p, (void)out; }
WEAK int check_status(const verdict_list *v) { (void)v; return EXIT_PROVED; }
WEAK struct ir *lower(const struct policy *p) { (void)p; absent("lowering"); }
static const char *no_backend(const struct policy *p) { (void)p; return "it is not built in yet"; }
WEAK extern const struct backend backend_c;
WEAK const struct backend backend_c = { "c", no_backend, NULL };
WEAK void policy_dump(const struct policy *p, FILE *f) { (void)p, (void)f; absent("dump"); }
WEAK int prove_run(const struct policy *p, const char *dir, bool json, const char *junit) { (void)p, (void)dir, (void)json, (void)junit; absent("prove"); }
WEAK int prove_runtime(bool json, const char *junit) { (void)json, (void)junit; absent("prove"); }
WEAK const char *show_line(struct span at) { (void)at; return ""; }
WEAK const char *show_value(const struct type *t, num v) { (void)t, (void)v; return "?"; }
WEAK const char *show_expr(const struct expr *e) { (void)e; return "?"; }
