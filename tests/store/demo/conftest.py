"""Demo practices of several sizes, each built once and then only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from store.imports.demo.build import build_demo
from store.practice import create_practice
from tests.clocks import START, FixedClock

PGID = 1000
TODAY = "2026-11-20"
"""The day of `tests.clocks.START` in California."""


Build = Callable[..., sqlite3.Connection]


def build_under(folder: Path, patients: int, *, seed: int = 7, now: datetime = START) -> Path:
    """Build a demo practice in a folder and return its database."""
    create_practice(
        folder,
        PGID,
        "Maple Grove Dental",
        FixedClock(now),
        fill=lambda store: build_demo(store, patients=patients, seed=seed),
    ).close()
    return folder / str(PGID) / "practice.db"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Return a connection to the demo practice of a size, built at the first call."""
    opened = []

    @cache
    def of_size(patients: int) -> sqlite3.Connection:
        path = build_under(tmp_path_factory.mktemp("demo") / "data", patients)
        db = sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)
        db.row_factory = sqlite3.Row
        opened.append(db)
        return db

    yield of_size
    for db in opened:
        db.close()


@pytest.fixture(scope="session")
def db(demo: Build) -> sqlite3.Connection:
    """The demo practice of 200 patients."""
    return demo(200)
