"""What an archive looks like from here: tables of text. Who unlocks and checks it is not known.

One rule: the store never loads what leaves the practice, so whoever can read archives hands one in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Row = Sequence[str | None]
"""The fields of a row as text; None where there is no value."""


@dataclass(frozen=True, slots=True)
class ArchivedTable:
    """One table as the archive describes it: its columns in their order, and how many rows."""

    name: str
    columns: tuple[str, ...]
    rows: int


class ArchiveSource(Protocol):
    """An archive that was unlocked.

    Attributes:
        file_name: its name, without the folder.
        pgid: the practice group whose data it is.
        patient_id: set where it is the data of one patient only.
        snapshot: the instant its rows are of, UTC.
        tables: what it holds.
    """

    file_name: str
    pgid: int
    patient_id: int | None
    snapshot: str
    tables: tuple[ArchivedTable, ...]

    def rows(self, table: str) -> Iterator[Row]:
        """Yield a table's rows; the end comes only if all of it is as it was written.

        Raises ChairsideError where it is not.
        """
        ...

    def check_rest(self) -> None:
        """Check what is no table. Raises ChairsideError."""
        ...
