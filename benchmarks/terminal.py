"""A program at a terminal of its own, and what stands on its screen: for timings from key to paint.

One rule: it is fed the bytes that a real terminal gets, and knows only what the kiosk writes:
texts, places of the cursor, and sequences that change no text.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final

from rich.cells import cell_len

_PIECE: Final = re.compile(r"\x1b\[([0-9;?<>$]*)([@-~])|\x1b[()].|\x1b.|([\r\n])|([^\x1b\r\n]+)")
_AT_ONCE: Final = 65536
_TERM: Final = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


class NeverCame(Exception):
    """What was waited for never stood on the screen; its text is what did."""


class Terminal:
    """A program at a terminal of so many columns and rows.

    Args:
        command: the program and its arguments.
        size: columns and rows.
    """

    def __init__(self, command: Sequence[str], size: tuple[int, int]) -> None:
        self._columns, self._rows = size
        self._lines = [[" "] * self._columns for _ in range(self._rows)]
        self._row = self._column = 0
        self._undecoded = b""
        self._rest = ""
        self._ours, theirs = os.openpty()
        shape = struct.pack("HHHH", self._rows, self._columns, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, shape)
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, **_TERM},
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def screen(self) -> str:
        """All lines, as they stand now."""
        return "\n".join("".join(line) for line in self._lines)

    def press(self, text: str, until: Callable[[str], bool], seconds: float = 20.0) -> float:
        """Write a key, and return the milliseconds until the screen is as wanted.

        Raises NeverCame if it is not within so many seconds.
        """
        began = time.perf_counter()
        os.write(self._ours, text.encode())
        self.see(until, seconds)
        return 1000 * (time.perf_counter() - began)

    def see(self, until: Callable[[str], bool], seconds: float = 20.0) -> None:
        """Take what is written until the screen is as wanted. Raises NeverCame."""
        ends = time.monotonic() + seconds
        while not until(self.screen):
            if time.monotonic() > ends or not self._take(ends - time.monotonic()):
                raise NeverCame(self.screen)

    def rest(self, seconds: float) -> None:
        """Let so much time pass, and take what is written meanwhile."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._take(left)

    def _take(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], max(0.0, seconds))[0]:
            return False
        try:
            self._undecoded += os.read(self._ours, _AT_ONCE)
        except OSError:
            raise NeverCame("It ended.\n" + self.screen) from None
        text = self._rest + self._undecoded.decode(errors="ignore")
        try:
            self._undecoded.decode()
            self._undecoded = b""
        except UnicodeDecodeError as error:
            self._undecoded = self._undecoded[error.start :]
        cut = text.rfind("\x1b", max(0, len(text) - 32))
        whole = cut < 0 or (found := _PIECE.match(text, cut)) is None or found.end() <= len(text)
        if cut >= 0 and re.fullmatch(r"\x1b(\[[0-9;?<>$]*)?", text[cut:]):
            whole = False
        self._rest = "" if whole else text[cut:]
        self._feed(text if whole else text[:cut])
        return True

    def _feed(self, text: str) -> None:
        for piece in _PIECE.finditer(text):
            numbers, kind, breaks, words = piece.groups()
            if words:
                self._put(words)
            elif breaks == "\r":
                self._column = 0
            elif breaks:
                self._row = min(self._row + 1, self._rows - 1)
                self._column = 0
            elif kind == "H":
                row, _, column = numbers.partition(";")
                self._row = min(int(row or 1), self._rows) - 1
                self._column = min(int(column or 1), self._columns) - 1
            elif kind in ("J", "K"):
                assert kind == "J", "no line is erased"
                self._lines = [[" "] * self._columns for _ in range(self._rows)]

    def _put(self, words: str) -> None:
        line = self._lines[self._row]
        for character in words:
            if self._column < self._columns:
                line[self._column] = character
            self._column += cell_len(character)
