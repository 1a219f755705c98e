"""Rows of one of their tables, converted and written to ours.

One rule: a row is written whole or refused with a reason; the rows around it are not touched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence

from store.imports.bulk import why_refused
from store.imports.opendental.fields import RefusedValue, Stored
from store.imports.opendental.row_converter import Literals, RowConverter
from store.imports.opendental.table_map import TableMap
from store.imports.report import TableReport

NO_PARENT = "refers to a row that is not in the source, or was refused"


class TableWriter:
    """Writes the rows of one table.

    Args:
        skip: their numbers of rows that are left as the store has them.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        table: TableMap,
        converter: RowConverter,
        skip: Container[int | None] = (),
    ) -> None:
        self.report = TableReport(table.source, table.target)
        self._db, self._converter, self._skip = db, converter, skip
        self._sql = _upsert(table, converter.names)

    def write(self, rows: Sequence[Literals]) -> None:
        """Convert and write some rows; count what was refused."""
        self.report.read += len(rows)
        ready: list[list[Stored]] = []
        ids: list[int | None] = []
        for row in rows:
            source_id = None
            try:
                source_id = self._converter.source_id(row)
                if source_id in self._skip:
                    self.report.refuse(f"it {NO_PARENT}", source_id)
                    continue
                ready.append(self._converter.converted(row, source_id))
                ids.append(source_id)
            except (RefusedValue, ValueError):
                self.report.refuse(self._converter.why_refused(row), source_id)
        if ready:
            self._store(ready, ids)

    def _store(self, rows: list[list[Stored]], ids: list[int | None]) -> None:
        self._db.execute("SAVEPOINT some_rows")
        try:
            self._db.executemany(self._sql, rows)
        except (sqlite3.IntegrityError, OverflowError):
            self._db.execute("ROLLBACK TO some_rows")
            for row, source_id in zip(rows, ids, strict=True):
                self._store_one(row, source_id)
        self._db.execute("RELEASE some_rows")

    def _store_one(self, row: list[Stored], source_id: int | None) -> None:
        try:
            self._db.execute(self._sql, row)
        except sqlite3.IntegrityError as error:
            self.report.refuse(why_refused(error), source_id)
        except OverflowError:
            self.report.refuse("a number is too large", source_id)


def _upsert(table: TableMap, names: Sequence[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" for _ in names)
    key = ", ".join(f'"{name}"' for name in table.target_key)
    changed = [f'"{n}" = excluded."{n}"' for n in names if n not in table.target_key]
    return (
        f'INSERT INTO "{table.target}" ({listed}) VALUES ({marks})'
        f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(changed)}"
    )
