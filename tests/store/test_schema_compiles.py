"""The schema: every table compiles, points somewhere, refuses nonsense, and keeps its secrets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from store.database import Store
from store.migrations import NAMES, step_statements
from store.practice import Practice
from store.schema.columns import Column, Table
from store.schema.tables import TABLES, exported_tables, table_named, tables_left_out
from store.schema.value_sets import VALUE_SETS

COLUMNS = [(table, column) for table in TABLES for column in table.columns]


@pytest.fixture(scope="module")
def empty() -> Iterator[sqlite3.Connection]:
    """The schema alone, in memory, with foreign keys off so that one table can be filled."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    for statement in (sql for n in range(len(NAMES)) for sql in step_statements(n + 1)):
        db.execute(statement)
    yield db
    db.close()


def test_every_table_is_strict_and_named_once(empty: sqlite3.Connection) -> None:
    listed = {row[1]: row[5] for row in empty.execute("PRAGMA table_list") if row[0] == "main"}
    names = [table.name for table in TABLES]
    assert len(names) == len(set(names))
    assert all(listed[name] == 1 for name in names)


def test_every_reference_points_to_a_key_of_its_type(empty: sqlite3.Connection) -> None:
    for table, column in COLUMNS:
        if column.references is None:
            continue
        target = table_named(column.references)
        assert len(target.key) == 1, f"{table.name}.{column.name}"
        assert target.column(target.key[0]).sql_type == column.sql_type
    assert empty.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_table_and_column_says_what_it_means(table: Table) -> None:
    assert table.meaning.endswith(".")
    assert table.left_out is None or table.left_out.strip()
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    for column in table.columns:
        assert column.meaning.strip().endswith("."), f"{table.name}.{column.name}"
    assert all(name in names for name in table.key)


def test_every_value_set_that_is_used_has_meanings_and_none_is_idle() -> None:
    used = {column.value_set for _table, column in COLUMNS if column.value_set}
    assert used == set(VALUE_SETS)
    for meanings in VALUE_SETS.values():
        assert all(code and meaning.strip() for code, meaning in meanings.items())


def _a_value(column: Column) -> object:
    if column.kind == "choice":
        assert column.value_set is not None
        return next(iter(VALUE_SETS[column.value_set]))
    return {
        "text": "x",
        "date": "2026-11-20",
        "instant": "2026-11-20T17:00:00Z",
        "flag": 1,
        "blob": b"x",
    }.get(column.kind, 1)


def _nonsense(column: Column) -> list[object]:
    return {
        "text": ["", "a\x00b"],
        "date": ["2026-02-30", "20 Nov 2026", "2026-11-20T00:00:00Z", "now"],
        "instant": [
            "2026-11-20",
            "2026-11-20 17:00:00",
            "2026-02-30T00:00:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T17:00:00+01:00",
            "now",
        ],
        "flag": [2, -1],
        "choice": ["no such code", ""],
        "integer": ["many"],
        "cents": ["12.50", 12.5],
        "id": ["first"],
        "blob": [],
    }[column.kind]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_column_refuses_what_its_kind_forbids(empty: sqlite3.Connection, table: Table) -> None:
    """DESIGN, conventions: dates, instants, whole cents, text never empty, coded values."""
    required = {column.name: _a_value(column) for column in table.columns if column.required}
    for column in table.columns:
        for value in _nonsense(column):
            row = required | {column.name: value}
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            with pytest.raises((sqlite3.IntegrityError, sqlite3.OperationalError)) as refused:
                empty.execute(
                    f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(row.values())
                )
            # `now` in a CHECK is an error of SQLite's own.
            reasons = (column.name, "datatype mismatch", "non-deterministic")
            assert any(reason in str(refused.value) for reason in reasons), f"{column} {value}"


SECRET_WORDS = ("hash", "salt", "sealed", "secret", "token")


def test_no_secret_stands_in_an_archive() -> None:
    """DESIGN, the archive: never password hashes, code secrets, tokens, keys."""
    shown = [
        f"{table.name}.{column.name}"
        for table in exported_tables()
        for column in table.exported_columns
        if column.kind == "blob" or any(word in column.name for word in SECRET_WORDS)
    ]
    assert shown == []


def test_an_archive_points_only_to_what_an_archive_holds() -> None:
    """REQUIREMENTS section 6: what points to a row that is left out could not be read back."""
    held = {table.name for table in exported_tables()}
    loose = [
        f"{table.name}.{column.name}"
        for table in exported_tables()
        for column in table.exported_columns
        if column.references and column.references not in held
    ]
    assert loose == []


def test_what_is_left_out_says_why_and_is_never_exported() -> None:
    left_out = {table.name for table in tables_left_out()}
    assert {
        "otp_challenge",
        "mfa_factor",
        "session",
        "password_history",
        "data_download_key",
        "outbox_message",
    } <= left_out
    assert not left_out & {table.name for table in exported_tables()}
    assert len(left_out) + len(exported_tables()) == len(TABLES)


def test_the_data_dictionary_in_the_store_is_the_schema(practice: Practice) -> None:
    """D20: the meaning of every field is documented."""
    stored = {
        (row["table_name"], row["column_name"]): (row["type"], row["meaning"], row["value_set"])
        for row in practice.call(Store.rows, "SELECT * FROM data_dictionary")
    }
    assert stored == {
        (table.name, column.name): (column.kind, column.meaning, column.value_set)
        for table, column in COLUMNS
    }
    meanings = practice.call(Store.rows, "SELECT value_set, code, meaning FROM value_set")
    assert {(r["value_set"], r["code"]): r["meaning"] for r in meanings} == {
        (name, code): meaning
        for name, codes in VALUE_SETS.items()
        for code, meaning in codes.items()
    }
