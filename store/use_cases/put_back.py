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

    Each head that the trail lacks counts once, so that what is scheduled afterwards is made.
    Returns whether it was so. Raises Refused for anybody but the runner, StoreProblem.
    """
    check_is_runner(runner)
    head = audit_heads.lost(store, _ACTION)
    if head is None:
        return False
    with change(store, runner, None) as tx:
        tx.record(
            _ACTION,
            f"Found an older database in the place of one that held event {head.seq}.",
            object_=f"audit_log:{head.seq}",
        )
        going_back.settle(store, tx, _WHY, has_archives=True)
    # This head ends the matter. Killed before it is written, the next run settles once more.
    audit_heads.write(store)
    store.scrub_log()
    return True
