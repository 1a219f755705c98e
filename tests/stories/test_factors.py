"""A Monday morning in the user's words: a lost phone, a new one, and a download all the same."""

from __future__ import annotations

from typing import Any

import pyotp

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import SMALL, see, settle, sign_in, type_text
from tests.tui.conftest import home_folder as home_folder
from tests.tui.conftest import kiosk as kiosk
from tests.tui.conftest import unexpected as unexpected
from tests.tui.places import open_place
from tui.screens.totp import TotpDialog


async def enter(pilot: Any, text: str) -> None:
    """Type something and press Enter."""
    await type_text(pilot, text)
    await pilot.press("enter")


async def make_codes(pilot: Any, practice: Practice) -> tuple[str, ...]:
    """Make recovery codes, proven by a text message, and write them down."""
    await open_place(pilot, "my_factors")
    await see(pilot, "none made yet")
    await pilot.press("end", "enter")
    await see(pilot, "Prove that it is you")
    await enter(pilot, people.last_code(practice))
    await see(pilot, "Make ten codes")
    await enter(pilot, people.PASSWORDS["dana"])
    await see(pilot, "Your recovery codes")
    codes: tuple[str, ...] = pilot.app.screen._codes
    await pilot.press("enter")
    await see(pilot, "Leave the recovery codes?")
    await pilot.press("tab", "enter")
    await see(pilot, "10 of 10 left")
    return codes


async def schedule(pilot: Any, answer: str, *, presses: int) -> None:
    """Schedule a download; F4 so often until the wanted way is asked for."""
    await open_place(pilot, "data_download")
    await pilot.press("s")
    await see(pilot, "For the day")
    await enter(pilot, people.PASSWORDS["dana"])
    await see(pilot, "Two-factor authentication")
    await pilot.press(*["f4"] * presses)
    await enter(pilot, answer)


async def test_a_lost_phone_does_not_stop_a_download(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """S5, S6, D12, D23: codes on paper while the phone is there, then a new phone without proof."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        codes = await make_codes(pilot, practice)
        # The phone is lost. A new number is entered, which counts for nothing today.
        await pilot.press("home", "enter")
        await see(pilot, "With its country code")
        await enter(pilot, "+15105550188")
        await enter(pilot, people.PASSWORDS["dana"])
        await see(pilot, "not for downloads now")
        await pilot.press("escape")
        # A recovery code schedules the download; the same code a second time does not.
        await schedule(pilot, codes[0], presses=0)
        await see(pilot, "Scheduled.")
        await pilot.press("escape")
        await schedule(pilot, codes[0], presses=0)
        await see(pilot, "The code was not accepted.")
        await enter(pilot, codes[1])
        await see(pilot, "Scheduled.")
        await pilot.press("escape")
        # An app on the new phone, proven by a third code, counts at once.
        await open_place(pilot, "my_factors")
        await see(pilot, "8 of 10 left")
        await pilot.press("down", "enter")
        await see(pilot, "Type one of your recovery codes.")
        await enter(pilot, codes[2])
        await settle(pilot, lambda: isinstance(kiosk.screen, TotpDialog))
        app = pyotp.TOTP("".join(kiosk.screen._enrolment.secret_groups))
        await enter(pilot, app.at(clock.now()))
        await see(pilot, "Added.")
        await pilot.press("escape")
        clock.advance(minutes=1)
        await schedule(pilot, app.at(clock.now()), presses=0)
        await see(pilot, "Scheduled.")
    made = practice.call(
        lambda store: store.value("SELECT count(*) FROM data_download WHERE state = 'scheduled'")
    )
    assert made == 3
