"""Setup › Security › Groups: the list, who can download, new, copy, rename, delete."""

from __future__ import annotations

from typing import Any

import pytest

from store.practice import Practice
from store.rights import Level, Right
from tests import people
from tests.tui.conftest import (
    LARGE,
    LONG_NAME,
    ODD_NAME,
    SMALL,
    arrive,
    see,
    seen,
    type_text,
    words_of,
)
from tests.tui.security_steps import (
    group_id,
    groups_of,
    level,
    mark,
    open_groups,
    open_place,
    weaken,
)
from tui.screens.dialogs import ConfirmDialog
from tui.screens.groups import GroupsScreen
from tui.screens.home import HomeScreen
from tui.screens.users import UsersScreen
from tui.screens.who_holds import WhoHoldsScreen


def names(practice: Practice) -> list[str]:
    return practice.call(
        lambda store: [r["name"] for r in store.rows("SELECT name FROM user_group ORDER BY name")]
    )


async def test_who_can_download_our_patients_takes_under_five_keys(kiosk: Any) -> None:
    """S10, D4: from Home, the question is answered by one key, and through what by two."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await see(pilot, "Who can take a copy of the practice's data: Dana Ruiz, Kim Adler")
        await pilot.press("w")
        await see(pilot, "Full Control: Dana Ruiz, Kim Adler")
        await see(pilot, "Data Keepers · Full Control · Dana Ruiz")
        assert isinstance(kiosk.screen, WhoHoldsScreen)


async def test_who_holds_another_right(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await pilot.press("w", "slash")
        await type_text(pilot, "emergency")
        await see(pilot, "Setup - Emergency Access")
        await see(pilot, "Granted: Kim Adler")
        await type_text(pilot, "zzz")
        await see(pilot, "No right matches what is typed.")


async def test_a_right_that_nobody_holds_says_so(kiosk: Any, practice: Practice) -> None:
    weaken(practice, "Administrators", Right.BACKUP, Level.NONE)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await pilot.press("w", "slash")
        await type_text(pilot, "backup")
        await see(pilot, "Nobody holds it.")


async def test_without_the_right_home_names_it(kiosk: Any) -> None:
    """D4: the missing right and where it is granted."""
    from tests.tui.conftest import sign_in

    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await open_place(pilot, "groups")
        await see(pilot, "Groups needs Setup - Security: View Only.")
        await see(pilot, "Setup > Security > Groups")
        assert isinstance(kiosk.screen, HomeScreen)


async def test_a_right_lost_on_the_way_is_refused_in_words(kiosk: Any, practice: Practice) -> None:
    """Attack: a screen that was opened with the right goes on showing without it."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        weaken(practice, "Administrators", Right.SECURITY, Level.NONE)
        await pilot.press("f5")
        await see(pilot, "You do not hold the right Setup - Security: View Only.")
        assert "Front Desk" not in words_of(kiosk)


async def test_view_only_may_look_and_is_told_what_changing_needs(
    kiosk: Any, practice: Practice
) -> None:
    weaken(practice, people.KEEPERS, Right.SECURITY, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot, "dana")
        await pilot.press("n")
        await type_text(pilot, "Students")
        await pilot.press("enter")
        await see(pilot, "You do not hold the right")
        await see(pilot, "Full Control")
        assert kiosk.screen.query_one("#name").value == "Students"
        assert "Students" not in names(practice)


async def test_a_new_group_grants_nothing(kiosk: Any, practice: Practice) -> None:
    """S1."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await pilot.press("n")
        await see(pilot, "It grants nothing until rights")
        await pilot.press("enter")
        await see(pilot, "A group needs a name.")
        await type_text(pilot, "Students")
        await pilot.press("tab")
        await type_text(pilot, "Here for a term.")
        await pilot.press("enter")
        await see(pilot, "Students. Here for a term.")
        assert {level(practice, "Students", right) for right in Right} == {Level.NONE}


async def test_a_name_that_is_taken_keeps_what_was_typed(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await pilot.press("n")
        await type_text(pilot, "front desk")
        await pilot.press("enter")
        await see(pilot, "That group name is taken.")
        assert kiosk.screen.query_one("#name").value == "front desk"


async def test_copy_and_rename(kiosk: Any, practice: Practice) -> None:
    """S2: a copy grants the same and has nobody in it."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await mark(pilot, "Front Desk")
        await pilot.press("c")
        await type_text(pilot, "Evening Desk")
        await pilot.press("enter")
        await see(pilot, "Evening Desk grants what Front Desk grants.")
        for right in Right:
            assert level(practice, "Evening Desk", right) == level(practice, "Front Desk", right)
        await see(pilot, "Evening Desk. Receives patients")
        await see(pilot, "Members: nobody.")
        await pilot.press("r", "end", "ctrl+u")
        await type_text(pilot, "Late Desk")
        await pilot.press("enter")
        await see(pilot, "Evening Desk is now called Late Desk.")
        assert "Late Desk" in names(practice)


async def test_a_group_in_use_cannot_be_deleted(kiosk: Any, practice: Practice) -> None:
    """S2."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await mark(pilot, "Front Desk")
        await pilot.press("x")
        await see(pilot, "Take them out of Front Desk first")
        assert "Front Desk" in names(practice)


async def test_a_group_of_hidden_users_cannot_be_deleted_either(
    kiosk: Any, practice: Practice
) -> None:
    """S2: hidden users come back with their groups."""
    people.change_store(practice, "UPDATE user SET is_hidden = 1 WHERE user_name = 'ana'")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await mark(pilot, "Front Desk")
        await pilot.press("x")
        await see(pilot, "Delete the group Front Desk?")
        await pilot.press("tab", "enter")
        await arrive(pilot, GroupsScreen)
        await see(pilot, "hidden")
        assert "Front Desk" in names(practice)


async def test_deleting_an_unused_group_asks_first(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await mark(pilot, "Clerical")
        await pilot.press("x")
        await see(pilot, "Delete the group Clerical?")
        assert isinstance(kiosk.screen, ConfirmDialog)
        await pilot.press("enter")
        await arrive(pilot, GroupsScreen)
        assert "Clerical" in names(practice)
        await pilot.press("x", "tab", "enter")
        await see(pilot, "The group Clerical is gone.")
        assert "Clerical" not in names(practice)


async def test_from_a_group_by_its_members_to_group_membership(
    kiosk: Any, practice: Practice
) -> None:
    """D5: Setup > Security > Groups > (user) > Group Membership > Edit, then Save."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_groups(pilot)
        await mark(pilot, "Front Desk")
        await pilot.press("m")
        await see(pilot, "Groups › Front Desk › Members")
        await see(pilot, "Ana Silva")
        assert isinstance(kiosk.screen, UsersScreen)
        assert "Dana Ruiz" not in words_of(kiosk)
        await pilot.press("g")
        await see(pilot, "Group Membership of Ana Silva")
        await mark_group(pilot, "Billing")
        await pilot.press("space")
        await see(pilot, "Adds Billing.")
        await pilot.press("s")
        await see(pilot, "Ana Silva is in Front Desk, Billing.")
        assert groups_of(practice, "ana") == ["Billing", "Front Desk"]


async def mark_group(pilot: Any, name: str) -> None:
    """Move the mark of Group Membership to a group."""
    from tui.widgets.table import Table

    table = pilot.app.screen.query_one(Table)
    await pilot.press("home")
    while table._rows[table.marked][1].text != name:
        await pilot.press("down")


@pytest.mark.parametrize(
    ("name", "size"),
    [(ODD_NAME[:40], SMALL), ("王小明 " * 20, SMALL), ("[@click=app.quit]مريم[/x]", LARGE)],
)
async def test_groups_with_odd_names_are_drawn_and_nothing_else(
    kiosk: Any, practice: Practice, name: str, size: tuple[int, int]
) -> None:
    """Attack: a group is called like markup, or pushes the PGID off line 1."""
    people.change_store(
        practice, "UPDATE user_group SET name = ? WHERE name = 'Assistant'", name.strip()
    )
    people.change_store(practice, "UPDATE user SET full_name = ?", LONG_NAME.strip())
    assert group_id(practice, name.strip())
    async with kiosk.run_test(size=size) as pilot:
        await open_groups(pilot)
        for key in ("down", "enter", "right", "s", "escape", "w", "escape", "m", "escape"):
            await pilot.press(key)
            await pilot.pause(0.05)
            assert "PGID 1000" in seen(kiosk).splitlines()[0]
        assert kiosk.is_running
