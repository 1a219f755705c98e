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
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import apsw

from exporter.runner.batches import Batch, Batches, Key, last_key
from exporter.runner.deflating import deflater
from exporter.runner.frames import Frame, Kind, write_frame
from exporter.runner.in_order import InOrder, Piece, Stopped
from exporter.runner.lines import HARD, Field, line_of
from exporter.runner.priority import give_way
from exporter.runner.queries import with_line
from exporter.runner.sampling import look_at

BUSY_MILLISECONDS = 60_000
CACHE_KIB = 2_000
TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes that one step may format; a batch of longer rows is cut into smaller ones."""
ONE_ROW_LIMIT = 900_000_000
NEWLINE = b"\n"
"""Handed on apart from the text before it: to put it there would take a copy of the text."""
_HARD = tuple(character.encode() for character in HARD)


class Reader(threading.Thread):
    """Formats and deflates one batch after the other, on a connection of its own."""

    def __init__(
        self, db: apsw.Connection, order: dict[str, Any], batches: Batches, out: InOrder
    ) -> None:
        super().__init__(daemon=True)
        self._db, self._tables = db, order["tables"]
        self._batches, self._out = batches, out
        self._deflate = deflater(order["effort"])
        self._hard: set[int] = set()
        """Tables with a field of which too much was guessed."""
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
                count, text = self._text(batch.table, after, last, alone=rows == 1)
            except apsw.TooBigError:
                rows = max(rows // 4, 1)
                continue
            # Between two numbers there may be no row at all.
            if count:
                yield Piece(batch.table, count, text, self._deflate(batch.number, text, NEWLINE))
            after = last

    def _text(self, number: int, after: Key | None, last: Key, *, alone: bool) -> tuple[int, bytes]:
        """Return how many rows lie between two keys, and their text without the last newline."""
        self._db.limit(apsw.SQLITE_LIMIT_LENGTH, ONE_ROW_LIMIT if alone else TEXT_LIMIT)
        statements = self._tables[number]["sure" if number in self._hard else "quick"]
        if after is None:
            found = self._db.execute(statements[0], last).fetchone()
        else:
            found = self._db.execute(statements[1], (*after, *last)).fetchone()
        assert found is not None
        text, count, *unasked = found
        if any(character in column for column in unasked if column for character in _HARD):
            self._hard.add(number)
            return self._text(number, after, last, alone=alone)
        return count, text or b""


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


def fit(table: dict[str, Any], sample: Sequence[str]) -> None:
    """Make a table's statements, `sure` ones and `quick` ones that suit rows like these."""
    fields = [Field(**field) for field in table["fields"]]
    for name, is_sure in (("sure", True), ("quick", False)):
        line = line_of(fields, sample, sure=is_sure)
        table[name] = [with_line(table[text], line) for text in ("first_text", "next_text")]


def export(order: dict[str, Any], pipe: BinaryIO) -> None:
    """Read all tables of an order and write their frames. Raises apsw.Error, OSError."""
    tables = order["tables"]
    readers = open_at_one_instant(order["database"], order["threads"])
    outlooks = [look_at(readers[0], table) for table in tables]
    expected = [outlook.rows for outlook in outlooks]
    write_frame(pipe, Frame(Kind.SNAPSHOT, payload=json.dumps(expected).encode()))
    pipe.flush()
    for table, outlook in zip(tables, outlooks, strict=True):
        fit(table, outlook.sample)
    spans = [outlook.span for outlook in outlooks]
    batches, out = Batches(tables, spans, order["batch_rows"]), InOrder()
    threads = [Reader(db, order, batches, out) for db in readers]
    for thread in threads:
        thread.start()
    deflate = deflater(order["effort"])
    pieces = iter(out)
    piece = next(pieces, None)
    for number, table in enumerate(tables):
        header = table["header"].encode()
        digest, rows, size = hashlib.sha256(header + NEWLINE), 0, len(header) + 1
        write_frame(pipe, Frame(Kind.TEXT, number, 0, size, deflate(0, header, NEWLINE)))
        while piece is not None and piece.table == number:
            digest.update(piece.text)
            digest.update(NEWLINE)
            plain_bytes = len(piece.text) + 1
            rows, size = rows + piece.rows, size + plain_bytes
            frame = Frame(Kind.TEXT, number, piece.rows, plain_bytes, piece.deflated)
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
