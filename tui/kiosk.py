"""The door to the kiosk.

One rule: the environment is scrubbed before textual is imported, because its TEXTUAL* variables
turn on logs, screenshots and scripted keys.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.clock import Clock
    from store.practice import Practice


def scrub(environment: MutableMapping[str, str]) -> None:
    """Remove every variable that steers textual from outside."""
    for name in [name for name in environment if name.upper().startswith("TEXTUAL")]:
        del environment[name]


def run_kiosk(practice: Practice, clock: Clock) -> None:
    """Show the kiosk of an open practice until somebody leaves from the sign-in.

    Text messages go out for as long as it is open, whoever queued them.

    Args:
        practice: the open practice; the caller closes it afterwards.
        clock: tells the time, for the lock and for every day on the screen.

    Raises:
        SystemExit: 1 after a crash, whose text holds no data.
    """
    scrub(os.environ)
    from tui.app import ChairsideApp
    from tui.delivering import Deliverer

    deliverer = Deliverer(practice)
    app = ChairsideApp(practice, clock)
    app.deliver_now = deliverer.wake
    deliverer.start()
    try:
        app.run()
    finally:
        deliverer.stop()
    if app.return_code:
        raise SystemExit(app.return_code)
