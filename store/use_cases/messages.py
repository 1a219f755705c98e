"""The outbox, for whoever delivers it."""

from __future__ import annotations

from store import outbox
from store.database import Store
from store.outbox import Outgoing


def waiting(store: Store) -> list[Outgoing]:
    """Return what can be sent now, opened for its carrier, oldest first."""
    return outbox.waiting(store)


def note_sent(store: Store, outbox_message_id: int, reference: str) -> None:
    """Note that the carrier took a message; its text and recipient are wiped."""
    with store.transaction():
        outbox.sent(store, outbox_message_id, reference)


def note_not_sent(store: Store, outbox_message_id: int, reason: str) -> None:
    """Note that the carrier did not take it; it stays queued."""
    with store.transaction():
        outbox.not_sent(store, outbox_message_id, reason)
