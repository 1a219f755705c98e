"""The field for a folder to save in.

One rule: only a whole path to a folder that is there is taken; what a path means must not depend on
where the kiosk was started.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tui.widgets.field import Field
from tui.widgets.paths import PathSuggester, first_folder

NO_FOLDER: Final = "There is no such folder. Make it first, or name another."
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
        found = folder_of(self.value)
        self.complain("" if found else NO_FOLDER)
        if found is None:
            self.focus_line()
        return found


def folder_of(typed: str) -> Path | None:
    """Return the folder that a text means; None where it names none, or none that can be seen."""
    try:
        folder = Path(typed.strip()).expanduser()
        return folder if folder.is_absolute() and folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        # A name that is too long, the home of nobody, a folder inside a closed one.
        return None
