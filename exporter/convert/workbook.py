"""Tables as one Excel workbook, a sheet per table.

One rule: typed cells where the type is certain, text everywhere else, never a formula; what Excel
cannot hold is said on the last sheet. Source: REQUIREMENTS D18; Excel's published limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from exporter.archive.description import DescribedTable
from exporter.archive.extraction import refuse_if_too_large
from exporter.archive.files import refuse_existing, whole_file, whole_folder
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.reader import Archive
from exporter.archive.txt import Row
from exporter.convert.cells import (
    as_amount,
    as_date,
    as_instant,
    as_number,
    cut_utf16,
    for_xml,
    utf16_length,
)
from exporter.convert.sheets import Cell, SheetBook
from exporter.convert.source import Conversion, chosen_tables, rows_of, work_on
from store.clock import moment

SHEET_ROWS = 1_048_576
CELL_LENGTH = 32_767
CUT_MARK = " […cut, see Notes]"
GROWTH = 8
"""How much larger than the TXT the sheets are on disk before they are packed."""
MOST_NOTES = 10_000
KNOWN = 2_000
"""Different values of a column whose cells are kept at hand."""
_TEXTS = frozenset({"text", "choice"})
_GENERAL = (
    "Raw data, table by table, without images and attached files.",
    "This workbook is not encrypted. It tells about patients.",
    "Instants are in UTC. Amounts of money have two decimals; in the archive they are whole cents.",
    "Dates before March 1900 and numbers of more than 15 digits are text: Excel cannot hold them.",
    "Control characters are drawn as symbols.",
)


def to_workbook(
    archive: Archive,
    path: Path,
    tables: Sequence[str] | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    *,
    sheet_rows: int = SHEET_ROWS,
) -> Conversion:
    """Write the chosen tables as the workbook `path`; the answer's notes tell what was cut.

    `sheet_rows` is how many rows a sheet holds, header included; the rest goes to `name (2)`.
    Raises BadInput where the file is there already, DiskFull, DamagedEntry, Cancelled; whatever
    is raised, nothing is left behind.
    """
    chosen = chosen_tables(archive, tables)
    refuse_existing(path.parent, [path.name])
    work = work_on(chosen, progress, cancelled)
    refuse_if_too_large(path.parent, work.bytes_total * GROWTH)
    assert archive.manifest is not None
    made = moment(archive.manifest.snapshot)
    with whole_folder(path.parent) as staging, SheetBook(staging, made) as book:
        notes: list[str] = []
        for table in chosen:
            notes += _add_table(book, archive, table, work, sheet_rows)
        _add_notes(book, notes)
        with whole_file(staging / path.name) as file:
            book.save(_Watched(file, work))
    return Conversion((path,), len(chosen), sum(t.rows for t in chosen), tuple(notes))


class _Watched:
    """The file as the workbook is packed into it: asks at each write whether to stop."""

    def __init__(self, file: BinaryIO, work: Work) -> None:
        self._file = file
        self._work = work

    def write(self, data: bytes) -> int:
        self._work.step("workbook", 0)
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _add_table(
    book: SheetBook, archive: Archive, table: DescribedTable, work: Work, sheet_rows: int
) -> Iterator[str]:
    """Write one table over as many sheets as it takes; yields notes."""
    header = [field.name for field in table.fields]
    columns = [_Column(book, field.kind) for field in table.fields]
    sheet = book.new_sheet(table.name, header)
    on_sheet, parts = 1, 1
    for row in rows_of(archive, table, work):
        if on_sheet == sheet_rows:
            parts += 1
            sheet = book.new_sheet(table.name, header)
            on_sheet = 1
        on_sheet += 1
        cells, cut = _cells(row, columns)
        sheet.append(cells)
        for place in cut:
            yield f"{sheet.title}, row {on_sheet:,}, {header[place]}: text was cut, {cut[place]:,}"
    if parts > 1:
        yield f"{table.name}: {table.rows:,} rows, spread over {parts} sheets"


class _Column:
    """Turns the values of one column into cells; most columns say the same again and again."""

    def __init__(self, book: SheetBook, kind: str) -> None:
        self._book, self._kind = book, kind
        self.known: dict[str | None, Cell | None] = {None: None}
        self.cut = 0
        """The full length of the last text, if it had to be cut; else 0."""

    def cell(self, value: str) -> Cell:
        """Return the cell of a value that is not known yet, and know it while there is room."""
        made = None if self._kind in _TEXTS else _typed(self._book, value, self._kind)
        if made is None:
            made = self._text(value)
        if len(self.known) < KNOWN and not self.cut:
            self.known[value] = made
        return made

    def _text(self, value: str) -> Cell:
        text = for_xml(value)
        # A character takes one or two of Excel's, so most texts need no counting.
        length = utf16_length(text) if len(text) > CELL_LENGTH // 2 else 0
        self.cut = length if length > CELL_LENGTH else 0
        if self.cut:
            text = cut_utf16(text, CELL_LENGTH - len(CUT_MARK)) + CUT_MARK
        return self._book.text(text)


def _cells(row: Row, columns: Sequence[_Column]) -> tuple[list[Cell | None], dict[int, int]]:
    """Return a row's cells, and the full length of each text that had to be cut."""
    cells: list[Cell | None] = []
    cut: dict[int, int] = {}
    for value, column in zip(row, columns, strict=True):
        try:
            cells.append(column.known[value])
        except KeyError:
            assert value is not None
            cells.append(column.cell(value))
            if column.cut:
                cut[len(cells) - 1], column.cut = column.cut, 0
    return cells, cut


def _typed(book: SheetBook, value: str, kind: str) -> Cell | None:
    """Return a typed cell where the value is certainly of its column's type, else None."""
    if kind == "date":
        day = as_date(value)
        return None if day is None else book.date(day)
    if kind == "instant":
        when = as_instant(value)
        return None if when is None else book.instant(when)
    number = as_number(value)
    if number is None:
        return None
    return book.amount(as_amount(value)) if kind == "cents" else book.number(number)


def _add_notes(book: SheetBook, notes: Sequence[str]) -> None:
    more = len(notes) - MOST_NOTES
    last = (f"and {more:,} more of the same kind",) if more > 0 else ()
    sheet = book.new_sheet("Notes", ["Note"])
    for note in (*_GENERAL, *notes[:MOST_NOTES], *last):
        sheet.append([book.text(note)])
