"""The outbox, for whoever delivers it.

One rule: each step of a delivery is durable before the next begins.
"""

from __future__ import annotations

from datetime import timedelta

from store import outbox, outbox_claims, outbox_receipts
from store.clock import instant
from store.database import Store
from store.outbox import Outgoing
from store.outbox_claims import ClaimLost as ClaimLost
from store.outbox_receipts import Awaited as Awaited
from store.outbox_receipts import State

CHANNELS = ("sms", "email")
"""In this order: codes in text messages wait for no slow mail server."""


def claim(store: Store, holder: str, channel: str, limit: int) -> list[Outgoing]:
    """Take messages of a channel that can be sent now, opened for their carrier."""
    with store.transaction():
        return outbox_claims.claim(store, holder, channel, limit)


def handing_over(store: Store, message: Outgoing) -> None:
    """Note that the carrier may have a message from now on; durable when this returns.

    Raises ClaimLost if it must not be sent any more.
    """
    with store.transaction():
        outbox_claims.handing_over(store, message)


def note_sent(
    store: Store,
    message: Outgoing,
    reference: str,
    carried_by: str = "",
    ask_after: timedelta | None = None,
) -> None:
    """Note that the carrier took a message; its text and recipient are wiped.

    With `ask_after` the carrier `carried_by` is asked, from then on, whether it arrived.
    """
    with store.transaction():
        outbox_claims.sent(store, message, reference, carried_by, ask_after)


def note_failed(store: Store, message: Outgoing, reason: str) -> None:
    """Note that the carrier will never take it; its text and recipient are wiped."""
    with store.transaction():
        outbox_claims.failed(store, message, reason)


def note_unknown(store: Store, message: Outgoing, reason: str) -> None:
    """Note that nobody knows whether the carrier took it; text and recipient are wiped."""
    with store.transaction():
        outbox_claims.unknown(store, message, reason)


def note_try_later(store: Store, message: Outgoing, reason: str) -> bool:
    """Note that the carrier did not take it now; return False if no time is left for a try."""
    with store.transaction():
        return outbox_claims.try_later(store, message, reason)


def give_back(store: Store, messages: list[Outgoing], reason: str) -> None:
    """Put back what was claimed and not tried."""
    with store.transaction():
        outbox_claims.give_back(store, messages, reason)


def note_no_carrier(store: Store, channel: str, reason: str) -> None:
    """Say with every message that waits for a channel, and for nothing else, why it does not go."""
    with store.transaction():
        outbox.wipe_expired(store)
        store.execute(
            "UPDATE outbox_message SET last_error = :reason WHERE state = 'queued'"
            " AND channel = :channel AND last_error IS NOT :reason AND not_before <= :now",
            {"channel": channel, "reason": reason, "now": instant(store.clock.now())},
        )


def count_waiting(store: Store) -> int:
    """Return how many messages wait to be sent."""
    return int(store.value("SELECT count(*) FROM outbox_message WHERE state = 'queued'"))


def count_due(store: Store, channel: str) -> int:
    """Return how many messages of a channel a deliverer would have work with now; cheap."""
    return outbox_claims.count_due(store, channel)


def take_due_receipts(
    store: Store, channel: str, limit: int, number: int | None = None
) -> list[Awaited]:
    """Take messages whose carrier is to be asked now whether they arrived.

    Nobody else takes the same ones until the next time comes. `number`: only this message.
    """
    with store.transaction():
        return outbox_receipts.take_due(store, channel, limit, number)


def note_receipt(store: Store, awaited: Awaited, state: State, reason: str = "") -> bool:
    """Note what a carrier told of a message; return whether that settled it.

    `sent` means that it is not known yet. A code whose time is over is not revived by it (S5).
    """
    with store.transaction():
        return outbox_receipts.note(store, awaited, state, reason)


def count_receipts_due(store: Store, channel: str) -> int:
    """Return how many messages of a channel are to be asked about now; cheap."""
    return outbox_receipts.count_due(store, channel)


def scrub(store: Store) -> None:
    """Make what was wiped unreadable in the log of the database as well."""
    store.scrub_log()
