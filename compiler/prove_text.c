/* Contracts as text: which clauses stand where in generated C, and whether they are those that the policy gives. What
 * is proved is what the annotations say of the constants, structs and functions that are declared, so C that was edited
 * may differ in its code and in the hints inside its functions, and in nothing that a caller reads. Of the closed
 * world, which nobody calls, nothing may differ: what its body leaves out, the theorem leaves out. Nor of NAME_decide:
 * that it is ask and settle in a row is why the world, which has these two, need not have it. */
#include "prove.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	clauses *out;
	words *defined; /* functions that have a body */
	const char *file;
	const char *function;	  /* whose body we are in */
	const char *pending;	  /* annotations before a declaration */
	LIST(const char *) lines; /* directives since the last #include or declaration */
	LIST(char) declaration;	  /* what stands of one that has not ended */
	const char *body;	  /* where a body begins that may not differ */
	int depth;
	bool named; /* the declaration's name was seen */
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
	return begins(text, "predicate") || begins(text, "logic") || begins(text, "lemma") ||
		begins(text, "axiomatic") || begins(text, "inductive") || begins(text, "type") ||
		begins(text, "global");
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

/* ---- declarations ---- */

static void add_text(struct scan *s, const char *kind, const char *name, const char *text)
{
	struct clause *c = list_add(s->out);

	c->file = s->file;
	c->function = "";
	c->kind = kind;
	c->name = name;
	c->text = text;
}

/* "#define IO_ROUTE_DEVS 8" is called IO_ROUTE_DEVS. */
static void end_lines(struct scan *s)
{
	for (int i = 0; i < s->lines.n; i++) {
		const char *line = s->lines.at[i], *space = strchr(line, ' ');
		add_text(s, "define", space ? word_at(space + 1) : line, line);
	}
	s->lines.n = 0;
}

/* The parameters of a component of the runtime and the #include that reads them are one clause: their order matters. */
static void directive(struct scan *s, const char *line, size_t n)
{
	const char *comment = strstr(line, "/*");
	const char *text = normal(line, comment && comment < line + n ? (size_t)(comment - line) : n), *all = "";

	*list_add(&s->lines) = text;
	if (!begins(text, "#include"))
		return;
	for (int i = 0; i < s->lines.n; i++)
		all = arena_printf("%s%s\n", all, s->lines.at[i]);
	add_text(s, "include", text + strlen("#include "), all);
	s->lines.n = 0;
}

/* "struct io_route_leg { .. }", "bool io_route_ask(..)": called by the function or, where it is none, by the type. */
static void end_declaration(struct scan *s)
{
	const char *text = normal(s->declaration.at, (size_t)s->declaration.n);
	size_t skip = strcspn(text, " ");

	end_lines(s);
	if (*text)
		add_text(s, "declaration", s->named ? s->function : word_at(text + skip + (text[skip] == ' ')), text);
	s->declaration.n = 0;
}

/* At the outermost level the name before the first parenthesis is that of the function declared. */
static void declared(struct scan *s, const char *text, const char *paren)
{
	const char *name = paren;

	while (name > text && is_name(name[-1]))
		name--;
	s->function = arena_printf("%.*s", (int)(paren - name), name);
	s->named = true;
	if (s->pending)
		add_annotation(s, s->function, s->pending);
	s->pending = NULL;
}

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && !strcmp(s + n - m, with);
}

static bool is_theorem(const struct scan *s)
{
	return ends(s->file, "_world.c") || (ends(s->file, "_decide.h") && ends(s->function, "_decide"));
}

static void brace(struct scan *s, const char *at)
{
	if (*at == '{') {
		if (s->depth++ == 0 && s->named) {
			*list_add(s->defined) = s->function;
			end_declaration(s);
			s->body = is_theorem(s) ? at : NULL;
		}
		return;
	}
	s->depth -= s->depth > 0;
	if (s->depth || !s->named)
		return;
	if (s->body)
		add_text(s, "body", s->function, normal(s->body, (size_t)(at - s->body)));
	s->body = NULL;
	s->named = false;
}

/* One character of code, outside of comments and directives. */
static void code(struct scan *s, const char *text, const char *at)
{
	if (*at == '(' && !s->depth && !s->named)
		declared(s, text, at);
	if (s->depth ? !s->named : (*at != ';' && !(*at == '{' && s->named)))
		*list_add(&s->declaration) = *at;
	if (*at == '{' || *at == '}')
		brace(s, at);
	if (*at == ';' && !s->depth) {
		end_declaration(s);
		s->named = false;
		s->pending = NULL;
	}
}

void clauses_of(const char *file, const char *text, clauses *out, words *defined)
{
	struct scan s = {.out = out, .defined = defined, .file = file, .function = ""};

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
		} else if (*at == '#') {
			size_t n = strcspn(at, "\n");
			directive(&s, at, n);
			at += n - 1;
		} else if (*at == '"') {
			at += 1 + strcspn(at + 1, "\"");
			if (!*at)
				return;
		} else {
			code(&s, text, at);
		}
	}
	end_lines(&s);
}

/* ---- comparing ---- */

static bool is_hint(const struct clause *c)
{
	return !strcmp(c->kind, "loop") || !strcmp(c->kind, "assert") || !strcmp(c->kind, "ghost");
}

static bool holds(const clauses *in, const struct clause *c)
{
	for (int i = 0; i < in->n; i++)
		if (!strcmp(in->at[i].file, c->file) && !strcmp(in->at[i].function, c->function) &&
			!strcmp(in->at[i].text, c->text))
			return true;
	return false;
}

static const char *told(const struct clause *c)
{
	if (*c->function)
		return arena_printf("%s: %s: %s %s", c->file, c->function, c->kind, *c->name ? c->name : c->text);
	return arena_printf("%s: %s %s", c->file, c->kind, *c->name ? c->name : c->text);
}

/* Every clause of `want` that is a promise is in `is`, and none is added: one more `requires` would weaken all. What
 * the closed world asserts is what it is there for. */
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
