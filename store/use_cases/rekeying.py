"""Locking a ready archive anew after its requester changed the password: the unattended run's part.

One rule: who holds the lease works with the keys that were there when it was taken; keys that came
later end it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from store import download_keys, downloads, rekeying_keys
from store.access import Actor, change, check_is_runner
from store.clock import instant
from store.database import Store
from store.deadlines import over, times
from store.rekeying_keys import Chain
from store.use_cases.unattended import LEASE, LeaseLost


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
            f" AND data_download_id > :after AND (lease_until IS NULL OR {over('lease_until')})"
            " AND EXISTS (SELECT 1 FROM data_download_key k"
            " WHERE k.data_download_id = d.data_download_id)"
            " ORDER BY data_download_id LIMIT 1",
            {**times(now, LEASE), "after": after},
        )
        if found is None:
            return None
        number = found["data_download_id"]
        store.execute(
            "UPDATE data_download SET fence = fence + 1, lease_holder = ?, lease_until = ?"
            " WHERE data_download_id = ?",
            (holder, instant(now + LEASE), number),
        )
        sealed = rekeying_keys.sealed(store, number)
    chains, password_of = rekeying_keys.opened(store, number, sealed)
    return RekeyJob(
        number,
        found["fence"] + 1,
        store.folder.downloads / found["file_name"],
        tuple(chains),
        password_of,
    )


def still_rekeying(store: Store, job: RekeyJob, *, waits: bool = True) -> None:
    """Prolong the lease. Raises LeaseLost where the job is over or another runner's.

    Args:
        waits: for whoever is writing to the store; else StoreBusy is raised at once.
    """
    with store.transaction(waits=waits):
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
