"""A patient's contact details: looking at them and changing them.

One rule: only what was changed is checked, so that an old mistake in one field never stands in the
way of mending another; nothing clinical can be changed here.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Any

from store import patient_cards, patient_search
from store.access import Actor, change, view
from store.clock import date_in_zone, instant
from store.database import Store
from store.errors import BadInput, Conflict
from store.names import one_line
from store.portal_credentials import withdraw_invitation
from store.portal_eligibility import PHONES
from store.rights import Level, Need, Right

SEE = Need(Right.CONTACT, Level.VIEW)
CHANGE = Need(Right.CONTACT, Level.FULL)

FIELDS: dict[str, str] = {
    "last_name": "last name",
    "first_name": "first name",
    "middle_name": "middle name",
    "preferred_name": "preferred name",
    "birthdate": "date of birth",
    "address": "address",
    "address2": "second line of the address",
    "city": "city",
    "state": "state",
    "zip": "postal code",
    "country": "country",
    "home_phone": "home phone",
    "work_phone": "work phone",
    "wireless_phone": "mobile phone",
    "email": "e-mail address",
    "language": "language",
    "email_ok": "agreement to e-mail",
}
"""The columns of `patient` that can be changed here, and what people call them."""
_LONGEST = {"email": 254, **dict.fromkeys(PHONES, 40)}
_LONGEST_OTHERS = 100
_PHONE = re.compile(r"[0-9 ()+\-./]+(?:(?:#|x|ext\.?) *[0-9]{1,8})?", re.IGNORECASE)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 24
_EMAIL = re.compile(r"[^\s@\"<>()\[\],;:\\]+@[^\s@.\"<>()\[\],;:\\]+(\.[^\s@.\"<>()\[\],;:\\]+)+")
_OLDEST_YEARS = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is known to reach a patient. Texts are empty where nothing is known.

    `version` changes with every change of these fields; it is handed back when saving.
    """

    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    preferred_name: str = ""
    birthdate: date | None = None
    address: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    home_phone: str = ""
    work_phone: str = ""
    wireless_phone: str = ""
    email: str = ""
    language: str = ""
    email_ok: bool = False
    version: str = ""


class BadContact(BadInput):
    """One field cannot be kept as it was typed; `field` is its name in `Contact`."""

    def __init__(self, field: str, what: str, *, do: str = "") -> None:
        super().__init__(what, kept="Nothing was saved.", do=do)
        self.field = field


class ContactChanged(Conflict):
    """Somebody else saved the same patient's contact details meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has changed these contact details since you opened them.",
            kept="Nothing of yours was saved.",
            do="Open the patient again, then make your change.",
        )


def contact(store: Store, actor: Actor, patient_id: int) -> Contact:
    """Return a patient's contact details; View Only is enough.

    Raises Refused; NotFound for a patient that is not there.
    """
    view(store, actor, SEE)
    return contact_of(patient_cards.patient(store, patient_id))


def contact_of(row: sqlite3.Row) -> Contact:
    """Return the contact details that stand in a row of `patient`."""
    values: dict[str, Any] = {name: row[name] or "" for name in FIELDS}
    born = row["birthdate"]
    values["birthdate"] = date.fromisoformat(born) if born else None
    values["email_ok"] = bool(row["email_ok"])
    return Contact(**values, version=_version(row))


def save_contact(store: Store, actor: Actor, patient_id: int, changed: Contact) -> None:
    """Save contact details; the trail tells which fields changed, never what stands in them.

    Raises:
        Refused: the right Patient - Contact Details: Full Control is missing.
        NotFound: there is no such patient.
        BadContact: a field that was changed cannot be kept; `field` names it.
        ContactChanged: somebody else saved meanwhile.
    """
    with change(store, actor, CHANGE) as tx:
        row = patient_cards.patient(store, patient_id)
        if changed.version != _version(row):
            raise ContactChanged
        values = _checked(store, contact_of(row), changed)
        if not values:
            tx.no_event()
            return
        now = instant(store.clock.now())
        sets = ", ".join(f'"{name}" = ?' for name in values)
        store.execute(
            f"UPDATE patient SET {sets}, edited_at = ?, edited_by = ? WHERE patient_id = ?",
            (*values.values(), now, actor.user_id, patient_id),
        )
        patient_search.refresh(store, [patient_id])
        if "email" in values:
            # What waits to be sent would tell the password to whoever has the old address.
            withdraw_invitation(store, patient_id, "The e-mail address was changed.")
        tx.record(
            "patient.contact",
            f"Changed contact details: {', '.join(FIELDS[name] for name in values)}.",
            patient_id=patient_id,
        )
    if "email" in values:
        store.scrub_log()


def _version(row: sqlite3.Row) -> str:
    values = json.dumps([row[name] for name in (*FIELDS, "edited_at")])
    return hashlib.sha256(values.encode("utf-8")).hexdigest()[:16]


def _checked(store: Store, was: Contact, typed: Contact) -> dict[str, Any]:
    """Return the columns that change with what is to stand in them."""
    values: dict[str, Any] = {}
    for name in FIELDS:
        if getattr(typed, name) == getattr(was, name):
            continue
        kept: str | int | None
        if name == "birthdate":
            kept = _birthdate(store, typed.birthdate)
        elif name == "email_ok":
            kept = int(typed.email_ok)
        else:
            kept = _text(name, getattr(typed, name))
        # Blanks around what already stands there are no change.
        if (kept or "") != (getattr(was, name) or ""):
            values[name] = kept
    names = {"last_name": was.last_name or None, "first_name": was.first_name or None} | values
    if values and not (names["last_name"] or names["first_name"]):
        raise BadContact("last_name", "A patient needs a name.", do="Type the last name.")
    return values


def _text(field: str, typed: str) -> str | None:
    try:
        kept = one_line(typed, FIELDS[field], longest=_LONGEST.get(field, _LONGEST_OTHERS))
    except BadInput as problem:
        raise BadContact(field, problem.what, do=problem.do) from None
    if kept is None:
        return None
    if field in PHONES:
        digits = sum(character in "0123456789" for character in kept)
        if not _PHONE.fullmatch(kept) or not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
            raise BadContact(
                field,
                f"The {FIELDS[field]} is not a telephone number.",
                do="Type it with its area code, as in (510) 555-0142.",
            )
    if field == "email" and not _EMAIL.fullmatch(kept):
        raise BadContact(
            field, "That is not an e-mail address.", do="Type one such as name@mail.example."
        )
    return kept


def _birthdate(store: Store, typed: date | None) -> str | None:
    if typed is None:
        return None
    zone = store.value("SELECT time_zone FROM practice_group")
    today = date_in_zone(store.clock.now(), zone)
    if typed > today:
        raise BadContact("birthdate", "The date of birth is in the future.", do="Check the year.")
    if typed.year < today.year - _OLDEST_YEARS:
        raise BadContact(
            "birthdate",
            f"The date of birth is more than {_OLDEST_YEARS} years ago.",
            do="Check the year.",
        )
    return typed.isoformat()
