"""The field for a folder to save in: what is typed there is a person's, and may be anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tui.widgets.folder import (
    A_FILE,
    CLOSED,
    NO_FOLDER,
    NOT_WHOLE,
    READ_ONLY,
    why_no_folder,
    why_no_new_folder,
)
from tui.widgets.paths import complete, entries, path_of

NOBODY = 65534


@contextmanager
def not_root() -> Iterator[None]:
    """As somebody to whom a folder can be closed: to root none is."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_the_home_folder_and_a_folder_in_it(home_folder: Path) -> None:
    """D16: `~` is the home folder, and it is that folder that the file goes to."""
    (home_folder / "on the stick").mkdir()
    assert path_of(" ~/on the stick ") == home_folder / "on the stick"
    assert path_of(str(home_folder)) == home_folder
    assert not why_no_folder(" ~/on the stick ")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        *((typed, NOT_WHOLE) for typed in ("", " ", ".", "here", "~nobody-of-this-name/x", "/\0")),
        *((typed, NO_FOLDER) for typed in ("/" + "x" * 4000, "/no/such/folder")),
    ],
)
def test_what_is_no_folder_is_told_by_its_reason(
    typed: str, told: str, home_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is one that depends on where the kiosk was started."""
    (home_folder / "here").mkdir()
    monkeypatch.chdir(home_folder)
    assert why_no_folder(typed) == told
    assert complete(typed) is None


def test_a_file_is_no_folder(home_folder: Path) -> None:
    file = home_folder / "list.csv"
    file.write_text("a")
    assert why_no_folder(str(file)) == A_FILE


def test_a_closed_folder_is_not_told_as_missing(home_folder: Path) -> None:
    """Who reads `there is no such folder` of a folder that is there looks for it in vain."""
    inner = home_folder / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0)
    try:
        with not_root():
            assert why_no_folder(str(inner)) == CLOSED
    finally:
        inner.parent.chmod(0o700)


def test_a_closed_folder_is_not_taken_for_an_empty_one(home_folder: Path) -> None:
    with not_root():
        with pytest.raises(PermissionError):
            entries(home_folder)
        assert complete(f"{home_folder}/x") is None


def test_a_link_that_leads_nowhere_hides_nothing_beside_it(home_folder: Path) -> None:
    (home_folder / "loop").symlink_to("loop")
    (home_folder / "kept").mkdir()
    assert entries(home_folder) == [f"kept{os.sep}"]


def test_a_folder_to_be_made_or_filled_is_looked_at_first(home_folder: Path) -> None:
    """Where nothing can be written the archive is not to blame."""
    file = home_folder / "plain.zip"
    file.write_text("a")
    assert why_no_new_folder(file) == A_FILE
    assert not why_no_new_folder(home_folder)
    assert not why_no_new_folder(home_folder / "new")
    assert why_no_new_folder(home_folder / "not there" / "new") == NO_FOLDER
    with not_root():
        assert why_no_new_folder(Path("/usr/new")) == READ_ONLY
