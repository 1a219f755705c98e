"""A field of several lines, without clipboard keys: Enter breaks the line, Tab goes on.

One rule: what would hide or turn text, or reach the terminal as a command, is replaced by its
picture as it comes in; so what is drawn is what is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.widgets import TextArea

from tui.widgets.field import Editing
from tui.widgets.safe import drawable


def _inert(text: str) -> str:
    return drawable(text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4), lines=True)


class LongText(Editing, TextArea, inherit_bindings=False):
    """Lines of text that break at blanks."""

    EDITS: ClassVar[Mapping[str, str]] = {
        "up": "cursor_up",
        "down": "cursor_down",
        "left": "cursor_left",
        "right": "cursor_right",
        "ctrl+left": "cursor_word_left",
        "ctrl+right": "cursor_word_right",
        **dict.fromkeys(("home", "ctrl+a"), "cursor_line_start"),
        **dict.fromkeys(("end", "ctrl+e"), "cursor_line_end"),
        "pageup": "cursor_page_up",
        "pagedown": "cursor_page_down",
        "backspace": "delete_left",
        "delete": "delete_right",
        **dict.fromkeys(("ctrl+w", "ctrl+backspace"), "delete_word_left"),
        "ctrl+u": "delete_to_start_of_line",
        "ctrl+k": "delete_to_end_of_line",
        "ctrl+z": "undo",
        "ctrl+y": "redo",
    }

    def __init__(self, text: str, *, id: str, most: int = 10_000) -> None:
        super().__init__(
            _inert(text), id=id, compact=True, highlight_cursor_line=False, show_line_numbers=False
        )
        self.cursor_blink = False
        self._most = most

    def load_text(self, text: str) -> None:
        """Replace all of it, inert like what is typed."""
        super().load_text(_inert(text))

    def edit(self, edit: Edit) -> EditResult:
        """Take what is typed or pasted as inert text, and no more than fits."""
        replaced = len(self.get_text_range(*sorted((edit.from_location, edit.to_location))))
        room = max(0, self._most - len(self.text) + replaced)
        edit.text = _inert(edit.text)[:room]
        return super().edit(edit)

    def action_copy(self) -> None:
        """Nothing leaves a field by the clipboard."""

    def action_cut(self) -> None:
        """Nothing leaves a field by the clipboard."""

    def action_paste(self) -> None:
        """Nothing comes out of the program's own clipboard, which is empty."""
