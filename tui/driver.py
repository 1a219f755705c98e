"""How keys are read from a terminal: an Esc that stands alone is known for one at once.

One rule: this is the only file that uses textual's private way of reading keys; a test holds it.
The stock one looks whether more follows an Esc only ten times a second, so that leaving a place
took 100 to 200 ms before anything began (terminals that speak kitty's protocol are spared).
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from typing import Final

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

_AT_ONCE: Final = 4096
_LOOK_EVERY: Final = 0.1
"""Seconds between two looks whether the kiosk closes."""
_AFTER: Final = 0.001
"""Seconds that the clock may lag behind."""


class KioskDriver(LinuxDriver):
    """Reads keys; all else is the stock driver's."""

    def run_input_thread(self) -> None:
        """Take what is typed until the kiosk closes, and turn it into events."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        waits = _LOOK_EVERY
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], waits)[0]:
                text = decode(os.read(self.fileno, _AT_ONCE))
                for event in parser.feed(text) if text else ():
                    self.process_message(event)
                waits = constants.ESCAPE_DELAY + _AFTER
            else:
                waits = _LOOK_EVERY
            for event in parser.tick():
                self.process_message(event)
