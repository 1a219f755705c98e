"""The keys of one archive entry, derived while the password is at hand (WinZip AES, strength 1).

One rule: an `EntryKey` encrypts one entry, once. Two texts under one key are a two-time pad.
Source: WinZip AES specification (AE-2); REQUIREMENTS D14.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

SALT_BYTES = 8
AES_KEY_BYTES = 16
CHECK_BYTES = 2
ITERATIONS = 1000
_MATERIAL_BYTES = 2 * AES_KEY_BYTES + CHECK_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class EntryKey:
    """Salt, AES-128 key, HMAC-SHA1 key and the two check bytes of one entry."""

    salt: bytes
    aes_key: bytes
    hmac_key: bytes
    check: bytes

    def to_bytes(self) -> bytes:
        """All four parts as 42 bytes, for sealing."""
        return self.salt + self.aes_key + self.hmac_key + self.check

    @classmethod
    def from_bytes(cls, data: bytes) -> EntryKey:
        """Read back what `to_bytes` wrote. Raises ValueError for another length."""
        if len(data) != SALT_BYTES + _MATERIAL_BYTES:
            raise ValueError("an entry key has 42 bytes")
        return cls(data[:8], data[8:24], data[24:40], data[40:42])


def derive(password: str, salt: bytes | None = None) -> EntryKey:
    """Derive the keys of one entry from a password; a fresh salt unless one is given."""
    if salt is None:
        salt = secrets.token_bytes(SALT_BYTES)
    material = hashlib.pbkdf2_hmac(
        "sha1", password.encode("utf-8"), salt, ITERATIONS, dklen=_MATERIAL_BYTES
    )
    return EntryKey(salt, material[:16], material[16:32], material[32:])
