#!/usr/bin/env python3
"""intake_disk - what olive-connect leaves on its disk if the power fails, and what it does when the disk is full or broken.

The order on disk is proved from a trace of what was written, synced and renamed (tests/faults/shim.c), not by luck.
$OLIVE_KILLS of 500 and more (`tests/run --thorough`): every single operation fails once.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from four_feeds import CONNECT, Intake, calm, same, shim  # noqa: E402
from stage import Tap  # noqa: E402

THOROUGH = int(os.environ.get("OLIVE_KILLS") or 40) >= 500


# ---- the order ----

class Order:
    """Reads a trace; `broken` says where a power failure would lose or double something.

    1. What is renamed has been synced since it was last written: also a department's file, which nobody else syncs.
    2. Before a rename, the journal line that announces it is synced; before an original is removed, its copy.
    3. Before a line of the journal is written, all that was done before is on the disk: files and their folders.
    4. In the end, all is. (That a control file of the inbox is gone may be lost: it is then half of nothing.)
    """

    def __init__(self):
        self.unsynced = {}  # inode -> path of a file with data that is not on the disk
        self.known = set()  # inodes that were synced once: ours, and claimed ones
        self.pending = {}   # (inode of the folder, inode) -> what happened there
        self.gone = set()   # inodes without a name: nobody's
        self.broken = []

    def read(self, text):
        for line in text.splitlines():
            kind, inode, folder, path, *to = line.split("\t")
            getattr(self, f"on_{kind}")(inode, folder, path, *to)
        return self

    def on_create(self, inode, folder, path):
        self.gone.discard(inode)
        self.unsynced.pop(inode, None)  # it is empty, and may have the number of one that was removed
        self.known.discard(inode)
        self.pending[folder, inode] = f"made {path}"

    def on_mkdir(self, inode, folder, path):
        self.pending[folder, inode] = f"made {path}"

    def on_truncate(self, inode, folder, path):
        if inode not in self.gone:
            self.unsynced[inode] = path

    on_fwrite = on_truncate

    def on_write(self, inode, folder, path):
        if path.endswith("/journal/log"):
            self.demand_nothing(f"a line of {path}")
        self.on_truncate(inode, folder, path)

    def on_sync(self, inode, folder, path):
        self.unsynced.pop(inode, None)
        self.known.add(inode)
        for key in [key for key in self.pending if key[0] == inode]:
            del self.pending[key]

    def on_rename(self, inode, folder, path, to_folder, to):
        if inode in self.unsynced or inode not in self.known:
            self.broken.append(f"{path} is renamed before it is synced")
        self.broken += [f"{path} is renamed before {log} is synced" for log in self.unsynced.values() if log.endswith("/log")]
        self.pending[folder, inode] = f"{path} renamed away"
        self.pending[to_folder, inode] = f"{to} renamed to"

    def on_unlink(self, inode, folder, path):
        self.unsynced.pop(inode, None)
        self.gone.add(inode)
        if self.pending.pop((folder, inode), "").startswith("made"):
            return
        if not path.endswith(".ok"):
            if "/inbox/" in path:
                self.demand_nothing(f"an original is removed, {path},")
            self.pending[folder, inode] = f"{path} removed"

    def demand_nothing(self, what):
        self.broken += [f"{what} before this is on the disk: {path}" for path in self.unsynced.values()]
        self.broken += [f"{what} before its folder is synced: {event}" for event in self.pending.values()]

    def end(self):
        self.demand_nothing("the end")
        return self.broken


def readable(broken):
    return f"{len(broken)} breaches: " + "; ".join(sorted(set(broken))[:12])


def traced(tap, wanted, claim, desk, *faults):
    """Runs under faults, then one undisturbed, all in one trace: what a killed one left unsynced is the next one's to sync."""
    log = desk.work / "trace"
    desk.drop_all()
    codes = [desk.play(fault=fault, shimmed=shim("/", log=log)) for fault in (*faults, None)]
    lines = [line.replace(str(desk.work), "") for line in log.read_text("utf-8").splitlines()
             if (str(desk.work) in line or "/inbox/" in line) and "/connect.log" not in line]
    broken = Order().read("\n".join(lines)).end()
    kinds = {line.split("\t")[0] for line in lines}
    tap.ok(f"{claim}: a power failure at any moment would lose nothing",
           not broken and {"create", "write", "sync", "rename", "unlink", "mkdir"} <= kinds, readable(broken))
    same(tap, f"{claim}: and it comes to the same", desk, wanted, codes)
    return lines


def order(tap, wanted):
    with Intake() as desk:
        lines = traced(tap, wanted, "undisturbed", desk)
    with Intake() as desk:
        traced(tap, wanted, "killed and started again", desk, "connect-claim", "connect-claimed:2", "connect-published:2",
               "connect-settling:2", "connect-standing:3", "connect-receipt:2", "connect-settled:2")
    with inboxes_elsewhere() as desk:
        traced(tap, wanted, "with the inbox on another file system", desk)
    return lines


@contextlib.contextmanager
def inboxes_elsewhere():
    """On another file system, from which nothing can be renamed: a claim is a copy."""
    with Intake() as desk, tempfile.TemporaryDirectory(prefix="olive-inbox.", dir="/dev/shm") as elsewhere:
        if os.stat(elsewhere).st_dev == os.stat(desk.work).st_dev:
            raise RuntimeError("/dev/shm is no file system of its own")
        inbox = desk.work / "inbox"
        shutil.move(inbox, Path(elsewhere) / "inbox")
        inbox.symlink_to(Path(elsewhere) / "inbox")
        yield desk


# Of a claim by copy: kind of operation, path, and which one it is (the first sync is that of the start).
COPY_STEPS = [("create", "/work/00000001.part", 1), ("write", "/work/00000001.part", 1), ("sync", "/work/00000001.part", 1),
              ("rename", "/roster/work/00000001", 1), ("sync", "/roster/work", 3), ("unlink", "/inbox/roster/l1.csv", 1),
              ("sync", "/inbox/roster", 2), ("unlink", "/inbox/roster/l1.csv.ok", 1)]


def copied(tap, wanted):
    with inboxes_elsewhere() as desk:
        desk.drop_all()
        codes = [desk.play(shimmed=shim("/", fault=f"kill:{kind}:{part}:{count}")) for kind, part, count in COPY_STEPS]
        tap.ok(f"killed before each of the {len(codes)} steps of a claim by copy", set(codes) == {-9}, codes)
        desk.finish()
        same(tap, "it comes to the same", desk, wanted, desk.log()[-1500:])


# ---- full and broken ----

SAYS = {"ENOSPC": "the disk is full|No space left on device", "EIO": "Input/output error"}


def failing(tap, wanted, claim, fault, says, count=1, runs=40):
    """Runs with operations that fail, until one ends well or there were so many; then one undisturbed."""
    with Intake() as desk:
        desk.drop_all()
        codes = []
        while len(codes) < runs and (not codes or codes[-1] not in (0, 65)):
            codes.append(desk.play(shimmed=shim(desk.work, fault=fault)))
        log = desk.log()
        clear = [line for line in log.splitlines() if re.search(says, line)]
        silent = [line for line in log.splitlines() if "Success" in line]
        desk.finish()
        tap.ok(f"{claim}: each time a clear line, until it is done",
               len(clear) >= count and not silent and set(codes[:-1]) <= {69} and (codes[-1] in (0, 65) or runs == 1),
               f"{len(clear)} lines, {codes}, {silent[:2]} {log[-1500:]}")
        same(tap, f"{claim}: nothing is lost or twice", desk, wanted, f"{codes} {log[-1500:]}")


def broken(tap, wanted, lines):
    steps = [line for line in lines if "/state/" in line and not line.startswith("fwrite")]
    start = next(i for i, line in enumerate(steps) if line.startswith("write"))  # each start gets further than that
    tap.ok("the trace shows what could fail", 20 < start < len(steps) / 2, f"{start} of {len(steps)}")
    for claim, error, every in (("finds the disk full", "ENOSPC", start + 19), ("fails", "EIO", start + 30)):
        failing(tap, wanted, f"each {every}th operation {claim}", f"{error}:any:/state/:{every}%", SAYS[error], 2)
    failing(tap, wanted, "each seventh line of the journal is cut off by a full disk", "short:write:/journal/log:7%", SAYS["ENOSPC"], 4)
    failing(tap, wanted, "a list cannot be written to the end", "ENOSPC:fwrite:/standing.next:40", SAYS["ENOSPC"])
    for number in range(1, len(steps) + 1) if THOROUGH else ():
        failing(tap, wanted, f"operation {number} finds the disk full", f"ENOSPC:any:/state/:{number}", SAYS["ENOSPC"], runs=1)


FULL = """
set -eu
mount -t tmpfs -o size=1m olive "$1"
OLIVE_FAULT=connect-line:90 "$3" --once --config "$4" || true
dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null || true
code=0; "$3" --once --config "$4" || code=$?
echo "full: $code"
rm "$1/filler"
code=0; "$3" --once --config "$4" || code=$?
echo "free: $code"
cp -a "$1" "$2"
"""


def full(tap, wanted):
    """A real file system of 1 MiB, in a mount namespace of its own."""
    with Intake() as desk:
        desk.drop_all()
        (desk.work / "state").mkdir()
        done = subprocess.run(["unshare", "-rm", "bash", "-c", FULL, "full", desk.work / "state", desk.work / "copy", CONNECT,
                               desk.config], capture_output=True, text=True, timeout=300)
        tap.ok("on a disk that is full amid a delivery it gives up after some tries, exit 69, and says why",
               "full: 69" in done.stdout and "the disk is full" in done.stderr, f"{done.stdout} {done.stderr[-1500:]}")
        (desk.work / "state").rmdir()
        if (desk.work / "copy").exists():
            (desk.work / "copy").rename(desk.work / "state")
        tap.ok("once there is room it goes on", "free: 65" in done.stdout, done.stdout)
        same(tap, "and nothing is lost or twice", desk, wanted, done.stderr[-1500:])


def fatal(tap, wanted):
    """What librdkafka calls fatal: the producer takes nothing any more."""
    for count in (1, 700):
        with Intake() as desk:
            desk.drop_all()
            code = desk.play(shimmed=shim(desk.work, fatal=count))
            log = desk.log()
            tap.ok(f"a producer that is fatal at message {count} is replaced, in the same run, and that is said",
                   code == 65 and log.count("the producer is done for") == 1, f"{code} {log[-1500:]}")
            same(tap, f"fatal at message {count}: nothing is lost or twice", desk, wanted, log[-1500:])


def main():
    tap = Tap()
    wanted = calm()
    lines = order(tap, wanted)
    copied(tap, wanted)
    full(tap, wanted)
    broken(tap, wanted, lines)
    fatal(tap, wanted)
    tap.end()


if __name__ == "__main__":
    main()
