"""Second factors at the kiosk: My Factors, at sign-in, for a download (S5, S6, D12, D23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest

from store import outbox
from store.practice import Practice
from store.qr_code import half_blocks
from store.use_cases import factors
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import LARGE, SMALL, arrive, see, seen, settle, sign_in, type_text, words_of
from tests.tui.places import open_place
from tui.app import LOCKED
from tui.screens.recovery_codes import RecoveryCodesDialog
from tui.screens.totp import TotpDialog


def app_code(dialog: Any, clock: FixedClock) -> str:
    """Return what an authenticator app shows now that was given the secret of the sheet."""
    return pyotp.TOTP("".join(dialog._enrolment.secret_groups)).at(clock.now())


def beside(kiosk: Any) -> str:
    """Return what stands at the right of the square, with every run of blanks as one."""
    if not kiosk.screen.query("#beside"):
        return ""
    left = kiosk.screen.query_one("#beside").region.x
    text = " ".join(line[left:] for line in seen(kiosk).splitlines())
    return " ".join(text.replace("┃", " ").split())


async def see_beside(pilot: Any, text: str) -> None:
    """Wait until a text stands at the right of the square, wherever its lines break."""
    await settle(pilot, lambda: text in beside(pilot.app))


def with_app(practice: Practice, clock: FixedClock, user_name: str = "dana") -> pyotp.TOTP:
    """Give a user an authenticator app that has counted for a day; return it."""
    actor = people.signed_in(practice, user_name)
    begun = practice.call(factors.begin_totp, actor)
    app = pyotp.TOTP("".join(begun.secret_groups))
    practice.call(factors.confirm_totp, actor, app.at(clock.now()))
    clock.advance(timedelta(hours=25))
    return app


def ask_at_sign_in(practice: Practice, whom: str) -> None:
    """Ask for a second factor at sign-in."""
    people.change_store(
        practice, "INSERT INTO preference (name, value) VALUES ('sign_in.second_factor', ?)", whom
    )


async def enter(pilot: Any, text: str) -> None:
    """Type something and press Enter."""
    await type_text(pilot, text)
    await pilot.press("enter")


async def give_password(pilot: Any, user_name: str) -> None:
    """Give name and password at the sign-in."""
    await see(pilot, "PGID 1000")
    await enter(pilot, user_name)
    await enter(pilot, people.PASSWORDS[user_name])


# My Factors


async def set_up_the_app(pilot: Any) -> None:
    """Go on without proving who one is, as somebody does who has no other factor yet."""
    await sign_in(pilot)
    await open_place(pilot, "my_factors")
    await see(pilot, "not set up")
    await pilot.press("down", "enter")
    await see(pilot, "Without proof")
    await pilot.press("tab", "tab", "enter")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_app_is_enrolled_with_proof(
    kiosk: Any, practice: Practice, clock: FixedClock, size: tuple[int, int]
) -> None:
    """S5: proven by the text message, the app schedules downloads at once."""
    async with kiosk.run_test(size=size) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "my_factors")
        await see(pilot, "Authenticator app not set up")
        await pilot.press("down", "enter")
        await see(pilot, "Prove that it is you")
        await enter(pilot, people.last_code(practice))
        await arrive(pilot, TotpDialog)
        await see_beside(pilot, "The app schedules downloads at once.")
        await enter(pilot, "000000")
        await see_beside(pilot, "That is not the code that the app shows now.")
        await enter(pilot, app_code(kiosk.screen, clock))
        await see(pilot, "Added.")
        await see(pilot, "Authenticator app set up")
        assert "for downloads from" not in words_of(kiosk)


async def test_a_wrong_proof_ends_the_sheet_instead_of_using_up_its_tries(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """S5: the app's code was right; to type another one could never help."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "my_factors")
        await see(pilot, "Authenticator app not set up")
        await pilot.press("down", "enter")
        await see(pilot, "Prove that it is you")
        await enter(pilot, f"{(int(people.last_code(practice)) + 1) % 10**6:06d}")
        await arrive(pilot, TotpDialog)
        await enter(pilot, app_code(kiosk.screen, clock))
        await see(pilot, "The other factor was not accepted. That is not the code that was sent.")
        await see(pilot, "Nothing was changed. Begin again.")
        await see(pilot, "Authenticator app not set up")
        await pilot.press("enter")
        await see(pilot, "Not yet. Another code can be sent in 30 seconds.")


async def test_without_proof_it_counts_a_day_later(kiosk: Any, clock: FixedClock) -> None:
    """S6: whoever sits down at an open desk gains no factor that schedules downloads now."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await set_up_the_app(pilot)
        await see_beside(pilot, "after 24 hours.")
        await enter(pilot, app_code(kiosk.screen, clock))
        await see(pilot, "set up, for downloads from 21 Nov 09:00")


async def test_the_square_can_be_read_and_fits_with_its_secret_on_80_by_24(kiosk: Any) -> None:
    """The square is whole, line by line, and the secret in groups of four stands beside it."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await set_up_the_app(pilot)
        await arrive(pilot, TotpDialog)
        await see(pilot, "Confirm")
        shown = seen(kiosk).splitlines()
        enrolment = kiosk.screen._enrolment
        square = half_blocks(enrolment.uri)
        top = next(i for i, line in enumerate(shown) if square[1] in line)
        left = shown[top].index(square[1])
        for offset, line in enumerate(square):
            assert shown[top - 1 + offset][left : left + len(line)] == line
        assert len(enrolment.secret_groups[0]) == 4
        for at in range(0, len(enrolment.secret_groups), 4):
            assert " ".join(enrolment.secret_groups[at : at + 4]) in seen(kiosk)
        # No phone reads it the other way round, whatever the look.
        for _ in range(2):
            styles = kiosk.screen.query_one("#qr").styles
            assert styles.background.hex == "#FFFFFF"
            assert styles.color.hex == "#000000"
            await pilot.press("f2")


async def test_the_secret_is_dropped_by_the_lock(kiosk: Any) -> None:
    """Attack: walk up to a locked kiosk on which a secret was shown."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await set_up_the_app(pilot)
        await arrive(pilot, TotpDialog)
        await see(pilot, "Confirm")
        groups = kiosk.screen._enrolment.secret_groups
        await pilot.press("f9")
        await see(pilot, "still signed in")
        assert len(kiosk.screen_stack) == 1
        assert not [group for group in groups if group in seen(kiosk)]


async def test_ten_codes_are_shown_once_and_work_once(kiosk: Any, practice: Practice) -> None:
    """S5: ten single-use codes; leaving asks, because there is no second look."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "my_factors")
        await see(pilot, "none made yet")
        await pilot.press("end", "enter")
        await see(pilot, "Prove that it is you")
        await enter(pilot, people.last_code(practice))
        await see(pilot, "Make ten codes")
        await enter(pilot, people.PASSWORDS["dana"])
        await see(pilot, "Your recovery codes")
        codes = kiosk.screen._codes
        assert len(set(codes)) == 10
        assert all(code in seen(kiosk) for code in codes)
        await pilot.press("escape")
        await see(pilot, "Leave the recovery codes?")
        await pilot.press("enter")
        await arrive(pilot, RecoveryCodesDialog)
        await pilot.press("f10")
        await see(pilot, "Leave the recovery codes?")
        await pilot.press("enter")
        await arrive(pilot, RecoveryCodesDialog)
        await pilot.press("escape")
        await see(pilot, "Leave the recovery codes?")
        await pilot.press("tab", "enter")
        await see(pilot, "10 of 10 left")
        assert not [code for code in codes if code in seen(kiosk)]


async def test_a_wrong_password_makes_no_codes(kiosk: Any, practice: Practice) -> None:
    """Attack: make codes at a desk that was left open."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "my_factors")
        await see(pilot, "none made yet")
        await pilot.press("end", "enter")
        await see(pilot, "Without proof")
        await pilot.press("tab", "tab", "enter")
        await see(pilot, "Make ten codes")
        await enter(pilot, "not the password")
        await see(pilot, "That is not your password.")
        await pilot.press("escape")
        await see(pilot, "none made yet")


async def test_the_number_is_changed_with_the_password_and_the_old_one_told(
    kiosk: Any, practice: Practice
) -> None:
    """S6, and what was typed stays when it is refused."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "my_factors")
        await see(pilot, "number ••42")
        await pilot.press("enter")
        await see(pilot, "With its country code")
        await enter(pilot, "0151 555")
        await enter(pilot, people.PASSWORDS["dana"])
        await see(pilot, "needs its country code")
        assert kiosk.screen.query_one("#phone").value == "0151 555"
        await pilot.press("ctrl+u")
        await enter(pilot, "+15105550188")
        await enter(pilot, people.PASSWORDS["dana"])
        await see(pilot, "Changed.")
        await see(pilot, "number ••88, not proven yet; not for downloads now")
        told = [m for m in practice.call(outbox.waiting) if m.recipient == "+15105550142"]
        assert told


async def test_the_number_is_proven_with_a_code(kiosk: Any, practice: Practice) -> None:
    people.change_store(practice, "UPDATE user SET cell_phone_verified_at = NULL")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "my_factors")
        await see(pilot, "not proven yet")
        await pilot.press("v")
        await see(pilot, "Prove your mobile number")
        await enter(pilot, people.last_code(practice))
        await see(pilot, "Proven.")
        await see(pilot, "number ••42, proven")


async def test_the_app_is_removed_with_the_password(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    with_app(practice, clock)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "my_factors")
        await see(pilot, "Authenticator app set up")
        await pilot.press("x")
        await see(pilot, "Remove the authenticator app")
        await enter(pilot, people.PASSWORDS["dana"])
        await see(pilot, "Removed.")
        await see(pilot, "Authenticator app not set up")


# At sign-in


async def test_a_sign_in_asks_for_the_code(kiosk: Any, practice: Practice) -> None:
    """S5: by a practice setting; until the code is right nobody is signed in."""
    ask_at_sign_in(practice, "everyone")
    async with kiosk.run_test(size=SMALL) as pilot:
        await give_password(pilot, "dana")
        await see(pilot, "Two-factor authentication")
        assert kiosk.actor is None
        assert kiosk.current_mode == LOCKED
        await pilot.press("f4")
        await see(pilot, "You have no other second factor. An administrator helps;")
        await enter(pilot, "000000")
        await see(pilot, "The code was not accepted.")
        assert "4 tries left" in words_of(kiosk)
        await enter(pilot, people.last_code(practice))
        await see(pilot, "Utilities")
        await see(pilot, "Dana Ruiz")


async def test_f4_answers_with_the_app(kiosk: Any, practice: Practice, clock: FixedClock) -> None:
    """D23: the second way when no message comes."""
    app = with_app(practice, clock)
    ask_at_sign_in(practice, "everyone")
    async with kiosk.run_test(size=SMALL) as pilot:
        await give_password(pilot, "dana")
        await see(pilot, "No message? F4")
        await pilot.press("f4")
        await see(pilot, "authenticator app shows now")
        await enter(pilot, app.at(clock.now()))
        await see(pilot, "Utilities")


async def test_only_administrators_are_asked_if_that_is_set(kiosk: Any, practice: Practice) -> None:
    ask_at_sign_in(practice, "administrators")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana")
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        await give_password(pilot, "kim")
        await see(pilot, "Two-factor authentication")


@pytest.mark.parametrize("way", ["escape", "f9", "f10", "time"])
async def test_a_sign_in_that_is_left_leaves_nothing(
    kiosk: Any, practice: Practice, clock: FixedClock, way: str
) -> None:
    """Attack: come back later to a sheet that already knows the password."""
    ask_at_sign_in(practice, "everyone")
    async with kiosk.run_test(size=SMALL) as pilot:
        await give_password(pilot, "dana")
        await see(pilot, "Two-factor authentication")
        if way == "time":
            clock.advance(minutes=10)
        else:
            await pilot.press(way)
        await settle(pilot, lambda: len(kiosk.screen_stack) == 1)
        assert kiosk.actor is None
        assert kiosk.screen.query_one("#password").value == ""


async def test_a_new_password_comes_after_the_second_factor(kiosk: Any, practice: Practice) -> None:
    """Attack: skip the second factor by way of the sheet for a new password."""
    ask_at_sign_in(practice, "everyone")
    people.change_store(practice, "UPDATE user SET require_password_change = 1")
    async with kiosk.run_test(size=SMALL) as pilot:
        await give_password(pilot, "dana")
        await see(pilot, "Two-factor authentication")
        assert "Choose a new password" not in words_of(kiosk)
        await enter(pilot, people.last_code(practice))
        await see(pilot, "Choose a new password")
        await enter(pilot, "eleven paper boats afloat")
        await enter(pilot, "eleven paper boats afloat")
        await see(pilot, "Utilities")


# For a download


async def test_a_download_is_scheduled_with_the_app(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """D12, D23: text messaging is not registered, and the app does it."""
    app = with_app(practice, clock)
    people.change_store(practice, "DELETE FROM communication_registration")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await pilot.press("s")
        await see(pilot, "For the day")
        await enter(pilot, people.PASSWORDS["dana"])
        await see(pilot, "authenticator app shows now")
        await pilot.press("f4")
        await see(pilot, "You have no other second factor.")
        await enter(pilot, app.at(clock.now()))
        await see(pilot, "Scheduled.")


async def test_help_tells_what_to_do_when_no_code_comes(kiosk: Any, practice: Practice) -> None:
    """D23."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await pilot.press("s")
        await see(pilot, "For the day")
        await enter(pilot, people.PASSWORDS["dana"])
        await see(pilot, "Two-factor")
        await pilot.press("f1")
        await see(pilot, "The code does not arrive")
        await see(pilot, "1. Wait half a minute, then F5 sends another.")
        await see(pilot, "F4 answers with your authenticator app or with a recovery code")
        await see(pilot, "call an administrator.")
