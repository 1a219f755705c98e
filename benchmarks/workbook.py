"""How quick a workbook is written, side by side with openpyxl's own write-only mode.

Run: python -m benchmarks.workbook [ROWS]     (1,000,000 rows of 12 columns)

Both write the same rows of typed cells; ours reads them out of an encrypted archive as well. The
claims: at least 8 times as quick, with less than 80 MB of memory. Work (user and system time) is
told beside the time that passed: other programs on the machine change it less.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from exporter.archive.manifest import Snapshot, TableContents, write_descriptions
from exporter.archive.writer import ArchiveWriter
from store.archive_key import derive
from store.schema.columns import Table, cents, flag, instant, integer, key, ref, text
from store.schema.columns import date as day
from tests.exporter.archive.reference import format_row

PASSWORD = "a passphrase for the benchmark"
FIRST = date(2001, 1, 2)
LEDGER = Table(
    "ledger",
    "Invented rows.",
    (
        key("ledger_id"),
        ref("patient_id", "ledger", "Patient."),
        ref("provider_id", "ledger", "Provider."),
        day("entered_on", "Day."),
        instant("created_at", "Instant."),
        cents("amount", "Amount."),
        cents("discount", "Discount."),
        integer("units", "Units."),
        flag("is_billed", "Billed."),
        text("tooth", "Tooth."),
        text("description", "What."),
        text("note", "Note."),
    ),
)


def rows(count: int) -> Iterator[tuple[str | int | None, ...]]:
    """Yield invented rows: dates of 20 years, amounts and notes that differ."""
    begin = datetime(2001, 1, 2, 15, tzinfo=UTC)
    for n in range(1, count + 1):
        when = begin + timedelta(minutes=11 * n)
        yield (
            n, n * 7919 % 50_000, n % 9, str(FIRST + timedelta(days=n % 7_300)),
            when.strftime("%Y-%m-%dT%H:%M:%SZ"), n * 104_729 % 300_000, n % 5 * 500, n % 4,
            n % 2, str(1 + n % 32) if n % 3 else None, f"Treatment of kind {n % 180}",
            f"Seen at {n}; <all> well & calm" if n % 6 == 0 else None,
        )  # fmt: skip


def make_archive(path: Path, count: int) -> None:
    """Write the rows into an archive."""
    moment = datetime(2026, 11, 20, 8, tzinfo=UTC)
    with ArchiveWriter(path, lambda: derive(PASSWORD), moment) as writer:
        with writer.entry("ledger.txt") as entry:
            entry.write(format_row([c.name for c in LEDGER.columns]))
            left = rows(count)
            while part := list(islice(left, 5_000)):
                entry.write(b"".join(map(format_row, part)))
        whose = Snapshot(1000, "Benchmark", "America/Los_Angeles", moment)
        write_descriptions(writer, whose, [TableContents(LEDGER, count, entry.record)], [], {})


def ours(folder: Path, _count: int) -> None:
    """From the archive to the workbook."""
    from exporter.archive.reader import Archive
    from exporter.convert.workbook import to_workbook

    with Archive.open(folder / "ledger.zip", PASSWORD) as archive:
        to_workbook(archive, folder / "ours.xlsx")


def openpyxl(folder: Path, count: int) -> None:
    """openpyxl alone, given the rows with Python's own types."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("ledger")
    sheet.append([c.name for c in LEDGER.columns])
    for row in rows(count):
        cells: list[object] = list(row)
        cells[3] = date.fromisoformat(str(row[3]))
        cells[4] = datetime.fromisoformat(str(row[4])[:-1])
        cells[5], cells[6] = int(row[5] or 0) / 100, int(row[6] or 0) / 100
        sheet.append(cells)
    book.save(folder / "openpyxl.xlsx")


def main(count: int) -> None:
    """Run both, each in a process of its own, and print the ratio."""
    with tempfile.TemporaryDirectory() as made:
        make_archive(Path(made) / "ledger.zip", count)
        taken, worked = {}, {}
        for name in ("ours", "openpyxl"):
            began, before = time.perf_counter(), _work()
            command = [sys.executable, "-m", "benchmarks.workbook", "--one", name, made, str(count)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            taken[name], worked[name] = time.perf_counter() - began, _work() - before
            size = (Path(made) / f"{name}.xlsx").stat().st_size
            print(
                f"{name:9} {taken[name]:7.1f} s, {worked[name]:6.1f} s of work,"
                f" {count / taken[name]:9,.0f} rows/s,"
                f" {size / 1e6:6.1f} MB out, {told.strip()} MB memory"
            )
        ratio = taken["openpyxl"] / taken["ours"]
        print(f"ratio {ratio:.1f}; of work {worked['openpyxl'] / worked['ours']:.1f}")


def _work() -> float:
    """Return the seconds of work of all children so far."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        {"ours": ours, "openpyxl": openpyxl}[sys.argv[2]](Path(sys.argv[3]), int(sys.argv[4]))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
