"""Putting a practice back, on the disk: made beside the one that is there, then in its place.

One rule: the one that is there is never changed or deleted, only moved aside, and only once the
other is whole and synced. Killed at any point, one of the two is there: where it happens between
the two renames, whoever opens the practice next finishes the second one (`store/folder.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store.audit_heads import Head
from store.database import connect, translated
from store.errors import ChairsideError, StoreBusy, StoreProblem
from store.folder import (
    TAKES_THE_PLACE_OF,
    PracticeFolder,
    restoring_folder,
    sync_folder,
    write_private,
)
from store.in_use import nobody_has_open

KEPT_ACROSS = ("sim-pins.json",)
"""Files that tell of things outside the store, and so do not go back in time with it: a PIN that
the SIM card refused is refused by it still."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The practice that was there: the name it is kept under, and what its trail holds.

    Attributes:
        head: its last event; None where it cannot be read.
        events_since: how many events it has after the backup's last one; None where that event is
            not in it, so that the two are not of one trail.
    """

    kept_as: str
    head: Head | None
    events_since: int | None


@contextmanager
def new_folder(data: Path, pgid: int) -> Iterator[PracticeFolder]:
    """Yield an empty folder to put a practice back in; what is left of it at the end is removed.

    Raises StoreProblem if it cannot be made.
    """
    folder = restoring_folder(data, pgid)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A restore that was killed, or was finished by nobody: the practice that is there stands.
        shutil.rmtree(folder.path, ignore_errors=True)
        for path in (folder.path, folder.downloads, folder.spool):
            path.mkdir(mode=0o700)
    except OSError as error:
        raise StoreProblem(
            f"The folder {folder.path} cannot be made: {error.strerror}.",
            kept="Nothing was changed.",
            do="Choose a folder that you may write to with --data.",
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)


@contextmanager
def held(old: PracticeFolder) -> Iterator[None]:
    """Keep everybody from opening the practice that is there. Raises StoreBusy if it is open."""
    with nobody_has_open(old.database):
        yield


def look_at(old: PracticeFolder, kept_as: str, backup_head: Head | None) -> Replaced:
    """Return what the trail of the practice that is there holds after the backup's last event.

    It is read before the practice is held: SQLite would drop the lock. Damage is no error here.
    """
    try:
        with translated(), closing(connect(old, read_only=True)) as db:
            last = db.execute("SELECT at, seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
            row = last.fetchone()
            if row is None or backup_head is None:
                return Replaced(kept_as, None if row is None else Head(*row), None)
            same = db.execute(
                "SELECT 1 FROM audit_log WHERE seq = ? AND hash = ?",
                (backup_head.seq, backup_head.hash),
            ).fetchone()
    except ChairsideError:
        return Replaced(kept_as, None, None)
    return Replaced(kept_as, Head(*row), row["seq"] - backup_head.seq if same else None)


def state_of(old: PracticeFolder) -> tuple[tuple[str, int, int], ...]:
    """Return what changes with every commit to a practice that nobody has open."""
    files = (old.database, old.database.with_name(f"{old.database.name}-wal"))
    there = [(path.name, path.stat()) for path in files if path.exists()]
    # A log that holds nothing is what an open connection leaves for a moment.
    return tuple((name, s.st_mtime_ns, s.st_size) for name, s in there if s.st_size)


def kept_name(data: Path, pgid: int, now: datetime) -> str:
    """Return a name, not taken yet, under which the practice that is there is kept."""
    name = f"{pgid}.before-{now:%Y%m%d-%H%M%S}"
    count = 1
    while os.path.lexists(data / name):
        count += 1
        name = f"{pgid}.before-{now:%Y%m%d-%H%M%S}-{count}"
    return name


def take_place(new: PracticeFolder, final: Path, kept_as: str | None) -> None:
    """Sync a practice that is whole and give it its name; what was there moves aside to `kept_as`.

    Raises StoreBusy where a file of it is open (on Windows), StoreProblem.
    """
    try:
        if kept_as is not None:
            _carry_over(PracticeFolder(final), new)
            write_private(new.path / TAKES_THE_PLACE_OF, kept_as.encode())
        sync_folder(new.path)
        if kept_as is not None:
            _move_aside(final, final.with_name(kept_as))
        _name(new.path, final)
        sync_folder(final.parent)
        (final / TAKES_THE_PLACE_OF).unlink(missing_ok=True)
    except OSError as error:
        raise StoreProblem(
            f"The practice cannot be put into its place: {error.strerror}.",
            kept="What was there is kept, under its own name or beside it.",
            do=f"Look into {final.parent}, then try again.",
        ) from error


def _move_aside(final: Path, kept: Path) -> None:
    try:
        final.rename(kept)
    except PermissionError as error:
        raise StoreBusy(
            "The practice that is there cannot be moved aside: a file in it is open.",
            kept="Nothing was changed.",
            do="Close every kiosk and stop the runner's service, then try again.",
        ) from error


def _name(new: Path, final: Path) -> None:
    try:
        new.rename(final)
    except FileNotFoundError:
        # Somebody who opened the practice in this moment has finished it.
        if not (final / "practice.db").is_file():
            raise


def _carry_over(old: PracticeFolder, new: PracticeFolder) -> None:
    for name in KEPT_ACROSS:
        if (old.path / name).is_file():
            write_private(new.path / name, (old.path / name).read_bytes())
