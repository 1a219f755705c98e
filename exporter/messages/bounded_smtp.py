"""The line to a mail server, with answers that have an end.

One rule: no answer takes more memory than is said here, however long the server goes on.
"""

from __future__ import annotations

import smtplib
from typing import BinaryIO

MOST_OCTETS = 64 * 1024
"""Of one answer: a server that never comes to its end must not fill the memory."""


class BoundedSmtp(smtplib.SMTP):
    """The library's own, which takes as many lines for one answer as a server likes to send."""

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer. Raises SMTPServerDisconnected for one that is too long."""
        if self.file is None:
            assert self.sock is not None
            self.file = _Lines(self.sock.makefile("rb"))
        self.file.left = MOST_OCTETS
        return super().getreply()


class _Lines:
    """Lines of a server, so many octets for one answer."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.left = 0

    def readline(self, limit: int) -> bytes:
        line = self._file.readline(limit)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("an answer without an end")
        return line

    def close(self) -> None:
        self._file.close()
