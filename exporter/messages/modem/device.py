"""The device that a modem is: whether it can be opened, and when it is pulled out.

One rule: nothing is written to it here; that is libgammu's affair.
"""

from __future__ import annotations

import errno
import os
import select
import sys
import threading
from collections.abc import Callable


class Failed(Exception):
    """A step did not work; `kind` is a word that `errors.py` has a sentence for."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Device:
    """A device by its path, held open beside libgammu so that its end is seen at once.

    libgammu waits on at a line that was cut. On Windows the device is not looked at: there
    libgammu itself fails when it reads.
    """

    def __init__(self, path: str) -> None:
        """Raise Failed where it is not there, not ours, in use, or no line to a modem."""
        self._line = -1
        if sys.platform == "win32":
            return
        self._line = _opened(path)
        try:
            _check(self._line)
        except Failed:
            self.let_go()
            raise

    def watch(self, went_away: Callable[[], None]) -> None:
        """Call `went_away`, in a thread of its own, when the device is pulled out."""
        if sys.platform == "win32":
            return
        poll = select.poll()
        poll.register(self._line, 0)

        def wait() -> None:
            poll.poll()
            went_away()

        threading.Thread(target=wait, daemon=True).start()

    def let_go(self) -> None:
        """Close it; before `watch` only."""
        if self._line >= 0:
            os.close(self._line)


def _opened(path: str) -> int:
    assert sys.platform != "win32"
    try:
        return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except PermissionError:
        raise Failed("no_permission") from None
    except OSError as problem:
        raise Failed("in_use" if problem.errno == errno.EBUSY else "no_device") from None


def _check(line: int) -> None:
    assert sys.platform != "win32"
    import fcntl

    if not os.isatty(line):
        raise Failed("no_device")
    try:
        # libgammu holds this lock as long as it has the device open.
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failed("in_use") from None
    fcntl.flock(line, fcntl.LOCK_UN)
