"""Unpacking one entry: Store, Deflate, BZip2 and LZMA behind one face.

One rule: no step gives more than it was asked for and none takes more memory than the limits
say, whatever the packed bytes claim. Source: ZIP application note 4.4.5, 5.8 (LZMA).
"""

from __future__ import annotations

import bz2
import lzma
import struct
from typing import Any, Protocol

from isal import isal_zlib
from zlib_ng import zlib_ng

from exporter.archive.counter_mode import Bytes
from exporter.archive.entry import BZIP2, DEFLATED, LZMA, Entry

_RAW = -15
_LZMA_PROPERTIES = 5
_ENDS_WITH_MARK = 0x02
_UNKNOWN_SIZE = (1 << 64) - 1
_SMALLEST_DICTIONARY = 4096
_BESIDE_DICTIONARY = 1 << 20
_MOST_CONTEXT = 4
"""Bits of context (lc + lp) that liblzma knows; 7-Zip knows up to 12."""


class UnpackProblem(Exception):
    """The packed bytes are not what they should be; the text is half a sentence."""


class NotUnpacked(UnpackProblem):
    """They may well be, but it takes another program to unpack them; the text tells why."""


class Unpacker(Protocol):
    """A running decompression of one entry."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing is left of the bytes given so far."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether the end of the packed text was reached."""
        ...

    def unpack(self, data: Bytes, limit: int) -> bytes:
        """Take the next bytes; return up to `limit` of plain text. Raises UnpackProblem."""
        ...

    def copy(self) -> Unpacker | None:
        """Return a second one at the same place, None where the method has no such thing."""
        ...


def unpacker_of(entry: Entry, memory: int, *, can_copy: bool) -> Unpacker:
    """Return a fresh unpacker for an entry of a method that is read.

    `memory` is the most bytes that it may take. `can_copy` asks for one whose places can be kept;
    igzip is faster but keeps none.
    """
    if entry.method == DEFLATED:
        library = zlib_ng if can_copy else isal_zlib
        return _Inflate(library.decompressobj(_RAW), library.error)
    if entry.method == BZIP2:
        return _Whole(bz2.BZ2Decompressor())
    if entry.method == LZMA:
        return _Lzma(entry, memory)
    return _Stored()


class _Stored:
    """What was never packed: blocks come as they are, so they must not exceed the limit."""

    needs_input = True
    is_complete = True

    def unpack(self, data: Bytes, limit: int) -> bytes:
        assert len(data) <= limit
        return bytes(data)

    def copy(self) -> _Stored:
        return self


class _Inflate:
    def __init__(self, inflater: Any, error: type[Exception]) -> None:
        self._inflater = inflater
        self._error = error

    @property
    def needs_input(self) -> bool:
        return not self._inflater.unconsumed_tail

    @property
    def is_complete(self) -> bool:
        return bool(self._inflater.eof)

    def unpack(self, data: Bytes, limit: int) -> bytes:
        inflater = self._inflater
        try:
            block: bytes = inflater.decompress(inflater.unconsumed_tail or data, limit)
        except self._error:
            raise UnpackProblem("its compressed data is damaged") from None
        if inflater.unused_data:
            raise UnpackProblem("bytes follow after its end")
        return block

    def copy(self) -> _Inflate | None:
        if not hasattr(self._inflater, "copy"):
            return None
        return _Inflate(self._inflater.copy(), self._error)


class _Whole:
    """BZip2 and LZMA of the standard library, which hold input themselves and cannot be copied."""

    def __init__(self, unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._unpacker = unpacker

    @property
    def needs_input(self) -> bool:
        return self._unpacker.needs_input or self._unpacker.eof

    @property
    def is_complete(self) -> bool:
        return self._unpacker.eof

    def unpack(self, data: Bytes, limit: int) -> bytes:
        block = b""
        try:
            if not self._unpacker.eof:
                block = self._unpacker.decompress(data, limit)
                data = b""
        except (OSError, ValueError, lzma.LZMAError, EOFError):
            raise UnpackProblem("its compressed data is damaged") from None
        if data or self._unpacker.unused_data:
            raise UnpackProblem("bytes follow after its end")
        return block

    def copy(self) -> None:
        return None


class _Lzma:
    """LZMA with the ZIP's own short header, turned into the one that the library knows."""

    def __init__(self, entry: Entry, memory: int) -> None:
        self._entry = entry
        self._memory = memory
        self._held = b""
        self._inner: _Whole | None = None

    @property
    def needs_input(self) -> bool:
        return self._inner is None or self._inner.needs_input

    @property
    def is_complete(self) -> bool:
        return self._inner is not None and self._inner.is_complete

    def unpack(self, data: Bytes, limit: int) -> bytes:
        if self._inner is None:
            self._held += data
            if len(self._held) < 4 + _LZMA_PROPERTIES:
                return b""
            data = self._begin()
            room = self._memory + _BESIDE_DICTIONARY
            self._inner = _Whole(lzma.LZMADecompressor(lzma.FORMAT_ALONE, room))
        return self._inner.unpack(data, limit)

    def _begin(self) -> bytes:
        """Return the first bytes for the library; a dictionary never needs to exceed the text."""
        (size,) = struct.unpack_from("<H", self._held, 2)
        if size != _LZMA_PROPERTIES:
            raise UnpackProblem("its compressed data is damaged")
        settings, dictionary = struct.unpack_from("<BL", self._held, 4)
        if settings % 9 + settings // 9 % 5 > _MOST_CONTEXT:
            raise NotUnpacked("it is packed with settings of LZMA that Chairside does not unpack")
        dictionary = min(dictionary, max(self._entry.size, _SMALLEST_DICTIONARY))
        if dictionary > self._memory:
            raise NotUnpacked(
                f"unpacking it would take {dictionary >> 20:,} MB of memory; "
                f"up to {self._memory >> 20:,} MB are given"
            )
        marked = self._entry.flags & _ENDS_WITH_MARK
        plain = _UNKNOWN_SIZE if marked else self._entry.size
        return struct.pack("<BLQ", settings, dictionary, plain) + self._held[9:]

    def copy(self) -> None:
        return None
