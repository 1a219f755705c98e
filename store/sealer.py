"""Sealing: secrets that must be read again later, encrypted under the practice's secret key.

One rule: what was sealed for one purpose and one row opens for no other (AES-256-GCM, with the
purpose and the row as associated data; one derived key per purpose).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any, cast

from store.errors import StoreProblem

NONCE_BYTES = 12
TAG_BYTES = 16


class SealBroken(StoreProblem):
    """The sealed bytes were changed, or were sealed for something else or under another key."""


class Sealer:
    """Seals and opens with keys derived from the practice's secret key."""

    def __init__(self, secret_key: bytes) -> None:
        self._secret_key = secret_key

    def __repr__(self) -> str:
        return "Sealer(...)"

    def derived_key(self, purpose: str) -> bytes:
        """Return the 32-byte key of one purpose (HMAC-SHA-256 as a key derivation function)."""
        return hmac.digest(self._secret_key, b"chairside:" + purpose.encode(), hashlib.sha256)

    def seal(self, plain: bytes, purpose: str, row: str) -> bytes:
        """Seal bytes for a purpose and a row."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = self._cipher(purpose, row, nonce)
        sealed, tag = cipher.encrypt_and_digest(plain)
        return nonce + cast(bytes, tag) + cast(bytes, sealed)

    def open(self, sealed: bytes, purpose: str, row: str) -> bytes:
        """Open what was sealed for the same purpose and row. Raises SealBroken otherwise."""
        nonce, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES : NONCE_BYTES + TAG_BYTES]
        body = sealed[NONCE_BYTES + TAG_BYTES :]
        try:
            cipher = self._cipher(purpose, row, nonce)
            return cast(bytes, cipher.decrypt_and_verify(body, tag))
        except ValueError as error:
            raise SealBroken(
                f"A sealed {purpose} does not open with this practice's secret key.",
                kept="It was left as it is.",
                do="Put secret.key and practice.db back from the same backup.",
            ) from error

    def keyed_hash(self, plain: str, purpose: str) -> str:
        """Return a hex HMAC-SHA-256 that only this practice can compute."""
        return hmac.new(self.derived_key(purpose), plain.encode(), hashlib.sha256).hexdigest()

    def _cipher(self, purpose: str, row: str, nonce: bytes) -> Any:
        from Cryptodome.Cipher import AES

        cipher = AES.new(self.derived_key(purpose), AES.MODE_GCM, nonce=nonce)
        cipher.update(f"{purpose}\x00{row}".encode())
        return cipher
