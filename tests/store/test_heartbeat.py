"""The heartbeat: when it last ran, when it runs next, and the alarm when it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from store import download_keys
from store.access import Actor, unattended
from store.clock import PACIFIC
from store.database import Store
from store.heartbeat import RUNS_KEPT, next_hour
from store.practice import Practice
from store.use_cases import heartbeat, home
from store.use_cases import unattended as run
from tests import people
from tests.clocks import FixedClock

RUNNER = unattended("night")
SignIn = Callable[[str], Actor]


def ran(practice: Practice, by: str, outcome: str = "done") -> None:
    number = practice.call(heartbeat.begin_run, RUNNER, "here", by)
    practice.call(heartbeat.end_run, RUNNER, number, outcome)


def words(practice: Practice) -> str:
    return practice.call(heartbeat.pulse).words


def test_a_run_that_ended_with_an_error_says_so(practice: Practice, clock: FixedClock) -> None:
    number = practice.call(heartbeat.begin_run, RUNNER, "here", "hand")
    practice.call(heartbeat.end_run, RUNNER, number, "broken", error="The folder is gone.")
    assert words(practice) == "last 09:00, ended with an error (The folder is gone)"
    clock.advance(minutes=10)
    ran(practice, "hand")
    assert words(practice) == "last 09:10, by hand"


def test_home_tells_last_and_next_or_the_alarm(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    kim = sign_in("kim")
    assert words(practice) == "has never run"
    ran(practice, "hand")
    clock.advance(minutes=10)
    assert words(practice) == "last 09:00, by hand"
    ran(practice, "timer")
    clock.advance(minutes=5)
    assert words(practice) == "last 09:10, next 10:00"
    clock.advance(hours=1, minutes=55)
    assert not practice.call(heartbeat.pulse).is_silent
    clock.advance(seconds=1)
    assert words(practice) == "has not run since 09:10"
    people.scheduled(practice, kim)
    assert not any(n.place == "export_runner" for n in practice.call(home.home, kim).notices)
    clock.advance(days=1)
    view = practice.call(home.home, sign_in("kim"))
    note = next(place.note for place in view.places if place.code == "export_runner")
    assert note == "has not run since 20 Nov 09:10; 1 scheduled"
    (alarm,) = [n.text for n in view.notices if n.place == "export_runner"]
    assert alarm == "1 download is due, but the nightly run has not run since 20 Nov 09:10."
    seen_by_ana = practice.call(home.home, sign_in("ana"))
    assert not any(n.place == "export_runner" for n in seen_by_ana.notices)


def test_a_run_that_was_killed_is_told_from_one_that_ended_and_old_ones_go(
    practice: Practice,
) -> None:
    for _ in range(RUNS_KEPT + 5):
        ran(practice, "timer")
    practice.call(heartbeat.begin_run, RUNNER, "here", "watch")
    last = practice.call(heartbeat.pulse).last
    assert last is not None
    assert (last.started_by, last.ended_at, last.outcome) == ("watch", None, "")
    assert practice.call(Store.value, "SELECT count(*) FROM runner_run") == RUNS_KEPT


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        # Spring: after 01:59 Pacific comes 03:00; autumn: 01:59 comes twice.
        ("2027-03-14T09:59:59", "2027-03-14T10:00:00"),
        ("2027-11-07T08:59:30", "2027-11-07T09:00:00"),
        ("2027-11-07T09:00:00", "2027-11-07T10:00:00"),
    ],
)
def test_the_next_hour_is_neither_skipped_nor_repeated(now: str, wanted: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_hour(at, PACIFIC) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)
    # A zone whose hours begin at another minute has its own.
    assert next_hour(at, "Asia/Kathmandu").minute == 15


def test_a_run_by_a_clock_that_ran_ahead_does_not_hide_that_nothing_runs_any_more(
    practice: Practice, clock: FixedClock
) -> None:
    """Clock: three days ahead at the last run, and set right; the timer was lost with it."""
    clock.advance(days=3)
    ran(practice, "timer")
    clock.advance(days=-3)
    assert practice.call(heartbeat.pulse).is_silent
    assert words(practice) == "has not run since 23 Nov 09:00"


def test_what_was_given_back_counts_only_where_its_keys_are_gone(
    practice: Practice, due: int
) -> None:
    for _ in range(6):
        job = practice.call(run.claim, RUNNER, "r")
        assert job is not None
        assert job.attempt == 1
        back = practice.call(run.give_back, RUNNER, job, "Stopped.", keys_taken=False)
        assert back == "scheduled"
    states = []
    for _ in range(download_keys.ATTEMPTS):
        job = practice.call(run.claim, RUNNER, "r")
        assert job is not None
        practice.call(run.take_keys, RUNNER, job, download_keys.entries_per_archive())
        states.append(practice.call(run.give_back, RUNNER, job, "Stopped."))
    assert states == ["scheduled", "scheduled", "scheduled", "failed"]
    assert practice.call(run.claim, RUNNER, "r") is None


def test_a_run_that_is_stopped_while_a_cancel_waits_is_cancelled(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"))
    clock.advance(timedelta(days=1))
    job = practice.call(run.claim, RUNNER, "r")
    assert job is not None
    people.change_store(practice, "UPDATE data_download SET cancel_requested = 1")
    assert practice.call(run.give_back, RUNNER, job, "Stopped.") == "cancelled"
