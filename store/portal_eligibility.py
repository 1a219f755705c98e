"""Who may be given online access: what must be known of a patient first.

One rule: all that is missing is told at once, with the field it is entered in (REQUIREMENTS P1).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from store import portal_setup
from store.database import Store
from store.errors import BadInput, Conflict, NotFound

NEVER = ("deleted", "deceased")
"""Patients of these states get no access, and do not sign in."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing for online access (P1): where it is entered, and a sentence.

    `field` names a field of `contact.Contact`, or is "phone".
    """

    field: str
    sentence: str


class MissingData(BadInput):
    """Contact details are missing; `missing` lists all of them at once (P1)."""

    title = "More data is needed"

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(
            " ".join(m.sentence for m in missing),
            kept="No online access was given.",
            do="Enter what is missing, then provide online access.",
        )
        self.missing = missing


_REQUIRED = {
    "first_name": "The first name is missing.",
    "last_name": "The last name is missing.",
    "address": "The street address is missing.",
    "city": "The city is missing.",
    "state": "The state is missing.",
    "birthdate": "The date of birth is missing.",
    "email": "The e-mail address is missing.",
}
PHONES = ("home_phone", "work_phone", "wireless_phone")
COMPLETE_SQL = (
    " AND ".join(f"trim(coalesce(p.{name}, '')) <> ''" for name in _REQUIRED)
    + f" AND trim({' || '.join(f'''coalesce(p.{name}, '')''' for name in PHONES)}) <> ''"
)
"""The same rule as `missing_of` (P1) as a condition on `patient p`, for lists and counts."""


def missing_of(patient: sqlite3.Row) -> tuple[Missing, ...]:
    """Return all that a patient's row lacks for online access (P1), in the order of the form."""
    lacking = [
        Missing(name, sentence)
        for name, sentence in _REQUIRED.items()
        if not (patient[name] or "").strip(" ")
    ]
    if not any((patient[name] or "").strip(" ") for name in PHONES):
        lacking.append(Missing("phone", "A telephone number is missing: home, work or mobile."))
    return tuple(lacking)


def patient_of(store: Store, patient_id: int) -> sqlite3.Row:
    """Return a patient's row. Raises NotFound."""
    row = store.one("SELECT * FROM patient WHERE patient_id = ?", (patient_id,))
    if row is None:
        raise NotFound("There is no such patient.")
    return row


def check_may_be_given(store: Store, patient: sqlite3.Row) -> None:
    """Raise unless a patient may be given online access (P1, P2).

    Raises Conflict without a portal address or for a patient who died or was entered by mistake,
    MissingData with all that is missing.
    """
    if not portal_setup.url_of(store):
        raise Conflict(
            "The portal's address is not set.",
            kept="No online access was given.",
            do="It is set under Setup > Patient Portal.",
        )
    check_lives(patient)
    missing = missing_of(patient)
    if missing:
        raise MissingData(missing)


def check_lives(patient: sqlite3.Row) -> None:
    """Raise Conflict for a patient who died or was entered by mistake."""
    if patient["status"] in NEVER:
        raise Conflict(
            f"The patient's status is {patient['status']}.",
            kept="Nothing was changed.",
            do="If that is wrong, correct the status first.",
        )
