"""Tables of other programs: a text or CSV file of an archive that has no description of ours.

One rule: a file is shown as a table only if every one of its lines parses with as many fields as
its first; anything else is left to be extracted. Source: RFC 4180, with any one delimiter.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from functools import partial

from exporter.archive.description import DescribedTable, Field
from exporter.archive.entry import Entry
from exporter.archive.errors import UNCHANGED, MalformedText, NotATable, drawn
from exporter.archive.txt import MAX_FIELDS, MAX_ROW, ReadRows, Row, RowCounter

SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
MAX_DELIMITERS = 1_000_000
"""Delimiters of one record, quoted ones too: a cell may hold a list, but none as long as that."""
MAX_NAME = 64
MEANING = "Another program made this file; what it means is not described in the archive."
_DELIMITERS = "\t,;|"


def may_be_table(entry: Entry) -> bool:
    """Whether an entry's name and packing let it be looked at as a table."""
    return entry.name.lower().endswith(SUFFIXES) and entry.hindrance is None


def table_in(entry: Entry, blocks: Iterable[bytes]) -> tuple[DescribedTable, ReadRows]:
    """Read an entry to its end; return it as a table, and how its rows are read.

    Raises NotATable where it does not parse as one, DamagedEntry where it is damaged.
    """
    pieces = iter(blocks)
    first = next(pieces, b"").removeprefix(codecs.BOM_UTF8)
    delimiter = _delimiter_of(entry.name, first)
    if not delimiter:
        raise _no_table(entry, "its first line holds no delimiter")
    read = partial(read_delimited, delimiter=delimiter)
    counter = RowCounter()

    try:
        rows = read(_chain(first, pieces, counter))
        header = next(rows, None)
        count = sum(1 for _ in rows)
    except MalformedText as problem:
        raise _no_table(entry, f"line {problem.line:,}: {problem.fault}") from None
    # The pages count row ends by themselves: both must agree, or a page would be another's.
    if header is None or count + 1 != counter.rows + (not counter.is_ended):
        raise _no_table(entry, "its lines do not add up")
    table = DescribedTable(
        entry.name, entry.size, "", entry.name, MEANING, count, (), _fields(header)
    )
    return table, read


def _chain(first: bytes, pieces: Iterator[bytes], counter: RowCounter) -> Iterator[bytes]:
    piece = first
    while piece:
        counter.add(piece)
        yield piece
        piece = next(pieces, b"")


def read_delimited(
    chunks: Iterable[bytes], *, delimiter: str, width: int | None = None, skip: int = 0
) -> Iterator[Row]:
    """Yield the rows of a delimited text that comes in pieces; the first is its header line.

    It comes without a byte order mark: whoever reads from the start drops that. Raises
    MalformedText, with the line.
    """
    csv.field_size_limit(MAX_ROW)
    record = _Record(delimiter)
    reader = csv.reader(map(record.add, _lines(chunks)), delimiter=delimiter, strict=True)
    try:
        for number, fields in enumerate(reader):
            record.end()
            if number < skip:
                continue
            row: Row = [field or None for field in fields] or [None]
            width = width or len(row)
            if len(row) != width or width > MAX_FIELDS:
                raise MalformedText(reader.line_num, f"{len(row)} fields where {width} belong")
            yield row
    except UnicodeDecodeError:
        raise MalformedText(reader.line_num + 1, "not UTF-8") from None
    except csv.Error as problem:
        raise MalformedText(reader.line_num + 1, fault_of_csv(problem)) from None


def fault_of_csv(problem: csv.Error) -> str:
    """Return what the strict reader met, in half a sentence; its own words are a programmer's."""
    if "new-line" in str(problem):
        return "a carriage return stands outside quotation marks"
    return "its quotation marks do not match"


class _Record:
    """The lines of the record at hand, refused before the reader takes too much memory for them."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._lines = 0
        self.end()

    def end(self) -> None:
        """Begin the next one."""
        self._characters = self._delimiters = 0

    def add(self, line: str) -> str:
        """Return a line that the record still may have. Raises MalformedText."""
        self._lines += 1
        self._characters += len(line)
        self._delimiters += line.count(self._delimiter)
        if self._characters > MAX_ROW or self._delimiters > MAX_DELIMITERS:
            raise MalformedText(self._lines, "a record without an end")
        return line


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    rest = ""
    for chunk in chunks:
        # Only a line feed ends a line: splitlines would cut at a dozen other characters.
        lines = (rest + decoder.decode(chunk)).split("\n")
        rest = lines.pop()
        if len(rest) > MAX_ROW:
            raise MalformedText(1, "a line without an end")
        yield from (line + "\n" for line in lines)
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


def _delimiter_of(name: str, first: bytes) -> str:
    """Guess from the first line: the commonest of the known ones; a .csv may have one column."""
    line = first.partition(b"\n")[0].decode("utf-8", "replace")
    outside = "".join(line.split('"')[::2])
    best = max(_DELIMITERS, key=outside.count)
    if outside.count(best):
        return best
    return "," if name.lower().endswith(".csv") and line else ""


def _fields(header: Row) -> tuple[Field, ...]:
    names = [drawn((name or "")[:MAX_NAME]) or f"field {n}" for n, name in enumerate(header, 1)]
    return tuple(Field(name, "text", MEANING, None, False, None, ()) for name in names)


def _no_table(entry: Entry, fault: str) -> NotATable:
    return NotATable(
        f"{drawn(entry.name)} cannot be shown as a table: {fault}.",
        kept=UNCHANGED,
        do="Extract it and open it with the program that it belongs to.",
    )
