"""What became of messages, as it may be shown: no text, no number.

One rule: the columns that are sealed are never read here.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from store.clock import instant, moment
from store.database import Store

KEPT = timedelta(days=400)
"""How long a message that is over stands in the list: a year, and time to look back at it."""
_SHOWN = (
    "outbox_message_id, channel, purpose, recipient_masked, state, created_at, not_before,"
    " expires_at, sent_at, settled_at, tries, last_error, carried_by"
)


def one(store: Store, outbox_message_id: int) -> sqlite3.Row | None:
    """Return a message, or None."""
    return store.one(
        f"SELECT {_SHOWN} FROM outbox_message WHERE outbox_message_id = ?", (outbox_message_id,)
    )


def page(store: Store, before: int | None, limit: int) -> list[sqlite3.Row]:
    """Return messages, the newest first, from one on (`before`, which is not among them)."""
    return store.rows(
        f"SELECT {_SHOWN} FROM outbox_message WHERE outbox_message_id < coalesce(?, 1 << 62)"
        " ORDER BY outbox_message_id DESC LIMIT ?",
        (before, limit),
    )


def next_try_at(store: Store, row: sqlite3.Row) -> datetime | None:
    """Return when a message that waits is tried again; None if it can go now or is over."""
    again = moment(row["not_before"])
    return again if row["state"] == "queued" and again > store.clock.now() else None


def counts(store: Store, since: datetime) -> dict[str, dict[str, int]]:
    """Return by channel how many wait, and how many written since then did not arrive."""
    rows = store.rows(
        "SELECT channel, sum(state IN ('queued', 'sending')) AS waiting,"
        " sum(state IN ('undelivered', 'unknown', 'failed', 'expired') AND created_at >= ?)"
        " AS not_arrived FROM outbox_message GROUP BY channel",
        (instant(since),),
    )
    return {
        row["channel"]: {"waiting": row["waiting"], "not_arrived": row["not_arrived"]}
        for row in rows
    }


def forget_old(store: Store) -> int:
    """Delete, inside the running transaction, what was settled long ago; return how many.

    What an invitation refers to stays with it.
    """
    over = (
        "SELECT outbox_message_id FROM outbox_message m WHERE m.settled_at <= :before"
        " AND NOT EXISTS (SELECT 1 FROM portal_invite i"
        " WHERE i.outbox_message_id = m.outbox_message_id)"
    )
    times = {"before": instant(store.clock.now() - KEPT)}
    if store.one(f"{over} LIMIT 1", times) is None:
        return 0
    store.execute(
        f"UPDATE otp_challenge SET outbox_message_id = NULL WHERE outbox_message_id IN ({over})",
        times,
    )
    return store.execute(f"DELETE FROM outbox_message WHERE outbox_message_id IN ({over})", times)
