"""How long until the sign-in is painted, against a bare Textual app on the same machine.

Run: python -m benchmarks.start_up [RUNS]. Both start in a fresh process, turn about, and end after
their first paint; what is printed are medians and their ratio. The claim: at most 2.5.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("x")

    def on_mount(self):
        self.call_after_refresh(self.exit)

Bare().run(headless=True)
"""

KIOSK = """
import sys
from pathlib import Path
from store.clock import SystemClock
from store.practice import Practice
from tui.kiosk import scrub
import os
scrub(os.environ)
with Practice.open(Path(sys.argv[1]), 1000, SystemClock()) as practice:
    from tui.app import ChairsideApp

    class Measured(ChairsideApp):
        def on_ready(self):
            self.call_after_refresh(self.exit)

    Measured(practice, SystemClock()).run(headless=True)
"""


def _seconds(program: str, *arguments: str) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begin


def main(runs: int) -> None:
    from store.clock import SystemClock
    from store.practice import create_practice

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        create_practice(data, 1000, "Maple Grove Dental", SystemClock()).close()
        bare, kiosk = [], []
        for run in range(runs + 1):
            pair = _seconds(BARE), _seconds(KIOSK, str(data))
            if run:  # the first pair warms caches
                bare.append(pair[0])
                kiosk.append(pair[1])
    ratios = [k / b for k, b in zip(kiosk, bare, strict=True)]
    print(f"bare Textual app   {statistics.median(bare) * 1000:6.0f} ms, median of {runs}")
    print(f"sign-in painted    {statistics.median(kiosk) * 1000:6.0f} ms")
    print(f"ratio              {statistics.median(ratios):6.2f} (claim: at most 2.5)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
