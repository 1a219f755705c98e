"""`chairside audit`: the audit trail and the access review, for auditors and scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.commands.paths import TypedPath
from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
    Number,
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
    shown,
    until_interrupted,
)

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.access_review import AccessReview
    from store.use_cases.audit_trail import AuditEvent, AuditFilter

Command = TypeVar("Command", bound=Callable[..., Any])
_FILTERS = (
    ("--from", "since", "DAY", "Events of this day and later, as 2026-11-20."),
    ("--until", "until", "DAY", "Events of this day and earlier."),
    ("--by", "by", "NAME", "Events of this user; nobody for the unattended run."),
    ("--action", "action", "NAME", "As download.request; download. for all that begin so."),
    ("--right", "right", "CODE", "As utilities.data_download."),
    ("--patient", "patient", "NUMBER", "Events about this patient."),
    ("--terminal", "terminal", "TEXT", "Part of the terminal's name."),
    ("--text", "text", "TEXT", "Part of what was done."),
)


@click.group("audit")
def group() -> None:
    """Look at the audit trail, export it, check it; print who holds which right."""


def filter_options(command: Command) -> Command:
    """Add the options of a filter, handed in by the names of `_FILTERS`."""
    for option, name, metavar, text in reversed(_FILTERS):
        kind: click.ParamType[Any] = click.STRING
        if metavar == "DAY":
            kind = click.DateTime(["%Y-%m-%d"])
        elif metavar == "NUMBER":
            kind = Number(1)
        command = click.option(option, name, type=kind, metavar=metavar, help=text)(command)
    return command


@group.command("list")
@data_options
@user_options
@filter_options
@click.option("--limit", type=Number(1), default=50, show_default=True, metavar="N")
@json_option
@handles_errors
def list_(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    limit: int,
    as_json: bool,
    **asked: Any,
) -> None:
    """List events, newest first."""
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = _read(practice, actor, _filter(practice, actor, asked), limit)
    if as_json:
        print_json([_as_json(event) for event in found])
        return
    if not found:
        click.echo("No event fits.")
    for event in found:
        click.echo(
            f"{event.seq:>8}  {event.at:%Y-%m-%d %H:%M:%S}Z  {shown(event.who)[:20]:<20}"
            f"  {shown(event.action):<24}  {shown(event.text)}"
        )


@group.command("export")
@data_options
@user_options
@filter_options
@click.option("--form", type=click.Choice(["csv", "pdf"]), default="csv", show_default=True)
@click.option("--to", "folder", type=TypedPath(), required=True, metavar="DIR")
@json_option
@handles_errors
def export(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    form: str,
    folder: Path,
    as_json: bool,
    **asked: Any,
) -> None:
    """Save events to a folder, as CSV for a spreadsheet or as PDF for paper."""
    from exporter.reports.audit_trail import export as export_trail

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        wanted = _filter(practice, actor, asked)
        with until_interrupted() as cancelled:
            made = export_trail(practice, actor, wanted, form, folder, cancelled=cancelled)
    _tell_made(made.path, made.rows, "events", as_json)


@group.command("verify")
@data_options
@user_options
@click.option(
    "--head", metavar="EVENT:HASH", help="Hold it to a head that was written down elsewhere."
)
@json_option
@handles_errors
def verify(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    head: str | None,
    as_json: bool,
) -> None:
    """Check that no event was edited, removed, added, moved or cut off."""
    from store.use_cases import audit_trail

    password = ask_password(user, password_file)
    with (
        open_practice(data, pgid) as practice,
        signed_in(practice, user, password) as actor,
        ProgressPrinter(quiet=as_json) as printer,
        until_interrupted() as cancelled,
    ):

        def show(done: int, total: int) -> None:
            printer("Audit trail", done, total)

        try:
            report = practice.call(
                audit_trail.verify, actor, head=head, progress=show, cancelled=cancelled
            )
        except audit_trail.TrailBroken as broken:
            if as_json:
                print_json({"whole": False, "first_bad": broken.seq, "what": broken.what})
            raise
    if as_json:
        print_json(
            {
                "whole": True,
                "events": report.events,
                "head": f"{report.events}:{report.hash}",
                "heads": report.heads,
                "after_newest_head": report.after_newest_head,
                "restores": list(report.restores),
            }
        )
        return
    click.echo(f"Whole: {report.events:,} events, each as it was written.")
    if report.newest_head is None:
        click.echo("Its end could not be compared: audit-heads.log is missing or empty.")
    else:
        click.echo(
            f"Its end agrees with the heads outside the database; {report.after_newest_head:,}"
            " newer events have none yet."
        )
    for told in report.restores:
        click.echo(shown(told))
    click.echo(f"Head: {report.events}:{report.hash[:16]}  (write it down, check with --head)")


@group.command("review")
@data_options
@user_options
@click.option("--form", type=click.Choice(["csv", "pdf"]), default="csv", show_default=True)
@click.option("--to", "folder", type=TypedPath(), metavar="DIR")
@json_option
@handles_errors
def review(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    form: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Tell who holds which right, and through which group; with --to, save it as CSV or PDF."""
    from store.use_cases.access_review import access_review

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        if folder is not None:
            from exporter.reports.access_review import export as export_review

            made = export_review(practice, actor, form, folder)
            _tell_made(made.path, made.rows, "rows", as_json)
            return
        found = practice.call(access_review, actor)
    if as_json:
        print_json(_review_as_json(found))
        return
    for right in found.rights:
        click.echo(f"{right.label}" + ("" if right.holders else ": nobody"))
        for holder in right.holders:
            through = ", ".join(name for name, _level in holder.through)
            click.echo(
                f"    {right.level_words(holder.level):<13} {shown(holder.member.full_name):<24}"
                f"  through {shown(through)}"
            )


def _tell_made(path: Path, rows: int, what: str, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(path), what: rows})
    else:
        click.echo(f"Saved as {path}, {rows:,} {what}. It is not encrypted.")


def _read(practice: Practice, actor: Actor, wanted: AuditFilter, limit: int) -> list[AuditEvent]:
    from store.use_cases import audit_trail

    found: list[AuditEvent] = []
    before: int | None = None
    while len(found) < limit:
        page = practice.call(audit_trail.events, actor, wanted, before, limit - len(found))
        found += page.events
        before = page.next_before
        if before is None:
            break
    return found


def _filter(practice: Practice, actor: Actor, asked: dict[str, Any]) -> AuditFilter:
    from store.use_cases import audit_trail

    user_id = None
    if asked["by"]:
        offered = practice.call(audit_trail.choices, actor)
        user_id = audit_trail.person_named(offered, asked["by"]).user_id
    return audit_trail.AuditFilter(
        since=_day(asked["since"]),
        until=_day(asked["until"]),
        user_id=user_id,
        action=asked["action"],
        right=asked["right"],
        patient_id=asked["patient"],
        terminal=asked["terminal"],
        text=asked["text"],
    )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _as_json(event: AuditEvent) -> dict[str, Any]:
    return {
        "event": event.seq,
        "at": f"{event.at:%Y-%m-%dT%H:%M:%SZ}",
        "user": event.user_name or None,
        "action": event.action,
        "right": event.right or None,
        "patient": event.patient_id,
        "terminal": event.terminal,
        "source": event.source,
        "text": event.text,
        "object": event.object or None,
    }


def _review_as_json(found: AccessReview) -> dict[str, Any]:
    return {
        "rights": [
            {
                "right": right.right.value,
                "holders": [
                    {
                        "user": holder.member.user_name,
                        "level": holder.level.name.lower(),
                        "through": [name for name, _level in holder.through],
                    }
                    for holder in right.holders
                ],
            }
            for right in found.rights
        ],
        "groups": [
            {
                "group": group.name,
                "members": [member.user_name for member in group.members],
                "changed_at": None if group.modified_at is None else group.modified_at.isoformat(),
                "changed_by": group.modified_by or None,
            }
            for group in found.groups
        ],
    }
