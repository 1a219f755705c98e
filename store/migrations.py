"""The numbered steps that bring a store to this program's version.

One rule: a step that was released is never edited; a change of the schema is a new step. Columns
say which step brought them (`Column.since`); the files tests/store/golden/schema_*.sql hold each
step to its word.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from store.errors import StoreProblem
from store.rights import PERMISSIONS
from store.schema.columns import UNITS, ddl, ddl_added
from store.schema.tables import TABLES
from store.schema.value_sets import VALUE_SETS

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database, Migrations

MIGRATION_SET = "chairside"
NAMES = (
    "m0001_practice_store",
    "m0002_receipts_of_messages",
    "m0003_patients_by_name",
    "m0004_when_passwords_were_issued",
)

AUDIT_TRIGGERS = (
    """CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END""",
)

INVITATION_TRIGGER = """CREATE TRIGGER portal_invite_follows_its_message
    AFTER UPDATE OF state, last_error ON outbox_message
    WHEN NEW.purpose = 'portal.invitation'
    BEGIN UPDATE portal_invite SET
      status = CASE WHEN NEW.state IN ('queued', 'sending') THEN 'send_not_attempted'
        WHEN NEW.state IN ('sent', 'delivered') THEN 'send_successful'
        WHEN NEW.state = 'unknown' THEN 'sent_awaiting_receipt' ELSE 'send_failed' END,
      sent_at = coalesce(NEW.sent_at, sent_at),
      error = CASE WHEN NEW.state IN ('sent', 'delivered') THEN NULL
        WHEN NEW.state = 'expired' THEN coalesce(NEW.last_error, 'It was not sent in time.')
        ELSE NEW.last_error END
      WHERE outbox_message_id = NEW.outbox_message_id; END"""
"""However a message ends, one by one or many at once, its invitation is in step (P11)."""


def step_statements(step: int) -> list[str]:
    """Return the SQL of one numbered step, in order."""
    if step > 1:
        return [sql for table in TABLES for sql in ddl_added(table, step, VALUE_SETS)]
    first = [replace(t, columns=tuple(c for c in t.columns if c.since == 1)) for t in TABLES]
    statements = [sql for table in first for sql in ddl(table, VALUE_SETS)]
    return [*statements, *AUDIT_TRIGGERS, INVITATION_TRIGGER]


def is_current(db: sqlite3.Connection) -> bool:
    """Tell whether a store is at this program's version, cheaply (the start-up path).

    Raises StoreProblem for a store that a newer program has written.
    """
    applied = applied_steps(db)
    check_known(applied)
    return applied == set(NAMES)


def check_known(steps: Collection[str]) -> None:
    """Raise StoreProblem if a store has been through a step that this program does not know."""
    if set(steps) - set(NAMES):
        raise StoreProblem(
            "This practice store was written by a newer version of Chairside.",
            kept="It was not touched.",
            do="Update Chairside on this computer, then open it again.",
        )


def migrate(db: sqlite3.Connection) -> None:
    """Bring a store to this program's version, inside a transaction that has the write lock.

    Another process may have done so since `is_current` was asked: it is asked again.
    Raises StoreProblem for a store that a newer program has written.
    """
    assert db.in_transaction, "a change outside a transaction"
    if is_current(db):
        return
    from sqlite_utils import Database

    _migrations().apply(Database(db, execute_plugins=False))


def check_not_empty(db: sqlite3.Connection) -> None:
    """Raise StoreProblem for an empty database: a file cut to nothing is no new practice."""
    if not applied_steps(db):
        raise StoreProblem(
            "The practice's database is empty.",
            kept="It was left as it is.",
            do="Put practice.db back from your backup.",
        )


def applied_steps(db: sqlite3.Connection) -> set[str]:
    """Return the names of the steps that a store has been through; none for an empty database."""
    table = db.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    ).fetchone()
    if table is None:
        return set()
    rows = db.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (MIGRATION_SET,)
    )
    return {row[0] for row in rows}


def _migrations() -> Migrations:
    from sqlite_utils import Migrations

    migrations = Migrations(MIGRATION_SET)

    @migrations(name=NAMES[0])
    def m0001_practice_store(db: Database) -> None:
        _bring(db, 1)
        _fill_value_sets(db)
        _fill_permissions(db)

    @migrations(name=NAMES[1])
    def m0002_receipts_of_messages(db: Database) -> None:
        _bring(db, 2)

    @migrations(name=NAMES[2])
    def m0003_patients_by_name(db: Database) -> None:
        _bring(db, 3)

    @migrations(name=NAMES[3])
    def m0004_when_passwords_were_issued(db: Database) -> None:
        _bring(db, 4)

    return migrations


def _bring(db: Database, step: int) -> None:
    for statement in step_statements(step):
        db.execute(statement)
    _fill_dictionary(db, step)


def _fill_value_sets(db: Database) -> None:
    for name, meanings in VALUE_SETS.items():
        for position, (code, meaning) in enumerate(meanings.items()):
            db.execute(
                "INSERT INTO value_set (value_set, code, meaning, position) VALUES (?, ?, ?, ?)",
                [name, code, meaning, position],
            )


def _fill_dictionary(db: Database, step: int) -> None:
    columns = [(t.name, at, c) for t in TABLES for at, c in enumerate(t.columns)]
    for table, position, column in columns:
        if column.since == step:
            db.execute(
                "INSERT INTO data_dictionary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    table,
                    column.name,
                    position,
                    column.kind,
                    column.unit or UNITS.get(column.kind),
                    column.meaning,
                    column.value_set,
                    column.references,
                    step,
                ],
            )


def _fill_permissions(db: Database) -> None:
    for right, permission in PERMISSIONS.items():
        db.execute(
            "INSERT INTO permission (permission_code, label, category, kind, allows)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                right.value,
                permission.label,
                permission.category,
                permission.kind,
                permission.allows,
            ],
        )
