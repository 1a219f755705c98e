"""What a value becomes in a spreadsheet."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.convert.cells import (
    as_amount,
    as_date,
    as_instant,
    as_number,
    cut_utf16,
    for_xml,
    inert,
    utf16_length,
)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1 510 555 0142",
        "-5",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        " =1+1",
        "\u200b=1+1",
        "\ufeff=1",
        "\u00a0=1",
        "\x00=1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_attack_a_formula_in_a_patients_record(text: str) -> None:
    """Vulnerability: CSV injection (OWASP). Verified: an apostrophe makes it text."""
    assert inert(text) == "'" + text


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("see below;=1+1;ok", "see below;'=1+1;ok"),
        ("first line\n=1+1", "first line\n'=1+1"),
        ("a\r\n-1", "a\r\n'-1"),
        ("a\t @SUM(A1)", "a\t' @SUM(A1)"),
        ("a;;+1", "a;;'+1"),
        ('a;"=1+1', "a;'\"=1+1"),
        ("a;\u200b＝1", "a;'\u200b＝1"),
        ("=1;=2", "'=1;'=2"),
        ("\n=1", "'\n'=1"),
    ],
)
def test_attack_a_formula_behind_another_list_separator(text: str, made: str) -> None:
    """Vulnerability: where the semicolon is the separator, quotes do not keep a cell together.
    Verified: an apostrophe stands where the cell of its own would begin, and there only."""
    assert inert(text) == made
    assert inert(made) == made


@pytest.mark.parametrize("text", ["plain", "a=b", "O'Brien", "5-6", "(510) 555-0142", "é", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


@given(st.integers(-(10**17), 10**17))
def test_amounts_are_exact(cents: int) -> None:
    amount = as_amount(str(cents))
    assert Decimal(amount) == Decimal(cents) / 100
    assert len(amount.split(".")[1]) == 2


def test_an_amount_that_is_none_is_made_inert() -> None:
    assert as_amount("=1") == "'=1"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-7", -7),
        ("9" * 15, 10**15 - 1),
        ("1" + "0" * 15, None),
        ("1.5", None),
        ("=1", None),
        ("\u0663", None),
        ("1\n", None),
    ],
)
def test_only_numbers_that_excel_keeps_exactly_are_numbers(text: str, number: int | None) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("1900-03-01", date(1900, 3, 1)),
        ("1900-02-28", None),
        ("1899-12-31", None),
        ("2023-02-29", None),
        ("20240229", None),
        ("=1", None),
    ],
)
def test_only_dates_that_excel_can_show_are_dates(text: str, day: date | None) -> None:
    assert as_date(text) == day


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-20T08:00:03Z", datetime(2026, 11, 20, 8, 0, 3)),
        ("2026-11-20T08:00:03+01:00", None),
        ("2026-11-20T25:00:03Z", None),
        ("1850-11-20T08:00:03Z", None),
        ("2026-11-20", None),
    ],
)
def test_only_instants_of_the_format_are_instants(text: str, when: datetime | None) -> None:
    assert as_instant(text) == when


def test_what_xml_cannot_hold_is_drawn() -> None:
    assert for_xml("a\x1b[31m\x00b\uffff") == "a␛[31m␀b\ufffd"
    assert for_xml("one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"
    assert for_xml("_x0041_ _xyz") == "_x005F_x0041_ _xyz"


@given(st.text(), st.integers(0, 20))
def test_text_is_cut_as_excel_counts_and_never_in_half(text: str, length: int) -> None:
    cut = cut_utf16(text, length)
    assert text.startswith(cut)
    assert utf16_length(cut) <= length
    assert utf16_length(cut) >= min(utf16_length(text), length) - 1
