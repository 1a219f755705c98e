"""User names of the patient portal: one that fits a first name, and what may be typed.

One rule: a user name is plain ASCII, so that it can be typed on every keyboard, and two that differ
only by case are the same for SQLite's NOCASE as well (REQUIREMENTS P5).
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from store.errors import BadInput

LOWEST, HIGHEST = 100, 99_999
"""P5: the random number after the first name, both included."""
LONGEST = 64
LONGEST_FIRST_PART = 20
NAMELESS = "Patient"
"""Stands for a first name without a Latin letter: Cyrillic, Greek, Arabic, Chinese, an emoji …"""
_ALLOWED = re.compile(r"[A-Za-z0-9._@+-]+")
_NOT_DECOMPOSED = str.maketrans(
    {
        **dict.fromkeys("ĐÐƉ", "D"),
        **dict.fromkeys("đðɖ", "d"),
        **dict.fromkeys("Øø", "o"),
        **dict.fromkeys("Łł", "l"),
        **dict.fromkeys("Ħħ", "h"),
        **dict.fromkeys("Ŧŧ", "t"),
        **dict.fromkeys("ıƗɨ", "i"),
        **dict.fromkeys("ŊŋƝɲ", "n"),
        **dict.fromkeys("Əə", "e"),
        **dict.fromkeys("ÆæǼǽ", "ae"),
        **dict.fromkeys("Œœ", "oe"),
        **dict.fromkeys("Þþ", "th"),
        **dict.fromkeys("ßẞ", "ss"),
    }
)
"""Latin letters that Unicode does not take apart into a letter and a mark."""


def first_part(first_name: str) -> str:
    """Return what a user name begins with: the Latin letters of a first name, without accents.

    `Thị Hoa` gives `Thihoa`, `Đặng` gives `Dang`, `D'Arcy` gives `Darcy`; a name without a Latin
    letter gives `Patient`. At most twenty letters.
    """
    plain = unicodedata.normalize("NFKD", first_name.translate(_NOT_DECOMPOSED))
    letters = "".join(c for c in plain if c.isascii() and c.isalpha())
    return letters[:LONGEST_FIRST_PART].capitalize() or NAMELESS


def with_number(part: str) -> str:
    """Return a beginning with a random number from the system's secure source."""
    return f"{part}{LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)}"


def checked(typed: str) -> str:
    """Return a typed user name as it is kept. Raises BadInput for one that cannot be used."""
    name = typed.strip()
    if not name:
        raise BadInput("A user name is needed.", kept="It was not changed.")
    if len(name) > LONGEST:
        raise BadInput(f"The user name is longer than {LONGEST} characters.")
    if not _ALLOWED.fullmatch(name) or not any(c.isalnum() for c in name):
        raise BadInput(
            "A user name is made of the letters a to z, digits and the signs . _ - @ +",
            kept="It was not changed.",
            do="Leave out spaces, accents and other signs: it must be typed on any keyboard.",
        )
    return name
