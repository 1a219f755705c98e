"""Paths as they are typed: completion, what a text means, and the first folder to offer.

One rule: whatever is typed is answered and never an error; a folder is read in a thread, and one
that cannot be read completes to nothing.
"""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Literal

from textual.suggester import Suggester


class PathSuggester(Suggester):
    """Completes folders, and files with one ending where `suffix` names it."""

    def __init__(self, suffix: str | None = None) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suffix = suffix

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` with its last part completed; None where nothing fits."""
        return await asyncio.to_thread(complete, value, self._suffix)


def complete(value: str, suffix: str | None = None) -> str | None:
    """Complete the last part of a path: the first folder or fitting file that begins with it."""
    folder, begun = os.path.split(value)
    if not folder or not begun:
        return None
    named = path_of(folder)
    try:
        names = entries(named, suffix) if named else []
    except OSError:
        return None
    for name in names:
        if name.startswith(begun) and name != begun:
            return value + name[len(begun) :]
    return None


def entries(folder: Path, suffix: str | None = None) -> list[str]:
    """Return the folders (ending in the separator) and fitting files of a folder, sorted.

    Raises OSError where the folder cannot be read: it must not be taken for an empty one.
    """
    names: list[str] = []
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                names.append(entry.name + os.sep)
            elif suffix and entry.name.lower().endswith(suffix):
                names.append(entry.name)
    return sorted(names, key=str.casefold)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to where this user may not look, or to itself.
        return False


def path_of(typed: str) -> Path | None:
    """Return the whole path that a text means, `~` being the home folder; None where it is none.

    What a path means must not depend on where the kiosk was started.
    """
    try:
        path = Path(typed.strip()).expanduser()
    except RuntimeError:
        # The home of nobody.
        return None
    return path if path.is_absolute() and "\0" not in typed else None


def kind_of(path: Path) -> Literal["folder", "file", "closed", ""]:
    """Return what is at a path; `closed` where that is not for this user of the computer to see."""
    try:
        mode = path.stat().st_mode
    except PermissionError:
        return "closed"
    except OSError:
        # Nothing there, a name that is too long, a file in the place of a folder.
        return ""
    return "folder" if stat.S_ISDIR(mode) else "file"


def first_folder() -> str:
    """Return the folder to offer for saving: Documents if there is one, else the home folder."""
    home = Path.home()
    documents = home / "Documents"
    return str(documents if documents.is_dir() else home)
