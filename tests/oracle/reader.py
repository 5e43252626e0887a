"""reader - the bytes of a delivery as rows, by the feed's dialect (FEEDS: what arrives).

A row: (physical line it begins on, list of texts, None) or (line, None, reason). Blank lines are no lines. A quoted
value may span lines; a quote that nothing closes takes the rest of the file with it (as far as a line may be long)
and is BAD_COLUMN_COUNT.
"""
from collections import namedtuple

LINE_SIZE_MAX = 65536
BLANKS = " \t\u3000\u00a0"
BOM = b"\xef\xbb\xbf"

Dialect = namedtuple("Dialect", "charset delimiter quote header header_lines trailer_lines order columns ignore "
                                "constants")


class Rejected(Exception):
    """The delivery as a whole; str() is why."""


def dialect_of(feed):
    told = feed.get("dialect", {})
    quote = told.get("quote", '"')
    return Dialect(told.get("charset", "utf-8").lower(), told.get("delimiter", ","), "" if quote == "none" else quote,
                   told.get("header", True), told.get("header_lines", 0), told.get("trailer_lines", 0),
                   told.get("order", []), told.get("columns", {}), set(told.get("ignore", [])),
                   told.get("constants", {}))


def physical_lines(data):
    """[(number from 1, bytes without their end)]"""
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [(i, line[:-1] if line.endswith(b"\r") else line) for i, line in enumerate(lines, 1)]


def is_blank(line):
    return not line.strip(b" ")


def body_lines(data, dialect):
    """Without control lines before the header and after the last line, and without blank ones at the end."""
    lines = physical_lines(data[len(BOM):] if data.startswith(BOM) else data)[dialect.header_lines:]
    while lines and is_blank(lines[-1][1]):
        lines.pop()
    return lines[:len(lines) - dialect.trailer_lines] if dialect.trailer_lines else lines


def read_rows(data, dialect):
    """(column names or None, rows)"""
    if b"\0" in data:
        raise Rejected("a binary file")
    rows = split_rows(body_lines(data, dialect), dialect)
    if not dialect.header:
        return list(dialect.order), list(rows)
    for _, names, reason in rows:
        if reason:
            raise Rejected("a header line that cannot be read")
        return names, list(rows)
    raise Rejected("no header line")


def split_rows(lines, dialect):
    """A row over several lines is believed only when it is whole: else a stray quote would cost all up to the next one."""
    at, count = 0, None if dialect.header else len(dialect.order)
    while at < len(lines):
        number, raw = lines[at]
        at += 1
        if is_blank(raw):
            continue
        fields, open_quote = split_raw(raw, dialect)
        if open_quote:
            whole = join_row(lines, at, raw, dialect, count)
            if whole:
                at, raw, fields = whole
                open_quote = False
        count = len(fields or []) if count is None else count
        yield (number, *judge(raw, fields, open_quote))


def join_row(lines, at, raw, dialect, count):
    """(next line, bytes, fields) of the row that begins with an open quote, or None when it never becomes whole."""
    open_quote = True
    while open_quote and at < len(lines) and len(raw) <= LINE_SIZE_MAX:
        raw += b"\n" + lines[at][1]
        at += 1
        fields, open_quote = split_raw(raw, dialect)
    if open_quote or not fields or len(raw) > LINE_SIZE_MAX or (count is not None and len(fields) != count):
        return None
    return at, raw, fields


def judge(raw, fields, open_quote):
    if len(raw) > LINE_SIZE_MAX:
        return None, "LINE_TOO_LONG"
    if fields is None and not open_quote:
        return None, "BAD_ENCODING"
    if fields is None or open_quote:
        return None, "BAD_COLUMN_COUNT"
    return fields, None


def split_raw(raw, dialect):
    """(fields, False), (None, False) when it cannot be decoded, or (None, True) when a quote is still open."""
    try:
        line = raw.decode(dialect.charset)
    except UnicodeDecodeError:
        return None, False
    if not dialect.quote or dialect.quote not in line:
        return [field.strip(BLANKS) for field in line.split(dialect.delimiter)], False
    return split_quoted(line, dialect.delimiter, dialect.quote)


def split_quoted(line, delimiter, quote):
    fields, at = [], 0
    while True:
        if line.startswith(quote, at):
            field, at = quoted_field(line, at + 1, quote)
            if field is None:
                return None, True
        else:
            end = line.find(delimiter, at)
            end = len(line) if end < 0 else end
            field, at = line[at:end], end
        fields.append(field.strip(BLANKS))
        if at == len(line):
            return fields, False
        if not line.startswith(delimiter, at):          # something stands behind a closing quote
            return [], False
        at += len(delimiter)


def quoted_field(line, at, quote):
    parts = []
    while True:
        end = line.find(quote, at)
        if end < 0:
            return None, at
        parts.append(line[at:end])
        at = end + 1
        if not line.startswith(quote, at):
            return "".join(parts), at
        parts.append(quote)                             # doubled: one quote
        at += 1
