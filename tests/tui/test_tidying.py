"""What is no longer used goes while nobody waits for a key."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from tui import tidying
from tui.tidying import TOUCHES, Tidying


class Screen:
    """Something that holds itself, as a screen and its widgets do."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing but the tidying collects, and it has not long to wait."""
    monkeypatch.setattr(tidying, "AFTER_A_TOUCH", 0.001)
    monkeypatch.setattr(tidying, "AFTER_A_WHILE", 0.001)
    gc.disable()
    yield
    gc.enable()


def end_of(screen: Screen) -> tuple[asyncio.Event, object]:
    """Return what is set once a screen is gone, and what has to be kept until then."""
    gone = asyncio.Event()
    return gone, weakref.ref(screen, lambda _screen: gone.set())


async def test_a_screen_that_was_left_is_gone_a_little_after_the_touch() -> None:
    screen = Screen()
    gone, _kept = end_of(screen)
    del screen
    assert not gone.is_set()
    Tidying().touched()
    await asyncio.wait_for(gone.wait(), 30)


async def test_what_had_been_there_for_long_goes_once_nobody_touches_the_kiosk() -> None:
    screen = Screen()
    gone, _kept = end_of(screen)
    gc.collect()
    del screen
    gc.collect(1)
    assert not gone.is_set(), "old by now: what is young is not all"
    tidy = Tidying()
    for _ in range(TOUCHES):
        tidy.touched()
    await asyncio.wait_for(gone.wait(), 30)
