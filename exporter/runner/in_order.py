"""What several threads make of a store, brought into the order of its batches.

One rule: whoever is ahead waits, whoever the others wait for never does, so memory stays small
and nothing stands still. One thread that fails ends them all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

BUFFERED = 4 * 1024 * 1024
"""Bytes that may wait because an earlier batch is not ready yet."""


@dataclass(slots=True)
class Piece:
    """One formatted and deflated piece of a table; `text` is without the last newline."""

    table: int
    rows: int
    text: bytes
    deflated: bytes


class InOrder:
    """Brings pieces that threads finish in any order into the order of their batches."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[int, list[Piece]] = {}
        self._ended: set[int] = set()
        self._turn = 0
        self._held = 0
        self._open = 0
        self._problem: BaseException | None = None

    def begin(self) -> None:
        """Count one more thread that will put pieces."""
        with self._changed:
            self._open += 1

    def put(self, number: int, piece: Piece) -> None:
        """Hand over a piece; waits while too much is held, unless it is this batch's turn."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._held < BUFFERED or number == self._turn or self._problem is not None
            )
            if self._problem is not None:
                raise Stopped
            self._waiting.setdefault(number, []).append(piece)
            self._held += len(piece.text)
            self._changed.notify_all()

    def end_batch(self, number: int) -> None:
        """Say that a batch has no more pieces."""
        with self._changed:
            self._ended.add(number)
            self._changed.notify_all()

    def end(self, problem: BaseException | None = None) -> None:
        """Say that a thread is through, or why it cannot go on."""
        with self._changed:
            self._open -= 1
            self._problem = self._problem or problem
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Piece]:
        """Yield the pieces in order. Raises what ended a thread."""
        while True:
            with self._changed:
                self._changed.wait_for(self._has_news)
                if self._problem is not None:
                    raise self._problem
                pieces = self._waiting.pop(self._turn, [])
                if not pieces:
                    if self._turn in self._ended:
                        self._ended.discard(self._turn)
                        self._turn += 1
                        self._changed.notify_all()
                        continue
                    return
            for piece in pieces:
                yield piece
                with self._changed:
                    self._held -= len(piece.text)
                    self._changed.notify_all()

    def _has_news(self) -> bool:
        return bool(
            self._problem is not None
            or self._waiting.get(self._turn)
            or self._turn in self._ended
            or not self._open
        )


class Stopped(Exception):
    """Another thread failed; this one need not go on."""
