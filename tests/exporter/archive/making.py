"""Small archives of invented people, made with the real writer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from exporter.archive.manifest import Snapshot, TableContents, write_descriptions
from exporter.archive.writer import ArchiveWriter
from store.archive_key import derive
from store.schema.columns import (
    Column,
    Table,
    blob,
    cents,
    choice,
    date,
    flag,
    instant,
    integer,
    key,
    ref,
    text,
)
from tests.exporter.archive.reference import format_row

PASSWORD = "Correct horse 9"
MOMENT = datetime(2026, 11, 20, 0, 0, 4)
SNAPSHOT = Snapshot(
    1000,
    "Maple Grove Dental",
    "America/Los_Angeles",
    datetime(2026, 11, 20, 8, 0, 3, tzinfo=UTC),
    "Chairside 0",
)
VALUE_SETS = {"patient_status": {"patient": "Is treated here.", "inactive": "No longer comes."}}

PATIENT = Table(
    "patient",
    "People the practice treats or bills.",
    (
        key("patient_id"),
        text("last_name", "Family name.", required=True),
        date("birthdate", "Day of birth."),
        cents("balance_cents", "What is owed."),
        integer("visits", "Visits so far.", unit="visits"),
        flag("text_ok", "May be texted."),
        choice("status", "patient_status", "What they are to the practice.", required=True),
        instant("created_at", "When the row was entered."),
        ref("guarantor_id", "patient", "Who pays."),
        text("note", "Free text."),
        blob("photo_key", "Sealed."),
    ),
)
VISIT = Table(
    "visit",
    "When somebody came.",
    (key("visit_id"), ref("patient_id", "patient", "Who came.", required=True)),
)
SESSION = Table(
    "session",
    "Who is signed in.",
    (key("session_id"), Column("token", "text", "Secret.", secret=True)),
    left_out="Holds only secrets.",
)

RowOfValues = Sequence[str | int | None]

PATIENTS: list[RowOfValues] = [
    (1, "Nguyễn", "1984-03-14", 123456, 12, 1, "patient", "2026-01-02T03:04:05Z", None, "plain"),
    (
        2,
        "O'Brien",
        "1951-11-02",
        -5,
        None,
        0,
        "inactive",
        None,
        1,
        'a "no"\tthen\r\nleaves\rnow',
    ),
    (3, '"', None, 0, -7, 0, "patient", None, None, "line\nbreak"),
    (4, "=1+1", "1899-12-31", None, 0, 1, "patient", None, None, "@SUM(A1)"),
    (5, "\u202eevil\x1b[31m", None, 99, 10**16, 1, "patient", None, 5, "+15105550142"),
    (6, "😀𝔘", None, -12, 3, 0, "patient", "2026-06-30T23:59:59Z", None, "'"),
]
VISITS: list[RowOfValues] = [(n, 1 + n % 6) for n in range(1, 501)]


def table_text(table: Table, rows: Sequence[RowOfValues]) -> bytes:
    """The text of one table, by the reference formatter."""
    header = [column.name for column in table.exported_columns]
    return b"".join(map(format_row, [header, *rows]))


def make_archive(
    path: Path,
    tables: Sequence[tuple[Table, Sequence[RowOfValues]]] = ((PATIENT, PATIENTS), (VISIT, VISITS)),
    password: str = PASSWORD,
) -> Path:
    """Write an archive as the runner does."""
    with ArchiveWriter(path, lambda: derive(password), MOMENT) as writer:
        contents = []
        for table, rows in tables:
            with writer.entry(f"{table.name}.txt") as entry:
                entry.write(table_text(table, rows))
            contents.append(TableContents(table, len(rows), entry.record))
        write_descriptions(writer, SNAPSHOT, contents, [SESSION], VALUE_SETS)
    return path
