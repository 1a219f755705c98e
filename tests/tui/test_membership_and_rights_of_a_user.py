"""Group Membership, effective rights and sessions of one user."""

from __future__ import annotations

from typing import Any

from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import users
from tests import people
from tests.tui.conftest import SMALL, arrive, see, settle, type_text, words_of
from tests.tui.security_steps import (
    group_id,
    groups_of,
    mark,
    open_users,
    user_column,
    weaken,
)
from tui.screens.membership import MembershipDialog
from tui.screens.user_sessions import UserSessionsScreen
from tui.screens.users import UsersScreen
from tui.widgets.table import Table


async def open_membership(pilot: Any, name: str) -> None:
    await open_users(pilot)
    await mark(pilot, name)
    await pilot.press("g")
    await arrive(pilot, MembershipDialog)
    await see(pilot, "Nothing is changed.")


async def toggle(pilot: Any, group: str) -> None:
    table = pilot.app.screen.query_one(Table)
    await pilot.press("home")
    while table._rows[table.marked][1].text != group:
        await pilot.press("down")
    await pilot.press("space")


async def test_edit_then_save(kiosk: Any, practice: Practice) -> None:
    """D5: what would change is told before; nothing counts until it is saved."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_membership(pilot, "ana")
        await toggle(pilot, "Billing")
        await toggle(pilot, "Front Desk")
        await see(pilot, "Adds Billing. Takes out of Front Desk.")
        assert groups_of(practice, "ana") == ["Front Desk"]
        await pilot.press("s")
        await see(pilot, "Ana Silva is in Billing.")
    assert groups_of(practice, "ana") == ["Billing"]


async def test_a_user_stays_in_one_group_at_least(kiosk: Any, practice: Practice) -> None:
    """S1."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_membership(pilot, "ana")
        await pilot.press("space", "s")
        await see(pilot, "A user is in at least one group.")
        await pilot.press("escape")
        await see(pilot, "Nothing was changed.")
    assert groups_of(practice, "ana") == ["Front Desk"]


async def test_nobody_puts_themselves_into_a_group_that_grants_more(
    kiosk: Any, practice: Practice
) -> None:
    """Attack: self-granting by membership (S2); the choice stays on the screen."""
    weaken(practice, "Administrators", Right.DATA_DOWNLOAD, Level.NONE)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_membership(pilot, "kim")
        await toggle(pilot, people.KEEPERS)
        await pilot.press("s")
        await see(pilot, "You cannot hand on the right")
        await see(pilot, "Adds Data Keepers.")
    assert groups_of(practice, "kim") == ["Administrators"]


async def test_two_change_one_membership_and_the_second_merges(
    kiosk: Any, practice: Practice
) -> None:
    actor = people.signed_in(practice, "kim")
    number = user_column(practice, "ana", "user_id")
    form = practice.call(users.user_form, actor, number)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_membership(pilot, "ana")
        await toggle(pilot, "Billing")
        more = (*form.group_ids, group_id(practice, "Claims"))
        practice.call(users.set_membership, actor, number, more, form.version)
        await pilot.press("s")
        await see(pilot, "added to Claims")
        await pilot.press("enter")
        await see(pilot, "Merged, not saved.")
        await pilot.press("s")
        await see(pilot, "is in Front Desk, Claims, Billing.")
    assert groups_of(practice, "ana") == ["Billing", "Claims", "Front Desk"]


async def test_effective_rights_name_level_and_groups(kiosk: Any, practice: Practice) -> None:
    """S1: the union counts, the higher level wins, and each group is named."""
    actor = people.signed_in(practice, "kim")
    number = user_column(practice, "ana", "user_id")
    form = practice.call(users.user_form, actor, number)
    more = (*form.group_ids, group_id(practice, "Billing"))
    practice.call(users.set_membership, actor, number, more, form.version)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        await pilot.press("e")
        await see(pilot, "Ana Silva › Effective rights")
        assert "Data Download" not in words_of(kiosk)
        await pilot.press("slash")
        await type_text(pilot, "contact")
        await see(pilot, "Full Control, through Front Desk")
        await see(pilot, "Billing")
        await pilot.press("escape", "a", "end")
        await see(pilot, "Utilities - Backup: None.")


async def test_somebody_without_rights_reads_as_such(kiosk: Any, practice: Practice) -> None:
    actor = people.signed_in(practice, "kim")
    number = user_column(practice, "ana", "user_id")
    form = practice.call(users.user_form, actor, number)
    only = (group_id(practice, "Time Clock"),)
    practice.call(users.set_membership, actor, number, only, form.version)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        await pilot.press("e")
        await see(pilot, "This user holds no right at all.")


async def test_sessions_are_listed_and_ended(kiosk: Any, practice: Practice) -> None:
    """S7: one user's sessions, listed and ended by an administrator."""
    people.signed_in(practice, "ana", "front desk 2")
    people.signed_in(practice, "ana", "x-ray room")
    ended = "SELECT count(*) FROM session WHERE ended_because = 'ended_by_administrator'"
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        await pilot.press("s")
        await see(pilot, "x-ray room")
        await pilot.press("x", "enter")
        await arrive(pilot, UserSessionsScreen)
        assert practice.call(lambda store: store.value(ended)) == 0
        await pilot.press("x", "tab", "enter")
        await see(pilot, "Ended.")
        await settle(pilot, lambda: kiosk.screen.query_one(Table).row_count == 1)
        await pilot.press("a", "tab", "enter")
        await see(pilot, "Not signed in anywhere.")
        await pilot.press("x")
        await see(pilot, "Not now.")
    assert practice.call(lambda store: store.value(ended)) == 2


async def test_ones_own_session_is_not_ended_here(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "kim")
        await pilot.press("s")
        await see(pilot, "this one")
        await pilot.press("x")
        await see(pilot, "F10 signs out.")
        await pilot.press("escape")
        await arrive(pilot, UsersScreen)
