"""The field for a folder to save in: what is typed there is a person's, and may be anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.widgets.folder import folder_of


def test_the_home_folder_and_a_folder_in_it(home_folder: Path) -> None:
    """D16: `~` is the home folder, and it is that folder that the file goes to."""
    (home_folder / "on the stick").mkdir()
    assert folder_of(" ~/on the stick ") == home_folder / "on the stick"
    assert folder_of(str(home_folder)) == home_folder


@pytest.mark.parametrize(
    "typed",
    ["", " ", ".", "here", "~nobody-of-this-name/x", "/" + "x" * 4000, "/\0", "/no/such/folder"],
)
def test_what_is_no_folder_is_none(
    typed: str, home_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is one that depends on where the kiosk was started."""
    (home_folder / "here").mkdir()
    monkeypatch.chdir(home_folder)
    assert folder_of(typed) is None


def test_a_file_is_no_folder(home_folder: Path) -> None:
    file = home_folder / "list.csv"
    file.write_text("a")
    assert folder_of(str(file)) is None
