#!/usr/bin/env python3
"""privacy - promise P9: what identifies somebody ends at the connector. A county's files, good lines and bad ones, go all
the way; then every byte that olive has put anywhere is searched for every identifier and name of the files: topics with
keys and headers, a dump of the database, logs, journals, receipts, and what the commands print.

The departments' files themselves are the test of the search: there it has to find them. The archive has them sealed."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, Scenario, build, run  # noqa: E402
from stage import Tap  # noqa: E402

COUNTY = ["--households", "80", "--months", "3", "--seed", "6", "--bad-rate", "0.02"]
SHAPES = {
    "ID number": r"(?<!\d)99\d{15}[\dXx](?!\d)",
    "account number": r"(?<!\d)99\d{13}(?!\d)|\b[FT]\d{8}\b",
    "telephone number": r"(?<!\d)199\d{8}(?!\d)",
    "meter number": r"\b[EWG]\d{8}\b",
    "household number": r"\b[HAD]\d{6}\b",
    "employer number": r"\b91990305[0-9A-Z]{10}\b",
    "property unit number": r"\b[0-9A-Z]{28}\b",
    "plate": r"浙\w\d{6}",
}
NAME_MIN = 2  # characters


def text_of(path, dialect):
    return path.read_bytes().decode(dialect.get("charset", "utf-8"), "ignore")


def names_in(text, dialect):
    """Values of the columns that a feed is told to ignore: those are names."""
    rows = [line.split(dialect["delimiter"]) for line in text.lstrip("\ufeff").splitlines()]
    rows = [[cell.strip('"') for cell in row] for row in rows]
    head = dialect.get("order") or (rows[dialect.get("header_lines", 0)] if rows else [])
    for at, column in enumerate(head):
        if column in dialect.get("ignore", []):
            yield from (row[at] for row in rows if len(row) == len(head) and len(row[at]) >= NAME_MIN and row[at] != column)


def secrets(folder, feeds):
    """kind -> values"""
    found = {kind: set() for kind in [*SHAPES, "name"]}
    for name, feed in feeds.items():
        dialect = feed.get("dialect", {})
        for path in (folder / "feeds" / name).iterdir():
            if path.suffix == ".ok":
                continue
            text = text_of(path, dialect)
            for kind, shape in SHAPES.items():
                found[kind].update(re.findall(shape, text))
            found["name"].update(names_in(text, dialect))
    return found


def patterns(values):
    """As text of either character set, and as a dump shows bytes. (Two characters of GB18030 are four bytes: those turn up
    by chance in what is encrypted.)"""
    for value in values:
        yield value.encode()
        yield value.encode().hex().encode()
        if len(value.encode("gb18030")) > 4:
            yield value.encode("gb18030")


def search(values, folder, *options):
    """What grep finds of them, by file."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\n".join(sorted(set(patterns(values)))) + b"\n")
        file.flush()
        done = subprocess.run(["grep", "-raFo", "-f", file.name, *options, str(folder)], capture_output=True, check=False,
                              env={**os.environ, "LC_ALL": "C"})
    if done.returncode > 1:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    return done.stdout.decode("utf-8", "replace").splitlines()


def fetched(address):
    with socket.socket(socket.AF_UNIX) as wire:
        try:
            wire.connect(str(address))
        except OSError:
            return ""
        wire.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: wire.recv(65536), b"")).decode()


class Collector:
    """Everything that comes out of a run, as files of one folder."""

    def __init__(self, folder, scenario):
        self.folder, self.scenario = folder, scenario
        folder.mkdir()

    def keep(self, name, command, environment=None):
        done = subprocess.run([str(word) for word in command], capture_output=True, check=False,
                              env={**os.environ, **(environment or {})})
        (self.folder / name).write_bytes(done.stdout + done.stderr)
        return done.returncode

    def olive(self, name, *words):
        return self.keep(name, [BUILD / "daemon/cli/olive", *words, "--config", self.scenario.config])

    def load(self):
        for delivery in self.scenario.deliveries:
            self.scenario.drop(delivery)
        for form in ("text", "json"):
            self.keep(f"connect.{form}", [BUILD / "connectors/olive-connect", "--once", "--config", self.scenario.config,
                                          "--set", f"log.format={form}", "--set", "log.level=debug"])
            self.keep(f"fuse.{form}", [BUILD / "daemon/fuse/olive-fuse", "--until-end", "--config", self.scenario.config,
                                       "--set", f"log.format={form}", "--set", "log.level=debug"])

    def ask(self, period, feed, file):
        codes = [self.olive("close", "period", "close", period, "--no-wait")]
        self.scenario.fuse()
        codes += [self.olive(f"{'-'.join(words)}.{form}", *words, "--output", form) for form in ("text", "json")
                  for words in (["status"], ["feed", "ls"], ["period", "ls"], ["dump"], ["config", "show"])]
        token = json.loads((self.folder / "dump.json").read_text("utf-8"))["households"][0]["household"]
        codes += [self.olive(f"{'-'.join(words)}.{language}", *words, "--token", token, "--lang", language)
                  for language in ("en", "zh") for words in (["profile", "show"], ["explain"])]
        self.olive("test", "feed", "test", feed, file)  # has bad lines, which is an exit code of its own
        return codes

    def metrics(self):
        """Of both daemons at work, with all that they have seen."""
        for name, program in (("connect", "connectors/olive-connect"), ("fuse", "daemon/fuse/olive-fuse")):
            address = self.folder / f"{name}.sock"
            with subprocess.Popen([BUILD / program, "--config", self.scenario.config, "--set", f"{name}.metrics=unix:{address}"],
                                  stderr=subprocess.DEVNULL) as process:
                text = ""
                while process.poll() is None and f"olive_{name}" not in text:
                    time.sleep(0.1)
                    text = fetched(address)
                process.terminate()
            address.unlink(missing_ok=True)
            (self.folder / f"metrics.{name}").write_text(text, "utf-8")

    def dump(self):
        self.keep("database", ["pg_dump", "--no-owner", self.scenario.database])
        self.keep("topics", [BUILD / "tests/faults/log_hand", self.scenario.config, "raw", *self.scenario.topics()])


def main():
    tap = Tap()
    build()
    with tempfile.TemporaryDirectory(prefix="olive-privacy.") as work:
        county = Path(work, "county")
        run([BUILD / "tests/county/county", "--out", county, *COUNTY])
        with Scenario(county) as scenario:
            scenario.prepare()
            collector = Collector(Path(work, "out"), scenario)
            collector.load()
            bad = max((county / "feeds/bank-a").glob("*.txt"), key=lambda path: path.stat().st_size)
            codes = collector.ask(scenario.periods()[0], "bank-a", bad)
            collector.metrics()
            collector.dump()
            tap.ok("all of it was asked for", not any(codes), codes)
            size = sum(path.stat().st_size for path in collector.folder.iterdir())
            tap.ok("and there is much to search", size > 1_000_000 and "dead_lettered" in
                   (collector.folder / "status.json").read_text("utf-8"), size)
            kept = scenario.work / "state"
            tap.ok("journals, receipts, sealed files and metrics are among it", list(kept.glob("*/journal/log")) and
                   list(kept.glob("*/archive/*/*.sealed")) and list(kept.glob("*/archive/*/*.json")) and
                   all((collector.folder / f"metrics.{name}").stat().st_size > 1000 for name in ("connect", "fuse")))
            for kind, values in secrets(county, scenario.feeds).items():
                tap.ok(f"the departments' files have {kind}s, and there they are found",
                       len(values) > 10 and search(values, county / "feeds"), len(values))
                found = search(values, collector.folder) + search(values, kept)
                tap.ok(f"no {kind} is in anything that olive keeps or says", not found, "\n".join(found[:5]))
    tap.end()


if __name__ == "__main__":
    main()
