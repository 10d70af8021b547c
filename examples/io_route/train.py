#!/usr/bin/python3
"""train.py [TRACE [MODEL]]: trains slow_io.onnx on the first 60 % of a recorded trace.

Needs Debian's python3-torch; nothing else in the project does. The vector is the one that `input` of io_route.ldp declares, digit
for digit: hist.pend of the last four completions (oldest first, 3 digits each), pending (3), hist.took in us (4 x 4); most
significant digit first, clamped at 999 and 9999. The same trace gives the same file.

History depends on where reads were sent, and the trace has every read on every device: so the vectors are those of a replay, once
for each way of sending, and each vector has the recorded time of its own device as the truth.
"""
import csv
import gzip
import heapq
import os
import sys

import numpy as np
import torch

SLOW_US = 800  # slow_cut of the policy
PART = 0.6  # of the trace that is trained on; the demo replays the rest
FALSE_FAST = 5.0  # what a slow read said to be fast costs, against 1 for the other error
DEVICES = 3
HERE = os.path.dirname(os.path.abspath(__file__))


def digits(value, n):
    value = min(value, 10**n - 1)
    return [value // 10**i % 10 for i in range(n - 1, -1, -1)]


class Device:
    """What the policy's state keeps of one device."""

    def __init__(self):
        self.pending = 0
        self.history = [(0, 0)] * 4

    def vector(self):
        out = []
        for pend, _ in self.history:
            out += digits(pend, 3)
        out += digits(self.pending, 3)
        for _, took in self.history:
            out += digits(took, 4)
        return out


def by_primary(read, devices, draw):
    return [read["primary"]]


def by_pending(read, devices, draw):
    order = [(read["primary"] + i) % DEVICES for i in range(DEVICES)]
    return [min(order, key=lambda d: devices[d].pending)]


def by_chance(read, devices, draw):
    """One device gets most of the reads, for a while: the others' history grows old, as it does where a model avoids them."""
    favourite = int(read["time_us"]) // 1_700_000 % DEVICES
    return [favourite if draw.random() < 0.85 else int(draw.integers(DEVICES))]


def replay(reads, choose, seed):
    """The vectors of all devices at each read, and whether each would have been slow."""
    draw = np.random.default_rng(seed)
    devices = [Device() for _ in range(DEVICES)]
    flights, vectors, slow = [], [], []
    for n, read in enumerate(reads):
        now = read["time_us"]
        while flights and flights[0][0] <= now:
            _, _, d, pages, pend, took = heapq.heappop(flights)
            devices[d].pending -= pages
            devices[d].history = devices[d].history[1:] + [(pend, took)]
        for d in range(DEVICES):
            vectors.append(devices[d].vector())
            slow.append(read["took"][d] > SLOW_US)
        for d in choose(read, devices, draw):
            took = read["took"][d]
            heapq.heappush(flights, (now + took, n, d, read["pages"], devices[d].pending, took))
            devices[d].pending += read["pages"]
    return np.array(vectors, dtype=np.float32), np.array(slow, dtype=np.int64)


def load(path):
    with gzip.open(path, "rt", newline="") as rows:
        return [{"time_us": int(r["time_us"]), "primary": int(r["primary"]), "pages": int(r["pages"]),
                 "took": [int(r[f"took_us{d}"]) for d in range(DEVICES)]} for r in csv.DictReader(rows)]


def train(vectors, slow):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    net = torch.nn.Sequential(torch.nn.Linear(31, 256), torch.nn.ReLU(), torch.nn.Linear(256, 2))
    x, y = torch.from_numpy(vectors), torch.from_numpy(slow)
    loss = torch.nn.CrossEntropyLoss(weight=torch.tensor([1.0, FALSE_FAST]))
    epochs, batch = 6, 512
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    steps = epochs * (len(x) // batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / (steps + 1))
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for i in range(len(x) // batch):
            take = order[i * batch:(i + 1) * batch]
            optimizer.zero_grad()
            loss(net(x[take]), y[take]).backward()
            optimizer.step()
            schedule.step()
    return net


def say(name, net, vectors, slow):
    with torch.no_grad():
        said = net(torch.from_numpy(vectors)).argmax(1).numpy()
    fast_share = (said == 0).mean()
    print(f"{name}: {len(slow)} vectors, {slow.mean():.1%} slow; accuracy {(said == slow).mean():.1%}; "
          f"said fast {fast_share:.1%}, of these slow {slow[said == 0].mean():.2%}; "
          f"false fast {((said == 0) & (slow == 1)).sum() / max(1, slow.sum()):.1%} of the slow, "
          f"false slow {((said == 1) & (slow == 0)).sum() / max(1, (1 - slow).sum()):.1%} of the fast")


def main():
    trace = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "trace.csv.gz")
    model = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "slow_io.onnx")
    reads = load(trace)
    cut = int(len(reads) * PART)
    ways = {"primary": by_primary, "least pending": by_pending, "favourite": by_chance}
    seen = {name: replay(reads[:cut], choose, 1) for name, choose in ways.items()}
    net = train(np.concatenate([v for v, _ in seen.values()]), np.concatenate([s for _, s in seen.values()]))
    for name, choose in ways.items():
        say(f"trained on, by {name}", net, *seen[name])
        say(f"held out, by {name}", net, *replay(reads[cut:], choose, 2))
    torch.onnx.export(net, torch.zeros(1, 31), model, opset_version=13, input_names=["vector"], output_names=["scores"])
    print(f"wrote {model}: {os.path.getsize(model)} bytes")


main()
