"""What the system is told, so that it runs what is due every hour: units, a cron line, a task.

One rule: these are pure texts. They hold absolute paths, each quoted for who reads it, and no
secret: the runner needs none (DESIGN, one download).
"""

from __future__ import annotations

import hashlib
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from store.errors import BadInput

PROGRAM = "from tui.commands import main; main()"
_MARK = "# Chairside:"


@dataclass(frozen=True, slots=True)
class HourlyRun:
    """What is to be run: this Python, and one practice's folder.

    Attributes:
        python: absolute path of the interpreter that Chairside is installed for.
        data: absolute path of the folder that holds the practice's.
    """

    python: Path
    data: Path
    pgid: int

    def __post_init__(self) -> None:
        for path in (self.python, self.data):
            if not str(path).isprintable():
                raise BadInput(
                    "A path holds a line break or another character that no timer can be told.",
                    kept="Nothing was installed.",
                    do="Keep the practice in a folder with a plain name.",
                )

    @property
    def name(self) -> str:
        """What it is called: the same for one folder at all times, another for every other."""
        digest = hashlib.sha256(str(self.data / str(self.pgid)).encode()).hexdigest()
        return f"chairside-{self.pgid}-{digest[:8]}"

    @property
    def words(self) -> list[str]:
        """The command, word by word."""
        # -P: what lies in the present folder is not taken for our own modules.
        run = [str(self.python), "-P", "-c", PROGRAM, "runner", "run", "--by-timer"]
        return [*run, "--data", str(self.data), "--pgid", str(self.pgid)]


def hourly_run(folder: Path) -> HourlyRun:
    """Return the hourly run of a practice's folder, there or not, by this installation.

    One data folder is one run however it is named: `../data`, or a link to it. Raises BadInput.
    """
    data = folder.parent.resolve()
    # Not resolved: what a virtual environment's interpreter links to knows no Chairside.
    return HourlyRun(Path(sys.executable).absolute(), data, int(folder.name))


def systemd_service(run: HourlyRun) -> str:
    """Return the service unit. What it may do is narrowed by what a user's manager can enforce."""
    program, *rest = run.words
    # Variables are looked for in every word but the program's path.
    command = " ".join([_systemd_word(program), *(_systemd_word(w, "$$") for w in rest)])
    return f"""[Unit]
Description=Chairside: data downloads that are due, practice {run.pgid}

[Service]
Type=oneshot
ExecStart={command}
UMask=0077
Nice=10
IOSchedulingClass=idle
KillMode=mixed
TimeoutStopSec=60
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
"""


def systemd_timer(run: HourlyRun) -> str:
    """Return the timer unit: hourly, and at once after a time when the machine was off."""
    return f"""[Unit]
Description=Chairside: every hour, practice {run.pgid}

[Timer]
OnCalendar=hourly
Persistent=true

[Install]
WantedBy=timers.target
"""


def _systemd_word(word: str, dollar: str = "$") -> str:
    """Quote one word of ExecStart: what means a specifier or a variable is doubled."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", dollar)
    return f'"{plain}"'


def cron_line(run: HourlyRun) -> str:
    """Return the line for a user's crontab, which ends in the mark by which it is found again."""
    # A percent sign ends a command for cron, even within quotes.
    command = shlex.join(run.words).replace("%", "\\%")
    return f"0 * * * * nice -n 10 {command} >/dev/null {_MARK} {run.name}"


def with_cron_line(table: str, run: HourlyRun) -> str:
    """Return a crontab that holds the line once; every other line stays as it was."""
    line = cron_line(run)
    lines = table.splitlines(keepends=True)
    ours = [at for at, text in enumerate(lines) if _is_ours(text, run)]
    if ours:
        lines[ours[0]] = line + "\n"
        return "".join(text for at, text in enumerate(lines) if at not in ours[1:])
    gap = "\n" if table and not table.endswith("\n") else ""
    return f"{table}{gap}{line}\n"


def without_cron_line(table: str, run: HourlyRun) -> str:
    """Return a crontab without the line; every other line stays as it was."""
    return "".join(t for t in table.splitlines(keepends=True) if not _is_ours(t, run))


def has_cron_line(table: str, run: HourlyRun) -> bool:
    """Tell whether a crontab holds the line; one that was made a comment runs nothing."""
    return any(_is_ours(line, run) for line in table.splitlines())


def _is_ours(line: str, run: HourlyRun) -> bool:
    is_comment = line.lstrip().startswith("#")
    return not is_comment and line.rstrip().endswith(f"{_MARK} {run.name}")


def windows_task(run: HourlyRun, user: str) -> str:
    """Return the task's XML: hourly, caught up on when missed, whether anybody is signed in or not.

    Args:
        user: `DOMAIN\\name`; S4U runs as that user without keeping a password.
    """
    arguments = subprocess.list2cmdline(run.words[1:])
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Chairside: data downloads that are due, practice {run.pgid}</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Repetition><Interval>PT1H</Interval></Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(user)}</UserId>
      <LogonType>S4U</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
    <Priority>8</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(str(run.python))}</Command>
      <Arguments>{escape(arguments)}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
