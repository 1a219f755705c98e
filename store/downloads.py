"""Data downloads: all SQL about them, and how they are shown."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store import download_keys
from store.clock import instant, moment, start_of_day
from store.database import Store
from store.deadlines import over, times
from store.errors import Conflict, NotFound

KEPT_DAYS = 7
"""Days from ready to expiry (REQUIREMENTS D17)."""
LEASE = timedelta(minutes=2)
"""A runner that gave no sign for this long counts as dead; its work is started again."""


@dataclass(frozen=True, slots=True)
class DownloadView:
    """One download as a list shows it. Instants are aware, UTC; sizes are bytes.

    `locked_with_password_of` is when the account password that opens it was set, and
    `has_earlier_password` whether that is no longer the present one. `is_reset_since`: it was ready
    when an administrator reset that password, so nobody retrieves it (D15). `series_id`,
    `repeats` (weekly, monthly) and `confirm_again_at` tell of the series that it belongs to, as
    long as that goes on. `is_stopped`: it is running by its state, but its runner has given no sign
    for longer than it may; the last one was at `last_sign_at`.
    """

    download_id: int
    run_on: date
    time_zone: str
    state: str
    requested_by: str
    is_mine: bool
    requested_at: datetime
    due_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    own_passphrase: bool
    locked_with_password_of: datetime | None
    attempts: int
    error: str | None
    file_name: str | None
    file_bytes: int | None
    progress_table: str | None
    progress_rows: int
    progress_rows_total: int
    progress_bytes: int
    started_at: datetime | None
    cancel_requested: bool
    has_earlier_password: bool = False
    is_reset_since: bool = False
    series_id: int | None = None
    repeats: str = ""
    confirm_again_at: datetime | None = None
    is_stopped: bool = False
    is_last_try: bool = False
    last_sign_at: datetime | None = None


_RESET_SINCE = (
    "EXISTS (SELECT 1 FROM audit_log a WHERE a.action = 'password.reset' AND a.at >= d.ready_at"
    " AND a.object = 'user:' || d.requested_by)"
)
"""Anything that was not ready by then was cancelled with the reset."""
_SELECT = (
    "SELECT d.*, u.full_name, s.rhythm, s.confirm_again_at, s.data_download_series_id AS series,"
    f" d.locked_with_password_of <> u.password_changed_at AS earlier, {_RESET_SINCE} AS reset_since"
    f", d.state = 'running' AND {over('lease_until')} AS is_stopped"
    " FROM data_download d JOIN user u ON u.user_id = d.requested_by"
    " LEFT JOIN data_download_series s"
    " ON s.data_download_series_id = d.data_download_series_id AND s.ended_at IS NULL"
)


def listed(store: Store, user_id: int | None, where: str = "1") -> tuple[DownloadView, ...]:
    """Return the newest 200 downloads, newest first.

    What never got its code was never scheduled (D11), and is not listed.
    """
    rows = store.rows(
        f"{_SELECT} WHERE d.scheduled_at IS NOT NULL AND {where}"
        " ORDER BY d.run_on DESC, d.data_download_id DESC LIMIT 200",
        times(store.clock.now(), LEASE),
    )
    return tuple(_view(row, user_id) for row in rows)


def one(store: Store, download_id: int, user_id: int | None) -> DownloadView:
    """Return one download as a list shows it. Raises NotFound."""
    found = store.one(
        f"{_SELECT} WHERE d.data_download_id = :number",
        {"number": download_id, **times(store.clock.now(), LEASE)},
    )
    if found is None:
        raise _not_found(download_id)
    return _view(found, user_id)


def row(store: Store, download_id: int) -> sqlite3.Row:
    """Return the row of a download. Raises NotFound."""
    found = store.one("SELECT * FROM data_download WHERE data_download_id = ?", (download_id,))
    if found is None:
        raise _not_found(download_id)
    return found


def insert_request(
    store: Store,
    *,
    user: sqlite3.Row,
    run_on: date,
    time_zone: str,
    own_passphrase: bool,
    otp_challenge_id: int | None,
    series_id: int | None = None,
) -> int:
    """Write a request inside the running transaction and return its number."""
    return store.insert(
        "data_download",
        {
            "data_download_series_id": series_id,
            "requested_by": user["user_id"],
            "requested_at": instant(store.clock.now()),
            "run_on": run_on.isoformat(),
            "due_at": instant(start_of_day(run_on, time_zone)),
            "time_zone": time_zone,
            "state": "requested",
            "otp_challenge_id": otp_challenge_id,
            "passphrase_kind": "own" if own_passphrase else "account",
            "locked_with_password_of": None if own_passphrase else user["password_changed_at"],
        },
    )


def move(store: Store, download_id: int, *, before: tuple[str, ...], after: str) -> None:
    """Change a download's state inside the running transaction.

    Raises Conflict if it is in none of the states `before`.
    """
    marks = ", ".join("?" for _ in before)
    changed = store.execute(
        f"UPDATE data_download SET state = ? WHERE data_download_id = ? AND state IN ({marks})",
        (after, download_id, *before),
    )
    if not changed:
        state = row(store, download_id)["state"]
        raise Conflict(f"This download is {state} by now.", kept="Nothing was changed.")


def give_up(store: Store, download_id: int, reason: str, after: str = "failed") -> None:
    """End a download inside the running transaction: its lease and its keys are gone with it."""
    store.execute(
        "UPDATE data_download SET state = ?, error = ?, lease_holder = NULL,"
        " lease_until = NULL, cancel_requested = 0 WHERE data_download_id = ?",
        (after, reason, download_id),
    )
    download_keys.OF_DOWNLOAD.destroy(store, download_id)


def expiry(ready: datetime) -> datetime:
    """Return when an archive is destroyed."""
    return ready + timedelta(days=KEPT_DAYS)


def _not_found(download_id: int) -> NotFound:
    return NotFound(f"There is no download {download_id}.", do="Look at the list of downloads.")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def _view(found: sqlite3.Row, user_id: int | None) -> DownloadView:
    return DownloadView(
        download_id=found["data_download_id"],
        run_on=date.fromisoformat(found["run_on"]),
        time_zone=found["time_zone"],
        state=found["state"],
        requested_by=found["full_name"],
        is_mine=found["requested_by"] == user_id,
        requested_at=moment(found["requested_at"]),
        due_at=moment(found["due_at"]),
        ready_at=_moment(found["ready_at"]),
        expires_at=_moment(found["expires_at"]),
        own_passphrase=found["passphrase_kind"] == "own",  # noqa: S105 - a kind, no secret
        locked_with_password_of=_moment(found["locked_with_password_of"]),
        attempts=found["attempts"],
        error=found["error"],
        file_name=found["file_name"],
        file_bytes=found["file_bytes"],
        progress_table=found["progress_table"],
        progress_rows=found["progress_rows"] or 0,
        progress_rows_total=found["progress_rows_total"] or 0,
        progress_bytes=found["progress_bytes"] or 0,
        started_at=_moment(found["started_at"]),
        cancel_requested=bool(found["cancel_requested"]),
        has_earlier_password=bool(found["earlier"]),
        is_reset_since=bool(found["reset_since"]),
        series_id=found["series"],
        repeats=found["rhythm"] or "",
        confirm_again_at=_moment(found["confirm_again_at"]),
        is_stopped=bool(found["is_stopped"]),
        is_last_try=found["attempts"] >= download_keys.ATTEMPTS,
        last_sign_at=moment(found["lease_until"]) - LEASE if found["lease_until"] else None,
    )
