"""Locking an archive anew: each entry decrypted and encrypted again, nothing compressed again.

One rule: the archive under its name is the old one or the new one, whole and synced, and only a
text whose old authentication code is right is locked anew. A key locks one text only; trying again
after a crash locks the same text with the same key, which gives the same bytes.
Source: WinZip AES specification; DESIGN, life of a download.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter

from exporter.archive.directory import not_whole, read_directory
from exporter.archive.disk import told_plainly
from exporter.archive.entry import AES_128, MAC_BYTES, Entry
from exporter.archive.errors import DamagedEntry
from exporter.archive.files import clear_leftover, whole_file
from store.archive_key import CHECK_BYTES, SALT_BYTES, EntryKey

BLOCK = 1024 * 1024
_HEADER = SALT_BYTES + CHECK_BYTES


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """The archive as it is now: size in bytes, SHA-256 in hexadecimal."""

    file_bytes: int
    file_sha256: str


def rekey(
    path: Path,
    chains: Sequence[Sequence[EntryKey]],
    before_rename: Callable[[], None],
    each_block: Callable[[], None] = lambda: None,
) -> Rekeyed:
    """Lock every entry of an archive of ours with the last key of its chain.

    Args:
        path: the archive; the new one takes its place in one step.
        chains: for each entry, in the order of the file, the keys it may be locked with now and,
            last, the one it shall be locked with. An entry that has it already is checked only.
        before_rename: called once, when all is written and has not taken its name yet.
        each_block: called before each block of 1 MB. What either raises stops the work and leaves
            the old file.

    Only whoever alone may write `path` may call it: what a killed run left is removed first.

    Raises:
        ArchiveProblem, DamagedEntry: the archive is not as it was made; it was left as it is.
        DiskFull: no room for the second copy; nothing is left behind.
    """
    with told_plainly(path.parent):
        clear_leftover(path)
        with whole_file(path, replace=True) as new:
            # Closed again before the rename: Windows keeps an open file in its place.
            with path.open("rb") as old:
                copy = _Copy(old, new, each_block)
                _copy_all(copy, old, chains)
            before_rename()
            return Rekeyed(new.tell(), copy.digest.hexdigest())


def _copy_all(copy: _Copy, old: BinaryIO, chains: Sequence[Sequence[EntryKey]]) -> None:
    directory = read_directory(old)
    entries = sorted(directory.entries, key=lambda entry: entry.header_offset)
    if len(entries) != len(chains) or any(e.strength != AES_128 for e in entries):
        raise not_whole("The archive is not the one that its keys were made for.")
    old.seek(0)
    for entry, chain in zip(entries, chains, strict=True):
        copy.plain_until(entry.data_offset)
        _lock_anew(copy, entry, chain)
    copy.plain_until(os.fstat(old.fileno()).st_size)


class _Copy:
    """Reads the old file and writes the new one, from start to end; both have the same places."""

    def __init__(self, old: BinaryIO, new: BinaryIO, each_block: Callable[[], None]) -> None:
        self._old, self._new, self._each_block = old, new, each_block
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._old.read(size)
        if len(data) < size:
            raise not_whole("The archive is cut short.")
        return data

    def write(self, data: bytes) -> None:
        self._new.write(data)
        self.digest.update(data)

    def plain_until(self, place: int) -> None:
        """Copy what is not encrypted: headers and the directory."""
        while size := min(BLOCK, place - self._old.tell()):
            self.write(self.read(size))

    def blocks_until(self, place: int) -> Any:
        """Yield what is encrypted, block by block."""
        while size := min(BLOCK, place - self._old.tell()):
            self._each_block()
            yield self.read(size)


def _lock_anew(copy: _Copy, entry: Entry, chain: Sequence[EntryKey]) -> None:
    header = copy.read(_HEADER)
    old, new = _present_key(entry, header, chain), chain[-1]
    opening, locking = _cipher(old), _cipher(new)
    old_mac = hmac.new(old.hmac_key, digestmod=hashlib.sha1)
    new_mac = hmac.new(new.hmac_key, digestmod=hashlib.sha1)
    copy.write(new.salt + new.check)
    for block in copy.blocks_until(entry.end - MAC_BYTES):
        old_mac.update(block)
        locked = locking.encrypt(opening.decrypt(block))
        new_mac.update(locked)
        copy.write(locked)
    if not hmac.compare_digest(old_mac.digest()[:MAC_BYTES], copy.read(MAC_BYTES)):
        raise DamagedEntry(entry.name, "its authentication code is wrong")
    copy.write(new_mac.digest()[:MAC_BYTES])


def _present_key(entry: Entry, header: bytes, chain: Sequence[EntryKey]) -> EntryKey:
    for key in chain:
        if hmac.compare_digest(key.salt + key.check, header):
            return key
    raise DamagedEntry(entry.name, "it is not locked with a key that is known")


def _cipher(key: EntryKey) -> Any:
    """Little-endian counter mode; WinZip counts blocks from 1."""
    return AES.new(key.aes_key, AES.MODE_CTR, counter=Counter.new(128, little_endian=True))
