"""A print queue of this computer: is it ready, has the page come out, is its copy of it gone.

One rule: the page goes to the queue by `lp`; all else is asked of the print service (CUPS) itself,
over IPP, because its programs do not tell a cancelled page from a printed one, and `cancel -x`
leaves the file of a printed page where it is (CUPS 2.4).
"""

from __future__ import annotations

import os
from urllib.parse import quote

from exporter.letters import lp
from exporter.letters.ipp_asking import (
    FIRST_REFUSAL,
    NOT_FOUND,
    WORKING,
    Operation,
    asked,
    trouble,
    wait,
)
from exporter.letters.ipp_codec import Tag, number, truth
from exporter.letters.ipp_following import asked_state, follow
from exporter.letters.ipp_wire import Line
from exporter.letters.problems import MayStillPrint, NotPrinted, NotTaken

_STOP_GAP = 0.1
_STOP_TIMES = 50
"""A cancelled page is given five seconds to leave the printer before its file is wiped."""


def print_by(queue: str, pdf: bytes) -> tuple[bool, bool]:
    """Print a page by a queue and follow it.

    Returns whether it was seen to come out, and whether the queue has wiped its copy. Raises
    NotTaken where the queue is stopped, closed or gone, NotPrinted, MayStillPrint.
    """
    line = _ready(queue)
    job = lp.send(pdf, queue)
    number_of_job = job.rpartition("-")[2]
    if line is None or not number_of_job.isdecimal():
        return False, False
    try:
        is_finished = follow(line, int(number_of_job))
    except MayStillPrint:
        raise
    except NotPrinted:
        _let_it_stop(line)
        _purged(line, int(number_of_job))
        raise
    return is_finished, is_finished and _purged(line, int(number_of_job))


def _ready(queue: str) -> Line | None:
    """Return how the print service is asked about a queue; None where it cannot be asked.

    Raises NotTaken where it does not run, and where a page sent now would wait in the queue.
    """
    service = lp.service()
    if not service:
        return None
    if lp.is_down():
        raise NotTaken(
            "The print service of this computer (CUPS) does not run.",
            kept="The sheet was not sent.",
            do="Start it (systemctl start cups), or choose another printer.",
        )
    line = _line(queue, service)
    try:
        told, remedy = trouble(asked(line, Operation.GET_PRINTER), is_queue=True)
    except NotTaken:
        # A service elsewhere that wants encryption or a password: `lp` has its own ways.
        return None
    if told:
        raise NotTaken(told, kept="The sheet was not sent.", do=f"{remedy}, and print again.")
    return line


def _line(queue: str, service: str) -> Line:
    import pwd  # no module of Windows, where there is no print service either

    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = ""
    host = "localhost" if service.startswith("/") else service
    # A queue may have instances, `desk/draft`, which are settings and no queues.
    name = quote(queue.partition("/")[0], safe="")
    return Line(f"ipp://{host}/printers/{name}", service=service, user=user)


def _let_it_stop(line: Line) -> None:
    """Wait until the printer is told that the page is cancelled: wiping cuts that off."""
    for _ in range(_STOP_TIMES):
        try:
            if asked_state(line).number("printer-state") != WORKING:
                return
        except MayStillPrint:
            return
        wait(_STOP_GAP)


def _purged(line: Line, job: int) -> bool:
    """Have the print service wipe the file that it kept of a job; tell whether it is gone."""
    wipe = (number(Tag.INTEGER, "job-id", job), truth("purge-job", True))
    try:
        code = asked(line, Operation.CANCEL_JOB, *wipe).code
    except NotTaken:
        return False
    return code < FIRST_REFUSAL or code == NOT_FOUND
