"""Conversions that are killed, and two at once: no plain data stays in a hidden folder.

One rule: real processes, ended by SIGKILL; what lies on the disk is looked at.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.archive.errors import ArchiveProblem
from exporter.archive.files import part_of, private_folder, whole_file
from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from exporter.convert.csv_files import to_csv
from exporter.convert.workbook import to_workbook
from tests.exporter.archive.making import PASSWORD
from tests.exporter.convert.killing_child import FILES
from tests.source_files import PROJECT


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_attack_plain_data_that_a_killed_conversion_left(
    whole_archive: Path, tmp_path: Path
) -> None:
    """Vulnerability: a power failure leaves patients' data, readable, in a folder nobody sees.
    Scenario: killed before every step, then done once more. Verified: nothing hidden is left."""
    program = [sys.executable, "-m", "tests.exporter.convert.killing_child"]
    done = subprocess.run(
        [*program, str(whole_archive), str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    left = json.loads(done.stdout)
    assert left["plain data"] >= 10
    assert left["none"] >= 3


def test_two_at_once_do_not_clear_each_other_away(whole_archive: Path, tmp_path: Path) -> None:
    """A second conversion begins and ends in the same folder while the first is at work."""
    others = 0

    def another(_progress: Progress) -> None:
        nonlocal others
        others += 1
        with Archive.open(whole_archive, PASSWORD) as archive:
            to_workbook(archive, tmp_path / f"{others}.xlsx")

    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path, progress=another)
    made = [f"{number + 1}.xlsx" for number in range(others)]
    assert others > 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [*made, *FILES]


def test_another_process_sees_that_a_folder_is_in_use(whole_archive: Path, tmp_path: Path) -> None:
    with private_folder(tmp_path) as ours:
        (ours / "plain").write_bytes(b"at work")
        _in_another_process(
            "from exporter.archive.files import private_folder;"
            "from pathlib import Path;"
            "private_folder(Path('.')).__enter__()",
            tmp_path,
        )
        assert (ours / "plain").read_bytes() == b"at work"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_written_is_not_taken_for_one_that_was_left(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    taking = (
        "from exporter.archive.files import whole_file;"
        "from pathlib import Path;"
        "whole_file(Path('a.zip')).__enter__()"
    )
    with whole_file(path) as file:
        file.write(b"ours")
        with pytest.raises(ArchiveProblem, match="Another run"), whole_file(path):
            pass
        assert "Another run is writing this file." in _in_another_process(taking, tmp_path)
    assert path.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_a_killed_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """DESIGN, one download: saving it again works, for people who cannot remove a file too."""
    path = tmp_path / "a.zip"
    killed = (
        "from exporter.archive.files import whole_file;"
        "from pathlib import Path; import os, signal;"
        "work = whole_file(Path('a.zip')); file = work.__enter__();"
        "file.write(b'half'); file.flush();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    _in_another_process(killed, tmp_path)
    assert part_of(path).read_bytes() == b"half"
    with whole_file(path) as file:
        file.write(b"whole")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.zip", b"whole")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes no links without a right")
def test_attack_a_link_in_the_place_of_a_folder_that_was_left(tmp_path: Path) -> None:
    """Scenario: a hidden link of that name leads to a folder of the user's.
    Verified: nothing in that folder is removed."""
    precious, folder = tmp_path / "precious", tmp_path / "usb"
    precious.mkdir()
    folder.mkdir()
    (precious / "thesis").write_bytes(b"x")
    (folder / ".chairside-000000000000.part").symlink_to(precious)
    (folder / ".chairside-000000000000.lock").symlink_to(precious / "thesis")
    with private_folder(folder):
        pass
    assert (precious / "thesis").read_bytes() == b"x"
    shutil.rmtree(folder)


def _in_another_process(program: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr
