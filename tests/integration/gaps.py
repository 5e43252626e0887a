#!/usr/bin/env python3
"""gaps - a number that a feed left out shows at once in what operators look at, and in profiles as it was at the last close."""

import json
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import ROOT, Scenario, build  # noqa: E402
from stage import Tap  # noqa: E402

PERIOD = "2025-11"


def folder_of(path):
    """The worked example's households, and a bank whose numbers 1 and 3 come before the close and 2 after it."""
    example = ROOT / "tests/golden/example"
    spec = json.loads((example / "scenario.json").read_text("utf-8"))
    entries = {entry["file"]: entry for entry in spec["received"]}
    bank = (example / "bank-a__1.csv").read_bytes()
    spec["feeds"] = {name: spec["feeds"][name] for name in ("hukou", "bank-a")}
    spec["received"] = [entries["hukou__1.csv"]]
    (path / "hukou__1.csv").write_bytes((example / "hukou__1.csv").read_bytes())
    for number in (1, 3, 2):
        name = f"bank-a__{number}.csv"
        (path / name).write_bytes(bank)
        spec["received"].append({**entries["bank-a__1.csv"], "file": name})
    spec["questions"] = [{"period": PERIOD}]
    (path / "scenario.json").write_text(json.dumps(spec, ensure_ascii=False), "utf-8")
    return path


def shown(scenario, household, *options):
    return json.loads(scenario.olive("profile", "show", "--token", household, "--output", "json", *options)).get("feed_gap")


def main():
    tap = Tap()
    build()
    with tempfile.TemporaryDirectory() as path, Scenario(folder_of(Path(path))) as scenario:
        *first, late = scenario.deliveries
        scenario.prepare()
        for delivery in first:
            scenario.drop(delivery)
        scenario.connect()
        scenario.fuse()
        listed = {feed["feed"]: feed["feed_gap"] for feed in json.loads(scenario.olive("feed", "ls", "--output", "json"))}
        tap.ok("feed ls names the gap at once", listed == {"bank-a": "2", "hukou": None}, listed)
        rows = json.loads(scenario.olive("dump", "--output", "json"))["households"]
        household = next(row["household"] for row in rows if row["kind"] == "registered")
        tap.ok("a live profile knows of gaps from the last close on: there was none", shown(scenario, household) is None)
        scenario.olive("period", "close", PERIOD, "--no-wait")
        scenario.fuse()
        tap.ok("a sealed profile says what had not come", shown(scenario, household, "--period", PERIOD) == {"bank-a": "2"})
        scenario.drop(late)
        scenario.connect()
        scenario.fuse()
        tap.ok("what came after the close does not change what the seal says", shown(scenario, household, "--period", PERIOD) ==
               {"bank-a": "2"} and shown(scenario, household) == {"bank-a": "2"})
        text = scenario.olive("profile", "show", "--token", household, "--period", PERIOD)
        tap.ok("people read it on the page", "had not come by the last close" in text and "bank-a" in text and "number 2" in text, text[-400:])
        scenario.olive("period", "close", "2025-12", "--no-wait")
        scenario.fuse()
        tap.ok("from the next close on there is no gap", shown(scenario, household) is None)
    tap.end()


if __name__ == "__main__":
    main()
