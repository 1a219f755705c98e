"""A field of a form that takes one of a few words: ← and → go from one to the next.

One rule: a word comes out of the program or out of data; either is drawn through the safe module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.widgets.button import go_on
from tui.widgets.field import LABEL_WIDTH
from tui.widgets.safe import clip, fit, join


@dataclass(frozen=True, slots=True)
class Option:
    """What may be chosen: its value in the store's terms, its word, and what it means."""

    value: str
    word: str
    meaning: str = ""


class Choice(Widget, can_focus=True, inherit_bindings=False):
    """The name at the left, the chosen word beside it, what it means under both.

    Args:
        value: the value that is chosen first; one that is no option counts as the first option.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "beside(-1)", show=False),
        Binding("right,space", "beside(1)", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("enter", "go_on", show=False),
    ]

    class Changed(Message):
        """Another word was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The field, for `@on` selectors."""
            return self.choice

    def __init__(self, label: str, options: Sequence[Option], *, id: str, value: str = "") -> None:
        super().__init__(id=id)
        self._label = label
        self._options = tuple(options)
        self._at = self._place_of(value)

    def _place_of(self, value: str) -> int:
        return next((i for i, one in enumerate(self._options) if one.value == value), 0)

    @property
    def value(self) -> str:
        """The value that is chosen."""
        return self._options[self._at].value

    @value.setter
    def value(self, value: str) -> None:
        self._at = self._place_of(value)
        self.refresh(layout=True)

    @property
    def word(self) -> str:
        """The word of what is chosen."""
        return self._options[self._at].word

    def render(self) -> Content:
        """Draw name, word and meaning; the signs round the word tell that ← and → work."""
        chosen = self._options[self._at]
        here = self.has_focus
        left = "◂" if here and self._at else " "
        right = "▸" if here and self._at < len(self._options) - 1 else " "
        room = max(8, self.size.width - LABEL_WIDTH - 6)
        parts = [
            (fit(self._label, LABEL_WIDTH), "bold" if here else "$tone-dim"),
            (f" {left}", "$tone-key"),
            (clip(chosen.word, room), "bold $tone-key" if here else ""),
            (f"{right} ", "$tone-key"),
        ]
        if chosen.meaning:
            meaning = clip(chosen.meaning, max(8, self.size.width - LABEL_WIDTH - 2))
            parts += [("\n" + " " * (LABEL_WIDTH + 2), ""), (meaning, "$tone-dim")]
        return join(*parts)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line, or two when any of the words has a meaning."""
        return 2 if any(one.meaning for one in self._options) else 1

    def action_beside(self, direction: int) -> None:
        """Choose the word before or after; at the edge nothing changes."""
        at = max(0, min(self._at + direction, len(self._options) - 1))
        if at != self._at:
            self._at = at
            self.refresh()
            self.post_message(self.Changed(self))

    def action_go_on(self) -> None:
        """Enter goes on, as from any field."""
        go_on(self.screen)

    def on_click(self) -> None:
        """A click takes the next word, and from the last one the first."""
        self._at = (self._at + 1) % len(self._options)
        self.refresh()
        self.post_message(self.Changed(self))
