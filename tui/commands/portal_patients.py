"""How commands name patients: by number, by chart number, or by name to the letter.

One rule: a name that fits several patients is refused with all of them and their birth dates; a
command never takes the likeliest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from store.errors import BadInput, NotFound
from tui.commands.support import shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.patients import FoundPatient

MOST_CANDIDATES = 200
"""Patients of one name that are looked through; more are told as too many."""

MOST_NEAR = 8
"""Patients who nearly fit, and are named."""
_TOO_MANY = f"More than {MOST_CANDIDATES} patients begin like that."


@dataclass(frozen=True, slots=True)
class Who:
    """A patient as far as a command must tell them from others."""

    patient_id: int
    name: str
    chart_number: str
    birthdate: date | None

    @property
    def line(self) -> str:
        """`Jane Doe (chart A-001, born 14 Mar 1980)`; without a chart number, `no. 10001`."""
        which = f"chart {self.chart_number}" if self.chart_number else f"no. {self.patient_id}"
        born = "no birth date" if self.birthdate is None else f"born {self.birthdate:%d %b %Y}"
        return f"{shown(self.name)} ({shown(which)}, {born})"

    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "patient": self.patient_id,
            "name": self.name,
            "chart_number": self.chart_number or None,
            "birthdate": None if self.birthdate is None else self.birthdate.isoformat(),
        }


class SeveralPatients(BadInput):
    """What was asked fits several patients, or none of them to the letter.

    Attributes:
        candidates: those it fits. They are data: shown to the user, never part of the message.
    """

    def __init__(self, what: str, candidates: list[Who]) -> None:
        super().__init__(
            what,
            kept="Nothing was changed.",
            do="Name one by number or chart number, as number:10001 or chart:A-001.",
        )
        self.candidates = candidates


def patient_named(practice: Practice, actor: Actor, asked: str) -> Who:
    """Return the one patient of a number, a chart number, or a name to the letter.

    `number:` and `chart:` before it say which one is meant. Upper and lower case, accents and the
    order of names do not count; a birth date beside the name narrows it.

    Raises:
        SeveralPatients: it fits several, or only begins some.
        NotFound: it fits nobody.
        Refused: the right Patient - Patients is missing.
    """
    kind, colon, rest = asked.strip().partition(":")
    if colon and kind.casefold() in ("number", "chart"):
        return _by_kind(practice, actor, kind.casefold(), rest.strip())
    found = {who.patient_id: who for who in _by_number(practice, actor, asked)}
    candidates, more = _candidates(practice, actor, asked)
    if more:
        raise SeveralPatients(_TOO_MANY, [])
    exact = [row for row in candidates if _is_exact(row, asked, practice.clock.now().date())]
    found |= {row.patient_id: _who(row) for row in exact}
    if len(found) == 1:
        (one,) = found.values()
        return one
    if found:
        raise SeveralPatients(f"{len(found)} patients fit.", list(found.values()))
    _refuse(asked, [_who(row) for row in candidates])


def _refuse(asked: str, near: list[Who]) -> NoReturn:
    """Raise the error for what fits nobody; whoever nearly fits is told, if that is a few."""
    if near and len(near) <= MOST_NEAR and any(c.isalpha() for c in asked):
        raise SeveralPatients("Nobody is called exactly that; these come near.", near)
    raise NotFound("No such patient.", do="See: chairside portal find WORDS.")


def _by_kind(practice: Practice, actor: Actor, kind: str, text: str) -> Who:
    if kind == "number":
        found = _by_number(practice, actor, text)
    else:
        rows, more = _candidates(practice, actor, text)
        if more:
            raise SeveralPatients(_TOO_MANY, [])
        found = [_who(row) for row in rows if row.chart_number.casefold() == text.casefold()]
    if len(found) > 1:
        raise SeveralPatients(f"{len(found)} patients have that chart number.", found)
    if not found:
        raise NotFound(f"No patient has that {'chart number' if kind == 'chart' else kind}.")
    return found[0]


def _by_number(practice: Practice, actor: Actor, text: str) -> list[Who]:
    from store.use_cases.patients import card

    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= len("9223372036854775807") - 1):
        return []
    try:
        found = practice.call(card, actor, int(text))
    except NotFound:
        return []
    return [Who(found.patient_id, found.name, found.chart_number, found.birthdate)]


def _candidates(practice: Practice, actor: Actor, words: str) -> tuple[list[FoundPatient], bool]:
    """Return patients that words find, and whether there are more than can be looked through."""
    from store.use_cases.patients import find

    if not words.strip():
        raise BadInput("No patient is named.", do="Give a number, a chart number or a name.")
    rows: list[FoundPatient] = []
    after = None
    while len(rows) < MOST_CANDIDATES:
        page = practice.call(find, actor, words, after)
        rows += page.rows
        after = page.next
        if after is None:
            return rows, False
    return rows, True


def _who(row: FoundPatient) -> Who:
    name = " ".join(part for part in (row.first_name, row.last_name) if part)
    return Who(row.patient_id, name, row.chart_number, row.birthdate)


def _is_exact(row: FoundPatient, asked: str, today: date) -> bool:
    """Tell whether every word is a whole name, the chart number or the birth date of a patient."""
    from store.patient_terms import BORN, CHART, FIELDS, fold_name, terms_of
    from store.patient_words import dates

    known = {**dict.fromkeys(FIELDS, ""), "last_name": row.last_name, "first_name": row.first_name}
    known |= {"preferred_name": row.preferred_name, "chart_number": row.chart_number}
    names = {term.partition(" ")[0] for kind, term in terms_of(known) if kind not in (BORN, CHART)}
    chart = fold_name(row.chart_number)
    fitting = 0
    for word in asked.replace(",", " ").split():
        if row.birthdate is not None and row.birthdate in dates(word, today):
            continue
        folded = fold_name(word)
        if folded not in names and not (folded and folded == chart):
            return False
        fitting += 1
    return fitting > 0
