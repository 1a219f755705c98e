"""Reading the audit trail a page at a time, filtered, newest first (REQUIREMENTS S9).

One rule: a page costs the same however long the trail is. What an index answers is read in its
order; what none answers (text, terminal, right) is looked for in the next `SEARCHED_AT_ONCE` events
only, and the page says how far back it has looked.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from store.clock import instant, moment, start_of_day
from store.database import Store
from store.rights import PERMISSIONS, Right

SEARCHED_AT_ONCE = 100_000
NOBODY = 0
"""As `AuditFilter.user_id`: events of no user (the unattended run, unknown names at sign-in)."""

_COLUMNS = (
    "a.seq, a.at, a.user_id, u.user_name, u.full_name, a.action, a.permission_code, a.patient_id,"
    " a.terminal, a.source, a.description, a.object"
)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is asked for; None asks for everything.

    Attributes:
        since, until: days of the practice's time zone, both included.
        user_id: who; `NOBODY` for events without a user.
        action: as `download.request`; with a dot at its end (`download.`) all that begin so.
        right: code of the right that it took.
        text: part of the description or of the object, ASCII letters in either case.
    """

    since: date | None = None
    until: date | None = None
    user_id: int | None = None
    action: str | None = None
    right: str | None = None
    patient_id: int | None = None
    terminal: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event. `right` is the label of the right it took, `patient_id` a number and no name."""

    seq: int
    at: datetime
    user_id: int | None
    user_name: str
    full_name: str
    action: str
    right: str
    patient_id: int | None
    terminal: str
    source: str
    text: str
    object: str

    @property
    def who(self) -> str:
        """The name to show."""
        if self.user_id is None:
            return "unattended run" if self.source == "runner" else "nobody"
        return self.full_name


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events, newest first.

    Attributes:
        next_before: what to pass as `before_seq` for the page after; None at the end.
        searched_to: where the search stopped before the page was full; None if it did not.
    """

    events: tuple[AuditEvent, ...]
    next_before: int | None
    searched_to: datetime | None
    time_zone: str


def page(store: Store, wanted: AuditFilter, before_seq: int | None, limit: int) -> AuditPage:
    """Return the next events older than `before_seq` (None: from the newest)."""
    zone = store.value("SELECT time_zone FROM practice_group")
    ordered, by_index = _by_index(wanted, zone)
    if before_seq is not None:
        ordered.append("(a.at, a.seq) < (SELECT at, seq FROM audit_log WHERE seq = ?)")
        by_index.append(before_seq)
    searched, by_search = _by_search(wanted)
    last: sqlite3.Row | None = None
    if searched:
        last = store.one(
            f"SELECT a.at, a.seq FROM audit_log a{_where(ordered)}"
            f" ORDER BY a.at DESC, a.seq DESC LIMIT 1 OFFSET {SEARCHED_AT_ONCE - 1}",
            by_index,
        )
    if last is not None:
        ordered.append("(a.at, a.seq) >= (?, ?)")
        by_index += [last["at"], last["seq"]]
    rows = store.rows(
        f"SELECT {_COLUMNS} FROM audit_log a LEFT JOIN user u USING (user_id)"
        f"{_where([*ordered, *searched])} ORDER BY a.at DESC, a.seq DESC LIMIT ?",
        [*by_index, *by_search, limit + 1],
    )
    events = tuple(_event(row) for row in rows[:limit])
    if len(rows) > limit:
        return AuditPage(events, events[-1].seq, None, zone)
    if last is not None:
        return AuditPage(events, last["seq"], moment(last["at"]), zone)
    return AuditPage(events, None, None, zone)


def actions(store: Store) -> tuple[str, ...]:
    """Return every action that is in the trail; leaps through the index, whatever its length."""
    rows = store.rows(
        "WITH RECURSIVE leap (action) AS (SELECT min(action) FROM audit_log UNION ALL"
        " SELECT (SELECT min(action) FROM audit_log WHERE action > leap.action) FROM leap"
        " WHERE leap.action IS NOT NULL)"
        " SELECT action FROM leap WHERE action IS NOT NULL"
    )
    return tuple(row["action"] for row in rows)


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _by_index(wanted: AuditFilter, zone: str) -> tuple[list[str], list[Any]]:
    """Return the conditions that the index of the narrowest one answers in order of time."""
    conditions: list[str] = []
    values: list[Any] = []
    # Outside the calendar's first and last day no zone can tell a time.
    if wanted.since is not None and wanted.since != date.min:
        conditions.append("a.at >= ?")
        values.append(instant(start_of_day(wanted.since, zone)))
    if wanted.until is not None and wanted.until != date.max:
        conditions.append("a.at < ?")
        values.append(instant(start_of_day(wanted.until + timedelta(days=1), zone)))
    indexed = _indexed(wanted)
    if indexed:
        column, value = indexed[0]
        conditions.append(f"{column} IS ?")
        values.append(value)
    return conditions, values


def _indexed(wanted: AuditFilter) -> list[tuple[str, int | str | None]]:
    """Return what has an index, narrowest first."""
    found: list[tuple[str, int | str | None]] = []
    if wanted.patient_id is not None:
        found.append(("a.patient_id", wanted.patient_id))
    if wanted.user_id is not None:
        found.append(("a.user_id", wanted.user_id or None))
    if wanted.action and not wanted.action.endswith("."):
        found.append(("a.action", wanted.action))
    return found


def _by_search(wanted: AuditFilter) -> tuple[list[str], list[Any]]:
    """Return the conditions that each event in reach is looked at for."""
    # The plus keeps SQLite from choosing another index than the one whose order is promised.
    found = [(f"+{column} IS ?", [value]) for column, value in _indexed(wanted)[1:]]
    if wanted.action and wanted.action.endswith("."):
        found.append(("substr(a.action, 1, ?) = ?", [len(wanted.action), wanted.action]))
    if wanted.right:
        found.append(("a.permission_code = ?", [wanted.right]))
    if wanted.terminal:
        found.append(("a.terminal LIKE ? ESCAPE '\\'", [_part(wanted.terminal)]))
    if wanted.text:
        like = "LIKE ? ESCAPE '\\'"
        found.append((f"(a.description {like} OR a.object {like})", [_part(wanted.text)] * 2))
    return [condition for condition, _ in found], [v for _, values in found for v in values]


def _part(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _event(row: sqlite3.Row) -> AuditEvent:
    return AuditEvent(
        row["seq"],
        moment(row["at"]),
        row["user_id"],
        row["user_name"] or "",
        row["full_name"] or "",
        row["action"],
        right_label(row["permission_code"]),
        row["patient_id"],
        row["terminal"],
        row["source"],
        row["description"],
        row["object"] or "",
    )


def right_label(code: str | None) -> str:
    """Return a right's name as people read it; a code that is no longer known stays as it is."""
    if code is None:
        return ""
    try:
        permission = PERMISSIONS[Right(code)]
    except (ValueError, KeyError):
        return code
    return f"{permission.category} - {permission.label}"
