"""WinZip AE-2 with AES-128, from keys that were derived earlier.

One rule: it is given keys, never a password, and no key ever locks two texts.
Source: WinZip AES specification (AE-2, strength 1); REQUIREMENTS D14.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from typing import Any

from pyzipper.zipfile_aes import WZ_AES_V2, WZ_AES_VENDOR_ID, BaseZipEncrypter

from exporter.archive.counter_mode import BLOCK, CounterMode
from exporter.archive.entry import AES_128, MAC_BYTES
from exporter.archive.errors import KeyUsedTwice
from store.archive_key import EntryKey

_used: set[bytes] = set()
_used_lock = threading.Lock()


def claim(key: EntryKey) -> None:
    """Mark a key as used, for the life of this process. Raises KeyUsedTwice the second time.

    Only a hash is remembered. Across processes the runner's durable mark does the same.
    """
    mark = hashlib.sha256(key.to_bytes()).digest()
    with _used_lock:
        if mark in _used:
            raise KeyUsedTwice(
                "A key was about to lock a second text.",
                kept="Nothing was written with it.",
                do="Schedule the download again; it gets new keys.",
            )
        _used.add(mark)


class EntryEncrypter(BaseZipEncrypter):  # type: ignore[misc]  # pyzipper has no types
    """Encrypts one entry: AES-128 in little-endian counter mode, then HMAC-SHA1 over the result."""

    def __init__(self, key: EntryKey) -> None:
        claim(key)
        self._header = key.salt + key.check
        self._counter_mode = CounterMode(key.aes_key)
        self._rest = b""
        self._mac = hmac.new(key.hmac_key, digestmod=hashlib.sha1)

    def update_zipinfo(self, zipinfo: Any) -> None:
        """Say in the entry's header how it is encrypted; AE-2 keeps the CRC at zero."""
        zipinfo.wz_aes_vendor_id = WZ_AES_VENDOR_ID
        zipinfo.wz_aes_strength = AES_128
        zipinfo.wz_aes_version = WZ_AES_V2

    def finalize_zipinfo(self, zipinfo: Any) -> None:
        """Nothing depends on what was written: AE-2 it stays."""

    def encryption_header(self) -> bytes:
        """Salt and check bytes, which stand before the data."""
        return self._header

    def encrypt(self, data: bytes) -> bytes:
        """Return the next bytes, encrypted; less than a block of them may be kept back."""
        text = self._rest + data if self._rest else data
        whole = len(text) - len(text) % BLOCK
        self._rest = text[whole:]
        return self._locked(memoryview(text)[:whole])

    def flush(self) -> bytes:
        """Return what was kept back, and the authentication code, which stands after the data."""
        locked = self._locked(memoryview(self._rest))
        self._rest = b""
        return locked + self._mac.digest()[:MAC_BYTES]

    def _locked(self, text: memoryview) -> bytes:
        locked = bytearray(len(text))
        self._counter_mode.apply(text, memoryview(locked))
        self._mac.update(locked)
        return bytes(locked)
