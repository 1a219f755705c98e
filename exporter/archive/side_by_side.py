"""Several entries of an archive read at once, a thread for each processor.

One rule: whoever asked sees one piece of work. Progress tells of one entry at a time with the bytes
of all, and nothing runs any more once the outcome is told.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeVar

from exporter.archive.entry import Entry
from exporter.archive.progress import Work

MOST = 4
"""Threads at most: each may take an unpacker's memory (`Limits.memory`)."""

Outcome = TypeVar("Outcome")


class _Shared(Work):
    """A work that several threads step; the entry that runs the longest is the one told of."""

    def __init__(self, work: Work) -> None:
        super().__init__(work.bytes_total, work.progress, self._shall_stop, work.bytes_done)
        self._asked = work.cancelled
        self._lock = Lock()
        self._running: list[str] = []
        self._is_stopped = False

    def step(self, table: str, size: int, rows_done: int = 0, rows_total: int = 0) -> None:
        with self._lock:
            if table == self._running[0]:
                super().step(table, size, rows_done, rows_total)
            else:
                self.count(size)

    def begin(self, name: str) -> None:
        with self._lock:
            self._running.append(name)

    def end(self, name: str) -> None:
        with self._lock:
            self._running.remove(name)

    def stop(self) -> None:
        self._is_stopped = True

    def _shall_stop(self) -> bool:
        return self._is_stopped or (self._asked is not None and self._asked())


def side_by_side(
    entries: Sequence[Entry], read: Callable[[Entry, Work], Outcome], work: Work
) -> list[Outcome]:
    """Return `read(entry, work)` of each entry, in the order of `entries`.

    `read` runs in threads, the largest entries first; it counts what it reads on the work it is
    given, under the entry's name. The first error ends the others and is raised.
    """
    if not entries:
        return []
    waiting = deque(sorted(entries, key=lambda entry: entry.size, reverse=True))
    outcomes: dict[str, Outcome] = {}
    problems: list[BaseException] = []
    shared = _Shared(work)

    def stop() -> None:
        shared.stop()
        waiting.clear()

    def run() -> None:
        while waiting:
            try:
                entry = waiting.popleft()
            except IndexError:
                return
            shared.begin(entry.name)
            try:
                outcomes[entry.name] = read(entry, shared)
            except BaseException as problem:  # noqa: BLE001 - raised below, to the asker
                problems.append(problem)
                stop()
            finally:
                shared.end(entry.name)

    threads = min(MOST, _processors(), len(entries))
    with ThreadPoolExecutor(threads) as pool:
        try:
            wait([pool.submit(run) for _ in range(threads)])
        except BaseException:  # Ctrl-C
            stop()
            raise
    if problems:
        raise problems[0]
    work.step(entries[-1].name, shared.bytes_done - work.bytes_done)
    return [outcomes[entry.name] for entry in entries]


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
