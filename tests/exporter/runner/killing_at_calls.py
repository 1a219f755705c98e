"""Runners killed at a chosen system call that writes, by strace (REQUIREMENTS D13, D14).

One rule: a kill counts only where the call was really met: strace ends as what it traces ended.
"""

from __future__ import annotations

import re
import signal
from collections import Counter
from datetime import date
from pathlib import Path

from exporter.archive.files import part_of
from exporter.archive.names import archive_name
from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.runner.killing import FIRST_DAY, KilledRuns
from tests.exporter.runner.real_runner import start_runner

CALLS = "write,pwrite64,fsync,fdatasync,rename,unlink,ftruncate"
IN_A_ROW = 3
"""So many attempts are killed before one is let go on: the fourth is a download's last."""
_CALL = re.compile(r'^\d+ +(\w+)\((?:\d+<([^>]*)>|"([^"]*)")')

Boundary = tuple[str, str, int]
"""A system call, what kind of file it writes to, and which of those calls it is, from 1."""


def _kinds(runs: KilledRuns) -> dict[str, Path]:
    """Return each kind of file that a run writes, and where it is for the present download."""
    practice = runs.data / str(people.PGID)
    with Practice.open(runs.data, people.PGID, FixedClock(FIRST_DAY)) as opened:
        day = opened.call(
            lambda s: s.value(
                "SELECT run_on FROM data_download WHERE data_download_id = ?", (runs.number,)
            )
        )
    archive = runs.downloads / archive_name(people.PGID, date.fromisoformat(day), runs.number)
    return {
        "the archive": part_of(archive),
        "downloads": runs.downloads,
        "the database": practice / "practice.db",
        "its log": practice / "practice.db-wal",
        "its shared memory": practice / "practice.db-shm",
        "audit-heads.log": practice / "audit-heads.log",
    }


def boundaries(runs: KilledRuns) -> list[Boundary]:
    """Make a download under strace; return each call of it that writes, in no special order."""
    runs.schedule()
    kinds = {str(path): kind for kind, path in _kinds(runs).items()}
    trace = runs.data.parent / f"{runs.data.name}.trace"
    process = start_runner(
        runs.data, "strace", "-f", "-y", "-o", str(trace), "-e", f"trace={CALLS}"
    )
    _out, err = process.communicate()
    assert process.returncode == 0, err
    counts: Counter[tuple[str, str]] = Counter()
    for line in trace.read_text(errors="replace").splitlines():
        found = _CALL.match(line)
        if found and (kind := kinds.get(found[2] or found[3])):
            counts[found[1], kind] += 1
    return [(call, kind, n + 1) for (call, kind), count in counts.items() for n in range(count)]


def kill_at_call(runs: KilledRuns, boundary: Boundary) -> bool:
    """Kill a runner at one call and check; tell whether it came that far.

    Two runs never write in quite the same pieces: the last few calls of one may be missing.
    """
    call, kind, count = boundary
    process = start_runner(
        runs.data,
        *("strace", "-f", "-o", "/dev/null", "-P", str(_kinds(runs)[kind]), "-e", f"trace={call}"),
        *("-e", f"inject={call}:signal=SIGKILL:when={count}"),
    )
    process.communicate()
    runs.check()
    return process.returncode == -signal.SIGKILL


def kill_at_calls(runs: KilledRuns, wanted: list[Boundary]) -> int:
    """Kill runners at one call after the other; return how many were met."""
    runs.schedule()
    met = in_a_row = 0
    for boundary in wanted:
        met += kill_at_call(runs, boundary)
        in_a_row += 1
        if in_a_row == IN_A_ROW or runs.is_ready():
            runs.finish()
            runs.schedule()
            in_a_row = 0
        else:
            runs.let_the_lease_end()
    runs.finish()
    return met
