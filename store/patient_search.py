"""Finding patients by the search index, in pages.

One rule: whatever is asked, only a stretch of the index in its own order is read, never the table
of patients; a page ends as soon as it is full.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice

from store.clock import date_in_zone
from store.database import Store, translated
from store.patient_index import catch_up as catch_up
from store.patient_index import refresh as refresh
from store.patient_terms import (
    BORN,
    CHART,
    CONTACT_KINDS,
    EMAIL,
    FIRST,
    LAST,
    PART,
    PHONE,
    PHONE_END,
    PREFERRED,
    WHOLE,
    sketch_of,
)
from store.patient_words import Reading, Word, readings

_COUNTED = 1_000
"""Terms; of two words that fit more than this, the longer one is taken to be the narrower."""
_AFTER_ALL = "\U0010ffff"
_EVERYBODY: tuple[Reading, ...] = ((Word(((LAST, ""),)),),)
_SEVERAL = frozenset({PART, PHONE, PHONE_END})
"""Kinds of which a patient may have several terms; of the others each has one."""
_MATCHED = {
    LAST: "last name",
    WHOLE: "name",
    FIRST: "first name",
    PREFERRED: "preferred name",
    PART: "name",
    CHART: "chart number",
    PHONE: "phone",
    PHONE_END: "phone",
    EMAIL: "e-mail",
    BORN: "date of birth",
}


@dataclass(frozen=True, slots=True, repr=False)
class PatientCursor:
    """Where a page ended; opaque. It goes with the same words only."""

    drivers: tuple[int, ...]
    source: int
    term: str
    patient_id: int


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """One line of a search. Texts are empty where nothing is known.

    Attributes:
        phone, city: empty without the right Patient - Contact Details.
        online_access: none, given or removed.
        matched: where the word was found that narrows most: last name, first name, preferred name,
            name, chart number, phone, e-mail, date of birth; empty for a list without words.
    """

    patient_id: int
    last_name: str
    first_name: str
    preferred_name: str
    chart_number: str
    birthdate: date | None
    phone: str
    city: str
    status: str
    online_access: str
    matched: str


@dataclass(frozen=True, slots=True)
class PatientPage:
    """Some patients; `next` is what to hand over for those after, None at the end."""

    rows: tuple[FoundPatient, ...]
    next: PatientCursor | None


@dataclass(frozen=True, slots=True)
class _Source:
    """A stretch of the index: terms of one kind that begin with `prefix`, read in order.

    Attributes:
        others: the words that are not read by, which must fit as well.
        earlier: what earlier stretches of the same reading hold.
        readings: the readings before; whom one of them fits was listed already.
    """

    kind: str
    prefix: str
    others: tuple[Word, ...]
    earlier: tuple[str, ...]
    readings: tuple[Reading, ...]

    def lists(self, term: str, lines: str) -> bool:
        """Tell whether somebody with these terms is listed here, at this term, and nowhere else."""
        if not all(word.fits(lines) for word in self.others):
            return False
        if any(needle in lines for needle in self.earlier):
            return False
        if self.kind in _SEVERAL and term != self._first_term(lines):
            return False
        return not any(all(word.fits(lines) for word in reading) for reading in self.readings)

    def _first_term(self, lines: str) -> str:
        begins = f"{self.kind}\t{self.prefix}"
        return min(line for line in lines.split("\n") if line.startswith(begins)).partition("\t")[2]


def _sources(asked: tuple[Reading, ...], drivers: tuple[int, ...]) -> list[_Source]:
    found = []
    for number, (reading, position) in enumerate(zip(asked, drivers, strict=True)):
        driver = reading[position]
        others = (*reading[:position], *reading[position + 1 :])
        for place, (kind, prefix) in enumerate(driver.wanted):
            earlier = driver.needles[:place]
            found.append(_Source(kind, prefix, others, earlier, asked[:number]))
    return found


def page(
    store: Store, typed: str, after: PatientCursor | None, limit: int, *, sees_contact: bool
) -> PatientPage:
    """Return the next patients whom every typed word fits; all by name if nothing is typed.

    Args:
        sees_contact: telephone, city and e-mail may be seen, and so may be searched.
    """
    asked = _EVERYBODY if not typed.strip() else readings(typed, _today(store))
    if not sees_contact:
        without = [tuple(word.without(CONTACT_KINDS) for word in reading) for reading in asked]
        asked = tuple(reading for reading in without if all(word.wanted for word in reading))
    if after is not None and not _goes_with(after, asked):
        after = None
    drivers = after.drivers if after else tuple(_narrowest(store, reading) for reading in asked)
    sources = _sources(asked, drivers)
    found = _found(store, sources, after)
    taken = list(islice(found, limit + 1))
    found.close()
    rows = _shown(store, taken[:limit], sources, sees_contact, everybody=not typed.strip())
    if len(taken) <= limit or not limit:
        return PatientPage(rows, None)
    source, term, patient_id = taken[limit - 1]
    return PatientPage(rows, PatientCursor(drivers, source, term, patient_id))


def _goes_with(after: PatientCursor, asked: tuple[Reading, ...]) -> bool:
    """Tell whether a cursor is one of these words; a right taken away changes what they ask."""
    lengths = [len(reading) for reading in asked]
    return len(lengths) == len(after.drivers) and all(
        driver < length for driver, length in zip(after.drivers, lengths, strict=True)
    )


def _today(store: Store) -> date:
    return date_in_zone(store.clock.now(), store.value("SELECT time_zone FROM practice_group"))


def _narrowest(store: Store, reading: Reading) -> int:
    """Return which word to read the index by: the one that fits fewest, as far as is counted."""
    if len(reading) == 1:
        return 0
    counts = [_count(store, word) for word in reading]
    return min(range(len(reading)), key=lambda n: (counts[n], -reading[n].length, n))


def _count(store: Store, word: Word) -> int:
    total = 0
    for kind, prefix in word.wanted:
        total += store.value(
            "SELECT count(*) FROM (SELECT 1 FROM patient_search"
            " WHERE kind = ? AND term >= ? AND term < ? LIMIT ?)",
            (kind, prefix, prefix + _AFTER_ALL, _COUNTED - total),
        )
        if total >= _COUNTED:
            break
    return total


def _found(
    store: Store, sources: list[_Source], after: PatientCursor | None
) -> Generator[tuple[int, str, int], None, None]:
    """Yield source, term and patient; everybody once, from the first source that gives them."""
    for number, source in enumerate(sources):
        if after is not None and number < after.source:
            continue
        begin = (after.term, after.patient_id) if after and number == after.source else None
        with translated(), closing(_stretch(store, source, begin)) as rows:
            for term, patient_id, terms in rows:
                if source.lists(term, "\n" + terms):
                    yield number, term, patient_id


def _stretch(store: Store, source: _Source, begin: tuple[str, int] | None) -> sqlite3.Cursor:
    values: list[str | int] = [source.kind]
    if begin is None:
        lower = "s.term >= ?"
        values.append(source.prefix)
    else:
        lower = "(s.term, s.patient_id) > (?, ?)"
        values += begin
    values.append(source.prefix + _AFTER_ALL)
    sketched = _sketches(source)
    values += [bits for choice in sketched for bits in choice]
    others = "".join(
        f" AND ({' OR '.join('s.sketch & ? = ?' for _ in choice[::2])})" for choice in sketched
    )
    # CROSS JOIN: read in the order of the index, whatever SQLite would think of the sizes.
    return store.db.execute(
        "SELECT s.term, s.patient_id, t.terms FROM patient_search s CROSS JOIN patient_terms t"
        f" ON t.patient_id = s.patient_id WHERE s.kind = ? AND {lower} AND s.term < ?{others}"
        " ORDER BY s.term, s.patient_id",
        values,
    )


def _sketches(source: _Source) -> list[list[int]]:
    """Return for every other word the bits of its meanings, each twice.

    Words that may be a number or a date have none: they are left to `_Source.lists`.
    """
    found = []
    for word in source.others:
        bits = {0 if kind == BORN else sketch_of(prefix) for kind, prefix in word.wanted}
        if 0 not in bits:
            found.append([twice for one in sorted(bits) for twice in (one, one)])
    return found


def _shown(
    store: Store,
    taken: list[tuple[int, str, int]],
    sources: list[_Source],
    sees_contact: bool,
    *,
    everybody: bool,
) -> tuple[FoundPatient, ...]:
    if not taken:
        return ()
    marks = ", ".join("?" * len(taken))
    rows = store.rows(
        "SELECT p.patient_id, last_name, first_name, preferred_name, chart_number, birthdate,"
        " coalesce(wireless_phone, home_phone, work_phone) AS phone, city, status,"
        " CASE WHEN c.patient_id IS NULL THEN 'none' WHEN c.removed_at IS NULL THEN 'given'"
        " ELSE 'removed' END AS online_access"
        " FROM patient p LEFT JOIN portal_credential c USING (patient_id)"
        f" WHERE p.patient_id IN ({marks})",
        [patient_id for _, _, patient_id in taken],
    )
    by_id = {row["patient_id"]: row for row in rows}
    return tuple(
        _line(by_id[i], sees_contact, "" if everybody else _MATCHED[sources[number].kind])
        for number, _, i in taken
    )


def _line(row: sqlite3.Row, sees_contact: bool, matched: str) -> FoundPatient:
    return FoundPatient(
        row["patient_id"],
        row["last_name"] or "",
        row["first_name"] or "",
        row["preferred_name"] or "",
        row["chart_number"] or "",
        date.fromisoformat(row["birthdate"]) if row["birthdate"] else None,
        (row["phone"] or "") if sees_contact else "",
        (row["city"] or "") if sees_contact else "",
        row["status"],
        row["online_access"],
        matched,
    )
