"""Passwords that an administrator is given for somebody else: shown once, good for fourteen days.

One rule: the user chooses another one at the first sign-in; until then the account is not theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store import password_policy, users
from store.clock import instant
from store.database import Store
from store.passwords import Hashed, hashed


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """A one-time password; it is shown now and never again."""

    user_id: int
    user_name: str
    password: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"OneTimePassword({self.user_id})"


def made() -> Hashed:
    """Return a new one-time password, to be given in a transaction that begins after this."""
    return hashed(users.new_one_time_password())


def give(store: Store, user_id: int, password: Hashed) -> OneTimePassword:
    """Write the hash of a one-time password, inside the running transaction.

    Under a policy that remembers, the user's own password does not come back by a reset (S4).
    """
    now, user = store.clock.now(), users.by_id(store, user_id)
    password_policy.remember(store, password_policy.policy_of(store), user)
    until = now + users.ONE_TIME_PASSWORD_LIFETIME
    store.execute(
        "UPDATE user SET password_hash = ?, password_changed_at = ?, require_password_change = 1,"
        " one_time_password_expires_at = ?, failed_attempts = 0, recent_failures = NULL,"
        " locked_until = NULL, is_disabled = 0 WHERE user_id = ?",
        (password.hash, instant(now), instant(until), user_id),
    )
    return OneTimePassword(user_id, user["user_name"], password.plain, until)
