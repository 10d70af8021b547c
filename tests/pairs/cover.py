#!/usr/bin/env python3
"""cover.py FORMS KINDS IMPOSSIBLE: FORMS is what tests/pairs/forms printed of every policy. Counts the pairs of forms of two
dimensions, and of two kinds of features, that one policy shows. Fails where a pair is missing that IMPOSSIBLE does not name, and
where a pair was found that it does name."""
import itertools, os, sys
from forms import all_pairs, excuse, read_impossible
from policy import KINDS

def main(forms, kinds, impossible):
    bad, shown, counts = 0, {}, {}
    for line in open(forms):
        policy, form = line.rstrip("\n").split("\t")
        shown.setdefault(policy, set()).add(tuple(form.split(": ", 1)))
    known = {f for p in all_pairs() for f in p}
    for word in open(kinds).read().splitlines():
        if word not in KINDS:
            bad += 1
            print(f"failed: a feature can be a `{word}`, and no policy is made with one")
    for f in sorted({f for fs in shown.values() for f in fs} - known):
        bad += 1
        print(f"failed: {': '.join(f)}: nothing asks for this form")
    for fs in shown.values():
        for p in itertools.combinations(sorted(fs), 2):
            counts[p] = counts.get(p, 0) + 1
    rows, used, covered, excused = read_impossible(impossible), set(), 0, 0
    for a, b in all_pairs():
        row = excuse(rows, a, b)
        n = counts.get((a, b), 0)
        if row and n:
            bad += 1
            print(f"failed: {': '.join(a)} and {': '.join(b)} are said to be impossible ({row[2]}), and {n} policies have both")
        elif row:
            excused += 1
            used.add(row)
        elif n:
            covered += 1
        else:
            bad += 1
            print(f"failed: no policy has {': '.join(a)} and {': '.join(b)}")
    for r in rows:
        test, says = r[2].split(": ", 1)
        if r not in used:
            bad += 1
            print(f"failed: nothing is excused by `{'; '.join(r)}`")
        elif says not in open(os.path.join(os.path.dirname(__file__), "../front", test + ".err")).read():
            bad += 1
            print(f"failed: tests/front/{test} does not say `{says}`")
    least = min((counts.get(p, 0) for p in all_pairs() if counts.get(p, 0)), default=0)
    print(f"{covered} pairs of forms in {len(shown)} policies, each in at least {least}; {excused} impossible by {len(rows)} rules; {bad} failed")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
