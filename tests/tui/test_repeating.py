"""Downloads that repeat, at the kiosk: one code, the list says so, ended by hand."""

from __future__ import annotations

from typing import Any

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import SMALL, arrive, see, sign_in, type_text
from tests.tui.places import open_place
from tui.screens.dialogs import ConfirmDialog
from tui.screens.home import HomeScreen
from tui.screens.schedule import ScheduleDialog
from tui.screens.second_factor import SecondFactorDialog


async def test_a_weekly_download_is_scheduled_confirmed_again_and_ended(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """Section 6, D11: chosen beside the day; after 90 days Home asks, and a gives the code."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "No download has been scheduled yet.")
        await pilot.press("s")
        await arrive(pilot, ScheduleDialog)
        await see(pilot, "Only you will be able to retrieve it.")
        await pilot.press("shift+tab", "right")
        await see(pilot, "weekly, the code again after 90 days")
        await pilot.press("tab")
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await arrive(pilot, SecondFactorDialog)
        await type_text(pilot, people.last_code(practice))
        await pilot.press("enter")
        await see(pilot, "Scheduled.")
        await see(pilot, "weekly, after 21 Nov 00:00")
        await see(pilot, "Repeats weekly; the code is asked for again before 18 Feb")
        people.change_store(
            practice, "UPDATE data_download_series SET confirm_again_at = '2026-11-19T17:00:00Z'"
        )
        await pilot.press("f5")
        await see(
            pilot, "nothing after this is built until you press a and confirm it, due since 19 Nov"
        )
        people.change_store(
            practice, "UPDATE data_download_series SET confirm_again_at = '2026-11-25T17:00:00Z'"
        )
        await pilot.press("escape")
        await arrive(pilot, HomeScreen)
        await see(pilot, "Your weekly data download must be confirmed again by 25 Nov.")
        await open_place(pilot, "data_download")
        await see(pilot, "weekly")
        await pilot.press("a")
        await arrive(pilot, ScheduleDialog)
        await see(pilot, "Confirm a weekly data download again")
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await arrive(pilot, SecondFactorDialog)
        await type_text(pilot, people.last_code(practice))
        await pilot.press("enter")
        await see(pilot, "Scheduled.")
        await pilot.press("home", "c")
        await see(pilot, "one; the next is built all the same. e ends the series.")
        await pilot.press("escape")
        await see(pilot, "Repeats weekly")
        await pilot.press("home", "e")
        await arrive(pilot, ConfirmDialog)
        await pilot.press("tab", "enter")
        await see(pilot, "Ended.")
    rows = practice.call(lambda s: s.rows("SELECT reason FROM data_download_series ORDER BY 1"))
    assert [row[0] for row in rows] == ["Dana Ruiz ended it.", "It was confirmed again."]
    assert practice.call(lambda s: s.value("SELECT count(*) FROM data_download_series_key")) == 0


async def test_the_form_fits_the_smallest_screen_with_passphrase_and_repeat(
    kiosk: Any, practice: Practice
) -> None:
    people.change_store(
        practice, "INSERT INTO preference (name, value) VALUES ('download.always_passphrase', 'on')"
    )
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "No download has been scheduled yet.")
        await pilot.press("s")
        await arrive(pilot, ScheduleDialog)
        for text in ("Repeat", "Passphrase again", "Schedule Download", "Esc back"):
            await see(pilot, text)
