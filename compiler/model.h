/* What model.c knows of a net, for the obligations about it. */
#ifndef LDOSC_MODEL_H
#define LDOSC_MODEL_H

#include "ldosc.h"

enum { ZSCORE_BITS = 12 }; /* fraction bits of a z-scored number of the vector */

struct side { /* one number of the vector */
	int lo, hi;
	int frac;  /* fraction bits */
	int input; /* whose: an index into m->inputs */
};

struct box {
	int n;
	struct side *at;
	int reach; /* greatest distance of any from 0 */
};

struct range {
	int64_t lo, hi;
};

bool model_box(const struct model *m, struct box *box); /* false: said why */
/* What can be in the accumulators of a layer, while the inputs are in their box; exact for the first. */
void model_bounds(const struct model *m, const struct box *box, int layer, struct range *acc);
/* The last layer's accumulators. */
void model_scores(const struct model *m, const int32_t *vector, int32_t *scores);

#endif
