"""Text from data is drawn, never run and never sent raw."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets import safe

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)


@given(ANY_TEXT)
@example("\ud800")
@example("\u202egnp.exe")
def test_nothing_unseen_is_left(value: str) -> None:
    for character in safe.drawable(value):
        category = unicodedata.category(character)
        assert character in "\u200c\u200d" or category not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


@given(ANY_TEXT)
def test_what_is_drawn_can_be_sent_to_a_terminal(value: str) -> None:
    safe.drawable(value).encode("utf-8")


@given(ANY_TEXT, st.integers(0, 60), st.booleans(), st.booleans())
def test_fit_takes_exactly_its_width(value: str, width: int, right: bool, keeps_end: bool) -> None:
    assert cell_len(safe.fit(value, width, right=right, keeps_end=keeps_end)) == width


@given(st.text(max_size=40))
def test_markup_in_data_stays_text(value: str) -> None:
    assert safe.content(f"[/x] {value} [@click=app.quit]").plain.count("[@click=app.quit]") == 1


@pytest.mark.parametrize(
    ("value", "drawn"),
    [
        ("a\nb", "a␊b"),
        ("\x1b[31m", "␛[31m"),
        ("\x7f", "␡"),
        ("\u202eexe", "‹U+202E›exe"),
        ("\u200bx", "‹U+200B›x"),
        ("\ud800", "‹U+D800›"),
        ("\u0301x", "◌\u0301x"),
        ("Nguyễn", "Nguyễn"),
        ("👩\u200d⚕\ufe0f", "👩⚕"),
    ],
)
def test_what_cannot_be_seen_is_drawn(value: str, drawn: str) -> None:
    assert safe.drawable(value) == drawn


def test_a_clipped_text_says_so() -> None:
    assert safe.clip("王小明", 4) == "王…"


def test_a_path_keeps_its_end() -> None:
    assert safe.clip("letters/of November/3.csv", 12, keeps_end=True) == "…ember/3.csv"
    assert safe.clip("short.csv", 12, keeps_end=True) == "short.csv"
    assert safe.clip("王小明", 4, keeps_end=True) == "…明"
    assert safe.clip("abcx\u0323yz", 3, keeps_end=True) == "…yz", "no mark without its letter"


def test_a_tower_of_marks_stays_on_its_line() -> None:
    assert len(safe.drawable("e" + "\u0301" * 500)) < 6
