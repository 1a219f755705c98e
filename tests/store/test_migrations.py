"""The numbered steps: the first keeps its word, and a newer store is refused."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store import practice
from store.errors import StoreProblem
from store.migrations import NAMES, is_current, migrate, step_statements
from store.practice import Practice
from tests.clocks import FixedClock
from tests.people import PGID

GOLDEN = Path(__file__).parent / "golden"
STEPS = {f"schema_{n}.sql": step_statements(n) for n in range(1, len(NAMES) + 1)}


def written(statements: list[str]) -> str:
    return ";\n\n".join(statements) + ";\n"


@pytest.mark.parametrize("name", STEPS)
def test_a_released_step_still_does_what_it_was_released_with(name: str) -> None:
    """A step that was released is never edited: a change of the schema is a new step.

    Until its release the newest file follows the schema:
    `python -m tests.store.test_migrations` writes it anew.
    """
    assert written(STEPS[name]) == (GOLDEN / name).read_text(encoding="utf-8")


def put_back_to_the_first_step(practice_data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Give a practice the store that the first release would have made; return its rows."""
    folder = practice_data / str(PGID)
    made = sqlite3.connect(folder / "practice.db")
    before = sqlite3.connect(folder / "before.db")
    before.executescript((GOLDEN / "schema_1.sql").read_text(encoding="utf-8"))
    wanted = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    tables = [name for (name,) in before.execute(wanted)]
    kept = {}
    for table in tables:
        columns = [f'"{row[1]}"' for row in before.execute(f'PRAGMA table_info("{table}")')]
        kept[table] = made.execute(f'SELECT {", ".join(columns)} FROM "{table}"').fetchall()
        marks = ", ".join("?" for _ in columns)
        before.execute("DROP TRIGGER IF EXISTS audit_log_is_never_changed")
        before.executemany(f'INSERT INTO "{table}" VALUES ({marks})', kept[table])
    before.execute("DELETE FROM data_dictionary WHERE since_version > 1")
    steps = made.execute("SELECT sql FROM sqlite_master WHERE name = '_sqlite_migrations'")
    before.execute(steps.fetchone()[0])
    applied = made.execute("SELECT * FROM _sqlite_migrations WHERE name = ?", (NAMES[0],))
    before.executemany("INSERT INTO _sqlite_migrations VALUES (?, ?, ?, ?)", applied)
    before.commit()
    before.close()
    made.close()
    for end in ("-wal", "-shm"):
        (folder / f"practice.db{end}").unlink(missing_ok=True)
    (folder / "before.db").replace(folder / "practice.db")
    (folder / "practice.db").chmod(0o600)
    return kept


def test_a_store_of_the_first_step_is_brought_to_this_one_and_keeps_its_rows(
    practice_data: Path, clock: FixedClock
) -> None:
    """What a practice wrote before an update is there after it."""
    kept = put_back_to_the_first_step(practice_data)
    Practice.open(practice_data, PGID, clock).close()
    after = sqlite3.connect(practice_data / str(PGID) / "practice.db")
    for table in set(kept) - {"data_dictionary"}:
        width = len(kept[table][0]) if kept[table] else 0
        rows = after.execute(f'SELECT * FROM "{table}"').fetchall()
        assert [row[:width] for row in rows] == kept[table]
    described = after.execute("SELECT count(*) FROM data_dictionary").fetchone()
    assert described == (len(kept["data_dictionary"]),)
    after.close()


def test_two_that_open_an_older_store_at_once_bring_it_there_once(
    practice_data: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back_to_the_first_step(practice_data)
    first = sqlite3.connect(practice_data / str(PGID) / "practice.db", isolation_level=None)
    first.execute("PRAGMA journal_mode = wal")  # as every store has it
    first.execute("BEGIN IMMEDIATE")
    asked = threading.Event()

    def is_current_and_tell(db: sqlite3.Connection) -> bool:
        answer = is_current(db)
        asked.set()
        return answer

    monkeypatch.setattr(practice, "is_current", is_current_and_tell)
    with ThreadPoolExecutor(1) as second:
        opened = second.submit(Practice.open, practice_data, PGID, clock)
        assert asked.wait(30)
        migrate(first)
        first.execute("COMMIT")
        opened.result(30).close()
    steps = first.execute("SELECT name FROM _sqlite_migrations ORDER BY name").fetchall()
    first.close()
    assert steps == [(name,) for name in NAMES]


def test_a_store_made_now_has_exactly_that_schema(practice_data: Path) -> None:
    released = sqlite3.connect(":memory:")
    for name in STEPS:
        released.executescript((GOLDEN / name).read_text(encoding="utf-8"))
    made = sqlite3.connect(practice_data / str(PGID) / "practice.db")
    wanted = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name NOT LIKE '\\_%' ESCAPE '\\'"
    try:
        assert sorted(made.execute(wanted), key=str) == sorted(released.execute(wanted), key=str)
    finally:
        made.close()
        released.close()


def _claim_to_be(practice_data: Path, name: str) -> Path:
    database = practice_data / str(PGID) / "practice.db"
    db = sqlite3.connect(database)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('chairside', ?, '2030-01-01')",
        (name,),
    )
    db.commit()
    db.close()
    return database


def test_an_older_program_refuses_a_newer_store_and_does_not_touch_it(
    practice_data: Path, clock: FixedClock
) -> None:
    database = _claim_to_be(practice_data, "m9999_something_later")
    before = database.read_bytes()
    with pytest.raises(StoreProblem, match="newer version") as refused:
        Practice.open(practice_data, PGID, clock)
    assert "Update Chairside" in refused.value.do
    assert database.read_bytes() == before


def test_a_database_cut_to_nothing_is_not_taken_for_a_new_practice(
    practice_data: Path, clock: FixedClock
) -> None:
    database = practice_data / str(PGID) / "practice.db"
    database.write_bytes(b"")
    with pytest.raises(StoreProblem, match="empty"):
        Practice.open(practice_data, PGID, clock)


def test_opening_a_store_again_changes_nothing(practice_data: Path, clock: FixedClock) -> None:
    database = practice_data / str(PGID) / "practice.db"
    before = database.read_bytes()
    Practice.open(practice_data, PGID, clock).close()
    assert database.read_bytes() == before


def test_steps_are_numbered_in_order() -> None:
    assert list(NAMES) == sorted(NAMES)
    assert [name[:5] for name in NAMES] == [f"m{n:04d}" for n in range(1, len(NAMES) + 1)]


if __name__ == "__main__":
    newest = list(STEPS)[-1]
    (GOLDEN / newest).write_text(written(STEPS[newest]), encoding="utf-8", newline="\n")
