#!/usr/bin/env python3
"""faults_close - a period closed while records stream in, with programs killed on the way: every seal is that of a calm
run, and what lies behind the cut goes into the next period."""

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))
from stage import BUILD, Stage, Tap, core, go_on, progress, psql, same, stopped, until  # noqa: E402

PERIOD = "2025-11"
POINTS = ["seal-begin", "seal-commit", "seal-committed", "flush-commit"]
AFTERWARDS = ["2", "200", "20"]  # seed, subjects, records of what comes behind the cut


class Trickle:
    """Messages all the time, so that no instance is ever idle: they are no records, and go to quarantine."""

    def __init__(self, stage):
        self.process = subprocess.Popen(
            [BUILD / "tests/faults/log_hand", stage.config(stage.template), "put", stage.topic("deposit")],
            stdin=subprocess.PIPE, text=True,
        )
        self.over = False

    def drip(self):
        with contextlib.suppress(OSError):
            while not self.over:
                self.process.stdin.write("00 00\n")
                self.process.stdin.flush()
                time.sleep(0.002)

    def __enter__(self):
        self.thread = threading.Thread(target=self.drip, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *ignored):
        self.over = True
        self.thread.join()
        self.process.stdin.close()
        self.process.wait()


def sealed(database):
    return psql(f"SELECT count(*) FROM olive.seal WHERE period = '{PERIOD}'", database) == "1"


def closing(database):
    return psql("SELECT state FROM olive.period", database) == "closing" and progress(database) == 0


def announced(stage, config):
    code, lines = stage.olive(config, "cat", stage.topic("delivery"))
    return sum('"close"' in line or '"cuts"' in line for line in lines.splitlines()) if code == 0 else -1


class Late:
    """What comes between a close's look at the watermarks and its cut is taken by an instance before the cut is there:
    the flush has to give it back."""

    def __init__(self, tap, stage):
        self.tap, self.stage, self.database = tap, stage, stage.fresh("late")
        self.config = stage.config(self.database, member="late", flush_records=1000000)
        stage.wait(stage.start(self.config, fault="flush-begin"))  # the period is open
        self.close = stage.begin(self.config, "period", "close", PERIOD, "--no-wait", fault="close-watermarks:1:stop")
        tap.ok("late: the close has seen the watermarks", stopped(self.close))

    def ends(self, wanted):
        instance = self.stage.start(self.config, "--until-end", fault="flush-begin:1:stop", log="late")
        asleep = stopped(instance)
        go_on(self.close)
        closed = self.stage.wait(self.close)
        go_on(instance)
        ended = self.stage.wait(instance)
        self.tap.ok("late: a flush that goes beyond the cut is refused, and done again up to it",
                    asleep and (closed, ended) == (0, 0) and "taken beyond the cut" in self.stage.log("late"),
                    f"{asleep} {closed} {ended} {self.stage.log('late')}")
        same(self.tap, "late: the seal is that of the calm run", self.database, wanted)


def under_load(tap, stage):
    """Nothing is ever idle, and still the period ends, the windows slide, and --until-end ends."""
    database = stage.fresh("load")
    config = stage.config(database, member="one")
    with Trickle(stage) as trickle:
        process = stage.start(config)
        code, _ = stage.olive(config, "period", "close", PERIOD)
        tap.ok("a period is sealed while messages stream in", code == 0 and sealed(database), stage.log())
        moved = until(lambda: psql("SELECT min(as_of) = 2025 * 12 + 11 FROM olive.subject", database) == "t")
        tap.ok("and the sweep slides every subject to the next", moved and trickle.process.poll() is None, stage.log())
        process.terminate()
        tap.ok("SIGTERM ends it", stage.wait(process) == 0)
        tap.ok("--until-end ends where the log ended when it began", stage.finish(config) == 0, stage.log())


def main():
    tap = Tap()
    with Stage("close", subjects=300, records=20) as stage:
        calm = stage.fresh("calm")
        calm_config = stage.config(calm, member="one")
        codes = [stage.finish(calm_config), stage.olive(calm_config, "period", "close", PERIOD, "--no-wait")[0],
                 stage.finish(calm_config)]
        tap.ok("calm: fused, closed, sealed", codes == [0, 0, 0] and sealed(calm), f"{codes} {stage.log()}")
        tap.ok("the close record is in the log once", announced(stage, calm_config) == 1, str(announced(stage, calm_config)))

        # Closed before anything is fused, and then more comes: its records lie behind the cut.
        cases = {name: stage.fresh(name) for name in ["two", *(point.replace("-", "_") for point in POINTS), "overtaken"]}
        configs = {name: stage.config(database, member="one", flush_records=200) for name, database in cases.items()}
        for name, config in configs.items():
            stage.wait(stage.start(config, fault="flush-begin"))  # the period is open, and nothing is fused
            fault = "close-committed" if name == "overtaken" else None
            code, _ = stage.olive(config, "period", "close", PERIOD, "--no-wait", fault=fault)
            tap.ok(f"{name}: the period is closing", code == (-9 if fault else 0) and closing(cases[name]), str(code))
        late = Late(tap, stage)
        stage.publish(*AFTERWARDS)
        tap.ok("calm: what comes behind the cut is fused, too", stage.finish(calm_config) == 0, stage.log())
        wanted = core(calm)

        pair = [stage.start(stage.config(cases["two"], member=member, flush_records=200)) for member in ("one", "another")]
        end = progress(calm)
        done = until(lambda: sealed(cases["two"]) and progress(cases["two"]) >= end)
        tap.ok("two instances come to the cut, seal, and go on behind it", done, f"{progress(cases['two'])} of {end} {stage.log()}")
        for process in pair:
            process.terminate()
            stage.wait(process)
        code = stage.finish(configs["two"])
        tap.ok("and sweep", code == 0, f"exit code {code} {stage.log()}")
        same(tap, "the seal and what follows are those of the calm run", cases["two"], wanted)

        for point in POINTS:
            name = point.replace("-", "_")
            killed = stage.wait(stage.start(configs[name], "--until-end", fault=f"{point}:1"))
            ended = stage.finish(configs[name])
            tap.ok(f"killed at {point}, it seals when started again", (killed, ended) == (-9, 0), f"{killed} {ended} {stage.log()}")
            same(tap, f"and the seal is the same after {point}", cases[name], wanted)

        count = announced(stage, calm_config)
        tap.ok("the command that was killed in time has announced nothing", count == len(cases), str(count))
        tap.ok("what it closed is sealed", stage.finish(configs["overtaken"]) == 0, stage.log())
        same(tap, "with the same seal", cases["overtaken"], wanted)
        count = announced(stage, calm_config)
        tap.ok("and whoever sealed has announced it, once", count == len(cases) + 1, str(count))
        again = [stage.olive(configs["overtaken"], "period", "close", PERIOD)[0] for _ in range(2)]
        tap.ok("to close a sealed period again is harmless", again == [0, 0], str(again))
        same(tap, "and changes nothing", cases["overtaken"], wanted)
        late.ends(wanted)
        under_load(tap, stage)
    tap.end()


if __name__ == "__main__":
    main()
