"""Messages to be sent: recipient and text are sealed while queued, wiped when sent or expired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from store.clock import instant
from store.database import Store

_PURPOSE = "outbox"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, opened for its carrier."""

    outbox_message_id: int
    channel: str
    recipient: str
    body: str

    def __repr__(self) -> str:
        return f"Outgoing({self.outbox_message_id})"


def mask(recipient: str) -> str:
    """Return a number or address as it may be shown: its last two characters."""
    return f"••{recipient[-2:]}"


def queue(
    store: Store, *, channel: str, purpose: str, recipient: str, body: str, lifetime: timedelta
) -> int:
    """Write a message inside the running transaction and return its number."""
    now = store.clock.now()
    number = store.insert(
        "outbox_message",
        {
            "channel": channel,
            "purpose": purpose,
            "recipient_masked": mask(recipient),
            "state": "queued",
            "created_at": instant(now),
            "not_before": instant(now),
            "expires_at": instant(now + lifetime),
        },
    )
    store.execute(
        "UPDATE outbox_message SET sealed_recipient = ?, sealed_body = ?"
        " WHERE outbox_message_id = ?",
        (
            store.sealer.seal(recipient.encode(), _PURPOSE, f"{number}:recipient"),
            store.sealer.seal(body.encode(), _PURPOSE, f"{number}:body"),
            number,
        ),
    )
    return number


def waiting(store: Store) -> list[Outgoing]:
    """Return what can be sent now, oldest first."""
    now = instant(store.clock.now())
    found = store.rows(
        "SELECT * FROM outbox_message WHERE state = 'queued' AND not_before <= ?"
        " AND (expires_at IS NULL OR expires_at > ?) ORDER BY outbox_message_id",
        (now, now),
    )
    opened = []
    for row in found:
        number = row["outbox_message_id"]
        to = store.sealer.open(row["sealed_recipient"], _PURPOSE, f"{number}:recipient")
        body = store.sealer.open(row["sealed_body"], _PURPOSE, f"{number}:body")
        opened.append(Outgoing(number, row["channel"], to.decode(), body.decode()))
    return opened


def sent(store: Store, number: int, reference: str) -> None:
    """Note inside the running transaction that the carrier took it, and wipe the text."""
    store.execute(
        "UPDATE outbox_message SET state = 'sent', sent_at = ?, tries = tries + 1,"
        " carrier_reference = ?, last_error = NULL, sealed_recipient = NULL, sealed_body = NULL"
        " WHERE outbox_message_id = ?",
        (instant(store.clock.now()), reference, number),
    )


def not_sent(store: Store, number: int, reason: str) -> None:
    """Note inside the running transaction that the carrier failed; it stays queued."""
    store.execute(
        "UPDATE outbox_message SET tries = tries + 1, last_error = ? WHERE outbox_message_id = ?",
        (reason, number),
    )


def wipe_expired(store: Store) -> None:
    """Wipe, inside the running transaction, what can no longer be sent."""
    store.execute(
        "UPDATE outbox_message SET state = 'expired', sealed_recipient = NULL, sealed_body = NULL"
        " WHERE state = 'queued' AND expires_at <= ?",
        (instant(store.clock.now()),),
    )
