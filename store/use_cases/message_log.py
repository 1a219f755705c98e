"""Setup > Account Info > Communications > Messages: what was sent, and what became of it.

One rule: it shows to which number a message went by its last digits, and never its text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store import outbox, outbox_log, text_messages, users
from store.access import Actor, change, view
from store.clock import moment
from store.database import Store
from store.errors import BadInput
from store.phones import OWN_NUMBER
from store.rights import Level, Need, Right
from store.use_cases.carriers import TEST_LIFETIME, TEST_PURPOSE

SEE = Need(Right.COMMUNICATIONS, Level.VIEW)
SEND = Need(Right.COMMUNICATIONS, Level.FULL)
LATELY = timedelta(days=7)
"""How far back `waiting_counts` looks for what did not arrive."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message. Instants are aware, UTC; texts are empty where there is nothing.

    Attributes:
        state: a code of the value set `message_state`.
        reason: why it did not arrive, or did not go yet.
        next_try_at: when it is tried again; None unless it waits for that.
        carried_by: what took it, such as `http api.example.com`.
    """

    outbox_message_id: int
    channel: str
    purpose: str
    recipient_masked: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    tries: int
    reason: str
    next_try_at: datetime | None
    carried_by: str


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """Of one channel: how many messages wait, and how many did not arrive in the last 7 days.

    `not_arrived` counts undelivered, failed and expired ones, and those that nobody knows of.
    """

    channel: str
    waiting: int
    not_arrived: int


def recent(
    store: Store, actor: Actor, before: int | None = None, limit: int = 50
) -> tuple[MessageRow, ...]:
    """Return messages, the newest first; `before` is the last one of the page above.

    View Only is enough. Raises Refused.
    """
    view(store, actor, SEE)
    return tuple(
        MessageRow(
            row["outbox_message_id"],
            row["channel"],
            row["purpose"],
            row["recipient_masked"],
            row["state"],
            moment(row["created_at"]),
            moment(row["sent_at"]) if row["sent_at"] else None,
            row["tries"],
            row["last_error"] or "",
            outbox_log.next_try_at(store, row),
            row["carried_by"] or "",
        )
        for row in outbox_log.page(store, before, limit)
    )


def waiting_counts(store: Store, actor: Actor) -> tuple[WaitingCount, ...]:
    """Return the counts of each channel, text messages first. Raises Refused."""
    view(store, actor, SEE)
    found = outbox_log.counts(store, store.clock.now() - LATELY)
    none = {"waiting": 0, "not_arrived": 0}
    return tuple(WaitingCount(channel, **found.get(channel, none)) for channel in ("sms", "email"))


def retry(store: Store, actor: Actor) -> int:
    """Let what waits after a try go with the next delivery; return how many can go now.

    What is over has no text any more and cannot be sent again; what was written for a later time
    waits for it. Raises Refused.
    """
    with change(store, actor, SEND) as tx:
        outbox.wipe_expired(store)
        can_go = outbox.due_now(store)
        tx.record("communications.retry", f"Had waiting messages tried again: {can_go}.")
    return can_go


def test_text(store: Store, actor: Actor) -> str:
    """Queue a test text message, without a code, to one's own number; return it masked.

    Raises Refused; BadInput where no number is on file for this user that it can go to.
    """
    with change(store, actor, SEND) as tx:
        number = users.by_id(store, actor.user_id)["cell_phone"]
        if not number:
            raise BadInput(
                "No mobile number is on file for you, so no test can be sent.",
                kept="Nothing was sent.",
                do=OWN_NUMBER,
            )
        text_messages.queue(
            store,
            purpose=TEST_PURPOSE,
            number=number,
            lifetime=TEST_LIFETIME,
            says="this is a test message. Text messages from Chairside arrive.",
            advice=(),
        )
        masked = outbox.mask(number)
        tx.record("communications.test", f"Sent a test text message to {masked}.")
    return masked
