"""An import that ends in the middle: by SIGKILL, or because the disk is full.

One rule: a real process, and the store is looked at table by table: it is as it was, or it has all.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store.database import Store
from store.practice import Practice
from tests import moving
from tests.clocks import FixedClock
from tests.exporter.test_full_disk import OWN_MOUNTS, may_mount
from tests.people import PGID
from tests.source_files import PROJECT

CHILD = [sys.executable, "-m", "tests.stories.moving_child"]
PATIENTS = 500
POINTS = 10
OWN = ("audit_log", "session", "user")
"""What signing in changes before the import begins."""


def _enter(store: Store) -> None:
    with store.transaction():
        store.insert("provider", {"provider_id": 1, "abbr": "DR"})
        store.db.executemany(
            "INSERT INTO patient (patient_id, last_name, status, primary_provider_id, address_note)"
            " VALUES (?, ?, 'patient', 1, ?)",
            [(n, f"Name {n}", "x" * 200) for n in range(1, PATIENTS + 1)],
        )


@pytest.fixture(scope="module")
def archive(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    shutil.copytree(practice_template, folder / "data")
    with Practice.open(folder / "data", PGID, FixedClock()) as practice:
        practice.call(_enter)
        return moving.export(practice, folder / "a.zip")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    data = tmp_path / "new"
    moving.new_practice(data).close()
    return data


def run(data: Path, archive: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CHILD, str(data), str(archive), *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def all_but_own(practice: Practice) -> dict[str, str]:
    return {name: sum_ for name, sum_ in moving.contents(practice).items() if name not in OWN}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment_the_store_is_as_it_was_or_has_it_all(
    archive: Path, new: Path, tmp_path: Path
) -> None:
    """DESIGN: nothing half done. Killed before the first row, among the rows, in the checks and
    just before the commit, in one and the same store after another."""
    shutil.copytree(new, tmp_path / "whole")
    whole = run(tmp_path / "whole", archive, "0")
    assert whole.returncode == 0, whole.stderr
    commit = int(whole.stdout)
    assert commit > PATIENTS
    with Practice.open(new, PGID, FixedClock()) as practice:
        before = all_but_own(practice)
    for deadly in (*(1 + commit * point // POINTS for point in range(POINTS)), commit - 1, commit):
        killed = run(new, archive, str(deadly))
        assert killed.returncode == -signal.SIGKILL, (deadly, killed.stderr)
        with Practice.open(new, PGID, FixedClock()) as practice:
            assert all_but_own(practice) == before, deadly
            assert moving.values(practice, "PRAGMA integrity_check") == [("ok",)]
    # What was committed is there, though nothing after the commit was done.
    killed = run(new, archive, str(commit + 1))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with Practice.open(new, PGID, FixedClock()) as practice:
        again = moving.texts(moving.export(practice, tmp_path / "again.zip"))
    assert again["patient"] == moving.texts(archive)["patient"]


def test_a_disk_that_fills_up_leaves_the_store_as_it_was(
    archive: Path, new: Path, tmp_path: Path
) -> None:
    way = "disk" if may_mount() else "limit"
    (tmp_path / "disk").mkdir()
    before = OWN_MOUNTS if way == "disk" else ()
    done = subprocess.run(
        [*before, *CHILD, str(new), str(archive), "full", str(tmp_path / "disk"), way],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kind"] == ("DiskFull" if way == "disk" else "StoreProblem"), told
    assert told["same"]
    assert told["written"] > PATIENTS
    assert told["sound"] == "ok"
