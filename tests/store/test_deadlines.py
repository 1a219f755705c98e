"""Leases, claims and pauses that a clock set which ran ahead: over, the same in Python and SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from store.clock import instant
from store.deadlines import is_over, over, times
from tests.clocks import START

LONGEST = timedelta(minutes=2)


@pytest.mark.parametrize(
    ("ahead", "wanted"), [(-1, True), (0, True), (1, False), (120, False), (121, True)]
)
def test_it_is_over_when_it_has_come_or_is_further_ahead_than_any_is_set(
    ahead: int, wanted: bool
) -> None:
    assert is_over(instant(START + timedelta(seconds=ahead)), START, LONGEST) is wanted


def test_there_is_none_to_wait_for() -> None:
    assert is_over(None, START, LONGEST)


@given(some.integers(-300, 300), some.integers(1, 300))
def test_python_and_sql_agree(ahead: int, longest: int) -> None:
    until, most = instant(START + timedelta(seconds=ahead)), timedelta(seconds=longest)
    with closing(sqlite3.connect(":memory:")) as db:
        sql = f"SELECT {over('until')} FROM (SELECT :until AS until)"
        (found,) = db.execute(sql, {**times(START, most), "until": until}).fetchone()
    assert bool(found) is is_over(until, START, most)
