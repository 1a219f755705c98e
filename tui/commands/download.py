"""`chairside download`: the same use cases as the screen, second factor included."""

from __future__ import annotations

import sys
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from store.errors import NotFound, WrongCode
from tui.commands.done import tell_done
from tui.commands.download_patient import patient
from tui.commands.download_series import series
from tui.commands.paths import TypedPath
from tui.commands.signing_in import ask_password, asked_code, signed_in, user_options
from tui.commands.support import (
    Number,
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
    read_password,
    until_interrupted,
)

if TYPE_CHECKING:
    from store.access import Actor
    from store.downloads import DownloadView
    from store.practice import Practice
    from store.rhythms import Rhythm
    from store.use_cases.downloads import CodeSent, Repeat


@click.group("download")
def group() -> None:
    """Schedule, list, save and cancel data downloads."""


group.add_command(patient)
group.add_command(series)


@group.command("request")
@data_options
@user_options
@click.option(
    "--on", "run_on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Default: tomorrow."
)
@click.option(
    "--passphrase-file", metavar="FILE", help="Lock it with a passphrase instead of the password."
)
@click.option(
    "--repeat",
    type=click.Choice(["weekly", "monthly"]),
    help="Make another each week or month; a code is asked for again after 90 days.",
)
@click.option(
    "--renew",
    type=Number(1),
    metavar="ID",
    help="Confirm this repeating download again; see series list.",
)
@json_option
@handles_errors
def request(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    run_on: datetime | None,
    passphrase_file: str | None,
    repeat: Rhythm | None,
    renew: int | None,
    as_json: bool,
) -> None:
    """Schedule a data download: a six-digit code is sent, then asked for.

    Without a terminal the code is read from standard input, after the password if that is there.
    """
    from store.use_cases.downloads import request_download, schedule_form
    from store.use_cases.series import next_day

    password = ask_password(user, password_file)
    passphrase = None
    if passphrase_file is not None:
        passphrase = read_password(passphrase_file, "Passphrase for this download")
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        wanted = _repeat(practice, actor, repeat, renew)
        if run_on is not None:
            day = run_on.date()
        elif wanted is not None and wanted.renews is not None:
            day = practice.call(next_day, actor, wanted.renews)
        else:
            day = practice.call(schedule_form, actor).default_day
        sent = practice.call(
            request_download,
            actor,
            run_on=day,
            password=password,
            passphrase=passphrase,
            repeat=wanted,
        )
        scheduled = _confirm(practice, actor, sent)
    if as_json:
        print_json(_as_json(scheduled))
    else:
        repeats = f", and repeats {scheduled.repeats}" if scheduled.repeats else ""
        click.echo(
            f"Download {scheduled.download_id} is scheduled for {scheduled.run_on}{repeats}."
        )


def _repeat(
    practice: Practice, actor: Actor, rhythm: Rhythm | None, renew: int | None
) -> Repeat | None:
    from store.use_cases.downloads import Repeat
    from store.use_cases.series import list_series

    if renew is None:
        return None if rhythm is None else Repeat(rhythm)
    found = [one for one in practice.call(list_series, actor) if one.series_id == renew]
    if not found:
        raise NotFound(f"There is no repeating download {renew}.", do="See download series list.")
    return Repeat(rhythm or found[0].rhythm, renew)


def _confirm(practice: Practice, actor: Actor, sent: CodeSent) -> DownloadView:
    from store.use_cases.code_delivery import code_delivery
    from store.use_cases.downloads import code_tries_left, confirm_download

    way = partial(practice.call, code_delivery, actor, "download.schedule")
    while True:
        kind, code = asked_code(practice, sent.kinds, sent.sent_to, way)
        try:
            return practice.call(confirm_download, actor, sent.download_id, code, kind=kind)
        except WrongCode as wrong:
            left = practice.call(code_tries_left, actor, sent.download_id)
            if not left or not sys.stdin.isatty():
                raise
            click.echo(wrong.sentence, err=True)


@group.command("list")
@data_options
@user_options
@json_option
@handles_errors
def list_(
    data: Path, pgid: int | None, user: str, password_file: str | None, as_json: bool
) -> None:
    """List data downloads, newest first."""
    from store.clock import date_in_zone
    from store.use_cases.downloads import list_downloads

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = practice.call(list_downloads, actor)
    if as_json:
        print_json([_as_json(download) for download in found])
        return
    if not found:
        click.echo("No data download has been scheduled yet.")
    for download in found:
        who = "you" if download.is_mine else download.requested_by
        kept = ""
        if download.expires_at is not None:
            kept = f"kept until {date_in_zone(download.expires_at, download.time_zone):%d %b}"
        click.echo(
            f"{download.download_id:>5}  {download.run_on}  {download.state:<10}  {who:<24}  {kept}"
        )


@group.command("save")
@data_options
@user_options
@click.argument("download_id", metavar="ID", type=Number(1))
@click.option("--to", "folder", type=TypedPath(), required=True, metavar="DIR")
@json_option
@handles_errors
def save(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    download_id: int,
    folder: Path,
    as_json: bool,
) -> None:
    """Save a ready archive to a folder. Only the user who scheduled it can."""
    from exporter.archive.progress import Progress
    from exporter.runner.handing_over import hand_over
    from exporter.runner.rekeying import rekey_waiting
    from store.use_cases.retrieving import authorise_retrieval
    from tui.widgets.words import size

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        # After a change of password it may still have to be locked anew.
        rekey_waiting(practice)
        retrieval = practice.call(authorise_retrieval, actor, download_id, password)
        with ProgressPrinter(quiet=as_json) as printer, until_interrupted() as cancelled:

            def show(progress: Progress) -> None:
                done, total = progress.bytes_done, progress.bytes_total
                printer("Saving", done, total, size(done))

            saved = hand_over(practice, actor, retrieval, folder, show, cancelled)
    tell_done(
        f"Saved as {saved}. 7-Zip or WinZip opens it; see chairside archive --help.",
        {"id": download_id, "file": str(saved)},
        as_json,
    )


@group.command("cancel")
@data_options
@user_options
@click.argument("download_id", metavar="ID", type=Number(1))
@json_option
@handles_errors
def cancel(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    download_id: int,
    as_json: bool,
) -> None:
    """Give up a download that has not been made yet."""
    from store.use_cases.downloads import cancel_download

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        practice.call(cancel_download, actor, download_id)
    tell_done(f"Download {download_id} is cancelled.", {"id": download_id}, as_json)


def _as_json(download: DownloadView) -> dict[str, Any]:
    def text(moment: date | None) -> str | None:
        return None if moment is None else moment.isoformat()

    return {
        "id": download.download_id,
        "for": text(download.run_on),
        "state": download.state,
        "requested_by": download.requested_by,
        "mine": download.is_mine,
        "ready_at": text(download.ready_at),
        "expires_at": text(download.expires_at),
        "bytes": download.file_bytes,
        "repeats": download.repeats or None,
        "series": download.series_id,
        "attempts": download.attempts,
        "error": download.error,
    }
