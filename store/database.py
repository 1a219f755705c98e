"""The store's handle on its SQLite file: opening, transactions, errors translated once.

One rule: a write is `BEGIN IMMEDIATE … COMMIT`; a driver's error never leaves this file as such.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from store.clock import Clock
from store.errors import ChairsideError, Conflict, DiskFull, StoreBusy, StoreProblem
from store.folder import PracticeFolder
from store.sealer import Sealer

BUSY_SECONDS = 10.0
_ASK_AGAIN_SECONDS = 0.002
_ASK_OFTENER_SECONDS = 0.0004
"""Where many write, whoever asks most often is next: that is to be who has waited long."""
_QUEUE_FROM, _QUEUE_UNTIL = 0.02, 1.0
"""Seconds of waiting that a queue explains; after that one writer has the lock, and keeps it."""
_SCRUB_MILLISECONDS = 50
"""Where many write, there is a gap by then; longer would hold them up while somebody reads."""
_OUR_MISTAKES = (sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL)
"""A value the schema forbids is a defect of the program, not something a user can mend."""
Parameters = Sequence[Any] | Mapping[str, Any]


class Store:
    """An open store on the thread that opened it.

    Attributes:
        db: the connection; autocommit except inside `transaction`.
        folder: the practice's folder.
        clock: tells the present instant.
        sealer: seals and opens secrets.
    """

    def __init__(self, folder: PracticeFolder, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self.sealer = Sealer(folder.read_key())
        self.db = connect(folder)

    def close(self) -> None:
        self.db.close()

    def scrub_log(self) -> None:
        """Empty the write-ahead log, so that secrets just wiped are not readable there.

        It waits for a writer in the way, and hardly for one that reads: a later call does it then.
        """
        with translated():
            self.db.execute("PRAGMA busy_timeout = 0")
            try:
                # Most of it without holding up a writer; TRUNCATE holds them all up.
                self.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                self.db.execute(f"PRAGMA busy_timeout = {_SCRUB_MILLISECONDS}")
                self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self.db.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    @contextmanager
    def transaction(self, *, waits: bool = True) -> Iterator[None]:
        """Everything inside becomes durable together, or nothing does.

        Raises StoreBusy, DiskFull, Conflict or StoreProblem in place of the driver's errors.
        """
        with translated():
            self._begin(waits)
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    def _begin(self, waits: bool) -> None:
        """Take the write lock. SQLite's own way to wait asks ever more rarely, to 100 ms apart."""
        self.db.execute("PRAGMA busy_timeout = 0")
        waited = 0.0
        try:
            while True:
                try:
                    self.db.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError as error:
                    is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                    if not (is_busy and waits and waited < BUSY_SECONDS):
                        raise
                in_queue = _QUEUE_FROM <= waited < _QUEUE_UNTIL
                pause = _ASK_OFTENER_SECONDS if in_queue else _ASK_AGAIN_SECONDS
                time.sleep(pause)
                waited += pause
        finally:
            self.db.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with translated():
            return self.db.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        with translated():
            row: sqlite3.Row | None = self.db.execute(sql, parameters).fetchone()
            return row

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.one(sql, parameters)
        return None if row is None else row[0]

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Change rows inside a transaction; return how many were changed."""
        assert self.db.in_transaction, "a change outside a transaction"
        with translated():
            return self.db.execute(sql, parameters).rowcount

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert one row inside a transaction and return its row id."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(f":{name}" for name in values)
        assert self.db.in_transaction, "a change outside a transaction"
        with translated():
            cursor = self.db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def connect(folder: PracticeFolder, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a connection to a practice's database with the settings the design asks for.

    Raises StoreProblem if the file is damaged or cannot be opened.
    """
    with translated():
        mode = "ro" if read_only else "rw"
        db = sqlite3.connect(
            f"{folder.database.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
        )
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        # Without this, INSERT OR REPLACE deletes audit rows past the trigger that forbids it.
        db.execute("PRAGMA recursive_triggers = ON")
        # Sorting must not leave patients' data in a temporary file.
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA synchronous = FULL")
        # Wiped secrets must not stay readable in free pages.
        db.execute("PRAGMA secure_delete = ON")
        if not read_only:
            db.execute("PRAGMA journal_mode = WAL")
        return db


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into the product's."""
    try:
        yield
    except ChairsideError:
        raise
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode in _OUR_MISTAKES:
            raise
        raise Conflict(
            "The change does not fit what is stored by now.",
            kept="Nothing was changed.",
            do="Open the place again and look at what is there.",
        ) from error
    except sqlite3.OperationalError as error:
        raise _operational(error) from error
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise StoreProblem(
            "The practice's database is damaged or is not a database.",
            kept="Nothing was changed.",
            do="Put practice.db back from your backup.",
        ) from error


def _operational(error: sqlite3.OperationalError) -> StoreProblem:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            "Another program is writing to the practice's database.",
            kept="Nothing was changed.",
            do="Try again in a moment.",
        )
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(
            "There is no room left on the disk of the practice's database.",
            kept="Nothing was changed.",
            do="Free some room, then try again.",
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR):
        return StoreProblem(
            "The practice's database cannot be read or written.",
            kept="Nothing was changed.",
            do="Check that the disk is there and has room, and that you own the folder.",
        )
    raise error
