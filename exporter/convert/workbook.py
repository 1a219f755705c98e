"""Tables as one Excel workbook, a sheet per table.

One rule: typed cells where the type is certain, text everywhere else, never a formula; what Excel
cannot hold is said on the last sheet. Source: REQUIREMENTS D18; Excel's published limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from exporter.archive.description import DescribedTable
from exporter.archive.disk import told_plainly
from exporter.archive.extraction import refuse_if_too_large
from exporter.archive.files import refuse_existing, whole_file, whole_folder
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.reader import Archive
from exporter.convert.columns import Column
from exporter.convert.sheets import SheetBook
from exporter.convert.source import Conversion, chosen_tables, rows_of, work_on
from store.clock import moment

SHEET_ROWS = 1_048_576
GROWTH = 4
"""How much larger than the TXT the packed sheets are at worst, with the file they are put into."""
MOST_NOTES = 10_000
BLOCK = 256
"""Rows that are turned into cells at once: enough to be quick, few enough for the longest texts."""
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
    with (
        whole_folder(path.parent) as staging,
        told_plainly(path.parent),
        SheetBook(staging, made) as book,
    ):
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
    columns = [Column(book, field.kind) for field in table.fields]
    sheet = book.new_sheet(table.name, header)
    on_sheet, parts = 1, 1
    rows = rows_of(archive, table, work)
    while block := list(islice(rows, min(BLOCK, sheet_rows - on_sheet or sheet_rows - 1))):
        if on_sheet == sheet_rows:
            parts += 1
            sheet = book.new_sheet(table.name, header)
            on_sheet = 1
        values = list(zip(*block, strict=True))
        cells = [column.cells(of) for column, of in zip(columns, values, strict=True)]
        sheet.extend(cells, len(block))
        for row, place, length in _cut(columns, values):
            where = f"{sheet.title}, row {on_sheet + row + 1:,}, {header[place]}"
            yield f"{where}: text was cut, {length:,}"
        on_sheet += len(block)
    if parts > 1:
        yield f"{table.name}: {table.rows:,} rows, spread over {parts} sheets"


def _cut(
    columns: Sequence[Column], values: Sequence[Sequence[str | None]]
) -> list[tuple[int, int, int]]:
    """Return row, column and full length of each text of a block that had to be cut."""
    return sorted(
        (row, place, column.cut[value])
        for place, (column, of) in enumerate(zip(columns, values, strict=True))
        if column.cut
        for row, value in enumerate(of)
        if value in column.cut
    )


def _add_notes(book: SheetBook, notes: Sequence[str]) -> None:
    more = len(notes) - MOST_NOTES
    last = (f"and {more:,} more of the same kind",) if more > 0 else ()
    sheet = book.new_sheet("Notes", ["Note"])
    for note in (*_GENERAL, *notes[:MOST_NOTES], *last):
        sheet.append([book.text(note)])
