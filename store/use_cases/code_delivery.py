"""How the message with a code fares, for whoever waits for it (REQUIREMENTS D11, D23).

One rule: it tells of one's own newest code and of no other, and never its text or number.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store import one_time_codes, outbox_log, sign_in_factor
from store.access import Actor, check
from store.clock import moment
from store.database import Store
from store.errors import SignInFailed
from store.use_cases import carriers


@dataclass(frozen=True, slots=True)
class CodeDelivery:
    """Where a code's message stands. Instants are aware, UTC; texts empty where there is nothing.

    Attributes:
        state: a code of the value set `message_state`.
        reason: why it did not arrive, or did not go yet.
        sent_to: the number, masked.
        at: since when it stands so: written, handed to the carrier, or settled.
        next_try_at: when it is tried again; None unless it waits for that.
        carrier: the kind of what took it or will take it: http, modem or spool.
    """

    outbox_message_id: int
    state: str
    reason: str
    sent_to: str
    at: datetime
    next_try_at: datetime | None
    carrier: str


def code_delivery(store: Store, actor: Actor, purpose: str) -> CodeDelivery | None:
    """Return how the newest code of a purpose fares that was sent to the actor.

    None once it was used, replaced or is too old, and where no message carries it. Raises
    SessionEnded.
    """
    check(store, actor, None)
    assert actor.user_id is not None
    return _of(store, one_time_codes.open_message(store, actor.user_id, purpose))


def sign_in_code_delivery(store: Store, token: str, *, terminal: str) -> CodeDelivery | None:
    """Return how the code fares that a sign-in waits for; the token is that of `sign_in`.

    None for a token that is forged, old, used, or of another terminal: the answer is the same.
    """
    try:
        challenge, _user = sign_in_factor.waiting(store, token, terminal)
    except SignInFailed:
        return None
    return _of(store, one_time_codes.message_of(store, challenge))


def _of(store: Store, outbox_message_id: int | None) -> CodeDelivery | None:
    row = None if outbox_message_id is None else outbox_log.one(store, outbox_message_id)
    if row is None:
        return None
    return CodeDelivery(
        row["outbox_message_id"],
        row["state"],
        row["last_error"] or "",
        row["recipient_masked"],
        moment(row["settled_at"] or row["sent_at"] or row["created_at"]),
        outbox_log.next_try_at(store, row),
        _kind(store, row),
    )


def _kind(store: Store, row: sqlite3.Row) -> str:
    carried_by = str(row["carried_by"] or "")
    return carried_by.split(" ")[0] or carriers.shown(store, row["channel"]).kind
