"""What a table is like, told by a few of its rows before all of them are read.

One rule: what is told decides how quickly the rows are read, never which, nor what stands in them.
Like the worker it knows apsw, never the standard library's sqlite3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from exporter.runner.batches import Span

COUNTED = 8_000
"""Keys up to which a table's rows are counted; of more they are reckoned from a sample."""
_PLACES = 16
_ROWS = 16
_SMALLEST_ROW = 8
"""Bytes that a row takes at least in a database."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to expect of a table.

    Attributes:
        rows: how many there are; about, where there are many. To count them a good part of the
            store would be read first, and only the progress that people see needs the figure.
        span: its keys, where they are numbers with few gaps.
        sample: the marks (`lines.marks_of`) of rows from all over the table; none of a small one.
    """

    rows: int
    span: Span | None = None
    sample: tuple[str, ...] = ()


def look_at(db: apsw.Connection, queries: dict[str, Any]) -> Outlook:
    """Return what to expect of a table. Raises apsw.Error."""
    if not queries["ends"]:
        return Outlook(db.execute(queries["count"]).get)
    first, last = db.execute(queries["ends"]).get
    if first is None:
        return Outlook(0)
    span, keys = Span(first, last), last - first + 1
    if keys <= COUNTED:
        rows = db.execute(queries["count"]).get
        return Outlook(rows, span if keys <= 2 * rows else None)
    sample: list[str] = []
    passed = 0
    for place in range(_PLACES):
        start = first + keys * place // _PLACES
        found = db.execute(queries["sample"], (start, _ROWS)).fetchall()
        sample += [str(marks) for _key, marks in found]
        passed += found[-1][0] - start + 1
    rows = keys * len(sample) // passed
    # A gap from one place of the sample to the next shows in the size of the database only.
    room = db.pragma("page_count") * db.pragma("page_size")
    if keys > 2 * min(rows, room // _SMALLEST_ROW):
        # Batches of keys would be mostly empty: their ends have to be looked for.
        return Outlook(db.execute(queries["count"]).get)
    return Outlook(rows, span, tuple(sample))
