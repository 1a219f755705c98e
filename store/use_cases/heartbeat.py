"""The heartbeat of the unattended run: noted by it, read by whoever looks after it.

One rule: it is no audit event. The trail tells what became of each download; this tells that
somebody looked, every hour, and is kept for the newest runs only.
"""

from __future__ import annotations

from store import heartbeat
from store.access import Actor, change, check_is_runner
from store.database import Store
from store.heartbeat import Pulse as Pulse


def begin_run(store: Store, runner: Actor, host: str, started_by: str) -> int:
    """Note that a run begins (`started_by`: timer, watch or hand); return its number."""
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        tx.no_event()
        return heartbeat.begin(store, host, started_by)


def end_run(
    store: Store, runner: Actor, run_id: int, outcome: str, made: int = 0, error: str = ""
) -> None:
    """Note how a run ended (`outcome`: done, incomplete, stopped or broken)."""
    check_is_runner(runner)
    with change(store, runner, None) as tx:
        tx.no_event()
        heartbeat.end(store, run_id, outcome, made, error)


def pulse(store: Store) -> Pulse:
    """Return when it last ran and what is due: numbers and instants, nobody's data."""
    return heartbeat.pulse(store)
