#!/usr/bin/env python3
"""random_scenario - a small, hostile folder of deliveries: about ten persons and six households, all eleven sources.

    random_scenario.py --seed N --out DIR

The layout is that of tests/golden/example without an expected.json. It looks for what the county does not have: the
same key from several feeds (even in the same instant, so that delivery digests decide), revisions out of order,
deletes, deliveries that come again or late, lists that end, retract, are incomplete or obsolete, memberships that
overlap and open again, meters that move and come back, caps, floors, windows and ages on their edges. Dates and
amounts come from small pools, so that they collide. The same seed gives the same bytes.
"""
import argparse
import csv
import datetime
import io
import json
import os
import random

import values
from sources import SOURCES

FIRST_RECEIPT = datetime.datetime(2024, 10, 20, 9, 0)
SECOND_YEAR = datetime.datetime(2025, 10, 20, 9, 0)
PERSONS = (     # day of birth, sequence; edges of 16, 18 and 60 years, 29 February, two of one day
    ("19640229", "001"), ("19651130", "002"), ("19651231", "003"), ("19651201", "004"), ("19800504", "011"),
    ("19820228", "012"), ("20080229", "021"), ("20071130", "022"), ("20071201", "023"), ("20091231", "024"),
    ("19651130", "005"))
NEWBORN = ("20251220", "031")       # many a delivery is received before her birth
HOUSEHOLDS = ("H1", "H2", "H3", "H4", "H5", "H6")
REGIONS = ("330305001", "330322001", "332822001", "330305", "330305100", "330305100101", "330322100", "330304001")
DAYS = ("2024-06-30", "2024-11-30", "2024-12-01", "2025-01-01", "2025-06-15", "2025-10-31", "2025-11-01", "2025-11-29",
        "2025-11-30", "2025-12-01", "2025-12-15", "2025-12-31", "2026-01-01", "2026-01-20")
OLD_DAYS = ("1990-01-01", "2001-02-28", "2012-02-29", "2019-07-01")
MONTHS = ("2024-01", "2024-10", "2024-11", "2024-12", "2025-01", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10",
          "2025-11", "2025-12", "2026-01", "2026-02")
EMPLOYER = "91350100M000100Y43"
UNITS = tuple(f"330305001001GB0000{i}F00010001" for i in range(1, 5))
PLATES = ("浙C00001", "浙C00002")
METERS = ("M1", "M2")
METER_DAYS = ("2019-07-01", "2024-12-01", "2025-06-15", "2025-11-01", "2025-11-30", "2025-12-15")


def id_number(birth, sequence):
    body = "990101" + birth + sequence
    return body + values.id_check(body)


IDS = tuple(id_number(birth, sequence) for birth, sequence in PERSONS)
NEWBORN_ID = id_number(*NEWBORN)


class Dice(random.Random):
    def often(self, chance):
        return self.random() < chance

    def one(self, *things):
        return self.choice(things)

    def maybe(self, chance, make):
        return make() if self.often(chance) else ""


# ---- cells ----

def some_id(dice, among=IDS):
    number = NEWBORN_ID if dice.often(0.02) else dice.choice(among)
    how = dice.randrange(12)
    if how == 0:
        return f" {number.lower()} "
    if how == 1:
        return number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    if how == 2 and number[6:8] == "19":
        return number[:6] + number[8:17]
    return number


def some_day(dice, old=0.3):
    return in_some_form(dice, dice.choice(OLD_DAYS if dice.often(old) else DAYS))


def in_some_form(dice, day):
    how = dice.randrange(8)
    if how == 0:
        return day.replace("-", "")
    if how == 1:
        year, month, of_month = day.split("-")
        return f"{year}/{int(month)}/{int(of_month)}"
    return day


def some_month(dice):
    month = dice.choice(MONTHS)
    return month.replace("-", "") if dice.often(0.15) else month


def some_end(dice, start):
    """Open, or a day of the pool, mostly not before the start; sometimes the start itself."""
    if dice.often(0.5):
        return ""
    if dice.often(0.15):
        return start
    later = [day for day in DAYS if values.day(day) >= values.day(start)]
    return in_some_form(dice, dice.choice(later or DAYS))


def yuan(dice):
    return dice.one("0.00", "0", "100.01", "-50.00", "1000.01", "33.33", "12345.67", "+7.5", "-0.01",
                    "9999999999999.99", f"{dice.randrange(100000)}.{dice.randrange(100):02}")


def small_yuan(dice):
    return dice.one("0", "12.5", "-1.00", "88.50", "0.01", str(dice.randrange(500)))


def share(dice):
    return dice.one("", "", "1", "1/2", "1/3", "2/3", "50%", "33.33%", "0.3333", "100%", "1/1000000")


def contribution(dice):
    return dice.one("0.00", "0", "105.00", "104.99", "105.01", "3200.00", "3199.99", "3200.01", "3400.00", "3399.99",
                    "123.45", "600.00", "600.00", "-50.00", "100.00", "0.01")


def some_kind(dice):
    return dice.one("registered", "registered", "registered", "户籍户", "assistance", "dwelling")


# ---- rows, one function a source ----

def household_row(dice):
    start = some_day(dice, 0.5)
    return {"id_no": some_id(dice), "household_no": dice.choice(HOUSEHOLDS), "household_kind": some_kind(dice),
            "relation": dice.one("0", "00", "01", "02", "1", "10", "20", "97"), "region": dice.choice(REGIONS),
            "valid_from": start, "valid_to": some_end(dice, start), "urban": dice.one("", "urban", "乡村")}


def roster_row(dice):
    start = some_day(dice, 0.5)
    return {"id_no": some_id(dice), "group": dice.one("public-sector", "低保", "dibian", "hardship", "技术工人"),
            "authority": dice.one("", "civil affairs", 'the "office", first floor', "two\nlines"), "valid_from": start,
            "valid_to": some_end(dice, start)}


def declaration_row(dice):
    if dice.often(0.5):
        first, last = dice.choice((("2023-01-01", "2023-12-31"), ("2024-01", "2024-12"), ("2025-01-01", "2025-12-31"),
                                   ("2022-12", "2023-11"), ("2023-02", "2024-01"), ("2024-12-01", "2025-11-30"),
                                   ("20250101", "202512"), ("2025-07", "2025-09"), ("2025-01-02", "2025-12-31")))
    else:
        first = last = some_month(dice)
    return {"household_no": dice.one("", "H1"), "id_no": some_id(dice),
            "income_kind": dice.one("wage", "business", "财产净", "transfer"), "period_from": first, "period_to": last,
            "amount": yuan(dice)}


def deposit_row(dice):
    return {"id_no": some_id(dice), "account_no": dice.one("62001", "62002"), "bank_code": dice.one("A", "B"),
            "balance": yuan(dice), "balance_date": some_day(dice, 0.1), "interest": dice.maybe(0.5, lambda: yuan(dice)),
            "share": share(dice), "currency": dice.one("", "CNY")}


def property_row(dice):
    start = some_day(dice, 0.5)
    return {"id_no": some_id(dice), "unit_no": dice.choice(UNITS), "share": share(dice),
            "area_m2": dice.one("", "89.55", "100", "61.2001"),
            "usage": dice.one("residential", "residential", "shop", "other"),
            "assessed_value": dice.one("", "1000000.01", "0", "500000.00"), "registered_on": start,
            "cancelled_on": some_end(dice, start)}


def vehicle_row(dice):
    start = some_day(dice, 0.5)
    return {"id_no": some_id(dice, IDS[:3]), "plate_no": dice.choice(PLATES),
            "vehicle_type": dice.one("car", "boat", "electric-bicycle", "disability-scooter", "motorcycle"),
            "assessed_value": dice.one("", "80000.00", "0.01"), "registered_on": start,
            "cancelled_on": some_end(dice, start)}


def fund_row(dice):
    return {"id_no": some_id(dice), "account_no": dice.one("F1", "F2"), "employer_no": dice.one("", EMPLOYER),
            "industry": dice.one("", "C13", "P83", "A", "52", "F5121"), "month": some_month(dice),
            "employee_amount": contribution(dice), "employer_amount": contribution(dice),
            "rate": dice.one("", "", "5%", "0.05", "7%", "0.07", "12%", "0.12", "8.5%", "0.0533"),
            "balance": dice.one("", "4000.00", "-1.00", "0")}


def utility_row(dice):
    by_meter = dice.often(0.6)
    return {"id_no": "" if by_meter and dice.often(0.8) else some_id(dice),
            "meter_no": dice.choice(METERS) if by_meter else "",
            "kind": dice.one("electricity", "electricity", "water", "gas"), "contract_no": dice.one("", "", "G1", "G2"),
            "month": some_month(dice), "quantity": dice.one("300", "-10.125", "0", "250.125", "0.001", "50.5"),
            "amount": dice.one("", "12.30", "-5")}


def telecom_row(dice):
    return {"id_no": some_id(dice), "phone_no": dice.one("19900000001", "19900000002"), "month": some_month(dice),
            "amount": small_yuan(dice)}


def transport_row(dice):
    return {"id_no": some_id(dice), "card_no": dice.one("T1", "T2"), "month": some_month(dice),
            "trips": dice.one("", "0", "9", "20"), "amount": small_yuan(dice)}


def meter_row(dice):
    start = in_some_form(dice, dice.choice(METER_DAYS))
    return {"meter_no": dice.choice(METERS), "kind": dice.one("electricity", "electricity", "water", "gas"),
            "household_no": dice.choice(HOUSEHOLDS[:2]), "household_kind": dice.one("registered", "户籍户", "dwelling"),
            "valid_from": start, "valid_to": some_end(dice, start)}


FEEDS = (       # name, source, row, deliveries at most, rows about, what the scenario says of it
    ("hukou", "household", household_row, 4, 16, {"mode": "delta"}),
    ("civil", "household", household_row, 4, 8, {"mode": "snapshot", "lacking": "retract"}),
    ("grid", "household", household_row, 3, 6, {"mode": "snapshot"}),
    ("roster", "roster", roster_row, 4, 5, {"mode": "snapshot"}),
    ("office", "roster", roster_row, 2, 3, {"mode": "delta"}),
    ("declarations", "declaration", declaration_row, 3, 10, {"mode": "delta"}),
    ("bank-a", "deposit", deposit_row, 3, 12, {"mode": "delta"}),
    ("bank-b", "deposit", deposit_row, 3, 8, {"mode": "delta"}),
    ("registry", "property", property_row, 4, 6, {"mode": "snapshot"}),
    ("court", "property", property_row, 2, 3, {"mode": "delta"}),
    ("vehicles", "vehicle", vehicle_row, 3, 12, {"mode": "snapshot", "lacking": "retract"}),
    ("fund", "provident-fund", fund_row, 4, 14, {"mode": "delta"}),
    ("power", "utility", utility_row, 3, 10, {"mode": "delta", "kinds": ["electricity"]}),
    ("watergas", "utility", utility_row, 3, 8, {"mode": "delta", "kinds": ["water", "gas"]}),
    ("telecom", "telecom", telecom_row, 3, 6, {"mode": "delta"}),
    ("transport", "transport", transport_row, 3, 6, {"mode": "delta"}),
    ("meters", "meter", meter_row, 3, 12, {"mode": "delta"}),
    ("works", "meter", meter_row, 3, 4, {"mode": "snapshot"}),
)


# ---- what a delivery holds ----

class Writer:
    def __init__(self, dice):
        self.dice = dice
        self.stated = {source: [] for source in SOURCES}      # rows of all feeds of a source, whose keys come again

    def keys(self, source):
        keys = [column.name for column in SOURCES[source].columns if column.key]
        return keys + ["id_no", "meter_no", "contract_no"] if source == "utility" else keys

    def row(self, source, make):
        """New, or with a key that has been stated before, by whatever feed."""
        dice, row = self.dice, make(self.dice)
        if self.stated[source] and dice.often(0.4):
            before = dice.choice(self.stated[source])
            row.update({name: before[name] for name in self.keys(source)})
            repair_end(dice, row)
        self.stated[source].append(dict(row))
        row["revision"] = dice.maybe(0.2, lambda: str(dice.randrange(6)))
        row["op"] = dice.one("", "", "", "upsert")
        return row

    def deleted(self, source):
        dice = self.dice
        row = dict(dice.choice(self.stated[source]))
        if dice.often(0.7):
            row = {name: value if name in self.keys(source) else "" for name, value in row.items()}
        return {**row, "revision": dice.maybe(0.3, lambda: str(dice.randrange(6))), "op": "delete"}

    def delta(self, source, make, count):
        rows = []
        for _ in range(count):
            if self.stated[source] and self.dice.often(0.1):
                rows.append(self.deleted(source))
            else:
                rows.append(self.row(source, make))
        return rows

    def whole_list(self, source, make, before, count):
        """The list before, with some rows gone, some changed and some new."""
        rows = []
        for old in before:
            if self.dice.often(0.7):
                rows.append(self.changed(source, make, old) if self.dice.often(0.2) else dict(old))
        return rows + [self.row(source, make) for _ in range(self.dice.randrange(count + 1))]

    def changed(self, source, make, old):
        row = {**make(self.dice), **{name: old[name] for name in self.keys(source)}, "op": ""}
        row["revision"] = old["revision"]
        repair_end(self.dice, row)
        return row

    def spoil(self, rows, chance):
        """Copies with one or two cells blank, senseless or out of range, beside the good ones."""
        ret = []
        for row in rows:
            ret.append(row)
            if self.dice.often(chance):
                bad = dict(row)
                for name in self.dice.sample(sorted(bad), self.dice.one(1, 1, 2)):
                    bad[name] = self.dice.one("", "??", "-1", "3/2", "12.34567", "10000000000000", "2025-02-29", "0.2")
                ret.append(bad)
        return ret


def repair_end(dice, row):
    for start, end in (("valid_from", "valid_to"), ("registered_on", "cancelled_on")):
        if start in row:
            row[end] = some_end(dice, row[start])


def text_of(dice, source, rows):
    out = io.StringIO()
    names = [column.name for column in SOURCES[source].columns] + ["revision", "op"]
    lines = csv.writer(out, lineterminator=dice.one("\n", "\r\n"))
    lines.writerow(names)
    for row in rows:
        cells = [row[name] for name in names]
        lines.writerow(cells + [""] if dice.often(0.01) else cells)
        if dice.often(0.05):
            out.write("\n")
    return (b"\xef\xbb\xbf" if dice.often(0.2) else b"") + out.getvalue().encode()


# ---- the folder ----

def deliveries(dice, writer, name, source, make, most, count, told):
    """[(file name, bytes)] in the order of receipt."""
    ret, rows, snapshot = [], [], told["mode"] == "snapshot"
    spoilt = dice.randrange(1, most + 2)                # of a snapshot one delivery at most is incomplete
    for sequence in range(1, dice.randrange(2, most + 1) + 1):
        if snapshot:
            rows = writer.whole_list(source, make, rows, count)
            lines = writer.spoil(rows, 0.3) if sequence == spoilt else rows
        else:
            lines = writer.spoil(writer.delta(source, make, dice.randrange(count // 2, count + 1)), 0.04)
        ret.append((f"{name}__{sequence}.csv", text_of(dice, source, lines)))
    if dice.often(0.3):                                 # late: a delta out of order, or a list that is obsolete
        at = dice.randrange(len(ret) - 1)
        ret[at], ret[at + 1] = ret[at + 1], ret[at]
    if dice.often(0.3):                                 # comes again
        ret.insert(dice.randrange(1, len(ret) + 1), ret[0])
    if dice.often(0.3):                                 # the bytes of an older one under a new sequence
        ret.append((f"{name}__{len(ret) + 3}.csv", ret[dice.randrange(len(ret))][1]))
    if dice.often(0.2):                                 # the sequence of the last one with other bytes
        last = ret[-1][0].replace(".csv", ".txt")
        more = writer.whole_list(source, make, rows, count) if snapshot else writer.delta(source, make, 3)
        ret.append((last, text_of(dice, source, more)))
    return ret


def schedule(dice, streams, source_of):
    """The feeds' deliveries mixed; each feed keeps its order. Some feeds fall silent a year before the others begin."""
    silent = {name: files for name, files in streams.items() if dice.often(0.1)}
    others = {name: files for name, files in streams.items() if name not in silent}
    return mixed(dice, silent, source_of, FIRST_RECEIPT) + mixed(dice, others, source_of, SECOND_YEAR)


def mixed(dice, streams, source_of, at):
    """Two feeds may share an instant, most of all two of one source."""
    received = []
    while any(streams.values()):
        at += datetime.timedelta(minutes=dice.randrange(1, 5 * 24 * 60))
        name = dice.choice([name for name, files in streams.items() if files])
        others = [other for other, files in streams.items() if files and other != name
                  and dice.often(0.6 if source_of[other] == source_of[name] else 0.02)]
        for each in (name, *others):
            received.append((*streams[each].pop(0), at))
    return received


def entry(region, begins, fen):
    return {"region": region, "from": begins, "fen": fen}


def policy(dice):
    caps = [entry("330305", "2023-07-01", 300000), entry("330305", "2024-07-01", 320000),
            entry("330305", "2025-07-01", 340000), entry("330305001", "2025-01-01", 319999),
            entry("330322100", "2024-07-01", 60000)]
    floors = [entry("330305", "2024-07-01", 10500), entry("330305", "2025-07-01", 12345)]
    ret = {"cap_fen": [cap for cap in caps if dice.often(0.8)]}
    if dice.often(0.7):
        ret["floor_fen"] = [floor for floor in floors if dice.often(0.8)]
    ret["covers"] = every_kind(dice, dice.one([], ["provident-fund"], ["deposit", "provident-fund"], ["utility"],
                                              ["property", "vehicle"], ["telecom"]))
    return ret


PLAN_BANDS = [5000000, 10000000, 20000000, 50000000, 60000000]


def rule(region, begins, **value):
    return {"region": region, "from": begins, **value}


def judging(dice):
    """What estimates are judged by: bands, lines and prices, in force here and there."""
    bands = [rule("330305", "2021-01-01", fen=PLAN_BANDS), rule("330305", "2026-01-01", fen=[100, 1000000, 9000000, 9000001, 70000000]),
             rule("330305001", "2025-12-15", fen=[6000050, 12000000, 24000000, 40000000, 70000000])]
    lines = {"dibao": [rule("", "2020-01-01", fen_per_head=1250000), rule("330305", "2025-12-01", fen_per_head=1300000)],
             "dibian": [rule("", "2020-01-01", fen_per_head=2600000)]}
    prices = {"deposit": [rule("33", "2025-01-01", index_millionths=1250000), rule("330305001", "2026-01-01", index_millionths=800000)],
              "telecom": [rule("330322100", "2019-01-01", index_millionths=999900)], "fund": [rule("", "2024-07-01", index_millionths=1020000)]}
    return {"bands": some(dice, bands), "lines": {line: some(dice, of) for line, of in lines.items()},
            "deflators": {source: some(dice, of) for source, of in prices.items()}}


def some(dice, rules):
    return [one for one in rules if dice.often(0.75)]


def every_kind(dice, sources):
    if dice.often(0.1):
        return {}
    ret = {kind: list(sources) for kind in ("wage", "business", "property", "transfer")}
    if dice.often(0.2):
        ret["business"] = []
    return ret


def questions(dice, received):
    moments = sorted({at for _, _, at in received if at >= SECOND_YEAR})
    ret = []
    for period in ("2025-11", "2025-12", "2026-01"):
        for known_at in (dice.choice(moments), None):
            if known_at is None or dice.often(0.6):
                between = known_at and known_at + datetime.timedelta(seconds=dice.one(-1, 0, 1))
                ret.append({"period": period, **({"known_at": between.isoformat()} if between else {})})
    return ret


def write(seed, folder):
    dice = Dice(seed)
    writer, streams, feeds = Writer(dice), {}, {}
    for name, source, make, most, count, told in FEEDS:
        streams[name] = deliveries(dice, writer, name, source, make, most, count, told)
        feeds[name] = {"source": source, "complete": dice.often(0.6), **told}
    received = schedule(dice, streams, {name: feed["source"] for name, feed in feeds.items()})
    os.makedirs(folder, exist_ok=True)
    for file, data, _ in received:
        with open(os.path.join(folder, file), "wb") as out:
            out.write(data)
    rules = {**policy(dice), **judging(Dice(f"judging {seed}"))}
    scenario = {"region": "330305", "feeds": feeds, "policy": rules, "questions": questions(dice, received),
                "received": [{"file": file, "at": at.isoformat()} for file, _, at in received]}
    with open(os.path.join(folder, "scenario.json"), "w", encoding="utf-8") as out:
        json.dump(scenario, out, ensure_ascii=False, indent=1)
        out.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True, help="a folder; it is made")
    options = parser.parse_args()
    write(options.seed, options.out)


if __name__ == "__main__":
    main()
