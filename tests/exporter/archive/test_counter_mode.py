"""The fast counter mode gives the bytes of the standard's, at any place and in any pieces."""

from __future__ import annotations

from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive.counter_mode import BLOCK, CounterMode

KEY = bytes(range(32))
WINDOW = 1 << 16
NEAR_A_CARRY = st.sampled_from([0, 1, WINDOW, 1 << 24, 1 << 32, 1 << 40]).flatmap(
    lambda carry: st.integers(max(0, carry - 40), carry + 40)
)


def reference(data: bytes, block: int) -> bytes:
    """The library's own counter mode, told to count in little-endian from `block` + 1."""
    counter = Counter.new(128, little_endian=True, initial_value=1 + block)
    plain: bytes = AES.new(KEY, AES.MODE_CTR, counter=counter).decrypt(data)
    return plain


@settings(max_examples=50, deadline=None)
@given(
    block=NEAR_A_CARRY,
    pieces=st.lists(st.sampled_from([1, 2, 63, 64, 1024, WINDOW // 4, 17_000]), max_size=4),
    rest=st.integers(0, 40),
)
def test_it_equals_the_librarys_past_every_carry(block: int, pieces: list[int], rest: int) -> None:
    """Issue 5, trustworthy 2: the counter is right past 2^32 blocks, where 64 GiB are reached."""
    sizes = [*(count * BLOCK for count in pieces), rest]
    data = bytes(n * 31 % 251 for n in range(256)) * (sum(sizes) // 256 + 1)
    data = data[: sum(sizes)]
    mode, output, place = CounterMode(KEY, block * BLOCK), bytearray(len(data)), 0
    for size in sizes:
        mode.apply(data[place : place + size], memoryview(output)[place : place + size])
        place += size
    assert bytes(output) == reference(data, block)
