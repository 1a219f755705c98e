"""The practice's folder: where it is, who may open it, its secret key.

One rule: a folder that others can read is never opened. Modes are 0700 and 0600; the error names
the command that mends them. On Windows the folder's access list stands in for modes.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from store.errors import NotFound, Refused, StoreProblem
from store.in_use import alone_in

SECRET_KEY_BYTES = 32
TAKES_THE_PLACE_OF = "takes-the-place-of"
"""In a folder that was put back and is whole: the name that the one before is kept under."""


@dataclass(frozen=True, slots=True)
class PracticeFolder:
    """`<data>/<pgid>/` and what lies in it."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "practice.db"

    @property
    def secret_key(self) -> Path:
        return self.path / "secret.key"

    @property
    def downloads(self) -> Path:
        return self.path / "downloads"

    @property
    def spool(self) -> Path:
        """Where the spool carrier leaves messages."""
        return self.path / "spool"

    @property
    def workplace(self) -> Path:
        """Where the plain copy lies that a backup is made from, while it is made."""
        return self.path / ".backup"

    def read_key(self) -> bytes:
        """Return the practice's secret key. Raises StoreProblem if it is missing or damaged."""
        try:
            data = self.secret_key.read_bytes()
        except FileNotFoundError:
            data = b""
        except OSError as problem:
            raise StoreProblem(
                f"The secret key {self.secret_key} cannot be read: {problem.strerror}.",
                kept="The database was not opened.",
                do="Sign in to this computer as the user who owns it.",
            ) from problem
        if len(data) != SECRET_KEY_BYTES:
            raise StoreProblem(
                f"The secret key {self.secret_key} is missing or damaged.",
                kept="The database was not opened.",
                do="Put secret.key back from your backup; without it, codes and scheduled"
                " downloads cannot be read.",
            )
        return data


def restoring_folder(data: Path, pgid: int) -> PracticeFolder:
    """Return where a practice is put back before it takes its place."""
    return PracticeFolder(data / f".{pgid}.restore")


def practices_in(data: Path) -> tuple[int, ...]:
    """Return the PGIDs of the practices kept under a data folder, in order."""
    if not data.is_dir():
        return ()
    # What is not ours (`lost+found`) may not even be looked into.
    named = (p for p in data.iterdir() if p.name.isdecimal())
    return tuple(sorted(int(p.name) for p in named if (p / "practice.db").is_file()))


def existing_folder(data: Path, pgid: int) -> PracticeFolder:
    """Return the folder of a practice that exists, its modes checked.

    Raises NotFound for an unknown PGID, StoreProblem for modes that let others in.
    """
    folder = PracticeFolder(data / str(pgid))
    try:
        finish_restore(data, pgid)
        there = folder.database.is_file()
    except OSError as error:
        raise StoreProblem(
            f"The folder {folder.path} cannot be reached: {error.strerror}.",
            do="Sign in to this computer as the user who owns it, or name another folder with"
            " --data.",
        ) from error
    if not there and folder.secret_key.is_file():
        raise StoreProblem(
            f"The practice's database is missing: {folder.database}.",
            kept="What else is in its folder was left as it is.",
            do="Put practice.db back from your backup.",
        )
    if not there:
        known = ", ".join(str(p) for p in practices_in(data))
        raise NotFound(
            f"There is no practice {pgid} under {data}.",
            do=f"Known practices: {known}."
            if known
            else "Make one with chairside init or chairside demo, or name another folder"
            " with --data.",
        )
    check_modes(folder)
    _make_rooms(folder)
    return folder


def _make_rooms(folder: PracticeFolder) -> None:
    """Make the folders that hold no data of their own: putting back by hand takes no more than the
    database and its key. Where it cannot be done, whatever needs them says so."""
    for path in (folder.downloads, folder.spool):
        with suppress(OSError):
            path.mkdir(mode=0o700, exist_ok=True)


def finish_restore(data: Path, pgid: int) -> None:
    """Put a restored practice into its place where it was cut off just before: the one that was
    there has moved aside, and the restored one is whole."""
    final, restored = data / str(pgid), restoring_folder(data, pgid).path
    try:
        kept_as = (restored / TAKES_THE_PLACE_OF).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    if not final.exists() and (data / kept_as).is_dir():
        restored.rename(final)


def check_owner(path: Path) -> None:
    """Raise Refused unless the user of the system who runs this owns a folder.

    Who owns it can copy and replace all that is in it by any program; nobody else does it by ours.
    On Windows the folder's access list decides.
    """
    if sys.platform != "win32" and path.stat().st_uid != os.geteuid():
        raise Refused(
            f"The folder {path} belongs to another user of this computer.",
            kept="Nothing was changed.",
            do="Say it as the user who owns the folder.",
        )


def sync_folder(path: Path) -> None:
    """Make new names in a folder durable; Windows has no such call."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as problem:
        # Some network and removable disks do not sync folders; the file itself is synced.
        if problem.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


@contextmanager
def building_folder(data: Path, pgid: int) -> Iterator[PracticeFolder]:
    """Make the folder of a new practice under a hidden name; rename it when the block is done.

    It has a fresh secret key and an empty database, modes 0700 and 0600. On an error nothing stays.
    Raises StoreProblem if a practice of that number is there already or the folder cannot be made,
    Conflict while somebody else makes or restores one there.
    """
    final = data / str(pgid)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone_in(data, "Making or restoring a practice in this folder"):
            if final.exists():
                raise StoreProblem(
                    f"Practice {pgid} exists already under {data}.",
                    kept="It was left as it is.",
                    do="Choose another number with --pgid, or another folder with --data.",
                )
            with _half_made(PracticeFolder(data / f".{pgid}.new")) as folder:
                yield folder
                folder.path.rename(final)
                sync_folder(data)
    except OSError as error:
        raise StoreProblem(
            f"The folder {final} cannot be made: {error.strerror}.",
            do="Choose a folder that you may write to with --data.",
        ) from error


@contextmanager
def _half_made(folder: PracticeFolder) -> Iterator[PracticeFolder]:
    """Make a folder with its key and an empty database; none of it is left under this name."""
    # What a killed build left behind was never a practice.
    shutil.rmtree(folder.path, ignore_errors=True)
    try:
        for path in (folder.path, folder.downloads, folder.spool):
            path.mkdir(mode=0o700)
        write_private(folder.secret_key, secrets.token_bytes(SECRET_KEY_BYTES))
        # Made here so that it never exists with wider modes; SQLite's own files follow its mode.
        write_private(folder.database, b"")
        yield folder
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file of mode 0600 and sync it. Raises FileExistsError if it is there already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def check_modes(folder: PracticeFolder) -> None:
    """Raise StoreProblem if anybody but the owner can reach the practice's files."""
    if sys.platform == "win32":
        return
    wanted = [(folder.path, 0o700), (folder.downloads, 0o700), (folder.spool, 0o700)]
    wanted += [(folder.database, 0o600), (folder.secret_key, 0o600)]
    for path, mode in wanted:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise StoreProblem(
                f"Others on this computer can reach {path}.",
                kept="It was not opened.",
                do=f"Close it with: chmod {mode:o} '{path}'",
            )
