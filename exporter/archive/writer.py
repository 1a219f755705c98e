"""Writing an encrypted archive, entry by entry.

One rule: the archive appears under its name whole, synced and with every entry encrypted, or not
at all; plain text never touches the disk. Source: REQUIREMENTS D14; DESIGN, the archive.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType

from exporter.archive.container import EncryptedZip, EntryFile, EntryInfo
from exporter.archive.contents import EntryRecord
from exporter.archive.errors import ArchiveProblem
from exporter.archive.files import whole_file
from exporter.archive.names import DESCRIBING
from store.archive_key import EntryKey

BLOCK = 256 * 1024
"""Bytes gathered before they are compressed and encrypted; rows come in far smaller pieces."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(txt|json|csv|db|key|log)")


class EntryWriter:
    """Takes the plain text of one entry. `record` is set once the entry is closed."""

    def __init__(self, name: str, entry: EntryFile) -> None:
        self._name = name
        self._entry = entry
        self._digest = hashlib.sha256()
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._record: EntryRecord | None = None
        self._given: str | None = None
        self.bytes = 0

    @property
    def record(self) -> EntryRecord:
        """Size and checksum. Raises RuntimeError while the entry is still open."""
        if self._record is None:
            raise RuntimeError("an entry has its record only once it is closed")
        return self._record

    def write(self, data: bytes) -> int:
        """Take the next bytes of plain text; returns how many."""
        self._held.append(data)
        self._held_bytes += len(data)
        self.bytes += len(data)
        if self._held_bytes >= BLOCK:
            self._pass_on()
        return len(data)

    def write_deflated(self, block: bytes, plain_bytes: int) -> None:
        """Take the next bytes as raw deflate that ends with a full flush.

        An entry is written so from its first byte to its last, or not at all; whoever deflated it
        has reckoned its SHA-256 as well and hands it to `take_sha256`.
        """
        self.bytes += plain_bytes
        self._entry.write_deflated(block, plain_bytes)

    def take_sha256(self, digest: str) -> None:
        """Take the SHA-256 (hexadecimal) of an entry that came deflated."""
        self._given = digest

    def _pass_on(self) -> None:
        block = b"".join(self._held)
        self._held.clear()
        self._held_bytes = 0
        self._digest.update(block)
        self._entry.write(block)

    def finish(self) -> EntryRecord:
        """Write what is held and close the entry."""
        if self._held:
            self._pass_on()
        self._entry.close()
        digest = self._given or self._digest.hexdigest()
        self._record = EntryRecord(self._name, self.bytes, digest)
        return self._record


class ArchiveWriter:
    """A new archive at `path`; use it as a context manager.

    Args:
        path: the final name. The file is written beside it as `.<name>.part`, mode 0600.
        next_key: gives a fresh key. It is called once per entry, before the entry's first byte,
            and should mark the key as used, durably, before it returns.
        moment: the time that every entry shows. ZIP keeps wall time without a zone, so it is
            written as handed in: convert it to the practice's zone first.
        replace: whether it takes the place of an older file of that name at the end; where people
            name the folder it must not, and BadInput is raised.
        check: called with the whole, synced file before it gets its name; what it raises ends it.

    Raises DiskFull where there is no room and ArchiveProblem where the disk fails; either way
    nothing is left behind.
    """

    def __init__(
        self,
        path: Path,
        next_key: Callable[[], EntryKey],
        moment: datetime,
        *,
        replace: bool = True,
        check: Callable[[Path], None] | None = None,
    ) -> None:
        self._path = path
        self._check = check
        self._replace = replace
        self._next_key = next_key
        self._date_time = _zip_time(moment)
        self._stack = ExitStack()
        self._zip: EncryptedZip | None = None
        self._is_writing = False
        self.records: list[EntryRecord] = []

    def __enter__(self) -> ArchiveWriter:
        file = self._stack.enter_context(
            whole_file(self._path, replace=self._replace, check=self._check)
        )
        self._zip = EncryptedZip(file)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if problem is None:
            self.commit()
            return
        if self._zip is not None:
            self._zip.abandon()
            self._zip = None
        self._stack.__exit__(kind, problem, traceback)

    @contextmanager
    def entry(self, name: str, *, may_be_large: bool = True) -> Iterator[EntryWriter]:
        """Yield a writer for one entry; its record joins `records` when the block ends.

        `may_be_large` leaves room in the header for more than 2 GB. Raises ValueError for a name
        that is not plain or is there already, KeyUsedTwice before a byte is written.
        """
        if self._zip is None or self._is_writing:
            raise RuntimeError("one entry at a time, inside the archive's own block")
        if not _PLAIN_NAME.fullmatch(name) or any(r.name == name for r in self.records):
            raise ValueError(f"not a new, plain entry name: {name}")
        key = self._next_key()
        entry = self._zip.add(EntryInfo(name, self._date_time), key, may_be_large=may_be_large)
        self._is_writing = True
        try:
            writer = EntryWriter(name, entry)
            yield writer
            self.records.append(writer.finish())
        except BaseException:
            entry.abandon()
            raise
        self._is_writing = False

    def settled(self) -> int:
        """Return up to which byte the file stays as it is; so much of it can be read by others."""
        if self._zip is None:
            raise RuntimeError("inside the archive's own block")
        return self._zip.settled()

    def commit(self) -> None:
        """Write the directory, sync, and give the file its name. A clean exit does it too."""
        if self._zip is None:
            return
        if self._is_writing:
            self._zip.abandon()
            self._zip = None
            broken = ArchiveProblem("An entry was not finished.", kept="Nothing was left behind.")
            self._stack.__exit__(ArchiveProblem, broken, None)
            raise broken
        container, self._zip = self._zip, None
        container.put_first(DESCRIBING)
        with self._stack:
            container.close()


def _zip_time(moment: datetime) -> tuple[int, int, int, int, int, int]:
    """ZIP knows the years 1980 to 2107 and even seconds."""
    year = min(max(moment.year, 1980), 2107)
    return (year, moment.month, moment.day, moment.hour, moment.minute, moment.second // 2 * 2)
