"""What all commands share: options, passwords, progress, errors, the way to an open practice.

One rule: an answer goes to standard output, everything else to standard error; a password never
comes from an argument.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from store.errors import BadInput, ChairsideError

if TYPE_CHECKING:
    from types import FrameType

    from store.practice import Practice

P = ParamSpec("P")
R = TypeVar("R")
Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_PGID = 1000
BAR_WIDTH = 30
PLAIN_STEP = 25
"""Percent between two lines of progress where there is no terminal."""


def shown(text: str) -> str:
    """Return text from data with its control and formatting characters drawn, never sent raw."""
    return "".join(
        f"\\u{ord(c):04x}" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c
        for c in text
    )


def handles_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Print any error as sentences on standard error, never a traceback, and exit with 1."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ChairsideError as problem:
            click.echo(f"{problem.title}. {shown(problem.sentence)}", err=True)
            raise SystemExit(1) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as problem:  # noqa: BLE001 - a traceback shows data and secrets
            click.echo(
                f"An unexpected error ({type(problem).__name__}). What was saved before is kept;"
                " nothing half done was saved. Tell IT support which command it was.",
                err=True,
            )
            raise SystemExit(1) from None

    return guarded


def json_option(command: Command) -> Command:
    """Add `--json`, handed in as `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(
        command
    )


def print_json(answer: Any) -> None:
    """Print one JSON document on standard output, in ASCII, so that any terminal carries it."""
    click.echo(json.dumps(answer, indent=2))


def password_option(command: Command) -> Command:
    """Add `--password-file FILE`, handed in as `password_file: str | None`."""
    return click.option(
        "--password-file",
        metavar="FILE",
        help="Read the password from the first line of FILE; - is standard input.",
    )(command)


def read_password(
    password_file: str | None, prompt: str = "Password", *, confirm: bool = False
) -> str:
    """Return the password: from a file, one line of standard input, or asked for unseen.

    `-` reads exactly one line, so a second secret may follow on the next one. Raises BadInput for
    a missing, empty or unreadable file, and a usage error where there is no terminal to ask on.
    """
    if password_file is None:
        if not sys.stdin.isatty():
            raise click.UsageError("There is no terminal to ask on: use --password-file FILE.")
        return str(click.prompt(prompt, hide_input=True, err=True, confirmation_prompt=confirm))
    if password_file == "-":  # noqa: S105 (the name of standard input)
        line = sys.stdin.buffer.readline()
    else:
        try:
            with Path(password_file).open("rb") as file:
                line = file.readline()
        except OSError as problem:
            raise BadInput(
                f"The password file cannot be read ({problem.strerror}).", do="Check its name."
            ) from None
    try:
        password = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadInput("The password file is not UTF-8 text.") from None
    if not password:
        raise BadInput("The password file is empty.", do="Put the password on its first line.")
    return password


def data_options(command: Command) -> Command:
    """Add `--data DIR` and `--pgid N`, handed in as `data: Path` and `pgid: int | None`."""
    pgid = click.option(
        "--pgid",
        type=click.IntRange(min=1),
        metavar="N",
        help="Practice group; by default the only one there, else 1000.",
    )
    data = click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="CHAIRSIDE_DATA",
        default=default_data,
        metavar="DIR",
        help="Where practices are kept (or CHAIRSIDE_DATA).",
    )
    return data(pgid(command))


def default_data() -> Path:
    """Return the platform's folder for user data."""
    import platformdirs

    return platformdirs.user_data_path("chairside", appauthor=False)


def chosen_pgid(data: Path, pgid: int | None) -> int:
    """Return the practice group that is meant: as said, else the only one there, else 1000."""
    if pgid is not None:
        return pgid
    try:
        there = [int(p.name) for p in data.iterdir() if p.name.isdecimal() and p.is_dir()]
    except OSError:
        there = []
    return there[0] if len(there) == 1 else DEFAULT_PGID


def system_user() -> str:
    """Return who runs this and where, as `name@computer`: the terminal of what needs no account."""
    import platform

    if sys.platform == "win32":
        name = os.environ.get("USERNAME", "somebody")
    else:
        import pwd

        try:
            name = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            name = str(os.geteuid())
    return f"{name}@{platform.node() or 'this computer'}"


def open_practice(data: Path, pgid: int | None) -> Practice:
    """Open the practice of `data_options`; the caller closes it. Raises StoreProblem, NotFound."""
    from store.clock import SystemClock
    from store.practice import Practice

    return Practice.open(data, chosen_pgid(data, pgid), SystemClock())


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """Yield `cancelled()`, which turns true at the first Ctrl+C; the second one ends at once."""
    asked = threading.Event()

    def note(_signal: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


class ProgressPrinter:
    """Progress on standard error: a bar on a terminal, a few plain lines elsewhere.

    Call it as often as you like with a label and how much is done of how much; it prints only
    when something visible changed. Use as a context manager, so that the bar's line is ended.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last: tuple[str, int] | None = None

    def __enter__(self) -> ProgressPrinter:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._bar and self._last is not None:
            click.echo(err=True)

    def __call__(self, label: str, done: int, total: int) -> None:
        percent = 100 if total <= 0 else min(100, done * 100 // total)
        step = percent if self._bar else percent - percent % PLAIN_STEP
        if self._quiet or self._last == (label, step):
            return
        self._last = (label, step)
        if self._bar:
            filled = BAR_WIDTH * percent // 100
            bar = "█" * filled + "░" * (BAR_WIDTH - filled)
            click.echo(f"\r {shown(label)[:30]:<30} {bar} {percent:3d} %", nl=False, err=True)
        else:
            click.echo(f"{shown(label)}: {step} %", err=True)
