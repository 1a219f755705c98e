"""The real program at a terminal that vanishes, at closed streams, and read by who stops early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store.clock import SystemClock
from store.practice import Practice
from tests import people
from tests.stories.shell import PROGRAM, Shell
from tests.stories.test_main_job import request_with_code

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals and pipes of POSIX")

KIM = people.PASSWORDS["kim"]
NEEDS_A_TERMINAL = "The kiosk needs a terminal"
SECONDS = 30
"""A program that stays is found out after this."""


def _through_sh(shell: Shell, script: str, stdin: str = "", **more: str) -> tuple[int, str, str]:
    """Run a line of the shell, in which `chairside` is the program; its exit code and streams."""
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        input=stdin,
        capture_output=True,
        text=True,
        env={**_environment(shell), **more},
        timeout=SECONDS,
    )
    return done.returncode, done.stdout, done.stderr


def _environment(shell: Shell) -> dict[str, str]:
    return {
        "PATH": f"{PROGRAM.parent}:/usr/bin:/bin",
        "HOME": str(shell.home),
        "TERM": "xterm-256color",
        "CHAIRSIDE_DATA": str(shell.data),
    }


# The kiosk


@pytest.mark.parametrize("where", ["</dev/null", "<&-", ">/dev/null", "2>&-", "<&- >&-"])
def test_the_kiosk_without_a_terminal_says_so_and_ends(
    shell: Shell, tmp_path: Path, where: str
) -> None:
    """At a terminal but for one stream: it painted on what was left, and used a core for ever."""
    told = tmp_path / "told"
    script = f"exec chairside {where}" + ("" if "2>" in where else f" 2>{told}")
    ours, child = _at_a_terminal(shell, "/bin/sh", "-c", script)
    assert _ended(child) == 2
    os.close(ours)
    if "2>" not in where:
        assert NEEDS_A_TERMINAL in told.read_text()
        assert "\x1b" not in told.read_text()


def test_the_kiosk_ends_when_its_terminal_vanishes(shell: Shell) -> None:
    """Though the system's hang-up is ignored, as by nohup: it used a whole core for ever."""
    ours, child = _at_a_terminal(shell, PROGRAM, ignoring=signal.SIGHUP)
    _until(ours, b"PGID 1000")
    os.close(ours)
    assert _ended(child) == 1


# Readers that stop early, and closed streams


def _as(user: str) -> tuple[str, ...]:
    return "--user", user, "--password-file", "-"


def _read_by_nobody(
    shell: Shell, *words: str, stdin: str = "", errors_too: bool = False
) -> tuple[int, str]:
    """Run a command whose reader has gone before it answers; its exit code, and what it said."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [PROGRAM, *words],
        input=stdin,
        stdout=write_end,
        stderr=write_end if errors_too else subprocess.PIPE,
        text=True,
        env=_environment(shell),
        timeout=SECONDS,
    )
    os.close(write_end)
    return done.returncode, done.stderr or ""


def test_an_answer_that_nobody_reads_is_no_error_and_what_was_done_is_done(shell: Shell) -> None:
    """It said that nothing half done was saved, though the password had been reset."""
    before = _hash_of(shell, "ana")
    answer = _read_by_nobody(shell, "users", "reset-password", "ana", *_as("kim"), stdin=KIM)
    assert answer == (141, "")
    assert _hash_of(shell, "ana") != before


def test_help_that_nobody_reads_is_no_error(shell: Shell) -> None:
    assert _read_by_nobody(shell, "--help")[1] == ""


def test_the_runner_makes_what_is_due_though_nobody_reads_its_progress(shell: Shell) -> None:
    request_with_code(shell, "dana")
    answer = _read_by_nobody(
        shell, "runner", "run", "--now", *_as("kim"), stdin=KIM, errors_too=True
    )
    assert answer == (141, "")
    assert _ask(shell, "SELECT state FROM data_download") == ["ready"]


def test_a_full_disk_under_the_answer_is_told_as_that(shell: Shell) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    words = " ".join(_as("kim"))
    code, _out, told = _through_sh(shell, f"chairside users list {words} >/dev/full", KIM)
    assert code == 1
    assert told == (
        "The answer could not be written: No space left on device. What the command did is kept.\n"
    )


def test_a_failure_that_nobody_reads_is_still_exit_1(shell: Shell) -> None:
    answer = _read_by_nobody(shell, "users", "list", *_as("kim"), stdin="wrong", errors_too=True)
    assert answer == (1, "")


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("download list --user dana <&-", 2, "There is no terminal to ask on"),
        ("users list --user kim --password-file - <&-", 1, "The password file is empty."),
        ("portal status --user kim --password-file pw - <&-", 1, "No patient came on standard"),
        ("runner run 2>&-", 0, ""),
        ("runner run <&- >&- 2>&-", 0, ""),
        ("archive to-disc x --to . --user kim --password-file pw <&-", 1, "Nothing was written."),
        ("download request --user dana --password-file pw <&-", 1, "No code came on standard"),
    ],
)
def test_a_closed_stream_is_no_terminal(
    shell: Shell, command: str, code: int, sentence: str
) -> None:
    user = "dana" if "dana" in command else "kim"
    (shell.home / "pw").write_text(people.PASSWORDS[user])
    answered, _out, told = _through_sh(shell, f"cd && chairside {command}")
    assert answered == code, told
    assert sentence in told
    assert "unexpected error" not in told


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at its own open files")
def test_attack_what_is_printed_on_a_closed_stream_is_written_into_the_database(
    shell: Shell,
) -> None:
    """Vulnerability: the database gets the number of a closed stream; what C code prints goes in.

    Verified in the program itself: every number of a stream is taken before a file is opened.
    """
    script = (
        "import os, click; from tui.commands import main\n"
        "main.callback = lambda **_: os.write(3, repr(\n"
        "    [os.readlink(f'/proc/self/fd/{n}') for n in range(3)]).encode())\n"
        "main()"
    )
    told = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" -c "$1" 3>&1 <&- >&- 2>&-', sys.executable, script],
        capture_output=True,
        text=True,
        env=_environment(shell),
    )
    assert told.stdout == repr(["/dev/null"] * 3)


# Alphabets


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("cp1252", r"Practice 7, \u0639\u064a\u0627\u062f\u0629 Ä, is"), ("utf-8", "عيادة Ä, is")],
)
def test_a_letter_outside_the_readers_alphabet_stops_nothing_and_is_not_lost(
    shell: Shell, tmp_path: Path, encoding: str, told: str
) -> None:
    """It said that nothing half done was saved, though the practice had been made."""
    data = tmp_path / "other"
    done = subprocess.run(
        [
            PROGRAM,
            "init",
            "--data",
            data,
            "--pgid",
            "7",
            "--name",
            "عيادة Ä",
            "--owner",
            "kim",
            "--password-file",
            "-",
        ],
        input=f"{KIM}\n".encode(),
        capture_output=True,
        env={**_environment(shell), "PYTHONIOENCODING": encoding},
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert told in done.stdout.decode(encoding)


def test_doctor_tells_all_in_an_alphabet_without_arrows(shell: Shell) -> None:
    wide = _through_sh(shell, "chairside doctor", PYTHONIOENCODING="utf-8")
    narrow = _through_sh(shell, "chairside doctor", PYTHONIOENCODING="cp1252")
    assert "→" in wide[1]
    assert (narrow[0], narrow[2]) == (wide[0], wide[2])
    assert len(narrow[1].splitlines()) == len(wide[1].splitlines())


def _hash_of(shell: Shell, user: str) -> str:
    return str(_ask(shell, "SELECT password_hash FROM user WHERE user_name = ?", user)[0])


def _ask(shell: Shell, sql: str, *values: str) -> list[str]:
    with Practice.open(shell.data, people.PGID, SystemClock()) as practice:
        return [row[0] for row in practice.call(lambda store: list(store.rows(sql, values)))]


def _at_a_terminal(
    shell: Shell, *words: str | Path, ignoring: signal.Signals | None = None
) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a program at a terminal of its own; return the terminal's other end, and the child."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()

    def own_it() -> None:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        if ignoring is not None:
            signal.signal(ignoring, signal.SIG_IGN)

    child = subprocess.Popen(
        [*map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=_environment(shell),
        preexec_fn=own_it,
    )
    os.close(theirs)
    return ours, child


def _until(terminal: int, text: bytes) -> None:
    seen = b""
    while text not in seen:
        seen += os.read(terminal, 4096)


def _ended(child: subprocess.Popen[bytes]) -> int:
    try:
        return child.wait(SECONDS)
    finally:
        child.kill()
