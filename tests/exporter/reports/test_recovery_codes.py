"""The sheet of recovery codes: one page that tells all, told to the trail first (S5, S9, D23)."""

from __future__ import annotations

import io
import stat
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.letters.fonts import Fonts, NoFont
from exporter.letters.lp import NotPrinted
from exporter.reports import recovery_codes as printing
from exporter.reports.recovery_codes import Sheet, as_pdf
from store.access import Actor
from store.database import Store
from store.errors import BadInput, SessionEnded
from store.practice import Practice
from store.use_cases.signing_in import sign_out
from tests import factors, people
from tests.exporter.letters.stand_in import StandIn

SignIn = Callable[[str], Actor]
CODES = tuple(f"abcd{n}-efgh{n}" for n in "23456789jk")
SHEET = Sheet(
    people.PRACTICE_NAME,
    people.PGID,
    "dana",
    "Dana Ruiz",
    datetime(2026, 11, 21, 5, tzinfo=UTC),
    "America/Los_Angeles",
    CODES,
    True,
)
no_lp = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lp")


@pytest.fixture
def dana(sign_in: SignIn) -> Actor:
    return sign_in("dana")


@pytest.fixture
def codes(practice: Practice, dana: Actor) -> tuple[str, ...]:
    return factors.recovery_codes(practice, dana)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    there = tmp_path / "out"
    there.mkdir()
    return there


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "lp", monkeypatch)


def pages_of(pdf: bytes) -> list[str]:
    from pypdf import PdfReader

    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def trail(practice: Practice) -> list[str]:
    rows = practice.call(
        Store.rows,
        "SELECT description FROM audit_log WHERE action = 'factor.recovery_print' ORDER BY seq",
    )
    return [row["description"] for row in rows]


def test_s5_one_page_tells_whose_they_are_what_for_and_how_to_keep_them() -> None:
    (page,) = pages_of(as_pdf(SHEET))
    assert all(code in page for code in CODES)
    for word in (people.PRACTICE_NAME, "1000", "dana", "Dana Ruiz"):
        assert word in page
    assert "20 November 2026" in page, "the practice's day, not that of UTC"
    for word in ("in place of the text message", "like a key", "then delete it"):
        assert word in page


def test_what_is_only_printed_names_no_file() -> None:
    (page,) = pages_of(as_pdf(replace(SHEET, is_file=False)))
    assert all(code in page for code in CODES)
    assert "delete" not in page


def test_the_codes_stand_in_two_columns_of_five() -> None:
    """Read down, so that the printed number 6 is the first of the second column."""
    from pypdf import PdfReader

    places: dict[str, tuple[float, float]] = {}

    def note(text: str, _cm: object, tm: list[float], _font: object, _size: float) -> None:
        if text.strip() in CODES:
            places[text.strip()] = (round(tm[4]), round(tm[5]))

    PdfReader(io.BytesIO(as_pdf(SHEET))).pages[0].extract_text(visitor_text=note)
    left, right = [places[code] for code in CODES[:5]], [places[code] for code in CODES[5:]]
    assert {x for x, _y in left} == {left[0][0]}
    assert {x for x, _y in right} == {right[0][0]}
    assert left[0][0] < right[0][0]
    assert [y for _x, y in left] == [y for _x, y in right] == sorted((y for _, y in left))[::-1]


@pytest.mark.usefixtures("dejavu")
@pytest.mark.parametrize("name", ["W" * 500, "Nguyễn Thị Hoa " * 40, "line\nbreak\x1b[31m"])
def test_any_name_keeps_it_on_one_page(name: str) -> None:
    sheet = replace(SHEET, practice=name, user_name=name, full_name=name)
    (page,) = pages_of(as_pdf(sheet))
    assert all(code in page for code in CODES)
    assert "then delete it" in page


def test_it_can_be_made_where_no_fonts_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "choose", lambda _letters: Fonts(None, None))
    (page,) = pages_of(as_pdf(SHEET))
    assert all(code in page for code in CODES)


def test_a_name_that_no_font_has_leaves_nothing(
    practice: Practice, dana: Actor, codes: tuple[str, ...], folder: Path
) -> None:
    """A name is printed as it is written or not at all; the trail then tells of no print."""
    actor = replace(dana, full_name="\U0001f9b7\U00016a40\U0001e2c0")
    with pytest.raises(NoFont, match="Write them down by hand"):
        printing.save(practice, actor, codes, folder)
    assert list(folder.iterdir()) == []
    assert trail(practice) == []


def test_s9_a_saved_sheet_is_private_and_in_the_trail_without_its_codes(
    practice: Practice, dana: Actor, codes: tuple[str, ...], folder: Path
) -> None:
    path = printing.save(practice, dana, codes, folder)
    assert path == folder / "recovery-codes-1000-2026-11-20.pdf"
    (page,) = pages_of(path.read_bytes())
    assert all(code in page for code in codes)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(trail(practice)) == 1
    every = practice.call(Store.rows, "SELECT * FROM audit_log")
    assert not [code for code in codes for event in every if code in str(tuple(event))]


def test_nothing_is_overwritten(
    practice: Practice, dana: Actor, codes: tuple[str, ...], folder: Path
) -> None:
    path = printing.save(practice, dana, codes, folder)
    before = path.read_bytes()
    with pytest.raises(BadInput, match="already a file"):
        printing.save(practice, dana, CODES, folder)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]
    assert len(trail(practice)) == 1


def test_a_folder_that_is_not_there_is_not_made(
    practice: Practice, dana: Actor, codes: tuple[str, ...], folder: Path
) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        printing.save(practice, dana, codes, folder / "further")
    assert trail(practice) == []


def test_attack_saving_after_the_session_has_ended(
    practice: Practice, dana: Actor, codes: tuple[str, ...], folder: Path
) -> None:
    """Vulnerability: a sheet left open goes on to disk; what is not in the trail does not leave."""
    practice.call(sign_out, dana)
    with pytest.raises(SessionEnded):
        printing.save(practice, dana, codes, folder)
    assert list(folder.iterdir()) == []


@no_lp
def test_s9_a_printed_sheet_leaves_no_file(
    practice: Practice,
    dana: Actor,
    codes: tuple[str, ...],
    printer: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All ten reach the printer's input as a PDF, and stand in no file that we made."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = set(tmp_path.rglob("*"))
    printing.print_out(practice, dana, codes, "desk")
    assert printer.taken is not None
    (page,) = pages_of(printer.taken)
    assert all(code in page for code in codes)
    new = {path.name for path in set(tmp_path.rglob("*")) - before}
    assert new <= {"taken", "arguments", "practice.db-wal", "practice.db-shm"}
    assert not [code for code in codes for word in printer.arguments if code in word]
    assert len(trail(practice)) == 1


@no_lp
def test_attack_printing_after_the_session_has_ended(
    practice: Practice, dana: Actor, codes: tuple[str, ...], printer: StandIn
) -> None:
    practice.call(sign_out, dana)
    with pytest.raises(SessionEnded):
        printing.print_out(practice, dana, codes, "desk")
    assert printer.taken is None


@no_lp
def test_a_printer_that_refuses_is_told(
    practice: Practice, dana: Actor, codes: tuple[str, ...], printer: StandIn
) -> None:
    printer.refuses("lp: The printer is not accepting jobs.")
    with pytest.raises(NotPrinted, match="is not accepting jobs"):
        printing.print_out(practice, dana, codes, "desk")
    assert trail(practice) == ["Began to print the recovery codes."]
