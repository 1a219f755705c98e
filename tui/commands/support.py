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
from time import monotonic
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from store.errors import BadInput, ChairsideError
from tui.commands.paths import TypedPath
from tui.streams import code_of_unread, give_up_unread, say

if TYPE_CHECKING:
    from types import FrameType

    from exporter.archive.progress import Progress
    from store.practice import Practice

P = ParamSpec("P")
R = TypeVar("R")
Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_PGID = 1000
LARGEST = 10**18 - 1
"""Whole numbers of SQLite have up to nineteen digits; nothing of ours comes near."""
BAR_WIDTH = 12
LINE_WIDTH = 79
DRAW_EVERY = 1.0
"""Seconds."""
ENDING_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
"""What tells a command to end; Windows has no SIGHUP."""
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
            say(f"{problem.title}. {shown(problem.sentence)}")
            raise SystemExit(1) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as problem:  # noqa: BLE001 - a traceback shows data and secrets
            if isinstance(problem, OSError) and give_up_unread():
                raise SystemExit(code_of_unread(problem)) from None
            say(
                f"An unexpected error ({type(problem).__name__}). What was saved before is kept;"
                " nothing half done was saved. Tell IT support which command it was."
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
    password_file: str | None,
    prompt: str = "Password",
    *,
    confirm: bool = False,
    option: str = "--password-file",
    may_be_empty: bool = False,
) -> str:
    """Return the password: from a file, one line of standard input, or asked for unseen.

    `-` reads exactly one line, so a second secret may follow on the next one. Raises BadInput for
    a missing or unreadable file, or an empty one unless it `may_be_empty`, and a usage error, which
    names the `option`, where there is no terminal to ask on.
    """
    if password_file is None:
        if not sys.stdin.isatty():
            raise click.UsageError(f"There is no terminal to ask on: use {option} FILE.")
        default = "" if may_be_empty else None
        asked = click.prompt(
            prompt,
            default=default,
            show_default=False,
            hide_input=True,
            err=True,
            confirmation_prompt=confirm,
        )
        return str(asked)
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
    if not password and not may_be_empty:
        raise BadInput("The password file is empty.", do="Put the password on its first line.")
    return password


class Number(click.IntRange):
    """A whole number that the store can hold: a larger one is refused in a sentence."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = super().convert(value, param, ctx)
        if number > LARGEST:
            self.fail(f"{value} is too large: nothing here has such a number.", param, ctx)
        return number


def data_options(command: Command) -> Command:
    """Add `--data DIR` and `--pgid N`, handed in as `data: Path` and `pgid: int | None`."""
    pgid = click.option(
        "--pgid",
        type=Number(1),
        metavar="N",
        help="Practice group; by default the only one there, else 1000.",
    )
    data = click.option(
        "--data",
        type=TypedPath(file_okay=False),
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
    from store.folder import practices_in

    try:
        there = practices_in(data)
    except OSError:
        there = ()
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
def until_stopped() -> Iterator[threading.Event]:
    """Yield an event that Ctrl+C, SIGTERM or a closed terminal sets.

    A second Ctrl+C ends at once. A closed terminal says so more than once: that is no impatience.
    What is not to be heard (nohup) is not heard here either.
    """
    stop = threading.Event()

    def note(number: int, _frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {one: signal.getsignal(one) for one in ENDING_SIGNALS}
    heard = [one for one, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    for one in heard:
        signal.signal(one, note)
    try:
        yield stop
    finally:
        for one in heard:
            signal.signal(one, before[one])


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """Yield `cancelled()`, which turns true when the command is to end, as `until_stopped` says."""
    with until_stopped() as stop:
        yield stop.is_set


class ProgressPrinter:
    """Progress on standard error: a bar on a terminal, a few plain lines elsewhere.

    Call it as often as you like with a label, how much is done of how much, and figures in words.
    The bar is drawn once a second at most, for slow lines, and when all is done; it tells the time
    that is left as well. Use as a context manager, so that the bar's line is ended.
    """

    def __init__(self, *, quiet: bool = False, now: Callable[[], float] = monotonic) -> None:
        """`now` tells seconds of a clock that is never set."""
        self._quiet, self._now = quiet, now
        self._bar = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last: tuple[str, int] | None = None
        self._drawn_at, self._began, self._total = -DRAW_EVERY, 0.0, -1

    def __enter__(self) -> ProgressPrinter:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._bar and self._last is not None:
            say("")

    def __call__(self, label: str, done: int, total: int, figures: str = "") -> None:
        if self._quiet:
            return
        percent = 100 if total <= 0 else min(100, done * 100 // total)
        if self._bar:
            self._draw(label, done, total, percent, figures)
            return
        step = percent - percent % PLAIN_STEP
        if self._last != (label, step):
            self._last = (label, step)
            say(f"{shown(label)}: {step} %")

    def _draw(self, label: str, done: int, total: int, percent: int, figures: str) -> None:
        from tui.widgets.words import time_left

        now = self._now()
        if total != self._total:
            # Other work, whose pace is not known yet.
            self._began, self._total = now, total
        is_over = percent == 100 and self._last != (label, percent)
        if now - self._drawn_at < DRAW_EVERY and not is_over:
            return
        self._drawn_at, self._last = now, (label, percent)
        spent = now - self._began
        left = time_left(spent * (total - done) / done) if done and spent >= 1 else ""
        told = " · ".join(part for part in (figures, left) if part)
        filled = BAR_WIDTH * percent // 100
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        line = f" {shown(label)[:20]:<20} {bar} {percent:3d} %  {told}"
        say(f"\r{line[:LINE_WIDTH]:<{LINE_WIDTH}}", ends=False)


@contextmanager
def archive_progress(
    *, quiet: bool
) -> Iterator[tuple[Callable[[Progress], None], Callable[[], bool]]]:
    """Show how far work on an archive is, and stop it at Ctrl+C; yields what the work calls."""
    from tui.widgets.words import size

    with until_interrupted() as cancelled, ProgressPrinter(quiet=quiet) as printer:

        def report(progress: Progress) -> None:
            rows = f"{progress.rows_done:,} rows, " if progress.rows_total else ""
            done, total = progress.bytes_done, progress.bytes_total
            printer(progress.table, done, total, f"{rows}{size(done)}")

        yield report, cancelled
