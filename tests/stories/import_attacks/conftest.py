"""A genuine archive, and a new practice that it is read into, altered or not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Store
from store.practice import Practice
from tests import moving
from tests.clocks import FixedClock
from tests.people import PGID


@pytest.fixture(scope="module")
def genuine(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a small practice: kim, dana and ana, a provider and two patients."""
    folder = tmp_path_factory.mktemp("genuine")
    shutil.copytree(practice_template, folder / "data")

    def enter(store: Store) -> None:
        with store.transaction():
            store.insert("provider", {"provider_id": 1, "abbr": "DR"})
            for number in (1, 2):
                store.insert(
                    "patient",
                    {
                        "patient_id": number,
                        "last_name": "Adler",
                        "status": "patient",
                        "primary_provider_id": 1,
                        "birthdate": "1984-03-14",
                        "balance_total": 123,
                    },
                )

    with Practice.open(folder / "data", PGID, FixedClock()) as practice:
        practice.call(enter)
        return moving.export(practice, folder / "genuine.zip")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a new practice."""
    data = tmp_path_factory.mktemp("empty") / "data"
    moving.new_practice(data).close()
    return data


@pytest.fixture
def new(empty: Path, tmp_path: Path) -> Iterator[Practice]:
    """A new practice of this test's own."""
    shutil.copytree(empty, tmp_path / "new")
    with Practice.open(tmp_path / "new", PGID, FixedClock()) as practice:
        yield practice
