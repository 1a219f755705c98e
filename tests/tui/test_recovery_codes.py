"""The sheet of recovery codes at the kiosk: onto paper, or into a folder (S5, S9)."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from store.practice import Practice
from tests import people
from tests.exporter.letters.stand_in import StandIn
from tests.tui.conftest import LARGE, SMALL, arrive, see, seen, sign_in, type_text
from tests.tui.places import open_place
from tui.screens.recovery_codes import PrintCodesDialog, RecoveryCodesDialog

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lp")


@pytest.fixture(autouse=True)
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    # Half a second of import, which no test should wait for at the screen.
    import fpdf  # noqa: F401

    return StandIn(tmp_path / "lp", monkeypatch)


async def make_codes(pilot: Any, practice: Practice) -> tuple[str, ...]:
    """Go from the sign-in to the sheet with the ten codes; return them."""
    await sign_in(pilot)
    await open_place(pilot, "my_factors")
    await see(pilot, "none made yet")
    await pilot.press("end", "enter")
    await see(pilot, "Prove that it is you")
    await type_text(pilot, people.last_code(practice))
    await pilot.press("enter")
    await see(pilot, "Make ten codes")
    await type_text(pilot, people.PASSWORDS["dana"])
    await pilot.press("enter")
    await arrive(pilot, RecoveryCodesDialog)
    await see(pilot, "Print or save")
    codes: tuple[str, ...] = pilot.app.screen._codes
    return codes


async def open_printing(pilot: Any) -> None:
    """Press the button before the one that has the focus."""
    await pilot.press("shift+tab", "enter")
    await arrive(pilot, PrintCodesDialog)
    await see(pilot, "Save to folder")


def text_of(pdf: bytes) -> str:
    from pypdf import PdfReader

    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return str(page.extract_text())


async def test_p_is_the_button(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await make_codes(pilot, practice)
        await see(pilot, "p print or save")
        await pilot.press("p")
        await arrive(pilot, PrintCodesDialog)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_they_go_to_the_printer(
    kiosk: Any, practice: Practice, printer: StandIn, home_folder: Path, size: tuple[int, int]
) -> None:
    async with kiosk.run_test(size=size) as pilot:
        codes = await make_codes(pilot, practice)
        await open_printing(pilot)
        await see(pilot, "Printer desk.")
        await pilot.press("enter")
        await see(pilot, "Sent to the printer desk.")
        assert isinstance(kiosk.screen, RecoveryCodesDialog)
        assert all(code in seen(kiosk) for code in codes)
    assert printer.taken is not None
    assert all(code in text_of(printer.taken) for code in codes)
    assert list(home_folder.iterdir()) == []


async def test_they_are_saved_where_there_is_no_printer(
    kiosk: Any, practice: Practice, printer: StandIn, home_folder: Path
) -> None:
    printer.has_default("no system default destination\n")
    async with kiosk.run_test(size=SMALL) as pilot:
        codes = await make_codes(pilot, practice)
        await open_printing(pilot)
        await see(pilot, "no default printer")
        assert not kiosk.screen.query("#print")
        await pilot.press("enter", "enter")
        await see(pilot, "Saved as")
        await see(pilot, "then delete it")
    (path,) = home_folder.iterdir()
    assert all(code in text_of(path.read_bytes()) for code in codes)
    assert printer.taken is None


async def test_a_refusal_is_told_and_the_codes_are_still_there(
    kiosk: Any, practice: Practice, printer: StandIn
) -> None:
    printer.refuses("lp: The printer is not accepting jobs.")
    async with kiosk.run_test(size=SMALL) as pilot:
        codes = await make_codes(pilot, practice)
        await open_printing(pilot)
        await pilot.press("enter")
        await see(pilot, "Not printed.")
        await see(pilot, "is not accepting jobs.")
        await pilot.press("escape")
        await arrive(pilot, RecoveryCodesDialog)
        assert all(code in seen(kiosk) for code in codes)


async def test_a_folder_that_is_not_there_is_told(
    kiosk: Any, practice: Practice, home_folder: Path
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await make_codes(pilot, practice)
        await open_printing(pilot)
        kiosk.screen.query_one("#folder").focus_line()
        await type_text(pilot, "x")
        await pilot.press("enter", "enter")
        await see(pilot, "There is no such folder.")
    assert list(home_folder.iterdir()) == []


async def test_the_codes_are_dropped_by_the_lock_from_the_sheet_that_prints(
    kiosk: Any, practice: Practice, printer: StandIn
) -> None:
    """Attack: lock while the printing sheet is open, unlock, and print somebody's codes."""
    async with kiosk.run_test(size=SMALL) as pilot:
        codes = await make_codes(pilot, practice)
        await open_printing(pilot)
        await pilot.press("f9")
        await see(pilot, "still signed in")
        assert len(kiosk.screen_stack) == 1
        assert not [code for code in codes if code in seen(kiosk)]
    assert printer.taken is None
