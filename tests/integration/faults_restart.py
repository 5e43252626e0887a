#!/usr/bin/env python3
"""faults_restart - PostgreSQL and Kafka stopped, killed and started again under a running olive-fuse, on a stack of its
own: it waits, goes on by itself, and the state is that of an undisturbed run."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))
from stage import ROOT, Stage, Tap, progress, run, same, state, until  # noqa: E402

folder = Path(tempfile.mkdtemp(prefix="olive-restart.", dir="/tmp"))


def stack(*words):
    return run([ROOT / "deploy/stack", words[0], "--dir", folder / "stack", *words[1:]])


def kill_and_start(server, away_s):
    stack("kill", server)
    time.sleep(away_s)
    stack("up")


def gets_to(database, share):
    try:
        return progress(database) >= share
    except RuntimeError:
        return False  # the server is not there yet


def main():
    tap = Tap()
    with Stage("restart", subjects=400, records=40) as stage:
        calm = stage.fresh("calm")
        tap.ok("undisturbed, it ends", stage.finish(stage.config(calm, member="one")) == 0, stage.log())
        wanted, end = state(calm), progress(calm)
        database = stage.fresh("restarted")
        config = stage.config(database, member="one", flush_records=200)
        process = stage.start(config)
        for server, share in (("postgres", 0.2), ("kafka", 0.5)):
            until(lambda share=share: gets_to(database, end * share))
            kill_and_start(server, 1)
            tap.ok(f"{server} is killed and comes back: the instance is still there", process.poll() is None, stage.log())
        done = until(lambda: gets_to(database, end))
        process.terminate()
        tap.ok("it gets to the end, and leaves", stage.wait(process) == 0 and done, stage.log())
        stage.finish(config)
        same(tap, "with the state of an undisturbed run", database, wanted)

        stack("kill", "postgres")
        code = stage.finish(config, 60)
        tap.ok("without a database it does not start, and says that a dependency is down", code == 69, f"{code} {stage.log()}")
        stack("up")
    tap.end()


try:
    stack("up")
    for line in stack("env").splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        os.environ[name] = value.strip("'\"")
    main()
finally:
    subprocess.run([ROOT / "deploy/stack", "reset", "--dir", folder / "stack"], capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)
