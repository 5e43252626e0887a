#!/usr/bin/env python3
"""compare - two answers in the layout of expected.json, figure by figure.

    compare.py [--both] [--most N] A.json B.json

Columns that only one side has are passed over, so that a side may show more; with --both they are differences.
Households, dead letters, questions and totals' names must be the same on both sides always. The first N (20)
differences are named: where, column, both values. Exit: 0 same, 1 differs, 2 trouble.

As a module: differences(a, b, both=False) yields them as texts.
"""
import argparse
import json
import sys

ABSENT = object()
# What is made of logarithms: libm's differ by a last digit, so a millionth may round the other way.
MILLIONTHS = 2.5e-6
OF_LOGARITHMS = ("assessed_p50", "assessed_low", "assessed_high", "assessed_per_head")
SAME_ALWAYS = ("totals", "dead_letters", "answers")


def differences(a, b, both=False):
    for part in SAME_ALWAYS:
        if (part in a) != (part in b):
            yield f"{part}: only one side has it"
    yield from dicts("totals", a.get("totals", {}), b.get("totals", {}), True)
    yield from keyed("dead letter", a.get("dead_letters", []), b.get("dead_letters", []), ("file", "line"), both)
    yield from questions(a.get("answers", []), b.get("answers", []), both)


def questions(a, b, both):
    left, right = by_key("answer", a, ("period", "known_at")), by_key("answer", b, ("period", "known_at"))
    for key in ordered(left, right):
        where = f"{key[0]} as known at {key[1] or 'the end'}"
        if key not in left or key not in right:
            yield f"{where}: only {'B' if key in right else 'A'} answers it"
            continue
        one, other = left[key], right[key]
        yield from dicts(f"{where}: covered", one["covered"], other["covered"], True)
        for kind in ordered(one["unplaced"], other["unplaced"]):
            yield from dicts(f"{where}: unplaced {kind}", one["unplaced"].get(kind, {}),
                             other["unplaced"].get(kind, {}), True)
        for text in keyed("household", one["households"], other["households"], ("kind", "household_no"), both):
            yield f"{where}: {text}"


def keyed(what, a, b, names, both):
    left, right = by_key(what, a, names), by_key(what, b, names)
    for key in ordered(left, right):
        where = f"{what} {' '.join(str(part) for part in key)}"
        if key not in left or key not in right:
            yield f"{where}: only {'B' if key in right else 'A'} has it"
        else:
            yield from dicts(where, left[key], right[key], both)


def by_key(what, items, names):
    ret = {tuple(item.get(name) for name in names): item for item in items}
    if len(ret) != len(items):
        raise ValueError(f"a {what} is there twice")
    return ret


def ordered(a, b):
    return sorted(set(a) | set(b), key=str)


def dicts(where, a, b, both):
    for name in [*a, *(name for name in b if name not in a)]:
        one, other = a.get(name, ABSENT), b.get(name, ABSENT)
        if (one is ABSENT or other is ABSENT) and not both:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            yield from dicts(f"{where}: {name}", one, other, True)
        elif not same(name, one, other):
            yield f"{where}: {name}: {shown(one)} and {shown(other)}"


def same(name, one, other):
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(name, a, b) for a, b in zip(one, other))
    if name in OF_LOGARITHMS and isinstance(one, int) and isinstance(other, int):
        return abs(one - other) <= 1 + MILLIONTHS * abs(one)
    if isinstance(one, float) and isinstance(other, (int, float)) or isinstance(other, float) and isinstance(one, int):
        return abs(one - other) <= MILLIONTHS
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def shown(value):
    return "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--both", action="store_true", help="a column that one side lacks is a difference")
    parser.add_argument("--most", type=int, default=20, help="how many differences to name")
    parser.add_argument("a")
    parser.add_argument("b")
    options = parser.parse_args()
    try:
        found = list(differences(load(options.a), load(options.b), options.both))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"compare: {error!r}", file=sys.stderr)
        return 2
    for text in found[:options.most]:
        print(text)
    if len(found) > options.most:
        print(f"and {len(found) - options.most} more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
