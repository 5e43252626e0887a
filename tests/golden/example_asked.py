#!/usr/bin/env python3
"""example_asked - the worked example, asked of a database and of an HTTP server: the figures are those of the files."""

import contextlib
import csv
import itertools
import json
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / name) for name in ("harness", "faults", "oracle")]
from compare import differences  # noqa: E402
from department import Server, Sqlite  # noqa: E402
from four_feeds import shim  # noqa: E402
from scenario import BUILD, Scenario, run  # noqa: E402
from stage import Tap  # noqa: E402

EXAMPLE = TESTS / "golden/example"
PAGE_ROWS = 3


def taken(deliveries):
    """What came twice and what came too late have no like here: a department that is asked has one answer at a time."""
    newest = {}
    for delivery in deliveries:
        if delivery.sequence > newest.get(delivery.feed, 0):
            newest[delivery.feed] = delivery.sequence
            yield delivery


def lines_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Asked(Scenario):
    """The example's folder, whose feeds are asked at the times at which its files came."""

    def __init__(self):
        super().__init__(EXAMPLE)
        self.deliveries = list(taken(self.deliveries))
        self.numbers_of = {}  # of the feeds that are asked: how often
        self.files = {}       # (feed, number) -> file
        self.columns = {}
        for delivery in self.deliveries:
            for line in lines_of(delivery.path):
                self.columns.setdefault(delivery.feed, {}).update(dict.fromkeys(line))

    def deliver_all(self):
        clock = self.work / "clock"
        for day, group in itertools.groupby(self.deliveries, lambda delivery: delivery.at[:10]):
            group = list(group)
            for delivery in group:
                number = self.numbers_of[delivery.feed] = self.numbers_of.get(delivery.feed, 0) + 1
                self.files[delivery.feed, number] = delivery.file
                self.offer(delivery.feed, lines_of(delivery.path))
            clock.write_text(str(int((datetime.fromisoformat(f"{day}T09:00:00+08:00").timestamp() - time.time()) * 1000)), "ascii")
            names = {delivery.feed for delivery in group}
            others = [word for name in self.feeds if name not in names for word in ("--set", f"feeds.{name}.enabled=false")]
            run([BUILD / "connectors/olive-connect", "--once", "--config", self.config, *others], (0, 65),
                environment=shim(self.work, clock=clock))

    def dead_letters(self):
        """By the file that the lines came from."""
        receipts = [json.loads(line)["event"] for line in self.olive("cat", "delivery").splitlines()]
        files = {event["delivery"]: self.files[event["feed"], event["sequence"]] for event in receipts if event["event"] == "receipt"}
        letters = []
        for source in sorted({feed["source"] for feed in self.feeds.values()}):
            for line in self.olive("cat", f"{source}.dlq").splitlines():
                headers = json.loads(line)["headers"]
                letters.append({"file": files[headers["olive.delivery"]], "line": int(headers["olive.line"]) + self.lines_before,
                                "reason": headers["olive.reason"], "column": headers.get("olive.column")})
        return sorted(letters, key=lambda letter: (letter["file"], letter["line"]))


class OfDatabase(Asked):
    lines_before = 0  # the header is line 1 of what is read, too

    def __init__(self, department):
        super().__init__()
        self.department = department
        for name, feed in self.feeds.items():
            names = ", ".join(f'"{column}"' for column in self.columns[name])
            feed["odbc"] = {"connection": department.connection, "query": f'SELECT {names} FROM "{name}" ORDER BY rowid'}

    def offer(self, feed, lines):
        names = ", ".join(f'"{column}" TEXT' for column in self.columns[feed])
        rows = "".join(f'INSERT INTO "{feed}" VALUES ({", ".join(quoted(line.get(column)) for column in self.columns[feed])});'
                       for line in lines)
        self.department.sql(f'DROP TABLE IF EXISTS "{feed}"; CREATE TABLE "{feed}" ({names}); {rows}')


def quoted(value):
    return "NULL" if not value else "'" + value.replace("'", "''") + "'"


class OfServer(Asked):
    lines_before = 1  # no line of what is read is a header

    def __init__(self, server):
        super().__init__()
        self.offers = {}
        server.answer_with(self.serve)
        for name, feed in self.feeds.items():
            feed["http"] = {"url": server.url(f"/{name}"), "rows": "data.items", "page": "page"}

    def offer(self, feed, lines):
        self.offers[feed] = [{column: value or None for column, value in line.items() if column} for line in lines]

    def serve(self, request):
        page = int(request.parameters().get("page", 1)) - 1
        lines = self.offers[request.path.strip("/").split("?")[0]]
        request.say({"data": {"page": page, "items": lines[page * PAGE_ROWS:(page + 1) * PAGE_ROWS]}})


def wanted():
    answer = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
    totals = answer["totals"]
    totals["lines"] -= totals["duplicate"] + totals["obsolete"]
    totals["duplicate"] = totals["obsolete"] = 0
    return answer


def check(tap, claim, scenario):
    with scenario:
        scenario.prepare()
        scenario.deliver_all()
        scenario.fuse()
        scenario.close_periods()
        found = list(differences(scenario.answers(), wanted()))
        tap.ok(f"{claim}: figure by figure", not found, "\n".join(found[:10]))
        tap.ok(f"{claim}: every line is accounted for", scenario.balanced())


def main():
    tap = Tap()
    with contextlib.ExitStack() as held:
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="olive-asked."))
        check(tap, "the worked example out of a database", OfDatabase(held.enter_context(Sqlite(folder))))
        check(tap, "the worked example from an HTTP server", OfServer(held.enter_context(Server(None))))
    tap.end()


if __name__ == "__main__":
    main()
