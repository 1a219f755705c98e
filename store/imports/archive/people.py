"""Who is who once an archive is in: its users beside those who work in the new practice already.

One rule: the accounts of the new practice stay as they are, with their numbers, passwords, groups
and rights. They are set aside while the archive comes in, so that no row of it can mean one of
them, and put back after its references were checked.
"""

from __future__ import annotations

import sqlite3

from store import groups
from store.access import Actor
from store.database import Store
from store.imports.archive.fitting import refused
from store.imports.archive.ways import GROUPS, PEOPLE, SETTINGS, SETTINGS_LEFT
from store.rights import Level, Right

_IN_USE = "user_group_id IN (SELECT user_group_id FROM user_group_member)"


class OwnPeople:
    """The accounts of a new practice, set aside inside the running transaction.

    Args:
        with_rights: whether groups, rights and settings of the archive come in as well.
    """

    def __init__(self, store: Store, *, with_rights: bool) -> None:
        self._store, self._with_rights = store, with_rights
        self._users = _take_out(store, PEOPLE)
        self._groups: dict[str, list[sqlite3.Row]] = {}
        self._settings: list[sqlite3.Row] = []
        if with_rights:
            # What came with the product and nobody is in gives way to the archive's.
            store.execute(f"DELETE FROM group_permission WHERE NOT {_IN_USE}")
            store.execute(f"DELETE FROM user_group WHERE NOT {_IN_USE}")
            self._groups = {table: _take_out(store, table) for table in GROUPS}
            self._settings = _take_out(store, SETTINGS)

    def put_back(self) -> list[str]:
        """Put them back; return the names of settings that came and may not.

        Raises SourceProblem where a user of the archive has the number or the name of one.
        """
        there = self._store.rows("SELECT user_id, user_name FROM user")
        _check_nobody_clashes(self._users, there)
        for row in self._users:
            self._store.insert(PEOPLE, dict(row))
        self._put_back_groups()
        return self._put_back_settings()

    def _put_back_groups(self) -> None:
        """Give the groups numbers that the archive does not use, and a name that is free."""
        there = self._store.rows("SELECT user_group_id, name FROM user_group")
        own = self._groups.get("user_group", [])
        used = [row["user_group_id"] for row in (*there, *own)]
        taken = {row["name"].casefold() for row in there}
        numbers = {
            row["user_group_id"]: number for number, row in enumerate(own, max([*used, 0]) + 1)
        }
        for table, rows in self._groups.items():
            for row in rows:
                values = {**dict(row), "user_group_id": numbers[row["user_group_id"]]}
                if table == "user_group":
                    values["name"] = _free_name(row["name"], taken)
                self._store.insert(table, values)

    def _put_back_settings(self) -> list[str]:
        """The archive's settings win, but for those that never come in."""
        if not self._with_rights:
            return []
        came = [
            name
            for name in SETTINGS_LEFT
            if self._store.execute("DELETE FROM preference WHERE name = ?", (name,))
        ]
        for row in self._settings:
            self._store.execute(
                "INSERT INTO preference (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
                tuple(row),
            )
        return came


def check_may_hand_on(store: Store, actor: Actor) -> None:
    """Raise Refused where a group of the archive grants what the actor does not hold (S2).

    Call it with the own people set aside no more.
    """
    found = store.rows("SELECT user_group_id FROM user_group")
    groups.check_may_grant(store, actor, groups.union_of(store, [row[0] for row in found]))


def administrators_brought(store: Store, actor: Actor) -> list[str]:
    """Return the names of users who came with Setup - Security: Full Control."""
    found = store.rows(
        "SELECT DISTINCT u.user_name FROM user u JOIN user_group_member m USING (user_id)"
        " JOIN group_permission p USING (user_group_id)"
        " WHERE p.permission_code = ? AND p.level = ? AND u.password_hash IS NULL"
        " AND u.user_id <> ? ORDER BY u.user_name",
        (Right.SECURITY.value, int(Level.FULL), actor.user_id),
    )
    return [row["user_name"] for row in found]


def _take_out(store: Store, table: str) -> list[sqlite3.Row]:
    rows = store.rows(f'SELECT * FROM "{table}" ORDER BY 1')
    store.execute(f'DELETE FROM "{table}"')
    return rows


def _check_nobody_clashes(own: list[sqlite3.Row], brought: list[sqlite3.Row]) -> None:
    names = {row["user_name"].casefold() for row in own}
    numbers = {row["user_id"] for row in own}
    for row in brought:
        if row["user_name"].casefold() in names:
            raise refused(
                f"The archive has a user called {row['user_name']}, and so has this practice.",
                "Make the new practice with an owner of another name (chairside init --owner);"
                " the archive's users keep theirs.",
            )
        if row["user_id"] in numbers:
            raise refused(
                f"The archive's user {row['user_name']} has a number that is taken here.",
                "Make the new practice anew with chairside init.",
            )


def _free_name(name: str, taken: set[str]) -> str:
    tried, number = name, 1
    while tried.casefold() in taken:
        number += 1
        tried = f"{name} (here, {number})" if number > 2 else f"{name} (here)"
    return tried
