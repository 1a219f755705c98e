"""Keys that arrive faster than the screen: a fast typist, a paste, a slow line over SSH."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events

from tests import people
from tests.tui.conftest import SMALL, see, seen


async def test_a_password_typed_ahead_does_not_land_in_the_field_above(kiosk: Any) -> None:
    """Vulnerability: a password shown in clear. Scenario: one burst of name, Tab, password."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        burst = [*"dana", "tab", *people.PASSWORDS["dana"]]
        for key in burst:
            kiosk.post_message(events.Key(key, key if len(key) == 1 else None))
        await see(pilot, "•" * len(people.PASSWORDS["dana"]))
        assert people.PASSWORDS["dana"] not in seen(kiosk)


@pytest.mark.parametrize("between", ["tab", "enter", "down"])
async def test_one_burst_signs_in(kiosk: Any, between: str) -> None:
    """Vulnerability: as above, whichever key leaves the field; and Enter sees all of the name."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        shown: list[str] = []
        for key in [*"dana", between, *people.PASSWORDS["dana"], "enter"]:
            kiosk.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(20):
            await pilot.pause(0.005)
            shown.append(seen(kiosk))
        await see(pilot, "Utilities")
        assert not [screen for screen in shown if people.PASSWORDS["dana"][:5] in screen]


async def test_what_is_typed_before_the_first_picture_is_kept(kiosk: Any) -> None:
    """Scenario: the user types while the kiosk is still starting."""
    async with kiosk.run_test(size=SMALL) as pilot:
        for key in "dana":
            kiosk.post_message(events.Key(key, key))
        await see(pilot, "PGID 1000")
        await pilot.pause(0.1)
        assert kiosk.screen.query_one("#user_name").value == "dana"
