"""What is told about an archive's contents when it is written.

One rule: figures only; where they come from is the runner's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.schema.columns import Table


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Whose data it is and the one instant (aware) at which all tables were read.

    `patient_id` is set where it is the data of one patient.
    """

    pgid: int
    practice: str
    time_zone: str
    at: datetime
    program: str = "Chairside"
    patient_id: int | None = None


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What one entry holds: size and SHA-256 (hexadecimal) of its plain text."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TableContents:
    """One exported table, how many rows it has, and size and checksum of its entry.

    `is_closed` tells whether every row that others refer to is in it.
    """

    table: Table
    rows: int
    record: EntryRecord
    is_closed: bool = True
