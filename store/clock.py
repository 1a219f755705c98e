"""Time, handed in.

One rule: `SystemClock` is the only place in the product that reads the computer's clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PACIFIC = "America/Los_Angeles"
"""The zone of a practice that has set none (REQUIREMENTS D10)."""


class Clock(Protocol):
    """Something that tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def instant(moment: datetime) -> str:
    """Write an aware moment as the store keeps it: `YYYY-MM-DDTHH:MM:SSZ`, UTC."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """Read an instant of the store back as an aware moment in UTC."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def known_zone(name: str) -> tzinfo:
    """Return a time zone, or UTC where this computer has none of that name: `doctor` tells it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def date_in_zone(now: datetime, zone: str) -> date:
    """Return the calendar date of an aware moment in a time zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """Return the first moment of a calendar day in a zone, in UTC.

    Where midnight does not exist (a few zones change their clocks at midnight) the first moment
    after the gap is meant, where it comes twice the first of the two.
    """
    # fold=0 means both: in a gap the offset before it, which lands just after it (PEP 495).
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return midnight.replace(fold=0).astimezone(UTC)
