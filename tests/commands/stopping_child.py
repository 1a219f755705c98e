"""The real program, held in the middle of its work: run it with the words of a command.

It says so in a line on standard output, and goes on after one on standard input. In the environment
TERMINAL names the terminal that it belongs to, DEAF a signal that it was started not to hear.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from exporter.archive.progress import Work
from tui.commands import main

HELD_AT = 2
_steps = 0
_stock = Work.step


def _step(self: Work, *told: Any) -> None:
    global _steps
    _steps += 1
    if _steps == HELD_AT:
        print("held", flush=True)
        sys.stdin.readline()
    _stock(self, *told)


if __name__ == "__main__":
    if terminal := os.environ.get("TERMINAL"):
        # The first that the leader of a session opens is the one it belongs to.
        os.dup2(os.open(terminal, os.O_RDWR), sys.stderr.fileno())
    if deaf := os.environ.get("DEAF"):
        signal.signal(signal.Signals[deaf], signal.SIG_IGN)
    Work.step = _step  # type: ignore[method-assign]
    main()
