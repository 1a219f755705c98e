"""The spool carrier: each message becomes a file in the practice's folder.

For offline test environments and the demo. One rule: files are private (0600), as phones are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from exporter.archive.errors import ArchiveProblem
from exporter.archive.files import whole_file
from exporter.messages.carriers import CarrierDown
from store.errors import DiskFull
from store.outbox import Mail, Outgoing


class SpoolCarrier:
    """Writes messages to a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Outgoing, handing_over: Callable[[], None]) -> str:
        """Write a message and return the file's name; it has that name once it is whole.

        Raises CarrierDown, and what `handing_over` raises.
        """
        name = f"{message.outbox_message_id:06d}-{message.channel}.txt"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with whole_file(
                self._folder / name, replace=True, check=lambda _part: handing_over()
            ) as file:
                file.write(_text(message).encode())
        except OSError as problem:
            raise CarrierDown(f"{problem.strerror or type(problem).__name__}.") from None
        except (ArchiveProblem, DiskFull) as problem:
            raise CarrierDown(problem.what) from None
        return name

    def close(self) -> None:
        """Nothing to end."""


def _text(message: Outgoing) -> str:
    if message.channel != "email":
        return f"To: {message.recipient}\n\n{message.body}\n"
    mail = Mail.from_json(message.body)
    return f"To: {message.recipient}\nSubject: {mail.subject}\n\n{mail.plain}\n"
