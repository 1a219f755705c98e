"""Open an archive: choose, check, look, convert; with real archives of the real runner."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.archive.making import PASSWORD
from tests.exporter.archive.test_reader import foreign
from tests.tui.conftest import (
    LARGE,
    SMALL,
    add_odd_people,
    ready_download,
    see,
    settle,
    sign_in,
    type_text,
    words_of,
)
from tests.tui.places import open_place


async def choose_and_open(pilot: Any, name: str, password: str) -> None:
    """Choose the file in the folder's list and type its password."""
    await see(pilot, name)
    await pilot.press("tab", "tab")
    await pilot.press("end", "enter")
    await see(pilot, name)
    await type_text(pilot, password)
    await pilot.press("enter")


async def open_it(pilot: Any, archive: Path) -> None:
    await sign_in(pilot)
    await open_place(pilot, "open_archive")
    await choose_and_open(pilot, archive.name, people.PASSWORDS["dana"])
    await see(pilot, "Whole and unchanged")


async def go_to(pilot: Any, table: str) -> None:
    await settle(pilot, lambda: bool(pilot.app.screen.query_one("#tables").row_count))
    await pilot.press("home")
    for _ in range(80):
        if f"▌{table} " in "\n".join(_marked_lines(pilot.app)):
            return
        await pilot.press("down")
    raise AssertionError(f"no table {table}")


def _marked_lines(app: Any) -> list[str]:
    from tests.tui.conftest import seen

    return [line.strip() for line in seen(app).splitlines() if line.strip().startswith("▌")]


async def test_an_archive_is_verified_and_its_tables_are_told(kiosk: Any, archive: Path) -> None:
    """REQUIREMENTS 6: manifest and verify; D20: the meaning of every field on screen."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await see(pilot, "every checksum right")
        await see(pilot, "Snapshot of 21 Nov 2026 09:00, America/Los_Angeles")
        await go_to(pilot, "patient")
        await see(pilot, "450")
        await pilot.press("m")
        await see(pilot, "Fields of patient")
        await see(pilot, "Family name.")


async def test_paging_through_a_table(kiosk: Any, archive: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await go_to(pilot, "patient")
        await pilot.press("enter")
        await see(pilot, "Row 1 of 450")
        await pilot.press("n")
        await see(pilot, "Row 201 of 450")
        await pilot.press("end", "down")
        await see(pilot, "Row 401 of 450")
        await pilot.press("n")
        await see(pilot, "This is the last page.")
        await pilot.press("up")
        await see(pilot, "Row 400 of 450")
        await pilot.press("right", "right")
        await see(pilot, "last_name Nguyễn 399")
        await pilot.press("enter")
        await see(pilot, "Close")


async def test_the_first_rows_stand_under_the_tables_where_there_is_room(
    kiosk: Any, archive: Path
) -> None:
    """SCREENS, Open an archive: a look at the marked table before it is opened."""
    async with kiosk.run_test(size=LARGE) as pilot:
        await open_it(pilot, archive)
        await go_to(pilot, "patient")
        await see(pilot, "1 Nguyễn 0 Máire")
        await see(pilot, "5 Nguyễn 4 Máire")
        assert "Nguyễn 5" not in words_of(kiosk)
        await pilot.press("end")
        await see(pilot, "No rows in this archive.")
        assert "Nguyễn" not in words_of(kiosk)


async def test_on_a_low_screen_the_list_of_tables_keeps_its_room(kiosk: Any, archive: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await go_to(pilot, "patient")
        assert not kiosk.screen.query_one("#preview").display
        assert "Nguyễn" not in words_of(kiosk)


async def test_of_a_damaged_archive_no_first_rows_are_shown(kiosk: Any, archive: Path) -> None:
    """Attack: the rows of an archive that was changed on its way look like any others."""
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(bytes(data))
    async with kiosk.run_test(size=LARGE) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "open_archive")
        await choose_and_open(pilot, archive.name, people.PASSWORDS["dana"])
        await see(pilot, "Damaged or changed.")
        await go_to(pilot, "patient")
        await see(pilot, "A person the practice treats")
        assert "Nguyễn" not in words_of(kiosk)


async def test_a_code_is_told_with_its_meaning_and_what_else_it_may_be(
    kiosk: Any, archive: Path
) -> None:
    """D20: the meaning of every coded value, where it stands."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await go_to(pilot, "patient")
        await pilot.press("enter")
        await see(pilot, "Row 1 of 450")
        names = [field.name for field in kiosk.screen._described.fields]
        await pilot.press(*["right"] * names.index("status"))
        await see(pilot, "patient = ")
        await pilot.press("enter")
        await see(pilot, "It may be:")
        await see(pilot, "inactive = ")


@pytest.mark.parametrize(
    "typed", ["~nobody-of-this-name/x.zip", "/" + "x" * 4000, "here.zip", "/no/such/file.zip"]
)
async def test_a_path_that_is_none_is_told_and_ends_nothing(kiosk: Any, typed: str) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "open_archive")
        await see(pilot, "In this folder")
        kiosk.screen.query_one("#path").value = typed
        await pilot.press("enter")
        await see(pilot, "There is no such file.")
        kiosk.screen.query_one("#path").value = "~"
        await pilot.press("enter")
        await see(pilot, "→ completes the dim text.")


async def test_a_place_to_convert_to_that_is_none_is_told(kiosk: Any, archive: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await pilot.press("c")
        await see(pilot, "is not encrypted")
        for typed, told in (
            ("~nobody-of-this-name/csv", "Type the whole path of the folder"),
            ("/no/such/folder/csv", "There is no such folder."),
            (f"{archive}/csv", "That is a file."),
        ):
            kiosk.screen.query_one("#target").value = typed
            await pilot.press("enter")
            await see(pilot, told)


async def test_a_wrong_password_opens_nothing(kiosk: Any, archive: Path) -> None:
    """D14: case-sensitive."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "open_archive")
        await choose_and_open(pilot, archive.name, people.PASSWORDS["dana"].upper())
        await see(pilot, "Wrong password.")
        assert kiosk.screen.query_one("#password").value == ""


async def test_a_flipped_byte_is_named_with_its_file(kiosk: Any, archive: Path) -> None:
    """Attack: a byte of the archive is changed on its way."""
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(bytes(data))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "open_archive")
        await choose_and_open(pilot, archive.name, people.PASSWORDS["dana"])
        await see(pilot, "Damaged or changed.")


async def test_a_file_that_is_no_archive_is_told(kiosk: Any, home_folder: Path) -> None:
    (home_folder / "notes.zip").write_text("these are notes")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "open_archive")
        await choose_and_open(pilot, "notes.zip", "any password")
        await see(pilot, "The archive cannot be used.")


async def test_without_a_user_one_may_look_but_not_convert(kiosk: Any, archive: Path) -> None:
    """A conversion is written to the audit trail, so somebody must be signed in."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await pilot.press("f6")
        await choose_and_open(pilot, archive.name, people.PASSWORDS["dana"])
        await see(pilot, "Whole and unchanged")
        await pilot.press("c")
        await see(pilot, "Converting needs a signed-in user")
        await pilot.press("escape")
        await see(pilot, "Its password")
        await pilot.press("escape")
        await see(pilot, "User name")
        assert kiosk.is_locked


async def test_an_open_archive_is_dropped_by_the_lock_without_a_user_too(
    kiosk: Any, archive: Path, clock: FixedClock
) -> None:
    """Vulnerability: patient data left open at the sign-in terminal."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await pilot.press("f6")
        await choose_and_open(pilot, archive.name, people.PASSWORDS["dana"])
        await see(pilot, "Whole and unchanged")
        opened = kiosk.screen._archive
        clock.advance(minutes=10)
        await see(pilot, "User name")
        assert "Whole" not in words_of(kiosk)
        await settle(pilot, lambda: opened._open_file.closed)


async def test_converting_to_csv(
    kiosk: Any, archive: Path, practice: Practice, home_folder: Path
) -> None:
    """D18; the conversion is in the audit trail."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await pilot.press("c")
        await see(pilot, "is not encrypted and tells about patients.")
        await pilot.press("enter")
        await see(pilot, "Converted.")
    text = (home_folder / f"{archive.stem}-csv" / "patient.csv").read_text("utf-8-sig")
    assert text.count("Nguyễn") == 450
    form = practice.call(lambda s: s.value("SELECT form FROM disclosure WHERE is_encrypted = 0"))
    assert form == "csv"


async def test_converting_to_a_workbook(kiosk: Any, archive: Path, home_folder: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        await pilot.press("e")
        await see(pilot, "Convert to an Excel workbook")
        await pilot.press("enter")
        await settle(pilot, lambda: "Converted." in words_of(kiosk), tries=1000)
    from openpyxl import load_workbook

    book = load_workbook(home_folder / f"{archive.stem}.xlsx")
    assert book["patient"].max_row == 451


async def test_converting_twice_overwrites_nothing(kiosk: Any, archive: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, archive)
        for said in ("Converted.", "There is already a file"):
            await pilot.press("c")
            await see(pilot, "is not encrypted")
            await pilot.press("enter")
            await see(pilot, said)


async def test_odd_names_do_not_break_any_screen(
    kiosk: Any, practice: Practice, clock: FixedClock, home_folder: Path
) -> None:
    """Attack: `Jane [/x] Doe`, escape sequences, overrides and endless names in patient data."""
    add_odd_people(practice)
    ready_download(practice, clock)
    (made,) = practice.folder.downloads.glob("*.zip")
    shutil.copy(made, home_folder)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_it(pilot, made)
        await go_to(pilot, "patient")
        await pilot.press("enter")
        await see(pilot, "Jane [/x] Doe 王小明")
        await see(pilot, "O'Brien [DDS]")
        await see(pilot, "line␊break␉tab␛[31m")
        for row in range(5):
            await pilot.press("right", "right") if not row else await pilot.press("down")
            await pilot.press("enter")
            await see(pilot, "Close")
            assert "\x1b" not in words_of(kiosk)
            await pilot.press("escape")
        await see(pilot, "field 3 of")


async def test_an_archive_of_another_program_is_shown_and_extracted(
    kiosk: Any, practice: Practice, home_folder: Path
) -> None:
    """Issue 5: its entries with how each is locked, its texts as tables, its files into a folder;
    an entry that is not encrypted is told as such."""
    made = foreign(home_folder / "other.zip", {"list.csv": b"name;city\nAda;Alameda\n"}, 192)
    with zipfile.ZipFile(made, "a") as plain:
        plain.writestr("note.txt", "no table")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "open_archive")
        await choose_and_open(pilot, made.name, PASSWORD)
        await see(pilot, "no manifest to compare with")
        for words in ("AES-192, AE-2", "not encrypted"):
            await see(pilot, words)
        await pilot.press("enter")
        await see(pilot, "Row 1 of 1")
        await see(pilot, "Alameda")
        await pilot.press("escape")
        await see(pilot, "no manifest to compare with")
        await pilot.press("down")
        await see(pilot, "not authenticated")
        await pilot.press("enter")
        await see(pilot, "cannot be shown as a table")
        await pilot.press("x")
        await see(pilot, "Extract the files")
        await pilot.press("enter")
        await see(pilot, "Extracted.")
    extracted = {path.name for path in (home_folder / "other-files").iterdir()}
    assert extracted == {"list.csv", "note.txt"}
    told = practice.call(
        lambda s: s.value("SELECT description FROM disclosure WHERE form = 'files'")
    )
    assert told == "Extracted 2 files of other.zip."
