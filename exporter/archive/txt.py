"""The text of one table: UTF-8, TAB between fields, a line feed after each row, empty is NULL.

One rule: reading is the exact inverse of writing; what breaks the format is refused with its line,
never guessed at, and before it takes memory. A field is quoted (RFC 4180 rules with a TAB) only
where it holds a TAB, a quote, a carriage return or a line feed. Source: DESIGN, the archive.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from exporter.archive.errors import MalformedText

Row = list[str | None]


class ReadRows(Protocol):
    """Reads rows out of a text that comes in pieces, as `read_rows` does."""

    def __call__(
        self, chunks: Iterable[bytes], *, width: int | None = None, skip: int = 0
    ) -> Iterator[Row]:
        """Yield the rows. Raises MalformedText."""
        ...


MAX_ROW = 64 * 1024 * 1024
"""Characters of one row; a longer one is a trap, not data."""
MAX_FIELDS = 2_000
"""Fields of a row of which nobody has told how many it has; SQLite has no more columns."""
# Possessive: nothing is kept to go back to, which would be 130 bytes for each character.
_FIELD = re.compile(r'(?:"([^"]*+(?:""[^"]*+)*+)"|([^\t"\r\n]*+))(\t|\Z)')
_COUNTED_AT_ONCE = 64 * 1024
"""Bytes that are looked through for quotes in one step; each may be a piece by itself."""


def read_rows(chunks: Iterable[bytes], *, width: int | None = None, skip: int = 0) -> Iterator[Row]:
    """Yield the rows of a text that comes in pieces; the first is its header line.

    Args:
        chunks: the bytes in order, cut anywhere.
        width: how many fields a row has; by default as many as the first row.
        skip: how many rows to pass over without taking them apart.

    Raises MalformedText, with the line, for anything that the format does not allow: a quote
    inside a bare field, text after a closing quote, a bare carriage return, a missing end, another
    number of fields, bytes that are not UTF-8.
    """
    for line, text in islice(_logical_lines(chunks), skip, None):
        most = MAX_FIELDS if width is None else width
        row = _split(text, line, most)
        if len(row) > most:
            raise MalformedText(line, f"more than {most} fields")
        if width is None:
            width = len(row)
        elif len(row) != width:
            raise MalformedText(line, f"{len(row)} fields where {width} belong")
        yield row


def _split(text: str, line: int, most: int) -> Row:
    """Take a row apart, but for what follows `most` fields: it is one field more then."""
    if '"' in text:
        return _split_at_tabs(text, most) or _split_quoted(text, line, most)
    if "\r" in text:
        raise MalformedText(line, "a carriage return outside quotes")
    return [field or None for field in text.split("\t", most)]


def _split_at_tabs(text: str, most: int) -> Row | None:
    """Split a row whose quoted fields hold no TAB, as nearly all are; None for any other.

    `_split_quoted` says what is wrong with a row and is the measure of what is right, but takes
    eight times as long.
    """
    row: Row = []
    fields = text.split("\t", most)
    if len(fields) > most:
        return None
    for field in fields:
        if '"' in field:
            inside = field[1:-1].replace('""', "")
            if field[0] != '"' or field[-1] != '"' or len(field) == 1 or '"' in inside:
                return None
            row.append(field[1:-1].replace('""', '"') or None)
        elif "\r" in field or "\n" in field:
            return None
        else:
            row.append(field or None)
    return row


def _split_quoted(text: str, line: int, most: int) -> Row:
    row: Row = []
    place = 0
    while True:
        field = _FIELD.match(text, place)
        if field is None:
            raise MalformedText(line, f"field {len(row) + 1} is not quoted as it should be")
        quoted, bare, end = field.groups()
        row.append((bare if quoted is None else quoted.replace('""', '"')) or None)
        if not end or len(row) > most:
            return row
        place = field.end()


def _logical_lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    """Yield (number of its first line, text) of each row; a quoted field may span lines."""
    number = first = 1
    held = io.StringIO()
    held_size = 0
    is_open = False
    for piece in _pieces(chunks):
        number += 1
        if '"' in piece:
            is_open ^= bool(piece.count('"') & 1)
        if is_open:
            held_size += held.write(piece) + held.write("\n")
            if held_size > MAX_ROW:
                raise MalformedText(first, "a row without an end")
            continue
        if held_size:
            held.write(piece)
            piece, held, held_size = held.getvalue(), io.StringIO(), 0
        yield first, piece
        first = number
    if is_open:
        raise MalformedText(first, "a quote is opened and never closed")


def _pieces(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines without their line feeds. Raises MalformedText if the last has none."""
    number = 1
    rest = ""
    for text in _decoded(chunks):
        if "\n" not in text:
            rest += text
            if len(rest) > MAX_ROW:
                raise MalformedText(number, "a line without an end")
            continue
        lines = (rest + text).split("\n")
        rest = lines.pop()
        number += len(lines)
        yield from lines
    if rest:
        raise MalformedText(number, "the text ends in the middle of a line")


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    line = 1
    for chunk in chunks:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as problem:
            line += problem.object[: problem.start].count(b"\n")
            raise MalformedText(line, "bytes that are not UTF-8") from None
        line += text.count("\n")
        yield text
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise MalformedText(line, "the text ends in the middle of a character") from None


class RowCounter:
    """Counts rows of a text that comes in pieces, without taking fields apart.

    Quote parity is enough: a quoted field doubles every quote that it holds.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._ends_with_row = True
        self._is_open = False

    @property
    def is_ended(self) -> bool:
        """Whether the text so far ends with the end of a row."""
        return self._ends_with_row and not self._is_open

    def add(self, chunk: bytes) -> int:
        """Count on; returns the offset in `chunk` after its last row end, 0 if there is none."""
        if not chunk:
            return 0
        self._ends_with_row = chunk.endswith(b"\n")
        if b'"' not in chunk:
            if self._is_open:
                return 0
            self.rows += chunk.count(b"\n")
            return chunk.rfind(b"\n") + 1
        end = 0
        for start in range(0, len(chunk), _COUNTED_AT_ONCE):
            here = self._add_quoted(chunk[start : start + _COUNTED_AT_ONCE])
            end = start + here if here else end
        return end

    def _add_quoted(self, chunk: bytes) -> int:
        pieces = chunk.split(b'"')
        outside = int(self._is_open)  # every second piece, from this one on
        self.rows += b"".join(pieces[outside::2]).count(b"\n")
        self._is_open ^= not len(pieces) & 1
        start = len(chunk) + 1
        for number in reversed(range(len(pieces))):
            start -= len(pieces[number]) + 1
            if number & 1 == outside and b"\n" in pieces[number]:
                return start + pieces[number].rfind(b"\n") + 1
        return 0
