"""`chairside portal provide`, `generate` and `print`: what makes a new password.

One rule: a password is shown on a terminal, or where `--reveal` asks for it, and a printed one
never is. One that nobody would ever see is not made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from store.errors import (
    BadInput,
    ChairsideError,
    Conflict,
    DiskFull,
    NotFound,
    Refused,
    SessionEnded,
)
from tui.commands.paths import TypedPath
from tui.commands.portal_desk import (
    Answer,
    WouldFailForAll,
    day_of,
    desk,
    desk_options,
    for_each,
    patients_argument,
)
from tui.commands.portal_patients import Who
from tui.commands.support import handles_errors, shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.online_access import Credentials
    from store.use_cases.printers import Destinations

Command = TypeVar("Command", bound=Callable[..., Any])
MakePassword = Callable[..., "Credentials"]


@dataclass(frozen=True)
class HandOver:
    """How a new password comes to the patient: seen here, on paper, or as a PDF."""

    seen: bool
    on_paper: bool = False
    printer: str | None = None
    to: Path | None = None


class NoSheet(ChairsideError):
    """The new password counts, but it is on no sheet for certain."""

    title = "No sheet"


class NoPrinterNow(NoSheet, WouldFailForAll):
    """The same for whoever comes next: nobody else's password is replaced for nothing."""


def _sheet_options(command: Command) -> Command:
    to = click.option(
        "--to",
        type=TypedPath(),
        metavar="PATH",
        help="Save the sheet as this .pdf file, or into this folder, instead of printing it.",
    )
    printer = click.option(
        "--printer", metavar="NAME", help="Print on this one, not on the usual printer."
    )
    return printer(to(command))


def _hand_over_options(command: Command) -> Command:
    reveal = click.option(
        "--reveal", is_flag=True, help="Show the password in JSON, or where there is no terminal."
    )
    on_paper = click.option("--print", "on_paper", is_flag=True, help="Print the sheet.")
    return on_paper(_sheet_options(reveal(command)))


@click.command("provide")
@desk_options
@patients_argument
@_hand_over_options
@handles_errors
def provide(asked: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Give online access: a user name and a one-time password.

    The portal's address must be set and the patient's contact data complete; all that is missing
    is told at once.
    """
    from store.use_cases import online_access

    how = _hand_over(as_json, **_of_sheet(options), reveal=options["reveal"])
    _for_each_new_password(asked, as_json, options, how, online_access.provide)


@click.command("generate")
@desk_options
@patients_argument
@_hand_over_options
@handles_errors
def generate(asked: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Give a new one-time password; the one before stops working."""
    from store.use_cases import online_access

    how = _hand_over(as_json, **_of_sheet(options), reveal=options["reveal"])
    _for_each_new_password(asked, as_json, options, how, online_access.generate)


@click.command("print")
@desk_options
@patients_argument
@_sheet_options
@handles_errors
def print_(asked: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Print the sheet, with a new one-time password.

    For patients who have online access; for others, provide --print does both.

    The password before cannot be printed, for only its hash is kept, and stops working.
    """
    from store.use_cases import online_access

    options["on_paper"] = options["to"] is None
    how = _hand_over(as_json, **_of_sheet(options), reveal=False)
    _for_each_new_password(asked, as_json, options, how, online_access.generate)


def _of_sheet(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("on_paper", "printer", "to")}


def _hand_over(
    as_json: bool, *, on_paper: bool, printer: str | None, to: Path | None, reveal: bool
) -> HandOver:
    """Return how the password is handed over; a usage error where nobody would see it."""
    on_paper = on_paper or printer is not None
    if on_paper and to is not None:
        raise click.UsageError("Either print the sheet, or save it with --to.")
    if on_paper or to is not None:
        if reveal:
            raise click.UsageError("A password that goes on a sheet is not shown as well.")
        return HandOver(False, on_paper, printer, to)
    if not reveal and (as_json or not sys.stdout.isatty()):
        raise click.UsageError(
            "Nobody would see the new password: say --print, --to PATH or --reveal."
        )
    return HandOver(True)


def _for_each_new_password(
    asked: tuple[str, ...],
    as_json: bool,
    where: dict[str, Any],
    how: HandOver,
    make: MakePassword,
) -> None:
    with desk(where).opened() as (practice, actor):
        _check_path(how, is_list=len(asked) > 1 or asked == ("-",))
        printer_id = _printer_id(practice, actor, how)

        def do(who: Who) -> Answer:
            made = practice.call(make, actor, who.patient_id)
            return _handed_over(practice, actor, who, made, how, printer_id)

        for_each(practice, actor, asked, do, as_json)


def _check_path(how: HandOver, *, is_list: bool) -> None:
    """Raise BadInput before a password is made that could not be saved."""
    if how.to is None:
        return
    if is_list and not how.to.is_dir():
        raise BadInput(
            "For several patients --to must name a folder that is there.",
            kept="No password was made.",
        )
    if not how.to.is_dir() and (how.to.suffix.casefold() != ".pdf" or not how.to.parent.is_dir()):
        raise BadInput(
            "--to must name a folder that is there, or a new file ending in .pdf.",
            kept="No password was made.",
        )
    if how.to.is_file():
        raise BadInput("There is a file of that name.", kept="No password was made.")


def _printer_id(practice: Practice, actor: Actor, how: HandOver) -> int | None:
    """Return the number of the printer that is named; None for the practice's usual one.

    Raises NotFound before a password is made that could not be printed.
    """
    if not how.on_paper:
        return None
    from store.use_cases.printers import destinations

    known = practice.call(destinations, actor)
    if how.printer is None:
        if not _has_usual_printer(known):
            raise NotFound(
                "No printer is set up.",
                kept="No password was made.",
                do="See: chairside printers; or save the sheet with --to.",
            )
        return None
    for one in known.printers:
        if one.name.casefold() == how.printer.strip().casefold():
            return one.printer_id
    raise NotFound(
        "No printer has that name.",
        kept="No password was made.",
        do="See: chairside printers list.",
    )


def _has_usual_printer(known: Destinations) -> bool:
    from exporter.letters.lp import default_printer

    usual = {one.kind for one in known.printers if one.is_default}
    # Ways after the PDF are never come to.
    ways = known.order[: known.order.index("pdf")] if "pdf" in known.order else known.order
    return bool(usual & set(ways)) or ("cups" in ways and default_printer() is not None)


def _handed_over(
    practice: Practice,
    actor: Actor,
    who: Who,
    made: Credentials,
    how: HandOver,
    printer_id: int | None,
) -> Answer:
    answer = what_counts(practice, made, password=made.password if how.seen else "")
    if how.seen:
        return answer
    from store.use_cases.online_access import SheetOverdue

    try:
        told, where = _sheet(practice, actor, who, made, how, printer_id)
    except (Refused, SessionEnded):
        raise
    except Conflict as problem:
        if how.on_paper and isinstance(problem, SheetOverdue):
            raise
        raise NoSheet(
            "Somebody else changed this patient's access at the same time.",
            kept="What they did counts, and no sheet was made here.",
            do="See: chairside portal status. Where they print no sheet: chairside portal print.",
        ) from None
    except ChairsideError as problem:
        from exporter.letters.problems import NotPrinted

        kind = NoPrinterNow if isinstance(problem, NotPrinted | DiskFull) else NoSheet
        raise kind(
            problem.what,
            kept=f"The new password of user name {made.user_name} counts, but nobody knows it.",
            do="Once that is mended: chairside portal print. It makes another one.",
        ) from None
    return Answer(f"{answer.sentence} {told}", {**answer.facts, **where})


def what_counts(practice: Practice, made: Credentials, password: str = "") -> Answer:
    """Tell what counts now; the password only where it is handed in."""
    until = day_of(practice, made.valid_until)
    good = f", good until {until}" if until else ""
    shown_password = f", one-time password {password}" if password else ""
    facts: dict[str, Any] = {
        "access": "given",
        "user_name": made.user_name,
        "valid_until": None if made.valid_until is None else made.valid_until.isoformat(),
    }
    if password:
        facts["password"] = password
    return Answer(f"user name {shown(made.user_name)}{shown_password}{good}.", facts)


def _sheet(
    practice: Practice,
    actor: Actor,
    who: Who,
    made: Credentials,
    how: HandOver,
    printer_id: int | None,
) -> tuple[str, dict[str, str]]:
    """Save or print the sheet; return how, in words and for programs."""
    from exporter.letters.printing import print_access_sheet, save_access_sheet

    if how.to is not None:
        path = _free_name(how.to, who.patient_id) if how.to.is_dir() else how.to
        save_access_sheet(practice, actor, who.patient_id, made.password, path)
        return f"Saved as {path}; destroy it once it is handed over.", {"file": str(path)}
    printed = print_access_sheet(practice, actor, who.patient_id, made.password, printer_id)
    told = [f"{'Printed on' if printed.is_finished else 'Sent to'} {shown(printed.printer)}."]
    if not printed.is_finished:
        told.append("Look whether it came out.")
    if printed.is_purged is False:
        told.append("The print queue may keep a copy.")
    return " ".join(told), {"printer": printed.printer}


def _free_name(folder: Path, patient_id: int) -> Path:
    """Return a name that no file of the folder has; it tells no patient's name."""
    path = folder / f"access-sheet-{patient_id}.pdf"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"access-sheet-{patient_id}-{number}.pdf"
    return path
