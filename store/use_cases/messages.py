"""The outbox, for whoever delivers it.

One rule: each step of a delivery is durable before the next begins.
"""

from __future__ import annotations

from store import outbox, outbox_claims
from store.database import Store
from store.outbox import Outgoing
from store.outbox_claims import ClaimLost as ClaimLost

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


def note_sent(store: Store, message: Outgoing, reference: str) -> None:
    """Note that the carrier took a message; its text and recipient are wiped."""
    with store.transaction():
        outbox_claims.sent(store, message, reference)


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
    """Say with every message that waits for a channel why it does not go."""
    with store.transaction():
        outbox.wipe_expired(store)
        store.execute(
            "UPDATE outbox_message SET last_error = :reason WHERE state = 'queued'"
            " AND channel = :channel AND last_error IS NOT :reason",
            {"channel": channel, "reason": reason},
        )


def count_waiting(store: Store) -> int:
    """Return how many messages wait to be sent."""
    return int(store.value("SELECT count(*) FROM outbox_message WHERE state = 'queued'"))


def scrub(store: Store) -> None:
    """Make what was wiped unreadable in the log of the database as well."""
    store.scrub_log()
