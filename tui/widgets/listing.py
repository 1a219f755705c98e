"""Places that are one list: lines of a table, and the marked one told in words under it.

One rule: who may not see the list sees the missing right in its place, and no empty table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from textual.widgets import Static

from store.errors import Refused
from tui.widgets.place import PlaceMixin
from tui.widgets.safe import content
from tui.widgets.table import Column, Row, Table

Line = TypeVar("Line")


class Listing(PlaceMixin[None], Generic[Line]):
    """A place with one Table and a Static `#about` under it, which a screen's `explain` fills."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Line, ...] = ()
        self.refusal = ""
        """Why there is no list; a screen's `why_not` gives it for every key that needs one."""

    @property
    def marked(self) -> Line | None:
        """The line under the mark; None in an empty list."""
        index = self.query_one(Table).marked if self.is_mounted else 0
        return self.lines[index] if index < len(self.lines) else None

    def refuse(self, refusal: Refused) -> None:
        """Tell the missing right where the list would stand."""
        self.refusal = refusal.sentence
        self.query_one(Table).display = False
        self.query_one("#about", Static).update(content(refusal.sentence))
        self.refresh_keys()

    def show_lines(
        self,
        lines: Sequence[Line],
        row: Callable[[Line], Row],
        *,
        columns: Sequence[Column] | None = None,
        mark: int | None = None,
    ) -> None:
        """Show the list; an empty one gives way to the sentence below it.

        It takes no line then, but keeps the focus: a hidden one would lose it, and arrows with it.
        """
        self.lines = tuple(lines)
        table = self.query_one(Table)
        table.styles.max_height = None if lines else 0
        table.show([row(line) for line in lines], columns=columns, mark=mark)
