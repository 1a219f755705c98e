"""What tests of reports share."""

from __future__ import annotations

import pytest

from exporter.letters.fonts import system_folders


@pytest.fixture(scope="session")
def dejavu() -> None:
    """A font with more than Latin letters; missing on a user's machine, its tests skip."""
    folders = [folder for folder in system_folders() if folder.is_dir()]
    if not any(found for folder in folders for found in folder.rglob("DejaVuSans.ttf")):
        pytest.skip("no DejaVu font on this computer (Debian: fonts-dejavu-core)")
