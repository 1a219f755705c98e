"""From a patient's password to paper, through a real printer (P9, P14)."""

from __future__ import annotations

import stat
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from exporter.letters import finding, ipp, ipp_following, printing, raster, trial_page
from exporter.letters.ipp_wire import Line
from exporter.letters.problems import MayStillPrint, NoPrinter, NotPrinted, OtherCertificate
from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, Refused
from store.portal_credentials import Credentials
from store.practice import Practice
from store.use_cases import online_access, printers
from store.use_cases.printers import PrinterForm
from tests.exporter.letters import ready_printer
from tests.exporter.letters.conftest import SHEET
from tests.exporter.letters.odd_printer import saying
from tests.exporter.letters.reading import drawn, text_of
from tests.exporter.letters.ready_printer import ReadyPrinter
from tests.exporter.letters.stand_in import StandIn
from tests.store.portal_patients import URL, trail

pytestmark = [
    pytest.mark.usefixtures("poppler"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither lp nor ippeveprinter"),
]


@pytest.fixture(autouse=True)
def lp_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """No print queue of the machine that runs the tests is ever used."""
    monkeypatch.setattr(ipp_following, "FOLLOW_GAP", 0.05)
    monkeypatch.setattr(ipp_following, "FOLLOW_TIMES", 400)
    stand_in = StandIn(tmp_path / "lp", monkeypatch)
    stand_in.has_default("no system default destination\n")
    return stand_in


def add(practice: Practice, kim: Actor, name: str, address: str, kind: str = "ipp") -> int:
    return practice.call(printers.save_printer, kim, PrinterForm(name, kind, address))


def health(practice: Practice, kim: Actor) -> list[str]:
    return [printer.health for printer in practice.call(printers.printers, kim)]


def test_p9_p14_a_sheet_comes_out_of_a_real_printer(
    practice: Practice, kim: Actor, ana: Actor, given: Credentials, printer: ReadyPrinter
) -> None:
    """The bytes that were printed come back and hold name and password; the trail shows both."""
    add(practice, kim, "Front desk", printer.address())
    printed = printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    assert (printed.how, printed.printer, printed.is_finished) == ("ipp", "Front desk", True)
    told = text_of(printer.pages[-1])
    assert all(word in told for word in (given.user_name, given.password, URL, "Thị Hoa Nguyễn"))
    assert trail(practice, given.patient_id)[-2:] == ["portal.print_begun", "portal.print"]
    assert health(practice, kim) == ["working"]
    assert practice.call(online_access.online_access, ana, given.patient_id).printed_at is not None
    every = practice.call(Store.rows, "SELECT * FROM audit_log")
    assert not [event for event in every if given.password in str(tuple(event))]


def test_p9_a_password_that_is_not_the_present_one_is_not_printed(
    practice: Practice, kim: Actor, ana: Actor, given: Credentials, printer: ReadyPrinter
) -> None:
    add(practice, kim, "Front desk", printer.address())
    before = len(printer.pages)
    with pytest.raises(Conflict):
        printing.print_access_sheet(practice, ana, given.patient_id, "Another1Password")
    assert len(printer.pages) == before


def test_a_real_printer_without_paper_gets_the_page_taken_back(
    practice: Practice,
    kim: Actor,
    ana: Actor,
    given: Credentials,
    printer: ReadyPrinter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Out of paper: the page is not left in the printer, and the trail tells of it."""
    monkeypatch.setattr(ipp_following, "FOLLOW_TIMES", 10)
    add(practice, kim, "Front desk", printer.address())
    printer.runs_out_of_paper()
    try:
        with pytest.raises(NotPrinted, match="out of paper"):
            printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    finally:
        printer.gets_paper()
    assert trail(practice, given.patient_id)[-1] == "portal.print_failed"
    assert health(practice, kim) == ["failing"]


def test_ipps_takes_the_certificate_of_the_first_test_page_and_no_other(
    practice: Practice, kim: Actor, ana: Actor, given: Credentials, printer: ReadyPrinter
) -> None:
    """Attack: something else answers at the printer's address and is handed the password."""
    number = add(practice, kim, "Front desk", printer.address("ipps"))
    before = len(printer.pages)
    with pytest.raises(OtherCertificate, match="No certificate"):
        printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    tried = trial_page.print_test_page(practice, kim, number)
    assert len(tried.certificate_sha256) == 64
    assert "Test page" in text_of(printer.pages[-1])
    assert trial_page.print_test_page(practice, kim, number).certificate_sha256 == ""
    assert printing.print_access_sheet(practice, ana, given.patient_id, given.password).is_finished
    assert len(printer.pages) == before + 3

    practice.call(printers.forget_certificate, kim, number)
    practice.call(printers.accept_certificate, kim, number, "ab" * 32, printer.address("ipps"))
    for attempt in (
        lambda: printing.print_access_sheet(practice, ana, given.patient_id, given.password),
        lambda: trial_page.print_test_page(practice, kim, number),
    ):
        with pytest.raises(OtherCertificate, match="does not show the certificate"):
            attempt()
    assert len(printer.pages) == before + 3


def test_checking_an_address_tells_what_answers(
    practice: Practice, kim: Actor, printer: ReadyPrinter
) -> None:
    found = finding.check_printer(practice, kim, printer.address("ipps"))
    assert (found.takes, found.trouble, len(found.certificate_sha256)) == ("PDF", "", 64)
    with pytest.raises(BadInput):
        finding.check_printer(practice, kim, "http://localhost")


def test_printers_are_found_without_knowing_their_addresses(
    practice: Practice, kim: Actor, ana: Actor, lp_says: StandIn
) -> None:
    """Print queues of the computer, and printers that announce themselves; by right only."""
    lp_says.has_queues("laser\n")
    lp_says.hears("ipps://desk.local:631/ipp/print\nno address\n")
    found = {(one.kind, one.address) for one in finding.find_printers(practice, kim)}
    assert found == {("cups", "laser"), ("ipp", "ipps://desk.local/ipp/print")}
    with pytest.raises(Refused):
        finding.find_printers(practice, ana)


def test_the_next_printer_is_tried_where_the_first_is_off(
    practice: Practice,
    kim: Actor,
    ana: Actor,
    given: Credentials,
    lp_says: StandIn,
) -> None:
    """In the practice's order; where no print service can be asked, its copy may be kept."""
    add(practice, kim, "Off", "ipp://127.0.0.1:9/ipp/print")
    add(practice, kim, "Queue", "desk", "cups")
    printed = printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    assert (printed.how, printed.printer, printed.is_purged) == ("cups", "Queue", False)
    assert lp_says.taken is not None
    assert given.password in text_of(lp_says.taken)
    assert sorted(health(practice, kim)) == ["failing", "working"]


def test_the_order_can_leave_a_way_out(
    practice: Practice, kim: Actor, ana: Actor, given: Credentials, lp_says: StandIn
) -> None:
    """With `ipp` alone the computer's own queue is never used."""
    lp_says.has_default("system default destination: desk\n")
    practice.call(printers.save_print_order, kim, ("ipp", "pdf"))
    add(practice, kim, "Off", "ipp://127.0.0.1:9/ipp/print")
    with pytest.raises(NotPrinted, match="off or cannot be reached"):
        printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    assert lp_says.taken is None
    assert trail(practice, given.patient_id)[-1] == "portal.print_failed"


def test_attack_a_sheet_that_may_lie_in_one_printer_goes_to_a_second(
    practice: Practice,
    kim: Actor,
    ana: Actor,
    given: Credentials,
    lp_says: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vulnerability: the first printer was only slow, and a second sheet lies in another room."""
    facts = ipp.Facts("", "", "", (ipp.PDF,), (), ())
    monkeypatch.setattr(ipp, "look", lambda _line: facts)
    add(practice, kim, "Queue", "desk", "cups")
    with saying(b"") as address:
        add(practice, kim, "Front desk", address)
        with pytest.raises(MayStillPrint):
            printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    assert lp_says.taken is None


def test_without_any_printer_saving_is_offered(
    practice: Practice, ana: Actor, given: Credentials
) -> None:
    with pytest.raises(NoPrinter, match="No printer is set up") as told:
        printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    assert "Save the sheet as a PDF" in told.value.do
    with pytest.raises(NotFound):
        printing.print_access_sheet(practice, ana, given.patient_id, given.password, 99)


def test_p9_saved_under_a_name_it_is_private_whole_and_never_over_another(
    practice: Practice, ana: Actor, given: Credentials, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.pdf"
    printing.save_access_sheet(practice, ana, given.patient_id, given.password, path)
    assert given.password in text_of(path.read_bytes())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    events = trail(practice, given.patient_id)
    with pytest.raises(BadInput, match="already a file"):
        printing.save_access_sheet(practice, ana, given.patient_id, given.password, path)
    assert path.read_bytes() == before
    assert trail(practice, given.patient_id) == events
    assert given.password not in str(path)


def test_p9_a_sheet_of_a_password_that_is_over_does_not_stay(
    practice: Practice,
    ana: Actor,
    given: Credentials,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another desk makes a newer one while the sheet is being drawn."""
    stock = printing.make_access_sheet

    def drawn(*what: Any) -> bytes:
        practice.call(online_access.generate, ana, given.patient_id)
        return stock(*what)

    monkeypatch.setattr(printing, "make_access_sheet", drawn)
    with pytest.raises(online_access.SheetOverdue):
        printing.save_access_sheet(
            practice, ana, given.patient_id, given.password, tmp_path / "sheet.pdf"
        )
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_printer_that_takes_no_pdf_gets_the_same_page_as_dots(tmp_path: Path) -> None:
    """PWG 5102.4, through a real printer that takes nothing else."""
    if not ready_printer.is_there():
        pytest.skip(ready_printer.MISSING)
    from exporter.letters.access_sheet import make_access_sheet

    pdf = make_access_sheet(SHEET)
    with ready_printer.running(tmp_path / "p", "image/pwg-raster") as printer:
        line = Line(printer.address())
        facts = ipp.look(line)
        form, document = raster.best_form(facts, pdf)
        assert form == raster.RASTER
        assert ipp.send(line, document, form, facts)
        (kept,) = printer.pages
    assert pixels_of(kept) == drawn(pdf, 300).tobytes()


def pixels_of(page: bytes) -> bytes:
    """Unpack a page of PWG raster in grey, by the standard's words."""
    assert page[:13] == b"RaS2PwgRaster"
    head, at = page[4:1800], 1800
    width, height = struct.unpack_from(">II", head, 372)
    assert struct.unpack_from(">II", head, 276) == (300, 300)
    assert struct.unpack_from(">III", head, 384) == (8, 8, width)
    lines: list[bytes] = []
    while at < len(page):
        repeats, at = page[at] + 1, at + 1
        line = b""
        while len(line) < width:
            count, at = page[at], at + 1
            if count < 128:
                line, at = line + page[at : at + 1] * (count + 1), at + 1
            else:
                line, at = line + page[at : at + 257 - count], at + 257 - count
        lines += [line] * repeats
    assert len(lines) == height
    return b"".join(lines)
