"""Compressing text in pieces that join into one stream.

One rule: every piece ends at a byte with a full flush, so pieces made by different threads can
stand one after the other; `END` closes the stream.
"""

from __future__ import annotations

from typing import Literal, Protocol

Effort = Literal["fast", "small"]

END = b"\x03\x00"
"""An empty last block of raw deflate."""
_IGZIP_LEVEL = 2
_SMALL_LEVELS = (5, 3, 3, 3)
"""zlib-ng's, in turn: they pack as well as level 4 for all and take a fifth less time."""


class Deflate(Protocol):
    """Compresses one piece, of the batch of that number; it may be handed over in parts."""

    def __call__(self, batch: int, /, *parts: bytes) -> bytes: ...


def deflater(effort: Effort) -> Deflate:
    """Return a function that compresses; each thread needs one of its own."""
    if effort == "fast":
        from isal import isal_zlib

        def fast(_batch: int, *parts: bytes) -> bytes:
            stream = isal_zlib.compressobj(_IGZIP_LEVEL, isal_zlib.DEFLATED, -15)
            packed = [stream.compress(part) for part in parts]
            return b"".join((*packed, stream.flush(isal_zlib.Z_FULL_FLUSH)))

        return fast

    from zlib_ng import zlib_ng

    def small(batch: int, *parts: bytes) -> bytes:
        level = _SMALL_LEVELS[batch % len(_SMALL_LEVELS)]
        stream = zlib_ng.compressobj(level, zlib_ng.DEFLATED, -15)
        packed = [stream.compress(part) for part in parts]
        return b"".join((*packed, stream.flush(zlib_ng.Z_FULL_FLUSH)))

    return small
