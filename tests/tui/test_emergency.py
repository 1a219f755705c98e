"""Setup › Emergency Access: an hour, a reason, a red line in words on every screen."""

from __future__ import annotations

from typing import Any

import pytest

from store.practice import Practice
from store.rights import Level, Right
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import (
    ODD_NAME,
    SMALL,
    arrive,
    see,
    seen,
    settle,
    sign_in,
    type_text,
    words_of,
)
from tests.tui.places import open_place
from tui.screens.home import HomeScreen

REASON = "Kim is ill and claims are due"


@pytest.fixture
def may_take(practice: Practice) -> None:
    """Let dana take emergency access."""

    def grant(store: Any) -> None:
        with store.transaction():
            people.grant(store, people.KEEPERS, Right.EMERGENCY_ACCESS, Level.FULL)

    practice.call(grant)


async def take(pilot: Any, reason: str = REASON) -> None:
    """Take the rights of the Administrators, which stand first."""
    await open_place(pilot, "emergency")
    await see(pilot, "For whom")
    await pilot.press("enter")
    await see(pilot, "Take the rights of Administrators for one hour")
    await type_text(pilot, reason)
    await pilot.press("enter")


def line_of(kiosk: Any) -> str:
    return seen(kiosk).splitlines()[0]


@pytest.mark.usefixtures("may_take")
async def test_a_red_line_in_words_stands_on_every_screen(kiosk: Any, clock: FixedClock) -> None:
    """Not by colour alone, with the time that is left, over dialogs too."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        assert "EMERGENCY" not in seen(kiosk)
        await take(pilot)
        await see(pilot, "Taken.")
        clock.advance(minutes=1)
        await settle(pilot, lambda: "59:00 left" in line_of(kiosk))
        await pilot.press("escape")
        await arrive(pilot, HomeScreen)
        for code in ("groups", "data_download", "my_factors", "user_password"):
            await open_place(pilot, code)
            await settle(pilot, lambda: "! EMERGENCY ACCESS as Administrators" in line_of(kiosk))
            assert REASON[:20] in line_of(kiosk)
            await pilot.press("f1")
            await see(pilot, "Close")
            assert "! EMERGENCY ACCESS" in line_of(kiosk)
            await pilot.press("escape")
            await pilot.pause()
            await pilot.press("escape")
            await arrive(pilot, HomeScreen)


@pytest.mark.usefixtures("may_take")
async def test_it_ends_with_its_hour(kiosk: Any, clock: FixedClock) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await take(pilot)
        await see(pilot, "Taken.")
        for _ in range(7):
            clock.advance(minutes=9)
            await pilot.press("up")
        await settle(pilot, lambda: "EMERGENCY" not in line_of(kiosk))
        await see(pilot, "(b give back)")


@pytest.mark.usefixtures("may_take")
async def test_it_is_given_back(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await take(pilot)
        await see(pilot, "Taken.")
        await pilot.press("enter")
        await see(pilot, "You have the rights of Administrators already.")
        await pilot.press("b")
        await see(pilot, "Given back.")
        await settle(pilot, lambda: "EMERGENCY" not in line_of(kiosk))


@pytest.mark.usefixtures("may_take")
async def test_the_lock_hides_it_and_unlocking_brings_it_back(kiosk: Any) -> None:
    """A passer-by at a locked kiosk learns nothing of what runs behind it."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await take(pilot)
        await see(pilot, "Taken.")
        await pilot.press("f9")
        await see(pilot, "still signed in")
        assert "EMERGENCY" not in seen(kiosk)
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await settle(pilot, lambda: "! EMERGENCY ACCESS" in line_of(kiosk))
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        await sign_in(pilot)
        assert "EMERGENCY" not in seen(kiosk), "signing out ended it"


@pytest.mark.usefixtures("may_take")
async def test_administrators_read_the_reason_once(kiosk: Any) -> None:
    """A notice on Home; Enter shows all of it and puts it away. Odd text is drawn, not run."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await take(pilot, f"{REASON} for {ODD_NAME}".replace("\u202e", ""))
        await see(pilot, "Taken.")
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        await sign_in(pilot, "kim")
        await see(pilot, "Dana Ruiz took emergency access as Administrators")
        await pilot.press("up")
        await see(pilot, "Enter reads")
        await pilot.press("enter")
        await see(pilot, "Jane [/x] Doe")
        await pilot.press("escape")
        await settle(pilot, lambda: "took emergency access" not in words_of(kiosk))


@pytest.mark.usefixtures("may_take")
async def test_without_a_reason_nothing_is_taken(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await take(pilot, "")
        await see(pilot, "Type a reason first.")
        await type_text(pilot, "because")
        await pilot.press("enter")
        await see(pilot, "Say in a few words why")
        assert kiosk.screen.query_one("#reason").value == "because"
        await pilot.press("escape")
        await see(pilot, "Nothing was taken.")
        assert kiosk.emergency is None


async def test_without_its_right_it_says_which(kiosk: Any) -> None:
    """D4 in spirit."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await settle(pilot, lambda: bool(kiosk.screen.query("#place-emergency")))
        number = kiosk.screen.query_one("#place-emergency").number
        await pilot.press(number)
        await see(pilot, "Emergency Access needs")
        await see(pilot, "Setup > Security > Groups")
