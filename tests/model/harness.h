#ifndef HARNESS_H
#define HARNESS_H

#include "ldosc.h"

/* reference.c: an ONNX net of Gemm (transB) and Relu in float64, read and run without a line of onnx.c or model.c */
struct reference;
struct reference *reference_read(const char *file);
int reference_run(const struct reference *r, const double *x, double *y); /* how many outputs */

/* child.c: fuzz_batch in a child; -1: it did not end as it should */
long fuzz_in_child(const char *file, const char *path, uint64_t seed, int runs, char **words);
long fuzz_batch(const char *file, const char *path, uint64_t seed, int runs, char **words);

#endif
