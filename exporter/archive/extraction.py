"""Writing an archive's entries into a folder that a person named.

One rule: nothing is ever written outside that folder, over another file, or before the whole of
it is known to fit and to be right.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.archive.directory import Entry
from exporter.archive.errors import ArchiveProblem
from exporter.archive.files import (
    free_bytes,
    refuse_existing,
    told_plainly,
    whole_file,
    whole_folder,
)
from exporter.archive.progress import IsCancelled, OnProgress, Work
from store.errors import DiskFull

if TYPE_CHECKING:
    from exporter.archive.reader import Archive

MAX_DEPTH = 16
ROOM_LEFT = 64 * 1024 * 1024
"""Bytes that stay free on the disk, for whatever else runs there."""
_FORBIDDEN = frozenset('<>:"\\|?*')
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)


def extract_all(
    archive: Archive,
    folder: Path,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> list[Path]:
    """Write all entries below `folder`, each with mode 0600; returns their paths.

    Raises ArchiveProblem for hostile names, BadInput where a file is there already, DiskFull
    before anything is written if the declared sizes do not fit, DamagedEntry, Cancelled. Whatever
    is raised, the folder is as it was.
    """
    _refuse_hostile_names(archive.entries)
    names = [entry.name for entry in archive.entries]
    refuse_existing(folder, names)
    total = sum(entry.size for entry in archive.entries)
    refuse_if_too_large(folder, total)
    work = Work(total, progress, cancelled)
    with whole_folder(folder) as staging:
        for entry in archive.entries:
            place = staging / entry.name
            with told_plainly(folder):
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with whole_file(place) as file:
                # The stream itself stops at the declared size, which the check above was about.
                for block in archive.stream(entry.name):
                    file.write(block)
                    work.step(entry.name, len(block))
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


def _refuse_hostile_names(entries: tuple[Entry, ...]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if not is_plain_path(entry.name):
            raise ArchiveProblem(
                "The archive holds a name that would lead out of the folder or that this kind of "
                "disk cannot hold.",
                kept="Nothing was written.",
                do="Do not use this file; ask whoever sent it.",
            )
        # Disks that ignore case would let the second of these take the place of the first.
        seen.add(unicodedata.normalize("NFC", entry.name).casefold())
    if len(seen) != len(entries):
        raise ArchiveProblem(
            "The archive holds two entries that many disks take for the same name.",
            kept="Nothing was written.",
            do="Open it with 7-Zip, entry by entry.",
        )


def is_plain_path(name: str) -> bool:
    """Tell whether an entry's name stays below its folder on Linux, macOS and Windows alike."""
    steps = name.split("/")
    return len(steps) <= MAX_DEPTH and all(_is_plain_step(step) for step in steps)


def _is_plain_step(step: str) -> bool:
    if not step or len(step.encode("utf-8", "replace")) > 255 or step != step.strip(" "):
        return False
    if step.endswith(".") or _FORBIDDEN & set(step):
        return False
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in step):
        return False
    return step.split(".")[0].rstrip(" ").casefold() not in _DEVICES
