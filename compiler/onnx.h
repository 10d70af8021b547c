/* ONNX files: bytes -> protobuf message (onnx_read.c) -> a chain of dense layers (onnx.c) -> struct model (model.c). */
#ifndef LDOSC_ONNX_H
#define LDOSC_ONNX_H

#include "ldosc.h"
#include "onnx.pb-c.h"

struct onnx_place { /* where the user is pointed to, and the file's name as the policy gives it */
	struct span at;
	const char *file;
};

/* One error about the file. Always false. */
bool onnx_fault(const struct onnx_place *p, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A name out of the file, quoted, fit for a terminal. */
const char *onnx_quote(const char *name);

/* What a file may be at most. Every limit is checked before memory is taken for what it limits. */
enum {
	ONNX_BYTES = 64 << 20,
	ONNX_DEPTH = 32,     /* messages inside messages */
	ONNX_PARTS = 200000, /* messages in all */
	ONNX_NODES = 1000,   /* and initializers */
	ONNX_SIDE = 4096,    /* numbers into or out of a layer: what runtime/dense.h is proved for */
	ONNX_WIRES = 64,     /* inputs, outputs, attributes of a node */
	ONNX_LAYERS = 16,
	ONNX_WEIGHTS = 1 << 20
};

/* onnx_read.c. NULL: said why. The caller frees it. */
Onnx__ModelProto *onnx_unpack(const char *path, const struct onnx_place *p);
void onnx_free(Onnx__ModelProto *m);

struct dense { /* y = w x + b, row by row, then ReLU */
	int in, out;
	double *w, *b;
	bool relu;
};

enum ending { END_LINEAR, END_SIGMOID, END_SOFTMAX, END_ARGMAX };

struct net {
	LIST(struct dense) layers; /* none but the last is without ReLU */
	enum ending end;	   /* what came after them, and is not among them */
};

/* onnx.c. false: said why. */
bool onnx_load(const char *path, const struct onnx_place *p, struct net *net);

#endif
