#!/usr/bin/env python3
"""history - twelve past months, loaded with a close each as they went by, against all of it at once.

Deliveries say when they were received (`received=`), so a month that is closed when its deliveries are in is sealed as it
would have been then: what came later (late, corrected, obsolete deliveries) is in no earlier seal, and any of them can be
recomputed afterwards by --known-at the instant of its cut, from either way of loading.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, TZ, Scenario, build, month_after, months_between  # noqa: E402
from stage import Tap  # noqa: E402

MONTHS = list(months_between("2025-01", "2025-12"))
CUT_DAY = "20"  # of the month after: its own deliveries come on the 5th to the 7th, the late one a month later


def cut(month):
    return f"{month_after(month)}-{CUT_DAY}T00:00:00"


def county(folder):
    """A small one that asks about each of its months."""
    subprocess.run([BUILD / "tests/county/county", "--out", folder, "--households", "40", "--months", "12", "--seed", "5"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = folder / "scenario.json"
    scenario = json.loads(path.read_text("utf-8"))
    scenario["questions"] = [{"period": month} for month in MONTHS]
    path.write_text(json.dumps(scenario, ensure_ascii=False), "utf-8")


def answer(scenario, month, *options):
    """What is said about a month. (Whom no household holds is counted by recomputing only: a seal is of households.)"""
    dumped = scenario.dump(month, *options)
    return {key: dumped[key] for key in ("covered", "households")}


def known(scenario, month, instant):
    return answer(scenario, month, "--known-at", instant + TZ)


def sealed_months(scenario):
    rows = json.loads(scenario.olive("period", "ls", "--output", "json"))
    return [row["period"] for row in rows if row["state"] == "sealed"]


def load_as_it_went(scenario):
    """The recipe of README.md."""
    for month in MONTHS:
        scenario.deliver_until(cut(month))
        scenario.fuse()
        scenario.olive("period", "close", month)
    scenario.fuse()


def load_at_once(scenario):
    scenario.deliver()
    scenario.fuse()
    for month in MONTHS:
        scenario.olive("period", "close", month, "--no-wait")
        scenario.fuse()


def compare(tap, history, at_once):
    seals = {month: answer(history, month) for month in MONTHS}
    end = cut(MONTHS[-1])

    tap.ok("every delivery is in", history.dropped == len(history.deliveries))
    tap.ok("twelve months are sealed", sealed_months(history) == MONTHS, str(sealed_months(history)))
    tap.ok("also when all was loaded at once", sealed_months(at_once) == MONTHS)
    tap.ok("the accounting balances", history.balanced() and at_once.balanced())
    tap.ok("both ways took the same lines", history.totals() == at_once.totals())
    for month in MONTHS:
        tap.ok(f"the seal of {month} is what was known at its cut", seals[month] == known(history, month, cut(month)))
        tap.ok(f"whoever loaded all at once can say the same of {month}",
               seals[month] == known(at_once, month, cut(month)))
    tap.ok("the last seals have the same root", history.root("--period", MONTHS[-1]) == at_once.root("--period", MONTHS[-1]))
    tap.ok("and are the recomputation", seals[MONTHS[-1]] == known(history, MONTHS[-1], end))
    tap.ok("so are the live profiles", history.root() == at_once.root())
    late = [month for month in MONTHS if seals[month] != known(history, month, end)]
    tap.ok("what came late is in no earlier seal", late and MONTHS[-1] not in late, str(late))
    tap.ok("when all was loaded at once it is in every one", all(answer(at_once, month) == known(at_once, month, end)
                                                                 for month in MONTHS))


def main():
    tap = Tap()
    build()
    with tempfile.TemporaryDirectory(prefix="olive-history-test.") as work:
        county(Path(work))
        with Scenario(work) as history, Scenario(work) as at_once:
            for scenario, load in ((history, load_as_it_went), (at_once, load_at_once)):
                scenario.prepare()
                load(scenario)
            compare(tap, history, at_once)
    tap.end()


if __name__ == "__main__":
    main()
