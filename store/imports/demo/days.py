"""The days of the demo practice: which it works, and instants on them in its time zone.

One rule: everything is counted from the practice's present day, which the store's clock tells.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

YEARS_BACK = 9
DAYS_BACK = YEARS_BACK * 366
DAYS_AHEAD = 420
MINUTES_A_DAY = 24 * 60

_HOLIDAYS = {(1, 1): "New Year's Day", (7, 4): "Independence Day", (12, 25): "Christmas Day"}
_TIMES = tuple(f"T{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(MINUTES_A_DAY))


class Days:
    """Days by position: 0 is the first day of the practice's history.

    Attributes:
        first: the calendar date of position 0.
        today: the position of the present day; nothing has happened on it yet.
        last: the last position.
        iso: each day as `YYYY-MM-DD`.
        year: each day's year.
    """

    def __init__(self, today: date, zone: str) -> None:
        self.first = today - timedelta(days=DAYS_BACK)
        self.today = DAYS_BACK
        self.last = DAYS_BACK + DAYS_AHEAD
        # A week beyond the last, so that every day has a working day after it, and one before the
        # first, reached as position -1, which is the end of the list.
        dates = [self.first + timedelta(days=n) for n in range(self.last + 8)]
        self.iso = [day.isoformat() for day in dates]
        self.iso.append((self.first - timedelta(days=1)).isoformat())
        self.year = [day.year for day in dates]
        self._offset = [_minutes_ahead_of_utc(day, zone) for day in dates]
        self._next_open = _next_open_days(dates)

    def is_open(self, day: int) -> bool:
        """Tell whether the practice works on a day."""
        return self._next_open[day] == day

    def date_text(self, day: int) -> str:
        """Return any day as text, also one before the history."""
        return (self.first + timedelta(days=day)).isoformat()

    def holiday(self, day: int) -> str:
        """Return the name of the holiday on a day; empty on other days."""
        return holiday(self.first + timedelta(days=day))

    def next_open(self, day: int) -> int:
        """Return the first working day on or after a day; no later than the last."""
        return self._next_open[min(max(day, 0), self.last)]

    def years_ago(self, day: int) -> int:
        """Return how many calendar years before the present one a day lies, from 0 up."""
        return max(self.year[self.today] - self.year[day], 0)

    def past(self, day: int) -> str:
        """Return a day as text, held within the history and no later than today."""
        return self.iso[min(max(day, 0), self.today)]

    def coming(self, day: int) -> str:
        """Return a day as text, held within the history and the time ahead."""
        return self.iso[min(max(day, 0), self.last)]

    def entered(self, day: int, minute: int) -> str:
        """Return an instant for a row that was entered on a day: in the history, before today."""
        return self.instant(min(max(day, 0), self.today - 1), minute)

    def instant(self, day: int, minute: int) -> str:
        """Return the instant of a local minute of a day, in UTC as the store keeps it."""
        utc = minute - self._offset[day]
        return self.iso[day + utc // MINUTES_A_DAY] + _TIMES[utc % MINUTES_A_DAY]


def holiday(day: date) -> str:
    """Return the name of the holiday for which the practice is closed; empty on other days."""
    fixed = _HOLIDAYS.get((day.month, day.day), "")
    fourth_thursday = day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28
    return "Thanksgiving" if fourth_thursday else fixed


def _next_open_days(dates: list[date]) -> list[int]:
    following = [len(dates) - 1] * len(dates)
    for position in range(len(dates) - 2, -1, -1):
        day = dates[position]
        closed = day.weekday() >= 5 or holiday(day) != ""
        following[position] = following[position + 1] if closed else position
    return following


def _minutes_ahead_of_utc(day: date, zone: str) -> int:
    # Clocks change at night; within working hours the offset is the one of noon.
    offset = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) // 60
