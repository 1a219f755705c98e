"""The workbook opens, its cells have types, and no text in it is ever a formula."""

from __future__ import annotations

import re
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from exporter.archive.errors import Cancelled, DamagedEntry
from exporter.archive.reader import Archive
from exporter.convert.columns import CELL_LENGTH, KNOWN, Column
from exporter.convert.sheets import SheetBook
from exporter.convert.workbook import to_workbook
from store.errors import BadInput
from tests.clocks import START
from tests.exporter.archive.making import (
    PASSWORD,
    PATIENT,
    VISIT,
    VISITS,
    RowOfValues,
    make_archive,
)


def converted(source: Path, target: Path, **options: Any) -> Any:
    with Archive.open(source, PASSWORD) as archive:
        to_workbook(archive, target, **options)
    return load_workbook(target)


def columns_of(sheet: Any) -> dict[str, list[Any]]:
    header, *rows = sheet.iter_rows()
    return {cell.value: [row[n] for row in rows] for n, cell in enumerate(header)}


def test_there_is_a_sheet_per_table_and_notes_at_the_end(
    whole_archive: Path, tmp_path: Path
) -> None:
    """REQUIREMENTS D18."""
    book = converted(whole_archive, tmp_path / "a.xlsx")
    assert book.sheetnames == ["patient", "visit", "Notes"]
    rows = [tuple(row) for row in book["visit"].iter_rows(min_row=2, values_only=True)]
    assert rows == [tuple(row) for row in VISITS]


def test_cells_have_their_types(whole_archive: Path, tmp_path: Path) -> None:
    cells = columns_of(converted(whole_archive, tmp_path / "a.xlsx")["patient"])
    assert cells["birthdate"][0].value == datetime(1984, 3, 14)
    assert cells["birthdate"][0].is_date
    assert cells["created_at"][0].value == datetime(2026, 1, 2, 3, 4, 5)
    assert [c.value for c in cells["balance_cents"]] == [1234.56, -0.05, 0, None, 0.99, -0.12]
    assert cells["balance_cents"][0].number_format == "0.00"
    assert [c.value for c in cells["visits"]][:4] == [12, None, -7, 0]
    assert cells["last_name"][0].value == "Nguyễn"


def test_another_reader_finds_the_same_values(whole_archive: Path, tmp_path: Path) -> None:
    """D18: python-calamine shares no line with what wrote it."""
    book = converted(whole_archive, tmp_path / "a.xlsx")
    other = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    assert other.sheet_names == book.sheetnames
    for name in other.sheet_names:
        ours = [["" if v is None else v for v in row] for row in book[name].values]
        theirs = other.get_sheet_by_name(name).to_python()
        # A date at midnight is a date to the one and an instant to the other.
        assert [[_plain(v) for v in row] for row in theirs] == [
            [_plain(v) for v in r] for r in ours
        ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value.isoformat()}T00:00:00" if isinstance(value, date) else value


def test_more_different_values_than_are_kept_at_hand(tmp_path: Path) -> None:
    rows: list[RowOfValues] = [(n, 7 * n % (KNOWN + 500)) for n in range(1, 2 * KNOWN)]
    source = make_archive(tmp_path / "a.zip", [(VISIT, rows)])
    sheet = converted(source, tmp_path / "a.xlsx")["visit"]
    assert [tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == rows


_HARD = """
0 -0 007 -5 -12 99 111111111111111 1111111111111111 +1 =1 1.5 ٣ 1_0 2026-11-20 1899-12-31
2026-02-30 0001-01-01 2026-11-20T17:00:00Z 2026-11-20T24:00:00Z _x0041_ \x00 a<b
"""


@settings(max_examples=50)
@given(
    st.sampled_from(["text", "date", "instant", "cents", "integer"]),
    st.lists(
        st.none() | st.sampled_from(_HARD.split()) | st.text(min_size=1, max_size=4), max_size=8
    ),
)
def test_a_value_becomes_the_same_cell_in_any_company(kind: str, values: list[str | None]) -> None:
    """Numbers and days are made quickly where all of a block are such; else one by one."""
    with tempfile.TemporaryDirectory() as folder, SheetBook(Path(folder), START) as book:
        together = Column(book, kind).cells(values)
        stranger = "neither a number nor a day"
        assert together == [Column(book, kind).cells([value, stranger])[0] for value in values]
        assert together == [Column(book, kind).cells([value])[0] for value in values]


def test_what_excel_cannot_hold_as_a_value_stays_text(whole_archive: Path, tmp_path: Path) -> None:
    """Dates before March 1900 and numbers of more than 15 digits."""
    cells = columns_of(converted(whole_archive, tmp_path / "a.xlsx")["patient"])
    assert cells["birthdate"][3].value == "1899-12-31"
    assert cells["visits"][4].value == "1" + "0" * 16


def test_attack_a_formula_in_a_patients_record(tmp_path: Path) -> None:
    """Vulnerability: text that begins with = becomes a formula in Excel.
    Scenario: names and notes with formulas, error values, links.
    Verified: no sheet of the file holds a formula; the text is there as it was."""
    texts = [
        "a & <b>",
        "=1+1",
        '=HYPERLINK("http://x","y")',
        "#N/A",
        "#REF!",
        "+1",
        "-1",
        "@x",
        "{=1}",
    ]
    rows: list[RowOfValues] = [
        (n, t, *[None] * 3, 0, "patient", *[None] * 3) for n, t in enumerate(texts)
    ]
    path = make_archive(tmp_path / "a.zip", [(PATIENT, rows)])
    book = converted(path, tmp_path / "a.xlsx")
    names = columns_of(book["patient"])["last_name"]
    assert [cell.value for cell in names] == texts
    assert {cell.data_type for cell in names} == {"s"}
    with zipfile.ZipFile(tmp_path / "a.xlsx") as file:
        for part in file.namelist():
            assert re.search(rb"<f[\s>/]", file.read(part)) is None


def test_control_characters_are_drawn(whole_archive: Path, tmp_path: Path) -> None:
    cells = columns_of(converted(whole_archive, tmp_path / "a.xlsx")["patient"])
    assert cells["last_name"][4].value == "\u202eevil␛[31m"
    assert cells["note"][1].value == 'a "no"\tthen\nleaves\nnow'


def test_the_header_is_bold_and_stays_in_view(whole_archive: Path, tmp_path: Path) -> None:
    book = converted(whole_archive, tmp_path / "a.xlsx")
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
        assert not any(cell.font.bold for cell in sheet[2])


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(
    whole_archive: Path, tmp_path: Path
) -> None:
    """Excel's limit is 1,048,576 rows; the same code at a smaller one."""
    book = converted(whole_archive, tmp_path / "a.xlsx", sheet_rows=201)
    parts = ["visit", "visit (2)", "visit (3)"]
    assert [name for name in book.sheetnames if name.startswith("visit")] == parts
    rows = [
        tuple(row) for part in parts for row in book[part].iter_rows(min_row=2, values_only=True)
    ]
    assert rows == [tuple(row) for row in VISITS]
    assert {book[part]["A1"].value for part in parts} == {"visit_id"}
    assert max(book[part].max_row for part in parts) == 201
    assert any("spread over 3 sheets" in str(row[0].value) for row in book["Notes"].iter_rows())


def test_a_text_too_long_for_a_cell_is_cut_and_said(tmp_path: Path) -> None:
    """Excel's limit is 32,767 characters, of which an emoji takes two."""
    long, wide, fits = "a" * 40_000, "😀" * 20_000, "b" * CELL_LENGTH
    rows: list[RowOfValues] = [
        (n, "x", *[None] * 3, 0, "patient", None, None, note)
        for n, note in enumerate((long, wide, fits))
    ]
    path = make_archive(tmp_path / "a.zip", [(PATIENT, rows)])
    book = converted(path, tmp_path / "a.xlsx")
    cut, cut_wide, whole = (cell.value for cell in columns_of(book["patient"])["note"])
    assert cut.startswith("a" * 30_000)
    assert cut.endswith("[…cut, see Notes]")
    assert len(cut) == CELL_LENGTH
    assert len(cut_wide.encode("utf-16-le")) // 2 in (CELL_LENGTH, CELL_LENGTH - 1)
    assert whole == fits
    notes = [str(row[0].value) for row in book["Notes"].iter_rows()]
    assert sum("text was cut" in note for note in notes) == 2
    assert any("row 2, note" in note and "40,000" in note for note in notes)


def test_sheet_names_are_short_and_all_different(tmp_path: Path) -> None:
    from store.schema.columns import Table

    names = ["a" * 40 + "x", "a" * 40 + "y", "notes"]
    tables = [(Table(name, "m", VISIT.columns), VISITS[:3]) for name in names]
    path = make_archive(tmp_path / "a.zip", tables)
    book = converted(path, tmp_path / "a.xlsx")
    assert book.sheetnames == ["a" * 31, "a" * 27 + " (2)", "notes", "Notes (2)"]


def test_no_plain_text_goes_to_the_systems_temporary_folder(
    whole_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's working files hold patients' data."""
    (tmp_path / "system").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "system"))
    (tmp_path / "system").chmod(0o500)
    seen: set[str] = set()
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_workbook(
            archive,
            tmp_path / "out" / "a.xlsx",
            progress=lambda _: seen.update(p.name for p in (tmp_path / "system").iterdir()),
        )
    assert seen == set()
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.xlsx"]


@pytest.mark.parametrize("steps", [0, 1, 3, 6])
def test_it_stops_when_asked_and_leaves_nothing(
    whole_archive: Path, tmp_path: Path, steps: int
) -> None:
    answers = iter([*[False] * steps, *[True] * 1000])
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(Cancelled):
        to_workbook(archive, tmp_path / "a.xlsx", cancelled=lambda: next(answers))
    assert list(tmp_path.iterdir()) == []


def test_damage_is_found_and_leaves_nothing(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        end = archive.entry("visit.txt").end
    raw = bytearray(whole_archive.read_bytes())
    raw[end - 1] ^= 1
    (tmp_path / "a.zip").write_bytes(raw)
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive, pytest.raises(DamagedEntry):
        to_workbook(archive, tmp_path / "a.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_a_file_that_is_there_is_never_overwritten(whole_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("mine")
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(BadInput):
        to_workbook(archive, tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_text() == "mine"
