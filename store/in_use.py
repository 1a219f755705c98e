"""Whether anybody is at work: asked of the system's locks, which no killed process leaves behind.

One rule: a lock is held for as long as the block runs, and what is locked is never opened with
SQLite by the process that holds it: closing a file drops all locks that a process has on it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import Conflict, StoreBusy

_SQLITE_LOCKS_AT = 0x40000000
_SQLITE_LOCK_BYTES = 512
"""Where SQLite locks a database; whoever has it open in WAL mode holds a shared lock there.
Source: SQLite's file format, "The Lock-Byte Page"."""


@contextmanager
def nobody_has_open(database: Path) -> Iterator[None]:
    """Keep everybody from opening a database. Raises StoreBusy if somebody has it open.

    On Windows it keeps nobody: there no folder moves aside while a file in it is open.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        descriptor = os.open(database, os.O_RDWR)
    except FileNotFoundError:
        yield
        return
    try:
        try:
            fcntl.lockf(
                descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _SQLITE_LOCK_BYTES, _SQLITE_LOCKS_AT
            )
        except OSError:
            raise StoreBusy(
                "This practice is open: a kiosk, the unattended run or a command is at work.",
                kept="Nothing was changed.",
                do="Close every kiosk and stop the runner's service, then try again.",
            ) from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone_in(folder: Path, what: str) -> Iterator[None]:
    """Keep a second piece of work of the same kind out of a folder. Raises Conflict.

    Args:
        what: is under way, in words.
    """
    descriptor = _opened(folder)
    try:
        try:
            _lock(descriptor)
        except OSError:
            raise Conflict(
                f"{what} is under way already.", kept="Nothing was changed.", do="Wait for its end."
            ) from None
        yield
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    """Open what is locked: the folder itself, on Windows a file in it."""
    if sys.platform == "win32":
        return os.open(folder / ".busy", os.O_RDWR | os.O_CREAT, 0o600)
    return os.open(folder, os.O_RDONLY)


def _lock(descriptor: int) -> None:
    """Lock, or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        return
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
