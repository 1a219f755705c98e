"""The real runner, killed, stopped, starved and put to sleep: the next run makes it whole."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from exporter.runner.run import run_due
from store import download_keys
from store.access import Actor
from store.clock import date_in_zone
from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.runner.killing import (
    KilledRuns,
    build_practice,
    kill_at_random,
)
from tests.exporter.runner.real_runner import start_runner

SignIn = Callable[[str], Actor]


@pytest.fixture
def runs(tmp_path: Path) -> KilledRuns:
    """A practice whose downloads real runners make, by the computer's own clock."""
    build_practice(tmp_path / "data", rows=4_000)
    return KilledRuns(tmp_path / "data")


def test_killed_at_random_moments_nothing_half_and_no_key_twice(runs: KilledRuns) -> None:
    """Vulnerability: a key that serves two texts, half an archive (D13, D14).

    The runner, its reading process or both are killed for real; every check is in `killing`.
    `benchmarks/kills.py` does the same hundreds of times, and at every system call that writes.
    """
    kills = 6
    kill_at_random(runs, kills, random.Random(20261120), chain=3)
    assert runs.stages.total() == kills
    assert runs.stages.keys() - {"before it was claimed", "ready"}, "none hit the work itself"
    entries = download_keys.entries_per_archive()
    assert len(runs.salts) >= runs.archives * entries


def test_three_kills_in_a_row_leave_the_fourth_attempt_its_keys(runs: KilledRuns) -> None:
    """DESIGN, life of a download: a try and three more, each with keys of its own."""
    runs.schedule()
    # Not the reading process alone: it may have handed on all it has before it is stopped.
    for victim in ("both", "runner", "both"):
        runs.stages.clear()
        _stop_once_it_writes(runs, victim)
        runs.let_the_lease_end()
    runs.finish()
    assert runs.attempts == {4: 1}
    assert len(runs.salts) > download_keys.entries_per_archive()


def _stop_once_it_writes(runs: KilledRuns, victim: str) -> None:
    left = _parts(runs)
    process = start_runner(runs.data)
    _stop_at_the_archive(runs, process, left)
    runs.kill(process, victim)
    process.communicate()
    runs.check(victim)


def _parts(runs: KilledRuns) -> set[tuple[int, int]]:
    """Return which temporary files have content: those of an earlier attempt are others."""
    found = set()
    for part in runs.downloads.glob(".*.part"):
        with suppress(FileNotFoundError):
            if (stat := part.stat()).st_size:
                found.add((stat.st_ino, stat.st_mtime_ns))
    return found


def _stop_at_the_archive(
    runs: KilledRuns, process: subprocess.Popen[str], left: set[tuple[int, int]]
) -> None:
    """Stop a runner and its reading process while they write and hold no lock on the store."""
    database = runs.data / str(people.PGID) / "practice.db"
    while True:
        while not _parts(runs) - left:
            assert process.poll() is None, "it was done before it could be stopped"
        os.killpg(process.pid, signal.SIGSTOP)
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.killpg(process.pid, signal.SIGCONT)
            else:
                return


def test_a_stalled_runner_is_taken_over_and_changes_nothing_when_it_wakes(
    runs: KilledRuns,
) -> None:
    """Vulnerability: two runners write one archive. Real processes, one of them stopped."""
    runs.schedule()
    first = start_runner(runs.data)
    _stop_at_the_archive(runs, first, set())
    second = start_runner(runs.data)
    out, _err = second.communicate()
    assert "Nothing is due" in out, "its lease still runs"
    assert list(runs.downloads.glob(".*.part")), "what is being written was swept"
    runs.let_the_lease_end()
    third = start_runner(runs.data)
    out, err = third.communicate()
    assert third.returncode == 0, err
    made = _archive_of(runs)
    os.killpg(first.pid, signal.SIGCONT)
    _out, err = first.communicate()
    assert first.returncode == 1
    assert "lost" in err
    assert "Traceback" not in err
    assert _archive_of(runs) == made
    runs.check()
    assert runs.stages == {"ready": 1}


def _archive_of(runs: KilledRuns) -> tuple[str, bytes]:
    (file,) = runs.downloads.iterdir()
    return file.name, file.read_bytes()


@pytest.mark.parametrize("room", [64, 1_000])
def test_without_room_on_the_disk_nothing_is_left_and_it_is_tried_again(
    runs: KilledRuns, room: int
) -> None:
    """`ulimit -f` (KiB) of the whole process stands in for the disk: store, log and archive."""
    runs.schedule()
    process = start_runner(runs.data, "bash", "-c", f'ulimit -f {room}; exec "$@"', "bash")
    _out, err = process.communicate()
    assert process.returncode == 1
    assert "Traceback" not in err
    assert "unexpected" not in err.lower()
    assert list(runs.downloads.iterdir()) == []
    runs.check()
    runs.finish()


def test_folders_that_cannot_be_written_to_are_told_and_it_is_tried_again(
    runs: KilledRuns,
) -> None:
    runs.schedule()
    # Root may write everywhere until it gives that up.
    plain = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
    for folder, told in ((runs.downloads, "Permission denied"), (runs.downloads.parent, "owns")):
        folder.chmod(0o500)
        try:
            process = start_runner(runs.data, *plain)
            _out, err = process.communicate()
        finally:
            folder.chmod(0o700)
        assert process.returncode == 1
        assert told in err or "cannot be read or written" in err
        assert "unexpected" not in err.lower()
        runs.check()
    runs.finish()


def test_a_computer_asleep_over_midnight_goes_on_when_it_wakes(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """D13: the run began before it slept; nobody took it over, so what it made counts."""
    clock.set(datetime(2026, 11, 21, 7, 50, tzinfo=UTC))
    people.scheduled(practice, sign_in("dana"))
    clock.advance(minutes=15)
    naps = [timedelta(hours=8)]

    def sleep_once(*_progress: object) -> None:
        if naps:
            clock.advance(naps.pop())

    (outcome,) = run_due(practice, sleep_once)
    assert outcome.state == "ready"
    assert not naps
    assert run_due(practice) == []
    (file,) = practice.folder.downloads.iterdir()
    assert file.name.startswith(f"{people.PGID}-2026-11-21-")


def test_a_clock_set_back_makes_nothing_early_and_nothing_twice(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=-400)
    assert run_due(practice) == []
    clock.advance(days=401)

    def set_back(*_progress: object) -> None:
        clock.set(datetime(2026, 11, 19, tzinfo=UTC))

    (outcome,) = run_due(practice, set_back)
    assert outcome.state == "ready"
    assert run_due(practice) == []
    clock.advance(days=3)
    assert run_due(practice) == []
    assert len(list(practice.folder.downloads.iterdir())) == 1


@pytest.mark.parametrize("day", ["2027-03-14", "2027-11-07"])
def test_hourly_runs_make_it_once_on_a_day_of_23_or_25_hours(
    practice: Practice, sign_in: SignIn, clock: FixedClock, day: str
) -> None:
    """D10, D13: due from the first moment of its day in the practice's zone, and made once."""
    changes = datetime.fromisoformat(day).date()
    people.scheduled(practice, sign_in("dana"), changes)
    clock.set(datetime.combine(changes, time(4), UTC))
    made_at = []
    for _hour in range(14):
        clock.advance(hours=1)
        made_at += [clock.now() for outcome in run_due(practice) if outcome.state == "ready"]
    (at,) = made_at
    zone = "America/Los_Angeles"
    assert date_in_zone(at, zone) == changes
    assert date_in_zone(at - timedelta(hours=1), zone) == changes - timedelta(days=1)
