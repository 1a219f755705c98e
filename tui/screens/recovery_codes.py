"""The ten recovery codes, shown once (REQUIREMENTS S5, D23).

One rule: they stand on this sheet and nowhere else; leaving it asks whether they were kept.
"""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.widgets import Static

from tui.screens.dialogs import ConfirmDialog
from tui.widgets.button import PushButton
from tui.widgets.place import Dialog
from tui.widgets.safe import content

_COLUMNS: Final = 2
_GAP: Final = " " * 6


def in_two_columns(codes: tuple[str, ...]) -> str:
    """Return the codes with their numbers, read down the columns."""
    rows = (len(codes) + _COLUMNS - 1) // _COLUMNS
    numbered = [f"{number:>2}  {code}" for number, code in enumerate(codes, 1)]
    return "\n".join(_GAP.join(numbered[row::rows]) for row in range(rows))


class RecoveryCodesDialog(Dialog[bool], place="recovery_codes"):
    """Answers True once they were kept."""

    TITLE_TEXT = "Your recovery codes"

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__()
        self._codes = codes

    def body(self) -> ComposeResult:
        """The codes, and how to keep them."""
        yield Static(
            content(
                "Write them on paper and keep it away from this terminal. Each code works once,"
                " in place of the text message or the app. They are never shown again; those"
                " you had before no longer work."
            )
        )
        yield Static(content(in_two_columns(self._codes), "bold $tone-key"), id="codes")

    def buttons(self) -> ComposeResult:
        """One way on, which asks."""
        yield PushButton("I have written them down", id="kept")

    def on_mount(self) -> None:
        """The one button."""
        self.query_one("#kept").focus()

    def pressed(self, button: str) -> None:
        """Ask once more: there is no second look."""
        self.leave()

    def leave(self) -> None:
        """Ask whether they were kept; a hasty key must not lose them."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._codes = ()
                self.dismiss(True)

        self.open(
            ConfirmDialog(
                "Leave the recovery codes?",
                "They cannot be shown again. If they were not written down, make new ones.",
                do="Leave",
                keep="Look once more",
            ),
            answered,
        )
