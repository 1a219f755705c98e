"""SQL literals, read back as the server meant them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.imports.opendental.tokens import VALUE, Value, literal_of, value
from tests.store.imports.dumps import literal


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("it's \\ 'quoted' \"twice\"\n\r\t\0\x1a); INSERT INTO `patient` VALUES (1);")
@example("ends in a backslash \\")
@example("'")
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    written = literal(text)
    assert re.fullmatch(VALUE, written, re.DOTALL)
    assert value(written) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_with_doubled_quotes_is_read_back_as_it_was(text: str) -> None:
    written = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    assert re.fullmatch(VALUE, written, re.DOTALL)
    assert value(written) == text


@given(st.binary())
def test_any_bytes_are_read_back_as_they_were(data: bytes) -> None:
    assert value(f"0x{data.hex()}") == data
    assert value(f"X'{data.hex()}'") == data


@given(st.integers() | st.decimals(allow_nan=False, allow_infinity=False))
def test_any_number_is_read_back_exactly(number: int | Decimal) -> None:
    assert value(str(number)) == number


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NULL", None),
        ("null", None),
        ("''", ""),
        ("-1", -1),
        ("1.5e-7", Decimal("0.00000015")),
        (r"'\%\_'", r"\%\_"),
        (r"'\a'", "a"),
        (r"'\b\t'", "\b\t"),
        (r"_binary '\0\'x'", b"\0'x"),
        ("_utf8mb4'Máire'", "Máire"),
        ("b'101'", 5),
    ],
)
def test_each_form_of_literal(written: str, meant: Value) -> None:
    assert re.fullmatch(VALUE, written, re.DOTALL)
    assert value(written) == meant


@pytest.mark.parametrize("written", ["NaN", "Infinity", "CURRENT_DATE", "x'zz'", "q'a'", "0xzz"])
def test_what_is_no_literal_is_not_guessed(written: str) -> None:
    with pytest.raises(ValueError):
        value(written)


@given(st.binary())
def test_any_value_of_a_server_is_read_back_as_it_was(raw: bytes) -> None:
    """Bytes that are no text are carried along, as those of a dump are."""
    text = raw.decode("utf-8", "surrogateescape")
    assert value(literal_of(raw, is_number=False, is_bytes=False)) == text
    assert value(literal_of(raw, is_number=False, is_bytes=True)) == (raw or "")
    assert value(literal_of(None, is_number=True, is_bytes=False)) is None


@given(st.integers() | st.decimals(allow_nan=False, allow_infinity=False))
def test_any_number_of_a_server_is_read_back_exactly(number: int | Decimal) -> None:
    assert value(literal_of(str(number).encode(), is_number=True, is_bytes=False)) == number


@given(st.binary() | st.sampled_from([b"NULL", b"0x41", b"'", b"1;", b"nan", b"1_0", b"x'41'"]))
def test_what_a_server_calls_a_number_and_is_none_becomes_text(raw: bytes) -> None:
    """Vulnerability: a server that lies about types. Verified: it can make no literal but a number
    and a text."""
    read = value(literal_of(raw, is_number=True, is_bytes=False))
    assert isinstance(read, int | Decimal) or read == raw.decode("utf-8", "surrogateescape")
