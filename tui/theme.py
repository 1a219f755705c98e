"""The two looks of the kiosk: night and day.

One rule: a colour has one meaning, and no meaning is told by colour alone (docs/design.md).
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

NIGHT: Final = "chairside-night"
DAY: Final = "chairside-day"

TONES: Final = ("dim", "good", "warn", "bad", "key", "strong")
"""What a piece of text may be besides plain; each is a `$tone-…` colour and a text style."""


def _theme(
    name: str,
    *,
    dark: bool,
    background: str,
    surface: str,
    panel: str,
    foreground: str,
    dim: str,
    key: str,
    warn: str,
    bad: str,
    good: str,
    line: str,
) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=key,
        secondary=dim,
        accent=key,
        warning=warn,
        error=bad,
        success=good,
        foreground=foreground,
        background=background,
        surface=surface,
        panel=panel,
        boost=panel,
        variables={
            "tone-dim": dim,
            "tone-good": good,
            "tone-warn": warn,
            "tone-bad": bad,
            "tone-key": key,
            "tone-strong": foreground,
            "line": line,
            "scrollbar": line,
            "scrollbar-hover": dim,
            "scrollbar-active": key,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "scrollbar-corner-color": background,
            "input-cursor-background": foreground,
            "input-cursor-foreground": background,
            "input-cursor-text-style": "none",
            "input-selection-background": line,
        },
    )


THEMES: Final[dict[str, Theme]] = {
    NIGHT: _theme(
        NIGHT,
        dark=True,
        background="#12191b",
        surface="#182124",
        panel="#233034",
        foreground="#dbe5e2",
        dim="#8fa5a2",
        key="#7fd1c0",
        warn="#e3b96f",
        bad="#f2988a",
        good="#9bd39a",
        line="#3d4f53",
    ),
    DAY: _theme(
        DAY,
        dark=False,
        background="#f4f1ea",
        surface="#fcfaf5",
        panel="#e4dfd2",
        foreground="#1f2b2b",
        dim="#53625f",
        key="#0a5a52",
        warn="#774a00",
        bad="#962615",
        good="#255b28",
        line="#b5ae9c",
    ),
}
"""Ink and mint at night; paper and pine by day. Contrast of text is at least 4.5:1 everywhere."""


def other(name: str) -> str:
    """Return the name of the look that is not `name`."""
    return DAY if name == NIGHT else NIGHT
