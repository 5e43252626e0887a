#!/usr/bin/env python3
"""inspect - `olive feed inspect`: what it prints of a file that it has never seen is a feed that takes this file.

Every feed of a county is guessed from its first delivery. The configuration as printed, with nothing but the inbox made, passes
`olive config check`, and `olive feed test` says of the file what it says with the county's own configuration; where not, and
where a column was taken for another one, that very point is marked as unsure. Then files that are none, and P9: no part of
six characters of an identifier, and no name, comes out.
"""

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, ROOT, run  # noqa: E402
from stage import Tap  # noqa: E402

OLIVE = BUILD / "daemon/cli/olive"
COUNTY = ["--households", "400", "--months", "2", "--seed", "11"]
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
OFFICE, RELATIONS = "http://schemas.openxmlformats.org", "http://schemas.openxmlformats.org/package/2006/relationships"
PART = 6  # characters of an identifier that tell somebody
OPTIONS = ["charset", "delimiter", "header", "header_lines", "trailer_lines"]
IDENTIFIERS = ["id_no", "account_no", "household_no", "unit_no", "plate_no", "employer_no", "meter_no", "contract_no", "phone_no",
               "card_no"]


def olive(*words, code=0, text=True):
    """Its output; anything but the expected code is a failure that the test tells."""
    done = subprocess.run([OLIVE, *map(str, words)], capture_output=True, text=text, timeout=60, check=False)
    assert done.returncode == code, f"{words[:3]} ended with {done.returncode}: {done.stderr[-500:]}"
    return done.stdout


def inspect(path, *words):
    return json.loads(olive("feed", "inspect", path, "--output", "json", *words))


class Office:
    """A configuration of its own: olive.yaml, conf.d and keys."""

    def __init__(self, folder):
        self.folder, self.config = folder, folder / "olive.yaml"
        (folder / "conf.d").mkdir(parents=True)
        for key in ("token", "letters"):
            (folder / key).touch(0o600)
            (folder / key).write_bytes(key.encode().ljust(32, b"."))
        self.config.write_text('region: "330305"\nkeys: {token: token, dead_letter: letters}\n')

    def add(self, name, text):
        (self.folder / "conf.d" / f"{name}.yaml").write_text(text, "utf-8")
        (self.folder / "inbox" / name).mkdir(parents=True, exist_ok=True)

    def test(self, name, path):
        done = subprocess.run([OLIVE, "feed", "test", name, path, "--output", "json", "--config", self.config],
                              capture_output=True, text=True, timeout=60, check=False)
        return json.loads(done.stdout) if done.returncode in (0, 65) and done.stdout else done.stderr


# ---- the county ----

def first_delivery(folder, name):
    return min((path for path in (folder / "feeds" / name).iterdir() if path.suffix != ".ok"),
               key=lambda path: int(re.search(r"__(\d+)\.", path.name)[1]))


def true_columns(feed, header):
    """position -> canonical name, or None for what is not read"""
    dialect = feed["dialect"]
    names = dialect.get("order") or header
    return [None if name in dialect.get("ignore", []) else dialect.get("columns", {}).get(name, name) for name in names]


def canonical(name):
    """olive's own name for a Chinese one of its tables."""
    return KNOWN.get(name, name)


def known_names():
    names = {}
    for path in (ROOT / "connectors").glob("*.c"):
        for column, chinese in re.findall(r'\{ "(\w+)", +"([^"]+)", +\w+, ', path.read_text("utf-8")):
            names.update(dict.fromkeys(chinese.split("/"), column))
    return names


KNOWN = known_names()


def is_unsure(guess, option):
    return any(doubt["option"] == option for doubt in guess["doubts"])


def county_columns(tap, name, feed, guess):
    truth = true_columns(feed, [column["name"] for column in guess["columns"]])
    wrong = []
    for number, (column, true) in enumerate(zip(guess["columns"], truth, strict=True), 1):
        name_here = {"household_no": "meter_no"} if feed["source"] == "utility" else {}
        true = true and canonical(true)
        if column["column"] not in (true, name_here.get(true, true)) and not column["unsure"]:
            wrong.append(f"column {number} is {column['column']} and should be {true}")
    tap.ok(f"{name}: a column that is taken for another one is marked as unsure", not wrong, "; ".join(wrong))


def county_options(tap, name, feed, guess):
    dialect = {"charset": "utf-8", "delimiter": ",", "header": True, "header_lines": 0, "trailer_lines": 0, **feed["dialect"]}
    wrong = [option for option in OPTIONS if guess["options"].get(option) != dialect[option] and
             not (option == "charset" and "nothing beyond ASCII" in str(guess["remarks"]))]
    tap.ok(f"{name}: charset, delimiter, header and control lines are those of the file", not wrong, wrong)
    tap.ok(f"{name}: the source is {feed['source']}", guess["options"]["source"] == feed["source"] and
           not is_unsure(guess, "source"), guess["options"]["source"])


def lines_of(trial, columns):
    return {(bad["reason"], bad["column"]): bad["count"] for bad in trial["bad"] if bad["column"] not in columns}


def county_trial(tap, name, truth, guess, path, offices):
    """Line by line the same, but for columns that the guess leaves to a person: those it does not read."""
    true, guessed = offices[0].test(name, path), offices[1].test(name, path)
    read = {column["column"] for column in guess["columns"]} | set(guess["options"].get("constants", {}))
    left = {canonical(column) for column in truth if column} - read
    same = isinstance(guessed, dict) and lines_of(true, left) == lines_of(guessed, left) and true["lines"] == guessed["lines"]
    tap.ok(f"{name}: feed test says the same of the file as with the county's own configuration", same, f"{true}\n{guessed}")
    if left:
        tap.ok(f"{name}: what is not read ({', '.join(sorted(left))}) is marked as unsure",
               sum(column["column"] is None and column["unsure"] for column in guess["columns"]) >= len(left))


def county(tap, folder, work):
    spec = json.loads((folder / "scenario.json").read_text("utf-8"))
    truth, own = Office(work / "truth"), Office(work / "own")
    truth.add("feeds", (folder / "conf.d/feeds.yaml").read_text("utf-8").replace("../feeds", str(folder / "feeds")))
    for name, feed in spec["feeds"].items():
        path = first_delivery(folder, name)
        own.add(name, olive("feed", "inspect", path, "--name", name))
        guess = inspect(path, "--name", name)
        county_options(tap, name, feed, guess)
        county_columns(tap, name, feed, guess)
        county_trial(tap, name, true_columns(feed, [column["name"] for column in guess["columns"]]), guess, path, (truth, own))
    checked = subprocess.run([OLIVE, "config", "check", "--config", own.config], capture_output=True, text=True, check=False)
    tap.ok("olive config check takes all guesses as they were printed", checked.returncode == 0, checked.stderr)


# ---- the worked example ----

def example(tap, work):
    folder, office = ROOT / "tests/golden/example", Office(work / "example")
    feeds = json.loads((folder / "scenario.json").read_text("utf-8"))["feeds"]
    for name, feed in feeds.items():
        path = folder / f"{name}__1.csv"
        guess = inspect(path, "--name", name)
        office.add(name, olive("feed", "inspect", path, "--name", name))
        trial = office.test(name, path)
        tap.ok(f"example {name}: known by its names, and no doubt about a column", guess["options"]["source"] == feed["source"] and
               not any(column["unsure"] for column in guess["columns"]), guess["columns"])
        tap.ok(f"example {name}: feed test finds but the bad lines that are there", isinstance(trial, dict) and
               trial["lines"] - trial["good"] <= 1, trial)
    path = folder / "dialect/bank-a__1.txt"
    office.add("dialect", olive("feed", "inspect", path, "--name", "dialect"))
    guess, trial = inspect(path), office.test("dialect", path)
    tap.ok("example dialect: twelve lines without a header, eleven good, as with the true configuration",
           (trial["lines"], trial["good"]) == (12, 11), trial)
    tap.ok("example dialect: every column is what it is", [column["column"] for column in guess["columns"]] ==
           ["account_no", "bank_code", "id_no", None, "balance", "balance_date", "interest", "share", "currency"])
    tap.ok("config check takes all of them", not olive("config", "check", "--config", office.config).count("error"))


# ---- departments' files, written by hand ----

def id_no(number):
    """A number that nobody has, with its check character."""
    body = f"99000{number % 9 + 1}{1950 + number % 50}{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def person(number):
    return ["陈海生", "林秀英", "叶建国", "郭丽", "苏明珠", "许阿海"][number % 6]


def sheet_xml(rows):
    cells = "".join("<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows)
    return f'<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'


def workbook(rows, sheets=("一",)):
    """A workbook whose cells are all text, the same in each sheet."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{OFFICE}/spreadsheetml/2006/main" xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
        "<sheets>" + "".join(f'<sheet name="{name}" sheetId="{at}" r:id="r1"/>' for at, name in enumerate(sheets, 1)) + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml(rows),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return made.getvalue()


def of_width(number):
    return (id_no(number).encode() + person(number).encode("gb18030").ljust(20) + f"6222{number:012d}".encode().ljust(19) +
            f"{number * 123.45:.2f}".rjust(15).encode() + b"20251231\r\n")


def handmade():
    """name -> bytes, source, columns: None for what is not read"""
    some = range(60)
    title = "某银行存款余额表,,,,\n制表日期:2025-12-31,,,,\n\n序号,客户姓名,证件号码,存款账号,当前余额（元）,数据日期\n"
    bank = ["id_no", "account_no", "balance", "balance_date"]
    water = [["用户编号", "用户姓名", "用水地址", "抄表月份", "用水量(吨)", "水费"]]
    water += [[f"W{i:07d}", person(i), f"某路{i}号", "2025-11", str(i), f"{i * 2.8:.2f}"] for i in some]
    cars = [["号牌号码", "所有人", "身份证明号码", "车辆类型", "初次登记日期", "状态"]]
    cars += [[f"浙C{i:05d}", person(i), id_no(i), "汽车", f"2020-01-{i % 28 + 1:02d}", "正常"] for i in some]
    return {
        "a bank's list with a title, a sum and brackets in its names": (
            (title + "".join(f"{i},{person(i)},\t{id_no(i)},6222{i:012d},{i * 12.5:.2f},2025/12/31\n" for i in some) +
             "合计,,,,22125.00,\n").encode("gb18030"), "deposit", [None, None, *bank]),
        "initials of pinyin": (("SFZHM|XM|ZH|YE|RQ\r\n" + "".join(f"{id_no(i)}|{person(i)}|6222{i:012d}|{i}.50|20251231\r\n" for i in some))
                               .encode("gb18030"), "deposit", ["id_no", None, *bank[1:]]),
        "columns of fixed width": (b"".join(of_width(i) for i in some), "deposit", ["id_no", None, *bank[1:]]),
        "water under its department's names": ("\n".join(",".join(row) for row in water).encode("gb18030"), "utility",
                                               ["meter_no", None, None, "month", "quantity", "amount"]),
        "a workbook": (workbook([["某市车辆登记表"], *cars]), "vehicle",
                       ["plate_no", None, "id_no", "vehicle_type", "registered_on", None]),
        "telephones without a header": ("".join(f"{id_no(i)},199{i:08d},202511,{i * 1.5:.2f}\n" for i in some).encode(), "telecom",
                                        ["id_no", "phone_no", "month", "amount"]),
        "an object a line": ("".join(json.dumps({"姓名": person(i), "证件号码": id_no(i), "账号": f"62{i}", "余额": i + 0.5, "日期": "2025-12-31"},
                                                ensure_ascii=False) + "\n" for i in some).encode(), "deposit", [None, *bank]),
        "a header with a column less than its lines": (
            ("身份证号,账号,银行代码,余额,余额日期\n" + "".join(f"{id_no(i)},62{i},A,{i}.00,2025-12-31,\n" for i in some)).encode(),
            "deposit", ["id_no", "account_no", "bank_code", "balance", "balance_date", None]),
    }


def by_hand(tap, work):
    office = Office(work / "hand")
    for number, (claim, (data, source, columns)) in enumerate(handmade().items()):
        path, name = work / f"hand{number}", f"hand{number}"
        path.write_bytes(data)
        guess = inspect(path)
        office.add(name, olive("feed", "inspect", path, "--name", name))
        trial = office.test(name, path)
        tap.ok(f"{claim}: {source}, column by column", (guess["options"]["source"], [column["column"] for column in guess["columns"]]) ==
               (source, columns), [guess["options"], [column["column"] for column in guess["columns"]]])
        tap.ok(f"{claim}: feed test takes every line with it", isinstance(trial, dict) and (trial["lines"], trial["good"]) == (60, 60), trial)
    tap.ok("config check takes these, too", not olive("config", "check", "--config", office.config).count("error"))


# ---- files that are none, or half ----

def broken(tap, work, folder):
    bank = first_delivery(folder, "bank-a").read_bytes()
    cases = [("empty", b"", "is empty"), ("blank", b"\n \r\n\n", "is empty"), ("binary", bytes(range(256)) * 50, "binary"),
             ("utf-16", "身份证号,账号\n".encode("utf-16"), "iconv"), ("old", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old kind"),
             ("pdf", b"%PDF-1.7\n" + b"x" * 100, "PDF"), ("7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 100, "7z x"),
             ("mac", b"id_no,month\r990101198005040114,2025-01\r", "tr '"), ("line", b"x" * 100_000_000, "no end of a line")]
    for name, data, words in cases:
        path = work / name
        path.write_bytes(data)
        done = subprocess.run([OLIVE, "feed", "inspect", path], capture_output=True, text=True, timeout=20, check=False)
        tap.ok(f"{name}: exit 65, and one line says what to do", done.returncode == 65 and words in done.stderr and
               done.stderr.count("\n") == 1 and not done.stdout, f"{done.returncode} {done.stderr}")
        path.unlink()
    for name, data in [("one line", bank.splitlines(True)[0]), ("cut off", bank[:5000]), ("mixed", bank + "林海生|甲|乙\n".encode() * 50),
                       ("one word", b"word"), ("quotes", b'"' * 5000), ("commas", b"," * 3000 + b"\n"), ("nul", bank[:3000] + b"\0" * 40)]:
        path = work / "half"
        path.write_bytes(data)
        olive("feed", "inspect", path)
        tap.ok(f"{name}: a guess", "doubts" in inspect(path))
    mixed = work / "mixed"
    mixed.write_bytes(bank[:20000] + "990101198005040114|林海生1|1.00|2|3|4|5|6|7|8\n".encode() * 300)
    tap.ok("two charsets in one file: that is unsure", is_unsure(inspect(mixed), "charset"))


def large(tap, work, folder):
    """A file of 8 GiB with a hole in it: only some MiB of it are read."""
    path, bank = work / "large", first_delivery(folder, "bank-c").read_bytes()
    good = b"".join(line for line in bank.splitlines(True) if len(line) < 200 and line.count(b"|@|") == 6)
    with open(path, "wb") as file:
        file.write(good * (2 + (2 << 20) // len(good)))
        file.truncate(8 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + good)
    traced = subprocess.run([OLIVE, "feed", "inspect", path, "--output", "json"], capture_output=True, text=True, timeout=20, check=False)
    tap.ok("8 GiB: the guess of its beginning, at once", traced.returncode == 0 and
           json.loads(traced.stdout)["options"]["delimiter"] == "|@|" and not json.loads(traced.stdout)["whole"], traced.stderr)
    path.unlink()


def packed(tap, work, folder):
    path = work / "bank-c__7.dat.gz"
    path.write_bytes(gzip.compress(first_delivery(folder, "bank-c").read_bytes()))
    office = Office(work / "packed")
    office.add("bank", olive("feed", "inspect", path, "--name", "bank"))
    trial = office.test("bank", path)
    tap.ok("a packed file is looked at unpacked, and its guess takes it packed", isinstance(trial, dict) and
           trial["good"] * 10 > trial["lines"] * 9, trial)


def untouched(tap, work, folder):
    path = work / "read-only"
    path.write_bytes(first_delivery(folder, "fund").read_bytes())
    path.chmod(0o400)
    before, names = path.stat(), sorted(os.listdir(work))
    olive("feed", "inspect", path)
    after = path.stat()
    tap.ok("the file stays as it was, and nothing appears beside it", sorted(os.listdir(work)) == names and
           (before.st_mtime_ns, before.st_size, before.st_mode) == (after.st_mtime_ns, after.st_size, after.st_mode))


def wishes(tap, folder):
    path = first_delivery(folder, "telecom")
    guess = inspect(path, "--source", "transport", "--name", "trams", "--sample", "10")
    tap.ok("--source, --name and --sample are obeyed", (guess["options"]["source"], guess["feed"]) == ("transport", "trams") and
           max(column["values"] + column["blanks"] for column in guess["columns"]) <= 10, guess["options"])
    tap.ok("and what that source lacks is a doubt", is_unsure(guess, "source"))
    path = path.with_name("book.xlsx")
    path.write_bytes(workbook([["姓名", "证件号码", "群体", "生效日期"], [person(1), id_no(1), "低保", "2024-01-01"]], ("一", "二")))
    done = subprocess.run([OLIVE, "feed", "inspect", path], capture_output=True, text=True, check=False)
    tap.ok("of a workbook of two sheets one must be named", done.returncode == 65 and "2 sheets" in done.stderr, done.stderr)
    guess = inspect(path, "--sheet", "二")
    tap.ok("which --sheet does, and the guess says it", (guess["options"].get("sheet"), guess["options"]["source"], guess["good"]) ==
           ("二", "roster", 1), guess)
    for words in (["--source", "telecon"], ["--name", "a b"], ["--sample", "0"]):
        done = subprocess.run([OLIVE, "feed", "inspect", path, *words], capture_output=True, text=True, check=False)
        tap.ok(f"{words[0]} is checked", done.returncode == 2, done.stderr)
    path.unlink()


# ---- P9 ----

def secrets(folder):
    """Identifiers and names of all files: what stands in the columns that hold them."""
    found, people = set(), set()
    for name, feed in json.loads((folder / "scenario.json").read_text("utf-8"))["feeds"].items():
        dialect = feed["dialect"]
        charset = "gb18030" if dialect.get("charset") == "gb18030" else "utf-8-sig"
        for path in (folder / "feeds" / name).iterdir():
            if path.suffix == ".ok":
                continue
            rows = [line.replace('"', "").split(dialect.get("delimiter", ",")) for line in
                    path.read_bytes().decode(charset, "replace").splitlines()[dialect.get("header_lines", 0):]]
            columns = true_columns(feed, rows[0])
            for row in rows[not dialect.get("order"):]:
                for column, cell in zip(columns, row, strict=False):
                    if column is None:
                        people.add(cell.strip())
                    elif canonical(column) in IDENTIFIERS:
                        found.add(cell.strip())
    return {text for text in found if len(text) >= PART}, {text for text in people if len(text) >= 2}


def parts(text):
    return {text[at:at + PART] for at in range(len(text) - PART + 1)}


def privacy(tap, folder, work):
    identifiers, people = secrets(folder)
    known = set().union(*(parts(text) for text in identifiers))
    tap.ok("there are identifiers and names to look for", len(identifiers) > 1000 and len(people) > 50)
    said = []
    for name in sorted(os.listdir(folder / "feeds")):
        whole = first_delivery(folder, name).read_bytes()
        lines = whole.splitlines(True)
        for data in (whole, b"".join(lines[1:]), b"".join(lines[2:4]), lines[-2], b"".join(line for line in lines[1:9]).replace(b"|", b" "),
                     re.sub(rb"[0-9]{18}", b"", whole), whole.replace(b",", b"\t").replace(b"20", b"x")):
            path = work / "990101198005040114-林海生.txt"  # a name of a file may say who, too
            path.write_bytes(data)
            for words in ([], ["--output", "json"], ["--source", "deposit"]):
                done = subprocess.run([OLIVE, "feed", "inspect", path, *words], capture_output=True, text=True, check=False)
                said.append(done.stdout + done.stderr)
    everything = "\n".join(said)
    tap.ok("no part of six characters of an identifier comes out", not (shown := parts(everything) & known), sorted(shown)[:5])
    tap.ok("and no name", not (shown := sorted(name for name in people | {"林海生"} if name in everything)), shown[:5])


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="olive-inspect.") as made:
        work = Path(made)
        folder = work / "county"
        run([BUILD / "tests/county/county", "--out", folder, *COUNTY])
        county(tap, folder, work)
        example(tap, work)
        by_hand(tap, work)
        broken(tap, work, folder)
        large(tap, work, folder)
        packed(tap, work, folder)
        untouched(tap, work, folder)
        wishes(tap, folder)
        privacy(tap, folder, work)
    tap.end()


main()
