"""A shell for stories: the real `chairside` program, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("chairside")
HANDED_ON = ("PATH", "LANG", "SSL_CERT_FILE")
"""What of the environment the program sees."""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def refused(self) -> str:
        """Return the one clear sentence of a command that failed as it should."""
        assert self.code == 1, (self.code, self.out, self.err)
        assert "Traceback" not in self.err
        assert self.err.strip(), "a failure without a word"
        return self.err


@dataclass(frozen=True)
class Shell:
    """Runs commands on one data folder, with an empty home."""

    data: Path
    home: Path

    def __call__(
        self, *words: str | Path, stdin: str = "", data: Path | None = None, cwd: Path | None = None
    ) -> Answer:
        """Run `chairside WORDS`; `stdin` is what its standard input holds."""
        environment = {
            **{name: os.environ[name] for name in HANDED_ON if name in os.environ},
            "HOME": str(self.home),
            "CHAIRSIDE_DATA": str(data or self.data),
        }
        done = subprocess.run(
            [PROGRAM, *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            cwd=cwd,
            check=False,
            timeout=120,
        )
        return Answer(done.returncode, done.stdout, done.stderr)
