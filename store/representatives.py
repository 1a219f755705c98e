"""Who may act for a patient in the portal: all SQL about it, and the rule.

One rule: what the office entered about a person counts, and nothing else does; for a person about
whom nothing was entered, guardians and the guarantor may act while the patient is under 18.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from store.clock import date_in_zone
from store.database import Store

Basis = Literal["guarantor", "guardian", "responsible_party", "representative"]
OF_AGE = 18
_NO_LONGER = "('deleted', 'deceased')"
_DEFAULTS = (
    "SELECT g.guardian_id AS person, 'guardian' AS basis, 0 AS place FROM guardian g"
    " WHERE g.child_id = :patient AND g.is_guardian = 1"
    " UNION ALL SELECT p.guarantor_id, 'guarantor', 1 FROM patient p WHERE p.patient_id = :patient"
)


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody who may act for a patient, or might, or did.

    Attributes:
        entry_id: number of what the office entered; None where the rule for minors speaks.
        patient_id: number of the person who acts.
        state: "now", "later" or "ended", on the day it was asked for.
        valid_from, valid_to: first and last day; None while open.
    """

    entry_id: int | None
    patient_id: int
    name: str
    birthdate: date | None
    basis: Basis
    valid_from: date | None
    valid_to: date | None
    reason: str
    state: Literal["now", "later", "ended"]


def today(store: Store) -> date:
    """Return the practice's calendar day."""
    return date_in_zone(store.clock.now(), store.value("SELECT time_zone FROM practice_group"))


def age_on(birthdate: date, on: date) -> int:
    """Return whole years; who was born on 29 February has a birthday on 1 March in other years."""
    return on.year - birthdate.year - ((on.month, on.day) < (birthdate.month, birthdate.day))


def listed(store: Store, patient_id: int, on: date) -> tuple[Representative, ...]:
    """Return everybody who may act for a patient on a day, then later ones, then ended ones."""
    entries = store.rows(
        "SELECT r.*, p.first_name, p.last_name, p.birthdate FROM portal_representative r"
        " JOIN patient p ON p.patient_id = r.representative_id WHERE r.patient_id = ?"
        " ORDER BY r.portal_representative_id",
        (patient_id,),
    )
    found = [
        Representative(
            row["portal_representative_id"],
            row["representative_id"],
            _name(row["first_name"], row["last_name"]),
            _day(row["birthdate"]),
            cast(Basis, row["basis"]),
            _day(row["valid_from"]),
            _day(row["valid_to"]),
            row["reason"] or "",
            _state(_day(row["valid_from"]), _day(row["valid_to"]), on),
        )
        for row in entries
    ]
    entered = {one.patient_id for one in found}
    found += [one for one in _by_rule(store, patient_id, on) if one.patient_id not in entered]
    return tuple(sorted(found, key=lambda one: ("now", "later", "ended").index(one.state)))


def may_act_for(store: Store, representative_id: int, patient_id: int, on: date) -> bool:
    """Tell whether a person may act for a patient on a day of the practice's time zone."""
    gone = store.value(
        f"SELECT 1 FROM patient WHERE patient_id IN (?, ?) AND status IN {_NO_LONGER}",
        (representative_id, patient_id),
    )
    return not gone and any(
        one.state == "now" and one.patient_id == representative_id
        for one in listed(store, patient_id, on)
    )


def count(store: Store, patient_id: int) -> int:
    """Return how many people may act for a patient today."""
    return len({r.patient_id for r in listed(store, patient_id, today(store)) if r.state == "now"})


def _by_rule(store: Store, patient_id: int, on: date) -> list[Representative]:
    """Return guardians and guarantor of a minor; without a date of birth nobody is a minor."""
    born = _day(store.value("SELECT birthdate FROM patient WHERE patient_id = ?", (patient_id,)))
    if born is None or age_on(born, on) >= OF_AGE or born > on:
        return []
    rows = store.rows(
        f"SELECT p.*, d.basis, min(d.place) FROM ({_DEFAULTS}) d"
        " JOIN patient p ON p.patient_id = d.person"
        f" WHERE d.person <> :patient AND p.status NOT IN {_NO_LONGER}"
        " GROUP BY d.person ORDER BY d.place, d.person",
        {"patient": patient_id},
    )
    return [
        Representative(
            None,
            row["patient_id"],
            _name(row["first_name"], row["last_name"]),
            _day(row["birthdate"]),
            cast(Basis, row["basis"]),
            None,
            None,
            "",
            "now",
        )
        for row in rows
    ]


def _state(
    valid_from: date | None, valid_to: date | None, on: date
) -> Literal["now", "later", "ended"]:
    if valid_to is not None and valid_to < on:
        return "ended"
    return "later" if valid_from is not None and valid_from > on else "now"


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _name(first: str | None, last: str | None) -> str:
    return " ".join(filter(None, (first, last)))
