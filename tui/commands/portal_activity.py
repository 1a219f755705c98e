"""`chairside portal activity`: who was invited, who signed in, whose invitation failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.paths import TypedPath
from tui.commands.portal_desk import column, day_of, desk, desk_options
from tui.commands.support import (
    Number,
    handles_errors,
    json_option,
    print_json,
    shown,
    until_interrupted,
)

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.portal_activity import ActivityFilter, ActivityRow, ActivitySummary

_STATES = ("never-invited", "invited", "signed-in", "failed")


@click.command("activity")
@desk_options
@click.option("--state", type=click.Choice(_STATES), help="Only patients who stand there.")
@click.option(
    "--access", type=click.Choice(["none", "given", "removed"]), help="Only with this access."
)
@click.option("--name", default="", metavar="TEXT", help="Only where the name holds this.")
@click.option("--limit", type=Number(1), default=50, show_default=True, metavar="N")
@click.option(
    "--csv",
    "folder",
    type=TypedPath(),
    metavar="DIR",
    help="Save all of it into this folder, for a spreadsheet.",
)
@json_option
@handles_errors
def activity(
    state: str | None,
    access: str | None,
    name: str,
    limit: int,
    folder: Path | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Tell who was invited, who signed in, and what failed."""
    from store.use_cases.portal_activity import ActivityFilter, summary

    wanted = ActivityFilter((state or "").replace("-", "_"), access or "", text=name)
    with desk(where).opened() as (practice, actor):
        if folder is not None:
            _save(practice, actor, wanted, folder, as_json)
            return
        rows = _read(practice, actor, wanted, limit)
        stand = practice.call(summary, actor)
        lines = [_line(practice, row) for row in rows]
    if as_json:
        print_json({"summary": _summary_as_json(stand), "patients": [_as_json(r) for r in rows]})
        return
    for line in lines:
        click.echo(line)
    click.echo(
        f"{stand.never_invited:,} never invited, {stand.invited:,} invited,"
        f" {stand.signed_in:,} signed in, {stand.failed:,} failed.",
        err=True,
    )


def _save(
    practice: Practice, actor: Actor, wanted: ActivityFilter, folder: Path, as_json: bool
) -> None:
    from exporter.reports.portal_activity import export

    with until_interrupted() as cancelled:
        made = export(practice, actor, wanted, folder, cancelled=cancelled)
    if as_json:
        print_json({"file": str(made.path), "patients": made.rows})
    else:
        click.echo(f"Saved as {made.path}, {made.rows:,} patients. It is not encrypted.")


def _read(
    practice: Practice, actor: Actor, wanted: ActivityFilter, limit: int
) -> list[ActivityRow]:
    from store.use_cases.portal_activity import PAGE
    from store.use_cases.portal_activity import activity as page_of

    rows: list[ActivityRow] = []
    after: int | None = None
    while len(rows) < limit:
        page = practice.call(page_of, actor, wanted, after, min(PAGE, limit - len(rows)))
        rows += page.rows
        after = page.next
        if after is None:
            break
    return rows


def _line(practice: Practice, row: ActivityRow) -> str:
    words = {
        "never_invited": "never invited",
        "invited": f"invited {day_of(practice, row.invited_at)}",
        "signed_in": f"last signed in {day_of(practice, row.last_sign_in)}",
        "failed": f"invitation failed: {shown(row.reason)}",
    }
    access = f"access {row.access}" if row.access != "none" else "no access"
    return f"{row.patient_id:>7}  {column(row.name, 22)}  {access:<14}  {words[row.state]}"


def _summary_as_json(stand: ActivitySummary) -> dict[str, int]:
    return {
        "never_invited": stand.never_invited,
        "invited": stand.invited,
        "signed_in": stand.signed_in,
        "failed": stand.failed,
    }


def _as_json(row: ActivityRow) -> dict[str, Any]:
    return {
        "patient": row.patient_id,
        "name": row.name,
        "state": row.state,
        "access": row.access,
        "invited_at": None if row.invited_at is None else row.invited_at.isoformat(),
        "last_sign_in": None if row.last_sign_in is None else row.last_sign_in.isoformat(),
        "reason": row.reason or None,
    }
