"""What the first opening of a place would wait for, done while the sign-in waits for somebody.

One rule: it only loads and arranges the program; it opens nothing and reads no data.
"""

from __future__ import annotations

import gc
import importlib
import threading
from pathlib import Path
from typing import Final

THRESHOLDS: Final = (100_000, 10, 1_000)
"""How many new objects, and how many smaller collections, bring on the next one where keys leave no
time for it (tidying.py): more than a dozen screens, because what a screen is made of is all still
in use while it is made."""
SCREENS: Final = Path(__file__).parent / "screens"
LIBRARIES: Final = ("phonenumbers", "zxcvbn", "segno", "pyotp", "textual.scrollbar")
"""What store and toolkit load when it is first needed, and people wait for at a key."""


def start() -> None:
    """Begin, in a thread of its own: the sign-in takes keys meanwhile."""
    threading.Thread(target=get_ready, name="ahead", daemon=True).start()


def get_ready() -> None:
    """Load every screen and what keys will need, and put it out of the sight of the collector.

    A whole collection took 150 to 200 ms, most of it for looking through code and styles, and fell
    on whatever key came just then.
    """
    try:
        for path in sorted(SCREENS.glob("*.py")):
            importlib.import_module(f"tui.screens.{path.stem}")
        for library in LIBRARIES:
            importlib.import_module(library)
    finally:
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
