"""A field of a form: its name at the left, its line, and under it what it means or what is wrong.

One rule: what is typed into a secret field can be neither copied nor cut, and is never drawn; what
is typed into another is drawn through the safe module, and kept as it was typed.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static

from tui import theme
from tui.widgets.safe import content, drawable, fit, join

LABEL_WIDTH = 18
_DOT = "•"
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"


def drawn_pieces(value: str) -> list[str]:
    """Return what is drawn for each character of a text, safe for the terminal.

    Marks and joiners belong to the letter before, and are drawn with it: their own piece is empty.
    """
    if value.isascii() and value.isprintable():
        return list(value)
    starts = [
        index
        for index, character in enumerate(value)
        if not index or not (unicodedata.combining(character) or character in _JOINERS)
    ]
    pieces = [""] * len(value)
    for start, end in zip(starts, [*starts[1:], len(value)], strict=True):
        pieces[start] = drawable(value[start:end])
    return pieces


class Editing:
    """Deals with the keys that edit as they come.

    A binding is looked for on the way up, when the letters that came after it in one burst (a slow
    line that catches up) are typed already: what was taken back would stay, and what was typed last
    would go.
    """

    EDITS: ClassVar[Mapping[str, str]] = {}
    """The action of each key."""

    def on_key(self, event: events.Key) -> None:
        """Edit now; what is no key of these is the stock widget's."""
        if (action := self.EDITS.get(event.key)) is not None:
            event.stop()
            event.prevent_default()
            getattr(self, f"action_{action}")()


class Line(Editing, Input, inherit_bindings=False):
    """An input of one line, without clipboard keys. Enter, up and down are the app's."""

    EDITS: ClassVar[Mapping[str, str]] = {
        "left": "cursor_left",
        "right": "cursor_right",
        "ctrl+left": "cursor_left_word",
        "ctrl+right": "cursor_right_word",
        **dict.fromkeys(("home", "ctrl+a"), "home"),
        **dict.fromkeys(("end", "ctrl+e"), "end"),
        "backspace": "delete_left",
        "delete": "delete_right",
        **dict.fromkeys(("ctrl+w", "ctrl+backspace"), "delete_left_word"),
        "ctrl+u": "delete_left_all",
        "ctrl+k": "delete_right_all",
    }

    @classmethod
    @cache
    def _get_component_classes(cls) -> frozenset[str]:
        """None: the parts of a line have their styles from the look, as those of a table."""
        return frozenset()

    async def caught_up(self) -> None:
        """Return once every key that was sent here before is dealt with."""
        done = asyncio.Event()
        self.call_later(done.set)
        await done.wait()

    # Drawing: the stock field sends what was typed to the terminal as it is.

    def _pieces(self) -> list[str]:
        return [_DOT] * len(self.value) if self.password else drawn_pieces(self.value)

    @property
    def _value(self) -> Text:
        """What is drawn of the value."""
        return Text("".join(self._pieces()), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        """Return how many cells are drawn before a position in the value."""
        return cell_len("".join(self._pieces()[:position]))

    def _cell_offset_to_index(self, offset: int) -> int:
        """Return the position in the value that is drawn at a cell of the field."""
        offset += round(self.scroll_offset.x)
        used = 0
        for index, piece in enumerate(self._pieces()):
            used += cell_len(piece)
            if offset < used:
                return index
        return len(self.value)

    def render_line(self, y: int) -> Strip:
        """Draw the line: what is typed, what is suggested, the selection, the cursor."""
        if y:
            return Strip.blank(self.size.width, self.rich_style)
        parts = theme.line_styles(self.app.theme)
        pieces = self._pieces()
        text = Text("".join(pieces), no_wrap=True, overflow="ignore", end="")
        if not self.value:
            text.append(drawable(self.placeholder), parts["hint"])
        elif self.has_focus:
            text.append(drawable(self._suggestion[len(self.value) :]), parts["hint"])
        if self.has_focus:
            text.append(" ")
            if not self.selection.is_empty:
                self._style(text, pieces, parts["selection"], *sorted(self.selection))
            if self._cursor_visible:
                here = self.cursor_position
                self._style(text, pieces, parts["cursor"], here, here + 1)
        width = self.scrollable_content_region.width + 1
        left = round(self.scroll_offset.x)
        strip = Strip(text.render(self.app.console)).crop(left, left + width)
        return strip.extend_cell_length(width).apply_style(self.rich_style)

    def _style(self, text: Text, pieces: list[str], style: Style, start: int, end: int) -> None:
        """Style what is drawn of the value from one position to another, one sign at least."""
        first = len("".join(pieces[:start]))
        last = max(first + 1, len("".join(pieces[:end])))
        text.stylize(style, first, last)

    def action_copy(self) -> None:
        """Nothing leaves a field by the clipboard."""

    def action_cut(self) -> None:
        """Nothing leaves a field by the clipboard."""


class Field(Widget):
    """A named line. `value` is what is typed; `complain` shows what is wrong with it."""

    def __init__(
        self,
        label: str,
        *,
        id: str,
        value: str = "",
        secret: bool = False,
        meaning: str = "",
        placeholder: str = "",
        max_length: int = 256,
        restrict: str | None = None,
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._meaning = meaning
        self._asked = self._is_here = False
        self.line = Line(
            value,
            password=secret,
            placeholder=placeholder,
            max_length=max_length,
            restrict=restrict,
            suggester=suggester,
            select_on_focus=False,
        )
        self.line.cursor_blink = False
        self._below = Static(content(meaning), classes="field--meaning")

    def compose(self) -> ComposeResult:
        """The line, and what it means below; the name is drawn beside them."""
        yield self.line
        if self._meaning:
            yield self._below

    def render(self) -> Content:
        """Draw the name in the line's margin; that of the field one is in is bold."""
        room = self.line.styles.margin.left
        return join((fit(self._label, room), "bold" if self._is_here else "$tone-dim"))

    def rename(self, label: str) -> None:
        """Give it another name."""
        self._label = label
        self.refresh()

    def on_descendant_focus(self) -> None:
        """One is in it now."""
        self._is_here = True
        self.refresh()
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        """Where the form scrolls, show what stands under the line too."""
        if self._is_here:
            self.scroll_visible(animate=False)

    def on_descendant_blur(self) -> None:
        """Elsewhere now."""
        self._is_here = False
        self.refresh()

    @property
    def value(self) -> str:
        """What is typed."""
        return self.line.value

    @value.setter
    def value(self, text: str) -> None:
        self.line.value = text

    def clear(self) -> None:
        """Forget what was typed."""
        self.line.value = ""

    def focus_line(self) -> None:
        """Put the cursor into the line, now: a key that follows at once must land in it."""
        self.screen.set_focus(self.line)

    def ask(self, text: str) -> None:
        """Go to an empty field; where one is there already, say what belongs in it."""
        if self.line.has_focus:
            self.complain(text)
            self._asked = True
        self.focus_line()

    def on_input_changed(self) -> None:
        """What was asked for is being typed."""
        if self._asked:
            self._asked = False
            self.complain("")

    def explain(self, text: str) -> None:
        """Change the meaning under the line."""
        if text != self._meaning or self.has_class("-wrong"):
            self._meaning = text
            self.complain("")

    def complain(self, text: str) -> None:
        """Show what is wrong with what is typed; an empty text shows the meaning again."""
        told = text or self._meaning
        if told and not self._below.is_attached:
            self.mount(self._below)
        self._below.update(content(told, "$tone-bad" if text else ""))
        self._below.display = bool(told)
        self.set_class(bool(text), "-wrong")
        if text:
            self.call_after_refresh(self._keep_in_sight)
