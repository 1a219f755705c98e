"""One entry as a stream of plain text, decrypted and decompressed as it is read.

One rule: the end of the stream is reached only if the authentication code, the size and the
checksum are right; a reader that sees the end has read what was written. An entry that is not
encrypted has no code: then only size and checksum are right, which keep nobody from changing it.
Source: WinZip AES specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from hmac import compare_digest

from isal import isal_zlib

from exporter.archive.entry import AE_1, MAC_BYTES, Entry
from exporter.archive.errors import DamagedEntry, Unsupported
from exporter.archive.limits import DEFAULT_LIMITS, Limits
from exporter.archive.progress import IsCancelled
from exporter.archive.unlocking import PackedBytes, SharedFile, Unlocked, is_authentic
from exporter.archive.unpacking import NotUnpacked, UnpackProblem, unpacker_of

PLAIN_BLOCK = 1024 * 1024
"""The most plain text that one step gives, however well it was compressed."""
_CODE_IS_WRONG = "its authentication code is wrong, so a byte of it was changed"


class EntryStream:
    """Reads one entry from its start; `copy` keeps a place to go on from.

    Args:
        file: the archive.
        entry: which entry; its method must be one that is read.
        keys: its keys, from `unlock`; None for an entry that is not encrypted.
        limits: what a decompressor may take.
        can_copy: whether places shall be kept; reading straight through is faster without.
        cancelled: asked where an entry that is damaged is read once more, to tell how.
    """

    def __init__(
        self,
        file: SharedFile,
        entry: Entry,
        keys: Unlocked | None,
        *,
        limits: Limits = DEFAULT_LIMITS,
        can_copy: bool = False,
        cancelled: IsCancelled | None = None,
    ) -> None:
        self._file = file
        self._entry = entry
        self._keys = keys
        self._limits = limits
        self._can_copy = can_copy
        self._cancelled = cancelled
        self._packed = PackedBytes(file, entry, keys)
        self._unpacker = unpacker_of(entry, limits.memory, can_copy=can_copy)
        self._has_crc = keys is None or entry.aes_version == AE_1
        self._crc = 0
        self._is_ended = False
        self.plain_bytes = 0

    def copy(self) -> EntryStream | None:
        """Return a second stream at the same place; None where the method allows none but its
        start."""
        other = EntryStream(
            self._file,
            self._entry,
            self._keys,
            limits=self._limits,
            can_copy=self._can_copy,
            cancelled=self._cancelled,
        )
        if self._packed.place == other._packed.place:
            return other
        unpacker = self._unpacker.copy()
        if unpacker is None:
            return None
        other._packed = self._packed.copy()
        other._unpacker = unpacker
        other._crc, other._is_ended = self._crc, self._is_ended
        other.plain_bytes = self.plain_bytes
        return other

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read_block():
            yield block

    def read_block(self) -> bytes:
        """Return the next plain text, at most PLAIN_BLOCK bytes; b"" once all of it was right.

        Raises DamagedEntry at the first thing that is wrong, Unsupported where another program
        has to unpack it, Cancelled when asked to stop.
        """
        block = b""
        while not block and not self._is_ended:
            block = self._unpack()
        if self.plain_bytes + len(block) > self._entry.size:
            raise self._damaged("it holds more than it declares")
        self.plain_bytes += len(block)
        if self._has_crc:
            self._crc = isal_zlib.crc32(block, self._crc)
        if not block:
            self._check_end()
        return block

    def _unpack(self) -> bytes:
        """Give what the decompressor makes of the next bytes; sets the end once all is read."""
        data = self._packed.read() if self._unpacker.needs_input else b""
        is_last = not data and self._unpacker.needs_input
        try:
            block = self._unpacker.unpack(data, PLAIN_BLOCK)
        except UnpackProblem as problem:
            damaged = self._damaged(str(problem))
            if isinstance(problem, NotUnpacked) and damaged.fault == str(problem):
                raise Unsupported(self._entry.name, str(problem), "7-Zip") from None
            raise damaged from None
        # With no input left the decompressor may still hold output that did not fit a step.
        self._is_ended = is_last and not block
        return block

    def _check_end(self) -> None:
        code = self._packed.code()
        if code is not None and not compare_digest(
            code, self._file.read_at(self._entry.end - MAC_BYTES, MAC_BYTES)
        ):
            raise DamagedEntry(self._entry.name, _CODE_IS_WRONG)
        if not self._unpacker.is_complete:
            raise self._damaged("its compressed data has no end")
        if self.plain_bytes != self._entry.size:
            raise self._damaged("it holds less than it declares")
        if self._has_crc and self._crc != self._entry.crc:
            raise self._damaged("its checksum is wrong")

    def _damaged(self, fault: str) -> DamagedEntry:
        """Return what is wrong; what changed bytes unpack to is none of it, but that they were."""
        if self._keys is not None and not is_authentic(
            self._file, self._entry, self._keys, self._cancelled
        ):
            fault = _CODE_IS_WRONG
        return DamagedEntry(self._entry.name, fault)
