"""What is converted: chosen tables of an opened archive, row by row, with progress.

One rule: a conversion is right only if every row came through and the text is the one that the
manifest describes; a count or a SHA-256 that differs is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.archive.description import DescribedTable
from exporter.archive.errors import DamagedEntry
from exporter.archive.progress import IsCancelled, OnProgress, Progress, Work
from exporter.archive.reader import Archive
from exporter.archive.txt import Row
from exporter.archive.verification import checked_blocks

__all__ = ["Conversion", "IsCancelled", "OnProgress", "Progress", "chosen_tables", "rows_of"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was made: the files, how many tables and rows, and what a reader should know."""

    files: tuple[Path, ...]
    tables: int
    rows: int
    notes: tuple[str, ...] = ()


def chosen_tables(archive: Archive, names: Sequence[str] | None) -> tuple[DescribedTable, ...]:
    """Return the tables to convert, in the archive's order; all if `names` is None.

    Raises ArchiveProblem for an archive that does not describe its tables or holds no such one.
    """
    if names is None and archive.manifest is not None:
        return archive.manifest.tables
    wanted = {archive.table(name).name for name in names or [""]}
    assert archive.manifest is not None
    return tuple(table for table in archive.manifest.tables if table.name in wanted)


def work_on(
    tables: Sequence[DescribedTable],
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> Work:
    """Return the work of reading these tables."""
    return Work(sum(table.bytes for table in tables), progress, cancelled)


def rows_of(archive: Archive, table: DescribedTable, work: Work) -> Iterator[Row]:
    """Yield a table's rows and report. Raises Cancelled, DamagedEntry, MalformedText."""
    done = 0

    def blocks() -> Iterator[bytes]:
        for block in checked_blocks(archive, table.path, work.cancelled):
            work.step(table.name, len(block), done, table.rows)
            yield block

    for row in archive.rows(table.name, blocks()):
        done += 1
        yield row
    if done != table.rows:
        raise DamagedEntry(table.path, f"{done:,} rows where the manifest says {table.rows:,}")
    work.step(table.name, 0, done, table.rows)
