"""four_feeds - four feeds and all that departments deliver, taken in by an olive-connect that is killed, stopped or starved.

`Intake` is a desk with a bank (deltas), a roster (lists that end), cars (lists that retract) and phones (unnumbered files,
whole by rename). `drop_all()` lays out one fixed set of files: good and bad lines, duplicates, an obsolete list, an
incomplete one, files that are rejected. However badly taking them in goes, `outcome()` must come to what it comes to when
nobody disturbs it: the outcomes are compared, nothing else. Faults are those of lib/io/fault.h and of tests/faults/shim.c.
"""

import contextlib
import datetime
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "faults"), str(HERE.parent / "integration")]
from desk import BANK, LIST, Desk, bank_lines, id_no, roster_lines  # noqa: E402
from scenario import BUILD, ROOT, Failed, Scenario  # noqa: E402

CONNECT = BUILD / "connectors/olive-connect"
SHIM = BUILD / "tests/faults/shim.so"
CARS = "id_no,plate_no,vehicle_type,registered_on\n"
PHONES = "id_no,phone_no,month,amount\n"
FEEDS = {
    "bank": {"source": "deposit", "mode": "delta", "error_limit": {"records": 1000}},
    "roster": {"source": "roster", "mode": "snapshot"},
    "cars": {"source": "vehicle", "mode": "snapshot", "lacking": "retract"},
    "phones": {"source": "telecom", "mode": "delta", "ready": "rename"},
}
FIRST_DAY = datetime.date.today() - datetime.timedelta(days=60)  # of receipt: what is long past would be thinned out
PHONE_LINES = 2600  # more than the lines between two looks at whether it should stop
LIMIT_S = 120       # only a failure takes so long


def car_lines(numbers):
    return "".join(f"{id_no(i)},浙C{i:05d},car,2024-03-01\n" for i in numbers)


def phone_lines(first, count):
    return "".join(f"{id_no(i)},138{i:08d},2025-06,{i % 300}.00\n" for i in range(first, first + count))


def at(day):
    """A time of receipt, as a control file says it."""
    return f"{FIRST_DAY + datetime.timedelta(days=day)}T09:00:00"


def seed():
    """$OLIVE_SEED, else a new one; said, so that a failure can be repeated."""
    value = int(os.environ.get("OLIVE_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"# seed {value}: OLIVE_SEED={value} repeats this run", flush=True)
    return value


def shim(under, **settings):
    """The environment in which a program does to its disk what a test wants: shim(folder, fault="kill:sync::3")."""
    return {"LD_PRELOAD": str(SHIM), "OLIVE_SHIM_UNDER": str(under),
            **{f"OLIVE_SHIM_{name.upper()}": str(value) for name, value in settings.items()}}


def state_letter(process):
    return Path(f"/proc/{process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]


class Intake(Desk):
    def __init__(self, feeds=None, **options):
        self.made = tempfile.TemporaryDirectory(prefix="olive-intake.")
        scenario = {"region": "330305", "received": [], "questions": [], "feeds": feeds or FEEDS}
        Path(self.made.name, "scenario.json").write_text(json.dumps(scenario), "utf-8")
        Scenario.__init__(self, self.made.name, **options)
        self.running = []
        self.prepare()

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()
        super().close()

    def feed_options(self, name):
        options = super().feed_options(name)
        options["ready"] = self.feeds[name].get("ready", "control")
        return options

    # --- the files ---

    def drop_all(self):
        first, second = BANK + bank_lines(1, 150) + "bad\n", BANK + bank_lines(201, 120) + ",,,,\n"
        sha = hashlib.sha256(first.encode()).hexdigest()
        self.put("bank", "b1.csv", first, sequence=1, received=at(0), lines=152, sha256=sha, bytes=len(first))
        self.put("bank", "b1-again.csv", first, sequence=1, received=at(1))
        self.put("bank", "b2.csv", second, sequence=2, received=at(10))
        self.put("bank", "b3-binary.csv", b"PK\x03\x04" + bytes(range(256)) * 20, sequence=3, received=at(20))
        self.put("bank", "b3-lies.csv", second, sequence=3, received=at(21), sha256=sha)
        self.put("bank", "b3.csv", BANK + bank_lines(201, 60), sequence=3, received=at(22))
        lists = [(1, range(1, 100), ""), (3, range(3, 90), ""), (2, range(1, 20), ""), (4, range(5, 60), "1,dibao,2025-01-01\n"),
                 (5, range(9, 60), "")]
        for day, (sequence, numbers, extra) in enumerate(lists, 1):
            self.put("roster", f"l{sequence}.csv", LIST + roster_lines(numbers) + extra, sequence=sequence,
                     received=at(30 + day))
        for sequence, numbers in ((1, range(1, 60)), (2, range(11, 60)), (3, range(11, 70))):
            self.put("cars", f"c{sequence}.csv", CARS + car_lines(numbers), sequence=sequence,
                     received=at(40 + sequence))
        for i, (name, text) in enumerate((("t1.csv", phone_lines(1, PHONE_LINES)), ("t2.csv", phone_lines(5001, 100)),
                                          ("t3.csv", phone_lines(1, PHONE_LINES)))):
            self.put("phones", name, PHONES + text, no=True)
            os.utime(self.work / "inbox" / "phones" / name, (1750000000 + i, 1750000000 + i))

    # --- programs ---

    def start(self, *words, fault=None, shimmed=None, log="connect"):
        """olive-connect in the background; its log is a file, so that it never waits for a reader."""
        environment = {**os.environ, **({"OLIVE_FAULT": fault} if fault else {}), **(shimmed or {})}
        with open(self.work / f"{log}.log", "ab") as output:
            process = subprocess.Popen([CONNECT, "--config", self.config, *words], env=environment, stderr=output,
                                       stdout=output, stdin=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def log(self, name="connect"):
        return (self.work / f"{name}.log").read_text("utf-8", "replace")

    def play(self, fault=None, shimmed=None, after_s=None):
        """One run that is killed at a fault, or after a while; its exit code."""
        process = self.start("--once", fault=fault, shimmed=shimmed)
        try:
            return process.wait(LIMIT_S if after_s is None else after_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return -signal.SIGKILL if after_s is not None else "did not end"

    def finish(self):
        """Undisturbed, up to the end."""
        code = self.play()
        if code not in (0, 65):
            raise Failed(f"olive-connect ended with {code}: {self.log()[-2000:]}")

    # --- what came of it ---

    def files(self, *parts):
        return sorted(path for path in self.work.joinpath(*parts).rglob("*") if not path.is_dir())

    def left(self):
        """What should not be anywhere any more."""
        paths = [path for name in self.feeds for path in
                 (*self.files("state", name, "work"), *self.files("inbox", name), *self.state(name).rglob("*.part"),
                  *self.state(name).rglob("*.next"))]
        return [str(path.relative_to(self.work)) for path in paths]

    def received(self, feed, item):
        """Without what no two runs share: how long it took and, where no control file says it, when it came."""
        item.pop("took_ms", None)
        if self.feeds[feed].get("ready") == "rename":
            item.pop("received", None)
        return json.dumps(item, sort_keys=True)

    def all_receipts(self):
        """By feed and arrival. One that was sent twice must say the same twice: two values would show."""
        found = {}
        for receipt in self.receipts():
            key = f"{receipt['feed']} {receipt['arrival']}"
            found.setdefault(key, set()).add(self.received(receipt["feed"], receipt))
        return {key: sorted(values) for key, values in sorted(found.items())}

    def records(self, feed):
        return sorted({self.received(feed, message["record"]) for message in self.cat(self.feeds[feed]["source"])})

    def letters(self, source):
        return sorted(f"{key} {letter['olive.delivery']} {letter['olive.line']} {letter['olive.reason']}"
                      for key, letter in self.dead(source).items())

    def opens(self, feed, path):
        """Whether a sealed file is, opened, the one that its name says."""
        done = subprocess.run([BUILD / "daemon/cli/olive", "feed", "open", feed, path.stem, "--config", self.config],
                              capture_output=True, check=False)
        return hashlib.sha256(done.stdout).hexdigest() == path.stem

    def kept(self, feed):
        """Files beside the connector: under their digests, which are theirs; receipts; the list that stands."""
        found = {}
        for path in self.files("state", feed):
            name = str(path.relative_to(self.work / "state"))
            if path.suffix == ".json":
                found[name.rsplit("/", 1)[1]] = self.received(feed, json.loads(path.read_text("utf-8")))
            elif path.name == "standing":
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
            elif path.suffix == ".sealed":
                found[path.stem] = name.split("/")[1] if self.opens(feed, path) else f"{name} is not what it says"
            elif path.name not in ("log", "lock"):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[path.name] = name.split("/")[1] if digest == path.name else f"{name} has the digest {digest}"
        return found

    def outcome(self):
        return {**{f"records of {feed}": self.records(feed) for feed in self.feeds},
                **{f"dead letters of {source}": self.letters(source) for source in ("deposit", "roster")},
                **{f"files of {feed}": self.kept(feed) for feed in self.feeds},
                "receipts": self.all_receipts(), "left": self.left()}


def differences(got, wanted):
    """For people: which parts of the outcome differ, and in what; values are tokens, so they may be shown."""
    parts = []
    for name in wanted:
        if got[name] != wanted[name]:
            more = [item for item in got[name] if item not in wanted[name]]
            less = [item for item in wanted[name] if item not in got[name]]
            parts.append(f"{name}: {len(got[name])} for {len(wanted[name])}; more: {str(more)[:600]}; less: {str(less)[:600]}")
    return "; ".join(parts)


def calm():
    """The outcome when nobody disturbs it."""
    with Intake() as desk:
        desk.drop_all()
        desk.finish()
        return desk.outcome()


def same(tap, claim, desk, wanted, why=""):
    """The one claim of every case: the same outcome as undisturbed, and P1 by the program's own account."""
    different = differences(desk.outcome(), wanted)
    balanced = not different and is_balanced(desk)
    tap.ok(claim, not different and balanced, f"{different or 'the account does not balance'} {why}")


def is_balanced(desk):
    desk.fuse()
    return desk.balanced()


# In which order one delivery after the other comes by them; those that only some deliveries pass are last.
IN_ORDER = [f"connect-{name}" for name in ("claim", "claimed", "surveyed", "line", "published", "settling", "standing", "receipt",
                                           "settled", "ending", "acknowledged")]


def points():
    """The named fault points of the connector, as its code has them, old and new."""
    code = "".join(path.read_text("utf-8") for path in sorted((ROOT / "connectors").glob("*.c")))
    found = sorted(set(re.findall(r'fault_point\("(connect-[a-z-]+)"\)', code)))
    return sorted(found, key=lambda point: IN_ORDER.index(point) if point in IN_ORDER else len(IN_ORDER))


def await_stopped(process):
    """Until it has stopped itself at a fault; False when it ended instead."""
    from stage import until
    with contextlib.suppress(FileNotFoundError):
        return until(lambda: process.poll() is not None or state_letter(process) == "T", LIMIT_S) and process.poll() is None
    return False
