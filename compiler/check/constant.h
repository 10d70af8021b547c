#ifndef LDOSC_CHECK_CONSTANT_H
#define LDOSC_CHECK_CONSTANT_H

#include "../ldosc.h"

/* Does each model answer more than one thing over its declared inputs? Inputs that it never looks at are warned of. */
void check_constant(const struct policy *p, verdict_list *out);

#endif
