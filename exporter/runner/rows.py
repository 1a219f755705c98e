"""Rows as text, formatted by SQLite itself.

One rule: the bytes are those of the archive format (`exporter.archive.txt` reads them back): TAB
between fields, quotes only where a field holds a TAB, a quote or a line break, empty for NULL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from store.schema.columns import Column, Table

BATCH_ROWS = 2000
_NEEDS_QUOTES = "'*[\t\n\r\"]*'"


def count_rows(reader: sqlite3.Connection, table: Table) -> int:
    """Return how many rows a table has at the reader's instant."""
    count: int = reader.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]
    return count


def header_line(table: Table) -> bytes:
    """Return the first line of a table's text."""
    return ("\t".join(c.name for c in table.exported_columns) + "\n").encode()


def lines(reader: sqlite3.Connection, table: Table) -> Iterator[tuple[int, bytes]]:
    """Yield a table's rows in the order of its primary key, as (rows, text) batches."""
    cursor = reader.execute(select_lines(table))
    # A plain tuple is quicker than the named rows that the store's connections make.
    cursor.row_factory = None
    while batch := cursor.fetchmany(BATCH_ROWS):
        yield len(batch), ("\n".join([row[0] for row in batch]) + "\n").encode()


def select_lines(table: Table) -> str:
    """Return the query that gives one line of text a row."""
    # One call for the whole line: a chain of || would copy what it has for every field.
    pattern = "\t".join("%s" for _ in table.exported_columns)
    fields = ", ".join(_field(c) for c in table.exported_columns)
    order = ", ".join(f'"{name}"' for name in table.key)
    return f"SELECT printf('{pattern}', {fields}) FROM \"{table.name}\" ORDER BY {order}"


def _field(column: Column) -> str:
    name = f'"{column.name}"'
    if column.kind != "text":
        # The schema's checks leave these without a character that needs quotes.
        return name
    return (
        f"CASE WHEN {name} GLOB {_NEEDS_QUOTES}"
        f" THEN '\"' || replace({name}, '\"', '\"\"') || '\"' ELSE {name} END"
    )
