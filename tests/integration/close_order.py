#!/usr/bin/env python3
"""close_order - a delivery that comes in while a close looks at the watermarks: its lines may be sealed before its receipt,
never its receipt before its lines, because that would seal verified zeros for people who have money."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, ROOT, Scenario, build, psql  # noqa: E402
from stage import Tap, go_on, stopped  # noqa: E402

PERIOD = "2025-11"
FILES = {"hukou__1.csv", "bank-a__1.csv"}  # who lives where; and the deposits, of a feed that covers the district


def folder_of(path):
    """So much of the worked example, with the deposits last."""
    example = ROOT / "tests/golden/example"
    spec = json.loads((example / "scenario.json").read_text("utf-8"))
    spec["received"] = [entry for entry in spec["received"] if entry["file"] in FILES]
    spec["feeds"] = {name: spec["feeds"][name] for name in ("hukou", "bank-a")}
    spec["questions"] = [{"period": PERIOD}]
    for name in FILES:
        (path / name).write_bytes((example / name).read_bytes())
    (path / "scenario.json").write_text(json.dumps(spec, ensure_ascii=False), "utf-8")
    return path


def close_held(scenario):
    """A close that has seen the watermarks of the receipts, and not yet those of the records."""
    process = subprocess.Popen([BUILD / "daemon/cli/olive", "period", "close", PERIOD, "--no-wait", "--config", scenario.config],
                               env={**os.environ, "OLIVE_FAULT": "close-delivery:1:stop"})
    return process if stopped(process) else None


def announced(scenario):
    """What a replay on another machine goes by."""
    events = (json.loads(line)["event"] for line in scenario.olive("cat", "delivery").splitlines())
    return next((event["policy"], event["model"]) for event in events if event["event"] == "close")


def pinned(scenario):
    return tuple(psql(f"SELECT encode(policy, 'hex') || ' ' || encode(model, 'hex') FROM olive.seal WHERE period = '{PERIOD}'",
                      scenario.database).split())


def states(scenario, period):
    rows = scenario.dump(period)["households"]
    return [row["states"]["deposit"] for row in rows]


def main():
    tap = Tap()
    build()
    with tempfile.TemporaryDirectory() as path, Scenario(folder_of(Path(path))) as scenario:
        people, bank = scenario.deliveries
        scenario.prepare()
        scenario.drop(people)
        scenario.connect()
        scenario.fuse()
        close = close_held(scenario)
        scenario.drop(bank)
        scenario.connect()
        go_on(close)
        tap.ok("a close during which a delivery comes in ends", close.wait(60) == 0)
        scenario.fuse()
        tap.ok("the close record names the policy and the model that the seal is made by", announced(scenario) == pinned(scenario),
               f"{announced(scenario)} {pinned(scenario)}")
        sealed = states(scenario, PERIOD)
        tap.ok("its lines are sealed", "known" in sealed, str(sealed))
        tap.ok("nobody else is said to have nothing", "zero" not in sealed and "missing" in sealed, str(sealed))
        scenario.olive("period", "close", "2025-12", "--no-wait")
        scenario.fuse()
        tap.ok("the receipt counts from the next period on", "zero" in states(scenario, "2025-12"))
    tap.end()


if __name__ == "__main__":
    main()
