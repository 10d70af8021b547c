/* What a user is told: place, cause, the line with a caret, a second place, the case, help, the next command. */
#include "ldosc.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* More than this helps nobody: the rest is counted. */
enum { SHOWN_MAX = 50, FILE_MAX = 1 << 20, WORD_MAX = 64, LINE_MAX_SHOWN = 160 };

struct member {
	const char *name, *json;
};

static LIST(struct diag) said;
static LIST(struct member) members;
static int errors;

void diag_add(const struct diag *d)
{
	*list_add(&said) = *d;
	errors += !d->warning;
}

void diag_error(struct span at, const char *code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	diag_add(&(struct diag){.code = code, .at = at, .cause = arena_strdup(text)});
}

int diag_errors(void)
{
	return errors;
}

void diag_json(const char *member, const char *json)
{
	*list_add(&members) = (struct member){member, json};
}

/* The text of a line, without its end. */
static const char *line_text(struct span at, int *length)
{
	const char *p = at.source->text, *end = p + at.source->size;
	for (int line = 1; line < at.line; line++) {
		const char *next = memchr(p, '\n', (size_t)(end - p));
		if (!next)
			break;
		p = next + 1;
	}
	const char *stop = memchr(p, '\n', (size_t)(end - p));
	*length = (int)((stop ? stop : end) - p);
	if (*length > 0 && p[*length - 1] == '\r')
		--*length;
	return p;
}

static bool continues(char c) /* a byte of UTF-8 that is not the first of its character */
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* A long line is shown around its caret. */
struct view {
	const char *text;
	int length, first, last;
};

static struct view view_of(struct span at)
{
	struct view v = {0};
	v.text = line_text(at, &v.length);
	v.last = v.length;
	if (v.length > LINE_MAX_SHOWN) {
		v.first = at.col > LINE_MAX_SHOWN / 2 ? at.col - LINE_MAX_SHOWN / 2 : 0;
		v.last = v.first + LINE_MAX_SHOWN < v.length ? v.first + LINE_MAX_SHOWN : v.length;
	}
	return v;
}

static void print_line(FILE *f, const struct view *v, int line)
{
	fprintf(f, "%5d | %s", line, v->first ? ".." : "");
	for (int i = v->first; i < v->last; i++)
		fputc((unsigned char)v->text[i] < 32 && v->text[i] != '\t' ? '?' : v->text[i], f);
	fprintf(f, "%s\n", v->last < v->length ? ".." : "");
}

static void print_carets(FILE *f, const struct view *v, struct span at, const char *label)
{
	int from = at.col - 1, to = at.to - 1 < v->last ? at.to - 1 : v->last;
	fprintf(f, "      | %s", v->first ? "  " : "");
	for (int i = v->first; i < from; i++) {
		if (i < v->length && continues(v->text[i]))
			continue;
		fputc(i < v->length && v->text[i] == '\t' ? '\t' : ' ', f);
	}
	fputc('^', f);
	for (int i = from + 1; i < to; i++) {
		if (!continues(v->text[i]))
			fputc('^', f);
	}
	fprintf(f, "%s%s\n", label ? " " : "", label ? label : "");
}

static void print_places(FILE *f, const struct diag *d)
{
	struct view v = view_of(d->at);
	print_line(f, &v, d->at.line);
	print_carets(f, &v, d->at, d->label);
	if (!d->also.source || !d->also.line)
		return;
	if (d->also.source != d->at.source)
		fprintf(f, "  %s:%d:%d:\n", d->also.source->path, d->also.line, d->also.col);
	bool same = d->also.source == d->at.source && d->also.line == d->at.line && v.length <= LINE_MAX_SHOWN;
	if (!same) {
		v = view_of(d->also);
		print_line(f, &v, d->also.line);
	}
	print_carets(f, &v, d->also, d->also_label);
}

static void print_diag(FILE *f, const struct diag *d)
{
	if (d->at.source)
		fprintf(f, "%s:", d->at.source->path);
	if (d->at.source && d->at.line)
		fprintf(f, "%d:%d:", d->at.line, d->at.col);
	if (!d->at.source)
		fputs("ldosc:", f);
	fprintf(f, " %s[%s]: %s\n", d->warning ? "warning" : "error", d->code, d->cause);
	if (d->at.source && d->at.line)
		print_places(f, d);
	if (d->shown)
		fprintf(f, "  case: %s\n", d->shown);
	if (d->help)
		fprintf(f, "  help: %s\n", d->help);
	if (d->next)
		fprintf(f, "   try: %s\n", d->next);
}

static void add_place(cJSON *to, struct span at, const char *label)
{
	cJSON_AddStringToObject(to, "file", at.source->path);
	cJSON_AddNumberToObject(to, "line", at.line);
	cJSON_AddNumberToObject(to, "column", at.col);
	cJSON_AddNumberToObject(to, "end_column", at.to);
	if (label)
		cJSON_AddStringToObject(to, "label", label);
}

static cJSON *diag_object(const struct diag *d)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "severity", d->warning ? "warning" : "error");
	cJSON_AddStringToObject(o, "code", d->code);
	cJSON_AddStringToObject(o, "cause", d->cause);
	if (d->at.source)
		add_place(o, d->at, d->label);
	if (d->also.source)
		add_place(cJSON_AddObjectToObject(o, "also"), d->also, d->also_label);
	if (d->shown)
		cJSON_AddStringToObject(o, "case", d->shown);
	if (d->help)
		cJSON_AddStringToObject(o, "help", d->help);
	if (d->next)
		cJSON_AddStringToObject(o, "try", d->next);
	return o;
}

/* By place; messages of one place stay in the order in which they were found. */
static int by_place(const void *x, const void *y)
{
	const struct diag *a = *(const struct diag *const *)x, *b = *(const struct diag *const *)y;
	int files = strcmp(a->at.source ? a->at.source->path : "", b->at.source ? b->at.source->path : "");
	if (files != 0)
		return files;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	if (a->at.col != b->at.col)
		return a->at.col < b->at.col ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void sort_said(void)
{
	size_t n = (size_t)said.n;
	const struct diag **order = arena_alloc((n + 1) * sizeof *order);
	struct diag *sorted = arena_alloc((n + 1) * sizeof *sorted);
	for (size_t i = 0; i < n; i++)
		order[i] = &said.at[i];
	qsort(order, n, sizeof *order, by_place);
	for (size_t i = 0; i < n; i++)
		sorted[i] = *order[i];
	said.at = sorted;
	said.room = said.n;
}

int utf8_length(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;
	int n = b[0] < 0x80		      ? 1
		: b[0] >= 0xc2 && b[0] < 0xe0 ? 2
		: b[0] >= 0xe0 && b[0] < 0xf0 ? 3
		: b[0] >= 0xf0 && b[0] < 0xf5 ? 4
					      : 0;

	for (int i = 1; i < n; i++)
		if (!continues(p[i]))
			return 0;
	/* written longer than it needs, half of a pair, beyond the last */
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] >= 0xa0) || (b[0] == 0xf0 && b[1] < 0x90) ||
		(b[0] == 0xf4 && b[1] >= 0x90))
		return 0;
	return n;
}

/* A document is UTF-8, whatever a trace or the name of a file holds: in its place stands U+FFFD. */
static void put_utf8(const char *text)
{
	while (*text) {
		int n = utf8_length(text);
		fprintf(stdout, "%.*s", n ? n : 3, n ? text : "\xef\xbf\xbd");
		text += n ? n : 1;
	}
	putchar('\n');
}

static void flush_json(void)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(root, "diagnostics");
	for (int i = 0; i < said.n; i++)
		cJSON_AddItemToArray(list, diag_object(&said.at[i]));
	for (int i = 0; i < members.n; i++)
		cJSON_AddItemToObject(root, members.at[i].name, cJSON_CreateRaw(members.at[i].json));
	char *text = cJSON_Print(root);
	put_utf8(text);
	free(text);
	cJSON_Delete(root);
}

void diag_flush(bool json)
{
	sort_said();
	if (json) {
		flush_json();
	} else {
		for (int i = 0; i < said.n && i < SHOWN_MAX; i++)
			print_diag(stderr, &said.at[i]);
		if (said.n > SHOWN_MAX)
			fprintf(stderr, "ldosc: %d more messages\n", said.n - SHOWN_MAX);
	}
	said.n = 0;
	members.n = 0;
}

/* Edit distance with transpositions of neighbours; names longer than WORD_MAX are near to nothing. */
static int distance(const char *a, const char *b)
{
	int n = (int)strlen(a), m = (int)strlen(b);
	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	int d[WORD_MAX + 1][WORD_MAX + 1];
	for (int i = 0; i <= n; i++)
		d[i][0] = i;
	for (int j = 0; j <= m; j++)
		d[0][j] = j;
	for (int i = 1; i <= n; i++) {
		for (int j = 1; j <= m; j++) {
			int best = d[i - 1][j - 1] +
				(tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));
			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[n][m];
}

const char *did_you_mean(const char *word, const char *const *known, int n)
{
	const char *best = NULL;
	if (errors > SHOWN_MAX) /* a file of nothing but errors: guesses cost more than they help */
		return NULL;
	int near = 1 + (int)strlen(word) / 4;
	for (int i = 0; i < n; i++) {
		int d = distance(word, known[i]);
		if (d <= near && d < (int)strlen(word) && (!best || d < distance(word, best)))
			best = known[i];
	}
	return best;
}

static struct source *refuse(struct source *s, const char *cause, const char *help)
{
	diag_add(&(struct diag){.code = "syntax", .at = {.source = s}, .cause = cause, .help = help});
	return NULL;
}

struct source *source_read(const char *path)
{
	struct source *s = arena_alloc(sizeof *s);
	*s = (struct source){.path = arena_strdup(path), .text = ""};
	struct stat st;
	bool other = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
	FILE *f = other ? NULL : fopen(path, "rb");
	if (other)
		return refuse(s, "is not a plain file", NULL);
	if (!f)
		return refuse(s, arena_printf("cannot be read: %s", strerror(errno)), NULL);
	char *text = arena_alloc(FILE_MAX + 2);
	size_t size = fread(text, 1, FILE_MAX + 1, f);
	bool failed = ferror(f);
	fclose(f);
	if (failed)
		return refuse(s, arena_printf("cannot be read: %s", strerror(errno)), NULL);
	if (size > FILE_MAX)
		return refuse(s, "is larger than 1 MiB", "a policy is text of a few hundred lines");
	const char *nul = memchr(text, 0, size);
	s->text = text;
	s->size = size;
	if (nul) {
		int line = 1;
		for (const char *p = text; p < nul; p++)
			line += *p == '\n';
		return refuse(s, arena_printf("line %d holds a NUL byte: this is not a text file", line), NULL);
	}
	return s;
}
