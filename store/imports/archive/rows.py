"""Rows of one table of an archive, checked and written.

One rule: a row is written as it stands in the archive, or refused with the reason and its number;
nothing is rounded, guessed or mended.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from operator import itemgetter, length_hint

from store.database import Store
from store.imports.archive.fitting import taken_columns
from store.imports.archive.source import ArchivedTable, Row
from store.imports.bulk import why_refused
from store.imports.report import TableReport
from store.schema.columns import Column, Table
from store.schema.tables import table_named

BATCH_ROWS = 400
"""Rows looked at together; notes of a megabyte each must fit as well."""
TOGETHER = 8
"""Rows of one statement. SQLite builds the lists of allowed codes anew for each statement, which is
two fifths of the work with one row; with more than these it is no faster."""
MOST_REFUSED = 1000
"""An archive with more rows than this that do not fit is not looked at any further."""
_NUMBERS = frozenset({"id", "integer", "cents", "flag"})
_WHOLE_NUMBERS = re.compile(r"(?:(?:0|-?[1-9][0-9]{0,18})\n)*")
"""As they are written; SQLite itself would also take ` 7`, `007` and `7e0` for 7."""


class RowWriter:
    """Writes the rows of one table. Foreign keys are left to `references`."""

    def __init__(self, store: Store, table: ArchivedTable) -> None:
        self.report = TableReport(table.name, table.name)
        self._db = store.db
        self._described = table_named(table.name)
        taken = taken_columns(table)
        self._columns = [column for _, column in taken]
        places = [at for at, _ in taken]
        self._pick = None if places == list(range(len(table.columns))) else _picker(places)
        self._numbers = [(at, c) for at, c in enumerate(self._columns) if c.kind in _NUMBERS]
        self._numbered = _number_at(self._described, self._columns)
        names = ", ".join(f'"{column.name}"' for column in self._columns)
        marks = ", ".join("?" for _ in self._columns)
        self._sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
        self._sql_together = self._sql + f", ({marks})" * (TOGETHER - 1)

    def write(self, rows: Iterable[Row]) -> None:
        """Write all rows, or stop where too many were refused. Raises what their source raises."""
        remaining = iter(rows)
        while self.report.refused <= MOST_REFUSED and (
            batch := list(islice(remaining, BATCH_ROWS))
        ):
            self._write_batch(batch if self._pick is None else [self._pick(row) for row in batch])

    def _write_batch(self, batch: Sequence[Row]) -> None:
        before = self.report.read
        self.report.read += len(batch)
        wrong = self._not_whole_numbers(batch)
        for place, reason in sorted(wrong.items()):
            self._refuse(reason, batch[place], before + place)
        places = [place for place in range(len(batch)) if place not in wrong]
        rows = [batch[place] for place in places] if wrong else batch
        whole = len(rows) - len(rows) % TOGETHER
        parts = [_flat(rows[at : at + TOGETHER]) for at in range(0, whole, TOGETHER)]
        for at in self._insert(self._sql_together, parts):
            # One row of these was refused, and with it all; which it was is seen one by one.
            first = at * TOGETHER
            self._insert_each(rows, range(first, first + TOGETHER), places, before)
        self._insert_each(rows, range(whole, len(rows)), places, before)

    def _insert_each(
        self, rows: Sequence[Row], which: range, places: Sequence[int], before: int
    ) -> None:
        for at, error in self._insert(self._sql, [rows[at] for at in which]).items():
            self._refuse(why_refused(error), rows[which[at]], before + places[which[at]])

    def _insert(self, sql: str, parameters: Sequence[Row]) -> dict[int, sqlite3.Error]:
        """Run one statement for each set of parameters; return which were refused, and why."""
        refused: dict[int, sqlite3.Error] = {}
        waiting = iter(parameters)
        while length_hint(waiting):
            try:
                # What is refused leaves the iterator just behind it, so it goes on from there.
                self._db.executemany(sql, waiting)
            except (sqlite3.IntegrityError, sqlite3.OperationalError) as error:
                if not _is_of_the_row(error):
                    raise
                refused[len(parameters) - length_hint(waiting) - 1] = error
        return refused

    def _refuse(self, reason: str, row: Row, before: int) -> None:
        """Count a row by its number: its key where that is one, else its place in the table."""
        text = None if self._numbered is None else row[self._numbered]
        self.report.refuse(reason, int(text) if text and _is_number(text) else before + 1)

    def _not_whole_numbers(self, batch: Sequence[Row]) -> dict[int, str]:
        """Return the places of rows with a number that is none, and the reason of each."""
        wrong: dict[int, str] = {}
        for at, column in self._numbers:
            values = [value for row in batch if (value := row[at]) is not None]
            text = "\n".join(values)
            is_right = text.count("\n") == max(len(values) - 1, 0)
            is_right &= not values or _WHOLE_NUMBERS.fullmatch(f"{text}\n") is not None
            # A key that is missing would be filled in by SQLite.
            if is_right and (column.kind != "id" or len(values) == len(batch)):
                continue
            for place, row in enumerate(batch):
                if reason := _why_no_number(row[at], column):
                    wrong.setdefault(place, reason)
        return wrong


def _flat(rows: Sequence[Row]) -> Row:
    return list(chain.from_iterable(rows))


def _picker(places: list[int]) -> Callable[[Row], Row]:
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)


def _number_at(table: Table, columns: list[Column]) -> int | None:
    names = [column.name for column in columns]
    is_number = len(table.key) == 1 and table.column(table.key[0]).kind == "id"
    return names.index(table.key[0]) if is_number else None


def _why_no_number(value: str | None, column: Column) -> str:
    if value is None:
        return f"{column.name} is missing" if column.kind == "id" else ""
    return "" if _is_number(value) else f"{column.name} is not a whole number"


def _is_number(text: str) -> bool:
    return "\n" not in text and _WHOLE_NUMBERS.fullmatch(f"{text}\n") is not None


def _is_of_the_row(error: sqlite3.Error) -> bool:
    """Tell a value that does not fit from a disk that is full."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # `now` for a date is an error of SQLite's own, not of the constraint that it stands in.
    return isinstance(error, sqlite3.IntegrityError) or code == sqlite3.SQLITE_ERROR
