"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input that nobody here wrote; tests that need it skip without it."""
    shared = Path(os.environ.get("CHAIRSIDE_SHARED", PROJECT.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.skip(f"no input data: {shared / 'data'} is missing (set CHAIRSIDE_SHARED)")
    return shared / "data"
