"""The audit trail: rows are only added; each carries a keyed hash over itself and the one before.

One rule: an event is written in the transaction of the change it tells of (REQUIREMENTS S9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store import audit_heads
from store.audit_check import FIRST_HASH, HASHED, Chain, Check, TrailBroken
from store.clock import instant
from store.drawing import drawn

if TYPE_CHECKING:
    from store.access import Actor
    from store.database import Store

__all__ = ["FIRST_HASH", "TrailBroken", "append", "verify"]

_CANONICAL = f"SELECT CAST(json_array({', '.join(['?'] * len(HASHED))}) AS BLOB)"


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
    """Add one event inside the running transaction and return its position.

    What cannot be seen in a text (a line break in a user name) is drawn, so that one event is
    always one line.
    """
    last = store.one("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
    row: dict[str, Any] = {
        "seq": 1 if last is None else last["seq"] + 1,
        "at": instant(store.clock.now()),
        "user_id": actor.user_id,
        "action": action,
        "permission_code": permission_code,
        "patient_id": patient_id,
        "terminal": drawn(actor.terminal) or "unknown",
        "source": actor.source,
        "description": drawn(description),
        "object": None if object_ is None else drawn(object_),
        "previous_hash": FIRST_HASH if last is None else last["hash"],
    }
    # SQLite writes the hashed form here as it does when the trail is checked: one definition.
    canonical = store.value(_CANONICAL, [row[name] for name in HASHED])
    row["hash"] = Chain(store.sealer).hash_of(canonical)
    return store.insert("audit_log", row)


def verify(store: Store) -> int:
    """Check the whole trail, its end too, and return how many events it has.

    Raises TrailBroken naming the first event that is not as it was written.
    """
    return Check(store.folder, audit_heads.read(store.folder, store.sealer)).run().events
