"""The standard library's HTTP client, with answers that have an end.

One rule: no answer takes more memory than is said here, and no connection opens by itself.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_OCTETS = 64 * 1024
"""Of one answer, head included: one that never comes to its end must not fill the memory."""


class TooLong(OSError):
    """An answer has more octets than any that makes sense."""


class _Bounded(io.RawIOBase):
    """What comes in from a socket, up to so many octets; its head does not end with the line."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._left = MOST_OCTETS
        self.in_head = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise TooLong("an answer without an end")
        if count == 0 and self.in_head:
            # The library would take what came until then for the whole head.
            raise ConnectionAbortedError("half a head")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self._coming = _Bounded(self.fp.detach())
        self.fp = io.BufferedReader(self._coming)

    def begin(self) -> None:
        super().begin()
        self._coming.in_head = False


class Client(http.client.HTTPConnection):
    """Speaks over a line that was made for it; once that has ended, it is of no more use."""

    auto_open = 0
    response_class = _Answer

    def __init__(self, host: str, port: int, line: socket.socket, usual_port: int) -> None:
        super().__init__(host, port)
        # Else the head would name the port of HTTP without encryption.
        self.default_port = usual_port
        self.sock = line


def reason(problem: Exception) -> str:
    """Return why a line did not come about or did not last, a sentence without anything private."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"The gateway's certificate is not trusted: {problem.verify_message}."
    if isinstance(problem, ssl.SSLError):
        return "No encrypted line to the gateway came about."
    if isinstance(problem, TimeoutError):
        return "The gateway did not answer in time."
    if isinstance(problem, socket.gaierror):
        return "The gateway's name is not known."
    if isinstance(problem, ConnectionRefusedError):
        return "The gateway refuses connections."
    if isinstance(problem, ConnectionError | http.client.IncompleteRead):
        return "The gateway ended the connection."
    if isinstance(problem, TooLong):
        return "The gateway's answer has no end."
    if isinstance(problem, OSError):
        return f"The gateway cannot be reached: {problem.strerror or type(problem).__name__}."
    return "The gateway's answer makes no sense."
