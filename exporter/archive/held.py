"""Files that are held while they are written, so that what a killed run left is known for it.

One rule: only what nobody holds is taken away, on this computer or, on a server's disk, on another.
The system drops a lock with the process that has it. On Windows an open file is held as it is.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from exporter.archive.disk import take_back
from exporter.archive.errors import ArchiveProblem

PRIVATE_FILE = 0o600
UNFINISHED = ".part"
"""How the name of an unfinished file or folder ends; it begins with a dot."""
STAGING = ".chairside-"
"""How the name of a private folder, and of its lock, begins."""
_LOCKED_BYTE = 1 << 62
"""Far behind all data: on some servers nobody else may read what is locked."""


def open_new(part: Path) -> BinaryIO | None:
    """Open a new file and lock it, or return None where somebody else has that name.

    What a killed run left under it goes first.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0)
    if not os.path.lexists(part) or let_go(part):
        with suppress(FileExistsError):
            file = os.fdopen(os.open(part, flags, PRIVATE_FILE), "w+b")
            if _hold(file, part):
                return file
            file.close()
    return None


def in_use(part: Path) -> ArchiveProblem:
    """Return what to raise where `open_new` says that somebody else has the name."""
    return ArchiveProblem(
        "Another run is writing this file.",
        kept="Nothing was changed.",
        do=f"Wait for its end. If there is none, remove {part.name} and try again.",
    )


def _hold(file: BinaryIO, part: Path) -> bool:
    """Lock a new file; tell whether nobody took it for one that was left, before it was locked."""
    try:
        _lock(file.fileno())
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        # A disk without locks: there nobody takes anything for left.
        pass
    return is_at(file.fileno(), part)


@contextmanager
def kept(file: BinaryIO, part: Path) -> Iterator[None]:
    """Keep a file locked after it is closed, until the block ends; after an error `part` goes.

    On Windows it is open no longer: there no open file is renamed. Raises LeftBehind.
    """
    again = None if sys.platform == "win32" else os.dup(file.fileno())
    try:
        yield
    except BaseException as problem:
        if again is None or is_at(again, part):
            take_back([part], problem)
        raise
    finally:
        if again is not None:
            os.close(again)


def let_go(path: Path) -> bool:
    """Remove a file that a killed run left; tell whether it is gone. Nobody's in use is touched."""
    try:
        if sys.platform == "win32":
            # There no open file is removed.
            path.unlink(missing_ok=True)
            return True
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError as problem:
        return isinstance(problem, FileNotFoundError)
    try:
        _lock(descriptor)
        if is_at(descriptor, path):
            path.unlink()
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock an open file until it is closed, or raise OSError at once, also within one process."""
    if sys.platform == "win32":
        return
    import fcntl

    if sys.platform == "linux":
        wanted = (fcntl.F_WRLCK, os.SEEK_SET, _LOCKED_BYTE, 1, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, struct.pack("hhqqi", *wanted))
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_at(descriptor: int, path: Path) -> bool:
    """Tell whether an open file still has its name, and nobody put another in its place."""
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    ours = os.fstat(descriptor)
    is_same = (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)
    return is_same and stat.S_ISREG(there.st_mode)
