"""Rows of one of their tables, converted and written to ours.

One rule: a row is written whole or refused with a reason; the rows around it are not touched.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Container, Sequence

from store.errors import SourceProblem
from store.imports.opendental.fields import Context, Convert, Field, RefusedValue, Stored
from store.imports.opendental.report import TableReport
from store.imports.opendental.table_map import TableMap

_CONSTRAINT = re.compile(r"(NOT NULL|UNIQUE|CHECK) constraint failed: (.*)", re.DOTALL)
_CHECKED = re.compile(r'"(\w+)"')
Row = list[Stored]


class TableWriter:
    """Writes the rows of one table.

    Args:
        columns: the columns the dump has, in its order.
        skip: their numbers of rows that are refused for what was found out later.

    Raises:
        SourceProblem: the table lacks columns that every Open Dental has.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        table: TableMap,
        columns: Sequence[str],
        context: Context,
        pgid: int,
        skip: Container[int] = (),
    ) -> None:
        self.report = TableReport(table.source, table.target)
        self._db, self._table, self._skip = db, table, skip
        place = {name: position for position, name in enumerate(columns)}
        missing = [name for name in table.needed_columns if name not in place]
        if missing:
            raise not_open_dental(f"its table {table.source} has no column {missing[0]}")
        fields = [f for f in table.fields if any(name in place for name in f.sources)]
        self._simple, self._joint = _plans(fields, place, context)
        self._key_at = None if table.key is None else place[table.key]
        self._our_id = None if table.key is None else context.our_id(table.source)
        self._constants: Row = [pgid] if table.with_pgid else []
        self._sql = _upsert(table, fields)

    def write(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Convert and write some rows; count what was refused."""
        self.report.read += len(rows)
        ready: list[Row] = []
        ids: list[int | None] = []
        for row in rows:
            source_id = None
            try:
                source_id = self._source_id(row)
                ready.append(self._converted(row, source_id))
                ids.append(source_id)
            except RefusedValue as refusal:
                self.report.refuse(str(refusal), source_id)
            except ValueError:
                self.report.refuse("a value is no SQL literal", source_id)
        self._store(ready, ids)

    def _source_id(self, row: tuple[str, ...]) -> int | None:
        if self._key_at is None:
            return None
        literal = row[self._key_at]
        if not literal.isdecimal() or literal == "0":
            raise RefusedValue("the row has no number")
        source_id = int(literal)
        if source_id in self._skip:
            raise RefusedValue("it refers to a row that is not in the dump")
        return source_id

    def _converted(self, row: tuple[str, ...], source_id: int | None) -> Row:
        values: Row = [] if self._our_id is None else [self._our_id(source_id or 0)]
        values += self._constants
        values += [convert(row[at]) for at, convert in self._simple]
        if self._joint:
            values += [convert(*[row[at] for at in places]) for places, convert in self._joint]
        return values

    def _store(self, rows: list[Row], ids: list[int | None]) -> None:
        if not rows:
            return
        self._db.execute("SAVEPOINT some_rows")
        try:
            self._db.executemany(self._sql, rows)
        except (sqlite3.IntegrityError, OverflowError):
            self._db.execute("ROLLBACK TO some_rows")
            for row, source_id in zip(rows, ids, strict=True):
                self._store_one(row, source_id)
        self._db.execute("RELEASE some_rows")

    def _store_one(self, row: Row, source_id: int | None) -> None:
        try:
            self._db.execute(self._sql, row)
        except sqlite3.IntegrityError as error:
            self.report.refuse(_reason(error), source_id)
        except OverflowError:
            self.report.refuse("a number is too large", source_id)


def not_open_dental(why: str) -> SourceProblem:
    """The error for a dump of something else."""
    return SourceProblem(
        f"This is not a dump of an Open Dental database: {why}.",
        kept="Nothing was imported.",
        do="Dump the database of Open Dental, all tables of it, and name that file.",
    )


def _plans(
    fields: Sequence[Field], place: dict[str, int], context: Context
) -> tuple[list[tuple[int, Convert]], list[tuple[list[int], Convert]]]:
    """Return what to convert from one column, then what from several."""
    simple: list[tuple[int, Convert]] = []
    joint: list[tuple[list[int], Convert]] = []
    for field in fields:
        convert = field.make(context)
        if len(field.sources) == 1:
            simple.append((place[field.sources[0]], convert))
        else:
            joint.append(([place[name] for name in field.sources if name in place], convert))
    return simple, joint


def _upsert(table: TableMap, fields: Sequence[Field]) -> str:
    names = [] if table.key is None else [table.target_key[0]]
    names += ["pgid"] if table.with_pgid else []
    names += [field.target for field in fields if len(field.sources) == 1]
    names += [field.target for field in fields if len(field.sources) > 1]
    listed = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" for _ in names)
    key = ", ".join(f'"{name}"' for name in table.target_key)
    changed = [f'"{n}" = excluded."{n}"' for n in names if n not in table.target_key]
    return (
        f'INSERT INTO "{table.target}" ({listed}) VALUES ({marks})'
        f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(changed)}"
    )


def _reason(error: sqlite3.IntegrityError) -> str:
    """What a constraint says, in words for people."""
    found = _CONSTRAINT.match(str(error))
    if found is None:
        return "it does not fit the table"
    kind, about = found.groups()
    if kind == "CHECK":
        column = _CHECKED.search(about)
        return f"{column.group(1) if column else 'a column'} has a value that is not allowed"
    column_name = about.rpartition(".")[2]
    said: dict[str, Callable[[str], str]] = {
        "NOT NULL": lambda name: f"{name} is missing",
        "UNIQUE": lambda name: f"another row has the same {name}",
    }
    return said[kind](column_name)
