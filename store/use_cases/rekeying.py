"""What becomes of a user's downloads when the password changes (DESIGN, life of a download).

One rule: only somebody who knew the old password carries downloads over to the new one; after an
administrator's reset what is ready stays locked as it was, what is not is cancelled (D15).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from store import download_keys, download_series, downloads, rekeying_keys
from store.access import Actor, Change, change, check_is_runner
from store.clock import instant
from store.database import Store
from store.passwords import archive_obstacle, download_obstacle
from store.rekeying_keys import Chain
from store.use_cases.unattended import LEASE, LeaseLost

_PENDING = ("requested", "scheduled", "running")


@dataclass(frozen=True, slots=True, repr=False)
class RekeyJob:
    """A ready archive to be locked anew, held by one runner.

    `chains` are in the order of the file; `password_of` is when their last password was set.
    """

    download_id: int
    fence: int
    archive: Path
    chains: tuple[Chain, ...]
    password_of: str


def on_password_change(
    store: Store, tx: Change, user_id: int, new_password: str, old_password: str
) -> None:
    """Carry a user's downloads over to a new password, inside the running transaction.

    Call it where the user proved the old password and the new one is being set. The keys have to
    agree: what was not locked with the old password stays as it is, for a hash in the database can
    be replaced by whoever writes to it. A passphrase of a download's own stays, too. Where the new
    password cannot lock an archive, all stay with the old one; the list tells with which.
    Call `store.scrub_log()` after the commit.
    """
    if archive_obstacle(new_password) or download_obstacle(new_password):
        return
    for found in _of_user(store, user_id, (*_PENDING, "ready", "retrieved")):
        if found["passphrase_kind"] != "account":  # noqa: S105 - a kind, no secret
            continue
        if found["state"] in _PENDING:
            if _is_locked_with(store, found, old_password):
                _derive_anew(store, tx, found, new_password)
        else:
            _mark_for_rekeying(store, tx, found, old_password, new_password)
    for series in download_series.of_user(store, user_id):
        number = series["data_download_series_id"]
        is_account = series["passphrase_kind"] == "account"  # noqa: S105 - a kind, no secret
        if is_account and download_keys.OF_SERIES.are_of(store, number, old_password):
            _derive_series_anew(store, tx, number, new_password)


def on_password_reset(store: Store, tx: Change, user_id: int) -> None:
    """Cancel a user's pending downloads, inside the running transaction of a reset (D15).

    Ready archives stay locked with the old password: who takes over the account gets nothing.
    Call `store.scrub_log()` after the commit.
    """
    cancel_pending(store, tx, user_id, "The requester's password was reset.")


def cancel_pending(store: Store, tx: Change, user_id: int, because: str) -> None:
    """Cancel what a user has scheduled, inside the running transaction: nobody could retrieve it.

    What repeats ends with it. Call `store.scrub_log()` after the commit.
    """
    for series in download_series.of_user(store, user_id):
        download_series.end(store, tx, series, because)
    for found in _of_user(store, user_id, _PENDING):
        number = found["data_download_id"]
        store.execute(
            "UPDATE data_download SET state = 'cancelled', fence = fence + 1, lease_holder = NULL,"
            " lease_until = NULL, cancel_requested = 0, error = ? WHERE data_download_id = ?",
            (because, number),
        )
        download_keys.OF_DOWNLOAD.destroy(store, number)
        tx.record(
            "download.cancel",
            f"Cancelled a data download. {because}",
            object_=f"data_download:{number}",
        )


def claim_rekeying(store: Store, runner: Actor, holder: str, after: int = 0) -> RekeyJob | None:
    """Take the next archive that waits to be locked anew, or None.

    Args:
        holder: who holds the lease, in words.
        after: only downloads with a higher number, so that one that fails is not tried for ever.
    """
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        tx.no_event()
        _forget_what_is_over(store)
        now = store.clock.now()
        found = store.one(
            "SELECT * FROM data_download d WHERE state IN ('ready', 'retrieved')"
            " AND data_download_id > ? AND (lease_until IS NULL OR lease_until <= ?)"
            " AND EXISTS (SELECT 1 FROM data_download_key k"
            " WHERE k.data_download_id = d.data_download_id)"
            " ORDER BY data_download_id LIMIT 1",
            (after, instant(now)),
        )
        if found is None:
            return None
        number = found["data_download_id"]
        store.execute(
            "UPDATE data_download SET fence = fence + 1, lease_holder = ?, lease_until = ?"
            " WHERE data_download_id = ?",
            (holder, instant(now + LEASE), number),
        )
        chains, password_of = rekeying_keys.kept(store, number)
        return RekeyJob(
            number,
            found["fence"] + 1,
            store.folder.downloads / found["file_name"],
            tuple(chains),
            password_of,
        )


def still_rekeying(store: Store, job: RekeyJob) -> None:
    """Prolong the lease. Raises LeaseLost where the job is over or another runner's."""
    with store.transaction():
        _check_lease(store, job)
        store.execute(
            "UPDATE data_download SET lease_until = ? WHERE data_download_id = ?",
            (instant(store.clock.now() + LEASE), job.download_id),
        )


def finish_rekeying(
    store: Store, runner: Actor, job: RekeyJob, *, file_bytes: int, file_sha256: str
) -> None:
    """Note that an archive opens with the new password now, and destroy the keys.

    Its file is in place, whole and synced. Raises LeaseLost.
    """
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        _check_lease(store, job)
        store.execute(
            "UPDATE data_download SET file_bytes = ?, file_sha256 = ?, lease_holder = NULL,"
            " lease_until = NULL, locked_with_password_of = ? WHERE data_download_id = ?",
            (file_bytes, file_sha256, job.password_of, job.download_id),
        )
        download_keys.OF_DOWNLOAD.destroy(store, job.download_id)
        tx.record(
            "runner.rekey",
            "Locked a ready data download anew, with its requester's new password.",
            object_=f"data_download:{job.download_id}",
        )
    store.scrub_log()


def fail_rekeying(store: Store, runner: Actor, job: RekeyJob, reason: str) -> None:
    """Note why an archive could not be locked anew; the next run tries again. Raises LeaseLost."""
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        _check_lease(store, job)
        store.execute(
            "UPDATE data_download SET lease_holder = NULL, lease_until = NULL"
            " WHERE data_download_id = ?",
            (job.download_id,),
        )
        tx.record(
            "runner.rekey_failed",
            f"A ready data download stays locked with the old password: {reason}",
            object_=f"data_download:{job.download_id}",
        )


def _of_user(store: Store, user_id: int, states: tuple[str, ...]) -> list[sqlite3.Row]:
    marks = ", ".join("?" for _ in states)
    return store.rows(
        f"SELECT * FROM data_download WHERE requested_by = ? AND state IN ({marks})"
        " ORDER BY data_download_id",
        (user_id, *states),
    )


def _is_locked_with(store: Store, found: sqlite3.Row, password: str) -> bool:
    series_id = found["data_download_series_id"]
    if series_id is None:
        return download_keys.OF_DOWNLOAD.are_of(store, found["data_download_id"], password)
    return download_keys.OF_SERIES.are_of(store, series_id, password)


def _derive_anew(store: Store, tx: Change, found: sqlite3.Row, new_password: str) -> None:
    number = found["data_download_id"]
    if found["data_download_series_id"] is None:
        download_keys.OF_DOWNLOAD.keep(store, number, download_keys.derive_for(new_password))
    store.execute(
        "UPDATE data_download SET locked_with_password_of = ? WHERE data_download_id = ?",
        (instant(store.clock.now()), number),
    )
    if found["state"] == "running":
        # The runner at work holds keys of the old password: its lease ends, and it begins again.
        store.execute(
            "UPDATE data_download SET state = 'scheduled', attempts = 0, fence = fence + 1,"
            " lease_holder = NULL, lease_until = NULL WHERE data_download_id = ?",
            (number,),
        )
    tx.record(
        "download.new_keys",
        "A data download will be locked with the requester's new password.",
        object_=f"data_download:{number}",
    )


def _derive_series_anew(store: Store, tx: Change, series_id: int, new_password: str) -> None:
    """Put as many keys in the place of the unused ones, and those of a try that begins again."""
    begins_again = store.value(
        "SELECT count(*) FROM data_download WHERE data_download_series_id = ?"
        " AND state = 'scheduled' AND attempts = 0 AND started_at IS NOT NULL",
        (series_id,),
    )
    count = download_keys.OF_SERIES.left(store, series_id)
    count += begins_again * download_keys.entries_per_archive()
    download_keys.OF_SERIES.keep(store, series_id, download_keys.derive_some(new_password, count))
    store.execute(
        "UPDATE data_download_series SET locked_with_password_of = ?"
        " WHERE data_download_series_id = ?",
        (instant(store.clock.now()), series_id),
    )
    tx.record(
        "series.new_keys",
        "A repeating data download will be locked with the requester's new password.",
        object_=f"data_download_series:{series_id}",
    )


def _mark_for_rekeying(
    store: Store, tx: Change, found: sqlite3.Row, old_password: str, new_password: str
) -> None:
    number = found["data_download_id"]
    archive = store.folder.downloads / found["file_name"]
    waiting, _password_of = rekeying_keys.kept(store, number)
    if waiting:
        chains = rekeying_keys.prolonged(waiting, old_password, new_password)
    else:
        chains = rekeying_keys.first_chains(archive, old_password, new_password)
    if chains is None:
        # It opens with an earlier password, which an administrator has reset since.
        return
    rekeying_keys.keep(store, number, chains, instant(store.clock.now()))
    store.execute(
        "UPDATE data_download SET fence = fence + 1, lease_holder = NULL, lease_until = NULL"
        " WHERE data_download_id = ?",
        (number,),
    )
    tx.record(
        "download.rekey",
        "A ready data download will be locked anew with the requester's new password.",
        object_=f"data_download:{number}",
    )


def _forget_what_is_over(store: Store) -> None:
    store.execute(
        "DELETE FROM data_download_key WHERE data_download_id IN (SELECT data_download_id"
        " FROM data_download WHERE state IN ('expired', 'cancelled', 'failed'))"
    )


def _check_lease(store: Store, job: RekeyJob) -> sqlite3.Row:
    found = downloads.row(store, job.download_id)
    if found["state"] not in ("ready", "retrieved") or found["fence"] != job.fence:
        raise LeaseLost("This archive is being locked anew by another run, or is over.")
    return found
