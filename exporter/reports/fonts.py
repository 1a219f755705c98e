"""Fonts for PDF reports, as this computer has them.

One rule: a name is printed as it is written or the report is refused; never a box in its place.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
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
_MOST_FURTHER = 200
"""Fonts looked into for a rare letter before it is given up."""
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "‹": "<", "›": ">"}
)


class NoFont(BadInput):
    """No font on this computer has all letters of the report."""

    title = "The PDF was not made"


@dataclass(frozen=True, slots=True)
class Fonts:
    """What a report is set in; no files at all stand for the PDF's own Helvetica."""

    regular: Path | None
    bold: Path | None
    further: tuple[Path, ...] = ()
    needs_shaping: bool = False

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
            missing = wanted - _letters_of(files[regular])
            further = _further(missing, files) if missing else ()
            return Fonts(files[regular], files[bold], further, shaping)
    beyond = {c for c in wanted if not c.translate(_PLAIN).encode("latin-1", "ignore")}
    if beyond or shaping:
        raise _no_font(len(beyond))
    return Fonts(None, None)


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


def _letters_of(path: Path) -> set[str]:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return {chr(code) for code in font.getBestCmap() or {}}
    except (OSError, TTLibError):
        return set()


def _further(missing: set[str], files: dict[str, Path]) -> tuple[Path, ...]:
    """Return as few further fonts as it takes for what the first one does not have."""

    def rank(name: str) -> tuple[bool, bool, str]:
        low = name.lower()
        return "bold" in low, not any(part in low for part in _PREFERRED), low

    chosen: list[Path] = []
    for name in sorted(files, key=rank)[:_MOST_FURTHER]:
        has = missing & _letters_of(files[name])
        if has:
            chosen.append(files[name])
            missing = missing - has
        if not missing:
            return tuple(chosen)
    raise _no_font(len(missing))


def _is_shaped(character: str) -> bool:
    """Tell whether a letter joins its neighbours, changes place, or runs from right to left."""
    if unicodedata.bidirectional(character) in ("R", "AL"):
        return True
    return "\u0900" <= character <= "\u0fff" or "\u1780" <= character <= "\u18af"


def _no_font(count: int) -> NoFont:
    characters = "1 character" if count == 1 else f"{count or 'some'} characters"
    return NoFont(
        f"No font on this computer has {characters} of the names in this report.",
        kept="Nothing was written: a PDF would show boxes in their place.",
        do="Save it as CSV, or install a font that has them (Debian: fonts-dejavu-core,"
        " fonts-noto-cjk).",
    )
