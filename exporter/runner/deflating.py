"""Compressing text in pieces that join into one stream.

One rule: every piece ends at a byte with a full flush, so pieces made by different threads can
stand one after the other; `END` closes the stream.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Effort = Literal["fast", "small"]

NEWLINE = b"\n"
END = b"\x03\x00"
"""An empty last block of raw deflate."""
_IGZIP_LEVEL = 2
_SMALL_LEVELS = (5, 3, 3, 3)
"""zlib-ng's, in turn: they pack as well as level 4 for all and take a fifth less time."""


def deflater(effort: Effort) -> Callable[[bytes, int], bytes]:
    """Return a function that compresses one piece, of the batch of that number.

    A piece is lines of text without the last newline, which is added: to have it there before
    would take a copy of the text. Each thread needs a function of its own.
    """
    if effort == "fast":
        from isal import isal_zlib

        def fast(text: bytes, _batch: int) -> bytes:
            stream = isal_zlib.compressobj(_IGZIP_LEVEL, isal_zlib.DEFLATED, -15)
            packed = stream.compress(text), stream.compress(NEWLINE)
            return b"".join((*packed, stream.flush(isal_zlib.Z_FULL_FLUSH)))

        return fast

    from zlib_ng import zlib_ng

    def small(text: bytes, batch: int) -> bytes:
        level = _SMALL_LEVELS[batch % len(_SMALL_LEVELS)]
        stream = zlib_ng.compressobj(level, zlib_ng.DEFLATED, -15)
        packed = stream.compress(text), stream.compress(NEWLINE)
        return b"".join((*packed, stream.flush(zlib_ng.Z_FULL_FLUSH)))

    return small
