"""forms - rows of text as the other files that departments send: workbooks, fixed width, packed; standard library only."""

import datetime
import gzip
import io
import re
import struct
import zipfile
from xml.sax.saxutils import escape, quoteattr

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# style 1: a day, 2: a month, 3: a day in Chinese
STYLES = (f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm"/><numFmt numFmtId="165" '
          'formatCode="[$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/></numFmts><cellXfs count="4"><xf numFmtId="0"/>'
          '<xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>')
AS_TEXT = re.compile(r".*_no$|.*_code$|relation|region|industry|kind|op")


def column(index):
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def serial(text):
    """The serial day of 2025-11-30, 2025-11 or 20251130, and its style; None: it is no date."""
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", text)
    try:
        day = datetime.date(int(match[1]), int(match[2]), int(match[3] or 1)) if match else None
    except ValueError:
        day = None
    return (day.toordinal() - 693594, (1 if day.day % 2 else 3) if match[3] else 2) if day and day.year > 1900 else None


def cell_kind(name, text):
    """A cell as somebody who types the text into Excel gets it: (value, style), or the text."""
    if re.fullmatch(AS_TEXT, name) or name == text:
        return text
    if serial(text):
        return serial(text)
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return ("%.17g" % float(text), 0)  # as Excel writes 12345.67
    return text


class Workbook:
    """Rows of cells: text, (number, style) or None; raw XML within <c> as bytes."""

    def __init__(self, sheet="Sheet1", sheets=(), inline=False):
        self.sheet, self.more, self.inline = sheet, list(sheets), inline
        self.rows, self.strings, self.members = [], {}, {}

    def cell(self, row, index, cell):
        place = f"{column(index)}{row}"
        if cell is None or cell == "":
            return ""
        if isinstance(cell, bytes):
            return f'<c r="{place}">{cell.decode()}</c>'
        if isinstance(cell, tuple):
            return f'<c r="{place}" s="{cell[1]}"><v>{cell[0]}</v></c>'
        if self.inline:
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        return f'<c r="{place}" t="s"><v>{self.strings.setdefault(cell, len(self.strings))}</v></c>'

    def add(self, row, number=None):
        number = number or len(self.rows) + 1
        cells = "".join(self.cell(number, index, cell) for index, cell in enumerate(row))
        self.rows.append(f'<row r="{number}">{cells}</row>')

    def parts(self):
        names = [self.sheet, *self.more]
        sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, 1))
        links = "".join(f'<Relationship Id="rId{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{min(i, 2)}.xml"/>'
                        for i in range(1, len(names) + 1))
        texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.strings)
        return {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
                                   f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" '
                           'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
                                          f'<Relationship Id="rId98" Type="{RELATIONS}/styles" Target="styles.xml"/>'
                                          f'<Relationship Id="rId99" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
                                          "</Relationships>",
            "xl/styles.xml": STYLES,
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(self.rows)}</sheetData></worksheet>',
            "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
            **self.members,
        }

    def bytes(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.parts().items():
                archive.writestr(zipfile.ZipInfo(name), HEAD + text if isinstance(text, str) else text, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def workbook(rows, **options):
    """Rows of text, the first one the header, as somebody types them in."""
    book = Workbook(**options)
    for row in rows:
        book.add([cell_kind(name, text) for name, text in zip(rows[0], row)] + row[len(rows[0]):])
    return book


def widths(rows, charset):
    return [max(len(row[i].encode(charset)) for row in rows if i < len(row)) + 1 for i in range(len(rows[0]))]


def fixed(rows, sizes, charset):
    return b"".join(b"".join(cell.encode(charset).ljust(size) for cell, size in zip(row, sizes)) + b"\r\n" for row in rows)


def gz(data):
    half = len(data) // 2
    return gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0)


def zipped(data, *names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("data.csv",):
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def zst(data):
    """A frame of raw blocks (RFC 8878): what packs nothing is packed, too."""
    blocks = [data[i:i + 100000] for i in range(0, len(data), 100000)] or [b""]
    heads = [struct.pack("<I", len(block) << 3 | (i == len(blocks) - 1))[:3] for i, block in enumerate(blocks)]
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data)) + b"".join(map(bytes.__add__, heads, blocks))
