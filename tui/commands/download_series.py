"""`chairside download series`: downloads that repeat."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.done import tell_done
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
    from store.use_cases.series import SeriesView


@click.group("series")
def series() -> None:
    """See and end data downloads that repeat; `download request --repeat` begins one."""


@series.command("list")
@data_options
@user_options
@json_option
@handles_errors
def list_(
    data: Path, pgid: int | None, user: str, password_file: str | None, as_json: bool
) -> None:
    """List downloads that repeat, those that ended last."""
    from store.use_cases.series import list_series

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = practice.call(list_series, actor)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if not found:
        click.echo("No data download repeats.")
    for one in found:
        who = "you" if one.is_mine else one.requested_by
        click.echo(f"{one.series_id:>5}  {one.rhythm:<8}  {shown(who):<24}  {shown(_state(one))}")


@series.command("end")
@data_options
@user_options
@click.argument("series_id", metavar="ID", type=Number(1))
@json_option
@handles_errors
def end(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    series_id: int,
    as_json: bool,
) -> None:
    """End a download that repeats; what is ready stays until it expires."""
    from store.use_cases.series import end_series

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        practice.call(end_series, actor, series_id)
    tell_done(f"Repeating download {series_id} has ended.", {"id": series_id}, as_json)


def _state(one: SeriesView) -> str:
    if one.ended_at is not None:
        return f"ended {one.ended_at:%Y-%m-%d}: {one.reason}"
    if one.waits:
        return "waits until it is confirmed again"
    return f"next {one.next_on}, to be confirmed again by {one.confirm_again_at:%Y-%m-%d}"


def _as_json(one: SeriesView) -> dict[str, Any]:
    return {
        "id": one.series_id,
        "repeats": one.rhythm,
        "requested_by": one.requested_by,
        "mine": one.is_mine,
        "next": None if one.next_on is None else one.next_on.isoformat(),
        "confirmed_at": one.confirmed_at.isoformat(),
        "confirm_again_at": one.confirm_again_at.isoformat(),
        "waits": one.waits,
        "ended_at": None if one.ended_at is None else one.ended_at.isoformat(),
        "reason": one.reason or None,
    }
