/* An ONNX graph as a chain of dense layers. The graph is walked from its output back to its input, then each node of
 * that chain is taken in order. What is not a chain of the operators below is refused by name. */
#include "onnx.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef Onnx__NodeProto node;
typedef Onnx__TensorProto tensor;

struct reader {
	const struct onnx_place *place;
	const Onnx__GraphProto *g;
	const char *input;	   /* the graph's one input that is no initializer */
	int64_t declared, product; /* its last dimension and all of them as the file says; 0: open */
	LIST(const node *) chain;
	struct net *net;
	int64_t weights; /* so far */
	bool ended;	 /* net->end is taken: nothing but shapes may follow */
};

#define fault(r, help, ...) onnx_fault((r)->place, help, __VA_ARGS__)

static const char *const damaged = "the file is damaged, or no exporter wrote it; export the model again";

static const char *text(const char *s)
{
	return s ? s : "";
}

static bool same(const char *a, const char *b)
{
	return !strcmp(text(a), text(b));
}

/* `node "fc1" (Gemm)`; a node without a name is called after what it makes */
static const char *label(const node *n)
{
	const char *op = onnx_quote(n->op_type);
	if (*text(n->name))
		return arena_printf("node %s (%.*s)", onnx_quote(n->name), (int)strlen(op) - 2, op + 1);
	return arena_printf(
		"the %.*s that makes %s", (int)strlen(op) - 2, op + 1, onnx_quote(n->n_output ? n->output[0] : ""));
}

static const Onnx__AttributeProto *attribute(const node *n, const char *name)
{
	for (size_t i = 0; i < n->n_attribute; i++) {
		if (same(n->attribute[i]->name, name))
			return n->attribute[i];
	}
	return NULL;
}

static int64_t attribute_int(const node *n, const char *name, int64_t otherwise)
{
	const Onnx__AttributeProto *a = attribute(n, name);
	return a && a->has_i ? a->i : otherwise;
}

static double attribute_float(const node *n, const char *name, double otherwise)
{
	const Onnx__AttributeProto *a = attribute(n, name);
	return a && a->has_f ? (double)a->f : otherwise;
}

/* The node that makes a value, as its first output. */
static const node *maker(const struct reader *r, const char *value)
{
	for (size_t i = 0; i < r->g->n_node; i++) {
		for (size_t j = 0; j < r->g->node[i]->n_output; j++) {
			if (same(r->g->node[i]->output[j], value))
				return r->g->node[i];
		}
	}
	return NULL;
}

/* The tensor behind a value that does not depend on the input; NULL: it is no such value. */
static const tensor *constant(const struct reader *r, const char *value)
{
	for (int hops = 0; hops < ONNX_LAYERS; hops++) {
		const Onnx__AttributeProto *a;
		const node *n;

		for (size_t i = 0; i < r->g->n_initializer; i++) {
			if (same(r->g->initializer[i]->name, value))
				return r->g->initializer[i];
		}
		n = maker(r, value);
		if (!n)
			return NULL;
		if (same(n->op_type, "Constant"))
			return (a = attribute(n, "value")) ? a->t : NULL;
		if (!same(n->op_type, "Identity") || n->n_input != 1)
			return NULL;
		value = n->input[0];
	}
	return NULL;
}

/* ---- tensors ---- */

/* How many numbers its dimensions ask for, or -1. */
static int64_t tensor_size(const tensor *t)
{
	int64_t size = 1;
	for (size_t i = 0; i < t->n_dims; i++) {
		if (t->dims[i] < 1 || __builtin_mul_overflow(size, t->dims[i], &size))
			return -1;
	}
	return size;
}

static const char *show_dims(const tensor *t)
{
	const char *s = "[";
	for (size_t i = 0; i < t->n_dims && i < 8; i++)
		s = arena_printf("%s%s%lld", s, i ? ", " : "", (long long)t->dims[i]);
	return arena_printf("%s%s]", s, t->n_dims > 8 ? ", ..." : "");
}

static const char *type_name(int type)
{
	static const char *const names[] = {"no type", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64",
		"string", "bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16"};
	return type >= 0 && type < (int)(sizeof names / sizeof *names) ? names[type] : "an unknown type";
}

/* Its numbers, all finite. NULL: said why. Memory is taken only for what is there. */
static const float *tensor_floats(struct reader *r, const tensor *t)
{
	const char *name = onnx_quote(t->name);
	int64_t asked = tensor_size(t),
		found = t->n_float_data ? (int64_t)t->n_float_data : (int64_t)(t->raw_data.len / 4);
	float *v;

	if (t->n_external_data ||
		(t->has_data_location && t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)) {
		fault(r, "save the model with its weights inside: onnx.save(model, file, save_as_external_data=False)",
			"tensor %s keeps its numbers in another file", name);
		return NULL;
	}
	if (t->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT) {
		fault(r, "export the model in float32", "tensor %s holds %s, not float32", name,
			type_name(t->data_type));
		return NULL;
	}
	if (asked < 0 || t->segment) {
		fault(r, NULL, "tensor %s has the impossible shape %s", name, show_dims(t));
		return NULL;
	}
	if ((t->n_float_data && t->raw_data.len) || t->raw_data.len % 4) {
		fault(r, damaged, "tensor %s holds %s", name,
			t->n_float_data ? "its numbers twice" : "bytes that are no whole number of float32");
		return NULL;
	}
	if (asked != found) {
		fault(r, damaged, "tensor %s has the shape %s, %lld numbers, and holds %lld", name, show_dims(t),
			(long long)asked, (long long)found);
		return NULL;
	}
	v = arena_alloc((size_t)found * sizeof *v);
	for (int64_t i = 0; i < found; i++) {
		const uint8_t *raw = t->raw_data.data + 4 * i; /* little-endian, whatever the host */
		if (t->n_float_data) {
			v[i] = t->float_data[i];
		} else {
			uint32_t u = raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 | (uint32_t)raw[3] << 24;
			memcpy(&v[i], &u, 4);
		}
		if (!isfinite(v[i])) {
			fault(r, "the training diverged; look at its loss", "tensor %s holds %s at index %lld", name,
				isnan(v[i]) ? "NaN" : "an infinity", (long long)i);
			return NULL;
		}
	}
	return v;
}

struct matrix {
	int rows, cols;
	const float *v;
};

/* The input `i` of `n` as a matrix; a vector is one column. */
static bool take_matrix(struct reader *r, const node *n, size_t i, struct matrix *m)
{
	const tensor *t = i < n->n_input ? constant(r, n->input[i]) : NULL;
	size_t lead = 0;
	int64_t rows, cols;

	if (!t)
		return fault(r, "only inputs times weights are read: x * W",
			"%s takes its weights from what is computed", label(n));
	while (t->n_dims > lead + 2 && t->dims[lead] == 1)
		lead++;
	if (t->n_dims < 1 || t->n_dims > lead + 2)
		return fault(r, "a dense layer has a matrix of weights",
			"%s: tensor %s has the shape %s, not that of a matrix", label(n), onnx_quote(t->name),
			show_dims(t));
	rows = t->dims[lead];
	cols = t->n_dims - lead == 2 ? t->dims[lead + 1] : 1;
	if (rows < 1 || cols < 1 || rows > ONNX_SIDE || cols > ONNX_SIDE)
		return fault(r, arena_printf("a layer may have up to %d numbers in and %d out", ONNX_SIDE, ONNX_SIDE),
			"%s: tensor %s has the shape %s", label(n), onnx_quote(t->name), show_dims(t));
	m->rows = (int)rows;
	m->cols = (int)cols;
	m->v = tensor_floats(r, t);
	return m->v;
}

/* Adds `scale` times the input `i` of `n` to the biases of the last layer. */
static bool add_bias(struct reader *r, const node *n, size_t i, double scale)
{
	struct dense *d = &r->net->layers.at[r->net->layers.n - 1];
	const tensor *t = constant(r, n->input[i]);
	int64_t size = t ? tensor_size(t) : 0;
	const float *v;

	if (!t)
		return fault(r, "only constants are added", "%s takes its bias from what is computed", label(n));
	if (size != 1 && (size != d->out || t->dims[t->n_dims - 1] != size))
		return fault(r, NULL, "%s adds %s of the shape %s to %d numbers", label(n), onnx_quote(t->name),
			show_dims(t), d->out);
	v = tensor_floats(r, t);
	for (int o = 0; v && o < d->out; o++)
		d->b[o] += scale * (double)v[size == 1 ? 0 : o];
	return v;
}

/* ---- operators ---- */

static struct dense *last_layer(struct reader *r)
{
	return r->net->layers.n ? &r->net->layers.at[r->net->layers.n - 1] : NULL;
}

static bool room(struct reader *r, const node *n, int out, int in)
{
	r->weights += (int64_t)out * in;
	return r->weights <= ONNX_WEIGHTS ||
		fault(r, "a net that a policy can ask has some thousand weights", "%s: it has more than %d weights",
			label(n), ONNX_WEIGHTS);
}

/* y = W2 (W1 x + b1) is one layer, too. */
static bool fold(struct reader *r, const node *n, struct dense *d, struct matrix m, bool rows_out, double scale)
{
	int out = rows_out ? m.rows : m.cols;
	double *w, *b;

	if (!room(r, n, out, d->in))
		return false;
	if ((int64_t)out * d->out * d->in > 1 << 28)
		return fault(r, "put a Relu between them, or export one layer for the two",
			"%s follows a layer without a Relu, and the two are too large to become one", label(n));
	w = arena_alloc(sizeof *w * (size_t)out * (size_t)d->in);
	b = arena_alloc(sizeof *b * (size_t)out);
	for (int o = 0; o < out; o++) {
		for (int k = 0; k < d->out; k++) {
			double f = scale * (double)(rows_out ? m.v[o * m.cols + k] : m.v[k * m.cols + o]);
			b[o] += f * d->b[k];
			for (int i = 0; i < d->in; i++)
				w[o * d->in + i] += f * d->w[k * d->in + i];
		}
	}
	d->out = out;
	d->w = w;
	d->b = b;
	return true;
}

/* A layer whose weights are `scale` times the matrix, one output a row of it or one a column. */
static bool add_layer(struct reader *r, const node *n, struct matrix m, bool rows_out, double scale)
{
	struct dense *d = last_layer(r);
	int in = rows_out ? m.cols : m.rows, out = rows_out ? m.rows : m.cols;

	if (d && d->out != in)
		return fault(r, NULL, "%s takes %d numbers, but the layer before it makes %d", label(n), in, d->out);
	if (d && !d->relu)
		return fold(r, n, d, m, rows_out, scale);
	if (r->net->layers.n == ONNX_LAYERS)
		return fault(r, NULL, "it has more than %d layers", ONNX_LAYERS);
	if (!room(r, n, out, in))
		return false;
	d = list_add(&r->net->layers);
	*d = (struct dense){.in = in, .out = out};
	d->w = arena_alloc(sizeof *d->w * (size_t)in * (size_t)out);
	d->b = arena_alloc(sizeof *d->b * (size_t)out);
	for (int o = 0; o < out; o++) {
		for (int i = 0; i < in; i++)
			d->w[o * in + i] = scale * (double)(rows_out ? m.v[o * in + i] : m.v[i * out + o]);
	}
	return true;
}

static bool take_gemm(struct reader *r, const node *n)
{
	struct matrix m;

	/* One vector a time: its transpose holds the same numbers in the same order, so transA says nothing. */
	if (!take_matrix(r, n, 1, &m) ||
		!add_layer(r, n, m, attribute_int(n, "transB", 0) != 0, attribute_float(n, "alpha", 1)))
		return false;
	return n->n_input < 3 || !*text(n->input[2]) || add_bias(r, n, 2, attribute_float(n, "beta", 1));
}

static bool take_matmul(struct reader *r, const node *n)
{
	struct matrix m;

	return take_matrix(r, n, 1, &m) && add_layer(r, n, m, false, 1);
}

static bool take_add(struct reader *r, const node *n)
{
	const struct dense *d = last_layer(r);

	if (!d || d->relu)
		return fault(r, "an Add is read as the bias of the MatMul or Gemm before it",
			"%s does not follow a MatMul or Gemm", label(n));
	if (n->n_input != 2)
		return fault(r, NULL, "%s has %zu inputs, not 2", label(n), n->n_input);
	return add_bias(r, n, constant(r, n->input[0]) ? 0 : 1, 1);
}

static bool take_relu(struct reader *r, const node *n)
{
	struct dense *d = last_layer(r);

	if (!d)
		return fault(r, "a net starts with a Gemm or MatMul", "%s comes before the first layer", label(n));
	d->relu = true;
	return true;
}

/* One vector a time: what only renames or reshapes keeps the numbers and their order. */
static bool take_same(struct reader *r, const node *n)
{
	(void)r, (void)n;
	return true;
}

static bool take_reshape(struct reader *r, const node *n)
{
	const tensor *t = n->n_input > 1 ? constant(r, n->input[1]) : NULL;
	const struct dense *d = last_layer(r);
	int64_t size = 1, dim;
	bool open = false;

	if (r->ended)
		return true;
	if (!t || t->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64)
		return fault(r, "reshape to a constant shape", "%s computes its shape", label(n));
	for (size_t i = 0; i < (t->n_int64_data ? t->n_int64_data : t->raw_data.len / 8); i++) {
		if (t->n_int64_data)
			dim = t->int64_data[i];
		else
			memcpy(&dim, t->raw_data.data + 8 * i, 8);
		open |= dim <= 0;
		if (dim > 0 && __builtin_mul_overflow(size, dim, &size))
			return fault(r, NULL, "%s asks for an impossible shape", label(n));
	}
	if (d && (open ? d->out % size != 0 : d->out != size))
		return fault(r, NULL, "%s makes a shape of %lld numbers of %d", label(n), (long long)size, d->out);
	return true;
}

static bool take_cast(struct reader *r, const node *n)
{
	if (!r->ended && attribute_int(n, "to", 1) != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
		return fault(r, "compute in float32 throughout", "%s converts to %s between layers", label(n),
			type_name((int)attribute_int(n, "to", 0)));
	return true;
}

static bool take_end(struct reader *r, const node *n, enum ending end)
{
	int64_t axis = attribute_int(n, "axis", -1);

	if (!last_layer(r))
		return fault(r, "a net starts with a Gemm or MatMul", "%s comes before the first layer", label(n));
	if (r->ended && end == END_ARGMAX && r->net->end != END_ARGMAX)
		return true; /* neither changes which score is the greatest */
	if (r->ended)
		return fault(r, "one Softmax, Sigmoid or ArgMax at the end is enough", "%s follows the end of the net",
			label(n));
	if (end != END_SIGMOID && axis != -1 && axis != 1)
		return fault(
			r, "use axis -1", "%s runs along axis %lld, not along the outputs", label(n), (long long)axis);
	r->net->end = end;
	r->ended = true;
	return true;
}

static bool take_softmax(struct reader *r, const node *n)
{
	return take_end(r, n, END_SOFTMAX);
}

static bool take_sigmoid(struct reader *r, const node *n)
{
	return take_end(r, n, END_SIGMOID);
}

static bool take_argmax(struct reader *r, const node *n)
{
	if (attribute_int(n, "axis", 0) == 0)
		return fault(r, "use axis -1", "%s runs along axis 0, not along the outputs", label(n));
	return take_end(r, n, END_ARGMAX);
}

struct operator_row {
	const char *name;
	bool (*take)(struct reader *r, const node *n);
	bool shape; /* keeps numbers and order; may also follow the end */
};

static const struct operator_row operators[] = {
	{"Gemm", take_gemm, false},
	{"MatMul", take_matmul, false},
	{"Add", take_add, false},
	{"Relu", take_relu, false},
	{"Identity", take_same, true},
	{"Flatten", take_same, true},
	{"Reshape", take_reshape, true},
	{"Squeeze", take_same, true},
	{"Unsqueeze", take_same, true},
	{"Dropout", take_same, true},
	{"Cast", take_cast, true},
	{"Softmax", take_softmax, false},
	{"LogSoftmax", take_softmax, false},
	{"Sigmoid", take_sigmoid, false},
	{"ArgMax", take_argmax, false},
};
enum { OPERATORS = sizeof operators / sizeof *operators };

/* The nearest thing that is supported, of operators that people meet. */
static const char *nearest(const char *op, bool ours)
{
	static const struct {
		const char *op, *use;
	} rows[] = {
		{"Tanh", "Relu between layers"},
		{"LeakyRelu", "Relu"},
		{"PRelu", "Relu"},
		{"Elu", "Relu"},
		{"Selu", "Relu"},
		{"Gelu", "Relu"},
		{"HardSigmoid", "Relu between layers"},
		{"HardSwish", "Relu"},
		{"Softplus", "Relu"},
		{"Clip", "Relu; the input list clamps inputs"},
		{"Conv", "a Gemm over all inputs: a convolution is a dense layer with repeated weights"},
		{"BatchNormalization", "fold it into the Gemm before it (torch.nn.utils.fusion.fuse_linear_bn_eval)"},
		{"LayerNormalization", "scale the inputs with zscore(..) in the policy's input list"},
		{"Sub", "scale the inputs with zscore(..) in the policy's input list, or fold it into a Gemm"},
		{"Mul", "scale the inputs with zscore(..) in the policy's input list, or fold it into a Gemm"},
		{"Div", "scale the inputs with zscore(..) in the policy's input list, or fold it into a Gemm"},
		{"Transpose", "Gemm with transB"},
		{"LSTM", "`last N of ..` as inputs of a chain of Gemm and Relu"},
		{"GRU", "`last N of ..` as inputs of a chain of Gemm and Relu"},
		{"RNN", "`last N of ..` as inputs of a chain of Gemm and Relu"},
		{"Concat", "one input vector, in the order of the policy's input list"},
		{"If", "one chain of Gemm and Relu: graphs inside nodes are not read"},
		{"Loop", "one chain of Gemm and Relu: graphs inside nodes are not read"},
		{"Scan", "one chain of Gemm and Relu: graphs inside nodes are not read"},
		{"TreeEnsembleClassifier", "a chain of Gemm and Relu trained on the tree's labels"},
		{"TreeEnsembleRegressor", "a chain of Gemm and Relu trained on the tree's values"},
	};
	const char *names[OPERATORS], *near;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (same(rows[i].op, op))
			return arena_printf("nearest supported: %s", rows[i].use);
	}
	if (!ours)
		return "only operators of ONNX's own set are read";
	for (int i = 0; i < OPERATORS; i++)
		names[i] = operators[i].name;
	near = did_you_mean(text(op), names, OPERATORS);
	if (near)
		return arena_printf("did you mean %s? Operators are spelt as ONNX spells them", near);
	return "supported: Gemm, MatMul, Add, Relu; at the end Softmax, Sigmoid, ArgMax; in between Identity, Flatten, Reshape";
}

static const struct operator_row *operator_of(struct reader *r, const node *n)
{
	bool ours = !*text(n->domain) || same(n->domain, "ai.onnx");

	for (int i = 0; ours && i < OPERATORS; i++) {
		if (same(operators[i].name, n->op_type))
			return &operators[i];
	}
	fault(r, nearest(n->op_type, ours), "%s%s is not supported", label(n),
		ours ? "" : arena_printf(" of the operator set %s", onnx_quote(n->domain)));
	return NULL;
}

/* ---- the chain ---- */

/* The one input of `n` that is computed. NULL: said why. */
static const char *computed_input(struct reader *r, const node *n)
{
	const char *found = NULL;

	for (size_t i = 0; i < n->n_input; i++) {
		const char *value = n->input[i];
		if (!*text(value) || constant(r, value))
			continue;
		if (!same(value, r->input) && !maker(r, value)) {
			fault(r, damaged, "%s reads %s, which nothing makes", label(n), onnx_quote(value));
			return NULL;
		}
		if (maker(r, value) && same(maker(r, value)->op_type, "Constant")) {
			fault(r, "keep constants as tensors (attribute `value`)", "%s is not a tensor",
				label(maker(r, value)));
			return NULL;
		}
		if (found) {
			fault(r, "only a chain is read: each layer takes what the one before it makes",
				"%s joins two branches, %s and %s", label(n), onnx_quote(found), onnx_quote(value));
			return NULL;
		}
		found = value;
	}
	if (!found)
		fault(r, NULL, "the output does not depend on the input: %s reads only constants", label(n));
	return found;
}

/* From the output back to the input. */
static bool find_chain(struct reader *r, const char *value)
{
	while (!same(value, r->input)) {
		const node *n = maker(r, value);

		if (!n && constant(r, value))
			return fault(r, NULL, "the output does not depend on the input: %s is a constant",
				onnx_quote(value));
		if (!n)
			return fault(r, damaged, "nothing makes its output %s", onnx_quote(value));
		if (r->chain.n == (int)r->g->n_node)
			return fault(
				r, "a graph must lead from its input to its output", "%s is part of a cycle", label(n));
		*list_add(&r->chain) = n;
		if (!operator_of(r, n))
			return false;
		if (!same(n->output[0], value))
			return fault(
				r, NULL, "%s: only its first output can be used, not %s", label(n), onnx_quote(value));
		value = computed_input(r, n);
		if (!value)
			return false;
	}
	return true;
}

static bool take_chain(struct reader *r)
{
	for (int i = r->chain.n - 1; i >= 0; i--) {
		const node *n = r->chain.at[i];
		const struct operator_row *op = operator_of(r, n);

		if (r->ended && !op->shape && op->take != take_argmax) {
			static const char *const ends[] = {"", "a Sigmoid", "a Softmax", "an ArgMax"};
			return fault(r,
				r->net->end == END_SIGMOID ? "nearest supported: Relu between layers"
							   : "end the net there",
				"%s is supported only at the end, and %s follows it", ends[r->net->end], label(n));
		}
		if (!op->take(r, n))
			return false;
	}
	if (!r->net->layers.n)
		return fault(r, "a net starts with a Gemm or MatMul", "it has no layer");
	return true;
}

/* ---- the graph ---- */

static bool check_names(struct reader *r)
{
	const Onnx__GraphProto *g = r->g;

	if (g->n_node > ONNX_NODES || g->n_initializer > ONNX_NODES || g->n_input > ONNX_NODES)
		return fault(r, "a net that a policy can ask has a handful of layers",
			"it has %zu nodes, %zu tensors and %zu inputs; at most %d of each are read", g->n_node,
			g->n_initializer, g->n_input, ONNX_NODES);
	if (g->n_sparse_initializer)
		return fault(r, "export dense weights", "it holds sparse tensors");
	for (size_t i = 0; i < g->n_node; i++) {
		const node *n = g->node[i];
		if (n->n_input > ONNX_WIRES || n->n_output > ONNX_WIRES || n->n_attribute > ONNX_WIRES)
			return fault(r, NULL,
				"%s has %zu inputs, %zu outputs and %zu attributes; at most %d of each are read",
				label(n), n->n_input, n->n_output, n->n_attribute, ONNX_WIRES);
	}
	for (size_t i = 0; i < g->n_initializer; i++) {
		for (size_t j = 0; j < i; j++) {
			if (same(g->initializer[i]->name, g->initializer[j]->name))
				return fault(r, NULL, "two tensors are called %s", onnx_quote(g->initializer[i]->name));
		}
		if (maker(r, g->initializer[i]->name))
			return fault(r, NULL, "%s is both a tensor and made by %s", onnx_quote(g->initializer[i]->name),
				label(maker(r, g->initializer[i]->name)));
	}
	for (size_t i = 0; i < g->n_node; i++) {
		const node *n = g->node[i];
		for (size_t j = 0; j < n->n_output; j++) {
			if (*text(n->output[j]) && maker(r, n->output[j]) != n)
				return fault(r, NULL, "%s is made twice, by %s and by %s", onnx_quote(n->output[j]),
					label(maker(r, n->output[j])), label(n));
		}
	}
	return true;
}

static bool find_input(struct reader *r)
{
	const Onnx__ValueInfoProto *found = NULL;
	const Onnx__TypeProto__Tensor *t;
	const Onnx__TensorShapeProto__Dimension *d;

	for (size_t i = 0; i < r->g->n_input; i++) {
		const Onnx__ValueInfoProto *v = r->g->input[i];
		if (constant(r, v->name)) /* up to IR version 3 initializers are inputs, too */
			continue;
		if (found)
			return fault(r, "one input vector, in the order of the policy's input list",
				"it has two inputs, %s and %s", onnx_quote(found->name), onnx_quote(v->name));
		found = v;
	}
	if (!found || !*text(found->name))
		return fault(r, NULL, "it has no input");
	r->input = found->name;
	if (maker(r, r->input))
		return fault(r, NULL, "its input %s is made by %s", onnx_quote(r->input), label(maker(r, r->input)));
	t = found->type && found->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ? found->type->tensor_type
											  : NULL;
	if (!t)
		return true;
	if (t->has_elem_type && t->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
		return fault(r, "export the model in float32", "its input %s is %s, not float32", onnx_quote(r->input),
			type_name(t->elem_type));
	if (!t->shape || !t->shape->n_dim)
		return true;
	r->product = 1;
	for (size_t i = 0; i < t->shape->n_dim && i < 8; i++) {
		d = t->shape->dim[i];
		r->declared = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && d->dim_value > 0
			? d->dim_value
			: 0;
		if (r->declared && __builtin_mul_overflow(r->product, r->declared, &r->product))
			return fault(r, NULL, "its input %s has an impossible shape", onnx_quote(r->input));
	}
	return true;
}

static bool check_version(struct reader *r, const Onnx__ModelProto *m)
{
	for (size_t i = 0; i < m->n_opset_import; i++) {
		const Onnx__OperatorSetIdProto *o = m->opset_import[i];
		if (*text(o->domain) && !same(o->domain, "ai.onnx"))
			continue;
		if (o->version < 9 || o->version > 21)
			return fault(r, "export with an opset of 9 to 21: torch.onnx.export(.., opset_version=14)",
				"it needs operator set %lld; 9 to 21 are read", (long long)o->version);
		return true;
	}
	return fault(r, "export with an opset of 9 to 21: torch.onnx.export(.., opset_version=14)",
		"it does not say which operator set it needs");
}

static bool check_finite(struct reader *r)
{
	for (int k = 0; k < r->net->layers.n; k++) {
		const struct dense *d = &r->net->layers.at[k];
		for (int i = 0; i < d->in * d->out; i++) {
			if (!(fabs(d->w[i]) <= FLT_MAX) || !(fabs(d->b[i % d->out]) <= FLT_MAX))
				return fault(r, NULL,
					"the weights of layer %d leave float32 once its scales are multiplied out",
					k + 1);
		}
	}
	return true;
}

static bool load(struct reader *r, const Onnx__ModelProto *m)
{
	if (!check_version(r, m) || !check_names(r) || !find_input(r))
		return false;
	if (r->g->n_output != 1)
		return fault(r, "keep the output with the scores only", "it has %zu outputs, not one", r->g->n_output);
	if (!find_chain(r, r->g->output[0]->name) || !take_chain(r) || !check_finite(r))
		return false;
	if (r->declared && r->declared != r->net->layers.at[0].in && r->product != r->net->layers.at[0].in)
		return fault(r, damaged, "its input %s is said to be %lld numbers, but its first layer takes %d",
			onnx_quote(r->input), (long long)r->declared, r->net->layers.at[0].in);
	return true;
}

bool onnx_load(const char *path, const struct onnx_place *p, struct net *net)
{
	Onnx__ModelProto *m = onnx_unpack(path, p);
	struct reader r = {.place = p, .net = net};
	bool ok;

	if (!m)
		return false;
	r.g = m->graph;
	ok = load(&r, m);
	onnx_free(m);
	return ok;
}
