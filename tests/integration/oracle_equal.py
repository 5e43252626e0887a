#!/usr/bin/env python3
"""oracle_equal - olive on the real stack against the oracle, which shares no code with it: every figure, every column.

    tests/integration/oracle_equal.py [FIRST LAST]    random scenarios by seed (1 12); a county of each kind comes on top

Random scenarios are small and hostile (ties, overlaps, late and repeated lists, edges of windows); counties are what
districts look like. In each, olive's own seals, its dumps and its accounting are held against each other as well.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults", "oracle")]
import random_scenario  # noqa: E402
from compare import differences  # noqa: E402
from oracle import Folder  # noqa: E402
from scenario import BUILD, Failed, Scenario  # noqa: E402
from stage import Tap  # noqa: E402

COUNTIES = [("60 households", ["--households", "60", "--seed", "3"]),
            ("200 households, one line in fifty bad", ["--households", "200", "--seed", "4", "--months", "6", "--bad-rate", "0.02"])]


def olive(folder, **options):
    with Scenario(folder, **options) as scenario:
        scenario.prepare()
        scenario.deliver()
        scenario.fuse()
        sealed = scenario.close_periods()
        answers = scenario.answers(sealed)
        if not scenario.balanced():
            raise Failed("the accounting does not balance")
        return answers


def equal(tap, claim, folder, **options):
    answers = None
    try:
        answers = olive(folder, **options), Folder(folder).report()
        found = list(differences(*answers))
    except Failed as failure:
        found = [str(failure)]
    tap.ok(claim, not found, "\n".join(map(str, found[:10])))
    return answers


# What the oracle does not state: rules of the policy, which have tables of their own (tests/unit).
LEFT_OUT = re.compile(r"(dibao|dibian|rigid_expense)_(income|money|vehicle|home)|groups_derived")


def nothing_left_out(tap, answers):
    """A column that only one side has is passed over: then it must be known which."""
    found = {name for part in answers[0]["answers"] for row in part["households"] for name in row}
    stated = {name for part in answers[1]["answers"] for row in part["households"] for name in row}
    lacking = {name for name in found ^ stated if not LEFT_OUT.fullmatch(name)}
    tap.ok("no column is passed over but those of the policy's own rules", not lacking, " ".join(sorted(lacking)))


def main():
    tap = Tap()
    first, last = map(int, sys.argv[1:3]) if len(sys.argv) > 2 else (1, 12)
    with tempfile.TemporaryDirectory(prefix="olive-oracle-test.") as work:
        for name, options in COUNTIES:
            folder = Path(work, name.split()[0])
            subprocess.run([BUILD / "tests/county/county", "--out", folder, *options], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            answers = equal(tap, f"a county of {name} is what the oracle says, figure by figure", folder)
        if answers:
            nothing_left_out(tap, answers)
        for seed in range(first, last + 1):
            folder = Path(work, f"random{seed}")
            random_scenario.write(seed, folder)
            equal(tap, f"random scenario {seed} is what the oracle says, figure by figure", folder, partitions=1 + seed % 5)
    tap.end()


if __name__ == "__main__":
    main()
