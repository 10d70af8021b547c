#ifndef ALPHABET_H
#define ALPHABET_H

#include "interp.h"

struct alphabet {
	const struct policy *policy, *bare;
	LIST(uint64_t) times;	    /* that may pass before an entry */
	LIST(struct entry) entries; /* `now`: the time that passes before it; of a SETTLE, the ticket is the open one */
};
struct alphabet *alphabet_of(const struct policy *p);

#endif
