"""`chairside archive to-disc` and `burn`: CSV onto discs (REQUIREMENTS D19).

One rule: a disc leaves the practice readable, so a user of the practice signs in for it and it
stands in the audit trail before its first byte is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from store.errors import BadInput
from tui.commands.paths import TypedPath
from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
    archive_progress,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
    read_password,
    shown,
)

if TYPE_CHECKING:
    from exporter.archive.reader import Archive
    from exporter.convert.disc import Discs
    from exporter.convert.source import Conversion
    from store.access import Actor
    from store.practice import Practice


@contextmanager
def _archive_of(sources: tuple[Path, ...], password_file: str | None) -> Iterator[Archive | None]:
    """Open the archive that is named, or yield None where it is CSV files."""
    if not any(path.suffix.casefold() == ".zip" for path in sources):
        yield None
        return
    if len(sources) != 1:
        raise BadInput("Name one archive, or CSV files.", kept="Nothing was written.")
    from exporter.archive.reader import Archive

    password = read_password(password_file, "Password of the archive")
    with Archive.open(sources[0], password) as archive:
        yield archive


@click.command("to-disc")
@click.argument("sources", nargs=-1, required=True, type=TypedPath())
@click.option("--to", "folder", required=True, type=TypedPath(), metavar="DIR")
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Only this table; repeats.")
@click.option("--archive-password-file", metavar="FILE", help="First line: the archive's password.")
@click.option("--encrypted", is_flag=True, help="An encrypted archive of the CSV instead.")
@click.option("--passphrase-file", metavar="FILE", help="What locks that archive; 15 characters.")
@click.option("--yes", is_flag=True, help="Understood: a disc is not encrypted.")
@data_options
@user_options
@json_option
@handles_errors
def to_disc(
    sources: tuple[Path, ...],
    folder: Path,
    tables: tuple[str, ...],
    archive_password_file: str | None,
    encrypted: bool,
    passphrase_file: str | None,
    yes: bool,
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Write disc images of an archive's tables, or of CSV files and folders of them.

    The images hold CSV only, each part with its header line, and a manifest. They are not
    encrypted; --encrypted makes an archive for 7-Zip instead.
    """
    from exporter.convert.disc import default_name

    password = ask_password(user, password_file)
    if not encrypted:
        _warn(yes=yes)
    with (
        open_practice(data, pgid) as practice,
        signed_in(practice, user, password) as actor,
        _archive_of(sources, archive_password_file) as archive,
    ):
        making = _Making(practice, actor, sources, archive, tables, as_json)
        if encrypted:
            passphrase = read_password(passphrase_file, "Passphrase for the archive", confirm=True)
            _tell_locked(making.lock(folder, passphrase), as_json=as_json)
        else:
            name = archive.path.stem if archive else default_name(sources)
            _tell_discs(making.discs(folder, name), as_json=as_json)


def _warn(*, yes: bool) -> None:
    from exporter.convert.disc import CD_IS_OPEN

    click.echo(f"{CD_IS_OPEN} To make that: --encrypted.", err=True)
    question = "Make the disc images, not encrypted?"
    if not yes and not (sys.stdin.isatty() and click.confirm(question, err=True)):
        raise BadInput("Nothing was written.", do="Say --yes for open discs, or --encrypted.")


class _Making:
    """What is made of the sources, and its traces in the audit trail."""

    def __init__(
        self,
        practice: Practice,
        actor: Actor,
        sources: tuple[Path, ...],
        archive: Archive | None,
        tables: tuple[str, ...],
        quiet: bool,
    ) -> None:
        if tables and archive is None:
            raise BadInput("--table goes with an archive.", kept="Nothing was written.")
        self._practice, self._actor = practice, actor
        self._sources, self._archive = sources, archive
        self._tables = tables or None
        self._quiet = quiet
        self._name = archive.path.name if archive else f"{len(sources)} CSV files or folders"

    def discs(self, folder: Path, name: str) -> Discs:
        """Make the images and note the disclosure; without the note they do not stay."""
        from exporter.convert.disc import csv_to_disc
        from exporter.convert.disc import to_disc as make
        from exporter.convert.disclosing import disclose

        self._begin(f"Writes {self._name} onto disc images.")
        with archive_progress(quiet=self._quiet) as (report, cancelled):
            if self._archive is None:
                made = csv_to_disc(self._sources, folder, name, report, cancelled)
            else:
                made = make(self._archive, folder, self._tables, report, cancelled)
        what = f"Wrote {self._name} onto {len(made.images)} disc images: {made.rows:,} rows."
        paths = [image.path for image in made.images]
        disclose(self._practice, self._actor, paths, form="disc", what=what)
        return made

    def lock(self, folder: Path, passphrase: str) -> Conversion:
        """Make the encrypted archive of the CSV and note the disclosure."""
        from exporter.convert.disc import default_name
        from exporter.convert.disclosing import disclose
        from exporter.convert.locked_csv import check_passphrase, lock_csv, to_locked_csv
        from store.use_cases.signing_in import practice_card

        check_passphrase(passphrase)
        if not folder.is_dir():
            raise BadInput("There is no such folder.", kept="Nothing was written.")
        zone = self._practice.call(practice_card).time_zone
        moment: datetime = self._practice.clock.now().astimezone(ZoneInfo(zone))
        self._begin(f"Writes {self._name} into an encrypted archive of CSV files.")
        name = self._archive.path.stem if self._archive else default_name(self._sources)
        path = folder / f"{name}-csv.zip"
        with archive_progress(quiet=self._quiet) as (report, cancelled):
            if self._archive is None:
                made = lock_csv(self._sources, path, passphrase, moment, report, cancelled)
            else:
                words = (self._archive, path, passphrase, moment, self._tables)
                made = to_locked_csv(*words, report, cancelled)
        what = f"Wrote {self._name} into an encrypted archive of CSV files: {made.rows:,} rows."
        disclose(self._practice, self._actor, [path], form="csv", what=what, is_encrypted=True)
        return made

    def _begin(self, what: str) -> None:
        from store.use_cases.retrieving import begin_conversion

        self._practice.call(begin_conversion, self._actor, what)


def _tell_discs(made: Discs, *, as_json: bool) -> None:
    if as_json:
        images = [
            {"file": str(i.path), "bytes": i.bytes, "files": [f.name for f in i.files]}
            for i in made.images
        ]
        rest = {"tables": made.tables, "rows": made.rows, "notes": list(made.notes)}
        print_json({"images": images, **rest})
        return
    from exporter.convert.burning import drives, why_no_drive

    for note in made.notes:
        click.echo(shown(note))
    for image in made.images:
        click.echo(f"{shown(image.path.name)}  {image.bytes / 1e6:,.1f} MB")
    click.echo(f"{made.tables} tables, {made.rows:,} rows. Read back and right. Not encrypted.")
    found = drives()
    way = "Burn each with: chairside archive burn IMAGE --user NAME" if found else why_no_drive()
    click.echo(way)


def _tell_locked(made: Conversion, *, as_json: bool) -> None:
    if as_json:
        files = [str(path) for path in made.files]
        print_json({"files": files, "tables": made.tables, "rows": made.rows})
        return
    for note in made.notes:
        click.echo(shown(note))
    click.echo(f"{shown(made.files[0].name)}: {made.tables} tables, {made.rows:,} rows, encrypted.")


@click.command("burn")
@click.argument("image", type=TypedPath(exists=True, dir_okay=False))
@click.option("--drive", metavar="ADDRESS", help="As xorriso knows it; by default the only one.")
@data_options
@user_options
@json_option
@handles_errors
def burn(
    image: Path,
    drive: str | None,
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Burn a disc image onto the blank disc in a drive, and read the disc back."""
    from exporter.convert.disc_image import check_image
    from exporter.convert.disclosing import burn_disclosed

    password = ask_password(user, password_file)
    with (
        open_practice(data, pgid) as practice,
        signed_in(practice, user, password) as actor,
        archive_progress(quiet=as_json) as (report, cancelled),
    ):
        files = check_image(image, lambda _size: None)
        address = drive or _only_drive()
        burn_disclosed(
            practice, actor, image, len(files), address, progress=report, cancelled=cancelled
        )
    if as_json:
        print_json({"image": str(image), "drive": address, "files": [f.name for f in files]})
    else:
        click.echo("Burned, read back and right. The disc is not encrypted.")


def _only_drive() -> str:
    from exporter.convert.burning import drives, why_no_drive

    found = drives()
    if not found:
        raise BadInput(why_no_drive(), kept="Nothing was burned.")
    if len(found) > 1:
        names = ", ".join(drive.address for drive in found)
        raise BadInput(f"There are several drives: {names}.", do="Name one with --drive.")
    return found[0].address
