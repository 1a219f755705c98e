"""The door to the kiosk.

One rule: the environment is scrubbed before textual is imported, because its TEXTUAL* variables
turn on logs, screenshots and scripted keys.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from store.clock import Clock
    from store.practice import Practice


TURN_SECONDS: Final = 0.0005
"""How long a thread waits for the interpreter while another one has it. A question to the store
takes it some twenty times; at the usual 5 ms each, an answer came 100 ms late while a screen was
being made."""
ESCAPE_MILLISECONDS: Final = "30"
"""How long after an Esc the rest of a sequence may come, where ESCDELAY does not say it."""


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
    os.environ.setdefault("ESCDELAY", ESCAPE_MILLISECONDS)
    sys.setswitchinterval(TURN_SECONDS)
    # What is made now stays until the end: it is not looked through again and again meanwhile.
    gc.disable()
    from tui import ahead
    from tui.app import ChairsideApp
    from tui.delivering import Deliverer
    from tui.tidying import Tidying

    deliverer = Deliverer(practice)
    app = ChairsideApp(practice, clock)
    app.deliver_now = deliverer.wake
    app.once_shown = ahead.start
    app.after_a_touch = Tidying().touched
    deliverer.start()
    try:
        app.run()
    finally:
        deliverer.stop()
        gc.enable()
    if app.return_code:
        raise SystemExit(app.return_code)
