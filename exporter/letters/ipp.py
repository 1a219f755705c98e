"""Straight to a printer by its address, without a driver: IPP Everywhere (RFC 8011, PWG 5100.14).

One rule: a sheet with a password is not left waiting in a printer: it is sent to one that is ready,
followed until it has come out, and taken back where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from exporter.letters.ipp_asking import BUSY, Operation, asked, busy, check, trouble, wait, word
from exporter.letters.ipp_codec import Tag, text
from exporter.letters.ipp_following import follow
from exporter.letters.ipp_wire import Line
from exporter.letters.problems import MayStillPrint, NotTaken

PDF = "application/pdf"
LETTER = "na_letter_8.5x11in"
JOB_NAME = "Chairside"
"""What the printer shows to everybody; it names neither a person nor what is printed."""
BUSY_GAPS = (1.0, 2.0, 4.0)
"""Seconds before a busy printer is asked again."""
_WANTED = (
    "printer-make-and-model",
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "document-format-supported",
    "media-supported",
    "sides-supported",
    "pwg-raster-document-resolution-supported",
    "pwg-raster-document-type-supported",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a printer says of itself; `trouble` and `remedy` are empty where it is ready."""

    model: str
    trouble: str
    remedy: str
    formats: tuple[str, ...]
    media: tuple[str, ...]
    sides: tuple[str, ...]
    raster_resolutions: tuple[tuple[int, int], ...] = ()
    raster_types: tuple[str, ...] = ()


def look(line: Line) -> Facts:
    """Ask a printer what it is, how it does and what it takes. Raises NotTaken."""
    answer = asked(line, Operation.GET_PRINTER, text(Tag.KEYWORD, "requested-attributes", *_WANTED))
    if answer.code == BUSY:
        raise busy()
    check(answer)
    told, remedy = trouble(answer)
    return Facts(
        word((*answer.texts("printer-make-and-model"), "")[0]),
        told,
        remedy,
        answer.texts("document-format-supported"),
        answer.texts("media-supported"),
        answer.texts("sides-supported"),
        answer.resolutions("pwg-raster-document-resolution-supported"),
        answer.texts("pwg-raster-document-type-supported"),
    )


def check_ready(facts: Facts) -> None:
    """Raise NotTaken where a page sent now would wait in the printer."""
    if facts.trouble:
        raise NotTaken(
            facts.trouble, kept="The sheet was not sent.", do=f"{facts.remedy}, and print again."
        )


def send(line: Line, document: bytes, form: str, facts: Facts) -> bool:
    """Print a document and follow it; return whether it was seen to come out.

    Args:
        document: its bytes, of the type `form` (such as `application/pdf`).
        facts: what `look` returned.

    Returns False where the printer still works on it after twenty seconds and reports no trouble.
    Raises NotTaken, NotPrinted, MayStillPrint.
    """
    return follow(line, _submitted(line, document, form, facts))


def _submitted(line: Line, document: bytes, form: str, facts: Facts) -> int:
    """Hand the document over, again after a while where the printer is busy; return the job."""
    own = [text(Tag.NAME, "job-name", JOB_NAME), text(Tag.MIME_TYPE, "document-format", form)]
    job = []
    if LETTER in facts.media:
        job.append(text(Tag.KEYWORD, "media", LETTER))
    if "one-sided" in facts.sides:
        job.append(text(Tag.KEYWORD, "sides", "one-sided"))
    for gap in (*BUSY_GAPS, None):
        answer = asked(line, Operation.PRINT_JOB, *own, job=tuple(job), document=document)
        if answer.code != BUSY:
            break
        if gap is None:
            raise busy()
        wait(gap)
    check(answer)
    number_of_job = answer.number("job-id")
    if number_of_job is None:
        raise MayStillPrint(
            "The printer took the sheet and did not say as what.",
            kept="It may still come out.",
            do="Look at the printer before you print again.",
        )
    return number_of_job
