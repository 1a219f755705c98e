"""Saving a ready archive to the folder that its requester names (REQUIREMENTS D17)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from exporter.archive.disk import told_plainly
from exporter.archive.files import whole_file
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.runner.making import sha256_of
from store.errors import BadInput, StoreProblem
from store.use_cases.retrieving import Retrieval

BLOCK = 1024 * 1024
NOTHING_SAVED = "Nothing was saved."


def save_archive(
    retrieval: Retrieval,
    folder: Path,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Path:
    """Copy an archive, sync it, compare its SHA-256, and return its whole path.

    An older copy with the same bytes is taken as it is.

    Raises:
        BadInput: the folder is not there, or holds another file of that name.
        StoreProblem: the archive in the practice's folder is not the one that was made.
        DiskFull, ArchiveProblem: the disk; nothing is left behind.
        Cancelled: it was stopped.
    """
    target = folder.absolute() / retrieval.file_name
    with told_plainly(target.parent, kept=NOTHING_SAVED):
        if not target.parent.is_dir():
            raise BadInput(
                f"There is no folder {target.parent}.", kept=NOTHING_SAVED, do="Name another one."
            )
        there = target.is_file() and target.stat().st_size == retrieval.size
        if there and sha256_of(target) == retrieval.sha256:
            return target

    def read_back(part: Path) -> None:
        with told_plainly(part.parent):
            written = sha256_of(part)
        if written != retrieval.sha256:
            raise StoreProblem(
                "What was written to the folder is not what was read.",
                kept=NOTHING_SAVED,
                do="Save it to another disk, and have this one checked.",
            )

    digest = hashlib.sha256()
    work = Work(retrieval.size, progress, cancelled)
    with whole_file(target, check=read_back) as copy:
        for block in _blocks(retrieval.archive):
            digest.update(block)
            copy.write(block)
            work.step(retrieval.file_name, len(block))
        if digest.hexdigest() != retrieval.sha256:
            raise StoreProblem(
                "The archive in the practice's folder is not the one that was made.",
                kept=NOTHING_SAVED,
                do="Schedule a new download, and have the disk checked.",
            )
    return target


def _blocks(archive: Path) -> Iterator[bytes]:
    with told_plainly(archive.parent), archive.open("rb") as source:
        while block := source.read(BLOCK):
            yield block
