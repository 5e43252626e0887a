"""truth - profiles of a synthetic county against its truth: errors, coverage, shares, flags, soundness.

Figures of the assessed ledger are read as olive wrote them; what it leaves to a policy's bands is made of estimate and deviation by
scorer.py. They say how good the method is where sources follow income as they do in the county, and nothing of a real district."""

import bisect
import math
from collections import defaultdict

import scorer

CUTS = (5000000, 10000000, 20000000, 50000000, 60000000)  # fen: the plan's bands
BAND_NAMES = ("below 50k", "50-100k", "100-200k", "200-500k", "500-600k", "600k and more")
PLAN = {"A (100-500k)": (2, 3), "B (200-600k)": (3, 4)}
MILLION = 1000000


class Case:
    """A household: its profile, its truth."""

    def __init__(self, model, profile, truth):
        self.profile, self.truth = profile, truth
        self.income = max(int(truth["income_fen"]), int(model.floor[0]))
        self.error = profile["assessed_estimate"] - math.log(self.income)
        self.inside = profile["assessed_low"] <= self.income <= profile["assessed_high"]
        self.band = sum(self.income >= cut for cut in CUTS)
        self.shares = shares(model, profile)
        self.below = {part: below(model, profile, max(self.income * part, model.floor[0])) for part in (1, 1 / 2, 1 / 3)}

    def groups(self):
        return [*self.profile["groups"], *(["assisted"] if self.truth["assisted"] == "1" else [])] or ["none"]


def below(model, profile, fen):
    return scorer.below(model, (math.log(fen) - profile["assessed_estimate"]) / profile["assessed_deviation"])


def shares(model, profile):
    if profile["band_probability"]:
        return profile["band_probability"]
    upto = [0, *(below(model, profile, cut) for cut in CUTS), 1]
    return [b - a for a, b in zip(upto, upto[1:])]


def cases(district, model_path):
    """Households that have both; known by neither alone there is nothing to compare."""
    model = scorer.Model(model_path)
    profiles = district.profiles()
    return [Case(model, profiles[number], row) for number, row in sorted(district.truth.items()) if number in profiles]


# ---- what must hold of each ----


def unsound(found):
    """Households whose true wage base does not lie within what their contributions are said to imply."""
    for case in found:
        low, high, wage = case.profile["wage_low"], case.profile["wage_high"], int(case.truth["stated_wage_fen"])
        if int(case.truth["fund_months"]) and (low is None or not low <= wage or (high is not None and wage > high)):
            yield f"{case.truth['household_no']}: {wage} is not in {low} to {high}"


def not_added_up(found):
    for case in found:
        parts = [value for name, value in case.profile.items() if name.endswith("_contribution") and value is not None]
        whole = round(MILLION * case.profile["assessed_base"]) + sum(round(MILLION * part) for part in parts)
        if whole != round(MILLION * case.profile["assessed_estimate"]):
            yield case.truth["household_no"]


# ---- measures ----


def mean(numbers):
    numbers = list(numbers)
    return sum(numbers) / len(numbers) if numbers else math.nan


def accuracy(found):
    """bias and mean absolute error of ln income, R2, share of incomes inside the 90 % interval"""
    logs = [math.log(case.income) for case in found]
    middle = mean(logs)
    left, whole = sum(case.error ** 2 for case in found), sum((y - middle) ** 2 for y in logs)
    return {"households": len(found), "bias": mean(case.error for case in found),
            "mae": mean(abs(case.error) for case in found), "r2": 1 - left / whole if whole else math.nan,
            "coverage": mean(case.inside for case in found)}


def cuts_of(found):
    """(title, {part: cases}) of what an operator may ask for"""
    ways = {"income": lambda case: [BAND_NAMES[case.band]], "members": lambda case: [str(min(case.profile["member_count"], 6))],
            "group": Case.groups, "basis": lambda case: [case.profile["band_basis"]]}
    for title, way in ways.items():
        parts = defaultdict(list)
        for case in found:
            for part in way(case):
                parts[part].append(case)
        order = BAND_NAMES if title == "income" else sorted(parts)
        yield title, {part: parts[part] for part in order if part in parts}


def plan_shares(found):
    """{indicator: (true share of households, sum of probabilities)}"""
    return {name: (mean(first <= case.band <= last for case in found),
                   mean(sum(case.shares[first:last + 1]) for case in found)) for name, (first, last) in PLAN.items()}


def graded(of):
    return len(of), mean(p < 0.05 for p in of), mean(p < 0.01 for p in of)


def flags(found):
    """{who: (households, below .05, below .01)}, of those who declare a whole year, and of all, had they declared. Who is assisted was
    chosen for being poor, so that sources say more than she has: she is told apart."""
    asked = [case for case in found if case.profile["conflict"] is not None]
    who = {"declare half": lambda case: case.truth["declares_half"] == "1",
           "honest, not assisted": lambda case: case.truth["declares_half"] == case.truth["assisted"] == "0",
           "honest, assisted": lambda case: case.truth["declares_half"] == "0" and case.truth["assisted"] == "1"}
    ret = {name: graded([case.profile["conflict"] for case in asked if belongs(case)]) for name, belongs in who.items()}
    if_all = {"had all declared": 1, "half of it": 1 / 2, "a third of it": 1 / 3}
    return ret | {name: graded([case.below[part] for case in found]) for name, part in if_all.items()}


def told_apart(found, part):
    """Area under the curve: declarations of that part of the income against whole ones."""
    low, whole = sorted(case.below[part] for case in found), sorted(case.below[1] for case in found)
    return sum((bisect.bisect_left(low, p) + bisect.bisect_right(low, p)) / 2 for p in whole) / (len(low) * len(whole))


def marks(found):
    counted = defaultdict(int)
    for case in found:
        for mark in case.profile["conflict_reasons"]:
            counted[mark] += 1
    return {mark: counted[mark] / len(found) for mark in sorted(counted)}


def report(found):
    """All of it as text."""
    lines = ["households by          part                households   bias    MAE     R2  inside 90 %"]

    def line(title, part, of):
        one = accuracy(of)
        lines.append(f"{title:22} {part:22} {one['households']:7,} {one['bias']:+6.3f} {one['mae']:6.3f} {one['r2']:6.3f} "
                     f"{100 * one['coverage']:9.1f} %")
    line("all", "", found)
    for title, parts in cuts_of(found):
        for part, of in parts.items():
            line(title, part, of)
    lines += ["", "indicator of the plan        true   estimated (sum of probabilities)"]
    lines += [f"{name:24} {100 * true:7.1f} % {100 * said:7.1f} %" for name, (true, said) in plan_shares(found).items()]
    lines += ["", "declarations            households   p < .05   p < .01"]
    lines += [f"{who:22} {count:10,} {100 * one:8.1f} % {100 * two:8.1f} %" for who, (count, one, two) in flags(found).items()]
    lines += [f"area under the curve, had all declared: half of it {told_apart(found, 1 / 2):.3f}, a third {told_apart(found, 1 / 3):.3f}"]
    lines += ["", "mark                   share of households"]
    lines += [f"{mark:22} {100 * share:6.2f} %" for mark, share in marks(found).items()]
    lines += ["", f"true wage bases outside of the evidenced bounds: {len(list(unsound(found)))}",
              f"estimates that are not their parts added up: {len(list(not_added_up(found)))}"]
    return "\n".join(lines) + "\n"
