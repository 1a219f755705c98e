"""What goes through the pipe from the reading process to the runner.

One rule: figures and compressed text only; it knows nothing of SQLite, archives or keys, so that
both processes can load it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import IO

_HEAD = struct.Struct("<BHIQI")
LARGEST = 1 << 30
"""Bytes of one payload; more is a broken pipe, not data."""


class Kind(IntEnum):
    """What a frame tells."""

    SNAPSHOT = 1
    """All connections stand at one instant; `rows` is unused, the payload tells how
    many rows to expect of each table."""
    TEXT = 2
    """A piece of a table: rows, bytes of plain text, and the text, deflated."""
    TABLE_END = 3
    """A table is through: all its rows and bytes; the payload is the SHA-256 of its text."""
    FAILED = 4
    """It cannot go on; the payload says why, without data."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. `table` is its place in the list of tables."""

    kind: Kind
    table: int = 0
    rows: int = 0
    plain_bytes: int = 0
    payload: bytes = b""


def write_frame(pipe: IO[bytes], frame: Frame) -> None:
    """Write one frame. Raises OSError when nobody reads any more."""
    head = _HEAD.pack(frame.kind, frame.table, frame.rows, frame.plain_bytes, len(frame.payload))
    pipe.write(head)
    pipe.write(frame.payload)


def read_frame(pipe: IO[bytes]) -> Frame | None:
    """Read the next frame; None at the end. Raises ValueError for what is cut off or no frame."""
    head = pipe.read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise ValueError("a frame was cut off")
    kind, table, rows, plain_bytes, size = _HEAD.unpack(head)
    if size > LARGEST:
        raise ValueError("a frame too large")
    payload = pipe.read(size)
    if len(payload) < size:
        raise ValueError("a frame was cut off")
    return Frame(Kind(kind), table, rows, plain_bytes, payload)
