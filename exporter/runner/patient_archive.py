"""The archive of one patient, made at once into the folder that the user names.

One rule: nothing of it is kept in the practice's folder, and a copy that could not be written to
the audit trail does not stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exporter.archive.contents import Snapshot
from exporter.archive.errors import Cancelled
from exporter.archive.files import part_of
from exporter.archive.names import patient_archive_name
from exporter.runner.making import Meter, Part, write_archive
from store.access import Actor
from store.clock import date_in_zone
from store.errors import BadInput
from store.practice import Practice
from store.use_cases.patient_download import PatientCopy, record_patient_download
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
        StoreProblem: the store could not be read.
        SessionEnded, Refused: it could not be noted; nothing is left behind.
    """

    def report(progress: Progress) -> None:
        if cancelled():
            raise Cancelled("It was stopped.", kept="Nothing was left behind.")
        if on_progress is not None:
            on_progress(progress)

    # The trail tells it long after: not from where the command was said.
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        raise BadInput(
            f"There is no folder {folder}.", kept="Nothing was written.", do="Name another one."
        )
    now = practice.clock.now()
    whose = Snapshot(copy.pgid, copy.practice_name, copy.time_zone, now, patient_id=copy.patient_id)
    path = _free_name(folder, copy, whose)
    parts = [Part(one.table, one.only, one.is_closed) for one in copy.tables]
    meter = Meter(practice.clock, report)
    database = practice.folder.database
    keys = copy.take_keys()
    write_archive(path, database, whose, parts, copy.left_out, keys, meter, may_replace=False)
    try:
        practice.call(
            record_patient_download,
            actor,
            copy.patient_id,
            to_whom=copy.to_whom,
            rows=meter.rows,
            destination=str(folder),
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return MadeCopy(path, meter.rows, path.stat().st_size)


def _free_name(folder: Path, copy: PatientCopy, whose: Snapshot) -> Path:
    """Return a name that is not taken: an earlier copy is never overwritten."""
    day = date_in_zone(whose.at, whose.time_zone)
    number = 1
    while True:
        path = folder / patient_archive_name(copy.pgid, day, copy.patient_id, number)
        if not path.exists() and not part_of(path).exists():
            return path
        number += 1
