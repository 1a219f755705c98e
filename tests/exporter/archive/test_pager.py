"""Pages of a table: forwards, backwards and anywhere, never all in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.archive import pager
from exporter.archive.reader import Archive
from tests.exporter.archive.making import PASSWORD, PATIENT, VISIT, VISITS, make_archive

PATIENTS_MANY = [
    (
        n,
        f"Name {n}" if n % 7 else f'odd "{n}"\nname',
        "1984-03-14",
        n * 31 % 9973,
        None,
        n % 2,
        "patient",
        None,
        None,
        f"{n * 7919:x}" * (n % 40) or None,
    )
    for n in range(1, 20_001)
]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "a.zip"
    return make_archive(path, [(PATIENT, PATIENTS_MANY), (VISIT, VISITS)])


def keys(page: pager.Page) -> list[int]:
    return [int(row[0] or 0) for row in page.rows]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(starts=st.lists(st.integers(0, 21_000), min_size=1, max_size=8))
def test_pages_in_any_order_show_the_rows_of_their_place(starts: list[int], large: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pager, "SPACING", 100_000)
        with Archive.open(large, PASSWORD) as archive:
            for start in starts:
                page = archive.page("patient", start)
                wanted = range(start + 1, min(start + 200, 20_000) + 1)
                assert keys(page) == list(wanted)
                assert page.total == 20_000


def test_rows_are_what_the_table_holds(large: Path) -> None:
    with Archive.open(large, PASSWORD) as archive:
        page = archive.page("patient", 12_345, 50)
    wanted = [
        tuple(None if value is None else str(value) for value in row)
        for row in PATIENTS_MANY[12_345:12_395]
    ]
    assert list(page.rows) == wanted


def test_every_row_is_shown_once_backwards_too(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the rows at which a kept place begins, whose start was read with the block before."""
    monkeypatch.setattr(pager, "SPACING", 1)
    with Archive.open(large, PASSWORD) as archive:
        archive.page("patient", 19_999)
        begins = [mark.line - 1 for mark in archive.pager("patient")._marks[1:]]
        starts = sorted({*range(0, 20_000, 500), *begins}, reverse=True)
        assert len(begins) >= 2
        for start in starts:
            shown = archive.page("patient", start, 500).rows
            wanted = PATIENTS_MANY[start : start + 500]
            assert [row[1] for row in shown] == [row[1] for row in wanted]
            assert [row[0] for row in shown] == [str(row[0]) for row in wanted]


def test_the_last_page_may_be_short_and_past_it_is_none(large: Path) -> None:
    with Archive.open(large, PASSWORD) as archive:
        assert keys(archive.page("visit", 450)) == list(range(451, 501))
        assert archive.page("visit", 500).rows == ()
        assert archive.page("visit", 10**9).rows == ()


def test_what_is_not_a_page_is_refused(large: Path) -> None:
    with Archive.open(large, PASSWORD) as archive:
        for start, count in ((-1, 10), (0, -1), (0, 10**6)):
            with pytest.raises(ValueError, match="a page starts"):
                archive.page("visit", start, count)


def test_an_empty_table_has_an_empty_page(tmp_path: Path) -> None:
    with Archive.open(make_archive(tmp_path / "a.zip", [(VISIT, [])]), PASSWORD) as archive:
        assert archive.page("visit", 0) == pager.Page(0, (), 0)
        assert archive.verify().is_whole


def test_a_page_far_back_does_not_read_from_the_start(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once passed, a place is found again from a mark near it."""
    monkeypatch.setattr(pager, "SPACING", 1)
    with Archive.open(large, PASSWORD) as archive:
        archive.page("patient", 19_900)
        read: list[int] = []
        real = archive.file.read_at
        monkeypatch.setattr(
            archive.file, "read_at", lambda place, size: read.append(place) or real(place, size)
        )
        archive.page("patient", 19_000)
        assert read == [] or min(read) > archive.entry("patient.txt").data_offset + 10
