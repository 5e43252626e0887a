#!/usr/bin/env python3
"""model - the assessed ledger in the daemon: against the county's truth, from sample to model, and with model files that are bad.

The county has another seed than that which the shipped model was made on.
"""

import csv
import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("accuracy", "faults", "harness")]
import district  # noqa: E402
import truth  # noqa: E402
from scenario import BUILD, Failed, run  # noqa: E402
from stage import Tap  # noqa: E402

HOUSEHOLDS, SEED = 700, 71
SHIPPED = district.ROOT / "deploy/model/synthetic-county-2025.model"


# ---- truth ----


def hold_against_truth(tap, found):
    wrong = list(truth.unsound(found))
    tap.ok("every true wage base lies within the evidenced bounds", len(found) > 0.9 * HOUSEHOLDS and not wrong, "\n".join(wrong[:5]))
    tap.ok("base and contributions are the estimate, of every household", not list(truth.not_added_up(found)))
    figures = truth.accuracy(found)
    tap.ok("85 to 95 % of incomes lie inside the 90 % interval", 0.85 < figures["coverage"] < 0.95, figures)
    tap.ok("the estimate explains most of ln income, and is not tilted", figures["r2"] > 0.7 and abs(figures["bias"]) < 0.05, figures)
    shares = truth.plan_shares(found)
    tap.ok("A and B are estimated to within 4 points", all(abs(a - b) < 0.04 for a, b in shares.values()), shares)
    table = truth.flags(found)
    tap.ok("of all, had they declared half, a third and more would be flagged, and of the honest 1 in 14 at most",
           table["half of it"][1] > 0.35 and table["had all declared"][1] < 0.07 and truth.told_apart(found, 1 / 2) > 0.85, table)
    tap.ok("of those who declare and are honest, few are flagged", table["honest, not assisted"][0] > 50 and
           table["honest, not assisted"][1] < 0.1, table)
    marks = truth.marks(found)
    tap.ok("few households are inconsistent", 0 < marks.get("inconsistent", 0) < 0.04, marks)


# ---- sample, model, score ----


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def sample(scenario, labels, out, code=(0,)):
    return scenario.olive("model", "sample", "--labels", labels, "--period", district.PERIOD, "--out", out, code=code)


def sample_and_score(tap, made, work):
    profiles, scenario = made.profiles(), made.scenario
    labels = {number: made.truth[number] for number in profiles if number in made.truth}  # in the order of tokens
    made.sample(labels.values(), work / "sample.csv")
    rows = district.read(work / "sample.csv")
    tap.ok("a sample has a row for each labelled household, in a number of its own",
           [row["number"] for row in rows] == [str(i + 1) for i in range(len(labels))])
    tap.ok("labels are those that were given", [int(float(row["income_fen"])) for row in rows] ==
           [int(one["income_fen"]) for one in labels.values()])
    text = (work / "sample.csv").read_text("utf-8")
    tap.ok("it names no household", not any(number in text for number in labels) and not re.search("[0-9a-f]{32}", text))
    olive = BUILD / "daemon/cli/olive"
    run([olive, "model", "score", "--model", SHIPPED, "--data", work / "sample.csv", "--out", work / "scored.csv"])
    pairs = [(float(one["centre"]), profiles[number]["assessed_p50"])
             for one, number in zip(district.read(work / "scored.csv"), labels, strict=True)]
    tap.ok("scored by the same model, it is what the profiles say: fusion and calibration read alike",
           all(abs(a - b) < 1 + 2e-5 * b for a, b in pairs), [pair for pair in pairs if abs(pair[0] - pair[1]) >= 1 + 2e-5 * pair[1]][:3])
    tokens = dict(zip(labels, scenario.olive("token", "household", "-", stdin="".join(f"{one}\n" for one in labels)).split()))
    write(work / "tokens.csv", [{"household": tokens[number], "income": f"{int(row['income_fen']) / 100:.2f}", "weight": 1}
                                for number, row in labels.items()])
    sample(scenario, work / "tokens.csv", work / "again.csv")
    tap.ok("labels by token, in yuan, make the same sample", (work / "again.csv").read_text("utf-8") == text)
    refuse_labels(tap, scenario, work, list(tokens.values()))
    district.calibrate(work / "sample.csv", work / "own.model")


def refuse_labels(tap, scenario, work, tokens):
    for what, rows, said in (
            ("without incomes", [{"household": tokens[0], "earns": 5}], "needs a column income"),
            ("without households", [{"who": "x", "income": 5}], "needs a column household_no"),
            ("of one household twice", [{"household": tokens[0], "income": 5}] * 2, "lines 2 and 3 are of one household"),
            ("with what is no token", [{"household": "H1", "income": 5}], "labels.csv:2: household: takes 32 hexadecimal digits"),
            ("with a word for an income", [{"household": tokens[0], "income": "much"}], "labels.csv:2: income: is not a number")):
        try:
            sample(scenario, write(work / "labels.csv", rows), work / "none.csv", code=(0,))
            answer = "nothing was said"
        except Failed as failure:
            answer = str(failure)
        tap.ok(f"labels {what} are refused, and nothing is written", said in answer and "ended with 65" in answer and
               not (work / "none.csv").exists(), answer)


# ---- bad models ----


def with_digest(text):
    first, _, rest = text.partition("\n")
    body = rest.partition("\n")[2]
    return f"{first}\ndigest {hashlib.sha256(body.encode()).hexdigest()}\n{body}"


def refused_by(command, said):
    """It ends with 78 and one line, which says that."""
    try:
        run(command)
        return "it went on"
    except Failed as failure:
        head, _, lines = str(failure).strip().partition("\n")
        complaints = [line for line in lines.splitlines() if said in line]
        return "" if head.endswith("ended with 78:") and len(complaints) == 1 else str(failure)


def refuse_models(tap, scenario, work):
    text = SHIPPED.read_text("utf-8")
    bad = {"cut short": (text[:5000], "is cut short"), "another version": (text.replace("model 2", "model 1", 1), "is of another version"),
           "changed": (text.replace("floor 300000", "floor 400000", 1), "its digest is wrong"),
           "not a number": (with_digest(text.replace("floor 300000", "floor nan", 1)), "a number is not finite"),
           "no indicator": (with_digest(text.replace("source deposit", "source savings", 1)), "savings is no indicator of a profile"),
           "no column": (with_digest(text.replace("column water_l", "column water_m3", 1)), "water_m3, which no profile has")}
    for what, (content, said) in bad.items():
        path = work / "bad.model"
        path.write_text(content, "utf-8")
        options = ["--config", scenario.config, "--set", f"model={path}"]
        answers = {name: refused_by([BUILD / program, *words, *options], said) for name, program, *words in (
            ("config check", "daemon/cli/olive", "config", "check"),
            ("period close", "daemon/cli/olive", "period", "close", district.month_after(district.PERIOD), "--no-wait"))}
        tap.ok(f"a model that is {what}: config check and period close say so in one line", not any(answers.values()), answers)
    tap.ok("olive-fuse does not start a district on a bad model", not start_on_bad_model(scenario, work / "bad.model"),
           start_on_bad_model(scenario, work / "bad.model"))


def start_on_bad_model(scenario, path):
    """On an empty database: what a period is assessed by is taken from the configuration then."""
    scenario.replace_database()
    return refused_by([BUILD / "daemon/fuse/olive-fuse", "--until-end", "--config", scenario.config, "--set", f"model={path}"],
                      "which no profile has")


def no_model(tap, scenario):
    scenario.replace_database()
    scenario.model = "none"
    scenario.write_options()
    scenario.fuse()
    scenario.close_periods()
    rows = scenario.dump(district.PERIOD)["households"]
    tap.ok("model: none assesses nothing, and leaves the other ledgers", len(rows) > HOUSEHOLDS and all(
        row["assessed_p50"] is None and row["band_basis"] == "no_model" and row["evidenced_low"] is not None for row in rows))


def main():
    tap = Tap()
    work = Path(tempfile.mkdtemp(prefix="olive-model."))
    try:
        with district.made(work / "county", HOUSEHOLDS, SEED, model=SHIPPED) as made:
            hold_against_truth(tap, truth.cases(made, SHIPPED))
            sample_and_score(tap, made, work)
            refuse_models(tap, made.scenario, work)
            no_model(tap, made.scenario)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    tap.end()


main()
