"""Around the printed sheet: leaving without it, and the folder it is saved in (REQUIREMENTS P9).

One rule: both only ask; whoever opened them does what was answered.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Final

from textual.app import ComposeResult
from textual.widgets import Static

from tui.widgets.button import PushButton
from tui.widgets.folder import FolderField
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

PRINT: Final = "print"
LEAVE: Final = "leave"


def free_name(folder: Path, stem: str) -> Path:
    """Return the first name for a PDF that is not taken in a folder; it names no patient."""
    tried = (f"{stem}{f'-{number}' if number else ''}.pdf" for number in count())
    return next(folder / name for name in tried if not (folder / name).exists())


class LeaveUnprintedDialog(Dialog[str | None], place="leave_unprinted"):
    """Answers PRINT, LEAVE, or None to stay (P9)."""

    TITLE_TEXT = "Print the sheet first?"

    def body(self) -> ComposeResult:
        """What is lost by leaving."""
        yield Static(
            content(
                "The new password is not printed yet. Once you leave this page it cannot be shown"
                " or printed any more; a new one can be made."
            )
        )

    def buttons(self) -> ComposeResult:
        """The harmless ones first."""
        yield PushButton("Stay", id="back")
        yield PushButton("Print", id=PRINT)
        yield PushButton("Leave without", id=LEAVE, danger=True)

    def on_mount(self) -> None:
        """On printing: it loses nothing, and is what is forgotten."""
        self.query_one(f"#{PRINT}").focus()

    def pressed(self, button: str) -> None:
        """The answer."""
        self.dismiss(button)

    def leave(self) -> None:
        """Stay."""
        self.dismiss(None)


class SaveSheetDialog(Dialog[Path | None], place="save_sheet"):
    """Answers the folder to save in; None for none."""

    TITLE_TEXT = "Save the sheet as a PDF"

    def body(self) -> ComposeResult:
        """What it is, and where to."""
        yield Static(
            join(
                ("The file ", "bold $tone-warn"),
                ("is not encrypted and holds the password: print it, then delete it.", ""),
            )
        )
        yield Static("")
        yield FolderField()

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Begin at the folder."""
        self.query_one(FolderField).focus_line()

    def entered(self) -> None:
        """Enter goes on to saving."""
        self.query_one("#save").focus()

    def pressed(self, button: str) -> None:
        """Check the folder, then answer."""
        folder = self.query_one(FolderField).folder()
        if folder is not None:
            self.dismiss(folder)

    def leave(self) -> None:
        """Not saved."""
        self.dismiss(None)
