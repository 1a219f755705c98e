"""Before something is kept: what will be different, and what somebody else changed meanwhile.

One rule: the harmless answer has the focus; nothing is saved or thrown away without being read.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.widgets.button import PushButton
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

MERGE = "merge"
DISCARD = "discard"


class SaveReviewDialog(Dialog[bool], place="save_review"):
    """Shows each difference in a line; answers whether to save them.

    Args:
        lines: name, what it is in the saved record, what it will be.
        warning: what the reader should think of before; may be empty.
    """

    def __init__(
        self, title: str, lines: Sequence[tuple[str, str, str]], *, warning: str = ""
    ) -> None:
        super().__init__()
        self._title_shown = title
        self._lines = tuple(lines)
        self._warning = warning

    @property
    def title_text(self) -> str:
        """The title it was made with."""
        return self._title_shown

    def body(self) -> ComposeResult:
        """One line for each difference, then the warning."""
        parts: list[tuple[str, str]] = []
        for name, before, after in self._lines:
            parts += [(f"{name}\n", "bold"), (f"  {before} → ", "$tone-dim")]
            parts.append((f"{after}\n", "$tone-key"))
        with VerticalScroll(id="differences"):
            yield Static(join(*parts))
        if self._warning:
            yield Static(join(("● ", "$tone-warn"), (self._warning, "")), id="warning")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Go on changing", id="back")
        yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Enter saves only after a step to the button."""
        self.query_one("#back").focus()

    def pressed(self, button: str) -> None:
        """Save."""
        self.dismiss(button == "save")

    def leave(self) -> None:
        """Nothing is saved."""
        self.dismiss(False)


class ChangedMeanwhileDialog(Dialog[str | None], place="changed_meanwhile"):
    """Tells what somebody else saved; answers MERGE, DISCARD, or None to leave all as it is."""

    TITLE_TEXT = "Somebody else saved this meanwhile"

    def __init__(self, by: str, changes: Sequence[str]) -> None:
        super().__init__()
        self._by = by
        self._changes = tuple(changes)

    def body(self) -> ComposeResult:
        """Who, and each change as the audit trail tells it."""
        yield Static(join((self._by, "bold"), (" saved this after you opened it:", "")))
        with VerticalScroll(id="changes"):
            told = "\n".join(f"• {change}" for change in self._changes)
            yield Static(content(told or "• The record was changed."))
        yield Static(
            content(
                "Your changes are kept here and not saved. Merge puts them on top of what is"
                " saved now, for you to look at. Discard leaves only what is saved.",
                "$tone-dim",
            )
        )

    def buttons(self) -> ComposeResult:
        """Merging loses nothing; it comes before discarding."""
        yield PushButton("Back", id="back")
        yield PushButton("Discard mine", id=DISCARD, danger=True)
        yield PushButton("Merge", id=MERGE)

    def on_mount(self) -> None:
        """Focus on what loses nothing."""
        self.query_one(f"#{MERGE}").focus()

    def pressed(self, button: str) -> None:
        """The two answers."""
        self.dismiss(button)

    def leave(self) -> None:
        """Neither; the changes stay on the screen, not saved."""
        self.dismiss(None)
