"""What is taken out of a paste for a code (D11, S5): all of it, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.code_field import code_in, recovery_code_in

BETWEEN = st.text(alphabet=" \t\r\n-\u2013\u00a0.", max_size=3)


@given(code=st.from_regex(r"[0-9]{6}", fullmatch=True), gaps=st.lists(BETWEEN, min_size=7))
def test_a_code_is_found_in_any_grouping(code: str, gaps: list[str]) -> None:
    """Blanks, dashes and line breaks before, between and after its digits change nothing."""
    pasted = gaps[0] + "".join(digit + gap for digit, gap in zip(code, gaps[1:], strict=False))
    assert code_in(pasted) == code


@pytest.mark.parametrize("code", ["419203", "419 203", "419-203"])
def test_a_code_is_found_in_the_whole_message(code: str) -> None:
    message = (
        f"Maple Grove Dental: {code} is your code for the data download. Valid for 10 minutes."
        " Nobody will ever ask you for it.\n"
    )
    assert code_in(message) == "419203"


@pytest.mark.parametrize(
    "pasted",
    ["", "\n", "41920", "4192035", "copper kettle", "٤١٩٢٠٣", "419203 or 419204", "+15105550142"],
)
def test_what_holds_no_code_or_several_gives_none(pasted: str) -> None:
    """Nothing is cut off or guessed: a number of seven digits is not a code and one more."""
    assert code_in(pasted) == ""


@given(code=st.from_regex(r"[a-z2-9]{10}", fullmatch=True), gap=BETWEEN)
def test_a_recovery_code_is_taken_as_it_is_printed(code: str, gap: str) -> None:
    assert recovery_code_in(f" {code[:5]}{gap}{code[5:]}\n") == f"{code[:5]}-{code[5:]}"


@pytest.mark.parametrize("pasted", ["", "abcde-2345", "abcde-23456 fghjk-23456"])
def test_a_recovery_code_is_one_code(pasted: str) -> None:
    assert recovery_code_in(pasted) == ""
