"""scenario - a folder of departments' files, taken through the real programs on a real stack, and asked.

The folder is in the layout of tests/golden/example: scenario.json names the feeds, what was received when, the policy and
the questions. Everything that this makes is private: a topic prefix, a database, a folder; close() takes them away.
"""

import contextlib
import csv
import hashlib
import json
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("OLIVE_BUILD", ROOT / "build"))
TZ = "+08:00"
TOTALS = ["lines", "published", "dead_lettered", "duplicate", "obsolete", "rejected", "ended", "retracted"]
DIALECT_WORDS = ["charset", "delimiter", "quote", "header", "header_lines", "trailer_lines", "order", "columns", "ignore",
                 "constants", "line_bytes_max", "format", "packed", "widths", "width_unit", "sheet"]
ASKED_WORDS = ["odbc", "http", "every", "timeout", "time_limit", "fetch_bytes_max"]
SOURCES = ["household", "roster", "declaration", "deposit", "property", "vehicle", "provident-fund", "utility", "telecom",
           "transport", "meter"]
CLOSES_MAX = 60


class Failed(RuntimeError):
    """A program did not do what it should; the text says which and what it said."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, code=(0,), stdin=None, environment=None, limit_s=600):
    command = [str(word) for word in command]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=limit_s,
                          env={**os.environ, **(environment or {})})
    if done.returncode not in code:
        raise Failed(f"{' '.join(command[:4])} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout


# ---- what must be there ----

def build():
    """The programs, if nobody has built them."""
    if not (BUILD / "connectors/olive-connect").exists():
        say("building …")
        run([ROOT / "deploy/setup"], limit_s=1800)
        if not (BUILD / "build.ninja").exists():
            run(["meson", "setup", BUILD, ROOT])
        run(["ninja", "-C", BUILD], limit_s=1800)


def stack():
    """KAFKA_BOOTSTRAP, PGHOST …: those of the environment, else of this clone's own stack, started if need be."""
    if "KAFKA_BOOTSTRAP" in os.environ and "PGHOST" in os.environ:
        return
    run([ROOT / "deploy/stack", "up"])
    for name, value in json.loads(run([ROOT / "deploy/stack", "env", "--output", "json"])).items():
        os.environ[name] = str(value)


def psql(sql, database):
    return run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", sql, database]).strip()


def schema_digest():
    digest = hashlib.sha256()
    for path in sorted((ROOT / "schema").rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def template():
    """A database with the schema and nothing else, made once a server: copying it is fast."""
    name = f"olive_template_{schema_digest()}"
    if psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'", "postgres") == "1":
        return name
    part = f"{name}_{secrets.token_hex(4)}"
    psql(f"CREATE DATABASE {part}", "postgres")
    run(["sqitch", "--chdir", ROOT / "schema", "--quiet", "deploy",
         f"db:pg://{os.environ['PGUSER']}@/{part}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}"])
    try:
        psql(f"ALTER DATABASE {part} RENAME TO {name}", "postgres")
    except Failed:  # somebody else was faster
        psql(f"DROP DATABASE {part}", "postgres")
    return name


# ---- the folder ----

def instant(text):
    """With its seconds, which people leave out."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3})?)?(Z|[+-]\d\d:\d\d)?", text):
        raise Failed(f"{text} is no time of receipt: YYYY-MM-DDTHH:MM:SS")
    return re.sub(r"^(.{16})(?!:)", r"\1:00", text)


def load_spec(folder):
    path = folder / "scenario.json"
    try:
        spec = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise Failed(f"{path}: {error}") from None
    for key in ("region", "feeds", "received"):
        if key not in spec:
            raise Failed(f"{path} has no {key}")
    for question in spec.setdefault("questions", []):
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", question.get("period", "")):
            raise Failed(f"{path}: a question has a period: YYYY-MM")
        if question.get("known_at"):
            question["known_at"] = instant(question["known_at"])
    return spec


class Delivery:
    """One file of the folder, received at a time."""

    def __init__(self, folder, entry):
        self.file = entry["file"]
        self.path = folder / entry["file"]
        self.at = instant(entry["at"])
        match = re.match(r"(.+)__(\d+)\.", self.path.name)
        if not match:
            raise Failed(f"{self.file}: a delivery is named FEED__SEQUENCE.EXTENSION")
        self.feed, self.sequence = match[1], int(match[2])
        self.dialect = entry.get("dialect")  # of this file, where it is another than its feed's

    def digest(self):
        """As FEEDS defines a delivery's digest."""
        content = hashlib.sha256(self.path.read_bytes()).digest()
        return hashlib.sha256(self.feed.encode() + b"\0" + self.sequence.to_bytes(8, "big") + content).hexdigest()


def month_after(month, count=1):
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 + count
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def months_between(first, last):
    month = first
    while month <= last:
        yield month
        month = month_after(month)


def cells_of(text, dialect):
    """Rows, whether or not the quotes mean something: more numbers than there are do no harm."""
    delimiter = dialect.get("delimiter", ",")
    quote = dialect.get("quote", '"')
    for line in text.splitlines():
        yield line.split(delimiter)
        if len(quote) == 1:
            rows = csv.reader([line.replace(delimiter, "\x1f")], delimiter="\x1f", quotechar=quote, skipinitialspace=True)
            yield from ([cell.replace("\x1f", delimiter) for cell in row] for row in rows)


def household_numbers(feeds, deliveries):
    """Every household number that the files may name, as written; only to turn tokens back into numbers."""
    numbers = set()
    for delivery in deliveries:
        feed = feeds[delivery.feed]
        if feed["source"] not in ("household", "meter"):
            continue
        dialect = delivery.dialect or feed.get("dialect", {})
        names = {own for own, canonical in dialect.get("columns", {}).items() if canonical == "household_no"}
        names |= {"household_no", "户号"}
        charset = "gb18030" if dialect.get("charset", "utf-8").lower() == "gb18030" else "utf-8-sig"
        lines = delivery.path.read_bytes().decode(charset, "replace").splitlines(True)[dialect.get("header_lines", 0):]
        rows = cells_of("".join(lines), dialect)
        cells = [[cell.strip(' "\u3000\u00a0\t\r\n') for cell in row] for row in rows]
        header = dialect.get("order") if not dialect.get("header", True) else (cells or [[]])[0]
        columns = [i for i, name in enumerate(header or []) if name in names]
        numbers |= {row[i] for row in cells for i in columns if i < len(row) and row[i]}
    return sorted(number for number in numbers if "\n" not in number and len(number.encode()) < 200)


def judging_rules(policy):
    """Bands, lines and deflators of a scenario, as a policy file says them."""
    def said(entry, **value):
        return {"region": entry["region"], "from": entry["from"], "basis": "the scenario", **value}
    bands = [said(entry, yuan=[f"{fen / 100:.2f}" for fen in entry["fen"]]) for entry in policy.get("bands", [])]
    lines = {line: [said(entry, fen_per_head=entry["fen_per_head"]) for entry in of] for line, of in policy.get("lines", {}).items()}
    deflators = {source: [said(entry, index=f"{entry['index_millionths'] / 1e6:.4f}") for entry in of]
                 for source, of in policy.get("deflators", {}).items()}
    return {name: rules for name, rules in (("bands", bands), ("lines", lines), ("deflators", deflators)) if rules}


# ---- the run ----

class Scenario:
    def __init__(self, folder, partitions=4, flush_records=None, flush_ms=20, files=None, model=None, policy=None):
        self.folder = Path(folder)
        self.scenario = load_spec(self.folder)
        if files:  # file -> file to take in its place
            for entry in self.scenario["received"]:
                entry["file"] = files.get(entry["file"], entry["file"])
        self.feeds = self.scenario["feeds"]
        self.deliveries = [Delivery(self.folder, entry) for entry in self.scenario["received"]]
        for delivery in self.deliveries:
            if delivery.feed not in self.feeds:
                raise Failed(f"{delivery.file} is of the feed {delivery.feed}, which scenario.json does not have")
        self.name = f"s{os.getpid()}_{secrets.token_hex(3)}"
        self.work = Path(tempfile.mkdtemp(prefix="olive-scenario."))
        self.model, self.policy = model, policy  # files in place of the shipped model, of the scenario's policy
        self.partitions, self.flush_records, self.flush_ms = partitions, flush_records, flush_ms
        self.config = self.work / "olive.yaml"
        self.database = self.name
        self.dropped = 0
        self.has_topics = self.has_database = False

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def topics(self):
        names = ["olive.delivery.v1"]
        for source in SOURCES:
            names += [f"olive.{source}.v1", f"olive.{source}.v1.dlq"]
        return [f"{self.name}.{name}" for name in names]

    def close(self):
        with contextlib.suppress(Failed, OSError):
            if self.has_topics:
                run([BUILD / "tests/faults/log_hand", self.config, "drop", *self.topics()])
        with contextlib.suppress(Failed):
            if self.has_database:
                psql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", "postgres")
        shutil.rmtree(self.work, ignore_errors=True)

    # --- configuration ---

    def periods(self):
        return sorted({question["period"] for question in self.scenario.get("questions", [])}) or ["2025-01"]

    def policy_yaml(self):
        policy = self.scenario.get("policy", {})
        covers = {kind: [] for kind in ("wage", "business", "property", "transfer")} | policy.get("covers", {})

        def limits(key):
            return [{"region": entry["region"], "from": entry["from"], "fen": entry["fen"], "basis": "the scenario"}
                    for entry in policy.get(key, [])]

        rules = {"version": "scenario", "valid_from": "1990-01-01", "caps": limits("cap_fen"), "floors": limits("floor_fen"),
                 "covers": covers}
        if policy.get("fresh"):
            rules["fresh"] = policy["fresh"]
        rules |= judging_rules(policy)
        return json.dumps(rules, ensure_ascii=False)  # JSON is YAML

    def feed_options(self, name):
        feed, dialect = self.feeds[name], self.feeds[name].get("dialect", {})
        options = {"source": feed["source"], "mode": feed.get("mode", "delta"), "complete": feed.get("complete", False),
                   "shrink_limit": feed.get("shrink_limit", "none")}
        if "odbc" not in feed and "http" not in feed:
            options |= {"inbox": str(self.work / "inbox" / name), "ready": "control"}
        for word in ["lacking", "kinds", "error_limit", "totals", *ASKED_WORDS]:
            if word in feed:
                options[word] = feed[word]
        for word in DIALECT_WORDS:
            if word in dialect and dialect[word] not in ([], {}):
                options[word] = dialect[word]
        if options.get("quote") == "none":
            options["quote"] = ""
        return options

    def write_config(self):
        for key in ("token", "dead-letter"):
            path = self.work / f"{key}.key"
            path.touch(mode=0o600)
            path.write_bytes(hashlib.sha256(key.encode()).digest())  # a key for tests: runs can be compared
        for name in self.feeds:
            (self.work / "inbox" / name).mkdir(parents=True)
        (self.work / "policy.yaml").write_text(Path(self.policy).read_text("utf-8") if self.policy else self.policy_yaml(), "utf-8")
        self.write_options()

    def write_options(self):
        fuse = {"flush_ms": self.flush_ms}
        if self.flush_records:
            fuse["flush_records"] = self.flush_records
        self.config.write_text(json.dumps({
            "region": self.scenario["region"],
            "topics": {"prefix": f"{self.name}.", "partitions": self.partitions},
            "kafka": {"bootstrap.servers": os.environ["KAFKA_BOOTSTRAP"], "session.timeout.ms": "6000"},
            "postgres": {"host": os.environ["PGHOST"], "port": str(os.environ["PGPORT"]), "user": os.environ["PGUSER"],
                         "dbname": self.database},
            "keys": {"token": str(self.work / "token.key"), "dead_letter": str(self.work / "dead-letter.key")},
            "period": {"first": self.periods()[0]},
            "policy": str(self.work / "policy.yaml"),
            **({"model": str(self.model)} if self.model else {}),
            "connect": {"state": str(self.work / "state")},
            "fuse": fuse,
            "feeds": {name: self.feed_options(name) for name in self.feeds},
        }, ensure_ascii=False, indent=1), "utf-8")

    def prepare(self):
        stack()
        self.write_config()
        self.make_database()
        self.has_topics = True
        self.olive("topics", "apply")

    def make_database(self):
        psql(f"CREATE DATABASE {self.database} TEMPLATE {template()}", "postgres")
        self.has_database = True

    def replace_database(self):
        """An empty one in its place; the topics stay."""
        psql(f"DROP DATABASE {self.database} WITH (FORCE)", "postgres")
        self.make_database()

    # --- programs ---

    def olive(self, *words, code=(0,), stdin=None):
        return run([BUILD / "daemon/cli/olive", *words, "--config", self.config], code, stdin)

    def connect(self, code=(0, 65), environment=None):
        return run([BUILD / "connectors/olive-connect", "--once", "--config", self.config], code, environment=environment)

    def fuse(self, instances=1, environment=None):
        """Up to the end; several at once share the partitions."""
        command = [BUILD / "daemon/fuse/olive-fuse", "--until-end", "--config", self.config]
        logs = [open(self.work / f"fuse{i}.log", "w", encoding="utf-8") for i in range(instances)]
        running = [subprocess.Popen([str(word) for word in command], stderr=log, stdout=log,
                                    env={**os.environ, **(environment or {})}) for log in logs]
        codes = [process.wait(600) for process in running]
        for log in logs:
            log.close()
        if any(codes):
            raise Failed(f"olive-fuse ended with {codes}:\n" +
                         "\n".join((self.work / f"fuse{i}.log").read_text("utf-8")[-2000:] for i in range(instances)))

    def drop(self, delivery):
        """Into the feed's inbox, with the control file that says when it was received."""
        name = f"{self.dropped:06d}-{delivery.path.name}"
        self.dropped += 1
        inbox = self.work / "inbox" / delivery.feed
        shutil.copyfile(delivery.path, inbox / name)
        (inbox / f"{name}.ok").write_text(f"sequence={delivery.sequence}\nreceived={delivery.at}\n", "utf-8")

    def deliver(self, shuffle=None, batches=1):
        """All deliveries; shuffled, numbered delta feeds come in any order, snapshots in theirs."""
        deliveries = list(self.deliveries)
        if shuffle is not None:
            deliveries = shuffled(deliveries, self.feeds, random.Random(shuffle))
        size = max(1, -(-len(deliveries) // batches))
        for start in range(0, len(deliveries), size):
            for delivery in deliveries[start:start + size]:
                if delivery.dialect:
                    self.deliver_in_dialect(delivery)
                else:
                    self.drop(delivery)
            self.connect()

    def deliver_until(self, instant):
        """As it went: what was received by then and is not in yet, in the order of receipt."""
        for delivery in self.deliveries[self.dropped:]:
            if delivery.at > instant:
                break
            self.drop(delivery)
        self.connect()

    def deliver_in_dialect(self, delivery):
        """A file in another dialect than its feed's: what came before it is taken first, then it alone."""
        self.connect()
        plain = self.feeds[delivery.feed]
        self.feeds[delivery.feed] = {**plain, "dialect": delivery.dialect}
        self.write_options()
        self.drop(delivery)
        self.connect()
        self.feeds[delivery.feed] = plain
        self.write_options()

    def close_periods(self, instances=1):
        """Every period that is asked about is sealed, in order; False when they are too far apart to do that."""
        first, last = self.periods()[0], self.periods()[-1]
        months = list(months_between(first, last))
        if len(months) > CLOSES_MAX:
            return False
        for month in months:
            self.olive("period", "close", month, "--no-wait")
            self.fuse(instances)
        return True

    # --- answers ---

    def dump(self, period, *options):
        return json.loads(self.olive("dump", "--period", period, "--output", "json", *options))

    def numbers(self):
        numbers = household_numbers(self.feeds, self.deliveries)
        if not numbers:
            return {}
        tokens = self.olive("token", "household", "-", stdin="".join(f"{number}\n" for number in numbers)).split()
        return {token: unicodedata.normalize("NFKC", number) for token, number in zip(tokens, numbers, strict=True)}

    def households(self, dumped, numbers):
        rows = []
        for row in dumped["households"]:
            token = row.pop("household")
            if token not in numbers:
                say(f"no number in the files gives the household {token}: it is named by that")
            rows.append({"kind": row.pop("kind"), "household_no": numbers.get(token, token), **row})
        return sorted(rows, key=lambda row: (row["kind"], row["household_no"]))

    def answer(self, question, numbers, sealed):
        known_at = question.get("known_at")
        dumped = self.dump(question["period"], "--known-at", known_at + TZ if known_at else f"2999-12-31T23:59:59{TZ}")
        households = self.households(dumped, numbers)
        if sealed and not known_at:
            seal = self.households(self.dump(question["period"]), numbers)
            if seal != households:
                raise Failed(f"the seal of {question['period']} is not what the evidence says")
        return {"period": question["period"], **({"known_at": known_at} if known_at else {}),
                "covered": dumped["covered"], "unplaced": dumped["unplaced"], "households": households}

    def totals(self):
        sums = psql("SELECT " + ", ".join(f"coalesce(sum({name}), 0)" for name in TOTALS) + " FROM olive.delivery",
                    self.database)
        return dict(zip(TOTALS, map(int, sums.split("|")), strict=True))

    def dead_letters(self):
        files = {}
        for delivery in self.deliveries:
            files.setdefault(delivery.digest(), delivery.file)
        letters = {}
        for source in sorted({feed["source"] for feed in self.feeds.values()}):
            for line in self.olive("cat", f"{source}.dlq").splitlines():
                headers = json.loads(line)["headers"]
                letters[headers["olive.record"]] = {
                    "file": files.get(headers["olive.delivery"]), "line": int(headers["olive.line"]),
                    "reason": headers["olive.reason"], "column": headers.get("olive.column")}
        return sorted(letters.values(), key=lambda letter: (str(letter["file"]), letter["line"]))

    def say_rejected(self):
        """A file that was refused leaves a hole in the answer: nobody should have to guess that."""
        for line in psql("SELECT feed, sequence, why FROM olive.delivery WHERE state = 'rejected' ORDER BY receipt_offset",
                         self.database).splitlines():
            feed, sequence, why = line.split("|", 2)
            say(f"rejected: {feed}, sequence {sequence}: the file {why}")

    def answers(self, sealed=True):
        self.say_rejected()
        numbers = self.numbers()
        return {"totals": self.totals(), "dead_letters": self.dead_letters(),
                "answers": [self.answer(question, numbers, sealed) for question in self.scenario["questions"]]}

    def root(self, *options):
        return self.olive("dump", "--root", *options).strip()

    def seals(self):
        return psql("SELECT string_agg(concat_ws(' ', period, root), ', ' ORDER BY period) FROM olive.seal", self.database)

    def balanced(self):
        """P1, by the program's own account."""
        return json.loads(self.olive("status", "--output", "json", code=(0, 1)))["balanced"]


def shuffled(deliveries, feeds, dice):
    order = list(deliveries)
    dice.shuffle(order)
    for name, feed in feeds.items():
        if feed.get("mode") == "snapshot":
            places = [i for i, delivery in enumerate(order) if delivery.feed == name]
            for place, delivery in zip(places, (d for d in deliveries if d.feed == name), strict=True):
                order[place] = delivery
    return order
