"""What may go onto discs: the tables of an opened archive as CSV, or CSV files of the user's own.

One rule: only CSV passes. Raw TXT and whatever does not parse is refused by name, with the reason,
before any disc has its final name. Source: REQUIREMENTS D19; RFC 4180.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from exporter.archive.description import DescribedTable
from exporter.archive.errors import ArchiveProblem, drawn
from exporter.archive.foreign_tables import fault_of_csv
from exporter.archive.hostile import fault_of_name
from exporter.archive.progress import Work
from exporter.archive.reader import Archive
from exporter.archive.txt import MAX_ROW, Row
from exporter.convert.csv_files import GROWTH, csv_lines
from exporter.convert.source import chosen_tables, rows_of
from store.errors import BadInput, NotFound

LONGEST_NAME = 50
"""Characters of a file's name before `.csv`; Joliet takes 64 in all, a part's number included."""
RESERVED = frozenset({"readme.txt", "manifest.csv"})
_ROWS_AT_ONCE = 2000
_CHARACTERS_AT_ONCE = 1024 * 1024
_BOM = "\ufeff".encode()
_END = re.compile(rb"\n")
WHY_CSV = (
    "Only CSV goes onto a disc: whoever gets it opens it in any spreadsheet, and raw TXT does not."
)
_Record = tuple[str, list[str]]
"""A record's text as it stands, and its fields."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole records in one piece; `records` holds them singly where that is known already."""

    data: bytes
    rows: int
    records: tuple[bytes, ...] = ()

    def singly(self) -> Sequence[bytes]:
        """Return the records one by one. Quote parity is enough: the data is our own CSV."""
        if self.records:
            return self.records
        found, start, is_open, seen = [], 0, False, 0
        for end in (match.end() for match in _END.finditer(self.data)):
            is_open ^= bool(self.data.count(b'"', seen, end) & 1)
            seen = end
            if not is_open:
                found.append(self.data[start:end])
                start = end
        return found


@dataclass(frozen=True, slots=True)
class Source:
    """One table on its way to a disc.

    Attributes:
        stem: the file's name without `.csv`.
        size: bytes that reading it will count.
        most: bytes that its CSV takes at most, nearly.
        header: the header line, a byte order mark before it; it begins every part.
    """

    stem: str
    meaning: str
    size: int
    most: int
    header: bytes
    batches: Callable[[Work], Iterator[Batch]]


def tables_of(archive: Archive, names: Sequence[str] | None = None) -> tuple[Source, ...]:
    """Return the chosen tables of an archive. Raises ArchiveProblem for an unknown one."""
    return tuple(_table(archive, table) for table in chosen_tables(archive, names))


def _table(archive: Archive, table: DescribedTable) -> Source:
    header: Row = [field.name for field in table.fields]

    def batches(work: Work) -> Iterator[Batch]:
        rows = rows_of(archive, table, work)
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            yield Batch(csv_lines(some, table).encode(), len(some))

    first = _BOM + csv_lines([header], table).encode()
    _refuse_name(table.name)
    return Source(table.name, table.meaning, table.bytes, int(table.bytes * GROWTH), first, batches)


def csv_files_of(paths: Sequence[Path]) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return CSV files, and those of folders, as sources, with notes on what was left out.

    Raises BadInput for anything that is not CSV, NotFound for a path that leads nowhere.
    """
    files: list[Path] = []
    notes: list[str] = []
    for path in paths:
        with _readable(path):
            if not path.is_dir():
                files.append(path)
                continue
            for file in sorted(path.iterdir()):
                if file.name.casefold() in RESERVED:
                    notes.append(f"{file.name} was left out: every disc has its own.")
                else:
                    files.append(file)
    if not files:
        raise BadInput("There is no CSV file there.", kept="Nothing was written.")
    sources = tuple(_file(path) for path in files)
    if len({source.stem.casefold() for source in sources}) != len(sources):
        raise BadInput(
            "Two of the files have the same name.",
            kept="Nothing was written.",
            do="Rename one of them.",
        )
    return sources, tuple(notes)


def _file(path: Path) -> Source:
    name = drawn(path.name)
    with _readable(path):
        if not path.is_symlink() and not path.exists():
            raise NotFound(f"There is no file {drawn(str(path))}.", kept="Nothing was written.")
        if path.is_symlink() or not path.is_file():
            raise _not_csv(name, "it is not a plain file")
        if path.suffix.casefold() != ".csv":
            raise _not_csv(name, "its name does not end in .csv")
        _refuse_name(path.stem)
        with path.open("rb") as raw:
            mark = raw.read(len(_BOM)) == _BOM
        with path.open(encoding="utf-8-sig", newline="") as file:
            line, _header = next(_records(name, file, ","), ("", []))
            separator = _separator(name, line)
        with path.open(encoding="utf-8-sig", newline="") as file:
            line, header = next(_records(name, file, separator), ("", []))
        size = path.stat().st_size
    first = _BOM * mark + line.encode()

    def batches(work: Work) -> Iterator[Batch]:
        return _batches(path, separator, len(header), work)

    return Source(path.stem, "", size, size, first, batches)


def _batches(path: Path, separator: str, width: int, work: Work) -> Iterator[Batch]:
    name = drawn(path.name)
    done = 0
    with _readable(path):
        file = path.open(encoding="utf-8-sig", newline="")
    with file:
        records = _records(name, file, separator)
        with _readable(path):
            next(records, None)
        while True:
            with _readable(path):
                some = _some(records)
            if not some:
                break
            for place, (_text, row) in enumerate(some, start=done + 2):
                if len(row) != width and (row or width != 1):
                    fault = f"record {place:,} has {len(row)} fields where {width} belong"
                    raise _not_csv(name, fault)
            done += len(some)
            held = tuple(text.encode() for text, _row in some)
            data = b"".join(held)
            work.step(path.stem, len(data), done)
            yield Batch(data, len(held), held)


def _some(records: Iterator[_Record]) -> list[_Record]:
    """Return the next records: so many, or fewer that are long."""
    some: list[_Record] = []
    size = 0
    for record in islice(records, _ROWS_AT_ONCE):
        some.append(record)
        size += len(record[0])
        if size >= _CHARACTERS_AT_ONCE:
            break
    return some


def _records(name: str, file: TextIO, separator: str) -> Iterator[_Record]:
    """Yield each record's text as it stands, and its fields. Raises BadInput."""
    held: list[str] = []
    size = 0

    def lines() -> Iterator[str]:
        nonlocal size
        while line := file.readline(MAX_ROW + 1):
            held.append(line)
            size += len(line)
            if size > MAX_ROW:
                raise _not_csv(name, f"a record is longer than {MAX_ROW:,} characters")
            yield line

    # A note may be a megabyte; the library's own limit is 128 kB.
    csv.field_size_limit(MAX_ROW)
    try:
        for row in csv.reader(lines(), delimiter=separator, strict=True):
            text = "".join(held)
            if "\0" in text:
                raise _not_csv(name, "it holds NUL characters")
            yield text, row
            held.clear()
            size = 0
    except UnicodeDecodeError:
        raise _not_csv(name, "it is not UTF-8 text") from None
    except csv.Error as problem:
        raise _not_csv(name, fault_of_csv(problem)) from None


def _separator(name: str, header: str) -> str:
    """Return comma or semicolon. A TAB means that this is raw TXT under another name."""
    if not header.strip():
        raise _not_csv(name, "it is empty")
    if "\t" in header and "," not in header:
        raise _not_csv(name, "it is raw TXT, with TABs between the fields, under another name")
    return ";" if ";" in header and "," not in header else ","


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say of a path that the system does not let us read which one, and why."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound(
            f"There is no file {drawn(str(path))}.", kept="Nothing was written."
        ) from None
    except OSError as problem:
        raise BadInput(
            f"{drawn(str(path))} cannot be read ({problem.strerror}).", kept="Nothing was written."
        ) from problem


def _refuse_name(stem: str) -> None:
    fits = len(stem) <= LONGEST_NAME and "/" not in stem and max(stem, default="") <= "\uffff"
    if not fits or fault_of_name(f"{stem}.csv") or f"{stem}.csv".casefold() in RESERVED:
        raise BadInput(
            f"A disc cannot hold a file called {drawn(stem)}.csv.",
            kept="Nothing was written.",
            do=f"Give it a plain name of at most {LONGEST_NAME} characters.",
        )


def _not_csv(name: str, fault: str) -> BadInput:
    return BadInput(
        f"{name} cannot go onto a disc: {fault}. {WHY_CSV}",
        kept="Nothing was written.",
        do="Convert the archive to CSV first, or make the disc from the archive itself.",
    )


def refuse_txt(archive: Archive) -> None:
    """Raise ArchiveProblem for an archive that does not describe its tables: it has no CSV."""
    if archive.manifest is None:
        raise archive.manifest_problem or ArchiveProblem(
            "Chairside did not make this archive, so it cannot make CSV of its files. " + WHY_CSV,
            kept="Nothing was written.",
            do="Extract its files; those that are CSV can go onto a disc.",
        )
