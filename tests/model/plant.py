#!/usr/bin/env python3
"""plant.py FAULT DIR: plants one fault in DIR/t_model.c or DIR/t_model.h, as emitted."""
import re, sys

fault, folder = sys.argv[1:]

def edit(name, change):
    path = f"{folder}/{name}"
    old = open(path).read()
    new = change(old)
    if new == old:
        sys.exit(f"plant.py: {fault} changes nothing in {name}")
    open(path, "w").write(new)

def rows(text):                       # of the first layer: (start, end) of each "{ .. }" row
    end = text.index(".b = {")
    return [m.span() for m in re.finditer(r"\{ [-0-9, \n\t]+ \}", text[:end])]

def swapped_weight(text):             # the two ends of the first row that differ
    for a, b in rows(text):
        numbers = re.findall(r"-?\d+", text[a:b])
        if numbers[0] != numbers[-1]:
            numbers[0], numbers[-1] = numbers[-1], numbers[0]
            return text[:a] + "{ " + ", ".join(numbers) + " }" + text[b:]

def rotated_rows(text):               # every row one too far
    spans = rows(text)
    texts = [text[a:b] for a, b in spans]
    for (a, b), row in reversed(list(zip(spans, texts[-1:] + texts[:-1]))):
        text = text[:a] + row + text[b:]
    return text

def great_weights(text):              # a row whose sum can overflow
    a, b = rows(text[text.index(".layer_2"):])[0]
    a, b = a + text.index(".layer_2"), b + text.index(".layer_2")
    return text[:a] + re.sub(r"-?\d+", "32767", text[a:b]) + text[b:]

faults = {
    "swapped-weight": ("t_model.c", swapped_weight),
    "rotated-rows": ("t_model.c", rotated_rows),
    "great-weights": ("t_model.c", great_weights),
    "no-bias": ("t_model.c", lambda t: re.sub(r"(\.layer_1.*?\.b = \{)[^}]*", r"\g<1> 0 ", t, count=1, flags=re.S)),
    "negated-weight": ("t_model.c", lambda t: re.sub(r"\{ (-?)(\d*[1-9]\d*)", lambda m: "{ " + ("" if m[1] else "-") + m[2], t, count=1)),
    "wrong-shift": ("t_model.h", lambda t: re.sub(r"#define SHIFT (\d+)", lambda m: f"#define SHIFT {int(m[1]) + 3}", t, count=1)),
    "no-relu": ("t_model.h", lambda t: re.sub(r"#define RELU +1", "#define RELU 0", t, count=1)),
    "wrong-layer": ("t_model.h", lambda t: re.sub(r"argmax\(&s->after_\d+\)", "argmax(&s->after_1)", t).replace("vector_2_s32_argmax(", "vector_256_s32_argmax(")),
}
edit(*faults[fault])
