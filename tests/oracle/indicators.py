"""indicators - what one person or meter shows at a period (ASSESSMENT 2.2, the table of columns).

A `Figures` is additive over the members of a household but for what says so: sums are lists of summands (so that a
sum with nothing to sum can be told from 0), months and units are sets, `last` is the newest month per indicator.
"""
from collections import defaultdict
from fractions import Fraction
from math import ceil, floor

import values

WINDOW_MONTHS = 12
COUNTED_VEHICLES = ("car", "motorcycle", "truck", "boat", "other")
RATE_LEAST, RATE_MOST = Fraction(5, 100), Fraction(12, 100)
FUEL_COLUMN = {"electricity": "electricity_wh", "water": "water_l", "gas": "gas_l"}


class Figures:
    def __init__(self):
        self.sums = defaultdict(list)       # column -> summands
        self.counts = defaultdict(int)
        self.months = defaultdict(set)      # indicator -> months of W with a fact
        self.units, self.homes = set(), set()
        self.last = {}                      # indicator -> newest month
        self.contributions = []             # (month, d, rate or None)
        self.declared = {}                  # income kind -> (fen, months of which; 0: a whole year at once)
        self.accounts = []                  # of the fund: (employee sum in W, industry)

    def seen(self, indicator, month):
        self.last[indicator] = max(month, self.last.get(indicator, month))


class Moment:
    """P, E and W."""

    def __init__(self, period):
        self.period, self.last_day = period, values.last_day(period)
        self.window = range(period - WINDOW_MONTHS + 1, period + 1)
        self.month_ends = [values.last_day(month) for month in self.window]


def by_item(facts):
    ret = defaultdict(list)
    for fact in facts:
        ret[fact.item].append(fact)
    return ret


def shared(fact, column):
    """⌊share × amount⌋, None where the amount is not stated."""
    if column not in fact.data:
        return None
    share = fact.data.get("share", 1)
    return fact.data[column] * share.numerator // share.denominator


def deposit(ret, facts, at):
    known = [fact for fact in facts if fact.valid_from <= at.last_day]
    for fact in known:
        ret.seen("deposit", values.month_of(fact.valid_from))
    for account in by_item(known).values():
        balance = shared(account[-1], "balance")
        ret.sums["deposit_balance"].append(balance)
        ret.counts["deposit_accounts"] += balance != 0
        ret.sums["deposit_mean"].append(mean_balance(account, at))
        stated = [fact for fact in account
                  if "interest" in fact.data and values.month_of(fact.valid_from) in at.window]
        if stated:
            ret.sums["deposit_interest"].append(shared(stated[-1], "interest"))


def mean_balance(account, at):
    """Over W's month-ends from the account's first fact on, the balance then."""
    then = []
    for day in at.month_ends:
        known = [fact for fact in account if fact.valid_from <= day]
        if known:
            then.append(shared(known[-1], "balance"))
    return sum(then) // len(then)


def held(facts, at):
    return [fact for fact in facts
            if fact.valid_from <= at.last_day and (fact.valid_to is None or at.last_day < fact.valid_to)]


def property_rights(ret, facts, at):
    for fact in held(facts, at):
        ret.seen("property", at.period)
        ret.units.add(fact.item)
        if fact.data["usage"] == "residential":
            ret.homes.add(fact.item)
        add_stated(ret, "property_value", shared(fact, "assessed_value"))
        add_stated(ret, "property_area_cm2", shared(fact, "area_m2"))


def add_stated(ret, column, value):
    if value is not None:
        ret.sums[column].append(value)


def vehicle(ret, facts, at):
    for plate in by_item(held(facts, at)).values():
        newest = plate[-1]                  # a plate once per person
        ret.seen("vehicle", at.period)
        if newest.data["vehicle_type"] in COUNTED_VEHICLES:
            ret.counts["vehicle_count"] += 1
            add_stated(ret, "vehicle_value", newest.data.get("assessed_value"))


def fund(ret, facts, at):
    known = [fact for fact in facts if fact.valid_from <= at.period]
    months = set()
    for fact in known:
        ret.seen("fund", fact.valid_from)
        if fact.valid_from in at.window:
            add_contribution(ret, fact, months)
    ret.counts["fund_months"] = len(months)
    for account in by_item(known).values():
        stated = [fact for fact in account if "balance" in fact.data]
        if stated:
            ret.sums["fund_balance"].append(stated[-1].data["balance"])
        add_industry(ret, [fact for fact in account if fact.valid_from in at.window])


def add_contribution(ret, fact, months):
    own, employer = fact.data["employee_amount"], fact.data["employer_amount"]
    ret.sums["fund_own"].append(own)
    ret.sums["fund_employer"].append(employer)
    if own + employer > 0:
        months.add(fact.valid_from)
        ret.contributions.append((fact.valid_from, own if own > 0 else employer, fact.data.get("rate")))


def add_industry(ret, account):
    stated = [fact.data["industry"] for fact in account if "industry" in fact.data]
    if stated:
        ret.accounts.append((sum(fact.data["employee_amount"] for fact in account), stated[-1]))


def wage_bounds(deposit_fen, rate, cap_fen, floor_fen):
    """(low, high or None): what the base must have been for this deposit."""
    low = floor(deposit_fen / (rate or RATE_MOST))
    high = ceil(deposit_fen / (rate or RATE_LEAST))
    if floor_fen is not None and deposit_fen <= floor_fen:
        low = 0
    if cap_fen is not None and deposit_fen >= cap_fen:
        high = None
    return low, high


def base_year(month):
    """The year before the fund year (July to June) of the month: what the base states."""
    year, of_year = divmod(month, 12)
    return (year if of_year >= 6 else year - 1) - 1


def utility(ret, facts, at, first_month=None):
    for fact in facts:
        if fact.valid_from > at.period or (first_month is not None and fact.valid_from < first_month):
            continue
        kind = fact.item[0]
        monthly(ret, kind, fact, at, {FUEL_COLUMN[kind]: fact.data["quantity"]})


def telecom(ret, facts, at):
    for fact in facts:
        monthly(ret, "telecom", fact, at, {"telecom_fen": fact.data["amount"]})


def transport(ret, facts, at):
    for fact in facts:
        monthly(ret, "transport", fact, at,
                {"transport_fen": fact.data["amount"], "transport_trips": fact.data.get("trips")})


def monthly(ret, indicator, fact, at, columns):
    if fact.valid_from > at.period:
        return
    ret.seen(indicator, fact.valid_from)
    if fact.valid_from in at.window:
        ret.months[indicator].add(fact.valid_from)
        for column, value in columns.items():
            add_stated(ret, column, value)


def declared(ret, facts, at):
    """Per income kind the newest annual declaration of the last 24 months; without one, the monthly ones of W."""
    kinds = defaultdict(lambda: {1: [], 12: []})
    for fact in facts:
        if fact.valid_to <= at.last_day:
            kinds[fact.item[0]][fact.data["length"]].append(fact)
    for kind, of_length in kinds.items():
        annual = [fact for fact in of_length[12] if at.period - values.month_of(fact.valid_to) < 24]
        if annual:
            ret.declared[kind] = annual[-1].data["amount"], 0
            continue
        monthly = [fact.data["amount"] for fact in of_length[1] if values.month_of(fact.valid_to) in at.window]
        if monthly:
            ret.declared[kind] = sum(monthly), len(monthly)


OF_SOURCE = {"deposit": deposit, "property": property_rights, "vehicle": vehicle, "provident-fund": fund,
             "utility": utility, "telecom": telecom, "transport": transport, "declaration": declared}


def person_figures(facts, subject, at):
    ret = Figures()
    for source, read in OF_SOURCE.items():
        read(ret, facts.of(subject, source), at)
    return ret


def meter_figures(facts, subject, at, first_month):
    """A meter counts for a household from the month in which the run for it began."""
    ret = Figures()
    utility(ret, facts.of(subject, "utility"), at, first_month)
    return ret
