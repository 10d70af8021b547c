/* ir: what a policy does, as flat, total functions over machine integers. lower.c makes it from the typed policy; a backend
 * prints it and decides nothing.
 *
 * Every value carries the range that it has, and is computed at a width that holds it: no operation wraps, none divides a
 * negative number. Loops run to a constant. Paths are C lvalues whose run-time indices are already bounded by INDEX. */
#ifndef LDOSC_IR_H
#define LDOSC_IR_H

#include "../ldosc.h"

enum ir_op {
	IR_CONST, /* value, shown by text when it has a name */
	IR_LOAD,  /* a path */
	IR_CALL,  /* text(args) */
	IR_CAST,  /* of a, to bits and sign */
	IR_ADD,
	IR_SUB,
	IR_MUL,
	IR_DIV,
	IR_MOD,
	IR_EQ,
	IR_NE,
	IR_LT,
	IR_LE,
	IR_GT,
	IR_GE,
	IR_NOT,
	IR_AND,
	IR_OR,
	IR_COND /* a ? b : c */
};

struct ir_value {
	enum ir_op op;
	const char *text;
	num value;
	num lo, hi;
	int bits; /* 8 .. 64; 1: a truth value */
	bool is_signed;
	struct ir_value *a, *b, *c;
	LIST(struct ir_value *) args;
};

enum ir_kind {
	IR_SAY,	  /* the policy's own line, as a comment */
	IR_LOCAL, /* text: a declaration; value: its start, or NULL */
	IR_SET,	  /* text = value */
	IR_DO,	  /* a call for its effect */
	IR_IF,	  /* value: body, else other */
	IR_FOR, /* u32 text from 0 to below value, a constant, and below count where there is one; role says which it is */
	IR_RETURN, /* value, or NULL */
	IR_ASSERT, /* a rung for the provers, from the typed policy */
	IR_GAP	   /* an empty line */
};

/* Which loop or function it is: who prints its contract asks the typed policy for it. */
struct ir_role {
	void (*print)(FILE *f, const struct policy *p, const struct ir_role *role);
	const void *of;	  /* event, guardrail, guarantee, key, tunable, model */
	const void *node; /* a choice of a rule */
	int k;
	bool learned;
};

struct ir_block {
	LIST(struct ir_stmt *) stmts;
};

struct ir_stmt {
	enum ir_kind kind;
	const char *text;
	struct ir_value *value;
	const char *count; /* of IR_FOR: what the list has; NULL: all */
	struct ir_block body, other;
	struct ir_role role;
};

struct ir_function {
	const char *head;    /* "static bool io_route_leg_need(const struct io_route *c, u32 slot, u32 i)" */
	const char *section; /* "event sent", when it begins one; else NULL */
	bool exported;	     /* its contract stands in the header */
	struct ir_role contract;
	struct ir_block body;
};

struct ir {
	LIST(struct ir_function *) functions;
};

#endif
