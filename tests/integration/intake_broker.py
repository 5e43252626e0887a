#!/usr/bin/env python3
"""intake_broker - the broker goes away amid deliveries and stays away, until the connector has said so and tried again; nothing is
lost or twice. On a stack of its own.

How long it is away is bound by what the connector does, not by a clock: $OLIVE_KILLS of 500 and more (`tests/run --thorough`) waits
for eight of its tries, minutes, at two moments; else for one.
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from four_feeds import Intake, await_stopped, calm, same  # noqa: E402
from scenario import ROOT, run  # noqa: E402
from stage import Tap, until  # noqa: E402

THOROUGH = int(os.environ.get("OLIVE_KILLS") or 40) >= 500
TRIES = 8 if THOROUGH else 1
LONG_S = 900  # only a failure waits so long
# Where it is when the broker goes: amid lines, and before a receipt.
MOMENTS = ["connect-line:2000", "connect-settling:3"]


def tries(desk):
    return sum(" retry: " in line for line in desk.log().splitlines())


def away(tap, wanted, stack, moment):
    with Intake() as desk:
        desk.drop_all()
        process = desk.start("--set", "connect.scan_ms=50", fault=f"{moment}:stop")
        halted = await_stopped(process)
        stack("kill", "kafka")
        process.send_signal(signal.SIGCONT)
        tried = until(lambda: tries(desk) >= TRIES or process.poll() is not None, LONG_S) and process.poll() is None
        tap.ok(f"at {moment} the broker goes, and after {TRIES} failed tries or more the connector is still there and has said why",
               halted and tried and "kafka" in desk.log().lower(), f"{halted} {process.poll()} {desk.log()[-1500:]}")
        stack("up")
        done = until(lambda: not desk.left() or process.poll() is not None, LONG_S)
        process.terminate()
        code = process.wait()
        tap.ok("when it is back, it goes on by itself and ends cleanly when asked", done and code == 0, f"{code} {desk.log()[-1500:]}")
        same(tap, "and nothing is lost or twice", desk, wanted, desk.log()[-1500:])


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="olive-away-test.") as folder:
        def stack(*words):
            return run([ROOT / "deploy/stack", *words, "--dir", folder + "/stack"])

        try:
            stack("up")
            os.environ.update({name: str(value) for name, value in json.loads(stack("env", "--output", "json")).items()})
            wanted = calm()
            for moment in MOMENTS if THOROUGH else MOMENTS[:1]:
                away(tap, wanted, stack, moment)
        finally:
            stack("reset")
    tap.end()


if __name__ == "__main__":
    main()
