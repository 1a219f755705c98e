"""One entry as a stream of plain text, decrypted and decompressed as it is read.

One rule: the end of the stream is reached only if the authentication code, the size and the
checksum are right; a reader that sees the end has read what was written.
Source: WinZip AES specification.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter

from exporter.archive.directory import (
    CHECK_BYTES,
    DEFLATED,
    MAC_BYTES,
    SALT_BYTES,
    STORED,
    Entry,
    not_whole,
)
from exporter.archive.errors import UNCHANGED, ArchiveProblem, DamagedEntry, drawn
from store.errors import WrongPassword

READ_BLOCK = 256 * 1024
"""Encrypted bytes taken at once; a multiple of the cipher's 16."""
PLAIN_BLOCK = 1024 * 1024
"""The most plain text that one step gives, however well it was compressed."""
_KEY_BYTES = {1: 16, 2: 24, 3: 32}
_ITERATIONS = 1000
_AE_1 = 1


class SharedFile:
    """An open file that several streams read from their own places, in any thread."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def read_at(self, place: int, size: int) -> bytes:
        """Return up to `size` bytes from `place`. Raises ArchiveProblem where the disk fails."""
        try:
            with self._lock:
                self._file.seek(place)
                return self._file.read(size)
        except (OSError, ValueError) as problem:
            raise not_whole("The archive's file can no longer be read.") from problem


@dataclass(frozen=True, slots=True, repr=False)
class Unlocked:
    """The keys of one entry, with the password's check bytes found right."""

    aes_key: bytes
    mac_key: bytes


def unlock(file: SharedFile, entry: Entry, password: str) -> Unlocked:
    """Derive the keys of one entry.

    Raises WrongPassword if the check bytes differ; 1 wrong password in 65,536 passes them, so
    only the authentication code at the end of the stream decides. Raises ArchiveProblem for an
    entry that is locked otherwise or not at all.
    """
    if not entry.is_locked or entry.method not in (STORED, DEFLATED):
        raise ArchiveProblem(
            f"{drawn(entry.name)} is not packed in a way that Chairside reads "
            "(deflate, locked with WinZip AES).",
            kept=UNCHANGED,
            do="Open it with 7-Zip.",
        )
    salt_size, key_size = SALT_BYTES[entry.strength], _KEY_BYTES[entry.strength]
    header = file.read_at(entry.data_offset, salt_size + CHECK_BYTES)
    secret = password.encode("utf-8", "surrogateescape")
    material = hashlib.pbkdf2_hmac(
        "sha1", secret, header[:salt_size], _ITERATIONS, 2 * key_size + CHECK_BYTES
    )
    if not hmac.compare_digest(material[2 * key_size :], header[salt_size:]):
        raise WrongPassword(
            "The password does not open this archive.",
            kept=UNCHANGED,
            do="It is the requester's password as it was when the download was scheduled; "
            "capital letters matter.",
        )
    return Unlocked(material[:key_size], material[key_size : 2 * key_size])


def is_authentic(file: SharedFile, entry: Entry, keys: Unlocked) -> bool:
    """Tell whether the entry's authentication code is right, without decrypting it."""
    mac = hmac.new(keys.mac_key, digestmod=hashlib.sha1)
    place, end = _data_of(entry)
    while place < end:
        block = file.read_at(place, min(READ_BLOCK, end - place))
        if not block:
            return False
        mac.update(block)
        place += len(block)
    return hmac.compare_digest(mac.digest()[:MAC_BYTES], file.read_at(end, MAC_BYTES))


def _data_of(entry: Entry) -> tuple[int, int]:
    start = entry.data_offset + SALT_BYTES[entry.strength] + CHECK_BYTES
    return start, entry.end - MAC_BYTES


class EntryStream:
    """Reads one entry from its start; `copy` keeps a place to go on from.

    Args:
        file: the archive.
        entry: which entry.
        keys: its keys, from `unlock`.
    """

    def __init__(self, file: SharedFile, entry: Entry, keys: Unlocked) -> None:
        self._file = file
        self._entry = entry
        self._keys = keys
        self._start, self._end = _data_of(entry)
        self._place = self._start
        self._mac = hmac.new(keys.mac_key, digestmod=hashlib.sha1)
        self._cipher = self._cipher_at(0)
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == DEFLATED else None
        self._crc = 0
        self._is_ended = False
        self.plain_bytes = 0

    def _cipher_at(self, offset: int) -> AES.CtrMode:  # type: ignore[name-defined]
        """Return the cipher at a multiple of its 16 bytes; WinZip counts blocks from 1."""
        counter = Counter.new(128, little_endian=True, initial_value=1 + offset // 16)
        return AES.new(self._keys.aes_key, AES.MODE_CTR, counter=counter)

    def copy(self) -> EntryStream:
        """Return a second stream that stands at the same place."""
        other = object.__new__(EntryStream)
        other.__dict__.update(self.__dict__)
        other._mac = self._mac.copy()
        other._cipher = self._cipher_at(self._place - self._start)
        if self._inflater is not None:
            other._inflater = self._inflater.copy()
        return other

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read_block():
            yield block

    def read_block(self) -> bytes:
        """Return the next plain text, at most PLAIN_BLOCK bytes; b"" once all of it was right.

        Raises DamagedEntry at the first thing that is wrong.
        """
        block = b""
        while not block and not self._is_ended:
            block = self._inflate()
        if self.plain_bytes + len(block) > self._entry.size:
            raise self._damaged("it holds more than it declares")
        self.plain_bytes += len(block)
        if self._entry.aes_version == _AE_1:
            self._crc = zlib.crc32(block, self._crc)
        if not block:
            self._check_end()
        return block

    def _inflate(self) -> bytes:
        """Give what the decompressor makes of the next bytes; sets the end once all is read."""
        inflater = self._inflater
        if inflater is None:
            block = self._read()
            self._is_ended = not block
            return block
        held = inflater.unconsumed_tail
        data = held or self._read()
        try:
            block = inflater.decompress(data, PLAIN_BLOCK)
        except zlib.error:
            raise self._damaged("its compressed data is damaged") from None
        if inflater.unused_data:
            raise self._damaged("bytes follow after its end")
        # With no input left the decompressor may still hold output that did not fit a step.
        self._is_ended = not data and not block
        return block

    def _read(self) -> bytes:
        size = min(READ_BLOCK, self._end - self._place)
        if not size:
            return b""
        data = self._file.read_at(self._place, size)
        if len(data) < size:
            raise self._damaged("it is cut short")
        self._place += size
        self._mac.update(data)
        plain: bytes = self._cipher.decrypt(data)
        return plain

    def _check_end(self) -> None:
        code = self._file.read_at(self._end, MAC_BYTES)
        if not hmac.compare_digest(self._mac.digest()[:MAC_BYTES], code):
            raise self._damaged("its authentication code is wrong, so a byte of it was changed")
        if self._inflater is not None and not self._inflater.eof:
            raise self._damaged("its compressed data has no end")
        if self.plain_bytes != self._entry.size:
            raise self._damaged("it holds less than it declares")
        if self._entry.aes_version == _AE_1 and self._crc != self._entry.crc:
            raise self._damaged("its checksum is wrong")

    def _damaged(self, fault: str) -> DamagedEntry:
        return DamagedEntry(self._entry.name, fault)
