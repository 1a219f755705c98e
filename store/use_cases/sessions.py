"""Who is signed in where, and ending it (REQUIREMENTS S7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store import users
from store.access import CLOCK_SLACK, SESSION_HOURS, Actor, change, view
from store.clock import instant, moment
from store.database import Store
from store.errors import Conflict, NotFound
from store.use_cases.groups import MANAGE, SEE


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session that is open now."""

    session_id: int
    user_id: int
    user_name: str
    full_name: str
    terminal: str
    source: str
    started_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    is_mine: bool


def list_sessions(
    store: Store, actor: Actor, user_id: int | None = None
) -> tuple[SessionView, ...]:
    """Return the open sessions of one user, or of all, the newest first. Raises Refused, NotFound.

    Those that are older than twelve hours, or of hidden users, are over though nobody ended them.
    """
    view(store, actor, SEE)
    if user_id is not None:
        users.by_id(store, user_id)
    now = store.clock.now()
    since = instant(now - timedelta(hours=SESSION_HOURS))
    found = store.rows(
        "SELECT s.*, u.user_name, u.full_name FROM session s JOIN user u USING (user_id)"
        " WHERE s.ended_at IS NULL AND s.started_at > ? AND s.started_at <= ?"
        " AND u.is_hidden = 0 AND u.is_disabled = 0 AND (? IS NULL OR s.user_id = ?)"
        " ORDER BY s.started_at DESC, s.session_id DESC",
        (since, instant(now + CLOCK_SLACK), user_id, user_id),
    )
    return tuple(
        SessionView(
            row["session_id"],
            row["user_id"],
            row["user_name"],
            row["full_name"],
            row["terminal"],
            row["source"],
            moment(row["started_at"]),
            moment(row["last_seen_at"]),
            moment(row["started_at"]) + timedelta(hours=SESSION_HOURS),
            row["session_id"] == actor.session_id,
        )
        for row in found
    )


def end_session(store: Store, actor: Actor, session_id: int) -> None:
    """End somebody's session; its screen is signed out at the next step.

    Raises Refused, NotFound, Conflict for one that is over.
    """
    with change(store, actor, MANAGE) as tx:
        row = store.one(
            "SELECT s.ended_at, s.terminal, u.user_name FROM session s JOIN user u USING (user_id)"
            " WHERE s.session_id = ?",
            (session_id,),
        )
        if row is None:
            raise NotFound("There is no such session.")
        if row["ended_at"] is not None:
            raise Conflict("That session is over already.", kept="Nothing was changed.")
        store.execute(
            "UPDATE session SET ended_at = ?, ended_because = 'ended_by_administrator'"
            " WHERE session_id = ?",
            (instant(store.clock.now()), session_id),
        )
        tx.record(
            "session.end",
            f"Ended a session of {row['user_name']} at {row['terminal']}.",
            object_=f"session:{session_id}",
        )
