"""What portal commands share: signing in, and going through one patient or a list of them.

One rule: each patient of a list is answered on a line of its own, and where one fails the others
are done all the same.
"""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from store.errors import BadInput, ChairsideError, Refused, SessionEnded
from tui.commands.portal_patients import SeveralPatients, Who, patient_named
from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
    data_options,
    json_option,
    open_practice,
    print_json,
    shown,
    until_interrupted,
)

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Desk:
    """Who works on which practice; `opened` signs in for the length of one command."""

    data: Path
    pgid: int | None
    user: str
    password_file: str | None

    @contextmanager
    def opened(self) -> Iterator[tuple[Practice, Actor]]:
        """Ask for the password, open the practice, sign in and, at the end, out."""
        password = ask_password(self.user, self.password_file)
        with (
            open_practice(self.data, self.pgid) as practice,
            signed_in(practice, self.user, password) as actor,
        ):
            yield practice, actor


def patients_argument(command: Command) -> Command:
    """Add `PATIENT...`, handed in as `asked: tuple[str, ...]`, and `--json`."""
    argument = click.argument("asked", metavar="PATIENT...", nargs=-1, required=True)
    return argument(json_option(command))


def desk_options(command: Command) -> Command:
    """Add what names practice and user; the command takes `**where` and calls `desk(where)`."""
    return data_options(user_options(command))


def day_of(practice: Practice, at: datetime | None) -> str:
    """Return the practice's day of a moment, as `5 Dec 2026`; empty for none."""
    from store.clock import date_in_zone
    from store.use_cases.signing_in import practice_card

    if at is None:
        return ""
    day = date_in_zone(at, practice.call(practice_card).time_zone)
    return f"{day.day} {day:%b %Y}"


def column(text: str, width: int) -> str:
    """Return text from data, filled up to a width in cells; Chinese letters take two."""
    drawn = shown(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in drawn)
    marks = sum(unicodedata.combining(c) > 0 for c in drawn)
    return drawn + " " * max(0, width - len(drawn) - wide + marks)


def desk(where: dict[str, Any]) -> Desk:
    """Return the desk of `desk_options`."""
    return Desk(where["data"], where["pgid"], where["user"], where["password_file"])


class WouldFailForAll(ChairsideError):
    """What the other patients of a list would meet as well, as a printer that is off: it stops."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done for one patient: a sentence for people, and facts for programs."""

    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)


def one_patient(practice: Practice, actor: Actor, asked: str) -> Who:
    """Return the patient who is meant; others it fits are told. Raises as `patient_named`."""
    try:
        return patient_named(practice, actor, asked)
    except SeveralPatients as several:
        for one in several.candidates:
            click.echo(f"  {one.patient_id:>8}  {one.line}", err=True)
        raise


def for_each(
    practice: Practice,
    actor: Actor,
    asked: tuple[str, ...],
    do: Callable[[Who], Answer],
    as_json: bool,
) -> None:
    """Do something for one patient, or for each of a list, and tell it patient by patient.

    `-` reads the list from standard input, one patient a line. In a list each is answered on its
    own line, the rest is done where one fails, and a failure makes the exit code 1. A missing
    right, an ended session or a printer that is off stops the list: the others would fail too.
    """
    if asked == ("-",):
        _through_list(practice, actor, _from_standard_input(), do, as_json)
    elif len(asked) > 1:
        _through_list(practice, actor, list(asked), do, as_json)
    else:
        _one(practice, actor, asked[0], do, as_json)


def _one(
    practice: Practice, actor: Actor, asked: str, do: Callable[[Who], Answer], as_json: bool
) -> None:
    try:
        who = one_patient(practice, actor, asked)
        answer = do(who)
    except ChairsideError as problem:
        if as_json:
            print_json(_failure(asked, problem))
        raise
    if as_json:
        print_json({"asked": asked, "ok": True, **who.as_json(), **answer.facts})
    else:
        _tell_line(f"{who.line}: {answer.sentence}", {}, as_json)


def _through_list(
    practice: Practice,
    actor: Actor,
    asked: list[str],
    do: Callable[[Who], Answer],
    as_json: bool,
) -> None:
    failed = done = 0
    with until_interrupted() as interrupted:
        for text in asked:
            if interrupted():
                break
            try:
                who = patient_named(practice, actor, text)
                answer = do(who)
            except (Refused, SessionEnded):
                _tell_end(done, failed, len(asked))
                raise
            except ChairsideError as problem:
                failed += 1
                _tell_failure(text, problem, as_json)
                if isinstance(problem, WouldFailForAll):
                    break
                continue
            done += 1
            facts = {"asked": text, "ok": True, **who.as_json(), **answer.facts}
            _tell_line(f"{who.line}: {answer.sentence}", facts, as_json)
    _tell_end(done, failed, len(asked))
    if done < len(asked):
        raise SystemExit(1)


def _tell_line(line: str, facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts))
    elif sys.stdout.isatty():
        # A password or a name is never torn apart at the edge of the screen.
        width = shutil.get_terminal_size().columns - 1
        click.echo(click.wrap_text(line, width, subsequent_indent="  "))
    else:
        click.echo(line)


def _tell_failure(asked: str, problem: ChairsideError, as_json: bool) -> None:
    known = "; ".join(who.line for who in getattr(problem, "candidates", []))
    more = f" {known}." if known else ""
    line = f"{shown(asked)}: not done. {shown(problem.sentence)}{more}"
    _tell_line(line, _failure(asked, problem), as_json)


def _failure(asked: str, problem: ChairsideError) -> dict[str, Any]:
    failure: dict[str, Any] = {"asked": asked, "ok": False, "error": problem.sentence}
    if known := getattr(problem, "candidates", ()):
        failure["candidates"] = [who.as_json() for who in known]
    if missing := getattr(problem, "missing", ()):
        failure["missing"] = [{"field": one.field, "what": one.sentence} for one in missing]
    return failure


def _tell_end(done: int, failed: int, asked: int) -> None:
    left = asked - done - failed
    more = f", {left} not begun" if left else ""
    click.echo(f"{done} done, {failed} failed{more}.", err=True)


def _from_standard_input() -> list[str]:
    """Return the lines of standard input that name somebody. Raises BadInput."""
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The list on standard input is not UTF-8 text.") from None
    asked = [line.strip() for line in text.splitlines() if line.strip()]
    if not asked:
        raise BadInput(
            "No patient came on standard input.",
            kept="Nothing was changed.",
            do="Write one patient on each line.",
        )
    return asked
