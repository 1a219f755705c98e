"""How quick and how small an export is, side by side with its peers, on the same store.

Run: chairside demo --patients 50000 once, then
     python -m benchmarks.export STORE [ROUNDS] [PEER...]     (STORE is a practice.db)

Peers run alternately, ROUNDS times (3), each in a process of its own; medians, ratios, the size of
what they leave and the peak memory of the whole process tree are printed. The claims: at least 8
times as fast as (a) and 4 times as the faster (b); with --small 3 times as the faster (b) at its
size or less; no slower than (f); less than 80 MB of memory in each process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.export_peers import PEERS, build_c, missing

ROUNDS = 3


@dataclass(slots=True)
class Figures:
    """What was measured of one peer: seconds, bytes left, highest memory of any process (MB)."""

    seconds: list[float] = field(default_factory=list)
    size: int = 0
    memory: int = 0
    memory_of_all: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def _tree(root: int) -> list[int]:
    found = [root]
    for number in found:
        try:
            tasks = Path(f"/proc/{number}/task").iterdir()
            for task in tasks:
                found += [int(n) for n in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _watch(process: subprocess.Popen[bytes], figures: Figures) -> None:
    # Until it has begun its own program, a new process shows the memory of the one it came from.
    time.sleep(0.3)
    while process.poll() is None:
        together = 0
        for number in _tree(process.pid):
            try:
                status = Path(f"/proc/{number}/status").read_text()
            except OSError:
                continue
            values = dict(line.split(":", 1) for line in status.splitlines())
            if "VmRSS" in values:
                figures.memory = max(figures.memory, int(values["VmHWM"].split()[0]) // 1024)
                together += int(values["VmRSS"].split()[0]) // 1024
        figures.memory_of_all = max(figures.memory_of_all, together)
        # Each process keeps its own peak; to look more often would take from what is measured.
        time.sleep(0.25)


def measure(name: str, store: Path, room: Path, figures: Figures) -> None:
    """Run a peer once in a process of its own and add its figures."""
    with tempfile.TemporaryDirectory(dir=room) as made:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.export", "--one", name, str(store), made]
        )
        watcher = threading.Thread(target=_watch, args=(process, figures))
        watcher.start()
        if process.wait():
            raise SystemExit(f"{name} failed")
        figures.seconds.append(time.perf_counter() - began)
        watcher.join()
        files = (p for p in Path(made).rglob("*") if p.is_file() and not p.is_symlink())
        figures.size = sum(p.stat().st_size for p in files)


def main(store: Path, rounds: int, wanted: list[str]) -> None:
    """Run all peers alternately and print the table."""
    chosen = [n for n in PEERS if not wanted or any(n.startswith(w) for w in wanted)]
    with tempfile.TemporaryDirectory() as room:
        if build_c(Path(room)) is None:
            chosen = [n for n in chosen if not n.startswith("(f)")]
            print("(f) is left out: gcc, libsqlite3-dev, libisal-dev or libssl-dev is missing")
        for name in list(chosen):
            if reason := missing(name):
                chosen.remove(name)
                print(f"{name} is left out: {reason}")
        figures = {name: Figures() for name in chosen}
        for _ in range(rounds):
            for name in chosen:
                measure(name, store, Path(room), figures[name])
    ours = figures["ours"].median
    print(f"\n{'':30}{'median s':>10}{'ratio':>8}{'MB out':>9}{'MB memory':>11}{'tree':>7}")
    for name, found in figures.items():
        print(
            f"{name:30}{found.median:10.2f}{found.median / ours:8.2f}"
            f"{found.size / 1e6:9.0f}{found.memory:11}{found.memory_of_all:7}"
        )


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        PEERS[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        arguments = sys.argv[1:]
        count = int(arguments[1]) if len(arguments) > 1 and arguments[1].isdecimal() else ROUNDS
        names = [a for a in arguments[1:] if not a.isdecimal()]
        main(Path(arguments[0]), count, names)
