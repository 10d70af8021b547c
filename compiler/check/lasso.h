/* A constant environment as a graph: every event of a kind carries the same, the model says the same, and what comes
 * when is free. A cycle in it with a trip and a rearm of the guardrail is a lasso. */
#ifndef LASSO_H
#define LASSO_H

#include "case.h"

/* The way in and then the cycle, which is the last run of the trace; NULL: none was found. */
struct trace *lasso_find(struct checker *c, const struct guardrail *g);

#endif
