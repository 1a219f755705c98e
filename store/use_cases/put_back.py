"""A database that was put in the place of a newer one by hand, not by `chairside restore`.

One rule: it is settled like a restored one before anything is made: a key that may have served is
destroyed, for two texts under one key open each other (DESIGN, one download). The heads of the
audit trail, which are kept outside the database, tell; where the whole folder was put back, nothing
here can.
"""

from __future__ import annotations

from store import audit_heads
from store.access import Actor, change, check_is_runner
from store.database import Store
from store.use_cases import going_back

_ACTION = "store.put_back"
_WHY = "An older database was put back."


def end_what_was_put_back(store: Store, runner: Actor) -> bool:
    """Settle whatever was open if the database is older than its trail once was.

    Looks once at each head that the trail lacks, so that what is scheduled afterwards is made.
    Returns whether it was so. Raises Refused for anybody but the runner, StoreProblem.
    """
    check_is_runner(runner)
    head = audit_heads.furthest(store)
    if head is None or _is_known(store, head.seq, head.hash):
        return False
    with change(store, runner, None) as tx:
        tx.record(
            _ACTION,
            f"Found an older database in the place of one that held event {head.seq}.",
            object_=f"audit_log:{head.seq}",
        )
        going_back.settle(store, tx, _WHY, has_archives=True)
    store.scrub_log()
    return True


def _is_known(store: Store, seq: int, hash_: str) -> bool:
    """Tell whether the trail holds the event of a head, or that it was missed before."""
    found = store.one(
        "SELECT 1 FROM audit_log WHERE seq = ? AND hash = ?"
        " UNION ALL SELECT 1 FROM audit_log WHERE action = ? AND object = ?",
        (seq, hash_, _ACTION, f"audit_log:{seq}"),
    )
    return found is not None
