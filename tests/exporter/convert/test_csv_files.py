"""CSV for people: every spreadsheet opens it, none runs it."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.archive.description import DescribedTable, Field
from exporter.archive.errors import ArchiveProblem, Cancelled, DamagedEntry
from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from exporter.convert.csv_files import csv_lines, to_csv
from exporter.reports.csv_file import line
from store.errors import BadInput
from tests.exporter.archive.making import PASSWORD, PATIENT, PATIENTS, VISITS
from tests.exporter.archive.test_verification import remade

APOSTROPHE = re.compile(r"""(?<![^;\t\r\n])'(?:[ \t\r\n"]*[=+\-@＝]|[\t\r\n])""", re.S)
"""At the start of a text or of what may be a cell by itself, before what may be a formula."""
GOLDEN = Path(__file__).parent / "golden" / "patient.csv"


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_the_bytes_are_a_contract(whole_archive: Path, tmp_path: Path) -> None:
    """REQUIREMENTS D18: byte order mark, comma, CRLF, amounts, inert cells."""
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "out")
    assert (tmp_path / "out" / "patient.csv").read_bytes() == GOLDEN.read_bytes()


def test_every_table_becomes_a_file_with_a_page_that_explains(
    whole_archive: Path, tmp_path: Path
) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        made = to_csv(archive, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "README.txt",
        "patient.csv",
        "visit.csv",
    ]
    assert (made.tables, made.rows) == (2, len(PATIENTS) + len(VISITS))
    readme = (tmp_path / "out" / "README.txt").read_text("utf-8-sig")
    for words in ("apostrophe", "12.34 stands for 1234 cents", "not encrypted", "no images"):
        assert words in readme.replace("without images", "no images")


def test_rows_and_values_are_all_there(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "out")
    header, *rows = read(tmp_path / "out" / "visit.csv")
    assert header == ["visit_id", "patient_id"]
    assert rows == [[str(value) for value in row] for row in VISITS]


def test_attack_no_cell_can_be_run_as_a_formula(whole_archive: Path, tmp_path: Path) -> None:
    """Vulnerability: CSV injection (OWASP).
    Scenario: names and notes that begin with =, +, - and @.
    Verified: only cells of numeric columns begin with such a sign, and they are numbers."""
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "out")
    header, *rows = read(tmp_path / "out" / "patient.csv")
    numeric = {"patient_id", "balance_cents", "visits", "text_ok", "guarantor_id"}
    signed = 0
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
                assert name in numeric
                float(cell)
                signed += 1
    assert signed == 3


columns = st.sampled_from(["text", "integer", "choice", "date"])
cells = st.none() | st.text('=+-@＝\t\r\n",; aé5', min_size=1, max_size=8)


@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6),
    st.lists(columns, min_size=3, max_size=3),
)
def test_any_text_reads_back_as_itself_or_behind_an_apostrophe(
    rows: list[tuple[str | None, ...]], kinds: list[str]
) -> None:
    table = described(kinds)
    text = csv_lines([list(row) for row in rows], table)
    assert text.endswith("\r\n")
    parsed = list(csv.reader(text.splitlines(keepends=True), strict=True))
    assert len(parsed) == len(rows)
    for row, cells_read in zip(rows, parsed, strict=True):
        for value, cell in zip(row, cells_read, strict=True):
            assert cell.replace("'", "") == (value or "")
            assert all(APOSTROPHE.match(cell, n) for n, c in enumerate(cell) if c == "'")


@given(
    st.lists(
        st.lists(st.text('=+-@＝\t\r\n",; a5', max_size=12), min_size=2, max_size=2), min_size=1
    )
)
@example([["see below;=1+1;ok", "first\n=1"], ['x;"=1', '"=1'], ["", '";\n"+1'], ["", "-5"]])
def test_attack_a_formula_on_a_computer_with_another_list_separator(rows: list[list[str]]) -> None:
    """Vulnerability: opened where the separator is the semicolon, a cell in quotes falls apart at
    each semicolon and line break in it, and its parts are cells (OWASP).
    Scenario: any text in two columns; our own first column is a number.
    Verified: however the file is taken apart, no cell begins with a sign that makes a formula; in a
    report, whose columns have no kinds, a whole number keeps its minus."""
    texts = [[str(number), *row] for number, row in enumerate(rows, 1)]
    table = csv_lines([list(row) for row in texts], described(["id", "text", "text"]))
    report = "".join(map(line, texts))
    for text, harmless in ((table, r"(?!)"), (report, r"-[0-9]+")):
        for separator in ",;\t":
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
                for cell in row:
                    begins_so = cell.strip().startswith(("=", "+", "-", "@", "＝"))
                    assert not begins_so or re.fullmatch(harmless, cell)


def described(kinds: Sequence[str]) -> DescribedTable:
    fields = tuple(Field(f"f{n}", kind, "", None, False, None, ()) for n, kind in enumerate(kinds))
    return DescribedTable("t.txt", 0, "0" * 64, "t", "", 0, ("f0",), fields)


def test_a_file_that_is_there_is_never_overwritten(whole_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "visit.csv").write_text("mine")
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(BadInput):
        to_csv(archive, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["visit.csv"]


def test_it_stops_when_asked_and_leaves_nothing(whole_archive: Path, tmp_path: Path) -> None:
    answers = iter([False, False, True])
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(Cancelled):
        to_csv(archive, tmp_path / "out", cancelled=lambda: next(answers))
    assert list(tmp_path.iterdir()) == []


def test_damage_is_found_and_leaves_nothing(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        end = archive.entry("visit.txt").end
    raw = bytearray(whole_archive.read_bytes())
    raw[end - 1] ^= 1
    (tmp_path / "a.zip").write_bytes(raw)
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive, pytest.raises(DamagedEntry):
        to_csv(archive, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_a_row_that_is_missing_is_an_error(whole_archive: Path, tmp_path: Path) -> None:
    def change(texts: dict[str, bytes]) -> None:
        package = json.loads(texts["datapackage.json"])
        package["resources"][1]["rows"] += 1
        texts["datapackage.json"] = json.dumps(package).encode()

    path = remade(whole_archive, tmp_path / "a.zip", change)
    with Archive.open(path, PASSWORD) as archive, pytest.raises(DamagedEntry, match="501"):
        to_csv(archive, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_chosen_tables_only(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "out", ["visit"])
        with pytest.raises(ArchiveProblem, match="no such table"):
            to_csv(archive, tmp_path / "more", ["nobody"])
    assert not (tmp_path / "out" / "patient.csv").exists()
    assert not (tmp_path / "more").exists()


def test_progress_tells_rows_and_bytes(whole_archive: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "out", progress=seen.append)
    last = {step.table: step for step in seen}
    assert (last["patient"].rows_done, last["patient"].rows_total) == (len(PATIENTS),) * 2
    assert last["visit"].bytes_done == last["visit"].bytes_total > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists instead of modes")
def test_only_the_owner_can_read_it(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        made = to_csv(archive, tmp_path / "out")
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.files} == {0o600}


def test_the_header_is_the_schemas(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "out")
    names = [column.name for column in PATIENT.exported_columns]
    assert read(tmp_path / "out" / "patient.csv")[0] == names
