"""How keys are read from a terminal: an Esc that stands alone is known for one at once.

One rule: this is the only file that uses textual's private way of reading keys; a test holds it.
The stock one looks whether more follows an Esc only ten times a second, so that leaving a place
took 100 to 200 ms before anything began (terminals that speak kitty's protocol are spared).
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from typing import Any, Final

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.streams import give_up_unread

_AT_ONCE: Final = 4096
_LOOK_EVERY: Final = 0.1
"""Seconds between two looks whether the kiosk closes."""
_AFTER: Final = 0.001
"""Seconds that the clock may lag behind."""


class KioskDriver(LinuxDriver):
    """Reads keys, and ends with its terminal; all else is the stock driver's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        screen: Any = _Screen(self._file)
        self._file = screen

    def run_input_thread(self) -> None:
        """Take what is typed until the kiosk closes, and turn it into events.

        A terminal that is gone, where the system's hang-up did not end us (`nohup`), closes it.
        """
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        waits = _LOOK_EVERY
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], waits)[0]:
                typed = self._typed()
                if not typed:
                    self._app.call_later(self._app.exit, return_code=1)
                    return
                text = decode(typed)
                for event in parser.feed(text) if text else ():
                    self.process_message(event)
                waits = constants.ESCAPE_DELAY + _AFTER
            else:
                waits = _LOOK_EVERY
            for event in parser.tick():
                self.process_message(event)

    def _typed(self) -> bytes:
        """Return what was typed; nothing where the terminal is gone."""
        try:
            return os.read(self.fileno, _AT_ONCE)
        except OSError:
            return b""


class _Screen:
    """Where the kiosk is drawn. What cannot be drawn, for the terminal is gone, is dropped: the
    stock driver's writer would end at it, and everything that draws then waits for it for ever."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.fileno = file.fileno

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except OSError:
            give_up_unread()

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            give_up_unread()
