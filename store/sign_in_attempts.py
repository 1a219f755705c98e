"""Wrong passwords: counted before they are checked, so that guesses made at once count as well.

Source: REQUIREMENTS S3 (five within five minutes lock for five minutes, 100 in a row disable until
an administrator resets it). Where no administrator would be left to do so, the pauses go on and
nothing is disabled: else anybody could shut a practice out of its own store for good.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store import audit, groups
from store.access import CLOCK_SLACK
from store.clock import instant, moment
from store.database import Store
from store.deadlines import is_over
from store.errors import SessionEnded, WrongPassword
from store.passwords import check_password
from store.users import ONE_TIME_PASSWORD_LIFETIME

if TYPE_CHECKING:
    from store.access import Actor

TRIES = 5
WINDOW = timedelta(minutes=5)
PAUSE = timedelta(minutes=5)
TRIES_IN_A_ROW = 100
UNKNOWN_NAMES = "sign_in.tries_as_nobody"


def is_barred(store: Store, user: sqlite3.Row) -> bool:
    """Tell whether the account is paused or disabled now, or its one-time password too old."""
    now, expires = store.clock.now(), user["one_time_password_expires_at"]
    too_old = expires is not None and is_over(
        expires, now, ONE_TIME_PASSWORD_LIFETIME + CLOCK_SLACK
    )
    return bool(user["is_disabled"]) or too_old or is_paused(user["locked_until"], now)


def is_paused(locked_until: str | None, now: datetime) -> bool:
    """Tell whether a pause after wrong passwords goes on."""
    return not is_over(locked_until, now, PAUSE)


def charge(store: Store, user: sqlite3.Row) -> int:
    """Count one try inside the running transaction; return how many are left before a pause.

    The try that reaches the limit is still checked; `succeeded` takes all back.
    """
    now = store.clock.now()
    # A pause that was served begins a new count.
    earlier = "" if user["locked_until"] else user["recent_failures"] or ""
    recent = [text for text in earlier.split() if abs(now - moment(text)) <= WINDOW]
    recent.append(instant(now))
    number, in_a_row = user["user_id"], user["failed_attempts"] + 1
    disables = in_a_row >= TRIES_IN_A_ROW and groups.somebody_administers(store, but=number)
    store.execute(
        "UPDATE user SET failed_attempts = ?, recent_failures = ?, locked_until = ?,"
        " is_disabled = ? WHERE user_id = ?",
        (
            in_a_row,
            " ".join(recent),
            instant(now + PAUSE) if len(recent) >= TRIES else None,
            int(disables),
            number,
        ),
    )
    return TRIES - len(recent)


def charge_nobody(store: Store) -> None:
    """Write as much as `charge` does, so that the time does not tell who exists (S3)."""
    store.execute(
        "INSERT INTO preference (name, value) VALUES (?, '1')"
        " ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
        (UNKNOWN_NAMES,),
    )


def succeeded(store: Store, user_id: int) -> None:
    """Forget the wrong tries inside the running transaction."""
    store.execute(
        "UPDATE user SET failed_attempts = 0, recent_failures = NULL,"
        " locked_until = NULL, is_disabled = 0 WHERE user_id = ?",
        (user_id,),
    )


def unlock(store: Store, user_id: int) -> None:
    """End a pause, and take back what disabled an account, inside the running transaction (S3)."""
    succeeded(store, user_id)


def check_again(store: Store, actor: Actor, password: str) -> sqlite3.Row:
    """Check the password of somebody who is signed in; return the user.

    Raises WrongPassword with the tries that are left, SessionEnded once the account is paused.
    """
    with store.transaction():
        user = store.one("SELECT * FROM user WHERE user_id = ?", (actor.user_id,))
        if user is None or is_barred(store, user):
            raise SessionEnded(
                "Your account is paused after too many wrong passwords.",
                do="Sign in again in five minutes, or ask an administrator.",
            )
        left = charge(store, user)
    try:
        check_password(user["password_hash"], password)
    except WrongPassword:
        with store.transaction():
            audit.append(store, actor, "password.wrong", "Gave a wrong password when asked again.")
        raise WrongPassword(
            "That is not your password.",
            do=f"Tries left before a pause of five minutes: {left}."
            if left
            else "Your account is now paused for five minutes.",
        ) from None
    with store.transaction():
        succeeded(store, user["user_id"])
    return user
