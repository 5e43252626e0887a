#!/usr/bin/env python3
"""reassess - a policy that changes in the midst of a period: all profiles come to what they would be if it had always been
in force, at once or not at all, whatever fuses beside it."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, ROOT, Scenario, build, psql  # noqa: E402
from stage import Tap, go_on, stopped  # noqa: E402

EXAMPLE = ROOT / "tests/golden/example"
LIMIT_S = 60


def command(scenario, fault=None):
    environment = {**os.environ, **({"OLIVE_FAULT": fault} if fault else {})}
    return subprocess.Popen([BUILD / "daemon/cli/olive", "period", "assess", "--output", "json", "--config", scenario.config],
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def assess(scenario):
    return json.loads(scenario.olive("period", "assess", "--output", "json"))


def change(scenario, cap_fen):
    """Another cap: wages at it are open above."""
    path = scenario.work / "policy.yaml"
    policy = json.loads(path.read_text("utf-8"))
    policy["caps"] = [{"region": "", "from": "2000-01-01", "fen": cap_fen, "basis": "a test"}]
    path.write_text(json.dumps(policy), "utf-8")


def under(cap_fen):
    """The root when this cap was in force from the beginning."""
    with Scenario(EXAMPLE) as scenario:
        scenario.prepare()
        change(scenario, cap_fen)
        scenario.deliver()
        scenario.fuse()
        return scenario.root()


def killed(scenario):
    process = command(scenario, "reassess-commit:1:kill")
    return process.wait(60) == -signal.SIGKILL


def half_of(scenario, second):
    middle = len(scenario.deliveries) // 2
    for delivery in scenario.deliveries[middle:] if second else scenario.deliveries[:middle]:
        scenario.drop(delivery)
    scenario.connect()


def until(condition):
    """Only a failure takes so long."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end and not condition():
        time.sleep(0.1)
    return condition()


def waits_for_a_lock(scenario):
    return psql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                scenario.database) != "0"


def fusing(scenario, *options):
    return subprocess.Popen([BUILD / "daemon/fuse/olive-fuse", *options, "--config", scenario.config],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def beside_a_fusion(tap, scenario, low):
    """Who owns the rows has them until the rules have changed, so nobody writes by the former ones in between."""
    process = command(scenario, "reassess-commit:1:stop")
    tap.ok("it stands before its commit", stopped(process))
    half_of(scenario, second=True)
    fuse = fusing(scenario, "--until-end")
    until(lambda: waits_for_a_lock(scenario) or fuse.poll() is not None)
    go_on(process)
    tap.ok("it ends, and so does the fusion beside it", process.wait(60) == 0 and fuse.wait(120) == 0)
    tap.ok("no profile is left that the former policy made", scenario.root() == low)


def under_a_daemon(tap, low, high):
    """One that has flushed by the former rules goes on by the new ones."""
    with Scenario(EXAMPLE) as scenario:
        scenario.prepare()
        change(scenario, 10**9)
        half_of(scenario, second=False)
        scenario.fuse()
        before = scenario.root()
        fuse = fusing(scenario)
        half_of(scenario, second=True)
        tap.ok("a daemon fuses by the former policy", until(lambda: scenario.root() == high) and before != high)
        change(scenario, 1)
        assess(scenario)
        tap.ok("all is by the new one at once", scenario.root() == low)
        late = scenario.work / "inbox" / "bank-a"
        (late / "bank-a__9.csv").write_text(
            "id_no,account_no,bank_code,balance,balance_date\n" + first_person() + ",69999,A,1.00,2025-12-30\n", "utf-8")
        (late / "bank-a__9.csv.ok").write_text("sequence=9\n", "utf-8")
        scenario.connect()
        tap.ok("a delivery comes in", until(lambda: scenario.root() != low))
        tap.ok("and what it touches is by the new one, too", policies(scenario) == 1)
        fuse.terminate()
        fuse.wait(60)


def policies(scenario):
    return int(psql("SELECT count(DISTINCT policy) FROM olive.profile", scenario.database))


def first_person():
    with open(EXAMPLE / "hukou__1.csv", encoding="utf-8") as file:
        return next(csv.DictReader(file))["id_no"]


def main():
    tap = Tap()
    build()
    low, high = under(1), under(10**9)
    tap.ok("the cap shows in the profiles", low != high)
    with Scenario(EXAMPLE) as scenario:
        scenario.prepare()
        change(scenario, 10**9)
        half_of(scenario, second=False)
        scenario.fuse()
        before = scenario.root()
        tap.ok("by the same policy nothing is written", assess(scenario)["written"] == 0)
        change(scenario, 1)
        tap.ok("killed before its commit …", killed(scenario))
        tap.ok("… it has changed nothing", scenario.root() == before)
        beside_a_fusion(tap, scenario, low)
        tap.ok("again, it has nothing to do", assess(scenario)["written"] == 0)
        change(scenario, 10**9)
        tap.ok("back under the former policy profiles are written anew", assess(scenario)["written"] > 0)
        tap.ok("and all are what they were under it", scenario.root() == high)
        (scenario.work / "policy.yaml").write_text("valid_from: 2999-01-01\n", "utf-8")
        process = command(scenario)
        said = process.communicate(timeout=60)[1]
        tap.ok("a policy that is valid only later is refused, in a line that says so",
               process.returncode == 78 and "2999-01-01" in said and said.count("\n") == 1, said)
    under_a_daemon(tap, low, high)
    tap.end()


if __name__ == "__main__":
    main()
