"""The forms that a policy can have, by dimension, and the pairs of them that the 500 policies have to show."""
import itertools
from policy import KINDS

FORMS = {
    "clock": ("window of events", "window of time", "timer: age", "timer: held", "timer: since"),
    "guarantee": ("choice", "by", "state", "age of a trip", "upper bound", "lower bound", "count of events <=", "count of events >=",
                  "count of time <=", "under an assumption"),
    "scope": ("per key", "without a key", "any", "every", "reads another"),
    "action": ("fallback", "report", "retrain", "deprioritize", "set", "swap"),
    "rearm": ("evidence", "timer", "at most once per", "latch"),
    "decision": ("a class", "a candidate", "a number", "a record", "on a tick", "need", "or pass", "room", "first", "least or greatest"),
    "model": ("no model", "a class", "a number", "a class for each candidate", "shadow", "probe", "said"),
}


def of_kind(kind):
    """A kind, each of its options, each event that it can follow, and whether it is kept per key."""
    table = KINDS[kind]
    yield kind
    for o in table["options"]:
        yield f"{kind} {o}"
    for e in table.get("events", ("put", "got", "want", "beat")):
        yield f"{kind} of {e}"
    yield f"{kind} per key"
    yield f"{kind} without a key"


def all_pairs():
    """Of two dimensions, and of two kinds of features."""
    forms = {(d, f) for d in FORMS for f in FORMS[d]} | {("feature", f) for k in KINDS for f in of_kind(k)}
    for a, b in itertools.combinations(sorted(forms), 2):
        if a[0] != b[0] or a[0] == "feature" and a[1] in KINDS and b[1] in KINDS:
            yield a, b


def read_impossible(path):
    """A line: form; form; the rule."""
    rows = []
    for line in open(path):
        line = line.split("#")[0].strip()
        if line:
            a, b, rule = (x.strip() for x in line.split(";"))
            rows.append((a, b, rule))
    return rows


def excuse(rows, a, b):
    """The row that says why no policy can have both."""
    names = {": ".join(a), ": ".join(b)}
    return next((r for r in rows if {r[0], r[1]} == names), None)
