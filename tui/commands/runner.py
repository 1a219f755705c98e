"""`chairside runner`: the unattended run, from a timer or by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.support import (
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    password_option,
    print_json,
    until_interrupted,
)

if TYPE_CHECKING:
    from exporter.runner.run import Outcome
    from store.use_cases.unattended import Job, Progress


@click.group("runner")
def group() -> None:
    """Do the data downloads that are due."""


@group.command("run")
@data_options
@click.option("--now", is_flag=True, help="Scheduled ones too, at once; needs --user.")
@click.option("--user", metavar="NAME", help="With --now: who holds Setup - Security.")
@password_option
@json_option
@handles_errors
def run(
    data: Path,
    pgid: int | None,
    now: bool,
    user: str | None,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Do every download that is due. Safe to run as often as you like."""
    from exporter.runner.run import run_due

    if now and user is None:
        raise click.UsageError("--now needs --user: it takes the right Setup - Security.")
    with open_practice(data, pgid) as practice:
        if user is not None and now:
            from store.use_cases.running import bring_forward
            from tui.commands.signing_in import ask_password, signed_in

            with signed_in(practice, user, ask_password(user, password_file)) as actor:
                practice.call(bring_forward, actor)
        with ProgressPrinter(quiet=as_json) as printer, until_interrupted() as cancelled:

            def show(job: Job, progress: Progress) -> None:
                printer(f"Download {job.download_id}", progress.rows, progress.rows_total)

            outcomes = run_due(practice, show, cancelled)
    if as_json:
        print_json([_as_json(outcome) for outcome in outcomes])
    else:
        tell(outcomes)
    if any(outcome.made is None for outcome in outcomes):
        raise SystemExit(1)


def tell(outcomes: list[Outcome]) -> None:
    """Print how each job ended."""
    if not outcomes:
        click.echo("Nothing is due.")
    for outcome in outcomes:
        name = f"Download {outcome.job.download_id} of {outcome.job.run_on:%d %b %Y}"
        if outcome.made is not None:
            rows = sum(file.rows or 0 for file in outcome.made.files)
            size = outcome.made.file_bytes
            click.echo(f"{name}: ready, {rows:,} rows, {size:,} bytes.")
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
