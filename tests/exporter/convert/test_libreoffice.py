"""The workbook in LibreOffice itself: it opens without a question, and each cell is what it was.

LibreOffice writes each sheet as CSV, texts in quotes and all else as it is shown. So `"0042"` is
text and `42` a number, and a formula, of which nothing but its result is written, cannot hide.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from exporter.archive.reader import Archive
from exporter.convert.columns import CELL_LENGTH, CUT_MARK
from exporter.convert.workbook import to_workbook
from tests.exporter.archive.making import PASSWORD, PATIENT, VISIT, RowOfValues, make_archive

_AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,true,false,false,-1"
"""Comma, quotes, UTF-8; every text quoted, cells as shown, results of formulas, every sheet."""
_PLAIN: RowOfValues = (None, None, None, None, "patient", None, None, None)


def patient(number: int, name: str, *values: str | int | None) -> RowOfValues:
    """Return a row of the table `patient`; what is not given is not there."""
    return (number, name, *values, *_PLAIN[len(values) :])


TEXTS = [
    "Nguyễn-Ólafsdóttir",
    "e\u0301 \u0928\u093f\u0930\u094d\u092e\u0932\u093e \u7530\u4e2d",
    "محمد (عبدالله) שרה",
    "\u202eright to left",
    "😀👩‍⚕️🇺🇸𝔘",
    *("007", "0042-17", "12345678901234567890", "1/2", "3-4", "1E5", "2026-11-20", "TRUE"),
    *("=1+1", '=HYPERLINK("http://127.0.0.1/"&A1,"x")', "=cmd|' /C calc'!A0", "'=1+1", "{=1+1}"),
    *("+15105550142", "-5", "@SUM(A1)", "#N/A", '"', " blank before and after ", "a\tb\nc"),
    *("&amp; <b>&#65;</b> ]]>", "_x0041_ _x000D_", "x" * CELL_LENGTH),
]
"""Texts that a cell holds as they are."""
CHANGED = {
    "a\r\nb\rc": "a\nb\nc",
    "a\x00b\x1b[31m": "a␀b␛[31m",
    "y" * 40_000: "y" * (CELL_LENGTH - len(CUT_MARK)) + CUT_MARK,
}
"""Texts that no cell can hold, and what stands for them."""
TYPED: dict[tuple[str | int | None, ...], str] = {
    ("2024-02-29", 123456, 7, 1, "inactive", "2026-01-02T23:59:59Z", 1): (
        '2024-02-29,1234.56,7,1,"inactive",2026-01-02 23:59:59,1,'
    ),
    ("1900-03-01", -5, -7, 0, "patient", "2026-11-01T08:30:00Z"): (
        '1900-03-01,-0.05,-7,0,"patient",2026-11-01 08:30:00,,'
    ),
    ("9999-12-31", 0, 10**15 - 1, 0, "patient", "1999-12-31T00:00:01Z"): (
        '9999-12-31,0.00,999999999999999,0,"patient",1999-12-31 00:00:01,,'
    ),
    ("1899-12-31", 10**14 + 1, 10**15, 1, "patient", "1850-01-01T00:00:00Z"): (
        '"1899-12-31",1000000000000.01,"1000000000000000",1,"patient","1850-01-01T00:00:00Z",,'
    ),
}
"""Values of typed columns and how they are shown; the last are those that Excel cannot hold."""


@pytest.fixture(scope="session")
def office() -> str:
    """The real LibreOffice; missing on a user's machine its test skips, in CI that is a failure."""
    found = shutil.which("soffice")
    if found is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
    return found


def opened_by(office: str, book: Path) -> dict[str, str]:
    """Return each sheet as LibreOffice shows it. Raises AssertionError where it cannot open it.

    A file about which it would ask whether to repair it, it refuses when nobody is there to answer.
    """
    folder = book.parent / "shown"
    profile = f"-env:UserInstallation={(book.parent / 'profile').as_uri()}"
    done = subprocess.run(
        [office, "--headless", profile, "--convert-to", _AS_CSV, "--outdir", str(folder), book],
        capture_output=True,
        text=True,
        check=False,
    )
    assert folder.is_dir(), done.stdout + done.stderr
    before = f"{book.stem}-"
    return {
        file.stem.removeprefix(before): file.read_text("utf-8").replace("\r\n", "\n")
        for file in folder.iterdir()
    }


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def as_workbook(path: Path, patients: Sequence[RowOfValues]) -> Path:
    visits: list[RowOfValues] = [(n, 1 + n % 4) for n in range(1, 301)]
    make_archive(path / "a.zip", [(PATIENT, patients), (VISIT, visits)])
    with Archive.open(path / "a.zip", PASSWORD) as archive:
        to_workbook(archive, path / "a.xlsx")
    return path / "a.xlsx"


def test_d18_it_opens_without_a_question_and_every_cell_is_what_it_was(
    office: str, tmp_path: Path
) -> None:
    """Dates, money, zeros that lead, long numbers, formulas, every script (issue 5, workbook)."""
    shown = dict.fromkeys(TEXTS, "") | CHANGED
    rows = [patient(n, "typed", *values) for n, values in enumerate(TYPED)]
    rows += [patient(n, text) for n, text in enumerate(shown, len(rows))]
    sheets = opened_by(office, as_workbook(tmp_path, rows))
    assert sheets.keys() == {"patient", "visit", "Notes"}
    lines = [",".join(quoted(c.name) for c in PATIENT.exported_columns)]
    lines += [f'{n},"typed",{cells}' for n, cells in enumerate(TYPED.values())]
    lines += [
        f'{n},{quoted(other or text)},,,,,"patient",,,'
        for n, (text, other) in enumerate(shown.items(), len(TYPED))
    ]
    assert sheets["patient"].split("\n") == "\n".join([*lines, ""]).split("\n")
    visits = [f"{n},{1 + n % 4}" for n in range(1, 301)]
    assert sheets["visit"].splitlines() == ['"visit_id","patient_id"', *visits]


def test_a_broken_workbook_does_not_open_so_that_the_test_above_can_fail(
    office: str, tmp_path: Path
) -> None:
    book = as_workbook(tmp_path, [patient(1, "somebody")])
    book.write_bytes(book.read_bytes()[:2_000])
    with pytest.raises(AssertionError, match="could not be loaded"):
        opened_by(office, book)
