"""What the screens are shown of a user, read from the store."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store import outbox, users
from store.clock import moment
from store.database import Store
from store.sign_in_attempts import is_paused


@dataclass(frozen=True, slots=True)
class UserView:
    """One line of the list of users; the mobile number is masked."""

    user_id: int
    user_name: str
    full_name: str
    job_title: str
    groups: tuple[str, ...]
    email: str
    cell_phone_masked: str
    is_hidden: bool
    is_paused: bool
    is_disabled: bool
    require_password_change: bool
    last_sign_in: datetime | None


@dataclass(frozen=True, slots=True)
class UserForm:
    """All that is edited of a user; the first group is the primary one.

    `user_id` and `version` are 0 for a user who is not entered yet; of a saved one the version goes
    back as it came.
    """

    user_name: str
    full_name: str
    group_ids: tuple[int, ...]
    job_title: str = ""
    email: str = ""
    cell_phone: str = ""
    provider_id: int | None = None
    office_id: int | None = None
    idle_minutes: int | None = None
    user_id: int = 0
    version: int = 0


def listed(store: Store, *, include_hidden: bool) -> tuple[UserView, ...]:
    """Return users by full name."""
    where = "" if include_hidden else " WHERE u.is_hidden = 0"
    found = store.rows(
        "SELECT u.*, (SELECT max(started_at) FROM session s WHERE s.user_id = u.user_id) AS last"
        f" FROM user u{where} ORDER BY u.full_name, u.user_id"
    )
    members: dict[int, list[str]] = {}
    for row in store.rows(
        "SELECT m.user_id, g.name FROM user_group_member m JOIN user_group g USING (user_group_id)"
        " ORDER BY m.is_primary DESC, g.name"
    ):
        members.setdefault(row["user_id"], []).append(row["name"])
    now = store.clock.now()
    return tuple(_view(row, tuple(members.get(row["user_id"], ())), now) for row in found)


def form(store: Store, user_id: int) -> UserForm:
    """Return what is edited of a user. Raises NotFound."""
    row = users.by_id(store, user_id)
    return UserForm(
        row["user_name"],
        row["full_name"],
        users.group_ids_of(store, user_id),
        row["job_title"] or "",
        row["email"] or "",
        row["cell_phone"] or "",
        row["provider_id"],
        row["office_id"],
        row["idle_minutes"],
        user_id,
        row["version"],
    )


def _view(row: sqlite3.Row, groups: tuple[str, ...], now: datetime) -> UserView:
    return UserView(
        row["user_id"],
        row["user_name"],
        row["full_name"],
        row["job_title"] or "",
        groups,
        row["email"] or "",
        outbox.mask(row["cell_phone"]) if row["cell_phone"] else "",
        bool(row["is_hidden"]),
        is_paused(row["locked_until"], now),
        bool(row["is_disabled"]),
        bool(row["require_password_change"]),
        None if row["last"] is None else moment(row["last"]),
    )
