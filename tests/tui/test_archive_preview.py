"""The first rows under the list of an archive's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.tui.conftest import LARGE, see
from tests.tui.test_open_archive import go_to, open_it


async def test_each_of_the_first_rows_stands_on_one_line(kiosk: Any, archive: Path) -> None:
    """The last column that is seen takes what is left of the line, and no more."""
    async with kiosk.run_test(size=LARGE) as pilot:
        await open_it(pilot, archive)
        await go_to(pilot, "patient")
        for width in range(84, 121, 3):
            await pilot.resize_terminal(width, 40)
            await see(pilot, "5 Nguyễn 4 Máire")
