"""The export gives way: people at a kiosk on this machine come first.

One rule: it only lowers what belongs to the export itself, never a shell that it was begun from.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

NICE: Final = 10
_GROUP: Final = Path("/proc/self/autogroup")


def give_way() -> None:
    """Lower the priority of this process, before it starts a thread: Linux counts by thread.

    Linux shares the processor between sessions first, and only within one by `nice`; so a process
    that leads a session of its own lowers that as well. On Windows whoever starts it does it.
    """
    if sys.platform == "win32":
        return
    present = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(NICE, present))
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            _GROUP.write_text(str(NICE), encoding="ascii")
