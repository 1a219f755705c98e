"""The registration of text messaging: all SQL about it (REQUIREMENTS D6).

One rule: a step is added, never changed; the newest one says where the registration stands.
"""

from __future__ import annotations

import sqlite3

from store.clock import instant
from store.database import Store

CHANGED = "The carrier was changed."
TEST_PURPOSE = "communications.register"
"""What the code of the test message is good for."""


def state(store: Store) -> str:
    """Return where it stands: not_registered, pending, registered or rejected."""
    found = store.value(
        "SELECT state FROM communication_registration"
        " ORDER BY communication_registration_id DESC LIMIT 1"
    )
    return found or "not_registered"


def add_step(
    store: Store,
    user_id: int | None,
    state: str,
    *,
    sender: str | None = None,
    reason: str | None = None,
) -> None:
    """Add a step inside the running transaction; `sender` is by what text messages go."""
    now = instant(store.clock.now())
    asked = store.value(
        "SELECT requested_at FROM communication_registration WHERE state = 'pending'"
        " ORDER BY communication_registration_id DESC LIMIT 1"
    )
    store.insert(
        "communication_registration",
        {
            "pgid": store.value("SELECT pgid FROM practice_group"),
            "state": state,
            "requested_at": now if state == "pending" else asked,
            "requested_by": user_id,
            "decided_at": None if state == "pending" else now,
            "sender": sender,
            "reason": reason,
        },
    )


def reset(store: Store, user_id: int | None) -> bool:
    """Begin again inside the running transaction, for another carrier; return whether it stood.

    A code that the carrier before has sent registers nothing any more.
    """
    from store.one_time_codes import end_all

    if state(store) == "not_registered":
        return False
    end_all(store, None, (TEST_PURPOSE,))
    add_step(store, user_id, "not_registered", reason=CHANGED)
    return True


def steps(store: Store) -> list[sqlite3.Row]:
    """Return the newest hundred steps, the newest first, with `full_name` of who took each."""
    return store.rows(
        "SELECT r.*, u.full_name FROM communication_registration r"
        " LEFT JOIN user u ON u.user_id = r.requested_by"
        " ORDER BY communication_registration_id DESC LIMIT 100"
    )
