"""The ten recovery codes on one sheet, as a PDF file or straight to the printer (S5, D23).

One rule: the trail is told before a code leaves, and nothing but this sheet ever holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from exporter.archive.files import refuse_existing, whole_file
from exporter.letters.fonts import Fonts, NoFont, choose
from exporter.letters.print_queue import print_by
from exporter.reports.naming import check_folder, file_name
from store.access import Actor
from store.drawing import drawn
from store.practice import Practice
from store.use_cases import factors
from store.use_cases.signing_in import practice_card

if TYPE_CHECKING:
    from fpdf import FPDF

_TITLE, _HEADING, _BODY, _SMALL, _CODE = 24, 12, 10.5, 9, 16
_DIM = (90, 90, 90)
_LINE = (120, 120, 120)
_MARGIN: Final = 22
_ROW: Final = 12.0
"""Millimetres from one code to the next: room to tick one off by hand."""
_LONGEST_NAME = 90
"""Letters of a name; more would push the sheet on to a second page."""
_PICTURES = dict.fromkeys(range(0x2400, 0x2422), "?")
"""Pictures of control characters, which few fonts have."""

_PURPOSE = (
    "Each code works once, in place of the text message or the authenticator app: to sign in, or"
    " to schedule a data download, when your phone is lost or out of reach. You will need your"
    " password as well. Use any of them; capital or small letters and the dash do not matter."
    " Tick a code off when you have used it."
)
_KEEP = (
    "Keep this sheet like a key: locked up, away from the terminal, and never together with your"
    " password. If it is lost or somebody has seen it, make ten new codes under File > My Factors."
    " The codes on this sheet stop working at once."
)
_DELETE = (
    "The file is not encrypted. Print it, then delete it, and empty the recycle bin. Do not send"
    " it by e-mail."
)


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """All that stands on the sheet; `is_file` adds what to do with the file."""

    practice: str
    pgid: int
    user_name: str
    full_name: str
    made_at: datetime
    time_zone: str
    codes: tuple[str, ...]
    is_file: bool

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Whose codes these are, as label and value."""
        day = self.made_at.astimezone(ZoneInfo(self.time_zone))
        return (
            ("Practice", _plain(self.practice)),
            ("PGID", str(self.pgid)),
            ("User name", _plain(self.user_name)),
            ("Name", _plain(self.full_name)),
            ("Made on", f"{day.day} {day:%B %Y}"),
        )


def save(practice: Practice, actor: Actor, codes: tuple[str, ...], folder: Path) -> Path:
    """Save the sheet in a folder that is there, readable by its owner only; return the file.

    Whole or not there; never over a file of that name. Raises BadInput for the folder, the file
    or a name that no font can set; SessionEnded, DiskFull, ArchiveProblem.
    """
    check_folder(folder)
    sheet = _sheet(practice, actor, codes, is_file=True)
    day = sheet.made_at.astimezone(ZoneInfo(sheet.time_zone)).date()
    name = file_name("recovery-codes", (sheet.pgid, day), "pdf")
    refuse_existing(folder, [name])
    pdf = as_pdf(sheet)
    practice.call(factors.note_printed, actor, "file")
    with whole_file(folder / name) as file:
        file.write(pdf)
    return folder / name


def print_out(practice: Practice, actor: Actor, codes: tuple[str, ...], printer: str) -> None:
    """Send the sheet to a printer; no file is made.

    Raises NotPrinted, MayStillPrint, SessionEnded, BadInput for a name that no font can set.
    """
    pdf = as_pdf(_sheet(practice, actor, codes, is_file=False))
    practice.call(factors.note_printed, actor, "printer")
    print_by(printer, pdf)


def as_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF of one page. Raises BadInput where no font has a letter of it."""
    fonts = _fonts(sheet)
    pdf = _page(sheet, fonts)
    _heading(pdf, sheet, fonts)
    _codes(pdf, sheet.codes)
    _paragraph(pdf, fonts, "What they are for", _PURPOSE)
    _paragraph(pdf, fonts, "How to keep them", _KEEP)
    if sheet.is_file:
        _paragraph(pdf, fonts, "This file", _DELETE)
    return bytes(pdf.output())


def _sheet(practice: Practice, actor: Actor, codes: tuple[str, ...], *, is_file: bool) -> Sheet:
    card = practice.call(practice_card)
    return Sheet(
        card.name,
        card.pgid,
        actor.user_name,
        actor.full_name,
        practice.clock.now(),
        card.time_zone,
        codes,
        is_file,
    )


def _fonts(sheet: Sheet) -> Fonts:
    written = "".join(value for _label, value in sheet.facts)
    try:
        return choose(set(written + _PURPOSE + _KEEP + _DELETE))
    except NoFont as problem:
        raise NoFont(
            "No font on this computer has all letters of the names on this sheet.",
            kept="Nothing was printed or saved; the codes still stand here.",
            do="Write them down by hand.",
        ) from problem


def _plain(name: str) -> str:
    """Return a name in one line of visible characters."""
    seen = drawn(name).translate(_PICTURES)
    return seen if len(seen) <= _LONGEST_NAME else seen[: _LONGEST_NAME - 1] + "…"


def _page(sheet: Sheet, fonts: Fonts) -> FPDF:
    from fpdf import FPDF

    pdf = FPDF(orientation="portrait", unit="mm", format="letter")
    pdf.set_creation_date(sheet.made_at)
    pdf.set_title("Recovery codes")
    pdf.set_creator("Chairside")
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(True, margin=12)
    fonts.use_in(pdf, _BODY)
    pdf.add_page()
    return pdf


def _below() -> dict[str, Any]:
    return {"new_x": "LMARGIN", "new_y": "NEXT"}


def _heading(pdf: FPDF, sheet: Sheet, fonts: Fonts) -> None:
    pdf.set_font(size=_TITLE, style="B")
    pdf.cell(0, 12, "Recovery codes", **_below())
    pdf.set_draw_color(*_LINE)
    pdf.set_line_width(0.4)
    pdf.line(pdf.l_margin, pdf.get_y() + 1, pdf.w - pdf.r_margin, pdf.get_y() + 1)
    pdf.ln(5)
    for label, value in sheet.facts:
        pdf.set_font(size=_BODY, style="")
        pdf.set_text_color(*_DIM)
        pdf.cell(38, 6, label)
        pdf.set_text_color(0)
        pdf.multi_cell(0, 6, fonts.text(value), align="L", **_below())


def _codes(pdf: FPDF, codes: tuple[str, ...]) -> None:
    """Two columns, read down; before each a square to tick off."""
    family, left, width = pdf.font_family, pdf.l_margin, pdf.epw
    rows = (len(codes) + 1) // 2
    pdf.ln(6)
    top = pdf.get_y()
    pdf.set_line_width(0.3)
    pdf.rect(left, top, width, rows * _ROW + 8)
    for place, code in enumerate(codes):
        x = left + 10 + (place // rows) * width / 2
        y = top + 4 + (place % rows) * _ROW
        pdf.rect(x, y + (_ROW - 4) / 2, 4, 4)
        pdf.set_xy(x + 7, y)
        # Courier is part of every PDF reader, and none of its letters is taken for another.
        pdf.set_font("Courier", size=_SMALL, style="")
        pdf.set_text_color(*_DIM)
        pdf.cell(8, _ROW, f"{place + 1:>2}")
        pdf.set_text_color(0)
        pdf.set_font("Courier", size=_CODE, style="B")
        pdf.cell(0, _ROW, code)
    pdf.set_font(family, size=_BODY, style="")
    pdf.set_xy(left, top + rows * _ROW + 8)


def _paragraph(pdf: FPDF, fonts: Fonts, heading: str, text: str) -> None:
    pdf.ln(6)
    pdf.set_font(size=_HEADING, style="B")
    pdf.cell(0, 7, fonts.text(heading), **_below())
    pdf.set_font(size=_BODY, style="")
    pdf.multi_cell(0, 5.4, fonts.text(text), align="L", **_below())
