"""The runner's side of the reading process: starts it, takes its frames, ends it.

One rule: the reading process never outlives this block, and a frame that does not come is told.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from exporter.runner.deflating import Effort
from exporter.runner.frames import Frame, Kind, read_frame
from exporter.runner.queries import BATCH_ROWS, TableQueries
from store.errors import StoreBusy, StoreProblem

THREADS = 2
"""Two read and format at once: more would take the machine from the people at it."""
SILENCE_SECONDS = 300
"""A reading process that says nothing for so long is taken for dead."""
_FRAMES_AHEAD = 8
_TICK_SECONDS = 0.5
_BELOW_NORMAL = 0x00004000
"""Windows' BELOW_NORMAL_PRIORITY_CLASS."""


@contextmanager
def reading(
    database: Path, tables: Iterable[TableQueries], effort: Effort, tick: Callable[[], None]
) -> Iterator[Iterator[Frame]]:
    """Start a reading process and yield its frames, the first telling that the instant is fixed.

    Args:
        database: the practice's store, which somebody in this process may hold open.
        tables: what to read, in this order; gone through while the process starts.
        effort: how hard to compress.
        tick: called twice a second while frames are waited for; what it raises ends the work.

    Raises:
        StoreBusy: the store was locked for too long.
        StoreProblem: it cannot be read, or the reading process ended or fell silent.
    """
    process = subprocess.Popen(
        # -P: what lies in the present folder is not taken for our own modules.
        [sys.executable, "-P", "-m", "exporter.runner.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=_BELOW_NORMAL if sys.platform == "win32" else 0,
        # A session of its own has a priority of its own (priority.py).
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stopped = threading.Event()
    try:
        order = {
            "database": str(database),
            "tables": [asdict(table) for table in tables],
            "threads": THREADS,
            "effort": effort,
            "batch_rows": BATCH_ROWS,
        }
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise unfinished() from None
        yield _frames(process.stdout, stopped, tick)
    finally:
        stopped.set()
        process.kill()
        process.wait()
        with suppress(BrokenPipeError):
            # What it did not take any more is still held here.
            process.stdin.close()
        process.stdout.close()


def _frames(pipe: IO[bytes], stopped: threading.Event, tick: Callable[[], None]) -> Iterator[Frame]:
    """Yield frames as they come; a thread of their own reads them, so that a tick is never late."""
    arrived: queue.Queue[Frame | Exception | None] = queue.Queue(_FRAMES_AHEAD)
    threading.Thread(target=_take, args=(pipe, stopped, arrived), daemon=True).start()
    silent = 0.0
    while True:
        try:
            frame = arrived.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            silent += _TICK_SECONDS
            if silent >= SILENCE_SECONDS:
                raise unfinished() from None
            tick()
            continue
        silent = 0.0
        if frame is None:
            return
        if isinstance(frame, Exception):
            raise unfinished() from None
        if frame.kind is Kind.FAILED:
            raise _failed(frame.payload.decode("utf-8", "replace"))
        yield frame


def _take(
    pipe: IO[bytes], stopped: threading.Event, arrived: queue.Queue[Frame | Exception | None]
) -> None:
    frame: Frame | Exception | None = None
    while not stopped.is_set():
        try:
            frame = read_frame(pipe)
        except (OSError, ValueError) as problem:
            frame = problem
        while not stopped.is_set():
            try:
                arrived.put(frame, timeout=_TICK_SECONDS)
                break
            except queue.Full:
                continue
        if not isinstance(frame, Frame):
            return


def _failed(reason: str) -> StoreBusy | StoreProblem:
    if reason == "busy":
        return StoreBusy(
            "Something else has been writing to the practice store for too long.",
            kept="Nothing was changed.",
            do="It will be tried again.",
        )
    return StoreProblem(
        f"The practice store cannot be read: {reason}.",
        kept="Nothing was changed.",
        do="Run chairside doctor. If it says the same, restore a backup.",
    )


def unfinished() -> StoreProblem:
    """Return the error for a reading process that ended too early."""
    return StoreProblem(
        "The part that reads the practice store ended before it was done.",
        kept="Nothing was changed.",
        do="It will be tried again.",
    )
