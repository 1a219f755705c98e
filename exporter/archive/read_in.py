"""An archive of a whole practice as tables that another store reads in.

One rule: what is handed on is right only once the last row of every table was read and `check_rest`
went well; whoever reads it in commits nothing before. Source: REQUIREMENTS section 6 (round trip).
"""

from __future__ import annotations

from collections.abc import Iterator

from exporter.archive.description import Manifest
from exporter.archive.errors import UNCHANGED, ArchiveProblem, DamagedEntry
from exporter.archive.names import DATAPACKAGE
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.reader import Archive
from exporter.archive.txt import Row
from exporter.archive.verification import checked_blocks, compare_lists, verify_entry
from store.imports.archive.source import ArchivedTable


class WholeArchive:
    """An open archive of ours, as `store.imports.archive.source.ArchiveSource` asks for it.

    Args:
        archive: open, its password right.
        progress: told the table at hand and the bytes of all.
        cancelled: asked after each block whether to stop.

    Raises ArchiveProblem for an archive of another program, of a newer one, or a damaged one,
    DamagedEntry for an entry that the password does not open.
    """

    def __init__(
        self,
        archive: Archive,
        progress: OnProgress | None = None,
        cancelled: IsCancelled | None = None,
    ) -> None:
        self._archive = archive
        self._manifest = manifest = _manifest_of(archive)
        total = sum(described.bytes for described in (*manifest.documents, *manifest.tables))
        self._work = Work(total, progress, cancelled)
        # All keys before the first row: whoever reads it in holds the write lock by then.
        for entry in archive.entries:
            if entry.name in archive.described:
                archive.keys(entry)
        self.file_name = archive.path.name
        self.pgid = manifest.pgid
        self.patient_id = manifest.patient_id
        self.snapshot = manifest.snapshot
        self.tables = tuple(
            ArchivedTable(table.name, tuple(field.name for field in table.fields), table.rows)
            for table in manifest.tables
        )

    def rows(self, table: str) -> Iterator[Row]:
        """Yield a table's rows; the end comes only if authentication code, SHA-256 and number of
        rows are those of the manifest.

        Raises DamagedEntry, MalformedText, Cancelled.
        """
        described = self._manifest.table(table)

        def blocks() -> Iterator[bytes]:
            for block in checked_blocks(self._archive, described.path, self._work.cancelled):
                self._work.step(table, len(block))
                yield block

        count = 0
        for count, row in enumerate(self._archive.rows(table, blocks()), 1):  # noqa: B007
            yield row
        if count != described.rows:
            fault = f"{count:,} rows where the manifest says {described.rows:,}"
            raise DamagedEntry(described.path, fault)

    def check_rest(self) -> None:
        """Check what is no table: the texts that describe them, and every byte around them.

        Raises DamagedEntry, ArchiveProblem.
        """
        faults = compare_lists(self._archive)
        if faults:
            raise DamagedEntry(faults[0].entry or "The archive", faults[0].fault)
        for document in self._manifest.documents:
            verify_entry(self._archive, self._archive.entry(document.path), self._work)


def _manifest_of(archive: Archive) -> Manifest:
    if archive.manifest is not None:
        return archive.manifest
    if archive.manifest_problem is not None:
        raise archive.manifest_problem
    raise ArchiveProblem(
        f"Chairside did not make this archive: it holds no {DATAPACKAGE} of ours.",
        kept=UNCHANGED,
        do="Choose an archive of a data download, as Chairside has made it.",
    )
