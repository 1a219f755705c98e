"""The sheet with a patient's user name and password, on one page of US Letter (REQUIREMENTS P9).

One rule: it is made in memory, and a name stands on it as it is written or the sheet is refused.
"""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from exporter.letters import typesetting as ts
from exporter.letters.access_sheet_words import Words, words_for
from exporter.letters.typesetting import NoFont as NoFont  # what is raised here
from exporter.letters.typesetting import Setter, plain
from store.errors import BadInput
from store.use_cases.online_access import AccessSheet

if TYPE_CHECKING:
    from fpdf import FPDF

_UNDATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What the file says of its making where nobody handed the time in."""
_MARGIN: Final = 22.0
_QR: Final = 38.0
_PAD: Final = 8.0
_LONGEST_URL: Final = 400
_LONGEST_PASSWORD: Final = 128
_OFFICE_LINES: Final = 5
_PREVIEW_WIDTH: Final = 68
_TITLE, _NAME, _HEADING, _BODY, _SMALL = 22.0, 17.0, 12.0, 11.0, 9.5
_INK, _DIM, _LINE = 20, 95, 150
"""Greys, from 0 for black: an office printer has no other colour."""


def make_access_sheet(
    sheet: AccessSheet,
    made_at: datetime | None = None,
    folders: tuple[Path, ...] | None = None,
) -> bytes:
    """Return the sheet as a PDF of one page.

    Args:
        sheet: as `store.use_cases.online_access.begin_print` returns it.
        made_at: what the file says of its making, aware.
        folders: where to look for fonts; None for where this system keeps them.

    Raises NoFont, naming the script that no font of this computer has and what to install; BadInput
    for an address or a password that is too long for the sheet.
    """
    _check_lengths(sheet)
    words = words_for(sheet.language)
    setter = Setter(_document(words, made_at or _UNDATED), _letters(sheet, words), folders)
    _letterhead(setter, sheet)
    _whose(setter, sheet, words)
    _panel(setter, sheet, words)
    _steps(setter, sheet, words)
    _foot(setter, sheet, words)
    if setter.pdf.page != 1:
        raise BadInput(
            "The sheet does not fit on one page.",
            kept="Nothing was printed.",
            do="Shorten the office's name or the portal address.",
        )
    return bytes(setter.pdf.output())


def preview_lines(sheet: AccessSheet) -> tuple[str, ...]:
    """Return what the sheet says, as lines of at most 68 cells for the screen.

    The password stands in them: they are to be shown only while it is known, and dropped after.
    """
    words = words_for(sheet.language)
    label = max(map(len, (words.address_label, words.name_label, words.word_label))) + 2
    fields = (
        (words.address_label, plain(sheet.portal_url)),
        (words.name_label, plain(sheet.user_name)),
    )
    lines = [plain(sheet.office_name), *_office_lines(sheet), "", words.title]
    lines += [f"{words.made_for} {plain(sheet.patient_name)}", ""]
    lines += [f"{name:<{label}}{value}" for name, value in fields]
    lines += [f"{words.word_label:<{label}}{sheet.password}", "", words.next_heading]
    lines += [f"{number}. {step}" for number, step in enumerate(_to_do(sheet, words), 1)]
    lines += ["", _expiry(sheet, words), "", words.stranger_heading, _stranger(sheet, words)]
    return tuple(part for line in lines for part in textwrap.wrap(line, _PREVIEW_WIDTH) or [""])


def _check_lengths(sheet: AccessSheet) -> None:
    if len(sheet.portal_url) > _LONGEST_URL or len(sheet.password) > _LONGEST_PASSWORD:
        raise BadInput(
            "The portal address or the password is too long for a sheet.",
            kept="Nothing was printed.",
            do=f"{_LONGEST_URL} characters of the one and {_LONGEST_PASSWORD} of the other fit.",
        )


def _letters(sheet: AccessSheet, words: Words) -> str:
    told = (sheet.patient_name, sheet.office_name, *sheet.office_lines, sheet.office_phone)
    shown = "".join(map(plain, told)) + sheet.user_name + sheet.password + sheet.portal_url
    return shown + "".join((words.title, words.stranger, words.open_address, words.until))


def _document(words: Words, made_at: datetime) -> FPDF:
    from fpdf import FPDF

    pdf = FPDF(orientation="portrait", unit="mm", format="letter")
    pdf.set_creation_date(made_at)
    # Print queues and readers show the title: it names nobody.
    pdf.set_title(words.title)
    pdf.set_creator("Chairside")
    pdf.set_lang(words.code)
    pdf.set_margin(_MARGIN)
    pdf.c_margin = 0  # text begins where rules and frames do
    pdf.set_auto_page_break(True, margin=10)
    return pdf


def _office_lines(sheet: AccessSheet) -> tuple[str, ...]:
    lines = [plain(line) for line in (*sheet.office_lines[:_OFFICE_LINES], sheet.office_phone)]
    return tuple(dict.fromkeys(line for line in lines if line))


def _letterhead(setter: Setter, sheet: AccessSheet) -> None:
    """The office's name at the left, where it is at the right, a line below both."""
    pdf = setter.pdf
    top, half = 18.0, pdf.epw * 0.55
    pdf.set_xy(pdf.l_margin, top)
    setter.grey(_INK)
    setter.fitted(plain(sheet.office_name), (15, 12, 10), half, bold=True)
    left_end = pdf.get_y()
    setter.grey(_DIM)
    pdf.set_y(top)
    for line in _office_lines(sheet):
        pdf.set_x(pdf.l_margin + half)
        setter.block(line, _SMALL, pdf.epw - half, align="R")
    pdf.set_y(max(left_end, pdf.get_y()) + 4)
    setter.rule(_LINE)


def _whose(setter: Setter, sheet: AccessSheet, words: Words) -> None:
    pdf = setter.pdf
    pdf.ln(12)
    setter.grey(_INK)
    setter.block(words.title, _TITLE, pdf.epw, bold=True)
    pdf.ln(3)
    setter.grey(_DIM)
    setter.block(words.made_for, _SMALL, pdf.epw)
    setter.grey(_INK)
    setter.fitted(plain(sheet.patient_name), (_NAME, 14, 11, 9), pdf.epw)


def _panel(setter: Setter, sheet: AccessSheet, words: Words) -> None:
    """What one signs in with, large; at the right the square code of the address."""
    pdf = setter.pdf
    pdf.ln(7)
    top, width = pdf.get_y(), pdf.epw - _QR - 3 * _PAD
    pdf.set_y(top + _PAD)
    for label, value, sizes in (
        (words.address_label, sheet.portal_url, (13, 11, 9, 7.5)),
        (words.name_label, sheet.user_name, (20, 16, 12, 9)),
        (words.word_label, sheet.password, (24, 19, 14, 10)),
    ):
        pdf.set_x(pdf.l_margin + _PAD)
        setter.grey(_DIM)
        setter.block(label, _SMALL, width)
        pdf.set_x(pdf.l_margin + _PAD)
        setter.grey(_INK)
        setter.fixed(value, sizes, width)
        pdf.ln(3)
    bottom = max(pdf.get_y() - 3, top + _PAD + _QR + 4.5) + _PAD
    ts.outline(pdf, top, bottom, _LINE)
    right = pdf.l_margin + pdf.epw - _PAD - _QR
    ts.qr_code(pdf, sheet.portal_url, right, top + _PAD, _QR)
    pdf.set_xy(right, top + _PAD + _QR + 1)
    setter.grey(_DIM)
    setter.block(words.scan, 8, _QR, align="C")
    pdf.set_xy(pdf.l_margin, bottom)


def _to_do(sheet: AccessSheet, words: Words) -> tuple[str, ...]:
    # A password with a last day is a one-time one: the portal asks for a new one (P10).
    own = words.choose_own if sheet.valid_until_on is None else words.choose_new
    return words.open_address, words.sign_in, own, words.shred


def _expiry(sheet: AccessSheet, words: Words) -> str:
    if sheet.valid_until_on is None:
        return words.no_limit
    return words.until.format(day=words.day(sheet.valid_until_on))


def _stranger(sheet: AccessSheet, words: Words) -> str:
    office, phone = plain(sheet.office_name), plain(sheet.office_phone)
    if phone:
        return words.stranger.format(phone=phone, office=office)
    return words.stranger_no_phone.format(office=office)


def _steps(setter: Setter, sheet: AccessSheet, words: Words) -> None:
    pdf = setter.pdf
    pdf.ln(9)
    setter.grey(_INK)
    setter.block(words.next_heading, _HEADING, pdf.epw, bold=True)
    pdf.ln(2)
    for place, step in enumerate(_to_do(sheet, words), 1):
        y = pdf.get_y()
        setter.grey(_DIM)
        setter.block(str(place), _BODY, 8, bold=True)
        pdf.set_xy(pdf.l_margin + 8, y)
        setter.grey(_INK)
        setter.block(step, _BODY, pdf.epw - 8)
        pdf.ln(1.6)
    pdf.ln(3)
    setter.block(_expiry(sheet, words), _BODY, pdf.epw, bold=True)


def _foot(setter: Setter, sheet: AccessSheet, words: Words) -> None:
    """At the foot of the page, or right below the rest where that is long."""
    pdf = setter.pdf
    pdf.set_y(max(pdf.get_y() + 8, pdf.h - 42))
    setter.rule(_LINE)
    pdf.ln(3)
    setter.grey(_INK)
    setter.block(words.stranger_heading, 10, pdf.epw, bold=True)
    setter.grey(_DIM)
    setter.block(_stranger(sheet, words), 10, pdf.epw)
