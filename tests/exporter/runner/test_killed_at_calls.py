"""The real runner, killed at the very calls that make things durable."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from store import download_keys
from tests.exporter.runner.killing import KilledRuns, build_practice
from tests.exporter.runner.killing_at_calls import boundaries, kill_at_calls

DECISIVE = [
    ("write", "the archive"),
    ("fsync", "the archive"),
    ("rename", "the archive"),
    ("fsync", "downloads"),
    ("fdatasync", "its log"),
    ("pwrite64", "the database"),
]
"""Between them a name, a key or a state is there or not. `benchmarks/kills.py` takes every call."""


def test_killed_at_decisive_calls_nothing_half_and_no_key_twice(tmp_path: Path) -> None:
    """Vulnerability: what is durable, and what is only written, go by different orders (D13, D14).

    Scenario: SIGKILL on entering a call in the middle of those of its kind; `killing` checks.
    """
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (Debian: strace)")
    build_practice(tmp_path / "data", rows=1_000)
    runs = KilledRuns(tmp_path / "data")
    counted: dict[tuple[str, str], int] = {}
    for call, kind, _count in boundaries(runs):
        counted[call, kind] = counted.get((call, kind), 0) + 1
    wanted = [(*which, (counted[which] + 1) // 2) for which in DECISIVE]
    assert kill_at_calls(runs, wanted) == len(DECISIVE)
    assert len(runs.salts) > runs.archives * download_keys.entries_per_archive()
