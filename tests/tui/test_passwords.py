"""File › User Password, and the new password that a sign-in asks for (REQUIREMENTS S4)."""

from __future__ import annotations

from typing import Any

import pytest

from store.errors import SessionEnded
from store.practice import Practice
from store.use_cases import signing_in
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import LARGE, SMALL, see, seen, settle, sign_in, type_text, words_of
from tests.tui.places import open_place
from tui.app import LOCKED
from tui.screens.change_password import ChangePasswordScreen
from tui.widgets.field import Field

NEW = "eleven paper boats afloat"
COMMON = "1234567890qwerty"


async def fill(pilot: Any, *texts: str) -> None:
    """Type each text into its line and go on with Enter."""
    for text in texts:
        await type_text(pilot, text)
        await pilot.press("enter")


def empty(kiosk: Any) -> bool:
    """Whether no line of the form holds anything."""
    return not any(field.value for field in kiosk.screen.query(Field))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_own_password_is_changed(
    kiosk: Any, practice: Practice, size: tuple[int, int]
) -> None:
    async with kiosk.run_test(size=size) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "user_password")
        await see(pilot, "At least 15 characters")
        await fill(pilot, people.PASSWORDS["dana"], NEW, NEW)
        await see(pilot, "Changed.")
        assert empty(kiosk)
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        await sign_in(pilot, "dana", NEW)


async def test_other_sessions_end_and_this_one_goes_on(kiosk: Any, practice: Practice) -> None:
    elsewhere = people.signed_in(practice, "dana", "front desk 2")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "user_password")
        await see(pilot, "Your other sessions end.")
        await fill(pilot, people.PASSWORDS["dana"], NEW, NEW)
        await see(pilot, "Changed.")
        with pytest.raises(SessionEnded):
            practice.call(signing_in.lock_state, elsewhere)
        practice.call(signing_in.lock_state, kiosk.actor)


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("not my password", NEW, NEW, "That is not your password."),
        (people.PASSWORDS["dana"], "short", "short", "it needs at least 15"),
        (people.PASSWORDS["dana"], COMMON, COMMON, "list of common ones"),
    ],
)
async def test_a_password_that_is_not_taken_is_told_and_forgotten(
    kiosk: Any, old: str, new: str, again: str, told: str
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "user_password")
        await see(pilot, "Present password")
        await fill(pilot, old, new, again)
        await settle(pilot, lambda: told in words_of(kiosk) or "Changed." in words_of(kiosk))
        assert told in words_of(kiosk)
        assert empty(kiosk)


async def test_two_that_differ_are_not_sent(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "user_password")
        await see(pilot, "Present password")
        await fill(pilot, people.PASSWORDS["dana"], NEW, NEW + "x")
        await see(pilot, "The two are not the same.")
        assert kiosk.screen.query_one("#old", Field).value == people.PASSWORDS["dana"]
        assert kiosk.screen.query_one("#again", Field).value == ""


async def test_strength_is_told_in_words_while_typing(kiosk: Any) -> None:
    """S4: strength shown while typing; nothing of the password is drawn."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "user_password")
        await see(pilot, "Present password")
        await fill(pilot, people.PASSWORDS["dana"])
        await type_text(pilot, "abc123")
        await see(pilot, "Very weak. 9 more to go.")
        await type_text(pilot, "quiet harbour lantern")
        await see(pilot, "Strong.")
        assert "quiet" not in seen(kiosk)


async def test_the_lock_drops_what_was_typed(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "user_password")
        await see(pilot, "Present password")
        await fill(pilot, people.PASSWORDS["dana"], NEW)
        await pilot.press("f9")
        await see(pilot, "still signed in")
        assert not kiosk.screen.query(ChangePasswordScreen)
        assert len(kiosk.screen_stack) == 1


def require_change(practice: Practice, user_name: str) -> None:
    """As an administrator does under Setup > Security > Users."""
    people.change_store(
        practice, "UPDATE user SET require_password_change = 1 WHERE user_name = ?", user_name
    )


async def begin(pilot: Any, user_name: str) -> None:
    """Give name and password, and wait for the sheet that asks for a new one."""
    await see(pilot, "PGID 1000")
    await type_text(pilot, user_name)
    await pilot.press("enter")
    await type_text(pilot, people.PASSWORDS[user_name])
    await pilot.press("enter")


async def test_a_new_password_comes_before_the_desk(kiosk: Any, practice: Practice) -> None:
    require_change(practice, "dana")
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin(pilot, "dana")
        await see(pilot, "Choose a new password")
        assert kiosk.actor is None
        await fill(pilot, "short", "short")
        await see(pilot, "it needs at least 15")
        assert "Keep and sign in" in seen(kiosk), "the buttons are still on the screen"
        await fill(pilot, NEW, NEW)
        await see(pilot, "Utilities")
        await see(pilot, "Dana Ruiz")
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        await sign_in(pilot, "dana", NEW)


async def test_the_same_password_is_not_a_new_one(kiosk: Any, practice: Practice) -> None:
    require_change(practice, "dana")
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin(pilot, "dana")
        await see(pilot, "Choose a new password")
        await fill(pilot, people.PASSWORDS["dana"], people.PASSWORDS["dana"])
        await see(pilot, "used that password before")
        assert kiosk.current_mode == LOCKED


async def test_going_back_leaves_nobody_signed_in(kiosk: Any, practice: Practice) -> None:
    """Attack: leave the sheet to reach the desk without choosing a password."""
    require_change(practice, "dana")
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin(pilot, "dana")
        await see(pilot, "Choose a new password")
        await pilot.press("escape")
        await see(pilot, "Not signed in.")
        assert kiosk.actor is None
        assert kiosk.current_mode == LOCKED


async def test_the_sheet_closes_by_itself(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """Attack: find the sheet of somebody who walked away, and choose their password."""
    require_change(practice, "dana")
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin(pilot, "dana")
        await see(pilot, "Choose a new password")
        clock.advance(minutes=10)
        await see(pilot, "Not signed in.")
        assert kiosk.actor is None


async def test_home_warns_before_a_password_expires(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """S4, Yearly: warnings from day 351, and the notice leads to File > User Password."""
    people.change_store(
        practice, "INSERT INTO preference (name, value) VALUES ('password.policy', 'yearly')"
    )
    clock.advance(days=355)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await see(pilot, "Your password expires in")
        await pilot.press("up")
        await see(pilot, "Enter opens")
        await pilot.press("enter")
        await see(pilot, "Present password")


async def test_an_expired_password_is_changed_at_sign_in(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """S4, Yearly: after 365 days."""
    people.change_store(
        practice, "INSERT INTO preference (name, value) VALUES ('password.policy', 'yearly')"
    )
    clock.advance(days=400)
    async with kiosk.run_test(size=SMALL) as pilot:
        await begin(pilot, "dana")
        await see(pilot, "Your password is older than a year.")
        await see(pilot, "Whoever schedules downloads needs 15 characters")


async def test_a_practice_may_ask_for_a_passphrase_each_time(
    kiosk: Any, practice: Practice
) -> None:
    """D14: the form says so, and asks for it at once."""
    people.change_store(
        practice,
        "INSERT INTO preference (name, value) VALUES ('download.always_passphrase', 'on')",
    )
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await pilot.press("s")
        await see(pilot, "This practice locks every download with a passphrase of its own.")
        await fill(
            pilot, people.PASSWORDS["dana"], "a boat for every word", "a boat for every word"
        )
        await see(pilot, "Two-factor authentication")
