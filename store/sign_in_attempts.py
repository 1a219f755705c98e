"""Wrong passwords: counted before they are checked, so that guesses made at once count as well.

Source: REQUIREMENTS S3 (five within five minutes lock for five minutes, 100 in a row disable).
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from store.clock import instant, moment
from store.database import Store
from store.errors import SessionEnded, WrongPassword
from store.passwords import check_password

TRIES = 5
WINDOW = timedelta(minutes=5)
PAUSE = timedelta(minutes=5)
TRIES_IN_A_ROW = 100


def is_barred(store: Store, user: sqlite3.Row) -> bool:
    """Tell whether the account is paused or disabled now."""
    if user["is_disabled"]:
        return True
    until = user["locked_until"]
    return until is not None and store.clock.now() < moment(until)


def charge(store: Store, user: sqlite3.Row) -> int:
    """Count one try inside the running transaction; return how many are left before a pause.

    The try that reaches the limit is still checked; `succeeded` takes all back.
    """
    now = store.clock.now()
    first: str | None = user["first_failed_at"]
    recent: int = user["recent_failures"]
    if first is None or now - moment(first) > WINDOW or recent >= TRIES:
        first, recent = instant(now), 0
    recent += 1
    in_a_row = user["failed_attempts"] + 1
    store.execute(
        "UPDATE user SET failed_attempts = ?, first_failed_at = ?, recent_failures = ?,"
        " locked_until = ?, is_disabled = ? WHERE user_id = ?",
        (
            in_a_row,
            first,
            recent,
            instant(now + PAUSE) if recent >= TRIES else None,
            int(in_a_row >= TRIES_IN_A_ROW),
            user["user_id"],
        ),
    )
    return TRIES - recent


def succeeded(store: Store, user_id: int) -> None:
    """Forget the wrong tries inside the running transaction."""
    store.execute(
        "UPDATE user SET failed_attempts = 0, first_failed_at = NULL, recent_failures = 0,"
        " locked_until = NULL, is_disabled = 0 WHERE user_id = ?",
        (user_id,),
    )


def check_again(store: Store, user_id: int, password: str) -> sqlite3.Row:
    """Check the password of somebody who is signed in; return the user.

    Raises WrongPassword with the tries that are left, SessionEnded once the account is paused.
    """
    with store.transaction():
        user = store.one("SELECT * FROM user WHERE user_id = ?", (user_id,))
        if user is None or is_barred(store, user):
            raise SessionEnded(
                "Your account is paused after too many wrong passwords.",
                do="Sign in again in five minutes, or ask an administrator.",
            )
        left = charge(store, user)
    try:
        check_password(user["password_hash"], password)
    except WrongPassword:
        raise WrongPassword(
            "That is not your password.",
            do=f"Tries left before a pause of five minutes: {left}."
            if left
            else "Your account is now paused for five minutes.",
        ) from None
    with store.transaction():
        succeeded(store, user_id)
    return user
