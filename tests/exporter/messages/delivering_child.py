"""A program that delivers the outbox, and can be killed at a point of its choice.

Run as `python -m tests.exporter.messages.delivering_child DATA STATEMENT`: it waits for a line on
its input, delivers, and dies by SIGKILL just before the first SQL statement that holds STATEMENT
(empty: never). It prints how many messages it sent.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from exporter.messages.delivery import deliver
from store.database import Store
from store.practice import Practice
from tests.clocks import FixedClock
from tests.people import PGID


def _watch(store: Store, deadly: str) -> None:
    def traced(statement: str) -> None:
        if deadly in statement:
            os.kill(os.getpid(), signal.SIGKILL)

    store.db.set_trace_callback(traced)


def main(data: Path, deadly: str) -> None:
    """Deliver once."""
    with Practice.open(data, PGID, FixedClock()) as practice:
        if deadly:
            practice.call(_watch, deadly)
        print("ready", flush=True)
        sys.stdin.readline()
        print(deliver(practice).sent)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
