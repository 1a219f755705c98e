"""What a practice asks of its users' passwords: the presets of REQUIREMENTS S4.

One rule: a policy looks at a password while it is at hand, and keeps nothing of it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from store.clock import instant, moment
from store.database import Store
from store.errors import BadInput
from store.passwords import (
    MAXIMUM_CHARACTERS,
    MINIMUM_CHARACTERS,
    Hashed,
    is_common,
    is_password,
    normalised,
)

Preset = Literal["nist", "strong", "yearly"]
SETTING = "password.policy"
SECOND_FACTOR_SETTING = "sign_in.second_factor"
WITH_SECOND_FACTOR = 8
"""S4, NIST SP 800-63B-4: where a second factor is asked for at each sign-in."""
REMEMBERED = 5
"""Passwords that a yearly policy refuses, the present one among them."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """One preset: what it is called, what it asks for, in words for the screen."""

    preset: Preset
    label: str
    minimum: int
    sentence: str
    needs_mixture: bool = False
    refuses_common: bool = False
    refuses_containing_name: bool = False
    remembered: int = 0
    expires_after: timedelta | None = None
    warns_after: timedelta | None = None


NIST = PasswordPolicy(
    "nist",
    "NIST 800-63B-4",
    MINIMUM_CHARACTERS,
    "At least 15 characters, 8 where a second factor is asked for at sign-in; no rule of"
    " composition, no expiry; not a common password.",
    refuses_common=True,
)
STRONG = PasswordPolicy(
    "strong",
    "Strong",
    8,
    "At least 8 characters with an upper-case letter, a lower-case letter and a digit.",
    needs_mixture=True,
)
YEARLY = PasswordPolicy(
    "yearly",
    "Yearly",
    8,
    "At least 8 characters, without the user name; not one of the last 5; a new one each year.",
    refuses_containing_name=True,
    remembered=REMEMBERED,
    expires_after=timedelta(days=365),
    warns_after=timedelta(days=351),
)
PRESETS: dict[Preset, PasswordPolicy] = {p.preset: p for p in (NIST, STRONG, YEARLY)}


def policy_of(store: Store) -> PasswordPolicy:
    """Return the practice's policy; NIST 800-63B-4 until another is chosen.

    Its minimum is 8 where every sign-in asks for a second factor.
    """
    chosen = store.value("SELECT value FROM preference WHERE name = ?", (SETTING,))
    policy = next((p for p in PRESETS.values() if p.preset == chosen), NIST)
    if policy is NIST:
        factor = store.value(
            "SELECT value FROM preference WHERE name = ?", (SECOND_FACTOR_SETTING,)
        )
        if factor == "everyone":
            return replace(NIST, minimum=WITH_SECOND_FACTOR)
    return policy


def check_allowed(policy: PasswordPolicy, password: str, names: tuple[str, ...]) -> None:
    """Raise BadInput with the reason if a password may not be chosen.

    Args:
        names: the user's name and others that belong to the practice; none may be the password.
    """
    text = normalised(password)
    if len(text) < policy.minimum:
        raise BadInput(
            f"The password has {len(text)} characters; it needs at least {policy.minimum}.",
            do="A few words that come to your mind together are long and easy to keep.",
        )
    if len(text) > MAXIMUM_CHARACTERS:
        raise BadInput(f"The password is longer than {MAXIMUM_CHARACTERS} characters.")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise BadInput("The password has a character that cannot be kept.", do="Type it again.")
    folded = text.casefold()
    if folded in {normalised(name).casefold() for name in names}:
        raise BadInput(
            "The password is the user name, or the name of the user or the practice.",
            do="Choose another one.",
        )
    if policy.refuses_common and is_common(text):
        raise BadInput(
            "That password is on the list of common ones, which attackers try first.",
            do="Choose another one.",
        )
    if policy.refuses_containing_name and names and normalised(names[0]).casefold() in folded:
        raise BadInput("The password contains the user name.", do="Choose another one.")
    if policy.needs_mixture:
        _check_mixture(text)


def _check_mixture(text: str) -> None:
    missing = [
        what
        for what, found in (
            ("an upper-case letter", any(c.isupper() for c in text)),
            ("a lower-case letter", any(c.islower() for c in text)),
            ("a digit", any(c.isdigit() for c in text)),
        )
        if not found
    ]
    if missing:
        raise BadInput(f"The password needs {' and '.join(missing)}.", do="Choose another one.")


def check_not_remembered(
    store: Store, policy: PasswordPolicy, user: sqlite3.Row, password: str
) -> None:
    """Raise BadInput for the present password, and for those that a yearly policy remembers."""
    earlier = []
    if policy.remembered:
        earlier = store.rows(
            "SELECT password_hash FROM password_history WHERE user_id = ?"
            " ORDER BY password_history_id DESC LIMIT ?",
            (user["user_id"], policy.remembered),
        )
    for stored in (user["password_hash"], *(row["password_hash"] for row in earlier)):
        if stored is None:
            continue
        if is_password(stored, password):
            raise BadInput("You have used that password before.", do="Choose another one.")


def remember(store: Store, policy: PasswordPolicy, user: sqlite3.Row) -> None:
    """Put the password that is replaced into the history, inside the running transaction.

    Only where the policy remembers, and only a password that the user chose.
    """
    if policy.remembered and user["password_hash"] and not user["one_time_password_expires_at"]:
        store.insert(
            "password_history",
            {
                "user_id": user["user_id"],
                "password_hash": user["password_hash"],
                "set_at": user["password_changed_at"] or user["created_at"],
            },
        )


def keep(store: Store, policy: PasswordPolicy, user: sqlite3.Row, password: Hashed) -> None:
    """Write a user's own new password inside the running transaction.

    With those in the history it makes as many as the policy refuses; older ones are forgotten.
    """
    now = instant(store.clock.now())
    remember(store, policy, user)
    store.execute(
        "DELETE FROM password_history WHERE user_id = ? AND password_history_id NOT IN"
        " (SELECT password_history_id FROM password_history WHERE user_id = ?"
        " ORDER BY password_history_id DESC LIMIT ?)",
        (user["user_id"], user["user_id"], max(0, policy.remembered - 1)),
    )
    store.execute(
        "UPDATE user SET password_hash = ?, password_changed_at = ?, require_password_change = 0,"
        " one_time_password_expires_at = NULL, failed_attempts = 0, recent_failures = NULL,"
        " locked_until = NULL WHERE user_id = ?",
        (password.hash, now, user["user_id"]),
    )


def is_expired(store: Store, policy: PasswordPolicy, user: sqlite3.Row) -> bool:
    """Tell whether the policy wants a new password by now."""
    return policy.expires_after is not None and _age(store, user) >= policy.expires_after


def days_left(store: Store, policy: PasswordPolicy, user: sqlite3.Row) -> int | None:
    """Return in how many days the password expires, once it is time to warn; None before."""
    if policy.expires_after is None or policy.warns_after is None:
        return None
    age = _age(store, user)
    return None if age < policy.warns_after else max(0, (policy.expires_after - age).days)


def _age(store: Store, user: sqlite3.Row) -> timedelta:
    changed = user["password_changed_at"] or user["created_at"]
    return store.clock.now() - moment(changed)
