"""Typed words, and what each may mean: a name, a number, an address, a date.

One rule: every word must fit; what a word means is decided from the word alone, never from what is
in the store, so that the same words always ask the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from store.patient_terms import (
    BORN,
    CHART,
    EMAIL,
    FIRST,
    KINDS,
    LAST,
    LONGEST,
    PART,
    PHONE,
    PHONE_END,
    PREFERRED,
    WHOLE,
    digits_of,
    fold_email,
    fold_name,
    fold_phone,
    is_signs_only,
)

MOST_WORDS = 12
"""More words than a patient has names and numbers fit nobody."""
_SHORT_WORD = 3
_FEWEST_END_DIGITS = 4
_MOST_DIGITS = 15
_PHONE_LIKE = re.compile(r"[0-9()+\-.]+")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_FEWEST_PHONE_DIGITS = 7
_EXTENSION = re.compile(
    r"(?<![0-9()+\-.\s])([0-9()+\-.\s]++)(?:x|ext\.?|#)\s*[0-9]{0,6}(?!\w)", re.IGNORECASE
)
"""Figures up to an extension, each looked at once, however many are typed."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_AND_MONTH = re.compile(
    rf"(?<!\S)([0-9]{{1,2}})\s+({'|'.join(_MONTHS)})\s+([0-9]{{4}})(?!\S)", re.I
)
"""As dates stand on the screen: 08 Jan 1980."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one word may be.

    Attributes:
        wanted: kinds with the beginning of the term, best kind first.
        needles: the same as they stand in a patient's lines of terms.
    """

    wanted: tuple[tuple[str, str], ...]
    needles: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "needles", tuple(f"\n{k}\t{p}" for k, p in self.wanted))

    @property
    def length(self) -> int:
        """How much was typed, as far as it narrows the search."""
        return max((len(prefix) for _, prefix in self.wanted), default=0)

    def without(self, kinds: frozenset[str]) -> Word:
        """Return the word without some of its meanings."""
        return Word(tuple(pair for pair in self.wanted if pair[0] not in kinds))

    def fits(self, lines: str) -> bool:
        """Tell whether the word is found in a patient's lines of terms, each after a line break."""
        for needle in self.needles:  # noqa: SIM110 - `any` takes twice the time, per patient
            if needle in lines:
                return True
        return False


Reading = tuple[Word, ...]
"""One way to take what was typed: all of its words must fit."""


def readings(typed: str, today: date) -> tuple[Reading, ...]:
    """Return the ways to take what was typed, the plainest first; none if nobody can fit.

    `o brien` is two words, or one that somebody parted: `Oscar Brien` and `OBrien` are both found.

    Args:
        today: the practice's day; nobody is born after it.
    """
    tokens = list(_tokens(_as_words(typed)))[: MOST_WORDS * 4]
    # A dash between two names is no word, unless nothing else was typed.
    tokens = [token for token in tokens if not is_signs_only(token)] or tokens
    found = []
    for taken in dict.fromkeys((tuple(tokens), tuple(_joined(tokens)))):
        words = tuple(dict.fromkeys(_word(token, today) for token in taken))
        if len(words) <= MOST_WORDS and words and all(word.wanted for word in words):
            found.append(words)
    return tuple(dict.fromkeys(found))


def _as_words(typed: str) -> str:
    """Write as one word what is shown as several: a number without its extension, a date."""

    def in_figures(found: re.Match[str]) -> str:
        return f"{found[3]}-{_MONTHS.index(found[2].lower()) + 1}-{found[1]}"

    def without_extension(found: re.Match[str]) -> str:
        is_phone = len(digits_of(found[1])) >= _FEWEST_PHONE_DIGITS
        return f"{found[1]} " if is_phone else found[0]

    return _EXTENSION.sub(without_extension, _DAY_AND_MONTH.sub(in_figures, typed))


def _tokens(typed: str) -> Iterator[str]:
    """Yield words; the groups of a telephone number are one word."""
    group: list[str] = []
    for token in typed.split():
        if _PHONE_LIKE.fullmatch(token) and not _is_date(token):
            group.append(token)
            continue
        yield from _grouped(group)
        group = []
        yield token
    yield from _grouped(group)


def _grouped(group: list[str]) -> list[str]:
    group = [token for token in group if digits_of(token) or len(group) == 1]
    if len(group) < 2:
        return group
    opens = group[0][0] in "(+" or len(digits_of(group[0])) <= _SHORT_WORD
    fits = sum(len(digits_of(token)) for token in group) <= _MOST_DIGITS
    return ["".join(group)] if opens and fits else group


def _joined(tokens: list[str]) -> Iterator[str]:
    """Yield words with short ones put before the next: `van der Berg` is `vanderBerg`."""
    held = ""
    for token in tokens:
        held += token
        if len(token) > _SHORT_WORD or not token.isalpha():
            yield held
            held = ""
    if held:
        yield held


def _word(token: str, today: date) -> Word:
    name = fold_name(token)[:LONGEST]
    if _is_date(token):
        days = tuple((BORN, day.isoformat()) for day in dates(token, today))
        return Word(((CHART, name), *days))
    wanted = {(EMAIL, fold_email(token)[:LONGEST])}
    # A name that is nothing but signs stays one, the sign of an address with them.
    if "@" not in token or is_signs_only(token):
        wanted |= {(kind, name) for kind in (LAST, WHOLE, FIRST, PREFERRED, PART, CHART)}
    if _PHONE_LIKE.fullmatch(token):
        wanted.add((PHONE, fold_phone(token)))
        digits = digits_of(token)
        if len(digits) >= _FEWEST_END_DIGITS:
            wanted.add((PHONE_END, digits[::-1]))
    kept = (pair for pair in wanted if pair[1])
    return Word(tuple(sorted(kept, key=lambda pair: (KINDS.index(pair[0]), pair[1]))))


def _is_date(token: str) -> bool:
    return bool(_YEAR_FIRST.fullmatch(token) or _YEAR_LAST.fullmatch(token))


def dates(token: str, today: date) -> tuple[date, ...]:
    """Return the days that a token such as 3/14/1980, 03/14/80 or 1980-03-14 may mean.

    A year of two digits is of this century and of the last; no day is later than `today`.
    """
    first = _YEAR_FIRST.fullmatch(token)
    last = _YEAR_LAST.fullmatch(token)
    if first:
        years, month, day = [int(first[1])], int(first[3]), int(first[4])
    elif last:
        month, day = int(last[1]), int(last[3])
        century = today.year // 100 * 100
        year = int(last[4])
        years = [year] if len(last[4]) == 4 else [century + year, century - 100 + year]
    else:
        return ()
    if month > 12:
        month, day = day, month
    found = []
    for year in years:
        with suppress(ValueError):
            found.append(date(year, month, day))
    return tuple(born for born in found if born <= today)
