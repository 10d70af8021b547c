#!/usr/bin/env python3
"""nets.py DIR: the nets of the test policies, small enough to be computed by hand, as raw protobuf bytes."""
import os, struct, sys

def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])

def part(field, payload):
    payload = payload.encode() if isinstance(payload, str) else payload
    return varint(field << 3 | 2) + varint(len(payload)) + payload

def integer(field, n):
    return varint(field << 3) + varint(n)

def tensor(name, dims, values):
    return b"".join(integer(1, d) for d in dims) + integer(2, 1) + part(8, name) + part(9, struct.pack("<%df" % len(values), *values))

def value(name, n):
    shape = part(1, integer(1, 1)) + part(1, integer(1, n))
    return part(1, name) + part(2, part(1, integer(1, 1) + part(2, shape)))

def gemm(x, w, b, y):
    by_rows = part(1, "transB") + integer(3, 1) + integer(20, 2)
    return part(1, x) + part(1, w) + part(1, b) + part(2, y) + part(4, "Gemm") + part(5, by_rows)

def relu(x, y):
    return part(1, x) + part(2, y) + part(4, "Relu")

def net(path, layers):
    """layers: a list of (weights by rows, biases); ReLU between them."""
    nodes, tensors, x = b"", b"", "x"
    for i, (w, b) in enumerate(layers):
        last = i == len(layers) - 1
        y = "y" if last else "h%d" % i
        nodes += part(1, gemm(x, "w%d" % i, "b%d" % i, y if last else "z%d" % i))
        nodes += b"" if last else part(1, relu("z%d" % i, y))
        tensors += part(5, tensor("w%d" % i, [len(w), len(w[0])], [v for row in w for v in row]))
        tensors += part(5, tensor("b%d" % i, [len(b)], b))
        x = y
    graph = nodes + part(2, "net") + tensors + part(11, value("x", len(layers[0][0][0]))) + part(12, value("y", len(layers[-1][1])))
    with open(path, "wb") as f:
        f.write(integer(1, 8) + part(7, graph) + part(8, integer(2, 13)))

def main(out):
    os.makedirs(out, exist_ok=True)
    # fast while x <= 4: 8 - x against x, ties to the first
    net(out + "/two.onnx", [([[-1], [1]], [8, 0])])
    # a while x < 3, b while x < 6 (at 3 both are 0: a), else c
    net(out + "/three.onnx", [([[-1], [0], [1]], [3, 0, -5.5])])
    # 30 + 8 * max(x - 5, 0)
    net(out + "/number.onnx", [([[1]], [-5]), ([[8]], [30])])
    # the differential tests compare vectors and hand answers over: any net of the right shape will do
    for name, width in ("tri", 3), ("five", 5), ("wide", 30):
        net(out + "/%s.onnx" % name, [([[1] * width, [-1] * width], [0, 100])])

if __name__ == "__main__":
    main(sys.argv[1])
