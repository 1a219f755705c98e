"""`chairside runner`: the unattended run, from a timer, as a service or by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exporter.runner.priority import give_way
from tui.commands.done import tell_done
from tui.commands.runner_install import install, status
from tui.commands.support import (
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    password_option,
    print_json,
    until_stopped,
)

if TYPE_CHECKING:
    import threading

    from exporter.runner.deflating import Effort
    from exporter.runner.run import Outcome
    from store.practice import Practice
    from store.use_cases.unattended import Job, Progress


@click.group("runner")
def group() -> None:
    """Do the data downloads that are due, by hand, hourly or as a service."""


group.add_command(install)
group.add_command(status)


@group.command("run")
@data_options
@click.option("--now", is_flag=True, help="Scheduled ones too, at once; needs --user.")
@click.option("--user", metavar="NAME", help="With --now: who holds Setup - Security.")
@click.option(
    "--small", is_flag=True, help="Pack harder: an eighth smaller, two fifths longer to make."
)
@click.option("--by-timer", is_flag=True, help="What the hourly timer adds: it tells who began.")
@password_option
@json_option
@handles_errors
def run(
    data: Path,
    pgid: int | None,
    now: bool,
    user: str | None,
    small: bool,
    by_timer: bool,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Do every download that is due. Safe to run as often as you like."""
    if now and user is None:
        raise click.UsageError("--now needs --user: it takes the right Setup - Security.")
    if user is not None and not now:
        raise click.UsageError("--user goes with --now: what is due is made without signing in.")
    give_way()
    with open_practice(data, pgid) as practice:
        if user is not None:
            _bring_forward(practice, user, password_file)
        with until_stopped() as stop:
            begun = "timer" if by_timer else "hand"
            outcomes = _run(practice, stop, begun, "small" if small else "fast", quiet=as_json)
    if as_json:
        print_json([_as_json(outcome) for outcome in outcomes])
    else:
        tell(outcomes)
    if not all(outcome.is_as_wished for outcome in outcomes):
        raise SystemExit(1)


@group.command("watch")
@data_options
@json_option
@handles_errors
def watch(data: Path, pgid: int | None, as_json: bool) -> None:
    """Stay, and do what is due when it is due; for a service.

    It ends at SIGTERM or Ctrl+C, in the middle of a download as well: that one is given back and
    made by the next run. With --json every download is one line, as soon as it has ended.
    """
    from exporter.runner import watching

    give_way()
    with open_practice(data, pgid) as practice, until_stopped() as stop:
        told = f"Watching practice {practice.pgid}. Ctrl+C or SIGTERM ends it."
        click.echo(told, err=as_json)

        def once() -> None:
            outcomes = _run(practice, stop, "watch", "fast", quiet=True)
            if as_json:
                for outcome in outcomes:
                    click.echo(json.dumps(_as_json(outcome)))
            elif outcomes:
                tell(outcomes)

        watching.watch(practice, once, stop, tell_beside)
        click.echo("Stopped.", err=as_json)


@group.command("quota")
@data_options
@click.argument("gigabytes", type=click.IntRange(1, 100_000))
@click.option(
    "--user", metavar="NAME", required=True, help="Who holds Export Runner: Full Control."
)
@password_option
@json_option
@handles_errors
def quota(
    data: Path,
    pgid: int | None,
    gigabytes: int,
    user: str,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Set how many gigabytes all archives together may take."""
    from store.use_cases.room import set_quota
    from tui.commands.signing_in import ask_password, signed_in

    with (
        open_practice(data, pgid) as practice,
        signed_in(practice, user, ask_password(user, password_file)) as actor,
    ):
        practice.call(set_quota, actor, gigabytes)
    tell_done(f"Downloads may take {gigabytes} GB.", {"gigabytes": gigabytes}, as_json)


def _bring_forward(practice: Practice, user: str, password_file: str | None) -> None:
    from store.use_cases.running import bring_forward
    from tui.commands.signing_in import ask_password, signed_in

    with signed_in(practice, user, ask_password(user, password_file)) as actor:
        practice.call(bring_forward, actor)


def _run(
    practice: Practice, stop: threading.Event, started_by: str, effort: Effort, *, quiet: bool
) -> list[Outcome]:
    from exporter.runner.run import run_due

    with ProgressPrinter(quiet=quiet) as printer:

        def show(job: Job, progress: Progress) -> None:
            done, total = progress.rows, progress.rows_total
            printer(f"Download {job.download_id}", done, total, f"{done:,} rows")

        return run_due(practice, show, stop.is_set, effort, started_by, tell_beside)


def tell_beside(text: str) -> None:
    """Print what went wrong beside the outcomes."""
    click.echo(text, err=True)


def tell(outcomes: list[Outcome], *, err: bool = False) -> None:
    """Print how each job ended; `err`: beside an answer for programs."""
    if not outcomes:
        click.echo("Nothing is due.", err=err)
    for outcome in outcomes:
        name = f"Download {outcome.job.download_id} of {outcome.job.run_on:%d %b %Y}"
        if outcome.made is not None:
            rows = sum(file.rows or 0 for file in outcome.made.files)
            size = outcome.made.file_bytes
            click.echo(f"{name}: ready, {rows:,} rows, {size:,} bytes.", err=err)
        else:
            click.echo(f"{name}: {outcome.state}. {outcome.reason}", err=True)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    made = outcome.made
    return {
        "download": outcome.job.download_id,
        "for": outcome.job.run_on.isoformat(),
        "attempt": outcome.job.attempt,
        "state": outcome.state,
        "reason": outcome.reason or None,
        "file": None if made is None else made.file_name,
        "bytes": None if made is None else made.file_bytes,
        "sha256": None if made is None else made.file_sha256,
        "rows": None if made is None else sum(file.rows or 0 for file in made.files),
    }
