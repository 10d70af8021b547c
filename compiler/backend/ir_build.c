#include "ir_build.h"

#include "layout.h"

#include <string.h>

#define TOP(bits) ((bits) >= 64 ? (num)UINT64_MAX : ((num)1 << (bits)) - 1)

static struct ir_value *value(enum ir_op op, int bits, bool is_signed, num lo, num hi)
{
	struct ir_value *v = arena_alloc(sizeof *v);

	v->op = op;
	v->bits = bits;
	v->is_signed = is_signed;
	v->lo = lo;
	v->hi = hi;
	return v;
}

static int width(num lo, num hi)
{
	if (lo < 0)
		return lo >= INT32_MIN && hi <= INT32_MAX ? 32 : 64;
	return hi <= UINT32_MAX ? 32 : 64;
}

struct ir_value *ir_const(num v)
{
	struct ir_value *c = value(IR_CONST, width(v, v), v < 0, v, v);

	c->value = v;
	return c;
}

struct ir_value *ir_named(const char *text, num v)
{
	struct ir_value *c = ir_const(v);

	c->text = text;
	return c;
}

struct ir_value *ir_load(const char *path, int bits, num lo, num hi)
{
	struct ir_value *v = value(IR_LOAD, bits, lo < 0, lo, hi);

	v->text = path;
	return v;
}

struct ir_value *ir_truth(const char *path)
{
	return ir_load(path, 1, 0, 1);
}

struct ir_value *ir_typed(const char *path, const struct type *t)
{
	if (t->kind == TYPE_BOOL)
		return ir_truth(path);
	if (t->kind == TYPE_KEY || t->kind == TYPE_TAG || t->kind == TYPE_CANDIDATE)
		return ir_load(path, 32, 0, t->hi);
	return ir_load(path, c_bits(t), t->lo, t->hi);
}

struct ir_value *ir_call(const char *name, int bits, num lo, num hi, const char *args)
{
	struct ir_value *v = value(IR_CALL, bits, lo < 0, lo, hi);

	v->text = arena_printf("%s(%s)", name, args);
	return v;
}

/* A constant beside what can be negative: C would convert that to the constant's type, where it is unsigned (`5 * SEC` is, and
 * what 32 bits do not hold). */
static struct ir_value *signed_const(struct ir_value *v)
{
	struct ir_value *c;

	if (!(v->text ? strstr(v->text, "SEC") != NULL : v->value > UINT32_MAX))
		return v;
	c = ir_const(v->value);
	c->text = v->text ? arena_printf("(s64)(%s)", v->text) : arena_printf("%sLL", c_integer(v->value));
	return c;
}

/* v at this width and sign. Constants and narrower unsigned values are what C makes of them. */
struct ir_value *ir_fit(struct ir_value *v, int bits, bool is_signed)
{
	struct ir_value *cast;

	if (v->op == IR_CONST)
		return is_signed ? signed_const(v) : v;
	if ((v->bits == bits && v->is_signed == is_signed) || v->bits == 1)
		return v;
	cast = value(IR_CAST, bits, is_signed, v->lo, v->hi);
	cast->a = v;
	return cast;
}

static num min(num a, num b)
{
	return a < b ? a : b;
}

static num max(num a, num b)
{
	return a > b ? a : b;
}

static void range_of(enum ir_op op, const struct ir_value *a, const struct ir_value *b, num *lo, num *hi)
{
	num corner[4] = {a->lo * b->lo, a->lo * b->hi, a->hi * b->lo, a->hi * b->hi};

	switch (op) {
	case IR_ADD:
		*lo = a->lo + b->lo;
		*hi = a->hi + b->hi;
		break;
	case IR_SUB:
		*lo = a->lo - b->hi;
		*hi = a->hi - b->lo;
		break;
	case IR_MUL:
		*lo = min(min(corner[0], corner[1]), min(corner[2], corner[3]));
		*hi = max(max(corner[0], corner[1]), max(corner[2], corner[3]));
		break;
	case IR_DIV:
		*lo = a->lo / (b->lo > 0 ? b->lo : 1);
		*hi = a->hi / (b->lo > 0 ? b->lo : 1);
		break;
	case IR_MOD:
		*lo = 0;
		*hi = b->hi - 1;
		break;
	case IR_CONST:
	case IR_LOAD:
	case IR_CALL:
	case IR_CAST:
	case IR_EQ:
	case IR_NE:
	case IR_LT:
	case IR_LE:
	case IR_GT:
	case IR_GE:
	case IR_NOT:
	case IR_AND:
	case IR_OR:
	case IR_COND:
		*lo = 0;
		*hi = 1;
		break;
	}
}

static bool arithmetic(enum ir_op op)
{
	return op == IR_ADD || op == IR_SUB || op == IR_MUL || op == IR_DIV || op == IR_MOD;
}

static bool comparison(enum ir_op op)
{
	return op >= IR_EQ && op <= IR_GE;
}

/* Some value in it has this sign and width, as C has it: what comes of numbers below zero may be above. */
static bool holds(const struct ir_value *v, bool is_signed, int bits)
{
	if (arithmetic(v->op))
		return holds(v->a, is_signed, bits) || holds(v->b, is_signed, bits);
	return (v->op == IR_LOAD || v->op == IR_CALL || v->op == IR_CAST) && v->is_signed == is_signed &&
		v->bits >= bits;
}

/* Neither side of a comparison is below zero, but the type of one could be: right in C, where both become unsigned, and warned
 * of. */
static struct ir_value *beside_unsigned(struct ir_value *v, const struct ir_value *other)
{
	if (holds(v, true, 32) && !holds(v, false, 64) && !holds(other, true, 32) && holds(other, false, 64))
		return ir_fit(v, 64, false);
	return v->op == IR_CONST && holds(other, true, 32) && !holds(other, false, 64) ? signed_const(v) : v;
}

/* Both operands at one width and sign that holds them and, for arithmetic, the result; C's own promotions are left to
 * C. */
struct ir_value *ir_binary(enum ir_op op, struct ir_value *a, struct ir_value *b)
{
	num lo, hi;
	struct ir_value *v;
	bool is_signed;
	int bits;

	range_of(op, a, b, &lo, &hi);
	if (!arithmetic(op) && !comparison(op)) {
		v = value(op, 1, false, 0, 1);
		v->a = a;
		v->b = b;
		return v;
	}
	is_signed = a->lo < 0 || b->lo < 0 || (arithmetic(op) && lo < 0);
	bits = max(width(min(a->lo, b->lo), max(a->hi, b->hi)), arithmetic(op) ? width(min(lo, 0), hi) : 32) > 32 ? 64
														  : 32;
	if (is_signed && (a->hi > INT32_MAX || b->hi > INT32_MAX))
		bits = 64;
	if (!is_signed && (a->bits == 64 || b->bits == 64))
		bits = 64;
	v = value(op, comparison(op) ? 1 : bits, !comparison(op) && is_signed, lo, hi);
	v->a = a;
	v->b = b;
	if (is_signed || (arithmetic(op) && bits == 64 && a->bits < 64 && b->bits < 64)) {
		v->a = ir_fit(a, bits, is_signed);
		v->b = is_signed ? ir_fit(b, bits, is_signed) : b;
	} else if (comparison(op)) {
		v->a = beside_unsigned(v->a, b);
		v->b = beside_unsigned(v->b, a);
	}
	return v;
}

struct ir_value *ir_not(struct ir_value *a)
{
	struct ir_value *v = value(IR_NOT, 1, false, 0, 1);

	v->a = a;
	return v;
}

/* Where one side can be negative, C must not convert it to what the other is. */
struct ir_value *ir_cond(struct ir_value *a, struct ir_value *b, struct ir_value *c)
{
	num lo = min(b->lo, c->lo), hi = max(b->hi, c->hi);
	int bits = lo < 0 ? width(lo, hi) : b->bits > c->bits ? b->bits : c->bits;
	struct ir_value *v = value(IR_COND, bits, lo < 0 || b->is_signed || c->is_signed, lo, hi);

	v->a = a;
	v->b = lo < 0 && !b->is_signed && b->bits >= 32 ? ir_fit(b, bits, true) : b;
	v->c = lo < 0 && !c->is_signed && c->bits >= 32 ? ir_fit(c, bits, true) : c;
	return v;
}

/* ---- statements ---- */

static struct ir_stmt *stmt(struct ir_block *b, enum ir_kind kind, const char *text, struct ir_value *v)
{
	struct ir_stmt *s = arena_alloc(sizeof *s);

	s->kind = kind;
	s->text = text;
	s->value = v;
	*list_add(&b->stmts) = s;
	return s;
}

void ir_say(struct ir_block *b, const char *text)
{
	stmt(b, IR_SAY, text, NULL);
}

void ir_gap(struct ir_block *b)
{
	stmt(b, IR_GAP, NULL, NULL);
}

void ir_local(struct ir_block *b, const char *declaration, struct ir_value *start)
{
	stmt(b, IR_LOCAL, declaration, start);
}

void ir_set(struct ir_block *b, const char *path, struct ir_value *v)
{
	stmt(b, IR_SET, path, v);
}

void ir_do(struct ir_block *b, const char *call)
{
	stmt(b, IR_DO, call, NULL);
}

void ir_rung(void *block, const char *what)
{
	ir_assert(block, what);
}

void ir_assert(struct ir_block *b, const char *what)
{
	stmt(b, IR_ASSERT, what, NULL);
}

void ir_return(struct ir_block *b, struct ir_value *v)
{
	stmt(b, IR_RETURN, NULL, v);
}

struct ir_stmt *ir_if(struct ir_block *b, struct ir_value *v)
{
	return stmt(b, IR_IF, NULL, v);
}

struct ir_stmt *ir_for(struct ir_block *b, const char *index, const char *below, struct ir_role role)
{
	struct ir_stmt *s = stmt(b, IR_FOR, index, ir_named(below, 0));

	s->role = role;
	return s;
}

struct ir_stmt *ir_for_each(
	struct ir_block *b, const char *index, const char *below, const char *count, struct ir_role role)
{
	struct ir_stmt *s = ir_for(b, index, below, role);

	s->count = count;
	return s;
}
