"""`chairside import`: bring another system's data into the store.

One rule: it ends with a table of what was read, written and refused, and why; nothing is left out
in silence.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
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
    from store.imports.opendental.report import ImportReport, TableReport

_COLUMNS = ("Table", "Read", "Written", "Refused")


@click.group("import")
def group() -> None:
    """Bring another system's data into the store."""


@group.command("opendental")
@click.argument("source", type=click.Path(path_type=Path), metavar="SOURCE")
@data_options
@user_options
@json_option
@handles_errors
def opendental(
    source: Path,
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Import a mysqldump of an Open Dental database, plain or .gz: all of it, or nothing.

    Importing a newer dump of the same database brings the rows up to date and doubles none.
    """
    from store.use_cases.importing import import_opendental

    password = ask_password(user, password_file)
    with (
        open_practice(data, pgid) as practice,
        signed_in(practice, user, password) as actor,
        until_interrupted() as cancelled,
        ProgressPrinter(quiet=as_json) as progress,
    ):

        def show(_table: str, done: int, total: int) -> None:
            progress("Import", done, total)

        report = practice.call(import_opendental, actor, source, show, cancelled)
    if as_json:
        print_json(report.as_dict())
    else:
        tell(report)


def tell(report: ImportReport) -> None:
    """Print what an import did: a table of counts, then reasons and notes, a line each."""
    tables = list(report.tables.values())
    width = max([len(_COLUMNS[0]), *(len(shown(_name(table))) for table in tables)])
    click.echo(f"{_COLUMNS[0]:<{width}}  {_COLUMNS[1]:>11}  {_COLUMNS[2]:>11}  {_COLUMNS[3]:>11}")
    for table in tables:
        _tell_counts(_name(table), width, table.read, table.written, table.refused)
    _tell_counts("All", width, report.rows_read, report.rows_written, report.rows_refused)
    for line in report.lines():
        click.echo(shown(line))


def _name(table: TableReport) -> str:
    return table.source if table.source == table.target else f"{table.source} > {table.target}"


def _tell_counts(name: str, width: int, *counts: int) -> None:
    click.echo(f"{shown(name):<{width}}" + "".join(f"  {count:>11,}" for count in counts))
