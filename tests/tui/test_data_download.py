"""Utilities › Data Download: schedule with the second factor, and what the list tells."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from store.practice import Practice
from store.rights import Level, Right
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import (
    SMALL,
    arrive,
    see,
    sign_in,
    type_text,
    words_of,
)
from tests.tui.places import open_place
from tui.screens.data_download import DataDownloadScreen
from tui.screens.schedule import ScheduleDialog
from tui.screens.second_factor import SecondFactorDialog


def states(practice: Practice) -> list[str]:
    return practice.call(
        lambda store: [r[0] for r in store.rows("SELECT state FROM data_download")]
    )


async def open_form(pilot: Any, user_name: str = "dana") -> None:
    await sign_in(pilot, user_name)
    await open_place(pilot, "data_download")
    await see(pilot, "No download has been scheduled yet.")
    await pilot.press("s")
    await see(pilot, "Schedule a data download")


async def ask_for_code(pilot: Any) -> None:
    await open_form(pilot)
    await type_text(pilot, people.PASSWORDS["dana"])
    await pilot.press("enter")
    await see(pilot, "Two-factor authentication")


async def test_the_screen_says_what_it_is_and_what_it_is_not(kiosk: Any) -> None:
    """D1, D2, D3."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "A copy of the practice's treatments, appointments, histories and ledger.")
        await see(pilot, "Raw data, no images or attached files.")


async def test_scheduling_with_the_code(kiosk: Any, practice: Practice) -> None:
    """D10, D11: tomorrow by default; until the code is right nothing is scheduled."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        await see(pilot, "Sat 21 Nov 2026")
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "Two-factor authentication")
        await see(pilot, "mobile ending in 42")
        assert states(practice) == ["requested"]
        await type_text(pilot, people.last_code(practice))
        await pilot.press("enter")
        await see(pilot, "Scheduled.")
        assert states(practice) == ["scheduled"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("2026-11-20", "cannot be chosen"), ("2026-02-30", "This is no day"), ("", "This is no day")],
)
async def test_today_and_no_days_are_refused(kiosk: Any, typed: str, said: str) -> None:
    """D10: today may not be chosen."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        kiosk.screen.query_one("#day").value = typed
        await type_text(pilot, "something")
        await pilot.press("enter")
        await see(pilot, said)
        assert isinstance(kiosk.screen, ScheduleDialog)


async def test_any_later_day_may_be_chosen(kiosk: Any, practice: Practice) -> None:
    """D10."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        await pilot.press("pagedown", "pagedown", "pageup")
        await see(pilot, "Sun 22 Nov 2026")
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "Two-factor authentication")
        days = practice.call(
            lambda store: [r[0] for r in store.rows("SELECT run_on FROM data_download")]
        )
        assert days == [date(2026, 11, 22).isoformat()]


async def test_a_day_far_ahead_is_asked_back_and_told_with_its_year(
    kiosk: Any, practice: Practice
) -> None:
    """D10: any later day may be chosen; a slip of the finger is seen, and so is the year."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        kiosk.screen.query_one("#day").value = "9999-12-31"
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "That is Fri 31 Dec 9999, more than a year ahead. Enter again takes it.")
        assert states(practice) == []
        await pilot.press("enter")
        await see(pilot, "Two-factor authentication")
        await type_text(pilot, people.last_code(practice))
        await pilot.press("enter")
        await see(pilot, "It is built by the first run after 31 Dec 9999 00:00.")
        await see(pilot, "31 Dec 9999 scheduled")


async def test_the_day_cannot_go_before_the_first(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        await pilot.press("pageup", "pageup")
        assert kiosk.screen.query_one("#day").value == "2026-11-21"


async def test_a_wrong_password_schedules_nothing_and_is_forgotten(
    kiosk: Any, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        await type_text(pilot, "wrong")
        await pilot.press("enter")
        await see(pilot, "Wrong password.")
        assert kiosk.screen.query_one("#password").value == ""
        assert states(practice) == []


async def test_a_wrong_code_costs_a_try_and_going_back_gives_up(
    kiosk: Any, practice: Practice
) -> None:
    """S5, D11: nothing is scheduled, and the keys of the request are destroyed."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        wrong = f"{(int(people.last_code(practice)) + 1) % 10**6:06d}"
        await type_text(pilot, wrong)
        await pilot.press("enter")
        await see(pilot, "The code was not accepted.")
        await see(pilot, "4 tries left")
        await pilot.press("escape")
        await see(pilot, "Nothing was scheduled.")
        assert "scheduled" not in states(practice)
        assert practice.call(lambda s: s.value("SELECT count(*) FROM data_download_key")) == 0


async def test_sending_again_waits_half_a_minute_and_keeps_the_count(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """S5: not before 30 s, and sending again never resets the count."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        first = people.last_code(practice)
        await pilot.press("f5")
        await see(pilot, "Another code can be sent in 0:30.")
        await type_text(pilot, f"{(int(first) + 1) % 10**6:06d}")
        await pilot.press("enter")
        await see(pilot, "4 tries left")
        clock.advance(seconds=30)
        await pilot.press("f5")
        await see(pilot, "Sent again.")
        await see(pilot, "4 tries left")
        await type_text(pilot, people.last_code(practice))
        await pilot.press("enter")
        await see(pilot, "Scheduled.")


async def test_a_code_is_six_digits(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        await type_text(pilot, "12ab3")
        await pilot.press("enter")
        await see(pilot, "The code has six digits.")
        assert kiosk.screen.query_one("#code").value == "123"


async def test_the_text_message_is_shown_in_a_demo_practice_only(
    kiosk: Any, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        assert people.last_code(practice) not in words_of(kiosk)
        await pilot.press("escape")
        await see(pilot, "Nothing was scheduled.")
        people.change_store(
            practice, "INSERT INTO preference (name, value) VALUES ('demo.seed', '1')"
        )
        await pilot.press("s")
        await see(pilot, "Schedule a data download")
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "Two-factor authentication")
        assert people.last_code(practice) in words_of(kiosk)


async def test_enter_in_an_empty_password_says_what_belongs_there(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        await see(pilot, "It locks the archive")
        await pilot.press("enter")
        await see(pilot, "Type your password: it is asked for every time.")
        await type_text(pilot, "x")
        await see(pilot, "It locks the archive")


async def test_all_obstacles_are_listed_at_once(kiosk: Any, practice: Practice) -> None:
    """D6, D7: no mobile number, and text messaging not registered."""
    people.change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'dana'")
    people.change_store(practice, "DELETE FROM communication_registration")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_form(pilot)
        await see(pilot, "No mobile number is on file for you. Enter a mobile number under File")
        await see(pilot, "Text messaging is not registered")
        assert not kiosk.screen.query("#password")
        await pilot.press("enter")
        await see(pilot, "Nothing was scheduled.")


async def test_the_list_comes_back_with_the_right(kiosk: Any, practice: Practice) -> None:
    """A right that was taken away and given back while the list was open."""

    def set_right(level: Level) -> None:
        def run(store: Any) -> None:
            with store.transaction():
                people.grant(store, people.KEEPERS, Right.DATA_DOWNLOAD, level)

        practice.call(run)

    people.scheduled(practice, people.signed_in(practice, "dana"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "Kept until")
        set_right(Level.NONE)
        await pilot.press("f5")
        await see(pilot, "You do not hold the right")
        set_right(Level.FULL)
        await pilot.press("f5")
        await see(pilot, "Kept until")


async def test_view_only_sees_the_list_and_is_told_which_right_scheduling_needs(
    kiosk: Any, practice: Practice
) -> None:
    """D4."""

    def weaken(store: Any) -> None:
        with store.transaction():
            people.grant(store, people.KEEPERS, Right.DATA_DOWNLOAD, Level.VIEW)

    practice.call(weaken)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "No download has been scheduled yet.")
        await pilot.press("s")
        await see(pilot, "Utilities - Data Download: Full Control")
        await see(pilot, "Setup > Security > Groups")


async def test_the_list_tells_what_a_ready_download_needs(kiosk: Any, made: Path) -> None:
    """D16, D17."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "days left")
        await see(pilot, "Its password is your Chairside password; case matters.")
        await see(pilot, "Windows Explorer, macOS and unzip cannot open it.")


async def test_nobody_else_can_retrieve_it_and_the_list_says_so(kiosk: Any, made: Path) -> None:
    """D15: not an administrator."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "data_download")
        await see(pilot, "Only Dana Ruiz can retrieve it, and nobody can be allowed to later.")
        await pilot.press("enter")
        await see(pilot, "Not now.")
        assert isinstance(kiosk.screen, DataDownloadScreen)


async def test_cancelling(kiosk: Any, practice: Practice) -> None:
    people.scheduled(practice, people.signed_in(practice, "dana"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "built after 21 Nov 00:00")
        await pilot.press("c")
        await see(pilot, "Cancel this data download?")
        await pilot.press("tab", "enter")
        await see(pilot, "Cancelled.")
        assert states(practice) == ["cancelled"]


async def test_a_password_that_cannot_lock_asks_for_a_passphrase(
    kiosk: Any, practice: Practice
) -> None:
    """DESIGN: a password that 7-Zip may not read everywhere asks for a passphrase of its own."""
    from store.passwords import hash_password

    odd = "sieben grüne Laternen"
    people.change_store(
        practice,
        "UPDATE user SET password_hash = ? WHERE user_name = 'dana'",
        hash_password(odd),
    )
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana", odd)
        await open_place(pilot, "data_download")
        await see(pilot, "No download")
        await pilot.press("s")
        await see(pilot, "Your password")
        await type_text(pilot, odd)
        await pilot.press("enter")
        await see(pilot, "A passphrase is needed.")
        await type_text(pilot, odd)
        await pilot.press("tab")
        await type_text(pilot, "a long passphrase here")
        await pilot.press("tab")
        await type_text(pilot, "a long passphrase")
        await pilot.press("enter")
        await see(pilot, "The two are not the same.")
        await arrive(pilot, ScheduleDialog)
        kiosk.screen.query_one("#again").value = "a long passphrase here"
        await pilot.press("enter")
        await arrive(pilot, SecondFactorDialog)
