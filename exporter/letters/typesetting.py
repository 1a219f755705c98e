"""Setting names of every script on a page: faces, sizes, directions, a square code.

One rule: what cannot be set as it is written is refused before a page is begun.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.letters.fonts import JOINERS, Fonts, choose, find, remedy, script_of
from exporter.letters.fonts import NoFont as NoFont  # what is raised here
from store.drawing import drawn

if TYPE_CHECKING:
    from fpdf import FPDF

_MONO = (
    "DejaVuSansMono-Bold.ttf",
    "LiberationMono-Bold.ttf",
    "consolab.ttf",
    "NotoSansMono-Bold.ttf",
)
"""Faces in which no letter is taken for another; else the Courier of every PDF reader."""
_LONGEST = 300
_MOST_MARKS = 3
_POINT = 25.4 / 72
"""Millimetres."""
_LEADING = 1.32
_NOBODYS = ("Co", "Cn", "Cs")
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_OVERLAP = 0.02
"""Millimetres by which rows of a square code overlap, so that no line shows between them."""


def plain(name: str) -> str:
    """Return a name in one line, composed, without characters that turn or hide its letters.

    A letter keeps three marks at most; a name of more than 300 letters ends in `…`.
    """
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", name):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character in _BIDI_CONTROLS or marks > _MOST_MARKS:
            continue
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category != "Cf" or character in JOINERS:
            kept.append(character)
    told = " ".join("".join(kept).split())
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"


class Setter:
    """A document with its faces, set from top to bottom. Sizes are points, lengths millimetres."""

    def __init__(self, pdf: FPDF, letters: str, folders: tuple[Path, ...] | None = None) -> None:
        self.pdf = pdf
        self._faces = _faces(letters, folders)
        self._faces.use_in(pdf, 11)
        self._mono = _mono(folders)
        if self._mono is not None:
            pdf.add_font("mono", "B", self._mono)
            further = [f"further{number}" for number, _ in enumerate(self._faces.further)]
            pdf.set_fallback_fonts(["text", *further] if self._faces.regular else [], False)
        pdf.add_page()

    def grey(self, shade: int) -> None:
        """Set what follows in a grey, 0 for black."""
        self.pdf.set_text_color(shade)

    def block(
        self, text: str, size: float, width: float, *, bold: bool = False, align: str = "L"
    ) -> None:
        """Set a text in as many lines as it takes, from here; go on at the left below it."""
        self._use(text, size, bold=bold)
        self.pdf.multi_cell(
            width,
            size * _POINT * _LEADING,
            self._faces.text(text),
            align=align,
            new_x="LMARGIN",
            new_y="NEXT",
        )

    def fitted(
        self, text: str, sizes: tuple[float, ...], width: float, *, bold: bool = False
    ) -> None:
        """Set a text in the largest size that takes one line, else the next in two, and so on."""
        for most, size in enumerate(sizes, 1):
            self._use(text, size, bold=bold)
            lines = self.pdf.multi_cell(
                width, 1, self._faces.text(text), dry_run=True, output="LINES"
            )
            if len(lines) <= most:  # type: ignore[arg-type]
                break
        self.block(text, size, width, bold=bold)

    def fixed(self, text: str, sizes: tuple[float, ...], width: float) -> None:
        """Set what is typed letter by letter: fixed width, no joining, in the largest size that
        takes one line; broken anywhere where none does."""
        from fpdf.enums import WrapMode

        pdf = self.pdf
        pdf.set_text_shaping(False)
        shown = drawn(text)
        family = "mono" if self._mono else "Courier" if shown.isascii() else self._faces.family
        for size in sizes:
            pdf.set_font(family, style="B", size=size)
            if pdf.get_string_width(shown) + 2 * pdf.c_margin <= width:
                break
        pdf.multi_cell(
            width,
            size * _POINT * _LEADING,
            shown,
            align="L",
            wrapmode=WrapMode.CHAR,
            new_x="LMARGIN",
            new_y="NEXT",
        )
        pdf.set_text_shaping(self._faces.needs_shaping)

    def rule(self, shade: int) -> None:
        """Draw a line over the width of the page, here."""
        pdf = self.pdf
        pdf.set_draw_color(shade)
        pdf.set_line_width(0.3)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())

    def _use(self, text: str, size: float, *, bold: bool) -> None:
        """Take the one face that has the whole text: joined letters do not cross faces."""
        family = self._faces.whole(text)
        style = "B" if bold and not family.startswith("further") else ""
        self.pdf.set_font(family, style=style, size=size)


def outline(pdf: FPDF, top: float, bottom: float, shade: int) -> None:
    """Draw a frame with round corners over the width of the page."""
    pdf.set_draw_color(shade)
    pdf.set_line_width(0.4)
    pdf.rect(
        pdf.l_margin, top, pdf.epw, bottom - top, round_corners=True, corner_radius=3, style="D"
    )


def qr_code(pdf: FPDF, text: str, x: float, y: float, size: float) -> None:
    """Draw the square code of a text as shapes, which every printer draws sharp."""
    import segno

    code = segno.make(text, error="m", micro=False)
    rows = [bytes(row) for row in code.matrix_iter(border=0)]
    module = size / len(rows)
    pdf.set_fill_color(0)
    for line, row in enumerate(rows):
        start = 0
        while (start := row.find(1, start)) >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            width = (end - start) * module
            pdf.rect(x + start * module, y + line * module, width, module + _OVERLAP, style="F")
            start = end


def _faces(letters: str, folders: tuple[Path, ...] | None) -> Fonts:
    nobodys = {script_of(c) for c in letters if unicodedata.category(c) in _NOBODYS}
    scripts = tuple(sorted(nobodys))
    if not nobodys:
        try:
            faces = choose(set(letters), folders)
        except NoFont as problem:
            scripts = problem.scripts
        else:
            return replace(faces, needs_shaping=faces.regular is not None)
    raise NoFont(
        f"No font on this computer can write the name: {', '.join(scripts)}.",
        kept="Nothing was printed; the password is as it was.",
        do=f"{remedy(scripts)} Then print again.",
        scripts=scripts,
    )


def _mono(folders: tuple[Path, ...] | None) -> Path | None:
    found = find(_MONO, folders)
    return found[0] if found else None
