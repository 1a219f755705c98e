"""Pages of a list in keyset order: n and p, and the edges of the table.

One rule: a page begins after a row, never at a count; so nothing is skipped when rows come or go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on

from tui.widgets.listing import Line, Listing
from tui.widgets.table import Column, Row, Table


class Paged(Listing[Line]):
    """For places whose list comes in pages; `after` is what the store takes to go on."""

    NO_NEXT: ClassVar[str] = "This is the last page."
    NO_PREVIOUS: ClassVar[str] = "This is the first page."

    def __init__(self) -> None:
        super().__init__()
        self._turned: list[int | None] = [None]
        self._following: int | None = None

    def on_mount(self) -> None:
        """Read the first page."""
        self.query_one(Table).focus()
        self.read_page()

    def read_page(self, *, at_end: bool = False) -> object:
        """Read the page after `after`; with `at_end` its last line is marked. Screens do."""
        raise NotImplementedError

    @property
    def after(self) -> int | None:
        """Where the page that is seen begins; None for the first."""
        return self._turned[-1]

    @property
    def page_words(self) -> str:
        """`page 3`; empty on the first."""
        return f"page {len(self._turned)}" if len(self._turned) > 1 else ""

    def show_page(
        self,
        lines: Sequence[Line],
        row: Callable[[Line], Row],
        following: int | None,
        *,
        columns: Sequence[Column] | None = None,
        mark: int | None = 0,
    ) -> None:
        """Show a page; `following` is where the next one begins, None on the last."""
        self._following = following
        self.show_lines(lines, row, columns=columns, mark=mark)

    def turn_back(self) -> None:
        """What is read next is the first page."""
        self._turned = [None]
        self._following = None

    def first_page(self) -> None:
        """Begin anew, with the first page."""
        self.turn_back()
        self.read_page()

    def do_list_refresh(self) -> None:
        """Read the list again, from its beginning."""
        self.first_page()

    def why_no_page(self, key_id: str) -> str:
        """Return why the key of a place that turns the page (`….next`) cannot be used now."""
        if key_id.endswith(".next") and self._following is None:
            return self.NO_NEXT
        if key_id.endswith(".previous") and len(self._turned) == 1:
            return self.NO_PREVIOUS
        return ""

    def do_pages_next(self) -> None:
        """The next page."""
        self._turned.append(self._following)
        self.read_page()

    def do_pages_previous(self) -> None:
        """The page before."""
        self._turned.pop()
        self.read_page()

    @on(Table.Edge)
    def _turn(self, event: Table.Edge) -> None:
        """Moving past the edge turns the page."""
        if self.is_working:
            return
        if event.direction > 0 and not self.why_no_page(".next"):
            self.do_pages_next()
        elif event.direction < 0 and not self.why_no_page(".previous"):
            self._turned.pop()
            self.read_page(at_end=True)
