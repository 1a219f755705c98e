"""Opening any WinZip-AES archive, ours or not.

One rule: nothing is believed before it is checked, and nothing of the archive is written or shown
that its password did not open. Source: REQUIREMENTS D14, D16; DESIGN, one download.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from exporter.archive.description import Described, DescribedTable, Manifest, read_manifest
from exporter.archive.directory import Directory, Entry, read_directory
from exporter.archive.errors import (
    UNCHANGED,
    ArchiveProblem,
    DamagedEntry,
    MalformedText,
    Unsupported,
    drawn,
)
from exporter.archive.extraction import extract_all
from exporter.archive.foreign_tables import table_in
from exporter.archive.limits import DEFAULT_LIMITS, Limits, refusal
from exporter.archive.names import DATAPACKAGE
from exporter.archive.opening import check_password
from exporter.archive.pager import Page, TablePager
from exporter.archive.progress import IsCancelled, OnProgress
from exporter.archive.stream import EntryStream
from exporter.archive.txt import ReadRows, Row, read_rows
from exporter.archive.unlocking import SharedFile, Unlocked, unlock
from exporter.archive.verification import (
    Finding,
    Verification,
    checked_blocks,
    unlocked,
    verify_all,
)
from store.errors import NotFound, WrongPassword

MAX_MANIFEST = 4 * 1024 * 1024
"""Bytes; ours take a tenth of it, and parsing takes some thirty times as much memory."""


class Archive:
    """An archive whose password was right. Close it, or use it as a context manager.

    `entries` are in the archive's order. `manifest` is None for an archive of another program;
    where ours is damaged, or does not have all it describes locked, `manifest_problem` says so.
    `described` is what the manifest tells of each entry, by name; `size` is the file's, in bytes.
    """

    def __init__(
        self,
        path: Path,
        file: BinaryIO,
        directory: Directory,
        shared: SharedFile,
        password: str,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.path = path
        self.limits = limits
        self.directory = directory
        self.file = shared
        self.manifest: Manifest | None = None
        self.manifest_problem: ArchiveProblem | None = None
        self.described: dict[str, Described] = {}
        self.size = file.seek(0, 2)
        self._open_file = file
        self._password = password
        self._by_name = {entry.name: entry for entry in directory.entries}
        self._keys: dict[str, Unlocked] = {}
        self._pagers: dict[str, TablePager] = {}
        self._foreign: dict[str, tuple[DescribedTable, ReadRows]] = {}

    @classmethod
    def open(cls, path: Path, password: str, limits: Limits = DEFAULT_LIMITS) -> Archive:
        """Open an archive and check the password against an authentication code.

        Entries that are not encrypted, or are packed in a way that is not read, may stand beside
        those that are; `Entry.protection` and `Entry.hindrance` tell. Raises WrongPassword;
        ArchiveProblem for a file that is no ZIP, is cut short, damaged, hostile or not encrypted
        with WinZip AES; NotFound where there is no such file.
        """
        file = _opened(path)
        try:
            shared = SharedFile(file)
            directory = read_directory(file, limits)
            check_password(shared, directory, password)
            archive = cls(path, file, directory, shared, password, limits)
            archive._read_manifest()
        except BaseException:
            file.close()
            raise
        return archive

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and forget keys and password."""
        self._open_file.close()
        self._keys.clear()
        self._pagers.clear()
        self._password = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of the archive's directory."""
        return self.directory.entries

    def entry(self, name: str) -> Entry:
        """Return one entry. Raises NotFound."""
        try:
            return self._by_name[name]
        except KeyError:
            raise NotFound("The archive holds no such entry.", kept=UNCHANGED) from None

    def stream(
        self, name: str, *, can_copy: bool = False, cancelled: IsCancelled | None = None
    ) -> EntryStream:
        """Return one entry's plain text as a stream from its start.

        `can_copy` asks for a stream whose places can be kept, which is slower. Raises
        DamagedEntry; Unsupported for a method that is not read; ArchiveProblem for a bomb.
        """
        entry = self.entry(name)
        if entry.hindrance is not None:
            raise Unsupported(name, *entry.hindrance)
        if fault := self.limits.fault_of(entry):
            raise refusal(f"{drawn(name)}: {fault}.")
        keys = self.keys(entry) if entry.is_locked else None
        return EntryStream(
            self.file, entry, keys, limits=self.limits, can_copy=can_copy, cancelled=cancelled
        )

    def keys(self, entry: Entry) -> Unlocked:
        """Return the keys of a locked entry. Raises DamagedEntry."""
        keys = self._keys.get(entry.name)
        if keys is None:
            try:
                keys = unlock(self.file, entry, self._password)
            except WrongPassword:
                # The archive's password is known to be right, so this entry was changed.
                raise DamagedEntry(
                    entry.name,
                    "the password does not open this entry: it has another, or was changed",
                ) from None
            self._keys[entry.name] = keys
        return keys

    def read(self, name: str, limit: int) -> bytes:
        """Return a small entry whole. Raises ArchiveProblem if it is larger than `limit` bytes."""
        if self.entry(name).size > limit:
            raise ArchiveProblem("The entry is too large to be read at once.", kept=UNCHANGED)
        return b"".join(self.stream(name))

    def table(self, name: str) -> DescribedTable:
        """Return a table's description. Raises ArchiveProblem where the archive has none."""
        if name in self._foreign:
            return self._foreign[name][0]
        if self.manifest is None:
            raise self.manifest_problem or ArchiveProblem(
                "The archive does not describe its tables: Chairside did not make it.",
                kept=UNCHANGED,
                do="Extract its files instead.",
            )
        return self.manifest.table(name)

    def rows(self, table: str, blocks: Iterable[bytes] | None = None) -> Iterator[Row]:
        """Yield a table's rows without the header line, which must name the described fields.

        `blocks` replaces `checked_blocks` of the entry, for a caller that counts bytes. The text
        is right only if the last row was reached. Raises DamagedEntry, MalformedText.
        """
        described = self.table(table)
        names = [field.name for field in described.fields]
        chunks = checked_blocks(self, described.path) if blocks is None else blocks
        try:
            rows = read_rows(chunks, width=len(names))
            if next(rows, None) != names:
                raise DamagedEntry(described.path, "its header line is not the one described")
            yield from rows
        except MalformedText as problem:
            raise MalformedText(problem.line, problem.fault, described.path) from None

    def foreign_table(self, name: str) -> DescribedTable:
        """Return an entry of another program as a table, whose pages can be read from then on.

        Reads it to its end. Raises ArchiveProblem where it does not parse as a table.
        """
        if name not in self._foreign:
            entry = self.entry(name)
            self._foreign[name] = table_in(entry, self.stream(name))
        return self._foreign[name][0]

    def pager(self, table: str) -> TablePager:
        """Return the pager of one table; it remembers where pages begin."""
        if table not in self._pagers:
            described = self.table(table)
            stream = self.stream(described.path, can_copy=True)
            read = self._foreign[table][1] if table in self._foreign else read_rows
            self._pagers[table] = TablePager(
                stream, described, read, last_may_be_open=table in self._foreign
            )
        return self._pagers[table]

    def page(self, table: str, start: int, count: int = 200) -> Page:
        """Return `count` rows of a table from row `start` on, the first being 0."""
        return self.pager(table).page(start, count)

    def verify(
        self, progress: OnProgress | None = None, cancelled: IsCancelled | None = None
    ) -> Verification:
        """Check every byte against authentication codes, checksums and the manifest."""
        return verify_all(self, progress, cancelled)

    def extract(
        self,
        folder: Path,
        progress: OnProgress | None = None,
        cancelled: IsCancelled | None = None,
        only: Collection[str] | None = None,
    ) -> list[Path]:
        """Write every entry, or `only` those named, into `folder`, mode 0600; return the files."""
        folders = self.directory.folders if only is None else ()
        return extract_all(self, self._chosen(only), folders, folder, progress, cancelled)

    def unlocked(self, only: Collection[str] | None = None) -> tuple[Finding, ...]:
        """Return a note on each entry, or of `only` those named, that is not encrypted at all."""
        return unlocked(self._chosen(only))

    def _chosen(self, only: Collection[str] | None) -> tuple[Entry, ...]:
        names = self._by_name if only is None else dict.fromkeys(only)
        return tuple(self.entry(name) for name in names)

    def _read_manifest(self) -> None:
        if DATAPACKAGE not in self._by_name or self.entry(DATAPACKAGE).hindrance is not None:
            return
        try:
            manifest = read_manifest(self.read(DATAPACKAGE, MAX_MANIFEST))
            if manifest is not None:
                described = {d.path: d for d in (*manifest.documents, *manifest.tables)}
                self._refuse_unlocked((DATAPACKAGE, *described))
                self.manifest, self.described = manifest, described
        except ArchiveProblem as problem:
            self.manifest_problem = problem

    def _refuse_unlocked(self, names: Iterable[str]) -> None:
        """Raise ArchiveProblem for the first of these entries that the password does not lock."""
        for name in names:
            entry = self._by_name.get(name)
            if entry is not None and not entry.is_locked:
                raise ArchiveProblem(
                    f"{drawn(name)} is not encrypted: anybody could have put it there, so the "
                    "archive is not taken for one of Chairside's.",
                    kept=UNCHANGED,
                    do="Do not rely on this file; ask whoever sent it.",
                )


def _opened(path: Path) -> BinaryIO:
    """Open what shall be an archive. Raises NotFound, ArchiveProblem."""
    try:
        if path.is_file():
            return path.open("rb")
        fault = "it is not a file" if path.exists() else ""
    except OSError as problem:
        fault = problem.strerror or type(problem).__name__
    if not fault:
        raise NotFound("There is no such file.", do="Check its name and folder.")
    raise ArchiveProblem(
        f"The file cannot be opened ({fault}).",
        kept=UNCHANGED,
        do="Choose the archive's .zip file and check the rights to it.",
    )
