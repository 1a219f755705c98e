"""What was going on when the archive was made, and cannot go on here.

One rule: nothing of an archive acts by itself. Keys and files of downloads stayed where they were
made, an emergency was of a session there, and carriers have to be tried here.
"""

from __future__ import annotations

from store import registration
from store.access import Actor
from store.clock import instant
from store.database import Store

MOVED = "It did not come along when the practice's data was read in."


def end_what_went_on(store: Store, actor: Actor) -> dict[str, tuple[int, str]]:
    """End it inside the running transaction; return how many rows, and why, by table."""
    now = instant(store.clock.now())
    pending = store.execute(
        "UPDATE data_download SET state = 'cancelled', error = ?, lease_holder = NULL,"
        " lease_until = NULL, cancel_requested = 0"
        " WHERE state IN ('requested', 'scheduled', 'running')",
        (MOVED,),
    )
    ready = store.execute(
        "UPDATE data_download SET state = 'expired' WHERE state IN ('ready', 'retrieved')"
    )
    repeating = store.execute(
        "UPDATE data_download_series SET ended_at = ?, reason = ? WHERE ended_at IS NULL",
        (now, MOVED),
    )
    emergencies = store.execute(
        "UPDATE emergency_access SET given_back_at = ? WHERE given_back_at IS NULL AND ends_at > ?",
        (now, now),
    )
    registered = int(registration.reset(store, actor.user_id))
    ended = {
        "data_download": (pending + ready, "ended: their keys and files are not here"),
        "data_download_series": (repeating, "ended: their keys are not here"),
        "emergency_access": (emergencies, "ended: it was of a session elsewhere"),
        "communication_registration": (registered, "added: carriers have to be registered here"),
    }
    return {table: found for table, found in ended.items() if found[0]}
