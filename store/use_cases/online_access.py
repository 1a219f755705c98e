"""Patients > online access: provide, generate, type, rename, print, remove (P1–P10, P14).

One rule: a password leaves the store once, in the answer to whoever made it; after that it can be
compared, and never read.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest

from store import portal_credentials as credentials
from store import portal_setup, representatives
from store.access import Actor, change, view
from store.clock import date_in_zone, instant, moment
from store.database import Store
from store.errors import BadInput, Conflict
from store.names import needed
from store.passwords import hashed, is_password
from store.portal_credentials import Credentials as Credentials
from store.portal_credentials import Missing as Missing
from store.portal_credentials import MissingData as MissingData
from store.portal_credentials import State
from store.portal_credentials import password_problems as password_problems
from store.portal_passwords import writable
from store.rights import Level, Need, Right
from store.sign_in_attempts import TRIES_IN_A_ROW, is_paused

SEE = Need(Right.ONLINE_ACCESS, Level.VIEW)
MANAGE = Need(Right.ONLINE_ACCESS, Level.FULL)


@dataclass(frozen=True, slots=True)
class OnlineAccess:
    """A patient's online access. Instants are aware, UTC; texts are empty where there is nothing.

    Attributes:
        missing: all that P1 still asks for.
        one_time_until: last second of a one-time password, also of one that is over by now.
        is_one_time: the password was made by the office and is still to be replaced (P10).
        paused_until: no sign-in before, after wrong passwords.
        representatives: how many others may act for the patient today.
        is_shut: a hundred wrong passwords in a row; only a new password helps.
    """

    state: State
    missing: tuple[Missing, ...]
    portal_url: str
    user_name: str
    one_time_until: datetime | None
    is_one_time: bool
    granted_at: datetime | None
    granted_by: str
    removed_at: datetime | None
    removed_by: str
    printed_at: datetime | None
    printed_by: str
    last_sign_in: datetime | None
    paused_until: datetime | None
    representatives: int
    is_shut: bool = False


@dataclass(frozen=True, slots=True)
class AccessSheet:
    """What is printed for a patient (P9). `valid_until_on` is the last day of the password.

    `issued` names what was issued, and tells nothing of it; `record_print` takes it back.
    """

    patient_name: str
    user_name: str
    password: str
    portal_url: str
    valid_until_on: date | None
    office_name: str
    office_lines: tuple[str, ...]
    office_phone: str
    language: str
    issued: str = ""

    def __repr__(self) -> str:
        return "AccessSheet(...)"


class SheetOverdue(Conflict):
    """Newer credentials were made, or access was removed, while the sheet was being printed."""

    title = "The sheet counts no longer"

    def __init__(self) -> None:
        super().__init__(
            "The password or the user name was changed while the sheet was being printed.",
            kept="What stands on the sheet opens nothing.",
            do="Destroy it, and print the newer one.",
        )


def online_access(store: Store, actor: Actor, patient_id: int) -> OnlineAccess:
    """Return how it stands with a patient's online access. Raises Refused, NotFound."""
    view(store, actor, SEE)
    patient = credentials.patient_of(store, patient_id)
    row = credentials.row_of(store, patient_id)
    state = credentials.state_of(row)
    told = {} if row is None else dict(row)
    one_time = row is not None and state == "given" and credentials.is_one_time(row)
    until = told.get("locked_until")
    return OnlineAccess(
        state=state,
        missing=credentials.missing_of(patient),
        portal_url=portal_setup.url_of(store),
        user_name=told.get("user_name", ""),
        one_time_until=_when(told["password_expires_at"]) if one_time else None,
        is_one_time=one_time,
        granted_at=_when(told.get("granted_at")),
        granted_by=_who(store, told.get("granted_by")),
        removed_at=_when(told.get("removed_at")),
        removed_by=_who(store, told.get("removed_by")),
        printed_at=_when(told.get("printed_at")),
        printed_by=_who(store, told.get("printed_by")),
        last_sign_in=_when(told.get("last_login_at")),
        paused_until=_when(until) if is_paused(until, store.clock.now()) else None,
        representatives=representatives.count(store, patient_id),
        is_shut=state == "given" and told["failed_attempts"] >= TRIES_IN_A_ROW,
    )


def provide(store: Store, actor: Actor, patient_id: int) -> Credentials:
    """Give online access, with a user name and a one-time password (P2).

    A patient whose access was removed gets the same user name again (P3).

    Raises:
        Refused: the right Patient - Online Access: Full Control is missing.
        MissingData: contact details are missing, all listed at once (P1).
        Conflict: the patient has access, or the portal's address is not set.
        NotFound: there is no such patient.
    """
    password = credentials.made_password()
    with change(store, actor, MANAGE) as tx:
        credentials.patient_of(store, patient_id)
        if credentials.state_of(credentials.row_of(store, patient_id)) == "given":
            raise Conflict(
                "This patient has online access already.",
                kept="Nothing was changed.",
                do="Generate a new password if the patient needs one.",
            )
        made = credentials.issue(store, tx, patient_id, password, by=actor.user_id)
    store.scrub_log()
    return made


def generate(store: Store, actor: Actor, patient_id: int) -> Credentials:
    """Make another one-time password; the one before, and any link, are over (P7, P10).

    Raises Refused, NotFound; Conflict without online access.
    """
    password = credentials.made_password()
    with change(store, actor, MANAGE) as tx:
        credentials.given_row(store, patient_id)
        made = credentials.issue(store, tx, patient_id, password, by=actor.user_id)
    store.scrub_log()
    return made


def set_password(store: Store, actor: Actor, patient_id: int, password: str) -> Credentials:
    """Write a password that staff typed (P6); it is one-time as well, for staff know it.

    Raises Refused, NotFound; BadInput with all that is wrong with it; Conflict without access.
    """
    # What cannot be written is refused below.
    typed = hashed(writable(password))
    with change(store, actor, MANAGE) as tx:
        row = credentials.given_row(store, patient_id)
        problems = password_problems(password, row["user_name"])
        if problems:
            raise BadInput(" ".join(problems), kept="The password before is still good.")
        made = credentials.issue(store, tx, patient_id, typed, by=actor.user_id, how="typed")
    store.scrub_log()
    return made


def change_user_name(store: Store, actor: Actor, patient_id: int, user_name: str) -> None:
    """Write another user name (P5).

    Raises Refused, NotFound, BadInput; Conflict where it is taken, or without online access.
    """
    with change(store, actor, MANAGE) as tx:
        if credentials.rename(store, patient_id, user_name):
            tx.record(
                "portal.user_name",
                "Changed the user name of online access.",
                patient_id=patient_id,
            )
        else:
            tx.no_event()
    store.scrub_log()


def remove(store: Store, actor: Actor, patient_id: int) -> None:
    """Take online access away: password and link are destroyed, the user name stays reserved (P3).

    Raises Refused, NotFound; Conflict without online access.
    """
    with change(store, actor, MANAGE) as tx:
        credentials.given_row(store, patient_id)
        credentials.remove(store, patient_id, actor.user_id)
        tx.record("portal.remove", "Removed online access.", patient_id=patient_id)
    store.scrub_log()


def begin_print(store: Store, actor: Actor, patient_id: int, password: str) -> AccessSheet:
    """Return what the sheet says; that printing begins is in the trail first (P9, P14).

    Only a one-time password is compared, so that printing is no way to guess a patient's own.

    Raises:
        Refused, NotFound.
        Conflict: no online access, no portal address, or not the present one-time password.
    """
    view(store, actor, MANAGE)
    compared = credentials.given_row(store, patient_id)
    is_present = _is_present(store, compared, password)
    with change(store, actor, MANAGE) as tx:
        patient = credentials.patient_of(store, patient_id)
        row = credentials.given_row(store, patient_id)
        url = portal_setup.url_of(store)
        if not url:
            raise Conflict(
                "The portal's address is not set.",
                kept="Nothing was printed.",
                do="It is set under Setup > Patient Portal.",
            )
        if not is_present or row["password_hash"] != compared["password_hash"]:
            raise Conflict(
                "The password is not known here any more.",
                kept="Nothing was printed.",
                do="Generate a new one first.",
            )
        tx.record("portal.print_begun", "Began to print the sheet.", patient_id=patient_id)
        return _sheet(store, patient, row, password, url)


def record_print(store: Store, actor: Actor, patient_id: int, how: str, issued: str) -> None:
    """Note that the sheet was printed or saved.

    Args:
        how: where it went, one line, such as the printer's name.
        issued: as `begin_print` returned it: another desk may have made newer credentials since,
            which this sheet does not show.

    Raises Refused, NotFound, BadInput; SheetOverdue, once the trail has it, for such a sheet.
    """
    with change(store, actor, MANAGE) as tx:
        credentials.patient_of(store, patient_id)
        row = credentials.row_of(store, patient_id)
        where = needed(how, "printer", longest=200)
        is_good = row is not None and compare_digest(_issued(store, row), issued)
        if is_good:
            store.execute(
                "UPDATE portal_credential SET printed_at = ?, printed_by = ? WHERE patient_id = ?",
                (instant(store.clock.now()), actor.user_id, patient_id),
            )
        told = "" if is_good else ", with credentials that count no longer"
        tx.record("portal.print", f"Printed the sheet{told}: {where}.", patient_id=patient_id)
    if not is_good:
        raise SheetOverdue


def record_print_failed(store: Store, actor: Actor, patient_id: int, reason: str) -> None:
    """Note that the sheet was not printed, and why, in one line.

    Raises Refused, NotFound, BadInput.
    """
    with change(store, actor, MANAGE) as tx:
        credentials.patient_of(store, patient_id)
        why = needed(reason, "reason", longest=500)
        tx.record("portal.print_failed", f"The sheet was not printed: {why}", patient_id=patient_id)


def _is_present(store: Store, row: sqlite3.Row, password: str) -> bool:
    """Tell whether it is the one-time password that counts. Slow: never inside a transaction."""
    if not credentials.is_one_time(row) or credentials.is_over(store, row):
        return False
    return is_password(row["password_hash"], writable(password))


def _sheet(
    store: Store, patient: sqlite3.Row, row: sqlite3.Row, password: str, url: str
) -> AccessSheet:
    until = row["password_expires_at"]
    practice = store.one("SELECT name, time_zone FROM practice_group")
    assert practice is not None
    office = store.one(
        "SELECT * FROM office WHERE is_hidden = 0 ORDER BY office_id <> ?, office_id LIMIT 1",
        (patient["office_id"] or 0,),
    )
    place = {} if office is None else dict(office)
    region = " ".join(filter(None, (place.get("state"), place.get("zip"))))
    town = ", ".join(filter(None, (place.get("city"), region)))
    name = place.get("name") or practice["name"]
    lines = (practice["name"] if name != practice["name"] else "", place.get("address"))
    return AccessSheet(
        patient_name=" ".join(filter(None, (patient["first_name"], patient["last_name"]))),
        user_name=row["user_name"],
        password=password,
        portal_url=url,
        valid_until_on=date_in_zone(moment(until), practice["time_zone"]) if until else None,
        office_name=name,
        office_lines=tuple(filter(None, (*lines, place.get("address2"), town))),
        office_phone=place.get("phone") or "",
        language=patient["language"] or "",
        issued=_issued(store, row),
    )


def _issued(store: Store, row: sqlite3.Row) -> str:
    """Return what changes with every password and user name, and says nothing of them."""
    shown = f"{row['password_hash']}\n{row['user_name']}"
    return store.sealer.keyed_hash(shown, "printed sheet")


def _when(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def _who(store: Store, user_id: int | None) -> str:
    return store.value("SELECT full_name FROM user WHERE user_id = ?", (user_id,)) or ""
