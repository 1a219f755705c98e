"""Reads an archive into a new practice; dies by SIGKILL at a statement, or meets a full disk.

Run as `python -m tests.stories.moving_child DATA ARCHIVE STATEMENT`; 0 lives on and prints which
statement was the commit. `python -m tests.stories.moving_child DATA ARCHIVE full FOLDER WAY` copies
DATA to a small disk in FOLDER first, which fills up in the middle.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from exporter.archive.progress import Progress
from exporter.archive.read_in import WholeArchive
from exporter.archive.reader import Archive
from store.database import Store
from store.errors import ChairsideError
from store.imports import bulk
from store.practice import Practice
from store.use_cases.importing import import_archive
from tests import moving
from tests.clocks import FixedClock
from tests.exporter.full_disk_child import LITTLE, SmallDisk
from tests.people import PGID

# So little is kept in memory that changed pages reach the disk long before the end.
bulk.CACHE_KIB = 64
_statements = _commit = 0


def _watch(store: Store, deadly: int) -> None:
    def traced(statement: str) -> None:
        global _statements, _commit
        _statements += 1
        if statement == "COMMIT":
            _commit = _statements
        if _statements == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    store.db.set_trace_callback(traced)


def killed(data: Path, path: Path, deadly: int) -> None:
    """Read it in, and be killed just before a statement."""
    with (
        Practice.open(data, PGID, FixedClock()) as practice,
        Archive.open(path, moving.PASSWORD) as archive,
    ):
        actor = moving.mover(practice)
        practice.call(_watch, deadly)
        practice.call(import_archive, actor, WholeArchive(archive))
    print(_commit)


def full(data: Path, path: Path, folder: Path, way: str) -> None:
    """Read it in twice: on a disk that fills up, and once there is room again."""
    disk = SmallDisk(folder, way)
    shutil.copytree(data, folder / "data")
    room = [LITTLE]

    def fill_once(_progress: Progress) -> None:
        if room:
            disk.fill(room.pop())

    told = {}
    with (
        Practice.open(folder / "data", PGID, FixedClock()) as practice,
        Archive.open(path, moving.PASSWORD) as archive,
    ):
        actor = moving.mover(practice)
        before = moving.contents(practice)
        try:
            practice.call(import_archive, actor, WholeArchive(archive, fill_once))
        except ChairsideError as problem:
            told = {"kind": type(problem).__name__, "told": problem.what}
        finally:
            disk.widen()
        told["same"] = moving.contents(practice) == before
        told["written"] = practice.call(import_archive, actor, WholeArchive(archive)).rows_written
        told["sound"] = practice.call(lambda store: store.value("PRAGMA integrity_check"))
    print(json.dumps(told))


if __name__ == "__main__":
    if sys.argv[3] == "full":
        full(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[4]), sys.argv[5])
    else:
        killed(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
