"""The rows of one table of an archive, a page at a time.

One rule: never more than a page in memory, and every cell is drawn as text.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from tui.screens.archive_lines import rows_are_damaged
from tui.screens.dialogs import TextDialog
from tui.screens.field_words import cell_text, columns_for, fields_text
from tui.widgets.place import Place
from tui.widgets.safe import drawable, join
from tui.widgets.table import Cell, Table

if TYPE_CHECKING:
    from exporter.archive.description import DescribedTable
    from exporter.archive.pager import Page
    from exporter.archive.reader import Archive

PAGE: Final = 200


class RowsScreen(Place, place="rows"):
    """Pages of up to 200 rows; the marked cell's field is told below.

    Args:
        fault: what is wrong with the table, in half a sentence; it stands above as long as its
            rows are seen.
    """

    def __init__(
        self, archive: Archive, table: DescribedTable, path: tuple[str, ...], fault: str = ""
    ) -> None:
        super().__init__()
        self._fault = fault
        self._archive = archive
        self._described = table
        self._above = path
        self._start = 0
        self._page: Page | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The table's name ends the path."""
        return (*self._above[1:], self._described.name)

    def body(self) -> ComposeResult:
        """What is wrong with them, which rows, the rows, and the marked field."""
        if self._fault:
            yield Static(rows_are_damaged(self._fault), id="damaged")
        yield Static(id="which")
        yield Table((), by_cell=True, id="rows")
        yield Static(id="field")

    def on_mount(self) -> None:
        """Read the first page."""
        self.query_one(Table).focus()
        self._read(0, mark=0)

    @work(description="page of rows", exit_on_error=False)
    async def _read(self, start: int, *, mark: int) -> None:
        if self.is_working:
            return
        with self.working("Reading…"):
            page = await asyncio.to_thread(self._archive.page, self._described.name, start, PAGE)
        self._show(page, mark)

    def _show(self, page: Page, mark: int) -> None:
        is_first = self._page is None
        self._page, self._start = page, page.start
        columns = columns_for(self._described.fields, page.rows) if is_first else None
        rows = [tuple(Cell(value or "") for value in row) for row in page.rows]
        self.query_one(Table).show(rows, columns=columns, mark=mark)
        self._tell()
        self.refresh_keys()

    @on(Table.Marked)
    def _tell(self) -> None:
        """Tell where one is, and what the marked cell is."""
        page, table = self._page, self.query_one(Table)
        if page is None or not page.rows:
            return
        last = page.start + len(page.rows)
        field = self._described.fields[table.marked_column]
        column = f"field {table.marked_column + 1} of {len(self._described.fields)}"
        self.query_one("#which", Static).update(
            join(
                (f"Row {page.start + table.marked + 1:,} of {page.total:,}", "bold"),
                (f" · this page {page.start + 1:,} to {last:,} · {column}", "$tone-dim"),
            )
        )
        value = page.rows[table.marked][table.marked_column]
        shown = "no value" if value is None else value
        unit = f" In {field.unit}." if field.unit else ""
        meaning = dict(field.values).get(value or "")
        self.query_one("#field", Static).update(
            join(
                (f"{field.name}  ", "bold $tone-key"),
                (drawable(shown[:200]), "$tone-dim" if value is None else ""),
                (f" = {meaning}" if meaning else "", ""),
                (f"\n{field.meaning}{unit}", "$tone-dim"),
            )
        )

    @on(Table.Edge)
    def _turn(self, event: Table.Edge) -> None:
        """Moving past the edge turns the page."""
        if event.direction > 0 and not self.why_not("rows.next"):
            self.do_rows_next()
        elif event.direction < 0 and not self.why_not("rows.previous"):
            self._read(max(0, self._start - PAGE), mark=PAGE - 1)

    def why_not(self, key_id: str) -> str:
        """The first and the last page have no neighbour."""
        page = self._page
        if page is None or not key_id.startswith("rows."):
            return ""
        if key_id == "rows.next" and page.start + len(page.rows) >= page.total:
            return "This is the last page."
        if key_id == "rows.previous" and page.start == 0:
            return "This is the first page."
        return ""

    def do_rows_next(self) -> None:
        """The next page."""
        self._read(self._start + PAGE, mark=0)

    def do_rows_previous(self) -> None:
        """The page before."""
        self._read(max(0, self._start - PAGE), mark=0)

    @on(Table.Chosen)
    def do_rows_cell(self) -> None:
        """The whole text of the marked cell; of a code, what it and the others mean (D20)."""
        table = self.query_one(Table)
        if self._page is not None and self._page.rows:
            field = self._described.fields[table.marked_column]
            value = self._page.rows[table.marked][table.marked_column]
            self.open(TextDialog(field.name, cell_text(field, value)))

    def do_rows_fields(self) -> None:
        """The meaning of every field."""
        name = self._described.name
        self.open(TextDialog(f"Fields of {name}", fields_text(self._described)))
