#!/usr/bin/env python3
"""connect_broker - the broker is killed while olive-connect publishes, and comes back: every line once, on a stack of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "harness"),
                str(Path(__file__).resolve().parents[1] / "faults")]
from connect import BANK, Desk, bank_lines  # noqa: E402
from scenario import BUILD, ROOT, run  # noqa: E402
from stage import Tap  # noqa: E402

LINES = 150_000


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="olive-broker-test.") as folder:
        def stack(*words):
            return run([ROOT / "deploy/stack", *words, "--dir", folder + "/stack"])

        try:
            stack("up")
            os.environ.update({name: str(value) for name, value in json.loads(stack("env", "--output", "json")).items()})
            with Desk() as desk:
                desk.put("bank", "big.csv", BANK + bank_lines(1, LINES), sequence=1)
                process = subprocess.Popen([BUILD / "connectors/olive-connect", "--once", "--config", desk.config],
                                           stderr=subprocess.PIPE, text=True)
                time.sleep(0.5)
                stack("kill", "kafka")
                running = process.poll() is None
                time.sleep(1)
                stack("up")
                code = process.wait(120)
                tap.ok("killed under it and started again, the broker costs it nothing but time", running and code == 0,
                       (running, code, process.stderr.read()[-800:]))
                records = desk.ids("deposit")
                tap.ok("every line is there under one record id", len({r["line"] for r in records.values()}) == LINES and
                       len(records) == LINES, len(records))
                tap.ok("and the receipt says so, once", [r["published"] for r in desk.receipts()] == [LINES])
        finally:
            stack("reset")
    tap.end()


if __name__ == "__main__":
    main()
