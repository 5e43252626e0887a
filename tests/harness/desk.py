"""desk - two feeds whose files a test drops by hand: `bank` (deposits, delta) and `roster` (a list, snapshot)."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from scenario import BUILD, Failed, Scenario

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
BANK = "id_no,account_no,bank_code,balance,balance_date\n"
LIST = "id_no,group,valid_from\n"


def id_no(number):
    """A number that nobody has: areas from 990001, with its check character."""
    body = f"{990001 + number // 1000}{1950 + number % 50}0101{number % 1000:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def bank_lines(first, count):
    return "".join(f"{id_no(i)},62{i:06d},ICBC,{i}.50,2025-11-30\n" for i in range(first, first + count))


def roster_lines(numbers):
    return "".join(f"{id_no(i)},dibao,2025-01-01\n" for i in numbers)


class Desk(Scenario):
    """A feed `bank` (delta) and a feed `roster` (snapshot), whose files a test drops by hand."""

    def __init__(self, bank=None, roster=None, **options):
        """bank, roster: options of those feeds."""
        self.made = tempfile.TemporaryDirectory(prefix="olive-desk.")
        scenario = {"region": "330305", "received": [], "questions": [],
                    "feeds": {"bank": {"source": "deposit", "mode": "delta", **(bank or {})},
                              "roster": {"source": "roster", "mode": "snapshot", **(roster or {})}}}
        Path(self.made.name, "scenario.json").write_text(json.dumps(scenario), "utf-8")
        super().__init__(self.made.name, **options)
        self.prepare()

    def close(self):
        super().close()
        self.made.cleanup()

    def put(self, feed, name, data, **control):
        """The file, and its control file unless control is empty on purpose (no=True)."""
        inbox = self.work / "inbox" / feed
        inbox.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        if not control.pop("no", False):
            (inbox / f"{name}.ok").write_text("".join(f"{key}={value}\n" for key, value in control.items()), "utf-8")

    def once(self, fault=None, code=None):
        """Exit code and log of one run."""
        return self.once_with(fault=fault, code=code)

    def once_with(self, *settings, fault=None, code=None):
        """The same with options of the configuration: path=value."""
        environment = {**os.environ, **({"OLIVE_FAULT": fault} if fault else {})}
        words = [word for setting in settings for word in ("--set", setting)]
        done = subprocess.run([BUILD / "connectors/olive-connect", "--once", "--config", self.config, *words], env=environment,
                              capture_output=True, text=True, timeout=120)
        if code is not None and done.returncode != code:
            raise Failed(f"olive-connect ended with {done.returncode}: {done.stderr[-1500:]}")
        return done.returncode, done.stderr

    def begin(self, *words, once=True):
        """olive-connect at work; what it says is log()'s."""
        with open(self.work / "connect.log", "a", encoding="utf-8") as log:
            return subprocess.Popen([BUILD / "connectors/olive-connect", *(["--once"] if once else []), "--config", self.config, *words],
                                    stderr=log, stdout=log)

    def log(self):
        return (self.work / "connect.log").read_text("utf-8")

    def cat(self, topic):
        return [json.loads(line) for line in self.olive("cat", topic).splitlines()]

    def receipts(self):
        return [event["event"] for event in self.cat("delivery") if event["event"]["event"] == "receipt"]

    def last(self):
        return self.receipts()[-1]

    def ids(self, topic):
        return {message["record"]["id"]: message["record"] for message in self.cat(topic)}

    def dead(self, source="deposit"):
        return {message["headers"]["olive.record"]: message["headers"] for message in self.cat(f"{source}.dlq")}

    def state(self, feed, *parts):
        return self.work.joinpath("state", feed, *parts)
