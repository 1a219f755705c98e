"""An Open Dental database on its server, read table by table.

One rule: whatever is asked here is asked inside one read-only transaction, and what comes of it is
what a dump of the same instant says: the same literals, in the same order of tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from store.errors import SourceProblem
from store.imports.opendental.dump import Batch
from store.imports.opendental.mapping import TABLE_MAPS
from store.imports.opendental.row_converter import not_open_dental
from store.imports.opendental.table_map import TableMap
from store.imports.opendental.tokens import literal_of

KEPT = "Nothing was imported, and nothing was changed on the server."
PAGE = 2000
"""Rows that are asked for at a time: MyISAM makes whoever writes wait until they were all read."""
BATCH = 256 * 1024
"""Bytes of rows that are handed on at a time, at least; only one row more is held."""
MOST_TABLES = 10_000
_CORE = ("appointment", "definition", "patient", "procedurecode", "procedurelog", "provider")
"""Tables that every Open Dental has."""

_BEGIN = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION TRANSACTION READ ONLY",
    # Time stamps and text as dumps have them; a pause of ours is no reason to hang up.
    "SET SESSION sql_mode = '', time_zone = '+00:00', net_write_timeout = 600,"
    " lock_wait_timeout = 60 /*M!100100 , max_statement_time = 0 */",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
_NOW = "SELECT NOW()"
_TABLES = (
    "SELECT TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'"
)
_COLUMNS = (
    "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_KEY FROM information_schema.COLUMNS"
    " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{}' ORDER BY ORDINAL_POSITION"
)
_CHANGED = (
    "SELECT TABLE_NAME FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE() AND ENGINE <> 'InnoDB' AND UPDATE_TIME >= '{}'"
)
_A_TIME = re.compile(r"[0-9:. -]+")
_WHOLE = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_NUMBERS = _WHOLE | {"decimal", "float", "double", "year"}
_BYTES = frozenset({"bit", "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})

Row = Sequence[bytes | None]


class NotAllowed(SourceProblem):
    """The server does not let this user read a table."""


class Line(Protocol):
    """An open connection to a database server. Who opens and secures it is not known here.

    Attributes:
        name: the database and where it is, for people; no user and no password.
    """

    name: str

    def rows(self, sql: str) -> Iterator[Row]:
        """Send a statement and yield its rows one by one, each value as the server's UTF-8 text.

        Raises SourceProblem, and NotAllowed for a table that may not be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    is_key: bool


class Database:
    """The tables of a database, all of one instant where its engine can do that.

    Args:
        line: the connection; it begins a transaction of its own, and may serve several of these.
        wanted: tells whether the rows of a table are to be handed out; others are only counted.

    Attributes:
        skipped: rows of each table that was not wanted.
        tables: columns of each wanted table that were asked for.
        notes: what else is to be told, a line each.
        timestamps_are_utc: always; the session asks for it.
    """

    ABSENT = "not there, or not to be read by this user"
    timestamps_are_utc = True

    def __init__(self, line: Line, wanted: Callable[[str], bool]) -> None:
        self._line = line
        self._wanted = wanted
        self._done = 0
        self._total = 0
        self.skipped: dict[str, int] = {}
        self.tables: dict[str, tuple[str, ...]] = {}
        self.notes: list[str] = []

    @property
    def progress(self) -> tuple[int, int]:
        """Rows read so far, and about how many there are."""
        return self._done, max(self._done, self._total)

    def batches(self) -> Iterator[Batch]:
        """Yield the rows of all wanted tables.

        Raises SourceProblem where it is no Open Dental database, may not be read, or is not read to
        its end; rows that were yielded before must then be given up.
        """
        for statement in _BEGIN:
            self._all(statement)
        began = _text(self._one(_NOW))
        there = {_text(name): _whole(rows or b"0") for name, rows in self._all(_TABLES, 2)}
        self._check_is_open_dental(there)
        self._total = sum(rows for name, rows in there.items() if self._wanted(name))
        for name in sorted(there):
            if self._wanted(name):
                yield from self._table(TABLE_MAPS[name])
            else:
                self._count(name)
                yield Batch(name, (), [])
        self._total = self._done
        self._note_what_changed(began)

    def _all(self, sql: str, width: int = 1) -> list[Row]:
        """Return an answer that is never long, whatever the server says."""
        rows = list(islice(self._line.rows(sql), MOST_TABLES))
        if len(rows) == MOST_TABLES or any(len(row) != width for row in rows):
            raise makes_no_sense()
        return rows

    def _one(self, sql: str) -> bytes | None:
        rows = self._all(sql)
        return rows[0][0] if rows else None

    def _check_is_open_dental(self, there: dict[str, int]) -> None:
        missing = [name for name in _CORE if name not in there]
        if missing:
            raise not_open_dental(f"it has no table {', '.join(missing)} that may be read")

    def _table(self, table: TableMap) -> Iterator[Batch]:
        described = self._all(_COLUMNS.format(table.source), 3)
        there = [_Column(_text(name), _text(kind), key == b"PRI") for name, kind, key in described]
        keys = [column for column in there if column.is_key]
        key = keys[0] if len(keys) == 1 and keys[0].type in _WHOLE else None
        columns = [column for column in there if column.name in table.columns or column is key]
        if not columns:
            raise not_open_dental(f"its table {table.source} has no column that is known")
        names = tuple(column.name for column in columns)
        self.tables[table.source] = names
        try:
            for rows in self._pages(table.source, columns, key):
                self._done += len(rows)
                yield Batch(table.source, names, rows)
        except NotAllowed as refusal:
            raise NotAllowed(
                f"The user may not read the table {table.source}.", kept=KEPT, do=refusal.do
            ) from None

    def _pages(
        self, table: str, columns: Sequence[_Column], key: _Column | None
    ) -> Iterator[list[tuple[str, ...]]]:
        listed = ", ".join(map(_quoted, (column.name for column in columns)))
        ask = f"SELECT {listed} FROM {_quoted(table)}"
        if key is None:
            yield from self._page(ask, columns)
            return
        at, last, found = columns.index(key), None, PAGE
        while found == PAGE:
            beyond = "" if last is None else f" WHERE {_quoted(key.name)} > {last}"
            found, before = 0, last
            ordered = f"{ask}{beyond} ORDER BY {_quoted(key.name)} LIMIT {PAGE}"
            for rows in self._page(ordered, columns):
                found, last = found + len(rows), _whole(rows[-1][at])
                if found > PAGE or (before is not None and last <= before):
                    raise makes_no_sense()
                yield rows

    def _page(self, sql: str, columns: Sequence[_Column]) -> Iterator[list[tuple[str, ...]]]:
        kinds = [(column.type in _NUMBERS, column.type in _BYTES) for column in columns]
        rows: list[tuple[str, ...]] = []
        held = 0
        for row in self._line.rows(sql):
            if len(row) != len(kinds):
                raise makes_no_sense()
            literals = tuple([literal_of(raw, *kind) for raw, kind in zip(row, kinds, strict=True)])
            rows.append(literals)
            held += sum(map(len, literals))
            if held >= BATCH:
                yield rows
                rows, held = [], 0
        if rows:
            yield rows

    def _count(self, table: str) -> None:
        try:
            self.skipped[table] = _whole(self._one(f"SELECT COUNT(*) FROM {_quoted(table)}"))
        except NotAllowed:
            self.notes.append(f"{table}: not read, and this user may not count its rows")

    def _note_what_changed(self, began: str) -> None:
        if not _A_TIME.fullmatch(began):
            raise makes_no_sense()
        changed = [_text(name) for (name,) in self._all(_CHANGED.format(began))]
        named = sorted(name for name in changed if name in self.tables)
        if named:
            self.notes.append(
                f"{', '.join(named)}: changed while being read, and kept by an engine that cannot"
                " hold one instant, so rows may not fit one another; import again when nobody works"
                " in Open Dental"
            )


def makes_no_sense() -> SourceProblem:
    """The error for an answer that no database server gives."""
    return SourceProblem(
        "The database server's answer makes no sense.",
        kept=KEPT,
        do="Check that the address is that of a MySQL or MariaDB server.",
    )


def _text(raw: bytes | None) -> str:
    if raw is None:
        raise makes_no_sense()
    return raw.decode("utf-8", "replace")


def _whole(raw: bytes | str | None) -> int:
    try:
        return int(raw or "")
    except ValueError:
        raise makes_no_sense() from None


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
