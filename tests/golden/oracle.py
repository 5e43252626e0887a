#!/usr/bin/env python3
"""The oracle agrees with the worked example figure by figure, and with what the synthetic county knows of itself.

Needs `county` on the PATH (tests/run puts it there).
"""
import copy
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
ORACLE = os.path.join(os.path.dirname(HERE), "oracle")
EXAMPLE = os.path.join(HERE, "example")
sys.path.insert(0, ORACLE)
from compare import differences                 # noqa: E402
from household import holding                   # noqa: E402
from indicators import Moment                   # noqa: E402
from oracle import Folder                       # noqa: E402
from random_scenario import write as write_random   # noqa: E402
from values import Bad, day, employer_no, id_no, month  # noqa: E402

count = failed = 0


def claim(text, wrong):
    """One TAP line; `wrong` lists what is against it, and goes to stderr."""
    global count, failed
    count += 1
    wrong = list(wrong)
    print(("not ok" if wrong else "ok"), count, "-", text, flush=True)
    failed += bool(wrong)
    for reason in wrong[:20]:
        print("#", reason, file=sys.stderr)


def unequal(got, wanted):
    return [] if got == wanted else [f"got {got}, wanted {wanted}"]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


# ---- the worked example ----

BANK_DIALECT = {
    "charset": "gb18030", "delimiter": "|", "quote": "none", "header": False, "ignore": ["name"], "order": [
        "account_no", "bank_code", "id_no", "name", "balance", "balance_date", "interest", "share", "currency"]}


def example():
    expected = load(os.path.join(EXAMPLE, "expected.json"))
    program = subprocess.run([sys.executable, os.path.join(ORACLE, "oracle.py"), EXAMPLE], stdout=subprocess.PIPE,
                             check=False)
    claim("the program ends well on the example", unequal(program.returncode, 0))
    answer = json.loads(program.stdout)
    claim("every figure of the example is the expected one", differences(expected, answer))
    claim("every household shows the model's columns, too", (
        household["household_no"] for part in answer["answers"] for household in part["households"]
        if not {"deposit_mean", "fund_balance", "head_age"} <= set(household)))
    claim("model columns of H01 and H04 are as by hand", model_columns(answer))
    in_dialect(expected)
    mutations(expected)


def model_columns(answer):
    """November, as known at the end. H01: account A/62001 has 10,000.00 at eleven month-ends (December 2024 on) and
    12,345.67 at one, floor(122,345.67 / 12) = 10,195.47; the others begin in November: 100.00 and twice 500.00."""
    rows = {row["household_no"]: row for row in answer["answers"][1]["households"]}
    wanted = {"H01": {"deposit_mean": 1019547 + 10000 + 2 * 50000, "fund_balance": None, "head_age": 45},
              "H04": {"deposit_mean": 0, "fund_balance": 400000, "head_age": 40}}
    for number, columns in wanted.items():
        for column, value in columns.items():
            if rows[number][column] != value:
                yield f"{number} {column}: {rows[number][column]}, wanted {value}"


def in_dialect(expected):
    """The bank's own way of writing the same twelve lines changes no figure; its USD line is line 12."""
    scenario, expected = load(os.path.join(EXAMPLE, "scenario.json")), copy.deepcopy(expected)
    other = "dialect/bank-a__1.txt"
    for receipt in scenario["received"]:
        if receipt["file"] == "bank-a__1.csv":
            receipt.update(file=other, dialect=BANK_DIALECT)
    for letter in expected["dead_letters"]:
        if letter["file"] == "bank-a__1.csv":
            letter.update(file=other, line=12)
    claim("GB18030, bars and no header: every figure stays the same",
          differences(expected, Folder(EXAMPLE, scenario).report()))


def mutations(expected):
    """Each figure that is changed is found."""
    missed = []
    for index, part in enumerate(expected["answers"]):
        for place, household in enumerate(part["households"]):
            for column in household:
                other = copy.deepcopy(expected)
                other["answers"][index]["households"][place][column] = "changed"
                if not any(differences(expected, other)):
                    missed.append(f"{part['period']} {household['household_no']} {column}")
    claim("a comparison with one figure changed fails, whichever it is", missed)


VECTORS = ((id_no, ("11010519491231002X", "440524188001010014", "34052419800101001X"),
            ("11010519491231002" + "1", "44052418800230001" + "4", "3405241980010100")),
           (employer_no, ("91350100M000100Y43",), ("91350100M000100Y44", "91350100M000100I43")))


def vectors():
    for read, valid, invalid in VECTORS:
        for text in (*valid, *invalid):
            try:
                read(text)
                if text in invalid:
                    yield f"{text} passes"
            except Bad:
                if text in valid:
                    yield f"{text} does not pass"


# ---- the county ----

def county(seed):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["county", "--out", folder, "--households", "60", "--seed", str(seed)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        taken = Folder(folder)
        answer = taken.report()
        name = f"county of seed {seed}"
        claim(f"{name}: the dead letters are those that were made", dead_letters(folder, answer))
        claim(f"{name}: lines = published + dead-lettered + duplicate + obsolete + rejected", conserved(answer))
        claim(f"{name}: everybody is where truth has her", members(folder, taken))
        claim(f"{name}: the wage that the fund states lies within the evidenced bounds", wages(folder, answer))
        claim(f"{name}: households add up to the placed persons", sums(taken, answer))


def rows_of(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dead_letters(folder, answer):
    made = {(f"{row['feed']}__{row['sequence']}", int(row["line"]), row["reason"], row["column"])
            for row in rows_of(folder, "dead_letters.csv")}
    found = {(os.path.basename(letter["file"]).split(".")[0], letter["line"], letter["reason"],
              letter["column"] or "") for letter in answer["dead_letters"]}
    assert made
    return [f"made, not found: {letter}" for letter in sorted(made - found)] + [
        f"found, not made: {letter}" for letter in sorted(found - made)]


def conserved(answer):
    totals = answer["totals"]
    return unequal(totals["published"] + totals["dead_lettered"] + totals["duplicate"] + totals["obsolete"]
                   + totals["rejected"], totals["lines"])


def members(folder, taken):
    """Truth's memberships, the latest that has begun, against the registered ones of the oracle."""
    for question in taken.scenario["questions"]:
        last_day = Moment(month(question["period"])).last_day
        facts, latest = taken.facts_at(None), {}
        for row in rows_of(folder, "truth_members.csv"):
            begins, ends = day(row["from"]), day(row["to"]) if row["to"] else None
            if begins <= last_day and (row["id_no"] not in latest or begins >= latest[row["id_no"]][0]):
                latest[row["id_no"]] = begins, None if ends and ends <= last_day else row["household_no"]
        for number, (_, household) in latest.items():
            fact = holding(facts.of(("person", number), "household"), "registered", last_day)
            yield from (f"{question['period']} {number}: {text}" for text in unequal(
                fact and fact.data["household_no"], household))


def wages(folder, answer):
    rows = {row["household_no"]: row for row in answer["answers"][-1]["households"] if row["kind"] == "registered"}
    stated = [row for row in rows_of(folder, "truth.csv") if int(row["fund_months"])]
    assert stated
    for row in stated:
        found = rows[row["household_no"]]
        wage, low, high = int(row["stated_wage_fen"]), found["wage_low"], found["wage_high"]
        if low is None or wage < low or (high is not None and wage > high):
            yield f"{row['household_no']}: {wage} is not in {low} to {high}"
        if found["fund_months"] != int(row["fund_months"]):
            yield f"{row['household_no']}: {found['fund_months']} months, in truth {row['fund_months']}"


def sums(taken, answer):
    """What persons and meters have in W, added up without any household, is at least what households of a kind show,
    and exactly that of the placed ones for deposits, which only persons have."""
    for part in answer["answers"]:
        at, facts = Moment(month(part["period"])), taken.facts_at(None)
        shown = sum(row["deposit_balance"] or 0 for row in part["households"] if row["kind"] == "registered")
        owned = 0
        for subject in facts.subjects("person"):
            if holding(facts.of(subject, "household"), "registered", at.last_day):
                owned += balance(facts.of(subject, "deposit"), at)
        yield from unequal(shown, owned)


def balance(facts, at):
    newest = defaultdict(int)
    for fact in facts:
        if fact.valid_from <= at.last_day:
            share = fact.data.get("share", 1)
            newest[fact.item] = fact.data["balance"] * share.numerator // share.denominator
    return sum(newest.values())


# ---- random scenarios ----

def random_scenarios():
    for seed in range(1, 21):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            write_random(seed, one)
            write_random(seed, other)
            answer = Folder(one).report()
            claim(f"random scenario {seed}: the same bytes twice, and lines are conserved",
                  (unequal(contents(one), contents(other)) and ["other bytes"]) + conserved(answer))


def contents(folder):
    ret = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            ret[name] = file.read()
    return ret


if __name__ == "__main__":
    claim("check characters: the vectors of the standards pass, others don't", vectors())
    example()
    for number in (1, 2, 3):
        county(number)
    random_scenarios()
    print(f"1..{count}")
    sys.exit(1 if failed else 0)
