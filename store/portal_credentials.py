"""Online access of patients: all SQL about it, and how credentials come and go.

One rule: of a password or link only the hash is kept, and a patient has one set of credentials:
whatever is issued ends what was issued before (REQUIREMENTS P8, P10, P11).
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from store import outbox, portal_setup, user_name_rules
from store.access import Change
from store.clock import date_in_zone, instant, moment, start_of_day
from store.database import Store
from store.errors import Conflict
from store.passwords import Hashed, hashed
from store.portal_eligibility import COMPLETE_SQL as COMPLETE_SQL
from store.portal_eligibility import Missing as Missing
from store.portal_eligibility import MissingData as MissingData
from store.portal_eligibility import check_lives as check_lives
from store.portal_eligibility import check_may_be_given as check_may_be_given
from store.portal_eligibility import missing_of as missing_of
from store.portal_eligibility import patient_of as patient_of
from store.portal_passwords import new_password as new_password
from store.portal_passwords import password_problems as password_problems

State = Literal["none", "given", "removed"]
How = Literal["generated", "typed", "invitation"]
SCHEME = "argon2id"
INVITATION = "portal.invitation"
"""The purpose of mails that carry credentials."""
LONGEST = timedelta(days=portal_setup.MOST_DAYS + 2)
"""No password or link is good for longer: the days of the practice, the rest of the day on which it
was made, and an hour of summer time."""
LINK_BYTES = 24
"""192 bits."""
_LINK = "portal.link"
_RANDOM_TRIES = 30
_WHAT = {
    "generated": "Generated a one-time password for online access.",
    "typed": "Typed a one-time password for online access.",
    "invitation": "Made a one-time password for an invitation.",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a patient signs in with; the password is shown now and never again (P8).

    `valid_until` is the password's last second, aware, UTC; it ends with a day of the practice.
    """

    patient_id: int
    user_name: str
    password: str
    valid_until: datetime | None

    def __repr__(self) -> str:
        return f"Credentials({self.patient_id})"


@dataclass(frozen=True, slots=True)
class PortalLink:
    """A one-time link: the token goes into the message, and only there."""

    patient_id: int
    user_name: str
    token: str
    valid_until: datetime

    def __repr__(self) -> str:
        return f"PortalLink({self.patient_id})"


def row_of(store: Store, patient_id: int) -> sqlite3.Row | None:
    """Return a patient's credentials as stored, removed ones too, or None."""
    return store.one("SELECT * FROM portal_credential WHERE patient_id = ?", (patient_id,))


def given_row(store: Store, patient_id: int) -> sqlite3.Row:
    """Return the credentials of a patient who has online access. Raises NotFound, Conflict."""
    row = row_of(store, patient_of(store, patient_id)["patient_id"])
    if row is None or row["removed_at"] is not None:
        raise Conflict(
            "This patient has no online access.",
            kept="Nothing was changed.",
            do="Provide it first.",
        )
    return row


def state_of(row: sqlite3.Row | None) -> State:
    """Tell from the credentials whether a patient has online access."""
    if row is None:
        return "none"
    return "given" if row["removed_at"] is None else "removed"


def is_one_time(row: sqlite3.Row) -> bool:
    """Tell whether the password is one that the office made, and the patient has not replaced."""
    return bool(row["require_password_change"]) and row["password_hash"] is not None


def is_over(store: Store, row: sqlite3.Row) -> bool:
    """Tell whether the one-time password is too old to sign in with (P10).

    Or made by a clock that ran ahead: see `store.deadlines`. Its last second still counts.
    """
    until, now = row["password_expires_at"], store.clock.now()
    return until is not None and not now <= moment(until) <= now + LONGEST


def made_password() -> Hashed:
    """Return a new one-time password, to be issued in a transaction that begins after this."""
    return hashed(new_password())


def issue(
    store: Store,
    tx: Change,
    patient_id: int,
    password: Hashed,
    *,
    by: int | None,
    how: How = "generated",
) -> Credentials:
    """Give a patient a one-time password inside the running transaction, access too where there is
    none; record it. What was issued before, password or link, is over.

    Args:
        password: one of `made_password`, or a typed one that passed `password_problems`.
        by: the user who does it, None for the unattended run.
        how: what the trail tells.

    Raises NotFound; MissingData, Conflict where access may not be given.
    """
    row = _opened(store, tx, patient_id, by)
    withdraw_invitation(store, patient_id, "Newer credentials took their place.")
    until = end_of_day(store, portal_setup.read(store).password_days)
    store.execute(
        "UPDATE portal_credential SET password_hash = ?, hash_scheme = ?, issued_at = ?,"
        " require_password_change = 1, password_expires_at = ?, link_hash = NULL,"
        " link_expires_at = NULL, reset_code_hash = NULL, reset_code_expires_at = NULL,"
        " printed_at = NULL, printed_by = NULL, failed_attempts = 0, recent_failures = NULL,"
        " locked_until = NULL WHERE patient_id = ?",
        (password.hash, SCHEME, instant(store.clock.now()), instant(until), patient_id),
    )
    tx.record(f"portal.{how}", _WHAT[how], patient_id=patient_id)
    return Credentials(patient_id, row["user_name"], password.plain, until)


def issue_link(store: Store, tx: Change, patient_id: int, *, by: int | None) -> PortalLink:
    """Give a patient a one-time link in place of a one-time password; raises as `issue` does.

    A one-time password is over with it; one that the patient chose stays until the link is used.
    """
    row = _opened(store, tx, patient_id, by)
    withdraw_invitation(store, patient_id, "Newer credentials took their place.")
    token = secrets.token_urlsafe(LINK_BYTES)
    until = end_of_day(store, portal_setup.read(store).link_days)
    store.execute(
        "UPDATE portal_credential SET link_hash = ?, link_expires_at = ?,"
        " password_expires_at = iif(require_password_change, NULL, password_expires_at),"
        " password_hash = iif(require_password_change, NULL, password_hash),"
        " printed_at = NULL, printed_by = NULL WHERE patient_id = ?",
        (link_hash(store, token), instant(until), patient_id),
    )
    tx.record("portal.link", "Made a one-time link to online access.", patient_id=patient_id)
    return PortalLink(patient_id, row["user_name"], token, until)


def withdraw_invitation(store: Store, patient_id: int, reason: str) -> None:
    """Stop, inside the running transaction, a mail whose credentials are no longer good."""
    outbox.withdraw(store, patient_id=patient_id, purpose=INVITATION, reason=reason)


def link_hash(store: Store, token: str) -> str:
    """Return what is kept of a link's token."""
    return store.sealer.keyed_hash(token, _LINK)


def end_of_day(store: Store, days: int) -> datetime:
    """Return the last second of the practice's day that is so many days from today."""
    zone = store.value("SELECT time_zone FROM practice_group")
    today = date_in_zone(store.clock.now(), zone)
    return start_of_day(today + timedelta(days=days + 1), zone) - timedelta(seconds=1)


def remove(store: Store, patient_id: int, by: int | None) -> None:
    """Take online access away inside the running transaction; the user name stays reserved (P3)."""
    withdraw_invitation(store, patient_id, "Online access was removed.")
    store.execute(
        "UPDATE portal_credential SET removed_at = ?, removed_by = ?, password_hash = NULL,"
        " hash_scheme = NULL, password_expires_at = NULL, link_hash = NULL, link_expires_at = NULL,"
        " reset_code_hash = NULL, reset_code_expires_at = NULL WHERE patient_id = ?",
        (instant(store.clock.now()), by, patient_id),
    )


def rename(store: Store, patient_id: int, typed: str) -> bool:
    """Write another user name inside the running transaction; return False if it is the same.

    Raises BadInput; Conflict where another patient has it, or had it (P3, P5).
    """
    name = user_name_rules.checked(typed)
    row = given_row(store, patient_id)
    if row["user_name"] == name and not row["require_username_change"]:
        return False
    if _owner_of(store, name) not in (None, patient_id):
        raise Conflict(
            "That user name is taken.", kept="It was not changed.", do="Choose another one."
        )
    withdraw_invitation(store, patient_id, "The user name was changed.")
    # A sheet that was printed tells the old name: with its password it opens nothing.
    store.execute(
        "UPDATE portal_credential SET user_name = ?, require_username_change = 0,"
        " printed_at = iif(require_password_change, NULL, printed_at),"
        " printed_by = iif(require_password_change, NULL, printed_by) WHERE patient_id = ?",
        (name, patient_id),
    )
    return True


def free_user_name(store: Store, first_name: str) -> str:
    """Return a user name that nobody has or had, inside the running transaction (P5).

    Once the numbers of a name run out, it grows by a random letter.
    """
    part = user_name_rules.first_part(first_name)
    while True:
        for _ in range(_RANDOM_TRIES):
            name = user_name_rules.with_number(part)
            if _owner_of(store, name) is None:
                return name
        part += secrets.choice("abcdefghijklmnopqrstuvwxyz")


def _owner_of(store: Store, user_name: str) -> int | None:
    owner: int | None = store.value(
        "SELECT patient_id FROM portal_credential WHERE user_name = ? COLLATE NOCASE", (user_name,)
    )
    return owner


def _opened(store: Store, tx: Change, patient_id: int, by: int | None) -> sqlite3.Row:
    """Return the credentials of a patient, given now if there were none or they were removed."""
    patient, row = patient_of(store, patient_id), row_of(store, patient_id)
    if state_of(row) == "given":
        check_lives(patient)
        assert row is not None
        return row
    check_may_be_given(store, patient)
    now = instant(store.clock.now())
    if row is None:
        name = free_user_name(store, patient["first_name"])
        values = {"patient_id": patient_id, "user_name": name, "granted_at": now, "granted_by": by}
        store.insert("portal_credential", values)
    else:
        store.execute(
            "UPDATE portal_credential SET granted_at = ?, granted_by = ?, removed_at = NULL,"
            " removed_by = NULL, require_password_change = 1 WHERE patient_id = ?",
            (now, by, patient_id),
        )
    tx.record("portal.provide", "Provided online access.", patient_id=patient_id)
    opened = row_of(store, patient_id)
    assert opened is not None
    return opened
