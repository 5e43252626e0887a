#!/usr/bin/env python3
"""faults_protocol - instances that share the work, stop in the middle of it, lose their partitions, their connection or
the answer of a COMMIT: the state is that of an undisturbed one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))
from proxy import Proxy  # noqa: E402
from stage import Stage, Tap, go_on, progress, psql, same, state, stopped, until  # noqa: E402

SETTLED = (
    "SELECT NOT EXISTS (SELECT FROM olive.subject WHERE as_of < (SELECT extract(year FROM d) * 12 + extract(month FROM d) - 1"
    " FROM (SELECT to_date(period, 'YYYY-MM') AS d FROM olive.period WHERE state <> 'sealed') t))"
)


class Case:
    """One database and the instances at work on it."""

    def __init__(self, tap, stage, name, wanted, end, **options):
        self.tap, self.stage, self.wanted, self.end = tap, stage, wanted, end
        self.name = name
        self.database = stage.fresh(name)
        self.options = {"flush_records": 300, **options}

    def start(self, *arguments, fault=None, **more):
        config = self.stage.config(self.database, **{**self.options, **more})
        return self.stage.start(config, *arguments, fault=fault, log=self.name)

    def at(self, share):
        """Waits until this share of the log is committed."""
        return until(lambda: progress(self.database) >= self.end * share)

    def ends(self, claim, *processes, why=""):
        done = self.at(1) and until(lambda: psql(SETTLED, self.database) == "t")
        for process in processes:
            process.terminate()
        codes = [self.stage.wait(process) for process in processes]
        self.tap.ok(f"{claim}: it gets to the end", done and all(code == 0 for code in codes),
                    f"{progress(self.database)} of {self.end}, exit codes {codes}, {why} {self.stage.log(self.name)}")
        same(self.tap, f"{claim}: the state is that of an undisturbed run", self.database, self.wanted,
             self.stage.log(self.name))


def instances(case):
    """How many had a partition last."""
    return int(psql("SELECT count(DISTINCT instance) FROM olive.partition_owner", case.database))


def two_at_once(case):
    """Movers and mixed households lie in both instances' partitions, and flushes are small: they meet all the time."""
    one = case.start(fault="flush-begin:1:2500", flush_records=60, instance="one")  # or it would be done before the other comes
    two = case.start(flush_records=60, instance="two")
    case.tap.ok("two instances at once: both have partitions", until(lambda: instances(case) == 2), case.stage.log(case.name))
    case.ends("two instances at once", one, two)
    deadlocks = psql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", case.database)
    case.tap.ok("and never in a deadlock", deadlocks == "0", deadlocks)


def meet(case, wait_ms):
    """Exit codes of two instances of which the first waits this long, its partitions in hand, for the second to join."""
    half = {"flush_records": 1000000}
    case.database = case.stage.fresh(f"{case.name}_{wait_ms}")
    one = case.start("--until-end", fault=f"acquired:1:{wait_ms}", instance="one", **half)
    until(lambda: psql("SELECT count(*) FROM olive.partition_owner WHERE instance = 'one'", case.database) != "0")
    two = case.start("--until-end", fault="flush-households:1:2500", instance="two", **half)
    return [case.stage.wait(process) for process in (one, two)]


def first_meeting(case):
    """Each instance flushes its half once, and the second while the first has its transaction open: they meet in nearly
    every household for the first and only time, so no later flush mends what this one gets wrong."""
    for wait_ms in (3500, 8000, 20000):  # a busy machine starts the second one late, and then nobody meets
        codes = meet(case, wait_ms)
        if codes != [0, 0] or instances(case) == 2:
            break
    case.tap.ok("two instances meet once: both end", codes == [0, 0], f"{codes} {case.stage.log(case.name)}")
    case.tap.ok("and each had its half", instances(case) == 2, case.stage.log(case.name))
    same(case.tap, "two instances meet once: the state is that of one", case.database, case.wanted)


def joins_and_leaves(case):
    one = case.start()
    case.at(0.2)
    two = case.start()
    case.at(0.5)
    one.terminate()
    code = case.stage.wait(one)
    case.tap.ok("SIGTERM in the middle: it flushes and leaves", code == 0, f"exit code {code}")
    case.ends("one joins, one leaves, in the middle", two)


def zombie(case, fault):
    """Stopped with its transaction open, or between two; the group gives its partitions away; then it wakes up."""
    one = case.start(fault=fault, options="-c idle_in_transaction_session_timeout=1500")
    asleep = stopped(one)
    before = progress(case.database)
    two = case.start()
    moved = until(lambda: progress(case.database) > before)
    case.tap.ok(f"{case.name}: another instance goes on where the zombie stopped", asleep and moved, case.stage.log(case.name))
    go_on(one)
    case.ends(f"{case.name}: the zombie wakes up", one, two)


def fenced(case):
    """Somebody else raises the epoch, again and again."""
    one = case.start()
    for share in (0.1, 0.3, 0.5, 0.7):
        case.at(share)
        psql("UPDATE olive.partition_owner SET epoch = epoch + 1, instance = 'another'", case.database)
    case.ends("fenced four times", one)
    told = case.stage.log(case.name, lines=None).count("fenced: ")
    case.tap.ok("which it noticed each time", told >= 4, f"{told} times {case.stage.log(case.name)}")


def connection_cut(case):
    one = case.start()
    for share in (0.1, 0.2, 0.3, 0.5, 0.7, 0.8):
        case.at(share)
        psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND"
             " pid <> pg_backend_pid()", case.database)
    case.ends("its connection ended six times", one)


def commit_unknown(case, how):
    with Proxy(how) as proxy:
        one = case.start(host=proxy.host, port=proxy.port)
        case.ends(f"the answer of a COMMIT is lost ({how})", one)
        case.tap.ok(f"which happened four times ({how})", proxy.left == 0, f"{proxy.left} left of {proxy.seen} COMMITs")


def table_lock(case):
    """A flush that is refused its locks is a failed flush like any other."""
    one = case.start(options="-c lock_timeout=200ms")
    case.at(0.3)
    psql("BEGIN; LOCK TABLE olive.household IN EXCLUSIVE MODE; SELECT pg_sleep(1); COMMIT", case.database)
    case.at(0.6)
    psql("BEGIN; SELECT FROM olive.partition_owner FOR UPDATE; SELECT pg_sleep(1); COMMIT", case.database)
    case.ends("locks time out", one)


# By name, as words of the command line choose them.
CASES = {
    "two": (two_at_once,),
    "meet": (first_meeting,),
    "joins": (joins_and_leaves,),
    "zombie_in_flush": (zombie, "flush-households:8:stop"),
    "zombie_between": (zombie, "flush-committed:8:stop"),
    "fenced": (fenced,),
    "cut": (connection_cut,),
    "unknown_answer": (commit_unknown, "answer"),
    "unknown_late": (commit_unknown, "late"),
    "locks": (table_lock,),
}


def main():
    tap = Tap()
    with Stage("protocol", subjects=400, records=40) as stage:
        calm = stage.fresh("calm")
        tap.ok("undisturbed, it ends", stage.finish(stage.config(calm)) == 0, stage.log())
        wanted, end = state(calm), progress(calm)

        for name, (run, *arguments) in CASES.items():
            if name in (sys.argv[1:] or CASES):
                run(Case(tap, stage, name, wanted, end), *arguments)
    tap.end()


if __name__ == "__main__":
    main()
