#!/usr/bin/env python3
"""dlq - dead letters on a real stack: counted against the receipts, shown and exported to who holds the key, audited."""

import csv
import getpass
import hashlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, Scenario, run  # noqa: E402
from stage import Tap  # noqa: E402

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
BANK = "id_no,account_no,bank_code,balance,balance_date,currency\n"
LIST = "身份证号,人群,有效期始\n"
LONG = 70_000


def id_no(number):
    """A number that nobody has: area 990001, with its check character."""
    body = f"990001{1950 + number % 50}0101{number % 1000:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


SECRET = id_no(77)
ACCOUNT = "6222020202020202"
GOOD = f"{id_no(1)},1,ICBC,1.50,2025-11-30,CNY"
BAD = [  # in the order of the reasons; line, reason, column
    (f"{SECRET},{'9' * LONG},ICBC,1,2025-11-30,", "LINE_TOO_LONG", ""),
    (SECRET.encode() + b",62\xff\x1b[31m,ICBC,1,2025-11-30,", "BAD_ENCODING", ""),
    (f"{SECRET},{ACCOUNT},ICBC,1", "BAD_COLUMN_COUNT", ""),
    (f",{ACCOUNT},ICBC,1,2025-11-30,", "MISSING", "id_no"),
    (f'=HYPERLINK("x"),{ACCOUNT},ICBC,1,2025-11-30,', "BAD_ID", "id_no"),
    (f'{SECRET},{ACCOUNT},ICBC,"1,005",2025-11-30,', "BAD_AMOUNT", "balance"),
    (f"{SECRET},{ACCOUNT},ICBC,10000000000000,2025-11-30,", "OUT_OF_RANGE", "balance"),
    (f"{SECRET},{ACCOUNT},ICBC,1,2025-02-30,", "BAD_DATE", "balance_date"),
    (f"{SECRET},{ACCOUNT},ICBC,1,2025-11-30,USD", "UNKNOWN_CURRENCY", "currency"),
]
ROSTER_BAD = f"{SECRET},\u4f4e\u4fdd\u4eba\u5458,2025-01-01"  # a group that is on no list


def as_bytes(line):
    return line if isinstance(line, bytes) else line.encode()


class Office(Scenario):
    """A bank in UTF-8 and a roster in GB18030, whose files a test drops by hand."""

    def __init__(self):
        self.made = tempfile.TemporaryDirectory(prefix="olive-dlq-test.")
        scenario = {"region": "330305", "received": [], "questions": [],
                    "feeds": {"bank": {"source": "deposit", "mode": "delta"},
                              "roster": {"source": "roster", "mode": "delta",
                                         "dialect": {"charset": "gb18030", "columns": {"人群": "group", "有效期始": "valid_from"}}}}}
        Path(self.made.name, "scenario.json").write_text(json.dumps(scenario), "utf-8")
        super().__init__(self.made.name)
        self.prepare()

    def close(self):
        super().close()
        self.made.cleanup()

    def put(self, feed, sequence, data, received):
        inbox = self.work / "inbox" / feed
        (inbox / f"{sequence}.csv").write_bytes(data)
        (inbox / f"{sequence}.csv.ok").write_text(f"sequence={sequence}\nreceived={received}\n", "utf-8")

    def dlq(self, *words, key=None):
        """The finished program; bytes, for what it shows need not be text."""
        options = ["--set", f"keys.dead_letter={key}"] if key else []
        return subprocess.run([BUILD / "daemon/cli/olive", "dlq", *words, "--config", self.config, *options],
                              capture_output=True, timeout=120)

    def interrupted(self, *words):
        """The same, with a SIGINT that is there before it begins."""
        def interrupt():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            os.kill(os.getpid(), signal.SIGINT)
        return subprocess.run([BUILD / "daemon/cli/olive", "dlq", *words, "--config", self.config], preexec_fn=interrupt,
                              capture_output=True, timeout=120)

    def ls(self, *words):
        done = self.dlq("ls", "--output", "json", *words)
        return done.returncode, json.loads(done.stdout)

    def counts(self, *words):
        return self.ls(*words)[1]["counts"]

    def show(self, *words):
        done = self.dlq("show", "--output", "json", *words)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def audit(self):
        path = self.work / "state/audit/dlq.log"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def digest(self, feed, sequence, data):
        content = hashlib.sha256(data).digest()
        return hashlib.sha256(feed.encode() + b"\0" + sequence.to_bytes(8, "big") + content).hexdigest()


def bank_file():
    lines = [BANK.encode().rstrip()] + [as_bytes(line) for line, _, _ in BAD] + [GOOD.encode()]
    return b"\n".join(lines) + b"\n"


def roster_file():
    return (LIST + ROSTER_BAD + "\n" + f"{id_no(2)},低保,2025-01-01\n").encode("gb18030")


def nothing_yet(tap, office):
    done = office.dlq("ls")
    tap.ok("without a dead letter ls says so, exit 0", done.returncode == 0 and b"0 dead letters" in done.stdout, done)
    done = office.dlq("show")
    tap.ok("and show shows nothing", done.returncode == 0 and done.stdout == b"" and b"no dead letter" in done.stderr, done)


def counted(tap, office):
    office.put("bank", 1, bank_file(), "2025-03-01T09:00:00")
    office.put("roster", 1, roster_file(), "2025-03-02T09:00:00")
    office.connect()
    code, told = office.ls()
    want = sorted(("bank", reason, column or None) for _, reason, column in BAD) + [("roster", "BAD_CODE", "group")]
    tap.ok("ls counts by feed, reason and column",
           sorted(((c["feed"], c["reason"], c["column"]) for c in told["counts"]), key=str) == sorted(want, key=str) and
           all(c["count"] == 1 for c in told["counts"]), told)
    tap.ok("and their number is that of the receipts, exit 0",
           (code, told["balanced"], told["letters"], told["stated"], told["differing"]) == (0, True, 10, 10, []), told)
    text = office.dlq("ls").stdout.decode()
    tap.ok("the text says so, and what to do next", "The receipts say the same: 10 dead letters in 2 deliveries" in text and
           "Next: olive dlq show" in text and "is not a real date" in text, text)


def filtered(tap, office):
    bank, roster = office.digest("bank", 1, bank_file()), office.digest("roster", 1, roster_file())
    cases = [
        (["--by", "feed"], [{"feed": "bank", "count": 9, "open": 9}, {"feed": "roster", "count": 1, "open": 1}]),
        (["--by", "feed", "--feed", "roster"], [{"feed": "roster", "count": 1, "open": 1}]),
        (["--by", "reason", "--reason", "bad_id"], [{"reason": "BAD_ID", "count": 1, "open": 1}]),
        (["--by", "column", "--column", "balance"], [{"column": "balance", "count": 2, "open": 2}]),
        (["--by", "column", "--column", ""], [{"column": None, "count": 3, "open": 3}]),
        (["--by", "day"], [{"day": "2025-03-01", "count": 9, "open": 9}, {"day": "2025-03-02", "count": 1, "open": 1}]),
        (["--by", "day", "--day", "2025-03-02"], [{"day": "2025-03-02", "count": 1, "open": 1}]),
        (["--by", "day", "--day", "2025-03-03"], []),
        (["--by", "delivery", "--delivery", bank[:10].upper()], [{"feed": "bank", "delivery": bank, "sequence": 1, "count": 9, "open": 9}]),
        (["--by", "delivery", "--feed", "roster"], [{"feed": "roster", "delivery": roster, "sequence": 1, "count": 1, "open": 1}]),
        (["--by", "feed", "--feed", "bank", "--reason", "MISSING", "--column", "balance"], []),
    ]
    for words, want in cases:
        code, told = office.ls(*words)
        tap.ok(f"ls {' '.join(words[2:]) or 'without a filter'} by {words[1]} counts what it should, and balances",
               (code, told["counts"]) == (0, want), told)
    for words, says in [(["--by", "colour"], b"--by takes"), (["--reason", "BAD_IDEA"], b"did you mean BAD_ID"),
                        (["--day", "yesterday"], b"--day takes"), (["--delivery", "xyz"], b"--delivery takes"),
                        (["--feed", "banks"], b"did you mean bank")]:
        done = office.dlq("ls", *words)
        tap.ok(f"ls {' '.join(words)} is a usage error that helps", done.returncode == 2 and says in done.stderr, done)


def shown(tap, office):
    letters = office.show("--limit", "99")
    of_bank = [letter for letter in letters if letter["feed"] == "bank"]
    tap.ok("show gives every letter with its place and reason, in order",
           [(l["line"], l["reason"], l["column"] or "") for l in of_bank] ==
           [(i + 2, reason, column) for i, (_, reason, column) in enumerate(BAD)] and len(letters) == 10, letters)
    plain = [(letter["text"], letter["exact"]) for letter in of_bank[2:]]
    tap.ok("the line is the line as it came", plain == [(line, True) for line, _, _ in BAD[2:]], plain)
    tap.ok("bytes that are no character and those that steer a terminal are escaped",
           of_bank[1]["text"] == SECRET + ",62\\xFF\\x1B[31m,ICBC,1,2025-11-30," and not of_bank[1]["exact"], of_bank[1])
    line = as_bytes(BAD[0][0])
    tap.ok("of a line too long the beginning is shown, its length and its digest",
           of_bank[0]["text"].encode() == line[:65536] and of_bank[0]["line_bytes"] == len(line) and
           of_bank[0]["line_sha256"] == hashlib.sha256(line).hexdigest() and not of_bank[0]["exact"])
    tap.ok("a line in GB18030 is shown in UTF-8", [l["text"] for l in letters if l["feed"] == "roster"] == [ROSTER_BAD], letters[-1])
    done = office.dlq("show", "--limit", "2", "--column", "balance")
    text = done.stdout.decode()
    tap.ok("the text names feed, delivery, sequence, line, column and reason",
           f"bank, delivery {office.digest('bank', 1, bank_file())[:12]} (sequence 1), line 7: balance is not a number" in text and
           "BAD_AMOUNT" in text and BAD[5][0] in text and BAD[6][0] in text, text)
    done = office.dlq("show", "--limit", "3")
    tap.ok("--limit shows as many, and says of how many", done.stdout.count(b"sequence 1") == 3 and b"3 of 10" in done.stderr, done.stderr)
    raw = office.dlq("show", "--limit", "99").stdout
    tap.ok("nothing that a terminal obeys comes out", all(byte >= 0x20 or byte == 0x0A for byte in raw) and b"\x7f" not in raw)


def audited(tap, office):
    before = office.audit()
    path = office.work / "state/audit/dlq.log"
    office.dlq("show", "--feed", "bank", "--reason", "BAD_ID")
    entry = office.audit()[-1]
    want = {"feed": "bank", "reason": "BAD_ID", "column": None, "day": None, "delivery": None}
    tap.ok("a look leaves one line: who, where, when, at what",
           len(office.audit()) == len(before) + 1 and entry["user"] == getpass.getuser() and entry["uid"] == os.getuid() and
           entry["host"] == os.uname().nodename and entry["command"] == "dlq show" and entry["filter"] == want and
           entry["letters"] == 1 and entry["file"] is None and entry["at"][10] == "T", entry)
    tap.ok("in a file of mode 0600 and a folder of mode 0700", stat.S_IMODE(path.stat().st_mode) == 0o600 and
           stat.S_IMODE(path.parent.stat().st_mode) == 0o700)
    count = len(office.audit())
    office.dlq("ls")
    tap.ok("counting is no look", len(office.audit()) == count)
    # A reader that goes away at once: the look is written down, whatever came of it.
    process = subprocess.Popen([BUILD / "daemon/cli/olive", "dlq", "show", "--config", office.config], stdout=subprocess.PIPE)
    process.stdout.close()
    process.wait(60)
    tap.ok("the line is there before the output", len(office.audit()) == count + 1)
    with open(path, "ab") as file:
        file.write(b'{"at":"2025-03')
    office.dlq("show", "--limit", "1")
    lines = path.read_text("utf-8").splitlines()
    tap.ok("after a line that was cut off the next begins anew", lines[-2] == '{"at":"2025-03' and json.loads(lines[-1])["letters"] == 1)
    path.write_text("".join(f"{line}\n" for line in lines if line != '{"at":"2025-03'), "utf-8")
    kept = path.read_bytes()
    path.unlink()
    path.mkdir()
    target = office.work / "unseen.csv"
    for words in (["show"], ["export", "--csv", target]):
        done = office.dlq(*words)
        tap.ok(f"{words[0]}: where it cannot be written down, nothing is shown",
               done.returncode == 1 and done.stdout == b"" and b"nothing is shown" in done.stderr and not target.exists(), done)
    path.rmdir()
    path.write_bytes(kept)


def without_the_key(tap, office):
    wrong = office.work / "wrong.key"
    wrong.touch(mode=0o600)
    wrong.write_bytes(b"k" * 32)
    target, count = office.work / "wrong.csv", len(office.audit())
    for words in (["show"], ["export", "--csv", target], ["export", "--lines", target]):
        done = office.dlq(*words, key=office.work / "nowhere.key")
        tap.ok(f"{' '.join(map(str, words[:-1] or words))}: without the key exit 78, and no look is written down",
               done.returncode == 78 and done.stdout == b"" and b"keys.dead_letter" in done.stderr and
               not target.exists() and len(office.audit()) == count, done)
    os.chmod(wrong, 0o640)
    done = office.dlq("show", key=wrong)
    tap.ok("a key that others may read is refused, exit 78", done.returncode == 78 and b"chmod 0600" in done.stderr, done)
    os.chmod(wrong, 0o600)
    done = office.dlq("show", key=wrong)
    tap.ok("with another key nothing is opened, which is said, exit 1", done.returncode == 1 and SECRET.encode() not in done.stdout and
           b"10 of 10 dead letters cannot be opened" in done.stderr, done)
    done = office.dlq("export", "--csv", target, key=wrong)
    tap.ok("and no file is left, nor a part of one", done.returncode == 1 and not list(office.work.glob("wrong.csv*")), done)
    tap.ok("ls needs no key", office.dlq("ls", key=office.work / "nowhere.key").returncode == 0)


def exported(tap, office):
    target = office.work / "department.csv"
    done = office.dlq("export", "--csv", target)
    data = target.read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    tap.ok("export --csv writes UTF-8 with a mark and CRLF, mode 0600",
           done.returncode == 0 and data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == 11 == data.count(b"\n") and
           stat.S_IMODE(target.stat().st_mode) == 0o600, done)
    tap.ok("its columns are place, reason, meaning and line", rows[0] ==
           ["feed", "delivery", "sequence", "line", "column", "reason", "meaning", "original"] and all(len(r) == 8 for r in rows))
    digest = office.digest("bank", 1, bank_file())
    tap.ok("a row says which line of which delivery", [r[:6] for r in rows[1:10]] ==
           [["bank", digest, "1", str(i + 2), column, reason] for i, (_, reason, column) in enumerate(BAD)], rows)
    tap.ok("with a sentence in Chinese for every reason", all(r[6].endswith("。") for r in rows[1:]) and
           len({r[6] for r in rows[1:]}) == 10)
    tap.ok("of a line too long it says that this is the beginning", str(len(as_bytes(BAD[0][0]))) in rows[1][6] and
           rows[1][7] == BAD[0][0][:65536], rows[1][6])
    tap.ok("quotes and delimiters of the line survive", rows[6][7] == BAD[5][0] and rows[10][7] == ROSTER_BAD, rows[6])
    tap.ok("a line that a spreadsheet would compute is made text", rows[5][7] == "'" + BAD[4][0], rows[5])
    before = data
    done = office.dlq("export", "--csv", target, "--feed", "roster")
    tap.ok("a file that is there stays as it is", done.returncode == 1 and b"is there already" in done.stderr and
           target.read_bytes() == before and not list(office.work.glob("department.csv.*")), done)
    entry = office.audit()[-1]
    tap.ok("an export is audited with where it went", entry["command"] == "dlq export --csv" and entry["file"] == str(target) and
           entry["letters"] == 10, entry)
    plain = office.work / "bank.lines"
    done = office.dlq("export", "--lines", plain, "--feed", "bank")
    tap.ok("export --lines writes the bytes as they came, without those cut", done.returncode == 0 and
           plain.read_bytes() == b"".join(as_bytes(line) + b"\n" for line, _, _ in BAD[1:]) and
           b"line 2 is left out" in done.stderr and stat.S_IMODE(plain.stat().st_mode) == 0o600, done)
    other = office.work / "roster.lines"
    office.dlq("export", "--lines", other, "--feed", "roster")
    tap.ok("in the department's own character set", other.read_bytes() == ROSTER_BAD.encode("gb18030") + b"\n")
    for words in ([], ["--csv", "a", "--lines", "b"], ["--lines", office.work / "mixed"]):
        done = office.dlq("export", *words)
        tap.ok(f"export {' '.join(w for w in map(str, words) if w.startswith('-'))} is a usage error", done.returncode == 2 and
               not (office.work / "mixed").exists(), done)
    done = office.interrupted("export", "--csv", office.work / "half.csv")
    tap.ok("interrupted, it leaves neither the file nor a part of it", done.returncode == 1 and b"nothing is written" in done.stderr and
           not list(office.work.glob("half.csv*")), done)
    done = office.dlq("export", "--csv", office.work / "no-such-folder" / "x.csv")
    tap.ok("a folder that is not there is told", done.returncode == 1 and b"cannot write" in done.stderr, done)


def private(tap, office):
    said = b"".join(office.dlq(*words).stderr for words in (["ls"], ["show"], ["show", "--limit", "1"], ["export", "--csv", "/proc/x"]))
    said += (office.work / "state/audit/dlq.log").read_bytes() + office.dlq("ls").stdout + office.dlq("ls", "--output", "json").stdout
    tap.ok("no value of a line is on stderr, in a count or in the audit file",
           all(value not in said for value in (SECRET.encode(), ACCOUNT.encode(), b"9" * 20, b"HYPERLINK", "低保人员".encode())))


def repeated(tap, office):
    """Killed after the letters are out and before that is written down, it sends them again."""
    lines = "".join(f"{id_no(i)},{i},ICBC,x,2025-11-30,\n" for i in range(50))
    office.put("bank", 2, (BANK + lines).encode(), "2025-03-03T09:00:00")
    office.connect(code=(-9,), environment={"OLIVE_FAULT": "connect-settling"})
    code, told = office.ls("--feed", "bank")
    tap.ok("letters without a receipt are told, exit 1", code == 1 and not told["balanced"] and
           [(d["letters"], d["stated"], d["feed"]) for d in told["differing"]] == [(50, None, "bank")], told)
    text = office.dlq("ls", "--feed", "bank").stdout.decode()
    tap.ok("by delivery, in text, too", "They differ from the receipts: 59 dead letters, 9 by the receipts" in text and
           "50 dead letters and no receipt yet" in text, text)
    office.connect()
    code, told = office.ls("--feed", "bank")
    messages = len(office.olive("cat", "deposit.dlq").splitlines())
    tap.ok("what is in the log twice counts once, and balances again",
           (code, told["balanced"], told["letters"], told["repeated"]) == (0, True, 59, 50) and messages == 109, (messages, told))
    tap.ok("and is shown once", len(office.show("--feed", "bank", "--limit", "999")) == 59)


def gone_feed(tap, office):
    """What a feed left is there when the feed is no longer configured."""
    feed = office.feeds.pop("roster")
    office.write_options()
    letters = office.show("--feed", "roster")
    tap.ok("letters of a feed that is no longer configured are found and legible", [l["text"] for l in letters] == [ROSTER_BAD], letters)
    office.feeds["roster"] = feed
    office.write_options()


def strange_topics(tap, office):
    """What somebody else wrote to a topic, and what retention took from it."""
    hand = [BUILD / "tests/faults/log_hand", office.config]
    run([*hand, "put", f"{office.name}.olive.deposit.v1.dlq"], stdin="00112233 1b5b324a\n")
    code, told = office.ls("--feed", "bank")
    tap.ok("a message that is no dead letter is told, exit 1", (code, told["foreign"], told["letters"], told["balanced"]) ==
           (1, 1, 59, False), told)
    done = office.dlq("show", "--feed", "bank", "--limit", "999")
    tap.ok("and is not shown", done.returncode == 0 and done.stdout.count(b"bank, delivery") == 59, done.stderr)
    message = json.loads(office.olive("cat", "roster.dlq"))
    run([*hand, "trim", f"{office.name}.olive.roster.v1.dlq", message["partition"], message["offset"] + 1])
    code, told = office.ls("--feed", "roster")
    tap.ok("letters that the log has lost are missed by their receipt, exit 1",
           code == 1 and [(d["letters"], d["stated"], d["sequence"]) for d in told["differing"]] == [(0, 1, 1)], told)


def main():
    tap = Tap()
    with Office() as office:
        nothing_yet(tap, office)
        counted(tap, office)
        filtered(tap, office)
        shown(tap, office)
        audited(tap, office)
        without_the_key(tap, office)
        exported(tap, office)
        private(tap, office)
        repeated(tap, office)
        gone_feed(tap, office)
        strange_topics(tap, office)
    tap.end()


if __name__ == "__main__":
    main()
