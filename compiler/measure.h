/* What a compiled file costs: the longest path through each function, its deepest stack, and the sizes of types. */
#ifndef MEASURE_H
#define MEASURE_H

#include "ldosc.h"

struct figure { /* of one function, everything that it calls included */
	const char *function;
	bool visible; /* other files may call it */
	num instructions;
	int stack;	       /* bytes, its return address included */
	const char *unbounded; /* what has no bound ("a loop at window.h:12"), or NULL */
};
typedef LIST(struct figure) figures;

/* Compiles dir/file with kernel flags and measures the object. false: *why says why not. */
bool measure_file(const char *dir, const char *file, figures *out, const char **why);

struct size { /* of a type, as C would write it: "struct io_route" */
	const char *type;
	num bytes;
};
/* `headers` is C text that makes the types known: "#include \"io_route.h\"\n". */
bool measure_sizes(const char *dir, const char *headers, struct size *sizes, int n, const char **why);

const char *measure_engine(void); /* "gcc 12.2.0" */

#endif
