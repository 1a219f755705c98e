"""Between the right password and the session: a new password that must be chosen first.

One rule: the token proves what was already checked, is opaque, and dies with the password it was
made for, so that it is good for one change only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from store.backups import went_back_since
from store.clock import instant, moment
from store.database import Store
from store.errors import ChairsideError, SignInFailed
from store.sealer import SealBroken

if TYPE_CHECKING:
    from store.access import Source

LIFETIME = timedelta(minutes=10)
_PURPOSE = "password_change"


class PasswordChangeNeeded(ChairsideError):
    """Name and password, and the second factor if one is asked for, were right; the session begins
    once a new password is chosen with `passwords.change_at_sign_in` (S4).

    Attributes:
        token: what that takes; ten minutes long, for one change.
        user_name: for the strength that is shown while typing.
    """

    title = "A new password is needed"

    def __init__(self, what: str, token: str, user_name: str) -> None:
        super().__init__(what, do="Choose a new password now.")
        self.token = token
        self.user_name = user_name

    def __repr__(self) -> str:
        return "PasswordChangeNeeded(...)"


@dataclass(frozen=True, slots=True)
class PendingChange:
    """Whom a token was made for, and where."""

    user_id: int
    terminal: str
    source: Source


def check_no_change_needed(
    store: Store, user: sqlite3.Row, *, terminal: str, source: Source
) -> None:
    """Raise PasswordChangeNeeded if this user must choose a new password before a session begins.

    Call it last, right before the session is started: after the second factor.
    """
    from store.password_policy import is_expired, policy_of

    if user["require_password_change"]:
        why = "You signed in with a password that was given to you, or must be changed."
    elif is_expired(store, policy_of(store), user):
        why = "Your password is older than a year."
    else:
        return
    token = _seal(store, user, terminal, source)
    raise PasswordChangeNeeded(why, token, user["user_name"])


def open_token(store: Store, token: str) -> tuple[PendingChange, sqlite3.Row]:
    """Return what a token stands for, and its user as stored now.

    Raises SignInFailed for one that is forged, old or used.
    """
    over = SignInFailed(
        "The time to choose a new password is over.",
        kept="Your password was not changed.",
        do="Sign in again.",
    )
    try:
        plain = store.sealer.open(base64.urlsafe_b64decode(token), _PURPOSE, "token")
    except (SealBroken, binascii.Error, ValueError):
        raise over from None
    told = cast(dict[str, str], json.loads(plain))
    user = store.one("SELECT * FROM user WHERE user_id = ?", (int(told["user_id"]),))
    if (
        user is None
        or user["is_hidden"]
        or user["is_disabled"]
        or store.clock.now() >= moment(told["until"])
        or told["password"] != _fingerprint(user)
        or went_back_since(store, moment(told["until"]) - LIFETIME)
    ):
        raise over
    source = cast("Source", told["source"])
    return PendingChange(user["user_id"], told["terminal"], source), user


def _seal(store: Store, user: sqlite3.Row, terminal: str, source: Source) -> str:
    told = {
        "user_id": str(user["user_id"]),
        "terminal": terminal,
        "source": source,
        "until": instant(store.clock.now() + LIFETIME),
        "password": _fingerprint(user),
    }
    sealed = store.sealer.seal(json.dumps(told).encode(), _PURPOSE, "token")
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def _fingerprint(user: sqlite3.Row) -> str:
    """Return what changes with every password, and says nothing of it."""
    return hashlib.sha256(str(user["password_hash"]).encode()).hexdigest()
