"""`chairside archive`: list, verify, extract and convert any WinZip-AES archive, at any place.

One rule: it needs the archive and its password and nothing else: no practice, no sign-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.archive_disc import burn, to_disc
from tui.commands.paths import TypedPath
from tui.commands.support import (
    archive_progress,
    handles_errors,
    json_option,
    password_option,
    print_json,
    read_password,
    shown,
)

if TYPE_CHECKING:
    from exporter.archive.entry import Entry
    from exporter.archive.reader import Archive
    from exporter.archive.verification import Verification
    from exporter.convert.source import Conversion

_FILE = click.argument("file", type=TypedPath(), metavar="FILE")
_TABLES = click.option(
    "--table", "tables", multiple=True, metavar="NAME", help="Only this table; may be repeated."
)


@click.group("archive", help="Open, verify and convert archives.")
def group() -> None:
    """Hold the commands together."""


group.add_command(to_disc)
group.add_command(burn)


@contextmanager
def _opened(file: Path, password_file: str | None) -> Iterator[Archive]:
    from exporter.archive.reader import Archive

    password = read_password(password_file, "Password of the archive")
    with Archive.open(file, password) as archive:
        yield archive


@group.command("list")
@_FILE
@password_option
@json_option
@handles_errors
def list_entries(file: Path, password_file: str | None, as_json: bool) -> None:
    """Tell what an archive holds."""
    with _opened(file, password_file) as archive:
        answer = _contents(archive)
    if as_json:
        print_json(answer)
        return
    if answer["practice"] is not None:
        click.echo(f"{shown(answer['practice'])}, PGID {answer['pgid']}, read {answer['snapshot']}")
    for entry in answer["entries"]:
        rows = "" if entry["rows"] is None else f"{entry['rows']:,} rows"
        how = f"{entry['packing']:<10}  {entry['protection']:<15}"
        click.echo(f"{entry['bytes']:>15,}  {rows:>16}  {how}  {shown(entry['name'])}")
    for entry in answer["entries"]:
        if entry["why_not"]:
            click.echo(shown(f"{entry['name']}: {entry['why_not']}."))
    for table in answer["left_out"]:
        click.echo(f"Left out: {shown(table['table'])}. {shown(table['reason'])}")


def _contents(archive: Archive) -> dict[str, Any]:
    manifest = archive.manifest
    rows = {} if manifest is None else {table.path: table.rows for table in manifest.tables}
    return {
        "file": archive.path.name,
        "practice": None if manifest is None else manifest.practice,
        "pgid": None if manifest is None else manifest.pgid,
        "snapshot": None if manifest is None else shown(manifest.snapshot),
        "entries": [_entry(e, rows.get(e.name)) for e in archive.entries],
        "left_out": []
        if manifest is None
        else [{"table": table, "reason": reason} for table, reason in manifest.left_out],
    }


def _entry(entry: Entry, rows: int | None) -> dict[str, Any]:
    why_not = entry.oddity or ""
    if entry.hindrance is not None:
        why_not = f"{entry.hindrance[0]}; {entry.hindrance[1]} opens it"
    elif not entry.is_locked:
        why_not = "it is not encrypted and not authenticated"
    return {
        "name": entry.name,
        "bytes": entry.size,
        "packed": entry.packed_size,
        "packing": entry.packing,
        "protection": entry.protection,
        "why_not": why_not,
        "rows": rows,
    }


@group.command("verify")
@_FILE
@password_option
@json_option
@handles_errors
def verify(file: Path, password_file: str | None, as_json: bool) -> None:
    """Check every byte of an archive; exits with 1 if anything is wrong."""
    with (
        _opened(file, password_file) as archive,
        archive_progress(quiet=as_json) as (report, cancelled),
    ):
        found = archive.verify(report, cancelled)
    if as_json:
        print_json(_as_data(found))
    else:
        _tell(found)
    if not found.is_whole:
        raise SystemExit(1)


def _as_data(found: Verification) -> dict[str, Any]:
    return {
        "whole": found.is_whole,
        "described": found.is_described,
        "entries": found.entries,
        "rows": found.rows,
        "bytes": found.bytes,
        **{
            kind: [{"entry": f.entry, "fault": f.fault} for f in listed]
            for kind, listed in (
                ("findings", found.findings),
                ("notes", found.notes),
                ("unchecked", found.unchecked),
            )
        },
    }


def _tell(found: Verification) -> None:
    for finding in (*found.findings, *found.notes, *found.unchecked):
        click.echo(shown(finding.sentence))
    if found.unchecked and not found.findings:
        click.echo("Not all of it could be checked. What could be is unchanged.")
    elif not found.is_whole:
        click.echo("The archive is not whole. Copy it again from where it was made.")
    elif found.is_described:
        counts = f"{found.entries} files, {found.rows:,} rows"
        click.echo(f"Whole and unchanged: {counts}, every checksum right.")
    else:
        click.echo(
            f"Unchanged: {found.entries} files, every authentication code there is is right. "
            "The archive has no manifest of ours to count rows by."
        )


@group.command("extract")
@_FILE
@click.option("--to", "folder", required=True, type=TypedPath(), metavar="DIR")
@click.option(
    "--entry", "only", multiple=True, metavar="NAME", help="Only this entry; may be repeated."
)
@password_option
@json_option
@handles_errors
def extract(
    file: Path, folder: Path, only: tuple[str, ...], password_file: str | None, as_json: bool
) -> None:
    """Write an archive's files, unencrypted, into a folder."""
    with (
        _opened(file, password_file) as archive,
        archive_progress(quiet=as_json) as (report, cancelled),
    ):
        files = archive.extract(folder, report, cancelled, only or None)
        notes = [note.sentence for note in archive.unlocked(only or None)]
    if as_json:
        print_json({"files": [str(path) for path in files], "notes": notes})
    else:
        for note in notes:
            click.echo(shown(note))
        click.echo(f"{len(files)} files written. They are not encrypted.")


@group.command("to-csv")
@_FILE
@click.option("--to", "folder", required=True, type=TypedPath(), metavar="DIR")
@_TABLES
@password_option
@json_option
@handles_errors
def to_csv(
    file: Path, folder: Path, tables: tuple[str, ...], password_file: str | None, as_json: bool
) -> None:
    """Write an archive's tables as CSV files into a folder."""
    from exporter.convert.csv_files import to_csv as convert

    with (
        _opened(file, password_file) as archive,
        archive_progress(quiet=as_json) as (report, cancelled),
    ):
        made = convert(archive, folder, tables or None, report, cancelled)
    _tell_made(made, as_json=as_json)


@group.command("to-xlsx")
@_FILE
@click.option("--to", "target", required=True, type=TypedPath(), metavar="FILE")
@_TABLES
@password_option
@json_option
@handles_errors
def to_xlsx(
    file: Path, target: Path, tables: tuple[str, ...], password_file: str | None, as_json: bool
) -> None:
    """Write an archive's tables as one Excel workbook."""
    from exporter.convert.workbook import to_workbook

    with (
        _opened(file, password_file) as archive,
        archive_progress(quiet=as_json) as (report, cancelled),
    ):
        made = to_workbook(archive, target, tables or None, report, cancelled)
    _tell_made(made, as_json=as_json)


def _tell_made(made: Conversion, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "files": [str(path) for path in made.files],
                "tables": made.tables,
                "rows": made.rows,
                "notes": list(made.notes),
            }
        )
        return
    for note in made.notes:
        click.echo(shown(note))
    click.echo(f"{made.tables} tables, {made.rows:,} rows written. They are not encrypted.")
