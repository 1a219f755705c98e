"""All tables, in the order of the data model; what leaves by wire or paper comes last."""

from __future__ import annotations

from store.schema import (
    clinical,
    downloads,
    messaging,
    money,
    people,
    running,
    searching,
    security,
    sending,
)
from store.schema.columns import Table

TABLES: tuple[Table, ...] = (
    *people.TABLES,
    *searching.TABLES,
    *clinical.TABLES,
    *money.TABLES,
    *messaging.TABLES,
    *security.TABLES,
    *downloads.TABLES,
    *sending.TABLES,
    *running.TABLES,
)

_BY_NAME = {table.name: table for table in TABLES}


def table_named(name: str) -> Table:
    """Return the description of one table. Raises KeyError for an unknown name."""
    return _BY_NAME[name]


def exported_tables() -> tuple[Table, ...]:
    """Return the tables that an archive of the whole practice holds, by name."""
    return tuple(sorted((t for t in TABLES if t.left_out is None), key=lambda t: t.name))


def tables_left_out() -> tuple[Table, ...]:
    """Return the tables that no archive holds; each says why in `left_out`."""
    return tuple(sorted((t for t in TABLES if t.left_out is not None), key=lambda t: t.name))
