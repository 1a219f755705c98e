"""What a disk refuses, told; and what is taken away again when work on it fails.

One rule: only what concerns this very disk is told as its fault, and what could not be taken away
again is told by its name.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from exporter.archive.errors import ArchiveProblem, drawn
from store.errors import ChairsideError, DiskFull

TAKEN_BACK = "The unfinished file was removed; everything else is as it was."
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DiskProblem(ArchiveProblem):
    """A folder or a disk cannot be read from or written to."""

    title = "The disk or folder cannot be used"


class LeftBehind(DiskProblem):
    """Work failed, and what it had written could not be removed again: it is still there."""


@contextmanager
def told_plainly(folder: Path, kept: str = TAKEN_BACK) -> Iterator[None]:
    """Turn the errors of a disk into DiskFull or DiskProblem, with what to do.

    Only for what works in `folder` itself: no caller's block belongs inside.
    """
    try:
        yield
    except OSError as problem:
        if problem.errno in _NO_ROOM:
            raise DiskFull(
                f"There is no room left in {_known_as(folder)}.",
                kept=kept,
                do="Free some space or choose another disk, then try again.",
            ) from problem
        reason = problem.strerror or type(problem).__name__
        raise DiskProblem(
            f"Reading or writing in {_known_as(folder)} failed ({reason}).",
            kept=kept,
            do="Check the disk and the rights to the folder, then try again.",
        ) from problem


def _known_as(folder: Path) -> str:
    """Return what people call a folder: one that is only there for now by the one it is in."""
    known = folder.parent if folder.name.startswith(".") else folder
    return known.name or "the folder"


class _ToldFile(io.FileIO):
    """An open file that tells plainly what goes wrong with it, whoever writes to it."""

    def __init__(self, descriptor: int, folder: Path) -> None:
        super().__init__(descriptor, "r+b", closefd=False)
        self._folder = folder

    def write(self, data: Any, /) -> int:
        with told_plainly(self._folder):
            return super().write(data)

    def truncate(self, size: int | None = None, /) -> int:
        with told_plainly(self._folder):
            return super().truncate(size)


def told_file(file: BinaryIO, folder: Path) -> io.BufferedRandom:
    """Return a view of a new file in `folder` whose errors are told plainly.

    So whoever writes to it needs no `told_plainly` around, which would take every other file's
    errors for this one's.
    """
    return io.BufferedRandom(_ToldFile(file.fileno(), folder))


def forget_cache(descriptor: int) -> None:
    """Have the next reads come from the disk, not from what was just written to memory."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def taken_back_on_error(made: Sequence[Path]) -> Iterator[None]:
    """Remove what has its name already if the block fails, for whatever reason, the last first.

    Folders go only where they are empty. Raises LeftBehind where a file cannot be removed.
    """
    try:
        yield
    except BaseException as problem:
        take_back(made, problem)
        raise


def take_back(made: Sequence[Path], problem: BaseException) -> None:
    """Remove files and empty folders after a problem, the last first. Raises LeftBehind."""
    left = [path for path in reversed(made) if not _is_removed(path)]
    if not left:
        return
    told = problem.what if isinstance(problem, ChairsideError) else "The work failed."
    more = f" and {len(left) - 1:,} more" if len(left) > 1 else ""
    raise LeftBehind(
        f"{told} What was written could not be removed again: {drawn(left[0].name)}{more}.",
        kept="It is still there.",
        do="Remove it yourself, and have the disk checked.",
    ) from problem


def _is_removed(path: Path) -> bool:
    try:
        if path.is_dir() and not path.is_symlink():
            # Somebody else's files may lie in it by now.
            with suppress(OSError):
                path.rmdir()
        else:
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
