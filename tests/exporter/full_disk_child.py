"""Makes, saves and converts an archive on a small disk that fills up in the middle of each.

Run: python -m tests.exporter.full_disk_child DATA DISK WAY

One rule: it tells, a line of JSON a piece of work, how that ended and what lay on the disk then;
the test judges. WAY is `disk` (a file system of its own, where this process may mount one) or
`limit` (no file may grow past a megabyte). The disk has room when a piece of work begins, so that
no look at the free space saves it.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from exporter.backup.making import make_backup
from exporter.backup.restoring import Wish, restore
from exporter.convert.csv_files import to_csv
from exporter.convert.disc import to_disc
from exporter.convert.workbook import to_workbook
from exporter.runner.run import run_due
from exporter.runner.saving import save_archive
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases.retrieving import authorise_retrieval
from tests import people
from tests.clocks import FixedClock
from tests.exporter.backup.steps import OWNER, PASSPHRASE
from tests.exporter.runner.killing import fill_with_rows

OnStep = Callable[..., None]
WIDE = 1_000_000_000
LITTLE = 200_000
LIMIT = 1_000_000
PASSWORD = people.PASSWORDS["dana"]


class SmallDisk:
    """Room that can be taken away and given back while files are open."""

    def __init__(self, folder: Path, way: str) -> None:
        self.folder, self._is_limit = folder, way == "limit"
        if self._is_limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        else:
            _mount("-t", "tmpfs", "-o", f"size={WIDE},mode=0700", "tmpfs", folder)

    def fill(self, left: int) -> None:
        """Leave so many bytes; a limit stands in for it where there is no file system."""
        if self._is_limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT if left else 0, -1))
            return
        stat = os.statvfs(self.folder)
        used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize
        _mount("-o", f"remount,size={used + left}", self.folder)

    def widen(self) -> None:
        """Give the room back."""
        if self._is_limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
        else:
            _mount("-o", f"remount,size={WIDE}", self.folder)

    def files(self) -> set[str]:
        """Return what lies on it, the store's own files apart."""
        own = ("practice.db", "audit-heads.log")
        return {
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if not path.name.startswith(own)
        }


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


def attempt(
    disk: SmallDisk, name: str, work: Callable[[OnStep], object], left: int = LITTLE
) -> None:
    """Do a piece of work while the disk fills up, tell how it ended; then do it again."""
    before, room = disk.files(), [left]

    def fill_once(*_progress: object) -> None:
        if room:
            disk.fill(room.pop())

    kind = told = ""
    try:
        work(fill_once)
    except ChairsideError as problem:
        kind, told = type(problem).__name__, problem.what
    finally:
        disk.widen()
    litter = sorted(disk.files() - before)
    work(lambda *_progress: None)
    made = sorted(disk.files() - before)
    print(json.dumps({"work": name, "kind": kind, "told": told, "left": litter, "made": made}))


def make(disk: SmallDisk, practice: Practice, clock: FixedClock) -> None:
    """Build the archive; the store lies on the same disk."""

    def run(step: OnStep) -> None:
        (outcome,) = run_due(practice, step)
        clock.advance(minutes=15)
        if outcome.state != "ready":
            raise ChairsideError(outcome.reason)

    attempt(disk, "archive", run)


def note(disk: SmallDisk, practice: Practice) -> None:
    """Let the run find no room even for its first note in the store."""

    def run(step: OnStep) -> None:
        step()
        run_due(practice)

    attempt(disk, "store", run, left=0)


def back_up(disk: SmallDisk, practice: Practice) -> Path:
    """Make a backup, on the disk of the practice itself."""
    to = disk.folder / "backups"
    to.mkdir()

    def run(step: OnStep) -> None:
        make_backup(practice, OWNER, to, PASSPHRASE, while_("Writing", step))

    attempt(disk, "backup", run)
    return next(to.iterdir())


def put_back(disk: SmallDisk, backup: Path) -> None:
    """Put it back beside the practice."""
    (disk.folder / "again").mkdir(mode=0o700)

    def run(step: OnStep) -> None:
        restore(Wish(backup, PASSPHRASE, disk.folder / "again"), FixedClock(), OWNER, step)

    attempt(disk, "restore", run)


def while_(stretch: str, step: OnStep) -> Callable[[Progress], None]:
    """Return what takes a step in one stretch of the work only."""

    def tell(progress: Progress) -> None:
        if progress.table == stretch:
            step()

    return tell


def main(data: Path, folder: Path, way: str) -> None:
    """Do each piece of work once on the full disk and once more with room."""
    disk, clock = SmallDisk(folder, way), FixedClock()
    shutil.copytree(data, folder / "data")
    with Practice.open(folder / "data", people.PGID, clock) as practice:
        fill_with_rows(practice, 8_000)
        number = people.scheduled(practice, people.signed_in(practice, "dana"))
        practice.call(lambda store: store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        note(disk, practice)
        clock.advance(days=1)
        make(disk, practice, clock)
        dana = people.signed_in(practice, "dana")
        retrieval = practice.call(authorise_retrieval, dana, number, PASSWORD)
        saved = folder / "saved"
        saved.mkdir()
        attempt(disk, "copy", lambda step: save_archive(retrieval, saved, step))
        with Archive.open(saved / retrieval.file_name, PASSWORD) as archive:
            attempt(disk, "csv", lambda step: to_csv(archive, folder / "csv", None, step))
            book = folder / "all.xlsx"
            attempt(disk, "workbook", lambda step: to_workbook(archive, book, None, step))
            attempt(disk, "disc", lambda step: to_disc(archive, folder / "disc", None, step))
        made = back_up(disk, practice)
        put_back(disk, made)
        sound = practice.call(lambda store: store.value("PRAGMA integrity_check"))
        print(json.dumps({"work": "end", "told": sound}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
