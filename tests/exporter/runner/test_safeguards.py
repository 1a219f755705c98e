"""What the unattended run looks at once more, and what it tells when it ends otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.archive.writer import ArchiveWriter
from exporter.runner import making, run
from exporter.runner.run import run_due
from store import audit_heads
from store.access import Actor
from store.database import Store
from store.errors import StoreProblem
from store.practice import Practice
from store.use_cases import downloads, running, unattended
from tests import people
from tests.clocks import FixedClock

SignIn = Callable[[str], Actor]


def test_an_error_that_nobody_thought_of_is_noted_by_its_name_and_ends_the_run(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Its text may hold data, so only its name is told; the download is tried again."""
    number = people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)

    def break_off(*_progress: object) -> None:
        raise ZeroDivisionError("Nguyen, 1984-03-14")

    with pytest.raises(ZeroDivisionError):
        run_due(practice, break_off)
    shown = practice.call(downloads.list_downloads, sign_in("dana"))[0]
    assert (shown.download_id, shown.state) == (number, "scheduled")
    assert shown.error == "Unexpected: ZeroDivisionError."
    assert list(practice.folder.downloads.iterdir()) == []
    clock.advance(hours=1)
    assert [outcome.state for outcome in run_due(practice)] == ["ready"]


def test_who_is_told_that_it_was_cancelled_reads_no_other_reason_if_it_is_stopped_as_well(
    practice: Practice, sign_in: SignIn, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario: somebody cancels it in the kiosk, and at once the service is stopped."""
    number = people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    kim = sign_in("kim")
    stock = unattended.report
    stopped: list[bool] = []

    def report(store: Store, job: unattended.Job, *what: object, **how: bool) -> None:
        running.request_cancel(store, kim, number)
        stopped.append(True)
        stock(store, job, *what, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(run.use_cases, "report", report)
    (outcome,) = run_due(practice, cancelled=lambda: bool(stopped))
    assert (outcome.state, outcome.reason) == ("cancelled", "The run was cancelled.")


def test_the_lease_is_looked_at_once_more_before_an_archive_takes_its_name(
    practice: Practice, sign_in: SignIn, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vulnerability: a runner whose lease is over puts its archive over another's.

    Scenario: it is cancelled after the last row. Verified: no file ever has the name.
    """
    number = people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    kim = sign_in("kim")
    stock = making.write_descriptions
    named: list[Path] = []

    def describe(writer: ArchiveWriter, *what: object) -> None:
        practice.call(running.request_cancel, kim, number)
        stock(writer, *what)  # type: ignore[arg-type]

    def finish(store: Store, *_what: object) -> None:
        named.extend(store.folder.downloads.glob("*.zip"))

    monkeypatch.setattr(making, "write_descriptions", describe)
    monkeypatch.setattr(run.use_cases, "finish", finish)
    (outcome,) = run_due(practice)
    assert (outcome.state, named) == ("cancelled", [])
    assert list(practice.folder.downloads.iterdir()) == []


def test_a_head_that_cannot_be_written_is_found_out_before_a_key_is_spent(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Scenario: a link stands where the heads are kept: it can be read, and is not written to."""
    dana = sign_in("dana")
    people.scheduled(practice, dana)
    heads = audit_heads.path_of(practice.folder)
    elsewhere = heads.with_name("elsewhere")
    elsewhere.write_bytes(heads.read_bytes() if heads.exists() else b"")
    heads.unlink(missing_ok=True)
    heads.symlink_to(elsewhere)
    clock.advance(days=1)
    with pytest.raises(StoreProblem, match="heads"):
        run_due(practice)
    shown = practice.call(downloads.list_downloads, sign_in("dana"))[0]
    used = practice.call(
        Store.value, "SELECT count(*) FROM data_download_key WHERE used_at IS NOT NULL"
    )
    assert (shown.state, shown.attempts, used) == ("scheduled", 0, 0)
    heads.unlink()
    elsewhere.rename(heads)
    clock.advance(hours=1)
    assert [(one.state, one.job.attempt) for one in run_due(practice)] == [("ready", 1)]
