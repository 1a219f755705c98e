"""What a gateway may answer at all, and what is made of it: never anything but its meaning."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.messages.carriers import CarrierDown, NobodyKnows, NotTaken
from exporter.messages.gateway import answers
from exporter.messages.gateway.errors import MEANINGS
from exporter.messages.gateway.line import Answer

MARK = "Zx9-of-the-gateway-Zx9"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(MARK),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("sid", "status", "code", "error_code", "message", "type", "incoming_phone_numbers")
BODIES = st.binary(max_size=200) | st.dictionaries(st.sampled_from(FIELDS), VALUES).map(
    lambda said: json.dumps(said).encode()
)


@settings(max_examples=50)
@given(status=st.integers(0, 999), body=BODIES, rest=st.text() | st.just(MARK))
def test_whatever_comes_back_has_a_meaning_and_is_not_shown(
    status: int, body: bytes, rest: str
) -> None:
    answer = Answer(status, body, rest)
    for ask in (
        answers.receipt,
        answers.account,
        lambda one: answers.sender("+15105550100", one),
    ):
        try:
            told = ask(answer)
        except CarrierDown as problem:
            told = problem.sentence
        assert MARK not in str(told)
    name, refused = _taken(answer)
    if refused is None:
        assert 200 <= status < 300
        assert json.loads(body)["sid"] == name
    else:
        assert MARK not in refused.sentence
        # Not sent again by itself unless the gateway said that it did not take it.
        assert isinstance(refused, NobodyKnows) or not 200 <= status < 300 or b"sid" in body


def _taken(answer: Answer) -> tuple[str, NotTaken | None]:
    try:
        return answers.taken(answer), None
    except NotTaken as problem:
        return "", problem


def test_what_is_nested_without_end_or_a_number_without_end_is_no_answer() -> None:
    for body in (b"[" * 60_000, b'{"sid": ' + b"9" * 60_000 + b"}", b"\xef\xbb\xbf{}", b""):
        for status in (200, 400, 500):
            with suppress(NotTaken):
                answers.taken(Answer(status, body))
                raise AssertionError("taken without a name")


def test_every_meaning_is_a_sentence_and_what_is_the_practices_affair_can_be_mended() -> None:
    for code, meaning in MEANINGS.items():
        assert meaning.what.endswith("."), code
        assert bool(meaning.do) is (meaning.about == "practice"), code
