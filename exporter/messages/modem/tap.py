"""What libgammu says of its own work, which its Python side does not hand on.

One rule: of all it says, texts and numbers among them, three facts are kept; the rest
goes through a pipe of this process and is gone.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable

_ERROR = re.compile(rb"^CM([ES]) Error (\d+)")
_WRITING = b"Sending SMS"
_SYSTEM = re.compile(rb"^\[System error\s+- serial_(?:read|write), (\d+)")
_MARK = re.compile(rb"^chairside: heard (\d+)$")
# What the system says of a device that was pulled out: EIO, ENXIO, EBADF, ENODEV; on Windows
# handle, device or connection that is not there any more.
_GONE = {5, 6, 22, 31, 433, 995, 1167} if sys.platform == "win32" else {5, 6, 9, 19}
_SECONDS = 2


class Tap:
    """Listens to libgammu from now on, in a thread of its own.

    Since `begin`: `equipment` and `network` are the numbers of the last +CME and +CMS error (3GPP
    27.007 and 27.005); `written` is whether the first byte of a message has gone to the modem.
    """

    def __init__(self, went_away: Callable[[], None]) -> None:
        import gammu

        read, self._write = os.pipe()
        gammu.SetDebugFile(self._write)
        gammu.SetDebugLevel("text")
        self.equipment: int | None = None
        self.network: int | None = None
        self.written = False
        self._watching = False
        self._went_away = went_away
        self._heard = threading.Condition()
        self._said = self._reached = 0
        threading.Thread(target=self._take, args=(read,), daemon=True).start()

    def begin(self) -> None:
        """Forget what was kept."""
        self.catch_up()
        self.equipment = self.network = None
        self.written = False

    def watch(self) -> None:
        """From now on tell when reading or writing fails: libgammu itself would wait on."""
        self._watching = True

    def catch_up(self) -> None:
        """Wait until all that was said so far has been heard."""
        with self._heard:
            self._said += 1
            mine = self._said
            os.write(self._write, b"\nchairside: heard %d\n" % mine)
            if not self._heard.wait_for(lambda: self._reached >= mine, _SECONDS):
                # Nobody knows, so it may have been written.
                self.written = True

    def _take(self, read: int) -> None:
        with os.fdopen(read, "rb") as lines:
            for line in lines:
                if found := _ERROR.match(line):
                    if found[1] == b"E":
                        self.equipment = int(found[2])
                    else:
                        self.network = int(found[2])
                elif line.startswith(_WRITING):
                    self.written = True
                elif found := _MARK.match(line):
                    with self._heard:
                        self._reached = int(found[1])
                        self._heard.notify_all()
                elif self._watching and _is_gone(line):
                    # Not from this thread, which is waited for there.
                    threading.Thread(target=self._went_away, daemon=True).start()


def _is_gone(line: bytes) -> bool:
    found = _SYSTEM.match(line)
    return found is not None and int(found[1]) in _GONE
