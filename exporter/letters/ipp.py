"""Straight to a printer by its address, without a driver: IPP Everywhere (RFC 8011, PWG 5100.14).

One rule: a sheet with a password is not left waiting in a printer: it is sent to one that is ready,
followed until it has come out, and taken back where it does not.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from exporter.letters.ipp_codec import Attribute, Group, Message, Tag, number, text
from exporter.letters.ipp_wire import Line, ask
from exporter.letters.problems import MayStillPrint, NotPrinted, NotTaken
from store.drawing import drawn

PDF = "application/pdf"
LETTER = "na_letter_8.5x11in"
JOB_NAME = "Chairside"
"""What the printer shows to everybody; it names neither a person nor what is printed."""
USER_NAME = "chairside"
BUSY_GAPS = (1.0, 2.0, 4.0)
"""Seconds before a busy printer is asked again."""
FOLLOW_GAP = 0.5
FOLLOW_TIMES = 40
"""A page is followed for twenty seconds."""
_PRINT_JOB, _CANCEL_JOB, _GET_JOB, _GET_PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
_STOPPED = 5
_JOB_CANCELED, _JOB_ABORTED, _JOB_COMPLETED = 7, 8, 9
_BUSY, _NOT_ACCEPTING, _WRONG_FORMAT, _NOT_FOUND = 0x0507, 0x0506, 0x040A, 0x0406
_NO_LOGIN = (0x0401, 0x0402, 0x0403)
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
    answer = _asked(line, _GET_PRINTER, text(Tag.KEYWORD, "requested-attributes", *_WANTED))
    if answer.code == _BUSY:
        raise _busy()
    _check(answer)
    trouble, remedy = _trouble(answer)
    return Facts(
        _word((*answer.texts("printer-make-and-model"), "")[0]),
        trouble,
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
    job = _submitted(line, document, form, facts)
    for _ in range(FOLLOW_TIMES):
        state, trouble, remedy = _job_state(line, job)
        if state == _JOB_COMPLETED:
            return True
        if state in (_JOB_CANCELED, _JOB_ABORTED):
            raise NotPrinted(
                "The printer gave the sheet up before it was printed.",
                kept="Nothing waits in it.",
                do="Look at the printer, and print again.",
            )
        if trouble:
            _take_back(line, job, trouble, remedy)
        _wait(FOLLOW_GAP)
    # A page that is not out by now waits for what the printer only warns of.
    told, remedy = _trouble(_asked_state(line), warnings_count=True)
    if told:
        _take_back(line, job, told, remedy)
    return False


def _submitted(line: Line, document: bytes, form: str, facts: Facts) -> int:
    """Hand the document over, again after a while where the printer is busy; return the job."""
    own = [text(Tag.NAME, "job-name", JOB_NAME), text(Tag.MIME_TYPE, "document-format", form)]
    job = []
    if LETTER in facts.media:
        job.append(text(Tag.KEYWORD, "media", LETTER))
    if "one-sided" in facts.sides:
        job.append(text(Tag.KEYWORD, "sides", "one-sided"))
    for gap in (*BUSY_GAPS, None):
        answer = _asked(line, _PRINT_JOB, *own, job=tuple(job), document=document)
        if answer.code != _BUSY:
            break
        if gap is None:
            raise _busy()
        _wait(gap)
    _check(answer)
    number_of_job = answer.number("job-id")
    if number_of_job is None:
        raise MayStillPrint(
            "The printer took the sheet and did not say as what.",
            kept="It may still come out.",
            do="Look at the printer before you print again.",
        )
    return number_of_job


def _job_state(line: Line, job: int) -> tuple[int, str, str]:
    """Return where a job stands, and what keeps the printer from it."""
    try:
        answer = _asked(line, _GET_JOB, number(Tag.INTEGER, "job-id", job))
        if answer.code == _NOT_FOUND:
            # Some printers forget a job as soon as it is done.
            return _JOB_COMPLETED, "", ""
        state = answer.number("job-state") or 0
        if state in (_JOB_COMPLETED, _JOB_CANCELED, _JOB_ABORTED):
            return state, "", ""
    except NotTaken as problem:
        raise _lost(problem) from problem
    return (state, *_trouble(_asked_state(line)))


def _asked_state(line: Line) -> Message:
    """Ask a printer that has a page in hand how it does."""
    try:
        return _asked(line, _GET_PRINTER, text(Tag.KEYWORD, "requested-attributes", *_WANTED))
    except NotTaken as problem:
        raise _lost(problem) from problem


def _lost(problem: NotTaken) -> MayStillPrint:
    return MayStillPrint(
        problem.what,
        kept="It has the sheet, which may still come out.",
        do="Look at the printer before you print again.",
    )


def _take_back(line: Line, job: int, trouble: str, remedy: str) -> None:
    """Cancel a job that would come out later, when nobody stands there. Always raises."""
    try:
        answer = _asked(line, _CANCEL_JOB, number(Tag.INTEGER, "job-id", job))
        is_back = answer.code < 0x0100
    except NotTaken:
        is_back = False
    if is_back:
        raise NotPrinted(
            trouble,
            kept="The sheet was taken back; it does not wait in the printer.",
            do=f"{remedy}, and print again.",
        )
    raise MayStillPrint(
        trouble,
        kept="The sheet waits in the printer and comes out as soon as it goes on.",
        do=f"{remedy}, and stay there until you have it.",
    )


def _asked(
    line: Line,
    operation: int,
    *own: Attribute,
    job: tuple[Attribute, ...] = (),
    document: bytes = b"",
) -> Message:
    attributes = (
        text(Tag.CHARSET, "attributes-charset", "utf-8"),
        text(Tag.LANGUAGE, "attributes-natural-language", "en"),
        text(Tag.URI, "printer-uri", line.address),
    )
    # A job is named right after its printer, and the document's type last (RFC 8011, 4.2.1.1).
    named = tuple(a for a in own if a.name == "job-id")
    user = text(Tag.NAME, "requesting-user-name", USER_NAME)
    rest = tuple(a for a in own if a.name != "job-id")
    groups = [Group(Tag.OPERATION, (*attributes, *named, user, *rest))]
    if job:
        groups.append(Group(Tag.JOB, job))
    return ask(line, Message(operation, 1, tuple(groups)), document)


def _check(answer: Message) -> None:
    """Raise NotTaken unless the printer did what it was asked for (RFC 8011, appendix B)."""
    if answer.code < 0x0100:
        return
    if answer.code == _NOT_ACCEPTING:
        what = "The printer takes no pages now."
    elif answer.code == _WRONG_FORMAT:
        what = "The printer does not take this kind of document."
    elif answer.code == _NOT_FOUND:
        what = "There is no such printer at this address."
    elif answer.code in _NO_LOGIN:
        what = "The printer lets only those print who sign in, and Chairside signs in to none."
    else:
        said = _word((*answer.texts("status-message"), "")[0])
        what = f"The printer refused ({said or f'status {answer.code:#06x}'})."
    raise NotTaken(
        what, kept="Nothing was printed.", do="Look at the printer and at its own settings."
    )


def _busy() -> NotTaken:
    return NotTaken(
        "The printer is busy with other pages.",
        kept="The sheet was not sent.",
        do="Print again in a minute.",
    )


def _trouble(answer: Message, *, warnings_count: bool = False) -> tuple[str, str]:
    """Return what keeps a page from coming out now, and what to do; two empty texts for nothing."""
    is_stopped = answer.number("printer-state") == _STOPPED
    harmless = () if is_stopped or warnings_count else ("-warning", "-report")
    # Without an ending a reason counts as an error (RFC 8011, section 5.4.12).
    reasons = {
        reason.removesuffix("-error").removesuffix("-warning").removesuffix("-report")
        for reason in answer.texts("printer-state-reasons")
        if reason != "none" and not reason.endswith(harmless)
    }
    for names, told, remedy in _TROUBLE:
        if not reasons.isdisjoint(names):
            return told, remedy
    if is_stopped:
        why = _word(", ".join(sorted(reasons)))
        return f"The printer has stopped{f' ({why})' if why else ''}.", "Look at what it shows"
    if answer.number("printer-is-accepting-jobs") == 0:
        return "The printer takes no pages now.", "Let it take pages again"
    return "", ""


def _word(said: str) -> str:
    """Return what a printer says, fit for half a sentence."""
    return drawn(said.strip())[:_LONGEST_WORD]


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)
