"""A practice that is put back from a backup: what is over by then, and the event that tells of it.

One rule: it runs on the copy before the copy takes its place, in one transaction: a practice that
is open again has every key of that day destroyed, or is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.access import Actor, change, check_is_runner
from store.audit_check import PUT_BACK
from store.audit_heads import Head
from store.database import Store
from store.putting_back import Replaced
from store.use_cases import going_back
from store.use_cases.going_back import Settled as Settled


@dataclass(frozen=True, slots=True)
class PutBack:
    """What is put back: the backup's file, its instant (UTC) and its last event.

    `trail_fault` is what is wrong with its trail, where somebody said to take it all the same.
    """

    file_name: str
    taken_at: datetime
    head: Head | None
    replaced: Replaced | None
    trail_fault: str = ""


def put_back(store: Store, runner: Actor, what: PutBack) -> tuple[Settled, ...]:
    """Settle what going back in time leaves open; return how much of each kind.

    The practice must not have taken its place yet.
    """
    check_is_runner(runner)
    why = f"The practice was put back from its backup of {what.taken_at:%d %b %Y %H:%M} UTC."
    with change(store, runner, None) as tx:
        settled = going_back.settle(store, tx, why)
        tx.record(PUT_BACK, _told(what, settled))
    store.scrub_log()
    return settled


def _told(what: PutBack, settled: tuple[Settled, ...]) -> str:
    to = "" if what.head is None else f", which ends with event {_short(what.head)}"
    parts = [
        f"Put back from the backup {what.file_name} of {what.taken_at:%Y-%m-%d %H:%M:%S} UTC{to}.",
        _told_replaced(what.replaced),
    ]
    if what.trail_fault:
        parts.append(f"The trail in it is not whole: {what.trail_fault}")
    counts = ", ".join(f"{one.what}: {one.count}" for one in settled if one.count)
    if counts:
        parts.append(f"{counts[0].upper()}{counts[1:]}.")
    return " ".join(parts)


def _told_replaced(replaced: Replaced | None) -> str:
    if replaced is None:
        return "No practice was there: how many events came after it is not known here."
    if replaced.head is None:
        return (
            f"The practice that was there could not be read; it is kept as {replaced.kept_as}."
            " How many events came after the backup is not known."
        )
    kept = f"the trail of the practice that was there ends with event {_short(replaced.head)}"
    if replaced.events_since is None:
        return f"Another trail: {kept}; it is kept as {replaced.kept_as}."
    return (
        f"Events after it that are not in this trail: {replaced.events_since:,};"
        f" {kept}, and is kept as {replaced.kept_as}."
    )


def _short(head: Head) -> str:
    return f"{head.seq}:{head.hash[:16]}"
