"""Days, sizes and counts in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.widgets import words

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
PACIFIC = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_499, "999 kB"),
        (999_600, "1.0 MB"),
        (236_000_000, "236 MB"),
        (24_100_000_000, "24 GB"),
    ],
)
def test_sizes(number: int | None, text: str) -> None:
    assert words.size(number) == text


@given(st.integers(0, 10**15))
def test_a_size_fits_its_column(number: int) -> None:
    assert len(words.size(number)) <= 9


def test_an_instant_is_told_in_the_practices_zone() -> None:
    """D10: the practice's zone, on both sides of the change of daylight-saving time."""
    assert words.instant(datetime(2026, 11, 1, 8, 30, tzinfo=UTC), PACIFIC) == "01 Nov 01:30"
    assert words.instant(datetime(2026, 11, 1, 9, 30, tzinfo=UTC), PACIFIC) == "01 Nov 01:30"


def test_an_instant_of_another_year_is_told_with_it() -> None:
    """The year is that of the practice's zone, where the new one comes later than in UTC."""
    new_year = datetime(2027, 1, 1, 7, 59, tzinfo=UTC)
    assert words.instant(new_year, PACIFIC, now=NOW) == "31 Dec 23:59"
    after = new_year + timedelta(minutes=1)
    assert words.instant(after, PACIFIC, now=NOW) == "01 Jan 2027 00:00"
    assert words.instant(NOW, PACIFIC, year=True).startswith(f"{NOW.day:02d} Nov 2026 ")


@pytest.mark.parametrize(
    ("left", "tail"),
    [
        (timedelta(days=6, hours=2), "6 days left"),
        (timedelta(days=1), "1 day left"),
        (timedelta(hours=3), "last day"),
        (timedelta(0), "expired"),
    ],
)
def test_expiry_is_seen(left: timedelta, tail: str) -> None:
    """D17: expiry is shown."""
    assert words.days_left(NOW + left, NOW, PACIFIC).endswith(tail)


def test_days() -> None:
    assert words.full_day(date(2026, 11, 21)) == "Sat 21 Nov 2026"


@given(st.floats(0, 10**6))
def test_time_left_never_says_minus(seconds: float) -> None:
    assert "-" not in words.time_left(seconds)
    assert words.time_left(seconds).endswith("left")
