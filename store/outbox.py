"""Messages to be sent: recipient and text are sealed while queued, wiped when their way is over.

One rule: what is written here goes out once at most; how it is claimed and sent is told in
`outbox_claims`.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.clock import instant
from store.database import Store
from store.deadlines import times
from store.mail import Mail as Mail
from store.mail import check_mail, mail_address

_PURPOSE = "outbox"
LONGEST_GAP = timedelta(hours=4)
"""Between two tries of a message."""
WIPED = "sealed_recipient = NULL, sealed_body = NULL"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, opened for its carrier.

    `token` names it to the carrier: the same at every try, and not to be guessed. `holder` and
    `tries` are the claim under which it is held; a later claim has a higher `tries`.
    """

    outbox_message_id: int
    channel: str
    recipient: str
    body: str
    token: str = ""
    holder: str = ""
    tries: int = 0

    def __repr__(self) -> str:
        return f"Outgoing({self.outbox_message_id})"


def mask(recipient: str) -> str:
    """Return a number or address as it may be shown: its end, of a mail address its domain."""
    name, at, domain = recipient.rpartition("@")
    return f"{name[:1]}••@{domain}" if at else f"••{recipient[-2:]}"


def queue(
    store: Store,
    *,
    channel: str,
    purpose: str,
    recipient: str,
    body: str,
    lifetime: timedelta,
    patient_id: int | None = None,
    not_before: datetime | None = None,
) -> int:
    """Write a message inside the running transaction and return its number.

    Args:
        lifetime: how long it may be sent, from the first moment at which it may.
        not_before: aware; it is not sent earlier. None: now.
    """
    now = store.clock.now()
    begins = max(now, not_before or now)
    number = store.insert(
        "outbox_message",
        {
            "channel": channel,
            "purpose": purpose,
            "patient_id": patient_id,
            "recipient_masked": mask(recipient),
            "state": "queued",
            "created_at": instant(now),
            "not_before": instant(begins),
            "expires_at": instant(begins + lifetime),
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


def queue_mail(
    store: Store,
    *,
    purpose: str,
    recipient: str,
    mail: Mail,
    lifetime: timedelta,
    patient_id: int | None = None,
    not_before: datetime | None = None,
) -> int:
    """Write an e-mail inside the running transaction and return its number.

    Raises BadInput for an address, or a subject, that would not stay one line of the head.
    """
    check_mail(mail)
    return queue(
        store,
        channel="email",
        purpose=purpose,
        recipient=mail_address(recipient),
        body=mail.to_json(),
        lifetime=lifetime,
        patient_id=patient_id,
        not_before=not_before,
    )


DUE = (
    " FROM outbox_message WHERE state = 'queued'"
    " AND (not_before <= :now OR not_before = created_at OR tries > 0 AND not_before > :longest)"
    " AND (expires_at IS NULL OR expires_at > :now)"
)
"""What can be sent (parameters: `times` of now and LONGEST_GAP). One written before the clock was
set back does not wait for the clock; one that was tried since waits for its gap, however early that
is by the new time, but no longer than any gap is."""


def waiting(store: Store) -> list[Outgoing]:
    """Return what can be sent now, oldest first, without claiming it."""
    rows = store.rows(
        f"SELECT *{DUE} ORDER BY outbox_message_id", times(store.clock.now(), LONGEST_GAP)
    )
    return [opened(store, row) for row in rows]


def withdraw(store: Store, *, patient_id: int, purpose: str, reason: str) -> int:
    """Stop a patient's messages of a purpose inside the running transaction; return how many.

    What may be with the carrier already is left alone. A password that was replaced, or access
    that was removed, must not be told any more.
    """
    return store.execute(
        f"UPDATE outbox_message SET state = 'failed', settled_at = ?, last_error = ?, {WIPED}"
        " WHERE patient_id = ? AND purpose = ?"
        " AND (state = 'queued' OR state = 'sending' AND handing_over = 0)",
        (instant(store.clock.now()), reason, patient_id, purpose),
    )


def due_now(store: Store, channel: str | None = None) -> int:
    """Let what waits after a try go at once, inside the running transaction; return what can go.

    What was written for a later time waits for it.
    """
    these = {**times(store.clock.now(), LONGEST_GAP), "channel": channel}
    store.execute(
        "UPDATE outbox_message SET not_before = :now WHERE state = 'queued' AND not_before > :now"
        " AND last_error IS NOT NULL AND channel = coalesce(:channel, channel)",
        these,
    )
    can_go = store.value(f"SELECT count(*){DUE} AND channel = coalesce(:channel, channel)", these)
    return int(can_go)


def wipe_expired(store: Store) -> None:
    """Wipe, inside the running transaction, what can no longer be sent."""
    now = instant(store.clock.now())
    store.execute(
        f"UPDATE outbox_message SET state = 'expired', settled_at = ?, {WIPED}"
        " WHERE (state = 'queued' OR state = 'sending' AND handing_over = 0) AND expires_at <= ?",
        (now, now),
    )


def opened(store: Store, row: sqlite3.Row, holder: str = "", tries: int = 0) -> Outgoing:
    """Return a message with what was sealed of it. Raises SealBroken."""
    number = row["outbox_message_id"]
    to = store.sealer.open(row["sealed_recipient"], _PURPOSE, f"{number}:recipient")
    body = store.sealer.open(row["sealed_body"], _PURPOSE, f"{number}:body")
    token = store.sealer.keyed_hash(f"{number}:{row['created_at']}", "message id")[:32]
    return Outgoing(number, row["channel"], to.decode(), body.decode(), token, holder, tries)
