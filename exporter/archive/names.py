"""The names that every archive shares.

One rule: they are a contract with whoever opens an archive; change none of them.
"""

from __future__ import annotations

import re
from datetime import date

FORMAT = 1
"""Raised when a program that reads archives has to know of a change."""
README = "README.txt"
DICTIONARY = "data_dictionary.txt"
DATAPACKAGE = "datapackage.json"
DESCRIBING = (README, DICTIONARY, DATAPACKAGE)
"""The describing entries, in the order in which they lead every archive."""


def entry_of(table: str) -> str:
    """Return the entry that holds a table."""
    return f"{table}.txt"


def archive_name(pgid: int, day: date, download_id: int) -> str:
    """Return `<pgid>-<date>-<id>.zip`: no name of a patient is in it."""
    return f"{pgid}-{day:%Y-%m-%d}-{download_id:04d}.zip"


def is_archive_name(pgid: int, name: str) -> bool:
    """Tell whether a file is named as `archive_name` does, or as such an archive unfinished."""
    return (
        re.fullmatch(rf"(\.)?{pgid}-\d{{4}}-\d\d-\d\d-\d{{4,}}\.zip(?(1)\.part)", name) is not None
    )


def patient_archive_name(pgid: int, day: date, patient_id: int, copy: int = 1) -> str:
    """Return `<pgid>-<date>-patient-<number>.zip`; further copies of a day are counted."""
    counted = "" if copy == 1 else f"-{copy}"
    return f"{pgid}-{day:%Y-%m-%d}-patient-{patient_id}{counted}.zip"
