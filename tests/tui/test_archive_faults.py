"""An opened archive with a fault, or without a manifest: what is told of it, file by file."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from exporter.archive.reader import Archive
from exporter.convert.locked_csv import to_locked_csv
from store.practice import Practice
from tests import people
from tests.exporter.archive.making import MOMENT, PASSWORD
from tests.tui.conftest import LARGE, SMALL, see, seen, settle, sign_in, words_of
from tests.tui.places import open_place
from tests.tui.test_folder import not_root
from tests.tui.test_open_archive import choose_and_open, go_to

CODE_IS_WRONG = "its authentication code is wrong, so a byte of it was changed"
FOLDER = "Records of the practice/Patients/2026/November/Correspondence with insurance companies"
LETTERS = [f"{FOLDER}/the letter number {number} of November.csv" for number in (1, 2, 3)]


def flip(path: Path, name: str, password: str, *, from_the_end: int = 1) -> None:
    """Change a byte of one entry; its last one belongs to its authentication code."""
    with Archive.open(path, password) as archive:
        place = archive.entry(name).end - from_the_end
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


async def look_into(pilot: Any, path: Path, password: str = PASSWORD) -> None:
    await sign_in(pilot)
    await open_place(pilot, "open_archive")
    await choose_and_open(pilot, path.name, password)


def line_of(app: Any, name: str) -> str:
    """Return the line of the list that names a file or table."""
    return next(line for line in seen(app).splitlines() if line[2:].startswith(f"{name} "))


@pytest.fixture
def folders(home_folder: Path) -> Path:
    """What 7-Zip makes of a folder with folders in it."""
    seven_zip = shutil.which("7z") or shutil.which("7zz") or pytest.skip("needs 7-Zip")
    (home_folder / FOLDER).mkdir(parents=True)
    for name in LETTERS:
        (home_folder / name).write_text("number;word\n" + "1;two\n" * 2_000)
    made = home_folder / "zz.zip"
    subprocess.run(
        [seven_zip, "a", "-tzip", f"-p{PASSWORD}", "-mem=AES256", made, FOLDER.partition("/")[0]],
        check=True,
        capture_output=True,
        cwd=home_folder,
    )
    return made


async def test_a_damaged_table_is_not_shown_as_a_sound_one(kiosk: Any, archive: Path) -> None:
    """Attack: one table was changed on its way; its rows look like any others."""
    password = people.PASSWORDS["dana"]
    flip(archive, "patient.txt", password)
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, archive, password)
        await see(pilot, f"Damaged or changed. patient.txt: {CODE_IS_WRONG}.")
        await go_to(pilot, "patient")
        assert "damaged or changed" in line_of(kiosk, "patient")
        await pilot.press("enter")
        await see(pilot, "Row 1 of 450")
        await see(pilot, f"Damaged or changed: {CODE_IS_WRONG}. What stands here may be wrong.")
        await pilot.press("n")
        await see(pilot, "Row 201 of 450")
        await see(pilot, "What stands here may be wrong.")
        await pilot.press("escape")
        await see(pilot, "What it holds")
        await go_to(pilot, "provider")
        await pilot.press("enter")
        await see(pilot, "Row 1 of 1")
        assert "wrong" not in words_of(kiosk)


async def test_an_archive_whose_manifest_is_damaged_is_not_called_another_programs(
    kiosk: Any, archive: Path
) -> None:
    flip(archive, "datapackage.json", people.PASSWORDS["dana"])
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, archive, people.PASSWORDS["dana"])
        await see(pilot, CODE_IS_WRONG)
        await see(pilot, "It has no manifest to compare with: nobody can tell whether")
        assert "another program" not in words_of(kiosk)
        await pilot.press("home")
        await settle(pilot, lambda: "datapackage.json " in seen(kiosk))
        assert "damaged or changed" in line_of(kiosk, "datapackage.json")


async def test_an_encrypted_archive_of_csv_is_not_called_another_programs(
    kiosk: Any, archive: Path, home_folder: Path
) -> None:
    """D19: Chairside makes it itself, and it holds no manifest."""
    with Archive.open(archive, people.PASSWORDS["dana"]) as opened:
        to_locked_csv(opened, home_folder / "zz.zip", "a passphrase of many letters", MOMENT)
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, home_folder / "zz.zip", "a passphrase of many letters")
        await see(pilot, "It has no manifest to compare with: nobody can tell whether")
        await see(pilot, "every code and checksum right.")
        await pilot.press("f1")
        await see(pilot, "An archive without a manifest")
        assert "another program" not in words_of(kiosk)
        assert "Chairside did not make" not in words_of(kiosk)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_files_of_one_folder_are_told_apart(
    kiosk: Any, folders: Path, size: tuple[int, int]
) -> None:
    """What is too long is cut at its beginning; the whole name stands under the list."""
    async with kiosk.run_test(size=size) as pilot:
        await look_into(pilot, folders)
        for name in LETTERS:
            await see(pilot, name[-25:])
        await pilot.press("end")
        await settle(pilot, lambda: spaceless(LETTERS[-1]) in spaceless(words_of(kiosk)))


def spaceless(text: str) -> str:
    """Return a text without blanks: a long name is broken where its line ends."""
    return text.replace(" ", "")


async def test_a_fault_of_a_file_deep_down_is_told_with_the_end_of_its_name(
    kiosk: Any, folders: Path
) -> None:
    flip(folders, LETTERS[1], PASSWORD)
    told = spaceless(f"…{LETTERS[1][-80:]}: {CODE_IS_WRONG}.")
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, folders)
        await settle(pilot, lambda: told in spaceless(words_of(kiosk)))
        await see(pilot, "damaged or changed")


async def test_a_long_note_is_told_to_its_end_and_no_code_is_claimed_where_there_is_none(
    kiosk: Any, folders: Path
) -> None:
    """An entry that is not encrypted beside those that are."""
    with zipfile.ZipFile(folders, "a") as plain:
        plain.writestr(f"{FOLDER}/{'a note that is not encrypted, ' * 5}.txt", "no table")
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, folders)
        await see(pilot, "4 files; 1 is not encrypted and without a code, so anybody could have")
        await see(pilot, "Every code and checksum of the others is right.")
        await pilot.press("end")
        await see(pilot, "everybody can read it, and anybody could have changed it.")


async def test_a_folder_that_may_not_be_read_is_not_called_empty(
    kiosk: Any, home_folder: Path
) -> None:
    (home_folder / "closed").mkdir()
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "open_archive")
        await see(pilot, "closed/")
        await pilot.press("tab", "tab", "end")
        with not_root():
            await pilot.press("enter")
            await see(pilot, "This computer does not let you look in there.")
        assert "No .zip file" not in words_of(kiosk)
        await pilot.press("home", "enter")
        await see(pilot, "closed/")
        (home_folder / "closed").rmdir()
        await pilot.press("end", "enter")
        await see(pilot, "This folder cannot be read now.")


async def test_an_empty_archive_is_called_empty(kiosk: Any, home_folder: Path) -> None:
    with zipfile.ZipFile(home_folder / "zz.zip", "w"):
        pass
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, home_folder / "zz.zip")
        await see(pilot, "The archive is empty: it holds no file.")
        assert "everybody can read it" not in words_of(kiosk)


async def test_an_answer_goes_when_the_next_thing_is_asked_for(kiosk: Any, archive: Path) -> None:
    """Beside a complaint about what is typed now it would be read as one about it."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, archive, "not the password")
        await see(pilot, "Wrong password.")
        kiosk.screen.query_one("#path").value = "/no/such/file.zip"
        await pilot.press("enter")
        await see(pilot, "There is no such file.")
        assert "Wrong password." not in words_of(kiosk)


async def test_help_of_extracting_is_about_extracting_and_an_old_error_goes(
    kiosk: Any, archive: Path, home_folder: Path
) -> None:
    """A target that cannot be is told under its field: the archive is well."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await look_into(pilot, archive, people.PASSWORDS["dana"])
        await see(pilot, "Whole and unchanged")
        await pilot.press("x")
        await see(pilot, "Nothing is overwritten.")
        await pilot.press("f1")
        await see(pilot, "as it is in the archive")
        assert "spreadsheet" not in words_of(kiosk)
        await pilot.press("escape")
        (home_folder / "README.txt").write_text("mine")
        kiosk.screen.query_one("#target").value = str(home_folder)
        await pilot.press("enter")
        await see(pilot, "There is already a file")
        kiosk.screen.query_one("#target").value = str(archive)
        await pilot.press("enter")
        await see(pilot, "That is a file.")
        assert "There is already a file" not in words_of(kiosk)


async def test_who_may_not_convert_is_told_before_any_form(
    kiosk: Any, archive: Path, practice: Practice
) -> None:
    """D4's manner: the key names the right that it needs; looking needs none."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await open_place(pilot, "open_archive")
        await choose_and_open(pilot, archive.name, people.PASSWORDS["dana"])
        await see(pilot, "Whole and unchanged")
        for key in ("c", "e", "d", "x"):
            await see(pilot, "(c CSV)")
            await pilot.press(key)
            await see(pilot, "It needs the right Utilities - Data Download: View Only.")
        await pilot.press("enter")
        await see(pilot, "Row 1 of")
    tried = practice.call(
        lambda s: s.value("SELECT count(*) FROM audit_log WHERE action = 'refused'")
    )
    assert tried == 0
