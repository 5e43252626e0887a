"""assess - the row of one household at a period: figures, states, ledgers (ASSESSMENT 2.2)."""
import values
from assessed import Judge
from coverage import INDICATORS, UTILITY, is_fresh
from indicators import base_year, meter_figures, person_figures, wage_bounds
from sources import GROUP_ABOVE

SUM, COUNT, OTHER = "sum", "count", "other"
COLUMNS = {     # indicator -> its columns; a state of `missing` empties them, `zero` gives 0 for sums and counts
    "deposit": (("deposit_accounts", COUNT), ("deposit_balance", SUM), ("deposit_interest", SUM),
                ("deposit_mean", SUM)),
    "property": (("property_units", COUNT), ("property_homes", COUNT), ("property_value", SUM),
                 ("property_area_cm2", SUM)),
    "vehicle": (("vehicle_count", COUNT), ("vehicle_value", SUM)),
    "fund": (("fund_months", COUNT), ("fund_own", SUM), ("fund_employer", SUM), ("wage_low", SUM),
             ("wage_high", SUM), ("wage_base_year", OTHER), ("fund_balance", SUM)),
    "electricity": (("electricity_wh", SUM), ("electricity_months", COUNT)),
    "water": (("water_l", SUM), ("water_months", COUNT)),
    "gas": (("gas_l", SUM), ("gas_months", COUNT)),
    "telecom": (("telecom_fen", SUM), ("telecom_months", COUNT)),
    "transport": (("transport_fen", SUM), ("transport_trips", SUM), ("transport_months", COUNT)),
}
INCOME_KINDS = ("wage", "business", "property", "transfer")
OF_SOURCE = {"provident-fund": ("fund",), "utility": UTILITY,
             **{name: (name,) for name in ("deposit", "property", "vehicle", "telecom", "transport")}}
EARNS_FROM = 16


def total(summands):
    """A sum with nothing to sum is null."""
    return sum(summands) if summands else None


class Assessor:
    """Of one question: figures of a person are made once, for all kinds of household."""

    def __init__(self, facts, at, coverage, policy, model):
        self.facts, self.at, self.coverage, self.policy = facts, at, coverage, policy
        self.judge = Judge(model, policy)
        self.persons = {}

    def person(self, subject):
        if subject not in self.persons:
            self.persons[subject] = person_figures(self.facts, subject, self.at)
        return self.persons[subject]

    def assess(self, household):
        parts = [self.person(member.subject) for member in household.members]
        parts += [meter_figures(self.facts, subject, self.at, first) for subject, first in household.meters]
        head = household.head()
        row = {"kind": household.kind, "household_no": household.number, "region": head.region,
               "head_age": head.age, **composition(household.members)}
        row.update(self.figures(parts, head.region))
        lasts = {indicator: newest(parts, indicator) for indicator in INDICATORS}
        states = {indicator: self.state(indicator, lasts[indicator], household) for indicator in INDICATORS}
        apply_states(row, states)
        for indicator, month in lasts.items():
            row[indicator + "_last"] = None if month is None else values.month_text(month)
        persons = parts[:len(household.members)]
        row.update(declared(persons, household.members))
        row.update(self.evidenced(row, states, household.members))
        row["contradictions"] = contradictions(row, persons)
        row.update(per_head(row))
        row["groups"] = self.groups(household.members)
        row["industry"] = industry(parts)
        row["states"] = states
        row.update(self.judge.assess(row, self.at))
        return row

    def figures(self, parts, region):
        row = {}
        for columns in COLUMNS.values():
            for column, what in columns:
                if what == SUM:
                    row[column] = total([value for part in parts for value in part.sums[column]])
                elif what == COUNT:
                    row[column] = sum(part.counts[column] for part in parts)
        for indicator in (*UTILITY, "telecom", "transport"):
            row[indicator + "_months"] = len(set().union(*(part.months[indicator] for part in parts)))
        row["property_units"] = len(set().union(*(part.units for part in parts)))
        row["property_homes"] = len(set().union(*(part.homes for part in parts)))
        row.update(self.wage([given for part in parts for given in part.contributions], region))
        return row

    def wage(self, contributions, region):
        if not contributions:
            return {"wage_low": None, "wage_high": None, "wage_base_year": None}
        bounds = [wage_bounds(fen, rate, self.policy.limit("cap_fen", region, month),
                              self.policy.limit("floor_fen", region, month)) for month, fen, rate in contributions]
        highs = [high for _, high in bounds]
        return {"wage_low": sum(low for low, _ in bounds), "wage_high": None if None in highs else sum(highs),
                "wage_base_year": base_year(max(month for month, _, _ in contributions))}

    def state(self, indicator, month, household):
        """The first that applies (ASSESSMENT 2.2, "State")."""
        if month is not None:
            fresh = is_fresh(indicator, month, self.at.period)
            if indicator in ("property", "vehicle"):
                fresh = self.coverage.alive[indicator]
            return "known" if fresh else "stale"
        if self.coverage.covered[indicator] and (indicator not in UTILITY or self.is_served(indicator, household)):
            return "zero"
        return "missing"

    def is_served(self, kind, household):
        """By a meter of the kind, at E and since the first month of W."""
        return any(subject[1] == kind and first <= self.at.window[0] for subject, first in household.meters)

    def evidenced(self, row, states, members):
        low = (row["wage_low"] or 0) + (row["deposit_interest"] or 0)
        summands = (row["wage_high"], row["deposit_interest"])
        earns = any(member.age >= EARNS_FROM for member in members)
        is_open = None in summands or (earns and not all(self.is_covered(kind, states) for kind in INCOME_KINDS))
        return {"evidenced_low": low, "evidenced_high": None if is_open else sum(summands)}

    def is_covered(self, income_kind, states):
        sources = self.policy.covers.get(income_kind, [])
        indicators = [indicator for source in sources for indicator in OF_SOURCE.get(source, (source,))]
        return bool(indicators) and all(states.get(indicator) in ("known", "zero") for indicator in indicators)

    def groups(self, members):
        ret, day = set(), self.at.last_day
        for member in members:
            for fact in self.facts.of(member.subject, "roster"):
                if fact.valid_from <= day and (fact.valid_to is None or day < fact.valid_to):
                    ret.add(fact.item)
        ret.update(GROUP_ABOVE[group] for group in list(ret) if group in GROUP_ABOVE)
        return sorted(ret)


def composition(members):
    children = sum(member.age < 18 for member in members)
    elders = sum(member.age >= 60 for member in members)
    return {"member_count": len(members), "adult_count": len(members) - children - elders, "child_count": children,
            "elder_count": elders}


def newest(parts, indicator):
    return max((part.last[indicator] for part in parts if indicator in part.last), default=None)


def apply_states(row, states):
    """A missing figure is null, never 0; `zero` gives 0 for amounts and counts."""
    for indicator, columns in COLUMNS.items():
        for column, what in columns:
            if states[indicator] == "missing":
                row[column] = None
            elif states[indicator] == "zero":
                row[column] = None if what == OTHER else 0


def fills_year(months):
    """An annual total says 0."""
    return months == 0 or months >= 12


def declared(persons, members):
    said = [one for person in persons for one in person.declared.values()]
    by_kind = {f"declared_{kind}": total([person.declared[kind][0] for person in persons if kind in person.declared])
               for kind in INCOME_KINDS}
    silent = sum(member.age >= EARNS_FROM and not any(fills_year(months) for _, months in person.declared.values())
                 for person, member in zip(persons, members))
    return {"declared_income": total([fen for fen, _ in said]), "undeclared_members": silent, **by_kind,
            "declared_months": sum(months for _, months in said) if said else None,
            "declared_partial": sum(not fills_year(months) for _, months in said) if said else None}


def contradictions(row, persons):
    """Declarations against what sources have seen: of whole years in all, and of somebody who leaves out a kind that she has."""
    income, low, high = row["declared_income"], row["evidenced_low"], row["evidenced_high"]
    ret = set()
    if income is not None and row["declared_partial"] == 0:
        if row["undeclared_members"] == 0 and income < low:
            ret.add("declared_below_evidenced")
        if high is not None and income > high:
            ret.add("declared_above_evidenced")
    for person in persons:
        if not person.declared:
            continue
        silent = {kind for kind in INCOME_KINDS if person.declared.get(kind, (0, 0))[0] == 0}
        if "wage" in silent and person.contributions:
            ret.add("wage_not_declared")
        if "property" in silent and sum(value for value in person.sums["deposit_interest"] if value is not None) > 0:
            ret.add("interest_not_declared")
    return sorted(ret)


def per_head(row):
    return {f"{name}_per_head": None if row[of] is None else row[of] // row["member_count"]
            for name, of in (("declared", "declared_income"), ("evidenced_low", "evidenced_low"),
                             ("evidenced_high", "evidenced_high"))}


def industry(parts):
    """Of the account with the largest employee sum in W; ties: the smallest code."""
    accounts = [account for part in parts for account in part.accounts]
    return min(accounts, key=lambda account: (-account[0], account[1]))[1] if accounts else None
