"""Days, instants, sizes and counts in the words that people read.

One rule: nothing here reads a clock or a locale; the zone and the present day are handed in.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
NOTHING = "–"


def day(value: date, *, year: bool = False) -> str:
    """`20 Nov`, or `20 Nov 2026`."""
    text = f"{value.day:02d} {_MONTHS[value.month - 1]}"
    return f"{text} {value.year}" if year else text


def full_day(value: date) -> str:
    """`Sat 21 Nov 2026`."""
    return f"{_DAYS[value.weekday()]} {day(value, year=True)}"


def instant(value: datetime, zone: str, *, year: bool = False, now: datetime | None = None) -> str:
    """`20 Nov 02:00` in the practice's time zone; `20 Nov 2027 02:00` with its year.

    With `now` the year is told where it is another one than the present.
    """
    local = value.astimezone(ZoneInfo(zone))
    is_other = now is not None and local.year != now.astimezone(ZoneInfo(zone)).year
    return f"{day(local.date(), year=year or is_other)} {local:%H:%M}"


def days_left(until: datetime, now: datetime, zone: str) -> str:
    """`27 Nov, 6 days left`; on the last day the time of day, once past `expired`."""
    local = until.astimezone(ZoneInfo(zone))
    days = (until - now).days
    if until <= now:
        return f"{day(local.date())}, expired"
    if days == 0:
        return f"{day(local.date())} {local:%H:%M}, last day"
    return f"{day(local.date())}, {count(days, 'day')} left"


def size(number: int | None) -> str:
    """`236 MB`, three figures at most; `–` where there is none."""
    if number is None:
        return NOTHING
    if number < 1000:
        return f"{number} bytes"
    value = float(number)
    unit = 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    return f"{value:.1f} {_UNITS[unit]}" if value < 9.95 else f"{value:.0f} {_UNITS[unit]}"


def number(value: int | None) -> str:
    """`1,412,000`; `–` where there is none."""
    return NOTHING if value is None else f"{value:,}"


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 day`, `6 days`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def minutes(seconds: float) -> str:
    """`9:58` of minutes and seconds; with hours `1:09:58`."""
    whole = max(0, int(seconds))
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"


def spent(seconds: float) -> str:
    """`4 s`, `7 min`."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 90 else f"{round(whole / 60)} min"


def needs(right: str) -> str:
    """Return the sentence that names a missing right, and where it is granted (D4)."""
    return f"It needs the right {right}. It is granted under Setup > Security > Groups."


def time_left(seconds: float) -> str:
    """`2 s left`, `4 min left`, `1 h 20 min left`."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} s left"
    if whole < 5400:
        return f"{round(whole / 60)} min left"
    return f"{whole // 3600} h {whole % 3600 // 60} min left"


def progress(done: int, total: int) -> str:
    """`34 % of 2,001,344 rows`; before anything is known, `starting`."""
    return f"{100 * done // total} % of {total:,} rows" if total else "starting"
