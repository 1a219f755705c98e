"""The terminal: how keys are read from it, and what happens when it is closed.

One rule: this is the only file that uses textual's private way of reading keys; a test holds it.
The stock one looks whether more follows an Esc only ten times a second, so that leaving a place
took 100 to 200 ms before anything began (terminals that speak kitty's protocol are spared).
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
from codecs import getincrementaldecoder
from collections.abc import Callable
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


class KioskDriver(LinuxDriver):
    """Reads keys, and tells of the end of the terminal; all else is the stock driver's."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = _Screen(self._file)
        self._close_down: Callable[[], object] = lambda: None

    def start_application_mode(self) -> None:
        """Take the terminal; when it is closed, or we are to end, the kiosk closes down."""
        loop = asyncio.get_running_loop()
        close_down: Callable[[], None] = self._app.close_down  # type: ignore[attr-defined]
        for one in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(one, close_down)
        self._close_down = lambda: loop.call_soon_threadsafe(close_down)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def run_input_thread(self) -> None:
        """Take what is typed until the kiosk closes, and turn it into events."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        waits = _LOOK_EVERY
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], waits)[0]:
                data = self._read()
                if not data:
                    self._close_down()
                    return
                text = decode(data)
                for event in parser.feed(text) if text else ():
                    self.process_message(event)
                waits = constants.ESCAPE_DELAY + _AFTER
            else:
                waits = _LOOK_EVERY
            for event in parser.tick():
                self.process_message(event)

    def _read(self) -> bytes:
        """Return what was typed; nothing at all once the terminal is closed."""
        try:
            return os.read(self.fileno, _AT_ONCE)
        except OSError:
            return b""
