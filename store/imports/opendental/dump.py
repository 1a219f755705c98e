"""A streaming reader of what `mysqldump` and `mariadb-dump` write, plain or compressed with gzip.

One rule: memory stays flat. One window of text is held at a time, however long a line is; only a
single row that is longer than the window makes it grow, up to `LARGEST_ROW`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from store.errors import SourceProblem
from store.imports.opendental.text_source import TextSource
from store.imports.opendental.tokens import VALUE

NOTHING_IMPORTED = "Nothing was imported."
LARGEST_ROW = 64 * 1024 * 1024
"""Characters of the longest row that is read."""

_GAP = re.compile(r"\s*+")
_LINE_COMMENT = re.compile(r"(?:--(?=[\s])|#)([^\n]*+)\n")
_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DELIMITER = re.compile(r"DELIMITER\s[^\n]*+\n(?:.*?\n)??DELIMITER\s++;[^\n]*+\n", re.I | re.S)
_QUOTED = r"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'|\"[^\"\\]*+(?:(?:\\.|\"\")[^\"\\]*+)*+\"|`[^`]*+`"
_STATEMENT = re.compile(rf"(?:[^'\"`;]++|{_QUOTED})*+;", re.DOTALL)
_INSERT = re.compile(
    r"(?:INSERT|REPLACE)\s++(?:IGNORE\s++)?INTO\s++`((?:[^`]|``)++)`\s*+(?:\(([^)]*+)\)\s*+)?VALUES\b",
    re.IGNORECASE,
)
_INSERT_BEGINS = re.compile(r"(?:INSERT|REPLACE)\s", re.IGNORECASE)
_CREATE = re.compile(r"CREATE\s++TABLE\s++(?:IF\s++NOT\s++EXISTS\s++)?`((?:[^`]|``)++)`", re.I)
_COLUMN = re.compile(r"^\s*+`((?:[^`]|``)++)`\s", re.MULTILINE)
_NAME = re.compile(r"`((?:[^`]|``)++)`")
_ANY_ROW = re.compile(rf"\s*+\((?:{VALUE}(?:\s*+,\s*+{VALUE})*+)?\s*+\)\s*+[,;]", re.DOTALL)
_COMPLETED = "Dump completed"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one table, in the order of the dump.

    Attributes:
        table: name of the table.
        columns: names of its columns.
        rows: one tuple of SQL literals for each row, which `tokens.value` reads; none where the
            table is not wanted, and the batch only tells that reading goes on.
    """

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Dump:
    """An opened dump. Iterate over `batches()` once.

    Args:
        source: the file.
        wanted: tells whether the rows of a table are to be handed out; others are only counted.

    Attributes:
        skipped: rows of each table that was not wanted.
        tables: columns of each table that the dump describes.
        notes: what else is to be told, a line each.
    """

    ABSENT = "not in the dump"

    def __init__(self, source: Path, wanted: Callable[[str], bool] = lambda _table: True) -> None:
        self._source = TextSource(source)
        self._wanted = wanted
        self._text = ""
        self._at = 0
        self._ended = False
        self._completed = False
        self._place = "before its first table"
        self.skipped: dict[str, int] = {}
        self.tables: dict[str, tuple[str, ...]] = {}
        self.notes: list[str] = []

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes of the file read so far, and its size in bytes."""
        return self._source.position, self._source.size

    @property
    def timestamps_are_utc(self) -> bool:
        """Whether the server wrote its TIMESTAMP columns in UTC, as it does unless told not to."""
        return self._source.timestamps_are_utc

    def batches(self) -> Iterator[Batch]:
        """Yield the rows of all wanted tables.

        Raises SourceProblem for a file that is not whole or is not a dump; rows that were yielded
        before must then be given up.
        """
        with self._source:
            while self._skip_gap():
                if self._take(_LINE_COMMENT, "--", "#"):
                    continue
                if self._take(_BLOCK_COMMENT, "/*") or self._take(_DELIMITER, "DELIMITER"):
                    continue
                if _INSERT_BEGINS.match(self._text, self._at):
                    yield from self._insert()
                else:
                    self._statement()
            if not self._completed:
                raise self._cut()

    def _skip_gap(self) -> bool:
        """Go to the next thing; False at the end of the file."""
        while True:
            gap = _GAP.match(self._text, self._at)
            assert gap is not None
            self._at = gap.end()
            if len(self._text) - self._at >= len("DELIMITER ") or not self._read_more():
                return self._at < len(self._text)

    def _take(self, pattern: re.Pattern[str], *begins: str) -> bool:
        """Skip a comment or the like if one begins here."""
        if not self._text.startswith(begins, self._at):
            return False
        found = self._match(pattern)
        if pattern is _LINE_COMMENT and _COMPLETED in found.group(1):
            self._completed = True
        return True

    def _statement(self) -> None:
        text = self._match(_STATEMENT).group()
        create = _CREATE.match(text)
        if create is None:
            return
        table = _unquoted(create.group(1))
        self._place = f"at table {table}"
        if table in self.tables:
            raise _damaged(f"It describes table {table} twice, as a dump of several databases does")
        names = _COLUMN.findall(text, create.end())
        self.tables[table] = tuple(_unquoted(name) for name in names)

    def _insert(self) -> Iterator[Batch]:
        head = self._match(_INSERT)
        table = _unquoted(head.group(1))
        self._place = f"in the middle of table {table}"
        columns = self.tables.get(table, ())
        if head.group(2) is not None:
            columns = tuple(_unquoted(name) for name in _NAME.findall(head.group(2)))
        if not columns:
            raise _damaged(f"It has rows of table {table}, but does not describe the table")
        wanted = self._wanted(table)
        pattern = _row_pattern(len(columns)) if wanted else _ANY_ROW
        if not wanted:
            self.skipped.setdefault(table, 0)
        for rows in self._rows(pattern, table):
            if not wanted:
                self.skipped[table] += len(rows)
            yield Batch(table, columns, rows if wanted else [])
        self._place = f"after table {table}"

    def _rows(self, pattern: re.Pattern[str], table: str) -> Iterator[list[tuple[str, ...]]]:
        """Yield the rows of one INSERT, as many at a time as the window holds."""
        last = False
        while not last:
            match, text, at = pattern.match, self._text, self._at
            rows: list[tuple[str, ...]] = []
            row = match(text, at)
            while row is not None:
                rows.append(row.groups())
                at = row.end()
                last = text[at - 1] == ";"
                row = None if last else match(text, at)
            self._at = at
            if rows:
                yield rows
            elif _ANY_ROW.match(text, at):
                raise _damaged(f"A row of table {table} has more or fewer values than columns")
            if not last:
                self._need_more()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Match here and go behind it, reading on as long as it may still come."""
        found = pattern.match(self._text, self._at)
        while found is None:
            self._need_more()
            found = pattern.match(self._text, self._at)
        self._at = found.end()
        return found

    def _need_more(self) -> None:
        if len(self._text) - self._at > LARGEST_ROW:
            raise _damaged("Something in it cannot be read, or is larger than 64 MB")
        if not self._read_more():
            raise self._cut()

    def _read_more(self) -> bool:
        """Drop what was read from the window and add as much again as is left over."""
        if self._ended:
            return False
        rest = self._text[self._at :]
        fresh = self._source.read(len(rest))
        # The last line may lack its line break; a comment needs one to end.
        self._ended = not fresh
        self._text, self._at = rest + (fresh or "\n"), 0
        return True

    def _cut(self) -> SourceProblem:
        return SourceProblem(
            f"The dump is cut off: it ends {self._place}.",
            kept=NOTHING_IMPORTED,
            do="Make the dump again, and see that there is room for all of it.",
        )


def _row_pattern(columns: int) -> re.Pattern[str]:
    values = r"\s*+,\s*+".join([f"({VALUE})"] * columns)
    return re.compile(rf"\s*+\(\s*+{values}\s*+\)\s*+[,;]", re.DOTALL)


def _unquoted(name: str) -> str:
    return name.replace("``", "`")


def _damaged(what: str) -> SourceProblem:
    return SourceProblem(
        f"The dump cannot be read. {what}.",
        kept=NOTHING_IMPORTED,
        do="Make the dump again with mysqldump, of this one database, and do not edit it.",
    )
