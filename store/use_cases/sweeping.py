"""Before each unattended run: what is over is ended, and what may stay is told.

One rule: a file in `downloads` that no download owns is litter; a key or a code that can no longer
be used is destroyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store import download_keys, download_series, downloads, one_time_codes, outbox, outbox_log
from store.access import Actor, Change, change, check_is_runner
from store.clock import instant
from store.database import Store
from store.deadlines import over, times
from store.use_cases.jobs import LEASE


@dataclass(frozen=True, slots=True)
class Kept:
    """What may lie in `downloads`: whole archives, those of them that a runner is locking anew, and
    what is being made (day, number)."""

    files: frozenset[str]
    being_locked: frozenset[str]
    being_made: frozenset[tuple[date, int]]


def sweep(store: Store, runner: Actor) -> Kept:
    """Expire what is over; return which files may stay, all others are litter.

    Requests that nobody confirmed are given up and their keys destroyed (D11), archives whose
    days are over expire (D17), messages that can no longer be sent are wiped, and
    old ones forgotten. What repeats is brought to where it should be.
    """
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        tx.no_event()
        _give_up_requests(store, tx)
        _expire_archives(store, tx)
        download_series.keep_going(store, tx)
        outbox.wipe_expired(store)
        outbox_log.forget_old(store)
        kept = _kept(store)
    store.scrub_log()
    return kept


def _give_up_requests(store: Store, tx: Change) -> None:
    over = store.rows(
        "SELECT data_download_id FROM data_download d JOIN otp_challenge c USING (otp_challenge_id)"
        " WHERE d.state = 'requested' AND c.created_at <= ?",
        (instant(store.clock.now() - one_time_codes.LIFETIME),),
    )
    for row in over:
        downloads.move(store, row[0], before=("requested",), after="cancelled")
        download_keys.OF_DOWNLOAD.destroy(store, row[0])
        tx.record(
            "download.lapse",
            "A request for a data download lapsed: its code was not entered in time.",
            object_=f"data_download:{row[0]}",
        )


def _expire_archives(store: Store, tx: Change) -> None:
    over = store.rows(
        "SELECT data_download_id FROM data_download"
        " WHERE state IN ('ready', 'retrieved') AND expires_at <= ?",
        (instant(store.clock.now()),),
    )
    for row in over:
        downloads.move(store, row[0], before=("ready", "retrieved"), after="expired")
        tx.record(
            "download.expire",
            "The time to retrieve a data download is over; its file is destroyed.",
            object_=f"data_download:{row[0]}",
        )


def _kept(store: Store) -> Kept:
    whole = store.rows("SELECT file_name FROM data_download WHERE state IN ('ready', 'retrieved')")
    locking = store.rows(
        "SELECT file_name FROM data_download WHERE state IN ('ready', 'retrieved')"
        f" AND NOT {over('lease_until')}",
        times(store.clock.now(), LEASE),
    )
    running = store.rows(
        "SELECT run_on, data_download_id FROM data_download WHERE state = 'running'"
    )
    return Kept(
        frozenset(row[0] for row in whole),
        frozenset(row[0] for row in locking),
        frozenset((date.fromisoformat(row[0]), row[1]) for row in running),
    )
