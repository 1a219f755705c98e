"""The heartbeat of the unattended run: all SQL about it, and how it is judged.

One rule: what is due stands in the table of downloads alone; a heartbeat only tells when somebody
last looked there.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.clock import PACIFIC, instant, known_zone, moment
from store.database import Store

SILENT_AFTER = timedelta(hours=2)
"""An hourly run that was not seen for longer than this has stopped."""
RUNS_KEPT = 200
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Run:
    """One unattended run. `outcome` is empty while it runs, or where it was killed."""

    started_by: str
    host: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    downloads_made: int
    error: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the unattended run does, at `now`. It holds numbers and instants, nobody's data.

    `due` is how many downloads could be made now, `next_due` when the next one can be.
    """

    now: datetime
    time_zone: str
    last: Run | None
    last_by_itself: datetime | None
    scheduled: int
    due: int
    next_due: datetime | None

    @property
    def is_silent(self) -> bool:
        """Whether nothing has looked for what is due for longer than an hourly run may take."""
        # One that began in the future began before the clock was set back: nobody has looked since.
        return self.last is None or abs(self.now - self.last.started_at) > SILENT_AFTER

    @property
    def is_broken(self) -> bool:
        """Whether the last run ended before it had looked after everything."""
        return self.last is not None and self.last.outcome == "broken"

    @property
    def next_run(self) -> datetime | None:
        """When the next hourly run is; None where nothing has run by itself of late."""
        begun = self.last_by_itself
        if begun is None or self.now - begun > SILENT_AFTER:
            return None
        return next_hour(self.now, self.time_zone)

    def at(self, when: datetime) -> str:
        """Write an instant in the practice's zone: `02:00`, with its day if it is another one."""
        local, today = (t.astimezone(known_zone(self.time_zone)) for t in (when, self.now))
        day = "" if local.date() == today.date() else f"{local.day:02d} {local:%b} "
        return f"{day}{local:%H:%M}"

    @property
    def words(self) -> str:
        """The state of the nightly run: `last 02:00, next 03:00`, or what is wrong."""
        if self.last is None:
            return "has never run"
        if self.is_silent:
            return f"has not run since {self.at(self.last.started_at)}"
        last = f"last {self.at(self.last.started_at)}"
        if self.is_broken:
            return f"{last}, ended with an error ({self.last.error.rstrip('.')})"
        return f"{last}, next {self.at(self.next_run)}" if self.next_run else f"{last}, by hand"


def next_hour(now: datetime, zone: str) -> datetime:
    """Return the next full hour on the wall clock of a zone, as an aware moment in UTC.

    It is reckoned from the present moment on, so that a change of daylight-saving time neither
    skips nor repeats it.
    """
    local = now.astimezone(known_zone(zone))
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return now + (_HOUR - into)


def pulse(store: Store) -> Pulse:
    """Return how the unattended run does."""
    now = store.clock.now()
    counts = store.one(
        "SELECT count(*) AS scheduled, coalesce(sum(d.due_at <= :now), 0) AS due,"
        " min(d.due_at) AS next_due FROM (SELECT due_at FROM data_download"
        " WHERE state = 'scheduled' UNION ALL SELECT lease_until FROM data_download"
        " WHERE state = 'running') d",
        {"now": instant(now)},
    )
    assert counts is not None
    by_itself = store.value(
        "SELECT max(started_at) FROM runner_run WHERE started_by <> 'hand' AND started_at <= ?",
        (instant(now),),
    )
    return Pulse(
        now,
        store.value("SELECT time_zone FROM practice_group") or PACIFIC,
        _last(store),
        None if by_itself is None else moment(by_itself),
        counts["scheduled"],
        counts["due"],
        None if counts["next_due"] is None else moment(counts["next_due"]),
    )


def begin(store: Store, host: str, started_by: str) -> int:
    """Note inside the running transaction that a run begins; return its number."""
    store.execute(
        "DELETE FROM runner_run WHERE runner_run_id <="
        " (SELECT max(runner_run_id) FROM runner_run) - ?",
        (RUNS_KEPT - 1,),
    )
    return store.insert(
        "runner_run",
        {"started_by": started_by, "host": host, "started_at": instant(store.clock.now())},
    )


def end(store: Store, run_id: int, outcome: str, made: int, error: str) -> None:
    """Note inside the running transaction how a run ended."""
    store.execute(
        "UPDATE runner_run SET ended_at = ?, outcome = ?, downloads_made = ?, error = ?"
        " WHERE runner_run_id = ?",
        (instant(store.clock.now()), outcome, made, error or None, run_id),
    )


def _last(store: Store) -> Run | None:
    row = store.one("SELECT * FROM runner_run ORDER BY runner_run_id DESC LIMIT 1")
    return None if row is None else _run(row)


def _run(row: sqlite3.Row) -> Run:
    return Run(
        row["started_by"],
        row["host"],
        moment(row["started_at"]),
        moment(row["ended_at"]) if row["ended_at"] else None,
        row["outcome"] or "",
        row["downloads_made"],
        row["error"] or "",
    )
