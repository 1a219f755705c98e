"""Both looks can be read: contrast by WCAG 2.1 §1.4.3, at least 4.5:1 for all text."""

from __future__ import annotations

import pytest
from textual.color import Color

from tui import theme


def _luminance(color: Color) -> float:
    def channel(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * channel(color.r) + 0.7152 * channel(color.g) + 0.0722 * channel(color.b)


def _contrast(one: str, two: str) -> float:
    light, dark = sorted((_luminance(Color.parse(c)) for c in (one, two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
@pytest.mark.parametrize("tone", theme.TONES)
def test_every_tone_can_be_read_on_every_ground(name: str, ground: str, tone: str) -> None:
    look = theme.THEMES[name]
    assert _contrast(look.variables[f"tone-{tone}"], getattr(look, ground)) >= 4.5


def test_day_and_night_have_the_same_words() -> None:
    day, night = theme.THEMES[theme.DAY], theme.THEMES[theme.NIGHT]
    assert day.variables.keys() == night.variables.keys()
    assert theme.other(theme.other(theme.DAY)) == theme.DAY
