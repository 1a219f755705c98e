"""The way to the system's printer: `lp`, the program of CUPS and of every Unix before it.

One rule: a sheet goes to `lp` by its standard input; no file is made for it, on no disk of ours.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from exporter.letters.problems import MayStillPrint, NotTaken
from exporter.letters.problems import NotPrinted as NotPrinted  # what everybody catches
from store.drawing import drawn

_JOB = "Chairside"
"""What the print queue shows to everybody; it names neither a person nor what is printed."""
_SECONDS_TO_LOOK = 5
_SECONDS_TO_TAKE = 60
_LONGEST_REASON = 120
_REQUEST = re.compile(r"request id is (\S+-\d+)")


def default_printer() -> str | None:
    """Return the name of the system's default destination; None without `lp` or without one.

    Asks `lpstat -d`, which comes with `lp`; waits five seconds at most.
    """
    if _program("lp") is None:
        return None
    # "system default destination: NAME", or a sentence without a colon where there is none.
    _said, _colon, name = _told("lpstat", "-d").partition(":")
    return name.strip().split("\n")[0] or None


def send(pdf: bytes, printer: str) -> str:
    """Hand a PDF to a printer by its name, as `default_printer` returned it.

    Returns the name of the job once the print queue has taken it; empty where `lp` tells none.
    Raises NotTaken, with the reason that `lp` gives, and MayStillPrint where it does not answer.
    """
    lp = _program("lp")
    if lp is None:
        raise _not_printed("the program lp is not there")
    try:
        done = subprocess.run(  # noqa: S603 - the system's own program, no shell
            [lp, "-d", printer, "-t", _JOB],
            input=pdf,
            capture_output=True,
            timeout=_SECONDS_TO_TAKE,
            env=_plain_words(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MayStillPrint(
            "The print queue did not answer within a minute.",
            kept="It may have taken the sheet.",
            do="Look at the printer before you print again.",
        ) from None
    except OSError as problem:
        raise _not_printed(problem.strerror or type(problem).__name__) from None
    if done.returncode:
        raise _refused(_reason(done.stderr), printer)
    # "request id is NAME-12 (1 file(s))"
    told = _REQUEST.search(done.stdout.decode("utf-8", "replace"))
    return told.group(1) if told else ""


def queues() -> tuple[str, ...]:
    """Return the names of this computer's print queues; none without `lpstat`.

    Asks `lpstat -e`, which lists printers that the system has found by itself as well.
    """
    return tuple(line.strip() for line in _told("lpstat", "-e").splitlines() if line.strip())


def service() -> str:
    """Return where the print service listens, a socket's path or host:port; empty for none.

    Asks `lpstat -H`, which knows the system's settings and CUPS_SERVER. A `lpstat` that is not of
    CUPS cannot tell.
    """
    return _told("lpstat", "-H").strip()


def is_down() -> bool:
    """Tell whether the print service does not run; `lp` then says that there is no such queue."""
    return "not running" in _told("lpstat", "-r")


def _told(name: str, *arguments: str) -> str:
    program = _program(name)
    return (_ran([program, *arguments]) or "") if program else ""


def _ran(command: list[str]) -> str | None:
    """Return what one of CUPS's programs prints; None where it fails or does not answer."""
    try:
        done = subprocess.run(  # noqa: S603 - the system's own program, no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS_TO_LOOK,
            env=_plain_words(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout.decode("utf-8", "replace")


def _program(name: str) -> str | None:
    # Where Windows has a program of this name, it is another one.
    return None if sys.platform == "win32" else shutil.which(name)


def _plain_words() -> dict[str, str]:
    """Return the environment in which both programs speak English."""
    return {**os.environ, "LC_ALL": "C"}


def _reason(said: bytes) -> str:
    """Return the first line of what `lp` said, fit for half a sentence."""
    lines = said.decode("utf-8", "replace").strip().splitlines() or [""]
    said_by = re.sub(r"^\S*lp: (Error - )?", "", lines[0])
    return drawn(said_by.strip().rstrip("."))[:_LONGEST_REASON] or "no reason"


def _refused(reason: str, printer: str) -> NotTaken:
    if "does not exist" in reason:
        return NotTaken(
            f"This computer has no print queue {drawn(printer)} any more.",
            kept="Nothing was printed.",
            do="Choose another printer, or change this one under Setup > Printers.",
        )
    return _not_printed(reason)


def _not_printed(reason: str) -> NotTaken:
    return NotTaken(f"The printer did not take the sheet: {reason}.")
