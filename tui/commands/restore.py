"""`chairside restore`: a practice is put back from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.paths import TypedPath
from tui.commands.support import (
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    print_json,
    read_password,
    shown,
    system_user,
    until_interrupted,
)

if TYPE_CHECKING:
    from exporter.backup.restoring import Restored


@click.command("restore")
@click.argument("file", type=TypedPath(), metavar="FILE")
@data_options
@click.option("--passphrase-file", metavar="FILE", help="What opens it, on the first line.")
@click.option("--replace", is_flag=True, help="Move a practice that is there aside; it is kept.")
@click.option(
    "--accept-broken-trail", is_flag=True, help="Take a backup whose audit trail is not whole."
)
@json_option
@handles_errors
def group(
    file: Path,
    data: Path,
    pgid: int | None,
    passphrase_file: str | None,
    replace: bool,
    accept_broken_trail: bool,
    as_json: bool,
) -> None:
    """Put a practice back from a backup.

    All of it is checked before anything that is there moves. What must not come back is ended:
    sign-ins, codes, one-time passwords, messages that wait, pending downloads and their keys. Close
    every kiosk and stop the runner's service first.
    """
    from exporter.backup.restoring import Wish, restore
    from store.access import unattended
    from store.clock import SystemClock

    passphrase = read_password(passphrase_file, "Passphrase of the backup")
    wish = Wish(file, passphrase, data, pgid, replace, accept_broken_trail)
    with ProgressPrinter(quiet=as_json) as printer, until_interrupted() as cancelled:
        done = restore(
            wish,
            SystemClock(),
            unattended(system_user()),
            lambda one: printer("Reading", one.bytes_done, one.bytes_total),
            cancelled,
        )
    if as_json:
        print_json(_as_json(done))
    else:
        _tell(done)


def _tell(done: Restored) -> None:
    manifest, replaced = done.manifest, done.replaced
    click.echo(
        f"Practice {manifest.pgid}, {shown(manifest.practice_name)}, is again as of"
        f" {manifest.taken_at:%d %b %Y %H:%M} UTC, in {done.folder}."
    )
    if replaced is not None:
        click.echo(f"The one that was there is kept in {done.folder.with_name(replaced.kept_as)}.")
        if replaced.events_since:
            click.echo(f"Events since the backup that are only there: {replaced.events_since:,}.")
    for one in done.settled:
        if one.count:
            click.echo(f"  {one.what}: {one.count:,}")
    if done.trail_fault:
        click.echo(f"The audit trail in it is not whole. {shown(done.trail_fault)}", err=True)
    click.echo(
        "Users, rights, passwords and telephones are those of that day: look at Setup > Security.",
        err=True,
    )


def _as_json(done: Restored) -> dict[str, Any]:
    replaced = done.replaced
    return {
        "pgid": done.manifest.pgid,
        "folder": str(done.folder),
        "taken_at": f"{done.manifest.taken_at:%Y-%m-%dT%H:%M:%SZ}",
        "kept": None if replaced is None else str(done.folder.with_name(replaced.kept_as)),
        "events_since": None if replaced is None else replaced.events_since,
        "settled": {one.what: one.count for one in done.settled},
        "trail_fault": done.trail_fault or None,
    }
