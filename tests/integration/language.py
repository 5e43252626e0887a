#!/usr/bin/env python3
"""language - what people read of the worked example, in Chinese and English, says the same as what programs read.

Every figure of every household's page is held against the JSON of the same row, by rules that are stated here a second
time; explain's records add up to its figures; and no page holds an identifier of the files.
"""

import csv
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, ROOT, Scenario, build  # noqa: E402
from stage import Tap  # noqa: E402

EXAMPLE = ROOT / "tests/golden/example"
PERIODS = ["2025-11", "2025-12"]
LANGUAGES = ["en", "zh"]
NAMES = {  # of what is counted on
    "deposit": "存款", "property": "房产", "vehicle": "车辆", "fund": "公积金", "electricity": "用电", "water": "用水",
    "gas": "用气", "telecom": "通讯", "transport": "交通",
}
HINTS = {"meets": "符合", "does_not_meet": "不符合", "cannot_tell": "无法判断"}
GROUPS = {"dibao": "低保", "hardship": "困难群体", "child-or-elder": "困境儿童和高龄老年人"}
ONLY_A_HINT = {"en": "nothing follows from it automatically", "zh": "不会自动产生任何后果"}
NOT_KNOWN = {"en": "not known", "zh": "未知"}


class Shipped(Scenario):
    """The example under the policy that olive comes with: it has the same caps, and more besides."""

    def policy_yaml(self):
        return (ROOT / "deploy/policy/330305.yaml").read_text("utf-8")


# ---- how a figure is written, said a second time ----

def rounded(value, step="1"):
    return Decimal(value).quantize(Decimal(step), rounding=ROUND_HALF_UP)


def yuan(fen, language):
    return f"{Decimal(fen) / 100:,.2f}" + (" yuan" if language == "en" else "元")


def rough(fen, language):
    """An estimate, to three digits."""
    step = 100
    while fen // step >= 1000:
        step *= 10
    fen = (fen + step // 2) // step * step
    if language == "zh" and fen >= 1000000:
        return f"{Decimal(fen) / 1000000:,.2f}".rstrip("0").rstrip(".") + "万元"
    return f"{fen // 100:,}" + (" yuan" if language == "en" else "元")


def percent(share, language):
    share = Decimal(str(share))
    if 0 < share < Decimal("0.0005"):
        text = "< 0.1"
    elif Decimal("0.9995") <= share < 1:
        text = "> 99.9"
    else:
        text = str(rounded(share * 100, "0.1"))
    return text + (" %" if language == "en" else "%")


def change(logarithm, language):
    return f"{(math.exp(logarithm) - 1) * 100:+.1f}" + (" %" if language == "en" else "%")


def month(text, language):
    return text if language == "en" else f"{int(text[:4])}年{int(text[5:])}月"


# ---- what the page of a row must hold: (what, pattern) ----

def ledgers(row, language):
    if row["declared_income"] is not None:
        yield "declared", re.escape(yuan(row["declared_income"], language))
    yield "evidenced", ("at least " if language == "en" else "不低于") + re.escape(yuan(row["evidenced_low"], language))
    if row["assessed_p50"] is None:
        yield "assessed", "no model is in force" if language == "en" else "没有使用模型"
        return
    for column in ("assessed_p50", "assessed_low", "assessed_high", "assessed_per_head"):
        yield column, re.escape(rough(row[column], language))
    for share in row["band_probability"] or []:
        yield "band", "(?m)^    .* " + re.escape(percent(share, language)) + "( |$)"
    for column in ("below_dibao", "below_dibian"):
        if row[column] is not None:
            yield column, re.escape(percent(row[column], language))
    if row["conflict"] is not None:
        yield "conflict", re.escape(percent(row["conflict"], language))


def name_of(source, language):
    return source if language == "en" else NAMES[source]


def contributions(row, language):
    if row["assessed_p50"] is None:
        return
    for source in NAMES:
        value, name = row[f"{source}_contribution"], name_of(source, language)
        if value is None:
            yield f"{source} has no say", f"(?m)^    {name} +" + ("no effect: " if language == "en" else "无影响：")
        else:
            yield f"{source}'s contribution", f"(?m)^    {name} +{re.escape(change(value, language))} "


def hints(row, language):
    for line in ("dibao", "dibian", "rigid_expense"):
        for test in ("income", "money", "vehicle", "home"):
            hint = row[f"{line}_{test}"]
            if hint != "no_rule":
                yield f"{line} {test}", "(?m)^    [^ ]+ +" + (hint.replace("_", " ") if language == "en" else HINTS[hint]) + " "


def sources(row, language):
    for source in NAMES:
        state = row[f"{source}_state"]
        if state not in ("known", "stale"):
            continue
        for column, value in row.items():
            if not column.startswith(f"{source}_") or column.endswith(("_state", "_contribution")) or value is None:
                continue
            if column.endswith("_last"):
                yield column, re.escape(month(value, language))
            elif column.split("_")[-1] in ("balance", "interest", "mean", "value", "own", "employer", "fen"):
                yield column, re.escape(yuan(value, language))
            elif column.endswith(("_wh", "_l")):
                yield column, re.escape(f"{Decimal(value) / 1000:,.3f}")
            elif column.endswith("_cm2"):
                yield column, re.escape(f"{Decimal(value) / 10000:,.4f}")
            else:
                yield column, rf"(?m) {value}$"


def groups(row, language):
    for name in row["groups"] + row["groups_derived"]:
        yield name, re.escape(name if language == "en" else GROUPS.get(name, ""))


def missing_in(page, row, language):
    for section in (ledgers, contributions, hints, sources, groups):
        for what, pattern in section(row, language):
            if not re.search(pattern, page):
                yield f"{what}: {pattern}"


# ---- explain: records add up ----

def share(record):
    numerator, denominator = record["share"]
    return lambda amount: 0 if amount is None else amount * numerator // denominator


SUMS = {  # figure: what each record that went in brings
    "fund_own": lambda record: record["employee_fen"],
    "fund_employer": lambda record: record["employer_fen"],
    "telecom_fen": lambda record: record["amount_fen"],
    "transport_fen": lambda record: record["amount_fen"],
    "declared_income": lambda record: record["amount_fen"],
    "deposit_balance": lambda record: share(record)(record["balance_fen"]),
    "deposit_interest": lambda record: share(record)(record["interest_fen"]),
    "property_value": lambda record: share(record)(record["value_fen"]),
    "property_area_cm2": lambda record: share(record)(record["area_cm2"]),
    "vehicle_count": lambda record: 1,
    "member_count": lambda record: 1,
    "declared_wage": lambda record: record["amount_fen"],
    "declared_transfer": lambda record: record["amount_fen"],
}


def unexplained(explained):
    for figure in explained:
        went_in = [entry["record"] for entry in figure["records"] if entry["use"] == "went_in"]
        brings = SUMS.get(figure["figure"])
        if brings and (figure["value"] or 0) != sum(brings(record) for record in went_in):
            yield f"{figure['figure']} = {figure['value']}, records say {[brings(record) for record in went_in]}"
        if figure["figure"].endswith("_contribution") and (figure["value"] is None) != (not went_in):
            # A verified zero has an effect, and no record: that is what zero means.
            if figure["value"] is None or went_in:
                yield f"{figure['figure']} = {figure['value']} of {len(went_in)} records"


def without_rule(row, explained):
    """Columns that explain says nothing of, but those that stand beside an indicator."""
    said = {figure["figure"] for figure in explained}
    beside = {"kind", "household", "as_of", "policy", "model", "evidence_count", "evidence_sum", "feed_gap"}
    return {column for column in row if column not in said | beside
            and not re.search(r"_(state|last)$|^(?!fund|declared).*_months$", column)}


# ---- identifiers ----

def identifiers():
    """Every cell of the files that names somebody or something: numbers of persons, accounts, plates, households …"""
    found = set()
    for path in EXAMPLE.glob("*.csv"):
        with open(path, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found |= {value.strip() for column, value in row.items()
                          if column and value and re.search(r"(_no|_id|plate|vin|phone|card|name)$", column)}
    return {value for value in found if len(value) >= 6}


# ---- asking ----

def olive(scenario, *words, code=(0,), **environment):
    done = subprocess.run([BUILD / "daemon/cli/olive", *words, "--config", scenario.config], capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "", "LC_MESSAGES": "", "LANG": "C.UTF-8", **environment})
    return done.stdout if done.returncode in code else f"exit {done.returncode}: {done.stderr}"


def check_pages(tap, scenario, period, rows, pages):
    for language in LANGUAGES:
        bad = []
        for row in rows:
            page = olive(scenario, "profile", "show", "--token", row["household"], "--kind", row["kind"], "--period", period,
                         "--lang", language)
            pages.append(page)
            bad += [f"{row['kind']} {row['household'][:8]}: {what}" for what in missing_in(page, row, language)]
            if any(row[f"dibao_{test}"] != "no_rule" for test in ("income", "money")) and ONLY_A_HINT[language] not in page:
                bad.append("hints, and not what they are not")
        tap.ok(f"{period}, {language}: every figure of {len(rows)} pages is that of the row", not bad, "\n".join(bad[:10]))


def check_language(tap, scenario, household):
    show = ["profile", "show", "--token", household]
    english, chinese = (olive(scenario, *show, "--lang", language) for language in LANGUAGES)
    tap.ok("without --lang the environment decides", olive(scenario, *show) == english
           and olive(scenario, *show, LANG="zh_CN.UTF-8") == chinese
           and olive(scenario, *show, LC_ALL="zh_CN", LANG="en_GB.UTF-8") == chinese
           and olive(scenario, *show, "--lang", "en", LC_ALL="zh_CN.UTF-8") == english)
    tap.ok("the pages say it in their own language", english.startswith("Income profile") and chinese.startswith("家庭收入画像")
           and english.count("\n") == chinese.count("\n"))
    tap.ok("another language is none of ours", "exit 2: olive: --lang takes zh or en" in olive(scenario, *show, "--lang", "fr"))
    for words in (show, ["explain", *show[2:]]):
        said = {olive(scenario, *words, "--output", "json", "--lang", language) for language in LANGUAGES}
        tap.ok(f"{words[0]}: JSON has one language", len(said) == 1 and json.loads(said.pop()))


def check_explain(tap, scenario, period, rows, pages):
    bad, silent = [], set()
    for row in rows:
        ask = ["explain", "--token", row["household"], "--kind", row["kind"], "--period", period]
        explained = json.loads(olive(scenario, *ask, "--output", "json"))
        bad += [f"{row['household'][:8]}: {what}" for what in unexplained(explained)]
        bad += [f"{figure['figure']}: {figure['value']} is not the row's {row[figure['figure']]}" for figure in explained
                if row[figure["figure"]] != figure["value"]]
        silent |= without_rule(row, explained)
    for language in LANGUAGES:
        pages.append(olive(scenario, *ask, "--lang", language))
    tap.ok(f"{period}: records that went in make the figures", not bad, "\n".join(bad[:10]))
    tap.ok("every column has a rule", not silent, silent)
    tap.ok("explain speaks both languages", "\n  rule: " in pages[-2] and "\n  规则：" in pages[-1])


def main():
    tap = Tap()
    build()
    pages = []
    with tempfile.TemporaryDirectory(prefix="olive-language."), Shipped(EXAMPLE) as scenario:
        scenario.prepare()
        scenario.deliver()
        scenario.fuse()
        scenario.close_periods()
        for period in PERIODS:
            rows = [json.loads(olive(scenario, "profile", "show", "--token", row["household"], "--kind", row["kind"], "--period",
                                     period, "--output", "json")) for row in scenario.dump(period)["households"]]
            check_pages(tap, scenario, period, rows, pages)
            check_explain(tap, scenario, period, rows, pages)
        check_language(tap, scenario, rows[0]["household"])
        tap.ok("an unknown figure is told its neighbour", "did you mean dibao_income?" in
               olive(scenario, "explain", "dibao_incom", "--token", rows[0]["household"]))
        named = {name for name in identifiers() for page in pages if name in page}
        tap.ok("no page names anybody", len(identifiers()) > 20 and not named, named)
    tap.end()


if __name__ == "__main__":
    main()
