"""The reading half of an export, a process of its own: rows of the store, formatted and deflated.

One rule: this process never loads the standard library's sqlite3. Two SQLite libraries that open
one file in one process drop each other's locks; between processes they are safe. For the same
reason it holds no key and writes no file: it reads, and hands compressed text on through a pipe.

It is told what to read by one line of JSON, and ends when the pipe that told it is closed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import apsw

from exporter.runner.batches import Batch, Batches, Key, last_key, span_of
from exporter.runner.deflating import deflater
from exporter.runner.frames import Frame, Kind, write_frame
from exporter.runner.priority import give_way

BUSY_MILLISECONDS = 20_000
CACHE_KIB = 2_000
TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes that one step may format; a batch of longer rows is cut into smaller ones."""
ONE_ROW_LIMIT = 900_000_000
BUFFERED = 4 * 1024 * 1024
"""Bytes that may wait because an earlier batch is not ready yet."""


@dataclass(slots=True)
class Piece:
    """One formatted and deflated piece of a table."""

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


class Reader(threading.Thread):
    """Formats and deflates one batch after the other, on a connection of its own."""

    def __init__(
        self, db: apsw.Connection, order: dict[str, Any], batches: Batches, out: InOrder
    ) -> None:
        super().__init__(daemon=True)
        self._db, self._tables = db, order["tables"]
        self._batches, self._out = batches, out
        self._deflate = deflater(order["effort"])
        out.begin()

    def run(self) -> None:
        problem: BaseException | None = None
        try:
            while (batch := self._batches.next(self._db)) is not None:
                for piece in self._pieces(batch):
                    self._out.put(batch.number, piece)
                self._out.end_batch(batch.number)
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - told to the thread that answers for all
            problem = error
        self._out.end(problem)

    def _pieces(self, batch: Batch) -> Iterator[Piece]:
        """Yield the batch as one piece, or as several where its rows are long."""
        queries, after, rows = self._tables[batch.table], batch.after, batch.rows
        while after != batch.last:
            last = batch.last
            if rows < batch.rows:
                found = last_key(self._db, queries, after, rows)
                assert found is not None
                last = min(found, batch.last)
            try:
                count, text = self._text(queries, after, last, alone=rows == 1)
            except apsw.TooBigError:
                rows = max(rows // 4, 1)
                continue
            # Between two numbers there may be no row at all.
            if count:
                yield Piece(batch.table, count, text, self._deflate(text))
            after = last

    def _text(
        self, queries: dict[str, str], after: Key | None, last: Key, *, alone: bool
    ) -> tuple[int, bytes]:
        self._db.limit(apsw.SQLITE_LIMIT_LENGTH, ONE_ROW_LIMIT if alone else TEXT_LIMIT)
        if after is None:
            found = self._db.execute(queries["first_text"], last).fetchone()
        else:
            found = self._db.execute(queries["next_text"], (*after, *last)).fetchone()
        assert found is not None
        text, count = found
        return count, text + b"\n" if count else b""


def open_at_one_instant(path: str, connections: int) -> list[apsw.Connection]:
    """Return connections whose read transactions all see the same state of the store.

    Nobody can commit while the control connection holds the write lock; a reader's instant is
    that of its first read. Raises apsw.Error.
    """
    control = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE)
    control.set_busy_timeout(BUSY_MILLISECONDS)
    control.execute("BEGIN IMMEDIATE")
    try:
        readers = []
        for _ in range(connections):
            reader = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
            reader.set_busy_timeout(BUSY_MILLISECONDS)
            reader.execute(f"PRAGMA cache_size = -{CACHE_KIB}; PRAGMA query_only = on; BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            readers.append(reader)
    finally:
        control.execute("ROLLBACK")
        control.close()
    return readers


def export(order: dict[str, Any], pipe: BinaryIO) -> None:
    """Read all tables of an order and write their frames. Raises apsw.Error, OSError."""
    tables = order["tables"]
    readers = open_at_one_instant(order["database"], order["threads"])
    counts = [readers[0].execute(t["count"]).get for t in tables]
    write_frame(pipe, Frame(Kind.SNAPSHOT, payload=json.dumps(counts).encode()))
    pipe.flush()
    spans = [span_of(readers[0], t, count) for t, count in zip(tables, counts, strict=True)]
    batches, out = Batches(tables, spans, order["batch_rows"]), InOrder()
    threads = [Reader(db, order, batches, out) for db in readers]
    for thread in threads:
        thread.start()
    deflate = deflater(order["effort"])
    pieces = iter(out)
    piece = next(pieces, None)
    for number, table in enumerate(tables):
        header = table["header"].encode()
        digest, rows, size = hashlib.sha256(header), 0, len(header)
        write_frame(pipe, Frame(Kind.TEXT, number, 0, size, deflate(header)))
        while piece is not None and piece.table == number:
            digest.update(piece.text)
            rows, size = rows + piece.rows, size + len(piece.text)
            frame = Frame(Kind.TEXT, number, piece.rows, len(piece.text), piece.deflated)
            write_frame(pipe, frame)
            piece = next(pieces, None)
        write_frame(pipe, Frame(Kind.TABLE_END, number, rows, size, digest.digest()))
    pipe.flush()


def _end_with(order_pipe: BinaryIO) -> None:
    """End this process as soon as the runner's end of the pipe is closed, however it ended."""
    while order_pipe.read(1):
        pass
    os._exit(3)


def _unlock_threads() -> None:
    """Take away two locks of SQLite's that threads with connections of their own do not need.

    Memory that is counted is counted under one lock for all: a fifth of the whole work is waiting.
    """
    apsw.shutdown()
    apsw.config(apsw.SQLITE_CONFIG_MEMSTATUS, False)
    apsw.config(apsw.SQLITE_CONFIG_MULTITHREAD)
    apsw.initialize()


def main() -> None:
    """Read the order from standard input, write frames to standard output."""
    give_way()
    _unlock_threads()
    pipe = sys.stdout.buffer
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        export(order, pipe)
    except apsw.Error as problem:
        busy = isinstance(problem, apsw.BusyError)
        reason = "busy" if busy else f"{type(problem).__name__}: {problem}"
        write_frame(pipe, Frame(Kind.FAILED, payload=reason.encode()))
        pipe.flush()
    # Threads that still wait must not hold the process.
    os._exit(0)


if __name__ == "__main__":
    main()
