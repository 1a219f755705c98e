"""The import of an Open Dental database, or of a dump of one, into the practice store.

One rule: all or nothing. Everything is one transaction, and running it again leaves the same rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from store import patient_search
from store.clock import instant
from store.database import Store
from store.errors import SourceProblem
from store.imports.bulk import references_checked_by_import
from store.imports.opendental.dangling import RowsWereThere, mend
from store.imports.opendental.database import Database, Line
from store.imports.opendental.dump import Dump
from store.imports.opendental.identities import SYSTEM, Identities
from store.imports.opendental.mapping import TABLE_MAPS
from store.imports.opendental.row_converter import RowConverter, not_open_dental
from store.imports.opendental.writer import TableWriter
from store.imports.report import ImportReport

Progress = Callable[[str, int, int], None]
"""Told what is being read, and how much of how much: bytes of a dump, rows of a database."""

Source = Path | Line
"""A dump, or an open connection to the server that has the database."""

Cancelled = Callable[[], bool]

T = TypeVar("T")


def import_opendental(
    store: Store,
    source: Source,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    *,
    transaction: Callable[[], AbstractContextManager[T]] | None = None,
    before_commit: Callable[[ImportReport, T], None] | None = None,
) -> ImportReport:
    """Import a dump or a database in one transaction.

    Args:
        source: file that mysqldump or mariadb-dump has made, plain or compressed with gzip; or a
            connection to the server.
        progress: told from time to time how far it is.
        cancelled: asked from time to time whether to stop.
        transaction: opens the transaction; the store's own if not given. It may be opened anew.
        before_commit: called when all rows are in, with the report and what `transaction` gave;
            what it raises undoes the import.

    Raises:
        SourceProblem: the source is not whole or not of Open Dental, cannot be read, or was
            cancelled.
        StoreBusy, DiskFull, StoreProblem: the store cannot be written.
    """
    left_alone: dict[str, set[int | None]] = {}
    begin: Callable[[], AbstractContextManager[Any]] = transaction or store.transaction
    with references_checked_by_import(store):
        while True:
            try:
                with begin() as change:
                    report = _import_rows(store, source, progress, cancelled, left_alone)
                    if before_commit is not None:
                        before_commit(report, change)
                return report
            except RowsWereThere as found:
                # Rare: the source would break rows the store has. Begin anew without those.
                for table, numbers in found.rows.items():
                    left_alone.setdefault(table, set()).update(numbers)


def _import_rows(
    store: Store,
    source: Source,
    progress: Progress | None,
    cancelled: Cancelled | None,
    left_alone: dict[str, set[int | None]],
) -> ImportReport:
    started_at = instant(store.clock.now())
    report = _Attempt(store, source, left_alone).run(progress, cancelled)
    patient_search.refresh(store)
    report.import_run_id = _record_run(store, report, started_at)
    return report


class _Attempt:
    """One pass over the source."""

    def __init__(
        self, store: Store, source: Source, left_alone: dict[str, set[int | None]]
    ) -> None:
        practice = store.one("SELECT pgid, time_zone FROM practice_group")
        assert practice is not None, "a store without its practice group"
        self._db: sqlite3.Connection = store.db
        self._pgid = int(practice["pgid"])
        self.zone = ZoneInfo(practice["time_zone"])
        wanted = TABLE_MAPS.__contains__
        self._source: Dump | Database = (
            Dump(source, wanted) if isinstance(source, Path) else Database(source, wanted)
        )
        self._identities = Identities(store.db, TABLE_MAPS)
        self._writers: dict[str, TableWriter] = {}
        self._left_alone = left_alone
        self._report = ImportReport(source.name.encode("utf-8", "replace").decode("utf-8"))
        self._current: TableWriter | None = None

    @property
    def timestamps_are_utc(self) -> bool:
        return self._source.timestamps_are_utc

    def our_id(self, source_table: str) -> Callable[[int], int]:
        return self._identities.our_id(source_table)

    def note(self, change: str) -> None:
        assert self._current is not None
        self._current.report.note(change)

    def run(self, progress: Progress | None, cancelled: Cancelled | None) -> ImportReport:
        for batch in self._source.batches():
            if cancelled is not None and cancelled():
                raise SourceProblem(
                    "The import was stopped.",
                    kept="Nothing was imported.",
                    do="Start it again when you like.",
                )
            if batch.rows:
                self._current = self._writer(batch.table, batch.columns)
                self._current.write(batch.rows)
            if progress is not None:
                progress(batch.table, *self._source.progress)
        if "patient" not in self._source.tables:
            raise not_open_dental("it has no table of patients")
        self._report.not_read.update(sorted(self._source.skipped.items()))
        absent = sorted(TABLE_MAPS.keys() - self._source.tables.keys())
        self._report.notes += [f"{name}: {self._source.ABSENT}" for name in absent]
        self._report.notes += self._source.notes
        mend(self._db, TABLE_MAPS, self._report.tables, self._identities)
        self._identities.settle()
        return self._report

    def _writer(self, table: str, columns: tuple[str, ...]) -> TableWriter:
        if table not in self._writers:
            converter = RowConverter(TABLE_MAPS[table], columns, self, self._pgid)
            skip = self._left_alone.get(table, set())
            self._writers[table] = TableWriter(self._db, TABLE_MAPS[table], converter, skip)
            self._report.tables[table] = self._writers[table].report
        return self._writers[table]


def _record_run(store: Store, report: ImportReport, started_at: str) -> int:
    return store.insert(
        "import_run",
        {
            "system": SYSTEM,
            "source": report.source,
            "started_at": started_at,
            "ended_at": instant(store.clock.now()),
            "rows_read": report.rows_read,
            "rows_written": report.rows_written,
            "rows_refused": report.rows_refused,
            "report": "\n".join(report.lines()) or None,
        },
    )
