"""Names, and what is made of a name: an e-mail address.

One rule: where a culture has them, names keep their own letters; only e-mail is plain ASCII.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import accumulate
from random import Random

from store.imports.demo.name_lists import CULTURES, Culture

# Of 60 letters and one hyphen: wider than any column that shows names.
LONG_NAME = "Wolfeschlegelsteinhausenberger-Featherstonehaughcholmondeleys"
MARKUP_NAME = "Jane [/x]"
EMOJI_NAME = "Bea 🦷😁"

_SHARES = tuple(accumulate(culture.share for culture in CULTURES))
_NICKNAMES = ("Bob", "Liz", "Kat", "Teddy", "Mimi", "AJ", "Dee", "Lulu", "Junior", "Tía Rosa")
_MAILBOXES = ("cedar", "river", "willow", "pebble", "harbour", "meadow", "lantern", "kettle")
_DOMAINS = ("example.org", "example.net", "example.com")


def culture_of_family(rng: Random) -> Culture:
    """Return a culture, by share."""
    return rng.choices(CULTURES, cum_weights=_SHARES)[0]


def first_name(rng: Random, culture: Culture, gender: str) -> str:
    """Return a given name; for a gender other than `male` and `female`, one of either list."""
    if gender not in ("male", "female"):
        gender = "male" if rng.random() < 0.5 else "female"
    names = culture.men if gender == "male" else culture.women
    return names[int(rng.random() * len(names))]


def family_name(rng: Random, culture: Culture) -> str:
    """Return a family name, both forms where it has two."""
    return culture.families[int(rng.random() * len(culture.families))]


def form_of(name: str, gender: str) -> str:
    """Return the form of a family name that a person bears."""
    man, _, woman = name.partition("|")
    return woman if woman and gender == "female" else man


def nickname(rng: Random) -> str:
    """Return a name that somebody likes to be called by."""
    return _NICKNAMES[int(rng.random() * len(_NICKNAMES))]


def email(first: str, number: int) -> str:
    """Return an address nobody has (RFC 2606 §3), unlike any other patient's."""
    mailbox = _folded(first) or _MAILBOXES[number % len(_MAILBOXES)]
    return f"{mailbox}.{number}@{_DOMAINS[number % len(_DOMAINS)]}"


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(c for c in plain.lower() if c.isascii() and c.isalpha())
    return letters if len(letters) > 1 else ""
