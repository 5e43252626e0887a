"""household - who belongs where on the last day of a period, whom a meter serves, who is the head (ASSESSMENT 2.2,
"Membership")."""
import datetime
from collections import defaultdict

import values

KINDS = ("assistance", "dwelling", "registered")
HEAD = ("0", "00", "01", "02")


def full_years(born, day):
    born, day = datetime.date.fromordinal(born), datetime.date.fromordinal(day)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def holding(facts, kind, day):
    """The fact of the kind with the greatest valid_from up to the day, if its end leaves it standing."""
    begun = [fact for fact in facts if fact.item == kind and fact.valid_from <= day]
    if begun and (begun[-1].valid_to is None or day < begun[-1].valid_to):
        return begun[-1]
    return None


def run_begins(facts, kind, day):
    """The first day of the uninterrupted run of `meter` facts that holds on the day, for the same household."""
    begun = [fact for fact in facts if fact.item == kind and fact.valid_from <= day]
    first = begun.pop()
    while begun:
        before = begun.pop()
        ends_early = before.valid_to is not None and before.valid_to < first.valid_from
        if before.data["household_no"] != first.data["household_no"] or ends_early:
            break
        first = before
    return first.valid_from


class Member:
    def __init__(self, subject, fact, last_day):
        self.subject, self.born = subject, fact.birth
        self.relation, self.region = fact.data["relation"], fact.data["region"]
        self.age = full_years(fact.birth, last_day)


class Household:
    def __init__(self, kind, number):
        self.kind, self.number = kind, number
        self.members = []
        self.meters = []                    # (subject, first month that counts)

    def head(self):
        """The eldest of the heads, or of all without one; ties: the smaller region code. What is shown of a head is
        age and region, so the token as the last tie decides nothing."""
        heads = [member for member in self.members if member.relation in HEAD]
        return min(heads or self.members, key=lambda member: (member.born, member.region))


def households_at(facts, day):
    """{(kind, number): Household}; those without a member are left out: a profile needs one."""
    ret = {}

    def of(kind, fact):
        where = kind, fact.data["household_no"]
        return ret.setdefault(where, Household(*where))

    for subject in facts.subjects("person"):
        for kind in KINDS:
            fact = holding(facts.of(subject, "household"), kind, day)
            if fact:
                of(kind, fact).members.append(Member(subject, fact, day))
    for subject in facts.subjects("meter"):
        for kind in KINDS:
            fact = holding(facts.of(subject, "meter"), kind, day)
            if fact:
                begins = run_begins(facts.of(subject, "meter"), kind, day)
                of(kind, fact).meters.append((subject, values.month_of(begins)))
    return {where: household for where, household in ret.items() if household.members}


def unplaced(facts, households, period):
    """Per kind: persons with a fact of any source up to the period, meters with consumption up to it, that have no
    household of the kind with a member."""
    placed = defaultdict(set)
    for (kind, _), household in households.items():
        placed[kind].update(member.subject for member in household.members)
        placed[kind].update(subject for subject, _ in household.meters)
    seen = {"persons": [subject for subject in facts.subjects("person")
                        if any(begins(fact) <= period for of_source in facts.of_subject[subject].values()
                               for fact in of_source)],
            "meters": [subject for subject in facts.subjects("meter")
                       if any(begins(fact) <= period for fact in facts.of(subject, "utility"))]}
    return {kind: {what: sum(subject not in placed[kind] for subject in subjects)
                   for what, subjects in seen.items()} for kind in KINDS}


MONTHLY = ("provident-fund", "utility", "telecom", "transport")


def begins(fact):
    """The month of a fact's date: a date is on or before the last day of P just when its month is P or earlier."""
    return fact.valid_from if fact.source in MONTHLY else values.month_of(fact.valid_from)
