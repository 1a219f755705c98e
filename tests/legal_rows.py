"""Rows that the schema allows, for any table: what a practice may hold, and nothing it may not.

One rule: the schema itself is the judge. A row that it refuses is not written; every value that is
hard to carry in text is tried.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from random import Random

from store.database import Store
from store.schema.columns import Column, Table
from store.schema.tables import table_named
from store.schema.value_sets import VALUE_SETS

LARGEST = 2**63 - 1
TEXTS = (
    "plain",
    '"',
    '""',
    'say "a"',
    "tab\there",
    "\t",
    "line\nbreak",
    "\n",
    "both\r\n",
    "carriage\rreturn",
    'all "\t\r\n" of it',
    " blanks ",
    "NULL",
    "0",
    "007",
    "1e3",
    "-",
    "=1+1",
    "it's; -- \\ ,",
    "\x01\x1b\x1f\x7f",
    "\ufeffmark",
    "e\u0301 \u202e \u2028",
    "🦷 👩‍⚕️ مريم 李",
    "x" * 3000,
)
DAYS = ("0001-01-01", "1899-12-31", "2024-02-29", "9999-12-31")
INSTANTS = ("0001-01-01T00:00:00Z", "2026-03-08T09:59:59Z", "9999-12-31T23:59:59Z")
_SPECIAL: dict[tuple[str, str], tuple[object, ...]] = {
    # As they are given: one after the other.
    ("user", "user_id"): tuple(range(1, 200)),
    ("perio_measure", "tooth_number"): (1, 17, 32),
    ("stored_card", "last_four"): ("0042", None),
    ("stored_card", "expiry_month"): (1, 12, None),
    ("practice_group", "portal_url"): ("https://portal.example", None),
    ("portal_invite_rule", "offset_minutes"): (0, 90),
    ("portal_invite_rule", "not_within_days"): (0, LARGEST),
}
"""Where a check of the whole row asks for more than the kind of the column does."""


class LegalRows:
    """Writes rows into a store, inside the running transaction, and what they refer to.

    Args:
        chance: decides; the same gives the same rows.
    """

    def __init__(self, store: Store, chance: Random) -> None:
        self._store, self._chance = store, chance
        self._keys: dict[str, list[object]] = {}
        self._depth = 0

    def write(self, table: Table, count: int) -> int:
        """Write up to `count` rows; return how many the schema took."""
        written = 0
        for _ in range(count):
            row = {c.name: self._value(table, c) for c in table.columns if not c.secret}
            self._settle(table, row)
            try:
                self._store.db.execute(*_insert(table, row))
            except sqlite3.IntegrityError:
                continue
            written += 1
            if len(table.key) == 1:
                self._known(table.name).append(row[table.key[0]])
        return written

    def _known(self, table: str) -> list[object]:
        if table not in self._keys:
            (key,) = table_named(table).key
            rows = self._store.rows(f'SELECT "{key}" FROM "{table}"')
            self._keys[table] = [row[0] for row in rows]
        return self._keys[table]

    def _value(self, table: Table, column: Column) -> object:
        chance = self._chance
        if (table.name, column.name) in _SPECIAL:
            return chance.choice(_SPECIAL[table.name, column.name])
        if column.kind == "id":
            return chance.choice([chance.randint(1, 60), chance.randint(1, 2**40)])
        if not column.required and chance.random() < 0.4:
            return None
        if column.references is not None:
            return self._reference(table, column)
        if column.unique:
            return f"{chance.choice(TEXTS).strip() or 'x'} {chance.getrandbits(48)}"
        return chance.choice(_choices(column))

    def _reference(self, table: Table, column: Column) -> object:
        assert column.references is not None
        known = self._known(column.references)
        # A required parent is made where there is none; what may be empty stays so.
        if not known and column.required and self._depth < 6:
            self._depth += 1
            self.write(table_named(column.references), 2)
            self._depth -= 1
        return self._chance.choice(known) if known else None

    def _settle(self, table: Table, row: dict[str, object]) -> None:
        """Make two columns fit that a check of the row looks at together."""
        if table.name == "portal_message":
            row["from_provider_id"], row["from_patient_id"] = None, row["patient_id"]
        elif table.name == "lock_date":
            row["before_days"] = None if row["before_date"] else 30
        elif table.name == "data_download":
            row["kind"] = "practice" if row["patient_id"] is None else "patient"


def fill(store: Store, tables: Iterable[Table], chance: Random, most: int = 4) -> dict[str, int]:
    """Write some rows of each table in a transaction of its own; return how many of each."""
    with store.transaction():
        rows = LegalRows(store, chance)
        return {table.name: rows.write(table, chance.randint(1, most)) for table in tables}


def _choices(column: Column) -> tuple[object, ...]:
    if column.kind == "choice":
        assert column.value_set is not None
        return tuple(VALUE_SETS[column.value_set])
    return {
        "text": TEXTS,
        "date": DAYS,
        "instant": INSTANTS,
        "flag": (0, 1),
        "integer": (0, -1, 7, LARGEST, -LARGEST - 1),
        "cents": (0, -5, 123456, LARGEST),
    }[column.kind]


def _insert(table: Table, row: dict[str, object]) -> tuple[str, list[object]]:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(row.values())
