"""One archive for all tests that only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exporter.archive.making import make_archive


@pytest.fixture(scope="session")
def whole_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that nobody changes; copy it before damaging it."""
    return make_archive(tmp_path_factory.mktemp("archive") / "1000-2026-11-20-0007.zip")
