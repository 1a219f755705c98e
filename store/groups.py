"""User groups and what they grant: all SQL about them, and what must hold of them (S1, S2).

One rule: every change raises the group's version and writes exactly one event about it, so that the
events after a version tell what others changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from store.access import Actor, Change, standing_level
from store.clock import instant
from store.database import Store
from store.errors import Conflict, NotFound, Refused
from store.rights import BUILTIN_GROUPS, PERMISSIONS, Level, Need, Right

GRANT = "Setup > Security > Groups"


class GroupChanged(Conflict):
    """Somebody else saved the group meanwhile.

    Attributes:
        changes: what was changed, a sentence each, oldest first.
        by: who made the last of these changes.
    """

    def __init__(self, name: str, changes: tuple[str, ...], by: str) -> None:
        super().__init__(
            f"{by} changed the group {name} meanwhile: {' '.join(changes)}",
            kept="What you entered was not saved.",
            do="Look at the group as it is now, then enter your changes again or discard them.",
        )
        self.changes = changes
        self.by = by


class LastAdministrator(Conflict):
    """Nobody would be left who may change users and groups (S2)."""

    def __init__(self) -> None:
        super().__init__(
            "At least one user who has signed in must hold Setup - Security: Full Control.",
            kept="Nothing was changed.",
            do="Give the right to somebody else first, and have that user sign in once.",
        )


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
            set_level(store, group_id, right, group.levels.get(right, Level.NONE))


def add_missing_rights(store: Store) -> None:
    """Enter rights that the program has and the store has not, granted to nobody (S1)."""
    told = {row["permission_code"] for row in store.rows("SELECT permission_code FROM permission")}
    missing = [right for right in Right if right.value not in told]
    if not missing:
        return
    with store.transaction():
        for right in missing:
            told_of = PERMISSIONS[right]
            store.execute(
                "INSERT OR IGNORE INTO permission (permission_code, label, category, kind, allows)"
                " VALUES (?, ?, ?, ?, ?)",
                (right.value, told_of.label, told_of.category, told_of.kind, told_of.allows),
            )


def by_id(store: Store, group_id: int) -> sqlite3.Row:
    """Return a group. Raises NotFound."""
    row = store.one("SELECT * FROM user_group WHERE user_group_id = ?", (group_id,))
    if row is None:
        raise NotFound("There is no such group.")
    return row


def check_name_is_free(store: Store, name: str, group_id: int | None = None) -> None:
    """Raise Conflict if another group has this name, without regard to case."""
    for row in store.rows("SELECT user_group_id, name FROM user_group"):
        if row["name"].casefold() == name.casefold() and row["user_group_id"] != group_id:
            raise Conflict("That group name is taken.", do="Choose another one.")


def levels_of(store: Store, group_id: int) -> dict[Right, Level]:
    """Return what a group grants: every right, with its level."""
    found = {
        row["permission_code"]: Level(row["level"])
        for row in store.rows(
            "SELECT permission_code, level FROM group_permission WHERE user_group_id = ?",
            (group_id,),
        )
    }
    return {right: found.get(right.value, Level.NONE) for right in Right}


def set_level(store: Store, group_id: int, right: Right, level: Level) -> None:
    """Set what a group grants, inside the running transaction."""
    store.execute(
        "INSERT INTO group_permission (user_group_id, permission_code, level) VALUES (?, ?, ?)"
        " ON CONFLICT (user_group_id, permission_code) DO UPDATE SET level = excluded.level",
        (group_id, right.value, int(level)),
    )


def changed(
    store: Store, tx: Change, actor: Actor, group: sqlite3.Row, action: str, what: str
) -> None:
    """Raise the version of a group and record the one event that tells of it."""
    number = group["user_group_id"]
    store.execute("UPDATE user_group SET version = version + 1 WHERE user_group_id = ?", (number,))
    touched(store, actor, [number])
    tx.record(f"group.{action}", what, object_=f"user_group:{number}")


def touched(store: Store, actor: Actor, group_ids: Iterable[int]) -> None:
    """Note inside the running transaction when and by whom groups were last changed (S10).

    Members who come or go change a group as well; its version is of its name and rights alone.
    """
    now = instant(store.clock.now())
    for group_id in group_ids:
        store.execute(
            "UPDATE user_group SET modified_at = ?, modified_by = ? WHERE user_group_id = ?",
            (now, actor.user_id, group_id),
        )


def check_version(store: Store, group: sqlite3.Row, version: int) -> None:
    """Raise GroupChanged if the group is no longer the one that was looked at."""
    behind = group["version"] - version
    if behind == 0:
        return
    changes, by = events_since(store, f"user_group:{group['user_group_id']}", behind)
    raise GroupChanged(group["name"], changes, by)


def events_since(store: Store, object_: str, count: int) -> tuple[tuple[str, ...], str]:
    """Return the last `count` changes of a group or user, oldest first, and who made the last.

    These are the events that raise a version, each of them once.
    """
    found = store.rows(
        "SELECT a.description, u.full_name FROM audit_log a LEFT JOIN user u USING (user_id)"
        " WHERE a.action IN ('group.rights', 'group.rename', 'user.save', 'user.groups',"
        " 'user.hide', 'user.unhide', 'phone.change') AND a.object = ?"
        " ORDER BY a.seq DESC LIMIT ?",
        (object_, max(count, 1)),
    )
    by = found[0]["full_name"] if found else None
    return tuple(row["description"] for row in reversed(found)), by or "Somebody"


def check_may_grant(
    store: Store, actor: Actor, levels: dict[Right, Level], *, to_administrators: bool = False
) -> None:
    """Raise Refused if somebody would hand on a right that they do not hold (S2).

    A right that no group holds (a new one, S1) can be given to the group of administrators by one
    of its members; else nobody could ever grant it.
    """
    assert actor.user_id is not None
    for right, level in levels.items():
        if level is Level.NONE or standing_level(store, actor.user_id, right) >= level:
            continue
        if to_administrators and _is_held_by_nobody(store, right) and _is_admin(store, actor):
            continue
        raise Refused(
            f"You cannot hand on the right {Need(right, level).label}: you do not hold it.",
            kept="Nothing was changed.",
            do=f"Somebody who holds it can grant it under {GRANT}.",
        )


def union_of(store: Store, group_ids: Iterable[int]) -> dict[Right, Level]:
    """Return what several groups grant together: the highest level of each right (S1)."""
    union = dict.fromkeys(Right, Level.NONE)
    for group_id in group_ids:
        for right, level in levels_of(store, group_id).items():
            union[right] = max(union[right], level)
    return union


def check_somebody_administers(store: Store) -> None:
    """Raise LastAdministrator unless a visible user holds Setup - Security: Full Control (S2).

    Call it inside the transaction of every change that may take the right away. Accounts that are
    disabled, or whose user has not chosen a password yet, do not count: they may never sign in.
    """
    if not somebody_administers(store):
        raise LastAdministrator


def somebody_administers(store: Store, *, but: int | None = None) -> bool:
    """Tell whether an administrator who can sign in is there, apart from the user `but`."""
    found = store.one(
        "SELECT 1 FROM user u JOIN user_group_member m USING (user_id)"
        " JOIN group_permission p USING (user_group_id)"
        " WHERE p.permission_code = ? AND p.level = ? AND u.is_hidden = 0 AND u.is_disabled = 0"
        " AND u.password_hash IS NOT NULL AND u.one_time_password_expires_at IS NULL"
        " AND u.user_id IS NOT ?",
        (Right.SECURITY.value, int(Level.FULL), but),
    )
    return found is not None


def administrators(store: Store) -> list[int]:
    """Return the visible users who hold Setup - Security: Full Control."""
    return [
        row["user_id"]
        for row in store.rows(
            "SELECT DISTINCT u.user_id FROM user u JOIN user_group_member m USING (user_id)"
            " JOIN group_permission p USING (user_group_id)"
            " WHERE p.permission_code = ? AND p.level = ? AND u.is_hidden = 0 ORDER BY u.user_id",
            (Right.SECURITY.value, int(Level.FULL)),
        )
    ]


def _is_held_by_nobody(store: Store, right: Right) -> bool:
    held = "SELECT 1 FROM group_permission WHERE permission_code = ? AND level > 0"
    return store.one(held, (right.value,)) is None


def _is_admin(store: Store, actor: Actor) -> bool:
    return (
        store.one(
            "SELECT 1 FROM user_group_member m JOIN user_group g USING (user_group_id)"
            " WHERE m.user_id = ? AND g.is_admin = 1",
            (actor.user_id,),
        )
        is not None
    )
