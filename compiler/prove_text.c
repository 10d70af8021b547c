/* Contracts as text: which clauses stand where in generated C, and whether they are those that the policy gives. What is
 * proved is what the annotations say, so C that was edited may differ in its code and in the hints inside its functions,
 * and in nothing that a caller reads. */
#include "prove.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	clauses *out;
	const char *file;
	const char *function; /* whose body we are in */
	const char *pending;  /* annotations before a declaration */
	int depth;
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool begins(const char *s, const char *word)
{
	size_t n = strlen(word);
	return strncmp(s, word, n) == 0 && !is_name(s[n]);
}

/* One space for each run of blanks, no comments, none at the ends. */
static const char *normal(const char *s, size_t n)
{
	char *out = arena_alloc(n + 1), *to = out;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '/' && i + 1 < n && s[i + 1] == '/' && !(i + 2 < n && s[i + 2] == '@')) {
			while (i < n && s[i] != '\n')
				i++;
		}
		if (i < n && !isspace((unsigned char)s[i]))
			*to++ = s[i];
		else if (to > out && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > out && to[-1] == ' ')
		to--;
	*to = '\0';
	return out;
}

static const char *word_at(const char *s)
{
	size_t n = 0;

	while (is_name(s[n]))
		n++;
	return arena_printf("%.*s", (int)n, s);
}

/* "ensures ok: .." is named ok; "predicate Ok(..) = .." and "logic integer F(..)" by what they define. */
static void add_clause(struct scan *s, const char *function, const char *text)
{
	struct clause *c = list_add(s->out);
	const char *name;

	c->file = s->file;
	c->function = function;
	c->text = text;
	c->kind = word_at(text);
	name = text + strlen(c->kind);
	name += *name == ' ';
	c->name = "";
	if (begins(text, "predicate") || begins(text, "lemma")) {
		c->name = word_at(name);
	} else if (begins(text, "logic")) {
		name += strlen(word_at(name));
		c->name = word_at(name + (*name == ' '));
	} else {
		if (begins(text, "loop")) {
			name += strlen(word_at(name));
			name += *name == ' ';
		}
		const char *word = word_at(name);
		if (*word && name[strlen(word)] == ':')
			c->name = word;
	}
}

/* An annotation is a row of clauses that end in a semicolon outside of parentheses. */
static void add_annotation(struct scan *s, const char *function, const char *text)
{
	const char *from = text;
	int open = 0;

	for (const char *at = text; *at; at++) {
		open += *at == '(' || *at == '{' || *at == '[';
		open -= *at == ')' || *at == '}' || *at == ']';
		if (*at != ';' || open)
			continue;
		add_clause(s, function, normal(from, (size_t)(at - from)));
		from = at + 1;
	}
	from = normal(from, strlen(from));
	if (*from)
		add_clause(s, function, from); /* behaviours end in a colon */
}

static bool is_global(const char *text)
{
	text += strspn(text, " \t\n");
	while (text[0] == '/' && text[1] == '/') {
		text += strcspn(text, "\n");
		text += strspn(text, " \t\n");
	}
	return begins(text, "predicate") || begins(text, "logic") || begins(text, "lemma") || begins(text, "axiomatic") ||
	       begins(text, "inductive") || begins(text, "type") || begins(text, "global");
}

static void annotation(struct scan *s, const char *from, const char *to)
{
	const char *text = arena_printf("%.*s", (int)(to - from), from);

	if (s->depth)
		add_annotation(s, s->function, text);
	else if (is_global(text))
		add_annotation(s, "", text);
	else
		s->pending = s->pending ? arena_printf("%s\n%s", s->pending, text) : text;
}

/* At the outermost level the name before the first parenthesis is that of the function declared. */
static void declaration(struct scan *s, const char *text, const char *paren)
{
	const char *name = paren;

	while (name > text && is_name(name[-1]))
		name--;
	s->function = arena_printf("%.*s", (int)(paren - name), name);
	if (s->pending)
		add_annotation(s, s->function, s->pending);
	s->pending = NULL;
}

void clauses_of(const char *file, const char *text, clauses *out)
{
	struct scan s = { .out = out, .file = file, .function = "" };
	bool named = false; /* the declaration's name was seen */

	for (const char *at = text; *at; at++) {
		if (at[0] == '/' && at[1] == '*') {
			const char *end = strstr(at, "*/");
			if (!end)
				return;
			if (at[2] == '@')
				annotation(&s, at + 3, end);
			at = end + 1;
		} else if (at[0] == '/' && at[1] == '/') {
			const char *end = at + strcspn(at, "\n");
			if (at[2] == '@')
				annotation(&s, at + 3, end);
			at = *end ? end : end - 1;
		} else if (*at == '#' && (at == text || at[-1] == '\n')) {
			at += strcspn(at, "\n") - 1;
		} else if (*at == '"') {
			at += 1 + strcspn(at + 1, "\"");
			if (!*at)
				return;
		} else if (*at == '{') {
			s.depth++;
		} else if (*at == '}') {
			s.depth -= s.depth > 0;
			named = named && s.depth > 0;
		} else if (*at == ';' && !s.depth) {
			named = false;
			s.pending = NULL;
		} else if (*at == '(' && !s.depth && !named) {
			declaration(&s, text, at);
			named = true;
		}
	}
}

/* ---- comparing ---- */

static bool is_hint(const struct clause *c)
{
	return !strcmp(c->kind, "loop") || !strcmp(c->kind, "assert") || !strcmp(c->kind, "ghost");
}

static bool holds(const clauses *in, const struct clause *c)
{
	for (int i = 0; i < in->n; i++)
		if (!strcmp(in->at[i].file, c->file) && !strcmp(in->at[i].function, c->function) && !strcmp(in->at[i].text, c->text))
			return true;
	return false;
}

static const char *told(const struct clause *c)
{
	if (*c->function)
		return arena_printf("%s: %s: %s %s", c->file, c->function, c->kind, *c->name ? c->name : c->text);
	return arena_printf("%s: %s %s", c->file, c->kind, *c->name ? c->name : c->text);
}

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && !strcmp(s + n - m, with);
}

/* Every clause of `want` that is a promise is in `is`, and none is added: one more `requires` would weaken all. What the
 * closed world asserts is what it is there for. */
void clauses_differ(const clauses *want, const clauses *is, words *out)
{
	for (int i = 0; i < want->n; i++) {
		const struct clause *c = &want->at[i];
		bool world = ends(c->file, "_world.c") && !strcmp(c->kind, "assert");
		if ((!is_hint(c) || world) && !holds(is, c))
			*list_add(out) = arena_printf("%s is gone or says something else", told(c));
	}
	for (int i = 0; i < is->n; i++)
		if (!is_hint(&is->at[i]) && !holds(want, &is->at[i]))
			*list_add(out) = arena_printf("%s is not what the policy gives", told(&is->at[i]));
}
