"""The real kiosk on a real terminal, with a conversion that is held in its middle.

Run as `python -m tests.tui.closing_child TERMINAL DATA ARCHIVE FOLDER PIPE`: a byte goes into the
pipe, a descriptor, once plain data lies in the folder. The work goes on when it is asked to stop.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

from exporter.archive.progress import Work
from exporter.archive.reader import Archive
from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.archive.making import PASSWORD
from tui.kiosk import run_kiosk

PATIENCE = 60
"""Seconds."""


def main(terminal: str, data: Path, path: Path, folder: Path, pipe: int) -> None:
    """Open the kiosk, and begin to convert as soon as it is shown."""
    # The first that the leader of a session opens is the one it belongs to.
    for number in (0, 1, 2):
        os.dup2(os.open(terminal, os.O_RDWR), number)
    clock = FixedClock()
    with (
        Practice.open(data, people.PGID, clock) as practice,
        Archive.open(path, PASSWORD) as archive,
    ):
        dana = people.signed_in(practice, "dana")
        _convert_when_shown(partial(_conversion(), practice, dana, archive, "csv", folder), pipe)
        run_kiosk(practice, clock)


def _conversion() -> Any:
    from tui.screens.convert import convert

    return convert


def _convert_when_shown(convert: Any, pipe: int) -> None:
    from tui.app import ChairsideApp
    from tui.widgets.jobs import Job

    stopped = threading.Event()
    stock, steps = Work.step, iter(range(1000))

    class Held(Job):
        def cancel(self) -> None:
            super().cancel()
            stopped.set()

    def step(self: Work, *told: Any) -> None:
        if next(steps) == 1:
            os.write(pipe, b".")
            stopped.wait(PATIENCE)
        stock(self, *told)

    def on_ready(self: ChairsideApp) -> None:
        self.start_job(Held("Converting"), convert)

    Work.step = step  # type: ignore[method-assign]
    ChairsideApp.on_ready = on_ready  # type: ignore[method-assign]


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:5]), int(sys.argv[5]))
