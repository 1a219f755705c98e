"""Sheets through a real print queue: `cupsd` in front of a real printer (P9, P14)."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.letters import finding, ipp_following, lp, printing, trial_page
from exporter.letters.print_queue import print_by
from exporter.letters.problems import NotPrinted, NotTaken
from store.access import Actor
from store.portal_credentials import Credentials
from store.practice import Practice
from store.use_cases import printers
from store.use_cases.printers import PrinterForm
from tests.clocks import START
from tests.exporter.letters import print_service
from tests.exporter.letters.print_service import PrintService
from tests.exporter.letters.reading import pages_in, text_of
from tests.exporter.letters.ready_printer import ReadyPrinter
from tests.store.portal_patients import URL, trail

pytestmark = [
    pytest.mark.usefixtures("poppler"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lp"),
]


@pytest.fixture(scope="module")
def service() -> Iterator[PrintService]:
    if not print_service.is_there():
        pytest.skip(print_service.MISSING)
    with print_service.running() as running:
        yield running


@pytest.fixture
def queue(
    service: PrintService, printer: ReadyPrinter, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The name of a queue that leads to the printer."""
    monkeypatch.setenv("CUPS_SERVER", service.address)
    monkeypatch.setattr(ipp_following, "FOLLOW_GAP", 0.05)
    monkeypatch.setattr(ipp_following, "FOLLOW_TIMES", 400)
    service.add("desk", printer.address())
    yield "desk"
    service.run("lpadmin", "-x", "desk")


@pytest.fixture
def page(queue: str) -> bytes:
    """A page of which nobody minds where it is printed."""
    return trial_page.make_test_page("Maple Grove", queue, START)


def once_it_waits(service: PrintService, act: Callable[[], object]) -> threading.Thread:
    """Do something to the page that is about to come, as soon as it waits in the queue."""

    def run() -> None:
        until = time.monotonic() + 20
        while not service.run("lpstat", "-o") and time.monotonic() < until:
            pass
        act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_p9_p14_a_queue_is_found_tried_and_prints_a_sheet(
    practice: Practice,
    kim: Actor,
    ana: Actor,
    given: Credentials,
    service: PrintService,
    printer: ReadyPrinter,
    queue: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From Setup > Printers to the paper; the queue keeps no file of it, though it keeps others."""
    monkeypatch.setattr(finding, "_SECONDS_TO_LISTEN", 0)
    (found,) = (one for one in finding.find_printers(practice, kim) if one.kind == "cups")
    assert found.address == queue
    number = practice.call(printers.save_printer, kim, PrinterForm("Back", "cups", found.address))
    assert trial_page.print_test_page(practice, kim, number).printed.is_finished
    assert "Test page" in text_of(printer.pages[-1])

    other = tmp_path / "other.pdf"  # somebody else's, which stays theirs
    other.write_bytes(printer.pages[-1])
    service.run("lp", "-d", queue, str(other))
    printed = printing.print_access_sheet(practice, ana, given.patient_id, given.password)
    assert (printed.how, printed.is_finished, printed.is_purged) == ("cups", True, True)
    paper = printer.pages[-1]
    assert pages_in(paper) == 1
    assert all(word in text_of(paper) for word in (given.user_name, given.password, URL))
    assert trail(practice, given.patient_id)[-2:] == ["portal.print_begun", "portal.print"]
    assert len(service.files) == 1
    assert given.password not in service.run("lpstat", "-W", "all", "-l", "-o")


@pytest.mark.parametrize(
    ("program", "told", "remedy"),
    [
        ("cupsdisable", "The print queue is stopped (Toner is out).", "cupsenable"),
        ("cupsreject", "The print queue takes no pages (Toner is out).", "cupsaccept"),
    ],
)
def test_a_queue_that_would_keep_the_page_waiting_gets_none(
    service: PrintService, queue: str, page: bytes, program: str, told: str, remedy: str
) -> None:
    service.run(program, "-r", "Toner is out", queue)
    with pytest.raises(NotTaken) as problem:
        print_by(queue, page)
    assert problem.value.what == told
    assert remedy in problem.value.do
    assert service.run("lpstat", "-o") == ""


def test_a_queue_that_is_gone_and_a_service_that_is_down_are_told_apart(
    service: PrintService, queue: str, page: bytes
) -> None:
    """`lp` says of both that the printer does not exist."""
    assert lp.queues() == (queue,)
    with pytest.raises(NotTaken, match="no print queue front any more") as gone:
        print_by("front", page)
    assert "Setup > Printers" in gone.value.do
    service.stop()
    try:
        assert lp.queues() == ()
        with pytest.raises(NotTaken, match="does not run") as down:
            print_by(queue, page)
        assert "systemctl start cups" in down.value.do
    finally:
        service.start()


def test_p9_a_page_that_waits_for_paper_is_taken_back_and_wiped(
    service: PrintService,
    printer: ReadyPrinter,
    queue: str,
    page: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Attack: fill the paper up when nobody is there, and take the sheet with the password."""
    monkeypatch.setattr(ipp_following, "FOLLOW_TIMES", 20)
    printer.runs_out_of_paper()
    kept = service.files
    try:
        with pytest.raises(NotPrinted, match="out of paper") as told:
            print_by(queue, page)
    finally:
        printer.gets_paper()
    assert "taken back" in told.value.kept
    assert service.files == kept
    assert service.run("lpstat", "-o") == ""


def test_what_happens_to_a_page_in_the_queue_is_told(
    service: PrintService, printer: ReadyPrinter, queue: str, page: bytes
) -> None:
    """Cancelled by somebody, then stopped under way: neither is taken for printed (`lpstat` lists
    a cancelled page among the completed ones)."""
    kept = service.files
    printer.runs_out_of_paper()
    try:
        for act, told in (
            (lambda: service.run("cancel", "-a", queue), "Somebody cancelled the sheet"),
            (lambda: service.run("cupsdisable", queue), "The print queue is stopped"),
        ):
            doing = once_it_waits(service, act)
            with pytest.raises(NotPrinted, match=told):
                print_by(queue, page)
            doing.join()
    finally:
        printer.gets_paper()
    assert service.files == kept


def test_attack_the_name_of_a_queue_that_leads_elsewhere(
    service: PrintService, queue: str, page: bytes
) -> None:
    """A name is a name: neither a path in the print service nor an option of `lp`."""
    for name in ("../jobs", "desk?x", "desk%2f.."):
        with pytest.raises(NotPrinted):
            print_by(name, page)
    assert service.run("lpstat", "-o") == ""
