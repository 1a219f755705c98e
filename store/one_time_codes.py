"""One-time codes: six digits, ten minutes, one use, five tries (REQUIREMENTS S5, D11).

One rule: a code is bound to the one request it was made for, and only its keyed hash is kept.
The tries are the request's: whatever factor is answered with, each answer costs one of them.
"""

from __future__ import annotations

import hmac
import math
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.clock import instant, moment
from store.database import Store
from store.errors import Conflict, TooSoon, WrongCode

DIGITS = 6
LIFETIME = timedelta(minutes=10)
TRIES = 5
SEND_AGAIN_AFTER = timedelta(seconds=30)
WRONG_TRIES_PER_HOUR = 10
NOT_SENT = "not sent"
"""Where a code went that was made only to count the tries of other factors."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code just made; the code itself is only for the message that carries it."""

    otp_challenge_id: int
    code: str
    expires_at: datetime
    tries_left: int

    def __repr__(self) -> str:
        return f"NewCode({self.otp_challenge_id})"


@dataclass(frozen=True, slots=True)
class Spent:
    """A try that was counted; whatever is answered now, it is gone."""

    otp_challenge_id: int
    user_id: int
    tries_left: int

    @property
    def what_is_left(self) -> str:
        """What a wrong answer is told to do."""
        if self.tries_left:
            return f"Tries left: {self.tries_left}."
        return "All tries are used up: start again."


def new_code(
    store: Store, user_id: int, purpose: str, sent_to: str, *, token_hash: str | None = None
) -> NewCode:
    """Make a code inside the running transaction.

    It is made where none is sent as well: its row counts the tries of the other factors.
    """
    return _insert(store, user_id, purpose, sent_to, attempts=0, token_hash=token_hash)


def next_code(store: Store, user_id: int, purpose: str, sent_to: str) -> NewCode:
    """Make a code for what a user does one at a time: a good one before it is replaced.

    Tries already used stay used (S5); a request whose tries are all used is over, and the next is
    bounded by the limit of an hour. Raises TooSoon when it is asked for too soon.
    """
    number = store.value(
        "SELECT max(otp_challenge_id) FROM otp_challenge WHERE user_id = ? AND purpose = ?"
        " AND used_at IS NULL AND superseded_by IS NULL AND expires_at > ? AND sent_to = ?"
        " AND attempts < attempts_allowed",
        (user_id, purpose, instant(store.clock.now()), sent_to),
    )
    if number is None:
        return new_code(store, user_id, purpose, sent_to)
    return replace_code(store, int(number))


def end_all(store: Store, user_id: int | None, purposes: tuple[str, ...]) -> None:
    """End a user's, or with None everybody's, open codes of some purposes inside the transaction.

    Their wrong answers go on counting for the limit of an hour.
    """
    now = instant(store.clock.now())
    marks = ", ".join("?" for _ in purposes)
    store.execute(
        "UPDATE otp_challenge SET expires_at = ? WHERE user_id = coalesce(?, user_id)"
        f" AND expires_at > ? AND purpose IN ({marks})",
        (now, user_id, now, *purposes),
    )


def replace_code(store: Store, otp_challenge_id: int) -> NewCode:
    """Make another code for the same request inside the running transaction.

    The tries already used stay used (S5). Raises TooSoon when it is asked for too soon, WrongCode
    when no try is left for it.
    """
    old = _row(store, otp_challenge_id)
    if old["attempts"] >= old["attempts_allowed"]:
        raise WrongCode("All tries are used up.", do="Start the request again.")
    sendable = moment(old["created_at"]) + SEND_AGAIN_AFTER
    if store.clock.now() < sendable:
        seconds = math.ceil((sendable - store.clock.now()).total_seconds())
        raise TooSoon(f"Another code can be sent in {seconds} second{'s' * (seconds != 1)}.")
    new = _insert(
        store,
        old["user_id"],
        old["purpose"],
        old["sent_to"],
        attempts=old["attempts"],
        token_hash=old["token_hash"],
    )
    store.execute(
        "UPDATE otp_challenge SET superseded_by = ?, token_hash = NULL WHERE otp_challenge_id = ?",
        (new.otp_challenge_id, otp_challenge_id),
    )
    return new


def spend_try(store: Store, otp_challenge_id: int) -> Spent:
    """Count one try durably, in a transaction of its own, before any answer is compared.

    Raises WrongCode if none is left or the code is over; Conflict after too many wrong answers to
    any of this user's codes.
    """
    with store.transaction():
        row = _row(store, otp_challenge_id)
        left = row["attempts_allowed"] - row["attempts"]
        if row["used_at"] or row["superseded_by"]:
            raise WrongCode("This code was used already, or a newer one was sent.")
        if store.clock.now() >= moment(row["expires_at"]):
            raise WrongCode("This code is too old.", do="Have another one sent.")
        if left <= 0:
            raise WrongCode("All tries are used up.", do="Start the request again.")
        check_not_too_many(store, row["user_id"])
        store.execute(
            "UPDATE otp_challenge SET attempts = attempts + 1 WHERE otp_challenge_id = ?",
            (otp_challenge_id,),
        )
    return Spent(otp_challenge_id, row["user_id"], left - 1)


def check_sent(store: Store, spent: Spent, code: str) -> None:
    """Raise WrongCode unless this is the code that was sent, for a try that is paid for."""
    row = _row(store, spent.otp_challenge_id)
    if not hmac.compare_digest(row["code_hash"], _hash(store, row["salt"], digits_of(code))):
        raise WrongCode("That is not the code that was sent.", do=spent.what_is_left)


def use_code(store: Store, otp_challenge_id: int, code: str) -> None:
    """Spend a try on a code that was sent; return when it was right.

    Raises WrongCode; Conflict after too many wrong answers to any of this user's codes.
    """
    check_sent(store, spend_try(store, otp_challenge_id), code)


def digits_of(code: str) -> str:
    """Return the digits of what was typed; people set them in groups."""
    return "".join(c for c in code if c in "0123456789")


def mark_used(store: Store, otp_challenge_id: int) -> None:
    """Note inside the running transaction that a code has done its work.

    Raises WrongCode if it did so before: of two answers at once, one wins.
    """
    changed = store.execute(
        "UPDATE otp_challenge SET used_at = ?"
        " WHERE otp_challenge_id = ? AND used_at IS NULL AND superseded_by IS NULL",
        (instant(store.clock.now()), otp_challenge_id),
    )
    if not changed:
        raise WrongCode("This code was used already.")


def link_message(store: Store, otp_challenge_id: int, outbox_message_id: int) -> None:
    """Note inside the running transaction which message carries a code."""
    store.execute(
        "UPDATE otp_challenge SET outbox_message_id = ? WHERE otp_challenge_id = ?",
        (outbox_message_id, otp_challenge_id),
    )


def tries_left(store: Store, otp_challenge_id: int) -> int:
    """Return how many tries a code has left."""
    row = _row(store, otp_challenge_id)
    return int(row["attempts_allowed"] - row["attempts"])


def open_code(store: Store, user_id: int, purpose: str) -> int:
    """Return the newest code of a purpose that was sent to a user. Raises WrongCode."""
    number = store.value(
        "SELECT max(otp_challenge_id) FROM otp_challenge"
        " WHERE user_id = ? AND purpose = ? AND used_at IS NULL AND superseded_by IS NULL"
        " AND sent_to <> ?",
        (user_id, purpose, NOT_SENT),
    )
    if number is None:
        raise WrongCode("No code was asked for.", do="Have one sent first.")
    return int(number)


def open_message(store: Store, user_id: int, purpose: str) -> int | None:
    """Return the message of a user's newest code of a purpose, if that code is still good."""
    row = store.one(
        "SELECT * FROM otp_challenge WHERE user_id = ? AND purpose = ?"
        " ORDER BY otp_challenge_id DESC LIMIT 1",
        (user_id, purpose),
    )
    if row is None or row["used_at"] or store.clock.now() >= moment(row["expires_at"]):
        return None
    return row["outbox_message_id"]  # type: ignore[no-any-return]


def message_of(store: Store, otp_challenge_id: int) -> int | None:
    """Return the message that carries a code, or None."""
    return _row(store, otp_challenge_id)["outbox_message_id"]  # type: ignore[no-any-return]


def of_token(store: Store, token_hash: str) -> sqlite3.Row | None:
    """Return the code that a pending sign-in's token stands for, or None."""
    return store.one(
        "SELECT * FROM otp_challenge WHERE token_hash = ? AND used_at IS NULL", (token_hash,)
    )


def check_not_too_many(store: Store, user_id: int) -> None:
    """Raise Conflict if a user has answered wrongly too often in the last hour.

    Without it, fresh requests, or many made beforehand, would give an attacker with the password
    any number of tries: it is asked before a code is sent and before each answer.
    """
    since = instant(store.clock.now() - timedelta(hours=1))
    wrong = store.value(
        "SELECT sum(attempts) FROM otp_challenge WHERE user_id = ? AND created_at > ?"
        " AND used_at IS NULL AND superseded_by IS NULL",
        (user_id, since),
    )
    if (wrong or 0) >= WRONG_TRIES_PER_HOUR:
        raise Conflict(
            "Too many wrong codes were entered in the last hour.",
            kept="Nothing was changed.",
            do="Try again in an hour. If it was not you, tell an administrator now.",
        )


def _insert(
    store: Store, user_id: int, purpose: str, sent_to: str, *, attempts: int, token_hash: str | None
) -> NewCode:
    now = store.clock.now()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    salt = secrets.token_hex(8)
    number = store.insert(
        "otp_challenge",
        {
            "user_id": user_id,
            "purpose": purpose,
            "salt": salt,
            "code_hash": _hash(store, salt, code),
            "sent_to": sent_to,
            "channel": "sms",
            "created_at": instant(now),
            "expires_at": instant(now + LIFETIME),
            "attempts": attempts,
            "attempts_allowed": TRIES,
            "token_hash": token_hash,
        },
    )
    return NewCode(number, code, now + LIFETIME, TRIES - attempts)


def _hash(store: Store, salt: str, code: str) -> str:
    return store.sealer.keyed_hash(f"{salt}:{code}", "otp")


def _row(store: Store, otp_challenge_id: int) -> sqlite3.Row:
    row = store.one("SELECT * FROM otp_challenge WHERE otp_challenge_id = ?", (otp_challenge_id,))
    if row is None:
        raise WrongCode("No code was asked for.")
    return row
