#!/usr/bin/env python3
"""portrait - the group portrait of a small county: against sums of the sealed profiles that SQL makes by itself, recomputed
from the evidence, in every form, to the reader's role, and without a model."""

import csv
import io
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, ROOT, Failed, Scenario, build, psql  # noqa: E402
from stage import Tap  # noqa: E402

MONTH, NEXT = "2025-12", "2026-01"
EVER = "2999-12-31T23:59:59"
MINIMUM = 10
SHIPPED_POLICY = ROOT / "deploy/policy/330305.yaml"


def county(folder):
    subprocess.run([BUILD / "tests/county/county", "--out", folder, "--households", "400", "--months", "2", "--seed", "8"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = folder / "scenario.json"
    scenario = json.loads(path.read_text("utf-8"))
    scenario["questions"] = [{"period": MONTH}]
    path.write_text(json.dumps(scenario, ensure_ascii=False), "utf-8")


def sums(database):
    """Every (region, industry, group) with at most two said -> counts, and expected households and persons by band."""
    rows = json.loads(psql("""SELECT json_agg(json_build_array(
        left(regexp_replace(region, '^(330322|332822)', '330305'), 9), coalesce(nullif(left(industry, 1), ''), '-'),
        groups, member_count, band_probability::text[])) FROM olive.profile_sealed
        WHERE period = '2025-12' AND kind = 'registered'""", database))
    made = {}
    for region, industry, groups, members, bands in rows:
        for key in {(r, i, g) for r in ("all", region) for i in ("all", industry) for g in ("all", *groups) if "all" in (r, i, g)}:
            row = made.setdefault(key, {"households": 0, "persons": 0, "assessed": 0, "bands": [Decimal(0)] * 6,
                                        "band_persons": [Decimal(0)] * 6})
            row["households"] += 1
            row["persons"] += members
            if bands:
                row["assessed"] += 1
                row["bands"] = [sum_ + Decimal(band) for sum_, band in zip(row["bands"], bands)]
                row["band_persons"] = [sum_ + Decimal(band) * members for sum_, band in zip(row["band_persons"], bands)]
    return made


def show(scenario, *words):
    return json.loads(scenario.olive("portrait", "show", "--output", "json", *words), parse_float=Decimal)


def key_of(row):
    return row["region"], row["industry"], row["group"]


def is_sum(row, expected):
    if row["hidden"]:
        return row["households"] is None and not row["bands"]
    same = all(row[name] in (None, expected[name]) for name in ("households", "persons", "assessed"))
    for band in row["bands"]:
        at = band["band"] - 1
        if not band["hidden"]:
            same = same and band["households"] == expected["bands"][at] and band["persons"] == expected["band_persons"][at]
            same = same and abs(band["share"] - expected["bands"][at] / expected["assessed"]) < Decimal("0.000002")
            same = same and band["share_low"] <= band["share"] <= band["share_high"]
    return same


def is_protected(row):
    if row["hidden"]:
        return True
    return row["households"] >= MINIMUM and all(
        band["share"] is None if band["hidden"] else band["households"] >= MINIMUM for band in row["bands"])


def figures(tap, scenario):
    portrait, expected = show(scenario), sums(scenario.database)
    rows = {key_of(row): row for row in portrait["rows"]}
    whole = rows["all", "all", "all"]

    tap.ok("the month sealed last is shown", (portrait["period"], portrait["sealed"]) == (MONTH, True))
    tap.ok("it names its model", "synthetic" in portrait["model"], str(portrait["model"]))
    tap.ok("a row for every place, section and group there is", rows.keys() == expected.keys(),
           str(rows.keys() ^ expected.keys()))
    wrong = [key for key, row in rows.items() if not is_sum(row, expected[key])]
    tap.ok("figures are the sums of the sealed profiles", not wrong, str(wrong[:5]))
    tap.ok("no figure is of fewer than the policy says", all(map(is_protected, rows.values())))
    tap.ok("some are hidden, some are not", {row["hidden"] for row in rows.values()} == {True, False})
    whole_rows = [row["bands"] for row in rows.values() if row["bands"]]
    tap.ok("shares that are shown are a part of one", all(sum(band["share"] or 0 for band in bands) <= 1 and
                                                         sum(band["person_share"] or 0 for band in bands) <= 1
                                                         for bands in whole_rows) and whole_rows)
    share = sum(expected["all", "all", "all"]["bands"][2:4]) / expected["all", "all", "all"]["assessed"]
    tap.ok("A is 10 to 50万", abs(whole["plan"]["A"]["share"] - share) < Decimal("0.000002"))
    tap.ok("quantiles rise", list(whole["income_fen"].values()) == sorted(whole["income_fen"].values()))
    for kind in ("registered", "assistance", "dwelling"):
        tap.ok(f"recomputed, the portrait of {kind} households is the same",
               show(scenario, "--kind", kind)["rows"] == show(scenario, "--kind", kind, "--known-at", EVER)["rows"])
    return whole


def narrowed(tap, scenario):
    for words, claim in [(("--region", "1"), "a region is a township"), (("--industry", "Z"), "an industry is a section"),
                         (("--group", "nobody"), "a group is one of the list"), (("--lang", "fr"), "there are two languages"),
                         (("--region", "-", "--industry", "C", "--group", "dibao"), "two dimensions may be said, not three")]:
        try:
            scenario.olive("portrait", "show", *words, code=(2,))
            tap.ok(claim, True)
        except Failed as error:
            tap.ok(claim, False, str(error))
    rows = show(scenario, "--group", "困难群体")["rows"]
    tap.ok("a group by its Chinese name", rows and {row["group"] for row in rows} == {"hardship"})
    tap.ok("nobody is said to be nobody", "There is no such household" in
           scenario.olive("portrait", "show", "--region", "330305999", "--lang", "en"))


def forms(tap, scenario, whole):
    svg, table = scenario.work / "portrait.svg", scenario.work / "portrait.csv"
    for lang, words in [("en", ["The plan's two indicators", "By township", "invented households"]),
                        ("zh", ["行动方案两项指标", "分乡镇街道", "虚构家庭"])]:
        text = scenario.olive("portrait", "show", "--lang", lang, "--svg", svg, "--csv", table)
        page = "".join(ElementTree.fromstring(svg.read_bytes()).itertext())
        tap.ok(f"text in {lang}", all(word in text for word in words), text)
        tap.ok(f"a page in {lang}", all(word in page for word in words), page)
        tap.ok("both name the model", "synthetic-county" in text and "synthetic-county" in page)
        tap.ok("and the same number of households", f"{whole['households']:,}" in text and f"{whole['households']:,}" in page)
    source = svg.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    tap.ok("the page needs nothing from elsewhere", "http" not in source and "href" not in source and "url(" not in source)
    cells = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"))))
    tap.ok("CSV has every cell", len(cells) == int(psql("SELECT count(*) FROM olive.portrait WHERE kind = 0",
                                                        scenario.database)), str(len(cells)))
    tap.ok("and names the model in each", {cell["model"] for cell in cells} == {show(scenario)["model"]})
    tap.ok("the reader sees it", psql("SET ROLE olive_reader; SELECT households::int FROM olive.portrait_sealed WHERE period = "
                                      f"'{MONTH}' AND kind = 'registered' AND region = 'all' AND industry = 'all' AND "
                                      "\"group\" = 'all' AND band = 0", scenario.database).split()[-1] == str(whole["households"]))


def without_a_model(tap, scenario):
    config = json.loads(scenario.config.read_text("utf-8"))
    scenario.config.write_text(json.dumps({**config, "model": "none"}), "utf-8")
    scenario.olive("period", "close", NEXT, "--no-wait")
    scenario.fuse()
    portrait = show(scenario)
    whole = portrait["rows"][0]
    tap.ok("a month without a model has counts", (portrait["period"], portrait["model"]) == (NEXT, None) and whole["households"])
    tap.ok("and no shares", not whole["bands"] and whole["plan"]["A"]["share"] is None and whole["income_fen"]["p50"] is None)
    svg = scenario.work / "without.svg"
    text = scenario.olive("portrait", "show", "--lang", "en", "--svg", svg)
    tap.ok("and says so plainly", "No household here has an estimate" in text and
           "No household here has an estimate" in "".join(ElementTree.fromstring(svg.read_bytes()).itertext()))
    tap.ok("the month before keeps its own", "synthetic" in show(scenario, "--period", MONTH)["model"])


def main():
    tap = Tap()
    build()
    with tempfile.TemporaryDirectory(prefix="olive-portrait-test.") as work:
        county(Path(work))
        with Scenario(work, policy=SHIPPED_POLICY) as scenario:
            scenario.prepare()
            scenario.deliver()
            scenario.fuse()
            try:
                scenario.olive("portrait", "show", code=(1,))
                tap.ok("nothing is shown before a month is sealed", True)
            except Failed as error:
                tap.ok("nothing is shown before a month is sealed", False, str(error))
            scenario.close_periods()
            whole = figures(tap, scenario)
            narrowed(tap, scenario)
            forms(tap, scenario, whole)
            without_a_model(tap, scenario)
    tap.end()


if __name__ == "__main__":
    main()
