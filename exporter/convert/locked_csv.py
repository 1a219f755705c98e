"""The CSV of an archive in an encrypted archive: what is offered instead of an open disc.

One rule: plain text never touches the disk here, and a key locks one file only.
Source: REQUIREMENTS D14, D19; WinZip AES specification (AE-2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from exporter.archive.errors import drawn
from exporter.archive.extraction import refuse_if_too_large
from exporter.archive.files import refuse_existing
from exporter.archive.names import README
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.reader import Archive
from exporter.archive.writer import ArchiveWriter
from exporter.convert.disc_sources import Source, csv_files_of, refuse_txt, tables_of
from exporter.convert.source import Conversion
from store.archive_key import derive
from store.archive_locks import PASSPHRASE_MINIMUM
from store.errors import BadInput, PassphraseNeeded
from store.passwords import archive_obstacle

_ENTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PAGE = """\
CSV FILES

Each file is CSV: UTF-8, one header line, opened by any spreadsheet.
Amounts of money have two decimals, dates are YYYY-MM-DD, instants are in UTC, yes is 1 and no
is 0. An apostrophe (') before =, +, - or @ is not part of the data.

Once taken out of this archive the files are not encrypted any more. They tell about patients:
keep them where only those may look who need to, and delete them when they are no longer needed.
"""


def check_passphrase(passphrase: str) -> None:
    """Raise PassphraseNeeded, with the reason, for one that cannot lock an archive (D14)."""
    obstacle = archive_obstacle(passphrase)
    if obstacle:
        raise PassphraseNeeded(f"This passphrase cannot lock an archive: {obstacle}.")
    if len(passphrase) < PASSPHRASE_MINIMUM:
        raise PassphraseNeeded(f"A passphrase needs at least {PASSPHRASE_MINIMUM} characters.")


def to_locked_csv(
    archive: Archive,
    path: Path,
    passphrase: str,
    moment: datetime,
    tables: Sequence[str] | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Conversion:
    """Write the chosen tables as CSV into the encrypted archive `path` (AES-128).

    `moment` is the wall time that its entries show. Raises PassphraseNeeded, BadInput where the
    file is there already, DiskFull, DamagedEntry, Cancelled; nothing is left behind then.
    """
    refuse_txt(archive)
    sources = tables_of(archive, tables)
    return _write(sources, path, passphrase, moment, progress, cancelled)


def lock_csv(
    files: Sequence[Path],
    path: Path,
    passphrase: str,
    moment: datetime,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Conversion:
    """Write CSV files into the encrypted archive `path`; refuses what `csv_to_disc` refuses."""
    sources, notes = csv_files_of(files)
    for source in sources:
        if not _ENTRY.fullmatch(source.stem):
            raise BadInput(
                f"{drawn(source.stem)}.csv has a name that this archive cannot hold.",
                kept="Nothing was written.",
                do="Name it with letters from a to z, digits, - and _ only.",
            )
    made = _write(sources, path, passphrase, moment, progress, cancelled)
    return Conversion(made.files, made.tables, made.rows, notes)


def _write(
    sources: Sequence[Source],
    path: Path,
    passphrase: str,
    moment: datetime,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> Conversion:
    check_passphrase(passphrase)
    refuse_existing(path.parent, [path.name])
    # Text packs to a third at worst; the free space is asked for as if it did not pack at all.
    refuse_if_too_large(path.parent, sum(source.most for source in sources))
    work = Work(sum(source.size for source in sources), progress, cancelled)
    rows = 0
    with ArchiveWriter(path, lambda: derive(passphrase), moment, replace=False) as writer:
        with writer.entry(README) as entry:
            entry.write(_PAGE.encode("utf-8-sig"))
        for source in sources:
            with writer.entry(f"{source.stem}.csv") as entry:
                entry.write(source.header)
                for batch in source.batches(work):
                    entry.write(batch.data)
                    rows += batch.rows
    return Conversion((path,), len(sources), rows)
