"""Sealing: what was sealed for one purpose and one row opens for no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.sealer import NONCE_BYTES, TAG_BYTES, SealBroken, Sealer

KEY = bytes(range(32))
words = st.text(max_size=20)


@given(plain=st.binary(max_size=300), purpose=words, row=words)
def test_what_was_sealed_opens_again(plain: bytes, purpose: str, row: str) -> None:
    sealer = Sealer(KEY)
    assert sealer.open(sealer.seal(plain, purpose, row), purpose, row) == plain


@given(plain=st.binary(min_size=16, max_size=100))
def test_the_same_text_is_never_sealed_to_the_same_bytes(plain: bytes) -> None:
    sealer = Sealer(KEY)
    first, second = sealer.seal(plain, "p", "1"), sealer.seal(plain, "p", "1")
    assert first[:NONCE_BYTES] != second[:NONCE_BYTES]
    assert plain not in first
    assert first != second


def test_attack_sealed_bytes_moved_to_another_row_do_not_open() -> None:
    """Vulnerability: whoever writes to the database copies a secret to a row of their own.

    Scenario: a sealed key of download 7 is copied to download 8, or taken for another purpose.
    Verified: neither opens; the row and the purpose are part of the seal.
    """
    sealer = Sealer(KEY)
    sealed = sealer.seal(b"a key", "download key", "7:0")
    for purpose, row in (("download key", "8:0"), ("download key", "7:1"), ("outbox", "7:0")):
        with pytest.raises(SealBroken):
            sealer.open(sealed, purpose, row)


def test_attack_purpose_and_row_cannot_be_shifted_into_one_another() -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal(b"x", "a", "b:1")
    with pytest.raises(SealBroken):
        sealer.open(sealed, "ab", ":1")


@given(plain=st.binary(max_size=60), data=st.data())
def test_attack_one_changed_bit_breaks_the_seal(plain: bytes, data: st.DataObject) -> None:
    sealer = Sealer(KEY)
    sealed = bytearray(sealer.seal(plain, "p", "1"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), "p", "1")


@pytest.mark.parametrize("length", range(NONCE_BYTES + TAG_BYTES + 3))
def test_attack_a_seal_cut_short_does_not_open(length: int) -> None:
    sealer = Sealer(KEY)
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(b"abcd", "p", "1")[:length], "p", "1")


def test_another_practices_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken, match=r"secret\.key"):
        Sealer(bytes(32)).open(Sealer(KEY).seal(b"x", "p", "1"), "p", "1")


def test_a_keyed_hash_depends_on_key_and_purpose_and_never_shows_the_key() -> None:
    sealer = Sealer(KEY)
    seen = {
        sealer.keyed_hash("123456", "otp"),
        sealer.keyed_hash("123456", "audit"),
        Sealer(bytes(32)).keyed_hash("123456", "otp"),
    }
    assert len(seen) == 3
    assert KEY.hex() not in repr(sealer)
    assert str(KEY) not in repr(sealer)
