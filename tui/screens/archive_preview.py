"""The first rows of the marked table, under the list of tables where the screen has room for them.

One rule: it is a look and holds up nothing: rows are read in a thread, only the table that is
marked in the end is read, and of each cell no more is kept than can be seen.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from textual import work
from textual.widgets import Static

from store.errors import ChairsideError
from tui.screens.field_words import WIDEST, columns_for
from tui.widgets.safe import content, fit, join

if TYPE_CHECKING:
    from exporter.archive.description import DescribedTable
    from exporter.archive.reader import Archive
    from tui.widgets.table import Column

ROWS: Final = 5
TALL: Final = 34
"""Lines of a screen from which on there is room for it."""
NONE: Final = "No rows in this archive."
UNREADABLE: Final = "Its rows cannot be read."
_GAP: Final = "  "
_LEAST: Final = 4

Rows = tuple[tuple[str | None, ...], ...]


class Preview(Static):
    """The first rows of a table. It follows `look_at`; unseen it reads nothing."""

    def __init__(self, archive: Archive, *, id: str) -> None:
        super().__init__(id=id)
        self._archive = archive
        self._wanted: DescribedTable | None = None
        self._is_reading = False
        self._known: dict[str, Rows | None] = {}

    def look_at(self, table: DescribedTable) -> None:
        """Show the first rows of a table, now or as soon as they are read."""
        self._wanted = table
        if table.name in self._known:
            self._draw(table)
        elif self.display and not self._is_reading:
            self._read()

    def on_show(self) -> None:
        """The terminal became taller."""
        if self._wanted is not None:
            self.look_at(self._wanted)

    def on_resize(self) -> None:
        """As many columns as fit now."""
        if self._wanted is not None and self._wanted.name in self._known:
            self._draw(self._wanted)

    @work(description="first rows", exit_on_error=False)
    async def _read(self) -> None:
        self._is_reading = True
        try:
            while (table := self._wanted) is not None and table.name not in self._known:
                self._known[table.name] = await asyncio.to_thread(first_rows, self._archive, table)
        finally:
            self._is_reading = False
        if table is not None:
            self._draw(table)

    def _draw(self, table: DescribedTable) -> None:
        rows = self._known[table.name]
        if not rows:
            self.update(content(UNREADABLE if rows is None else NONE, "$tone-dim"))
            return
        columns = _that_fit(columns_for(table.fields, rows), self.size.width)
        lines = [(_line([c.heading for c in columns], columns), "underline $tone-dim")]
        lines += [("\n" + _line([cell or "" for cell in row], columns), "") for row in rows]
        self.update(join(*lines))


def first_rows(archive: Archive, table: DescribedTable) -> Rows | None:
    """Return the first rows of a table, each cell clipped; None where they cannot be read."""
    try:
        rows = islice(archive.rows(table.name), ROWS) if table.rows else ()
        return tuple(tuple(cell and cell[: WIDEST + 1] for cell in row) for row in rows)
    except (ChairsideError, OSError, ValueError):
        # The stick was pulled out, or the archive closed meanwhile: the list says what is whole.
        return None


def _that_fit(columns: list[Column], room: int) -> list[Column]:
    """Return the columns that are seen: whole, or at least wide enough to be read."""
    seen = []
    for column in columns:
        if room < min(column.width, _LEAST):
            break
        seen.append(replace(column, width=min(column.width, room)))
        room -= column.width + len(_GAP)
    return seen


def _line(cells: list[str], columns: list[Column]) -> str:
    pieces = (
        fit(cell, column.width, right=column.right)
        for cell, column in zip(cells, columns, strict=False)
    )
    return _GAP.join(pieces)
