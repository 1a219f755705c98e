"""The second factor between the right password and the session (REQUIREMENTS S5).

One rule: the token that holds a sign-in's place is kept only as a keyed hash over token, user and
terminal; it is good once, for ten minutes, and for nobody and nowhere else.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from store import (
    audit,
    factors,
    one_time_codes,
    outbox,
    sign_in_attempts,
    text_messages,
    users,
)
from store.clock import moment
from store.database import Store
from store.errors import BadInput, ChairsideError, SignInFailed, WrongCode
from store.factors import Kind
from store.rights import Level, Right

if TYPE_CHECKING:
    from store.access import Actor
    from store.one_time_codes import NewCode

SETTING = "sign_in.second_factor"
CHOICES = ("off", "administrators", "everyone")
WORDS: dict[str, str] = {
    "sms": "the code of a text message",
    "totp": "a code of the authenticator app",
    "recovery": "a recovery code",
}
_PURPOSE = "sign_in"


class SecondFactorNeeded(ChairsideError):
    """Name and password were right; the session begins with `finish_sign_in`.

    Attributes:
        token: what that takes, once, within ten minutes, at the same terminal.
        kinds: the factors on offer, the usual one first.
        sent_to: where a text message went, masked; empty if none was sent.
        expires_at, send_again_at: instants, UTC.
        tries_left: over all kinds together.
        demo_text: in a practice of invented people, the message.
    """

    title = "One more step"

    def __init__(
        self,
        token: str,
        kinds: tuple[Kind, ...],
        sent_to: str,
        expires_at: datetime,
        send_again_at: datetime,
        tries_left: int,
        demo_text: str | None,
    ) -> None:
        super().__init__("Your second factor is needed.", do="Enter its code.")
        self.token, self.kinds, self.sent_to = token, kinds, sent_to
        self.expires_at, self.send_again_at = expires_at, send_again_at
        self.tries_left, self.demo_text = tries_left, demo_text

    def __repr__(self) -> str:
        return "SecondFactorNeeded(...)"


def setting(store: Store) -> str:
    """Return whom the practice asks for a second factor at sign-in: one of CHOICES."""
    chosen = store.value("SELECT value FROM preference WHERE name = ?", (SETTING,))
    return str(chosen) if chosen in CHOICES else "off"


def is_asked_of(store: Store, user: sqlite3.Row) -> bool:
    """Tell whether this user signs in with a second factor."""
    from store.access import level_of

    chosen = setting(store)
    if chosen != "administrators":
        return chosen == "everyone"
    return level_of(store, user["user_id"], Right.SECURITY) == Level.FULL


def is_missing(store: Store, user_id: int) -> bool:
    """Tell whether this user is asked for a second factor and has none."""
    user = users.by_id(store, user_id)
    return is_asked_of(store, user) and not factors.on_offer(store, user, for_download=False)


@contextmanager
def kept(store: Store, actor: Actor) -> Iterator[None]:
    """Refuse, inside a transaction, a change of factors that would lock the actor out.

    Somebody else's factors may go: then it is an administrator's to set up another one.
    """
    assert actor.user_id is not None
    was_missing = is_missing(store, actor.user_id)
    yield
    if not was_missing and is_missing(store, actor.user_id):
        raise BadInput(
            "It is your only second factor, and you could not sign in again.",
            kept="Nothing was changed.",
            do="Set up another one under File > My Factors first.",
        )


def depends_on_text(store: Store, user: sqlite3.Row) -> bool:
    """Tell whether this user could not sign in any more without text messages."""
    kinds = set(factors.on_offer(store, user, for_download=False))
    return is_asked_of(store, user) and kinds == {"sms"}


def ask(store: Store, actor: Actor, user: sqlite3.Row, *, text: bool) -> SecondFactorNeeded:
    """Send a code if it can be, and return what the sign-in raises.

    `text` shows the message as well, for a practice of invented people. Raises SignInFailed for a
    user who has no second factor at all, Conflict after too many wrong codes.
    """
    kinds = factors.on_offer(store, user, for_download=False)
    if not kinds:
        with store.transaction():
            audit.append(store, actor, "sign_in.failed", "No second factor is set up.")
        raise SignInFailed(
            "This practice asks for a second factor, and none is set up for you.",
            do="An administrator enters your mobile number under Setup > Security > Users.",
        )
    one_time_codes.check_not_too_many(store, user["user_id"])
    token = secrets.token_urlsafe(32)
    sent_to = outbox.mask(user["cell_phone"]) if "sms" in kinds else ""
    with store.transaction():
        code = one_time_codes.new_code(
            store,
            user["user_id"],
            _PURPOSE,
            sent_to or one_time_codes.NOT_SENT,
            token_hash=_hash(store, token, actor.terminal),
        )
        message = _send(store, user, code) if sent_to else None
        audit.append(store, actor, "sign_in.ask", "The password was right; asked for a code.")
    return _needed(store, token, kinds, sent_to, code, message if text else None)


def ask_again(store: Store, token: str, terminal: str, *, text: bool) -> SecondFactorNeeded:
    """Send another code for the same token; tries already used stay used (S5).

    Raises SignInFailed, Conflict before 30 s have passed, WrongCode where none can be sent.
    """
    challenge, user = waiting(store, token, terminal)
    kinds = factors.on_offer(store, user, for_download=False)
    if "sms" not in kinds:
        raise WrongCode("No text message can be sent to you.", do="Use another factor.")
    with store.transaction():
        code = one_time_codes.replace_code(store, challenge)
        message = _send(store, user, code)
    sent_to = outbox.mask(user["cell_phone"])
    return _needed(store, token, kinds, sent_to, code, message if text else None)


def waiting(store: Store, token: str, terminal: str) -> tuple[int, sqlite3.Row]:
    """Return the challenge that a token stands for, and its user as stored now.

    Raises SignInFailed, with one message for whatever is the matter.
    """
    over = SignInFailed("The time to finish this sign-in is over.", do="Sign in again.")
    found = one_time_codes.of_token(store, _hash(store, token, terminal))
    if found is None or found["purpose"] != _PURPOSE:
        raise over
    user = users.by_id(store, found["user_id"])
    # A password that was changed meanwhile was not the one that was given here.
    changed = user["password_changed_at"]
    if (
        store.clock.now() >= moment(found["expires_at"])
        or user["is_hidden"]
        or sign_in_attempts.is_barred(store, user)
        or (changed is not None and changed > found["created_at"])
    ):
        raise over
    return found["otp_challenge_id"], user


def _send(store: Store, user: sqlite3.Row, code: NewCode) -> str:
    return text_messages.queue_code(
        store,
        code,
        purpose=_PURPOSE,
        number=user["cell_phone"],
        says=f"{code.code} is your code to sign in.",
        advice=("If it is not you, tell an administrator: your password is known.",),
    )


def _needed(
    store: Store,
    token: str,
    kinds: tuple[Kind, ...],
    sent_to: str,
    code: NewCode,
    demo_text: str | None,
) -> SecondFactorNeeded:
    again = store.clock.now() + one_time_codes.SEND_AGAIN_AFTER
    return SecondFactorNeeded(
        token, kinds, sent_to, code.expires_at, again, code.tries_left, demo_text
    )


def _hash(store: Store, token: str, terminal: str) -> str:
    return store.sealer.keyed_hash(f"{token}\x00{terminal}", "sign-in token")
