"""The archive of one patient, made at once into the folder that the user names.

One rule: nothing of it is kept in the practice's folder, and a copy is a disclosure in the audit
trail before it gets its name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from exporter.archive.contents import Snapshot
from exporter.archive.disk import LeftBehind, told_plainly
from exporter.archive.errors import Cancelled
from exporter.archive.files import part_of
from exporter.archive.held import UNFINISHED, let_go
from exporter.archive.names import patient_archive_name
from exporter.runner.making import Meter, Part, write_archive
from store.access import Actor
from store.clock import date_in_zone
from store.errors import BadInput, ChairsideError
from store.practice import Practice
from store.use_cases.patient_download import (
    NotedCopy,
    PatientCopy,
    record_patient_download,
    withdraw_patient_download,
)
from store.use_cases.unattended import Progress


@dataclass(frozen=True, slots=True)
class MadeCopy:
    """Where a copy is, how many rows it holds and its size in bytes."""

    path: Path
    rows: int
    bytes: int


def make_patient_archive(
    practice: Practice,
    actor: Actor,
    copy: PatientCopy,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> MadeCopy:
    """Write the archive, synced and whole, note it as a disclosure, and return where it is.

    Raises:
        BadInput: the folder is not there, or somebody put a file of that name there meanwhile.
        Conflict: a copy was begun with these keys before; it is authorised anew for another try.
        Cancelled: it was stopped; nothing is left behind.
        DiskFull, ArchiveProblem: the disk; nothing is left behind.
        LeftBehind: the disk, and what is there could not be removed; whole, it is noted.
        StoreProblem: the store could not be read.
        SessionEnded, Refused: it could not be noted; nothing is left behind.
    """

    def report(progress: Progress) -> None:
        if cancelled():
            raise Cancelled("It was stopped.", kept="Nothing was left behind.")
        if on_progress is not None:
            on_progress(progress)

    # The trail tells it long after: not from where the command was said.
    folder = folder.absolute()
    now = practice.clock.now()
    whose = Snapshot(copy.pgid, copy.practice_name, copy.time_zone, now, patient_id=copy.patient_id)
    path = _path_in(folder, copy, whose)
    parts = [Part(one.table, one.only, one.is_closed) for one in copy.tables]
    meter = Meter(practice.clock, report)
    database = practice.folder.database
    keys = copy.take_keys()

    def note() -> NotedCopy:
        return practice.call(
            record_patient_download,
            actor,
            copy.patient_id,
            to_whom=copy.to_whom,
            rows=meter.rows,
            destination=str(folder),
        )

    write = partial(write_archive, path, database, whose, parts, copy.left_out, keys, meter)
    with _in_the_trail(practice, note) as before_name:
        made = write(may_replace=False, before_name=before_name)
    return MadeCopy(path, meter.rows, made.bytes)


@contextmanager
def _in_the_trail(
    practice: Practice, note: Callable[[], NotedCopy]
) -> Iterator[Callable[[], None]]:
    """Yield what notes a copy that is whole; where it is taken back after that, so is the note.

    Killed in between, it lies whole on the disk, with its name or without.
    """
    noted: list[NotedCopy] = []
    try:
        yield lambda: noted.append(note())
    except LeftBehind:
        raise
    except BaseException:
        # Where the store refuses, a copy too many in the trail is better than one too few.
        with suppress(ChairsideError):
            for one in noted:
                practice.call(withdraw_patient_download, one)
        raise


def _path_in(folder: Path, copy: PatientCopy, whose: Snapshot) -> Path:
    with told_plainly(folder, kept="Nothing was written."):
        if not folder.is_dir():
            raise BadInput(
                f"There is no folder {folder}.", kept="Nothing was written.", do="Name another one."
            )
        return _free_name(folder, copy, whose)


def _free_name(folder: Path, copy: PatientCopy, whose: Snapshot) -> Path:
    """Return a name that is not taken: an earlier copy is never overwritten.

    What killed tries left in the folder goes first, whatever day and patient they were of.
    """
    for left in folder.glob(f".{copy.pgid}-*-patient-*.zip{UNFINISHED}"):
        let_go(left)
    day = date_in_zone(whose.at, whose.time_zone)
    number = 1
    while True:
        path = folder / patient_archive_name(copy.pgid, day, copy.patient_id, number)
        if not os.path.lexists(path) and not os.path.lexists(part_of(path)):
            return path
        number += 1
