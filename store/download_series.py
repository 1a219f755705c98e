"""Downloads that repeat: all SQL about a series, and what it does by itself.

One rule: a series makes one download at a time, the next once the one before is over, and none
that is due after the day on which its second factor has to be given again (REQUIREMENTS D11, D12).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store import download_keys, downloads, one_time_codes, users
from store.access import Change, standing_level
from store.clock import date_in_zone, instant, moment, start_of_day
from store.database import Store
from store.errors import BadInput, Conflict, NotFound
from store.rhythms import RHYTHMS, Rhythm, day_after, days_due, is_day_of
from store.rights import Level, Right

CONFIRM_EVERY = timedelta(days=90)
TOLD_BEFORE = timedelta(days=14)
_PENDING = "('requested', 'scheduled', 'running')"


@dataclass(frozen=True, slots=True)
class Repeat:
    """That a download shall repeat; `renews` is the series that is being confirmed again."""

    rhythm: Rhythm
    renews: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A series that can be asked for: the day it is counted from, and how many archives it makes
    until it has to be confirmed again."""

    rhythm: Rhythm
    anchor: date
    archives: int
    renews: int | None


def planned(store: Store, user_id: int, run_on: date, repeat: Repeat, zone: str) -> Plan:
    """Return the plan of a series whose first archive is for `run_on`.

    Raises BadInput for a rhythm that there is not, or a first day too far ahead; NotFound and
    Conflict for a series that cannot be confirmed again.
    """
    if repeat.rhythm not in RHYTHMS:
        raise BadInput(f"A download repeats {' or '.join(RHYTHMS)}.", kept="Nothing was scheduled.")
    anchor = run_on
    if repeat.renews is not None:
        old = row(store, repeat.renews)
        if old["requested_by"] != user_id:
            raise NotFound(f"You have no repeating download {repeat.renews}.")
        if old["ended_at"] is not None or old["confirmed_at"] is None:
            raise Conflict("This repeating download has ended.", do="Schedule a new one.")
        before = date.fromisoformat(old["anchor_on"])
        if old["rhythm"] == repeat.rhythm and is_day_of(before, repeat.rhythm, run_on):
            anchor = before
    # The code may be entered at the end of its life: the days are counted from then.
    until = store.clock.now() + one_time_codes.LIFETIME + CONFIRM_EVERY
    archives = days_due(anchor, repeat.rhythm, run_on, zone, until)
    if not archives:
        raise BadInput(
            f"A repeating download begins within {CONFIRM_EVERY.days} days.",
            kept="Nothing was scheduled.",
            do="Choose an earlier day.",
        )
    return Plan(repeat.rhythm, anchor, archives, repeat.renews)


def insert(store: Store, plan: Plan, user: sqlite3.Row, *, own_passphrase: bool) -> int:
    """Write a series that waits for its code, inside the running transaction."""
    return store.insert(
        "data_download_series",
        {
            "requested_by": user["user_id"],
            "rhythm": plan.rhythm,
            "anchor_on": plan.anchor.isoformat(),
            "passphrase_kind": "own" if own_passphrase else "account",
            "locked_with_password_of": None if own_passphrase else user["password_changed_at"],
            "renews_id": plan.renews,
        },
    )


def row(store: Store, series_id: int) -> sqlite3.Row:
    """Return the row of a series. Raises NotFound."""
    found = store.one(
        "SELECT * FROM data_download_series WHERE data_download_series_id = ?", (series_id,)
    )
    if found is None:
        raise NotFound(f"There is no repeating download {series_id}.")
    return found


def of_user(store: Store, user_id: int) -> list[sqlite3.Row]:
    """Return the series of a user that have not ended, those that wait for a code as well."""
    return store.rows(
        "SELECT * FROM data_download_series WHERE requested_by = ? AND ended_at IS NULL"
        " ORDER BY data_download_series_id",
        (user_id,),
    )


def confirmed(store: Store, tx: Change, series_id: int) -> None:
    """Begin a series whose code was right, inside the running transaction; end the one before."""
    now = store.clock.now()
    found = row(store, series_id)
    if found["ended_at"] is not None:
        raise Conflict("This repeating download has ended.", do="Schedule a new one.")
    store.execute(
        "UPDATE data_download_series SET confirmed_at = ?, confirm_again_at = ?"
        " WHERE data_download_series_id = ?",
        (instant(now), instant(now + CONFIRM_EVERY), series_id),
    )
    tx.record(
        "series.begin",
        f"Began a data download that repeats {found['rhythm']}, until it is confirmed again.",
        object_=f"data_download_series:{series_id}",
    )
    if found["renews_id"] is not None:
        old = row(store, found["renews_id"])
        if old["ended_at"] is None:
            # What is being made goes on, with the keys that are there for it.
            end(store, tx, old, "It was confirmed again.", states=("requested", "scheduled"))


def end(
    store: Store,
    tx: Change,
    found: sqlite3.Row,
    because: str,
    states: tuple[str, ...] = ("requested", "scheduled", "running"),
) -> None:
    """End a series inside the running transaction: its keys go, what it has pending is cancelled.

    Call `store.scrub_log()` after the commit.
    """
    series_id = found["data_download_series_id"]
    marks = ", ".join("?" for _ in states)
    store.execute(
        "UPDATE data_download SET state = 'cancelled', fence = fence + 1, lease_holder = NULL,"
        " lease_until = NULL, cancel_requested = 0, error = ?"
        f" WHERE data_download_series_id = ? AND state IN ({marks})",
        (because, series_id, *states),
    )
    close(store, series_id, because)
    tx.record(
        "series.end",
        f"A data download repeats {found['rhythm']} no more. {because}",
        object_=f"data_download_series:{series_id}",
    )


def close(store: Store, series_id: int, because: str) -> None:
    """Note that a series is over and destroy its keys, inside the running transaction.

    What is being made keeps the keys until it is over: killed, it is tried again.
    """
    store.execute(
        "UPDATE data_download_series SET ended_at = ?, reason = ?"
        " WHERE data_download_series_id = ? AND ended_at IS NULL",
        (instant(store.clock.now()), because, series_id),
    )
    _destroy_keys_of_ended(store)


def _destroy_keys_of_ended(store: Store) -> None:
    ended = store.rows(
        "SELECT DISTINCT data_download_series_id FROM data_download_series_key"
        " JOIN data_download_series s USING (data_download_series_id)"
        " WHERE s.ended_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM data_download d WHERE d.state IN ('scheduled', 'running')"
        " AND d.data_download_series_id = s.data_download_series_id)"
    )
    for found in ended:
        download_keys.OF_SERIES.destroy(store, found[0])


def close_unconfirmed(store: Store) -> None:
    """Close series whose request was given up, inside the running transaction (D11)."""
    over = store.rows(
        "SELECT data_download_series_id FROM data_download_series s"
        " WHERE confirmed_at IS NULL AND ended_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM data_download d WHERE d.state = 'requested'"
        " AND d.data_download_series_id = s.data_download_series_id)"
    )
    for found in over:
        close(store, found[0], "Its code was not entered.")


def keep_going(store: Store, tx: Change) -> None:
    """Bring every series to where it should be now, inside the running transaction.

    One that was never confirmed is closed, one whose requester lost the right ends, and where
    nothing is pending the next download is made. Keys that are of no use any more go.
    """
    close_unconfirmed(store)
    _destroy_keys_of_ended(store)
    for found in store.rows(
        "SELECT s.*, u.is_disabled FROM data_download_series s"
        " JOIN user u ON u.user_id = s.requested_by"
        " WHERE s.ended_at IS NULL AND s.confirmed_at IS NOT NULL"
    ):
        if found["is_disabled"]:
            # A hundred wrong passwords, perhaps a stranger's: it waits for an administrator.
            continue
        if standing_level(store, found["requested_by"], Right.DATA_DOWNLOAD) < Level.FULL:
            end(store, tx, found, "The requester no longer holds the right.")
            users.notify(
                store, found["requested_by"], f"Your {found['rhythm']} data download has ended."
            )
        elif not _is_pending(store, found["data_download_series_id"]):
            _make_next(store, tx, found)


def next_day(store: Store, found: sqlite3.Row) -> date:
    """Return the next day of a series for which nothing is scheduled yet."""
    zone = _zone(store)
    today = date_in_zone(store.clock.now(), zone)
    last = store.value(
        "SELECT max(run_on) FROM data_download WHERE data_download_series_id = ?",
        (found["data_download_series_id"],),
    )
    anchor = date.fromisoformat(found["anchor_on"])
    after = today if last is None else max(today, date.fromisoformat(last))
    return day_after(anchor, found["rhythm"], after)


def must_be_confirmed(found: sqlite3.Row, now: datetime) -> bool:
    """Tell whether it is time to ask for the second factor again."""
    again = found["confirm_again_at"]
    return again is not None and now >= moment(again) - TOLD_BEFORE


def _make_next(store: Store, tx: Change, found: sqlite3.Row) -> None:
    series_id, zone = found["data_download_series_id"], _zone(store)
    now, again = store.clock.now(), moment(found["confirm_again_at"])
    day = next_day(store, found)
    if start_of_day(day, zone) >= again:
        if now >= again:
            download_keys.OF_SERIES.destroy(store, series_id)
        return
    if download_keys.OF_SERIES.left(store, series_id) < download_keys.entries_per_archive():
        # Tries that failed have used its reserve up: it asks again now.
        store.execute(
            "UPDATE data_download_series SET confirm_again_at = ?"
            " WHERE data_download_series_id = ?",
            (instant(now), series_id),
        )
        return
    number = downloads.insert_request(
        store,
        user=users.by_id(store, found["requested_by"]),
        run_on=day,
        time_zone=zone,
        own_passphrase=found["passphrase_kind"] == "own",  # noqa: S105 - a kind, no secret
        otp_challenge_id=None,
        series_id=series_id,
    )
    store.execute(
        "UPDATE data_download SET state = 'scheduled', scheduled_at = ?,"
        " locked_with_password_of = ? WHERE data_download_id = ?",
        (instant(now), found["locked_with_password_of"], number),
    )
    tx.record(
        "series.next",
        f"Scheduled the next of a {found['rhythm']} data download, for {day.isoformat()}.",
        object_=f"data_download:{number}",
    )


def _is_pending(store: Store, series_id: int) -> bool:
    return bool(
        store.value(
            "SELECT count(*) FROM data_download"
            f" WHERE data_download_series_id = ? AND state IN {_PENDING}",
            (series_id,),
        )
    )


def _zone(store: Store) -> str:
    return str(store.value("SELECT time_zone FROM practice_group"))
