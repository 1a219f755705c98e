"""How tests run an import and look at what it left in the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from store.database import Store
from store.imports.opendental.importer import import_opendental
from store.imports.opendental.mapping import TABLE_MAPS
from store.imports.report import ImportReport
from store.practice import Practice
from tests.store.imports import dumps

Contents = dict[str, list[tuple[Any, ...]]]
IMPORTED = (*(table.target for table in TABLE_MAPS.values()), "source_identity")


def contents(practice: Practice) -> Contents:
    """Everything an import writes, table by table, but the list of imports."""

    def read(store: Store) -> Contents:
        return {
            name: [tuple(row) for row in store.rows(f'SELECT * FROM "{name}" ORDER BY 1, 2, 3')]
            for name in IMPORTED
        }

    return practice.call(read)


def rows(practice: Practice, sql: str) -> list[tuple[Any, ...]]:
    """Ask the store."""
    return practice.call(lambda store: [tuple(row) for row in store.rows(sql)])


def run(practice: Practice, folder: Path, text: str) -> ImportReport:
    """Import the text of a dump."""
    return practice.call(import_opendental, dumps.write(folder / "d.sql", text))


def reasons(report: ImportReport, table: str) -> dict[str, int]:
    """Why rows of a table were refused, and how many."""
    return {why: found.count for why, found in report.tables[table].refused_for.items()}
