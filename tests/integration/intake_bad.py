#!/usr/bin/env python3
"""intake_bad - what lies in an inbox that should not, folders that are shared, feeds that go, clocks that jump, files that grow.

Each is told in one line that says what to do, and whatever else is delivered is taken in.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from four_feeds import BANK, CONNECT, LIST, PHONES, Intake, at, await_stopped, bank_lines, phone_lines, roster_lines, shim  # noqa: E402
from stage import Tap, until  # noqa: E402

GOOD = PHONES + phone_lines(7001, 5)


def told(log, event, words=""):
    return [line for line in log.splitlines() if re.search(f" {event}: .*{words}", line)]


def states(desk):
    return sorted((receipt["feed"], receipt["state"], receipt["published"]) for receipt in desk.receipts())


def inbox(desk, feed):
    return os.fsencode(desk.work / "inbox" / feed)


# ---- things in the inbox ----

def make_device(path):
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero: whoever reads it never ends


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        old = os.getcwd()
        os.chdir(os.path.dirname(path))  # the name of a socket is short
        server.bind(os.path.basename(path))
        os.chdir(old)


NO_FILES = [("a symlink to a file outside", lambda path: os.symlink("/etc/passwd", path)),
            ("a symlink to nothing", lambda path: os.symlink("/nowhere", path)),
            ("a FIFO that nobody writes to", os.mkfifo),
            ("a folder", os.mkdir),
            ("a socket", make_socket),
            ("a device", make_device)]


def no_files(tap):
    """In one inbox, scanned many times: told once each, left alone, and in nobody's way."""
    with Intake() as desk:
        made = []
        for number, (what, make) in enumerate(NO_FILES):
            path = inbox(desk, "phones") + b"/%d.csv" % number
            try:
                make(path)
                made.append((what, path))
            except PermissionError:  # only root makes devices
                tap.ok(f"{what} cannot be made by this user", what == "a device")
        desk.put("phones", ".hidden.csv", GOOD, no=True)
        process = desk.start("--set", "connect.scan_ms=10")
        desk.put("phones", "good.csv", GOOD, no=True)
        until(lambda: len(desk.receipts()) == 1, 60)
        process.terminate()
        code, log = process.wait(), desk.log()
        tap.ok(f"{len(made)} things that are no files are told once each and left alone, in scan after scan",
               code == 0 and len(told(log, "inbox-no-file", "remove it")) == len(made) and all(os.path.lexists(p) for _, p in made),
               f"{code} {log[-1500:]}")
        tap.ok("a file beside them is taken, a hidden one is nobody's", states(desk) == [("phones", "published", 5)] and
               (desk.work / "inbox/phones/.hidden.csv").exists(), states(desk))


NAMES = [b"\xd5\xc5\xc8\xfd.csv", b"two\nlines\n.csv", b"\xff\xfe", b"-rf", b"a b'\"$(touch x);.csv", b"%s%n.csv", b"n" * 255,
         "名册…".encode(), b"\x1b[31m.csv", b"tab\t.csv"]


def names(tap):
    with Intake() as desk:
        for number, name in enumerate(NAMES):
            with open(os.path.join(inbox(desk, "phones"), name), "wb") as file:
                file.write((PHONES + phone_lines(100 * number, 3)).encode())
        code = desk.play()
        log = desk.log().encode("utf-8", "surrogateescape")
        tap.ok("names of any bytes are files like any other", (code, states(desk)) == (0, [("phones", "published", 3)] * len(NAMES)),
               f"{code} {states(desk)} {desk.log()[-800:]}")
        tap.ok("and no name, which may be a person's, is in the log", not any(name in log for name in NAMES), log[-800:])
        tap.ok("nothing of it is left", not desk.left(), desk.left())


# Between the scan and the claim: what happens to the file, what is said of it, whether it is still there.
SWAPS = [("vanishes", lambda path: None, "has vanished", False),
         ("becomes a symlink", lambda path: path.symlink_to("/etc/passwd"), "is no regular file", True),
         ("becomes a FIFO", os.mkfifo, "is no regular file", True),
         ("becomes a folder", Path.mkdir, "is no regular file", True)]


def swapped(tap):
    for what, make, says, stays in SWAPS:
        with Intake() as desk:
            for name in ("a.csv", "b.csv"):
                desk.put("phones", name, PHONES + phone_lines(ord(name[0]) * 10, 4), no=True)
            os.utime(desk.work / "inbox/phones/a.csv", (1, 1))  # so it is the first
            process = desk.start("--once", fault="connect-claim:1:stop")
            halted = await_stopped(process)
            path = desk.work / "inbox/phones/a.csv"
            path.unlink()
            make(path)
            process.send_signal(signal.SIGCONT)
            code, log = process.wait(), desk.log()
            tap.ok(f"a file that {what} before it is claimed is told in one line, and the next one is taken",
                   halted and code == 0 and len(told(log, "claim-dropped", says)) == 1 and states(desk) == [("phones", "published", 4)]
                   and os.path.lexists(path) == stays, f"{halted} {code} {states(desk)} {log[-800:]}")


def as_nobody_special(desk):
    """olive-connect without root's right to read everything, when root runs the test."""
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*drop, CONNECT, "--once", "--config", desk.config], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr


def unreadable(tap):
    with Intake() as desk:
        desk.put("bank", "a.csv", BANK + bank_lines(1, 3), sequence=1)
        desk.put("bank", "b.csv", BANK + bank_lines(11, 3), sequence=2)
        desk.put("bank", "c.csv", BANK + bank_lines(21, 3), sequence=3)
        desk.put("phones", "good.csv", GOOD, no=True)
        barred = [desk.work / "inbox/bank/a.csv", desk.work / "inbox/bank/b.csv.ok"]
        for path in barred:
            path.chmod(0)
        code, log = as_nobody_special(desk)
        tap.ok("a file and a control file that may not be read are told once each and hold up nobody",
               code == 0 and len(told(log, "inbox-unreadable", "change its owner or mode")) == 2 and
               states(desk) == [("bank", "published", 3), ("phones", "published", 5)], f"{code} {states(desk)} {log[-1200:]}")
        for path in barred:
            path.chmod(0o600)
        code, log = as_nobody_special(desk)
        tap.ok("once they may be, they are taken", code == 0 and len(desk.receipts()) == 4 and not desk.left(), f"{code} {log[-800:]}")


# ---- folders and feeds ----

def shared(tap):
    ways = [("the same folder", lambda folder: folder), ("it by another path", lambda folder: folder / ".." / "bank"),
            ("a symlink to it", lambda folder: folder.parent / "link")]
    for what, way in ways:
        with Intake() as desk:
            folder = desk.work / "inbox" / "bank"
            (folder.parent / "link").symlink_to(folder)
            desk.put("bank", "a.csv", BANK + bank_lines(1, 3), sequence=1)
            done = subprocess.run([CONNECT, "--once", "--config", desk.config, "--set", f"feeds.roster.inbox={way(folder)}"],
                                  capture_output=True, text=True, timeout=60)
            lines = [line for line in done.stderr.splitlines() if "bank" in line and "roster" in line and re.search("one (folder|inbox)", line)]
            tap.ok(f"two feeds on one folder ({what}) are refused before anything is taken, exit 78, with the place",
                   done.returncode == 78 and len(lines) == 1 and re.search("olive.yaml:|--set feeds.roster", lines[0]),
                   f"{done.returncode} {done.stderr[-800:]}")
            tap.ok("and nothing is touched", (folder / "a.csv").exists() and not desk.receipts())


def removed(tap):
    for what, change in (("removed", lambda desk: desk.feeds.pop("phones")), ("disabled", lambda desk: desk.off.append("phones"))):
        with Changing() as desk:
            desk.put("phones", "big.csv", PHONES + phone_lines(1, 400), no=True)
            killed = desk.play("connect-line:200")
            all_feeds = dict(desk.feeds)
            change(desk)
            desk.write_options()
            desk.put("bank", "a.csv", BANK + bank_lines(1, 3), sequence=1)
            code, log = desk.play(), desk.log()
            tap.ok(f"a feed that is {what} with a delivery in flight is told in one line, and the others go on",
                   (killed, code) == (-9, 0) and len(told(log, "feed-left", "configure the feed again")) == 1 and
                   states(desk) == [("bank", "published", 3)], f"{killed} {code} {states(desk)} {log[-1000:]}")
            desk.feeds, desk.off = all_feeds, []
            desk.write_options()
            code = desk.play()
            tap.ok("and when it is back, its delivery is finished", code == 0 and ("phones", "published", 400) in states(desk) and
                   len(desk.records("phones")) == 400 and not desk.left(), f"{code} {states(desk)}")


class Changing(Intake):
    """Feeds can be switched off."""

    off = ()

    def __init__(self):
        self.off = []
        super().__init__()

    def feed_options(self, name):
        return {**super().feed_options(name), **({"enabled": False} if name in self.off else {})}


# ---- amid a delivery ----

# How much it has when it is claimed, where it is then when it grows, and whether it is killed there.
GROWTH = [(40, "connect-claim:1:stop", "stop"), (40, "connect-claimed:1:stop", "stop"), (40, "connect-line:20:stop", "stop"),
          (40, "connect-published:1:stop", "stop"), (40, "connect-claimed", "kill"), (40, "connect-line:20", "kill"),
          (40, "connect-settling", "kill"), (40, "connect-receipt", "kill")]


def delivered(desk):
    """A receipt may come twice when it was killed behind it."""
    return sorted(set(states(desk)))


def grown(tap):
    """A writer that is late adds to the file that it has open. What was there when it was claimed is the delivery."""
    for lines, fault, how in GROWTH:
        with Intake() as desk:
            desk.put("phones", "a.csv", PHONES + phone_lines(1, lines), no=True)
            writer = open(desk.work / "inbox/phones/a.csv", "a", encoding="utf-8")  # noqa: SIM115 (kept open on purpose)
            process = desk.start("--once", fault=fault)
            halted = await_stopped(process) if how == "stop" else process.wait() == -9
            writer.write(phone_lines(41, 10))
            writer.close()
            if how == "stop":
                process.send_signal(signal.SIGCONT)
                code = process.wait()
            else:
                code = desk.play()
            log, looked = desk.log(), fault != "connect-receipt"  # settled, nobody looks at it again
            tap.ok(f"{how} at {fault}: a file that grows after it was claimed is told in one line, and counts as it was",
                   halted and code == 0 and delivered(desk) == [("phones", "published", lines)] and
                   len(told(log, "claim-grown", "deliver it again")) == looked and
                   len(desk.records("phones")) == lines, f"{halted} {code} {states(desk)} {len(desk.records('phones'))} {log[-800:]}")
            desk.put("phones", "a.csv", PHONES + phone_lines(1, 50), no=True)
            desk.finish()
            tap.ok("delivered again, whole, it is a delivery of its own", delivered(desk) == [("phones", "published", 40),
                   ("phones", "published", 50)] and not desk.left(), states(desk))
    with Intake() as desk:
        desk.put("phones", "a.csv", "", no=True)
        process = desk.start("--once", fault="connect-claimed:1:stop")
        halted = await_stopped(process)
        with open(desk.state("phones", "work") / "00000001", "a", encoding="utf-8") as writer:
            writer.write(PHONES + phone_lines(1, 10))
        process.send_signal(signal.SIGCONT)
        code = process.wait()
        tap.ok("one that was empty when it was claimed is rejected as empty", halted and code == 65 and
               states(desk) == [("phones", "rejected", 0)] and not desk.records("phones"), f"{code} {states(desk)} {desk.log()[-800:]}")


def lost(tap):
    with Intake() as desk:
        desk.put("bank", "a.csv", BANK + bank_lines(1, 90), sequence=1, received=at(1))
        killed = desk.play("connect-published")
        (desk.state("bank", "work") / "00000001").unlink()
        code, log = desk.play(), desk.log()
        tap.ok("a claimed file that somebody removes from work is told in one line", (killed, code) == (-9, 0) and
               len(told(log, "claim-lost", "delivered again")) == 1, f"{killed} {code} {log[-800:]}")
        desk.put("bank", "a.csv", BANK + bank_lines(1, 90), sequence=1, received=at(1))
        desk.finish()
        tap.ok("delivered again, no line is there twice", len(desk.records("bank")) == 90 and
               states(desk) == [("bank", "published", 90)], states(desk))


def clock(tap):
    """Forward by 40 days and back, amid deliveries and between them, also over a kill."""
    day_ms = 86400000
    with Intake() as desk:
        wrong = desk.work / "clock"
        wrong.write_text("0")
        environment = shim(desk.work, clock=wrong)
        for sequence, (numbers, by_days) in enumerate(((range(1, 30), 0), (range(1, 20), 40), (range(1, 25), -40), (range(5, 25), 0)), 1):
            desk.put("roster", f"l{sequence}.csv", LIST + roster_lines(numbers), sequence=sequence)
            process = desk.start("--once", fault="connect-published:1:stop", shimmed=environment)
            halted = await_stopped(process)
            wrong.write_text(str(by_days * day_ms))
            process.send_signal(signal.SIGCONT)
            code = process.wait()
            tap.ok(f"the clock stands {by_days} days off amid list {sequence}: it is settled once", halted and code == 0 and
                   [r["state"] for r in desk.receipts()] == ["published"] * sequence, f"{halted} {code} {desk.log()[-800:]}")
        lines = told(desk.log(), "clock-jumped", "synchronisation")
        tap.ok("each jump is told in one line, forward and back", [("forward" in line) for line in lines] == [True, False, True],
               lines)
        desk.put("bank", "a.csv", BANK + bank_lines(1, 50), sequence=1)
        killed = desk.play("connect-line:30", environment)
        wrong.write_text(str(-400 * day_ms))
        code = desk.play(shimmed=environment)
        records = desk.ids("deposit").values()
        tap.ok("over a kill the time of receipt stays what it was at first", (killed, code) == (-9, 0) and len(records) == 50 and
               len({record["received"] for record in records} | {r["received"] for r in desk.receipts() if r["feed"] == "bank"}) == 1,
               f"{killed} {code} {len(records)}")
        desk.fuse()
        tap.ok("and every line is accounted for", desk.balanced())


def main():
    tap = Tap()
    for test in (no_files, names, swapped, unreadable, shared, removed, grown, lost, clock):
        with contextlib.suppress(BrokenPipeError):
            test(tap)
    tap.end()


if __name__ == "__main__":
    main()
