"""Writing many rows at once.

One rule: references are checked at the end and all at once, and before the commit.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from store.database import Store, translated

CACHE_KIB = 64 * 1024
_CONSTRAINT = re.compile(r"(NOT NULL|UNIQUE|CHECK) constraint failed: (.*)", re.DOTALL)


@contextmanager
def references_checked_by_import(store: Store) -> Iterator[None]:
    """Leave it to the import to check references, at its end.

    Rows come in the order of the source, children before their parents. If SQLite kept count of
    what is still missing, each parent that comes would make it search every table that may refer to
    it. Enter it before the transaction begins: inside one, SQLite does not hear.
    """
    assert not store.db.in_transaction, "references_checked_by_import inside a transaction"
    cache = store.value("PRAGMA cache_size")
    with translated():
        store.db.execute("PRAGMA foreign_keys = OFF")
        store.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        yield
    finally:
        with translated():
            store.db.execute("PRAGMA foreign_keys = ON")
            store.db.execute(f"PRAGMA cache_size = {cache}")


def why_refused(error: sqlite3.Error) -> str:
    """Return what a constraint says, in words for people."""
    found = _CONSTRAINT.match(str(error))
    if found is None:
        return "it does not fit the table"
    kind, about = found.groups()
    if kind == "CHECK":
        # SQLite names a check by its first quoted word, which is the column's name.
        column = about if about.isidentifier() else "a column"
        return f"{column} has a value that is not allowed"
    name = about.rpartition(".")[2]
    return f"{name} is missing" if kind == "NOT NULL" else f"another row has the same {name}"
