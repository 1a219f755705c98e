"""Opening a place of the kiosk from Home, as a person does: by its number."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from tests.tui.conftest import settle
from tui.screens.home import HomeScreen
from tui.screens.home_lines import PlaceLine


async def open_place(pilot: Pilot[Any], code: str) -> None:
    """Press the number that stands before a place on Home, and wait until Home is covered."""
    await settle(pilot, lambda: bool(pilot.app.screen.query(f"#place-{code}")))
    number = pilot.app.screen.query_one(f"#place-{code}", PlaceLine).number
    await pilot.press(number)
    await settle(pilot, lambda: not isinstance(pilot.app.screen, HomeScreen))
