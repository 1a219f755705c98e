"""References to rows that the source does not hold.

One rule: after this every reference of an imported table holds. What may be empty is emptied and
noted; a row that cannot do without is refused, and whatever refers to that row is looked at again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from store.imports.opendental.identities import Identities
from store.imports.opendental.table_map import TableMap
from store.imports.opendental.writer import NO_PARENT
from store.imports.report import EXAMPLES, Finding, TableReport
from store.schema.columns import Column
from store.schema.tables import table_named


class RowsWereThere(Exception):
    """Rows that the store held before would have to go; `rows` tells their numbers by table."""

    def __init__(self, rows: dict[str, set[int]]) -> None:
        super().__init__("rows of the store would be lost")
        self.rows = rows


@dataclass(frozen=True, slots=True)
class _Loose:
    """Rows of one table whose reference in one column leads nowhere."""

    column: Column
    rowids: list[int]


def mend(
    db: sqlite3.Connection,
    maps: Mapping[str, TableMap],
    reports: Mapping[str, TableReport],
    identities: Identities,
) -> None:
    """Mend all references of the tables that were imported.

    Raises RowsWereThere for rows of the store that the source would break: the import has to begin
    anew and leave them alone.
    """
    waiting = [maps[name] for name in reports]
    while waiting:
        refused: set[str] = set()
        for table in waiting:
            for loose in _loose_references(db, table):
                if loose.column.required or loose.column.name in table.target_key:
                    _refuse(db, table, loose, reports[table.source], identities)
                    refused.add(table.target)
                else:
                    _empty(db, table, loose, reports[table.source], identities)
        waiting = [maps[name] for name in reports if _refers_to(maps[name], refused)]


def _loose_references(db: sqlite3.Connection, table: TableMap) -> list[_Loose]:
    described = table_named(table.target)
    columns = {
        row["id"]: described.column(row["from"])
        for row in db.execute(f'PRAGMA foreign_key_list("{table.target}")')
    }
    found: dict[int, list[int]] = {}
    for row in db.execute(f'PRAGMA foreign_key_check("{table.target}")'):
        found.setdefault(row["fkid"], []).append(row["rowid"])
    return [_Loose(columns[number], rowids) for number, rowids in found.items()]


def _refers_to(table: TableMap, targets: set[str]) -> bool:
    return any(column.references in targets for column in table_named(table.target).columns)


def _empty(
    db: sqlite3.Connection,
    table: TableMap,
    loose: _Loose,
    report: TableReport,
    identities: Identities,
) -> None:
    db.executemany(
        f'UPDATE "{table.target}" SET "{loose.column.name}" = NULL WHERE rowid = ?',
        [(rowid,) for rowid in loose.rowids],
    )
    source_ids = _examples(table, loose.rowids, identities)
    text = f"{loose.column.name} was left empty: it {NO_PARENT}"
    report.notes.setdefault(text, Finding()).add_many(len(loose.rowids), source_ids)


def _refuse(
    db: sqlite3.Connection,
    table: TableMap,
    loose: _Loose,
    report: TableReport,
    identities: Identities,
) -> None:
    # A row that lacks two parents is listed twice, but gone after the first time.
    rowids = [rowid for rowid in loose.rowids if _is_there(db, table, rowid)]
    before = {rowid for rowid in rowids if identities.was_there(table.source, rowid)}
    if before:
        numbers = {identities.source_id(table.source, rowid) for rowid in before}
        raise RowsWereThere({table.source: numbers})
    source_ids = _examples(table, rowids, identities)
    db.executemany(f'DELETE FROM "{table.target}" WHERE rowid = ?', [(r,) for r in rowids])
    if rowids:
        reason = f"{loose.column.name} {NO_PARENT}"
        report.refused_for.setdefault(reason, Finding()).add_many(len(rowids), source_ids)


def _is_there(db: sqlite3.Connection, table: TableMap, rowid: int) -> bool:
    row = db.execute(f'SELECT 1 FROM "{table.target}" WHERE rowid = ?', (rowid,)).fetchone()
    return row is not None


def _examples(table: TableMap, rowids: list[int], identities: Identities) -> list[int]:
    if table.key is None:
        return []
    return [identities.source_id(table.source, rowid) for rowid in rowids[:EXAMPLES]]
