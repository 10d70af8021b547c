/* Values as C: as few parentheses as C and gcc's -Wparentheses ask for. */
#include "ir_build.h"

#include "layout.h"

#include <string.h>

enum { TIGHT_COND, TIGHT_OR, TIGHT_AND, TIGHT_EQUAL, TIGHT_LESS, TIGHT_ADD, TIGHT_MUL, TIGHT_UNARY, TIGHT_ATOM };

static const struct {
	const char *text;
	int tight;
} ops[] = {
	[IR_CONST] = {"", TIGHT_ATOM},
	[IR_LOAD] = {"", TIGHT_ATOM},
	[IR_CALL] = {"", TIGHT_ATOM},
	[IR_CAST] = {"", TIGHT_UNARY},
	[IR_ADD] = {"+", TIGHT_ADD},
	[IR_SUB] = {"-", TIGHT_ADD},
	[IR_MUL] = {"*", TIGHT_MUL},
	[IR_DIV] = {"/", TIGHT_MUL},
	[IR_MOD] = {"%", TIGHT_MUL},
	[IR_EQ] = {"==", TIGHT_EQUAL},
	[IR_NE] = {"!=", TIGHT_EQUAL},
	[IR_LT] = {"<", TIGHT_LESS},
	[IR_LE] = {"<=", TIGHT_LESS},
	[IR_GT] = {">", TIGHT_LESS},
	[IR_GE] = {">=", TIGHT_LESS},
	[IR_NOT] = {"!", TIGHT_UNARY},
	[IR_AND] = {"&&", TIGHT_AND},
	[IR_OR] = {"||", TIGHT_OR},
	[IR_COND] = {"?", TIGHT_COND},
};

static bool is_logical(enum ir_op op)
{
	return op == IR_AND || op == IR_OR;
}

static int tight_of(const struct ir_value *v)
{
	if (v->op == IR_CONST && v->text)
		for (const char *c = v->text; *c; c++)
			if (*c == '*')
				return TIGHT_MUL;
	return ops[v->op].tight;
}

static const char *operand(const struct ir_value *v, int tight, enum ir_op outer)
{
	bool mixed = is_logical(outer) && is_logical(v->op) && v->op != outer;

	return tight_of(v) >= tight && !mixed ? ir_text(v) : arena_printf("(%s)", ir_text(v));
}

static const char *cast(const struct ir_value *v)
{
	return arena_printf("(%c%d)%s", v->is_signed ? 's' : 'u', v->bits, operand(v->a, TIGHT_UNARY, v->op));
}

const char *ir_text(const struct ir_value *v)
{
	switch (v->op) {
	case IR_CONST:
		return v->text ? v->text : c_number(v->value);
	case IR_LOAD:
	case IR_CALL:
		return v->text;
	case IR_CAST:
		return cast(v);
	case IR_NOT:
		return arena_printf("!%s", operand(v->a, TIGHT_UNARY, v->op));
	case IR_COND:
		return arena_printf("%s ? %s : %s", operand(v->a, TIGHT_OR, v->op), operand(v->b, TIGHT_OR, v->op),
			operand(v->c, TIGHT_OR, v->op));
	case IR_ADD:
	case IR_SUB:
	case IR_MUL:
	case IR_DIV:
	case IR_MOD:
	case IR_EQ:
	case IR_NE:
	case IR_LT:
	case IR_LE:
	case IR_GT:
	case IR_GE:
	case IR_AND:
	case IR_OR:
		break;
	}
	return arena_printf("%s %s %s", operand(v->a, ops[v->op].tight, v->op), ops[v->op].text,
		operand(v->b, ops[v->op].tight + (v->op == IR_SUB || v->op == IR_DIV || v->op == IR_MOD), v->op));
}

bool ir_mentions(const struct ir_value *v, const char *word)
{
	return strstr(ir_text(v), word) != NULL;
}
