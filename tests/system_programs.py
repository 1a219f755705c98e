"""Stand-ins for the programs that set timers up: they keep what they are told in a folder.

The real ones would change the crontab and the services of whoever runs the tests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

CRONTAB = """#!/bin/sh
kept="{folder}/crontab.kept"
case "$1" in
-l) [ -e "{folder}/broken" ] && {{ echo "crontab: permission denied" >&2; exit 1; }}
    [ -e "$kept" ] && exec cat "$kept"; echo "no crontab for somebody" >&2; exit 1 ;;
-) exec cat >"$kept" ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
[ -e "{folder}/broken" ] && {{ echo "Failed to connect to bus." >&2; exit 1; }}
units="$XDG_CONFIG_HOME/systemd/user"
case "$2" in
enable) mkdir -p "$units/timers.target.wants"
        ln -sf "../$4" "$units/timers.target.wants/$4"; [ -e "$units/$4" ] ;;
disable) rm -f "$units/timers.target.wants/$4" ;;
esac
"""


def put_up(folder: Path, monkeypatch: pytest.MonkeyPatch, *, systemd: bool = True) -> None:
    """Put the stand-ins before everything else on the path; a file `broken` makes them refuse
    (crontab to be read, but not to be written: that must not be taken for an empty one)."""
    programs = {"crontab": CRONTAB} | ({"systemctl": SYSTEMCTL} if systemd else {})
    folder.mkdir()
    for name, text in programs.items():
        program = folder / name
        program.write_text(text.format(folder=folder), encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
