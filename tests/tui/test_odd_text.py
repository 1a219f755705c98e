"""Names with markup, control characters, wide and right-to-left letters, and endless ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from store.practice import Practice
from tests import people
from tests.tui.conftest import (
    LARGE,
    ODD_NAME,
    SMALL,
    add_odd_people,
    see,
    seen,
    settle,
    sign_in,
    type_text,
)
from tests.tui.places import open_place


async def resized(pilot: Pilot[Any], size: tuple[int, int]) -> None:
    """Another size of the terminal, once the kiosk has laid out its screen anew for it."""
    await pilot.resize_terminal(*size)
    await settle(pilot, lambda: pilot.app.screen._compositor.size == size)


@pytest.mark.parametrize("user_name", ["odd", "long"])
async def test_a_user_with_an_odd_name_can_work(
    kiosk: Any, practice: Practice, user_name: str
) -> None:
    """Attack: the name of a user is markup, or pushes the PGID off line 1."""
    add_odd_people(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, user_name, people.PASSWORDS["kim"])
        for key in ("1", "s", "escape", "escape", "2", "escape", "3", "escape", "f1", "escape"):
            await pilot.press(key)
            for size in (LARGE, SMALL):
                await resized(pilot, size)
                lines = seen(kiosk).splitlines()
                assert "PGID 1000" in lines[0]
                assert all(cell_len(line) <= size[0] for line in lines)


async def test_an_odd_name_is_drawn_as_it_is(kiosk: Any, practice: Practice, made: Path) -> None:
    people.change_store(
        practice, "UPDATE user SET full_name = ? WHERE user_name = 'dana'", ODD_NAME
    )
    async with kiosk.run_test(size=LARGE) as pilot:
        await sign_in(pilot, "kim")
        await see(pilot, "Jane [/x] Doe 王小明 مريم ‹U+202E›gnp.exe")
        await open_place(pilot, "data_download")
        await see(pilot, "Jane [/x] Doe")
        assert "\u202e" not in seen(kiosk)


async def test_a_practice_with_an_odd_name_keeps_its_pgid_on_line_1(
    kiosk: Any, practice: Practice
) -> None:
    """D8, with a name of 200 letters."""
    people.change_store(practice, "UPDATE practice_group SET name = ?", "[b]Maple[/b] " * 20)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        first = seen(kiosk).splitlines()[0]
        assert "[b]Maple[/b]" in first
        assert "… · PGID 1000" in first
        assert "Dana Ruiz" in first


async def test_odd_text_typed_into_fields_is_only_text(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await type_text(pilot, "[/x]")
        await pilot.press("enter")
        await type_text(pilot, "[@click=app.quit]")
        await pilot.press("enter")
        await see(pilot, "Not signed in.")
        assert kiosk.is_running
