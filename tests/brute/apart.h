#ifndef APART_H
#define APART_H

#include "interp.h"

struct apart;
struct apart *apart_of(const struct policy *p, const struct plan *plan);
uint64_t apart_key(const struct apart *a, const struct machine *m); /* equal: no further entries can tell them apart */

typedef void use_fn(const struct expr *e, const struct expr *above, void *user);
void each_use(const struct policy *p, use_fn *f, void *user); /* every expression but a model's inputs */
bool feature_read(const struct policy *p, const struct feature *f); /* by one of them */
/* `x`, just below e, is compared there with a number: x op with. */
bool compares(const struct expr *e, const struct expr *x, enum op *op, num *with);

#endif
