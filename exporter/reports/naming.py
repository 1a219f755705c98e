"""What all reports share: where they go, how they are called, what stands above them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from store.errors import BadInput
from store.use_cases.audit_trail import ReportHead


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written: where, and how many rows it has."""

    path: Path
    rows: int


def file_name(what: str, practice_day: tuple[int, date], form: str) -> str:
    """Return `audit-trail-1000-2026-11-20.csv`."""
    pgid, day = practice_day
    return f"{what}-{pgid}-{day}.{form}"


def check_folder(folder: Path) -> None:
    """Raise BadInput unless the folder is there."""
    if not folder.is_dir():
        raise BadInput(
            "There is no such folder.", kept="Nothing was written.", do="Make it or name another."
        )


def local_time(at: datetime | None, zone: ZoneInfo) -> str:
    """Return a moment as reports write it; empty for none."""
    return "" if at is None else f"{at.astimezone(zone):%d %b %Y %H:%M}"


def as_of(head: ReportHead) -> tuple[str, ...]:
    """Return the lines under a title: whose, by whom, when, and what the trail can be held to."""
    zone = ZoneInfo(head.time_zone)
    return (
        f"{head.practice}, practice group {head.pgid}.",
        f"Made by {head.made_by} on {local_time(head.made_at, zone)}, times in {head.time_zone}.",
        f"Head of the audit trail then: {head.trail_seq}:{head.trail_hash[:16]}."
        " A later check can be held to it: chairside audit verify --head.",
    )
