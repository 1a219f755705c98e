"""File > User Password, the practice's policy, and new passwords at sign-in (REQUIREMENTS S4)."""

from __future__ import annotations

import sqlite3

from store import audit, password_policy, pending_sign_in, sign_in_attempts, users
from store.access import (
    Actor,
    Change,
    change,
    check,
    end_sessions,
    level_of,
    start_session,
    view,
)
from store.carrying_over import NewLocks, carry_over
from store.database import Store
from store.errors import BadInput, Conflict
from store.password_policy import PRESETS, SETTING, PasswordPolicy, Preset, policy_of
from store.passwords import Hashed, check_password, download_obstacle, hashed
from store.passwords import Strength as Strength
from store.passwords import strength as strength
from store.pending_sign_in import PasswordChangeNeeded as PasswordChangeNeeded
from store.rights import Level, Need, Right

SEE = Need(Right.SECURITY, Level.VIEW)
MANAGE = Need(Right.SECURITY, Level.FULL)


def policy(store: Store) -> PasswordPolicy:
    """Return what the practice asks of passwords; everybody may know it."""
    return policy_of(store)


def presets(store: Store, actor: Actor) -> tuple[PasswordPolicy, ...]:
    """Return the policies on offer. Raises Refused."""
    view(store, actor, SEE)
    return tuple(PRESETS.values())


def choose_policy(store: Store, tx: Change, preset: Preset) -> None:
    """Choose one of the presets, inside a change that has checked the right. Raises BadInput.

    Passwords chosen before stay good until they expire or are changed.
    """
    chosen = next((p for p in PRESETS.values() if p.preset == preset), None)
    if chosen is None:
        raise BadInput("There is no such password policy.")
    store.execute(
        "INSERT INTO preference (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (SETTING, chosen.preset),
    )
    tx.record("password.policy", f"Chose the password policy {chosen.label}.")


def change_own_password(store: Store, actor: Actor, old: str, new: str) -> None:
    """Choose another password; every other session of the user ends, downloads are carried over.

    Raises:
        WrongPassword: the old one is not right; the try counts (S3).
        BadInput: the new one may not be chosen; with Data Download: Full Control it needs 15
            characters or the top strength as well.
        SessionEnded: the session is over or the account paused.
        Conflict: the password was changed elsewhere at the same time.
    """
    check(store, actor, None)
    user = sign_in_attempts.check_again(store, actor, old)
    _check_new(store, user, new)
    chosen, locks = hashed(new), NewLocks(store, user["user_id"], old=old, new=new)
    with change(store, actor, None) as tx:
        _replace(store, tx, user, chosen, locks)
        end_sessions(store, user["user_id"], "password_changed", but=actor.session_id)
    store.scrub_log()


def change_at_sign_in(
    store: Store, token: str, new: str, *, old_password: str | None = None
) -> Actor:
    """Choose the new password that a sign-in asked for, and begin the session.

    Args:
        token: what PasswordChangeNeeded carried.
        old_password: the one just signed in with, if it is at hand: downloads are carried over.

    Raises:
        SignInFailed: the token is forged, old or used.
        WrongPassword: the old password is not right.
        BadInput: as for `change_own_password`.
    """
    pending, user = pending_sign_in.open_token(store, token)
    if old_password is not None:
        check_password(user["password_hash"], old_password)
    _check_new(store, user, new)
    names = (user["user_name"], user["full_name"], users.role_of(store, user))
    actor = Actor(user["user_id"], None, *names, pending.terminal, pending.source)
    chosen, locks = hashed(new), None
    if old_password is not None:
        locks = NewLocks(store, user["user_id"], old=old_password, new=new)
    with store.transaction():
        # The token is looked at again: of two answers at once, one wins.
        pending_sign_in.open_token(store, token)
        end_sessions(store, user["user_id"], "password_changed")
        actor = start_session(store, actor)
        _replace(store, Change(store, actor, None), user, chosen, locks)
        audit.append(store, actor, "sign_in", "Signed in.")
    store.scrub_log()
    return actor


def expiry_notice(store: Store, actor: Actor) -> str | None:
    """Return the warning that the password expires soon, from day 351 on, or None (S4)."""
    check(store, actor, None)
    policy, user = policy_of(store), users.by_id(store, actor.user_id)
    days = password_policy.days_left(store, policy, user)
    if days is None:
        return None
    if password_policy.is_expired(store, policy, user):
        what = "has expired"
    else:
        left = f"{days} day{'s' * (days != 1)}" if days else "less than a day"
        what = f"expires in {left}"
    return f"Your password {what}: File > User Password."


def _check_new(store: Store, user: sqlite3.Row, new: str) -> None:
    policy = policy_of(store)
    practice = store.value("SELECT name FROM practice_group")
    password_policy.check_allowed(policy, new, (user["user_name"], user["full_name"], practice))
    password_policy.check_not_remembered(store, policy, user, new)
    if level_of(store, user["user_id"], Right.DATA_DOWNLOAD) is not Level.FULL:
        return
    weak = download_obstacle(new, user["user_name"])
    if weak is not None:
        raise BadInput(
            f"The password cannot protect a copy of the practice: {weak}.",
            kept="Your password was not changed.",
            do="You hold Utilities - Data Download: Full Control: choose a longer one.",
        )


def _replace(
    store: Store, tx: Change, user: sqlite3.Row, new: Hashed, locks: NewLocks | None
) -> None:
    now = users.by_id(store, user["user_id"])
    if now["password_hash"] != user["password_hash"]:
        raise Conflict("Your password was changed elsewhere meanwhile.", do="Sign in again.")
    password_policy.keep(store, policy_of(store), user, new)
    tx.record("password.change", "Chose a new password.", object_=f"user:{user['user_id']}")
    if locks is not None:
        carry_over(store, tx, locks)
