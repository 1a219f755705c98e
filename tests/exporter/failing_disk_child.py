"""Makes a copy for people into a folder, under strace, which has the disk fail.

Run: python -m tests.exporter.failing_disk_child DATA FOLDER WAY

One rule: it tells how the work ended; the test looks at what lies there and in the trail.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from exporter.archive.reader import Archive
from exporter.convert.csv_files import to_csv
from exporter.runner.handing_over import hand_over
from exporter.runner.patient_archive import make_patient_archive
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases.patient_download import authorise_patient_download
from store.use_cases.retrieving import authorise_retrieval
from tests import people
from tests.clocks import DUE, FixedClock

PATIENT = 10_001
DANA = people.PASSWORDS["dana"]


def patient(practice: Practice, folder: Path) -> None:
    """Copy one patient's data."""
    kim = people.signed_in(practice, "kim")
    copy = practice.call(
        authorise_patient_download,
        kim,
        PATIENT,
        to_whom="herself",
        password=people.PASSWORDS["kim"],
        passphrase="three blue kites over water",
    )
    make_patient_archive(practice, kim, copy, folder)


def retrieve(practice: Practice, folder: Path) -> None:
    """Save the archive of a download."""
    dana = people.signed_in(practice, "dana")
    hand_over(practice, dana, practice.call(authorise_retrieval, dana, 1, DANA), folder)


def csv(practice: Practice, folder: Path) -> None:
    """Convert the archive of a download."""
    (archive,) = practice.folder.downloads.iterdir()
    with Archive.open(archive, DANA) as opened:
        to_csv(opened, folder, ["patient", "user"])


WAYS: dict[str, Callable[[Practice, Path], None]] = {
    "patient": patient,
    "retrieve": retrieve,
    "csv": csv,
}


def main(data: Path, folder: Path, way: str) -> None:
    """Do it once and print how it ended."""
    told = {"kind": "", "told": ""}
    with Practice.open(data, people.PGID, FixedClock(DUE)) as practice:
        try:
            WAYS[way](practice, folder)
        except ChairsideError as problem:
            told = {"kind": type(problem).__name__, "told": problem.sentence}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
