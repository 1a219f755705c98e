"""How long a backup and a restore take, and how long people's writes wait beside a backup.

Run: python -m benchmarks.backup --data DIR [--what work|writers] [--writers 8] [--pause 0.05]

DIR holds practice 1000; it is copied, and only the copy is worked on. Printed are the seconds of
each stretch of the work, and the waits of so many processes that write one audit event after the
other, beside a backup and alone. The claim: beside a backup no write waits longer than 100 ms
because of it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.writers import measure, size_of, tell
from exporter.archive.progress import Progress
from exporter.backup.making import make_backup, write_key
from exporter.backup.restoring import Wish, restore
from store.access import unattended
from store.clock import SystemClock
from store.practice import Practice
from tests import people

WHO = unattended("benchmark")


class Stretches:
    """Notes when each stretch of a piece of work begins."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, float]] = [("start", time.monotonic())]

    def __call__(self, progress: Progress) -> None:
        if progress.table != self.begun[-1][0]:
            self.begun.append((progress.table, time.monotonic()))

    def tell(self, what: str) -> None:
        """Print the seconds of each stretch."""
        ends = [*[at for _, at in self.begun[1:]], time.monotonic()]
        spent = [f"{name} {end - at:.1f}" for (name, at), end in zip(self.begun, ends, strict=True)]
        print(f"{what}: {ends[-1] - self.begun[0][1]:.1f} s ({', '.join(spent)})")


def timed(data: Path, room: Path, key: Path) -> None:
    """Make a backup and put it back, undisturbed."""
    passphrase = key.read_text().strip()
    stretches = Stretches()
    with Practice.open(data, people.PGID, SystemClock()) as practice:
        made = make_backup(practice, WHO, room, passphrase, stretches)
    stretches.tell(f"backup, {made.bytes / 1e6:.0f} MB")
    stretches = Stretches()
    restore(Wish(made.path, passphrase, room / "empty"), SystemClock(), WHO, stretches)
    stretches.tell("restore")
    shutil.rmtree(room / "empty")
    made.path.unlink()


def main() -> None:
    """Copy, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--what", choices=("work", "writers", "both"), default="both")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--pause", type=float, default=0.05)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        room, data = Path(place), Path(place) / "data"
        name = str(people.PGID)
        shutil.copytree(asked.data / name, data / name, ignore=shutil.ignore_patterns("*-shm"))
        print(f"a store of {size_of(data / name / 'practice.db') / 1e6:.0f} MB")
        key = room / "key"
        write_key(key)
        if asked.what != "writers":
            timed(data, room, key)
        if asked.what == "work":
            return
        program = Path(sys.executable).with_name("chairside")
        words = ["backup", "--data", data, "--to", room, "--passphrase-file", key]

        def start(_data: Path) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [program, *map(str, words)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

        beside = measure(data, asked.writers, asked.pause, None, start)
        alone = measure(data, asked.writers, asked.pause, beside.seconds)
    tell("beside a backup", beside)
    tell("alone", alone)


if __name__ == "__main__":
    main()
