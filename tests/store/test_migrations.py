"""The numbered steps: the first keeps its word, and a newer store is refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from store.errors import StoreProblem
from store.migrations import NAMES, schema_statements
from store.practice import Practice
from tests.clocks import FixedClock
from tests.people import PGID

GOLDEN = Path(__file__).parent / "golden" / "schema_1.sql"


def written(statements: list[str]) -> str:
    return ";\n\n".join(statements) + ";\n"


def test_the_first_step_still_makes_the_schema_it_was_released_with() -> None:
    """A step that was released is never edited: a change of the schema is a new step.

    Until the first release the file follows the schema:
    `python -m tests.store.test_migrations` writes it anew.
    """
    assert written(schema_statements()) == GOLDEN.read_text(encoding="utf-8")


def test_a_store_made_now_has_exactly_that_schema(practice_data: Path) -> None:
    released = sqlite3.connect(":memory:")
    released.executescript(GOLDEN.read_text(encoding="utf-8"))
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
    GOLDEN.write_text(written(schema_statements()), encoding="utf-8", newline="\n")
