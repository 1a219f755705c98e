"""Backups and restores that are killed: what has a final name is whole, and a practice is there.

One rule: the real work in real processes, ended by SIGKILL; what lies on the disk is checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.source_files import PROJECT


def test_killed_before_any_step_that_touches_the_disk(
    practice_template: Path, tmp_path: Path
) -> None:
    """Every third step of each; `killing_child` with 1 takes all of them."""
    program = [sys.executable, "-m", "tests.exporter.backup.killing_child"]
    done = subprocess.run(
        [*program, str(practice_template), str(tmp_path), "3"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = {one.pop("work"): one for one in map(json.loads, done.stdout.splitlines())}
    assert told["backup"]["nothing"] >= 5
    assert told["backup"]["whole"] >= 1
    assert told["restore"]["old"] >= 5
    assert told["restore"]["new"] >= 1
