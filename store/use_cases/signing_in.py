"""Signing in and out, and unlocking (REQUIREMENTS S3, S7, D8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store import audit, sign_in_attempts, users
from store.access import SESSION_HOURS, Actor, Source, change, check, start_session
from store.clock import instant, moment
from store.database import Store
from store.errors import SignInFailed, WrongPassword
from store.passwords import check_password

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

    Raises SignInFailed.
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
        actor = Actor(
            user["user_id"],
            None,
            user["user_name"],
            user["full_name"],
            users.role_of(store, user),
            terminal,
            source,
        )
        actor = start_session(store, actor)
        audit.append(store, actor, "sign_in", "Signed in.")
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
