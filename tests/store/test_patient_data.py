"""What of the store is one patient's (REQUIREMENTS section 6, right of access)."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.patient_data import left_out_of_patient, patient_tables
from store.schema.columns import Table, ddl
from store.schema.tables import TABLES, exported_tables, tables_left_out
from store.schema.value_sets import VALUE_SETS
from tests.store.two_patients import ANOTHER, HERS, LISTS, SHE, THEIRS, fill


@pytest.fixture(scope="module")
def empty() -> Iterator[sqlite3.Connection]:
    """All tables, without the checks between columns: what they hold here is not meant."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    for table in TABLES:
        bare = Table(table.name, table.meaning, table.columns, primary_key=table.primary_key)
        for statement in ddl(bare, VALUE_SETS):
            db.execute(statement)
    yield db
    db.close()


def rows(db: sqlite3.Connection, patient_id: int) -> dict[str, list[tuple[object, ...]]]:
    """Return what of each table the archive of a patient holds."""
    found = {}
    for one in patient_tables(patient_id):
        columns = ", ".join(f'"{c.name}"' for c in one.table.exported_columns)
        sql = f'SELECT {columns} FROM "{one.table.name}" WHERE {one.only}'
        found[one.table.name] = db.execute(sql).fetchall()
    return found


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_attack_no_text_of_another_patient_gets_into_the_archive(
    empty: sqlite3.Connection, seed: int
) -> None:
    """Whoever refers to whom: a payer, a subscriber, a guarantor, a visit planned from another.

    Everything of hers is there, so that the test is not passed by an archive of nothing.
    """
    empty.execute("BEGIN")
    try:
        fill(empty, random.Random(seed))
        held = rows(empty, SHE)
        theirs = rows(empty, ANOTHER)
    finally:
        empty.execute("ROLLBACK")
    assert THEIRS not in repr(held)
    assert HERS not in repr(theirs)
    for name, found in held.items():
        assert name in LISTS or len(found) == 1, name
    assert all(HERS in repr(found) for name, found in held.items() if name in _WITH_TEXT)


_WITH_TEXT = {
    t.name
    for t in exported_tables()
    if t.name not in LISTS and any(c.kind == "text" for c in t.exported_columns)
}


def test_every_exported_table_is_in_it_or_left_out_with_a_reason() -> None:
    """A new table cannot be forgotten: nobody having said what of it is a patient's, it fails."""
    held = {one.table.name for one in patient_tables(1)}
    left = {table.name: table.left_out for table in left_out_of_patient()}
    assert not held & set(left)
    assert held | set(left) == {table.name for table in TABLES}
    assert set(left) >= {table.name for table in tables_left_out()}
    assert all(reason and reason.endswith(".") for reason in left.values())


def test_what_her_rows_name_is_there_and_closed(empty: sqlite3.Connection) -> None:
    """A reference into a table that counts as closed never leads nowhere."""
    empty.execute("BEGIN")
    try:
        fill(empty, random.Random(7))
        empty.execute("UPDATE procedure SET provider_id = ?", (ANOTHER,))
        empty.execute("UPDATE medication_pat SET medication_id = ?", (ANOTHER,))
        held = rows(empty, SHE)
    finally:
        empty.execute("ROLLBACK")
    closed = {one.table.name for one in patient_tables(SHE) if one.is_closed} - LISTS
    checked = 0
    for one in patient_tables(SHE):
        columns = one.table.exported_columns
        for place, column in enumerate(columns):
            if column.references in closed:
                there = {row[0] for row in held[column.references]}
                assert {r[place] for r in held[one.table.name]} - {None} <= there
                checked += 1
    assert checked > 20
    assert len(held["provider"]) == 2, "hers, and the one who treated her"
