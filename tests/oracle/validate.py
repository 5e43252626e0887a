"""validate - a row becomes a record of the source, or a dead letter with one reason (FEEDS "Bad input").

The order is FEEDS': the reasons of the row, then the columns in the table's order, MISSING before the format; then
revision and op; then the rules over two columns.
"""
from reader import Rejected
from sources import OP, REVISION, SOURCES
from values import Bad


class Validator:
    """Of one delivery: which column stands where."""

    def __init__(self, source_name, dialect, names, received_day):
        self.source = SOURCES[source_name]
        self.received_day = received_day
        self.count = len(names)
        self.constants = dialect.constants
        self.places = self.find_columns(names, dialect)

    def find_columns(self, names, dialect):
        canonical = {column.name: column.name for column in (*self.source.columns, REVISION, OP)}
        for column in self.source.columns:
            canonical.update((alias, column.name) for alias in column.aliases)
        places, strange = {}, []
        for i, name in enumerate(names):
            known = dialect.columns.get(name) or (None if name in dialect.ignore else canonical.get(name))
            if known:
                places[known] = i
            elif name not in dialect.ignore:
                strange.append(name)
        if not places:
            raise Rejected("a header line without one known column name")
        if strange:
            raise Rejected("FIELD_NOT_ALLOWED")
        return places

    def text_of(self, fields, column):
        if column.name in self.constants:
            return self.constants[column.name]
        place = self.places.get(column.name)
        return "" if place is None else fields[place]

    def read(self, fields):
        """({canonical: value}, None, None) or (None, reason, column)."""
        if len(fields) != self.count:
            return None, "BAD_COLUMN_COUNT", None
        deletes = self.text_of(fields, OP) == "delete"
        row, column_name = {}, None
        try:
            for column in (*self.source.columns, REVISION, OP):
                column_name = column.name
                row[column.name] = self.value_of(fields, column, deletes)
            for column_name, rule in self.source.pairs:
                rule(row)
        except Bad as bad:
            return None, bad.reason, column_name
        return row, None, None

    def value_of(self, fields, column, deletes):
        text = self.text_of(fields, column)
        if text == "":
            if column.key or (column.required and not deletes):
                raise Bad("MISSING")
            return None
        value = column.read(text)
        if column.name == "id_no" and value[1] > self.received_day:    # born after receipt
            raise Bad("BAD_ID")
        return value
