"""A database from a backup, put in the place of the present one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.runner.run import run_due
from store.access import Actor
from store.database import Store
from store.download_series import Repeat
from store.practice import Practice
from store.use_cases import downloads
from tests import people
from tests.clocks import FixedClock
from tests.exporter.runner.killing import salts_in

SignIn = Callable[[str], Actor]


@pytest.mark.parametrize("repeat", [None, Repeat("weekly")])
def test_attack_two_time_pad_by_a_database_that_was_put_back(
    practice_data: Path, clock: FixedClock, tmp_path: Path, repeat: Repeat | None
) -> None:
    """Vulnerability: keys that have served are there again, and would lock what has changed since.

    Scenario: a copy of the database is made while a download is scheduled; the archive is made and
    carried away; the copy is put back. Verified: no second archive has a salt of the first; what
    waited is cancelled with the reason, whoever was signed in is not, and what is scheduled from
    then on is made.
    """
    database = practice_data / str(people.PGID) / "practice.db"
    with Practice.open(practice_data, people.PGID, clock) as practice:
        people.scheduled(practice, people.signed_in(practice, "dana"), repeat=repeat)
    shutil.copy(database, tmp_path)
    clock.advance(days=1)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        assert [outcome.state for outcome in run_due(practice)] == ["ready"]
        (first,) = practice.folder.downloads.iterdir()
        salts = set(salts_in(first))
    shutil.copy(tmp_path / "practice.db", database)
    clock.advance(hours=1)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        people.change_store(practice, "INSERT INTO preference (name, value) VALUES ('new', 'x')")
        assert run_due(practice) == []
        assert list(practice.folder.downloads.iterdir()) == []
        keys = "SELECT (SELECT count(*) FROM data_download_key)"
        keys += " + (SELECT count(*) FROM data_download_series_key)"
        assert practice.call(Store.value, keys) == 0
        signed_in = "SELECT count(*) FROM session WHERE ended_at IS NULL"
        assert practice.call(Store.value, signed_in) == 0
        dana = people.signed_in(practice, "dana")
        (listed,) = practice.call(downloads.list_downloads, dana)
        assert (listed.state, "put back" in (listed.error or "")) == ("cancelled", True)
        people.scheduled(practice, dana)
        clock.advance(days=1)
        assert [outcome.state for outcome in run_due(practice)] == ["ready"]
        (second,) = practice.folder.downloads.iterdir()
        assert not salts & set(salts_in(second))
