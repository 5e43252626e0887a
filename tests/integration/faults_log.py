#!/usr/bin/env python3
"""faults_log - a log that holds what no record is, twice what is one, or no longer what is due: poison goes to quarantine
and is counted, repeats change nothing, and a gap stops its partition with an alarm. Topics of unequal or other partition
counts are refused."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))
from stage import Stage, Tap, core, psql, same, until  # noqa: E402

QUARANTINED = "SELECT reason FROM olive.quarantine WHERE topic = '{}' AND partition = {} AND \"offset\" >= {}"
REPEATED = "SELECT sum(repeated) FROM olive.topic_offset"
LONG = "0a" * 1100


def next_offset(database, stage, source, partition):
    return int(psql(f"SELECT next_offset FROM olive.topic_offset WHERE topic = '{stage.topic(source)}' AND partition = {partition}", database))


def poison(tap, stage, database, config):
    before, wanted = {p: next_offset(database, stage, "deposit", p) for p in range(4)}, core(database)
    key, value = stage.hand("get", "deposit", 0, 0).split()
    other, _ = stage.hand("get", "deposit", 0, 1).split()
    _, bill = stage.hand("get", "telecom", 0, 0).split()
    cases = [
        ("cannot be decoded", 0, f"{key} ffffffff"),
        ("is empty", 0, f"{key} -"),
        ("too large", 0, f"{key} {LONG}"),
        ("the key is not the record's subject", 0, f"{other} {value}"),
        ("the key is not the record's subject", 0, f"- {value}"),
        ("not exactly the fact of its topic", 0, f"{key} {bill}"),
        ("another partition", 1, f"{key} {value}"),
    ]
    for _, partition, line in cases:
        stage.hand("put", "deposit", partition, lines=line + "\n")
    stage.hand("put", "delivery", 0, lines="- 0a02ffff\n")
    tap.ok("among poison, it ends", stage.finish(config) == 0, stage.log())
    reasons = [
        reason for partition in range(4)
        for reason in psql(QUARANTINED.format(stage.topic("deposit"), partition, before[partition]), database).splitlines()
    ]
    for case in sorted({case for case, _, _ in cases}):
        wants = sum(case == other_case for other_case, _, _ in cases)
        tap.ok(f"quarantined: {case}", sum(case in reason for reason in reasons) == wants, str(reasons))
    tap.ok("and nothing else is", len(reasons) == len(cases), str(reasons))
    tap.ok("so is a receipt that is none", psql("SELECT count(*) FROM olive.quarantine WHERE topic LIKE '%delivery%'", database) == "1")
    same(tap, "no row of anybody has changed, and the counts balance", database, wanted)


def repeats(tap, stage, database, config):
    """Records of any rank, superseded ones among them, long after they were committed."""
    wanted, before = core(database), int(psql(REPEATED, database))
    lines = [stage.hand("get", "deposit", 0, offset) for offset in range(12)]
    stage.hand("put", "deposit", lines="\n".join(lines) + "\n")
    tap.ok("repeated records, it ends", stage.finish(config) == 0, stage.log())
    again = int(psql(REPEATED, database)) - before
    poison_among = int(psql("SELECT count(*) FROM olive.quarantine WHERE topic LIKE '%deposit%' AND partition = 0 AND \"offset\" < 12", database))
    tap.ok("they count as repeated", again == len(lines) - poison_among, f"{again} of {len(lines)}, {poison_among}")
    same(tap, "and are stored once", database, wanted)


def gap(tap, stage, calm, what, lose, source, lost_all=False):
    """A database that has read a part; then the log loses what it had not read."""
    database = stage.fresh(f"gap_{source}")
    config = stage.config(database, member="one", flush_records=500)
    stage.wait(stage.start(config, fault="flush-committed:12"))
    part = next_offset(database, stage, source, 2)
    lose(part)
    code = stage.finish(config)
    log = stage.log()
    named = f"{stage.topic(source)} [" if lost_all else f"{stage.topic(source)} [2]: offset {part} is due"
    tap.ok(f"{what}: --until-end fails, and says where", code == 1 and named in log, f"{code} {log}")
    tap.ok(f"{what}: nothing of the partition is skipped", next_offset(database, stage, source, 2) == part)
    others = f"SELECT partition, next_offset FROM olive.topic_offset WHERE topic = '{stage.topic(source)}' AND partition <> 2"
    got, wanted = (psql(others + " ORDER BY partition", name) for name in (database, calm))
    if not lost_all:
        tap.ok(f"{what}: the other partitions are read to the end", got == wanted, f"{got} {wanted}")
    process = stage.start(config)
    alarmed = until(lambda: "is due and is not in the log" in stage.log()[len(log) - 200:], 20)
    process.terminate()
    tap.ok(f"{what}: a running instance alarms and goes on", alarmed and stage.wait(process) == 0, stage.log())


def partitions(tap, stage, database, config):
    stage.hand("grow", "deposit", 6)
    code = stage.finish(config)
    tap.ok("topics of unequal partitions are refused", code == 78 and "all must have as many" in stage.log(), f"{code} {stage.log()}")
    for source in ["household", "roster", "declaration", "property", "vehicle", "provident-fund", "utility", "telecom", "transport",
                   "meter"]:
        stage.hand("grow", source, 6)
    code = stage.finish(config)
    tap.ok("so is a database that was filled with another count", code == 78 and "was filled from topics with 4" in stage.log(),
           f"{code} {stage.log()}")


def main():
    tap = Tap()
    with Stage("log", subjects=300, records=30) as stage:
        database = stage.fresh("calm")
        config = stage.config(database, member="one")
        tap.ok("calm, it ends", stage.finish(config) == 0, stage.log())
        poison(tap, stage, database, config)
        repeats(tap, stage, database, config)

        def trim(part):
            stage.hand("trim", "utility", 2, part + 5)

        def anew(part):
            stage.hand("drop", "telecom")
            until(lambda: make_anew(stage))

        gap(tap, stage, database, "retention", trim, "utility")
        gap(tap, stage, database, "a topic made anew", anew, "telecom", lost_all=True)
        partitions(tap, stage, database, config)
    tap.end()


def make_anew(stage):
    """A deletion is answered before it is done."""
    try:
        stage.hand("make", "telecom", stage.partitions)
    except RuntimeError:
        return False
    return True


if __name__ == "__main__":
    main()
