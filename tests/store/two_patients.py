"""Every table of the store filled for two people, generated from its description.

Each person has one row in every table that archives hold, and every text of it says whose it is.
References go to the person's own rows, or, where a patient's rows are referred to, to either's.
"""

from __future__ import annotations

import random
import sqlite3
from typing import Any

from store.patient_data import is_named_by_patient
from store.schema.columns import Column, Table
from store.schema.tables import exported_tables, table_named
from store.schema.value_sets import VALUE_SETS

HERS, THEIRS = "belongs-to-her", "belongs-to-another"
SHE, ANOTHER = 90_001, 90_002
LISTS = frozenset({"definition", "office", "practice_group", "recall_type", "value_set"})
"""What everybody shares; it is filled by no one."""
_SPECIAL: dict[tuple[str, str], Any] = {
    ("portal_message", "from_provider_id"): None,
    ("benefit", "percent"): 50,
}


def fill(db: sqlite3.Connection, chosen: random.Random) -> None:
    """Fill a database that checks no references; `chosen` says who refers to whom."""
    for owner, word in ((SHE, HERS), (ANOTHER, THEIRS)):
        for table in exported_tables():
            if table.name in LISTS or table.name in ("audit_log", "permission"):
                continue
            values = {c.name: _value(table, c, owner, word, chosen) for c in table.columns}
            names = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join("?" for _ in values)
            db.execute(
                f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(values.values())
            )


def _value(table: Table, column: Column, owner: int, word: str, chosen: random.Random) -> Any:
    if (table.name, column.name) in _SPECIAL:
        return _SPECIAL[table.name, column.name]
    if column.name in table.key and column.references is None and column.kind != "text":
        return owner
    if column.references is not None and column.kind != "text":
        if column.references in LISTS or column.references not in _NAMES:
            return None if not column.required else 1
        if _is_whose(table, column):
            return owner
        of_people = column.references == "patient" or is_named_by_patient(
            table_named(column.references)
        )
        return chosen.choice((SHE, ANOTHER)) if of_people else owner
    return _plain(column, word)


_NAMES = frozenset(table.name for table in exported_tables())
_WHOSE = {
    ("guardian", "child_id"),
    ("guardian", "guardian_id"),
    ("ins_sub", "subscriber_patient_id"),
    ("perio_measure", "perio_exam_id"),
    ("treatment_plan_item", "treatment_plan_id"),
    ("benefit", "pat_plan_id"),
    ("disclosure", "patient_id"),
    ("data_download_file", "data_download_id"),
    ("data_download", "patient_id"),
}


def _is_whose(table: Table, column: Column) -> bool:
    return (table.name, column.name) in _WHOSE or (
        column.name == "patient_id" and column.references == "patient"
    )


def _plain(column: Column, word: str) -> Any:
    if column.kind == "text":
        return f"{word}/{column.name}"
    if column.kind == "date":
        return "2026-11-20"
    if column.kind == "instant":
        return "2026-11-20T17:00:00Z"
    if column.kind == "flag":
        return 0
    if column.kind == "choice":
        assert column.value_set is not None
        return next(iter(VALUE_SETS[column.value_set]))
    return None if column.kind == "blob" else 5
