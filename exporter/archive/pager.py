"""Pages of a table inside an archive, forwards and backwards.

One rule: never the whole table in memory. Entries are streams that only run forwards, so the pager
keeps copies of the stream at row ends every few megabytes and goes on from the nearest one.
"""

from __future__ import annotations

from bisect import bisect_right
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from exporter.archive.description import DescribedTable
from exporter.archive.errors import DamagedEntry, MalformedText
from exporter.archive.stream import EntryStream
from exporter.archive.txt import MAX_ROW, ReadRows, Row, RowCounter, read_rows

SPACING = 2 * 1024 * 1024
"""Bytes of plain text between two kept places; each costs some 40 KB of memory."""
LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """Rows `start` to `start + len(rows) - 1` of `total`; the first row of a table is 0."""

    start: int
    rows: tuple[tuple[str | None, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place to go on from: before line `line` (0 is the header), `held` read but not used."""

    line: int
    stream: EntryStream
    held: bytes
    plain_bytes: int


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines of the text: `count` of them, the first being `line`."""

    line: int
    count: int
    text: bytes


class TablePager:
    """Gives pages of one table. Not for two threads at once.

    What is shown from the middle of an entry is not yet covered by its authentication code, which
    stands at the end: verify the archive first, and say so where it was not done.

    `read` takes lines apart; `last_may_be_open` allows a last row without its line feed, as other
    programs write it. Methods whose places cannot be kept are read from the start each time.
    """

    def __init__(
        self,
        stream: EntryStream,
        table: DescribedTable,
        read: ReadRows = read_rows,
        *,
        last_may_be_open: bool = False,
    ) -> None:
        self._table = table
        self._read_rows = read
        self._last_may_be_open = last_may_be_open
        self._marks = [_Mark(0, stream, b"", 0)]

    @property
    def total(self) -> int:
        """Rows of the table, as its manifest says."""
        return self._table.rows

    def page(self, start: int, count: int = 200) -> Page:
        """Return up to `count` rows from row `start` on; fewer at the end, none past it.

        Raises ValueError for a negative start or count, DamagedEntry and MalformedText.
        """
        if start < 0 or not 0 <= count <= LARGEST_PAGE:
            raise ValueError(f"a page starts at 0 or later and has up to {LARGEST_PAGE} rows")
        rows: list[Row] = []
        wanted = min(start + count, self.total) - start
        if wanted > 0:
            rows = self._read(1 + start, wanted)
        return Page(start, tuple(tuple(row) for row in rows), self.total)

    def _read(self, line: int, wanted: int) -> list[Row]:
        rows: list[Row] = []
        for block in self._blocks(line):
            if block.line + block.count <= line:
                continue
            rows += self._rows_of(block, line - block.line if not rows else 0, wanted - len(rows))
            if len(rows) == wanted:
                return rows
        raise DamagedEntry(self._table.path, "it has fewer rows than the manifest says")

    def _rows_of(self, block: _Block, skip: int, wanted: int) -> list[Row]:
        width = len(self._table.fields)
        # Other programs begin a text with a byte order mark; anywhere else it is a character.
        text = block.text if block.line else block.text.removeprefix(BOM_UTF8)
        try:
            return list(islice(self._read_rows((text,), width=width, skip=skip), wanted))
        except MalformedText as problem:
            fault = f"{problem.fault}, after row {block.line:,}"
            raise DamagedEntry(self._table.path, fault) from None

    def _blocks(self, line: int) -> Iterator[_Block]:
        """Yield blocks of whole lines from the last kept place at or before `line` on."""
        place = bisect_right(self._marks, line, key=lambda mark: mark.line) - 1
        mark = self._marks[place]
        stream, held, number = mark.stream.copy(), mark.held, mark.line
        assert stream is not None  # only places that can be copied are kept
        while chunk := stream.read_block():
            text = held + chunk
            counter = RowCounter()
            end = counter.add(text)
            held = text[end:]
            if len(held) > MAX_ROW:
                raise DamagedEntry(self._table.path, "it holds a row without an end")
            if not end:
                continue
            yield _Block(number, counter.rows, text[:end])
            number += counter.rows
            self._keep(number, stream, held)
        if held and self._last_may_be_open:
            yield _Block(number, 1, held)
        elif held:
            raise DamagedEntry(self._table.path, "it ends in the middle of a row")

    def _keep(self, line: int, stream: EntryStream, held: bytes) -> None:
        last = self._marks[-1]
        if line > last.line and stream.plain_bytes - last.plain_bytes >= SPACING:
            kept = stream.copy()
            if kept is not None:
                self._marks.append(_Mark(line, kept, held, stream.plain_bytes))
