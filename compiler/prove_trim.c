/* ldosc trim PROVER ARGUMENT.. FILE: runs a prover on less of a goal. `prove` puts it between Why3 and CVC4.
 *
 * WP writes into each goal whatever can be said of each struct that the goal has to do with: equality, initialisation, arrays of it,
 * a projection for each field. More than half of it names what the goal never comes to, and reading it takes a prover longer than
 * the proof. Here an axiom stays if one of its triggers can occur: if all symbols of the trigger stand in the goal or in an
 * axiom that stays. Text is only left out, never written: what follows from some of the axioms follows from all, so that nothing
 * can be proved which could not be proved before. A file that does not read as expected is handed on as it is. */
#include "ldosc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "prove.h"

/* ---- the text as a tree ---- */

struct node { /* a word, or a list in parentheses */
	const char *at;
	int n; /* bytes */
	bool list;
	struct node *first, *next;
	int symbol; /* of a word that the file declares, from 0; else -1 */
};

struct text {
	const char *at;
	bool good;
};

/* Blanks and comments. */
static void skip(struct text *t)
{
	for (;;) {
		t->at += strspn(t->at, " \t\r\n");
		if (*t->at != ';')
			return;
		t->at += strcspn(t->at, "\n");
	}
}

/* To behind the quote that ends it. */
static void skip_quoted(struct text *t)
{
	const char *end = strchr(t->at + 1, *t->at);

	t->good = t->good && end;
	t->at = end ? end + 1 : t->at + strlen(t->at);
}

static struct node *read_node(struct text *t)
{
	struct node *node = arena_alloc(sizeof *node), **last = &node->first;

	node->at = t->at;
	node->symbol = -1;
	node->list = *t->at == '(';
	if (*t->at == '"' || *t->at == '|') {
		skip_quoted(t);
	} else if (!node->list) {
		t->at += strcspn(t->at, " \t\r\n();\"|");
		t->good = t->good && t->at > node->at; /* no stray ')' */
	} else {
		for (t->at++, skip(t); *t->at && *t->at != ')'; skip(t)) {
			*last = read_node(t);
			last = &(*last)->next;
		}
		t->good = t->good && *t->at == ')';
		t->at += *t->at == ')';
	}
	node->n = (int)(t->at - node->at);
	return node;
}

static bool is_word(const struct node *node, const char *word)
{
	return node && !node->list && (size_t)node->n == strlen(word) && !memcmp(node->at, word, (size_t)node->n);
}

static bool is_form(const struct node *node, const char *word) /* (word ..) */
{
	return node && node->list && is_word(node->first, word);
}

/* ---- which symbols ---- */

typedef uint64_t word_set;

struct axiom {
	const struct node *node;   /* (assert ..) */
	word_set *names;	   /* every symbol in it */
	LIST(word_set *) triggers; /* none: it stays */
	bool stays;
};

struct goal_file {
	LIST(const struct node *) forms;
	LIST(const struct node *) symbols; /* names as declared */
	int *table, slots;		   /* hash of a name: its symbol + 1 */
	LIST(struct axiom) axioms;
	word_set *reached;
};

static int *slot_of(struct goal_file *g, const struct node *name)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (int i = 0; i < name->n; i++)
		h = (h ^ (unsigned char)name->at[i]) * 16777619u;
	for (int k = (int)(h % (uint32_t)g->slots);; k = (k + 1) % g->slots) {
		const struct node *other = g->table[k] ? g->symbols.at[g->table[k] - 1] : NULL;
		if (!other || (other->n == name->n && !memcmp(other->at, name->at, (size_t)name->n)))
			return &g->table[k];
	}
}

static void declare(struct goal_file *g, const struct node *name)
{
	int *slot = slot_of(g, name);

	if (*slot)
		return;
	*list_add(&g->symbols) = name;
	*slot = g->symbols.n;
}

static void name_symbols(struct goal_file *g, struct node *node)
{
	if (!node->list)
		node->symbol = *slot_of(g, node) - 1;
	for (struct node *part = node->first; part; part = part->next)
		name_symbols(g, part);
}

static int words_of(const struct goal_file *g)
{
	return g->symbols.n / 64 + 1;
}

static word_set *empty(const struct goal_file *g)
{
	return arena_alloc((size_t)words_of(g) * sizeof(word_set));
}

static void add_names(word_set *set, const struct node *node)
{
	if (node->symbol >= 0)
		set[node->symbol / 64] |= (word_set)1 << node->symbol % 64;
	for (const struct node *part = node->first; part; part = part->next)
		add_names(set, part);
}

static void join(const struct goal_file *g, word_set *set, const word_set *more)
{
	for (int i = 0; i < words_of(g); i++)
		set[i] |= more[i];
}

static bool within(const struct goal_file *g, const word_set *small, const word_set *large)
{
	for (int i = 0; i < words_of(g); i++)
		if (small[i] & ~large[i])
			return false;
	return true;
}

static bool none(const struct goal_file *g, const word_set *set)
{
	for (int i = 0; i < words_of(g); i++)
		if (set[i])
			return false;
	return true;
}

/* ---- what sets an axiom off ---- */

static void add_trigger(struct goal_file *g, struct axiom *a, const struct node *term)
{
	word_set *set = empty(g);

	add_names(set, term);
	if (!none(g, set))
		*list_add(&a->triggers) = set;
}

/* Each symbol of it by itself. */
static void any_name(struct goal_file *g, struct axiom *a)
{
	for (int i = 0; i < g->symbols.n; i++) {
		word_set bit = a->names[i / 64] & (word_set)1 << i % 64, *one;
		if (!bit)
			continue;
		one = empty(g);
		one[i / 64] = bit;
		*list_add(&a->triggers) = one;
	}
}

static const struct node *last_of(const struct node *list)
{
	const struct node *node = list->first;

	while (node && node->next)
		node = node->next;
	return node;
}

/* (f x) = .. says something of f x; x = f (g x) something of what f made. */
static const struct node *defined_by(const struct node *equation)
{
	const struct node *left = equation->first->next, *right = left ? left->next : NULL;

	if (left && left->list)
		return left;
	return right && right->list && left->symbol < 0 ? right->first : NULL;
}

static void find_triggers(struct goal_file *g, struct axiom *a)
{
	const struct node *body = a->node->first->next, *term;
	bool quantified = is_form(body, "forall"), patterns = false;

	while (is_form(body, "forall") || is_form(body, "!")) {
		for (const struct node *part = body->first; part; part = part->next)
			if (is_word(part, ":pattern") && part->next) {
				add_trigger(g, a, part->next);
				patterns = true;
			}
		body = is_form(body, "!") ? body->first->next : last_of(body);
	}
	if (patterns || !body)
		return;
	for (term = body; is_form(term, "=>"); term = last_of(term))
		;
	if (quantified && is_form(term, "=") && defined_by(term))
		add_trigger(g, a, defined_by(term));
	if (!a->triggers.n)
		any_name(g, a);
}

static bool can_occur(const struct goal_file *g, const struct axiom *a)
{
	for (int i = 0; i < a->triggers.n; i++)
		if (within(g, a->triggers.at[i], g->reached))
			return true;
	return a->triggers.n == 0;
}

/* The last assertion is the goal. */
static void decide_what_stays(struct goal_file *g)
{
	bool more = true;

	g->axioms.at[g->axioms.n - 1].stays = true;
	join(g, g->reached, g->axioms.at[g->axioms.n - 1].names);
	while (more) {
		more = false;
		for (int i = 0; i < g->axioms.n; i++) {
			struct axiom *a = &g->axioms.at[i];
			if (a->stays || !can_occur(g, a))
				continue;
			a->stays = more = true;
			join(g, g->reached, a->names);
		}
	}
}

/* ---- the file ---- */

static bool read_goal(struct goal_file *g, const char *text)
{
	struct text t = {text, true};

	for (skip(&t); *t.at && t.good; skip(&t))
		*list_add(&g->forms) = read_node(&t);
	g->slots = 64 + 4 * g->forms.n;
	g->table = arena_alloc((size_t)g->slots * sizeof *g->table);
	for (int i = 0; i < g->forms.n; i++)
		if (is_form(g->forms.at[i], "declare-fun") && g->forms.at[i]->first->next)
			declare(g, g->forms.at[i]->first->next);
	g->reached = empty(g);
	for (int i = 0; i < g->forms.n; i++) {
		const struct node *form = g->forms.at[i];
		name_symbols(g, (struct node *)form);
		if (is_form(form, "assert")) {
			struct axiom *a = list_add(&g->axioms);
			*a = (struct axiom){.node = form, .names = empty(g)};
			add_names(a->names, form);
			find_triggers(g, a);
		} else if (!is_form(form, "declare-fun")) { /* a definition, say: it stays, and so does what it names */
			add_names(g->reached, form);
		}
	}
	return t.good && g->axioms.n > 0;
}

static bool form_stays(const struct goal_file *g, const struct node *form, int *axiom)
{
	if (is_form(form, "assert"))
		return g->axioms.at[(*axiom)++].stays;
	if (is_form(form, "declare-fun") && form->first->next && form->first->next->symbol >= 0) {
		int symbol = form->first->next->symbol;
		return g->reached[symbol / 64] >> symbol % 64 & 1;
	}
	return true;
}

/* The goal without what cannot matter to it; NULL: the text is not understood. */
char *prove_trimmed(const char *text, size_t *size)
{
	struct goal_file g = {0};
	char *out = NULL;
	int axiom = 0;
	FILE *f;

	if (!read_goal(&g, text))
		return NULL;
	decide_what_stays(&g);
	f = open_memstream(&out, size);
	if (!f)
		return NULL;
	for (int i = 0; i < g.forms.n; i++)
		if (form_stays(&g, g.forms.at[i], &axiom))
			fprintf(f, "%.*s\n", g.forms.at[i]->n, g.forms.at[i]->at);
	return fclose(f) ? NULL : out;
}

/* The text as a file that goes with the process; NULL: there is none. */
static const char *as_file(const char *text, size_t size)
{
	int fd = memfd_create("goal", 0);

	for (size_t done = 0; fd >= 0 && done < size;) {
		ssize_t n = write(fd, text + done, size - done);
		if (n < 0 && errno != EINTR)
			return NULL;
		done += n > 0 ? (size_t)n : 0;
	}
	return fd < 0 ? NULL : arena_printf("/proc/self/fd/%d", fd);
}

int prove_trim(char **argv)
{
	char **file = argv;
	char *text, *less = NULL;
	const char *instead;
	size_t size = 0;

	if (!argv[0] || !argv[1])
		return EXIT_USAGE;
	while (file[1])
		file++;
	text = file_text(*file, &size);
	if (text && strlen(text) == size)
		less = prove_trimmed(text, &size);
	instead = less ? as_file(less, size) : NULL;
	if (instead)
		*file = (char *)instead;
	execv(argv[0], argv);
	return EXIT_USAGE;
}
