"""How long a key takes to be seen in the kiosk, alone and while a large export runs beside it.

Run: python -m benchmarks.beside STORE [--rounds 20] [--size 80x24] [--only alone|beside]

STORE is the practice.db of a large demo: a copy, because downloads are scheduled and built in it.
The kiosk is the real program at a terminal of its own. A key is timed from its byte being written
to that terminal until what was asked for stands on the screen: for a place its own content, read
from the store, and not only its frame. Every place is opened from Home and left with Esc in each
round; one of them shows its help as well, and patients are searched letter by letter. Then the same
beside real runs, begun as from a shell, one after the other. The claim: below 100 ms at the 95th
percentile, for each place and whatever the key.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks.terminal import Terminal
from exporter.messages.delivery import deliver
from store.access import Actor
from store.clock import SystemClock
from store.imports.demo.people import DEMO_USERS
from store.practice import Practice
from store.use_cases import downloads, running, signing_in

PROGRAM: Final = (sys.executable, "-c", "from tui.commands import main; main()")
PASSWORDS: Final = {user.user_name: user.password for user in DEMO_USERS}
WORDS: Final = ("ng", "car", "o'br", "gar", "smi", "5105", "lee", "an", "tho", "ch")
HOME: Final = r"\w My Factors"
"""Stands on Home once its places are there."""
CONTENT: Final = {
    "Patients": r"▌Ahmadi[^▌]+ · no online access",
    "Invitations": r"Nobody was invited yet",
    "Groups": r"▌Administrators .*Members: Kim Adler",
    "Users": r"▌ana .*In Front Desk",
    "Security Policy": r"▌ +Passwords .*At least 15 characters",
    "Communications": r"Text messages +By files .*▌\d\d",
    "Patient Portal": r"Portal address +https.*Printed and mailed",
    "Printers": r"No printer is set up",
    "Emergency Access": r"▌Assistant .*Dental assistants",
    "Data Download": r"▌\d\d \w+ .*\n {2,}[A-Z][^\n]+(\n {2,}[a-z][^\n]+)?\. +$",
    "Export Runner": r"▌(Next|Done|Running|Waiting|Failed).*Nightly run: ",
    "Open an archive": r"▌\.\. one folder up",
    "Audit Trail": r"▌\d\d \w+ .*Event \d",
    "Access Review": r"▌Appointments .*See the day",
    "Portal Activity": r"▌Ahmadi[^▌]+ · never invited",
    "User Password": r"Present password.*At least 15 characters.*Change Password",
    "My Factors": r"▌Text message .*A six-digit code",
}
"""What stands in each place once it is there, as far down as it goes."""
HELP: Final = ("Groups", "Rights are granted to groups")
"""A place whose help is shown as well, and what it begins with."""

Key = tuple[str, str, Callable[[str], bool]]
"""What it is told as, what is written, and what the screen then shows."""


def _shows(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.DOTALL | re.MULTILINE)
    return lambda screen: compiled.search(screen) is not None


AT_HOME: Final = _shows(HOME)


def _number(home: str, label: str) -> str:
    """Return the key that stands before a place."""
    found = re.search(rf" (\w) {label} ", home)
    assert found is not None, home
    return found.group(1)


def _round(home: str) -> Iterator[Key]:
    """Open and leave each place once, and search a word letter by letter."""
    # Shuffled, so that the beginning and end of an export do not fall on the same places.
    for label, pattern in random.sample(tuple(CONTENT.items()), len(CONTENT)):
        yield f"open {label}", _number(home, label), _shows(pattern)
        if label == "Patients":
            yield from _typed()
        if label == HELP[0]:
            yield "open help", "\x1bOP", _shows(HELP[1])
            yield "leave help", "\x1b", lambda screen: HELP[1] not in screen
        yield f"leave {label}", "\x1b", AT_HOME


_WORDS = itertools.cycle(WORDS)


def _typed() -> Iterator[Key]:
    word = next(_WORDS)
    for end in range(1, len(word) + 1):
        yield "type a letter", word[end - 1], _shows(rf"Find a patient +▌ {word[:end]} ")
    yield "empty the field", "\x1b", _shows(r"Find a patient +▌ name")


class Times:
    """Milliseconds by what was done."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = {}

    def add(self, name: str, milliseconds: float) -> None:
        self._taken.setdefault(name, []).append(milliseconds)

    def __str__(self) -> str:
        everything = {
            f"every {kind}": [
                one for name, times in self._taken.items() if name.startswith(kind) for one in times
            ]
            for kind in ("open", "leave")
        }
        told = dict(sorted(self._taken.items())) | everything
        lines = [f"  {'':<24}{'p50':>6}{'p95':>6}{'most':>6}  keys"]
        for name, times in told.items():
            cuts = statistics.quantiles([*times, *times], n=100, method="inclusive")
            figures = "".join(f"{one:6.0f}" for one in (cuts[49], cuts[94], max(times)))
            lines.append(f"  {name:<24}{figures}{len(times):6}")
        return "\n".join(lines)


def _sign_in(practice: Practice, user_name: str) -> Actor:
    return practice.call(
        signing_in.sign_in,
        pgid=practice.pgid,
        user_name=user_name,
        password=PASSWORDS[user_name],
        terminal="benchmark",
        source="command_line",
    )


def _make_due(practice: Practice) -> None:
    """Let a download be due, as its requester and an administrator would."""
    dana, kim = _sign_in(practice, "dana"), _sign_in(practice, "kim")
    day = practice.call(downloads.schedule_form, dana).default_day + timedelta(days=1)
    password = PASSWORDS["dana"]
    asked = practice.call(downloads.request_download, dana, run_on=day, password=password)
    deliver(practice)
    newest = max(practice.folder.spool.glob("*-sms.txt"))
    words = newest.read_text("utf-8").split("\n\n", 1)[1].split()
    code = next(word for word in words if len(word) == 6 and word.isdigit())
    practice.call(downloads.confirm_download, dana, asked.download_id, code)
    practice.call(running.bring_forward, kim)
    for actor in (dana, kim):
        practice.call(signing_in.sign_out, actor)


class Export:
    """Real runs, one after the other, for as long as somebody asks whether one is going on.

    Args:
        store: the database; its folder's archives of the runs before are taken away.
    """

    def __init__(self, store: Path) -> None:
        self._folder = store.parent
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        for archive in (self._folder / "downloads").iterdir():
            archive.unlink()
        data, pgid = self._folder.parent, self._folder.name
        with Practice.open(data, int(pgid), SystemClock()) as practice:
            _make_due(practice)
        self._process = subprocess.Popen(
            [*PROGRAM, "runner", "run", "--data", str(data), "--pgid", pgid],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        if self._process is not None:
            self._process.wait()


def _at_home(terminal: Terminal) -> str:
    """Sign in, and return what Home shows."""
    terminal.see(_shows("User name"))
    terminal.rest(0.5)
    terminal.press("kim\r", _shows("kim"))
    terminal.rest(0.5)
    terminal.press(PASSWORDS["kim"] + "\r", AT_HOME)
    terminal.rest(1.0)
    return terminal.screen


def _measure(store: Path, rounds: int, size: tuple[int, int], export: Export | None) -> Times:
    """Do so many rounds; beside an export count only keys that it ran beside, first to last."""
    times = Times()
    command = [*PROGRAM, "--data", str(store.parent.parent), "--pgid", store.parent.name]
    with Terminal(command, size) as terminal:
        home = _at_home(terminal)
        for name, key, until in itertools.chain.from_iterable(_round(home) for _ in range(rounds)):
            if export is not None and not export.is_running:
                export.start()
            taken = terminal.press(key, until)
            if export is None or export.is_running:
                times.add(name, taken)
            terminal.rest(0.05)
    return times


def main() -> None:
    random.seed(1)
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("store", type=Path)
    asked.add_argument("--rounds", type=int, default=20)
    asked.add_argument("--size", default="80x24")
    asked.add_argument("--only", choices=("alone", "beside"))
    options = asked.parse_args()
    columns, _, rows = options.size.partition("x")
    for name in ("alone", "beside"):
        if options.only in (None, name):
            export = Export(options.store) if name == "beside" else None
            with suppress(KeyboardInterrupt):
                times = _measure(options.store, options.rounds, (int(columns), int(rows)), export)
                print(f"{name}, {options.size}\n{times}", flush=True)
            if export is not None:
                export.wait()


if __name__ == "__main__":
    main()
