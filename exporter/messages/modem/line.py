"""The line to the process that holds the modem.

One rule: number, text and PIN go over its standard input and nowhere else, and no wait is without
an end: when the time is over the process is killed, whatever libgammu does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_FAREWELL_SECONDS = 3
"""For the modem to be let go; after that its process is killed."""
_NEW_PROCESS_GROUP = 0x00000200
"""Windows' CREATE_NEW_PROCESS_GROUP."""
Answer = dict[str, Any]


class LineCut(Exception):
    """The process ended without an answer; `in_time` is false if it was ended for taking long."""

    def __init__(self, in_time: bool) -> None:
        super().__init__("in time" if in_time else "too long")
        self.in_time = in_time


class ModemLine:
    """A process that holds a modem, from its start to its end."""

    def __init__(self) -> None:
        self._in_time = True
        self._process = subprocess.Popen(
            # -P: what lies in the present folder is not taken for our own modules.
            [sys.executable, "-P", "-m", "exporter.messages.modem.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # So that a Ctrl+C at the terminal does not cut a message in half.
            start_new_session=True,
            creationflags=_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
        )

    def ask(self, do: str, **given: object) -> Answer:
        """Put a request and return its answer. Raises LineCut."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **given}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise LineCut(self._in_time) from None
        return self.answer()

    def answer(self) -> Answer:
        """Return one more answer. Raises LineCut."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise LineCut(self._in_time)
        found: Answer = json.loads(line)
        return found

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Kill the process if the block takes longer."""
        timer = threading.Timer(seconds, self._kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def end(self) -> None:
        """Let the modem go and end the process. It may be called for one that has ended."""
        with suppress(LineCut), self.limit(_FAREWELL_SECONDS):
            self.ask("close")
        self.cut()

    def cut(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()

    def _kill(self) -> None:
        self._in_time = False
        self._process.kill()
