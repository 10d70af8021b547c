/* ir_build: how lower.c writes IR. Values come with their ranges; statements go to the end of a block. */
#ifndef LDOSC_IR_BUILD_H
#define LDOSC_IR_BUILD_H

#include "ir.h"

struct ir_value *ir_const(num v);
struct ir_value *ir_named(const char *text, num v);		      /* a constant with a name */
struct ir_value *ir_load(const char *path, int bits, num lo, num hi); /* unsigned where lo >= 0 */
struct ir_value *ir_truth(const char *path);			      /* a member that is 0 or 1 */
struct ir_value *ir_typed(const char *path, const struct type *t);
struct ir_value *ir_call(
	const char *name, int bits, num lo, num hi, const char *args); /* args as text: "&c->drift, c->now" */
struct ir_value *ir_binary(enum ir_op op, struct ir_value *a, struct ir_value *b);
struct ir_value *ir_not(struct ir_value *a);
struct ir_value *ir_cond(struct ir_value *a, struct ir_value *b, struct ir_value *c);
struct ir_value *ir_fit(struct ir_value *v, int bits, bool is_signed); /* a cast where the width asks for one */

const char *ir_text(const struct ir_value *v); /* as C */
bool ir_mentions(const struct ir_value *v, const char *word);

void ir_say(struct ir_block *b, const char *text);
void ir_gap(struct ir_block *b);
void ir_local(struct ir_block *b, const char *declaration, struct ir_value *start);
void ir_set(struct ir_block *b, const char *path, struct ir_value *v);
void ir_do(struct ir_block *b, const char *call);
void ir_assert(struct ir_block *b, const char *what);
void ir_rung(void *block, const char *what); /* .. as the printers of contracts call it */
void ir_return(struct ir_block *b, struct ir_value *v);
struct ir_stmt *ir_if(struct ir_block *b, struct ir_value *v);
struct ir_stmt *ir_for(struct ir_block *b, const char *index, const char *below, struct ir_role role);
struct ir_stmt *ir_for_each(
	struct ir_block *b, const char *index, const char *below, const char *count, struct ir_role role);

#endif
