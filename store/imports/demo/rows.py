"""Rows on their way into the store, gathered and written many at a time.

One rule: a row is held only until its batch is written, so that memory does not grow with the
practice; tables are written in an order in which every row finds the rows it names.
"""

from __future__ import annotations

from typing import Any

from store.database import Store

ORDER = (
    "patient",
    "guardian",
    "ins_sub",
    "pat_plan",
    "document",
    "appointment",
    "procedure",
    "proc_note",
    "treatment_plan",
    "treatment_plan_item",
    "claim",
    "claim_payment",
    "claim_proc",
    "statement",
    "payment",
    "adjustment",
    "pay_split",
    "recall",
    "commlog",
    "allergy",
    "problem",
    "medication_pat",
)
"""Each table after the tables that its rows name."""


class Sheet:
    """The rows of one table that wait to be written."""

    __slots__ = ("_last", "add", "columns", "rows", "table")

    def __init__(self, table: str, columns: tuple[str, ...], first: int = 1) -> None:
        self.table = table
        self.columns = columns
        self.rows: list[tuple[Any, ...]] = []
        self.add = self.rows.append
        self._last = first - 1

    def next_id(self) -> int:
        """Return the number of the next row."""
        self._last += 1
        return self._last

    def write(self, store: Store) -> None:
        """Write the rows inside the running transaction and forget them."""
        if self.rows:
            names = ", ".join(f'"{name}"' for name in self.columns)
            marks = ", ".join("?" * len(self.columns))
            sql = f'INSERT INTO "{self.table}" ({names}) VALUES ({marks})'
            store.db.executemany(sql, self.rows)
            self.rows.clear()


class Rows:
    """The sheets of all tables that grow with the number of patients."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sheets: dict[str, Sheet] = {}

    def sheet(self, table: str, columns: tuple[str, ...], first: int = 1) -> Sheet:
        """Return a new sheet for a table of `ORDER`; `first` is the number of its first row."""
        assert table in ORDER
        self._sheets[table] = Sheet(table, columns, first)
        return self._sheets[table]

    @property
    def waiting(self) -> int:
        """How many rows wait to be written."""
        return sum(len(sheet.rows) for sheet in self._sheets.values())

    def write(self) -> None:
        """Write all rows that wait, inside the running transaction."""
        for table in ORDER:
            if table in self._sheets:
                self._sheets[table].write(self._store)
