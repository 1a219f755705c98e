"""The two looks of the kiosk, night and day, and the styles of its screens.

One rule: a colour has one meaning, and no meaning is told by colour alone (docs/design.md).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from rich.style import Style
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.theme import Theme

HERE: Final = Path(__file__).parent
NIGHT: Final = "chairside-night"
DAY: Final = "chairside-day"

TONES: Final = ("dim", "good", "warn", "bad", "key", "strong")
"""What a piece of text may be besides plain; each is a `$tone-…` colour and a text style."""


def _theme(name: str, *, dark: bool, colours: dict[str, str]) -> Theme:
    """Build a look from its ten colours."""
    ground, ink = colours["background"], colours["foreground"]
    tones = {f"tone-{tone}": colours.get(tone, ink) for tone in TONES}
    return Theme(
        name=name,
        dark=dark,
        primary=colours["key"],
        secondary=colours["dim"],
        accent=colours["key"],
        warning=colours["warn"],
        error=colours["bad"],
        success=colours["good"],
        foreground=ink,
        background=ground,
        surface=colours["surface"],
        panel=colours["panel"],
        boost=colours["panel"],
        variables={
            **tones,
            "line": colours["line"],
            "scrollbar": colours["line"],
            "scrollbar-hover": colours["dim"],
            "scrollbar-active": colours["key"],
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
            "input-cursor-background": ink,
            "input-cursor-foreground": ground,
            "input-cursor-text-style": "none",
            "input-selection-background": colours["line"],
        },
    )


_NIGHT_COLOURS: Final = {
    "background": "#12191b",
    "surface": "#182124",
    "panel": "#233034",
    "foreground": "#dbe5e2",
    "dim": "#8fa5a2",
    "key": "#7fd1c0",
    "warn": "#e3b96f",
    "bad": "#f2988a",
    "good": "#9bd39a",
    "line": "#3d4f53",
}
_DAY_COLOURS: Final = {
    "background": "#f4f1ea",
    "surface": "#fcfaf5",
    "panel": "#e4dfd2",
    "foreground": "#1f2b2b",
    "dim": "#53625f",
    "key": "#0a5a52",
    "warn": "#774a00",
    "bad": "#962615",
    "good": "#255b28",
    "line": "#b5ae9c",
}

THEMES: Final[dict[str, Theme]] = {
    NIGHT: _theme(NIGHT, dark=True, colours=_NIGHT_COLOURS),
    DAY: _theme(DAY, dark=False, colours=_DAY_COLOURS),
}
"""Ink and mint at night; paper and pine by day. Contrast of text is at least 4.5:1 everywhere."""


def other(name: str) -> str:
    """Return the name of the look that is not `name`."""
    return DAY if name == NIGHT else NIGHT


@lru_cache
def table_styles(name: str) -> dict[str, Style]:
    """Return how the parts of a table are drawn in a look, the night's for one that is not ours.

    They are not the style sheet's, because a table is styled anew whenever the focus comes or goes,
    and each part of it would cost as much as the table.
    """
    look = THEMES.get(name, THEMES[NIGHT])
    tones = {tone: Style(color=look.variables[f"tone-{tone}"]) for tone in TONES}
    return tones | {
        "strong": Style(bold=True),
        "head": tones["dim"] + Style(underline=True),
        "marked": Style(bgcolor=look.panel, bold=True),
        "cell": Style(reverse=True),
    }


@lru_cache
def line_styles(name: str) -> dict[str, Style]:
    """Return how the parts of a line that is typed into are drawn in a look, as for a table."""
    look = THEMES.get(name, THEMES[NIGHT])
    return {
        "hint": Style(color=look.variables["tone-dim"]),
        "cursor": Style(color=look.background, bgcolor=look.foreground),
        "selection": Style(bgcolor=look.variables["line"]),
    }


def sheet() -> str:
    """Return the styles of all screens as one sheet: the toolkit goes through all it has, often."""
    files = [HERE / "kiosk.tcss", *sorted((HERE / "screens").glob("*.tcss"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


_READ: Final[dict[tuple[object, ...], list[RuleSet]]] = {}


class KeptStyles(Stylesheet):
    """Reads each sheet once for each look.

    The toolkit's own reads all of them anew for every mode, so at each sign-in and unlock, and at
    every change of the look, even back to one before.
    """

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        sheet = (css, read_from, is_default_rules, tie_breaker, scope)
        key = (sheet, tuple(self._variables.items()))
        if key not in _READ:
            _READ[key] = super()._parse_rules(*sheet)
        return _READ[key]

    def reparse(self) -> None:
        """Apply other colours; the toolkit would begin with a style sheet that knows nothing."""
        self.parse()
