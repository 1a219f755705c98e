"""A disk that fills up in the middle: nothing half stays, the store is sound, the next try works.

One rule: a real file system that is full, where this machine lets a test mount one; where not, a
limit on the size of files, which the same calls meet.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.source_files import PROJECT

OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")
"""The child may mount, and nobody else sees it."""
MADE = {
    "copy": ".zip",
    "csv": "preference.csv",
    "workbook": ".xlsx",
    "disc": ".iso",
    "backup": ".zip",
    "restore": "secret.key",
}


def may_mount() -> bool:
    """Tell whether a process may have mounts of its own here."""
    command = [*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def work_on(disk: Path, data: Path, way: str) -> dict[str, dict[str, Any]]:
    """Let the child do each piece of work; return what it told of each."""
    disk.mkdir()
    program = [sys.executable, "-m", "tests.exporter.full_disk_child", str(data), str(disk), way]
    before = OWN_MOUNTS if way == "disk" else ()
    done = subprocess.run(
        [*before, *program], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {told["work"]: told for told in map(json.loads, done.stdout.splitlines())}


def test_a_disk_that_fills_up_leaves_nothing_half_and_the_next_try_works(
    practice_data: Path, tmp_path: Path
) -> None:
    """Archive, copy, CSV, workbook, disc, backup and restore each meet ENOSPC for real."""
    way = "disk" if may_mount() else "limit"
    told = work_on(tmp_path / "disk", practice_data, way)
    assert told.pop("end")["told"] == "ok", "the store is damaged"
    store = told.pop("store")
    # A limit on the size of files is no full disk: SQLite tells it as a failed write.
    assert store["kind"] == ("DiskFull" if way == "disk" else "StoreProblem"), store
    assert "practice's database" in store["told"]
    assert store["left"] == []
    for work, one in told.items():
        assert "no room left" in one["told"], (work, one)
        assert ".part" not in one["told"], "a name that nobody knows"
        assert one["left"] == [], f"{work} left something"
        assert any(name.endswith(MADE.get(work, ".zip")) for name in one["made"]), work
        assert not any(name.endswith(".part") for name in one["made"])
    assert told.keys() == {"archive", *MADE}
