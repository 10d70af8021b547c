/* Costs are read off the object file, as gcc makes it with kernel flags. The longest path of a function is found on the
 * graph of its instructions: a loop costs its bound times its longest turn. The bound is that of the `for` statement in
 * the preprocessed source that the loop's own instructions come from, by the line table; a loop whose statement has no
 * constant bound makes the figure unbounded and is named. No path is left out, so the figure is never too small;
 * branches that exclude each other are not looked at, so it may be too large. */
#include "measure.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CFLAGS                                                                                                    \
	"-std=c11 -O2 -g -ffreestanding -mgeneral-regs-only -mno-red-zone -fno-jump-tables -fno-stack-protector " \
	"-fno-reorder-blocks-and-partition -fcf-protection=none -fno-asynchronous-unwind-tables -fkeep-inline-functions"

struct bound { /* for (u32 i = from; i < to; i++) in `function`, `line` */
	const char *function;
	int line;
	num turns; /* -1: not a constant */
};

struct insn {
	unsigned long at;
	const char *function; /* that the line belongs to: the innermost inlined one */
	const char *file;
	int line;
	int next[2]; /* indices; -1: none */
	const char *calls;
	int pushes; /* bytes that it takes from the stack */
};

struct code { /* one function's */
	const char *name;
	bool visible;
	int from, to; /* of its instructions */
	bool done, busy;
	struct figure cost;
};

struct loop {
	int header;
	bool *body; /* by instruction, from code->from */
	int size;
	num cost;
	bool costed;
};

struct object {
	LIST(struct bound) bounds;
	LIST(struct insn) insns;
	LIST(struct code) codes;
};

/* ---- tools ---- */

/* Folders come from us, but the user may have put anything into TMPDIR. */
static const char *quoted(const char *s)
{
	char *out = arena_alloc(4 * strlen(s) + 3), *to = out;

	*to++ = '\'';
	for (; *s; s++) {
		if (*s == '\'') {
			memcpy(to, "'\\''", 4);
			to += 4;
		} else {
			*to++ = *s;
		}
	}
	*to++ = '\'';
	return out;
}

static char *output_of(const char *command, int *status)
{
	FILE *p = popen(command, "r"), *whole;
	char part[1 << 14], *text = NULL;
	size_t n, size;

	if (!p)
		return NULL;
	whole = open_memstream(&text, &size);
	while ((n = fread(part, 1, sizeof part, p)) > 0)
		fwrite(part, 1, n, whole);
	fclose(whole);
	*status = pclose(p);
	return text;
}

const char *measure_engine(void)
{
	int status;
	char *v = output_of("gcc -dumpfullversion 2>/dev/null", &status);

	if (!v || status)
		return "gcc";
	v[strcspn(v, "\n")] = '\0';
	return arena_printf("gcc %s", v);
}

static char *next_line(char **text)
{
	char *line = *text, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	*text = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* ---- bounds: the preprocessed source ---- */

/* A constant of the forms that generated code has: 8, (8), 64U, 8 - 1, 64 * 2. */
static bool constant(const char **s, num *out)
{
	char *end;

	while (**s == ' ')
		++*s;
	if (**s == '(') {
		++*s;
		if (!constant(s, out) || **s != ')')
			return false;
		++*s;
	} else {
		*out = (num)strtoull(*s, &end, 0);
		if (end == *s)
			return false;
		while (isalpha((unsigned char)*end))
			end++;
		*s = end;
	}
	while (**s == ' ')
		++*s;
	if (**s == '-' || **s == '+' || **s == '*') {
		char op = *(*s)++;
		num right;
		if (!constant(s, &right))
			return false;
		*out = op == '-' ? *out - right : op == '+' ? *out + right : *out * right;
	}
	return true;
}

/* Turns of `for (u32 i = A; i < B; i++)`; a conjunct behind B can only end it sooner. */
static num turns_of(const char *loop)
{
	const char *from = strchr(loop, '='), *to = strchr(loop, ';');
	num a, b;

	if (!from || !to || from > to)
		return -1;
	from++;
	if (!constant(&from, &a))
		return -1;
	to += strcspn(to, "<");
	if (!*to++)
		return -1;
	if (*to == '=') {
		to++;
		if (!constant(&to, &b))
			return -1;
		b++;
	} else if (!constant(&to, &b)) {
		return -1;
	}
	return *to == ';' || starts(to, "&&") ? (b > a ? b - a : 0) : -1;
}

/* Follows the text's braces: at the outermost level, the name before the first parenthesis of what a brace opens is the
 * function's. */
struct where {
	int depth;
	const char *candidate, *function;
};

static void follow(struct where *w, const char *line)
{
	for (const char *s = line; *s; s++) {
		const char *name = s;
		if (*s == '(' && w->depth == 0 && !w->candidate) {
			while (name > line && (isalnum((unsigned char)name[-1]) || name[-1] == '_'))
				name--;
			if (name < s && !starts(name, "__attribute__"))
				w->candidate = arena_printf("%.*s", (int)(s - name), name);
		} else if (*s == ';' && w->depth == 0) {
			w->candidate = NULL;
		} else if (*s == '{' && w->depth++ == 0) {
			w->function = w->candidate ? w->candidate : "";
		} else if (*s == '}' && --w->depth == 0) {
			w->candidate = NULL;
			w->function = "";
		}
	}
}

static void read_bounds(struct object *o, char *source)
{
	struct where w = {.function = ""};
	int line = 0;

	for (char *s; (s = next_line(&source)); line++) {
		const char *at;
		if (s[0] == '#') {
			line = atoi(s + 1) - 1;
			continue;
		}
		follow(&w, s);
		at = strstr(s, "for (");
		if (!at)
			at = strstr(s, "while (");
		if (at) {
			struct bound *b = list_add(&o->bounds);
			b->function = w.function;
			b->line = line;
			b->turns = at[0] == 'f' ? turns_of(at) : -1;
		}
	}
}

/* ---- instructions: objdump's text ---- */

/* "      1e:	je     b0 <io_route_drift+0xb0>" */
static void read_insn(struct object *o, const char *s, const char *function, const char *file, int line)
{
	struct insn *i = list_add(&o->insns);
	const char *word, *rest;
	char *end;

	i->at = strtoul(s, &end, 16);
	i->function = function;
	i->file = file;
	i->line = line;
	i->next[0] = i->next[1] = -1;
	word = end + 1;
	while (*word == '\t' || *word == ' ')
		word++;
	rest = word + strcspn(word, " ");
	while (*rest == ' ')
		rest++;
	if (starts(word, "push"))
		i->pushes = 8;
	else if (starts(word, "sub") && strstr(rest, ",%rsp") && rest[0] == '$')
		i->pushes = (int)strtol(rest + 1, NULL, 0);
	i->calls = starts(word, "call") ? "?" : NULL;
	if (starts(word, "call") || word[0] == 'j') {
		const char *to = strchr(rest, '<');
		/* next[1] holds the address until all are read; -2: to where a register says */
		i->next[1] = to ? (int)strtoul(rest, NULL, 16) : -2;
		if (to && i->calls)
			i->calls = arena_printf("%.*s", (int)strcspn(to + 1, "+>"), to + 1);
	}
	if (starts(word, "ret") || starts(word, "jmp") || starts(word, "ud2") || starts(word, "hlt"))
		i->next[0] = -3; /* does not go on */
}

static void read_object(struct object *o, char *text)
{
	const char *function = "", *file = "";
	int line = 0;

	for (char *s; (s = next_line(&text));) {
		char *p;
		if (isxdigit((unsigned char)s[0]) && (p = strstr(s, " <")) && strchr(p, '>')) {
			struct code *c = list_add(&o->codes);
			c->name = arena_printf("%.*s", (int)strcspn(p + 2, ">"), p + 2);
			c->from = c->to = o->insns.n;
		} else if (s[0] && s[0] != ' ' && (p = strstr(s, "():"))) {
			function = arena_printf("%.*s", (int)(p - s), s);
		} else if (s[0] == '/' && (p = strrchr(s, ':'))) {
			line = atoi(p + 1);
			*p = '\0';
			p = strrchr(s, '/');
			file = arena_strdup(p ? p + 1 : s);
		} else if (s[0] == ' ' && (p = strstr(s, ":\t")) && o->codes.n) {
			read_insn(o, s, function, file, line);
			o->codes.at[o->codes.n - 1].to = o->insns.n;
		} else if ((p = strstr(s, "R_X86_64_")) && o->insns.n && o->insns.at[o->insns.n - 1].calls) {
			/* the callee of another section or file: "	1818: R_X86_64_PLT32	memset-0x4" */
			p += strcspn(p, "\t ");
			p += strspn(p, "\t ");
			o->insns.at[o->insns.n - 1].calls = arena_printf("%.*s", (int)strcspn(p, "-+\n"), p);
		}
	}
}

static int index_at(const struct object *o, unsigned long at)
{
	int lo = 0, hi = o->insns.n;

	while (lo < hi) {
		int mid = (lo + hi) / 2;
		if (o->insns.at[mid].at < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < o->insns.n && o->insns.at[lo].at == at ? lo : -1;
}

/* Turns addresses into indices. A jump out of the function is a call that does not come back. */
static void connect(struct object *o)
{
	for (int c = 0; c < o->codes.n; c++) {
		const struct code *code = &o->codes.at[c];
		for (int i = code->from; i < code->to; i++) {
			struct insn *s = &o->insns.at[i];
			int to = s->next[1];
			bool jumps = s->next[1] != -1 && !s->calls;
			s->next[0] = s->next[0] == -3 ? -1 : i + 1 < code->to ? i + 1 : -1;
			s->next[1] = -1;
			if (!jumps)
				continue;
			to = to == -2 ? -2 : index_at(o, (unsigned long)to);
			if (to >= code->from && to < code->to) {
				s->next[1] = to;
				continue;
			}
			s->calls = "?";
			for (int k = 0; k < o->codes.n; k++)
				if (to == o->codes.at[k].from && to != o->codes.at[k].to)
					s->calls = o->codes.at[k].name;
		}
	}
}

/* ---- loops ---- */

typedef LIST(struct loop) loops;

struct graph {
	struct object *o;
	struct code *code;
	loops all;
	num *memo;
	const char *unbounded;
	int n;
};

static struct loop *loop_at(struct graph *g, int header)
{
	struct loop *l;

	for (int i = 0; i < g->all.n; i++)
		if (g->all.at[i].header == header)
			return &g->all.at[i];
	l = list_add(&g->all);
	l->header = header;
	l->body = arena_alloc((size_t)g->n * sizeof *l->body);
	l->body[header - g->code->from] = true;
	l->size = 1;
	return l;
}

/* Everything that reaches `latch` without passing the header. */
static void add_body(struct graph *g, struct loop *l, int latch)
{
	int base = g->code->from, *stack = arena_alloc((size_t)g->n * sizeof *stack * 2), n = 0;

	if (!l->body[latch - base]) {
		l->body[latch - base] = true;
		l->size++;
		stack[n++] = latch;
	}
	while (n) {
		int to = stack[--n];
		for (int i = base; i < g->code->to; i++) {
			const struct insn *s = &g->o->insns.at[i];
			if ((s->next[0] != to && s->next[1] != to) || l->body[i - base])
				continue;
			l->body[i - base] = true;
			l->size++;
			stack[n++] = i;
		}
	}
}

/* Back edges are those into an instruction that is on the way: depth first, without recursion. */
static void find_loops(struct graph *g)
{
	int base = g->code->from, n = 0;
	char *state = arena_alloc((size_t)g->n); /* 0 new, 1 on the way, 2 done */
	char *turn = arena_alloc((size_t)g->n);
	int *stack = arena_alloc(((size_t)g->n + 1) * sizeof *stack);

	if (!g->n)
		return;
	stack[n++] = base;
	state[0] = 1;
	while (n) {
		int i = stack[n - 1];
		int which = turn[i - base]++, to;
		if (which > 1) {
			state[i - base] = 2;
			n--;
			continue;
		}
		to = g->o->insns.at[i].next[which];
		if (to < 0)
			continue;
		if (state[to - base] == 1) {
			add_body(g, loop_at(g, to), i);
		} else if (state[to - base] == 0) {
			state[to - base] = 1;
			stack[n++] = to;
		}
	}
}

/* The outermost loop around instruction i that lies strictly inside `within`, or NULL. */
static struct loop *loop_inside(struct graph *g, int i, const struct loop *within)
{
	struct loop *best = NULL;

	for (int k = 0; k < g->all.n; k++) {
		struct loop *l = &g->all.at[k];
		if (l == within || !l->body[i - g->code->from] || (within && l->size >= within->size))
			continue;
		if (!best || l->size > best->size)
			best = l;
	}
	return best;
}

/* Turns of a loop: of the `for` statements that its own instructions come from, the greatest. */
static num turns(struct graph *g, const struct loop *l)
{
	const struct insn *h = &g->o->insns.at[l->header];
	num most = -1;
	bool unknown = false;

	for (int i = g->code->from; i < g->code->to; i++) {
		const struct insn *s = &g->o->insns.at[i];
		if (!l->body[i - g->code->from] || loop_inside(g, i, l))
			continue;
		for (int k = 0; k < g->o->bounds.n; k++) {
			const struct bound *b = &g->o->bounds.at[k];
			if (b->line != s->line || strcmp(b->function, s->function))
				continue;
			if (b->turns > most)
				most = b->turns;
			unknown = unknown || b->turns < 0;
		}
	}
	if (unknown || most < 0) {
		if (!g->unbounded)
			g->unbounded = arena_printf("the loop at %s:%d", h->file, h->line);
		return 1;
	}
	return most;
}

/* ---- longest paths ---- */

static struct figure *figure_of(struct object *o, const char *name);

static num cost_of(struct graph *g, int i)
{
	const struct insn *s = &g->o->insns.at[i];
	struct figure *callee;

	if (!s->calls)
		return 1;
	callee = figure_of(g->o, s->calls);
	if (!callee || callee->unbounded) {
		if (!g->unbounded)
			g->unbounded = callee ? callee->unbounded
					      : arena_printf("the call of %s at %s:%d",
							s->calls[0] == '?' ? "a pointer" : s->calls, s->file, s->line);
		return 1;
	}
	return 1 + callee->instructions;
}

static num longest(struct graph *g, int from, const struct loop *within);

/* Can it be left other than where it turns? Then there may be one more, unfinished turn. */
static bool left_midway(struct graph *g, const struct loop *l)
{
	for (int i = 0; i < g->n; i++) {
		const struct insn *s = &g->o->insns.at[g->code->from + i];
		bool turns_here = s->next[0] == l->header || s->next[1] == l->header;
		if (!l->body[i] || turns_here)
			continue;
		for (int k = 0; k < 2; k++)
			if (s->next[k] >= 0 && !l->body[s->next[k] - g->code->from])
				return true;
	}
	return false;
}

/* A loop's turns, each its longest. */
static num loop_cost(struct graph *g, struct loop *l)
{
	num *outer = g->memo;

	if (l->costed)
		return l->cost;
	g->memo = arena_alloc((size_t)g->n * sizeof *g->memo);
	l->cost = longest(g, l->header, l);
	g->memo = outer;
	l->cost *= turns(g, l) + left_midway(g, l);
	l->costed = true;
	return l->cost;
}

/* The greatest of where one goes on to from `from`, inside `within` and without its back edges. */
static num onward(struct graph *g, int from, const struct loop *within, const struct loop *leaving)
{
	int base = g->code->from;
	num best = 0;

	for (int k = 0; k < 2; k++) {
		int to = g->o->insns.at[from].next[k];
		num far;
		if (to < 0 || (leaving && leaving->body[to - base]))
			continue;
		if (within && (to == within->header || !within->body[to - base]))
			continue;
		far = longest(g, to, within);
		if (far > best)
			best = far;
	}
	return best;
}

/* Instructions of the longest path from `from` to the end of the function, or of a turn of `within`. */
static num longest(struct graph *g, int from, const struct loop *within)
{
	int base = g->code->from;
	struct loop *inner = loop_inside(g, from, within);
	num best = 0;

	if (g->memo[from - base])
		return g->memo[from - base];
	if (!inner) {
		best = cost_of(g, from) + onward(g, from, within, NULL);
	} else {
		for (int i = 0; i < g->n; i++) {
			num far = inner->body[i] ? onward(g, base + i, within, inner) : 0;
			if (far > best)
				best = far;
		}
		best += loop_cost(g, inner);
	}
	g->memo[from - base] = best;
	return best;
}

/* The deepest call, and what the function itself takes: its return address, what it pushes, its frame. */
static int stack_of(struct object *o, const struct code *c)
{
	int own = 8, deepest = 0;

	for (int i = c->from; i < c->to; i++) {
		const struct insn *s = &o->insns.at[i];
		const struct figure *callee = s->calls ? figure_of(o, s->calls) : NULL;
		own += s->pushes;
		if (callee && callee->stack > deepest)
			deepest = callee->stack;
	}
	return own + deepest;
}

static struct figure *figure_of(struct object *o, const char *name)
{
	struct code *c = NULL;
	struct graph g = {.o = o};

	for (int i = 0; i < o->codes.n; i++)
		if (!strcmp(o->codes.at[i].name, name))
			c = &o->codes.at[i];
	if (!c || c->from == c->to)
		return NULL;
	if (c->done)
		return &c->cost;
	c->cost.function = c->name;
	c->cost.visible = c->visible;
	if (c->busy) {
		c->cost.unbounded = arena_printf("the recursion of %s", name);
		return &c->cost;
	}
	c->busy = true;
	g.code = c;
	g.n = c->to - c->from;
	g.memo = arena_alloc((size_t)g.n * sizeof *g.memo);
	find_loops(&g);
	c->cost.instructions = longest(&g, c->from, NULL);
	if (!c->cost.unbounded)
		c->cost.unbounded = g.unbounded;
	c->cost.stack = stack_of(o, c);
	c->done = true;
	return &c->cost;
}

/* ---- the whole ---- */

static char *run_quietly(const char *what, const char *command, const char **why)
{
	int status = 0;
	char *text = output_of(arena_printf("LC_ALL=C %s 2>&1", command), &status);

	if (text && status == 0)
		return text;
	*why = arena_printf("%s failed: %.*s", what, text ? (int)strcspn(text, "\n") : 0, text ? text : "");
	return NULL;
}

static const char *compile(const char *dir, const char *file, const char *mode, const char *out)
{
	return arena_printf("gcc " CFLAGS " -I%s -I%s %s -o %s %s/%s", quoted(dir), quoted(home_path("runtime")), mode,
		quoted(out), quoted(dir), quoted(file));
}

static bool measure_in(const char *tmp, const char *dir, const char *file, figures *out, const char **why)
{
	const char *object = arena_printf("%s/measured.o", tmp), *symbol;
	struct object o = {0};
	char *source = run_quietly("gcc", compile(dir, file, "-E", "-"), why);
	char *names, *text;

	if (!source || !run_quietly("gcc", compile(dir, file, "-c", object), why))
		return false;
	text = run_quietly(
		"objdump", arena_printf("objdump -d -l -r --no-show-raw-insn -j .text %s", quoted(object)), why);
	names = run_quietly("nm", arena_printf("nm -g --defined-only -P %s", quoted(object)), why);
	if (!text || !names)
		return false;
	read_bounds(&o, source);
	read_object(&o, text);
	connect(&o);
	while ((symbol = next_line(&names)))
		for (int i = 0; i < o.codes.n; i++)
			if (starts(symbol, arena_printf("%s ", o.codes.at[i].name)))
				o.codes.at[i].visible = true;
	for (int i = 0; i < o.codes.n; i++) {
		const struct figure *f = figure_of(&o, o.codes.at[i].name);
		if (f)
			*list_add(out) = *f;
	}
	return true;
}

bool measure_file(const char *dir, const char *file, figures *out, const char **why)
{
	const struct leftover *mark = leftover_mark();
	const char *tmp = leftover_scratch("ldosc-measure", why);
	bool ok = tmp && measure_in(tmp, dir, file, out, why);

	leftover_remove(mark);
	return ok;
}

/* The size of a type is that of an object of the type. */
static bool sizes_in(const char *tmp, const char *dir, const char *headers, struct size *sizes, int n, const char **why)
{
	const char *c = arena_printf("%s/sizes.c", tmp), *object = arena_printf("%s/sizes.o", tmp);
	FILE *f = fopen(c, "w");
	char *names;

	if (!f) {
		*why = arena_printf("cannot write %s", c);
		return false;
	}
	fprintf(f, "%s", headers);
	for (int i = 0; i < n; i++)
		fprintf(f, "char size_%d[sizeof(%s)];\n", i, sizes[i].type);
	fclose(f);
	if (!run_quietly("gcc",
		    arena_printf("gcc " CFLAGS " -fno-common -I%s -I%s -c -o %s %s", quoted(dir),
			    quoted(home_path("runtime")), quoted(object), quoted(c)),
		    why))
		return false;
	names = run_quietly("nm", arena_printf("nm -g -P %s", quoted(object)), why);
	for (char *s; names && (s = next_line(&names));) {
		int which;
		unsigned long at, bytes;
		if (sscanf(s, "size_%d %*c %lx %lx", &which, &at, &bytes) == 3 && which < n)
			sizes[which].bytes = (num)bytes;
	}
	return true;
}

bool measure_sizes(const char *dir, const char *headers, struct size *sizes, int n, const char **why)
{
	const struct leftover *mark = leftover_mark();
	const char *tmp = leftover_scratch("ldosc-measure", why);
	bool ok = tmp && sizes_in(tmp, dir, headers, sizes, n, why);

	leftover_remove(mark);
	return ok;
}
