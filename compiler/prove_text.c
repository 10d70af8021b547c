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
	LIST(const char *) acts;  /* calls and writes of the expression that we are in */
	LIST(char) declaration;	  /* what stands of one that has not ended */
	const char *body;	  /* where a body begins that may not differ */
	int depth;
	bool head;  /* we are in the parentheses of an if, a loop, a switch */
	int parens; /* how deep, in there */
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

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* ---- what the compiler reads as one ---- */

/* A line that ends in a backslash goes on; gcc overlooks blanks after it. */
static char *spliced(const char *s)
{
	char *out = arena_alloc(strlen(s) + 1), *to = out;

	while (*s) {
		size_t n = *s == '\\' ? 1 + strspn(s + 1, " \t\r\v\f") : 0;
		if (n && s[n] == '\n')
			s += n + 1;
		else
			*to++ = *s++;
	}
	*to = '\0';
	return out;
}

static bool is_comment(const char *s)
{
	return s[0] == '/' && (s[1] == '/' || s[1] == '*');
}

static bool is_annotation(const char *s)
{
	return is_comment(s) && s[2] == '@';
}

static size_t comment_length(const char *s)
{
	const char *end = s[1] == '*' ? strstr(s + 2, "*/") : NULL;

	if (s[1] == '/')
		return strcspn(s, "\n");
	return end ? (size_t)(end + 2 - s) : strlen(s);
}

/* "a \" b", '"': to the quote that ends it, or to the end of the line that has none. */
static size_t literal_length(const char *s)
{
	size_t n = 1;

	while (s[n] && s[n] != '\n' && s[n] != *s)
		n += s[n] == '\\' && s[n + 1] ? 2 : 1;
	return n + (s[n] == *s);
}

/* A comment, a literal, a name or number; any other character by itself. */
static size_t lexeme_length(const char *s)
{
	size_t n = 0;

	if (is_comment(s))
		return comment_length(s);
	if (is_quote(*s))
		return literal_length(s);
	while (is_name(s[n]))
		n++;
	return n ? n : 1;
}

/* A directive ends with its line, and a comment in it may hold several. */
static size_t directive_length(const char *s)
{
	size_t n = 0;

	while (s[n] && s[n] != '\n')
		n += lexeme_length(s + n);
	return n;
}

/* One space for each run of blanks and for each comment, none at the ends. An annotation stays, and where one of a line
 * ends is told: code that moved into it would be gone. */
static const char *normal(const char *s, size_t size)
{
	char *out = arena_alloc(2 * size + 1), *to = out;

	for (size_t i = 0, n; i < size; i += n) {
		bool gone = is_blank(s[i]) || (is_comment(s + i) && !is_annotation(s + i)), literal = is_quote(s[i]);
		n = lexeme_length(s + i);
		n = n < size - i ? n : size - i;
		if (gone && to > out && to[-1] != ' ')
			*to++ = ' ';
		for (size_t j = i; j < i + n && !gone; j++)
			if (literal || !is_blank(s[j]))
				*to++ = s[j];
			else if (to > out && to[-1] != ' ')
				*to++ = ' ';
		if (!gone && is_annotation(s + i) && s[i + 1] == '/')
			*to++ = '\n';
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
	return begins(text, "predicate") || begins(text, "logic") || begins(text, "lemma") ||
		begins(text, "axiomatic") || begins(text, "inductive") || begins(text, "type") ||
		begins(text, "global") || begins(text, "ghost");
}

static void add_text(struct scan *s, const char *kind, const char *name, const char *text)
{
	struct clause *c = list_add(s->out);

	c->file = s->file;
	c->function = "";
	c->kind = kind;
	c->name = name;
	c->text = text;
}

/* Something that compile writes in none of its files, or there only. */
static void refuse(struct scan *s, const char *what)
{
	add_text(s, "use of", what, what);
	s->out->at[s->out->n - 1].function = s->depth ? s->function : "";
}

/* It holds wherever it stands, in ghost code too, and nobody proves it. */
static void refuse_admit(struct scan *s, const char *text)
{
	for (size_t n; *text; text += n) {
		n = lexeme_length(text);
		if (begins(text, "admit"))
			refuse(s, "admit");
	}
}

static void annotation(struct scan *s, const char *from, size_t n)
{
	const char *raw = arena_printf("%.*s", (int)n, from), *text = normal(raw, n);

	if (strstr(raw, "/*")) /* C ends the comment where the first ends, ACSL may not */
		refuse(s, "a comment in a comment");
	refuse_admit(s, text);
	if (s->depth)
		add_annotation(s, s->function, text);
	else if (is_global(text))
		add_annotation(s, "", text);
	else
		s->pending = s->pending ? arena_printf("%s\n%s", s->pending, text) : text;
}

/* ---- declarations ---- */

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
	const char *text = normal(line, n), *all = "";

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

/* Words of which gcc makes what no goal is about: __attribute__, asm, extern and _Noreturn tell it of functions and
 * memory what nobody proves, __FRAMAC__ tells who is reading. */
static void refuse_word(struct scan *s, const char *at)
{
	static const char *const words[] = {"asm", "extern", "restrict", "typeof", "volatile"};
	bool refused = at[0] == '_' && (at[1] == '_' || isupper((unsigned char)at[1]));

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		refused = refused || begins(at, words[i]);
	if (refused)
		refuse(s, word_at(at));
}

/* Other spellings of # and of braces. */
static void refuse_spelling(struct scan *s, const char *at)
{
	static const char *const spellings[] = {"<%", "%>", "<:", ":>", "%:"};

	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		if (!strncmp(at, spellings[i], 2))
			refuse(s, spellings[i]);
}

/* ---- the order of evaluation ---- */

static bool is_call(const char *at, size_t n)
{
	return !begins(at, "return") && !begins(at, "sizeof") && !begins(at, "INDEX") && is_name(*at) &&
		at[n + strspn(at + n, " \t\n")] == '(';
}

/* "=", "+=", "<<=" and not "==", "<=". */
static bool is_assignment(const char *text, const char *at)
{
	char before = at > text ? at[-1] : ' ';
	bool shift = at > text + 1 && at[-2] == before;

	return *at == '=' && at[1] != '=' && !strchr("=!", before) && (!strchr("<>", before) || shift);
}

/* C leaves open in which order the parts of an expression are evaluated, Frama-C takes one: a second call or write, beside the
 * assignment of what comes of it all, is one that compile writes too. */
static void end_expression(struct scan *s)
{
	int first = s->acts.n && !strcmp(s->acts.at[0], "=");
	const char *all = "";

	for (int i = 0; i < s->acts.n; i++)
		all = arena_printf("%s%s%s", all, i ? ", " : "", s->acts.at[i]);
	if (s->acts.n - first > 1)
		add_text(s, "expression", "", all);
	s->acts.n = 0;
}

static bool is_head(const char *at)
{
	return begins(at, "if") || begins(at, "for") || begins(at, "while") || begins(at, "switch");
}

static void order(struct scan *s, const char *text, const char *at, size_t n)
{
	s->parens += (*at == '(') - (*at == ')');
	if (is_head(at)) {
		s->head = true;
		s->parens = 0;
	} else if (is_call(at, n))
		*list_add(&s->acts) = word_at(at);
	else if (is_assignment(text, at))
		*list_add(&s->acts) = "=";
	else if (!strncmp(at, "++", 2) || !strncmp(at, "--", 2))
		*list_add(&s->acts) = arena_printf("%.2s", at);
	else if (strchr(";{}", *at) || (*at == ')' && s->head && !s->parens)) {
		end_expression(s);
		s->head = s->head && *at == ';'; /* of a for */
	}
}

/* One lexeme of code, outside of comments and directives. */
static void code(struct scan *s, const char *text, const char *at, size_t n)
{
	refuse_word(s, at);
	refuse_spelling(s, at);
	if (s->depth && s->named)
		order(s, text, at, n);
	if (*at == '(' && !s->depth && !s->named)
		declared(s, text, at);
	if (s->depth ? !s->named : (*at != ';' && !(*at == '{' && s->named)))
		for (size_t i = 0; i < n; i++)
			*list_add(&s->declaration) = at[i];
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

	if (strstr(text,
		    "??")) /* with -std=c11 the first half of a trigraph; one of them is a backslash, in comments too */
		refuse(&s, "two question marks");
	text = spliced(text);
	for (const char *at = text; *at;) {
		size_t n = *at == '#' ? directive_length(at) : lexeme_length(at), tail = at[1] == '*' ? 2 : 0;
		if (*at == '#')
			directive(&s, at, n);
		else if (is_annotation(at))
			annotation(&s, at + 3, n < 3 + tail ? 0 : n - 3 - tail);
		else if (!is_comment(at))
			code(&s, text, at, n);
		else if (!s.depth || !s.named)
			*list_add(&s.declaration) = ' ';
		at += n;
	}
	end_lines(&s);
}

/* ---- comparing ---- */

static bool is_hint(const struct clause *c)
{
	return *c->function && (!strcmp(c->kind, "loop") || !strcmp(c->kind, "assert") || !strcmp(c->kind, "ghost"));
}

static bool is_order(const struct clause *c)
{
	return !strcmp(c->kind, "expression");
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

/* What has to be the same. What the closed world asserts is what it is there for. */
static void promises(const clauses *of, clauses *out)
{
	for (int i = 0; i < of->n; i++)
		if (!is_order(&of->at[i]) &&
			(!is_hint(&of->at[i]) ||
				(ends(of->at[i].file, "_world.c") && !strcmp(of->at[i].kind, "assert"))))
			*list_add(out) = of->at[i];
}

/* Every promise of `want` is in `is`, and none is added: one more `requires` would weaken all. Nor does one stand elsewhere
 * or twice: of two contracts the one may lie between an #ifdef and its #endif. */
void clauses_differ(const clauses *want, const clauses *is, words *out)
{
	clauses given = {0}, found = {0};
	int before = out->n;

	promises(want, &given);
	promises(is, &found);
	for (int i = 0; i < given.n; i++)
		if (!holds(&found, &given.at[i]))
			*list_add(out) = arena_printf("%s is gone or says something else", told(&given.at[i]));
	for (int i = 0; i < found.n; i++)
		if (!holds(&given, &found.at[i]))
			*list_add(out) = arena_printf("%s is not what the policy gives", told(&found.at[i]));
	for (int i = 0; i < is->n; i++)
		if (is_order(&is->at[i]) && !holds(want, &is->at[i]))
			*list_add(out) = arena_printf(
				"%s: C leaves open in which order it does %s", is->at[i].file, is->at[i].text);
	for (int i = 0; out->n == before && i < found.n; i++)
		if (i == given.n || strcmp(found.at[i].text, given.at[i].text))
			*list_add(out) = arena_printf("%s stands in another place, or twice", told(&found.at[i]));
}
