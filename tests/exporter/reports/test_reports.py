"""Reports on disk: whole, inert in a spreadsheet, readable on paper (S9, S10)."""

from __future__ import annotations

import csv
import io
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.archive.errors import Cancelled
from exporter.letters.fonts import Fonts, NoFont, choose
from exporter.reports import access_review, audit_trail
from exporter.reports.csv_file import line
from exporter.reports.pdf import Document, Section, write_pdf
from store import audit
from store.access import Actor
from store.database import Store
from store.errors import BadInput, Refused
from store.practice import Practice
from store.use_cases import access_review as reviewing
from store.use_cases.audit_trail import EVERYTHING, AuditFilter
from tests.clocks import FixedClock
from tests.people import change_store, signed_in
from tests.source_files import PROJECT

SignIn = Callable[[str], Actor]
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def kim(sign_in: SignIn) -> Actor:
    return sign_in("kim")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    there = tmp_path / "out"
    there.mkdir()
    return there


def rows_of(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def text_of(path: Path) -> str:
    from pypdf import PdfReader

    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_s9_the_csv_holds_every_event_once_its_own_too(
    practice: Practice, kim: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.use_cases.audit_trail.LONGEST_PAGE", 2)
    for _ in range(4):
        signed_in(practice, "ana")
    made = audit_trail.export(practice, kim, EVERYTHING, "csv", folder)
    assert made.path == folder / "audit-trail-1000-2026-11-20.csv"
    rows = rows_of(made.path)
    count = practice.call(Store.value, "SELECT count(*) FROM audit_log")
    assert [int(row["Event"]) for row in rows] == list(range(count, 0, -1))
    assert made.rows == count
    assert rows[0]["Action"] == "audit.export"
    assert rows[0]["Time (UTC)"] == "2026-11-20T17:00:00Z"
    assert rows[0]["Time in the practice"] == "2026-11-20 09:00:00"
    if sys.platform != "win32":
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


def test_s9_the_csv_follows_the_filter(practice: Practice, kim: Actor, folder: Path) -> None:
    signed_in(practice, "ana")
    made = audit_trail.export(practice, kim, AuditFilter(user_id=3), "csv", folder)
    assert {row["User name"] for row in rows_of(made.path)} == {"ana"}


def test_attack_a_formula_in_a_name_or_a_terminal(
    practice: Practice, kim: Actor, folder: Path
) -> None:
    """Vulnerability: a spreadsheet runs a cell of the trail."""
    change_store(practice, "UPDATE user SET full_name = ? WHERE user_id = 1", FORMULA)
    signed_in(practice, "kim", terminal="@SUM(1)")
    made = audit_trail.export(practice, kim, EVERYTHING, "csv", folder)
    review = access_review.export(practice, kim, "csv", folder)
    for path in (made.path, review.path):
        rows = rows_of(path)
        assert "'" + FORMULA in {row["Full name"] for row in rows}
        for row in rows:
            assert not any(cell[:1] in "=+@" for cell in row.values() if cell)


@given(st.lists(st.text(), min_size=2, max_size=5))
def test_any_cells_come_back_as_one_line_of_as_many(cells: list[str]) -> None:
    text = line(cells)
    assert text.endswith("\r\n")
    assert "\n" not in text[:-2]
    assert "\r" not in text[:-2]
    (back,) = csv.reader(io.StringIO(text, newline=""))
    assert len(back) == len(cells)
    for before, after in zip(cells, back, strict=True):
        if before.isalnum():
            assert after == before
        assert after[:1] not in ("=", "@", "+", "\t")


def test_s10_the_review_as_csv_names_group_and_change(
    practice: Practice, kim: Actor, folder: Path
) -> None:
    change_store(
        practice,
        "UPDATE user_group SET modified_at = '2026-10-03T17:00:00Z', modified_by = 1"
        " WHERE name = 'Front Desk'",
    )
    made = access_review.export(practice, kim, "csv", folder)
    ana = [row for row in rows_of(made.path) if row["User name"] == "ana"]
    assert ana
    for row in ana:
        assert row["Through group"] == "Front Desk"
        assert (row["Group last changed"], row["Changed by"]) == ("03 Oct 2026 10:00", "Kim Adler")


def test_s10_the_review_as_pdf_reads_the_same(practice: Practice, kim: Actor, folder: Path) -> None:
    made = access_review.export(practice, kim, "pdf", folder)
    text = text_of(made.path)
    for part in (
        "Access review",
        "Maple Grove Dental, practice group 1000.",
        "Made by Kim Adler on 20 Nov 2026 09:00",
        "Utilities - Data Download Full Control",
        "Dana Ruiz Data Keepers",
        "Groups, and when and by whom each was last changed",
    ):
        assert part in text, part
    head = practice.call(Store.one, "SELECT seq, hash FROM audit_log ORDER BY seq DESC")
    assert head is not None
    assert f"{head['seq']}:{head['hash'][:16]}" in text


def test_s9_the_trail_as_pdf(practice: Practice, kim: Actor, folder: Path) -> None:
    made = audit_trail.export(practice, kim, AuditFilter(action="sign_in"), "pdf", folder)
    text = text_of(made.path)
    assert "Events: action sign_in" in text
    assert "Signed in." in text
    assert "1 of 1" in text


def test_a_pdf_of_too_many_events_is_refused_before_anything_is_noted(
    practice: Practice, kim: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "LONGEST_PDF", 1)
    with pytest.raises(BadInput, match="at most 1 events"):
        audit_trail.export(practice, kim, EVERYTHING, "pdf", folder)
    assert list(folder.iterdir()) == []
    assert not practice.call(Store.value, "SELECT 1 FROM audit_log WHERE action = 'audit.export'")


def test_without_the_right_nothing_is_written(
    practice: Practice, sign_in: SignIn, folder: Path
) -> None:
    for run in (
        lambda: audit_trail.export(practice, sign_in("dana"), EVERYTHING, "csv", folder),
        lambda: access_review.export(practice, sign_in("dana"), "pdf", folder),
    ):
        with pytest.raises(Refused):
            run()
    assert list(folder.iterdir()) == []


def test_a_file_that_is_there_is_never_overwritten(
    practice: Practice, kim: Actor, folder: Path
) -> None:
    made = audit_trail.export(practice, kim, EVERYTHING, "csv", folder)
    before = made.path.read_bytes()
    with pytest.raises(BadInput, match="already a file"):
        audit_trail.export(practice, kim, EVERYTHING, "csv", folder)
    assert made.path.read_bytes() == before


def test_an_export_that_is_stopped_leaves_nothing(
    practice: Practice, kim: Actor, folder: Path
) -> None:
    with pytest.raises(Cancelled):
        audit_trail.export(practice, kim, EVERYTHING, "csv", folder, cancelled=lambda: True)
    assert list(folder.iterdir()) == []


def document(name: str) -> Document:
    section = Section("People", "", ("Who", "Level"), (1, 1), [(name, "View Only")])
    return Document("Report", (), "foot", datetime(2026, 11, 20, tzinfo=UTC), (section,))


@pytest.mark.parametrize("name", ["Nguyễn Thị Hoa", "Řehoř Ελένη Ольга", "O'Brien [DDS] – “x”"])
@pytest.mark.usefixtures("dejavu")
def test_a_name_is_printed_as_it_is_written(name: str, tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        write_pdf(file, document(name))
    assert name in text_of(tmp_path / "a.pdf")


@pytest.mark.usefixtures("dejavu")
def test_attack_a_name_that_turns_the_words_after_it(tmp_path: Path) -> None:
    """Vulnerability: U+202E makes gnp.exe of exe.png on paper."""
    with (tmp_path / "a.pdf").open("wb") as file:
        write_pdf(file, document("Jane \u202egnp.exe\nline"))
    assert "Jane ‹U+202E›gnp.exe‹U+000A›line" in text_of(tmp_path / "a.pdf")


def test_letters_that_no_font_has_are_refused_and_never_boxes() -> None:
    with pytest.raises(NoFont, match="2 characters") as refused:
        choose({"\U00012000", "\U00012001", "a"})
    assert "CSV" in refused.value.do


def test_without_any_font_western_names_are_printed_and_others_refused(tmp_path: Path) -> None:
    """A computer without a known font still has the PDF's own."""
    assert choose(set("Máire O’Brien – 10 ›"), (tmp_path,)) == Fonts(None, None)
    for name in ("Ольга", "王", "مريم"):
        with pytest.raises(NoFont):
            choose(set(name), (tmp_path,))


def test_the_library_is_loaded_only_when_a_pdf_is_made() -> None:
    program = (
        "import sys, exporter.reports.audit_trail, exporter.reports.access_review\n"
        "print(*(m for m in ('fpdf', 'fontTools', 'uharfbuzz', 'PIL') if m in sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == ""


def test_the_same_review_gives_the_same_pdf(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    """What is printed depends on what is told and on nothing else."""
    review = practice.call(reviewing.access_review, kim)
    first, second = io.BytesIO(), io.BytesIO()
    write_pdf(first, access_review.as_document(review))
    clock.advance(timedelta(hours=1))
    write_pdf(second, access_review.as_document(review))
    assert first.getvalue() == second.getvalue()


def test_an_event_with_a_patient_tells_the_number_and_no_name(
    practice: Practice, kim: Actor, folder: Path
) -> None:
    def add(store: Store) -> None:
        with store.transaction():
            provider = store.insert("provider", {"abbr": "DDS1", "last_name": "Patel"})
            store.insert(
                "patient",
                {
                    "patient_id": 4711,
                    "last_name": "Unmistakable",
                    "first_name": "Jane",
                    "status": "patient",
                    "birthdate": "1951-11-02",
                    "primary_provider_id": provider,
                },
            )
            audit.append(store, kim, "patient.ssn", "Saw a number.", patient_id=4711)

    practice.call(add)
    made = audit_trail.export(practice, kim, EVERYTHING, "csv", folder)
    text = made.path.read_text("utf-8")
    assert "4711" in text
    assert "Unmistakable" not in text
