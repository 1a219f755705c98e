"""A page that a printer or a print queue has in hand, until it has come out (RFC 8011).

One rule: what does not come out is taken back: a sheet with a password is not left waiting for
whoever comes by later.
"""

from __future__ import annotations

from exporter.letters.ipp_asking import (
    FIRST_REFUSAL,
    NOT_FOUND,
    Operation,
    asked,
    trouble,
    wait,
)
from exporter.letters.ipp_codec import Message, Tag, number, text
from exporter.letters.ipp_wire import Line
from exporter.letters.problems import MayStillPrint, NotPrinted, NotTaken

FOLLOW_GAP = 0.5
FOLLOW_TIMES = 40
"""A page is followed for twenty seconds."""
_CANCELED, _ABORTED, _COMPLETED = 7, 8, 9
_STATE = (
    "printer-state",
    "printer-state-message",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
)


def follow(line: Line, job: int) -> bool:
    """Follow a page; return whether it was seen to come out.

    Returns False where the printer still works on it after twenty seconds and reports no trouble.
    Raises NotPrinted, MayStillPrint.
    """
    for _ in range(FOLLOW_TIMES):
        state, told, remedy = _job_state(line, job)
        if state == _COMPLETED:
            return True
        if state in (_CANCELED, _ABORTED):
            raise _given_up(is_canceled=state == _CANCELED)
        if told:
            _take_back(line, job, told, remedy)
        wait(FOLLOW_GAP)
    # A page that is not out by now waits for what the printer only warns of.
    told, remedy = trouble(asked_state(line), warnings_count=True, is_queue=bool(line.service))
    if told:
        _take_back(line, job, told, remedy)
    return False


def asked_state(line: Line) -> Message:
    """Ask a printer that has a page in hand how it does. Raises MayStillPrint."""
    try:
        return asked(
            line, Operation.GET_PRINTER, text(Tag.KEYWORD, "requested-attributes", *_STATE)
        )
    except NotTaken as problem:
        raise _lost(problem) from problem


def _job_state(line: Line, job: int) -> tuple[int, str, str]:
    """Return where a job stands, and what keeps the printer from it."""
    try:
        answer = asked(line, Operation.GET_JOB, number(Tag.INTEGER, "job-id", job))
        if answer.code == NOT_FOUND:
            # Some printers forget a job as soon as it is done.
            return _COMPLETED, "", ""
        state = answer.number("job-state") or 0
        if state in (_COMPLETED, _CANCELED, _ABORTED):
            return state, "", ""
    except NotTaken as problem:
        raise _lost(problem) from problem
    return (state, *trouble(asked_state(line), is_queue=bool(line.service)))


def _given_up(*, is_canceled: bool) -> NotPrinted:
    if is_canceled:
        return NotPrinted(
            "Somebody cancelled the sheet before it was printed.",
            kept="Nothing waits in the printer.",
            do="Ask who stands there, and print again.",
        )
    return NotPrinted(
        "The printer gave the sheet up before it was printed.",
        kept="Nothing waits in it.",
        do="Look at the printer, and print again.",
    )


def _lost(problem: NotTaken) -> MayStillPrint:
    return MayStillPrint(
        problem.what,
        kept="It has the sheet, which may still come out.",
        do="Look at the printer before you print again.",
    )


def _take_back(line: Line, job: int, trouble: str, remedy: str) -> None:
    """Cancel a job that would come out later, when nobody stands there. Always raises."""
    try:
        answer = asked(line, Operation.CANCEL_JOB, number(Tag.INTEGER, "job-id", job))
        is_back = answer.code < FIRST_REFUSAL
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
