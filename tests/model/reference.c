/* Node by node, as the ONNX text says it: y = x W' + b. Nothing here is shared with the compiler's reader. */
#include "harness.h"
#include "onnx.pb-c.h"

#include <stdlib.h>
#include <string.h>

struct reference {
	Onnx__GraphProto *g;
};

struct reference *reference_read(const char *file)
{
	static uint8_t bytes[1 << 20];
	struct reference *r = calloc(1, sizeof *r);
	FILE *f = fopen(file, "rb");
	size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
	Onnx__ModelProto *m = n ? onnx__model_proto__unpack(NULL, n, bytes) : NULL;

	if (!m)
		exit(2);
	r->g = m->graph;
	return r;
}

static const Onnx__TensorProto *tensor(const struct reference *r, const char *name)
{
	for (size_t i = 0; i < r->g->n_initializer; i++) {
		if (!strcmp(r->g->initializer[i]->name, name))
			return r->g->initializer[i];
	}
	exit(2);
}

static double number(const Onnx__TensorProto *t, int64_t i)
{
	float f;

	if (t->n_float_data)
		return (double)t->float_data[i];
	memcpy(&f, t->raw_data.data + 4 * i, 4);
	return (double)f;
}

int reference_run(const struct reference *r, const double *x, double *y)
{
	static double now[4096], next[4096];
	int64_t n = 0;

	for (size_t k = 0; k < r->g->n_node; k++) {
		const Onnx__NodeProto *node = r->g->node[k];
		if (!strcmp(node->op_type, "Gemm")) {
			const Onnx__TensorProto *w = tensor(r, node->input[1]), *b = tensor(r, node->input[2]);
			if (!k)
				memcpy(now, x, sizeof *x * (size_t)w->dims[1]);
			n = w->dims[0];
			for (int64_t o = 0; o < n; o++) {
				next[o] = number(b, o);
				for (int64_t i = 0; i < w->dims[1]; i++)
					next[o] += now[i] * number(w, o * w->dims[1] + i);
			}
			memcpy(now, next, sizeof *now * (size_t)n);
		} else if (!strcmp(node->op_type, "Relu")) {
			for (int64_t o = 0; o < n; o++)
				now[o] = now[o] > 0 ? now[o] : 0;
		} else {
			exit(2);
		}
	}
	memcpy(y, now, sizeof *y * (size_t)n);
	return (int)n;
}
