"""Files that are whole or not there: whose error is whose."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from exporter.archive.disk import DiskProblem
from exporter.archive.files import whole_file, whole_folder
from exporter.archive.writer import ArchiveWriter
from exporter.runner.reading import reading
from store.archive_key import derive
from tests.exporter.archive.making import MOMENT, PASSWORD

FOREIGN = OSError(errno.ENOSPC, "another disk is full")


def test_the_error_of_another_file_is_not_told_as_this_ones(tmp_path: Path) -> None:
    """Whoever read from a second disk was told to free some space on the first."""
    with pytest.raises(OSError, match="another disk"), whole_file(tmp_path / "a"):
        raise FOREIGN
    with pytest.raises(OSError, match="another disk"), whole_folder(tmp_path / "b"):
        raise FOREIGN
    new = ArchiveWriter(tmp_path / "c.zip", lambda: derive(PASSWORD), MOMENT)
    with (
        pytest.raises(OSError, match="another disk"),
        new as writer,
        writer.entry("a.txt"),
    ):
        raise FOREIGN
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_of_whoever_reads_is_no_end_of_the_reading_process(tmp_path: Path) -> None:
    """`chairside … | head`: the one who writes progress was told that the store cannot be read."""
    with (
        pytest.raises(BrokenPipeError, match="mine"),
        reading(tmp_path / "practice.db", [], "fast", lambda: None),
    ):
        raise BrokenPipeError(errno.EPIPE, "mine")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_its_own_error_is_told_wherever_it_is_written() -> None:
    """Also where it comes late, out of what was held back, and in whatever library writes."""
    from exporter.archive.disk import told_file
    from store.errors import DiskFull

    with open("/dev/full", "r+b", buffering=0) as full:  # noqa: PTH123 - a device
        file = told_file(full, Path("/dev"))
        file.write(b"x")
        with pytest.raises(DiskFull, match="no room left in dev"):
            file.flush()


def test_a_folder_that_cannot_be_written_to_is_not_called_an_archive() -> None:
    """It said: The archive cannot be used."""
    if not Path("/proc/self").is_dir():
        pytest.skip("no folder here that nobody can write to")
    with pytest.raises(DiskProblem) as told, whole_file(Path(f"/proc/{os.getpid()}/a.zip")):
        pass
    assert "archive" not in told.value.title
