#!/usr/bin/env python3
"""intake_kill - olive-connect killed at every named point, at any change of its disk and at any moment: nothing lost or twice.

$OLIVE_KILLS: how often it is killed at least (40); `tests/run --thorough` sets 500. $OLIVE_SEED repeats a run.
"""

import os
import random
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from four_feeds import Intake, await_stopped, calm, points, same, seed, shim  # noqa: E402
from stage import Tap  # noqa: E402

KILLS = int(os.environ.get("OLIVE_KILLS") or 40)
KILLED = -signal.SIGKILL
ROUNDS_MAX = 60  # kills of one series
# How often a point is passed in one run, about: a kill may come at any of the times.
PASSES = {"connect-line": 3000, "connect-ending": 50, "connect-acknowledged": 1}
ACKNOWLEDGED = "connect-acknowledged"  # passed every million lines, or when it is asked to stop


def stop_in_delivery(desk, action="term"):
    """The shim's fault for a SIGTERM that comes when a file has just been claimed: it is obeyed amid its lines."""
    return shim(desk.work, fault=f"{action}:rename:/phones/work/:1")


def at_named_points(tap, wanted):
    """One after the other, the same files: what the first kill left is taken up by a run that is killed, too."""
    killed = {}
    with Intake() as desk:
        desk.drop_all()
        for point in points():
            killed[point] = desk.play(point, stop_in_delivery(desk) if point == ACKNOWLEDGED else None)
        desk.finish()
        same(tap, f"killed at {len(points())} points one after the other, it comes to the same", desk, wanted, killed)
    for point in [point for point in points() if killed[point] != KILLED]:  # it was passed no more: alone it is
        with Intake() as desk:
            desk.drop_all()
            killed[point] = desk.play(point, stop_in_delivery(desk) if point == ACKNOWLEDGED else None)
            desk.finish()
            same(tap, f"killed at {point}, it comes to the same", desk, wanted)
    missed = [point for point, code in killed.items() if code != KILLED]
    tap.ok(f"each of the {len(killed)} points of the code was reached", len(killed) >= 10 and not missed, f"{missed} of {killed}")
    return len(killed)


def a_kill(desk, dice):
    """Of three sorts: a named point, an operation on the disk, a moment."""
    sort = dice.randrange(3)
    if sort == 0:
        point = dice.choice([point for point in points() if point != ACKNOWLEDGED])
        return {"fault": f"{point}:{dice.randint(1, PASSES.get(point, 4))}"}
    if sort == 1:
        return {"shimmed": shim(desk.work, fault=f"kill:any:/state/:{dice.randint(1, 90)}")}
    return {"after_s": dice.uniform(0.02, 0.9)}


def series(tap, wanted, dice, number, wanted_kills):
    """Killed again and again until the files are through; how often."""
    kills = done = 0
    with Intake() as desk:
        desk.drop_all()
        while not done and kills < min(wanted_kills, ROUNDS_MAX):
            code = desk.play(**a_kill(desk, dice))
            kills += code == KILLED
            done = code in (0, 65)
            if code not in (0, 65, KILLED):
                tap.ok("killed before, it starts", False, f"{code}: {desk.log()[-1500:]}")
                return kills
        desk.finish()
        same(tap, f"series {number}: killed {kills} times, it comes to the same", desk, wanted, desk.log()[-1500:])
    return kills


def stopped(tap, wanted):
    with Intake() as desk:
        desk.drop_all()
        process = desk.start("--once", fault="connect-line:300:stop")
        halted = await_stopped(process)
        second = desk.play()
        process.send_signal(signal.SIGCONT)
        code = process.wait()
        tap.ok("stopped amid a delivery, it is not taken for dead by a second one, which gives way, and goes on when it is let",
               halted and second == 75 and code == 65, f"{halted} {second} {code}")
        same(tap, "and comes to the same", desk, wanted)


def asked_to_stop(tap, wanted):
    with Intake() as desk:
        desk.drop_all()
        code = desk.play(shimmed=stop_in_delivery(desk))
        journal = desk.state("phones", "journal", "log").read_text("utf-8")
        tap.ok("SIGTERM amid a delivery ends it cleanly, and the journal says how far Kafka has it",
               code in (0, 65) and '"acknowledged"' in journal and '"settled"' not in journal, f"{code} {journal[:600]}")
        again = desk.play("connect-line")
        tap.ok("killed in the rest of the delivery", again == KILLED, again)
        desk.finish()
        same(tap, "asked to stop, then killed, it comes to the same", desk, wanted)


def main():
    tap, dice = Tap(), random.Random(seed())
    wanted = calm()
    tap.ok("undisturbed, every file is settled", not wanted["left"] and len(wanted["receipts"]) == 17, wanted["receipts"])
    kills = at_named_points(tap, wanted)
    stopped(tap, wanted)
    asked_to_stop(tap, wanted)
    number = 0
    while kills < KILLS:
        number += 1
        kills += max(1, series(tap, wanted, dice, number, KILLS - kills))
    tap.end()


if __name__ == "__main__":
    main()
