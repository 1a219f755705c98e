"""A report as PDF: a title, who made it and when, tables that go on over pages.

One rule: the library is loaded when a PDF is made and not before; it takes half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from exporter.letters.fonts import Fonts, choose
from store.drawing import drawn

if TYPE_CHECKING:
    from datetime import datetime

    from fpdf import FPDF

_BODY, _SMALL, _TITLE, _HEADING = 8.5, 7.5, 15, 10.5
_LINE = 4.4
_DIM = (90, 90, 90)
_PICTURES = {0x2400 + code: f"‹U+{code:04X}›" for code in range(0x20)} | {0x2421: "‹U+007F›"}
_GROUND = (232, 238, 235)


@dataclass(slots=True)
class Section:
    """A heading, a sentence under it, and a table; `widths` are shares of the page."""

    heading: str
    note: str = ""
    columns: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    rows: list[Sequence[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """All that is printed."""

    title: str
    lines: tuple[str, ...]
    footer: str
    made_at: datetime
    sections: tuple[Section, ...]

    def letters(self) -> set[str]:
        """Return every character in it."""
        texts = [self.title, self.footer, *self.lines, " of 0123456789"]
        for section in self.sections:
            texts += [section.heading, section.note, *section.columns]
            texts += [cell for row in section.rows for cell in row]
        return set().union(*map(set, map(_printable, texts)))


def write_pdf(file: BinaryIO, document: Document) -> int:
    """Write a document and return its pages. Raises NoFont before anything is written."""
    fonts = choose(document.letters())
    pdf = _opened(document, fonts)
    _heading(pdf, document, fonts)
    for section in document.sections:
        _section(pdf, section, fonts)
    file.write(bytes(pdf.output()))
    return int(pdf.pages_count)


def _set(fonts: Fonts, text: str) -> str:
    return fonts.text(_printable(text))


def _printable(text: str) -> str:
    """Return text in one line; few fonts have the pictures of control characters."""
    return drawn(text).translate(_PICTURES)


def _opened(document: Document, fonts: Fonts) -> FPDF:
    from fpdf import FPDF

    class Report(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(size=_SMALL, style="")
            self.set_text_color(*_DIM)
            self.cell(0, 5, _set(fonts, document.footer), align="L")
            self.set_x(self.l_margin)
            self.cell(0, 5, f"{self.page_no()} of {{nb}}", align="R")
            self.set_text_color(0)

    pdf = Report(orientation="landscape", unit="mm", format="letter")
    pdf.set_creation_date(document.made_at)
    pdf.set_title(_set(fonts, document.title))
    pdf.set_creator("Chairside")
    pdf.set_auto_page_break(True, margin=16)
    fonts.use_in(pdf, _BODY)
    pdf.add_page()
    return pdf


def _heading(pdf: FPDF, document: Document, fonts: Fonts) -> None:
    below: dict[str, Any] = {"new_x": "LMARGIN", "new_y": "NEXT"}
    pdf.set_font(size=_TITLE, style="B")
    pdf.multi_cell(0, 8, _set(fonts, document.title), align="L", **below)
    pdf.set_font(size=_BODY, style="")
    for line in document.lines:
        pdf.multi_cell(0, _LINE, _set(fonts, line), align="L", **below)


def _section(pdf: FPDF, section: Section, fonts: Fonts) -> None:
    below: dict[str, Any] = {"new_x": "LMARGIN", "new_y": "NEXT"}
    pdf.ln(4)
    # A heading at the foot of a page without its table would mislead.
    if pdf.get_y() > pdf.h - 40:
        pdf.add_page()
    pdf.set_font(size=_HEADING, style="B")
    pdf.multi_cell(0, 6, _set(fonts, section.heading), align="L", **below)
    pdf.set_font(size=_BODY, style="")
    if section.note:
        pdf.set_text_color(*_DIM)
        pdf.multi_cell(0, _LINE, _set(fonts, section.note), align="L", **below)
        pdf.set_text_color(0)
    if section.rows:
        _table(pdf, section, fonts)


def _table(pdf: FPDF, section: Section, fonts: Fonts) -> None:
    from fpdf.fonts import FontFace

    pdf.ln(1)
    with pdf.table(
        col_widths=section.widths,
        text_align="LEFT",
        v_align="TOP",
        line_height=_LINE,
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="BOLD", fill_color=_GROUND),
        padding=(0.6, 1),
    ) as table:
        for cells in (section.columns, *section.rows):
            row = table.row()
            for cell in cells:
                row.cell(_set(fonts, cell))
