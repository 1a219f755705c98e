"""The days of downloads that repeat (REQUIREMENTS section 6, repeating schedules)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.clock import PACIFIC
from store.rhythms import RHYTHMS, day_after, days_due, days_from, is_day_of


def test_monthly_on_the_31st_is_the_last_day_of_a_shorter_month_and_comes_back() -> None:
    days = list(islice(days_from(date(2027, 12, 31), "monthly"), 5))
    assert days == [
        date(2027, 12, 31),
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]


@pytest.mark.parametrize(("rhythm", "most"), [("weekly", 13), ("monthly", 4)])
def test_ninety_days_hold_so_many(rhythm: str, most: int) -> None:
    """As many as keys are derived for, whatever the day of the year."""
    for shift in range(0, 366, 5):
        start = datetime(2026, 11, 20, 17, tzinfo=UTC) + timedelta(days=shift)
        first = (start + timedelta(days=1)).date()
        until = start + timedelta(days=90)
        assert most - 1 <= days_due(first, rhythm, first, PACIFIC, until) <= most


@given(
    anchor=st.dates(date(2020, 1, 1), date(2100, 1, 1)),
    rhythm=st.sampled_from(RHYTHMS),
    later=st.integers(0, 2000),
)
@settings(max_examples=50)
def test_the_day_after_is_later_near_and_one_of_the_rhythm(
    anchor: date, rhythm: str, later: int
) -> None:
    day = anchor + timedelta(days=later)
    following = day_after(anchor, rhythm, day)
    assert day < following <= day + timedelta(days=31)
    assert is_day_of(anchor, rhythm, following)
    assert following.weekday() == anchor.weekday() if rhythm == "weekly" else True
    assert following.day in (anchor.day, 28, 29, 30) if rhythm == "monthly" else True
