"""How long people's writes wait while an export reads the same store.

Run: python -m benchmarks.writers [--megabytes 300] [--writers 20] [--pause 0.05]

So many processes write one small audit event after the other through the store, each after a pause;
first alone, as long as the export took, then beside `chairside runner run`. Printed are the longest
waits of both and their shares, the highest size of the write-ahead log, and its size when the run
has ended. The claims: beside an export no write waits longer than 100 ms because of it, and the log
is small again after the run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from store.access import change, unattended
from store.clock import SystemClock
from store.database import Store
from store.practice import Practice, create_practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.runner.killing import FIRST_DAY
from tests.exporter.runner.real_runner import start_runner

LIMIT_MS = 100
SETTLING_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Waits:
    """How long each write took, in milliseconds, shortest first; and the log's sizes in bytes."""

    spent: list[float]
    seconds: float
    log_peak: int
    log_after: int

    def share(self, part: float) -> float:
        """Return the wait that this part of all writes stayed within."""
        return self.spent[min(int(len(self.spent) * part), len(self.spent) - 1)]


def write_event(store: Store, text: str) -> None:
    """Write one audit event as a use case does."""
    with change(store, unattended("benchmark"), None) as tx:
        tx.record("benchmark", text)


def write_until(data: Path, pause: float, stop: Event, ready: Event, answer: object) -> None:
    """Write event after event; put when each began and ended, in seconds, into the answer queue."""
    spent: list[tuple[float, float]] = []
    with Practice.open(data, people.PGID, SystemClock()) as practice:
        ready.set()
        while not stop.wait(pause):
            began = time.monotonic()
            practice.call(write_event, f"Event {len(spent)}.")
            spent.append((began, time.monotonic()))
    answer.put(spent)  # type: ignore[attr-defined]


class LogWatch(threading.Thread):
    """Notes the highest size of a file until it is stopped."""

    def __init__(self, log: Path) -> None:
        super().__init__(daemon=True)
        self._log, self._stopped = log, threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._stopped.wait(0.02):
            self.peak = max(self.peak, size_of(self._log))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def size_of(file: Path) -> int:
    """Return a file's size in bytes; 0 where there is none."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def build(data: Path, megabytes: int) -> None:
    """Make a practice of that size whose download is due."""
    clock = FixedClock(FIRST_DAY)
    with create_practice(
        data, people.PGID, people.PRACTICE_NAME, clock, fill=people.fill
    ) as practice:
        for part in range(megabytes // 28):
            people.change_store(
                practice,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                " INSERT INTO preference (name, value) SELECT 'note ' || ? || ' ' || i,"
                " 'Patient ' || i || ' was seen; ' || hex(randomblob(60)) ||"
                " replace(hex(zeroblob(130)), '00', ' a word') FROM n",
                part,
            )
        people.scheduled(practice, people.signed_in(practice, "dana"))


def measure(
    data: Path,
    writers: int,
    pause: float,
    seconds: float | None,
    start: Callable[[Path], subprocess.Popen[str]] = start_runner,
) -> Waits:
    """Let all write: for so many seconds, or (None) as long as what `start` starts takes."""
    together = multiprocessing.get_context("spawn")
    stop, answers = together.Event(), together.Queue()
    ready = [together.Event() for _ in range(writers)]
    processes = [
        together.Process(target=write_until, args=(data, pause, stop, one, answers))
        for one in ready
    ]
    for process in processes:
        process.start()
    for one in ready:
        one.wait()
    log = data / str(people.PGID) / "practice.db-wal"
    watch = LogWatch(log)
    watch.start()
    began = time.monotonic()
    if seconds is None:
        out, err = (runner := start(data)).communicate()
        assert runner.returncode == 0, out + err
        print(out.splitlines()[-1])
    else:
        time.sleep(seconds)
    ended = time.monotonic()
    after = size_of(log)
    watch.stop()
    # What began before, or waits for processes that close the store, tells nothing about the run.
    time.sleep(SETTLING_SECONDS)
    stop.set()
    spent = sorted(
        (end - start) * 1000
        for _ in processes
        for start, end in answers.get()
        if began <= start <= ended
    )
    for process in processes:
        process.join()
    return Waits(spent, ended - began, watch.peak, after)


def tell(title: str, waits: Waits) -> None:
    """Print one line of the table."""
    late = sum(ms > LIMIT_MS for ms in waits.spent)
    print(
        f"{title:18}{len(waits.spent):8,} writes in {waits.seconds:5.1f} s;"
        f" half within {waits.share(0.5):5.1f} ms, 99 of 100 within {waits.share(0.99):6.1f},"
        f" longest {waits.spent[-1]:6.1f}; {late} above {LIMIT_MS} ms;"
        f" log at most {waits.log_peak / 1e6:.1f} MB, then {waits.log_after / 1e6:.1f} MB"
    )


def main() -> None:
    """Build, measure beside an export and alone, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0.05)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        data = Path(room) / "data"
        build(data, asked.megabytes)
        # What building left unwritten would be written out by the first commits that are timed.
        if hasattr(os, "sync"):
            os.sync()
        database = data / str(people.PGID) / "practice.db"
        print(f"{datetime.now(UTC):%Y-%m-%d}: a store of {size_of(database) / 1e6:.0f} MB")
        beside = measure(data, asked.writers, asked.pause, None)
        alone = measure(data, asked.writers, asked.pause, beside.seconds)
    tell("beside an export", beside)
    tell("alone", alone)


if __name__ == "__main__":
    main()
