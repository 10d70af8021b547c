#ifndef ROUND_H
#define ROUND_H

#include "alphabet.h"

enum { EDGE_KEYS = 8 };

struct edge {
	int from, to, entry;
	int key; /* whose it is: of what closes and what settles, what was opened and asked says so; below EDGE_KEYS, -1: nobody's */
};

struct graph { /* states from 0, which is init; edges in the order of `from` */
	int nodes, edges;
	const uint64_t *tripped; /* by node: the rails, one bit each */
	const struct edge *edge;
};

/* way[rail], of 64: an environment in which it goes round; left alone where there is none. False: there are more
 * environments than that work (edges looked at) allows. */
bool rounds(const struct policy *p, const struct alphabet *a, const struct graph *g, uint64_t most_work, const char **way);

#endif
