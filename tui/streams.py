"""Standard input, output and error as they come: closed, narrow of alphabet, or no longer read.

One rule: what becomes of an answer on its way never changes what the command does, nor turns into
a false alarm.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

UNREAD: Final = 141
"""Exit code where whoever read the answer stopped early: what a shell tells of a program that
SIGPIPE ended. Neither done nor failed: what was to be done may well be done."""


def prepare() -> None:
    """Let every command rely on three streams that take any text."""
    _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # The encoding stays what the system, or PYTHONIOENCODING, says that the reader expects;
            # a letter outside it is written as \u2192, as `shown` does: nothing fails, nothing is
            # lost, and nobody takes a "?" for a letter of the name.
            stream.reconfigure(errors="backslashreplace")


def _fill_closed() -> None:
    """Put nothing in the place of each stream that was closed (`<&-`, `2>&-`)."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    # A database opened later must not get the number of a closed stream: what somebody prints
    # there would be written into it.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")


def is_terminal() -> bool:
    """Tell whether somebody sits at a terminal: keys come from it, and it shows what is drawn."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def say(text: str, *, ends: bool = True) -> None:
    """Print on standard error what must not stop the work where nobody reads it any more."""
    try:
        sys.stderr.write(f"{text}\n" if ends else text)
        sys.stderr.flush()
    except OSError:
        give_up_unread()


def code_of_unread(problem: OSError) -> int:
    """Return the exit code of a command whose answer could not be written, and say so if the reader
    has not simply stopped."""
    # Windows says EINVAL of a reader that has stopped.
    if problem.errno in (errno.EPIPE, errno.EINVAL):
        return UNREAD
    say(f"The answer could not be written: {problem.strerror}. What the command did is kept.")
    return 1


def give_up_unread() -> bool:
    """Give up what could not be written, for nobody reads it any more or the disk is full, and tell
    whether there was any; else the interpreter complains of it at its end.

    So an answer's broken pipe is told from one between the program and a process of its own.
    """
    # A buffer keeps what it could not write: to flush it fails again.
    lost = [stream for stream in (sys.stdout, sys.stderr) if not _is_flushed(stream)]
    for stream in lost:
        _give_up(stream)
    return bool(lost)


def _is_flushed(stream: TextIO) -> bool:
    try:
        stream.flush()
    except OSError:
        return False
    return True


def _give_up(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):
        os.dup2(nowhere, stream.fileno())
        stream.flush()
    os.close(nowhere)
