/* Values and expressions in the file's own words. */
#include "front.h"

#include <ctype.h>
#include <string.h>

const char *show_num(num v)
{
	char digits[48];
	int n = sizeof digits - 1;
	unsigned __int128 u = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
	digits[n] = 0;
	do
		digits[--n] = (char)('0' + (int)(u % 10));
	while ((u /= 10) != 0);
	if (v < 0)
		digits[--n] = '-';
	return arena_strdup(digits + n);
}

/* The largest unit that leaves no remainder: 800 us, 60 s, 24 KiB. */
static const char *show_unit(enum unit unit, num v)
{
	static const struct {
		enum unit unit;
		const char *text;
		int64_t factor;
	} units[] = {{UNIT_TIME, "min", 600000000000}, {UNIT_TIME, "s", 1000000000}, {UNIT_TIME, "ms", 1000000},
		{UNIT_TIME, "us", 1000}, {UNIT_TIME, "ns", 1}, {UNIT_SIZE, "GiB", 1073741824},
		{UNIT_SIZE, "MiB", 1048576}, {UNIT_SIZE, "KiB", 1024}, {UNIT_SIZE, "B", 1}};
	if (unit == UNIT_NONE)
		return show_num(v);
	if (unit == UNIT_TIME && v == (num)UINT64_MAX)
		return "never";
	if (v == 0)
		return unit == UNIT_TIME ? "0 us" : "0 B";
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (units[i].unit != unit || v % units[i].factor != 0)
			continue;
		/* minutes only from ten on: 60 s is what people write */
		num factor = i == 0 ? units[i].factor / 10 : units[i].factor;
		return arena_printf("%s %s", show_num(v / factor), units[i].text);
	}
	return show_num(v);
}

const char *show_value(const struct type *t, num v)
{
	static const char *const sources[] = {"learned", "shield", "fallback", "pass"};
	switch (t->kind) {
	case TYPE_BOOL:
		return v ? "yes" : "no";
	case TYPE_INT:
		return show_unit(t->unit, v);
	case TYPE_CLASS:
		return v >= 0 && v < t->symbols->names.n ? t->symbols->names.at[v] : "none";
	case TYPE_KEY:
		return arena_printf("%s %s", t->key ? t->key->name : "key", show_num(v));
	case TYPE_TAG:
		return arena_printf("tag %s", show_num(v));
	case TYPE_CANDIDATE: { /* legs: "leg 1" */
		const char *list = t->list ? t->list->name : "candidates";
		size_t n = strlen(list);
		return arena_printf("%.*s %s", (int)(n > 1 && list[n - 1] == 's' ? n - 1 : n), list, show_num(v));
	}
	case TYPE_SOURCE:
		return v >= 0 && v <= BY_PASS ? sources[v] : "none";
	case TYPE_SHARE:
	case TYPE_LIST:
		break;
	}
	return show_num(v);
}

const char *show_range(const struct type *t)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return "a truth value";
	case TYPE_INT:
		if (t->lo == t->hi)
			return show_value(t, t->lo);
		if (t->lo == 0 && t->unit != UNIT_NONE)
			return arena_printf("0 .. %s", show_value(t, t->hi));
		return arena_printf("%s .. %s", show_value(t, t->lo), show_value(t, t->hi));
	case TYPE_CLASS: {
		const char *text = "{";
		for (int i = 0; i < t->symbols->names.n; i++)
			text = arena_printf("%s%s %s", text, i ? "," : "", t->symbols->names.at[i]);
		return arena_printf("%s }%s%s", text, t->hi >= t->symbols->names.n ? " or none" : "",
			t->lo < 0 ? " or not asked" : "");
	}
	case TYPE_KEY:
		return arena_printf("a %s (0 .. %s)", t->key->name, show_num(t->hi));
	case TYPE_TAG:
		return arena_printf("a tag (0 .. %s)", show_num(t->hi));
	case TYPE_CANDIDATE:
		return arena_printf("one of %s (0 .. %s)", t->list ? t->list->name : "the candidates", show_num(t->hi));
	case TYPE_SHARE:
		return "a share";
	case TYPE_SOURCE:
		return "learned, shield or fallback";
	case TYPE_LIST:
		return "a list";
	}
	return "?";
}

const char *show_line(struct span at)
{
	if (!at.source || at.line < 1)
		return "";
	const char *p = at.source->text, *end = p + at.source->size;
	for (int line = 1; line < at.line && p < end; line++) {
		const char *next = memchr(p, '\n', (size_t)(end - p));
		p = next ? next + 1 : end;
	}
	const char *stop = memchr(p, '\n', (size_t)(end - p));
	if (!stop)
		stop = end;
	while (p < stop && isspace((unsigned char)*p))
		p++;
	while (stop > p && isspace((unsigned char)stop[-1]))
		stop--;
	return arena_printf("%.*s", (int)(stop - p), p);
}

/* ---- expressions ---- */

/* The user's own word for a name; NULL where the place does not hold one. */
static const char *written(const struct expr *e)
{
	struct span at = e->at;
	if (!at.source || at.line < 1)
		return NULL;
	const char *p = at.source->text, *end = p + at.source->size;
	for (int line = 1; line < at.line && p < end; line++) {
		const char *next = memchr(p, '\n', (size_t)(end - p));
		p = next ? next + 1 : end;
	}
	if (at.col < 1 || at.to <= at.col || end - p < at.to - 1)
		return NULL;
	for (int i = at.col - 1; i < at.to - 1; i++) {
		if (!isalnum((unsigned char)p[i]) && p[i] != '_' && p[i] != '.')
			return NULL;
	}
	return arena_printf("%.*s", at.to - at.col, p + at.col - 1);
}

static const char *or_else(const char *text, const char *other)
{
	return text ? text : other;
}

/* How tightly an operator binds: an operand that binds less is parenthesised. */
enum binding { B_CHOICE, B_QUANTIFIED, B_IMPLIES, B_OR, B_AND, B_NOT, B_COMPARE, B_SUM, B_PRODUCT, B_UNARY, B_ATOM };

static enum binding binding(const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_IF:
	case EXPR_FIRST:
	case EXPR_ARGMIN:
	case EXPR_ARGMAX:
		return B_CHOICE;
	case EXPR_ANY:
	case EXPR_EVERY:
		return B_QUANTIFIED;
	case EXPR_IMPLIES:
		return B_IMPLIES;
	case EXPR_OR:
		return B_OR;
	case EXPR_AND:
		return B_AND;
	case EXPR_NOT:
		return B_NOT;
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
	case EXPR_SHARE:
		return B_COMPARE;
	case EXPR_ADD:
	case EXPR_SUB:
		return B_SUM;
	case EXPR_MUL:
	case EXPR_DIV:
	case EXPR_MOD:
		return B_PRODUCT;
	default:
		return e->op == EXPR_INT && e->value < 0 ? B_UNARY : B_ATOM;
	}
}

static const char *const op_text[] = {
#define OP(id, arity, text) [EXPR_##id] = text,
#include "ops.def"
#undef OP
};

static const char *show(const struct expr *e, enum binding outer, bool typed);

static bool same_place(struct span a, struct span b)
{
	return a.line == b.line && a.col == b.col && a.to == b.to;
}

/* `[c]`, `of leg`: a candidate stands for its key; what is one's own is not written. */
static const char *show_key(const struct expr *key, bool typed)
{
	if (!key ||
		(!typed && key->op == EXPR_KEYVAR && (!written(key) || strcmp(written(key), key->type.key->name) != 0)))
		return NULL;
	if (!typed && key->op == EXPR_ELEMENT && key->a && same_place(key->at, key->a->at))
		key = key->a;
	return show(key, B_CHOICE, typed);
}

static const char *indexed(const char *name, const struct expr *key, bool typed)
{
	const char *k = show_key(key, typed);
	return k ? arena_printf("%s[%s]", name, k) : name;
}

static const char *show_of(const char *name, const char *word, const struct expr *key, bool typed)
{
	const char *k = show_key(key, typed);
	return k ? arena_printf("%s.%s of %s", name, word, k) : arena_printf("%s.%s", name, word);
}

/* 5/100 is 5 %, 5/1000 is 0.5 %. */
static const char *show_percent(num value, num den)
{
	num whole = value * 100 / den, rest = value * 100 % den;
	const char *text = show_num(whole);
	if (rest)
		text = arena_printf("%s.", text);
	for (; rest; rest = rest * 10 % den)
		text = arena_printf("%s%s", text, show_num(rest * 10 / den));
	return arena_printf("%s %%", text);
}

/* What `first` calls its candidate is told where that is read. */
static const char *bound_name(const struct expr *e)
{
	const char *name;
	if (!e || e->op == EXPR_CANDIDATE)
		return e ? written(e) : NULL;
	name = bound_name(e->a);
	name = name ? name : bound_name(e->b);
	return name ? name : bound_name(e->c);
}

static const char *show_search(const struct expr *e, const struct expr *shared, bool typed)
{
	const char *text = op_text[e->op];
	if (e->a)
		text = arena_printf("%s %s", text, show(e->a, B_QUANTIFIED, typed));
	else
		text = arena_printf("%s %s", text, or_else(bound_name(e->b), "c"));
	if (e->b)
		text = arena_printf("%s where %s", text, show(e->b, B_QUANTIFIED, typed));
	if (e->c && e->c != shared)
		text = arena_printf("%s, else %s", text, show(e->c, B_CHOICE, typed));
	return text;
}

static const char *show_if(const struct expr *e, bool typed)
{
	bool search = e->b->op == EXPR_FIRST || e->b->op == EXPR_ARGMIN || e->b->op == EXPR_ARGMAX;
	return arena_printf("%s %s %s, else %s",
		search ? show_search(e->b, e->c, typed) : show(e->b, B_QUANTIFIED, typed),
		e->type.kind == TYPE_CLASS ? "when" : "while", show(e->a, B_QUANTIFIED, typed),
		show(e->c, B_CHOICE, typed));
}

static const char *show_binary(const struct expr *e, bool typed)
{
	enum binding own = binding(e);
	if (e->op == EXPR_AND && e->a->op == EXPR_ACTIVE && !typed)
		return show(e->b, B_AND, typed);
	if (e->op == EXPR_SUB && e->a->op == EXPR_INT && e->a->value == 0)
		return arena_printf("-%s", show(e->b, B_UNARY, typed));
	enum binding left = own, right = own + 1;
	if (e->op == EXPR_IMPLIES) {
		left = own + 1;
		right = own;
	} else if (own == B_COMPARE) {
		left = own + 1;
	}
	return arena_printf("%s %s %s", show(e->a, left, typed), op_text[e->op], show(e->b, right, typed));
}

static const char *show_column(const struct expr *e, bool typed)
{
	const char *name = e->feature->columns.at[e->column].name;
	const char *text = arena_printf("%s.%s", indexed(e->feature->name, e->a, typed), name);
	return typed && e->value < 0 ? arena_printf("%s[*]", text) : text;
}

static const char *show_bare(const struct expr *e, bool typed)
{
	switch ((int)e->op) {
	case EXPR_INT:
	case EXPR_SYMBOL:
		return e->type.kind == TYPE_KEY || e->type.kind == TYPE_CANDIDATE || e->type.kind == TYPE_TAG
			? show_num(e->value)
			: show_value(&e->type, e->value);
	case EXPR_TUNABLE:
		return e->tunable->name;
	case EXPR_FIELD:
		return or_else(written(e), e->field->name);
	case EXPR_CANDIDATE:
		return or_else(written(e), "c");
	case EXPR_CHOICE:
		return or_else(written(e), "decision");
	case EXPR_CARRY:
		return or_else(written(e), arena_printf("carry.%d", e->column));
	case EXPR_COUNT:
		return arena_printf("count(%s)", e->field ? e->field->name : "candidates");
	case EXPR_ELEMENT:
		return arena_printf("%s.%s", show(e->a, B_ATOM, typed), e->field->name);
	case EXPR_FEATURE:
		return indexed(e->feature->name, e->a, typed);
	case EXPR_COLUMN:
		return show_column(e, typed);
	case EXPR_ACTIVE:
		return arena_printf("active(%s)", indexed(e->feature->name, e->a, typed));
	case EXPR_SHARE:
		return arena_printf("%s %s %s", indexed(e->feature->name, e->a, typed), op_text[e->cmp],
			show_percent(e->value, e->den));
	case EXPR_ANSWER:
	case EXPR_SAID:
		if (e->op == EXPR_ANSWER && e->a)
			return arena_printf("%s[%s]", e->model->name, show(e->a, B_CHOICE, typed));
		return indexed(e->model->name, e->a, typed);
	case EXPR_TRIPPED:
		return show_of(e->guardrail->name, "tripped", e->a, typed);
	case EXPR_TRIP_AGE:
		return arena_printf("age(%s)", show_of(e->guardrail->name, "trip", e->a, typed));
	case EXPR_ROOM:
		return arena_printf("room(%s)", e->guarantee->name);
	case EXPR_KEYVAR:
		return e->type.key ? e->type.key->name : "key";
	default:
		return op_text[e->op];
	}
}

static const char *show(const struct expr *e, enum binding outer, bool typed)
{
	const char *text;
	enum binding own = binding(e);
	switch ((int)e->op) {
	case EXPR_IF:
		text = show_if(e, typed);
		break;
	case EXPR_FIRST:
	case EXPR_ARGMIN:
	case EXPR_ARGMAX:
		text = show_search(e, NULL, typed);
		break;
	case EXPR_ANY:
	case EXPR_EVERY:
		text = arena_printf("%s %s : %s", op_text[e->op], e->type.key ? e->type.key->name : "key",
			show(e->a, B_QUANTIFIED, typed));
		break;
	case EXPR_NOT:
		text = arena_printf("not %s", show(e->a, B_NOT, typed));
		break;
	case EXPR_MIN:
	case EXPR_MAX:
		text = arena_printf(
			"%s(%s, %s)", op_text[e->op], show(e->a, B_QUANTIFIED, typed), show(e->b, B_QUANTIFIED, typed));
		break;
	default:
		if (!e->b)
			text = show_bare(e, typed);
		else
			text = show_binary(e, typed);
		if (e->op == EXPR_AND && e->a->op == EXPR_ACTIVE && !typed)
			own = binding(e->b);
	}
	return own < outer ? arena_printf("(%s)", text) : text;
}

const char *show_expr(const struct expr *e)
{
	return e ? show(e, B_CHOICE, false) : "yes";
}

const char *show_typed(const struct expr *e)
{
	return e ? show(e, B_CHOICE, true) : "yes";
}
