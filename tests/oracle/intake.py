"""intake - deliveries in the order of receipt become records, dead letters and receipts (FEEDS "Deliveries").

What a feed remembers: the bytes it has seen under each sequence, and for a snapshot the newest sequence taken, the
greatest record of each key and the keys that stand.
"""
import datetime
import hashlib
import os
import re
from collections import defaultdict

import reader
import values
from sources import SOURCES
from validate import Validator

KEPT_OUT = ("revision", "op", "id_no")
TOTALS = ("lines", "published", "dead_lettered", "duplicate", "obsolete", "rejected", "ended", "retracted")


class Record:
    """A line of a delivery, or an end; `order` is what the fold compares (DESIGN 4)."""

    __slots__ = ("source", "subject", "item", "valid_from", "valid_to", "birth", "order", "received", "retracted",
                 "data")

    def __init__(self, source, stated, order, received, retracted, data):
        self.source, self.received, self.order = source, received, order
        self.subject, self.item, self.valid_from, self.valid_to, self.birth = stated
        self.retracted, self.data = retracted, data

    @property
    def key(self):
        return self.source, self.subject, self.item, self.valid_from

    def again(self, order, received):
        stated = self.subject, self.item, self.valid_from, self.valid_to, self.birth
        return Record(self.source, stated, order, received, self.retracted, self.data)


class Delivery:
    def __init__(self, path, name, feed, sequence, at, data):
        self.path, self.feed, self.sequence, self.data = path, feed, sequence, data
        self.at = at
        self.received_day = at.date().toordinal()
        content = hashlib.sha256(data).digest()
        self.content = content
        self.digest = hashlib.sha256(name.encode() + b"\0" + sequence.to_bytes(8, "big") + content).digest()
        self.months = defaultdict(set)      # indicator -> months of published lines
        self.rows, self.names, self.why = [], [], None

    def parse(self, dialect):
        try:
            self.names, self.rows = reader.read_rows(self.data, dialect)
        except reader.Rejected as why:
            self.why = str(why)
            self.rows = list(reader.split_rows(reader.body_lines(self.data, dialect), dialect))
            if dialect.header:
                self.rows = self.rows[1:]


class Feed:
    def __init__(self, name, told):
        self.name, self.told = name, told
        self.source = told["source"]
        self.snapshot = told.get("mode", "delta") == "snapshot"
        self.retracts = told.get("lacking", "end") == "retract"
        self.dialect = reader.dialect_of(told)
        self.limit = told.get("error_limit", {})
        self.seen = set()                   # (sequence, SHA-256 of the bytes)
        self.taken = []                     # deliveries that were published
        self.newest = -1                    # sequence of the newest snapshot taken
        self.greatest, self.standing = {}, set()


class Intake:
    def __init__(self, folder, scenario):
        self.folder = folder
        self.feeds = {name: Feed(name, told) for name, told in scenario["feeds"].items()}
        self.records, self.dead_letters = [], []
        self.totals = dict.fromkeys(TOTALS, 0)
        for receipt in scenario["received"]:
            self.receive(receipt["file"], datetime.datetime.fromisoformat(receipt["at"]), receipt.get("dialect"))

    def receive(self, path, at, dialect):
        feed = self.feeds[os.path.basename(path).split("__")[0]]
        with open(os.path.join(self.folder, path), "rb") as file:
            data = file.read()
        number = re.search(r"__([0-9]+)\.", os.path.basename(path))
        sequence = int(number[1]) if number else len(feed.seen) + 1
        delivery = Delivery(path, feed.name, feed, sequence, at, data)
        delivery.dialect = reader.dialect_of({"dialect": dialect}) if dialect else feed.dialect
        delivery.parse(delivery.dialect)
        self.totals["lines"] += len(delivery.rows)
        self.totals[self.take(feed, delivery)] += len(delivery.rows)

    def take(self, feed, delivery):
        """The fate of all lines of the delivery, or `published`, which it corrects for its dead letters."""
        mark = (delivery.sequence, delivery.content)
        if mark in feed.seen:
            return "duplicate"
        if delivery.why:
            return "rejected"
        if feed.snapshot and delivery.sequence < feed.newest:
            feed.seen.add(mark)
            return "obsolete"
        records, dead = self.validate(feed, delivery)
        if delivery.why or self.over_limit(feed, len(dead), len(delivery.rows)):
            return "rejected"
        feed.seen.add(mark)
        self.publish(feed, delivery, records, dead)
        return "published"

    @staticmethod
    def over_limit(feed, bad, lines):
        return bad > feed.limit.get("records", bad) or (lines and bad / lines > feed.limit.get("ratio", 1))

    def validate(self, feed, delivery):
        try:
            validator = Validator(feed.source, delivery.dialect, delivery.names, delivery.received_day)
        except reader.Rejected as why:
            delivery.why = str(why)
            return [], []
        records, dead = [], []
        for line, fields, reason in delivery.rows:
            column = None
            if reason is None:
                row, reason, column = validator.read(fields)
            if reason:
                dead.append({"file": delivery.path, "line": line, "reason": reason, "column": column})
            else:
                records.append(self.record_of(feed, delivery, line, row))
        return records, dead

    @staticmethod
    def record_of(feed, delivery, line, row):
        stated = SOURCES[feed.source].state(row)
        revision = delivery.sequence if row["revision"] is None else row["revision"]
        data = {name: value for name, value in row.items() if value is not None and name not in KEPT_OUT}
        return Record(feed.source, stated, (revision, delivery.at, delivery.digest, line), delivery.at,
                      row["op"] == "delete", data)

    def publish(self, feed, delivery, records, dead):
        feed.taken.append(delivery)
        self.dead_letters += dead
        self.totals["published"] -= len(dead)
        self.totals["dead_lettered"] += len(dead)
        self.records += records
        for record in records:
            delivery.months[indicator_of(record)].add(months_of(record))
        if feed.snapshot:
            self.compare(feed, delivery, records, whole=not dead)

    def compare(self, feed, delivery, records, whole):
        """FEEDS "Snapshots": what stood and is lacking ends, or never was."""
        feed.newest = delivery.sequence
        listed = set()
        for record in records:
            listed.add(record.key)
            self.remember(feed, record)
        if not whole:                       # incomplete: adds, and ends nothing
            feed.standing |= listed
            return
        lacking, feed.standing = feed.standing - listed, listed
        for key in lacking:
            end = end_of(feed, delivery, feed.greatest[key])
            if end:
                self.totals["retracted" if feed.retracts else "ended"] += 1
                self.records.append(end)
                self.remember(feed, end)

    @staticmethod
    def remember(feed, record):
        known = feed.greatest.get(record.key)
        if known is None or record.order > known.order:
            feed.greatest[record.key] = record


def end_of(feed, delivery, last):
    date = delivery.received_day
    if last.retracted or (last.valid_to is not None and last.valid_to <= date):
        return None                         # nothing to end: left alone
    ret = last.again((max(delivery.sequence, last.order[0]), delivery.at, delivery.digest, 0), delivery.at)
    if feed.retracts:
        ret.retracted = True
    else:
        ret.valid_to = max(date, last.valid_from)      # none is closed before it begins
    return ret


SOURCE_INDICATOR = {"provident-fund": "fund"}
MONTHLY = ("provident-fund", "utility", "telecom", "transport")


def indicator_of(record):
    """The indicator a record speaks of: of utility the kind, else the source (provident-fund: fund)."""
    if record.source == "utility":
        return record.item[0]
    return SOURCE_INDICATOR.get(record.source, record.source)


def months_of(record):
    return record.valid_from if record.source in MONTHLY else values.month_of(record.valid_from)
