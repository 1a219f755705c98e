"""`chairside import`: bring data into the store, another system's or an archive's.

One rule: it ends with a table of what was read, written and refused, and why; nothing is left out
in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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
    shown,
    until_interrupted,
)

if TYPE_CHECKING:
    from exporter.database.address import Address
    from exporter.database.line import ServerLine
    from store.imports.report import ImportReport, TableReport

_COLUMNS = ("Table", "Read", "Written", "Refused")


@click.group("import")
def group() -> None:
    """Bring another system's data, or an archive, into the store."""


@group.command("opendental")
@click.argument("source", metavar="SOURCE")
@data_options
@user_options
@click.option(
    "--database-password-file",
    metavar="FILE",
    help="Read the database user's password from the first line of FILE, which may be empty; - is"
    " standard input, after the line of --password-file.",
)
@json_option
@handles_errors
def opendental(
    source: str,
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    database_password_file: str | None,
    as_json: bool,
) -> None:
    """Import an Open Dental database: all of it, or nothing.

    SOURCE is a file that mysqldump made, plain or .gz, or mysql://user@host[:port]/database, which
    is only read. The line to another computer must be encrypted.

    Importing the same database again brings the rows up to date and doubles none.
    """
    from store.use_cases.importing import import_opendental

    address = _address(source, database_password_file)
    password = ask_password(user, password_file)
    of_database = _database_password(address, database_password_file) if address else ""
    with (
        open_practice(data, pgid) as practice,
        signed_in(practice, user, password) as actor,
        _opened(source, address, of_database) as opened,
        until_interrupted() as cancelled,
        ProgressPrinter(quiet=as_json) as progress,
    ):

        def show(_table: str, done: int, total: int) -> None:
            progress("Import", done, total)

        report = practice.call(import_opendental, actor, opened, show, cancelled)
    if as_json:
        print_json(report.as_dict())
    else:
        tell(report)


def _address(source: str, password_file: str | None) -> Address | None:
    """Return the address that a source is; None for a file. Raises BadInput."""
    from exporter.database.address import is_address, parse

    if is_address(source):
        return parse(source)
    if password_file is not None:
        raise click.UsageError("--database-password-file goes with mysql://user@host/database.")
    return None


def _database_password(address: Address, password_file: str | None) -> str:
    return read_password(
        password_file,
        f"Password of {address.user} at {address.name}",
        option="--database-password-file",
        may_be_empty=True,
    )


@contextmanager
def _opened(source: str, address: Address | None, password: str) -> Iterator[Path | ServerLine]:
    """Yield a file, which the import opens itself, or a connection to a server."""
    if address is None:
        yield Path(source)
        return
    from exporter.database.line import ServerLine

    with ServerLine(address, password) as line:
        yield line


@group.command("archive")
@click.argument("file", type=TypedPath(), metavar="FILE")
@data_options
@user_options
@click.option(
    "--archive-password-file",
    metavar="FILE",
    help="Read the archive's password from the first line of FILE; - is standard input, after the"
    " line of --password-file.",
)
@click.option(
    "--with-rights",
    is_flag=True,
    help="Also take groups, memberships, rights and settings; needs the Security right.",
)
@json_option
@handles_errors
def archive(
    file: Path,
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    archive_password_file: str | None,
    with_rights: bool,
    as_json: bool,
) -> None:
    """Read an archive of a whole practice into a new, empty practice: all of it, or nothing.

    Users come in without a password: an administrator gives them a new one. Without --with-rights
    they are in no group either.
    """
    from exporter.archive.progress import Progress
    from exporter.archive.read_in import WholeArchive
    from exporter.archive.reader import Archive
    from store.imports.archive.importer import RowsRefused
    from store.use_cases.importing import import_archive

    password = ask_password(user, password_file)
    of_archive = read_password(
        archive_password_file, "Password of the archive", option="--archive-password-file"
    )
    with (
        open_practice(data, pgid) as practice,
        signed_in(practice, user, password) as actor,
        Archive.open(file, of_archive) as opened,
        until_interrupted() as cancelled,
        ProgressPrinter(quiet=as_json) as progress,
    ):

        def show(at: Progress) -> None:
            progress("Import", at.bytes_done, at.bytes_total)

        source = WholeArchive(opened, show, cancelled)
        try:
            report = practice.call(
                import_archive, actor, source, with_rights=with_rights, stage=progress
            )
        except RowsRefused as refused:
            _tell_refused(refused.report, as_json=as_json)
            raise
    if as_json:
        print_json({"imported": True, **report.as_dict()})
    else:
        tell(report)


def _tell_refused(report: ImportReport, *, as_json: bool) -> None:
    """Name the rows because of which nothing was imported."""
    if as_json:
        print_json({"imported": False, **report.as_dict()})
        return
    for line in report.lines():
        if ": refused " in line:
            click.echo(shown(line))


def tell(report: ImportReport) -> None:
    """Print what an import did: a table of counts, then reasons and notes, a line each."""
    tables = [table for table in report.tables.values() if table.read]
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
