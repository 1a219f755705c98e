"""Memory stays flat, however much a table holds."""

from __future__ import annotations

import tracemalloc

from store.imports.opendental.database import Database
from store.imports.opendental.mapping import TABLE_MAPS
from tests.exporter.database import tables
from tests.exporter.database.conftest import Connect
from tests.mariadb import MariaDb

NOTE = 200_000
NOTES = 100


def test_huge_notes_are_never_held_together(mariadb: MariaDb, connect: Connect, own: str) -> None:
    """20 MB of notes in one page: two of them at a time are held at most, and their copies."""
    mariadb.run(tables.many_visits(NOTES, f"repeat('x', {NOTE})"), database=own)
    line = connect(own)
    characters = 0
    tracemalloc.start()
    try:
        for batch in Database(line, TABLE_MAPS.__contains__).batches():
            characters += sum(len(value) for row in batch.rows for value in row)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert characters > NOTE * NOTES
    assert peak < NOTE * 12
