"""Saving an archive to the folder that its requester names (REQUIREMENTS D17)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.archive.disk import DiskProblem
from exporter.archive.files import part_of
from exporter.archive.progress import Progress
from exporter.runner.saving import save_archive
from store.access import Actor
from store.errors import StoreProblem
from store.practice import Practice
from store.use_cases.retrieving import Retrieval, authorise_retrieval
from tests import people


@pytest.fixture
def retrieval(practice: Practice, made: Path, sign_in: Callable[[str], Actor]) -> Retrieval:
    """An archive that dana may save now."""
    assert made.is_file()
    return practice.call(authorise_retrieval, sign_in("dana"), 1, people.PASSWORDS["dana"])


def test_d17_what_the_disk_changed_is_noticed_before_the_copy_has_its_name(
    retrieval: Retrieval, tmp_path: Path
) -> None:
    """Scenario: a byte that is written already is another one by the time it is read back."""

    def spoil(progress: Progress) -> None:
        if progress.bytes_done == progress.bytes_total:
            with part_of(tmp_path / retrieval.file_name).open("r+b") as written:
                first = written.read(1)
                assert first, "nothing is written yet"
                written.seek(0)
                written.write(bytes([first[0] ^ 1]))

    with pytest.raises(StoreProblem, match="not what was read"):
        save_archive(retrieval, tmp_path, spoil)
    assert list(tmp_path.glob("*.zip*")) == []
    assert list(tmp_path.glob(".*.part")) == []


def test_a_folder_that_cannot_even_be_looked_at_is_told(
    retrieval: Retrieval, tmp_path: Path
) -> None:
    """It ended as an unexpected error."""
    with pytest.raises(DiskProblem, match="File name too long"):
        save_archive(retrieval, tmp_path / ("n" * 300))
