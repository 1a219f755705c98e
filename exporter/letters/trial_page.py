"""A test page, with nothing of a patient on it, and the certificate that is accepted by it.

One rule: the certificate is accepted once, by somebody with the right, and only while they stand at
the printer to see that the page comes out of the one they meant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.letters.ipp_wire import Line, certificate_of
from exporter.letters.printing import Printed, deliver
from exporter.letters.problems import NotPrinted
from exporter.letters.typesetting import Setter, plain, qr_code
from store.access import Actor
from store.practice import Practice
from store.use_cases import printers
from store.use_cases.signing_in import practice_card

if TYPE_CHECKING:
    from datetime import datetime

_MARGIN = 22.0
_SCRIPTS = "Aa Éé Ññ Ωω Жж Ệệ"
_TEXT = (
    "If you can read this page, sheets with user names and passwords can be printed here. Look"
    " whether the frame is whole on all four sides and the square code is sharp."
)
_CARE = (
    "Sheets lie in the printer's tray until somebody takes them. Choose a printer that patients"
    " cannot reach."
)


@dataclass(frozen=True, slots=True)
class TestPage:
    """How the test page left; `certificate_sha256` is the one accepted just now, else empty."""

    printed: Printed
    certificate_sha256: str


def print_test_page(practice: Practice, actor: Actor, printer_id: int) -> TestPage:
    """Print a test page; at the first one the certificate of an encrypted printer is accepted.

    Show the fingerprint to whoever asked. Raises Refused, NotFound, NotTaken, NotPrinted,
    MayStillPrint; OtherCertificate where another one was accepted earlier.
    """
    place = practice.call(printers.begin_test, actor, printer_id)
    pdf = make_test_page(practice.call(practice_card).name, place.name, practice.clock.now())
    accepted = ""
    try:
        if place.address.startswith("ipps:") and not place.certificate_sha256:
            accepted = certificate_of(Line(place.address))
            # The page goes to the one that showed it, and to no other.
            place = replace(place, certificate_sha256=accepted)
        printed = deliver(place, pdf)
    except NotPrinted as problem:
        practice.call(printers.note_health, actor, printer_id, problem.what)
        raise
    if accepted:
        practice.call(printers.accept_certificate, actor, printer_id, accepted, place.address)
    practice.call(printers.note_health, actor, printer_id, "")
    return TestPage(printed, accepted)


def make_test_page(practice_name: str, printer: str, made_at: datetime) -> bytes:
    """Return the page as a PDF of US Letter. Raises NoFont."""
    from fpdf import FPDF

    pdf = FPDF(orientation="portrait", unit="mm", format="letter")
    pdf.set_creation_date(made_at)
    pdf.set_title("Test page")
    pdf.set_creator("Chairside")
    pdf.set_margin(_MARGIN)
    pdf.c_margin = 0
    setter = Setter(pdf, plain(practice_name) + plain(printer) + _TEXT + _CARE + _SCRIPTS)
    pdf.rect(8, 8, pdf.w - 16, pdf.h - 16)
    setter.block(plain(practice_name), 12, pdf.epw)
    pdf.ln(4)
    setter.block("Test page", 24, pdf.epw, bold=True)
    pdf.ln(4)
    setter.block(plain(printer), 14, pdf.epw)
    pdf.ln(8)
    setter.block(_TEXT, 11, pdf.epw)
    pdf.ln(4)
    setter.block(_CARE, 11, pdf.epw)
    pdf.ln(8)
    setter.block(_SCRIPTS, 18, pdf.epw)
    pdf.ln(4)
    setter.fixed("Il1 O0 5S 8B 2Z", (22,), pdf.epw)
    qr_code(pdf, "Chairside", _MARGIN, pdf.get_y() + 8, 30)
    return bytes(pdf.output())
