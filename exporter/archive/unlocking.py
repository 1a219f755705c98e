"""The packed bytes of one entry, decrypted in blocks, and its keys.

One rule: what is decrypted is authenticated in the same pass, in order, each byte once.
Source: WinZip AES specification.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass
from typing import BinaryIO

from exporter.archive.counter_mode import BLOCK, CounterMode
from exporter.archive.directory import not_whole
from exporter.archive.entry import CHECK_BYTES, KEY_BYTES, MAC_BYTES, SALT_BYTES, Entry
from exporter.archive.errors import UNCHANGED, DamagedEntry, Unsupported
from exporter.archive.progress import IsCancelled, stopped
from store.archive_key import ITERATIONS
from store.errors import WrongPassword

READ_BLOCK = 256 * 1024
"""Encrypted bytes taken at once; a multiple of the cipher's 16."""


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

    def read_into(self, place: int, target: memoryview) -> int:
        """Fill `target` from `place` on; return how many bytes there were. Raises as `read_at`."""
        try:
            with self._lock:
                self._file.seek(place)
                return self._file.readinto(target)  # type: ignore[attr-defined,no-any-return]
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
    only the authentication code at the end of the stream decides. Raises Unsupported for an
    entry that is not locked with WinZip AES.
    """
    if not entry.is_locked:
        fault, program = entry.hindrance or ("it is not encrypted", "Any ZIP program")
        raise Unsupported(entry.name, fault, program)
    salt_size, key_size = SALT_BYTES[entry.strength], KEY_BYTES[entry.strength]
    header = file.read_at(entry.data_offset, salt_size + CHECK_BYTES)
    secret = password.encode("utf-8", "surrogateescape")
    material = hashlib.pbkdf2_hmac(
        "sha1", secret, header[:salt_size], ITERATIONS, 2 * key_size + CHECK_BYTES
    )
    if not hmac.compare_digest(material[2 * key_size :], header[salt_size:]):
        raise WrongPassword(
            "The password does not open this archive.",
            kept=UNCHANGED,
            do="It is the requester's password, or the passphrase that was chosen for it; capital "
            "letters matter.",
        )
    return Unlocked(material[:key_size], material[key_size : 2 * key_size])


def is_authentic(
    file: SharedFile, entry: Entry, keys: Unlocked, cancelled: IsCancelled | None = None
) -> bool:
    """Tell whether the entry's authentication code is right, without decrypting it.

    Raises Cancelled when asked to stop.
    """
    mac = hmac.new(keys.mac_key, digestmod=hashlib.sha1)
    place, end = _data_of(entry)
    room = memoryview(bytearray(min(READ_BLOCK, end - place)))
    while place < end:
        if cancelled is not None and cancelled():
            raise stopped()
        block = room[: end - place]
        if file.read_into(place, block) < len(block):
            return False
        mac.update(block)
        place += len(block)
    return hmac.compare_digest(mac.digest()[:MAC_BYTES], file.read_at(end, MAC_BYTES))


def _data_of(entry: Entry) -> tuple[int, int]:
    if not entry.is_locked:
        return entry.data_offset, entry.end
    return entry.data_offset + SALT_BYTES[entry.strength] + CHECK_BYTES, entry.end - MAC_BYTES


class PackedBytes:
    """Reads, authenticates and decrypts one entry from its start. Not for two threads at once.

    `place` is how many bytes were taken.
    """

    def __init__(self, file: SharedFile, entry: Entry, keys: Unlocked | None) -> None:
        self._file = file
        self._entry = entry
        self._keys = keys
        self._start, self._end = _data_of(entry)
        self._mac = None if keys is None else hmac.new(keys.mac_key, digestmod=hashlib.sha1)
        self._cipher = None if keys is None else CounterMode(keys.aes_key)
        self._locked = bytearray()
        self._plain = bytearray()
        self.place = 0

    def copy(self) -> PackedBytes:
        """Return a second one at the same place."""
        other = PackedBytes(self._file, self._entry, self._keys)
        other.place = self.place
        if self._keys is not None and self._mac is not None:
            other._mac = self._mac.copy()
            if self.place % BLOCK == 0:  # only the last block is not whole, and none follows it
                other._cipher = CounterMode(self._keys.aes_key, self.place)
        return other

    def read(self) -> memoryview:
        """Return the next block, empty at the end; it is good until the next call.

        Raises DamagedEntry where the file is shorter.
        """
        size = min(READ_BLOCK, self._end - self._start - self.place)
        if not self._plain:
            self._locked, self._plain = bytearray(size), bytearray(size)
        locked, plain = memoryview(self._locked)[:size], memoryview(self._plain)[:size]
        if self._file.read_into(self._start + self.place, locked) < size:
            raise DamagedEntry(self._entry.name, "it is cut short")
        self.place += size
        if self._mac is None or self._cipher is None:
            return locked
        self._mac.update(locked)
        self._cipher.apply(locked, plain)
        return plain

    def code(self) -> bytes | None:
        """Return the authentication code of all that was read; None without encryption."""
        return None if self._mac is None else self._mac.digest()[:MAC_BYTES]
