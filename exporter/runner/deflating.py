"""Compressing text in pieces that join into one stream.

One rule: every piece ends at a byte with a full flush, so pieces made by different threads can
stand one after the other; `END` closes the stream.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Effort = Literal["fast", "small"]

END = b"\x03\x00"
"""An empty last block of raw deflate."""
_IGZIP_LEVEL = 2
_ZLIB_NG_LEVEL = 4


def deflater(effort: Effort) -> Callable[[bytes], bytes]:
    """Return a function that compresses one piece; each thread needs one of its own."""
    if effort == "fast":
        from isal import isal_zlib

        def fast(text: bytes) -> bytes:
            stream = isal_zlib.compressobj(_IGZIP_LEVEL, isal_zlib.DEFLATED, -15)
            return bytes(stream.compress(text) + stream.flush(isal_zlib.Z_FULL_FLUSH))

        return fast

    from zlib_ng import zlib_ng

    def small(text: bytes) -> bytes:
        stream = zlib_ng.compressobj(_ZLIB_NG_LEVEL, zlib_ng.DEFLATED, -15)
        return bytes(stream.compress(text) + stream.flush(zlib_ng.Z_FULL_FLUSH))

    return small
