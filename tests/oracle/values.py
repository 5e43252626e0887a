"""values - the text of one column, read as FEEDS demands: a value, or a reason why not.

Units: days are ordinals (datetime.date.toordinal), months year * 12 + month - 1, amounts fen, quantities
thousandths (Wh, litres), areas cm², shares and rates fractions. Reading is pure; the same text is read once.
"""
import datetime
import functools
import re
from fractions import Fraction


class Bad(Exception):
    """One reason of FEEDS "Bad input"."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


LIMIT = 10 ** 13                # FEEDS: |amount|, quantity, area, trips stay below it, in the unit that is written

# ---- days and months ----

DAY_FORMS = [re.compile(form) for form in (
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})", r"([0-9]{4})([0-9]{2})([0-9]{2})", r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")]
MONTH_FORMS = [re.compile(form) for form in (r"([0-9]{4})-([0-9]{2})", r"([0-9]{4})([0-9]{2})")]


def match_first(forms, text):
    for form in forms:
        found = form.fullmatch(text)
        if found:
            return [int(part) for part in found.groups()]
    return None


def real_day(year, month, day):
    try:
        return datetime.date(year, month, day).toordinal()
    except ValueError:
        return None


@functools.lru_cache(maxsize=None)
def day(text):
    parts = match_first(DAY_FORMS, text)
    ret = real_day(*parts) if parts else None
    if ret is None:
        raise Bad("BAD_DATE")
    return ret


@functools.lru_cache(maxsize=None)
def month(text):
    parts = match_first(MONTH_FORMS, text)
    if not parts or not 1 <= parts[1] <= 12 or parts[0] == 0:
        raise Bad("BAD_DATE")
    return parts[0] * 12 + parts[1] - 1


def month_of(ordinal):
    date = datetime.date.fromordinal(ordinal)
    return date.year * 12 + date.month - 1


def first_day(month_index):
    return datetime.date(month_index // 12, month_index % 12 + 1, 1).toordinal()


def last_day(month_index):
    return first_day(month_index + 1) - 1


def month_text(month_index):
    return f"{month_index // 12:04}-{month_index % 12 + 1:02}"


@functools.lru_cache(maxsize=None)
def period_first(text):
    """The first day of a declaration: a day, or a month's first (FEEDS: days or months, inclusive)."""
    return first_day(month(text)) if match_first(MONTH_FORMS, text) else day(text)


@functools.lru_cache(maxsize=None)
def period_last(text):
    return last_day(month(text)) if match_first(MONTH_FORMS, text) else day(text)


# ---- numbers ----

NUMBER = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")


def decimal(text, places):
    """An integer of 10^-places; more decimals are an error, never rounded (FEEDS)."""
    found = NUMBER.fullmatch(text)
    if not found or len(found[3] or "") > places:
        raise Bad("BAD_AMOUNT")
    ret = int(found[2]) * 10 ** places + int((found[3] or "").ljust(places, "0") or "0")
    if ret >= LIMIT * 10 ** places:
        raise Bad("OUT_OF_RANGE")
    return -ret if found[1] == "-" else ret


def amount(text):
    return decimal(text, 2)


def quantity(text):
    return decimal(text, 3)


def not_negative(value):
    if value < 0:
        raise Bad("OUT_OF_RANGE")
    return value


def value_amount(text):
    return not_negative(amount(text))


def area(text):
    return not_negative(decimal(text, 4))


def trips(text):
    return not_negative(decimal(text, 0))


def revision(text):
    """Any integer from 0 on that a program can hold: the limit of 10^13 is one of amounts."""
    found = NUMBER.fullmatch(text)
    if not found or found[3] is not None:
        raise Bad("BAD_AMOUNT")
    ret = int(found[2]) * (-1 if found[1] == "-" else 1)
    if not 0 <= ret < 2 ** 63:
        raise Bad("OUT_OF_RANGE")
    return ret


def percent_or_decimal(text):
    """`33.33%` or `0.3333`: four decimals, so two of a percentage."""
    if text.endswith("%"):
        return Fraction(decimal(text[:-1], 2), 10 ** 4)
    return Fraction(decimal(text, 4), 10 ** 4)


RATIO = re.compile(r"([0-9]+)/([0-9]+)")


@functools.lru_cache(maxsize=None)
def share(text):
    found = RATIO.fullmatch(text)
    if found:
        top, bottom = int(found[1]), int(found[2])
        if top > 10 ** 6 or bottom > 10 ** 6 or bottom == 0:
            raise Bad("BAD_AMOUNT")
        ret = Fraction(top, bottom)
    else:
        ret = percent_or_decimal(text)
    if not 0 < ret <= 1:
        raise Bad("OUT_OF_RANGE")
    return ret


@functools.lru_cache(maxsize=None)
def rate(text):
    ret = percent_or_decimal(text)
    if not Fraction(5, 100) <= ret <= Fraction(12, 100):
        raise Bad("OUT_OF_RANGE")
    return ret


# ---- identifiers ----

ID_FORM = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_check(body):
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS)) % 11]


@functools.lru_cache(maxsize=None)
def id_no(text):
    """(the 18 characters, day of birth); who is born after receipt is the caller's question."""
    number = text.translate(FULL_WIDTH)
    if not ID_FORM.fullmatch(number):
        raise Bad("BAD_ID")
    if len(number) == 15:
        number = number[:6] + "19" + number[6:]
        number += id_check(number)
    born = real_day(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    if born is None or number[17] != id_check(number):
        raise Bad("BAD_ID")
    return number, born


EMPLOYER_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"      # GB 32100: without I O Z S V


@functools.lru_cache(maxsize=None)
def employer_no(text):
    if len(text) != 18 or any(letter not in EMPLOYER_LETTERS for letter in text):
        raise Bad("BAD_ID")
    total = sum(EMPLOYER_LETTERS.index(letter) * pow(3, i, 31) for i, letter in enumerate(text[:17]))
    if EMPLOYER_LETTERS[-total % 31] != text[17]:
        raise Bad("BAD_ID")
    return text


def form(pattern, reason):
    compiled = re.compile(pattern)

    def read(text):
        if not compiled.fullmatch(text):
            raise Bad(reason)
        return text
    return read


unit_no = form(r"[0-9A-Z]{28}", "BAD_ID")
relation = form(r"[0-9]{1,2}", "BAD_CODE")
region = form(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", "BAD_CODE")
industry = form(r"[A-T]([0-9]{2,4})?|[0-9]{2,4}", "BAD_CODE")


def text(value):
    return value


def code(words):
    """One of the words, or its Chinese: {word: Chinese or None}."""
    known = {word: word for word in words}
    known.update((chinese, word) for word, chinese in words.items() if chinese)

    def read(value):
        if value not in known:
            raise Bad("BAD_CODE")
        return known[value]
    return read


def currency(value):
    if value != "CNY":
        raise Bad("UNKNOWN_CURRENCY")
    return value
