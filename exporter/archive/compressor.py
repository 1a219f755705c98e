"""How entries are compressed: raw deflate, which every ZIP program reads.

One rule: this is the only place that knows which library compresses, and how hard.
"""

from __future__ import annotations

import zlib
from typing import Protocol

DEFLATE_LEVEL = 6


class Compressor(Protocol):
    """A running compression of one entry."""

    def compress(self, data: bytes, /) -> bytes:
        """Take the next bytes; return what is ready."""
        ...

    def flush(self) -> bytes:
        """Return the rest and end the stream."""
        ...


def new_compressor() -> Compressor:
    """Return a fresh raw deflate stream."""
    return zlib.compressobj(DEFLATE_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
