#!/usr/bin/env python3
"""reassess - a policy that changes in the midst of a period: all profiles come to what they would be if it had always been
in force, at once or not at all, whatever fuses beside it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, ROOT, Scenario, build  # noqa: E402
from stage import Tap, go_on, stopped  # noqa: E402

EXAMPLE = ROOT / "tests/golden/example"


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


def under(cap_fen, order=None):
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


def beside_a_fusion(tap, scenario, low):
    """A flush that waits for the owner rows reads the rules after it has them."""
    process = command(scenario, "reassess-commit:1:stop")
    tap.ok("it stands before its commit", stopped(process))
    half = scenario.deliveries[len(scenario.deliveries) // 2:]
    for delivery in half:
        scenario.drop(delivery)
    scenario.connect()
    fuse = subprocess.Popen([BUILD / "daemon/fuse/olive-fuse", "--until-end", "--config", scenario.config],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    go_on(process)
    tap.ok("it ends, and so does the fusion beside it", process.wait(60) == 0 and fuse.wait(120) == 0)
    tap.ok("no profile is left that the former policy made", scenario.root() == low)


def main():
    tap = Tap()
    build()
    low, high = under(1), under(10**9)
    tap.ok("the cap shows in the profiles", low != high)
    with Scenario(EXAMPLE) as scenario:
        scenario.prepare()
        change(scenario, 10**9)
        for delivery in scenario.deliveries[:len(scenario.deliveries) // 2]:
            scenario.drop(delivery)
        scenario.connect()
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
    tap.end()


if __name__ == "__main__":
    main()
