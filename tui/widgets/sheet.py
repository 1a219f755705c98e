"""The sheet of a dialog: title, body, answer and buttons, all of them in sight on any terminal.

One rule: what scrolls gives way; a title, an answer and a button keep their lines.
"""

from __future__ import annotations

from typing import Final

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget
from textual.widgets import Static

from tui.widgets.field import Field
from tui.widgets.safe import ELLIPSIS, content

TITLE_LINES: Final = 2
FEWEST_LINES: Final = 3
"""What is left of a part that gives way, so that it can still be read and scrolled."""


class GivesWay(VerticalLayout):
    """From top to bottom; where that is more than there is room for, what scrolls is shortened."""

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Place the children; a height of 0 asks how many lines they would like to have."""
        placed = super().arrange(parent, children, size, greedy)
        if not placed or not size.height:
            return placed
        last = placed[-1]
        over = last.region.bottom + last.margin.bottom - size.height
        for index, part in enumerate(placed):
            spare = part.region.height - FEWEST_LINES
            if over > 0 and spare > 0 and part.widget.styles.overflow_y == "auto":
                less = min(over, spare)
                over -= less
                shortened = part.region._replace(height=part.region.height - less)
                placed[index] = part._replace(region=shortened)
                placed[index + 1 :] = [
                    after._replace(region=after.region.translate((0, -less)))
                    for after in placed[index + 1 :]
                ]
        return placed


GIVES_WAY: Final = GivesWay()


class Sheet(Vertical):
    """The whole sheet."""

    def __init__(self, classes: str = "dialog--sheet") -> None:
        super().__init__(classes=classes)

    @property
    def layout(self) -> Layout:
        """Its own: the toolkit takes only layouts that it knows by name from a sheet of styles."""
        return GIVES_WAY


class SheetBody(Sheet):
    """What a dialog tells or asks; it scrolls where it was shortened."""

    def __init__(self) -> None:
        super().__init__("dialog--body")

    def on_resize(self) -> None:
        """An answer may have taken lines away: keep in sight what one is in."""
        focused = self.screen.focused
        if focused is not None and self in focused.ancestors:
            part = focused.parent if isinstance(focused.parent, Field) else focused
            part.scroll_visible(animate=False)


class SheetTitle(Static):
    """The title, of two lines at most: names in it may be as long as a file's."""

    def __init__(self, text: str) -> None:
        super().__init__(content(text), classes="dialog--title")
        self._text = content(text)

    def render(self) -> Content:
        """Draw the title; what was cut is marked."""
        lines = self._text.wrap(self.content_size.width) if self.content_size.width else []
        if len(lines) <= TITLE_LINES:
            return self._text
        *kept, last = lines[:TITLE_LINES]
        last = last.truncate(self.content_size.width - 1) + ELLIPSIS
        return Content("\n").join([*kept, last])
