"""A patient's sheet to paper: straight to a printer, by a print queue, or into a file (P9, P14).

One rule: the trail knows of a sheet before it leaves and how it went after; a sheet that may lie in
one printer is not sent to a second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter.archive.disk import taken_back_on_error
from exporter.archive.files import refuse_existing, whole_file
from exporter.letters import ipp, lp
from exporter.letters.access_sheet import make_access_sheet
from exporter.letters.ipp_wire import Line
from exporter.letters.print_queue import print_by
from exporter.letters.problems import NoPrinter, NotPrinted, NotTaken, OtherCertificate
from exporter.letters.raster import best_form
from store.access import Actor
from store.errors import BadInput, ChairsideError, NotFound
from store.practice import Practice
from store.use_cases import online_access, printers
from store.use_cases.printers import Destination

_FILE = "a PDF file"
_LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Printed:
    """How a sheet left.

    Attributes:
        how: ipp, cups or pdf.
        printer: what the practice calls the printer; for a file its name.
        is_finished: whether it was seen to come out; a queue or a slow printer may still work.
        is_purged: whether nothing of it is left in a print queue; None where it went to none.
    """

    how: str
    printer: str
    is_finished: bool = True
    is_purged: bool | None = None


def print_access_sheet(
    practice: Practice, actor: Actor, patient_id: int, password: str, printer_id: int | None = None
) -> Printed:
    """Print the sheet of a patient's online access.

    Args:
        password: the present one-time password; another is refused (P9).
        printer_id: one printer and no other; None tries those of the practice in its order.

    Raises:
        Refused, SessionEnded, NotFound, Conflict: as `begin_print`, before anything is made.
        NoFont: a name that no font of this computer has.
        NoPrinter: none took it; the sheet can be saved instead.
        NotPrinted, MayStillPrint: a printer had it in hand.
        SheetOverdue: it came out, and newer credentials were made meanwhile.
    """
    places = _places(practice, actor, printer_id)
    sheet = practice.call(online_access.begin_print, actor, patient_id, password)
    with _failure_recorded(practice, actor, patient_id):
        pdf = make_access_sheet(sheet, practice.clock.now())
        printed = _to_paper(practice, actor, pdf, places)
    practice.call(online_access.record_print, actor, patient_id, printed.printer, sheet.issued)
    return printed


def save_access_sheet(
    practice: Practice, actor: Actor, patient_id: int, password: str, path: Path
) -> Printed:
    """Save the sheet as a PDF file of the name `path`, readable by its owner only.

    Whole or not there; never over another file. Raises BadInput for the place, and what
    `print_access_sheet` raises before it prints; DiskFull, ArchiveProblem; SheetOverdue as well,
    and the file is gone then.
    """
    if not path.parent.is_dir():
        raise BadInput(
            "There is no such folder.", kept="Nothing was written.", do="Make it or name another."
        )
    refuse_existing(path.parent, [path.name])
    sheet = practice.call(online_access.begin_print, actor, patient_id, password)
    with _failure_recorded(practice, actor, patient_id):
        pdf = make_access_sheet(sheet, practice.clock.now())
        with whole_file(path) as file:
            file.write(pdf)
    # Where newer credentials were made meanwhile, it opens nothing.
    with taken_back_on_error([path]):
        practice.call(online_access.record_print, actor, patient_id, _FILE, sheet.issued)
    return Printed("pdf", path.name)


def deliver(destination: Destination, pdf: bytes) -> Printed:
    """Send a page to one printer and follow it. Raises NotTaken, NotPrinted, MayStillPrint."""
    if destination.kind == "cups":
        is_finished, is_purged = print_by(destination.address, pdf)
        return Printed("cups", destination.name, is_finished, is_purged)
    if destination.address.startswith("ipps:") and not destination.certificate_sha256:
        raise OtherCertificate(
            f"No certificate of the printer {destination.name} was accepted yet.",
            kept="Nothing was sent to it.",
            do="Print a test page under Setup > Printers first.",
        )
    line = Line(destination.address, destination.certificate_sha256)
    facts = ipp.look(line)
    ipp.check_ready(facts)
    form, document = best_form(facts, pdf)
    return Printed("ipp", destination.name, ipp.send(line, document, form, facts))


@contextmanager
def _failure_recorded(practice: Practice, actor: Actor, patient_id: int) -> Iterator[None]:
    """Tell the trail why a sheet did not leave, and raise the reason on."""
    try:
        yield
    except Exception as problem:
        # The text of what nobody thought of may hold the password; its name does not.
        told = problem.what if isinstance(problem, ChairsideError) else type(problem).__name__
        reason = told[:_LONGEST_REASON]
        practice.call(online_access.record_print_failed, actor, patient_id, reason)
        raise


def _places(practice: Practice, actor: Actor, printer_id: int | None) -> list[Destination]:
    """Return the printers that are to be tried, in order."""
    found = practice.call(printers.destinations, actor)
    if printer_id is not None:
        chosen = [place for place in found.printers if place.printer_id == printer_id]
        if not chosen:
            raise NotFound("There is no such printer any more.", do="Choose another one.")
        return chosen
    places: list[Destination] = []
    for way in found.order:
        if way == "pdf":
            # A file is saved where somebody names a place; whoever asked is told so.
            break
        of_way = [place for place in found.printers if place.kind == way and place.is_default]
        if way == "cups" and not of_way and (name := lp.default_printer()) is not None:
            of_way = [Destination(0, name, "cups", name, "", True)]
        places += of_way
    return places


def _to_paper(practice: Practice, actor: Actor, pdf: bytes, places: list[Destination]) -> Printed:
    reasons: list[str] = []
    for place in places:
        try:
            printed = deliver(place, pdf)
        except NotPrinted as problem:
            practice.call(printers.note_health, actor, place.printer_id, problem.what)
            if not isinstance(problem, NotTaken) or len(places) == 1:
                raise
            reasons.append(problem.what)
        else:
            practice.call(printers.note_health, actor, place.printer_id, "")
            return printed
    raise NoPrinter(
        " ".join(reasons) or "No printer is set up.",
        kept="Nothing was printed; the password still stands here.",
        do="Save the sheet as a PDF file, or set a printer up under Setup > Printers.",
    )
