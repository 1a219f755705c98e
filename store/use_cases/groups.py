"""Setup > Security > Groups: what each group grants, and to whom (REQUIREMENTS S1, S2, D5)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store import groups
from store.access import Actor, Change, change, view
from store.clock import instant, moment
from store.database import Store
from store.errors import BadInput, Conflict
from store.groups import GroupChanged as GroupChanged  # raised by what is here
from store.groups import LastAdministrator as LastAdministrator
from store.names import needed, one_line
from store.rights import PERMISSIONS, Level, Need, Right

LONGEST_DESCRIPTION = 200
"""Characters of what a group is for."""

SEE = Need(Right.SECURITY, Level.VIEW)
MANAGE = Need(Right.SECURITY, Level.FULL)


@dataclass(frozen=True, slots=True)
class GroupView:
    """One line of the list; `members` are the full names of visible users."""

    group_id: int
    name: str
    description: str
    is_builtin: bool
    is_admin: bool
    members: tuple[str, ...]
    modified_at: datetime | None
    modified_by: str


@dataclass(frozen=True, slots=True)
class GroupRights:
    """A group with the level of every right; `version` goes back with what is saved."""

    group: GroupView
    levels: dict[Right, Level]
    version: int


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A group that grants a right, how far, and the full names of those who hold it so.

    These are its members as the gate sees them: nobody who is hidden or disabled.
    """

    group: str
    level: Level
    users: tuple[str, ...]


def list_groups(store: Store, actor: Actor) -> tuple[GroupView, ...]:
    """Return all groups by name. Raises Refused."""
    view(store, actor, SEE)
    return tuple(_view(store, row) for row in store.rows(_GROUPS + " ORDER BY g.name"))


def group_rights(store: Store, actor: Actor, group_id: int) -> GroupRights:
    """Return what a group grants. Raises Refused, NotFound."""
    view(store, actor, SEE)
    return _rights(store, group_id)


def save_group_rights(
    store: Store, actor: Actor, group_id: int, levels: dict[Right, Level], version: int
) -> GroupRights:
    """Set rights of a group to levels; rights that are not named stay as they are.

    Raises:
        Refused: the right is missing, or the actor hands on one that they do not hold (S2).
        GroupChanged: somebody else saved the group since `version` was read.
        LastAdministrator: nobody would hold Setup - Security: Full Control any more.
        BadInput: View Only for a right that is granted or not.
    """
    for right, level in levels.items():
        if PERMISSIONS[right].kind == "action" and level is Level.VIEW:
            raise BadInput(f"{Need(right).label} is granted or not; it has no View Only.")
    with change(store, actor, MANAGE) as tx:
        row = groups.by_id(store, group_id)
        groups.check_version(store, row, version)
        before = groups.levels_of(store, group_id)
        new = {right: level for right, level in levels.items() if level is not before[right]}
        if not new:
            tx.no_event()
            return _rights(store, group_id)
        raised = {right: level for right, level in new.items() if level > before[right]}
        groups.check_may_grant(store, actor, raised, to_administrators=bool(row["is_admin"]))
        for right, level in new.items():
            groups.set_level(store, group_id, right, level)
        groups.check_somebody_administers(store)
        told = "; ".join(
            f"{_plain(right)} from {_word(right, before[right])} to {_word(right, level)}"
            for right, level in new.items()
        )
        groups.changed(store, tx, actor, row, "rights", f"{row['name']}: {told}.")
    return _rights(store, group_id)


def new_group(store: Store, actor: Actor, name: str, description: str = "") -> int:
    """Make a group that grants nothing, and return its number. Raises Refused, BadInput, Conflict.

    S1: nobody holds a right that was not granted.
    """
    with change(store, actor, MANAGE) as tx:
        return _insert(store, tx, actor, name, description, f"Made the group {name.strip()}.")


def copy_group(store: Store, actor: Actor, group_id: int, name: str) -> int:
    """Make a group that grants what another one grants, without its members; return its number.

    Raises Refused also where the actor does not hold what the copy would grant (S2).
    """
    with change(store, actor, MANAGE) as tx:
        row = groups.by_id(store, group_id)
        levels = groups.levels_of(store, group_id)
        groups.check_may_grant(store, actor, levels)
        told = f"Made the group {name.strip()} as a copy of {row['name']}."
        number = _insert(store, tx, actor, name, row["description"] or "", told)
        for right, level in levels.items():
            groups.set_level(store, number, right, level)
    return number


def rename_group(
    store: Store,
    actor: Actor,
    group_id: int,
    name: str,
    description: str | None = None,
    version: int | None = None,
) -> None:
    """Give a group another name, and another description if one is given.

    Raises Refused, NotFound, BadInput, Conflict for a name that is taken, GroupChanged.
    """
    new = needed(name, "group name")
    with change(store, actor, MANAGE) as tx:
        row = groups.by_id(store, group_id)
        if version is not None:
            groups.check_version(store, row, version)
        groups.check_name_is_free(store, new, group_id)
        text = row["description"] if description is None else _described(description)
        store.execute(
            "UPDATE user_group SET name = ?, description = ? WHERE user_group_id = ?",
            (new, text, group_id),
        )
        groups.changed(
            store, tx, actor, row, "rename", f"Renamed the group {row['name']} to {new}."
        )


def delete_group(store: Store, actor: Actor, group_id: int) -> None:
    """Delete a group that nobody is in, hidden users included (S2).

    Raises Refused, NotFound, Conflict for a group in use or the group of administrators.
    """
    with change(store, actor, MANAGE) as tx:
        row = groups.by_id(store, group_id)
        if row["is_admin"]:
            raise Conflict("The group of administrators stays.", kept="Nothing was changed.")
        used = store.value(
            "SELECT count(*) FROM user_group_member WHERE user_group_id = ?", (group_id,)
        )
        if used:
            raise Conflict(
                f"{row['name']} cannot be deleted: {used} user{'s' * (used != 1)} in it, hidden"
                " ones included.",
                kept="Nothing was changed.",
                do="Move them to other groups first, under Setup > Security > Users.",
            )
        if store.one("SELECT 1 FROM emergency_access WHERE user_group_id = ?", (group_id,)):
            raise Conflict(
                f"{row['name']} cannot be deleted: it was taken in an emergency, and is named"
                " there.",
                kept="Nothing was changed.",
                do="Take its rights away instead.",
            )
        store.execute("DELETE FROM group_permission WHERE user_group_id = ?", (group_id,))
        store.execute("DELETE FROM user_group WHERE user_group_id = ?", (group_id,))
        tx.record(
            "group.delete", f"Deleted the group {row['name']}.", object_=f"user_group:{group_id}"
        )


def who_holds(store: Store, actor: Actor, right: Right) -> tuple[HeldBy, ...]:
    """Return the groups that grant a right, the highest level first. Raises Refused."""
    view(store, actor, SEE)
    found = store.rows(
        "SELECT g.user_group_id, g.name, p.level FROM group_permission p"
        " JOIN user_group g USING (user_group_id) WHERE p.permission_code = ? AND p.level > 0"
        " ORDER BY p.level DESC, g.name",
        (right.value,),
    )
    return tuple(
        HeldBy(
            row["name"],
            Level(row["level"]),
            _members(store, row["user_group_id"], " AND u.is_disabled = 0"),
        )
        for row in found
    )


_GROUPS = (
    "SELECT g.*, u.full_name AS modifier FROM user_group g LEFT JOIN user u"
    " ON u.user_id = g.modified_by"
)


def _described(text: str) -> str | None:
    return one_line(text, "description", longest=LONGEST_DESCRIPTION)


def _insert(store: Store, tx: Change, actor: Actor, name: str, description: str, told: str) -> int:
    new = needed(name, "group name")
    groups.check_name_is_free(store, new)
    number = store.insert(
        "user_group",
        {
            "name": new,
            "description": _described(description),
            "modified_at": instant(store.clock.now()),
            "modified_by": actor.user_id,
        },
    )
    tx.record("group.new", told, object_=f"user_group:{number}")
    return number


def _rights(store: Store, group_id: int) -> GroupRights:
    version = groups.by_id(store, group_id)["version"]
    row = store.one(f"{_GROUPS} WHERE g.user_group_id = ?", (group_id,))
    assert row is not None
    return GroupRights(_view(store, row), groups.levels_of(store, group_id), version)


def _view(store: Store, row: sqlite3.Row) -> GroupView:
    return GroupView(
        row["user_group_id"],
        row["name"],
        row["description"] or "",
        bool(row["is_builtin"]),
        bool(row["is_admin"]),
        _members(store, row["user_group_id"]),
        None if row["modified_at"] is None else moment(row["modified_at"]),
        row["modifier"] or "",
    )


def _members(store: Store, group_id: int, only: str = "") -> tuple[str, ...]:
    found = store.rows(
        "SELECT u.full_name FROM user_group_member m JOIN user u USING (user_id)"
        f" WHERE m.user_group_id = ? AND u.is_hidden = 0{only} ORDER BY u.full_name",
        (group_id,),
    )
    return tuple(row["full_name"] for row in found)


def _plain(right: Right) -> str:
    permission = PERMISSIONS[right]
    return f"{permission.category} - {permission.label}"


def _word(right: Right, level: Level) -> str:
    if PERMISSIONS[right].kind == "action":
        return "granted" if level else "not granted"
    return level.label
