"""SQL literals, read back as the server meant them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.imports.opendental.tokens import VALUE, Value, value
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
