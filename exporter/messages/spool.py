"""The spool carrier: each message becomes a file in the practice's folder.

For offline test environments and the demo. One rule: files are private (0600), as phones are.
"""

from __future__ import annotations

from pathlib import Path

from store.folder import write_private
from store.outbox import Outgoing


def spool(folder: Path, message: Outgoing) -> str:
    """Write a message to the spool folder and return the file's name. Raises OSError."""
    name = f"{message.outbox_message_id:06d}-{message.channel}.txt"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    # A file of that name is what a delivery that was killed left behind.
    path.unlink(missing_ok=True)
    write_private(path, f"To: {message.recipient}\n\n{message.body}\n".encode())
    return name
