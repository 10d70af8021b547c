#!/usr/bin/env python3
"""make_nets.py DIR: ONNX files, sound and broken, as raw protobuf bytes. DIR/good/*.onnx are one net (4-3-2) in many
clothes; DIR/other/*.onnx other sound nets; DIR/bad/*.onnx what must be refused. No library, no randomness."""
import os, struct, sys

def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])

def part(field, payload):                       # a message, a string or bytes
    if isinstance(payload, str):
        payload = payload.encode("latin-1")
    return varint(field << 3 | 2) + varint(len(payload)) + payload

def integer(field, n):
    return varint(field << 3) + varint(n)

def real(field, x):
    return varint(field << 3 | 5) + struct.pack("<f", x)

def tensor(name, dims, values=None, kind="raw", type=1, **more):
    t = b"".join(integer(1, d) for d in dims) + integer(2, type) + part(8, name)
    if values is not None and kind == "raw":
        t += part(9, b"".join(struct.pack("<f", v) for v in values))
    elif values is not None and kind == "packed":
        t += part(4, b"".join(struct.pack("<f", v) for v in values))
    elif values is not None and kind == "floats":
        t += b"".join(real(4, v) for v in values)
    elif values is not None and kind == "int64":
        t += part(7, b"".join(varint(v) for v in values))
    elif values is not None and kind == "raw64":
        t += part(9, b"".join(struct.pack("<q", v) for v in values))
    return t + more.get("extra", b"")

def attribute(name, i=None, f=None, t=None, g=None):
    a = part(1, name)
    if i is not None: a += integer(3, i) + integer(20, 2)
    if f is not None: a += real(2, f) + integer(20, 1)
    if t is not None: a += part(5, t) + integer(20, 4)
    if g is not None: a += part(6, g) + integer(20, 5)
    return a

def node(op, inputs, outputs, *attributes, name="", domain=None):
    n = b"".join(part(1, i) for i in inputs.split()) + b"".join(part(2, o) for o in outputs.split())
    n += part(3, name) + part(4, op) + b"".join(part(5, a) for a in attributes)
    return n + (part(7, domain) if domain else b"")

def value(name, dims=None, type=1):
    v = part(1, name)
    if dims is not None:
        shape = b"".join(part(1, integer(1, d) if isinstance(d, int) else part(2, d)) for d in dims)
        v += part(2, part(1, integer(1, type) + part(2, shape)))
    return v

def graph(nodes, tensors, inputs=None, outputs=None, extra=b""):
    inputs = [value("x", ["batch", 4])] if inputs is None else inputs
    outputs = [value("y")] if outputs is None else outputs
    return (b"".join(part(1, n) for n in nodes) + part(2, "g") + b"".join(part(5, t) for t in tensors)
            + b"".join(part(11, v) for v in inputs) + b"".join(part(12, v) for v in outputs) + extra)

def model(g, opset=13, ir=7, extra=b"", domain=""):
    version = part(8, part(1, domain) + integer(2, opset)) if opset else b""
    return integer(1, ir) + (part(7, g) if g is not None else b"") + version + extra

# The net: 4-3-2, out x in row by row.
W1 = [0.5, -0.25, 1.5, 0.125,  -1.0, 0.75, 0.0, 0.5,  0.25, 0.25, -0.5, 1.0]
B1 = [0.5, -1.0, 0.25]
W2 = [1.0, -0.5, 0.25,  -0.75, 0.5, 1.0]
B2 = [0.125, -0.25]
NAN, INF = float("nan"), float("inf")

def turned(w, rows, cols):
    return [w[r * cols + c] for c in range(cols) for r in range(rows)]

def gemm(x, w, b, y, *attributes, name=""):
    return node("Gemm", f"{x} {w} {b}", y, *attributes, name=name)

TB = attribute("transB", i=1)
NODES = [gemm("x", "w1", "b1", "h", TB, name="fc1"), node("Relu", "h", "a"), gemm("a", "w2", "b2", "y", TB, name="fc2")]
TENSORS = [tensor("w1", [3, 4], W1), tensor("b1", [3], B1), tensor("w2", [2, 3], W2), tensor("b2", [2], B2)]

def good():
    yield "base", model(graph(NODES, TENSORS))
    for opset in (9, 10, 11, 12, 14, 15, 17, 18, 20, 21):
        yield f"opset{opset}", model(graph(NODES, TENSORS), opset=opset)
    yield "domain_by_name", model(graph(NODES, TENSORS), domain="ai.onnx")
    yield "no_transb", model(graph(
        [gemm("x", "w1", "b1", "h"), node("Relu", "h", "a"), gemm("a", "w2", "b2", "y")],
        [tensor("w1", [4, 3], turned(W1, 3, 4)), TENSORS[1], tensor("w2", [3, 2], turned(W2, 2, 3)), TENSORS[3]]))
    yield "trans_a", model(graph([gemm("x", "w1", "b1", "h", TB, attribute("transA", i=1))] + NODES[1:], TENSORS, [value("x", [4, 1])]))
    yield "alpha_beta", model(graph(
        [gemm("x", "w1", "b1", "h", TB, attribute("alpha", f=0.5), attribute("beta", f=4.0))] + NODES[1:],
        [tensor("w1", [3, 4], [2 * w for w in W1]), tensor("b1", [3], [b / 4 for b in B1])] + TENSORS[2:]))
    yield "matmul_add", model(graph(
        [node("MatMul", "x w1", "m"), node("Add", "m b1", "h"), node("Relu", "h", "a"), node("MatMul", "a w2", "n"), node("Add", "b2 n", "y")],
        [tensor("w1", [4, 3], turned(W1, 3, 4)), TENSORS[1], tensor("w2", [3, 2], turned(W2, 2, 3)), TENSORS[3]]))
    yield "packed_floats", model(graph(NODES, [tensor("w1", [3, 4], W1, "packed")] + TENSORS[1:]))
    yield "single_floats", model(graph(NODES, [tensor("w1", [3, 4], W1, "floats")] + TENSORS[1:]))
    yield "row_bias", model(graph(NODES, [TENSORS[0], tensor("b1", [1, 3], B1)] + TENSORS[2:]))
    yield "ir3_inputs", model(graph(NODES, TENSORS, [value("w1", [3, 4]), value("x", [1, 4]), value("b1"), value("w2"), value("b2")]), ir=3, opset=9)
    yield "shapes", model(graph(
        [node("Flatten", "x", "x1", attribute("axis", i=1)), node("Reshape", "x1 s", "x2"), node("Identity", "x2", "x3"),
         gemm("x3", "w1", "b1", "h", TB), node("Relu", "h", "r"), node("Dropout", "r", "a mask"), node("Cast", "a", "ac", attribute("to", i=1)),
         gemm("ac", "w2", "b2", "z", TB), node("Squeeze", "z", "y")],
        TENSORS + [tensor("s", [2], [-1, 4], "int64", type=7)]))
    yield "constants", model(graph(
        [node("Constant", "", "c", attribute("value", t=tensor("", [3, 4], W1))), node("Identity", "b1", "d"), gemm("x", "c", "d", "h", TB)] + NODES[1:],
        TENSORS[1:]))
    yield "reshape_raw", model(graph([node("Reshape", "h s", "k")] + [NODES[0], node("Relu", "k", "a"), NODES[2]],
                                     TENSORS + [tensor("s", [2], [0, 3], "raw64", type=7)]))
    yield "relu_twice", model(graph([NODES[0], node("Relu", "h", "k"), node("Relu", "k", "a"), NODES[2]], TENSORS))
    yield "softmax", model(graph(NODES[:2] + [gemm("a", "w2", "b2", "z", TB), node("Softmax", "z", "y", attribute("axis", i=1))], TENSORS))
    yield "log_softmax_argmax", model(graph(
        NODES[:2] + [gemm("a", "w2", "b2", "z", TB), node("LogSoftmax", "z", "l"), node("ArgMax", "l", "y", attribute("axis", i=-1), attribute("keepdims", i=0))],
        TENSORS))
    yield "sigmoids", model(graph(NODES[:2] + [gemm("a", "w2", "b2", "z", TB), node("Sigmoid", "z", "y")], TENSORS))
    yield "out_of_order", model(graph(list(reversed(NODES)), TENSORS))
    yield "dead_branch", model(graph(NODES + [node("Tanh", "h", "unused")], TENSORS))
    # a linear layer after a linear layer is one: here the second turns the outputs round and adds (1, 2)
    yield "two_linear", model(graph(
        NODES[:2] + [gemm("a", "w2", "b2", "z", TB), gemm("z", "i", "o", "y", TB)],
        TENSORS[:2] + [tensor("w2", [2, 3], W2[3:] + W2[:3]), tensor("b2", [2], [B2[1] - 2, B2[0] - 1]), tensor("i", [2, 2], [0, 1, 1, 0]),
                       tensor("o", [2], [1, 2])]))
    yield "extra_domain", model(graph(NODES, TENSORS), extra=part(8, part(1, "ai.onnx.ml") + integer(2, 3)))
    yield "unknown_fields", model(graph(NODES, TENSORS, extra=integer(99, 5) + part(77, "later")), extra=real(55, 1.0))

def other():
    one = NODES[:2] + [gemm("a", "w2", "b2", "z", TB)]
    t1 = TENSORS[:2] + [tensor("w2", [1, 3], [1.0, -0.5, 0.25]), tensor("b2", [1], [0.375])]
    yield "one_output", model(graph(NODES, t1))
    yield "one_sigmoid", model(graph(one + [node("Sigmoid", "z", "y")], t1))
    yield "number", model(graph(NODES, TENSORS[:2] + [tensor("w2", [1, 3], [10.0, -5.0, 2.5]), tensor("b2", [1], [20.0])]))
    yield "zero", model(graph(NODES, [tensor("w1", [3, 4], [0.0] * 12), tensor("b1", [3], [0.0] * 3), tensor("w2", [2, 3], [0.0] * 6),
                                      tensor("b2", [2], [0.0] * 2)]))
    yield "constant", model(graph(NODES, TENSORS[:3] + [tensor("b2", [2], [1000.0, 0.0])]))
    yield "zero_last", model(graph(NODES, TENSORS[:2] + [tensor("w2", [2, 3], [0.0] * 6), tensor("b2", [2], B2)]))
    yield "dead_input", model(graph(NODES, [tensor("w1", [3, 4], [0.0 if k % 4 == 2 else w for k, w in enumerate(W1)])] + TENSORS[1:]))
    yield "deep", model(graph(
        [gemm("x", "w", "b", "h1", TB), node("Relu", "h1", "a1"), gemm("a1", "w", "b", "h2", TB), node("Relu", "h2", "a2"),
         gemm("a2", "w", "b", "h3", TB), node("Relu", "h3", "a3"), gemm("a3", "v", "c", "y", TB)],
        [tensor("w", [4, 4], [0.5, -0.25, 0.125, 1.0, 0.25, 0.75, -0.5, 0.0, -0.125, 0.5, 0.625, 0.25, 1.0, -0.5, 0.25, 0.125]),
         tensor("b", [4], [0.5, 0.25, -0.5, 0.0]), tensor("v", [2, 4], [1.0, -1.0, 0.5, -0.25, -0.5, 0.75, 0.25, 0.5]), tensor("c", [2], [0.0, 0.125])]))

    yield "broad", model(graph(                  # its last sums would not fit 32 bits with all the fraction bits that its weights have room for
        [gemm("x", "w1", "b1", "h", TB), node("Relu", "h", "a"), gemm("a", "w2", "b2", "y", TB)],
        [tensor("w1", [16, 4], [((k * 7) % 11 - 4) / 8 for k in range(64)]), tensor("b1", [16], [k / 16 for k in range(16)]),
         tensor("w2", [2, 16], [((k * 5) % 13 + 1) / 8 for k in range(32)]), tensor("b2", [2], [0.0, 0.5])]))

def swap(i, t):
    return [t if k == i else old for k, old in enumerate(TENSORS)]

def nested(depth):
    g = graph(NODES, TENSORS)
    for _ in range(depth):
        g = graph([node("If", "x", "y", attribute("then_branch", g=g))], [])
    return g

def bad():
    base = model(graph(NODES, TENSORS))
    yield "empty", b""
    yield "text", b"this is not a model, but a line of text\n"
    yield "zeros", bytes(512)
    yield "truncated", base[:len(base) - 40]
    yield "truncated_early", base[:21]
    yield "no_graph", model(None)
    yield "no_opset", model(graph(NODES, TENSORS), opset=0)
    yield "opset_old", model(graph(NODES, TENSORS), opset=8)
    yield "opset_new", model(graph(NODES, TENSORS), opset=22)
    yield "nan", model(graph(NODES, swap(0, tensor("w1", [3, 4], W1[:5] + [NAN] + W1[6:]))))
    yield "infinity", model(graph(NODES, swap(3, tensor("b2", [2], [0.0, -INF]))))
    yield "wide", model(graph(NODES, TENSORS[:2] + [tensor("w2", [3, 3], W2 + [0, 0, 0]), tensor("b2", [3], B2 + [0])]))
    yield "narrow", model(graph(NODES, [tensor("w1", [3, 3], W1[:9])] + TENSORS[1:], [value("x", ["batch", 3])]))
    yield "input_lies", model(graph(NODES, TENSORS, [value("x", ["batch", 7])]))
    yield "input_type", model(graph(NODES, TENSORS, [value("x", ["batch", 4], type=11)]))
    yield "joint", model(graph(NODES, TENSORS[:2] + [tensor("w2", [2, 5], [0.5] * 10), TENSORS[3]]))
    yield "bias_shape", model(graph(NODES, swap(1, tensor("b1", [4], B1 + [0.0]))))
    yield "dims_huge", model(graph(NODES, swap(0, tensor("w1", [1 << 40, 1 << 40], W1))))
    yield "dims_wrap", model(graph(NODES, swap(0, tensor("w1", [1 << 33, 1 << 31], W1))))
    yield "dims_negative", model(graph(NODES, swap(0, tensor("w1", [-3, -4], W1))))
    yield "dims_big", model(graph(NODES, swap(0, tensor("w1", [4096, 4096], W1))))
    yield "dims_lie", model(graph(NODES, swap(0, tensor("w1", [3, 4], W1[:-1]))))
    yield "bytes_odd", model(graph(NODES, swap(0, tensor("w1", [3, 4]) + part(9, bytes(47)))))
    yield "data_twice", model(graph(NODES, swap(0, tensor("w1", [3, 4], W1) + part(4, bytes(48)))))
    yield "rank", model(graph(NODES, swap(0, tensor("w1", [3, 2, 2], W1))))
    yield "float64", model(graph(NODES, swap(0, tensor("w1", [3, 4], W1, type=11))))
    yield "external", model(graph(NODES, swap(0, tensor("w1", [3, 4], extra=part(13, part(1, "location") + part(2, "weights.bin")) + integer(14, 1)))))
    yield "external_silent", model(graph(NODES, swap(0, tensor("w1", [3, 4], W1, extra=part(13, part(1, "location") + part(2, "weights.bin"))))))
    yield "sparse", model(graph(NODES, TENSORS, extra=part(15, part(1, tensor("s", [1], [1.0])))))
    yield "twice", model(graph(NODES, TENSORS + [tensor("w1", [3, 4], W1)]))
    yield "both", model(graph(NODES + [node("Relu", "h", "w2")], TENSORS))
    yield "made_twice", model(graph(NODES + [node("Relu", "h", "y")], TENSORS))
    yield "dangling", model(graph(NODES[:1] + [node("Relu", "g", "a", name="act")] + NODES[2:], TENSORS))
    yield "dangling_output", model(graph(NODES, TENSORS, outputs=[value("z")]))
    yield "missing_weights", model(graph(NODES, TENSORS[1:]))
    yield "cycle", model(graph([gemm("x", "w1", "b1", "h", TB), node("Relu", "b", "a", name="loop1"), node("Relu", "a", "b", name="loop2"),
                                gemm("a", "w2", "b2", "y", TB)], TENSORS))
    yield "branch", model(graph([gemm("x", "w1", "b1", "h", TB), node("Relu", "h", "a"), node("Add", "a h", "s", name="skip"),
                                 gemm("s", "w2", "b2", "y", TB)], TENSORS))
    yield "two_inputs", model(graph(NODES, TENSORS, [value("x", [1, 4]), value("u", [1, 4])]))
    yield "no_input", model(graph(NODES, TENSORS, []))
    yield "two_outputs", model(graph(NODES, TENSORS, outputs=[value("y"), value("a")]))
    yield "no_output", model(graph(NODES, TENSORS, outputs=[]))
    yield "constant_output", model(graph(NODES, TENSORS, outputs=[value("b2")]))
    yield "no_layer", model(graph([node("Identity", "x", "y")], []))
    yield "no_nodes", model(graph([], TENSORS))
    yield "relu_first", model(graph([node("Relu", "x", "a", name="first"), gemm("a", "w1", "b1", "y", TB)], TENSORS[:2]))
    yield "relu_last", model(graph(NODES[:2] + [gemm("a", "w2", "b2", "z", TB), node("Relu", "z", "y")], TENSORS))
    yield "add_first", model(graph([node("Add", "x o", "x1", name="shift")] + [gemm("x1", "w1", "b1", "h", TB)] + NODES[1:],
                                   TENSORS + [tensor("o", [4], [0.0] * 4)]))
    yield "tanh", model(graph([NODES[0], node("Tanh", "h", "a", name="act1"), NODES[2]], TENSORS))
    yield "sigmoid_inside", model(graph([NODES[0], node("Sigmoid", "h", "a", name="act1"), NODES[2]], TENSORS))
    yield "misspelt", model(graph([NODES[0], node("ReLU", "h", "a", name="act1"), NODES[2]], TENSORS))
    yield "unheard", model(graph([NODES[0], node("FancyNorm", "h", "a"), NODES[2]], TENSORS))
    yield "domain", model(graph([NODES[0], node("Relu", "h", "a", name="act1", domain="com.microsoft"), NODES[2]], TENSORS))
    yield "lstm", model(graph([node("LSTM", "x w1 b1", "h", name="rnn")] + NODES[1:], TENSORS))
    yield "tree", model(graph([node("TreeEnsembleClassifier", "x", "y", domain="ai.onnx.ml")], []))
    yield "subgraph", model(nested(1))
    yield "recursion", model(nested(400))
    yield "softmax_middle", model(graph([NODES[0], node("Softmax", "h", "a", name="soft"), NODES[2]], TENSORS))
    yield "argmax_axis", model(graph(NODES[:2] + [gemm("a", "w2", "b2", "z", TB), node("ArgMax", "z", "y", name="pick")], TENSORS))
    yield "cast_middle", model(graph([NODES[0], node("Cast", "h", "a", attribute("to", i=10), name="half"), NODES[2]], TENSORS))
    yield "reshape_lies", model(graph([NODES[0], node("Reshape", "h s", "a", name="flat"), NODES[2]], TENSORS + [tensor("s", [2], [1, 5], "int64", type=7)]))
    yield "reshape_computed", model(graph([NODES[0], node("Reshape", "h", "a", name="flat"), NODES[2]], TENSORS))
    yield "weights_by_input", model(graph([node("MatMul", "w1 x", "h", name="left")] + NODES[1:], TENSORS))
    yield "alpha_overflow", model(graph([gemm("x", "w1", "b1", "h", TB, attribute("alpha", f=3e38))] + NODES[1:],
                                        swap(0, tensor("w1", [3, 4], [100 * w for w in W1]))))
    yield "many_nodes", model(graph([node("Identity", f"v{i}" if i else "x", f"v{i + 1}") for i in range(1001)] + NODES, TENSORS))
    yield "many_parts", model(part(1, b"") * 200001)
    yield "control_names", model(graph([gemm("x", "w\x1b[31m\n", "b1", "h", TB)] + NODES[1:], TENSORS))
    yield "steep", model(graph(                  # x0 > x1, told by the seventh digit
        [gemm("x", "w1", "b1", "h", TB), node("Relu", "h", "a"), gemm("a", "w2", "b2", "y", TB)],
        [tensor("w1", [2, 4], [10000.03, 0, 0, 0, 10000.0, 0.03, 0, 0]), tensor("b1", [2], [0, 0]),
         tensor("w2", [2, 2], [1, 0, 0, 1]), tensor("b2", [2], [0, 0])]))
    yield "vast", model(graph(NODES, [tensor("w1", [3, 4], [1e30 * w for w in W1])] + TENSORS[1:]))

for folder, nets in (("good", good), ("other", other), ("bad", bad)):
    os.makedirs(os.path.join(sys.argv[1], folder), exist_ok=True)
    for name, data in nets():
        with open(os.path.join(sys.argv[1], folder, name + ".onnx"), "wb") as f:
            f.write(data)
