"""What survives a power failure: the disk is told of it in the right order, as strace shows.

One rule: the real calls are looked at; nothing else shows what the disk was told.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source_files import PROJECT

CALLS = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,mkdir"
_OPENED = re.compile(r"^\d+ +(write|pwrite64|fsync|fdatasync)\(\d+<([^>]*)>")
_NAMED = re.compile(r'^\d+ +(?:rename|link)\w*\(.*?"[^"]+", .*?"([^"]+)"')

Step = tuple[str, str]
"""What was done to which name: `write`, `sync`, or `name` for one that it got."""


def steps_of(script: str, folder: Path) -> list[Step]:
    """Run a script with `folder` under strace; return what it did there, names relative to it."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed (Debian: strace)")
    trace = folder.parent / "calls.trace"
    command = [strace, "-f", "-y", "-s", "300", "-o", str(trace), "-e", f"trace={CALLS}"]
    subprocess.run(
        [*command, sys.executable, "-c", script, str(folder)],
        check=True,
        capture_output=True,
        cwd=PROJECT,
    )
    steps: list[Step] = []
    for line in trace.read_text(errors="replace").splitlines():
        if found := _OPENED.match(line):
            step = ("sync" if "sync" in found[1] else "write", found[2])
        elif found := _NAMED.match(line):
            step = ("name", found[1])
        else:
            continue
        path = Path(step[1])
        if path.is_relative_to(folder):
            steps.append((step[0], str(path.relative_to(folder))))
    return steps


WRITING = """
import sys
from pathlib import Path
from exporter.archive.files import whole_file
folder = Path(sys.argv[1])
with whole_file(folder / "a.zip", replace={replace}) as file:
    file.write(b"whole")
"""


@pytest.mark.parametrize("replace", [True, False])
def test_a_file_is_synced_before_it_has_its_name_and_the_name_after(
    tmp_path: Path, replace: bool
) -> None:
    """DESIGN, one download: a temporary file, which is synced and renamed."""
    folder = tmp_path / "there"
    folder.mkdir()
    assert steps_of(WRITING.format(replace=replace), folder) == [
        ("write", ".a.zip.part"),
        ("sync", ".a.zip.part"),
        ("name", "a.zip"),
        ("sync", "."),
    ]


SEVERAL = """
import sys
from pathlib import Path
from exporter.archive.files import whole_file, whole_folder
with whole_folder(Path(sys.argv[1])) as staging:
    for name in ("a.csv", "b.csv"):
        with whole_file(staging / name) as file:
            file.write(b"whole")
"""


def test_names_that_several_files_get_at_once_are_synced_after_the_last(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    steps = steps_of(SEVERAL, folder)
    assert steps[-3:] == [("name", "a.csv"), ("name", "b.csv"), ("sync", ".")]
    assert sum(what == "sync" and name.endswith(".csv.part") for what, name in steps) == 2


MAKING = """
import sys
from pathlib import Path
from store.practice import create_practice
from tests.clocks import FixedClock
create_practice(Path(sys.argv[1]), 1, "Oak Street", FixedClock()).close()
"""


def test_a_new_practice_has_its_key_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    """Without its key nothing that it seals is ever opened again."""
    steps = steps_of(MAKING, tmp_path / "data")
    named = steps.index(("name", "1"))
    assert ("sync", ".1.new/secret.key") in steps[:named]
    assert ("sync", ".1.new") in steps[steps.index(("sync", ".1.new/secret.key")) : named]
    assert ("sync", ".") in steps[named:]


TAKING = """
import sys
from pathlib import Path
from store import access
from store.download_keys import entries_per_archive
from store.practice import Practice
from store.use_cases import unattended
from tests.clocks import DUE, FixedClock
data, runner = Path(sys.argv[1]), access.unattended("test")
with Practice.open(data, 1000, FixedClock(DUE)) as practice:
    job = practice.call(unattended.claim, runner, "test")
    (data / "before").write_text("x")
    practice.call(unattended.take_keys, runner, job, entries_per_archive())
    (data / "after").write_text("x")
"""


def test_that_keys_were_taken_is_on_the_disk_before_they_are_handed_on(
    practice_data: Path, due: int
) -> None:
    """Vulnerability: a key that locks a second text after a power failure.

    Verified: first the commit, then the trail's head outside the database, each synced.
    """
    steps = steps_of(TAKING, practice_data)
    taking = steps[steps.index(("write", "before")) : steps.index(("write", "after"))]
    head = taking.index(("write", "1000/audit-heads.log"))
    assert ("sync", "1000/practice.db-wal") in taking[:head]
    assert ("sync", "1000/audit-heads.log") in taking[head:]
