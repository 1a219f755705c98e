"""`chairside download patient`: a copy of one patient's data, for that patient."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.paths import TypedPath
from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
    read_password,
    until_interrupted,
)


@click.command("patient")
@data_options
@user_options
@click.argument("patient", metavar="PATIENT")
@click.option("--to", "folder", type=TypedPath(), required=True, metavar="DIR")
@click.option(
    "--to-whom",
    required=True,
    metavar="TEXT",
    help="Who gets it: the patient or who acts for them.",
)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    help="What opens it: 15 characters or more; - is the input.",
)
@json_option
@handles_errors
def patient(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    patient: str,
    folder: Path,
    to_whom: str,
    passphrase_file: str | None,
    as_json: bool,
) -> None:
    """Make an encrypted copy of one patient's data, at once, for that patient.

    PATIENT is a number, a chart number or a name to the letter. It holds nobody else's data.
    """
    from exporter.runner.patient_archive import make_patient_archive
    from store.use_cases.patient_download import authorise_patient_download
    from store.use_cases.unattended import Progress
    from tui.commands.portal_desk import one_patient

    password = ask_password(user, password_file)
    passphrase = read_password(passphrase_file, "Passphrase for this copy", confirm=True)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        who = one_patient(practice, actor, patient)
        copy = practice.call(
            authorise_patient_download,
            actor,
            who.patient_id,
            to_whom=to_whom,
            password=password,
            passphrase=passphrase,
        )
        with ProgressPrinter(quiet=as_json) as printer, until_interrupted() as cancelled:

            def show(progress: Progress) -> None:
                done, total = progress.rows, progress.rows_total
                printer("Writing", done, total, f"{done:,} rows")

            made = make_patient_archive(practice, actor, copy, folder, show, cancelled)
    if as_json:
        print_json({**who.as_json(), "file": str(made.path), "rows": made.rows})
    else:
        click.echo(f"Saved as {made.path}, {made.rows:,} rows. The disclosure is recorded.")
        click.echo("Tell the passphrase by another way than the file takes.", err=True)
