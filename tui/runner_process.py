"""Starting the unattended run by hand: as a process of its own, as the timer starts it.

One rule: it gets the practice's folder and nothing else; no password and no session is handed on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

_PROGRAM: Final = "from tui.commands import main; main()"


class RunnerProcess:
    """One run of `chairside runner run`, in the background.

    Args:
        folder: the practice's folder; its name is the PGID.
    """

    def __init__(self, folder: Path) -> None:
        arguments = ["runner", "run", "--data", str(folder.parent), "--pgid", folder.name]
        # A session of its own: closing the kiosk's terminal does not end a run halfway.
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    @property
    def succeeded(self) -> bool:
        """Whether it ended without an error."""
        return self._process.poll() == 0
