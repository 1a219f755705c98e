"""The way to the system's printer: `lp`, the program of CUPS and of every Unix before it.

One rule: a sheet goes to `lp` by its standard input; no file is made for it, on no disk of ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from store.drawing import drawn
from store.errors import ChairsideError

_JOB = "Chairside"
"""What the print queue shows to everybody; it names neither a person nor what is printed."""
_SECONDS_TO_LOOK = 5
_SECONDS_TO_TAKE = 60
_LONGEST_REASON = 120


class NotPrinted(ChairsideError):
    """The printer, or the program that leads to it, did not take the sheet."""

    title = "Not printed"


def default_printer() -> str | None:
    """Return the name of the system's default destination; None without `lp` or without one.

    Asks `lpstat -d`, which comes with `lp`; waits five seconds at most.
    """
    lp, lpstat = _program("lp"), _program("lpstat")
    if lp is None or lpstat is None:
        return None
    try:
        told = subprocess.run(  # noqa: S603 - the system's own program, no shell, nothing typed
            [lpstat, "-d"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS_TO_LOOK,
            env=_plain_words(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if told.returncode:
        return None
    # "system default destination: NAME", or a sentence without a colon where there is none.
    _said, _colon, name = told.stdout.decode("utf-8", "replace").partition(":")
    return name.strip().split("\n")[0] or None


def send(pdf: bytes, printer: str) -> None:
    """Hand a PDF to a printer by its name, as `default_printer` returned it.

    Returns once the print queue has taken it. Raises NotPrinted, with the reason that `lp` gives.
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
        raise _not_printed("it did not answer within a minute") from None
    except OSError as problem:
        raise _not_printed(problem.strerror or type(problem).__name__) from None
    if done.returncode:
        raise _not_printed(_reason(done.stderr))


def _program(name: str) -> str | None:
    # Where Windows has a program of this name, it is another one.
    return None if sys.platform == "win32" else shutil.which(name)


def _plain_words() -> dict[str, str]:
    """Return the environment in which both programs speak English."""
    return {**os.environ, "LC_ALL": "C"}


def _reason(said: bytes) -> str:
    """Return the first line of what `lp` said, fit for half a sentence."""
    lines = said.decode("utf-8", "replace").strip().splitlines() or [""]
    return drawn(lines[0].removeprefix("lp:").strip().rstrip("."))[:_LONGEST_REASON] or "no reason"


def _not_printed(reason: str) -> NotPrinted:
    return NotPrinted(f"The printer did not take the sheet: {reason}.")
