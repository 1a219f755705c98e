"""Tables as CSV files for people: they open in any spreadsheet by a double click.

One rule: comma, CRLF, UTF-8 with a byte order mark, and no cell that a spreadsheet would run.
Source: REQUIREMENTS D18; RFC 4180; OWASP, CSV injection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from exporter.archive.description import DescribedTable
from exporter.archive.extraction import refuse_if_too_large
from exporter.archive.files import refuse_existing, whole_file, whole_folder
from exporter.archive.names import README
from exporter.archive.progress import IsCancelled, OnProgress
from exporter.archive.reader import Archive
from exporter.archive.txt import Row
from exporter.convert.cells import as_amount, inert
from exporter.convert.source import Conversion, chosen_tables, rows_of, work_on

GROWTH = 1.25
"""How much larger than the TXT the CSV may become, for the look at the free space before."""
_ROWS_AT_ONCE = 2000
_NUMBERS = frozenset({"id", "integer", "flag", "cents"})
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{2})?")
# A semicolon or TAB is quoted too: spreadsheets of many countries take it for the separator.
_NEEDS_QUOTES = re.compile(r'[,;\t"\r\n]|^\s|\s$')
# Whether a row, a TAB around each field, may hold any of these or a formula. A quick look that errs
# to the safe side: a field that begins with neither a letter, a digit nor a bracket is looked at.
_NEEDS_CARE = re.compile(r"""[,;"\r\n]|\t[^\w\t('#]|[^\S\t]\t""")


def to_csv(
    archive: Archive,
    folder: Path,
    tables: Sequence[str] | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Conversion:
    """Write `<table>.csv` for the chosen tables, and a README.txt, into `folder`.

    The folder is made where it is missing. Raises BadInput where a file is there already,
    DiskFull, DamagedEntry, Cancelled; whatever is raised, the folder is as it was.
    """
    chosen = chosen_tables(archive, tables)
    names = [README, *(f"{table.name}.csv" for table in chosen)]
    refuse_existing(folder, names)
    work = work_on(chosen, progress, cancelled)
    refuse_if_too_large(folder, int(work.bytes_total * GROWTH))
    with whole_folder(folder) as staging:
        with whole_file(staging / README) as file:
            file.write(_readme(archive, chosen).encode("utf-8-sig"))
        for table in chosen:
            with whole_file(staging / f"{table.name}.csv") as file:
                header: Row = [field.name for field in table.fields]
                file.write(csv_lines([header], table).encode("utf-8-sig"))
                rows = rows_of(archive, table, work)
                while batch := list(islice(rows, _ROWS_AT_ONCE)):
                    file.write(csv_lines(batch, table).encode())
    return Conversion(tuple(folder / n for n in names), len(chosen), sum(t.rows for t in chosen))


def csv_lines(rows: Iterable[Row], table: DescribedTable) -> str:
    """Return rows of a table as CSV: numbers stay numbers, cents become amounts, text is inert.

    The rows themselves are used up: amounts replace the cents in them.
    """
    amounts = [n for n, field in enumerate(table.fields) if field.kind == "cents"]
    numbers = frozenset(n for n, field in enumerate(table.fields) if field.kind in _NUMBERS)
    lines = []
    for row in rows:
        for place in amounts:
            cents = row[place]
            if cents:
                row[place] = as_amount(cents)
        plain = "\t".join(["", *[cell or "" for cell in row], ""])
        # Almost every row has nothing to quote or to make inert and passes in one step.
        if _NEEDS_CARE.search(plain) or plain.count("\t") > len(row) + 1:
            lines.append(_careful_line(row, numbers))
        else:
            lines.append(plain[1:-1].replace("\t", ","))
    lines.append("")
    return "\r\n".join(lines)


def _careful_line(row: Row, numbers: frozenset[int]) -> str:
    cells = []
    for place, cell in enumerate(row):
        if not cell:
            cells.append("")
        elif place in numbers and _NUMBER.fullmatch(cell):
            cells.append(cell)
        else:
            cells.append(_quoted(inert(cell)))
    return ",".join(cells)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


def _readme(archive: Archive, tables: Sequence[DescribedTable]) -> str:
    manifest = archive.manifest
    assert manifest is not None
    lines = [
        f"DATA OF {manifest.practice.upper()}, AS CSV",
        "",
        f"Made from the data download of practice group {manifest.pgid}, read {manifest.snapshot}.",
        "It is raw data, table by table, without images and attached files.",
        "These files are not encrypted. They tell about patients: keep them where only those may",
        "look who need to, and delete them when they are no longer needed.",
        "",
        "Format: comma between fields, UTF-8, one header line. If a spreadsheet asks, choose the",
        "comma as the only separator.",
        "Amounts of money (columns that end in _cents or count cents) are written with two",
        "decimals: 12.34 stands for 1234 cents.",
        "Dates are YYYY-MM-DD, instants YYYY-MM-DDTHH:MM:SSZ in UTC, yes is 1 and no is 0.",
        "An empty cell means that there is no value.",
        "An apostrophe (') stands before text that a spreadsheet might run as a formula: text that",
        "begins with =, +, -, @, a TAB or a line break, or goes on with such a sign after a",
        "semicolon, a TAB or a line break. It is not part of the data.",
        "",
        *(f"  {table.name}.csv: {table.rows:,} rows. {table.meaning}" for table in tables),
    ]
    return "\r\n".join(lines) + "\r\n"
