"""A field draws what is typed or pasted through the safe module, and keeps it as typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import Paste
from textual.suggester import SuggestFromList

from tests.tui.conftest import seen
from tui.widgets.field import Field, drawn_pieces
from tui.widgets.safe import drawable

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


class OneField(App[None]):
    """An app that holds nothing but a field, made once the app runs."""

    CSS = """
    Field { height: auto; }
    Field Line { width: 1fr; height: 1; margin: 0 0 0 18; border: none; padding: 0 1; }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._options = options

    def compose(self) -> ComposeResult:
        yield Field("Name", id="name", **self._options)

    @property
    def field(self) -> Field:
        return self.query_one(Field)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("report\u202egnp.exe", "report‹U+202E›gnp.exe"),
        ("Jane\x1b[31m", "Jane␛[31m"),
        ("a\tb\x07c\x9bd", "a␉b␇c‹U+009B›d"),
        ("zero\u200bwidth", "zero‹U+200B›width"),
        ("lone \udc80", "lone ‹U+DC80›"),
    ],
)
async def test_attack_hidden_characters_in_a_field_never_reach_the_terminal(
    typed: str, shown: str
) -> None:
    """Vulnerability: a pasted name turns the line round, or sends the terminal a command.

    Scenario: it is pasted into a field. Verified: it is drawn, not sent; the value is as pasted.
    """
    app = OneField()
    async with app.run_test(size=(80, 24)) as pilot:
        app.field.focus_line()
        await pilot.pause()
        app.field.line.post_message(Paste(typed))
        await pilot.pause()
        assert app.field.value == typed
        assert shown in seen(app)
        assert not set(seen(app)) & {c for c in typed if drawable(c) != c}


async def test_attack_a_hidden_character_in_a_suggestion_is_drawn() -> None:
    """Vulnerability: a file name that a field offers to complete carries an override."""
    app = OneField(suggester=SuggestFromList(["re\u202egnp.zip"]))
    async with app.run_test(size=(80, 24)) as pilot:
        app.field.focus_line()
        await pilot.press("r", "e")
        for _ in range(100):
            if "gnp.zip" in seen(app):
                break
            await pilot.pause(0.02)
        assert "re‹U+202E›gnp.zip" in seen(app)


async def test_what_is_edited_is_the_value_and_not_its_drawing() -> None:
    app = OneField(value="ab\u202ecd")
    async with app.run_test(size=(80, 24)) as pilot:
        app.field.focus_line()
        await pilot.press("left", "left", "backspace")
        assert app.field.value == "abcd"
        await pilot.press("X")
        assert app.field.value == "abXcd"


async def test_a_click_behind_a_drawn_character_sets_the_cursor_there() -> None:
    app = OneField(value="ab\u202ecd")
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.field.line
        drawn = cell_len("ab‹U+202E›")
        left = line.content_region.x - line.region.x
        await pilot.click(line, offset=(left + drawn, 0))
        assert line.cursor_position == 3
        await pilot.click(line, offset=(left + drawn - 1, 0))
        assert line.cursor_position == 2


async def test_a_secret_field_draws_dots_whatever_is_typed() -> None:
    app = OneField(secret=True, value="a王\u202e\x1b")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "••••" in seen(app)
        assert not set("a王\u202e\x1b") & set(seen(app).replace("Name", ""))


async def test_a_long_line_shows_its_end_while_it_is_typed() -> None:
    app = OneField()
    async with app.run_test(size=(40, 6)) as pilot:
        app.field.focus_line()
        app.field.value = "\u202e" * 30
        await pilot.press("end", "Z")
        await pilot.pause()
        assert "‹U+202E›Z" in seen(app)


@given(st.text(max_size=40))
def test_pieces_are_one_for_each_character_and_safe(value: str) -> None:
    pieces = drawn_pieces(value)
    assert len(pieces) == len(value)
    together = "".join(pieces)
    assert drawable(together) == together


def test_letters_keep_their_marks_and_joiners() -> None:
    assert drawn_pieces("e\u0301a") == ["é", "", "a"]
    assert "".join(drawn_pieces(PERSIAN)) == PERSIAN
