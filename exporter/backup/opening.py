"""Opening a backup and checking all of it.

One rule: nothing is taken out of a backup that its manifest does not name, and nothing of it is
believed before it was authenticated. Names in the file are compared with ours, never used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.archive.errors import COPY_AGAIN, ArchiveProblem, DamagedEntry
from exporter.archive.files import whole_file
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.reader import Archive
from exporter.backup.contents import ENTRIES, FILES, MANIFEST, SECRET_KEY, Manifest, NotABackup
from store.errors import WrongPassword
from store.folder import SECRET_KEY_BYTES
from store.migrations import check_known

TAKE_ANOTHER = "Copy it again from where it was made, or take an earlier backup."
_MOST_OF_MANIFEST = 64 * 1024


class Backup:
    """An open backup whose passphrase was right and whose entries are the ones there must be."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.manifest = _manifest_of(archive)
        self.bytes = sum(one.bytes for one in self.manifest.files.values())

    def check(
        self, progress: OnProgress | None = None, cancelled: IsCancelled | None = None
    ) -> None:
        """Read all of it and compare it with the manifest; writes nothing.

        Raises DamagedEntry, Cancelled.
        """
        work = Work(self.bytes, progress, cancelled)
        for name in FILES:
            for _block in self._blocks(name, work):
                pass

    def extract(
        self,
        folder: Path,
        progress: OnProgress | None = None,
        cancelled: IsCancelled | None = None,
    ) -> None:
        """Write its files into an empty folder, each under our name for it, synced.

        Raises DamagedEntry, DiskFull, ArchiveProblem, Cancelled.
        """
        work = Work(self.bytes, progress, cancelled)
        for name in FILES:
            with whole_file(folder / name) as file:
                for block in self._blocks(name, work):
                    file.write(block)

    def _blocks(self, name: str, work: Work) -> Iterator[bytes]:
        promised, digest, size = self.manifest.files[name], hashlib.sha256(), 0
        for block in self._archive.stream(name):
            digest.update(block)
            size += len(block)
            yield block
            work.step(name, len(block))
        if (size, digest.hexdigest()) != (promised.bytes, promised.sha256):
            raise DamagedEntry(name, "it is not the one that the manifest of this backup names")


@contextmanager
def opened(path: Path, passphrase: str) -> Iterator[Backup]:
    """Open a backup.

    Raises NotFound; WrongPassword; ArchiveProblem for what is no backup, is damaged or hostile;
    StoreProblem for one of a newer program.
    """
    with _advice_for_backups(), _unlocked(path, passphrase) as archive:
        yield Backup(archive)


def _unlocked(path: Path, passphrase: str) -> Archive:
    try:
        return Archive.open(path, passphrase)
    except WrongPassword:
        raise WrongPassword(
            "The passphrase does not open this backup.",
            kept="Nothing was changed.",
            do="It is the one that the backup was made with; capital letters matter.",
        ) from None


@contextmanager
def _advice_for_backups() -> Iterator[None]:
    """Say what fits a damaged backup: nobody retrieves one in the kiosk."""
    try:
        yield
    except ArchiveProblem as problem:
        problem.do = problem.do.replace(COPY_AGAIN, TAKE_ANOTHER)
        raise


def _manifest_of(archive: Archive) -> Manifest:
    names = [entry.name for entry in archive.entries]
    odd = [entry for entry in archive.entries if entry.oddity or not entry.is_locked]
    if sorted(names) != sorted(ENTRIES) or odd:
        raise NotABackup(
            "This is no backup of Chairside: it does not hold the files that one holds.",
            kept="Nothing was changed.",
            do="Choose a file that chairside backup has made.",
        )
    archive.limits.check_total(archive.entries)
    manifest = Manifest.from_json(archive.read(MANIFEST, _MOST_OF_MANIFEST))
    check_known(manifest.steps)
    if manifest.files[SECRET_KEY].bytes != SECRET_KEY_BYTES:
        raise NotABackup("Its secret key has the wrong length.", kept="Nothing was changed.")
    return manifest
