"""Commands that are stopped, by the system or because their terminal was closed.

One rule: the real program in a process of its own, and real signals.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.exporter.archive.making import PASSWORD, make_archive
from tests.source_files import PROJECT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these signals")
COMMANDS = {"extract": "out", "to-csv": "out", "to-xlsx": "out/all.xlsx"}
Held = subprocess.Popen[bytes]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    make_archive(tmp_path / "a.zip")
    (tmp_path / "word").write_text(PASSWORD)
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@contextmanager
def held(out: Path, command: str, **environment: str) -> Iterator[Held]:
    """Begin a command and hold it where plain data lies in the folder."""
    words = ["a.zip", "--to", COMMANDS[command], "--password-file", "word"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.commands.stopping_child", "archive", command, *words],
        cwd=out.parent,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            assert list(out.glob(".chairside-*.part/*"))
            yield process
        finally:
            process.kill()


def ended(process: Held) -> tuple[int, str]:
    """Let a held command go on to its end; return its exit code and what it said."""
    _out, said = process.communicate(b"\n", timeout=60)
    return process.returncode, said.decode()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("number", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_attack_plain_data_that_a_stopped_command_left(
    out: Path, command: str, number: str
) -> None:
    """Vulnerability: a closed terminal, or the computer shut down, leaves readable files."""
    with held(out, command) as process:
        process.send_signal(signal.Signals[number])
        code, said = ended(process)
    assert (code, list(out.iterdir())) == (1, [])
    assert "Stopped" in said


def test_a_closed_terminal_stops_it_though_nothing_can_be_told_there_any_more(out: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with held(out, "to-csv", TERMINAL=os.ttyname(theirs)) as process:
        os.close(theirs)
        os.close(ours)
        code, _said = ended(process)
    assert (code, list(out.iterdir())) == (1, [])


def test_a_shell_that_says_it_once_more_does_not_cut_off_the_clearing_up(out: Path) -> None:
    """The system says it, then the shell, and a service manager SIGTERM as well."""
    with held(out, "to-csv") as process:
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM):
            process.send_signal(number)
        code, said = ended(process)
    assert (code, list(out.iterdir())) == (1, [])
    assert "Stopped" in said


def test_what_was_started_to_outlive_its_terminal_goes_on(out: Path) -> None:
    """`nohup chairside archive to-csv …`"""
    with held(out, "to-csv", DEAF="SIGHUP") as process:
        process.send_signal(signal.SIGHUP)
        code, said = ended(process)
    assert (code, len(list(out.iterdir()))) == (0, 3), said
