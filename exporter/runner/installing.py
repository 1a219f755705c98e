"""Handing the hourly run to the system: systemd's user manager, cron, or Windows' task scheduler.

One rule: doing it twice is doing it once, and nothing that is not ours is touched.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exporter.runner import timers
from exporter.runner.timers import HourlyRun
from store.errors import ChairsideError

Way = Literal["systemd", "cron", "windows-task"]
WAYS: tuple[Way, ...] = ("systemd", "cron", "windows-task")
WORDS: dict[Way, str] = {
    "systemd": "systemd timer",
    "cron": "cron line",
    "windows-task": "Windows task",
}
"""What each way is called."""
WHEN: dict[Way, str] = {
    "systemd": "every hour, and after a time off",
    "cron": "every hour; after a time off, at the next full hour",
    "windows-task": "every hour, and after a time off",
}
"""When each way runs what is due."""
_SECONDS = 30


class NotInstalled(ChairsideError):
    """The system would not take the timer."""

    title = "The timer was not set up"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is written: a file, or what a program is handed."""

    where: str
    text: str
    path: Path | None = None


def best_way() -> Way:
    """Return the way this system knows. Raises NotInstalled where it knows none."""
    if sys.platform == "win32":
        return "windows-task"
    if _answers("systemctl", "--user", "show-environment"):
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise NotInstalled(
        "Neither systemd for this user nor cron answers on this computer.",
        kept="Nothing was changed.",
        do="Let a service of your system run chairside runner watch.",
    )


def installed(run: HourlyRun) -> tuple[Way, ...]:
    """Return by which ways the hourly run is set up for this user of the system."""
    found: list[Way] = []
    if sys.platform == "win32":
        return ("windows-task",) if _answers("schtasks", "/Query", "/TN", run.name) else ()
    # The link is what `systemctl enable` leaves: a unit alone does nothing.
    if (_units() / "timers.target.wants" / f"{run.name}.timer").is_symlink():
        found.append("systemd")
    with suppress(NotInstalled):
        if timers.has_cron_line(_crontab(), run):
            found.append("cron")
    return tuple(found)


def pieces(run: HourlyRun, way: Way) -> list[Piece]:
    """Return what `install` writes, and where."""
    if way == "systemd":
        service, timer = (_units() / f"{run.name}.{kind}" for kind in ("service", "timer"))
        return [
            Piece(str(service), timers.systemd_service(run), service),
            Piece(str(timer), timers.systemd_timer(run), timer),
        ]
    if way == "cron":
        return [Piece("your crontab, one line", timers.cron_line(run) + "\n")]
    user = "\\".join(filter(None, (os.environ.get("USERDOMAIN"), os.environ.get("USERNAME"))))
    return [Piece(f"the task {run.name}", timers.windows_task(run, user))]


def install(run: HourlyRun, way: Way) -> None:
    """Set the hourly run up. Raises NotInstalled."""
    if way == "systemd":
        _install_units(run)
    elif way == "cron":
        _change_crontab(lambda table: timers.with_cron_line(table, run))
    else:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "task.xml"
            file.write_text(pieces(run, way)[0].text, encoding="utf-16")
            _told("schtasks", "/Create", "/TN", run.name, "/XML", str(file), "/F")


def _install_units(run: HourlyRun) -> None:
    was_there = "systemd" in installed(run)
    files = [(piece.path, piece.text) for piece in pieces(run, "systemd") if piece.path]
    try:
        for path, text in files:
            _write(path, text)
        _systemctl("daemon-reload")
        _systemctl("enable", "--now", f"{run.name}.timer")
    except NotInstalled:
        if not was_there:
            for path, _text_of_it in files:
                path.unlink(missing_ok=True)
        raise


def remove(run: HourlyRun, way: Way) -> None:
    """Take the hourly run away again; no error where there is none. Raises NotInstalled."""
    if way not in installed(run):
        return
    if way == "systemd":
        _systemctl("disable", "--now", f"{run.name}.timer")
        for piece in pieces(run, way):
            assert piece.path is not None
            piece.path.unlink(missing_ok=True)
        _systemctl("daemon-reload")
    elif way == "cron":
        _change_crontab(lambda table: timers.without_cron_line(table, run))
    else:
        _told("schtasks", "/Delete", "/TN", run.name, "/F")


def ends_with_session() -> bool:
    """Tell whether systemd's manager of this user ends when the user signs out.

    Then no timer runs overnight, unless `loginctl enable-linger` was said once.
    """
    if sys.platform == "win32":
        return False
    return not Path("/var/lib/systemd/linger", getpass.getuser()).exists()


def _units() -> Path:
    chosen = os.environ.get("XDG_CONFIG_HOME")
    return (Path(chosen) if chosen else Path.home() / ".config") / "systemd" / "user"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise NotInstalled(
            f"{path} cannot be written: {problem.strerror}.", do="Check that you own the folder."
        ) from problem


def _systemctl(*words: str) -> None:
    _told("systemctl", "--user", *words)


def _crontab() -> str:
    """Return the user's crontab, empty where there is none.

    Raises NotInstalled where it cannot be read: to write one then would lose the lines in it.
    """
    try:
        answer = _run(["crontab", "-l"])
    except FileNotFoundError:
        return ""
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise _unreadable() from problem
    if answer.returncode == 0:
        return _text(answer.stdout)
    if "no crontab" in _text(answer.stderr):
        return ""
    raise _unreadable()


def _unreadable() -> NotInstalled:
    return NotInstalled(
        "Your crontab cannot be read.",
        kept="It was left as it is.",
        do="See what crontab -l says, or choose another way.",
    )


def _change_crontab(changed: Callable[[str], str]) -> None:
    table = _crontab()
    after = changed(table)
    if after != table:
        _told("crontab", "-", given=after)


def _told(*words: str, given: str = "") -> None:
    """Run a program of the system. Raises NotInstalled with its own first line of complaint."""
    try:
        answer = _run(words, given)
        complaint = (_text(answer.stderr).strip().splitlines() or ["it said nothing"])[0]
    except OSError as problem:
        raise NotInstalled(
            f"{words[0]} cannot be run: {problem.strerror}.", do="Choose another way."
        ) from problem
    except subprocess.TimeoutExpired as problem:
        raise NotInstalled(f"{words[0]} did not answer.", do="Try again in a moment.") from problem
    if answer.returncode:
        raise NotInstalled(
            f"{words[0]} refused: {complaint[:200].rstrip('.')}.",
            kept="Timers that were there before are as they were.",
            do="Sign in as the user who owns the practice's folder (not by su), and try again.",
        )


def _answers(*words: str) -> bool:
    try:
        return _run(words).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _run(words: Sequence[str], given: str = "") -> subprocess.CompletedProcess[bytes]:
    # Bytes: a crontab's line ends and characters go back as they came.
    return subprocess.run(  # noqa: S603 - programs of the system, no shell
        list(words),
        input=given.encode("utf-8", "surrogateescape"),
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
        timeout=_SECONDS,
        check=False,
    )


def _text(output: bytes) -> str:
    return output.decode("utf-8", "surrogateescape")
