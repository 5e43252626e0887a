#!/usr/bin/env python3
"""policy - what a policy file says is checked with its places; whom a change would move is what SQL counts by itself."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
import made_model  # noqa: E402
from scenario import BUILD, ROOT, Scenario, build, psql  # noqa: E402
from stage import Tap  # noqa: E402

SHIPPED = ROOT / "deploy/policy/330305.yaml"
LINE, RAISED = 13000, 26000    # yuan of income per head and year
MONEY, MORE = 52000, 150000  # yuan of money per head
OLIVE = BUILD / "daemon/cli/olive"
BAD = """\
bands:
  - {region: "330305", from: 2024-01-01, yuan: [1, 2, 2, 4, 5]}
lines:
  dibao:
    - {from: 2024-01-01, until: 2025-01-01, yuan_per_head: 13000}
    - {from: 2025-02-01, yuan_per_head: 14000}
  dibain: []
groups:
  - {group: child-or-elders, from: 2024-01-01, age_from: 80}
caps:
  - {from: 2024-07-01, fen: 9223372036854775807}
"""
BAD_PLACES = [(2, 55), (5, 33), (7, 3), (9, 13), (11, 29)]
# At least that much a year, by what is evidenced and by what is declared.
LOW = "greatest(coalesce(wage_low, 0) + coalesce(deposit_interest, 0), coalesce(declared_income, 0))"
# No more than that: a bound that is evidenced, or declarations of everybody for the whole year.
BOUNDED = ("coalesce(evidenced_high < {limit}, declared_income IS NOT NULL AND declared_partial = 0"
           " AND undeclared_members = 0)")


def olive(scenario, *words):
    """(exit code, standard output, standard error)"""
    done = subprocess.run([OLIVE, "policy", *map(str, words), "--config", scenario.config], capture_output=True, text=True,
                          timeout=300)
    return done.returncode, done.stdout, done.stderr


def diff(scenario, *words):
    code, out, error = olive(scenario, "diff", *words, "--output", "json")
    return code, json.loads(out) if out else error


def written(scenario, name, *changes):
    """The shipped policy with some words in the place of others."""
    text = SHIPPED.read_text("utf-8")
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"the shipped policy does not say {old}")
        text = text.replace(old, new)
    path = scenario.work / name
    path.write_text(text, "utf-8")
    return path


def stated(scenario, where):
    """[households, persons] of the live registered profiles."""
    return [int(number) for number in psql(
        f"SELECT count(*), coalesce(sum(member_count), 0) FROM olive.profile WHERE kind = 0 AND ({where})",
        scenario.database).split("|")]


def moved_hints(said, line, test, **sides):
    """[households, persons] of the changes of one hint that have these sides."""
    rows = [row for row in said["hints"] if row["line"] == line and row["test"] == test and
            all(row[side] == hint for side, hint in sides.items())]
    return [sum(row["households"] for row in rows), sum(row["persons"] for row in rows)]


# ---- olive policy check ----

def check_claims(tap, scenario):
    code, out, _ = olive(scenario, "check", SHIPPED)
    tap.ok("the shipped policy is good", code == 0 and out.endswith(": good\n"), out)
    code, out, _ = olive(scenario, "check")
    tap.ok("without a file the configured one is checked; it has no bands, which is worth a look and no error", code == 0 and
           f"{scenario.work}/policy.yaml: warning: has no bands" in out, out)
    bad = scenario.work / "bad.yaml"
    bad.write_text(BAD, "utf-8")
    code, out, _ = olive(scenario, "check", bad, SHIPPED, "--output", "json")
    found = json.loads(out)
    tap.ok("every finding of a bad file has its place", code == 78 and found[0]["errors"] == len(BAD_PLACES) and
           [(one["line"], one["column"]) for one in found[0]["findings"]] == BAD_PLACES, out)
    tap.ok("the file beside it is still good", found[1]["errors"] == 0 and not found[1]["findings"], out)
    first = f"{bad}:2:55: {found[0]['findings'][0]['text']}"
    done = subprocess.run([OLIVE, "config", "check", "--config", scenario.config, "--set", f"policy={bad}"], capture_output=True,
                          text=True, check=False)
    tap.ok("start-up refuses it by the same code, in the same words", done.returncode == 78 and first in done.stderr, done.stderr)
    code, out, _ = olive(scenario, "check", bad)
    tap.ok("people read file, line and column", code == 78 and first in out and f"{bad}: 5 errors" in out, out)
    code, out, _ = olive(scenario, "check", scenario.work / "none.yaml")
    tap.ok("a file that is not there is told, too", code == 78 and "No such file" in out, out)


# ---- olive policy diff ----

def same_claims(tap, scenario, raised):
    rows = "SELECT md5(string_agg(encode(digest, 'hex'), '' ORDER BY kind, household)) FROM olive.profile"
    before = psql(rows, scenario.database)
    for kind in ("registered", "assistance", "dwelling"):
        code, said = diff(scenario, SHIPPED, SHIPPED, "--kind", kind)
        nobody = code == 0 and not said["differs"] and not said["hints"] and not said["columns"] and float(said["mass"]) == 0
        tap.ok(f"A against A moves nobody ({kind})", nobody and said["certain"]["households"] == 0, said)
    code, said = diff(scenario, SHIPPED, SHIPPED)
    tap.ok("all households and persons are looked at", [said["households"], said["persons"]] == stated(scenario, "true") and
           said["households"] > 100, said)
    diff(scenario, SHIPPED, raised)
    tap.ok("nothing in the state changes", psql(rows, scenario.database) == before)


def line_claims(tap, scenario, raised):
    code, said = diff(scenario, SHIPPED, raised)
    old, new = f"{LINE * 100} * member_count", f"{RAISED * 100} * member_count"
    freed = f"{LOW} >= {old} AND {LOW} < {new}"
    meets = f"{freed} AND {BOUNDED.format(limit=new)}"
    unsure = f"{freed} AND NOT {BOUNDED.format(limit=new)}"
    tap.ok("a raised line differs", code == 1 and said["differs"], said)
    for claim, where, sides in (("who no longer exceeds it", freed, {"from": "does_not_meet"}),
                                ("of them for certain", meets, {"from": "does_not_meet", "to": "meets"}),
                                ("of them possibly", unsure, {"from": "does_not_meet", "to": "cannot_tell"})):
        wanted = stated(scenario, where)
        tap.ok(f"a raised line moves those whom SQL counts: {claim} ({wanted[0]} households)",
               moved_hints(said, "dibao", "income", **sides) == wanted, [wanted, said["hints"]])
    tap.ok("somebody does", stated(scenario, freed)[0] > 0, stated(scenario, freed))
    tap.ok("nobody moves on another line or test", {(row["line"], row["test"]) for row in said["hints"]} == {("dibao", "income")},
           said["hints"])
    for move in ("certain", "possible"):
        tap.ok(f"regions add up to all who move ({move})", said[move]["households"] ==
               sum(part[move]["households"] for part in said["regions"]), said["regions"])
    code, turned = diff(scenario, raised, SHIPPED)
    tap.ok("the other way round they move back", moved_hints(turned, "dibao", "income", to="does_not_meet") == stated(scenario, freed),
           turned["hints"])


def money_claims(tap, scenario):
    more = written(scenario, "more.yaml", (f"yuan_per_head: {MONEY},", f"yuan_per_head: {MORE},"))
    code, said = diff(scenario, SHIPPED, more)
    wanted = stated(scenario, f"deposit_state = 'known' AND deposit_balance > {MONEY * 100} * member_count AND"
                              f" deposit_balance <= {MORE * 100} * member_count")
    tap.ok(f"a higher limit on money moves for certain those whom SQL counts ({wanted[0]} households)", code == 1 and wanted[0] > 0 and
           moved_hints(said, "dibao", "money", move="certain") == wanted == [said["certain"][of] for of in ("households", "persons")],
           [wanted, said["hints"]])
    return more, said


def token_claims(tap, scenario, more, said):
    tokens = set(psql("SELECT encode(household, 'hex') FROM olive.profile", scenario.database).split())
    texts = [olive(scenario, "diff", SHIPPED, more, *words)[1] for words in ((), ("--output", "json"))]
    tap.ok("no household is named", not any(token in text for text in texts for token in tokens))
    _, named = diff(scenario, SHIPPED, more, "--households")
    certain = {row["household"] for row in named["moved"] if row["move"] == "certain"}
    tap.ok("--households names those that move, by their tokens", certain <= tokens and len(certain) == said["certain"]["households"],
           named["moved"][:3])
    tap.ok("and what changes in each", all(row["a"].keys() == row["b"].keys() and row["a"] != row["b"] for row in named["moved"]))
    _, text, _ = olive(scenario, "diff", SHIPPED, more, "--households")
    tap.ok("people read them, too", all(token in text for token in certain) and "dibao_money" in text, text[-300:])


def day_claims(tap, scenario, raised):
    rule = f"    - {{region: \"330305\", from: 2021-01-01, yuan_per_head: {LINE},"
    later = written(scenario, "later.yaml", (rule, f"    - {{region: \"330305\", from: 2030-01-01, yuan_per_head: {RAISED}, basis: x}}\n{rule}"))
    code, said = diff(scenario, SHIPPED, later)
    tap.ok("a rule that begins later moves nobody now, and is told", code == 0 and said["rules_begin_later"] == "2030-01-01", said)
    code, said = diff(scenario, SHIPPED, later, "--on", "2030-01-01")
    tap.ok("--on asks of the day on which it holds", code == 1 and said["hints"] == diff(scenario, SHIPPED, raised)[1]["hints"], said)
    code, _, error = olive(scenario, "diff", SHIPPED, later, "--on", "soon")
    tap.ok("a day that is none is a mistake in usage", code == 2 and "YYYY-MM-DD" in error, error)


def band_claims(tap, scenario):
    other = written(scenario, "bands.yaml", ("yuan: [50000, 100000, 200000, 500000, 600000]",
                                            "yuan: [50000, 110000, 200000, 500000, 600000]"), ("yuan: [100000, 500000]",
                                                                                             "yuan: [110000, 500000]"))
    code, said = diff(scenario, SHIPPED, other)
    a, b = ([float(number) for number in said["bands"][side]["households"]] for side in ("a", "b"))
    tap.ok("bands cover everybody, by either", abs(sum(a) - said["households"]) < 1e-6 and abs(sum(b) - said["households"]) < 1e-6,
           [a, b])
    tap.ok("a higher cut moves probability over it, and nothing else", code == 1 and abs(b[1] - a[1] - float(said["mass"])) < 1e-6 and
           b[1] > a[1] and a[0] == b[0] and a[3:] == b[3:], [a, b, said["mass"]])
    tap.ok("that is possible and never certain", said["certain"]["households"] == 0 and said["possible"]["households"] ==
           sum(row["households"] for row in said["bands"]["likeliest"]) > 0, said["bands"])


def trouble_claims(tap, scenario):
    code, said = diff(scenario, SHIPPED)
    tap.ok("without A it is the policy of the open period", code == 1 and said["a"]["policy"].startswith("the policy of the open") and
           {row["from"] for row in said["hints"]} == {"no_rule"}, said)
    for name, words in (("a file that is not there", (SHIPPED, scenario.work / "none.yaml")), ("a bad file", (scenario.work / "bad.yaml",))):
        code, _, error = olive(scenario, "diff", *words)
        tap.ok(f"{name} is trouble, not a difference", code == 78, error)
    code, _, error = olive(scenario, "diff", SHIPPED, SHIPPED, "--set", "postgres.dbname=none")
    tap.ok("so is no database", code == 69, error)


def start_claims(tap, scenario):
    """A policy that starts tomorrow: good as a file, and not what a month before it is closed by."""
    month = scenario.periods()[-1]
    tomorrow = written(scenario, "tomorrow.yaml", ("valid_from: 2024-07-01", "valid_from: 2027-01-01"))
    done = subprocess.run([OLIVE, "period", "close", month, "--no-wait", "--config", scenario.config, "--set", f"policy={tomorrow}"],
                          capture_output=True, text=True, check=False)
    tap.ok("a month is not closed by a policy that is valid only later", done.returncode == 78 and
           f"{tomorrow}: the policy is valid from 2027-01-01, and {month} ends before that" in done.stderr, done.stderr)
    tap.ok("it stays open", psql("SELECT period, state FROM olive.period WHERE state <> 'sealed'", scenario.database) ==
           f"{month}|open")
    tap.ok("whom it would move can be asked before", diff(scenario, SHIPPED, tomorrow)[0] == 0)


def with_model(scenario):
    settings = json.loads(scenario.config.read_text("utf-8"))
    settings["model"] = str(made_model.make(OLIVE, scenario.work))
    scenario.config.write_text(json.dumps(settings), "utf-8")


def main():
    tap = Tap()
    build()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([BUILD / "tests/county/county", "--out", folder, "--households", "150", "--seed", "7"], check=True,
                       capture_output=True)
        with Scenario(folder) as scenario:
            scenario.prepare()
            with_model(scenario)
            scenario.deliver()
            scenario.fuse()
            scenario.olive("period", "close", scenario.periods()[0], "--no-wait")  # which sources are complete is pinned there
            scenario.fuse()
            raised = written(scenario, "raised.yaml", (f"yuan_per_head: {LINE},", f"yuan_per_head: {RAISED},"))
            check_claims(tap, scenario)
            same_claims(tap, scenario, raised)
            line_claims(tap, scenario, raised)
            token_claims(tap, scenario, *money_claims(tap, scenario))
            day_claims(tap, scenario, raised)
            band_claims(tap, scenario)
            trouble_claims(tap, scenario)
            start_claims(tap, scenario)
    tap.end()


if __name__ == "__main__":
    main()
