"""Users and their membership: all SQL about them.

One rule: users are hidden, never deleted (REQUIREMENTS S2); every change raises the version.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import timedelta

from store.clock import instant
from store.database import Store
from store.errors import BadInput, Conflict, NotFound
from store.names import needed, one_line
from store.passwords import Hashed, random_groups
from store.phones import mobile_number

ONE_TIME_PASSWORD_LIFETIME = timedelta(days=14)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


def by_name(store: Store, user_name: str) -> sqlite3.Row | None:
    """Return the visible user of that name, without regard to case, or None."""
    wanted = _folded(user_name)
    rows = store.rows("SELECT * FROM user WHERE is_hidden = 0")
    return next((row for row in rows if _folded(row["user_name"]) == wanted), None)


def _folded(user_name: str) -> str:
    """Return a name for comparing without regard to case: SQLite folds only A to Z."""
    return unicodedata.normalize("NFC", user_name).strip().casefold()


def by_id(store: Store, user_id: int | None) -> sqlite3.Row:
    """Return a user. Raises NotFound."""
    row = store.one("SELECT * FROM user WHERE user_id = ?", (user_id,))
    if row is None:
        raise NotFound("There is no such user.")
    return row


def role_of(store: Store, user: sqlite3.Row) -> str:
    """Return what stands behind a user's name: the job title, else the primary group."""
    if user["job_title"]:
        return str(user["job_title"])
    name = store.value(
        "SELECT g.name FROM user_group_member m JOIN user_group g USING (user_group_id)"
        " WHERE m.user_id = ? ORDER BY m.is_primary DESC, g.name LIMIT 1",
        (user["user_id"],),
    )
    return name or ""


def add(
    store: Store,
    *,
    user_name: str,
    full_name: str,
    password: Hashed,
    groups: Iterable[str],
    job_title: str | None = None,
    cell_phone: str | None = None,
    user_id: int | None = None,
) -> int:
    """Add a user with a password of their own, inside the running transaction; return the number.

    The number is `user_id`, or the next that is free. The first group is the primary one. Raises
    BadInput, Conflict for a name that is taken, NotFound for a group that is not there.
    """
    from store.password_policy import check_allowed, policy_of

    name = checked_name(store, user_name)
    phone = None if cell_phone is None else mobile_number(cell_phone)
    check_allowed(policy_of(store), password.plain, (name,))
    now = instant(store.clock.now())
    user_id = insert(
        store,
        {
            "user_id": user_id,
            "user_name": name,
            "full_name": needed(full_name, "full name"),
            "job_title": one_line(job_title, "job title"),
            "cell_phone": phone,
            "cell_phone_verified_at": now if phone else None,
            "password_hash": password.hash,
            "password_changed_at": now,
        },
    )
    group_ids = []
    for group in groups:
        group_id = store.value("SELECT user_group_id FROM user_group WHERE name = ?", (group,))
        if group_id is None:
            raise NotFound(f"There is no group named {group}.")
        group_ids.append(group_id)
    set_groups(store, user_id, group_ids)
    return user_id


def insert(store: Store, values: dict[str, object]) -> int:
    """Insert a user inside the running transaction and return the number."""
    return store.insert("user", {**values, "created_at": instant(store.clock.now())})


def checked_name(store: Store, typed: str, user_id: int | None = None) -> str:
    """Return a user name as it is kept.

    Raises BadInput for one that cannot be used, Conflict for one that another user has, hidden
    users included, without regard to case.
    """
    name = needed(typed, "user name", longest=64)
    for row in store.rows("SELECT user_id, user_name FROM user"):
        if _folded(row["user_name"]) == _folded(name) and row["user_id"] != user_id:
            raise Conflict("That user name is taken.", do="Choose another one.")
    return name


def checked_email(store: Store, typed: str | None, user_id: int | None = None) -> str | None:
    """Return an e-mail address as it is kept. Raises BadInput, Conflict as `checked_name` does."""
    email = one_line(typed, "e-mail address", longest=254)
    if email is None:
        return None
    if not _EMAIL.fullmatch(email):
        raise BadInput("The e-mail address is not complete, as in name@example.org.")
    for row in store.rows("SELECT user_id, email FROM user WHERE email IS NOT NULL"):
        if row["email"].casefold() == email.casefold() and row["user_id"] != user_id:
            raise Conflict("Another user has that e-mail address.", do="Enter another one.")
    return email


def new_one_time_password() -> str:
    """Return a random password of 20 characters (99 bits) in groups of five."""
    return random_groups(4)


def group_ids_of(store: Store, user_id: int) -> tuple[int, ...]:
    """Return a user's groups, the primary one first."""
    found = store.rows(
        "SELECT user_group_id FROM user_group_member WHERE user_id = ?"
        " ORDER BY is_primary DESC, user_group_id",
        (user_id,),
    )
    return tuple(row["user_group_id"] for row in found)


def set_groups(store: Store, user_id: int, group_ids: Sequence[int]) -> None:
    """Put a user into these groups and no others, inside the running transaction."""
    store.execute("DELETE FROM user_group_member WHERE user_id = ?", (user_id,))
    for position, group_id in enumerate(group_ids):
        store.insert(
            "user_group_member",
            {"user_id": user_id, "user_group_id": group_id, "is_primary": int(position == 0)},
        )


def set_phone(store: Store, user: sqlite3.Row, phone: str | None) -> None:
    """Write another mobile number inside the running transaction (S6).

    Args:
        phone: in E.164 form, or None to take it away. For a day no code for a download goes to it.
    """
    store.execute(
        "UPDATE user SET cell_phone = ?, cell_phone_verified_at = NULL, cell_phone_changed_at = ?"
        " WHERE user_id = ?",
        (phone, instant(store.clock.now()), user["user_id"]),
    )


def raise_version(store: Store, user_id: int) -> None:
    """Note inside the running transaction that a user's entry was changed."""
    store.execute("UPDATE user SET version = version + 1 WHERE user_id = ?", (user_id,))


def notify(store: Store, user_id: int, text: str) -> None:
    """Leave a notice for a user on the home screen, inside the running transaction."""
    store.insert(
        "user_notice", {"user_id": user_id, "text": text, "at": instant(store.clock.now())}
    )
