"""An import that is killed, for real, at several points: the store is as it was before."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store.imports.opendental.importer import import_opendental
from store.practice import Practice, create_practice
from tests.clocks import FixedClock
from tests.conftest import PROJECT
from tests.store.imports import dumps
from tests.store.imports.reading import contents, rows

PGID = 1
VISITS = 12_000
CHILD = """
import os, signal, sys
from pathlib import Path
from store.imports import bulk
from store.imports.opendental import importer
from store.practice import Practice
from tests.clocks import FixedClock

data, dump, when = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
# So little is kept in memory that changed pages reach the disk long before the end.
bulk.CACHE_KIB = 64
steps = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def progress(_label, _done, _total):
    global steps
    steps += 1
    if when.isdecimal() and steps == int(when):
        die()

def before_commit(_report, _transaction):
    if when == "before commit":
        die()

practice = Practice.open(data, 1, FixedClock())
practice.call(importer.import_opendental, dump, progress, before_commit=before_commit)
practice.close()
print(steps)
"""


def _import_elsewhere(data: Path, dump: Path, when: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(data), str(dump), when],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A dump that takes several steps to read, and renames a patient who is there already."""
    visits = [dumps.appointment(n, 1 + n % 50, Note="x" * 80) for n in range(1, VISITS)]
    text = dumps.dump(
        dumps.of_rows("appointment", visits),
        dumps.of_rows("patient", [dumps.patient(n, LName="Renamed") for n in range(1, 51)]),
        dumps.of_rows("provider", [dumps.provider()]),
    )
    return dumps.write(tmp_path / "big.sql", text)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("when", ["1", "3", "6", "before commit"])
def test_a_killed_import_leaves_the_store_as_it_was(tmp_path: Path, big: Path, when: str) -> None:
    """Scenario: kill -9 while rows are being written. Verified: not one of them is there after,
    the database is whole, and the same import then goes through."""
    data = tmp_path / "data"
    with create_practice(data, PGID, "New", FixedClock()) as practice:
        first = dumps.write(tmp_path / "first.sql", dumps.practice())
        practice.call(import_opendental, first)
        before = contents(practice)
    killed = _import_elsewhere(data, big, when)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with Practice.open(data, PGID, FixedClock()) as practice:
        assert contents(practice) == before
        assert rows(practice, "PRAGMA integrity_check") == [("ok",)]
    done = _import_elsewhere(data, big, "never")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 6
    with Practice.open(data, PGID, FixedClock()) as practice:
        assert rows(practice, "SELECT count(*) FROM appointment") == [(VISITS - 1,)]
        assert rows(practice, "SELECT DISTINCT last_name FROM patient") == [("Renamed",)]
