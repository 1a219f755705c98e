"""The service: what is due is done when it is due, whatever the clock and the machine do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exporter.runner import watching
from exporter.runner.run import run_due
from store.access import Actor
from store.clock import PACIFIC, instant
from store.errors import StoreBusy, StoreProblem
from store.practice import Practice
from store.use_cases import downloads
from tests import people
from tests.clocks import START, FixedClock
from tests.exporter.runner.killing import KilledRuns, build_practice
from tui.commands.support import until_stopped

SignIn = Callable[[str], Actor]


class Nights:
    """An event whose waiting moves the clock, until an instant; `asleep` makes one wait longer."""

    def __init__(self, clock: FixedClock, until: datetime, asleep: dict[int, timedelta]) -> None:
        self._clock, self._until, self._asleep = clock, until, asleep
        self.waits: list[float] = []

    def is_set(self) -> bool:
        return self._clock.now() >= self._until

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        self._clock.advance(timedelta(seconds=timeout))
        self._clock.advance(self._asleep.pop(len(self.waits), timedelta()))
        return self.is_set()


def watched(
    practice: Practice,
    clock: FixedClock,
    hours: float,
    asleep: dict[int, timedelta] | None = None,
    run: Callable[[], object] | None = None,
) -> tuple[list[datetime], list[str]]:
    """Watch for so many hours; return when it ran, and what it told."""
    begun: list[datetime] = []
    told: list[str] = []

    def once() -> None:
        begun.append(clock.now())
        (run or (lambda: run_due(practice, started_by="watch")))()

    stop = Nights(clock, clock.now() + timedelta(hours=hours), asleep or {})
    watching.watch(practice, once, stop, told.append)
    assert min(stop.waits) >= 1, "busy waiting"
    assert max(stop.waits) <= 60
    return begun, told


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 14), 23), (date(2027, 11, 7), 25)], ids=["spring", "autumn"]
)
def test_d13_on_both_days_when_clocks_change_it_runs_every_hour_and_makes_what_is_due(
    practice: Practice, sign_in: SignIn, clock: FixedClock, day: date, hours: int
) -> None:
    """A timer at 02:30 would skip a night in spring: the table of due instants is the truth."""
    people.scheduled(practice, sign_in("dana"), day)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(PACIFIC)).astimezone(UTC)
    clock.set(midnight - timedelta(minutes=30, seconds=17))
    begun, told = watched(practice, clock, hours + 1)
    assert told == []
    assert begun[1] == midnight
    full_hours = [at for at in begun[1:] if at.minute == 0]
    assert full_hours == [midnight + timedelta(hours=n) for n in range(hours + 1)]
    (made,) = practice.call(downloads.list_downloads, sign_in("dana"))
    assert (made.state, made.started_at) == ("ready", midnight)


def test_a_machine_that_slept_over_midnight_catches_up_when_it_wakes(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"))
    # Nine in the morning; it falls asleep after five minutes and wakes the next day at ten.
    begun, _ = watched(practice, clock, 26, {5: timedelta(hours=25)})
    (made,) = practice.call(downloads.list_downloads, sign_in("dana"))
    assert (made.state, made.started_at) == ("ready", begun[1])
    assert begun[1] - begun[0] == timedelta(hours=25, minutes=5)


def test_what_becomes_due_between_two_hours_is_done_then(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """A try that failed is due again ten minutes later."""
    people.scheduled(practice, sign_in("dana"))
    soon = clock.now() + timedelta(minutes=17, seconds=5)
    people.change_store(practice, "UPDATE data_download SET due_at = ?", instant(soon))

    def put_off() -> None:
        if clock.now() >= soon:
            people.change_store(practice, "UPDATE data_download SET state = 'cancelled'")

    begun, _ = watched(practice, clock, 0.9, run=put_off)
    assert begun == [START, soon]


def test_a_clock_that_was_set_back_and_a_run_that_fails_do_not_stop_it(
    practice: Practice, clock: FixedClock
) -> None:
    def busy() -> None:
        raise StoreBusy("Another program is writing.", do="Try again.")

    begun, told = watched(practice, clock, 3, {90: timedelta(hours=-5)}, busy)
    assert begun[1] - begun[0] == timedelta(hours=1)
    assert any(later < earlier for earlier, later in pairwise(begun))
    assert set(told) == {"The practice store is busy. Another program is writing. Try again."}
    assert len(told) == len(begun) < 12


def test_what_nobody_thought_of_is_told_by_its_name_alone_and_the_service_goes_on(
    practice: Practice, clock: FixedClock
) -> None:
    """Vulnerability: one error ends every hourly run to come, or writes data into a log."""

    def broken() -> None:
        raise PermissionError(13, "no access", "lee-park.zip")

    begun, told = watched(practice, clock, 3, run=broken)
    assert begun[1:] == [begun[0] + timedelta(hours=n) for n in range(1, len(begun))]
    assert len(begun) == 3
    assert set(told) == {"The run ended unexpectedly (PermissionError). The next one goes on."}


def test_sigterm_in_the_middle_of_a_download_gives_it_back(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)

    def terminated(*_progress: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def with_its_reading_process(*_progress: object) -> None:
        """Ctrl+C reaches both at once."""
        terminated()
        raise StoreProblem("The part that reads the practice store ended before it was done.")

    for way in (terminated, with_its_reading_process):
        with until_stopped() as stop:
            (outcome,) = run_due(practice, way, stop.is_set)
        assert (outcome.state, outcome.job.attempt) == ("scheduled", 1 + (way is not terminated))
        assert list(practice.folder.downloads.iterdir()) == []
    (again,) = run_due(practice)
    assert again.state == "ready", "due at once, not after the pause of a failure"


def test_the_service_ends_cleanly_at_sigterm(practice_data: Path) -> None:
    program = "from tui.commands import main; main()"
    words = ["runner", "watch", "--data", str(practice_data), "--pgid", str(people.PGID)]
    service = subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert service.stdout is not None
    assert b"Watching practice 1000." in service.stdout.readline()
    service.send_signal(signal.SIGTERM)
    out, err = service.communicate(timeout=60)
    assert (service.returncode, out, err) == (0, b"Stopped.\n", b"")


def test_the_service_tells_programs_each_download_on_a_line(tmp_path: Path) -> None:
    build_practice(tmp_path / "data", rows=10)
    KilledRuns(tmp_path / "data").schedule()
    program = "from tui.commands import main; main()"
    words = ["runner", "watch", "--json", "--data", str(tmp_path / "data")]
    service = subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert service.stdout is not None
    told = json.loads(service.stdout.readline())
    assert (told["download"], told["state"], told["attempt"]) == (1, "ready", 1)
    service.send_signal(signal.SIGTERM)
    out, err = service.communicate(timeout=60)
    assert (service.returncode, out) == (0, b"")
    assert err.startswith(b"Watching practice 1000.")
