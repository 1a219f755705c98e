"""Users and groups: all SQL about them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

from store.clock import instant
from store.database import Store
from store.errors import BadInput, Conflict, NotFound
from store.passwords import check_new_password, hash_password
from store.rights import BUILTIN_GROUPS, PERMISSIONS

E164 = re.compile(r"\+[1-9][0-9]{7,14}")


def by_name(store: Store, user_name: str) -> sqlite3.Row | None:
    """Return the visible user of that name, without regard to case, or None."""
    return store.one(
        "SELECT * FROM user WHERE user_name = ? COLLATE NOCASE AND is_hidden = 0",
        (user_name.strip(),),
    )


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


def add_builtin_groups(store: Store) -> None:
    """Make the groups that come with the product, inside the running transaction."""
    now = instant(store.clock.now())
    for group in BUILTIN_GROUPS:
        group_id = store.insert(
            "user_group",
            {
                "name": group.name,
                "description": group.description,
                "is_builtin": 1,
                "is_admin": int(group.is_admin),
                "modified_at": now,
            },
        )
        for right in PERMISSIONS:
            store.insert(
                "group_permission",
                {
                    "user_group_id": group_id,
                    "permission_code": right.value,
                    "level": int(group.levels.get(right, 0)),
                },
            )


def add(
    store: Store,
    *,
    user_name: str,
    full_name: str,
    password: str,
    groups: Iterable[str],
    job_title: str | None = None,
    cell_phone: str | None = None,
) -> int:
    """Add a user inside the running transaction and return the number.

    The first group is the primary one. Raises BadInput, Conflict for a name that is taken,
    NotFound for a group that is not there.
    """
    name = user_name.strip()
    if not name:
        raise BadInput("A user name is needed.")
    if cell_phone is not None and not E164.fullmatch(cell_phone):
        raise BadInput("The mobile number needs its country code, as in +15105550142.")
    check_new_password(password, name)
    if store.one("SELECT 1 FROM user WHERE user_name = ? COLLATE NOCASE", (name,)):
        raise Conflict("That user name is taken.", do="Choose another one.")
    now = instant(store.clock.now())
    user_id = store.insert(
        "user",
        {
            "user_name": name,
            "full_name": full_name,
            "job_title": job_title,
            "cell_phone": cell_phone,
            "cell_phone_verified_at": now if cell_phone else None,
            "password_hash": hash_password(password),
            "password_changed_at": now,
            "created_at": now,
        },
    )
    for position, group in enumerate(groups):
        group_id = store.value("SELECT user_group_id FROM user_group WHERE name = ?", (group,))
        if group_id is None:
            raise NotFound(f"There is no group named {group}.")
        store.insert(
            "user_group_member",
            {"user_id": user_id, "user_group_id": group_id, "is_primary": int(position == 0)},
        )
    return user_id
