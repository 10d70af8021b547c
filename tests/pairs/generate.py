#!/usr/bin/env python3
"""generate.py DIR N: writes N policies and the nets they name. Of several drafts of each policy the one is kept that shows most
pairs of forms that no policy before it shows; or the one that `redrawn` names."""
import itertools, os, sys
from forms import all_pairs, excuse, read_impossible
from policy import Generated

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../interp"))
from nets import net

DRAFTS = 110
WIDEST = 16


def missing_pairs():
    rows = read_impossible(os.path.join(os.path.dirname(os.path.abspath(__file__)), "impossible"))
    return {p for p in all_pairs() if not excuse(rows, *p)}


def redrawn():
    """By number, the draft that stands in for one that tells nothing."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "redrawn")) as f:
        rows = [line.split() for line in f if not line.startswith("#")]
    return {int(row[0][1:]): int(row[1]) for row in rows}


def main(folder, n):
    missing, instead = missing_pairs(), redrawn()
    for number in range(1, n + 1):
        best = None
        for draft in range(DRAFTS if missing else 1):
            g = Generated(number * 1000 + draft, bool(missing))
            text = g.text(number)
            shown = missing.intersection(itertools.combinations(sorted(g.forms), 2))
            if best is None or len(shown) > len(best[1]):
                best = text, shown
        missing -= best[1]
        with open(f"{folder}/p{number:03}.ldp", "w") as f:
            f.write(Generated(number * 1000 + instead[number], True).text(number) if number in instead else best[0])


def nets(folder):
    """The second class while the sum of the vector is 0 or 1; the sum as a number."""
    for width in range(1, WIDEST + 1):
        net(f"{folder}/class{width}.onnx", [([[1] * width, [-1] * width], [0, 3])])
        net(f"{folder}/number{width}.onnx", [([[1] * width], [0])])


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    nets(sys.argv[1])
    main(sys.argv[1], int(sys.argv[2]))
