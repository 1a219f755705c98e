"""The unattended run in the store: lease, fence, tries, cancelling, and being killed (D13, D14)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from store import audit, audit_heads, download_keys
from store.access import Actor, unattended
from store.archive_key import EntryKey
from store.database import Store
from store.download_series import Repeat
from store.errors import Conflict, Refused, StoreProblem
from store.practice import Practice
from store.use_cases import running
from store.use_cases import unattended as run
from store.use_cases.unattended import CancelAsked, Job, LeaseLost, Made, Progress
from tests.clocks import START, FixedClock
from tests.conftest import PROJECT
from tests.people import PGID, change_store, scheduled

SignIn = Callable[[str], Actor]
RUNNER = unattended("night")
SOME = Progress("patient", 10, 100, 1000)


def claimed(practice: Practice, holder: str = "runner 1") -> Job:
    job = practice.call(run.claim, RUNNER, holder)
    assert job is not None
    return job


def row_of(practice: Practice, number: int) -> dict[str, object]:
    found = practice.call(
        Store.one, "SELECT * FROM data_download WHERE data_download_id = ?", (number,)
    )
    assert found is not None
    return dict(found)


def made_of(job: Job, clock: FixedClock) -> Made:
    return Made(clock.now(), f"1000-{job.run_on}-{job.download_id:04d}.zip", 9, "0" * 64, ())


def keys_left(practice: Practice) -> int:
    return int(
        practice.call(
            Store.value, "SELECT count(*) FROM data_download_key WHERE sealed_key IS NOT NULL"
        )
    )


def test_d13_due_from_the_first_moment_of_its_day_and_not_before(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    number = scheduled(practice, sign_in("dana"))
    clock.set(START.replace(day=21, hour=7, minute=59, second=59))
    assert practice.call(run.claim, RUNNER, "runner 1") is None
    clock.advance(seconds=1)
    assert claimed(practice).download_id == number


def test_d13_a_machine_that_was_off_for_weeks_catches_up(
    practice: Practice, due: int, clock: FixedClock
) -> None:
    clock.advance(days=40)
    assert claimed(practice).download_id == due


def test_what_is_due_first_is_made_first(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana = sign_in("dana")
    later = scheduled(practice, dana, START.date() + timedelta(days=3))
    sooner = scheduled(practice, dana, START.date() + timedelta(days=2))
    clock.advance(days=5)
    assert [claimed(practice).download_id for _ in range(2)] == [sooner, later]


def test_attack_two_runners_never_hold_one_download(
    practice: Practice, practice_data: Path, due: int, clock: FixedClock
) -> None:
    """Scenario: the timer and a person start the run at the same moment, on two computers."""
    others = [Practice.open(practice_data, PGID, clock) for _ in range(4)]
    jobs: list[Job | None] = []
    threads = [
        threading.Thread(target=lambda p=p: jobs.append(p.call(run.claim, RUNNER, "r")))
        for p in others
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert [job.download_id for job in jobs if job] == [due]


def test_a_runner_without_a_sign_for_two_minutes_counts_as_dead(
    practice: Practice, due: int, clock: FixedClock
) -> None:
    first = claimed(practice, "runner 1")
    clock.advance(minutes=1, seconds=59)
    practice.call(run.report, first, SOME)
    clock.advance(minutes=1, seconds=59)
    assert practice.call(run.claim, RUNNER, "runner 2") is None
    clock.advance(seconds=1)
    second = claimed(practice, "runner 2")
    assert (second.download_id, second.fence, second.attempt) == (due, first.fence + 1, 2)


def test_attack_a_runner_that_was_thought_dead_writes_nothing_more(
    practice: Practice, due: int, clock: FixedClock
) -> None:
    """Vulnerability: a runner that slept for an hour wakes up and goes on.

    Scenario: another one has taken over, and the first reports, takes keys, finishes and fails.
    Verified: each is refused, and the second one's work stays as it is.
    """
    stale = claimed(practice, "runner 1")
    clock.advance(minutes=2)
    fresh = claimed(practice, "runner 2")
    before, left = row_of(practice, due), keys_left(practice)
    for use_case, arguments in (
        (run.report, (stale, SOME)),
        (run.take_keys, (RUNNER, stale, 1)),
        (run.finish, (RUNNER, stale, made_of(stale, clock))),
        (run.fail, (RUNNER, stale, "late")),
    ):
        with pytest.raises(LeaseLost):
            practice.call(use_case, *arguments)
    assert (row_of(practice, due), keys_left(practice)) == (before, left)
    practice.call(run.finish, RUNNER, fresh, made_of(fresh, clock))
    with pytest.raises(LeaseLost):
        practice.call(run.finish, RUNNER, stale, made_of(stale, clock))
    assert row_of(practice, due)["state"] == "ready"


def test_attack_a_user_cannot_finish_or_claim_in_the_runners_place(
    practice: Practice, sign_in: SignIn, due: int, clock: FixedClock
) -> None:
    kim = sign_in("kim")
    job = claimed(practice)
    for use_case, arguments in (
        (run.claim, (kim, "kim")),
        (run.sweep, (kim,)),
        (run.take_keys, (kim, job, 1)),
        (run.finish, (kim, job, made_of(job, clock))),
        (run.fail, (kim, job, "x")),
    ):
        with pytest.raises(Refused, match="Only the unattended run"):
            practice.call(use_case, *arguments)


def test_a_download_is_tried_four_times_and_then_failed(
    practice: Practice, due: int, clock: FixedClock
) -> None:
    """DESIGN: tried again up to three times, with fresh keys each time."""
    salts: set[bytes] = set()
    per_archive = download_keys.entries_per_archive()
    for attempt in (1, 2, 3, 4):
        job = claimed(practice)
        assert job.attempt == attempt
        salts |= {key.salt for key in practice.call(run.take_keys, RUNNER, job, per_archive)}
        state = practice.call(run.fail, RUNNER, job, "The disk is full.")
        assert practice.call(run.claim, RUNNER, "runner 1") is None
        clock.advance(minutes=10)
    assert state == "failed"
    assert len(salts) == 4 * per_archive
    assert row_of(practice, due)["error"] == "The disk is full."
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0
    assert practice.call(run.claim, RUNNER, "runner 1") is None


def test_a_download_whose_runners_all_died_is_failed_and_says_so(
    practice: Practice, due: int, clock: FixedClock
) -> None:
    for _ in range(4):
        claimed(practice)
        clock.advance(minutes=2)
    assert practice.call(run.claim, RUNNER, "runner 1") is None
    row = row_of(practice, due)
    assert (row["state"], row["error"]) == ("failed", "The runner stopped before it was done.")
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0


def test_finishing_destroys_every_key_that_is_left(
    practice: Practice, due: int, clock: FixedClock
) -> None:
    job = claimed(practice)
    practice.call(run.take_keys, RUNNER, job, download_keys.entries_per_archive())
    assert keys_left(practice) > 0
    practice.call(run.finish, RUNNER, job, made_of(job, clock))
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0
    row = row_of(practice, due)
    assert (row["state"], row["lease_holder"], row["lease_until"]) == ("ready", None, None)


def test_an_attempt_that_needs_more_keys_than_there_are_fails_loudly(
    practice: Practice, due: int
) -> None:
    job = claimed(practice)
    with pytest.raises(StoreProblem, match="are left"):
        practice.call(run.take_keys, RUNNER, job, 10_000)


@pytest.mark.parametrize("repeat", [None, Repeat("weekly")])
def test_that_keys_were_taken_stands_outside_the_database_before_anybody_has_them(
    practice: Practice,
    sign_in: SignIn,
    clock: FixedClock,
    repeat: Repeat | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vulnerability: an older database that shows against no head hands the same keys out again."""
    scheduled(practice, sign_in("dana"), repeat=repeat)
    clock.advance(days=1)
    job = claimed(practice)

    def refused(*_arguments: object) -> None:
        raise StoreProblem("audit-heads.log cannot be written.")

    with monkeypatch.context() as patch:
        patch.setattr(audit_heads, "write", refused)
        with pytest.raises(StoreProblem, match="cannot be written"):
            practice.call(run.take_keys, RUNNER, job, 3)
    assert len(practice.call(run.take_keys, RUNNER, job, 3)) == 3
    head = audit_heads.read(practice.folder, practice.call(lambda store: store.sealer)).newest
    event = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert head is not None
    assert event is not None
    assert (event["action"], event["object"]) == ("runner.keys", f"data_download:{job.download_id}")
    assert (head.seq, head.hash) == (event["seq"], event["hash"])


def test_cancelling_a_run_needs_the_right_and_reaches_the_runner(
    practice: Practice, sign_in: SignIn, due: int
) -> None:
    job = claimed(practice)
    with pytest.raises(Refused, match="Export Runner: Full Control"):
        practice.call(running.request_cancel, sign_in("dana"), due)
    practice.call(running.request_cancel, sign_in("kim"), due)
    with pytest.raises(CancelAsked):
        practice.call(run.report, job, SOME)
    assert practice.call(run.fail, RUNNER, job, "Stopped.", cancelled=True) == "cancelled"
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0
    with pytest.raises(Conflict, match="not being made"):
        practice.call(running.request_cancel, sign_in("kim"), due)


def test_a_cancel_that_came_first_wins_over_finishing(
    practice: Practice, sign_in: SignIn, due: int, clock: FixedClock
) -> None:
    job = claimed(practice)
    practice.call(run.report, job, SOME)
    practice.call(running.request_cancel, sign_in("kim"), due)
    with pytest.raises(CancelAsked):
        practice.call(run.finish, RUNNER, job, made_of(job, clock))
    assert row_of(practice, due)["state"] == "running"
    assert practice.call(run.fail, RUNNER, job, "Stopped.", cancelled=True) == "cancelled"


def test_a_cancel_is_not_forgotten_when_the_runner_dies(
    practice: Practice, sign_in: SignIn, due: int, clock: FixedClock
) -> None:
    claimed(practice)
    practice.call(running.request_cancel, sign_in("kim"), due)
    clock.advance(minutes=2)
    assert practice.call(run.claim, RUNNER, "runner 2") is None
    assert row_of(practice, due)["state"] == "cancelled"
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0


def test_a_cancel_is_not_forgotten_when_the_attempt_fails(
    practice: Practice, sign_in: SignIn, due: int
) -> None:
    job = claimed(practice)
    practice.call(running.request_cancel, sign_in("kim"), due)
    assert practice.call(run.fail, RUNNER, job, "The disk is full.") == "cancelled"


def test_bringing_forward_needs_security_and_makes_all_due(
    practice: Practice, sign_in: SignIn
) -> None:
    dana, kim = sign_in("dana"), sign_in("kim")
    scheduled(practice, dana, START.date() + timedelta(days=30))
    with pytest.raises(Refused, match="Setup - Security: Full Control"):
        practice.call(running.bring_forward, dana)
    assert practice.call(run.claim, RUNNER, "runner 1") is None
    assert practice.call(running.bring_forward, kim) == 1
    assert claimed(practice)


def test_the_queue_is_for_those_who_may_see_it(
    practice: Practice, sign_in: SignIn, due: int
) -> None:
    kim = sign_in("kim")
    assert [d.download_id for d in practice.call(running.queue, kim).waiting] == [due]
    job = claimed(practice)
    practice.call(run.report, job, SOME)
    view = practice.call(running.queue, kim)
    assert [(d.progress_table, d.progress_rows) for d in view.running] == [("patient", 10)]
    assert view.waiting == ()
    with pytest.raises(Refused):
        practice.call(running.queue, sign_in("ana"))


def test_sweeping_keeps_what_is_ready_and_what_is_being_made(
    practice: Practice, sign_in: SignIn, due: int, clock: FixedClock
) -> None:
    job = claimed(practice)
    kept = practice.call(run.sweep, RUNNER)
    assert (kept.files, kept.being_made) == (frozenset(), {(job.run_on, due)})
    practice.call(run.finish, RUNNER, job, made_of(job, clock))
    kept = practice.call(run.sweep, RUNNER)
    assert (kept.files, kept.being_made) == ({made_of(job, clock).file_name}, frozenset())


# Killed at any statement.


def child(data: Path, deadly: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.store.killed_child", str(data), str(deadly)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def statements(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many statements the child runs when nobody kills it."""
    data = tmp_path_factory.mktemp("unharmed") / "data"
    shutil.copytree(practice_template, data)
    unharmed = child(data, 0)
    assert unharmed.returncode == 0, unharmed.stderr
    return int(unharmed.stdout.split()[-1])


@pytest.mark.parametrize("point", range(24))
def test_attack_killing_the_program_never_makes_a_key_serve_twice(
    practice_data: Path, clock: FixedClock, statements: int, point: int
) -> None:
    """Vulnerability: a key handed out, but not yet marked, is handed out again after a crash.

    Scenario: a process that schedules, claims and takes keys is killed (SIGKILL) at many points.
    Verified: the store opens whole, states fit one another, and of the keys it can still hand
    out none is one that the dead process had.
    """
    deadly = 1 + point * statements // 24
    dead = child(practice_data, deadly)
    assert dead.returncode == -9, dead.stderr
    handed_out = dead.stdout.split()
    with Practice.open(practice_data, PGID, clock) as practice:
        assert practice.call(Store.value, "PRAGMA integrity_check") == "ok"
        assert practice.call(Store.rows, "PRAGMA foreign_key_check") == []
        practice.call(audit.verify)
        _check_states(practice)
        clock.advance(days=2)
        again = _all_keys_left(practice)
    assert not set(handed_out) & {key.salt.hex() for key in again}
    assert len({key.salt for key in again}) == len(again)


def _check_states(practice: Practice) -> None:
    per_archive = download_keys.entries_per_archive()
    for row in practice.call(Store.rows, "SELECT * FROM data_download"):
        number = (row["data_download_id"],)
        left = practice.call(
            Store.value,
            "SELECT count(*) FROM data_download_key WHERE data_download_id = ?"
            " AND sealed_key IS NOT NULL AND used_at IS NULL",
            number,
        )
        # Keys go by whole attempts, and never fewer than the attempts that are left need.
        assert left % per_archive == 0
        assert left // per_archive >= download_keys.ATTEMPTS - row["attempts"]
        assert row["state"] in ("requested", "scheduled", "running")
        assert (row["state"] == "running") == (row["lease_holder"] is not None)
        assert (row["state"] == "requested") == (row["scheduled_at"] is None)


def _all_keys_left(practice: Practice) -> list[EntryKey]:
    """Take over from the dead process and be handed every key that it left."""
    job = practice.call(run.claim, RUNNER, "survivor")
    if job is None:
        waiting = practice.call(
            Store.value, "SELECT count(*) FROM data_download WHERE state <> 'requested'"
        )
        assert waiting == 0
        return []
    return practice.call(run.take_keys, RUNNER, job, keys_left(practice))


def test_a_row_changed_past_the_use_cases_is_seen_by_the_runner(
    practice: Practice, due: int
) -> None:
    job = claimed(practice)
    change_store(practice, "UPDATE data_download SET state = 'cancelled'")
    with pytest.raises(LeaseLost):
        practice.call(run.report, job, SOME)


def test_a_clock_set_back_does_not_keep_a_dead_runners_lease(
    practice: Practice, clock: FixedClock, due: int
) -> None:
    """Clock: the runner died, and the clock was put right by five hours before the next run."""
    clock.advance(days=1)
    dead = practice.call(run.claim, RUNNER, "dead")
    assert dead is not None
    assert practice.call(run.claim, RUNNER, "next") is None
    clock.advance(hours=-5)
    taken = practice.call(run.claim, RUNNER, "next")
    assert taken is not None
    assert (due, dead.fence + 1) == (taken.download_id, taken.fence)
