"""What the tests of imports share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.practice import Practice, create_practice
from tests.clocks import FixedClock


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Practice]:
    """A practice without a patient, in Pacific time."""
    with create_practice(tmp_path / "data", 1, "New", FixedClock()) as practice:
        yield practice
