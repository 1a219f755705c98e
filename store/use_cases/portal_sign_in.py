"""Patients at the portal: signing in, the first password, changing password and name (P10, P12).

One rule: there is no staff here. Who is wrong, whatever the reason, is told one sentence, after the
same work (S3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from store import portal_attempts, portal_credentials
from store.access import Actor, Change
from store.backups import went_back_since
from store.clock import instant, moment
from store.database import Store
from store.deadlines import times
from store.errors import BadInput, Conflict, SignInFailed, WrongPassword
from store.passwords import Hashed, check_password, hashed, is_password, normalised
from store.portal_credentials import SCHEME, password_problems
from store.portal_passwords import writable
from store.sealer import SealBroken

TOKEN_LIFETIME = timedelta(minutes=30)
"""Between the link, or the one-time password, and the password the patient chooses."""
PORTAL = "portal"
_PURPOSE = "portal.first_password"


@dataclass(frozen=True, slots=True)
class PortalSession:
    """Who signed in. While `must_change_password` is set the portal shows nothing but the form for
    it, which `token` answers through `choose_password`; `token` is empty otherwise."""

    patient_id: int
    must_change_password: bool
    must_change_user_name: bool
    token: str = ""

    def __repr__(self) -> str:
        return f"PortalSession({self.patient_id})"


def sign_in(
    store: Store, user_name: str, password: str, *, terminal: str = PORTAL
) -> PortalSession:
    """Sign a patient in by name and password (P10).

    A one-time password stays good until the patient has chosen another, or it expires.
    Raises SignInFailed, with one sentence for every reason.
    """
    row = _authenticated(store, user_name, password, terminal)
    if row["require_password_change"]:
        return PortalSession(
            row["patient_id"], True, bool(row["require_username_change"]), _seal(store, row)
        )
    with store.transaction():
        _unchanged(store, row)
        return _begin(store, row["patient_id"], terminal)


def sign_in_with_link(store: Store, token: str, *, terminal: str = PORTAL) -> PortalSession:
    """Use a one-time link up; the next step is always a password of the patient's own (P11).

    The page that a link opens must ask for a key press before it calls this: programs that look
    at mail for viruses open every link, and would use it up. Raises SignInFailed.
    """
    with store.transaction():
        row = store.one(
            "SELECT c.* FROM portal_credential c JOIN patient p USING (patient_id)"
            " WHERE c.link_hash = :link AND c.removed_at IS NULL"
            " AND c.link_expires_at BETWEEN :now AND :longest"
            " AND p.status NOT IN ('deleted', 'deceased')",
            {
                "link": portal_credentials.link_hash(store, writable(token)),
                **times(store.clock.now(), portal_credentials.LONGEST),
            },
        )
        if row is not None:
            # Not the link any more, but a mark of this use: a token of an earlier one stays dead.
            mark = portal_credentials.link_hash(store, secrets.token_hex())
            store.execute(
                "UPDATE portal_credential SET link_hash = ?, link_expires_at = NULL,"
                " require_password_change = 1, password_hash = NULL WHERE patient_id = ?",
                (mark, row["patient_id"]),
            )
            _record(store, row["patient_id"], terminal, "portal.link_used", "Used a one-time link.")
    if row is None:
        raise SignInFailed(
            "This link cannot be used: it was used before, is too old, or another one was sent.",
            do="Ask the office for a new one.",
        )
    store.scrub_log()
    opened = portal_credentials.given_row(store, row["patient_id"])
    must_rename = bool(row["require_username_change"])
    return PortalSession(row["patient_id"], True, must_rename, _seal(store, opened))


def choose_password(
    store: Store, token: str, new: str, confirm: str, *, terminal: str = PORTAL
) -> PortalSession:
    """Choose the password that a one-time password or link asked for, and sign in (P10).

    Raises SignInFailed for a token that is forged, old or used; BadInput for a password that cannot
    be used, with all reasons.
    """
    row = _opened(store, token)
    patient_id, password = row["patient_id"], _checked(row, new, confirm)
    with store.transaction():
        # Looked at again: of two answers at once, one wins.
        _opened(store, token)
        _replace(store, patient_id, password)
        _record(store, patient_id, terminal, "portal.password_chosen", "Chose a first password.")
        session = _begin(store, patient_id, terminal)
    store.scrub_log()
    return session


def change_password(
    store: Store, user_name: str, password: str, new: str, confirm: str, *, terminal: str = PORTAL
) -> None:
    """Change a patient's own password: user name and present password, the new one twice (P12).

    Raises SignInFailed as `sign_in` does; BadInput for a new one that cannot be used.
    """
    row = _authenticated(store, user_name, password, terminal)
    patient_id, chosen = row["patient_id"], _checked(row, new, confirm)
    with store.transaction():
        _unchanged(store, row)
        _replace(store, patient_id, chosen)
        _record(store, patient_id, terminal, "portal.password_changed", "Changed the password.")
    store.scrub_log()


def change_user_name(
    store: Store, user_name: str, password: str, new_user_name: str, *, terminal: str = PORTAL
) -> None:
    """Change a patient's own user name (P5, P12).

    Raises SignInFailed as `sign_in` does; BadInput; Conflict where the name is taken.
    """
    row = _authenticated(store, user_name, password, terminal)
    with store.transaction():
        _unchanged(store, row)
        if _holds(password, new_user_name):
            raise BadInput("The user name is in the password.", kept="It was not changed.")
        if portal_credentials.rename(store, row["patient_id"], new_user_name):
            _record(
                store, row["patient_id"], terminal, "portal.user_name", "Changed the user name."
            )
    store.scrub_log()


def _holds(password: str, name: str) -> bool:
    with_name, without = password_problems(password, name), password_problems(password, "")
    return with_name != without


def _authenticated(store: Store, user_name: str, password: str, terminal: str) -> sqlite3.Row:
    """Return the credentials that name and password are right for. Raises SignInFailed."""
    with store.transaction():
        row = portal_attempts.charged(store, writable(user_name))
    try:
        check_password(None if row is None else row["password_hash"], writable(password))
    except WrongPassword:
        with store.transaction():
            # A name that nobody has is not written down: people type passwords there by mistake.
            known = None if row is None else row["patient_id"]
            _record(store, known, terminal, "portal.sign_in_failed", "A portal sign-in failed.")
        raise _refusal() from None
    assert row is not None
    with store.transaction():
        _unchanged(store, row)
        portal_attempts.forget(store, row["patient_id"])
    return row


def _refusal() -> SignInFailed:
    return SignInFailed(
        "Wrong user name or password.",
        do="After five wrong tries wait five minutes. The office can give you a new password.",
    )


def _unchanged(store: Store, row: sqlite3.Row) -> None:
    """Raise SignInFailed if the credentials changed meanwhile."""
    now = portal_credentials.row_of(store, row["patient_id"])
    if now is None or now["removed_at"] or now["password_hash"] != row["password_hash"]:
        raise _refusal()


def _checked(row: sqlite3.Row, new: str, confirm: str) -> Hashed:
    """Return the password a patient chose, hashed. Slow: never inside a transaction.

    Raises BadInput, with all reasons.
    """
    if normalised(new) != normalised(confirm):
        raise BadInput("The two new passwords are not the same.", do="Type both again.")
    problems = password_problems(new, row["user_name"])
    if problems:
        raise BadInput(" ".join(problems), kept="Your password was not changed.")
    if row["password_hash"] is not None and is_password(row["password_hash"], new):
        raise BadInput("That is your present password.", do="Choose another one.")
    return hashed(new)


def _replace(store: Store, patient_id: int, password: Hashed) -> None:
    """Write the password a patient chose, inside the running transaction."""
    store.execute(
        "UPDATE portal_credential SET password_hash = ?, hash_scheme = ?,"
        " require_password_change = 0, password_expires_at = NULL, link_hash = NULL,"
        " link_expires_at = NULL, reset_code_hash = NULL, reset_code_expires_at = NULL,"
        " failed_attempts = 0, recent_failures = NULL, locked_until = NULL WHERE patient_id = ?",
        (password.hash, SCHEME, patient_id),
    )


def _begin(store: Store, patient_id: int, terminal: str) -> PortalSession:
    """Note a whole sign-in inside the running transaction (Q8)."""
    now = instant(store.clock.now())
    store.execute(
        "UPDATE portal_credential SET last_login_at = ? WHERE patient_id = ?", (now, patient_id)
    )
    log = {"patient_id": patient_id, "actor": "patient", "action": "login", "happened_at": now}
    store.insert("portal_access_log", log)
    _record(store, patient_id, terminal, "portal.sign_in", "Signed in to the portal.")
    row = portal_credentials.given_row(store, patient_id)
    return PortalSession(patient_id, False, bool(row["require_username_change"]))


def _record(store: Store, patient_id: int | None, terminal: str, action: str, text: str) -> None:
    nobody = Actor(None, None, "", "", "", terminal, "portal")
    Change(store, nobody, None).record(action, text, patient_id=patient_id)


def _seal(store: Store, row: sqlite3.Row) -> str:
    told = {
        "patient_id": row["patient_id"],
        "until": instant(store.clock.now() + TOKEN_LIFETIME),
        "state": _fingerprint(row),
    }
    sealed = store.sealer.seal(json.dumps(told).encode(), _PURPOSE, "token")
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def _opened(store: Store, token: str) -> sqlite3.Row:
    """Return the credentials a token was made for. Raises SignInFailed unless they still stand."""
    over = SignInFailed("The time to choose a password is over.", do="Sign in again.")
    try:
        told = json.loads(store.sealer.open(base64.urlsafe_b64decode(token), _PURPOSE, "token"))
    except (SealBroken, binascii.Error, ValueError):
        raise over from None
    try:
        row = portal_credentials.given_row(store, int(told["patient_id"]))
    except Conflict:
        raise over from None
    until = moment(told["until"])
    if (
        store.clock.now() >= until
        or told["state"] != _fingerprint(row)
        or went_back_since(store, until - TOKEN_LIFETIME)
    ):
        raise over
    return row


def _fingerprint(row: sqlite3.Row) -> str:
    """Return what changes with every password and every link, and says nothing of them."""
    held = (row["password_hash"], row["link_hash"], row["removed_at"], row["granted_at"])
    return hashlib.sha256(repr(held).encode()).hexdigest()
