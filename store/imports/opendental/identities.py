"""Which row of theirs is which row of ours.

One rule: the same row of the source is the same row here however often it is imported. In a table
that holds nothing else their numbers are kept; else a new row gets the next free number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from functools import lru_cache

from store.imports.opendental.table_map import TableMap

SYSTEM = "opendental"
REMEMBERED = 20_000
"""Numbers of each table that are kept at hand while importing."""


class Identities:
    """The numbers of all mapped tables, inside one import's transaction."""

    def __init__(self, db: sqlite3.Connection, maps: Mapping[str, TableMap]) -> None:
        self._db = db
        self._maps = {name: table for name, table in maps.items() if table.key is not None}
        self._highest = {name: self._highest_id(table) for name, table in self._maps.items()}
        self._next = {name: highest + 1 for name, highest in self._highest.items()}
        self._kept = {name for name in self._maps if self._is_theirs_alone(name)}
        self._resolvers: dict[str, Callable[[int], int]] = {}

    def our_id(self, source_table: str) -> Callable[[int], int]:
        """Return what tells our number of a row of theirs, giving it one if it has none."""
        if source_table in self._kept:
            return _unchanged
        if source_table not in self._resolvers:
            self._resolvers[source_table] = self._resolver(source_table)
        return self._resolvers[source_table]

    def was_there(self, source_table: str, our_id: int) -> bool:
        """Tell whether a row was in the store before this import."""
        if source_table in self._kept:
            return self._is_known(source_table, our_id)
        return source_table in self._highest and our_id <= self._highest[source_table]

    def source_id(self, source_table: str, our_id: int) -> int:
        """Return their number of a row of ours."""
        if source_table in self._kept or source_table not in self._maps:
            return our_id
        row = self._db.execute(
            "SELECT source_id FROM source_identity"
            " WHERE system = ? AND source_table = ? AND our_id = ?",
            (SYSTEM, source_table, our_id),
        ).fetchone()
        return our_id if row is None else int(row[0])

    def settle(self) -> None:
        """Remember the rows that were written, and forget those that were only mentioned."""
        for name, table in self._maps.items():
            key = table.target_key[0]
            if name in self._kept:
                self._db.execute(
                    "INSERT OR IGNORE INTO source_identity"
                    " (system, source_table, source_id, our_id)"
                    f' SELECT ?, ?, "{key}", "{key}" FROM "{table.target}"',
                    (SYSTEM, name),
                )
            elif self._next[name] > self._highest[name] + 1:
                self._db.execute(
                    "DELETE FROM source_identity WHERE system = ? AND source_table = ?"
                    f' AND our_id NOT IN (SELECT "{key}" FROM "{table.target}")',
                    (SYSTEM, name),
                )

    def _highest_id(self, table: TableMap) -> int:
        key = table.target_key[0]
        row = self._db.execute(f'SELECT max("{key}") FROM "{table.target}"').fetchone()
        return int(row[0] or 0)

    def _is_theirs_alone(self, name: str) -> bool:
        """Tell whether all rows of a table came from this system, under their own numbers."""
        key, target = self._maps[name].target_key[0], self._maps[name].target
        other = self._db.execute(
            f'SELECT 1 FROM "{target}" t WHERE NOT EXISTS (SELECT 1 FROM source_identity i'
            f' WHERE i.system = ? AND i.source_table = ? AND i.source_id = t."{key}"'
            f' AND i.our_id = t."{key}") LIMIT 1',
            (SYSTEM, name),
        ).fetchone()
        moved = self._db.execute(
            "SELECT 1 FROM source_identity"
            " WHERE system = ? AND source_table = ? AND source_id <> our_id LIMIT 1",
            (SYSTEM, name),
        ).fetchone()
        return other is None and moved is None

    def _is_known(self, name: str, source_id: int) -> bool:
        known = self._db.execute(
            "SELECT 1 FROM source_identity WHERE system = ? AND source_table = ? AND source_id = ?",
            (SYSTEM, name, source_id),
        ).fetchone()
        return known is not None

    def _resolver(self, name: str) -> Callable[[int], int]:
        @lru_cache(maxsize=REMEMBERED)
        def resolve(source_id: int) -> int:
            row = self._db.execute(
                "SELECT our_id FROM source_identity"
                " WHERE system = ? AND source_table = ? AND source_id = ?",
                (SYSTEM, name, source_id),
            ).fetchone()
            if row is not None:
                return int(row[0])
            our_id = self._next[name]
            self._next[name] += 1
            self._db.execute(
                "INSERT INTO source_identity (system, source_table, source_id, our_id)"
                " VALUES (?, ?, ?, ?)",
                (SYSTEM, name, source_id, our_id),
            )
            return our_id

        return resolve


def _unchanged(source_id: int) -> int:
    return source_id
