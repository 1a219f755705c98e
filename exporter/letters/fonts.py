"""Fonts for what is printed, as this computer has them.

One rule: a name is printed as it is written or the report is refused; never a box in its place.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import BadInput

if TYPE_CHECKING:
    from fpdf import FPDF

_FIRST = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
)
"""What a report is set in: the first pair that is there."""
_PREFERRED = ("noto", "cjk", "gothic", "unicode", "arial", "segoe", "malgun", "msyh", "yu")
"""Among further fonts, those whose names hold one of these are looked at first."""
_LATER = ("serif", "black", "light", "thin", "medium", "bold", "italic", "oblique", "condensed")
"""Fonts whose names hold one of these come after the upright ones of common weight."""
_MOST_FURTHER = 200
"""Fonts looked into for a rare letter before it is given up."""
JOINERS = "\u200c\u200d"
"""They steer how letters join and are seen in none of them; a font need not have them."""
_SCRIPTS = {
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "unknown": "characters without a name",
}
"""Where the first word of a character's Unicode name is not what people call its script."""
_PACKAGES = {
    "Chinese": "fonts-noto-cjk",
    "Japanese": "fonts-noto-cjk",
    "Korean": "fonts-noto-cjk",
    "Devanagari": "fonts-lohit-deva",
    "Arabic": "fonts-dejavu-core",
    "Hebrew": "fonts-dejavu-core",
}
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "‹": "<", "›": ">"}
)


class NoFont(BadInput):
    """No font on this computer has all letters of the report."""

    title = "The PDF was not made"

    def __init__(
        self,
        what: str,
        *,
        kept: str = "",
        do: str = "",
        scripts: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what, kept=kept, do=do)
        self.scripts = scripts
        """The scripts that are missing, as people call them: `Devanagari`."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """What a report is set in; no files at all stand for the PDF's own Helvetica."""

    regular: Path | None
    bold: Path | None
    further: tuple[Path, ...] = ()
    needs_shaping: bool = False

    @property
    def family(self) -> str:
        """The name under which `use_in` adds the first pair."""
        return "text" if self.regular else "Helvetica"

    def whole(self, text: str) -> str:
        """Return the name of the one font, as `use_in` adds it, that has all of a text.

        Joined letters fall apart where they come from two fonts. The first pair where none
        has all of it: letters are then taken from the others one by one.
        """
        letters = {c for c in text if not c.isspace()}
        if len({script_of(c) for c in letters if c.isalpha()}) > 1:
            # Shaped as one run of the first script, which spoils the others.
            return self.family
        for number, path in enumerate((self.regular, *self.further)):
            if path is not None and letters <= _letters_of(path) | set(JOINERS):
                return self.family if number == 0 else f"further{number - 1}"
        return self.family

    def text(self, text: str) -> str:
        """Return text as these fonts can set it."""
        return text if self.regular else text.translate(_PLAIN)

    def use_in(self, pdf: FPDF, size: float) -> None:
        """Set a new document in these fonts, at a size in points, before its first page."""
        if self.regular is None or self.bold is None:
            pdf.set_font("Helvetica", size=size)
        else:
            pdf.add_font("text", "", self.regular)
            pdf.add_font("text", "B", self.bold)
            names = [f"further{number}" for number, _ in enumerate(self.further)]
            for name, path in zip(names, self.further, strict=True):
                pdf.add_font(name, "", path)
            pdf.set_fallback_fonts(names, False)
            pdf.set_font("text", size=size)
        pdf.set_text_shaping(self.needs_shaping)


def choose(letters: set[str], folders: tuple[Path, ...] | None = None) -> Fonts:
    """Return fonts that have every letter.

    Args:
        letters: every character of the report.
        folders: where to look; None for where this system keeps its fonts.

    Raises NoFont, telling how many characters are missing and what to do.
    """
    files = _files(system_folders() if folders is None else folders)
    wanted = {character for character in letters if character.isprintable() and character != " "}
    shaping = any(_is_shaped(character) for character in wanted)
    for regular, bold in _FIRST:
        if regular in files and bold in files:
            pair = (files[regular], files[bold])
            missing = wanted - (_letters_of(pair[0]) & _letters_of(pair[1]))
            further = _further(missing, files, pair[0]) if missing else ()
            return Fonts(*pair, further, shaping)
    beyond = {c for c in wanted if not c.translate(_PLAIN).encode("latin-1", "ignore")}
    if beyond or shaping:
        raise _no_font(beyond)
    return Fonts(None, None)


def find(names: tuple[str, ...], folders: tuple[Path, ...] | None = None) -> list[Path]:
    """Return which of these font files this system has, in the order of their names."""
    files = _files(system_folders() if folders is None else folders)
    return [files[name] for name in names if name in files]


def system_folders() -> tuple[Path, ...]:
    """Return where this system keeps fonts."""
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", "C:\\Windows"))
        own = Path(os.environ.get("LOCALAPPDATA", "")) / "Microsoft" / "Windows" / "Fonts"
        return windows / "Fonts", own
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path.home() / "Library/Fonts"
    return (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        Path.home() / ".local" / "share" / "fonts",
    )


def _files(folders: tuple[Path, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(_below(folder)):
            if path.suffix.lower() in (".ttf", ".otf", ".ttc"):
                found.setdefault(path.name, path)
    return found


def _below(folder: Path) -> Iterator[Path]:
    for place, _folders, names in os.walk(folder):
        for name in names:
            yield Path(place) / name


@cache
def _letters_of(path: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return frozenset(chr(code) for code in font.getBestCmap() or {})
    except (OSError, TTLibError):
        return frozenset()


def _further(missing: set[str], files: dict[str, Path], regular: Path) -> tuple[Path, ...]:
    """Return as few further fonts as it takes for what the first pair does not have."""

    def rank(name: str) -> tuple[bool, bool, bool, str]:
        low = name.lower()
        is_later = any(part in low for part in _LATER)
        return files[name] != regular, is_later, not any(p in low for p in _PREFERRED), low

    chosen: list[Path] = []
    for name in sorted(files, key=rank)[:_MOST_FURTHER]:
        has = missing & _letters_of(files[name])
        if has:
            chosen.append(files[name])
            missing = missing - has
        if not missing:
            return tuple(chosen)
    raise _no_font(missing)


def _is_shaped(character: str) -> bool:
    """Tell whether a letter joins its neighbours, changes place, or runs from right to left."""
    if unicodedata.bidirectional(character) in ("R", "AL"):
        return True
    return "\u0900" <= character <= "\u0fff" or "\u1780" <= character <= "\u18af"


def script_of(character: str) -> str:
    """Return how people call the script of a letter: `Devanagari`, `Chinese`, `emoji`."""
    if unicodedata.category(character) in ("So", "Sk"):
        return "emoji and symbols"
    name = unicodedata.name(character, "unknown").split(maxsplit=1)[0]
    return _SCRIPTS.get(name, name.capitalize())


def remedy(scripts: tuple[str, ...]) -> str:
    """Return what to install so that these scripts can be printed, in a sentence."""
    packages = sorted({_PACKAGES.get(script, "fonts-noto-core") for script in scripts})
    return f"Install a font that has them (Debian: {', '.join(packages or ['fonts-dejavu-core'])})."


def _no_font(missing: set[str]) -> NoFont:
    scripts = tuple(sorted({script_of(character) for character in missing}))
    count = "1 character" if len(missing) == 1 else f"{len(missing) or 'some'} characters"
    of_what = f" ({', '.join(scripts)})" if scripts else ""
    return NoFont(
        f"No font on this computer has {count} of the names in this report{of_what}.",
        kept="Nothing was written: a PDF would show boxes in their place.",
        do=f"Save it as CSV. {remedy(scripts)}",
        scripts=scripts,
    )
