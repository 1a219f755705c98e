"""Writing an archive's entries into a folder that a person named.

One rule: nothing is ever written outside that folder, over another file, or before the whole of
it is known to fit and to be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.archive.disk import told_plainly
from exporter.archive.entry import Entry
from exporter.archive.errors import Unsupported
from exporter.archive.files import free_bytes, refuse_existing, whole_file, whole_folder
from exporter.archive.hostile import refuse_hostile
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.side_by_side import side_by_side
from exporter.archive.verification import checked_blocks
from store.errors import DiskFull

if TYPE_CHECKING:
    from exporter.archive.reader import Archive

ROOM_LEFT = 64 * 1024 * 1024
"""Bytes that stay free on the disk, for whatever else runs there."""


def extract_all(
    archive: Archive,
    entries: Sequence[Entry],
    folders: Sequence[str],
    folder: Path,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> list[Path]:
    """Write `entries` below `folder`, each with mode 0600; returns their paths.

    `folders` are the archive's own, which are only checked: the files' are made where needed.
    Raises ArchiveProblem for hostile names, links and bombs, Unsupported where an entry is packed
    or locked in a way that is not read, BadInput where a file is there already, DiskFull
    before anything is written if the declared sizes do not fit, DamagedEntry, Cancelled. Whatever
    is raised, the folder is as it was: each file has a temporary name until its authentication
    code was right, and all of them lie in a folder of ours until the last one was.
    """
    refuse_hostile(entries, folders)
    for entry in entries:
        if entry.hindrance is not None:
            raise Unsupported(entry.name, *entry.hindrance)
    archive.limits.check_each(entries)
    archive.limits.check_total(entries)
    names = [entry.name for entry in entries]
    refuse_existing(folder, names)
    total = sum(entry.size for entry in entries)
    refuse_if_too_large(folder, total)
    work = Work(total, progress, cancelled)
    with whole_folder(folder) as staging:

        def write(entry: Entry, work: Work) -> None:
            place = staging / entry.name
            with told_plainly(folder):
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with whole_file(place) as file:
                # The stream itself stops at the declared size, which the check above was about.
                for block in checked_blocks(archive, entry.name, work.cancelled):
                    file.write(block)
                    work.step(entry.name, len(block))

        side_by_side(entries, write, work)
    return [folder / name for name in names]


def refuse_if_too_large(folder: Path, size: int) -> None:
    """Raise DiskFull unless `size` bytes fit on the disk of `folder`, with some room left."""
    with told_plainly(folder):
        free = free_bytes(folder)
    if size + ROOM_LEFT > free:
        raise DiskFull(
            f"{size / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free.",
            kept="Nothing was written.",
            do="Free some space or choose another disk.",
        )
