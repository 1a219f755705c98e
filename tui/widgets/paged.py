"""Pages of a list in keyset order: n and p, and the edges of the table.

One rule: a page begins after a row, never at a count; so nothing is skipped when rows come or go.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from tui.widgets.place import PlaceMixin
from tui.widgets.table import Column, Row, Table


def show_rows(
    place: PlaceMixin[None],
    rows: Sequence[Row],
    *,
    columns: Sequence[Column] | None = None,
    mark: int | None = None,
) -> None:
    """Show the rows of the place's one table; an empty one gives way to the sentence below it.

    It takes no line then, but keeps the focus: a hidden one would lose it, and arrows with it.
    """
    table = place.query_one(Table)
    table.styles.max_height = None if rows else 0
    table.show(rows, columns=columns, mark=mark)


class Paged(PlaceMixin[None]):
    """For places whose list comes in pages; `after` is what the store takes to go on."""

    def __init__(self) -> None:
        super().__init__()
        self._turned: list[int | None] = [None]
        self._following: int | None = None

    @property
    def after(self) -> int | None:
        """Where the page that is seen begins; None for the first."""
        return self._turned[-1]

    @property
    def page_words(self) -> str:
        """`page 3`; empty on the first."""
        return f"page {len(self._turned)}" if len(self._turned) > 1 else ""

    def page_came(self, following: int | None) -> None:
        """Note where the next page begins; None on the last."""
        self._following = following

    def first_page(self) -> None:
        """Begin anew, with the first page."""
        self._turned = [None]
        self._following = None
        self.read_page()

    def read_page(self, *, at_end: bool = False) -> None:
        """Read the page after `after`; with `at_end` its last row is marked. Screens do."""

    def why_no_page(self, key_id: str) -> str:
        """Return why n or p cannot be used now."""
        if key_id == "invitations.next" and self._following is None:
            return "This is the last page."
        if key_id == "invitations.previous" and len(self._turned) == 1:
            return "This is the first page."
        return ""

    def do_invitations_next(self) -> None:
        """The next page."""
        self._turned.append(self._following)
        self.read_page()

    def do_invitations_previous(self) -> None:
        """The page before."""
        self._turned.pop()
        self.read_page()

    @on(Table.Edge)
    def _turn(self, event: Table.Edge) -> None:
        """Moving past the edge turns the page."""
        if self.is_working:
            return
        if event.direction > 0 and not self.why_no_page("invitations.next"):
            self.do_invitations_next()
        elif event.direction < 0 and not self.why_no_page("invitations.previous"):
            self._turned.pop()
            self.read_page(at_end=True)
