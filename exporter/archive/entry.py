"""One entry of a ZIP: how it is packed and locked, and whether Chairside reads it.

One rule: what cannot be read is told exactly, with a program that can; nothing is guessed at.
Source: ZIP application note 4.4.4, 4.4.5; WinZip AES specification.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import Literal

from store import archive_key
from store.archive_key import CHECK_BYTES as CHECK_BYTES

MAC_BYTES = 10
AE_1, AE_2 = 1, 2
"""Versions of the specification; only the first keeps a checksum of the plain text."""
AES_128 = 1
"""The specification's strength number of a 128-bit key."""
SALT_BYTES = {AES_128: archive_key.SALT_BYTES, 2: 12, 3: 16}
KEY_BYTES = {AES_128: archive_key.AES_KEY_BYTES, 2: 24, 3: 32}
STORED, DEFLATED, BZIP2, LZMA, AES_METHOD = 0, 8, 12, 14, 99
READ_METHODS = frozenset({STORED, DEFLATED, BZIP2, LZMA})

Lock = Literal["none", "aes", "zipcrypto", "strong"]

_METHOD_NAMES = {
    0: "Store", 1: "Shrink", 2: "Reduce", 3: "Reduce", 4: "Reduce", 5: "Reduce", 6: "Implode",
    8: "Deflate", 9: "Deflate64", 10: "DCL Implode", 12: "BZip2", 14: "LZMA", 93: "Zstandard",
    94: "MP3", 95: "XZ", 96: "JPEG", 97: "WavPack", 98: "PPMd",
}  # fmt: skip
_OPENED_BY = {
    1: "7-Zip", 6: "7-Zip", 9: "7-Zip", 93: "7-Zip 24 or later", 95: "7-Zip", 98: "7-Zip",
}  # fmt: skip
_LOCK_FAULTS: dict[Lock, tuple[str, str]] = {
    "zipcrypto": ("it is locked with ZipCrypto, an old lock that is easily broken", "7-Zip"),
    "strong": ("it is locked with PKWARE strong encryption", "PKZIP or 7-Zip"),
}
UNIX, _MACOS = 3, 19
_REPARSE_POINT = 0x400


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the directory tells it. Sizes are bytes; `strength` 0 means no WinZip AES.

    `attributes` are the external ones, `system` is where they come from; `flags` as in the file.
    """

    name: str
    size: int
    packed_size: int
    method: int
    strength: int
    aes_version: int
    crc: int
    date_time: tuple[int, int, int, int, int, int]
    header_offset: int
    data_offset: int
    lock: Lock = "aes"
    flags: int = 0
    system: int = 0
    attributes: int = 0

    @property
    def is_locked(self) -> bool:
        """Whether it is encrypted with WinZip AES."""
        return self.strength > 0

    @property
    def end(self) -> int:
        """Where its last byte ends in the file."""
        return self.data_offset + self.packed_size

    @property
    def packing(self) -> str:
        """How it is compressed, by the name of the method."""
        return _METHOD_NAMES.get(self.method, f"method {self.method}")

    @property
    def protection(self) -> str:
        """How it is locked, in a word or two."""
        if self.lock == "aes":
            return f"AES-{8 * KEY_BYTES[self.strength]}, AE-{self.aes_version}"
        return {"none": "not encrypted", "zipcrypto": "ZipCrypto", "strong": "strong encryption"}[
            self.lock
        ]

    @property
    def hindrance(self) -> tuple[str, str] | None:
        """Why Chairside does not read it, in half a sentence, and which program does; or None."""
        if self.lock in _LOCK_FAULTS:
            return _LOCK_FAULTS[self.lock]
        if self.method not in READ_METHODS:
            program = _OPENED_BY.get(self.method, "WinZip")
            return f"it is packed with {self.packing}, which Chairside does not unpack", program
        return None

    @property
    def oddity(self) -> str | None:
        """What it is if it is not a plain file, in half a sentence; such is never written."""
        if self.system in (UNIX, _MACOS):
            kind = stat.S_IFMT(self.attributes >> 16)
            if kind == stat.S_IFLNK:
                return "it is a symbolic link, which could lead out of the folder"
            if kind not in (0, stat.S_IFREG):
                return "it is neither a file nor a folder"
        elif self.attributes & _REPARSE_POINT:
            return "it is a Windows link, which could lead out of the folder"
        return None
