"""assessed - the third ledger of a household's row: what a model makes of it (ASSESSMENT 1), from the model's file alone.

Numbers of the model come from tests/accuracy/scorer.py, which shares no code with olive either. What is in logarithms or a
probability is kept in whole millionths: the estimate is the sum of base and contributions so rounded, and all else is made of that sum.
"""
import math
import pathlib
import sys

from policy import in_series

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "accuracy"))
import scorer  # noqa: E402

INDICATORS = ("deposit", "property", "vehicle", "fund", "electricity", "water", "gas", "telecom", "transport")
MILLION = 1000000
BANDS = 6


def known(*amounts):
    """Those that are known, else nothing."""
    return [amount for amount in amounts if amount is not None]


def deposit_money(row):
    return max(known(row["deposit_balance"], row["deposit_mean"]), default=None)


def further_homes(row):
    return None if row["property_homes"] is None else max(row["property_homes"] - 1, 0)


def fund_wage(row):
    low, high = row["wage_low"], row["wage_high"]
    if row["states"]["fund"] == "zero":
        return 0
    if low is None or high is None or low <= 0 or high <= 0:
        return low
    return min(int(math.sqrt(low) * math.sqrt(high)), 2**63 - 1)


def telecom_per_adult(row):
    adults = row["adult_count"] + row["elder_count"]
    return None if row["telecom_fen"] is None else row["telecom_fen"] // (adults or 1)


MADE = {"deposit_money": deposit_money, "further_homes": further_homes, "fund_wage": fund_wage,
        "telecom_per_adult": telecom_per_adult}


def township(region):
    """As a number; 0: the region states none."""
    series = in_series(region)
    return int(series[:9]) if len(series) >= 9 else 0


def millionths(x):
    return int(x * MILLION + (0.5 if x >= 0 else -0.5))


def decimal(number):
    return None if number is None else number / MILLION


class Judge:
    def __init__(self, model, policy):
        self.model, self.policy = model, policy

    def assess(self, row, at):
        if self.model is None:
            return nothing()
        asked = self.ask(row, at)
        there = {name for name, fields in self.model.sources if all(asked[column] != "" for column, _, _ in fields)}
        _, base, contributions, _, _, _, sigma = scorer.score(self.model, asked)
        parts = {name: millionths(part) for (name, _), part in zip(self.model.sources, contributions) if name in there}
        whole = self.whole(millionths(base), parts, max(millionths(sigma), 1))
        ret = {"assessed_base": decimal(millionths(base)),
               **{f"{name}_contribution": decimal(parts.get(name)) for name in INDICATORS},
               "band_basis": "sources" if there else "demographics_only", **whole.figures(row["member_count"])}
        ret.update(self.bands(row, at, whole))
        for line in ("dibao", "dibian"):
            per_head = self.policy.in_force(f"line {line}", row["region"], at.last_day)
            ret[f"below_{line}"] = decimal(whole.below(per_head * row["member_count"])) if per_head else None
        marks = self.odd(asked)
        ret["conflict"], declared_mark = self.conflict(row, whole)
        return {**ret, "conflict_reasons": sorted(marks | declared_mark)}

    def ask(self, row, at):
        """The row as a model reads it: deflated, and empty where a source is missing or stale."""
        ret = {self.model.columns["age"]: row["head_age"], self.model.columns["size"]: row["member_count"],
               self.model.columns["children"]: row["child_count"],
               self.model.columns["place"]: township(row["region"])}
        for source, fields in self.model.sources:
            index = self.policy.in_force(f"deflator {source}", row["region"], at.last_day)
            for column, is_count, _ in fields:
                value = MADE.get(column, lambda row, name=column: row[name])(row)
                if row["states"][source] not in ("known", "zero") or value is None:
                    ret[column] = ""
                else:
                    ret[column] = value if is_count or not index else value * MILLION / index
        return ret

    def whole(self, base, parts, deviation):
        return Estimate(self.model, base + sum(parts.values()), deviation)

    def bands(self, row, at, whole):
        cuts = self.policy.in_force("bands", row["region"], at.last_day)
        if not cuts:
            return {"band_probability": None, "band": None}
        upto = [0, *(whole.below(cut) for cut in cuts), MILLION]
        shares = [b - a for a, b in zip(upto, upto[1:])]
        return {"band_probability": [decimal(share) for share in shares], "band": shares.index(max(shares)) + 1}

    def odd(self, asked):
        _, _, odd, inconsistent = scorer.disagreement(self.model, asked)
        return {f"odd_{self.model.sources[s][0]}" for s in odd} | ({"inconsistent"} if inconsistent else set())

    def conflict(self, row, whole):
        if row["declared_income"] is None or row["declared_partial"] or row["undeclared_members"]:
            return None, set()
        share = whole.below(max(row["declared_income"], int(self.model.floor[0])))
        side, far = ("below", share) if share < MILLION / 2 else ("above", MILLION - share)
        if far >= 50000:
            return decimal(share), set()
        return decimal(share), {f"declared_far_{side}" if far < 10000 else f"declared_{side}"}


class Estimate:
    """ln income around a centre, both in millionths."""

    def __init__(self, model, estimate, deviation):
        self.model, self.estimate, self.deviation = model, estimate, deviation

    def at(self, p):
        z = scorer.quantile(self.model, p) if p else 0
        return int(math.exp(self.estimate / MILLION + self.deviation / MILLION * z) + 0.5)

    def below(self, fen):
        z = (math.log(fen) - self.estimate / MILLION) / (self.deviation / MILLION)
        return millionths(scorer.below(self.model, z))

    def figures(self, members):
        middle = self.at(None)
        return {"assessed_p50": middle, "assessed_low": self.at(0.05), "assessed_high": self.at(0.95),
                "assessed_estimate": decimal(self.estimate), "assessed_deviation": decimal(self.deviation),
                "assessed_per_head": middle // members}


def nothing():
    names = ["assessed_p50", "assessed_low", "assessed_high", "assessed_base", "assessed_estimate", "assessed_deviation",
             "assessed_per_head", "band_probability", "band", "below_dibao", "below_dibian", "conflict"]
    return {**dict.fromkeys(names), **{f"{name}_contribution": None for name in INDICATORS}, "band_basis": "no_model",
            "conflict_reasons": []}
