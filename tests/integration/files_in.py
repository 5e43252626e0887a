#!/usr/bin/env python3
"""files_in - the worked example as fixed width, packed and as workbooks gives the same figures; and what departments send in
place of such files is refused with one line that says what to do, with nothing lost.
"""

import csv
import gzip
import json
import re
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / name) for name in ("harness", "faults", "oracle")]
import forms  # noqa: E402
from compare import differences  # noqa: E402
from desk import BANK, LIST, Desk, bank_lines, id_no, roster_lines  # noqa: E402
from scenario import Delivery, Scenario  # noqa: E402
from stage import Tap  # noqa: E402

EXAMPLE = TESTS / "golden/example"


def rows_of(text):
    return list(csv.reader(text.splitlines()))


# ---- the worked example, in other forms ----

class Example(Scenario):
    """Its numbers are looked for in the files as they were."""

    def __init__(self, folder, names):
        super().__init__(folder)
        back = {new: old for old, new in names.items()}
        self.plain = [Delivery(EXAMPLE, {"file": back[one.file], "at": one.at}) for one in self.deliveries]

    def numbers(self):
        deliveries, feeds = self.deliveries, self.feeds
        self.deliveries = self.plain
        self.feeds = {name: {**feed, "dialect": {}} for name, feed in feeds.items()}
        try:
            return super().numbers()
        finally:
            self.deliveries, self.feeds = deliveries, feeds


def packed(number, data, _):
    way, name = [(forms.gz, ".csv.gz"), (forms.zipped, ".zip"), (forms.zst, ".csv.zst")][number % 3]
    return way(data), name, {}


def as_workbook(number, data, _):
    rows = rows_of(data.decode())
    return forms.workbook(rows, inline=number % 2 == 1).bytes(), ".xlsx", {"format": "xlsx"}


def as_fixed(_, data, feed_rows):
    sizes = forms.widths(feed_rows, "gb18030")
    return forms.fixed(rows_of(data.decode()), sizes, "gb18030"), ".txt", {"format": "fixed", "charset": "gb18030", "widths": sizes}


def write_example(folder, way):
    """The example's files through one way; the names that they had, and have."""
    spec = json.loads((EXAMPLE / "scenario.json").read_text("utf-8"))
    paths = sorted(EXAMPLE.glob("*.csv"))
    names = {}
    for number, path in enumerate(paths):
        feed = path.name.split("__")[0]
        all_rows = [row for one in paths if one.name.split("__")[0] == feed for row in rows_of(one.read_text("utf-8"))]
        data, suffix, dialect = way(number, path.read_bytes(), all_rows)
        names[path.name] = path.name.replace(".csv", suffix)
        (folder / names[path.name]).write_bytes(data)
        spec["feeds"][feed]["dialect"] = dialect
    for entry in spec["received"]:
        entry["file"] = names[entry["file"]]
    (folder / "scenario.json").write_text(json.dumps(spec), "utf-8")
    return names


def example(tap, claim, way):
    with tempfile.TemporaryDirectory(prefix="olive-forms.") as folder:
        names = write_example(Path(folder), way)
        wanted = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
        for letter in wanted["dead_letters"]:
            letter["file"] = names[letter["file"]]
        with Example(folder, names) as scenario:
            scenario.prepare()
            scenario.deliver()
            scenario.fuse()
            got = scenario.answers(scenario.close_periods())
            found = list(differences(got, wanted))
            tap.ok(claim, not found and scenario.balanced(), "\n".join(found[:10]))


# ---- what must be refused ----

GOOD = rows_of(BANK + bank_lines(1, 3))


def with_cell(cell, row=2, at=3):
    made = forms.Workbook()
    for number, cells in enumerate(GOOD, 1):
        cells = [forms.cell_kind(name, text) for name, text in zip(GOOD[0], cells)]
        if number == row:
            cells = cells[:at] + [cell] + cells[at + 1:]
        made.add(cells)
    return made.bytes()


def with_member(name, text):
    book = forms.workbook(GOOD)
    book.members[name] = text
    return book.bytes()


def bomb(size):
    return with_member("xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + " " * size + "</sheetData></worksheet>")


def compound(name):
    """The old kind of office file: a header, and a directory with a stream of that name."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + b"\x09"
    return head.ljust(48, b"\0") + b"\x01".ljust(464 + 512, b"\0") + name.encode("utf-16-le").ljust(512, b"\0")


CSV = (BANK + bank_lines(1, 3)).encode()
# what, whose feed, bytes, what the line says
REFUSED = [
    ("a workbook for a feed of text", "bank", forms.workbook(GOOD).bytes(), "is an .xlsx workbook: say format: xlsx"),
    ("a legacy .xls", "bank", compound("Workbook"), r"old kind \(.xls, .doc\): have it saved as .xlsx, or as CSV"),
    ("a zip archive of two members", "bank", forms.zipped(CSV, "a.csv", "b.csv"), "of 2 members: deliver one file in each"),
    ("a zip archive with ../ in a name", "bank", forms.zipped(CSV, "../a.csv"), "leads outside"),
    ("a gz that ends in the middle", "bank", forms.gz(CSV * 50)[:-20], "ends in the middle: deliver it again"),
    ("a gz bomb", "bank", gzip.compress(b" " * (20 << 20)), "more than 200 times its size"),
    ("a binary file in a zip", "bank", forms.zipped(bytes(range(32)) * 100), "is a binary file"),
    ("text for a feed of workbooks", "books", CSV, "is no .xlsx workbook, as the feed says"),
    ("a legacy .xls for a feed of workbooks", "books", compound("Workbook"), r"old kind \(.xls, .doc\)"),
    ("a workbook with a password", "books", compound("EncryptedPackage"), "with a password"),
    ("a workbook with a formula", "books", with_cell(b"<f>A1*2</f><v>2</v>"), "has a formula in row 2"),
    ("a workbook with macros", "books", with_member("xl/vbaProject.bin", b"\1"), "with macros"),
    ("a workbook with links to others", "books", with_member("xl/externalLinks/externalLink1.xml", "<x/>"), "links to other workbooks"),
    ("a workbook of two sheets", "books", forms.workbook(GOOD, sheets=["more"]).bytes(), r"of 2 sheets: say which one"),
    ("a sheet that was renamed", "named", forms.workbook(GOOD, sheet="名册 (2)").bytes(), "it was renamed"),
    ("16,384 columns", "books", forms.workbook([[*GOOD[0], *["x"] * 16379], *GOOD[1:]]).bytes(), "column 6 is a column that the feed neither"),
    ("a cell far beyond the header", "books", forms.workbook([GOOD[0], [*GOOD[1], *["x"] * 300]]).bytes(),
     "has a sheet with something in column 305 of row 2"),
    ("a document type", "books", with_member("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>'), "a document type"),
    ("a workbook bomb", "books", bomb(40 << 20), "more than 200 times its size"),
    ("a workbook that is cut off", "books", forms.workbook(GOOD).bytes()[:-100], "is cut off or damaged"),
]


class Feeds(Desk):
    """Feeds of workbooks beside the bank's, whose files are text."""

    def __init__(self, **more):
        self.more = {"books": {"source": "deposit", "mode": "delta", "dialect": {"format": "xlsx"}},
                     "named": {"source": "deposit", "mode": "delta", "dialect": {"format": "xlsx", "sheet": "名册"}},
                     "list": {"source": "roster", "mode": "snapshot", "dialect": {"format": "xlsx"}}, **more}
        super().__init__()

    def prepare(self):
        self.feeds.update(self.more)
        super().prepare()


def identity(receipt):
    return receipt["lines"] == sum(receipt[key] for key in ("published", "dead_lettered", "duplicate", "obsolete", "rejected"))


def refused(tap):
    with Feeds() as desk:
        for number, (what, feed, data, _) in enumerate(REFUSED, 1):
            desk.put(feed, f"{number:02d}.bin", data, sequence=number)
        for feed, data in (("bank", CSV), ("books", forms.workbook(GOOD).bytes()), ("named", forms.workbook(GOOD, sheet="名册").bytes())):
            desk.put(feed, "99.good", data, sequence=99)
        code, log = desk.once()
        receipts = {(one["feed"], one["sequence"]): one for one in desk.receipts()}
        for number, (what, feed, _, says) in enumerate(REFUSED, 1):
            told = [line for line in log.splitlines() if f"delivery-rejected: {feed}: sequence {number}:" in line]
            receipt = receipts.get((feed, number), {})
            tap.ok(f"{what} is refused with one line that says what to do", len(told) == 1 and re.search(says, told[0]) and
                   receipt.get("state") == "rejected" and re.search(says, receipt["why"]), f"{told} {receipt} {log[-500:]}")
        tap.ok("what is good beside them is published, exit 65", code == 65 and
               all(receipts[feed, 99]["published"] == 3 for feed in ("bank", "books", "named")), log[-1500:])
        tap.ok("each is counted once, and nothing is left in the inboxes", len(receipts) == len(REFUSED) + 3 and
               all(map(identity, receipts.values())) and
               not [path for feed in desk.feeds for path in (desk.work / "inbox" / feed).iterdir()], receipts)
        desk.fuse()
        tap.ok("and the accounting balances", desk.balanced())


# ---- what is good but for a line ----

def dead_letters(tap):
    """A number in a column of identifiers, and what becomes of it: corrected as CSV."""
    cells = [forms.cell_kind(name, text) for name, text in zip(GOOD[0], GOOD[1])]
    book = forms.Workbook()
    book.add(["存款清单"])
    book.add(GOOD[0])
    book.add(cells)
    book.add([("990000194912310000", 0), *cells[1:]], 7)
    book.add([cells[0], ("6222021234567890", 0), *cells[2:]], 8)
    book.add([*cells[:3], "1,5", cells[4]], 9)
    book.add([cells[0], "62000099", *cells[2:4], ("45991.75", 1)], 10)
    book.add(["合计: 5"], 12)
    with Feeds(titled={"source": "deposit", "mode": "delta", "totals": {"lines": "合计: ([0-9]+)"},
                       "dialect": {"format": "xlsx", "header_lines": 1, "trailer_lines": 1}}) as desk:
        desk.put("titled", "a.xlsx", book.bytes(), sequence=1, lines=5)
        _, log = desk.once(code=0)
        receipt = desk.last()
        tap.ok("of a workbook with a title and a total, the rows between are lines", (receipt["lines"], receipt["published"],
               receipt["dead_lettered"]) == (5, 2, 3) and identity(receipt), f"{receipt} {log[-800:]}")
        letters = sorted((int(one["headers"]["olive.line"]), one["headers"]["olive.reason"], one["headers"].get("olive.column"))
                         for one in desk.cat("deposit.dlq"))
        tap.ok("numbers in columns of identifiers are BAD_ID, by the sheet's row", letters ==
               [(7, "BAD_ID", "id_no"), (8, "BAD_ID", "account_no"), (9, "BAD_AMOUNT", "balance")], letters)
        lines = desk.work / "lines.csv"
        desk.olive("dlq", "export", "--feed", "titled", "--lines", lines)
        text = lines.read_text("utf-8")
        tap.ok("what is exported of it is CSV", rows_of(text)[0][0] == "990000194912310000" and '"1,5"' in text, text)
        corrected = text.replace("990000194912310000", id_no(77)).replace("6222021234567890", "6222021234567891").replace('"1,5"', "1.5")
        lines.write_text(BANK + corrected, "utf-8")
        desk.olive("dlq", "replay", "titled", lines)
        desk.once(code=0)
        tap.ok("and goes through again when it is corrected", (desk.last()["published"], desk.last()["act"]["settled"]) == (3, 3),
               desk.last())


def control_files(tap):
    with Feeds() as desk:
        data = forms.gz(CSV)
        desk.put("bank", "a.csv.gz", data, sequence=1, bytes=len(data), lines=4)
        desk.put("bank", "b.csv.gz", data, sequence=2, bytes=len(data), lines=3)
        desk.put("bank", "c.csv.gz", data, sequence=3, lines=5)
        desk.put("bank", "d.csv.gz", data, sequence=1)
        desk.once()
        got = [(one["state"], one["lines"], one["size_bytes"] == len(data)) for one in sorted(desk.receipts(), key=lambda one: one["arrival"])]
        tap.ok("a control file's bytes are those that came, its lines those that are read", got == [
            ("published", 3, True), ("duplicate", 3, True), ("published", 3, True), ("rejected", 3, True)], got)
        desk.put("list", "l1.xlsx", forms.workbook(rows_of(LIST + roster_lines(range(1, 6)))).bytes(), sequence=1)
        desk.put("list", "l2.xlsx", forms.workbook(rows_of(LIST + roster_lines(range(1, 4)))).bytes(), sequence=2)
        desk.put("list", "l3.xlsx", forms.Workbook().bytes(), sequence=3)
        desk.once()
        lists = sorted((one["sequence"], one["state"], one["published"], one["ended"]) for one in desk.receipts() if one["feed"] == "list")
        tap.ok("a list as a workbook ends what it lacks, and an empty sheet ends nobody",
               lists == [(1, "published", 5, 0), (2, "published", 3, 2), (3, "rejected", 0, 0)], lists)


def killed(tap):
    """What was unpacked is gone with the process, and unpacked again."""
    for name, feed, data in (("a gz", "bank", forms.gz((BANK + bank_lines(1, 50)).encode())),
                             ("a workbook", "books", forms.workbook(rows_of(BANK + bank_lines(1, 50))).bytes())):
        with Feeds() as desk:
            desk.put(feed, "a.bin", data, sequence=1)
            codes = [desk.once("connect-line:20")[0], desk.once("connect-published")[0], desk.once(code=0)[0]]
            work = list(desk.state(feed, "work").iterdir())
            tap.ok(f"{name}, killed in its middle and at its end, is published once", codes[:2] == [-9, -9] and len(desk.ids("deposit")) == 50 and
                   desk.last()["published"] == 50 and not work, f"{codes} {len(desk.ids('deposit'))} {work}")


def main():
    tap = Tap()
    example(tap, "the worked example, packed as gz, zip and zst: the same figures", packed)
    example(tap, "the worked example as workbooks: the same figures", as_workbook)
    example(tap, "the worked example as fixed width in GB18030: the same figures", as_fixed)
    refused(tap)
    dead_letters(tap)
    control_files(tap)
    killed(tap)
    tap.end()


if __name__ == "__main__":
    main()
