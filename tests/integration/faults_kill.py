#!/usr/bin/env python3
"""faults_kill - olive-fuse killed (SIGKILL) at every named point of a flush, and started again."""

import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))
from stage import Stage, Tap, same, state  # noqa: E402

POINTS = ["flush-begin", "flush-checked", "flush-subjects", "flush-households", "flush-commit", "flush-committed"]
FLUSHES = [1, 4]


def main():
    tap = Tap()
    with Stage("kill") as stage:
        calm = stage.fresh("calm")
        tap.ok("undisturbed, it ends", stage.finish(stage.config(calm, member="one")) == 0, stage.log())
        wanted = state(calm)
        same(tap, "and its state is whole", calm, wanted)

        whole = stage.fresh("whole")
        stage.finish(stage.config(whole, member="one", flush_records=1000000))
        same(tap, "one large flush comes to the same as many small ones", whole, wanted)

        for point in POINTS:
            for flush in FLUSHES:
                database = stage.fresh(f"{point}{flush}")
                config = stage.config(database, member="one")
                killed = stage.wait(stage.start(config, "--until-end", fault=f"{point}:{flush}"))
                ended = stage.finish(config)
                tap.ok(f"killed at {point} of flush {flush}, it ends when started again", (killed, ended) == (-9, 0),
                       f"exit codes {killed}, {ended}: {stage.log()}")
                same(tap, f"and nothing is lost or twice after {point} of flush {flush}", database, wanted)

        random = Random(7)
        database = stage.fresh("anytime")
        config = stage.config(database, member="one", flush_records=100)
        for _ in range(8):
            process = stage.start(config, "--until-end")
            time.sleep(0.3 + random.random())
            process.kill()
            process.wait()
        tap.ok("killed at eight moments of no meaning, it ends when started again", stage.finish(config) == 0, stage.log())
        same(tap, "and comes to the same then, too", database, wanted)

        database = stage.fresh("often")
        config = stage.config(database, member="one")
        codes = [stage.wait(stage.start(config, "--until-end", fault=f"{point}:2")) for point in POINTS]
        tap.ok("killed six times in a row, it still gets on", stage.finish(config) == 0, f"{codes} {stage.log()}")
        same(tap, "and comes to the same", database, wanted)
    tap.end()


if __name__ == "__main__":
    main()
