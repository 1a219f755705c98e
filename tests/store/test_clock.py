"""Days and instants: D10, in every zone of the world."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.clock import PACIFIC, SystemClock, date_in_zone, instant, moment, start_of_day

ZONES = sorted(available_timezones())
SECOND = timedelta(seconds=1)


@given(
    day=st.dates(date(1972, 2, 1), date(2199, 12, 30)),
    zone=st.sampled_from(ZONES),
)
@example(day=date(2026, 3, 8), zone=PACIFIC)
@example(day=date(2026, 11, 1), zone=PACIFIC)
@example(day=date(2018, 11, 4), zone="America/Sao_Paulo")  # midnight does not exist
@example(day=date(2018, 2, 18), zone="America/Sao_Paulo")  # the hour before midnight comes twice
@example(day=date(2006, 10, 29), zone="America/St_Johns")  # a minute after midnight comes twice
@example(day=date(2011, 12, 31), zone="Pacific/Apia")  # the day before it was left out
@example(day=date(2026, 4, 5), zone="Australia/Lord_Howe")  # half an hour
def test_d10_the_start_of_a_day_is_its_first_moment_in_every_zone(day: date, zone: str) -> None:
    start = start_of_day(day, zone)
    assert date_in_zone(start, zone) >= day
    assert date_in_zone(start - SECOND, zone) < day


def test_d10_a_day_that_a_zone_left_out_starts_with_the_next_one() -> None:
    start = start_of_day(date(2011, 12, 30), "Pacific/Apia")
    assert date_in_zone(start, "Pacific/Apia") == date(2011, 12, 31)
    assert start == start_of_day(date(2011, 12, 31), "Pacific/Apia")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 7, 1), 24)]
)
def test_d10_days_with_a_change_of_daylight_saving_time_have_their_own_length(
    day: date, hours: int
) -> None:
    following = day + timedelta(days=1)
    length = start_of_day(following, PACIFIC) - start_of_day(day, PACIFIC)
    assert length == timedelta(hours=hours)


def test_d10_a_day_in_california_is_not_the_day_in_utc() -> None:
    late = datetime(2026, 11, 21, 7, 59, tzinfo=UTC)
    assert date_in_zone(late, PACIFIC) == date(2026, 11, 20)
    assert date_in_zone(late + timedelta(minutes=1), PACIFIC) == date(2026, 11, 21)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 1, 1)), st.sampled_from(ZONES))
def test_an_instant_reads_back_as_the_same_second(local: datetime, zone: str) -> None:
    aware = local.replace(tzinfo=ZoneInfo(zone))
    assert moment(instant(aware)) == aware.astimezone(UTC).replace(microsecond=0)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 1, 1))


def test_the_computers_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
