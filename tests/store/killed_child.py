"""A program that schedules, claims and takes keys, and is killed at a statement of its choice.

Run as `python -m tests.store.killed_child DATA STATEMENT`; it prints the salts of every key that
it was handed, and dies by SIGKILL just before that statement (0: never; then prints how many).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from store import download_keys
from store.access import unattended
from store.database import Store
from store.practice import Practice
from store.use_cases.unattended import Job, claim, fail, take_keys
from tests.clocks import FixedClock
from tests.people import PGID, scheduled, signed_in

_statements = 0


def _watch(store: Store, deadly: int) -> None:
    def traced(statement: str) -> None:
        global _statements
        # Hundreds of rows of keys, all in one transaction: they would hide the other points.
        if 'INTO "data_download_key"' in statement or "UPDATE data_download_key" in statement:
            return
        _statements += 1
        if _statements == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    store.db.set_trace_callback(traced)


def _attempt(practice: Practice) -> Job:
    job = practice.call(claim, unattended("child"), "child")
    assert job is not None
    keys = practice.call(take_keys, unattended("child"), job, download_keys.entries_per_archive())
    print(*(key.salt.hex() for key in keys), sep="\n", flush=True)
    return job


def main(data: Path, deadly: int) -> None:
    """Schedule one download, start making it, fail, start again."""
    clock = FixedClock()
    with Practice.open(data, PGID, clock) as practice:
        practice.call(_watch, deadly)
        scheduled(practice, signed_in(practice, "dana"))
        clock.advance(days=1)
        job = _attempt(practice)
        practice.call(fail, unattended("child"), job, "The disk is full.")
        clock.advance(minutes=10)
        _attempt(practice)
    print(f"statements {_statements}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
