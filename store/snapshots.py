"""A copy of the whole database at one instant, and whether a copy is sound.

One rule: a copy is made in one step. One that is made in several begins again whenever somebody
writes meanwhile, and never ends; one step reads, holds nobody up, and needs no second library.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store.audit_heads import Head
from store.database import connect, translated
from store.errors import StoreProblem
from store.folder import PracticeFolder, write_private
from store.migrations import applied_steps
from store.written_out import written_out

_MAPPED_BYTES = 1 << 40
"""All of it: a check that reads through the system's cache takes a third of the time."""


def copy_database(folder: PracticeFolder, target: Path) -> None:
    """Copy a practice's database as it is at one instant; others go on writing meanwhile.

    `target` must not be there yet; it is not synced. Raises StoreProblem, DiskFull.
    """
    write_private(target, b"")
    with (
        translated(),
        closing(connect(folder, read_only=True)) as source,
        # Before the copy is opened, after it is closed: closing a file drops SQLite's locks on it.
        written_out(target),
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy)


def check_sound(database: Path) -> None:
    """Raise StoreProblem unless every page, index and reference of a copy is as it should be."""
    with _frozen(database) as db:
        if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise _unsound("Its pages are damaged.")
        if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise _unsound("A row in it refers to what is not there.")


def head_of(database: Path) -> Head | None:
    """Return the last event of a copy's audit trail; None for an empty trail."""
    with _frozen(database) as db:
        row = db.execute("SELECT at, seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else Head(*row)


def pgid_of(database: Path) -> int:
    """Return the number of the practice that a copy is of. Raises StoreProblem."""
    with _frozen(database) as db:
        row = db.execute("SELECT pgid FROM practice_group").fetchone()
    if row is None:
        raise _unsound("It tells of no practice.")
    return int(row[0])


def steps_of(database: Path) -> tuple[str, ...]:
    """Return the numbered steps that made a copy's schema, in the order of their names."""
    with _frozen(database) as db:
        return tuple(sorted(applied_steps(db)))


@contextmanager
def _frozen(database: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy that nobody writes: without locks, and without files beside it."""
    with translated():
        uri = f"{database.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
            db.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
            db.execute("PRAGMA temp_store = MEMORY")
            # A copy out of a backup may be anybody's: no function runs because its schema says so.
            db.execute("PRAGMA trusted_schema = OFF")
            yield db


def _unsound(why: str) -> StoreProblem:
    return StoreProblem(
        f"The copy of the database is not sound. {why}",
        kept="Nothing was kept of it, and nothing else was changed.",
        do="Run chairside doctor, and keep the backups that you have.",
    )
