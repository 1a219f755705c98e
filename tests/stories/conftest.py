"""What stories share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.shell import Shell


@pytest.fixture
def shell(practice_data: Path, tmp_path: Path) -> Shell:
    """The real program on the test practice, which nobody else has open."""
    home = tmp_path / "home"
    home.mkdir()
    return Shell(practice_data, home)
