"""The encrypter against a library of its own, and its one rule."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from Cryptodome.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from exporter.archive.encrypter import EntryEncrypter
from exporter.archive.errors import KeyUsedTwice
from store.archive_key import derive


@given(st.lists(st.binary(max_size=100), max_size=8))
def test_it_is_little_endian_counter_mode_from_one(pieces: list[bytes]) -> None:
    """WinZip AES specification, checked block by block with the bare cipher."""
    key = derive("a password")
    encrypter = EntryEncrypter(key)
    written = b"".join(encrypter.encrypt(piece) for piece in pieces) + encrypter.flush()
    locked, code = written[:-10], written[-10:]
    plain = b"".join(pieces)
    block = AES.new(key.aes_key, AES.MODE_ECB)
    stream = b"".join(
        block.encrypt((1 + n).to_bytes(16, "little")) for n in range(len(plain) // 16 + 1)
    )
    assert locked == bytes(a ^ b for a, b in zip(plain, stream, strict=False))
    assert code == hmac.digest(key.hmac_key, locked, hashlib.sha1)[:10]


def test_the_header_is_salt_and_check_bytes() -> None:
    key = derive("a password")
    assert EntryEncrypter(key).encryption_header() == key.salt + key.check


def test_attack_one_key_for_two_texts() -> None:
    """Vulnerability: counter mode under one key twice is a two-time pad."""
    key = derive("a password")
    EntryEncrypter(key)
    with pytest.raises(KeyUsedTwice) as caught:
        EntryEncrypter(key)
    assert caught.value.do


def test_equal_passwords_give_different_keys() -> None:
    """A fresh salt per entry is what makes one password serve many entries."""
    EntryEncrypter(derive("a password"))
    EntryEncrypter(derive("a password"))
