"""A readable copy is in the audit trail, or it does not stay (D18, D19)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from exporter.archive.reader import Archive
from store.access import Actor
from store.errors import SessionEnded
from store.practice import Practice
from tests import people
from tests.exporter.archive.making import PASSWORD, make_archive
from tui.screens.convert import convert
from tui.screens.disc import make_discs, make_locked
from tui.screens.extract import extract
from tui.widgets.jobs import Job

Copying = Callable[[Practice, Actor, Archive, Path, Job], Awaitable[object]]
WAYS: dict[str, Copying] = {
    "csv": lambda p, a, z, to, job: convert(p, a, z, "csv", to / "csv", job),
    "workbook": lambda p, a, z, to, job: convert(p, a, z, "workbook", to / "a.xlsx", job),
    "files": lambda p, a, z, to, job: extract(p, a, z, to / "files", job),
    "disc": make_discs,
    "locked csv": lambda p, a, z, to, job: make_locked(
        p, a, z, to / "a.zip", "four quiet maple trees", job
    ),
}


class Watched(Job):
    """Work during which something happens at the desk next to it."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__("Work")
        self._meanwhile = meanwhile

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell how far it is."""
        super().progress(done, total, note)
        self._meanwhile()


@pytest.mark.parametrize("way", WAYS)
async def test_attack_a_copy_that_stays_though_the_session_was_ended_meanwhile(
    practice: Practice, tmp_path: Path, way: str
) -> None:
    """Vulnerability: readable files without a disclosure. Scenario: an administrator ends the
    session of whoever has just begun one. Verified: nothing stays; the trail has the beginning."""
    to = tmp_path / "to"
    to.mkdir()
    dana = people.signed_in(practice, "dana")
    ending = "UPDATE session SET ended_at = '2026-11-21T00:00:00Z'"
    job = Watched(lambda: people.change_store(practice, ending))
    with Archive.open(make_archive(tmp_path / "a.zip"), PASSWORD) as archive:
        with pytest.raises(SessionEnded):
            await WAYS[way](practice, dana, archive, to, job)
        assert job.done, "the work had begun"
    assert [path for path in to.rglob("*") if path.is_file()] == []
    told = practice.call(
        lambda s: s.rows(
            "SELECT action FROM audit_log WHERE action IN ('conversion.begin', 'disclosure')"
        )
    )
    assert [tuple(row) for row in told] == [("conversion.begin",)]


@pytest.mark.parametrize("way", WAYS)
async def test_a_copy_that_is_made_is_noted(practice: Practice, tmp_path: Path, way: str) -> None:
    to = tmp_path / "to"
    to.mkdir()
    dana = people.signed_in(practice, "dana")
    with Archive.open(make_archive(tmp_path / "a.zip"), PASSWORD) as archive:
        await WAYS[way](practice, dana, archive, to, Job("Work"))
    assert [path for path in to.rglob("*") if path.is_file()]
    noted = practice.call(lambda s: s.rows("SELECT form, is_encrypted FROM disclosure"))
    assert [tuple(row) for row in noted] == [(way.split()[-1], int(way == "locked csv"))]
