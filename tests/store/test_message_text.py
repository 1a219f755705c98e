"""The text of a text message stays one part, whatever the practice is called."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.message_text import in_one_part, is_one_part, length

ADVICE = ("Valid for 10 minutes.", "Nobody will ever ask you for it.")
SAYS = st.sampled_from(
    [
        "419203 is your code for the data download.",
        "419203 is your code to sign in.",
        "419203 is your code to add a second factor.",
        "this is a test message. Type 419203 in Chairside.",
        "Your account: app and recovery codes withdrawn by an administrator.",
    ]
)


@pytest.mark.parametrize(
    ("text", "parts_of_its_room"),
    [
        ("a" * 160, (160, 160)),
        ("a" * 159 + "€", (161, 160)),
        ("[]{}^~|\\€", (18, 160)),
        ("é" * 160, (160, 160)),
        ("ç", (1, 70)),
        ("青" * 70, (70, 70)),
        ("🦷" * 36, (72, 70)),
        ("`", (1, 70)),
    ],
)
def test_it_is_counted_as_the_network_counts(text: str, parts_of_its_room: tuple[int, int]) -> None:
    """3GPP TS 23.038 §6.2.1: signs of the extension table count two, other letters need UCS-2."""
    assert length(text) == parts_of_its_room


@settings(max_examples=50)
@given(st.text(max_size=300), SAYS, st.integers(0, 2))
@example("x" * 300, "419203 is your code to sign in.", 2)
@example("€" * 200, "419203 is your code to sign in.", 2)
@example("青山歯科クリニック" * 9, "419203 is your code for the data download.", 2)
@example("👩🏽‍⚕️" * 60, "419203 is your code for the data download.", 2)
@example("\n\u2028 ", "419203 is your code to sign in.", 0)
def test_d11_any_name_leaves_one_part_with_the_code_and_what_it_is_for(
    name: str, says: str, sentences: int
) -> None:
    text = in_one_part(name, says, *ADVICE[:sentences])
    assert is_one_part(text)
    assert says in text
    units = len(text.encode("utf-16-le")) // 2
    assert units <= (70 if any(ord(c) > 0x20AC for c in text) else 160)
    assert "\n" not in text


def test_a_name_of_plain_letters_keeps_every_sentence_and_one_in_others_its_name() -> None:
    says = "419203 is your code for the data download."
    assert in_one_part("Maple Grove Dental", says, *ADVICE) == (
        f"Maple Grove Dental: {says} {' '.join(ADVICE)}"
    )
    assert in_one_part("O’Brien – Łódź", says, *ADVICE).startswith("O'Brien - Lodz: ")
    assert in_one_part("青山歯科", says, *ADVICE) == f"青山歯科: {says} {ADVICE[0]}"


def test_a_name_is_cut_between_what_a_reader_sees_as_characters() -> None:
    sign = "👩🏽‍⚕️"
    text = in_one_part(sign * 30, "419203 is your code to sign in.")
    name, _, _ = text.partition(".: ")
    assert name
    assert name == sign * (len(name) // len(sign))
