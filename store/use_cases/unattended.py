"""The unattended run in the store: what is due, who makes it, how far it is, how it ended.

One rule: a download is made by the one runner that holds its lease; each lease has a higher fence,
and a runner with an older one changes nothing more (DESIGN, life of a download).
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

from store import audit_heads, download_keys, download_series, downloads
from store.access import Actor, Change, change, check_is_runner
from store.archive_key import EntryKey
from store.clock import instant
from store.database import Store
from store.deadlines import over, times
from store.use_cases.jobs import LEASE as LEASE
from store.use_cases.jobs import CancelAsked as CancelAsked
from store.use_cases.jobs import Ended as Ended
from store.use_cases.jobs import Job as Job
from store.use_cases.jobs import LeaseLost as LeaseLost
from store.use_cases.jobs import Made as Made
from store.use_cases.jobs import MadeFile as MadeFile
from store.use_cases.jobs import Progress as Progress
from store.use_cases.sweeping import Kept as Kept
from store.use_cases.sweeping import sweep as sweep

RETRY_AFTER = timedelta(minutes=10)
PUT_OFF_BY = timedelta(minutes=50)
"""For what could not even be begun: so much that the hourly run finds it due."""


def claim(store: Store, runner: Actor, holder: str) -> Job | None:
    """Take the next download that is due, or None if nothing is.

    A download whose runner died is due again; one that was to be stopped meanwhile is cancelled.
    One whose tries are used up becomes failed.
    """
    check_is_runner(runner)
    while True:
        with change(store, runner, None) as tx:
            found = _next_due(store)
            if found is None:
                tx.no_event()
                return None
            if found["cancel_requested"] or found["attempts"] >= download_keys.ATTEMPTS:
                _put_away(store, tx, found)
                continue
            job = _lease(store, found, holder)
            tx.record(
                "runner.start",
                f"Started making a data download, attempt {job.attempt}.",
                object_=f"data_download:{job.download_id}",
            )
            return job


def take_keys(store: Store, runner: Actor, job: Job, count: int) -> list[EntryKey]:
    """Take the keys of one attempt; they are wiped durably before this returns.

    That they were taken is an event, and the trail's head with it goes out before any is handed on:
    against it a database shows that is older than the keys' first use and is put back later. Killed
    in between, nobody has had them. Raises LeaseLost, StoreProblem.
    """
    check_is_runner(runner)
    series_id = downloads.row(store, job.download_id)["data_download_series_id"]
    sealed, owner_id = download_keys.OF_DOWNLOAD, job.download_id
    if series_id is not None:
        sealed, owner_id = download_keys.OF_SERIES, series_id
    opened = sealed.unused(store, owner_id, count)
    with change(store, runner, None) as tx:
        _check_lease(store, job)
        keys = sealed.take(store, owner_id, count, opened)
        tx.record(
            "runner.keys",
            f"Took the {count} keys of attempt {job.attempt} of a data download.",
            object_=f"data_download:{job.download_id}",
        )
    audit_heads.write(store)
    store.scrub_log()
    return keys


def report(store: Store, job: Job, progress: Progress, *, waits: bool = True) -> None:
    """Note how far the run is and prolong the lease.

    Args:
        waits: for whoever is writing to the store; else StoreBusy is raised at once.

    Raises LeaseLost, CancelAsked.
    """
    with store.transaction(waits=waits):
        _check_not_cancelled(store, job)
        store.execute(
            "UPDATE data_download SET lease_until = ?, progress_table = ?, progress_rows = ?,"
            " progress_rows_total = ?, progress_bytes = ? WHERE data_download_id = ?",
            (
                instant(store.clock.now() + LEASE),
                progress.table or None,
                progress.rows,
                progress.rows_total,
                progress.bytes,
                job.download_id,
            ),
        )


def finish(store: Store, runner: Actor, job: Job, made: Made) -> None:
    """Make a download ready: its file is in place, whole and synced.

    Raises LeaseLost; CancelAsked where somebody asked before, and was told that it is stopped.
    """
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        _check_not_cancelled(store, job)
        now = store.clock.now()
        store.execute(
            "UPDATE data_download SET state = 'ready', snapshot_at = ?, ready_at = ?,"
            " expires_at = ?, file_name = ?, file_bytes = ?, file_sha256 = ?, error = NULL,"
            " lease_holder = NULL, lease_until = NULL, progress_table = NULL, cancel_requested = 0"
            " WHERE data_download_id = ?",
            (
                instant(made.snapshot_at),
                instant(now),
                instant(downloads.expiry(now)),
                made.file_name,
                made.file_bytes,
                made.file_sha256,
                job.download_id,
            ),
        )
        store.execute(
            "DELETE FROM data_download_file WHERE data_download_id = ?", (job.download_id,)
        )
        for ordinal, file in enumerate(made.files):
            store.insert(
                "data_download_file",
                {
                    "data_download_id": job.download_id,
                    "ordinal": ordinal,
                    "entry_name": file.entry_name,
                    "table_name": file.table_name,
                    "rows": file.rows,
                    "bytes": file.bytes,
                    "sha256": file.sha256,
                },
            )
        download_keys.OF_DOWNLOAD.destroy(store, job.download_id)
        tx.record(
            "runner.ready",
            "A data download is ready.",
            object_=f"data_download:{job.download_id}",
        )
        download_series.keep_going(store, tx)
    store.scrub_log()


def fail(
    store: Store,
    runner: Actor,
    job: Job,
    reason: str,
    *,
    cancelled: bool = False,
    keys_taken: bool = True,
) -> str:
    """Note that an attempt failed; return the state it has now: scheduled, failed or cancelled.

    It is tried again ten minutes later, up to three times, unless somebody asked to stop it. One
    that ended before keys were taken is none of these: whatever is in the way, a full disk above
    all, it is tried again with every hourly run, until that is mended or somebody cancels it.
    """
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        cancelled = bool(_check_lease(store, job)["cancel_requested"]) or cancelled
        action, told = "runner.failed", f"Attempt {job.attempt} of a data download did not succeed"
        if cancelled:
            after, action = "cancelled", "runner.cancelled"
            downloads.move(store, job.download_id, before=("running",), after=after)
            download_keys.OF_DOWNLOAD.destroy(store, job.download_id)
        elif keys_taken and job.attempt >= download_keys.ATTEMPTS:
            after = "failed"
            downloads.give_up(store, job.download_id, reason)
        elif keys_taken:
            after = "scheduled"
            _put_off(store, job, reason, by=RETRY_AFTER, counts=True)
        else:
            after, action, told = "scheduled", "runner.put_off", "A data download was not begun"
            _put_off(store, job, reason, by=PUT_OFF_BY, counts=False)
        store.execute(
            "UPDATE data_download SET lease_holder = NULL, lease_until = NULL,"
            " cancel_requested = 0 WHERE data_download_id = ?",
            (job.download_id,),
        )
        tx.record(action, f"{told}: {reason}", object_=f"data_download:{job.download_id}")
    store.scrub_log()
    return after


def give_back(
    store: Store, runner: Actor, job: Job, reason: str, *, keys_taken: bool = True
) -> str:
    """Give a download back that its runner was told to leave; return the state it has now.

    It is due at once, and the try counts only if its keys are gone.
    """
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        stopped_by_people = _check_lease(store, job)["cancel_requested"]
        is_last = keys_taken and job.attempt >= download_keys.ATTEMPTS
        if not stopped_by_people and not is_last:
            _put_off(store, job, None, by=None, counts=keys_taken)
            tx.record(
                "runner.given_back",
                f"Attempt {job.attempt} of a data download was given back: {reason}",
                object_=f"data_download:{job.download_id}",
            )
            return "scheduled"
        tx.no_event()
    return fail(store, runner, job, reason)


def _put_off(
    store: Store, job: Job, reason: str | None, *, by: timedelta | None, counts: bool
) -> None:
    """Make a download scheduled again, due after so long; None: as it was due before."""
    store.execute(
        "UPDATE data_download SET state = 'scheduled', error = ?, due_at = coalesce(?, due_at),"
        " attempts = ?, lease_holder = NULL, lease_until = NULL WHERE data_download_id = ?",
        (
            reason,
            None if by is None else instant(store.clock.now() + by),
            job.attempt if counts else job.attempt - 1,
            job.download_id,
        ),
    )


def _next_due(store: Store) -> sqlite3.Row | None:
    return store.one(
        "SELECT * FROM data_download WHERE (state = 'scheduled' AND (due_at <= :now"
        # One that was put off further than any is, was put off by a clock that ran ahead.
        "  OR error IS NOT NULL AND due_at > :put_off))"
        f" OR (state = 'running' AND {over('lease_until')})"
        " ORDER BY due_at, data_download_id LIMIT 1",
        {**times(store.clock.now(), LEASE), "put_off": instant(store.clock.now() + PUT_OFF_BY)},
    )


def _lease(store: Store, found: sqlite3.Row, holder: str) -> Job:
    now = store.clock.now()
    store.execute(
        "UPDATE data_download SET state = 'running', attempts = attempts + 1, fence = fence + 1,"
        " lease_holder = ?, lease_until = ?, started_at = ?, cancel_requested = 0,"
        " progress_table = NULL, progress_rows = 0, progress_rows_total = NULL, progress_bytes = 0"
        " WHERE data_download_id = ?",
        (holder, instant(now + LEASE), instant(now), found["data_download_id"]),
    )
    practice = store.one("SELECT pgid, name FROM practice_group")
    assert practice is not None
    return Job(
        found["data_download_id"],
        found["fence"] + 1,
        found["attempts"] + 1,
        date.fromisoformat(found["run_on"]),
        found["time_zone"],
        practice["pgid"],
        practice["name"],
    )


def _check_lease(store: Store, job: Job) -> sqlite3.Row:
    found = downloads.row(store, job.download_id)
    if found["state"] == "cancelled":
        raise Ended(f"It was cancelled. {found['error'] or ''}".rstrip())
    if found["state"] != "running" or found["fence"] != job.fence:
        raise LeaseLost("Another runner has taken this download over.")
    return found


def _check_not_cancelled(store: Store, job: Job) -> None:
    if _check_lease(store, job)["cancel_requested"]:
        raise CancelAsked("The run was cancelled.", kept="No archive was kept.")


def _put_away(store: Store, tx: Change, found: sqlite3.Row) -> None:
    """End a download that is due but must not be tried again: stopped by somebody, or no tries."""
    number = found["data_download_id"]
    if found["cancel_requested"]:
        downloads.give_up(store, number, "The run was cancelled.", after="cancelled")
        action, text = "runner.cancelled", "Cancelled a data download whose runner had stopped."
    else:
        reason = found["error"] or "The runner stopped before it was done."
        downloads.give_up(store, number, reason)
        action = "runner.failed"
        text = f"Gave up a data download after {found['attempts']} tries: {reason}"
    tx.record(action, text, object_=f"data_download:{number}")
