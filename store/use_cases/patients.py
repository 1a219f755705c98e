"""Finding patients and opening one: what the front desk sees of them.

One rule: a patient's number, name and status take the right Patient - Patients; everything else on
the card takes its own right as well, and is left empty without it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from store import patient_cards, patient_search
from store.access import Actor, change, level_of, view
from store.clock import date_in_zone, moment
from store.database import Store
from store.patient_search import FoundPatient as FoundPatient
from store.patient_search import PatientCursor as PatientCursor
from store.patient_search import PatientPage as PatientPage
from store.rights import Level, Need, Right
from store.use_cases.contact import Contact, contact_of

SEE = Need(Right.PATIENT)
SEE_SSN = Need(Right.SSN)
PAGE = 50
LONGEST_PAGE = 500
_SSN_DIGITS = 9


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """Somebody of the same household.

    `relation` is what they are to the patient: self, a code of the value set
    `guardian_relationship`, guarantor, or empty.
    """

    patient_id: int
    name: str
    birthdate: date | None
    relation: str


@dataclass(frozen=True, slots=True)
class RecallLine:
    """A regular visit that is due."""

    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class PatientCard:
    """What stands on a patient's card.

    Attributes:
        ssn_masked: `***-**-1234`, or empty where there is none (S8).
        contact: None without the right Patient - Contact Details.
        age: in whole years; of somebody who died, at death.
        guarantor: who pays, often the patient; None where nobody is named.
        family: the others of the household.
        balance_cents: what the household owed on `balance_on`, by its last statement; None without
            the right Transactions - Ledger and where there is no statement.
        next_visit: aware, UTC; None where nothing is scheduled.
        online_access: none, given or removed.
    """

    patient_id: int
    name: str
    chart_number: str
    birthdate: date | None
    age: int | None
    status: str
    gender: str
    ssn_masked: str
    contact: Contact | None
    guarantor: FamilyMember | None
    family: tuple[FamilyMember, ...]
    balance_cents: int | None
    balance_on: date | None
    next_visit: datetime | None
    next_visit_with: str
    recalls: tuple[RecallLine, ...]
    online_access: str


def find(
    store: Store,
    actor: Actor,
    words: str,
    after: PatientCursor | None = None,
    limit: int = PAGE,
) -> PatientPage:
    """Return patients whom every word fits, in a stable order; by name if there is no word.

    Words are looked for at the beginning of names, chart number, telephone, e-mail and as a date of
    birth. Telephone and e-mail are neither shown nor searched without the right to see them: what
    one may not see, one cannot find out by trying.

    Raises Refused.
    """
    view(store, actor, SEE)
    patient_search.catch_up(store)
    sees_contact = _sees_contact(store, actor)
    return patient_search.page(
        store, words, after, max(1, min(limit, LONGEST_PAGE)), sees_contact=sees_contact
    )


def card(store: Store, actor: Actor, patient_id: int) -> PatientCard:
    """Return a patient's card. Raises Refused; NotFound for a patient that is not there."""
    view(store, actor, SEE)
    row = patient_cards.patient(store, patient_id)
    zone = store.value("SELECT time_zone FROM practice_group")
    today = date_in_zone(store.clock.now(), zone)
    born = date.fromisoformat(row["birthdate"]) if row["birthdate"] else None
    died = moment(row["deceased_at"]).date() if row["deceased_at"] else None
    guarantor, family = _household(store, row)
    balance, balance_on = _balance(store, actor, row)
    visit = patient_cards.next_visit(store, patient_id)
    return PatientCard(
        patient_id,
        name_of(row),
        row["chart_number"] or "",
        born,
        # A date of birth to come is a mistake of whoever typed it: no age is made of it.
        None if born is None or born > (died or today) else age_on(born, died or today),
        row["status"],
        row["gender"],
        mask_ssn(row["ssn"]),
        contact_of(row) if _sees_contact(store, actor) else None,
        guarantor,
        family,
        balance,
        balance_on,
        moment(visit["starts_at"]) if visit else None,
        patient_cards.provider_name(visit) if visit else "",
        tuple(
            RecallLine(recall["what"], date.fromisoformat(recall["date_due"]))
            for recall in patient_cards.recalls(store, patient_id)
        ),
        patient_cards.online_access(store, patient_id),
    )


def whole_ssn(store: Store, actor: Actor, patient_id: int) -> str:
    """Return the social security number as it is stored, empty where there is none.

    Each look is an event of the trail (S8). Raises Refused, NotFound.
    """
    with change(store, actor, SEE_SSN) as tx:
        row = patient_cards.patient(store, patient_id)
        tx.record(
            "patient.ssn", "Looked at the whole social security number.", patient_id=patient_id
        )
    return row["ssn"] or ""


def mask_ssn(ssn: str | None) -> str:
    """Return `***-**-1234` (S8). Of a number that is not whole nothing is shown."""
    if not ssn:
        return ""
    digits = "".join(character for character in ssn if character in "0123456789")
    return f"***-**-{digits[-4:]}" if len(digits) >= _SSN_DIGITS else "***-**-****"


def name_of(row: sqlite3.Row) -> str:
    """Return first, middle and last name of a row of `patient`; the preferred one in quotes."""
    preferred = f"“{row['preferred_name']}”" if row["preferred_name"] else None
    parts = (row["first_name"], preferred, row["middle_name"], row["last_name"])
    return " ".join(part for part in parts if part)


def age_on(born: date, day: date) -> int:
    """Return an age in whole years; who was born on 29 February ages on 1 March."""
    return max(0, day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def _sees_contact(store: Store, actor: Actor) -> bool:
    return actor.user_id is not None and level_of(store, actor.user_id, Right.CONTACT) > Level.NONE


def _household(
    store: Store, row: sqlite3.Row
) -> tuple[FamilyMember | None, tuple[FamilyMember, ...]]:
    members = [
        FamilyMember(
            member["patient_id"],
            name_of(member),
            date.fromisoformat(member["birthdate"]) if member["birthdate"] else None,
            _relation(member, row),
        )
        for member in patient_cards.household(store, row["patient_id"], row["guarantor_id"])
    ]
    guarantor = [member for member in members if member.patient_id == row["guarantor_id"]]
    others = tuple(member for member in members if member.patient_id != row["patient_id"])
    return (guarantor[0] if guarantor else None), others


def _relation(member: sqlite3.Row, row: sqlite3.Row) -> str:
    if member["patient_id"] == row["patient_id"]:
        return "self"
    if member["relationship"]:
        return str(member["relationship"])
    return "guarantor" if member["patient_id"] == row["guarantor_id"] else ""


def _balance(store: Store, actor: Actor, row: sqlite3.Row) -> tuple[int | None, date | None]:
    if actor.user_id is None or level_of(store, actor.user_id, Right.LEDGER) is Level.NONE:
        return None, None
    last = patient_cards.last_statement(store, row["guarantor_id"] or row["patient_id"])
    if last is None:
        return None, None
    return last["balance_total"], date.fromisoformat(last["date_sent"])
