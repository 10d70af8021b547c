/* Lines that grew too long, broken where a reader would: behind an operator or a comma, as far outside of parentheses as the
 * line allows. Comments and what the preprocessor reads stay as they are; where a prover's line is broken, its comment becomes one
 * that may have more than one line. */
#include "acsl.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_COLUMNS = 100, CONTRACT_COLUMNS = 120, TAB = 8 };

static int columns_of(const char *text, size_t n)
{
	int columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += text[i] == '\t' ? TAB - columns % TAB : 1;
	return columns;
}

/* How loosely what stands before the blank at `at` binds, the loosest first; -1: no place to break. */
static int looseness(const char *text, size_t at)
{
	static const char *const behind[] = {" =", ",", " ==>", " <==>", " :", " ?", " ||", " &&", ";"};

	if (text[at] != ' ')
		return -1;
	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
		size_t n = strlen(behind[i]);

		if (n <= at && !strncmp(text + at - n, behind[i], n))
			return (int)i;
	}
	return -1;
}

/* How deep in parentheses a character leaves us; what is in brackets is never broken. */
static int deeper(char c)
{
	return c == '[' ? 1000 : c == ']' ? -1000 : c == '(' || c == '{' ? 1 : c == ')' || c == '}' ? -1 : 0;
}

/* Where to break the text whose first column is `from`: of the places in the fewest parentheses the loosest, of those the last; one
 * in the first quarter would leave a stump. Where the line has none, the first behind it. 0: nowhere. `depth` is what it is in. */
static size_t place(const char *text, size_t n, int from, int limit, int depth)
{
	size_t best = 0;
	int least = 0;

	for (size_t i = 0; i < n && !(best && from + columns_of(text, i) > limit); i++) {
		int loose = looseness(text, i), rank = depth * 16 + loose;

		depth += deeper(text[i]);
		if (loose < 0 || depth >= 1000 || (loose == 0 && depth > 0) ||
			columns_of(text, i) <= (limit - from) / 4)
			continue;
		if (!best || rank <= least) {
			best = i;
			least = rank;
		}
	}
	return best;
}

static int depth_behind(const char *text, size_t n, int depth)
{
	for (size_t i = 0; i < n; i++)
		depth += deeper(text[i]);
	return depth;
}

static bool is_comment(const char *text, size_t n)
{
	bool prover = n > 3 && (!strncmp(text, "//@", 3) || !strncmp(text, "/*@", 3));

	return n > 0 && !prover &&
		(text[0] == '#' || text[0] == '*' || !strncmp(text, "//", 2) || !strncmp(text, "/*", 2));
}

/* One line, without its end. `contract`: it is read by provers, or is a part of a comment. */
static void line(FILE *f, const char *text, size_t n, bool contract)
{
	size_t blank = strspn(text, " \t");
	const char *tail = "", *indent;
	const char *remark;
	int limit, depth = 0, from = columns_of(text, blank);

	if (blank + 3 < n && !strncmp(text + blank, "//@", 3)) {
		contract = true;
		tail = " */";
	}
	limit = contract ? CONTRACT_COLUMNS : CODE_COLUMNS;
	remark = contract ? NULL : strstr(text, "/*");
	if (columns_of(text, n) <= limit || is_comment(text + blank, n - blank) || (remark && remark < text + n)) {
		fprintf(f, "%.*s", (int)n, text);
		return;
	}
	indent = arena_printf("%.*s%s", (int)blank, text, contract ? (*tail || !blank ? "      " : "  ") : "\t\t");
	fprintf(f, "%.*s", (int)blank, text);
	text += blank;
	n -= blank;
	if (*tail) {
		fputs("/*", f);
		text += 2;
		n -= 2;
		from += 2;
	}
	for (size_t at;
		from + columns_of(text, n) + (int)strlen(tail) > limit && (at = place(text, n, from, limit, depth));) {
		fprintf(f, "%.*s\n%s", (int)at, text, indent);
		depth = depth_behind(text, at, depth);
		text += at + 1;
		n -= at + 1;
		from = columns_of(indent, strlen(indent));
	}
	fprintf(f, "%.*s%s", (int)n, text, tail);
}

void wrapped(FILE *f, const char *text)
{
	bool contract = false;

	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *opens = strstr(text, "/*"), *closes = strstr(text, "*/");

		line(f, text, n, contract || (opens && opens == text + strspn(text, " \t")));
		if (opens && opens < text + n)
			contract = !(closes && closes < text + n);
		else if (closes && closes < text + n)
			contract = false;
		text += n;
		if (*text) {
			fputc('\n', f);
			text++;
		}
	}
}
