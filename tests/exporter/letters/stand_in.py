"""Programs called `lp` and `lpstat`, not of CUPS, that keep what they are handed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

_LP = """#!{python}
import json, sys
from pathlib import Path
here = Path({here!r})
(here / "taken").write_bytes(sys.stdin.buffer.read())
(here / "arguments").write_text(json.dumps(sys.argv[1:]))
if (here / "refusal").exists():
    sys.exit((here / "refusal").read_text(encoding="utf-8"))
print("request id is desk-1 (1 file(s))")
"""
_LPSTAT = """#!{python}
import sys
from pathlib import Path
asked = {{"-d": "default", "-e": "queues"}}[sys.argv[1]]
print((Path({here!r}) / asked).read_text(), end="")
"""
_IPPFIND = """#!{python}
from pathlib import Path
print((Path({here!r}) / "announced").read_text(), end="")
"""


class StandIn:
    """The programs in a folder that is first on PATH."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._programs = folder / "bin"
        self._programs.mkdir(parents=True)
        self.has_default("system default destination: desk\n")
        self.has_queues("")
        self.hears("")
        programs = {"lp": _LP, "lpstat": _LPSTAT, "ippfind": _IPPFIND}
        for name, text in programs.items():
            program = self._programs / name
            program.write_text(text.format(python=sys.executable, here=str(folder)), "utf-8")
            program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{self._programs}{os.pathsep}{os.environ['PATH']}")

    def has_default(self, sentence: str) -> None:
        """Say what `lpstat -d` prints."""
        (self.folder / "default").write_text(sentence, "utf-8")

    def has_queues(self, lines: str) -> None:
        """Say what `lpstat -e` prints."""
        (self.folder / "queues").write_text(lines, "utf-8")

    def hears(self, lines: str) -> None:
        """Say what `ippfind` prints of printers that announce themselves."""
        (self.folder / "announced").write_text(lines, "utf-8")

    def refuses(self, sentence: str) -> None:
        """Let `lp` fail with a sentence on its standard error."""
        (self.folder / "refusal").write_text(sentence, "utf-8")

    def is_taken_away(self) -> None:
        """Leave none of the programs."""
        for program in self._programs.iterdir():
            program.unlink()

    @property
    def taken(self) -> bytes | None:
        """What `lp` read from its standard input; None if it was never called."""
        kept = self.folder / "taken"
        return kept.read_bytes() if kept.exists() else None

    @property
    def arguments(self) -> list[str]:
        """What `lp` was called with."""
        found: list[str] = json.loads((self.folder / "arguments").read_text("utf-8"))
        return found
