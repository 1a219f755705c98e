"""The audit trail: rows are only added; each carries a keyed hash over itself and the one before.

One rule: an event is written in the transaction of the change it tells of (REQUIREMENTS S9).
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from store.clock import instant
from store.database import translated
from store.errors import ChairsideError

if TYPE_CHECKING:
    from store.access import Actor
    from store.database import Store

FIRST_HASH = "0" * 64
_HASHED = (
    "seq",
    "at",
    "user_id",
    "action",
    "permission_code",
    "patient_id",
    "terminal",
    "source",
    "description",
    "object",
    "previous_hash",
)


class TrailBroken(ChairsideError):
    """The audit trail does not agree with its own hashes."""

    title = "The audit trail was altered"


def append(
    store: Store,
    actor: Actor,
    action: str,
    description: str,
    *,
    permission_code: str | None = None,
    patient_id: int | None = None,
    object_: str | None = None,
) -> int:
    """Add one event inside the running transaction and return its position."""
    last = store.one("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
    row: dict[str, Any] = {
        "seq": 1 if last is None else last["seq"] + 1,
        "at": instant(store.clock.now()),
        "user_id": actor.user_id,
        "action": action,
        "permission_code": permission_code,
        "patient_id": patient_id,
        "terminal": actor.terminal,
        "source": actor.source,
        "description": description,
        "object": object_,
        "previous_hash": FIRST_HASH if last is None else last["hash"],
    }
    row["hash"] = _hash(store, row)
    return store.insert("audit_log", row)


def verify(store: Store) -> int:
    """Check the whole trail and return how many events it has.

    Raises TrailBroken naming the first event that was altered, inserted, moved or removed before
    another. That the end was not cut off, only an anchor outside the database can tell.
    """
    previous, expected = FIRST_HASH, 1
    with translated():
        for row in store.db.execute("SELECT * FROM audit_log ORDER BY seq"):
            event = {name: row[name] for name in _HASHED}
            whole = row["seq"] == expected and row["previous_hash"] == previous
            if not whole or not hmac.compare_digest(row["hash"], _hash(store, event)):
                raise TrailBroken(
                    f"Event {row['seq']} of the audit trail is not as it was written.",
                    do="Keep the database as it is, and compare it with your backups.",
                )
            previous, expected = row["hash"], expected + 1
    return expected - 1


def _hash(store: Store, row: dict[str, Any]) -> str:
    canonical = json.dumps([row[name] for name in _HASHED], ensure_ascii=False)
    return store.sealer.keyed_hash(canonical, "audit")
