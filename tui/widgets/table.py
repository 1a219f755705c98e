"""A table that draws only the lines that are seen.

One rule: a cell is text from data: drawn clipped and inert, its tone never its only sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui import theme
from tui.widgets.safe import fit

MARKER = "▌"
_GAP = 2
_LEAST = 4
"""Cells; of a column with less room nothing could be read."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in cells (0 takes what is left), right-aligned or not.

    `keeps_end`: what is too long is cut at its beginning, as paths are. One of days (`is_day`) is
    made for days of this year.
    """

    heading: str
    width: int
    right: bool = False
    keeps_end: bool = False
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its whole text and a tone of `tui.theme.TONES` (empty is plain)."""

    text: str
    tone: str = ""


Row = Sequence[Cell]


def widened(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """Return columns of which the ones with a day have room for its year, where a row tells it."""
    return tuple(
        replace(column, width=max(column.width, *(cell_len(row[at].text) for row in rows)))
        if rows and column.is_day
        else column
        for at, column in enumerate(columns)
    )


class Table(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a heading that stays; one row is marked, and with `by_cell` one cell of it.

    Args:
        is_led: the keys come by way of a field above, which keeps the focus; the mark is lit as if
            the table had it.
        is_fitted: no taller than its rows, so that what is told below stands right under them, and
            no taller than what is told leaves.
    """

    DEFAULT_CSS = "Table { overflow-x: hidden; } Table.-fitted { height: 1fr; min-height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("left", "sideways(-1)", show=False),
        Binding("right", "sideways(1)", show=False),
    ]

    class Marked(Message):
        """Another row was marked."""

        def __init__(self, table: Table) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> Table:
            """The table, for `@on` selectors."""
            return self.table

    class Chosen(Marked):
        """The marked row was clicked twice: the same as Enter."""

    class Edge(Message):
        """The mark was moved past the first row (-1) or the last one (1)."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        by_cell: bool = False,
        is_led: bool = False,
        is_fitted: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id, classes="-fitted" if is_fitted else None)
        self._columns = tuple(columns)
        self._is_led, self._is_fitted = is_led, is_fitted
        self.can_focus = not is_led
        self._rows: tuple[Row, ...] = ()
        self._by_cell = by_cell
        self._first_column = 0
        self.marked = 0
        self.marked_column = 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def marked_cell(self) -> Cell | None:
        """The cell under the mark; None in an empty table."""
        if not self._rows:
            return None
        return self._rows[self.marked][self.marked_column]

    def show(
        self,
        rows: Sequence[Row],
        *,
        columns: Sequence[Column] | None = None,
        mark: int | None = None,
    ) -> None:
        """Replace all rows (and columns); the mark stays on its line unless `mark` names one."""
        if columns is not None:
            self._columns = tuple(columns)
            self._first_column = self.marked_column = 0
        self._rows = tuple(rows)
        wanted = self.marked if mark is None else mark
        self.marked = max(0, min(wanted, len(self._rows) - 1))
        # No width: nothing moves it sideways, and a width of its own would be laid out anew.
        self.virtual_size = Size(0, len(self._rows) + 1)
        if self._is_fitted:
            self.styles.max_height = len(self._rows) + 1
        self._reveal()
        self.refresh()

    def on_resize(self) -> None:
        """Keep the mark in view; the columns are fitted to the width as they are drawn."""
        self._reveal()

    @property
    def _width(self) -> int:
        """Cells beside the scroll bar."""
        return self.scrollable_content_region.width

    def _reveal(self) -> None:
        if not self.size:
            # Not laid out yet: `on_resize` comes here again.
            return
        height = max(1, self.scrollable_content_region.height - 1)
        top = round(self.scroll_offset.y)
        if self.marked < top:
            self.scroll_to(y=self.marked, animate=False, force=True)
        elif self.marked >= top + height:
            self.scroll_to(y=self.marked - height + 1, animate=False, force=True)

    def _mark(self, row: int) -> None:
        if row < 0 or row >= len(self._rows):
            at_edge = self.marked == (0 if row < 0 else len(self._rows) - 1)
            if at_edge:
                self.post_message(self.Edge(-1 if row < 0 else 1))
        row = max(0, min(row, len(self._rows) - 1))
        if row != self.marked:
            self.marked = row
            self._reveal()
            self.refresh()
            self.post_message(self.Marked(self))

    def action_move(self, lines: int) -> None:
        """Move the mark by lines."""
        self._mark(self.marked + lines)

    def action_page(self, pages: int) -> None:
        """Move the mark by what fits on the screen."""
        self._mark(self.marked + pages * max(1, self.size.height - 2))

    def action_first(self) -> None:
        """Mark the first row."""
        self._mark(0)

    def action_last(self) -> None:
        """Mark the last row."""
        self._mark(len(self._rows) - 1)

    def action_sideways(self, columns: int) -> None:
        """Move the mark to the column beside, and bring it into view."""
        if not self._by_cell:
            return
        self.marked_column = max(0, min(self.marked_column + columns, len(self._columns) - 1))
        if self.marked_column < self._first_column:
            self._first_column = self.marked_column
        while self._first_column < self.marked_column and not self._fits(self.marked_column):
            self._first_column += 1
        self.refresh()
        self.post_message(self.Marked(self))

    def _fits(self, column: int) -> bool:
        used = 1
        for index in range(self._first_column, column + 1):
            used += self._columns[index].width + _GAP
        return used - _GAP <= self._width

    def _widths(self) -> list[tuple[int, int]]:
        """Return (column, width) of the columns that are seen; a width of 0 takes what is left."""
        room = self._width - 1
        fixed = sum(c.width for c in self._columns) + _GAP * (len(self._columns) - 1)
        seen: list[tuple[int, int]] = []
        for index in range(self._first_column, len(self._columns)):
            width = self._columns[index].width or max(8, self._width - 1 - fixed)
            if room < min(width, _LEAST):
                break
            width = min(width, room)
            seen.append((index, width))
            room -= width + _GAP
        return seen

    @property
    def _styles(self) -> dict[str, Style]:
        return theme.table_styles(self.app.theme)

    def render_line(self, y: int) -> Strip:
        """Draw one line: the heading, then the rows from the first that is seen."""
        width = self._width
        if y == 0:
            style = self.rich_style + self._styles["head"]
            text = " " + (" " * _GAP).join(
                fit(self._columns[i].heading, w, right=self._columns[i].right)
                for i, w in self._widths()
            )
            return Strip([Segment(text, style)]).adjust_cell_length(width, style)
        index = y - 1 + round(self.scroll_offset.y)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        return self._row_strip(index, width)

    def _row_strip(self, index: int, width: int) -> Strip:
        is_marked = index == self.marked
        base = self.rich_style
        if is_marked and (self.has_focus or self._is_led):
            base = base + self._styles["marked"]
        segments = [Segment(MARKER if is_marked else " ", base + self._styles["key"])]
        row = self._rows[index]
        for place, (column, cells) in enumerate(self._widths()):
            if place:
                segments.append(Segment(" " * _GAP, base))
            how = self._columns[column]
            text = fit(row[column].text, cells, right=how.right, keeps_end=how.keeps_end)
            segments.append(Segment(text, self._cell_style(base, row, column, is_marked)))
        return Strip(segments).adjust_cell_length(width, base)

    def _cell_style(self, base: Style, row: Row, column: int, is_marked: bool) -> Style:
        style = base
        if row[column].tone:
            style += self._styles[row[column].tone]
        if self._by_cell and is_marked and column == self.marked_column and self.has_focus:
            style += self._styles["cell"]
        return style

    def on_click(self, event: events.Click) -> None:
        """Mark the row that was clicked; a click on the marked row chooses it."""
        row = event.y - 1 + round(self.scroll_offset.y)
        if event.y == 0 or row >= len(self._rows):
            return
        if row == self.marked and event.chain > 1:
            self.post_message(self.Chosen(self))
        else:
            self._mark(row)
