"""Converts an archive to CSV, and is killed at every step that touches the disk.

Run as `python -m tests.exporter.convert.killing_child ARCHIVE SCRATCH`. Each step is taken in a
process of its own that dies by SIGKILL just before it; then the work is done once more to its end.
It prints a line of JSON: how many kills left plain data in a hidden folder, how many did not.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

from exporter.archive.reader import Archive
from exporter.convert.csv_files import to_csv
from store.errors import BadInput
from tests.exporter.archive.making import PASSWORD
from tests.exporter.backup.killing_child import STEPS, steps_of

FILES = ["README.txt", "patient.csv", "visit.csv"]


def main(path: Path, scratch: Path) -> None:
    """Kill, look, and do it again."""
    STEPS.update({"fcntl.fcntl", "fcntl.flock"})
    left: Counter[str] = Counter()
    to = scratch / "to"

    def work() -> None:
        with Archive.open(path, PASSWORD) as archive:
            to_csv(archive, to)

    # Here once, so that no process has to import everything again.
    work()
    shutil.rmtree(to)
    total = steps_of(work)
    for step in range(1, total + 1):
        shutil.rmtree(to)
        to.mkdir()
        if steps_of(work, step):
            break
        hidden = [file for file in to.glob(".*/*") if file.stat().st_size]
        left["plain data" if hidden else "none"] += 1
        seen = sorted(file.name for file in to.glob("[!.]*"))
        assert FILES[0] not in seen or seen == FILES, f"a page that tells of more than {seen}"
        if seen:
            # Killed while they got their names: what people see they move away, as they are told.
            with suppress(BadInput):
                work()
            assert sorted(file.name for file in to.iterdir()) == seen
            for name in seen:
                (to / name).unlink()
        work()
        there = sorted(file.name for file in to.iterdir())
        assert there == FILES, f"killed before step {step} of {total}: {there}"
    print(json.dumps(left))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
