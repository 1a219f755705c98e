"""What became of messages that a carrier took: whether they arrived.

One rule: a receipt changes a message that is waited for, of the carrier that has it, and nothing
else: no code lives longer for it (REQUIREMENTS S5), and the first answer that settles it stays.
Everything here runs inside a transaction of the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from store.clock import instant
from store.database import Store
from store.deadlines import over, times

State = Literal["sent", "delivered", "undelivered"]

GAPS = tuple(timedelta(seconds=s) for s in (2, 3, 5, 10, 20, 40, 60, 120, 300))
"""How long to wait after it was sent, and after each time it was asked; the last one goes on."""
GIVEN_UP_AFTER = timedelta(hours=1)
"""From when it was sent: a carrier that has not told by then does not tell."""
MOST_ASKED = 20
"""Times; as many as fit into that hour, should the clock be set back in it."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A message that a carrier took, and that is asked about now; `asked` counts this time."""

    outbox_message_id: int
    channel: str
    carried_by: str
    reference: str
    asked: int


_DUE = (
    " FROM outbox_message WHERE state = 'sent' AND ask_at IS NOT NULL AND channel = :channel"
    f" AND {over('ask_at')}"
)


def take_due(store: Store, channel: str, limit: int, number: int | None = None) -> list[Awaited]:
    """Take what is to be asked now, and put off when it is asked next.

    So two that ask at once never ask for the same one. What was sent an hour ago is given up: it
    stays `sent`.

    Args:
        number: only this message, if it is due.
    """
    _give_up(store, channel)
    now = store.clock.now()
    only = "" if number is None else " AND outbox_message_id = :number"
    due = store.rows(
        f"SELECT *{_DUE}{only} ORDER BY ask_at, outbox_message_id LIMIT :limit",
        {**_times(store, channel), "number": number, "limit": limit},
    )
    for row in due:
        gap = GAPS[min(row["asked"] + 1, len(GAPS) - 1)]
        store.execute(
            "UPDATE outbox_message SET asked = asked + 1, ask_at = ? WHERE outbox_message_id = ?",
            (instant(now + gap), row["outbox_message_id"]),
        )
    return [
        Awaited(
            row["outbox_message_id"],
            row["channel"],
            row["carried_by"] or "",
            row["carrier_reference"] or "",
            row["asked"] + 1,
        )
        for row in due
    ]


def note(store: Store, awaited: Awaited, state: State, reason: str) -> bool:
    """Note what the carrier says; return whether that settled it.

    `sent` says nothing new. A message that is settled, or that another carrier has, stays as it is.
    """
    if state == "sent":
        return False
    why = (reason or "The carrier gives no reason.") if state == "undelivered" else None
    changed = store.execute(
        "UPDATE outbox_message SET state = :state, settled_at = :now, ask_at = NULL,"
        " last_error = :why WHERE outbox_message_id = :number AND state = 'sent'"
        " AND ask_at IS NOT NULL AND carried_by IS :carrier AND carrier_reference IS :reference",
        {
            "state": state,
            "now": instant(store.clock.now()),
            "why": why,
            "number": awaited.outbox_message_id,
            "carrier": awaited.carried_by or None,
            "reference": awaited.reference or None,
        },
    )
    return bool(changed)


def count_due(store: Store, channel: str) -> int:
    """Return how many messages are to be asked about now."""
    return int(store.value(f"SELECT count(*){_DUE}", _times(store, channel)))


def _give_up(store: Store, channel: str) -> None:
    now = store.clock.now()
    store.execute(
        "UPDATE outbox_message SET settled_at = :now, ask_at = NULL WHERE state = 'sent'"
        " AND ask_at IS NOT NULL AND channel = :channel AND (sent_at <= :over OR asked >= :most)",
        {
            "now": instant(now),
            "channel": channel,
            "over": instant(now - GIVEN_UP_AFTER),
            "most": MOST_ASKED,
        },
    )


def _times(store: Store, channel: str) -> dict[str, object]:
    return {"channel": channel, **times(store.clock.now(), GAPS[-1])}
