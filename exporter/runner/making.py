"""One attempt at one download: the store, as it is at one instant, into an encrypted archive."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.archive.contents import EntryRecord, Snapshot, TableContents
from exporter.archive.disk import forget_cache, told_plainly
from exporter.archive.files import part_of
from exporter.archive.manifest import write_descriptions
from exporter.archive.names import archive_name, entry_of
from exporter.archive.writer import ArchiveWriter
from exporter.runner.deflating import Effort
from exporter.runner.frames import Frame, Kind
from exporter.runner.queries import queries_of
from exporter.runner.reading import reading, unfinished
from store.archive_key import EntryKey
from store.clock import Clock
from store.folder import PracticeFolder
from store.schema.columns import Table
from store.schema.tables import exported_tables, tables_left_out
from store.schema.value_sets import VALUE_SETS
from store.use_cases.unattended import Job, Made, MadeFile, Progress
from store.written_out import written_out

_BLOCK = 256 * 1024
REPORT_EVERY = timedelta(milliseconds=500)
Report = Callable[[Progress], None]


@dataclass(slots=True)
class Meter:
    """Counts, and reports twice a second; whatever the report raises ends the attempt."""

    clock: Clock
    report: Report
    rows_total: int = 0
    table: str = ""
    rows: int = 0
    bytes: int = 0
    _last: datetime | None = field(default=None)

    def add(self, rows: int, size: int) -> None:
        self.rows += rows
        self.bytes += size
        self.tick()

    def tick(self) -> None:
        """Report if it is time again."""
        now = self.clock.now()
        # A clock that was set back must not silence it, nor what it asks: whether to stop.
        if self._last is None or abs(now - self._last) >= REPORT_EVERY:
            self._last = now
            self.now()

    def now(self, *, is_whole: bool = False) -> None:
        total = max(self.rows_total, self.rows)
        self.report(Progress(self.table, self.rows, total, self.bytes, is_whole))


@dataclass(frozen=True, slots=True)
class Part:
    """A table to be written: all its rows, or those that meet a condition of the store's.

    `is_closed` tells whether every row that others refer to is among them.
    """

    table: Table
    only: str | None = None
    is_closed: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """An archive that is whole: the instant it is of, its size and SHA-256, its entries."""

    at: datetime
    bytes: int
    sha256: str
    entries: tuple[MadeFile, ...]


def make_archive(
    folder: PracticeFolder,
    job: Job,
    keys: Sequence[EntryKey],
    clock: Clock,
    report: Report,
    effort: Effort = "fast",
) -> Made:
    """Write the archive of a job into the practice's downloads, whole and synced.

    Args:
        keys: one unused key an entry, already marked used.
        report: told the progress twice a second; what it raises stops the work.
        effort: how hard to compress: quickly, or to a small archive.

    Raises:
        DiskFull, ArchiveProblem: the disk; nothing is left behind.
        StoreProblem: the database could not be read.
    """
    path = folder.downloads / archive_name(job.pgid, job.run_on, job.download_id)
    whose = Snapshot(job.pgid, job.practice_name, job.time_zone, clock.now())
    parts = [Part(table) for table in exported_tables()]
    meter = Meter(clock, report)
    made = write_archive(
        path, folder.database, whose, parts, tables_left_out(), keys, meter, effort
    )
    return Made(made.at, path.name, made.bytes, made.sha256, made.entries)


def write_archive(
    path: Path,
    database: Path,
    whose: Snapshot,
    parts: Sequence[Part],
    left_out: Sequence[Table],
    keys: Sequence[EntryKey],
    meter: Meter,
    effort: Effort = "fast",
    *,
    may_replace: bool = True,
    before_name: Callable[[], None] = lambda: None,
) -> Written:
    """Write parts of a store into an archive.

    Args:
        whose: whose data it is; the instant is put in once it is fixed.
        left_out: what is not in it, with the reason.
        keys: one unused key an entry.
        may_replace: whether it may take the place of a file of that name.
        before_name: called when all is written and synced, before it gets its name; what it
            raises ends it.

    Raises as `make_archive` does.
    """
    unused = iter(keys)
    wanted = (queries_of(part.table, part.only) for part in parts)
    with reading(database, wanted, effort, meter.tick) as frames:
        first = next(frames, None)
        if first is None:
            raise unfinished()
        expected = json.loads(first.payload)
        meter.rows_total = sum(expected)
        at = meter.clock.now()
        zone = ZoneInfo(whose.time_zone)
        digest = GrowingDigest()

        def finish(part: Path) -> None:
            # Whatever can fail does so before it has its name.
            digest.read_to_end(part)
            before_name()

        new = ArchiveWriter(
            path,
            lambda: next(unused),
            at.astimezone(zone),
            replace=may_replace,
            check=finish,
        )
        with new as writer, written_out(part_of(path)):
            contents = []
            for part, rows in zip(parts, expected, strict=True):
                contents.append(_write_table(writer, part, frames, meter, rows))
                digest.read_on(part_of(path), writer.settled())
            write_descriptions(writer, replace(whose, at=at), contents, left_out, VALUE_SETS)
            # The lease is looked at once more before the archive takes its name.
            meter.now(is_whole=True)
        return Written(at, digest.bytes, digest.sha256, _described(writer.records, contents))


class GrowingDigest:
    """The SHA-256 of a file, read back while the rest of it is made: one core is idle after."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        """The SHA-256 (hexadecimal) of what was taken in so far."""
        return self._digest.hexdigest()

    def read_on(self, path: Path, end: int) -> None:
        """Take in the file up to a byte.

        Raises ArchiveProblem where it cannot be read, or is shorter.
        """
        with told_plainly(path.parent), path.open("rb") as file:
            file.seek(self.bytes)
            while self.bytes < end:
                block = file.read(min(end - self.bytes, _BLOCK))
                if not block:
                    raise OSError(errno.EIO, "it is shorter than what was written")
                self._digest.update(block)
                self.bytes += len(block)

    def read_to_end(self, path: Path) -> None:
        """Take in the rest of the file. Raises as `read_on` does."""
        with told_plainly(path.parent):
            size = path.stat().st_size
        self.read_on(path, size)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read back from the disk."""
    with path.open("rb") as file:
        forget_cache(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_table(
    writer: ArchiveWriter, part: Part, frames: Iterator[Frame], meter: Meter, expected: int
) -> TableContents:
    meter.table = part.table.name
    with writer.entry(entry_of(part.table.name)) as entry:
        for frame in frames:
            if frame.kind is Kind.TABLE_END:
                entry.take_sha256(frame.payload.hex())
                break
            entry.write_deflated(frame.payload, frame.plain_bytes)
            meter.add(frame.rows, frame.plain_bytes)
        else:
            raise unfinished()
    # The rows of a large table were reckoned, not counted.
    meter.rows_total += frame.rows - expected
    return TableContents(part.table, frame.rows, entry.record, part.is_closed)


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
