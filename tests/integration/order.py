#!/usr/bin/env python3
"""order - P2: whatever the order, the repetition, the cut into batches, the partitions and the instances, the same roots.

Small seeded counties. The first run of each is the plain one; all others must come to its seals, its dumps and its
accounting, byte for byte.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, Scenario  # noqa: E402
from stage import Tap  # noqa: E402

HOUSEHOLDS = {1: 40}  # seed: size


def county(folder, seed, households):
    subprocess.run([BUILD / "tests/county/county", "--out", folder, "--households", str(households), "--seed", str(seed),
                    "--months", "12"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


def again(scenario):
    """Every third delivery once more, as it was."""
    for delivery in scenario.deliveries[::3]:
        scenario.drop(delivery)
    scenario.connect()


def read_again(scenario):
    """A second life of the state: an empty database reads the same topics from offset 0."""
    scenario.replace_database()


def outcome(folder, shuffle=None, batches=1, instances=1, after=None, **options):
    with Scenario(folder, **options) as scenario:
        scenario.prepare()
        scenario.deliver(shuffle, batches)
        if after is again:
            again(scenario)
        scenario.fuse(instances)
        if after is read_again:
            read_again(scenario)
            scenario.fuse(instances)
        scenario.close_periods(instances)
        period = scenario.periods()[-1]
        return {"seals": scenario.seals(), "live": scenario.root(), "sealed": scenario.root("--period", period),
                "recomputed": scenario.root("--period", period, "--known-at", "2999-12-31T23:59:59+08:00"),
                "totals": scenario.totals(), "balanced": scenario.balanced()}


VARIANTS = [
    ("deliveries of delta feeds in another order, in seven batches", {"shuffle": 1, "batches": 7}),
    ("another order again, one instance more", {"shuffle": 2, "batches": 3, "instances": 2}),
    ("1 partition", {"partitions": 1}),
    ("16 partitions, two instances", {"partitions": 16, "instances": 2}),
    ("flushes of 50 records", {"flush_records": 50, "flush_ms": 1}),
    ("one flush for all", {"flush_records": 1000000, "flush_ms": 1000}),
    ("offset 0 again into an empty database", {"after": read_again}),
]


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="olive-order-test.") as folder:
        for seed, households in HOUSEHOLDS.items():
            path = county(f"{folder}/{seed}", seed, households)
            plain = outcome(path)
            tap.ok(f"county {seed}: it balances", plain["balanced"], plain["totals"])
            tap.ok(f"county {seed}: the seal is what the evidence says", plain["sealed"] == plain["recomputed"], plain)
            for what, options in VARIANTS:
                got = outcome(path, **options)
                tap.ok(f"county {seed}: {what}: the same roots, seals and accounting", got == plain,
                       {key: (got[key], plain[key]) for key in plain if got[key] != plain[key]})
            twice = outcome(path, after=again)
            same = {key: twice[key] == plain[key] for key in ("seals", "live", "sealed", "recomputed", "balanced")}
            tap.ok(f"county {seed}: every third delivery again: the same roots, counted as duplicates", all(same.values()) and
                   twice["totals"]["duplicate"] > plain["totals"]["duplicate"] and
                   twice["totals"]["published"] == plain["totals"]["published"], (same, twice["totals"]))
    tap.end()


if __name__ == "__main__":
    sys.exit(main())
