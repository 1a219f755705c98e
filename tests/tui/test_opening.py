"""Opening a place: what keeps it quick, as facts that an upgrade of the toolkit could change."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from typing import Any

import pytest
from textual.css import stylesheet

from store.practice import Practice
from tests.people import PASSWORDS
from tests.tui.conftest import SMALL, see, sign_in, type_text, words_of
from tests.tui.places import open_place
from tui import ahead, theme
from tui.screens.help import HelpDialog
from tui.screens.home_places import PLACE_CLASSES


async def test_a_place_is_first_painted_with_its_content(kiosk: Any, practice: Practice) -> None:
    """One paint, not a frame and then all over again."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        painted: list[str] = []
        stock = kiosk._display

        def noting(screen: Any, what: Any) -> None:
            stock(screen, what)
            if what is not None and "Groups" in type(screen).__name__:
                painted.append(words_of(kiosk))

        kiosk._display = noting
        await open_place(pilot, "groups")
        await see(pilot, "Members: Kim Adler.")
        assert "Members: Kim Adler." in painted[0]


async def test_what_is_longer_than_the_screen_is_first_painted_beside_its_scroll_bar(
    kiosk: Any,
) -> None:
    """A bar takes room: without it the text would be drawn, and then again a little narrower."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        with_bar: list[bool] = []
        stock = kiosk._display

        def noting(screen: Any, what: Any) -> None:
            stock(screen, what)
            if what is not None and isinstance(screen, HelpDialog):
                bar = screen.query_one("#help").vertical_scrollbar
                with_bar.append(bar in screen._compositor.visible_widgets)

        kiosk._display = noting
        await open_place(pilot, "groups")
        await pilot.press("f1")
        await see(pilot, "Rights are granted to groups")
        assert with_bar[0]


async def test_home_marks_the_place_that_was_open_as_soon_as_it_is_seen_again(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await see(pilot, "My Factors")
        number = kiosk.screen.query_one("#place-groups").number
        await pilot.press(number)
        await see(pilot, "Members: Kim Adler.")
        await pilot.press("escape")
        await see(pilot, "▌ " + number)
        assert kiosk.focused.id == "place-groups"


async def test_a_sheet_of_styles_is_read_once_for_each_look(
    kiosk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing in, every place, unlocking and the other look: none waits for what is known."""
    read: Counter[object] = Counter()
    stock = stylesheet.parse

    def noting(scope: str, css: str, read_from: object, *more: Any, **words: Any) -> Any:
        read[kiosk.theme, scope, css, read_from, words["tie_breaker"]] += 1
        return stock(scope, css, read_from, *more, **words)

    monkeypatch.setattr(stylesheet, "parse", noting)
    monkeypatch.setattr(theme, "_READ", {})
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        for code in PLACE_CLASSES:
            await open_place(pilot, code)
            await pilot.press("escape")
            await see(pilot, "My Factors")
        for _ in range(4):
            await pilot.press("f2")
        await pilot.press("f9")
        await see(pilot, "The password unlocks.")
        await type_text(pilot, PASSWORDS["kim"])
        await pilot.press("enter")
        await see(pilot, "Utilities")
    assert {look for look, *_sheet in read} == set(theme.THEMES)
    assert set(read.values()) == {1}


def test_all_screens_are_loaded_ahead_and_put_aside() -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.disable()
    try:
        ahead.get_ready()
        assert gc.isenabled()
        assert gc.get_freeze_count() > frozen
        for place in PLACE_CLASSES.values():
            assert place.partition(":")[0] in sys.modules
        assert sys.modules.keys() >= set(ahead.LIBRARIES)
    finally:
        gc.set_threshold(*thresholds)
        gc.enable()
