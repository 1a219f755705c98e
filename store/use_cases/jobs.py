"""What a runner holds and tells: a download that it makes, how far it is, what it made.

One rule: these are values; who holds what stands in the store (`unattended`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from store.downloads import LEASE as LEASE
from store.errors import ChairsideError


class LeaseLost(ChairsideError):
    """Another runner took over, or the download was cancelled."""

    title = "The run was stopped"


class CancelAsked(LeaseLost):
    """Somebody asked to stop this run."""


class Ended(LeaseLost):
    """The download was cancelled meanwhile, by itself or with the series that it belongs to."""


@dataclass(frozen=True, slots=True)
class Job:
    """A download that this runner holds."""

    download_id: int
    fence: int
    attempt: int
    run_on: date
    time_zone: str
    pgid: int
    practice_name: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `is_whole`: all is written, and takes its name next."""

    table: str
    rows: int
    rows_total: int
    bytes: int
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One entry of an archive that was made."""

    entry_name: str
    table_name: str | None
    rows: int | None
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Made:
    """An archive that was made, whole and synced."""

    snapshot_at: datetime
    file_name: str
    file_bytes: int
    file_sha256: str
    files: Sequence[MadeFile]
