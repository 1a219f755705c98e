"""An open practice: made whole or not at all, one thread for its store, errors told plainly."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from store import audit, users
from store.clock import PACIFIC
from store.database import Store, connect
from store.errors import BadInput, Conflict, StoreBusy, StoreProblem
from store.practice import Practice, create_practice
from store.rights import BUILTIN_GROUPS
from store.use_cases import setting_up
from store.use_cases.signing_in import practice_card
from tests.clocks import FixedClock
from tests.people import PGID, change_store, signed_in


def test_a_new_practice_is_on_pacific_time_and_has_its_groups(
    tmp_path: Path, clock: FixedClock
) -> None:
    with create_practice(tmp_path, 7, " Oak Street ", clock) as made:
        card = made.call(practice_card)
        assert (card.pgid, card.name, card.time_zone) == (7, "Oak Street", PACIFIC)
        assert card.demo_sign_ins == ()
        groups = [row["name"] for row in made.call(Store.rows, "SELECT name FROM user_group")]
        assert sorted(groups) == sorted(group.name for group in BUILTIN_GROUPS)
        assert made.call(Store.value, "SELECT count(*) FROM user") == 0


@pytest.mark.parametrize(
    ("pgid", "name", "zone"),
    [
        (0, "x", PACIFIC),
        (1_000_000_000, "x", PACIFIC),
        (1, "  ", PACIFIC),
        (1, "x", "Pacific"),
        (1, "x", "localtime"),
        (1, "x", "Factory"),
        (1, "x", "../../etc/passwd"),
    ],
)
def test_what_cannot_be_a_practice_leaves_nothing(
    tmp_path: Path, clock: FixedClock, pgid: int, name: str, zone: str
) -> None:
    with pytest.raises(BadInput):
        create_practice(tmp_path / "data", pgid, name, clock, time_zone=zone)
    assert not (tmp_path / "data").exists()


def test_a_first_administrator_who_cannot_be_entered_leaves_no_practice(
    tmp_path: Path, clock: FixedClock
) -> None:
    def fill(store: Store) -> None:
        setting_up.add_owner(
            store, user_name="kim", full_name="Kim", password="short", cell_phone=None
        )

    with pytest.raises(BadInput):
        create_practice(tmp_path, 7, "Oak Street", clock, fill=fill)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="core dumps are not known there")
def test_attack_read_the_key_from_a_core_dump(practice_data: Path) -> None:
    """The kiosk, the runner and every command open the practice: none leaves its memory behind."""
    program = (
        "import sys, resource\n"
        "most = resource.getrlimit(resource.RLIMIT_CORE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (most, most))\n"
        "from pathlib import Path; from store.clock import SystemClock\n"
        "from store.practice import Practice\n"
        "with Practice.open(Path(sys.argv[1]), int(sys.argv[2]), SystemClock()):\n"
        "    print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    opened = subprocess.run(
        [sys.executable, "-c", program, str(practice_data), str(PGID)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert opened.stdout == "0\n"


def test_the_first_administrator_is_entered_once(practice: Practice) -> None:
    with pytest.raises(RuntimeError, match="once"):
        practice.call(
            setting_up.add_owner,
            user_name="eve",
            full_name="Eve",
            password="long enough for anybody",
            cell_phone=None,
        )
    assert practice.call(users.by_name, "eve") is None


def test_every_use_case_runs_on_the_one_thread_of_the_store(practice: Practice) -> None:
    async def ask() -> str:
        return await practice.ask(lambda _store: threading.current_thread().name)

    names = {practice.call(lambda _store: threading.current_thread().name) for _ in range(5)}
    names.add(asyncio.run(ask()))
    assert len(names) == 1
    assert threading.current_thread().name not in names


def test_a_connection_has_the_settings_that_the_design_asks_for(practice: Practice) -> None:
    wanted = {
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "journal_mode": "wal",
    }
    found = {name: practice.call(Store.value, f"PRAGMA {name}") for name in wanted}
    assert found == wanted


def test_a_read_only_connection_cannot_write(practice: Practice) -> None:
    reader = connect(practice.folder, read_only=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM preference")
    reader.close()


def test_what_is_inside_a_transaction_is_kept_together_or_not_at_all(practice: Practice) -> None:
    def run(store: Store) -> None:
        with store.transaction():
            store.insert("preference", {"name": "a", "value": "1"})
            store.insert("preference", {"name": "a", "value": "2"})

    with pytest.raises(Conflict):
        practice.call(run)
    assert practice.call(Store.value, "SELECT count(*) FROM preference") == 0
    assert change_store(practice, "INSERT INTO preference (name, value) VALUES ('b', '1')") == 1


def test_a_change_outside_a_transaction_is_a_mistake_that_shows(practice: Practice) -> None:
    with pytest.raises(AssertionError, match="outside"):
        practice.call(Store.execute, "DELETE FROM preference")
    with pytest.raises(AssertionError, match="outside"):
        practice.call(Store.insert, "preference", {"name": "a", "value": "1"})


def test_a_store_that_another_program_holds_is_told_as_busy(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = connect(practice.folder)
    other.execute("BEGIN IMMEDIATE")
    practice.call(lambda store: store.db.execute("PRAGMA busy_timeout = 50"))
    with pytest.raises(StoreBusy, match="Another program"):
        change_store(practice, "DELETE FROM preference")
    other.execute("ROLLBACK")
    other.close()
    assert change_store(practice, "DELETE FROM preference") == 0


def test_a_database_that_vanished_is_told_plainly(practice_data: Path, clock: FixedClock) -> None:
    from store.folder import existing_folder

    folder = existing_folder(practice_data, PGID)
    folder.database.unlink()
    with pytest.raises(StoreProblem, match="cannot be read"):
        connect(folder)


def test_files_that_were_put_back_by_hand_are_enough(
    practice_data: Path, clock: FixedClock
) -> None:
    """docs/running.md: the database and its key; what holds no data of its own is made anew."""
    folder = practice_data / str(PGID)
    for name in ("downloads", "spool"):
        shutil.rmtree(folder / name)
    with Practice.open(practice_data, PGID, clock):
        pass
    for name in ("downloads", "spool"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o700


def test_a_folder_that_was_renamed_is_told(practice_data: Path, clock: FixedClock) -> None:
    """Nobody could sign in there: the number that people type is the practice's own."""
    (practice_data / str(PGID)).rename(practice_data / "2000")
    with pytest.raises(StoreProblem, match=f"holds the practice {PGID}"):
        Practice.open(practice_data, 2000, clock)


def test_s9_a_key_of_another_practice_writes_nothing_into_the_trail(
    practice_data: Path, clock: FixedClock
) -> None:
    """Confusion: two backups are mixed up. Verified: the practice is not opened, and once its own
    key is back the trail is whole."""
    with Practice.open(practice_data, PGID, clock) as practice:
        signed_in(practice, "dana")
    key = practice_data / str(PGID) / "secret.key"
    own = key.read_bytes()
    key.write_bytes(bytes(32))
    with pytest.raises(StoreProblem, match="not the one of this database"):
        Practice.open(practice_data, PGID, clock)
    key.write_bytes(own)
    with Practice.open(practice_data, PGID, clock) as practice:
        assert practice.call(audit.verify) > 0


def test_s9_an_event_that_was_altered_does_not_close_the_practice(
    practice_data: Path, clock: FixedClock
) -> None:
    """People go on working; the check of the trail tells it."""
    with Practice.open(practice_data, PGID, clock) as practice:
        signed_in(practice, "dana")
        change_store(practice, "DROP TRIGGER audit_log_is_never_changed")
        last = "(SELECT max(seq) FROM audit_log)"
        change_store(practice, f"UPDATE audit_log SET description = 'x' WHERE seq = {last}")
    with Practice.open(practice_data, PGID, clock) as practice, pytest.raises(audit.TrailBroken):
        practice.call(audit.verify)


def test_emptying_the_log_hardly_waits_and_loses_nothing(practice: Practice) -> None:
    reader = connect(practice.folder, read_only=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM preference").fetchone()
    change_store(practice, "INSERT INTO preference (name, value) VALUES ('a', '1')")
    log = practice.folder.path / "practice.db-wal"
    practice.call(Store.scrub_log)
    assert log.stat().st_size > 0
    reader.close()
    practice.call(Store.scrub_log)
    assert log.stat().st_size == 0
    assert practice.call(Store.value, "SELECT value FROM preference WHERE name = 'a'") == "1"
    assert practice.call(Store.value, "PRAGMA busy_timeout") == 10_000
