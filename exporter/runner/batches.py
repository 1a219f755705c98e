"""Where one batch of rows ends and the next begins.

One rule: a batch is named by keys, the one it comes after and the one it ends with, so that any
thread can read any batch. Like the worker it knows apsw, never the standard library's sqlite3.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table after one key (None: from the beginning) up to another."""

    number: int
    table: int
    after: Key | None
    last: Key
    rows: int


class Batches:
    """Hands out the batches of all tables in order, to whichever thread asks next."""

    def __init__(
        self, tables: Sequence[dict[str, Any]], spans: Sequence[Span | None], rows: int
    ) -> None:
        self._tables, self._spans, self._rows = tables, spans, rows
        self._lock = threading.Lock()
        self._number = 0
        self._table = 0
        self._after: Key | None = None

    def next(self, db: apsw.Connection) -> Batch | None:
        """Return the next batch, its end found on this thread's connection; None after the last."""
        with self._lock:
            while self._table < len(self._tables):
                span = self._spans[self._table]
                if span is None:
                    last = last_key(db, self._tables[self._table], self._after, self._rows)
                else:
                    last = span.last_key(self._after, self._rows)
                if last is None:
                    self._table, self._after = self._table + 1, None
                    continue
                batch = Batch(self._number, self._table, self._after, last, self._rows)
                self._number += 1
                self._after = last
                return batch
        return None


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last key of a table whose keys are numbers with few gaps.

    The end of a batch is reckoned: to count rows off costs a tenth of the whole work.
    """

    first: int
    last: int

    def last_key(self, after: Key | None, rows: int) -> Key | None:
        """Return the key that ends a batch of at most `rows` rows; None after the last."""
        before = self.first - 1 if after is None else after[0]
        return (min(before + rows, self.last),) if before < self.last else None


def last_key(
    db: apsw.Connection, queries: dict[str, Any], after: Key | None, rows: int
) -> Key | None:
    """Return the key of the last of the next `rows` rows; None if there are none."""
    if after is None:
        found = db.execute(queries["first_last"], (rows - 1,)).fetchone()
    else:
        found = db.execute(queries["next_last"], (*after, rows - 1)).fetchone()
    if found is None:
        found = db.execute(queries["last"]).fetchone()
        if found == after:
            return None
    return found
