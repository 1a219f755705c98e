"""What is asked of a printer over IPP, and what its answers mean in words (RFC 8011).

One rule: a word that a printer says is shown as text and never as more than half a sentence.
"""

from __future__ import annotations

import threading
from enum import IntEnum

from exporter.letters.ipp_codec import Attribute, Group, Message, Tag, text
from exporter.letters.ipp_wire import Line, ask
from exporter.letters.problems import NotTaken
from store.drawing import drawn

USER_NAME = "chairside"
BUSY, NOT_FOUND = 0x0507, 0x0406
FIRST_REFUSAL = 0x0100
"""Codes below it say that it was done (RFC 8011, appendix B)."""
STOPPED, WORKING = 5, 4
"""Values of printer-state (section 5.4.11)."""
_NOT_ACCEPTING, _WRONG_FORMAT = 0x0506, 0x040A
_NO_LOGIN = (0x0401, 0x0402, 0x0403)
_LONGEST_WORD = 60
_TROUBLE = (
    (("media-empty", "media-needed"), "The printer is out of paper.", "Put paper in"),
    (("media-jam",), "Paper is jammed in the printer.", "Take it out"),
    (("door-open", "cover-open", "interlock-open"), "The printer is open.", "Close it"),
    (("toner-empty", "marker-supply-empty"), "The printer has no toner or ink left.", "Change it"),
    (("paused", "moving-to-paused"), "The printer is paused.", "Let it go on"),
    (("spool-area-full",), "The printer's memory is full.", "Switch it off and on"),
)
"""State reasons that keep a page from coming out (RFC 8011, section 5.4.12): what is told of them,
and what to do."""
_SILENT = {"offline", "connecting-to-device", "timed-out"}
"""Reasons that are in order for a second or two, while a print queue reaches its printer."""


class Operation(IntEnum):
    """What can be asked for (RFC 8011, section 5.4.15)."""

    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB = 0x0009
    GET_PRINTER = 0x000B


def asked(
    line: Line,
    operation: Operation,
    *own: Attribute,
    job: tuple[Attribute, ...] = (),
    document: bytes = b"",
) -> Message:
    """Ask a printer for something, with a document behind it where it has one.

    Raises NotTaken where nothing was handed over, and MayStillPrint where a document was.
    """
    attributes = (
        text(Tag.CHARSET, "attributes-charset", "utf-8"),
        text(Tag.LANGUAGE, "attributes-natural-language", "en"),
        text(Tag.URI, "printer-uri", line.address),
    )
    # A job is named right after its printer, and the document's type last (RFC 8011, 4.2.1.1).
    named = tuple(a for a in own if a.name == "job-id")
    user = text(Tag.NAME, "requesting-user-name", line.user or USER_NAME)
    rest = tuple(a for a in own if a.name != "job-id")
    groups = [Group(Tag.OPERATION, (*attributes, *named, user, *rest))]
    if job:
        groups.append(Group(Tag.JOB, job))
    return ask(line, Message(operation, 1, tuple(groups)), document)


def check(answer: Message) -> None:
    """Raise NotTaken unless the printer did what it was asked for (RFC 8011, appendix B)."""
    if answer.code < FIRST_REFUSAL:
        return
    if answer.code == _NOT_ACCEPTING:
        what = "The printer takes no pages now."
    elif answer.code == _WRONG_FORMAT:
        what = "The printer does not take this kind of document."
    elif answer.code == NOT_FOUND:
        what = "There is no such printer at this address."
    elif answer.code in _NO_LOGIN:
        what = "The printer lets only those print who sign in, and Chairside signs in to none."
    else:
        said = word((*answer.texts("status-message"), "")[0])
        what = f"The printer refused ({said or f'status {answer.code:#06x}'})."
    raise NotTaken(
        what, kept="Nothing was printed.", do="Look at the printer and at its own settings."
    )


def busy() -> NotTaken:
    """Return what is told of a printer that has too much to do."""
    return NotTaken(
        "The printer is busy with other pages.",
        kept="The sheet was not sent.",
        do="Print again in a minute.",
    )


def trouble(
    answer: Message, *, warnings_count: bool = False, is_queue: bool = False
) -> tuple[str, str]:
    """Return what keeps a page from coming out now, and what to do; two empty texts for nothing."""
    is_stopped = answer.number("printer-state") == STOPPED
    if is_queue and is_stopped:
        return f"The print queue is stopped{_message(answer)}.", "Start it again (cupsenable)"
    if is_queue and answer.number("printer-is-accepting-jobs") == 0:
        return f"The print queue takes no pages{_message(answer)}.", "Open it again (cupsaccept)"
    harmless = () if is_stopped or warnings_count else ("-warning", "-report")
    # Without an ending a reason counts as an error (RFC 8011, section 5.4.12).
    reasons = {
        reason.removesuffix("-error").removesuffix("-warning").removesuffix("-report")
        for reason in answer.texts("printer-state-reasons")
        if reason != "none" and not reason.endswith(harmless)
    }
    if warnings_count and not reasons.isdisjoint(_SILENT):
        return "The printer does not answer.", "Switch it on and check its cable or network"
    for names, told, remedy in _TROUBLE:
        if not reasons.isdisjoint(names):
            return told, remedy
    if is_stopped:
        why = word(", ".join(sorted(reasons)))
        return f"The printer has stopped{f' ({why})' if why else ''}.", "Look at what it shows"
    if answer.number("printer-is-accepting-jobs") == 0:
        return "The printer takes no pages now.", "Let it take pages again"
    return "", ""


def _message(answer: Message) -> str:
    said = word((*answer.texts("printer-state-message"), "")[0]).rstrip(".")
    return f" ({said})" if said else ""


def word(said: str) -> str:
    """Return what a printer says, fit for half a sentence."""
    return drawn(said.strip())[:_LONGEST_WORD]


def wait(seconds: float) -> None:
    """Let some time pass before the printer is asked again."""
    threading.Event().wait(seconds)
