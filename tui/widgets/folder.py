"""The field for a folder to save in.

One rule: only a whole path to a folder that is there is taken; what a path means must not depend on
where the kiosk was started.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tui.widgets.field import Field
from tui.widgets.paths import PathSuggester, first_folder, kind_of, path_of

NO_FOLDER: Final = "There is no such folder. Make it first, or name another."
CLOSED: Final = "This computer does not let you look in there. Name another folder."
READ_ONLY: Final = "This computer does not let you write in there. Name another folder."
A_FILE: Final = "That is a file. Name the folder to save in."
NOT_WHOLE: Final = "Type the whole path of the folder, from its beginning."
LONGEST: Final = 4096
"""Characters: the longest path of Linux."""


class FolderField(Field):
    """A Field with the id `folder`, which offers the folder to save in."""

    def __init__(
        self,
        label: str = "Save to folder",
        meaning: str = "→ completes what is shown dim. The folder must be there already.",
    ) -> None:
        super().__init__(
            label,
            id="folder",
            value=first_folder(),
            suggester=PathSuggester(),
            max_length=LONGEST,
            meaning=meaning,
        )

    def folder(self) -> Path | None:
        """Return the folder that is typed; else complain, go there, and return None."""
        why_not = why_no_folder(self.value)
        self.complain(why_not)
        if why_not:
            self.focus_line()
            return None
        return path_of(self.value)


def why_no_folder(typed: str) -> str:
    """Return why nothing can be saved in the folder that a text names; empty if it can be tried."""
    path = path_of(typed)
    if path is None:
        return NOT_WHOLE
    why_not = {"folder": "", "file": A_FILE, "closed": CLOSED}.get(kind_of(path), NO_FOLDER)
    return why_not or ("" if _may_write(path) else READ_ONLY)


def why_no_new_folder(path: Path) -> str:
    """Return why no folder can be filled at `path`, which is made where it is missing."""
    return why_no_folder(str(path if kind_of(path) else path.parent))


def _may_write(folder: Path) -> bool:
    as_who_runs = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=as_who_runs)
