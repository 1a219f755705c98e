"""`chairside users sessions`: who is signed in where, and ending it (REQUIREMENTS S7)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.finding import user_named
from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
    Number,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
    shown,
)

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice


@click.command("sessions")
@data_options
@user_options
@click.argument("name", required=False)
@click.option("--end", "ended", type=Number(1), metavar="ID", help="End this session.")
@json_option
@handles_errors
def sessions(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    name: str | None,
    ended: int | None,
    as_json: bool,
) -> None:
    """List open sessions, of one user or of all, or end one."""
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        _sessions(practice, actor, name, ended, as_json)


def _sessions(
    practice: Practice, actor: Actor, name: str | None, ended: int | None, as_json: bool
) -> None:
    from store.use_cases.sessions import end_session, list_sessions

    if ended is not None:
        practice.call(end_session, actor, ended)
        click.echo(f"Session {ended} is ended.", err=as_json)
    whose = None if name is None else user_named(practice, actor, name).user_id
    found = practice.call(list_sessions, actor, whose)
    if as_json:
        print_json(
            [
                {
                    "id": one.session_id,
                    "user": one.user_name,
                    "terminal": one.terminal,
                    "source": one.source,
                    "started_at": one.started_at.isoformat(),
                    "mine": one.is_mine,
                }
                for one in found
            ]
        )
        return
    for one in found:
        mine = "  this command" if one.is_mine else ""
        click.echo(
            f"{one.session_id:>6}  {shown(one.user_name):<16}  {shown(one.terminal):<24}"
            f"  since {one.started_at:%d %b %H:%M} UTC{mine}"
        )
