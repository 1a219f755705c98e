"""Signing in and out, and unlocking (REQUIREMENTS S3, S5, S7, D8).

One rule: a session begins in one place, `_begin`, after everything that the practice asks for.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import audit, factors, one_time_codes, sign_in_attempts, sign_in_factor, users
from store.access import SESSION_HOURS, Actor, Source, change, check, start_session
from store.clock import instant, moment
from store.database import Store
from store.errors import SignInFailed, WrongCode, WrongPassword
from store.passwords import check_password
from store.pending_sign_in import check_no_change_needed
from store.sign_in_factor import WORDS
from store.sign_in_factor import SecondFactorNeeded as SecondFactorNeeded
from store.use_cases.audit_trail import anchor_head

IDLE_MINUTES = 10
"""Staff screens lock after this long without a key (S7)."""

DEMO_SETTING = "demo.seed"


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A sign-in of the demo practice, shown to whoever tries the product."""

    user_name: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class PracticeCard:
    """What is shown of a practice before anybody signs in."""

    pgid: int
    name: str
    time_zone: str
    demo_sign_ins: tuple[DemoSignIn, ...]


@dataclass(frozen=True, slots=True)
class LockState:
    """When a session locks and when it ends."""

    idle: timedelta
    ends_at: datetime


def practice_card(store: Store) -> PracticeCard:
    """Return the practice's name and number; in a demo practice its sign-ins as well."""
    row = store.one("SELECT pgid, name, time_zone FROM practice_group")
    assert row is not None
    sign_ins: tuple[DemoSignIn, ...] = ()
    if is_demo(store):
        from store.imports.demo.people import DEMO_USERS

        sign_ins = tuple(DemoSignIn(u.user_name, u.password, u.job_title) for u in DEMO_USERS)
    return PracticeCard(row["pgid"], row["name"], row["time_zone"], sign_ins)


def is_demo(store: Store) -> bool:
    """Tell whether this is a practice of invented people, made by `chairside demo`."""
    return store.one("SELECT 1 FROM preference WHERE name = ?", (DEMO_SETTING,)) is not None


def sign_in(
    store: Store, *, pgid: int, user_name: str, password: str, terminal: str, source: Source
) -> Actor:
    """Begin a session.

    Unknown and known names, wrong and paused accounts take the same time and give the same message.

    Raises:
        SignInFailed: a wrong practice group, name or password, or an account that is paused.
        SecondFactorNeeded: all was right; `finish_sign_in` goes on with its token.
        PasswordChangeNeeded: all was right; a new password comes first.
    """
    user = None
    with store.transaction():
        if store.one("SELECT 1 FROM practice_group WHERE pgid = ?", (pgid,)):
            user = users.by_name(store, user_name)
        if user is None or sign_in_attempts.is_barred(store, user):
            user = None
            sign_in_attempts.charge_nobody(store)
        else:
            sign_in_attempts.charge(store, user)
    try:
        check_password(None if user is None else user["password_hash"], password)
    except WrongPassword:
        _note_failure(store, user_name, terminal, source)
        raise SignInFailed(
            "Wrong practice group, user name or password.",
            do="Five wrong passwords within five minutes pause an account for five minutes.",
        ) from None
    assert user is not None
    with store.transaction():
        sign_in_attempts.succeeded(store, user["user_id"])
    if sign_in_factor.is_asked_of(store, user):
        actor = _unsigned(store, user, terminal, source)
        raise sign_in_factor.ask(store, actor, user, text=is_demo(store))
    return _begin(store, user, terminal, source, "Signed in.")


def finish_sign_in(
    store: Store, token: str, kind: str, code: str, *, terminal: str, source: Source
) -> Actor:
    """Begin the session of a sign-in that waited for its second factor (S5).

    Args:
        token: from SecondFactorNeeded; good once, for ten minutes, at the same terminal.
        kind: which factor answers, one of those on offer.

    Raises:
        SignInFailed: the token is old, used, of another terminal, or the account is barred now.
        WrongCode: the code was not right; the token goes on as long as tries are left.
        Conflict: too many wrong codes in the last hour.
        PasswordChangeNeeded: all was right; a new password comes first.
    """
    challenge, user = sign_in_factor.waiting(store, token, terminal)
    actor = _unsigned(store, user, terminal, source)
    try:
        proof = factors.check(store, one_time_codes.spend_try(store, challenge), kind, code)
        with store.transaction():
            factors.take(store, proof)
            audit.append(store, actor, "sign_in.second_factor", f"Gave {WORDS[proof.kind]}.")
    except WrongCode:
        with store.transaction():
            audit.append(store, actor, "sign_in.wrong_code", "A code was not accepted.")
        raise
    return _begin(store, user, terminal, source, "Signed in with a second factor.")


def resend_sign_in_code(store: Store, token: str, *, terminal: str) -> SecondFactorNeeded:
    """Send another text message for a pending sign-in; return what `sign_in` raised, anew.

    The token stays. Raises SignInFailed, Conflict before 30 s have passed, WrongCode.
    """
    return sign_in_factor.ask_again(store, token, terminal, text=is_demo(store))


def _unsigned(store: Store, user: sqlite3.Row, terminal: str, source: Source) -> Actor:
    return Actor(
        user["user_id"],
        None,
        user["user_name"],
        user["full_name"],
        users.role_of(store, user),
        terminal,
        source,
    )


def _begin(
    store: Store, user: sqlite3.Row, terminal: str, source: Source, description: str
) -> Actor:
    check_no_change_needed(store, user, terminal=terminal, source=source)
    with store.transaction():
        now = users.by_id(store, user["user_id"])
        # Another connection may have reset the password, or hidden the user, since it was checked.
        if now["password_hash"] != user["password_hash"] or now["is_hidden"] or now["is_disabled"]:
            raise SignInFailed("Your account was changed meanwhile.", do="Sign in again.")
        actor = start_session(store, _unsigned(store, user, terminal, source))
        audit.append(store, actor, "sign_in", description)
    return actor


def sign_out(store: Store, actor: Actor) -> None:
    """End the session. Ending one that is over already is no error."""
    with store.transaction():
        ended = store.execute(
            "UPDATE session SET ended_at = ?, ended_because = 'signed_out'"
            " WHERE session_id = ? AND ended_at IS NULL",
            (instant(store.clock.now()), actor.session_id),
        )
        if ended:
            audit.append(store, actor, "sign_out", "Signed out.")
    anchor_head(store)


def unlock(store: Store, actor: Actor, password: str) -> None:
    """Go on with a locked session: the same user's password.

    Raises WrongPassword, SessionEnded.
    """
    check(store, actor, None)
    sign_in_attempts.check_again(store, actor, password)
    with change(store, actor, None) as tx:
        store.execute(
            "UPDATE session SET last_seen_at = ? WHERE session_id = ?",
            (instant(store.clock.now()), actor.session_id),
        )
        tx.record("unlock", "Unlocked the screen.")


def note_lock(store: Store, actor: Actor) -> None:
    """Record that a screen was locked."""
    with change(store, actor, None) as tx:
        tx.record("lock", "The screen was locked.")


def lock_state(store: Store, actor: Actor) -> LockState:
    """Return when the session locks and ends. Raises SessionEnded if it has."""
    check(store, actor, None)
    minutes = store.value("SELECT idle_minutes FROM user WHERE user_id = ?", (actor.user_id,))
    started = store.value(
        "SELECT started_at FROM session WHERE session_id = ?", (actor.session_id,)
    )
    idle = min(minutes or IDLE_MINUTES, IDLE_MINUTES)
    return LockState(timedelta(minutes=idle), moment(started) + timedelta(hours=SESSION_HOURS))


def _note_failure(store: Store, user_name: str, terminal: str, source: Source) -> None:
    with store.transaction():
        known = users.by_name(store, user_name)
        # An unknown name is not written down: people type passwords into this field by mistake.
        who = None if known is None else known["user_id"]
        nobody = Actor(who, None, "", "", "", terminal, source)
        name = "an unknown user name" if known is None else "this user"
        audit.append(store, nobody, "sign_in.failed", f"A sign-in as {name} failed.")
