"""Runs xorriso in a process of its own: `python -m exporter.convert.burner PROGRAM WORDS…`.

One rule: it ends with whoever asked for it. Their end, however it came, closes our standard input;
then the drive is stopped, so that no disc is finished that nobody reads back and writes down.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

STOPPING_SECONDS = 120
"""The drive is given the time to close the disc: killed earlier it may hang."""


def main() -> int:
    """Run the program; return 0 where it ended well, else 1."""
    with (
        subprocess.Popen(  # noqa: S603 - a program of the system, no shell
            sys.argv[1:], stdin=subprocess.DEVNULL
        ) as program
    ):
        threading.Thread(target=_end_with_owner, args=(program,), daemon=True).start()
        return int(program.wait() != 0)


def _end_with_owner(program: subprocess.Popen[bytes]) -> None:
    # Not by way of sys.stdin: a thread that waits in there holds up the end of the interpreter.
    while os.read(0, 1):
        pass
    program.terminate()
    try:
        program.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()


if __name__ == "__main__":
    sys.exit(main())
