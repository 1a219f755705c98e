"""One attempt at one download: the store, as it is at one instant, into an encrypted archive."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.archive.contents import Snapshot, TableContents
from exporter.archive.files import clear_leftover
from exporter.archive.manifest import write_descriptions
from exporter.archive.names import entry_of
from exporter.archive.writer import ArchiveWriter, EntryRecord, archive_name
from exporter.runner.rows import count_rows, header_line, lines
from store.archive_key import EntryKey
from store.clock import Clock
from store.database import connect, translated
from store.folder import PracticeFolder
from store.schema.columns import Table
from store.schema.tables import exported_tables, tables_left_out
from store.schema.value_sets import VALUE_SETS
from store.use_cases.unattended import Job, Made, MadeFile, Progress

REPORT_EVERY = timedelta(milliseconds=500)
Report = Callable[[Progress], None]


@dataclass(slots=True)
class _Meter:
    """Counts, and reports twice a second; whatever the report raises ends the attempt."""

    clock: Clock
    report: Report
    rows_total: int
    rows: int = 0
    bytes: int = 0
    _last: datetime | None = field(default=None)

    def add(self, table: str, rows: int, size: int) -> None:
        self.rows += rows
        self.bytes += size
        now = self.clock.now()
        if self._last is None or now - self._last >= REPORT_EVERY:
            self._last = now
            self.now(table)

    def now(self, table: str) -> None:
        self.report(Progress(table, self.rows, self.rows_total, self.bytes))


def make_archive(
    folder: PracticeFolder, job: Job, keys: Sequence[EntryKey], clock: Clock, report: Report
) -> Made:
    """Write the archive of a job into the practice's downloads, whole and synced.

    Args:
        keys: one unused key an entry, already marked used.
        report: told the progress twice a second; what it raises stops the work.

    Raises:
        DiskFull, ArchiveProblem: the disk; nothing is left behind.
        StoreProblem: the database could not be read.
    """
    path = folder.downloads / archive_name(job.pgid, job.run_on, job.download_id)
    # Whoever wrote this before has lost the lease; see the unattended use cases.
    clear_leftover(path)
    unused = iter(keys)
    with snapshot(folder) as reader, translated():
        at = clock.now()
        tables = exported_tables()
        meter = _Meter(clock, report, sum(count_rows(reader, table) for table in tables))
        zone = ZoneInfo(job.time_zone)
        with ArchiveWriter(path, lambda: next(unused), at.astimezone(zone)) as writer:
            contents = [_write_table(writer, reader, table, meter) for table in tables]
            whole = Snapshot(job.pgid, job.practice_name, job.time_zone, at)
            write_descriptions(writer, whole, contents, tables_left_out(), VALUE_SETS)
            # The lease is looked at once more before the archive takes its name.
            meter.now("")
            described = _described(writer.records, contents)
    return Made(at, path.name, path.stat().st_size, sha256_of(path), described)


@contextmanager
def snapshot(folder: PracticeFolder) -> Iterator[sqlite3.Connection]:
    """Yield a connection that reads the store as it is at this one instant."""
    with closing(connect(folder, read_only=True)) as reader:
        reader.execute("BEGIN")
        # BEGIN alone fixes nothing: the first read does.
        reader.execute("SELECT count(*) FROM practice_group").fetchone()
        yield reader


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read back from the disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_table(
    writer: ArchiveWriter, reader: sqlite3.Connection, table: Table, meter: _Meter
) -> TableContents:
    rows = 0
    with writer.entry(entry_of(table.name)) as entry:
        meter.add(table.name, 0, entry.write(header_line(table)))
        for count, text in lines(reader, table):
            rows += count
            meter.add(table.name, count, entry.write(text))
    return TableContents(table, rows, entry.record)


def _described(
    records: Sequence[EntryRecord], contents: Sequence[TableContents]
) -> tuple[MadeFile, ...]:
    by_entry = {c.record.name: c for c in contents}
    made = []
    for record in records:
        of_table = by_entry.get(record.name)
        made.append(
            MadeFile(
                record.name,
                None if of_table is None else of_table.table.name,
                None if of_table is None else of_table.rows,
                record.bytes,
                record.sha256,
            )
        )
    return tuple(made)
