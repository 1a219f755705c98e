"""The tree of a group's rights: changing, what is not saved, saving, two at once."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from textual import events

from store.practice import Practice
from store.rights import PERMISSIONS, Level, Right
from store.use_cases import groups
from tests import people
from tests.tui.conftest import SMALL, arrive, see, type_text, words_of
from tests.tui.security_steps import group_id, level, open_rights, weaken
from tui.screens.group_rights import GroupRightsScreen
from tui.screens.groups import GroupsScreen
from tui.screens.rights_draft import RightsDraft
from tui.widgets.finding import matches
from tui.widgets.rights_table import RightsTable

NOTHING = dict.fromkeys(Right, Level.NONE)
STEPS = st.lists(st.tuples(st.sampled_from(list(Right)), st.sampled_from([-1, 1])), max_size=30)


@given(STEPS)
def test_undoing_everything_leads_back_to_what_is_saved(steps: list[tuple[Right, int]]) -> None:
    draft = RightsDraft({**NOTHING, Right.DATA_DOWNLOAD: Level.VIEW})
    for right, direction in steps:
        draft.step(right, direction)
    while draft.undo():
        pass
    assert draft.levels == draft.saved
    assert not draft.differences


@given(STEPS)
def test_an_action_right_is_granted_or_not(steps: list[tuple[Right, int]]) -> None:
    """S1."""
    draft = RightsDraft(NOTHING)
    for right, direction in steps:
        draft.step(right, direction)
    for right, permission in PERMISSIONS.items():
        assert permission.kind == "level" or draft.levels[right] is not Level.VIEW


@given(STEPS, STEPS)
def test_merging_keeps_mine_and_takes_theirs(
    mine: list[tuple[Right, int]], theirs: list[tuple[Right, int]]
) -> None:
    """What the other one saved stands wherever I changed nothing; what I changed stands."""
    draft, other = RightsDraft(NOTHING), RightsDraft(NOTHING)
    for right, direction in mine:
        draft.step(right, direction)
    for right, direction in theirs:
        other.step(right, direction)
    wanted = draft.wanted
    both = draft.merge(other.levels)
    for right in Right:
        assert draft.levels[right] is wanted.get(right, other.levels[right])
    assert {one.right for one in both} == {
        right
        for right, to in wanted.items()
        if other.levels[right] is not Level.NONE and other.levels[right] is not to
    }
    while draft.undo():
        pass
    assert draft.levels == other.levels


def test_finding_needs_every_word_in_any_case() -> None:
    assert matches("DATA dow", "Utilities", "Data Download")
    assert not matches("data backup", "Utilities", "Data Download")
    assert matches("", "anything")


async def find(pilot: Any, text: str) -> None:
    await pilot.press("slash")
    await type_text(pilot, text)
    await pilot.press("enter")


async def test_a_level_is_changed_and_nothing_counts_until_saved(
    kiosk: Any, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Front Desk")
        await find(pilot, "data download")
        await see(pilot, "Utilities - Data Download.")
        await pilot.press("right")
        await see(pilot, "▸View Only Full Control was None")
        await see(pilot, "Front Desk · 1 change not saved")
        assert level(practice, "Front Desk", Right.DATA_DOWNLOAD) is Level.NONE
        await pilot.press("s")
        await see(pilot, "Save the rights of Front Desk?")
        await see(pilot, "Utilities - Data Download")
        await see(pilot, "None → View Only")
        assert kiosk.focused.id == "back"
        await pilot.press("tab", "enter")
        await see(pilot, "Saved. 1 right changed.")
        assert "not saved" not in words_of(kiosk)
        assert level(practice, "Front Desk", Right.DATA_DOWNLOAD) is Level.VIEW


async def test_handing_out_data_download_says_what_it_means(kiosk: Any, practice: Practice) -> None:
    """D4: Full Control is a copy of the whole practice."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Front Desk")
        await find(pilot, "data download")
        await pilot.press("right", "right", "s")
        await see(pilot, "Everybody in this group will be able")
        await pilot.press("escape")
        await arrive(pilot, GroupRightsScreen)
        assert level(practice, "Front Desk", Right.DATA_DOWNLOAD) is Level.NONE


async def test_a_burst_of_keys_finds_and_changes_the_right_that_was_meant(
    kiosk: Any, practice: Practice
) -> None:
    """Vulnerability: letters typed to find a right run commands, or change another right."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Front Desk")
        for key in ["slash", *"data", "space", *"down", "enter", "right"]:
            character = {"slash": "/", "space": " "}.get(key, key if len(key) == 1 else None)
            kiosk.post_message(events.Key(key, character))
        await see(pilot, "1 change not saved")
        assert kiosk.screen.query_one(RightsTable).marked_right is Right.DATA_DOWNLOAD
        await see(pilot, "▸View Only Full Control was None")


async def test_undo_takes_the_last_change_back(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Time Clock")
        await pilot.press("z")
        await see(pilot, "There is no change to take back.")
        await pilot.press("right", "down", "right")
        await see(pilot, "2 changes not saved")
        await pilot.press("z")
        await see(pilot, "1 change not saved")
        await see(pilot, "Taken back. Appointments - Online Booking")


async def test_the_mark_never_stands_on_the_name_of_an_area(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Time Clock")
        table = kiosk.screen.query_one(RightsTable)
        for key in ("home", "up", "end", "down", "pageup", "pageup", "pagedown", "home"):
            await pilot.press(key)
            assert table.marked_right is not None
        await see(pilot, "Appointments ▌")


async def test_leaving_with_changes_asks(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Time Clock")
        await pilot.press("right", "escape")
        await see(pilot, "1 change to Time Clock will be lost.")
        await pilot.press("enter")
        await arrive(pilot, GroupRightsScreen)
        await pilot.press("escape", "tab", "enter")
        await arrive(pilot, GroupsScreen)
        assert level(practice, "Time Clock", Right.DAY_SHEET) is Level.NONE


async def test_nobody_grants_what_they_do_not_hold(kiosk: Any, practice: Practice) -> None:
    """Attack: self-granting. S2; what was entered stays."""
    weaken(practice, "Administrators", Right.DATA_DOWNLOAD, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Administrators")
        await find(pilot, "data download")
        await pilot.press("right", "s", "tab", "enter")
        await see(pilot, "Utilities - Data Download: Full Control")
        await see(pilot, "1 change not saved")
        assert level(practice, "Administrators", Right.DATA_DOWNLOAD) is Level.VIEW


async def test_the_last_administrator_cannot_give_the_right_away(
    kiosk: Any, practice: Practice
) -> None:
    """S2: at least one user always holds Setup - Security: Full Control."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_rights(pilot, "Administrators")
        await find(pilot, "security")
        marked = kiosk.screen.query_one(RightsTable).marked_right
        assert marked is Right.SSN or marked is Right.SECURITY
        while kiosk.screen.query_one(RightsTable).marked_right is not Right.SECURITY:
            await pilot.press("down")
        await pilot.press("left", "s", "tab", "enter")
        await see(pilot, "At least one user")
        assert level(practice, "Administrators", Right.SECURITY) is Level.FULL


def changed_by_another(practice: Practice, right: Right, to: Level) -> None:
    """Dana, who holds the right here, saves the group Front Desk meanwhile."""
    for one in (Right.SECURITY, Right.BACKUP, right):
        weaken(practice, people.KEEPERS, one, Level.FULL)
    actor = people.signed_in(practice, "dana")
    number = group_id(practice, "Front Desk")
    read = practice.call(groups.group_rights, actor, number)
    practice.call(groups.save_group_rights, actor, number, {right: to}, read.version)


async def begin_a_conflict(pilot: Any, practice: Practice, right: Right) -> None:
    await open_rights(pilot, "Front Desk")
    await find(pilot, "data download")
    await pilot.press("right")
    await see(pilot, "1 change not saved")
    changed_by_another(practice, right, Level.FULL)
    await pilot.press("s", "tab", "enter")
    await see(pilot, "Somebody else saved this meanwhile")
    await see(pilot, "Dana Ruiz saved this after you opened it:")


async def test_the_second_is_told_what_changed_by_whom_and_merges(
    kiosk: Any, practice: Practice
) -> None:
    """Two administrators edit the same group."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin_a_conflict(pilot, practice, Right.BACKUP)
        await see(pilot, "Backup from not granted to granted")
        await pilot.press("enter")
        await see(pilot, "Merged, not saved.")
        await see(pilot, "1 change not saved")
        assert level(practice, "Front Desk", Right.DATA_DOWNLOAD) is Level.NONE
        await pilot.press("s", "tab", "enter")
        await see(pilot, "Saved. 1 right changed.")
        assert level(practice, "Front Desk", Right.DATA_DOWNLOAD) is Level.VIEW
        assert level(practice, "Front Desk", Right.BACKUP) is Level.FULL


async def test_the_second_discards(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin_a_conflict(pilot, practice, Right.BACKUP)
        await pilot.press("shift+tab", "enter")
        await see(pilot, "Discarded.")
        assert "not saved" not in words_of(kiosk)
        assert level(practice, "Front Desk", Right.BACKUP) is Level.FULL
        assert level(practice, "Front Desk", Right.DATA_DOWNLOAD) is Level.NONE


async def test_both_changed_the_same_right_and_are_told(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin_a_conflict(pilot, practice, Right.DATA_DOWNLOAD)
        await pilot.press("enter")
        await see(pilot, "Both of you changed Utilities - Data Download; yours stands.")
        await see(pilot, "was Full")
