"""Disc images from an opened archive, as a person makes them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from exporter.archive.reader import Archive
from exporter.convert import burning
from store.practice import Practice
from tests.tui.conftest import SMALL, arrive, see, type_text
from tests.tui.test_open_archive import open_it
from tui.screens.disc import DiscDialog, LockedCsvDialog
from tui.screens.discs import DiscsDialog

PASSPHRASE = "four quiet maple trees"


def disclosed(practice: Practice) -> list[tuple[str, int]]:
    found = practice.call(lambda s: s.rows("SELECT form, is_encrypted FROM disclosure"))
    return [(row["form"], row["is_encrypted"]) for row in found]


@pytest.mark.skipif(
    shutil.which("xorriso") is None, reason="xorriso is not installed (apt install xorriso)"
)
async def test_d19_warned_made_and_burned(
    kiosk: Any,
    archive: Path,
    practice: Practice,
    home_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D19: the harmless answer first; each disc with its size; burned onto a drive of a file."""
    drive = burning.Drive(f"stdio:{home_folder / 'disc'}", "the drive of a file")
    monkeypatch.setattr(burning, "drives", lambda: (drive,))
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await pilot.press("d")
        await arrive(pilot, DiscDialog)
        await see(pilot, "A disc is not encrypted")
        assert kiosk.screen.focused.id == "back"
        await pilot.press("tab", "tab", "enter")
        await arrive(pilot, DiscsDialog)
        await see(pilot, f"{archive.stem}-disc-1-of-1.iso")
        await see(pilot, "put a blank disc into the drive of a file")
        assert kiosk.screen.focused.id == "back"
        await pilot.press("b")
        await see(pilot, "is burned, read back and right.")
        await pilot.press("b")
        await see(pilot, "All are burned.")
        await pilot.press("escape")
        await see(pilot, "1 disc image,")
    (image,) = home_folder.glob("*.iso")
    assert (home_folder / "disc").read_bytes().startswith(image.read_bytes())
    assert disclosed(practice) == [("disc", 0), ("disc", 0)]


async def test_the_encrypted_way_is_offered_and_needs_a_passphrase(
    kiosk: Any, archive: Path, practice: Practice, home_folder: Path
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await pilot.press("d")
        await arrive(pilot, DiscDialog)
        await pilot.press("tab", "enter")
        await arrive(pilot, LockedCsvDialog)
        await type_text(pilot, "short")
        await pilot.press("enter")
        await type_text(pilot, "short")
        await pilot.press("enter")
        await see(pilot, "A passphrase needs at least 15")
        await pilot.press("ctrl+u")
        await type_text(pilot, PASSPHRASE)
        await pilot.press("tab", "ctrl+u")
        await type_text(pilot, PASSPHRASE)
        await pilot.press("enter")
        await see(pilot, "rows, encrypted.")
    with Archive.open(home_folder / f"{archive.stem}-csv.zip", PASSPHRASE) as made:
        text = made.read("patient.csv", 1 << 20).decode("utf-8-sig")
    assert text.count("Nguyễn") == 450
    assert disclosed(practice) == [("csv", 1)]
