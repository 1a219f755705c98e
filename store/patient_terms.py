"""What a patient can be found by, and what typed words ask for: pure text, no SQL.

One rule: what is stored and what is typed go through the same folding, so that case, accents,
apostrophes, hyphens and the way a number is written never stand between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    import sqlite3

LAST, WHOLE, FIRST, PREFERRED, PART = "last", "whole", "first", "preferred", "part"
CHART, PHONE, PHONE_END, EMAIL, BORN = "chart", "phone", "phone_end", "email", "birthdate"
KINDS = (LAST, WHOLE, FIRST, PREFERRED, PART, CHART, PHONE, PHONE_END, EMAIL, BORN)
"""Best first: whom a word fits by last name stands before whom it fits by e-mail."""
CONTACT_KINDS = frozenset({PHONE, PHONE_END, EMAIL})

FIELDS = (
    "last_name",
    "first_name",
    "preferred_name",
    "chart_number",
    "birthdate",
    "home_phone",
    "work_phone",
    "wireless_phone",
    "email",
    "status",
)
"""The columns of `patient` that the index is made of."""
NAMELESS = "?"
"""Stands for a last name that is missing, so that everybody is in the list by name."""

LONGEST = 100
_OTHERS_FROM, _SHARED_FROM, _SHARED = 26, 28, 34
"""Bits of a sketch: letters, other signs by two, longer beginnings; 62 in all."""
_LONGEST_SUFFIX = 40
_PARTS = re.compile(r"[\s'’`ʼ‘\-‐-―.,/]+")
_LETTERS_THAT_KEEP_THEIR_STROKE = str.maketrans(
    {"đ": "d", "ð": "d", "ł": "l", "ø": "o", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
     "æ": "ae", "œ": "oe", "þ": "th", "ĸ": "k", "ə": "e", "ƒ": "f"}
)  # fmt: skip
"""Unicode takes no mark off these: the stroke is part of the letter."""
_NO_NAME_SIGNS = str.maketrans("", "", "".join(c for c in map(chr, range(128)) if not c.isalnum()))
_NO_DIGITS = str.maketrans("", "", "".join(c for c in map(chr, range(128)) if not c.isdigit()))
_EXTENSION = re.compile(r"(?:x|ext|#).*", re.IGNORECASE | re.DOTALL)
_WITHOUT_BLANKS = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
"""Korean, Japanese and Chinese writing, after folding: family and given name are one word."""


def fold_name(text: str) -> str:
    """Return a name without case, accents, blanks and signs: `O’Briën` is `obrien`.

    A name that is nothing but signs stays as it is: it must be found by something.
    """
    if text.isascii():
        return text.translate(_NO_NAME_SIGNS).lower() or "".join(text.split())
    folded = _without_marks(text)
    kept = "".join(c for c in folded if c.isalnum() or unicodedata.category(c) == "So")
    return kept or "".join(c for c in folded if _is_seen(c))


def _without_marks(text: str) -> str:
    # Casefold on both sides: İ becomes i with a dot above, and ẞ would else outlive the first.
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Me"))
    return bare.translate(_LETTERS_THAT_KEEP_THEIR_STROKE).replace("ـ", "")


def is_signs_only(text: str) -> bool:
    """Tell whether a text has no letter, no digit and no picture in it."""
    return not any(c.isalnum() or unicodedata.category(c) == "So" for c in text)


def fold_email(text: str) -> str:
    """Return an e-mail address, or its beginning, without case and blanks."""
    if text.isascii() and text.isprintable():
        return text.lower().replace(" ", "")
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if _is_seen(c))


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ"


def fold_phone(text: str) -> str:
    """Return the digits of a number as they count within its country, without an extension.

    Prefixes for calling abroad, a leading 0 and the 1 of North America are taken off, so that a
    number is found with and without them.
    """
    has_extension = "x" in text or "X" in text or "#" in text
    digits = digits_of(_EXTENSION.sub("", text) if has_extension else text)
    if digits[:1] in ("0", "1"):
        abroad = "011" if digits.startswith("011") else "00" if digits.startswith("00") else "0"
        return digits.removeprefix(abroad).removeprefix("1")
    return digits


def digits_of(text: str) -> str:
    """Return the digits in a text, those of other writings as 0 to 9."""
    if text.isascii():
        return text.translate(_NO_DIGITS)
    values = (unicodedata.decimal(c, None) for c in text)
    return "".join(str(value) for value in values if value is not None)


def terms_of(row: Mapping[str, Any] | sqlite3.Row) -> list[tuple[str, str]]:
    """Return kind and term of everything a patient can be found by.

    Args:
        row: a row of `patient` with at least `FIELDS`.
    """
    last, first = row["last_name"] or "", row["first_name"] or ""
    found: list[tuple[str, str]] = []
    folded_last, folded_first = fold_name(last)[:LONGEST], fold_name(first)[:LONGEST]
    folded_preferred = fold_name(row["preferred_name"] or "")[:LONGEST]
    # The other name behind the one looked for puts equal names in order.
    found.append((LAST, _ordered(folded_last or NAMELESS, folded_first)))
    if folded_first:
        found.append((FIRST, _ordered(folded_first, folded_last)))
    if folded_preferred and folded_preferred != folded_first:
        found.append((PREFERRED, _ordered(folded_preferred, folded_last)))
    if folded_first and _WITHOUT_BLANKS.search(folded_last):
        found.append((WHOLE, (folded_last + folded_first)[:LONGEST]))
    for name in (last, first, row["preferred_name"] or ""):
        found += [(PART, _ordered(part, folded_last)) for part in _parts(name)]
    if row["chart_number"]:
        found.append((CHART, fold_name(row["chart_number"])[:LONGEST]))
    for column in ("wireless_phone", "home_phone", "work_phone"):
        number = fold_phone(row[column] or "")[:LONGEST]
        if number:
            found += [(PHONE, number), (PHONE_END, number[::-1])]
    if row["email"]:
        found.append((EMAIL, fold_email(row["email"])[:LONGEST]))
    if row["birthdate"]:
        found.append((BORN, row["birthdate"]))
    return [pair for pair in dict.fromkeys(found) if pair[1]]


def _ordered(name: str, other: str) -> str:
    return f"{name} {other[:_LONGEST_SUFFIX]}" if other else name


def _parts(name: str) -> list[str]:
    """Return the parts of a name of several: `Smith-Jones` is found by `jones` as well."""
    if name.isalpha():
        return []
    parts = [fold_name(part)[:LONGEST] for part in _PARTS.split(name) if part]
    return [part for part in parts if part] if len(parts) > 1 else []


@lru_cache(maxsize=8192)
def _bits(beginning: str) -> int:
    """Return the bits of a beginning of up to three letters.

    The first letter has a bit of its own, so that one letter is told for certain; longer beginnings
    share the rest. Of numbers nothing is told: too many begin alike.
    """
    first = beginning[:1]
    if first.isdigit():
        return 0
    if "a" <= first <= "z":
        bits = 1 << ord(first) - ord("a")
    else:
        bits = 1 << _OTHERS_FROM + crc32(first.encode("utf-8")) % 2
    if len(beginning) > 1:
        high, low = divmod(crc32(beginning[:2].encode("utf-8")), _SHARED)
        bits |= 1 << _SHARED_FROM + low | 1 << _SHARED_FROM + high % _SHARED
    if len(beginning) > 2:
        bits |= 1 << _SHARED_FROM + crc32(beginning.encode("utf-8")) % _SHARED
    return bits


def sketch(terms: list[tuple[str, str]]) -> int:
    """Return a number that tells cheaply which beginnings a patient cannot have.

    Every word that fits one of the terms has all its `sketch_of` bits in it; dates are left out.
    """
    bits = 0
    for kind, term in terms:
        if kind != BORN:
            bits |= _bits(term[:3].partition(" ")[0])
    return bits


def sketch_of(prefix: str) -> int:
    """Return the bits that everybody has whom a typed beginning fits."""
    return _bits(prefix[:3])
