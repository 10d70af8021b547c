/* sight: what the functions of ask and settle are written over. lower_decide.c has the road, lower_ask.c what asks,
 * lower_rule.c the rules, lower_number.c numbers, lower_record.c records of several parts. */
#ifndef LDOSC_SIGHT_H
#define LDOSC_SIGHT_H

#include "lower.h"

struct sight {
	struct ir *ir;
	const struct policy *p;
	const struct decision *d;
	const struct part *part;   /* that is written of; of the whole, the one among candidates, else the first */
	const struct model *model; /* NULL: none */
	bool record;		   /* several parts */
	const char *name, *context, *answers, *decision, *event, *max, *slots, *choice;
	struct place at; /* over what the ticket at `slot` keeps */
};

bool candidates(const struct sight *s); /* s->part is one of them */
const char *part_function(const struct sight *s, const char *what);
const char *word_function(const struct sight *s, const char *what);    /* .. of the whole decision */
const char *count_of(const struct sight *s, const struct field *list); /* how many elements the event has of it */
void bound_slot(const struct sight *s, struct ir_block *b);	       /* a slot that came from elsewhere */
struct ir_value *lower_presses(const struct sight *s, const struct guarantee *g);
struct ir_value *lower_lost(const struct sight *s, const struct guarantee *g);

void lower_lawful_steps(
	const struct sight *s, struct ir_block *b, int by); /* every guarantee would hold, or return false */

/* ---- lower_ask.c ---- */

void lower_ask(struct sight *s); /* and what time, features and guardrails do before settle */

/* ---- lower_rule.c ---- */

void lower_rule(struct sight *s, bool learned); /* of s->part */
const char *lower_rule_name(const struct sight *s, bool learned);

/* ---- lower_record.c ---- */

void lower_record(struct sight *s);

/* ---- lower_number.c ---- */

void lower_number_rule(struct sight *s, bool learned);
void lower_leaves(struct sight *s, const struct guarantee *g);
void lower_hold(struct sight *s);
struct ir_value *lower_number_at(const struct part *part, const char *step); /* the number of a step */

#endif
