"""A program that holds a practice open until its standard input ends, as a kiosk does.

Run as `python -m tests.exporter.backup.holding_child DATA`; it says `open` once it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from store.practice import Practice
from tests.clocks import FixedClock
from tests.people import PGID

if __name__ == "__main__":
    with Practice.open(Path(sys.argv[1]), PGID, FixedClock()):
        print("open", flush=True)
        sys.stdin.read()
