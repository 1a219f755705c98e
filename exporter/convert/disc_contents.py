"""What stands on every disc beside the data: the manifest, and a page for people.

One rule: the manifest of any one disc tells of all of them, so that a missing disc is noticed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.archive.description import Manifest
from exporter.archive.errors import drawn
from exporter.convert.disc_parts import Part
from store.errors import BadInput

MANIFEST = "manifest.csv"
MANIFEST_COLUMNS = (
    *("disc", "discs", "file", "table", "part", "parts", "first_row", "rows", "bytes", "sha256"),
)
SPACE_PER_FILE = 320
"""Bytes that one file takes at most in the manifest, in the page and in a directory, each."""
_LONGEST_MEANING = 100
_PART = re.compile(r"(.+)-[0-9]+-of-[0-9]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DiscFile:
    """One file of a disc as the manifest tells it."""

    disc: int
    name: str
    table: str
    part: int
    parts: int
    first_row: int
    rows: int
    bytes: int
    sha256: str


def files_of(parts: Sequence[Part]) -> tuple[DiscFile, ...]:
    """Return every part with its final name, now that it is known how many there are."""
    counts = Counter(part.source.stem for part in parts)
    return tuple(
        DiscFile(
            part.disc,
            _name(part.source.stem, part.number, counts[part.source.stem]),
            part.source.stem,
            part.number,
            counts[part.source.stem],
            part.first_row,
            part.rows,
            part.bytes,
            part.sha256,
        )
        for part in parts
    )


def _name(stem: str, number: int, parts: int) -> str:
    return f"{stem}.csv" if parts == 1 else f"{stem}-{number}-of-{parts}.csv"


def refuse_names_of_parts(stems: Sequence[str]) -> None:
    """Raise BadInput for a file that is called as a part of another one might be."""
    folded = {stem.casefold() for stem in stems}
    for stem in stems:
        found = _PART.fullmatch(stem)
        if found is not None and found[1].casefold() in folded:
            raise BadInput(
                f"{drawn(stem)}.csv has the name that a part of {drawn(found[1])}.csv may get.",
                kept="Nothing was written.",
                do="Rename one of them.",
            )


def manifest_csv(files: Sequence[DiscFile], discs: int) -> bytes:
    """Return the manifest: one line for each file of all discs."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(MANIFEST_COLUMNS)
    for f in files:
        counts = (f.part, f.parts, f.first_row if f.rows else "", f.rows, f.bytes)
        writer.writerow((f.disc, discs, f.name, f.table, *counts, f.sha256))
    return text.getvalue().encode("utf-8-sig")


def sha256_of_bytes(data: bytes) -> str:
    """Return the SHA-256 of a small file, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def readme_text(
    files: Sequence[DiscFile],
    meanings: dict[str, str],
    disc: int,
    discs: int,
    manifest: Manifest | None,
) -> bytes:
    """Return the page for people that leads one disc."""
    whose = (
        ["CSV files, table by table."]
        if manifest is None
        else [
            f"Data of {manifest.practice}, practice group {manifest.pgid},",
            f"read {manifest.snapshot}. Raw data, without images and attached files.",
        ]
    )
    lines = [
        f"DISC {disc} OF {discs}",
        "",
        *whose,
        "",
        "THIS DISC IS NOT ENCRYPTED. It tells about patients: keep it where only those may look",
        "who need to, and have it destroyed when it is no longer needed.",
        "",
        "Each file is CSV: UTF-8, one header line, opened by any spreadsheet.",
        "Amounts of money have two decimals, dates are YYYY-MM-DD, instants are in UTC, yes is 1",
        "and no is 0. An apostrophe (') before =, +, - or @ is not part of the data.",
        "A table that did not fit goes on with the next part: put the parts together in the order",
        "of their numbers and leave out the header line of all but the first.",
        f"{MANIFEST} lists the files of all {discs} discs with rows, size and SHA-256.",
        "",
        "ON THIS DISC",
        "",
        *(_line(file, meanings) for file in files if file.disc == disc),
    ]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _line(file: DiscFile, meanings: dict[str, str]) -> str:
    meaning = meanings.get(file.table, "")[:_LONGEST_MEANING]
    return f"  {file.name}: {file.rows:,} rows. {meaning}".rstrip()


def read_manifest(data: bytes) -> tuple[tuple[DiscFile, ...], int]:
    """Return what a manifest lists and how many discs there are. Raises ValueError."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except csv.Error as problem:
        raise ValueError("not CSV") from problem
    if not rows or tuple(rows[0]) != MANIFEST_COLUMNS or len(rows) < 2:
        raise ValueError("not a manifest")
    files = []
    for disc, _discs, name, table, part, parts, first, count, size, digest in rows[1:]:
        numbers = (int(part), int(parts), int(first or 1), int(count), int(size))
        files.append(DiscFile(int(disc), name, table, *numbers, digest))
    return tuple(files), int(rows[1][1])
