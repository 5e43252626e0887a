#!/usr/bin/env python3
"""example_stack - the worked example through the real programs is what expected.json says, figure by figure."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / name) for name in ("faults", "oracle")]
from compare import differences  # noqa: E402
from stage import Tap  # noqa: E402

EXAMPLE = TESTS / "golden/example"
# The same bank file as a bank sends it: GB18030, pipes, CRLF, no header; a name that is not mapped must not be read on.
DIALECT = {"charset": "gb18030", "delimiter": "|", "quote": "none", "header": False, "ignore": ["name"],
           "order": ["account_no", "bank_code", "id_no", "name", "balance", "balance_date", "interest", "share", "currency"]}


def scenario(folder, *options):
    done = subprocess.run([TESTS / "scenario", folder, *options], capture_output=True, text=True, timeout=600)
    return done.stdout, done.stderr


def check(tap, claim, said, wanted):
    try:
        found = list(differences(json.loads(said[0]), wanted))
    except ValueError:
        found = [said[1][-1500:]]
    tap.ok(claim, not found, "\n".join(found[:10]))


def with_dialect(folder):
    """bank-a__1 in the bank's own dialect; its other delivery says which dialect it is in by itself."""
    spec = json.loads((EXAMPLE / "scenario.json").read_text("utf-8"))
    for path in EXAMPLE.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "bank-a__1.csv").unlink()
    (folder / "bank-a__1.txt").write_bytes((EXAMPLE / "dialect/bank-a__1.txt").read_bytes())
    for entry in spec["received"]:
        if entry["file"] == "bank-a__1.csv":
            entry["file"], entry["dialect"] = "bank-a__1.txt", DIALECT
    (folder / "scenario.json").write_text(json.dumps(spec), "utf-8")
    wanted = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
    for letter in wanted["dead_letters"]:
        if letter["file"] == "bank-a__1.csv":
            letter.update(file="bank-a__1.txt", line=12)
    return wanted


def main():
    tap = Tap()
    wanted = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
    check(tap, "the worked example, figure by figure", scenario(EXAMPLE), wanted)
    check(tap, "the same with tiny flushes, two instances, 16 partitions, deliveries in another order",
          scenario(EXAMPLE, "--flush-records", "1", "--flush-ms", "1", "--instances", "2", "--partitions", "16", "--shuffle", "7",
                   "--batches", "5"), wanted)
    with tempfile.TemporaryDirectory(prefix="olive-dialect.") as folder:
        said_by = with_dialect(Path(folder))
        check(tap, "the same with bank A's file as a bank sends it", scenario(folder), said_by)
    tap.end()


if __name__ == "__main__":
    main()
