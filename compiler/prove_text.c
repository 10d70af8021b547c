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
	struct statement {
		LIST(const char *) acts; /* calls and writes */
		const char *last;	 /* lexeme */
		bool head;		 /* we are in the parentheses of an if, a loop, a switch */
		int parens, brackets;	 /* how deep */
		int braces;		 /* of initialisers */
		int index;		 /* how deep the parentheses of INDEX are; 0: we are in none */
		int choices;		 /* `?` whose `:` is to come */
		bool fresh;		 /* it begins here */
		bool leads;		 /* it has been names up to here */
		int names;		 /* that it begins with: two are a declaration; 0: it is none */
		const char *local;	 /* declared, and no value seen */
	} statement;
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

/* `admit` holds wherever it stands, in ghost code too, and nobody proves it. */
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
	if (strchr(raw, '#')) /* Frama-C has annotations preprocessed: a #define in one is of all that follow */
		refuse(s, "# in a contract");
	refuse_admit(s, text);
	if (s->depth)
		add_annotation(s, s->named ? s->function : "", text);
	else if (is_global(text))
		add_annotation(s, "", text);
	else
		s->pending = s->pending ? arena_printf("%s\n%s", s->pending, text) : text;
}

/* Before what has no contract stands no contract: it is something that we do not know and Frama-C may. */
static void end_pending(struct scan *s)
{
	if (s->pending)
		add_annotation(s, "", s->pending);
	s->pending = NULL;
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

static bool is_theorem(const struct scan *s)
{
	return ends_with(s->file, "_world.c") || (ends_with(s->file, "_decide.h") && ends_with(s->function, "_decide"));
}

static void brace(struct scan *s, const char *at)
{
	if (*at == '{') {
		if (s->depth++ == 0 && s->named) {
			*list_add(s->defined) = s->function;
			end_declaration(s);
			s->body = is_theorem(s) ? at : NULL;
			s->statement = (struct statement){.fresh = true, .last = at};
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

/* ---- what Frama-C and gcc may read differently ---- */

/* What compile writes nowhere in this file, or with `function` not there. */
static void add_code(struct scan *s, const char *function, const char *what)
{
	add_text(s, "code", "", what);
	s->out->at[s->out->n - 1].function = function;
}

static bool is_one_of(const char *at, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (begins(at, words[i]))
			return true;
	return false;
}

static const char *past_blanks(const char *at)
{
	while (is_blank(*at) || is_comment(at))
		at += is_comment(at) ? comment_length(at) : 1;
	return at;
}

/* (u32)(..), and not (f)(..): `paren` ends what comes first. */
static bool is_cast(const char *text, const char *paren)
{
	static const char *const types[] = {"bool", "u8", "u16", "u32", "u64", "s16", "s32", "s64", "void"};

	while (paren > text && !is_name(paren[-1]) && paren[-1] != '(')
		paren--;
	while (paren > text && is_name(paren[-1]))
		paren--;
	return is_one_of(paren, types, sizeof types / sizeof *types);
}

static bool is_call(const struct scan *s, const char *text, const char *at, size_t n)
{
	static const char *const none[] = {"return", "sizeof", "INDEX"};
	const struct statement *t = &s->statement;

	if (*at == '(')
		return !t->fresh && *t->last == ')' && !is_cast(text, t->last);
	return is_name(*at) && *past_blanks(at + n) == '(' && !is_one_of(at, none, sizeof none / sizeof *none);
}

/* "=", "+=", "<<=" and not "==", "<=". */
static bool is_assignment(const char *text, const char *at)
{
	char before = at > text ? at[-1] : ' ';
	bool shift = at > text + 1 && at[-2] == before;

	return *at == '=' && at[1] != '=' && !strchr("=!", before) && (!strchr("<>", before) || shift);
}

/* C leaves open in which order the parts of an expression are evaluated, Frama-C takes one: a second call or write, beside the
 * assignment of what comes of it all, is one that compile writes too. What INDEX is given, Frama-C evaluates twice. */
static void acts(struct scan *s, const char *text, const char *at, size_t n)
{
	struct statement *t = &s->statement;
	int before = t->acts.n;

	if (is_call(s, text, at, n))
		*list_add(&t->acts) = *at == '(' ? "a call" : word_at(at);
	else if (is_assignment(text, at))
		*list_add(&t->acts) = "=";
	else if (!strncmp(at, "++", 2) || !strncmp(at, "--", 2))
		*list_add(&t->acts) = arena_printf("%.2s", at);
	if (t->index && t->acts.n > before)
		add_code(s, "", arena_printf("INDEX does %s twice for Frama-C", t->acts.at[before]));
	if (begins(at, "INDEX"))
		t->index = t->parens + 1;
	else if (*at == ')' && t->parens == t->index)
		t->index = 0;
}

static void end_expression(struct scan *s)
{
	struct statement *t = &s->statement;
	int first = t->acts.n && !strcmp(t->acts.at[0], "=");
	const char *all = "";

	for (int i = 0; i < t->acts.n; i++)
		all = arena_printf("%s%s%s", all, i ? ", " : "", t->acts.at[i]);
	if (t->acts.n - first > 1)
		add_code(s, "", arena_printf("C leaves open in which order it does %s", all));
	t->acts.n = 0;
	t->choices = 0;
}

/* WP takes a variable without a value for one that has some value; gcc need not. */
static void end_local(struct scan *s)
{
	if (s->statement.names > 1 && s->statement.local)
		add_code(s, s->function, arena_printf("%s has no value to begin with", s->statement.local));
	s->statement.local = NULL;
}

/* Two names in a row are a declaration, and so is one before a star. */
static void lead(struct statement *t, const char *at)
{
	static const char *const none[] = {
		"break", "case", "continue", "default", "do", "else", "goto", "return", "sizeof"};
	bool name = is_name(*at) && !isdigit((unsigned char)*at);

	if (t->fresh) {
		t->names = 0;
		t->local = NULL;
		t->leads = !is_one_of(at, none, sizeof none / sizeof *none);
	}
	t->leads = t->leads && name;
	t->names += t->leads;
}

/* A pointer may be to another type than what it points to: gcc may take for granted that it points to something else then, and WP
 * does not. */
static void locals(struct scan *s, const char *at)
{
	struct statement *t = &s->statement;
	bool led = t->leads && !t->fresh, first;

	lead(t, at);
	if (t->parens != t->head || t->braces || t->brackets)
		return;
	first = led || (t->names > 1 && *t->last == ','); /* of a declarator */
	if (first && *at == '*')
		refuse(s, "a pointer in a function");
	if (first && t->names > 1 && is_name(*at))
		t->local = word_at(at);
	else if (*at == '=')
		t->local = NULL;
	else if (*at == ',' || *at == ';')
		end_local(s);
}

static void refuse_pointer_cast(struct scan *s, const char *at)
{
	if (*at != '*')
		return;
	for (at = past_blanks(at + 1); begins(at, "const"); at = past_blanks(at + strlen("const")))
		;
	if (*at == ')')
		refuse(s, "a pointer's cast");
}

static bool is_head(const char *at)
{
	static const char *const heads[] = {"if", "for", "while", "switch"};

	return is_one_of(at, heads, sizeof heads / sizeof *heads);
}

/* Braces of an initialiser end no expression. */
static bool ends_expression(struct scan *s, const char *at, bool fresh)
{
	struct statement *t = &s->statement;

	if (*at == '{' && !fresh) {
		if (*t->last == '(')
			refuse(s, "({");
		else if (is_name(*t->last))
			refuse(s, "a type in a function");
		t->braces++;
		return false;
	}
	if (*at == '}' && t->braces) {
		t->braces--;
		return false;
	}
	return strchr("{};", *at) || (*at == ')' && t->head && !t->parens);
}

/* One lexeme of a body. */
static void body(struct scan *s, const char *text, const char *at, size_t n)
{
	struct statement *t = &s->statement;
	bool fresh = t->fresh;

	if (is_blank(*at))
		return;
	refuse_pointer_cast(s, at);
	locals(s, at);
	if (!is_head(at))
		acts(s, text, at, n);
	t->parens += (*at == '(') - (*at == ')');
	t->brackets += (*at == '[') - (*at == ']');
	t->choices += *at == '?';
	t->fresh = false;
	if (is_head(at)) {
		t->head = true;
		t->parens = 0;
	} else if (ends_expression(s, at, fresh)) {
		end_expression(s);
		t->head = t->head && *at == ';'; /* of a for */
		t->fresh = !t->head;
	} else if (begins(at, "do") || begins(at, "else") || (*at == '(' && begins(t->last, "for"))) {
		t->fresh = true;
	} else if (*at == ':') {
		t->fresh = t->choices == 0; /* behind a label */
		t->choices -= t->choices > 0;
	}
	t->last = at;
}

/* One lexeme of code, outside of comments and directives. */
static void code(struct scan *s, const char *text, const char *at, size_t n)
{
	refuse_word(s, at);
	refuse_spelling(s, at);
	if (s->depth && s->named)
		body(s, text, at, n);
	if (*at == '(' && !s->depth && !s->named)
		declared(s, text, at);
	if (s->depth ? !s->named : (*at != ';' && !(*at == '{' && s->named)))
		for (size_t i = 0; i < n; i++)
			*list_add(&s->declaration) = at[i];
	if (*at == '{' || *at == '}')
		brace(s, at);
	if (*at == ';' && !s->depth) {
		end_pending(s);
		end_declaration(s);
		s->named = false;
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
	end_pending(&s);
	end_lines(&s);
}

/* ---- comparing ---- */

static bool is_hint(const struct clause *c)
{
	return *c->function && (!strcmp(c->kind, "loop") || !strcmp(c->kind, "assert") || !strcmp(c->kind, "ghost"));
}

static bool is_code(const struct clause *c)
{
	return !strcmp(c->kind, "code");
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
		if (!is_code(&of->at[i]) &&
			(!is_hint(&of->at[i]) ||
				(ends_with(of->at[i].file, "_world.c") && !strcmp(of->at[i].kind, "assert"))))
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
		if (is_code(&is->at[i]) && !holds(want, &is->at[i]))
			*list_add(out) = arena_printf("%s: %s%s%s", is->at[i].file, is->at[i].function,
				*is->at[i].function ? ": " : "", is->at[i].text);
	for (int i = 0; out->n == before && i < found.n; i++)
		if (i == given.n || strcmp(found.at[i].text, given.at[i].text))
			*list_add(out) = arena_printf("%s stands in another place, or twice", told(&found.at[i]));
}
