#!/usr/bin/env python3
"""connect - olive-connect with what departments really send: broken, lying, twice, and killed at every moment."""

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from desk import BANK, LIST, Desk, bank_lines, id_no, roster_lines  # noqa: E402
from scenario import BUILD  # noqa: E402
from stage import Tap  # noqa: E402

POINTS = ["connect-claim", "connect-claimed", "connect-line:40", "connect-line:120", "connect-ending", "connect-published",
          "connect-settling", "connect-standing", "connect-receipt", "connect-settled"]


# ---- what a whole delivery may be wrong in ----

def rejected(tap, desk):
    good = BANK + bank_lines(1, 3)
    sha = hashlib.sha256(good.encode()).hexdigest()
    cases = [
        ("a binary file", "bank", b"PK\x03\x04" + bytes(range(256)) * 20, {}, "is a binary file"),
        ("an empty file where a header is announced", "bank", "", {}, "is empty: not even a header"),
        ("a file without its header", "bank", bank_lines(1, 3), {}, "header without one known column name"),
        ("a column that nobody mapped", "bank", good.replace("balance,", "balance,colour,", 1), {},
         "column that the feed neither maps nor allows"),
        ("a control file with other bytes", "bank", good, {"bytes": 5}, "another number of bytes"),
        ("a control file with another digest", "bank", good, {"sha256": sha.replace(sha[:4], "0000")}, "another SHA-256"),
        ("a control file with other lines", "bank", good, {"lines": 9}, "another number of lines"),
        ("a control file of another form", "bank", good, {"colour": "red"}, "is none of bytes, lines"),
        ("a time of receipt in the future", "bank", good, {"received": "2999-01-01T00:00:00"}, "in the future"),
        ("an empty list", "roster", "", {"sequence": 1}, "would end everybody"),
    ]
    for what, feed, data, control, why in cases:
        desk.put(feed, "file.csv", data, **control)
        code, log = desk.once()
        receipt = desk.last()
        balanced = receipt["lines"] == receipt["rejected"] and receipt["published"] == 0
        tap.ok(f"{what} is rejected whole, exit 65, and says why",
               (code, receipt["state"]) == (65, "rejected") and why in receipt["why"] and why in log and balanced,
               f"{code} {receipt} {log[-400:]}")
    tap.ok("no receipt says that something came in the future", all(receipt["received"] < "2999" for receipt in desk.receipts()))
    tap.ok("nothing of a rejected delivery is published", not desk.ids("deposit") and not desk.dead() and not desk.ids("roster"))
    kept = [path for path in desk.state("bank", "rejected").rglob("*") if path.is_file() and path.suffix != ".json"]
    digests = {f"{hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()}.sealed" for _, _, text, _, _ in cases}
    tap.ok("the files are kept, private and sealed, under their digests", len(kept) == 5 and
           {path.name for path in kept} <= digests and not any(b"990001" in path.read_bytes() for path in kept) and
           desk.state("bank").stat().st_mode & 0o077 == 0, [path.name for path in kept])
    desk.put("bank", "file.csv", good, sequence=1, lines=3, sha256=sha)
    code, _ = desk.once()
    tap.ok("a rejected delivery does not use up its sequence", (code, desk.last()["state"]) == (0, "published"), desk.last())
    desk.put("bank", "file.csv", good, sequence=1, lines=4)
    desk.once()
    tap.ok("the same again is a duplicate, and a control file may count the header", desk.last()["state"] == "duplicate" and
           desk.last()["duplicate"] == 3, desk.last())
    desk.put("bank", "file.csv", good, sequence=2)
    desk.once(code=0)
    tap.ok("the same bytes under a new sequence are a new delivery", desk.last()["state"] == "published" and
           len(desk.ids("deposit")) == 6, desk.last())


# ---- what a line may be wrong in ----

def dead_letters(tap, desk):
    secret = id_no(77)
    lines = [
        (b"%s,62%s,ICBC,1.00,2025-11-30" % (secret.encode(), b"9" * 70000), "LINE_TOO_LONG", ""),
        (secret.encode() + b",62\xff\xfe,ICBC,1.00,2025-11-30", "BAD_ENCODING", ""),
        (secret.encode() + b",1,ICBC,1.00", "BAD_COLUMN_COUNT", ""),
        (b'"' + secret.encode() + b",1,ICBC,1.00,2025-11-30", "BAD_COLUMN_COUNT", ""),
        (b",1,ICBC,1.00,2025-11-30", "MISSING", "id_no"),
        (b"990001195001010000,1,ICBC,1.00,2025-11-30", "BAD_ID", "id_no"),
        (secret.encode() + b",1,ICBC,1.005,2025-11-30", "BAD_AMOUNT", "balance"),
        (secret.encode() + b",1,ICBC,10000000000000,2025-11-30", "OUT_OF_RANGE", "balance"),
        (secret.encode() + b",1,ICBC,1.00,2025-02-30", "BAD_DATE", "balance_date"),
    ]
    before = desk.dead()
    desk.put("bank", "bad.csv", BANK.encode() + b"\n".join(line for line, _, _ in lines) + b"\n" + bank_lines(5, 1).encode(),
             sequence=50)
    _, log = desk.once(code=0)
    letters = sorted((letter for key, letter in desk.dead().items() if key not in before), key=lambda l: int(l["olive.line"]))
    tap.ok("each bad line is a dead letter with its reason, column and line",
           [(l["olive.reason"], l.get("olive.column", ""), int(l["olive.line"])) for l in letters] ==
           [(reason, column, i + 2) for i, (_, reason, column) in enumerate(lines)], letters)
    tap.ok("and the good line beside them is published", desk.last()["published"] == 1 and desk.last()["dead_lettered"] == 9)
    everything = json.dumps([desk.cat(topic) for topic in ("deposit", "deposit.dlq", "delivery")]) + log
    everything += desk.state("bank", "journal", "log").read_text("utf-8")
    everything += "".join(path.read_text("utf-8") for path in desk.state("bank", "archive").rglob("*.json"))
    tap.ok("no ID or account number is in topics, log, journal or receipts", secret not in everything and
           "990001195001010000" not in everything and "62000005" not in everything and "9" * 40 not in everything)
    desk.put("bank", "huge.csv", BANK.encode() + b"x" * 100_000_000 + b"\n" + bank_lines(6, 1).encode(), sequence=51)
    desk.once(code=0)
    tap.ok("a line of 100 MB costs one dead letter", (desk.last()["published"], desk.last()["dead_lettered"]) == (1, 1))


def strange_names(tap, desk):
    inbox = desk.work / "inbox" / "bank"
    (inbox / "outside.csv").symlink_to("/etc/passwd")
    (inbox / "outside.csv.ok").write_text("")
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "pipe.csv.ok").write_text("")
    (inbox / "folder.csv").mkdir()
    (inbox / "folder.csv.ok").write_text("")
    (inbox / "unfinished.csv").write_text(BANK + bank_lines(1, 1))
    (inbox / "gone.csv.ok").write_text("sequence=61\n")
    odd = os.path.join(os.fsencode(inbox), b"\xd5\xc5\xc8\xfd\n'1'.csv")
    with open(odd, "wb") as file:
        file.write((BANK + bank_lines(90, 2)).encode())
    with open(odd + b".ok", "wb") as file:
        file.write(b"sequence=60\n")
    before = len(desk.receipts())
    code, log = desk.once()
    tap.ok("a symlink, a FIFO and a folder are left alone and told once", code == 0 and log.count("inbox-no-file") == 3 and
           (inbox / "outside.csv").is_symlink(), log[-500:])
    tap.ok("a name with a newline and foreign bytes is a file like any other", len(desk.receipts()) == before + 1 and
           desk.last()["published"] == 2, desk.last())
    tap.ok("a file without its control file is not whole, which is said", (inbox / "unfinished.csv").exists() and
           "2 files were left" in log, log[-500:])
    (inbox / "outside.csv").unlink()
    (inbox / "pipe.csv").unlink()
    (inbox / "folder.csv").rmdir()
    (inbox / "unfinished.csv").unlink()
    (inbox / "gone.csv.ok").unlink()


# ---- lists ----

def snapshots(tap, desk):
    def take(sequence, numbers, at, extra=""):
        desk.put("roster", f"list-{sequence}.csv", LIST + roster_lines(numbers) + extra, sequence=sequence, received=at)
        desk.once(code=0)
        return {key: desk.last()[key] for key in ("state", "published", "ended", "obsolete", "dead_lettered")}

    def is_(state, published=0, ended=0, obsolete=0, dead_lettered=0):
        return {"state": state, "published": published, "ended": ended, "obsolete": obsolete, "dead_lettered": dead_lettered}

    tap.ok("a first list ends nothing", take(1, [1, 2, 3, 4], "2025-03-01T09:00:00") == is_("published", 4))
    tap.ok("the next ends what it lacks", take(3, [1, 2, 3], "2025-04-01T09:00:00") == is_("published", 3, 1))
    tap.ok("an older one is obsolete", take(2, [1], "2025-04-02T09:00:00") == is_("obsolete", obsolete=1))
    tap.ok("one with a bad line adds and ends nothing",
           take(4, [5], "2025-05-01T09:00:00", "1,dibao,2025-01-01\n") == is_("incomplete", 1, 0, 0, 1))
    tap.ok("the next whole one ends all that stood and that it lacks", take(5, [2], "2025-06-01T09:00:00") == is_("published", 1, 3))
    endings = [r for r in desk.ids("roster").values() if r["line"] == 0]
    tap.ok("an ending is a record of line 0, on the day of the list", sorted(r["valid_to"] for r in endings) ==
           ["2025-04-01"] + ["2025-06-01"] * 3, endings)


# ---- killed ----

def killed(tap):
    """Two lists and a bank's file, killed at every point: the same records, and each receipt counted once."""
    def play(desk, fault=None):
        codes = []
        for sequence, numbers in ((1, range(1, 100)), (2, range(3, 90))):
            desk.put("roster", f"l{sequence}.csv", LIST + roster_lines(numbers), sequence=sequence,
                     received=f"2025-0{sequence}-01T09:00:00")
            desk.put("bank", f"b{sequence}.csv", BANK + bank_lines(sequence * 100, 150) + "bad\n", sequence=sequence,
                     received=f"2025-0{sequence}-01T09:00:00")
            codes.append(desk.once(fault)[0])
            desk.once(code=0)
        desk.once(code=0)
        receipts = {}
        for receipt in desk.receipts():
            receipt.pop("took_ms")
            receipts[(receipt["feed"], receipt["arrival"])] = receipt
        return codes, {"records": [sorted(json.dumps(r, sort_keys=True) for r in desk.ids(t).values()) for t in ("deposit", "roster")],
                       "dead": sorted((d["olive.line"], d["olive.delivery"]) for d in desk.dead().values()),
                       "receipts": [receipts[key] for key in sorted(receipts)]}

    with Desk() as desk:
        _, calm = play(desk)
    for point in POINTS:
        with Desk() as desk:
            codes, got = play(desk, point)
            left = [p for f in ("bank", "roster") for p in (*desk.state(f, "work").iterdir(), *(desk.work / "inbox" / f).iterdir())]
            tap.ok(f"killed at {point}, it publishes every line under one record id and counts each receipt once",
                   -9 in codes and got == calm and not left, f"{codes} {[k for k in calm if calm[k] != got[k]]} {left}")


def killed_at_random(tap, rounds=12):
    with Desk() as desk:
        dice, want = random.Random(1), set()
        for i in range(rounds):
            desk.put("bank", f"b{i}.csv", BANK + bank_lines(i * 3000, 3000), sequence=i + 1, received="2025-01-01T09:00:00")
        process, kills = None, 0
        while kills < rounds:
            process = subprocess.Popen([BUILD / "connectors/olive-connect", "--once", "--config", desk.config],
                                       stderr=subprocess.DEVNULL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05 + dice.random() * 0.25)
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        desk.once(code=0)
        records = desk.ids("deposit").values()
        want = {(i + 1, line) for i in range(rounds) for line in range(2, 3002)}
        tap.ok(f"killed {kills} times at random moments, {rounds} deliveries of 3,000 lines are there, each line once",
               len(records) == len(want) and len({(r["delivery"], r["line"]) for r in records}) == len(want) and
               len({r["delivery"] for r in desk.receipts()}) == rounds, len(records))


# ---- as a service ----

def until(condition):
    end = time.monotonic() + 120
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def told_by_the_kernel(tap):
    """The inboxes are looked through once an hour: only a hint can bring the second file sooner."""
    with Desk() as desk:
        desk.put("bank", "one.csv", BANK + bank_lines(1, 5), sequence=1)
        process = subprocess.Popen([BUILD / "connectors/olive-connect", "--config", desk.config, "--set", "connect.scan_ms=3600000"],
                                   stderr=subprocess.DEVNULL)
        first = until(lambda: len(desk.receipts()) == 1)
        desk.put("bank", "two.csv", BANK + bank_lines(6, 5), sequence=2)
        second = until(lambda: len(desk.receipts()) == 2)
        process.send_signal(signal.SIGTERM)
        tap.ok("a file is taken when the kernel tells of it, not at the next scan", first and second and process.wait(20) == 0,
               f"{first} {second}")


def service(tap):
    with Desk() as desk:
        command = [BUILD / "connectors/olive-connect", "--config", desk.config, "--set", "connect.scan_ms=20"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        desk.put("bank", "one.csv", BANK + bank_lines(1, 5), sequence=1)
        until(desk.receipts)
        tap.ok("a file dropped while it runs is taken", [r["published"] for r in desk.receipts()] == [5])
        other = desk.once()
        tap.ok("a second one on the same state gives way, exit 75", other[0] == 75 and "another olive-connect" in other[1], other)
        process.send_signal(signal.SIGTERM)
        tap.ok("SIGTERM ends it cleanly", process.wait(20) == 0, process.stderr.read()[-500:])

        desk.put("bank", "big.csv", BANK + bank_lines(1, 200000), sequence=2)
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        time.sleep(0.4)
        process.send_signal(signal.SIGTERM)
        ended = process.wait(30)
        desk.once(code=0)
        tap.ok("asked to stop in the middle of a file, it goes on at the next start", ended == 0 and desk.last()["published"] == 200000
               and len(desk.ids("deposit")) == 200005, (ended, desk.last()))


def configuration(tap):
    def fails(claim, desk, code, *words, **settings):
        options = [word for key, value in settings.items() for word in ("--set", f"{key.replace('__', '.')}={value}")]
        done = subprocess.run([BUILD / "connectors/olive-connect", "--once", "--config", desk.config, *options],
                              capture_output=True, text=True, timeout=60)
        tap.ok(claim, done.returncode == code and all(word in done.stderr for word in words),
               f"{done.returncode}: {done.stderr[-600:]}")

    with Desk() as desk:
        fails("topics that are not there are told, exit 78", desk, 78, "olive topics apply", topics__prefix="nowhere.")
        fails("topics with other partitions are told, exit 78", desk, 78, "partitions", topics__partitions=7)
        os.chmod(desk.work / "token.key", 0o644)
        fails("a key that others may read is refused, exit 78", desk, 78, "chmod 0600", "olive.yaml:")
        os.chmod(desk.work / "token.key", 0o600)
        fails("no key is no default, exit 78", desk, 78, "nowhere.key", keys__token="/nowhere.key")
        (desk.work / "inbox" / "bank").rename(desk.work / "inbox" / "gone")
        fails("a missing inbox is told with its place, exit 78", desk, 78, "inbox", "olive.yaml:")


def main():
    tap = Tap()
    with Desk() as desk:
        rejected(tap, desk)
        dead_letters(tap, desk)
        strange_names(tap, desk)
        snapshots(tap, desk)
    killed(tap)
    killed_at_random(tap)
    told_by_the_kernel(tap)
    service(tap)
    configuration(tap)
    tap.end()


if __name__ == "__main__":
    main()
