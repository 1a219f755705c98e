"""Somebody else writes to the store for a while: no archive is lost for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from exporter.archive.reader import Archive
from exporter.runner import patience, room, run
from exporter.runner.rekeying import rekey_waiting
from exporter.runner.run import run_due
from store import database
from store.access import Actor
from store.database import Store
from store.errors import StoreBusy
from store.practice import Practice
from store.use_cases import passwords, unattended
from store.use_cases.unattended import Job
from tests import people
from tests.clocks import FixedClock

SignIn = Callable[[str], Actor]
SECONDS = 0.02
"""How long one call waits here, in place of ten."""


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", SECONDS)


@contextmanager
def locked(practice: Practice) -> Iterator[sqlite3.Connection]:
    """Hold the write lock as another program does."""
    with closing(
        sqlite3.connect(practice.folder.database, isolation_level=None, check_same_thread=False)
    ) as db:
        db.execute("BEGIN IMMEDIATE")
        yield db
        if db.in_transaction:
            db.execute("ROLLBACK")


def keys(practice: Practice) -> int:
    return int(practice.call(Store.value, "SELECT count(*) FROM data_download_key"))


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_store_that_is_busy_all_the_while_an_archive_is_made_does_not_end_it(
    practice: Practice,
    sign_in: SignIn,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
) -> None:
    """Scenario: an import writes from the first row to the last, for less than the lease lasts."""
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    stock = unattended.report
    held: list[sqlite3.Connection] = []
    left_out: list[str] = []

    def report(store: Store, job: Job, progress: unattended.Progress, **how: bool) -> None:
        """Rows are read: somebody begins to write, until the archive is to take its name."""
        if progress.rows_total and not held:
            held.append(sqlite3.connect(store.folder.database, isolation_level=None))
            held[0].execute("BEGIN IMMEDIATE")
            clock.advance(minutes=minutes)
        if progress.is_whole:
            held[0].close()
        try:
            stock(store, job, progress, **how)
        except StoreBusy:
            left_out.append(progress.table)
            raise

    monkeypatch.setattr(run.use_cases, "report", report)

    def tick(*_progress: object) -> None:
        if len(left_out) < 20:
            clock.advance(seconds=1)

    (outcome,) = run_due(practice, tick)
    assert (outcome.state, outcome.reason) == ("ready", "")
    assert len(left_out) > 2
    (file,) = practice.folder.downloads.iterdir()
    with Archive.open(file, people.PASSWORDS["dana"]) as archive:
        assert archive.verify().is_whole


def test_once_the_lease_is_over_a_busy_store_ends_the_attempt_and_says_so(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Somebody else may have it by then; the report that is left out is never the last word."""
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    held: list[sqlite3.Connection] = []

    def sleep_through_the_lease(*_progress: object) -> None:
        if not held:
            held.append(sqlite3.connect(practice.folder.database, isolation_level=None))
            held[0].execute("BEGIN IMMEDIATE")
        clock.advance(unattended.LEASE)

    with pytest.raises(StoreBusy):
        run_due(practice, sleep_through_the_lease)
    held[0].close()
    assert list(practice.folder.downloads.iterdir()) == []
    (outcome,) = run_due(practice)
    assert (outcome.state, outcome.job.attempt) == ("ready", 2)


def refused(_waits: bool) -> None:
    raise StoreBusy("Somebody else is writing.")


def test_a_lease_counts_from_the_report_that_prolonged_it_last(clock: FixedClock) -> None:
    """An export of an hour never makes the kiosk wait for its reports, as long as they get by."""
    lease = patience.Lease(clock)
    waited: list[bool] = []
    for _ in range(8):
        clock.advance(unattended.LEASE / 4)
        lease.prolong(waited.append)
    assert waited == [False] * 8
    clock.advance(unattended.LEASE * 3 / 4)
    lease.prolong(refused)
    clock.advance(unattended.LEASE / 4)
    with pytest.raises(StoreBusy):
        lease.prolong(refused)


def test_a_clock_that_was_set_back_does_not_make_a_lease_last_for_ever(clock: FixedClock) -> None:
    """What the store says of it may be over by then: nobody knows how long it was."""
    lease = patience.Lease(clock)
    clock.advance(-unattended.LEASE)
    with pytest.raises(StoreBusy):
        lease.prolong(refused)


@pytest.mark.parametrize("call", ["claim", "take_keys", "finish", "fail"])
def test_what_must_be_written_waits_longer_than_one_call(
    practice: Practice,
    sign_in: SignIn,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    """Scenario: the store is busy for as long as three calls wait."""
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    if call == "fail":
        monkeypatch.setattr(room, "KEPT_FREE", 10**18)
    stock = getattr(unattended, call)
    times: list[bool] = []

    def busy(store: Store, *arguments: object, **options: object) -> object:
        times.append(True)
        if len(times) > 3:
            return stock(store, *arguments, **options)
        with locked(practice):
            return stock(store, *arguments, **options)

    monkeypatch.setattr(run.use_cases, call, busy)
    (outcome,) = run_due(practice)
    assert len(times) >= 4
    assert (outcome.state, outcome.job.attempt) == ("scheduled" if call == "fail" else "ready", 1)


def test_the_last_look_at_the_lease_is_never_left_out(
    practice: Practice, sign_in: SignIn, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario: all is written, and the store is busy for as long as three calls wait."""
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    stock = unattended.report
    looked: list[bool] = []

    def report(store: Store, job: Job, progress: unattended.Progress, **how: bool) -> None:
        if not progress.is_whole:
            return stock(store, job, progress, **how)
        looked.append(len(looked) == 3)
        if looked[-1]:
            return stock(store, job, progress, **how)
        with locked(practice):
            return stock(store, job, progress, **how)

    monkeypatch.setattr(run.use_cases, "report", report)
    (outcome,) = run_due(practice)
    assert (outcome.state, looked) == ("ready", [False, False, False, True])


def test_an_archive_is_locked_anew_while_the_store_is_busy(
    practice: Practice,
    sign_in: SignIn,
    made: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = "nine blue umbrellas"
    dana = sign_in("dana")
    practice.call(passwords.change_own_password, dana, people.PASSWORDS["dana"], new)
    stock = patience.Lease.prolong
    left_out: list[bool] = []

    def busy(lease: patience.Lease, report: Callable[[bool], None]) -> None:
        with locked(practice):
            stock(lease, report)
        left_out.append(True)

    monkeypatch.setattr(patience.Lease, "prolong", busy)
    monkeypatch.setattr(patience.Lease, "is_older_than", lambda _lease, share: share < 4)
    assert rekey_waiting(practice) == 1
    assert left_out
    with Archive.open(made, new) as archive:
        assert archive.verify().is_whole
