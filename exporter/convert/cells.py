"""What a value becomes in a spreadsheet.

One rule: what came as text stays text. Nothing out of a patient's record is ever run as a formula,
and nothing is changed without being said.
Source: OWASP, CSV injection; ECMA-376 part 1, 18.4.
"""

from __future__ import annotations

import re
from datetime import date, datetime

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_BLANKS = r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*"
# A cell that begins so may be run as a formula; the wide forms are folded by some programs.
_SIGN = "[=+\\-@＝＋－＠﹦﹢﹣﹫]"
_FORMULA = re.compile(rf"[\t\r\n]|{_BLANKS}{_SIGN}")
# Where the semicolon or the TAB is the list separator, quotes protect neither them nor a line break
# inside a cell: what follows is a cell of its own, its quotes and blanks dropped.
_INNER_FORMULA = re.compile(
    rf'([;\t\r\n])(?=(?:(?![\t\r\n])["\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff])*+{_SIGN})'
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_EXCEL_DIGITS = 15
EXCEL_FIRST_DAY = "1900-03-01"
"""Before it Excel counts a 29 February 1900 that never was, or knows no dates at all."""


def inert(text: str) -> str:
    """Return text that no spreadsheet runs: an apostrophe goes before what looks like a formula.

    So it does inside the text, after a semicolon, a TAB or a line break: a computer on which that
    is the list separator takes what follows for a cell. A comma needs none, for cells that hold one
    are quoted. Source: OWASP, CSV injection.
    """
    text = _INNER_FORMULA.sub(r"\1'", text)
    return "'" + text if _FORMULA.match(text) else text


def as_amount(cents: str) -> str:
    """Return whole cents as an amount with two decimals; anything else made inert."""
    if len(cents) > 2 and cents.isascii() and cents.isdecimal():
        return f"{cents[:-2]}.{cents[-2:]}"
    if WHOLE_NUMBER.fullmatch(cents) is None:
        return inert(cents)
    sign, digits = ("-", cents[1:]) if cents.startswith("-") else ("", cents)
    digits = digits.zfill(3)
    return f"{sign}{digits[:-2]}.{digits[-2:]}"


def as_number(text: str) -> int | None:
    """Return a whole number that Excel keeps exactly, else None."""
    if WHOLE_NUMBER.fullmatch(text) is None or len(text.lstrip("-")) > _EXCEL_DIGITS:
        return None
    return int(text)


def as_date(text: str) -> date | None:
    """Return a date that Excel can show, else None."""
    try:
        return date.fromisoformat(text) if text >= EXCEL_FIRST_DAY and len(text) == 10 else None
    except ValueError:
        return None


def as_instant(text: str) -> datetime | None:
    """Return an instant of UTC without a zone, which Excel has no word for, else None."""
    if text < EXCEL_FIRST_DAY or _INSTANT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text[:-1])
    except ValueError:
        return None


def for_xml(text: str) -> str:
    """Return text that XML can hold: control characters drawn, line ends as Excel has them."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNPRINTABLE.search(text):
        text = _UNPRINTABLE.sub(_picture, text)
    # Excel reads _x0041_ as an escape for a character; the underscore itself is escaped then.
    return _ESCAPE_LOOKALIKE.sub("_x005F_", text) if "_x" in text else text


def _picture(found: re.Match[str]) -> str:
    """Draw a control character as its symbol (ESC as ␛); what has none as �."""
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def utf16_length(text: str) -> int:
    """Return the length as Excel counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def cut_utf16(text: str, length: int) -> str:
    """Return the beginning of text, at most `length` of Excel's characters, none cut in half."""
    return text.encode("utf-16-le", "replace")[: 2 * length].decode("utf-16-le", "ignore")
