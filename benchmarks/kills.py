"""What a runner that is killed leaves behind, however and whenever it is killed.

Run: python -m benchmarks.kills [--kills 200] [--seed 1] [--workers 2] [--no-calls]

The real `chairside runner run` is killed with SIGKILL: at moments spread at random over its run
(the whole process group, the runner alone, the reading process alone, in turn), and then, through
strace, at each of its system calls that write into the practice's folder. After each kill the store
must be sound, no half archive may have a final name, no key may have been used twice, and keys for
the next attempt must be there; after the next whole run the archive is ready and nothing else lies
there (tests/exporter/runner/killing.py). The claim: all hold after every kill, and on a machine
that does nothing else the reading process never outlives its runner by a second. Counts are
printed; what does not hold ends the run.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.exporter.runner.killing import KilledRuns, build_practice, kill_at_random
from tests.exporter.runner.killing_at_calls import Boundary, boundaries, kill_at_calls

ROWS = 4_000


def _kill_at_calls(data: Path, wanted: list[Boundary]) -> tuple[KilledRuns, int]:
    build_practice(data, ROWS)
    runs = KilledRuns(data)
    return runs, kill_at_calls(runs, wanted)


def _kill_at_random(data: Path, kills: int, seed: int) -> tuple[KilledRuns, int]:
    build_practice(data, ROWS)
    runs = KilledRuns(data)
    kill_at_random(runs, kills, random.Random(seed), chain=1)
    return runs, kills


def _tell(title: str, done: list[tuple[KilledRuns, int]], seconds: float) -> None:
    print(f"\n{title}: {sum(kills for _runs, kills in done)} kills, {seconds:.0f} s")
    stages = sum((runs.stages for runs, _kills in done), Counter[str]())
    for stage, count in stages.most_common():
        print(f"  {count:5} {stage}")
    attempts = sum((runs.attempts for runs, _kills in done), Counter[int]())
    ready = ", ".join(f"{count} in attempt {n}" for n, count in sorted(attempts.items()))
    salts = sum(len(runs.salts) for runs, _kills in done)
    slowest = max(runs.slowest_end for runs, _kills in done)
    print(f"  archives made whole afterwards: {sum(attempts.values())} ({ready})")
    print(f"  keys seen on the disk: {salts}, none twice")
    if slowest:
        print(f"  longest life of a reading process after its runner: {slowest * 1000:.0f} ms")


def _calls(room: Path, pool: ProcessPoolExecutor, workers: int) -> None:
    if shutil.which("strace") is None:
        print("Not killed at system calls: strace is missing.")
        return
    data = room / "traced"
    build_practice(data, ROWS)
    found = boundaries(KilledRuns(data))
    by_kind = Counter((call, kind) for call, kind, _n in found)
    print("\nCalls that write in one run:")
    for (call, kind), count in by_kind.most_common():
        print(f"  {count:5} {call} {kind}")
    began = time.monotonic()
    shares = [found[n::workers] for n in range(workers)]
    done = pool.map(_kill_at_calls, [room / f"calls{n}" for n in range(workers)], shares)
    _tell("At each call that writes", list(done), time.monotonic() - began)


def main() -> None:
    """Kill, check, and print what was counted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-calls", action="store_true")
    asked = parser.parse_args()
    workers = asked.workers
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(workers) as pool:
        room = Path(folder)
        began = time.monotonic()
        each = [asked.kills // workers + (n < asked.kills % workers) for n in range(workers)]
        rooms = [room / f"random{n}" for n in range(workers)]
        seeds = [asked.seed + n for n in range(workers)]
        done = list(pool.map(_kill_at_random, rooms, each, seeds))
        _tell("At random moments", done, time.monotonic() - began)
        if not asked.no_calls:
            _calls(room, pool, workers)


if __name__ == "__main__":
    main()
