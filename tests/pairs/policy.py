"""One generated policy: forms are drawn, put together so that most of them agree, and written down.

A *form* is a pair (dimension, name), as tests/pairs/forms.c reads it off the typed policy. What is drawn here is a claim; what
counts is what forms.c finds in the text."""


class Chance:
    """splitmix64: the same number, the same policy, on every machine."""

    def __init__(self, seed):
        self.at = seed * 0x2545F4914F6CDD1D + 1 & MASK

    def next(self):
        self.at = self.at + 0x9E3779B97F4A7C15 & MASK
        z = self.at
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return z ^ z >> 31

    def below(self, n):
        return self.next() % n

    def pick(self, *of):
        return of[self.below(len(of))]

    def often(self, percent):
        return self.below(100) < percent


MASK = (1 << 64) - 1

# ---- what each event offers to a feature: (a condition and its unit's values) ----

EVENTS = {
    "put": dict(value="x", low="1", mid="1", high="2", edges="0, 1, 2, 3", by="x", bad=("x > 1", "ok", "x == 3", "ok and x > 0")),
    "got": dict(value="took", low="2 ms", mid="3 ms", high="4 ms", edges="1 ms, 3 ms, 5 ms, 7 ms",
                bad=("took > 3 ms", "mood == mad", "took > 5 ms and mood != calm", "bytes > 1 KiB")),
    "want": dict(value="load", low="1", mid="1", high="2", edges="0, 1, 2, 3", bad=("load > 1", "load == 3", "load > 0 and load < 3")),
    "beat": dict(value=None, bad=()),
}

# kind: its options, the events that it can follow. A row of compiler/features.def, a window over time apart.
ANY_EVENT = ("put", "got", "want", "beat")
KINDS = {
    "last": dict(options=("else", "reset on trip", "reset on rearm")),
    "in_flight": dict(options=("by",), events=("put",)),
    "count": dict(options=("where", "after", "in", "reset on trip", "reset on rearm")),
    "count over time": dict(options=("where", "buckets", "reset on trip", "reset on rearm")),
    "share": dict(options=("among", "after", "reset on trip", "reset on rearm")),
    "rate": dict(options=("where", "buckets", "reset on trip", "reset on rearm")),
    "mean": dict(options=("where", "after", "reset on trip", "reset on rearm")),
    "exponential mean": dict(options=("where", "reset on trip", "reset on rearm")),
    "min": dict(options=("where", "after", "reset on trip", "reset on rearm")),
    "max": dict(options=("where", "after", "reset on trip", "reset on rearm")),
    "quantile": dict(options=("where", "after", "reset on trip", "reset on rearm")),
    "age": dict(options=("where", "reset on trip", "reset on rearm")),
    "held": dict(options=("reset on trip", "reset on rearm")),
    "since": dict(options=("where", "reset on trip", "reset on rearm")),
}
# What can say by itself that things are bad, and later that they are good: it changes with an event only, and at most at once.
STEADY = ("share", "count", "mean", "exponential mean", "min", "max", "quantile", "held", "last")
OVER_TIME = ("count over time", "rate")
NUMBERS = ("count", "mean", "exponential mean", "min", "max", "quantile", "last", "in_flight", "since", "count over time", "rate")


class Feature:
    def __init__(self, name, kind, keyed, on):
        self.name, self.kind, self.keyed, self.on = name, kind, keyed, on
        self.options, self.text = set(), ""
        self.high = self.low = ""  # conditions, with a $ behind the name where a key may stand
        self.number = name + "$"   # as a number, where it is one
        self.most = None           # of a number without a unit
        self.used = False

    def cond(self, which, of=""):
        return (self.high if which == "high" else self.low).replace("$", of)


def value_kept(kind):
    """Not how many: so a filter on the value itself would leave little of it."""
    return kind in ("mean", "exponential mean", "min", "max", "quantile")


def feature(g, name, kind, keyed, on, resets, steady):
    """Draws the options and writes one feature. resets: a guardrail of its key will read it; steady: trips and rearms rest on it."""
    c, f, e, table = g.c, Feature(name, kind, keyed, on), EVENTS[on], KINDS[kind]
    for o in table["options"]:
        if o.startswith("reset") and not resets:
            continue
        if c.often(55 if g.bold else 40):
            f.options.add(o)
    n = c.pick(3, 4)
    if steady and "reset on trip" in f.options:  # what was forgotten says nothing: neither that things are bad nor that they are good
        if kind == "held":
            f.options.remove("reset on trip")
        f.options |= {"count": {"after"}, "share": {"after"}, "last": {"else"}}.get(kind, set())
    bad = g.condition_of(on)
    if kind == "count" and steady:
        f.options.add("where")
    if bad is None:
        f.options.discard("where")
        f.options.discard("among")
    which = g.filter_of(on) if value_kept(kind) else bad
    where = f" where {which}" if "where" in f.options else ""
    value, low, mid, high = e["value"], e.get("low"), e.get("mid"), e.get("high")
    if value is None:  # a tick carries nothing: what is kept of it is of the state
        value, low, mid, high = g.state_number(keyed), "1", "1", "2"
    edges = e.get("edges", "0, 1, 2, 3")
    after = f" after {n}" if "after" in f.options else ""
    f.high, f.low = f"{name}$ > {high}", f"{name}$ < {low}"
    body = {
        "last": lambda: f"last 2 of {on} (v = {value})" + (f" else ({mid})" if "else" in f.options else ""),
        "in_flight": lambda: ("in_flight(put, got) by x" if "by" in f.options else "in_flight(put, got)") + f" in 0 .. {g.tags * (3 if 'by' in f.options else 1)}",
        "count": lambda: f"count of {on}{where} over {n} events{after}" + (f" in 0 .. {n + 2}" if "in" in f.options else ""),
        "count over time": lambda: f"count of {on}{where} over 8 ms" + (" in 4 buckets" if "buckets" in f.options else "") + " in 0 .. 8",
        "share": lambda: f"share of {on} where {bad}" + (f" among {g.filter_of(on)}" if "among" in f.options else "") + f" over {n} events{after}",
        "rate": lambda: f"rate of {on}{where} over 8 ms" + (" in 4 buckets" if "buckets" in f.options else "") + " in 0 .. 8",
        "mean": lambda: f"mean of {value} of {on}{where} over {n} events{after} else {mid}",
        "exponential mean": lambda: f"exponential mean of {value} of {on}{where} weight 1 / {c.pick(2, 4)} else {mid}",
        "min": lambda: f"min of {value} of {on}{where} over {n} events{after} else {mid}",
        "max": lambda: f"max of {value} of {on}{where} over {n} events{after} else {mid}",
        "quantile": lambda: f"quantile {c.pick('50 %', '75 %')} of {value} of {on}{where} over {n} events at ({edges}) else {mid}{after}",
        "age": lambda: f"age of {on}{where}",
        "held": lambda: f"held {bad} on {on}",
        "since": lambda: f"count of {on} since {g.restart(on, keyed)}",
    }[kind]()
    if kind == "since" and " where " in body:
        f.options.add("where")
    elif kind == "since":
        f.options.discard("where")
    if kind == "last":
        f.high, f.low, f.number = f"{name}$.v > {high}", f"{name}$.v < {low}", f"{name}$.v"
    elif kind == "share":
        f.high, f.low = f"{name}$ > {c.pick('50 %', '60 %')}", f"{name}$ < {c.pick('20 %', '30 %')}"
    elif kind == "count":
        f.high, f.low, f.most = f"{name}$ > {n // 2}", f"{name}$ < {2 if 'after' in f.options or not f.options & {'reset on trip'} else 1}", n
    elif kind in OVER_TIME:
        f.high, f.low = f"{name}$ > 2", f"{name}$ < 2"
    elif kind == "in_flight":
        f.high, f.low = f"{name}$ > 1", f"{name}$ < 1"
    elif kind == "since":
        f.high, f.low = f"{name}$ > 2", f"{name}$ < 1"
    elif kind in ("age", "held"):
        f.high, f.low = f"{name}$ > 4 ms", f"{name}$ < 2 ms"
    # the deciding event itself has just set it: only what comes between ask and settle could change that
    f.fresh = kind == "age" and on == g.event or kind == "since" and f" since {g.event}" in body
    f.text = f"feature {name} = {body}" + "".join(f", {o}" for o in sorted(f.options) if o.startswith("reset"))
    f.plain = not (on == "got" and kind not in ("count", "share", "in_flight", "since") or kind in ("age", "held", "share"))
    g.note("feature", kind, *(f"{kind} {o}" for o in f.options), f"{kind} of {on}", f"{kind} {'per key' if keyed else 'without a key'}")
    if kind in OVER_TIME:
        g.note("clock", "window of time")
    elif kind in ("count", "share", "mean", "min", "max", "quantile"):
        g.note("clock", "window of events")
    elif kind in ("age", "held", "since"):
        g.note("clock", f"timer: {kind}")
    return f


class Generated:
    def __init__(self, seed, bold):
        """bold: with more of what is rare, while pairs are missing."""
        self.c, self.bold = Chance(seed), bold
        self.forms = set()
        self.features = []
        self.load_used = False
        self.guarantees = []  # (name, what must hold for the risky choice: text or None)
        self.tags, self.closes, self.columns = self.c.pick(2, 2, 4), False, []
        self.draw()

    def note(self, dimension, *names):
        for n in names:
            self.forms.add((dimension, n))

    # ---- what is drawn first: everything else has to fit it ----

    def draw(self):
        c = self.c
        self.tick = c.often(15 if self.bold else 8)
        self.event = "beat" if self.tick else "want"
        kinds = ("act", "n") if self.tick else ("act", "leg", "n")
        self.parts = [c.pick(*kinds)]
        if c.often(22):
            self.parts = sorted(p for p in kinds if p == self.parts[0] or c.often(60))
        self.need = "leg" in self.parts and c.often(80)
        self.model = c.pick(None, "class", "number", "class", "each", "each")
        if self.model == "each" and "leg" not in self.parts:
            self.model = "class"
        if self.model == "number" and "n" not in self.parts:
            self.model = None
        if self.model == "class" and "act" not in self.parts and c.often(60):
            self.model = None
        self.said = self.model in ("class", "each") and c.often(30)
        self.asked = self.model and c.pick("", "", "shadow", "probe")
        self.flaw = c.pick("unlawful fallback", "doomed", "decay", "lasso", "conflict") if c.often(22) else ""
        self.knob = c.often(40) or self.flaw == "conflict"
        self.rails = 1 + c.often(40 if self.bold else 20)
        if self.flaw == "conflict":
            self.rails = 2
        # where no model can fail to answer, a guardrail over the decision is what makes the fallback decide
        self.must_fall = not self.model
        self.keyed_rail = [c.often(45) and not (self.must_fall and i == 0 and "leg" not in self.parts) for i in range(self.rails)]
        self.quantified = [c.pick("any", "every") if not self.keyed_rail[i] and c.often(36 if self.bold else 10) else None for i in range(self.rails)]
        self.open = False

    def condition_of(self, on):
        e = EVENTS[on]
        if on == "beat":
            return None if not self.open else self.c.pick("open_ > 1", "open_ == 0")
        if on == "got" and self.said and self.c.often(50):
            self.closes = True
            return self.c.pick("carry.said == " + self.answers()[0], "took > 3 ms and carry.said == " + self.answers()[1])
        return self.c.pick(*e["bad"])

    def filter_of(self, on):
        return {"put": "x != 2", "got": "mood != busy", "want": "lead == 0", "beat": "open_ > 0"}[on]

    def answers(self):
        return ("fast", "slow") if self.model == "each" else ("stay", "move")

    def state_number(self, keyed):
        return "open_" if self.open else "2"

    def restart(self, on, keyed):
        """What sets a count back to 0: another event, of a key where the state has one."""
        of = [e for e in (("put", "got", "want") if keyed else ANY_EVENT) if e not in (on, self.event)]
        e = self.c.pick(*of)
        self.closes |= e == "got"
        p = self.condition_of(e)
        return e + (f" where {p}" if p and self.c.often(60) else "")

    # ---- state ----

    def add_feature(self, kind, keyed, resets=False, steady=False, but=None):
        events = KINDS[kind].get("events", ANY_EVENT)
        fits = [e for e in events if not (e == "beat" and (keyed or kind in ("share", "held", "last", "mean", "exponential mean", "min", "max", "quantile") and not self.open))]
        if steady:
            fits = [e for e in fits if e != "beat" and (e != "want" or not self.tick or self.c.often(15))]
        on = self.c.pick(*([e for e in fits if e != but] or fits))
        self.closes |= on == "got" or kind == "in_flight"
        f = feature(self, f"f{len(self.features)}", kind, keyed, on, resets, steady)
        self.features.append(f)
        return f

    def states(self):
        c = self.c
        self.open = c.often(60 if self.bold else 30)
        if self.open:
            self.closes = True
            f = Feature("open_", "in_flight", False, "put")
            f.text = f"feature open_ = in_flight(put, got) in 0 .. {self.tags}"
            f.high, f.low, f.plain, f.fresh = "open_ > 1", "open_ == 0", True, False
            self.note("feature", "in_flight", "in_flight of put", "in_flight without a key")
            self.features.append(f)
        self.evidence = []
        for i in range(self.rails):
            keyed = self.keyed_rail[i] or self.quantified[i] is not None
            f = self.add_feature(c.pick(*STEADY), keyed, self.keyed_rail[i] == keyed, True)
            f.used = True
            self.evidence.append(f)
        self.also = self.add_feature(c.pick(*KINDS), self.keyed_rail[0], True, but=self.evidence[0].on) if c.often(50 if self.bold else 20) else None
        if self.also:
            self.also.used = True
        for _ in range(1 + c.often(50) + self.tick):
            self.add_feature(c.pick(*KINDS), c.often(20 if self.tick else 50))

    def write_states(self, out):
        for keyed in (True, False):
            of = [f for f in self.features if f.keyed == keyed]
            if of:
                sharing = "locked"
                out.append(f"state {'per unit max 2 ' if keyed else ''}{sharing} {{")
                out += ["  " + f.text for f in of]
                out.append("}")
        if self.said:
            self.note("model", "said")
            key = "[put.unit]" if self.model == "each" else ""
            self.columns.append(f"said = net{key}")
            self.closes = True
        if self.closes:
            if self.c.often(30):
                self.columns.append("before = x")
            out.append(f"carry put.tag max {self.tags} {{ {'; '.join(self.columns)} }}" if self.columns else f"carry put.tag max {self.tags} {{ }}")

    # ---- the model: what it reads tells nothing, so every feature may be read ----

    def readable(self, f):
        """Where the decision is taken."""
        return not (f.keyed and self.tick)

    def write_model(self, out):
        if not self.model:
            self.note("model", "no model")
            return
        c, each = self.c, self.model == "each"
        inputs = [] if self.tick else [c.pick("want.load", "digits(want.load, 1)")]
        if each:
            inputs.append("c.alive")
        for f in self.features:
            if not self.readable(f) or f.kind == "share" or c.often(25):
                continue
            of = "[c]" if each and f.keyed else ""
            v = f.name + of + (".v" if f.kind == "last" else "")
            timed = f.kind in ("age", "held") or (f.on == "got" and f.kind in ("last", "mean", "exponential mean", "min", "max", "quantile"))
            if f.kind in ("age", "held", "since"):
                inputs.append(f"clamp({v}{' in ms' if timed else ''}, 0, 100)")
            elif timed:
                inputs.append(f"{v} in ms")
            elif f.kind == "exponential mean" and c.often(50):
                inputs.append(f"zscore({v}, 1.5, 2.0)")
            else:
                inputs.append(v)
        if not inputs:
            inputs = [self.another("count", "rate").split()[0]]
        self.width = sum(2 if "." in i and i.split("[")[0].split(".")[0] in self.lasts() and not i.startswith(("want", "c.")) else 1 for i in inputs)
        kind = {"class": "class { stay, move }", "each": "class { fast, slow }", "number": "number in 0 .. 15"}[self.model]
        self.net = f"{'number' if self.model == 'number' else 'class'}{self.width}.onnx"
        out.append(f"model net {'for c in want.legs ' if each else ''}{{")
        out.append(f'  file   "{self.net}"')
        out.append(f"  input  {', '.join(inputs)}")
        out.append(f"  output {kind}")
        if self.asked:
            out.append(f"  {self.asked} 1 in {c.pick(2, 3)} while tripped")
            self.note("model", self.asked)
        out.append("}")
        self.note("model", {"class": "a class", "each": "a class for each candidate", "number": "a number"}[self.model])

    def lasts(self):
        return {f.name for f in self.features if f.kind == "last"}

    def another(self, *kinds):
        """A condition on one feature more."""
        f = self.add_feature(self.c.pick(*kinds or ("count", "mean", "since")), False)
        f.used = True
        return f.cond("high")

    # ---- conditions ----

    def condition(self, which="high"):
        """Something about the state or the event where the decision is taken, of a feature not used yet where there is one."""
        c = self.c
        left = [f for f in self.features if self.readable(f) and not f.used and not f.fresh]
        if left and (self.tick or c.often(65)):
            f = c.pick(*left)
            f.used = True
            return f.cond(which), True
        if not self.tick and not self.load_used:  # two conditions on one field would leave little of each other
            self.load_used = True
            return c.pick("want.load > 1", "want.load == 3", "want.load < 2"), False
        return None, False

    # ---- the contract ----

    def risky(self, part):
        if part == "act":
            return "act == move", "act == stay"
        if part == "n":
            return "n > 3", "n <= 3"
        if self.need:
            return "leg != want.lead and want.lead.alive", "leg == want.lead or not want.lead.alive"
        return "leg != want.lead", "leg == want.lead"

    def guarantee(self, name, part):
        """Adds (name, text, what the risky choice needs)."""
        c = self.c
        risk, safe = self.risky(part)
        low = part == "n" and c.often(30)
        taken = [t for _, t, _, p in self.guarantees if p == part]
        form = c.pick("choice", "by", "age of a trip", "count of events <=", "count of events >=", "count of time <=", "state", "bounds")
        if form == "bounds" and part != "n":
            form = "state"
        if low:
            risk, safe = "n < 3", "n >= 3"
        if form.startswith("count") and any("count(" in t for t in taken):  # of two limits on the same the looser says nothing
            form = "by"
        if form == "bounds" and any("n" in t.split(" : ")[1].split() for t in taken):
            form = "by"
        under = ""
        if self.assumed and c.often(60):
            under = " under calm"
        need = None
        if form in ("choice", "state"):
            p, state = self.condition()
            if p is None:
                form = "by"
            else:
                need = f"not ({p})"
                text = f"{p} implies {safe if ' or ' not in safe else '(' + safe + ')'}"
                self.note("guarantee", "choice", *(["state"] if state else []))
        if form == "by":
            p, state = self.condition()
            if p is None:
                return False
            text = f"{p} implies by != learned"
            self.note("guarantee", "by")
            if state:
                self.note("guarantee", "state")
            need = ""
        elif form == "age of a trip":
            of = ""
            i = c.below(self.rails)
            if self.keyed_rail[i] and self.tick or any("age(" in t for t in taken):
                return False
            if self.keyed_rail[i]:
                of = " of leg" if part == "leg" else " of want.u"
            text = f"age(g{i}.trip{of}) < 5 ms implies by != learned"
            self.note("guarantee", "by", "age of a trip")
            need = ""
        elif form == "count of events <=":
            n = c.pick(3, 4)
            text = f"count({risk}) over {n} events of {self.event} <= {c.pick(1, 2)}"
            need = f"room({name})"
        elif form == "count of events >=":
            n = c.pick(3, 4)
            text = f"count({safe}) over {n} events of {self.event} >= {2 if self.flaw == 'doomed' else 1}"
        elif form == "count of time <=":
            text = f"count({risk}) over 8 ms{c.pick('', ' in 4 buckets')} of {self.event} <= {c.pick(1, 2)}"
            need = f"room({name})"
            self.note("clock", "window of time")
        elif form == "bounds":
            number = "want.load" if not self.tick else None
            for f in self.features:
                if self.readable(f) and f.plain and f.kind in NUMBERS and f.kind != "since" and f.name != "open_" and not f.used and c.often(60):
                    number = f.number.replace("$", "")
            number = number or ("open_" if self.open else None)
            if number is None:
                return False
            text = c.pick(f"n <= 3 * {number} + 3", f"2 * n <= {number} + 6", f"n + {number} >= 3", f"n <= 9 and n >= 3")
            need = None
            self.note("guarantee", "choice", *(["upper bound"] if "<=" in text else []), *(["lower bound"] if ">=" in text else []))
            if number != "want.load" and number in text:
                self.note("guarantee", "state")
        if form.startswith("count of events"):
            self.note("clock", "window of events")
        if form.startswith("count"):
            self.note("guarantee", form)
        if part == "n" and safe in text and "count(" not in text:
            self.note("guarantee", "lower bound" if low else "upper bound")
        if under:
            self.note("guarantee", "under an assumption")
        self.guarantees.append((name, f"guarantee {name}{under} : {text}", need, part))
        return True

    def write_contract(self, out):
        c = self.c
        self.assumed = c.often(25)
        lines = []
        if self.assumed:
            p = "want.load < 3" if not self.tick else None
            for f in self.features:
                if self.readable(f) and not f.used and c.often(40):
                    p, f.used = f"not ({f.cond('high')})", True
                    break
            if p is None:
                self.assumed = False
            else:
                lines.append(f"  assume calm : {p}")
        for i in range(1 + c.often(50) + c.often(20)):
            if self.guarantee(f"k{i}", c.pick(*self.parts)):
                lines.append("  " + self.guarantees[-1][1])
        if lines:
            out += ["contract {"] + lines + ["}"]

    # ---- the decision ----

    def lawful(self, part):
        """When the risky choice is allowed, as far as that can be said: a condition, or None."""
        needs = [n for _, _, n, p in self.guarantees if p == part]
        if not needs or None in needs:
            return None
        return " and ".join(n for n in needs if n) or None

    def number_of(self, f):
        return f.number.replace("$", "[c]" if f.keyed else "")

    def least(self):
        """What the end of a rule over candidates minimises."""
        keyed = [f for f in self.features if f.keyed and f.kind in NUMBERS]
        if keyed and self.names_c and self.c.often(70):
            return self.number_of(self.c.pick(*keyed))
        return "want.load"

    def rule_act(self, learned):
        c = self.c
        if learned:
            if self.model == "class":
                p, _ = self.condition() if c.often(30) else (None, 0)
                return f"move when {p}, else net" if p else "net"
            if self.model == "each" and self.need and c.often(50):
                return "move when net[want.lead] == fast, else stay"
            p, _ = self.condition()
            return f"move when {p or self.another()}, else stay"
        if self.flaw == "unlawful fallback":
            return "move"
        p = self.lawful("act")
        if p and c.often(40):
            if "room" in p:
                self.note("decision", "room")
            return f"move when {p}, else stay"
        return "stay"

    def rule_leg(self, learned):
        c = self.c
        end = f"{c.pick('argmin', 'argmin', 'argmax')} {self.least()}"
        if learned:
            if c.often(30):
                end = "want.lead"
            else:
                self.note("decision", "least or greatest")
            self.note("decision", "first")
            if self.model == "each":
                return f"first c where net[c] == fast, else {end}"
            keyed = [f for f in self.features if f.keyed and not f.used]
            p = c.pick(*keyed).cond("low", "[c]") if keyed and self.names_c and c.often(60) else "c.unit == want.u"
            return f"first c where {p}, else {end}"
        if self.flaw == "unlawful fallback":
            self.note("decision", "least or greatest")
            return f"argmin {self.least()}"
        p = self.lawful("leg")
        if not self.need:
            return "want.lead"
        self.note("decision", "least or greatest")
        if p and c.often(50):
            if "room" in p:
                self.note("decision", "room")
            return f"{end} while {p} or not want.lead.alive, else want.lead"
        return f"want.lead while want.lead.alive, else {end}"

    def rule_n(self, learned):
        c = self.c
        if learned:
            if self.model == "number":
                return "net"
            if self.model == "class":
                return f"9 while net == move, else {'3' if self.tick else 'want.load * 3'}"
            p, _ = self.condition()
            return f"{c.pick('9', '6', '12')} while {p or self.another()}, else {'3' if self.tick else 'want.load * 3'}"
        if self.flaw == "unlawful fallback":
            return c.pick("12", "0")
        p = self.lawful("n")
        if p and c.often(40) and not any("n < 3" in t or ">=" in t for _, t, _, q in self.guarantees if q == "n"):
            if "room" in p:
                self.note("decision", "room")
            return f"6 while {p}, else 3"
        return "3"

    def write_decision(self, out):
        c = self.c
        domain = {"act": "{ stay, move }", "leg": "one of want.legs max 2", "n": "count in 0 .. 12 step 3"}
        self.names_c = self.need or self.model == "each"
        if len(self.parts) == 1:
            out.append(f"decide {self.parts[0]} on {self.event} : {domain[self.parts[0]]} {{")
        else:
            out.append(f"decide on {self.event} {{")
            out += [f"  {p} : {domain[p]}" for p in self.parts]
            self.note("decision", "a record")
        for p in self.parts:
            self.note("decision", {"act": "a class", "leg": "a candidate", "n": "a number"}[p])
        if self.tick:
            self.note("decision", "on a tick")
        if self.need:
            out.append("  need     c : c.alive")
            self.note("decision", "need")
        for word, learned in (("learned ", True), ("fallback", False)):
            rules = [getattr(self, "rule_" + p)(learned) for p in self.parts]
            if len(rules) > 1:
                rules = [f"{p} = {r}" for p, r in zip(self.parts, rules)]
            out.append(f"  {word} {', '.join(rules)}")
        out.append("  default  pass")
        if c.often(12):
            out.append("  or pass")
            self.note("decision", "or pass")
        out.append(f"  tickets  {c.pick(1, 2)} timeout {c.pick('10 ms', '1 s')}")
        out.append("}")

    # ---- guardrails ----

    def actions(self, i):
        c, keyed = self.c, self.keyed_rail[i]
        over = not keyed or "leg" in self.parts
        of = ["report"]
        if over and (c.often(75) or self.must_fall and i == 0):
            of = ["fallback", "report"] if c.often(70) else ["fallback"]
        for a, may in (("retrain", self.model), ("deprioritize", over), ("swap net", self.model)):
            if may and c.often(25):
                of.append(a)
        if self.knob and (i == 0 or self.flaw == "conflict"):
            of.append(f"set knob = {c.pick(0, 1, 3) if i == 0 else 2}")
        for a in of:
            self.note("action", a.split()[0])
        return ", ".join(of)

    def write_guardrail(self, out, i):
        c, f, q = self.c, self.evidence[i], self.quantified[i]
        trip, rearm = f.cond("high"), f.cond("low")
        self.note("scope", "per key" if self.keyed_rail[i] else "without a key")
        if self.flaw == "lasso" and i == 0:
            rearm = "not (" + rearm + ")" if f.kind != "share" else f.name + " <= 60 %"
        if q:
            self.note("scope", q)
            other = "every" if c.often(80) else "any"
            self.note("scope", other)
            trip, rearm = f"({q} unit : {trip})", f"({other} unit : {rearm})"
        if i == 0 and self.also:
            a = self.also
            bare = not a.keyed or self.keyed_rail[0]
            p = a.cond("high" if a.on == f.on or a.kind == "count" and "where" not in a.options else c.pick("high", "low"))
            trip += " and " + (p if bare else f"({c.pick('any', 'every')} unit : {p})")
        if i == 1 and c.often(25) and (not self.keyed_rail[0] or self.keyed_rail[1]):
            trip += f" and {c.pick('', 'not ')}g0.tripped"
            self.note("scope", "reads another")
        head = f"guardrail g{i}{' per unit' if self.keyed_rail[i] else ''} {{"
        end = f"rearm when {rearm}"
        if self.flaw == "decay" and i == 0:
            end = "rearm when tripped for 4 ms"
            self.note("rearm", "timer")
        elif c.often(12):
            end = "latch"
            self.note("rearm", "latch")
        else:
            self.note("rearm", "evidence")
            if c.often(45):
                end += " and tripped for 4 ms"
                self.note("rearm", "timer")
            if c.often(35):
                end += ", at most once per 12 ms"
                self.note("rearm", "at most once per")
        out += [head, f"  trip  when {trip}", f"  then  {self.actions(i)}", f"  {end}", "}"]

    def text(self, number):
        self.states()
        model, contract, decision, rails, states = [], [], [], [], []
        self.write_model(model)
        self.write_contract(contract)
        self.write_decision(decision)
        for i in range(self.rails):
            self.write_guardrail(rails, i)
        self.write_states(states)
        head = [f"policy p{number:03}", "use hook pool"]
        if self.knob:
            head.append("tunable knob : count = 2 in 0 .. 3")
        return "\n".join(head + states + model + contract + decision + rails) + "\n"
