"""The runner that a timer starts, as a real process, and its reading process.

One rule: only processes that were started here are looked at or ended.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

GRACE_SECONDS = 10.0
"""A reading process is gone by then. It takes milliseconds, but it is the last to get a turn on a
machine that is busy; `benchmarks/kills.py` prints how long it took."""
_TICK_SECONDS = 0.002


def runner_command(data: Path) -> list[str]:
    """The command that a timer starts."""
    return [str(Path(sys.executable).with_name("chairside")), "runner", "run", "--data", str(data)]


def start_runner(data: Path, *before: str) -> subprocess.Popen[str]:
    """Start a real runner in a process group of its own, perhaps by way of another program."""
    return subprocess.Popen(
        [*before, *runner_command(data)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def reader_of(runner: int) -> int | None:
    """Return the process number of a runner's reading process, or None."""
    try:
        for task in Path(f"/proc/{runner}/task").iterdir():
            if children := (task / "children").read_text().split():
                return int(children[0])
    except OSError:
        pass
    return None


def is_alive(process: int | None) -> bool:
    """Tell whether a process is there and is more than an entry in the table."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until_gone(process: int | None) -> float:
    """Return how many seconds it took until a process was gone. Raises AssertionError."""
    began = time.monotonic()
    while is_alive(process):
        spent = time.monotonic() - began
        assert spent < GRACE_SECONDS, "the reading process outlives its runner"
        time.sleep(_TICK_SECONDS)
    return time.monotonic() - began


def wait_until_opened(process: subprocess.Popen[str], log: Path) -> None:
    """Wait until a runner has opened the store, whose write-ahead log is there then, or is done."""
    while process.poll() is None and not log.exists():
        time.sleep(_TICK_SECONDS)
