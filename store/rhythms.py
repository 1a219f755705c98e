"""The days of a download that repeats: weekly, or monthly.

One rule: days are counted from one day that never moves, so that the 31st comes back after a short
month (28 February, then 31 March).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Literal

from store.clock import start_of_day

Rhythm = Literal["weekly", "monthly"]
RHYTHMS: tuple[Rhythm, ...] = ("weekly", "monthly")


def days_from(anchor: date, rhythm: str) -> Iterator[date]:
    """Yield the days of a rhythm, the anchor first, to the end of the calendar."""
    for number in count():
        try:
            yield _day(anchor, rhythm, number)
        except (OverflowError, ValueError):
            return


def day_after(anchor: date, rhythm: str, day: date) -> date:
    """Return the first day of a rhythm that is later than `day`."""
    return next(one for one in days_from(anchor, rhythm) if one > day)


def is_day_of(anchor: date, rhythm: str, day: date) -> bool:
    """Tell whether a day is one of a rhythm."""
    return day == anchor or day_after(anchor, rhythm, day - timedelta(days=1)) == day


def days_due(anchor: date, rhythm: str, first: date, zone: str, until: datetime) -> int:
    """Return how many days from `first` on begin, in a zone, before an instant."""
    found = 0
    for day in days_from(anchor, rhythm):
        if day >= first and start_of_day(day, zone) >= until:
            break
        found += day >= first
    return found


def _day(anchor: date, rhythm: str, number: int) -> date:
    if rhythm == "weekly":
        return anchor + timedelta(days=7 * number)
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor.day, last))
