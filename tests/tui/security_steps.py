"""What tests of Setup › Security do again and again."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from store.practice import Practice
from store.rights import Level, Right
from tests import people
from tests.tui.conftest import see, settle, sign_in
from tui.screens.home_lines import PlaceLine
from tui.widgets.table import Table


async def open_place(pilot: Pilot[Any], code: str) -> None:
    """Open a place of Home by its number, whichever it is."""
    app = pilot.app
    await settle(pilot, lambda: bool(app.screen.query(PlaceLine)))
    (number,) = [line.number for line in app.screen.query(PlaceLine) if line.code == code]
    await pilot.press(number)


async def mark(pilot: Pilot[Any], text: str) -> None:
    """Move the mark to the row that begins with a text."""
    table = pilot.app.screen.query_one(Table)
    await settle(pilot, lambda: any(row[0].text.strip() == text for row in table._rows))
    await pilot.press("home")
    for _ in range(table.row_count):
        if table._rows[table.marked][0].text.strip() == text:
            return
        await pilot.press("down")
    raise AssertionError(f"no row {text}")


async def open_groups(pilot: Pilot[Any], user_name: str = "kim") -> None:
    """Sign in and open Setup › Security › Groups."""
    await sign_in(pilot, user_name)
    await open_place(pilot, "groups")
    await see(pilot, "Who can take a copy of the practice's data")


async def open_rights(pilot: Pilot[Any], group: str) -> None:
    """Open the rights of a group."""
    await open_groups(pilot)
    await mark(pilot, group)
    await pilot.press("enter")
    await see(pilot, f"Groups › {group}")
    await see(pilot, "Members")


async def open_users(pilot: Pilot[Any], user_name: str = "kim") -> None:
    """Sign in and open Setup › Security › Users."""
    await sign_in(pilot, user_name)
    await open_place(pilot, "users")
    await see(pilot, "Last sign-in")
    await see(pilot, "Ana Silva")


def level(practice: Practice, group: str, right: Right) -> Level:
    """Return what a group grants in the store."""
    found = practice.call(
        lambda store: store.value(
            "SELECT level FROM group_permission JOIN user_group USING (user_group_id)"
            " WHERE name = ? AND permission_code = ?",
            (group, right.value),
        )
    )
    return Level(found or 0)


def group_id(practice: Practice, name: str) -> int:
    """Return the number of a group."""
    found = practice.call(
        lambda store: store.value("SELECT user_group_id FROM user_group WHERE name = ?", (name,))
    )
    assert isinstance(found, int)
    return found


def groups_of(practice: Practice, user_name: str) -> list[str]:
    """Return the names of a user's groups, in order of their names."""
    return practice.call(
        lambda store: [
            row["name"]
            for row in store.rows(
                "SELECT g.name FROM user_group_member JOIN user_group g USING (user_group_id)"
                " JOIN user USING (user_id) WHERE user_name = ? ORDER BY g.name",
                (user_name,),
            )
        ]
    )


def user_column(practice: Practice, user_name: str, column: str) -> Any:
    """Return one column of a user."""
    return practice.call(
        lambda store: store.value(f"SELECT {column} FROM user WHERE user_name = ?", (user_name,))
    )


def weaken(practice: Practice, group: str, right: Right, to: Level) -> None:
    """Set a group's right past the use cases."""

    def run(store: Any) -> None:
        with store.transaction():
            people.grant(store, group, right, to)

    practice.call(run)
