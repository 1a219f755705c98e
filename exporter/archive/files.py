"""Files that are whole or not there.

One rule: a name appears only once everything under it is written and synced; whatever ends the
work earlier (an error, a full disk, Ctrl+C) takes the temporary file away again. What a kill or a
power failure leaves goes with the next work into the same place (held.py).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from exporter.archive.disk import taken_back_on_error, told_file, told_plainly
from exporter.archive.errors import ArchiveProblem
from exporter.archive.held import (
    STAGING,
    UNFINISHED,
    in_use,
    is_at,
    kept,
    let_go,
    open_new,
)
from exporter.archive.hostile import MAX_STEP
from exporter.archive.names import README
from store.errors import BadInput
from store.folder import sync_folder

PRIVATE_FOLDER = 0o700
_TRIES = 3


def part_of(path: Path) -> Path:
    """Return the temporary name beside `path` that a file has while it is written."""
    part = f".{path.name}{UNFINISHED}"
    if len(os.fsencode(part)) > MAX_STEP:
        part = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()}{UNFINISHED}"
    return path.with_name(part)


def clear_leftover(path: Path) -> None:
    """Remove what a killed run left beside `path`. Only for whoever alone may write `path`."""
    part_of(path).unlink(missing_ok=True)


@contextmanager
def whole_file(
    path: Path, *, replace: bool = False, check: Callable[[Path], None] | None = None
) -> Iterator[BinaryIO]:
    """Yield a new file (mode 0600) that gets the name `path` when the block ends well.

    `check` is called with the synced file under its temporary name; what it raises ends it all.
    Raises BadInput where `path` exists and `replace` is not set, ArchiveProblem where another
    run is writing it or the disk fails, DiskFull where there is no room. What goes wrong with
    other files in the block is not this one's.
    """
    if not replace and os.path.lexists(path):
        raise _exists(path)
    part, folder = part_of(path), path.parent
    with told_plainly(folder):
        new = open_new(part)
    if new is None:
        raise in_use(part)
    with kept(new, part):
        with new, told_file(new, folder) as file:
            yield file
            with told_plainly(folder):
                file.flush()
                os.fsync(file.fileno())
            if check is not None:
                check(part)
            with told_plainly(folder):
                is_ours = is_at(file.fileno(), part)
            if not is_ours:
                raise ArchiveProblem(
                    "Another run took the place of this one.", do="Look at its outcome."
                )
        _give_name(part, path, replace=replace)


@contextmanager
def private_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder inside `target` that only we read; it goes when the block ends.

    Those that killed runs left in `target` go first. Raises ArchiveProblem, DiskFull.
    """
    with told_plainly(target):
        _clear_killed(target)
        # Its lock is there before the folder is, and until after it: one without is nobody's.
        lock, file = _new_lock(target)
    staging = lock.with_suffix(UNFINISHED)
    try:
        with file:
            with told_plainly(target):
                staging.mkdir(mode=PRIVATE_FOLDER)
            try:
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    finally:
        with suppress(OSError):
            lock.unlink()


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a private folder inside `target`; its files move into `target` when the block ends.

    `target` is made where it is missing. None of the files may be there already: BadInput, and
    nothing is moved. On any error `target` is as it was.
    """
    made: list[Path] = []
    with taken_back_on_error(made):
        with told_plainly(target):
            if not target.exists():
                target.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
                made.append(target)
        with private_folder(target) as staging:
            yield staging
            with told_plainly(target):
                _move_all(staging, target, made)
                sync_folder(target)


def refuse_existing(target: Path, names: list[str]) -> None:
    """Raise BadInput if any of the files is in `target` already, before any work is done.

    What killed runs left there unfinished goes first: it is readable, and may be all that is left
    of work that nobody repeats in this place.
    """
    _clear_killed(target)
    for name in names:
        if os.path.lexists(target / name):
            raise _exists(target / name)


def _clear_killed(target: Path) -> None:
    for lock in {path.with_suffix(".lock") for path in target.glob(f"{STAGING}*")}:
        if let_go(lock):
            shutil.rmtree(lock.with_suffix(UNFINISHED), ignore_errors=True)


def free_bytes(folder: Path) -> int:
    """Return how many bytes may still be written where `folder` is or will be."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    return shutil.disk_usage(there).free


def _exists(path: Path) -> BadInput:
    return BadInput(
        f"There is already a file called {path.name}.",
        kept="Nothing was overwritten.",
        do="Choose another place, or move the old file away first.",
    )


def _new_lock(target: Path) -> tuple[Path, BinaryIO]:
    """Make the lock of a private folder; whoever clears up may take it away until it is locked."""
    for _try in range(_TRIES):
        lock = target / f"{STAGING}{secrets.token_hex(6)}.lock"
        file = open_new(lock)
        if file is not None:
            return lock, file
    raise in_use(lock)


def _give_name(part: Path, path: Path, *, replace: bool) -> None:
    if replace:
        with told_plainly(path.parent):
            part.replace(path)
        with told_plainly(
            path.parent, kept=f"{path.name} has its name; a power failure may undo that."
        ):
            sync_folder(path.parent)
        return
    with told_plainly(path.parent):
        _rename(part, path)
    # The last call of all can still fail, and then nobody will ever be told of this file.
    with taken_back_on_error([path]), told_plainly(path.parent):
        sync_folder(path.parent)


def _rename(part: Path, path: Path) -> None:
    """Give a file its name, never in the place of another."""
    try:
        # A hard link, unlike a rename, refuses to take the place of a file that appeared since.
        os.link(part, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:
        # A disk without links: FAT and exFAT, and each driver of theirs has its own word for it.
        if os.path.lexists(path):
            raise _exists(path) from None
        part.rename(path)
    else:
        with taken_back_on_error([path]):
            part.unlink()


def _move_all(staging: Path, target: Path, made: list[Path]) -> None:
    """Give all files their names, and note each, and each folder, as soon as it is there."""
    # The page that tells what lies there comes last: where it is, everything is.
    files = sorted((p for p in staging.rglob("*") if p.is_file()), key=_page_last)
    names = [str(p.relative_to(staging)) for p in files]
    refuse_existing(target, names)
    for file, name in zip(files, names, strict=True):
        place = target / name
        _make_folders(target, place.parent, made)
        _rename(file, place)
        made.append(place)


def _page_last(file: Path) -> tuple[bool, Path]:
    return file.name == README, file


def _make_folders(target: Path, folder: Path, made: list[Path]) -> None:
    """Make the folders between; a link among them could lead out of `target`."""
    between = [p for p in (folder, *folder.parents) if p.is_relative_to(target) and p != target]
    for step in reversed(between):
        try:
            step.mkdir(mode=PRIVATE_FOLDER)
        except FileExistsError:
            if step.is_symlink() or not step.is_dir():
                raise _exists(step) from None
        else:
            made.append(step)
