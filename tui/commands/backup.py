"""`chairside backup`: the whole practice in one encrypted file, by hand or every night."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exporter.runner.priority import give_way
from tui.commands.done import tell_done
from tui.commands.paths import TypedPath
from tui.commands.support import (
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    password_option,
    print_json,
    read_password,
    shown,
    system_user,
    until_interrupted,
)

if TYPE_CHECKING:
    from exporter.archive.progress import Progress
    from exporter.backup.making import MadeBackup
    from store.access import Actor
    from store.practice import Practice

PASSPHRASE = "Passphrase of the backup"  # noqa: S105 - what is asked for


@click.group("backup", invoke_without_command=True)
@data_options
@click.option("--to", "folder", type=TypedPath(), metavar="DIR", help="Where to.")
@click.option(
    "--passphrase-file", metavar="FILE", help="What opens it, on the first line; see backup key."
)
@click.option("--user", metavar="NAME", help="Record it under this user, who holds Backup.")
@password_option
@json_option
@click.pass_context
@handles_errors
def group(
    context: click.Context,
    data: Path,
    pgid: int | None,
    folder: Path | None,
    passphrase_file: str | None,
    user: str | None,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Copy the whole practice into one encrypted file, while people work.

    It holds the database of one instant, the secret key and the heads of the audit trail; no
    archives of downloads. It is checked and read back before it has its name. Without --user it
    takes no account's password: whoever owns the folder may copy it.
    """
    if context.invoked_subcommand is not None:
        return
    if folder is None:
        raise click.UsageError("Say where the backup shall go: --to DIR.")
    password = read_password(password_file, f"Password of {user}") if user else ""
    passphrase = read_password(passphrase_file, PASSPHRASE, confirm=True)
    give_way()
    with open_practice(data, pgid) as practice:
        made = _make(practice, user, password, folder, passphrase, as_json=as_json)
    if as_json:
        print_json(_as_json(made))
    else:
        _tell(made)


@group.command("verify")
@click.argument("file", type=TypedPath(), metavar="FILE")
@click.option("--passphrase-file", metavar="FILE", help="What opens it, on the first line.")
@json_option
@handles_errors
def verify(file: Path, passphrase_file: str | None, as_json: bool) -> None:
    """Read a backup to its end and check every byte; writes nothing.

    To try one in earnest, put it back into an empty folder: chairside restore FILE --data DIR.
    """
    from exporter.backup.opening import opened

    passphrase = read_password(passphrase_file, PASSPHRASE)
    with opened(file, passphrase) as backup, ProgressPrinter(quiet=as_json) as printer:
        with until_interrupted() as cancelled:
            backup.check(lambda one: printer("Reading", one.bytes_done, one.bytes_total), cancelled)
        manifest = backup.manifest
    head = manifest.head
    if as_json:
        print_json(
            {
                "whole": True,
                "pgid": manifest.pgid,
                "practice": manifest.practice_name,
                "taken_at": f"{manifest.taken_at:%Y-%m-%dT%H:%M:%SZ}",
                "bytes": backup.bytes,
                "head": None if head is None else f"{head.seq}:{head.hash}",
            }
        )
        return
    click.echo(
        f"Whole: practice {manifest.pgid}, {shown(manifest.practice_name)}, as of"
        f" {manifest.taken_at:%d %b %Y %H:%M} UTC."
    )
    if head is not None:
        click.echo(f"Head of its audit trail: {head.seq}:{head.hash[:16]}")


@group.command("key")
@click.argument("file", type=TypedPath(), metavar="FILE")
@json_option
@handles_errors
def key(file: Path, as_json: bool) -> None:
    """Make a passphrase that nobody guesses, in a file that only you can read."""
    from exporter.backup.making import write_key

    write_key(file)
    tell_done(f"A passphrase for backups is in {file}.", {"file": str(file)}, as_json)
    click.echo(
        "Write it down and keep it apart from this computer and from the backups: without it"
        " nobody can open one, and with it everybody can.",
        err=True,
    )


def _make(
    practice: Practice,
    user: str | None,
    password: str,
    folder: Path,
    passphrase: str,
    *,
    as_json: bool,
) -> MadeBackup:
    from exporter.backup.making import make_backup
    from store.access import unattended
    from tui.commands.signing_in import signed_in

    def run(actor: Actor) -> MadeBackup:
        with ProgressPrinter(quiet=as_json) as printer, until_interrupted() as cancelled:

            def show(one: Progress) -> None:
                printer(one.table, one.bytes_done, one.bytes_total)

            return make_backup(practice, actor, folder, passphrase, show, cancelled)

    if user is None:
        return run(unattended(system_user()))
    with signed_in(practice, user, password) as actor:
        return run(actor)


def _tell(made: MadeBackup) -> None:
    click.echo(f"Backup {made.path}: {made.bytes:,} bytes, whole and read back.")
    if made.trail_fault:
        click.echo(f"The audit trail in it is not whole. {shown(made.trail_fault)}", err=True)
    if made.same_disk:
        click.echo(
            "It lies on the same disk as the practice: copy it to another place as well.", err=True
        )


def _as_json(made: MadeBackup) -> dict[str, Any]:
    head = made.manifest.head
    return {
        "file": str(made.path),
        "bytes": made.bytes,
        "sha256": made.sha256,
        "taken_at": f"{made.manifest.taken_at:%Y-%m-%dT%H:%M:%SZ}",
        "head": None if head is None else f"{head.seq}:{head.hash}",
        "trail_fault": made.trail_fault or None,
        "same_disk": made.same_disk,
    }
