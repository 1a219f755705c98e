"""Downloads that repeat: the list, ending one, and when the second factor is asked for again.

One rule: a series begins, and goes on after 90 days, with the requester's password and a code, the
same as a single download (`downloads.request_download`); it ends without either.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from store import download_series
from store.access import Actor, change, check, level_of, view
from store.clock import date_in_zone, moment
from store.database import Store
from store.errors import Conflict, Refused
from store.rhythms import Rhythm
from store.rights import Level, Right
from store.use_cases.downloads import SCHEDULE, SEE


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One download that repeats, as a list shows it.

    Attributes:
        next_on: the day of the download that is scheduled, or of the one that would come next.
        confirm_again_at: nothing that is due later is made until it is confirmed again.
        must_be_confirmed: whether it is time to do so.
        waits: whether nothing is made any more until then.
        reason: why it ended.
    """

    series_id: int
    rhythm: Rhythm
    requested_by: str
    is_mine: bool
    next_on: date | None
    confirmed_at: datetime
    confirm_again_at: datetime
    must_be_confirmed: bool
    waits: bool
    own_passphrase: bool
    ended_at: datetime | None
    reason: str


def list_series(store: Store, actor: Actor) -> tuple[SeriesView, ...]:
    """Return the downloads that repeat, the newest first, and those that ended. Raises Refused."""
    view(store, actor, SEE)
    found = store.rows(
        "SELECT s.*, u.full_name FROM data_download_series s JOIN user u"
        " ON u.user_id = s.requested_by WHERE s.confirmed_at IS NOT NULL"
        " ORDER BY s.ended_at IS NOT NULL, s.data_download_series_id DESC LIMIT 200"
    )
    return tuple(_view(store, row, actor.user_id) for row in found)


def end_series(store: Store, actor: Actor, series_id: int) -> None:
    """End a download that repeats; what it has pending is cancelled, what is ready stays.

    Its requester can, and whoever holds Setup - Security. Raises Refused, NotFound, Conflict.
    """
    with change(store, actor, SEE) as tx:
        found = download_series.row(store, series_id)
        assert actor.user_id is not None
        administrator = level_of(store, actor.user_id, Right.SECURITY) == Level.FULL
        if found["requested_by"] != actor.user_id and not administrator:
            raise Refused(
                "Only the user who scheduled this download, or an administrator, can end it.",
                kept="It goes on.",
            )
        if found["ended_at"] is not None:
            raise Conflict("It has ended already.", kept="Nothing was changed.")
        download_series.end(store, tx, found, f"{actor.full_name} ended it.")
    store.scrub_log()


def next_day(store: Store, actor: Actor, series_id: int) -> date:
    """Return the day that confirming again begins with: the next, tomorrow at the earliest.

    Raises Refused, NotFound.
    """
    view(store, actor, SCHEDULE)
    return _next_on(store, download_series.row(store, series_id))


def confirm_again_sentences(store: Store, actor: Actor) -> tuple[str, ...]:
    """Return what this user's own series ask for, as sentences for Home. Raises SessionEnded."""
    check(store, actor, None)
    assert actor.user_id is not None
    now, told = store.clock.now(), []
    zone = str(store.value("SELECT time_zone FROM practice_group"))
    for found in download_series.of_user(store, actor.user_id):
        if not download_series.must_be_confirmed(found, now):
            continue
        again = moment(found["confirm_again_at"])
        if now >= again:
            told.append(f"Your {found['rhythm']} data download waits until you confirm it again.")
        else:
            day = date_in_zone(again, zone)
            told.append(
                f"Your {found['rhythm']} data download must be confirmed again by"
                f" {day.day} {day:%b}."
            )
    return tuple(told)


def _next_on(store: Store, found: sqlite3.Row) -> date:
    """Return the day of what is scheduled, or the next after what is made."""
    pending = store.value(
        "SELECT max(run_on) FROM data_download WHERE data_download_series_id = ?"
        " AND state = 'scheduled'",
        (found["data_download_series_id"],),
    )
    if pending is not None:
        today = date_in_zone(
            store.clock.now(), str(store.value("SELECT time_zone FROM practice_group"))
        )
        day = date.fromisoformat(pending)
        if day > today:
            return day
    return download_series.next_day(store, found)


def _view(store: Store, found: sqlite3.Row, user_id: int | None) -> SeriesView:
    now, again = store.clock.now(), moment(found["confirm_again_at"])
    ended = found["ended_at"]
    return SeriesView(
        found["data_download_series_id"],
        found["rhythm"],
        found["full_name"],
        found["requested_by"] == user_id,
        None if ended else _next_on(store, found),
        moment(found["confirmed_at"]),
        again,
        not ended and download_series.must_be_confirmed(found, now),
        not ended and now >= again,
        found["passphrase_kind"] == "own",  # noqa: S105 - a kind, no secret
        None if ended is None else moment(ended),
        found["reason"] or "",
    )
