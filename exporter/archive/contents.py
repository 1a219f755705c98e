"""What is told about an archive's contents when it is written.

One rule: figures only; where they come from is the runner's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exporter.archive.writer import EntryRecord
from store.schema.columns import Table


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Whose data it is and the one instant (aware) at which all tables were read."""

    pgid: int
    practice: str
    time_zone: str
    at: datetime
    program: str = "Chairside"


@dataclass(frozen=True, slots=True)
class TableContents:
    """One exported table, how many rows it has, and size and checksum of its entry."""

    table: Table
    rows: int
    record: EntryRecord
