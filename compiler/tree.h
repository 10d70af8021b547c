/* The tree of a policy or hook file: the text's shape with its places, no meaning. Children are listed beside each
 * kind; one that may be absent is NULL and marked `?`, a list is a NODE_LIST and marked `..`. */
#ifndef TREE_H
#define TREE_H

#include "ldosc.h"

enum node {
	/* leaves */
	NODE_NAME,    /* text */
	NODE_STRING,  /* text */
	NODE_NUMBER,  /* value, unit */
	NODE_PERCENT, /* value / den */
	NODE_DECIMAL, /* value / den */
	NODE_LIST,    /* .. */
	NODE_RANGE,   /* low, high */

	/* a policy */
	NODE_POLICY,   /* name, items.. */
	NODE_USE,      /* hook */
	NODE_TUNABLE,  /* name, quantity, initial, range */
	NODE_STATE,    /* key?, max?, sharing, features.. */
	NODE_FEATURE,  /* name, source, options.. */
	NODE_SOURCE,   /* op: feature_kind; children at enum source_child, all may be absent */
	NODE_WINDOW,   /* length, buckets?; op: 1 unless `events` */
	NODE_IN,       /* range */
	NODE_BUCKETS,  /* number */
	NODE_ELSE,     /* values.. */
	NODE_AFTER,    /* number */
	NODE_RESET,    /* "trip" or "rearm" */
	NODE_COLUMN,   /* name?, value */
	NODE_CARRY,    /* event, field, max, columns.. */
	NODE_MODEL,    /* name, bound?, event?, field?, clauses.. */
	NODE_FILE,     /* string */
	NODE_INPUTS,   /* inputs.. */
	NODE_INPUT,    /* op: encoder; value, unit?, first?, second? */
	NODE_CLASSES,  /* names.., cut? */
	NODE_OUTPUT,   /* range */
	NODE_NUMBERS,  /* name */
	NODE_SHADOW,   /* one, number */
	NODE_PROBE,    /* one, number */
	NODE_BUDGETS,  /* budgets.. */
	NODE_BUDGET,   /* what, limit */
	NODE_DECIDE,   /* event, parts.., rules.. */
	NODE_PART,     /* name, domain */
	NODE_ONE_OF,   /* event, field, max */
	NODE_QUANTITY, /* quantity, range, step? */
	NODE_NEED,     /* name, condition */
	NODE_LEARNED,  /* pieces.. */
	NODE_FALLBACK, /* pieces.. */
	NODE_PIECE,    /* part? (set for `part = choice`), choice; op: 1 after `else` */
	NODE_CHOICE,   /* op: EXPR_FIRST, ARGMIN, ARGMAX or 0; bound?, value?, where?, while?, when? */
	NODE_DEFAULT,
	NODE_OR_PASS,
	NODE_TICKETS,	/* number, timeout */
	NODE_CONTRACT,	/* clauses.. */
	NODE_ASSUME,	/* name, condition */
	NODE_GUARANTEE, /* name, under?.., condition, window?, event?, limit?; op: EXPR_LE or EXPR_GE */
	NODE_GUARDRAIL, /* name, key?, trip, actions.., rearms.. */
	NODE_REARM,	/* condition, every? */
	NODE_LATCH,
	NODE_ACTION,  /* op: action_kind; name?, value? */
	NODE_TEST,    /* string, facts.., expectations.. */
	NODE_FACT,    /* times?, event, fields?.. */
	NODE_ANSWERS, /* model, answers.. (op: 1 in brackets) */
	NODE_WAIT,    /* time */
	NODE_SET,     /* name, value (a leaf, or a list of lists of NODE_SET) */
	NODE_EXPECT,  /* name, value, because? */
	NODE_EXPECT_PASS,
	NODE_EXPECT_BY, /* name */

	/* expressions */
	NODE_BINARY,	  /* op: enum op; left, right */
	NODE_NOT,	  /* operand */
	NODE_NEGATE,	  /* operand */
	NODE_CALL,	  /* text: min max room age count; arguments */
	NODE_DOT,	  /* value, word */
	NODE_INDEX,	  /* name, index */
	NODE_CARRIED,	  /* word */
	NODE_TRIPPED,	  /* guardrail?, of?; `g.tripped` alone is a NODE_DOT */
	NODE_TRIP,	  /* guardrail, of? */
	NODE_TRIPPED_FOR, /* time */
	NODE_QUANTIFIED,  /* op: EXPR_ANY or EXPR_EVERY; key, condition */
	NODE_BY,

	/* a hook */
	NODE_HOOK,  /* name, items.. */
	NODE_KEY,   /* name, max */
	NODE_EVENT, /* name, follows?, tag?, fields.., context? */
	NODE_TICK,  /* name, time */
	NODE_PASS,  /* string */
	NODE_FIELD, /* name, type */
	NODE_BOOL_TYPE,
	NODE_TAG_TYPE,	/* max */
	NODE_LIST_TYPE, /* max, fields.. */
	NODE_INDEX_TYPE /* list: `one of legs` */
};

enum source_child {
	SOURCE_EVENT,
	SOURCE_UNTIL,
	SOURCE_VALUE,
	SOURCE_WHERE,
	SOURCE_AMONG,
	SOURCE_WINDOW,
	SOURCE_NUMBER, /* last: how many; exponential mean: 1 / this; quantile: the rank */
	SOURCE_LIST,   /* last: columns; quantile: edges */
	SOURCE_CHILDREN
};

struct tree {
	enum node kind;
	struct span at;
	int op;
	int depth;
	const char *text;
	num value, den;
	enum unit unit;
	LIST(struct tree *) kids;
};

/* How deep a tree may be: every walk over it is recursive. */
#define TREE_DEPTH 200
/* The largest file that is read. */
#define SOURCE_MAX (1 << 20)

struct tree *tree_leaf(enum node kind, struct span at, const char *text);
struct tree *tree_node(enum node kind, struct span at, int op, int kids, ...);
struct tree *tree_add(struct tree *list, struct tree *kid); /* appends to a NODE_LIST */

/* What the parser and the scanner share in one reading. */
struct reading {
	const struct source *source;
	size_t offset; /* of the next byte to scan */
	int line, col;
	bool started; /* the token that says which grammar has been handed out */
	bool hook;    /* a hook file, not a policy */
	bool deep;    /* said already that it is nested too deeply */
	int errors;
	struct span percent; /* of the last percentage */
	struct tree *root;
};

bool is_keyword(const char *text); /* scan.l */
struct tree *parse_hook(const struct source *s);

#endif
