#!/usr/bin/env python3
"""fusion_same - the same records come to the same state and seal: however many partitions, however large a flush, from
offset 0 into an empty database, computed anew from the evidence; and a second delivery of them writes no row."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))
from stage import BROKEN, Stage, Tap, ask, broken, core, differences, psql  # noqa: E402

PERIOD = "2025-11"
FLUSHES = {"one record a flush": 1, "tiny": 37, "huge": 1000000}
REPEATED = "SELECT sum(repeated) FROM olive.topic_offset WHERE topic NOT LIKE '%delivery.v1'"
ROWS = {
    table: f"SELECT count(*), md5(string_agg(concat(t.ctid, t.xmin), '' ORDER BY {key})) FROM olive.{table} t"
    for table, key in {"evidence": "subject, seq", "subject": "token", "profile": "kind, household"}.items()
}


def fuse_and_seal(stage, case, **fuse):
    """Fused, closed and sealed, with the sweep to the next period; the configuration."""
    database = stage.fresh(case)
    config = stage.config(database, member="one", **fuse)
    codes = [stage.finish(config), stage.olive(config, "period", "close", PERIOD, "--no-wait")[0], stage.finish(config)]
    return database, config, codes


def recomputed(tap, stage, config):
    """Two ways to the same bytes: sealed rows, and the evidence folded and assessed anew."""
    sealed = stage.olive(config, "dump", "--root", "--period", PERIOD)
    anew = stage.olive(config, "dump", "--root", "--period", PERIOD, "--known-at", "2099-01-01T00:00:00")
    tap.ok("the evidence comes to the sealed root again", sealed == anew and sealed[0] == 0, f"{sealed} {anew}")
    live = stage.olive(config, "dump", "--root")
    anew = stage.olive(config, "dump", "--root", "--known-at", "2099-01-01T00:00:00")
    tap.ok("and to the live root", live == anew and live[0] == 0, f"{live} {anew}")


def again(tap, stage, database, config):
    before, rows = core(database), ask(ROWS, database)
    repeated = int(psql(REPEATED, database))
    read = int(psql(REPEATED.replace("(repeated)", "(records)"), database))
    stage.publish(*stage.population)
    tap.ok("what was delivered is delivered again", stage.finish(config) == 0, stage.log())
    after = core(database)
    tap.ok("and changes nothing", after == before, differences(after, before))
    tap.ok("writes no row of evidence, subjects or profiles", ask(ROWS, database) == rows, differences(ask(ROWS, database), rows))
    twice = int(psql(REPEATED, database)) - repeated
    bad = int(psql("SELECT sum(quarantined) FROM olive.topic_offset", database)) // 2
    tap.ok("every record of it counts as repeated", twice == read - bad, f"{twice} of {read - bad}")
    tap.ok("the counts still balance", not broken(database), str(BROKEN))


def main():
    tap = Tap()
    with Stage("same", subjects=300, records=20) as stage:
        database, config, codes = fuse_and_seal(stage, "calm")
        wanted = core(database)
        tap.ok("four partitions: fused, closed, sealed", codes == [0, 0, 0] and wanted["roots"] and not broken(database), stage.log())
        recomputed(tap, stage, config)
        for name, records in FLUSHES.items():
            if records == 1:
                continue  # below, on a smaller population
            other, _, codes = fuse_and_seal(stage, f"flush{records}", flush_records=records)
            tap.ok(f"{name} flushes come to the same root and seal", codes == [0, 0, 0] and core(other) == wanted,
                   differences(core(other), wanted))
        other, _, codes = fuse_and_seal(stage, "small", memory_mib=16, flush_records=500)
        tap.ok("so does little memory", codes == [0, 0, 0] and core(other) == wanted, differences(core(other), wanted))
        again(tap, stage, database, config)
    for partitions in (1, 16):
        with Stage(f"same{partitions}", subjects=300, records=20, partitions=partitions) as stage:
            other, _, codes = fuse_and_seal(stage, "calm")
            tap.ok(f"{partitions} partitions come to the same root and seal", codes == [0, 0, 0] and core(other) == wanted,
                   differences(core(other), wanted))
    with Stage("same0", subjects=20, records=10) as stage:
        one, _, _ = fuse_and_seal(stage, "one", flush_records=1)
        all_, _, codes = fuse_and_seal(stage, "all")
        tap.ok("one record a flush comes to the same as all in one", codes == [0, 0, 0] and core(one) == core(all_),
               differences(core(one), core(all_)))
    tap.end()


if __name__ == "__main__":
    main()
