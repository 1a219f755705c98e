"""Room for archives: looked at before one is begun.

One rule: what does not fit is refused with its figures before a key is used or a byte is written.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from store.errors import DiskFull, StoreProblem
from store.folder import PracticeFolder
from store.practice import Practice
from store.use_cases import room

KEPT_FREE = 100_000_000
"""Bytes left to the database and to whoever else writes to this disk."""


class NoRoom(DiskFull):
    """An archive would not fit."""

    title = "There is not enough room for the archive"


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes: free where archives are kept, used by them, and what they may use."""

    free: int
    used: int
    quota: int


def disk(practice: Practice) -> Disk:
    """Return how the disk of a practice's downloads stands. Raises StoreProblem."""
    folder = practice.folder
    used = used_bytes(folder)
    return Disk(shutil.disk_usage(folder.downloads).free, used, practice.call(room.quota))


def files_in(folder: PracticeFolder) -> list[Path]:
    """Return what lies in `downloads`. Raises StoreProblem, which names the folder."""
    try:
        return list(folder.downloads.iterdir())
    except OSError as problem:
        raise StoreProblem(
            f"The folder {folder.downloads} cannot be read ({problem.strerror}).",
            kept="Nothing was built and nothing was removed.",
            do="Put it back, or let the system user that runs Chairside read it.",
        ) from problem


def used_bytes(folder: PracticeFolder) -> int:
    """Return how many bytes lie in `downloads`; a file that goes meanwhile counts as none."""
    total = 0
    for path in files_in(folder):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue
    return total


def check_room(practice: Practice) -> None:
    """Raise NoRoom if the next archive of the whole practice would not fit."""
    there = disk(practice)
    # Compressed, it is smaller than its database: where that fits, no row need be counted.
    if objection(practice.folder.database.stat().st_size, there) is None:
        return
    problem = objection(practice.call(room.estimate).bytes, there)
    if problem is not None:
        raise problem


def objection(needed: int, there: Disk) -> NoRoom | None:
    """Return why an archive of so many bytes is not begun, or None if it fits."""
    if needed + KEPT_FREE > there.free:
        return NoRoom(
            f"The archive takes about {size(needed)}, and {size(KEPT_FREE)} must stay free for the"
            f" database; {size(there.free)} of the disk are free.",
            kept="Nothing was begun.",
            do="Free some room on that disk; it is tried again every hour.",
        )
    if needed + there.used > there.quota:
        return NoRoom(
            f"The archive takes about {size(needed)}; downloads use {size(there.used)} of the"
            f" {size(there.quota)} they may use.",
            kept="Nothing was begun.",
            do="Wait until older downloads expire, or allow more: q under Utilities > Export"
            " Runner, or chairside runner quota.",
        )
    return None


def size(number: int) -> str:
    """Write bytes for people: `1.2 GB`, `310 MB`, `29 kB`."""
    if number >= 950_000_000:
        return f"{number / 1e9:.1f} GB".replace(".0 GB", " GB")
    if number >= 950_000:
        return f"{number / 1e6:.0f} MB"
    return f"{number / 1e3:.0f} kB" if number >= 1000 else f"{max(number, 0)} bytes"
