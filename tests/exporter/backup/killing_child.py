"""Makes backups and puts them back, and is killed at every step that touches the disk.

Run as `python -m tests.exporter.backup.killing_child TEMPLATE SCRATCH EVERY`. Each step is taken in
a process of its own that dies by SIGKILL just before it; then what lies on the disk is checked, and
the work is done once more to its end. It prints, a line of JSON for each kind of work, how many
kills there were and what they left.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exporter.backup.opening import opened
from store import audit_heads
from store.audit_check import Check
from store.database import Store
from tests import people
from tests.clocks import FixedClock
from tests.exporter.backup.steps import PASSPHRASE, backed_up, put_back, reopened

OLD, NEW = "Since renamed", people.PRACTICE_NAME
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STEPS = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect"}
_taken, _deadly = 0, 0


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    global _taken
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES
    if writes or event in STEPS:
        _taken += 1
        if _taken == _deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def steps_of(work: Callable[[], object], deadly: int = 0) -> int:
    """Do the work in a process of its own, killed before its step `deadly` (0: never).

    Returns how many steps it took; 0 if it was killed.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        global _deadly
        _deadly = deadly
        sys.addaudithook(_watch)
        try:
            work()
            os.write(writing, str(_taken).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    assert told or os.WIFSIGNALED(status), "it failed by itself"
    return int(told or 0)


def name_and_soundness(data: Path) -> str:
    """Open the practice, check all of it, and return its name."""
    with reopened(data, FixedClock()) as practice:
        assert practice.call(Store.value, "PRAGMA integrity_check") == "ok"
        heads = practice.call(lambda store: audit_heads.read(store.folder, store.sealer))
        restores = Check(practice.folder, heads).run().restores
        name = str(practice.call(Store.value, "SELECT name FROM practice_group"))
        keys = practice.call(Store.value, "SELECT count(*) FROM data_download_key")
        assert bool(restores) == (name == NEW) == (keys == 0), "half a restore"
        return name


def killed_backups(data: Path, scratch: Path, every: int) -> Counter[str]:
    """Kill the making of a backup; whatever has a final name must be whole."""
    left: Counter[str] = Counter()
    to = scratch / "to"

    def work() -> None:
        with reopened(data, FixedClock()) as practice:
            backed_up(practice, to)

    total = steps_of(work)
    for step in range(1, total + 1, every):
        shutil.rmtree(to, ignore_errors=True)
        killed = not steps_of(work, step)
        whole = list(to.glob("*.zip")) if to.exists() else []
        for file in whole:
            with opened(file, PASSPHRASE) as backup:
                backup.check()
        left[("whole" if whole else "nothing") if killed else "done"] += 1
        for file in whole:
            file.unlink()
        for part in to.glob(".*.part") if to.exists() else ():
            part.unlink()
        work()
        assert len(list(to.iterdir())) == 1
        assert not (data / "1000" / ".backup").exists()
        assert name_and_soundness(data) == OLD
    return left


def killed_restores(data: Path, backup: Path, scratch: Path, every: int) -> Counter[str]:
    """Kill a restore; what is there is the old practice or the new one, whole."""
    left: Counter[str] = Counter()
    there = scratch / "there"

    def work() -> None:
        put_back(there, backup, FixedClock())

    shutil.copytree(data, there)
    total = steps_of(work)
    for step in range(1, total + 1, every):
        shutil.rmtree(there)
        shutil.copytree(data, there)
        if steps_of(work, step):
            break
        name = name_and_soundness(there)
        left[{OLD: "old", NEW: "new"}[name]] += 1
        kept = list(there.glob("1000.before-*"))
        assert len(kept) == (name == NEW), "the old one was lost, or moved for nothing"
        work()
        assert name_and_soundness(there) == NEW
        assert len(list(there.glob("1000.before-*"))) == len(kept) + 1
        assert not list(there.glob(".1000*"))
    return left


def main(template: Path, scratch: Path, every: int) -> None:
    """Prepare a practice that was renamed after its backup, then kill."""
    data = scratch / "data"
    shutil.copytree(template, data)
    with reopened(data, FixedClock()) as practice:
        people.scheduled(practice, people.signed_in(practice, "dana"))
        backup = backed_up(practice, scratch / "first").path
        people.change_store(practice, "UPDATE practice_group SET name = ?", OLD)
    for what, left in (
        ("backup", killed_backups(data, scratch, every)),
        ("restore", killed_restores(data, backup, scratch, every)),
    ):
        print(json.dumps({"work": what, **left}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
