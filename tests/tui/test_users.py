"""Setup › Security › Users: entering, editing, hiding, unlocking, resetting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from store.errors import SignInFailed
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import users
from store.use_cases.signing_in import sign_in as sign_in_at_the_store
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import (
    LONG_NAME,
    ODD_NAME,
    SMALL,
    add_patients,
    arrive,
    see,
    seen,
    settle,
    sign_in,
    type_text,
    words_of,
)
from tests.tui.security_steps import groups_of, mark, open_place, open_users, user_column, weaken
from tui.screens.membership import MembershipDialog
from tui.screens.one_time_password import OneTimePasswordDialog
from tui.screens.user_form import UserFormDialog
from tui.screens.users import UsersScreen
from tui.widgets.table import Table


def user_id(practice: Practice, name: str) -> int:
    return int(user_column(practice, name, "user_id"))


def shown_password(kiosk: Any) -> str:
    """Return the one-time password as it stands on the screen."""
    line = next(row for row in seen(kiosk).splitlines() if "Password  " in row)
    return line.split("Password")[1].split()[0]


async def edit(pilot: Pilot[Any], name: str) -> Any:
    """Open the form of a user, and return it."""
    await mark(pilot, name)
    await pilot.press("enter")
    await arrive(pilot, UserFormDialog)
    await see(pilot, "Edit a user")
    return pilot.app.screen


async def save(pilot: Pilot[Any]) -> None:
    """Press the form's button."""
    pilot.app.screen.set_focus(pilot.app.screen.query_one("#save"))
    await pilot.press("enter")


async def test_finding_a_user_as_one_types(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await pilot.press("slash")
        await type_text(pilot, "keepers")
        await settle(pilot, lambda: "Ana Silva" not in words_of(kiosk))
        await see(pilot, "Dana Ruiz")
        await type_text(pilot, "x")
        await see(pilot, "No user matches what is typed.")
        await pilot.press("escape")
        await see(pilot, "Ana Silva")
        assert isinstance(kiosk.screen, UsersScreen)


async def test_a_new_user_gets_a_one_time_password_that_is_shown_once(
    kiosk: Any, practice: Practice
) -> None:
    """S2: groups first; the password opens one sign-in, and is nowhere else."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await pilot.press("n")
        await see(pilot, "A new user")
        await type_text(pilot, "nina")
        await pilot.press("enter")
        await type_text(pilot, "Nina O'Brien [DDS]")
        await save(pilot)
        await see(pilot, "A user is in at least one group")
        await pilot.press("f7")
        await arrive(pilot, MembershipDialog)
        await pilot.press("down", "space", "s")
        await see(pilot, "Groups Assistant")
        assert kiosk.screen.query_one("#full_name").value == "Nina O'Brien [DDS]"
        await save(pilot)
        await see(pilot, "It is shown now and never again")
        password = shown_password(kiosk)
        await pilot.press("escape")
        await arrive(pilot, UsersScreen)
        assert password not in words_of(kiosk)
    assert groups_of(practice, "nina") == ["Assistant"]
    assert user_column(practice, "nina", "require_password_change") == 1
    assert password not in str(user_column(practice, "nina", "password_hash"))


async def test_the_lock_drops_a_one_time_password(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """Attack: an administrator walks away while somebody's password stands on the screen."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        await pilot.press("p")
        await see(pilot, "Reset the password of Ana Silva?")
        assert kiosk.focused.id == "back"
        await pilot.press("tab", "enter")
        await arrive(pilot, OneTimePasswordDialog, has_focus=False)
        password = shown_password(kiosk)
        clock.advance(timedelta(minutes=10))
        await pilot.press("a")
        await see(pilot, "Locked")
        assert password not in seen(kiosk)
        kept = [screen for stack in kiosk._screen_stacks.values() for screen in stack]
        assert not any(isinstance(screen, OneTimePasswordDialog) for screen in kept)


async def test_a_reset_is_asked_first_and_ends_the_old_password(
    kiosk: Any, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        before = user_column(practice, "ana", "password_hash")
        await pilot.press("p", "enter")
        await arrive(pilot, UsersScreen)
        assert user_column(practice, "ana", "password_hash") == before
        await pilot.press("p", "tab", "enter")
        await arrive(pilot, OneTimePasswordDialog, has_focus=False)
        await pilot.press("tab", "enter")
        await see(pilot, "ana chooses a password at the first sign-in.")
    with pytest.raises(SignInFailed):
        people.signed_in(practice, "ana")


async def test_who_may_less_cannot_take_over_who_may_more(kiosk: Any, practice: Practice) -> None:
    """Attack: reset somebody's password to sign in with rights that one does not hold."""
    weaken(practice, "Administrators", Right.DATA_DOWNLOAD, Level.NONE)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "dana")
        await pilot.press("p", "tab", "enter")
        await see(pilot, "Dana Ruiz holds rights that you do not")
        assert isinstance(kiosk.screen, UsersScreen)


async def test_ones_own_password_is_not_reset(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "kim")
        await pilot.press("p")
        await see(pilot, "Your own password is changed under")


async def test_editing_phone_mail_and_provider(kiosk: Any, practice: Practice) -> None:
    """D7: a mobile number in full; S6: the form says what a change means."""
    add_patients(practice, ("Doe",))
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        form = await edit(pilot, "ana")
        form.query_one("#email").value = "ana@example.org"
        form.query_one("#cell_phone").value = "510 555"
        await see(pilot, "The old number is told.")
        form.query_one("#provider").value = "dds9"
        await see(pilot, "Not a provider.")
        await save(pilot)
        await see(pilot, "There is no provider with that")
        form.query_one("#provider").value = "dds1"
        await see(pilot, "Patel")
        await save(pilot)
        await see(pilot, "The mobile number needs its country code")
        assert form.query_one("#email").value == "ana@example.org"
        form.query_one("#cell_phone").value = "+1 510 555 0188"
        await save(pilot)
        await see(pilot, "Ana Silva is entered as typed.")
        await see(pilot, "ana@example.org")
    assert user_column(practice, "ana", "cell_phone") == "+15105550188"
    assert user_column(practice, "ana", "provider_id") is not None


async def test_two_edit_the_same_user_and_the_second_merges(kiosk: Any, practice: Practice) -> None:
    """The second is told what changed, by whom; both changes stand."""
    actor = people.signed_in(practice, "kim")
    read = practice.call(users.user_form, actor, user_id(practice, "ana"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        form = await edit(pilot, "ana")
        form.query_one("#job_title").value = "Reception"
        practice.call(users.save_user, actor, replace(read, email="ana@example.org"))
        await save(pilot)
        await see(pilot, "Somebody else saved this meanwhile")
        await see(pilot, "changed e-mail")
        await pilot.press("enter")
        await see(pilot, "Merged, not saved.")
        assert form.query_one("#job_title").value == "Reception"
        assert form.query_one("#email").value == "ana@example.org"
        await save(pilot)
        await see(pilot, "Ana Silva is entered as typed.")
    assert user_column(practice, "ana", "job_title") == "Reception"
    assert user_column(practice, "ana", "email") == "ana@example.org"


async def test_copying_takes_groups_and_job_and_nothing_of_the_person(
    kiosk: Any, practice: Practice
) -> None:
    """S2."""
    people.change_store(practice, "UPDATE user SET job_title = 'Desk' WHERE user_name = 'ana'")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        await pilot.press("c")
        await see(pilot, "Copy a user")
        form = kiosk.screen
        assert [form.query_one(f"#{n}").value for n in ("user_name", "cell_phone", "email")] == [
            "",
            "",
            "",
        ]
        await type_text(pilot, "bea")
        await pilot.press("enter")
        await type_text(pilot, "Bea Lind")
        await save(pilot)
        await see(pilot, "User name bea")
    assert groups_of(practice, "bea") == groups_of(practice, "ana")
    assert user_column(practice, "bea", "job_title") == "Desk"


async def test_hiding_asks_and_bringing_back(kiosk: Any, practice: Practice) -> None:
    """S2: hidden, never deleted."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        await pilot.press("x")
        await see(pilot, "Hide Ana Silva?")
        await pilot.press("tab", "enter")
        await see(pilot, "can no longer sign in.")
        await settle(pilot, lambda: kiosk.screen.query_one(Table).row_count == 2)
        await pilot.press("h")
        await see(pilot, "hidden")
        await mark(pilot, "ana")
        await pilot.press("g")
        await see(pilot, "b brings the user back")
        await pilot.press("b")
        await see(pilot, "Brought back.")
    assert user_column(practice, "ana", "is_hidden") == 0


async def test_the_last_administrator_cannot_be_hidden(kiosk: Any, practice: Practice) -> None:
    """S2."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "kim")
        await pilot.press("x", "tab", "enter")
        await see(pilot, "At least one user")
    assert user_column(practice, "kim", "is_hidden") == 0


async def test_unlocking_after_five_wrong_passwords(kiosk: Any, practice: Practice) -> None:
    """S3."""
    for _ in range(5):
        with pytest.raises(SignInFailed):
            practice.call(
                sign_in_at_the_store,
                pgid=people.PGID,
                user_name="ana",
                password="wrong",
                terminal="front desk 1",
                source="kiosk",
            )
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "dana")
        await pilot.press("u")
        await see(pilot, "Dana Ruiz is not paused.")
        await mark(pilot, "ana")
        await see(pilot, "Paused after wrong passwords: u ends the pause.")
        await pilot.press("u")
        await see(pilot, "Unlocked.")
    assert people.signed_in(practice, "ana").user_name == "ana"


async def test_requiring_a_new_password(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_users(pilot)
        await mark(pilot, "ana")
        await pilot.press("r", "tab", "enter")
        await see(pilot, "chooses a new one at the next sign-in.")
    assert user_column(practice, "ana", "require_password_change") == 1


async def test_users_with_odd_names_are_drawn_and_nothing_else(
    kiosk: Any, practice: Practice
) -> None:
    """Attack: the name of a user is markup, or pushes the PGID off line 1."""
    for user_name, full_name in (("ana", ODD_NAME), ("dana", LONG_NAME.strip())):
        people.change_store(
            practice, "UPDATE user SET full_name = ? WHERE user_name = ?", full_name, user_name
        )
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "users")
        for name in ("ana", "dana"):
            await mark(pilot, name)
            for key in ("enter", "escape", "g", "escape", "e", "escape", "s", "escape", "x"):
                await pilot.press(key)
                await pilot.pause(0.05)
                assert "PGID 1000" in seen(kiosk).splitlines()[0]
                assert "\u202e" not in seen(kiosk)
            await pilot.press("escape")
        await mark(pilot, "ana")
        await see(pilot, "Jane [/x]")
